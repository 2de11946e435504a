"""The only module that speaks to DuckDB: one file, one process, a cursor for every use, a lock around COMMIT."""
from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

MIGRATIONS = Path(__file__).parent / "migrations"
MEMORY = ":memory:"
# A query on one thread costs a quarter to a third less CPU than on two (benchmarks/README.md); readers still run beside
# each other, since each has a cursor and a Python thread of its own.
# What a query needs beyond the limit goes to a file beside the database.
LIMITS = {"threads": 1, "memory_limit": "3GB"}
# What DuckDB says of a file another process holds: on Linux and macOS, on Windows. "block" is a word of damaged ones.
HELD = ("Could not set lock on file", "being used by another process")
# Order matters: after lock_configuration nothing else can be set. Global: each question has a cursor of its own, and
# what is set for a connection does not reach its cursors.
LOCKS = ("set global python_enable_replacements = false", "set enable_external_access = false",
         "set lock_configuration = true")


class InUse(Exception):
    """Another process owns the database file."""


class Damaged(Exception):
    """The database file cannot be opened as a database."""


class Relations:
    """Tables to ask. Every question runs on a cursor of its own and is answered whole, so threads never meet."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, gate: CommitGate | None = None) -> None:
        self._connection = connection
        self._gate = gate or CommitGate()

    def rows(self, sql: str, *given: Any) -> list[tuple]:
        """All rows of one question, values as Python knows them."""
        with self._gate.reading(), self._connection.cursor() as cursor:
            return cursor.execute(sql, given).fetchall()

    def value(self, sql: str, *given: Any) -> Any:
        """The first value of the first row, or None."""
        found = self.rows(sql, *given)
        return found[0][0] if found else None

    def table(self, sql: str, *given: Any) -> pa.Table:
        """All rows of one question as an Arrow table."""
        with self._gate.reading(), self._connection.cursor() as cursor:
            return cursor.execute(sql, given).to_arrow_table()


class CommitGate:
    """Readers share, a COMMIT is alone: DuckDB's readers can see part of a large COMMIT while it is stamped."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._reading = 0
        self._committing = False

    @contextmanager
    def reading(self) -> Iterator[None]:
        with self._changed:
            self._changed.wait_for(lambda: not self._committing)
            self._reading += 1
        try:
            yield
        finally:
            with self._changed:
                self._reading -= 1
                self._changed.notify_all()

    @contextmanager
    def committing(self) -> Iterator[None]:
        with self._changed:
            self._changed.wait_for(lambda: not self._committing)
            self._committing = True
            self._changed.wait_for(lambda: self._reading == 0)
        try:
            yield
        finally:
            with self._changed:
                self._committing = False
                self._changed.notify_all()


class Change:
    """One transaction under way: run statements, lend Arrow tables to them, ask questions of its own state."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._cursor = cursor

    def run(self, sql: str, *given: Any) -> None:
        self._cursor.execute(sql, given or None)

    def rows(self, sql: str, *given: Any) -> list[tuple]:
        return self._cursor.execute(sql, given or None).fetchall()

    def value(self, sql: str, *given: Any) -> Any:
        found = self.rows(sql, *given)
        return found[0][0] if found else None

    def table(self, sql: str, *given: Any) -> pa.Table:
        return self._cursor.execute(sql, given or None).to_arrow_table()

    def let_go(self) -> None:
        """Hand back to the system what finished statements took: DuckDB does so when its limit is set, even to what it is.

        A load of two million rows needs 300 MB less so."""
        pa.default_memory_pool().release_unused()
        self._cursor.execute(f"set memory_limit = '{LIMITS['memory_limit']}'")

    @contextmanager
    def lent(self, **tables: pa.Table) -> Iterator[None]:
        """Arrow tables under a name for the statements inside."""
        for name, table in tables.items():
            self._cursor.register(name, table)
        try:
            yield
        finally:
            for name in tables:
                self._cursor.unregister(name)


class Store(Relations):
    """The district's database. `rows` and `table` read it; `change` alters it, all or nothing."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        super().__init__(connection)
        self._writing = threading.RLock()
        self._migrate()

    @classmethod
    def open(cls, path: Path | str = MEMORY) -> Store:
        """Open or begin a database; InUse when another process has it, Damaged when it cannot be read."""
        try:
            return cls(duckdb.connect(str(path), config={"python_enable_replacements": "false", **LIMITS}))
        except duckdb.IOException as error:
            raise (InUse if any(words in str(error) for words in HELD) else Damaged)(str(error)) from None
        except (duckdb.SerializationException, duckdb.InternalException, duckdb.FatalException) as error:
            raise Damaged(str(error)) from None

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    @property
    def version(self) -> int:
        """The number of the last event: what a cache may key on."""
        return self.value("select coalesce(max(number), 0) from event")

    @contextmanager
    def change(self) -> Iterator[Change]:
        """A transaction: committed when the block ends, rolled back when it raises. One at a time."""
        with self._writing, self._connection.cursor() as cursor:
            cursor.execute("begin transaction")
            try:
                yield Change(cursor)
            except BaseException:
                cursor.execute("rollback")
                raise
            with self._gate.committing():
                cursor.execute("commit")

    @contextmanager
    def trial(self) -> Iterator[Change]:
        """A transaction that is always rolled back: what would happen if."""
        with self._writing, self._connection.cursor() as cursor:
            cursor.execute("begin transaction")
            try:
                yield Change(cursor)
            finally:
                cursor.execute("rollback")

    def _migrate(self) -> None:
        """Apply the migrations not yet applied, in order, each with its own record in one transaction."""
        self._connection.execute("create table if not exists migration (name varchar not null)")
        done = {name for (name,) in self.rows("select name from migration")}
        for path in sorted(MIGRATIONS.glob("*.sql")):
            if path.name not in done:
                with self.change() as change:
                    change.run(path.read_text())
                    change.run("insert into migration values (?)", path.name)


def in_memory(**tables: pa.Table) -> Relations:
    """A locked database in memory that holds these tables and can reach nothing else: no file, no other table."""
    connection = duckdb.connect(MEMORY, config=LIMITS)
    for name, table in tables.items():
        connection.register("lent", table)
        connection.execute(f"create table {quoted(name)} as select * from lent")
        connection.unregister("lent")
    for lock in LOCKS:
        connection.execute(lock)
    return Relations(connection)


def quoted(name: str) -> str:
    """A name as an SQL identifier, whatever it contains."""
    return '"' + name.replace('"', '""') + '"'
