"""Facts and live rows. Facts are append-only; a live row is what the newest standing load that speaks says.

A *unit* is a school and a day (either may be null, for lists). Scopes, corrections and undos all work on units.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from data.source import ALL, FieldKind, Source
from data.store import Change, quoted

SQL_TYPE = {FieldKind.SCHOOL: "varchar", FieldKind.DATE: "date", FieldKind.TIME: "time",
            FieldKind.DATETIME: "timestamp", FieldKind.COUNT: "bigint", FieldKind.NUMBER: "double",
            FieldKind.PERCENT: "double", FieldKind.MINUTES: "double", FieldKind.YES_NO: "boolean",
            FieldKind.CODE: "varchar", FieldKind.TEXT: "varchar", FieldKind.STUDENT: "varchar",
            FieldKind.PERSON: "varchar"}
# Kinds whose cells can be withheld; each has a column beside it that says how: suppressed, not submitted.
MARKED = (FieldKind.COUNT, FieldKind.NUMBER, FieldKind.PERCENT, FieldKind.MINUTES)
PLACE = "file_column"        # the letter of the cell's column, where a row was made of one cell of a row
ORIGIN = {"load_id": "bigint", "part": "integer", "file_row": "integer", PLACE: "varchar", "nth": "integer"}
ROWS_AT_ONCE = 100_000       # that are compared or decided together: memory stays bounded
TOUCHED = "create or replace temp table touched (source varchar, school_id varchar, day date)"


@dataclass(frozen=True)
class Part:
    """The rows one sheet gives one source: typed columns named for its fields, `file_row`, and the claimed units.

    Beside `file_row` stands `file_column` where rows were made of single cells."""
    source: Source
    sheet: str
    rows: pa.Table
    scope: pa.Table             # school_id, day
    harvested: bool = False
    unsure: frozenset[tuple[str | None, date | None]] = frozenset()     # units refused rows may belong to; None is any
    completes: int = 0          # the load whose refused rows these are: they come beside its rows of the same key


def columns(source: Source) -> dict[str, str]:
    """Column name to SQL type, withheld marks included, in the order of the fields."""
    found: dict[str, str] = {}
    for f in source.fields:
        found[f.name] = SQL_TYPE[f.kind]
        if f.kind in MARKED:
            found[f"{f.name}_is"] = "varchar"
    return found


def ensure_tables(change: Change, sources: Iterable[Source]) -> None:
    """Fact and live tables for every source; a field a source has gained since is added."""
    have: dict[str, set[str]] = {}
    for table, column in change.rows("select table_name, column_name from duckdb_columns() where not internal"):
        have.setdefault(table, set()).add(column)
    for source in sources:
        wanted = ORIGIN | columns(source)
        for table in (fact(source), live(source)):
            if table not in have:
                listed = ", ".join(f"{quoted(name)} {kind}" for name, kind in wanted.items())
                change.run(f"create table {quoted(table)} ({listed})")
            for name in wanted.keys() - have.get(table, wanted.keys()):
                change.run(f"alter table {quoted(table)} add column {quoted(name)} {wanted[name]}")


def fact(source: Source) -> str:
    return f"fact_{source.name}"


def live(source: Source) -> str:
    return f"live_{source.name}"


def append(change: Change, load_id: int, number: int, part: Part) -> None:
    """Store every accepted row of a part, unchanged ones too, and the units it claims."""
    source = part.source
    names = ", ".join(quoted(name) for name in columns(source))
    place = PLACE if PLACE in part.rows.column_names else "null"
    change.let_go()
    with change.lent(incoming=part.rows, claimed=part.scope):
        change.run(f"insert into {quoted(fact(source))} (load_id, part, file_row, {PLACE}, nth, {names}) "
                   f"select {load_id}, {number}, file_row, {place}, "
                   f"{nth(source)} + {brought_before(source, load_id, part.completes)}, {names} from (select *, {number} as part from incoming) i")
        change.run("insert into scope select ?, ?, school_id, day from claimed", load_id, source.name)


def nth(source: Source) -> str:
    """SQL: the running number of a row among rows of the same key, where a source keeps repeats; otherwise 1."""
    if not source.repeats:
        return "1"
    by = ", ".join(quoted(name) for name in source.key)
    order = ", ".join(["part", *(quoted(name) for name in columns(source) if name not in source.key), "file_row"])
    return f"case when {_for_all(source)} then 1 else row_number() over (partition by {by} order by {order}) end"


def brought_before(source: Source, *loads: int) -> str:
    """SQL: how many rows of the same key as row i earlier sheets of this load and the one it completes brought, where a source keeps repeats."""
    if not source.repeats or not any(loads):
        return "0"
    same = " and ".join(f"e.{quoted(name)} is not distinct from i.{quoted(name)}" for name in source.key)
    return (f"case when {_for_all(source)} then 0 else "
            f"(select count(*) from {quoted(fact(source))} e where e.load_id in ({', '.join(map(str, loads))}) and {same}) end")


def _for_all(source: Source) -> str:
    """SQL: the row speaks for all parts of its key at once, which no file repeats."""
    return " and ".join(f"{quoted(name)} = '{ALL}'" for name in source.parts) or "false"


def unit(source: Source) -> tuple[str, str]:
    """SQL for the school and the day a row of this source belongs to."""
    school = quoted(source.school) if source.school else "null::varchar"
    day = quoted(source.date) if source.date else "null::date"
    return school, day


def touch(change: Change, load_id: int, sources: Iterable[Source]) -> None:
    """Fill the temp table `touched` with every unit a load speaks about, by row or by scope."""
    change.run(TOUCHED)
    change.run("insert into touched select distinct source, school_id, day from scope where load_id = ?", load_id)
    for source in sources:
        school, day = unit(source)
        change.run(f"insert into touched select distinct '{source.name}', {school}, {day} "
                   f"from {quoted(fact(source))} where load_id = ?", load_id)
    change.run("create or replace temp table touched as select distinct * from touched")


def rewrite_live(change: Change, source: Source) -> None:
    """Decide the live rows of all touched units anew, from the standing loads, some schools at a time: memory stays bounded."""
    table, (school, day) = quoted(live(source)), unit(source)
    counts = change.rows(f"""select t.school_id, coalesce(f.rows, 0) from (select distinct school_id from touched where source = '{source.name}') t
        left join (select {school} as school_id, count(*) as rows from {quoted(fact(source))} group by 1) f using (school_id)""")
    for schools in portions(counts):
        change.let_go()
        touched = f"(select school_id, day from touched where source = '{source.name}' and {schools.among('school_id')})"
        change.run(f"delete from {table} as f where {schools.among(school)} and exists (from {touched} u where {same_unit(source, 'f', 'u')})")
        change.run(f"insert into {table} by name {standing_rows(source, touched, schools)} order by {school}, {day}, file_row")


@dataclass(frozen=True)
class Schools:
    """Neighbouring schools by their codes; None are the rows of no school."""
    first: str | None
    last: str | None

    def among(self, column: str) -> str:
        """SQL: the code in this column is one of them."""
        if self.first is None:
            return f"{column} is null"
        first, last = (code.replace("'", "''") for code in (self.first, self.last))
        return f"{column} between '{first}' and '{last}'"


def portions(counts: Iterable[tuple[str | None, int]]) -> Iterator[Schools]:
    """Whole schools with their rows, ROWS_AT_ONCE together, in the order of their codes."""
    counts = sorted(counts, key=lambda count: (count[0] is not None, count[0]))
    first, rows = 0, 0
    for at, (code, count) in enumerate(counts):
        rows += count
        if code is None or rows >= ROWS_AT_ONCE or code == counts[-1][0]:
            yield Schools(counts[first][0], code)
            first, rows = at + 1, 0


def rewrite_received(change: Change, source: Source) -> None:
    """Note for all touched units whether this source has arrived: by a row that says so or, for events, by scope."""
    school, day = unit(source)
    told = f"select distinct {school} as school_id, {day} as day from {quoted(live(source))} where {source.received}"
    if source.events:
        told += f" union select school_id, day from scope join standing using (load_id) where source = '{source.name}'"
    touched = f"select school_id, day from touched where source = '{source.name}'"
    change.run(f"delete from received where source = '{source.name}' and (school_id, day) in ({touched})")
    change.run(f"insert into received select '{source.name}', school_id, day from ({told}) "
               f"where (school_id, day) in ({touched})")


def standing_rows(source: Source, touched: str, schools: Schools) -> str:
    """SQL for the rows of these units of these schools that stand, worked out from facts and scopes alone.

    The newest standing load that has a row for a key, or whose scope covers its unit, decides; within a load the
    later sheet does.
    """
    by = ", ".join(f"f.{quoted(name)}" for name in source.key)
    return f"""
        select f.* from (from {quoted(fact(source))} where {schools.among(unit(source)[0])}) f
        join standing s on s.load_id = f.load_id
        left join (select school_id, day, max(c.load_id) as load_id from scope c
                   join standing k on k.load_id = c.load_id where source = '{source.name}' and {schools.among("school_id")}
                   group by school_id, day) u on {same_unit(source, 'f', 'u')}
        where f.load_id >= coalesce(u.load_id, 0) and exists (from {touched} t where {same_unit(source, 'f', 't')})
        qualify row_number() over (partition by {by}, f.nth order by f.load_id desc, f.part desc) = 1"""


def same_unit(source: Source, row: str, unit_name: str) -> str:
    """SQL: the row's school and day are the unit's; a list without schools or days has one unit."""
    school = f"{row}.{quoted(source.school)} is not distinct from {unit_name}.school_id" if source.school else "true"
    day = f"{row}.{quoted(source.date)} is not distinct from {unit_name}.day" if source.date else "true"
    return f"{school} and {day}"
