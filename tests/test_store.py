"""One file, one process: nobody gets another's answer, sees half a load, or reaches out of a view."""
from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from data import store as store_module
from data.store import Damaged, InUse, Store, in_memory

CHECKOUT = Path(__file__).parents[1]
ROWS = 2_000_000
SECRET = "HARRIS-IDRIS"


def together(*work: Callable[[], None]) -> None:
    """Every piece of work on a thread of its own, until all are done."""
    threads = [threading.Thread(target=one) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class TestManyAtOnce:
    def test_eight_people_each_get_their_own_answer(self, store):
        """Eight threads, two thousand questions each. Through one connection without a cursor of their own, 1,068 of
        8,000 such answers were another person's (duckdb 1.5.6), and no error was raised."""
        with store.change() as change:
            change.run("create table enrolled as select 'school ' || range % 8 as school, range as student from range(800)")
        wrong = []

        def ask(school: str) -> None:
            for turn in range(2000):
                if turn % 10:
                    told = store.rows("select school, count(*) from enrolled where school = ? group by school", school)
                else:
                    told = [tuple(row.values()) for row in store.table("select school, count(*) as n from enrolled where school = ? group by school", school).to_pylist()]
                if told != [(school, 100)]:
                    wrong.append((school, told))
        together(*(lambda n=n: ask(f"school {n}") for n in range(8)))
        assert wrong == []

    def test_twenty_readers_always_see_whole_loads(self, store):
        """Twenty readers while loads of two million rows are committed: every read sees a whole number of loads.

        The gate around COMMIT was put in because without it 0.1 to 1.3 % of such reads saw part of a load (duckdb 1.4.5
        to 2.0.0, several threads a query). Tried by hand without the gate on duckdb 1.5.6 at one thread a query: 0 of
        tens of thousands of reads were wrong on this DuckDB, with it none. So here the next test is the one that fails when the gate is gone.
        """
        with store.change() as change:
            change.run("create table arrived (load_id bigint, n bigint)")
            change.run("create table newest as select 0 as load_id")
        done, reads, torn = threading.Event(), [], []

        def read() -> None:
            while not done.is_set():
                count, loads = store.rows("select (select count(*) from arrived), (select load_id from newest)")[0]
                reads.append(1)
                if count != loads * ROWS:
                    torn.append((count, loads))

        def load() -> None:
            for number in range(1, 9):
                with store.change() as change:
                    change.run(f"insert into arrived select {number}, range from range({ROWS})")
                    change.run("update newest set load_id = ?", number)
            while len(reads) < 2000:
                time.sleep(0.01)
            done.set()
        together(load, *[read] * 20)
        assert len(reads) >= 2000 and torn == []

    def test_a_commit_waits_for_the_readers_and_the_next_readers_for_the_commit(self, store):
        with store.change() as change:
            change.run("create table arrived as select 1 as load_id")
        ended, begun = {}, time.monotonic()

        def slow_reader() -> None:
            store.value("select count(*) from range(10000) a, range(10000) b where (a.range + b.range) % 7 = 8")
            ended["reader"] = time.monotonic()

        def loader() -> None:
            while not store._gate._reading:
                time.sleep(0.001)
            with store.change() as change:
                change.run("insert into arrived values (2)")
            ended["commit"] = time.monotonic()
        together(slow_reader, loader)
        slack = (ended["reader"] - begun) / 4          # threads wake in any order, but not by a quarter of the whole question
        assert ended["commit"] > ended["reader"] - slack

    def test_two_people_who_save_at_once_both_succeed(self, store):
        with store.change() as change:
            change.run("create table saved as select 0 as n")

        def save() -> None:
            for _ in range(25):
                with store.change() as change:
                    change.run("update saved set n = n + 1")
        together(*[save] * 4)
        assert store.value("select n from saved") == 100


class TestAllOrNothing:
    def test_what_fails_half_way_leaves_nothing(self, store):
        before = store.rows("select table_name from duckdb_tables() order by all")
        with pytest.raises(ZeroDivisionError), store.change() as change:
            change.run("create table half (n integer)")
            change.run("insert into half values (1)")
            change.run("insert into setting values ('half', 'done')")
            raise ZeroDivisionError
        assert store.rows("select table_name from duckdb_tables() order by all") == before
        assert store.rows("from setting") == []

    def test_a_statement_that_fails_takes_all_before_it_along(self, store):
        with pytest.raises(Exception, match="does not exist"), store.change() as change:
            change.run("insert into setting values ('half', 'done')")
            change.run("insert into nowhere values (1)")
        assert store.rows("from setting") == []
        with store.change() as change:
            change.run("insert into setting values ('after', 'fine')")
        assert store.rows("from setting") == [("after", "fine")]

    def test_a_trial_leaves_nothing(self, store):
        with store.trial() as trial:
            trial.run("insert into setting values ('tried', 'yes')")
            assert trial.value("select value from setting") == "yes"
        assert store.rows("from setting") == []

    def test_nobody_sees_a_change_before_it_is_whole(self, store):
        with store.change() as change:
            change.run("insert into setting values ('half', 'done')")
            assert store.rows("from setting") == []
        assert store.rows("from setting") == [("half", "done")]


class TestMigrations:
    def test_each_is_applied_once_and_recorded(self, tmp_path):
        shipped = sorted(path.name for path in store_module.MIGRATIONS.glob("*.sql"))
        for _ in range(2):
            with Store.open(tmp_path / "headway.duckdb") as store:
                assert [name for (name,) in store.rows("select name from migration order by name")] == shipped

    def test_a_new_one_meets_the_data_of_the_old_ones(self, tmp_path, monkeypatch):
        with Store.open(tmp_path / "headway.duckdb") as store, store.change() as change:
            change.run("insert into setting values ('kept', 'yes')")
        folder = tmp_path / "migrations"
        folder.mkdir()
        for path in store_module.MIGRATIONS.glob("*.sql"):
            (folder / path.name).write_text(path.read_text())
        (folder / "9998_more.sql").write_text("alter table setting add column since date; update setting set since = '2026-11-16'")
        (folder / "9999_broken.sql").write_text("create table begun (n integer); insert into nowhere values (1)")
        monkeypatch.setattr(store_module, "MIGRATIONS", folder)
        with pytest.raises(Exception, match="nowhere"):
            Store.open(tmp_path / "headway.duckdb")
        (folder / "9999_broken.sql").unlink()
        with Store.open(tmp_path / "headway.duckdb") as store:
            assert store.rows("select name, since::varchar from setting") == [("kept", "2026-11-16")]
            assert not store.rows("select 1 from duckdb_tables() where table_name = 'begun'")


def test_a_second_process_is_told_that_the_database_is_in_use(tmp_path):
    with Store.open(tmp_path / "headway.duckdb"):
        second = subprocess.run([sys.executable, "-c", "import sys; from data.store import *\ntry: Store.open(sys.argv[1])\n"
                                 "except InUse as held: print('in use:', held)", tmp_path / "headway.duckdb"], cwd=CHECKOUT, capture_output=True, text=True)
    assert second.stdout.startswith("in use:") and "PID" in second.stdout, second
    Store.open(tmp_path / "headway.duckdb").close()


@pytest.mark.parametrize("harm", ["nothing in it", "garbage", "a spreadsheet", "half of it", "no header", "end overwritten", "torn log"])
def test_a_damaged_database_says_so_and_is_left_as_it_was(tmp_path, harm):
    """In a folder called block-clock: what DuckDB says of damage, too, speaks of blocks, and neither is a lock."""
    path = tmp_path / "block-clock" / "headway.duckdb"
    path.parent.mkdir()
    with Store.open(path) as store, store.change() as change:
        change.run("create table filled as select range as n, 'student ' || range as who from range(100000)")
    whole = path.read_bytes()
    log = path.with_name(path.name + ".wal")
    content = {"nothing in it": b"", "garbage": bytes(range(256)) * 400, "a spreadsheet": b"school,date\n010,2026-11-16\n" * 900,
               "half of it": whole[:len(whole) // 2], "no header": bytes(4096) + whole[4096:],
               "end overwritten": whole[:-262144] + bytes(262144), "torn log": whole}[harm]
    path.write_bytes(content)
    if harm == "torn log":
        log.write_bytes(a_log_of_the_same_database(tmp_path)[:-40] + bytes(40))
        path.write_bytes((tmp_path / "killed.duckdb").read_bytes())
        content = path.read_bytes()
    with pytest.raises(Damaged):
        Store.open(path)
    assert path.read_bytes() == content


def a_log_of_the_same_database(folder: Path) -> bytes:
    """The write-ahead log of a process that ended without a word after two commits."""
    subprocess.run([sys.executable, "-c", "import os, sys; from data.store import *\nstore = Store.open(sys.argv[1])\nfor n in range(2):\n"
                    "  with store.change() as change: change.run(f'create table t{n} as from range(100)')\nos._exit(9)", folder / "killed.duckdb"],
                   cwd=CHECKOUT, check=False)
    return (folder / "killed.duckdb.wal").read_bytes()


class TestAViewIsLocked:
    """What a page is handed can reach no file, no other database, no variable of Python and no setting."""
    REACHES = """
        from a_table; from a_frame; from '{file}'; from '{other}'; from read_csv('{file}'); from read_csv_auto('{file}')
        from read_text('{file}'); from read_blob('{file}'); from read_json('{file}'); from read_json_objects('{file}')
        from read_parquet('{file}'); from parquet_metadata('{file}'); from sniff_csv('{file}'); from glob('{folder}/*')
        from read_duckdb('{other}'); from query('from read_text(''{file}'')'); from query_table('{file}'); from duckdb_secrets()
        from read_text('/proc/self/environ'); select getenv('HEADWAY_SECRET'); from arrow_scan(1, 2, 3); from pandas_scan(0)
        attach '{other}' as other; attach '{other}' as other (read_only); attach '{folder}/new.duckdb' as fresh
        copy school to '{folder}/out.csv'; copy school from '{file}'; create table stolen as from read_csv('{file}')
        export database '{folder}/out'; import database '{folder}/out'; install httpfs; load httpfs
        load '{folder}/evil.duckdb_extension'; create view peek as from read_text('{file}')
        create macro peek() as table from read_text('{file}'); prepare peek as from read_text('{file}')
        explain analyze from read_text('{file}'); set enable_external_access = true; reset enable_external_access
        set lock_configuration = false; reset lock_configuration; set python_enable_replacements = true
        set python_scan_all_frames = true; set allowed_directories = ['/']; set allowed_paths = ['{file}']
        set temp_directory = '{folder}'; set home_directory = '{folder}'; set secret_directory = '{folder}'
        set extension_directory = '{folder}'; set log_query_path = '{folder}/log'; set profiling_output = '{folder}/out'
        create persistent secret s (type http, bearer_token 'x')"""
    STATEMENTS = [one.strip() for line in REACHES.strip().splitlines() for one in line.split(";")]

    @pytest.fixture
    def outside(self, tmp_path, monkeypatch):
        """A folder with a file and a database that hold what the view must not."""
        monkeypatch.setenv("HEADWAY_SECRET", SECRET)
        (tmp_path / "file.csv").write_text(f"who\n{SECRET}\n")
        with Store.open(tmp_path / "other.duckdb") as other, other.change() as change:
            change.run(f"create table students as select '{SECRET}' as who")
        return {"folder": tmp_path, "file": tmp_path / "file.csv", "other": tmp_path / "other.duckdb"}

    @pytest.mark.parametrize("statement", STATEMENTS)
    def test_it_cannot(self, outside, statement):
        a_table, a_frame = pa.table({"who": [SECRET]}), pd.DataFrame({"who": [SECRET]})
        view = in_memory(school=pa.table({"school_id": ["010"]}))
        before = {*outside["folder"].iterdir()}
        with pytest.raises(Exception) as refused:
            view.rows(statement.format(**outside))
        assert SECRET not in str(refused.value) and {*outside["folder"].iterdir()} == before
        assert a_table.num_rows == len(a_frame) == 1 and view.rows("from school") == [("010",)]

    def test_its_three_locks_are_shut(self):
        """Variables of Python lie out of reach by luck, too, since the frame that asks holds none; the lock is what counts."""
        view = in_memory(school=pa.table({"school_id": ["010"]}))
        assert view.rows("""select current_setting('python_enable_replacements'), current_setting('enable_external_access'),
            current_setting('lock_configuration')""") == [(False, False, True)]

    def test_a_second_statement_behind_a_harmless_one_cannot_either(self, outside):
        view = in_memory(school=pa.table({"school_id": ["010"]}))
        with pytest.raises(Exception, match="Permission"):
            view.rows(f"select 1; from read_text('{outside['file']}')")

    def test_what_still_runs_tells_nothing_of_the_outside(self, outside):
        view = in_memory(school=pa.table({"school_id": ["010"]}))
        for harmless in ("pragma database_list", "from duckdb_databases()", "from duckdb_settings()", "from pragma_storage_info('school')",
                         "select current_setting('home_directory')", "force checkpoint"):
            assert SECRET not in str(view.rows(harmless)) and str(outside["folder"]) not in str(view.rows(harmless))

    def test_names_are_quoted_whatever_they_contain(self):
        assert in_memory(**{'x"; drop table y; --': pa.table({"n": [1]})}).rows('from "x""; drop table y; --"') == [(1,)]
