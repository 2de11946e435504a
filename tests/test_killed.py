"""Killing the machine never loses an accepted upload and never leaves half of one."""
from __future__ import annotations

import hashlib
import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from data.facts import fact, live
from data.home import Home
from data.store import Store, quoted
from indicators.district import District
from indicators.weekly import recompute
from tests.load_until_killed import AT, FILES_AT_A_TIME
from tests.nightly import by_night  # noqa: F401

CHECKOUT = Path(__file__).parents[1]
NUMBERS = "select indicator, school_id, week, measure, numerator, denominator, expected, received from weekly order by all"


def kill_at_some_moment(home: Home, first: int, moments: random.Random) -> list[list[str]]:
    """Let a process load until it is killed; what it was promised by then."""
    loading = subprocess.Popen([sys.executable, "-m", "tests.load_until_killed", home.path, str(first)], cwd=CHECKOUT,
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert loading.stdout.readline() == "ready\n"
    told, begun, loads = [], time.monotonic(), moments.randint(0, FILES_AT_A_TIME - 1)
    while len(told) < loads and (line := loading.stdout.readline()):
        told.append(line)
    time.sleep(moments.uniform(0, (time.monotonic() - begun) / (loads or 1)))           # somewhere within the next load
    loading.kill()
    told += loading.stdout.read().splitlines(keepends=True)
    loading.wait()
    return [line.split() for line in told if line.endswith("\n")]           # a promise half spoken is none


def opened_again(home: Home) -> District:
    begun = time.monotonic()
    district = District.open(home)
    assert time.monotonic() - begun < 5
    return district


def every_load_is_whole(district: District) -> None:
    """Each load has exactly its rows, and no row, claim or number is without an event."""
    store = district.store
    for source in district.sources:
        stored = store.rows(f"select load_id, part, count(*) from {quoted(fact(source))} group by all order by all")
        assert stored == store.rows("select load_id, part, accepted from load_part where source = ? and accepted > 0 order by all", source.name)
    events = "(select number from event where kind = 'load')"
    for table in ("load", "load_part", "scope"):
        assert store.value(f"select count(*) from {table} where load_id not in {events}") == 0
    assert store.value("select count(*) from event") == store.version
    assert store.value(f"select count(*) from {events} where number not in (select load_id from load)") == 0


def every_promise_is_kept(district: District, promised: list[list[str]]) -> None:
    events = {(kind, number): load_id for kind, number, load_id in district.store.rows("select kind, number, load_id from event")}
    for kind, number, what in promised:
        assert (kind, int(number)) in events
        if kind == "undo":
            assert events[kind, int(number)] == int(what)
        else:
            assert hashlib.sha256((district.home.archive / what).read_bytes()).hexdigest() == what


def numbers_follow_from_rows(district: District) -> None:
    with district.store.trial() as trial:
        stored = trial.rows(NUMBERS)
        trial.run("delete from weekly")
        recompute(trial, district.definitions, district.sources, 0)
        assert trial.rows(NUMBERS) == stored


def nothing_is_left_lying_about(home: Home) -> None:
    assert not [*home.incoming.iterdir()] and not [*home.path.rglob("*.new")]
    assert {path.name for path in home.path.iterdir() if path.is_file()} <= {"headway.duckdb", "headway.duckdb.wal", "ledger.jsonl", "student.key"}


def rebuilt(home: Home, folder: Path) -> District:
    """Another district, from nothing but the archive and the ledger mirror."""
    again = District(Home(folder).ensure(), Store.open())
    for line in home.mirror.read_text().splitlines():
        event = json.loads(line)
        if event["kind"] == "undo":
            number = again.undo(event["load_id"], by=event["by"], at=AT)
        else:
            upload = again.receive(home.archive / event["sha256"], event["file"], by=event["by"], at=AT)
            number = again.accept(again.understand(upload, event["answers"]), at=AT)
        assert number == event["number"]
    return again


def survives(tmp_path: Path, trials: int, seed: int) -> None:
    home, moments, promised = Home(tmp_path / "home").ensure(), random.Random(seed), []
    for trial in range(trials):
        promised += kill_at_some_moment(home, trial * FILES_AT_A_TIME, moments)
        district = opened_again(home)
        every_load_is_whole(district)
        every_promise_is_kept(district, promised)
        numbers_follow_from_rows(district)
        nothing_is_left_lying_about(home)
        if trial < trials - 1:
            district.close()
    again = rebuilt(home, tmp_path / "rebuilt")
    assert again.store.rows(NUMBERS) == district.store.rows(NUMBERS)
    for source in district.sources:
        assert again.store.rows(f"from {quoted(live(source))} order by all") == district.store.rows(f"from {quoted(live(source))} order by all")
    assert len(promised) >= trials / 2, "the kills came too early to prove anything"


def test_a_process_killed_while_it_loads_leaves_whole_loads(tmp_path):
    """Six kills at random moments, the same home carried from one to the next, and at the end rebuilt from its archive."""
    survives(tmp_path, trials=6, seed=20261116)


@pytest.mark.nightly
def test_a_hundred_kills(by_night, tmp_path):  # noqa: F811
    survives(tmp_path, trials=100, seed=int(time.time()))


def test_an_event_that_missed_the_mirror_is_written_when_the_home_is_opened_again(tmp_path):
    """Killed between COMMIT and the mirror, or in the middle of its line."""
    home = Home(tmp_path / "home").ensure()
    district = District.open(home)
    upload = district.receive(b"school,date,present,enrolled\n010,2026-11-16,9,10\n", "week.csv", by="office", at=AT)
    district.undo(district.accept(district.understand(upload), at=AT), by="office", at=AT)
    district.close()
    whole = home.mirror.read_text()
    for left in ("", whole.splitlines(keepends=True)[0], whole[:-20]):
        home.mirror.write_text(left)
        District.open(home).close()
        lines = home.mirror.read_text().splitlines()
        assert [json.loads(line)["number"] for line in lines if line in whole.splitlines()] == [1, 2]
