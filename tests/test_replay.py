"""Whatever is sent, corrected, refused, undone or closed: what stands is what the rule says, and the weeks follow."""
from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from data.home import Home
from data.store import Store
from indicators.weekly import recompute
from tests.nightly import by_night  # noqa: F401
from tests.replay import DEFINITIONS, REVISE, SOURCES, Send, Undo, World, empty, histories, nothing
from tests.replay_oracle import DAILY, KEYS, District, live

RANDOM = dict(deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
NUMBERS = "select indicator, school_id, week, measure, numerator, denominator, expected, received from weekly"
LAST = """select indicator, school_id, week, measure, numerator, denominator, expected, received from weekly_revision
    qualify row_number() over (partition by indicator, school_id, week order by event desc) = 1 and not gone"""


@pytest.fixture(scope="module")
def two_stores(tmp_path_factory):
    """A home, a store to live in and one to replay into; one thread each, for their questions are tiny."""
    home = Home(tmp_path_factory.mktemp("replay") / "home").ensure()
    with Store.open() as lived, Store.open() as replayed:
        for store in (lived, replayed):
            store.rows("set threads = 1")
        yield home, lived, replayed


def rows_stand_as_the_rule_says(world: World) -> None:
    for source in KEYS:
        stored = [(*(row[name] for name in KEYS[source]), row["nth"], row["load_id"], row["part"], row["file_row"]) for row in world.table(source)]
        ruled = [(*row["key"], row["load_id"], row["part"], row["file_row"]) for row in live(world.loads, source)]
        assert sorted(stored, key=repr) == sorted(ruled, key=repr), f"{source}: other rows stand than the rule says"


def weeks_follow_from_rows(world: World) -> None:
    """Received days, school days and weekly numbers are those worked out by hand; the last revision of each is the number."""
    right, store = District(world.loads), world.store
    assert {*store.rows("select source, school_id, day from received")} == {(source, *unit) for source in DAILY for unit in right.received[source]}
    assert [day for (day,) in store.rows("select day from school_day order by n")] == right.days
    stored = store.rows(NUMBERS)
    assert in_words(stored) == in_words((*key, *numbers) for key, numbers in right.weekly().items())
    assert {*store.rows(LAST)} == {*stored}


def in_words(numbers) -> list[str]:
    return sorted(f"{indicator} {school} {week}: {measure} {top:.6f} of {bottom:g}, {received} of {expected} days"
                  for indicator, school, week, measure, top, bottom, expected, received in numbers)


def a_full_recompute_agrees(world: World) -> None:
    with world.store.trial() as trial:
        before = {*trial.rows(NUMBERS)}
        trial.run("delete from weekly")
        recompute(trial, DEFINITIONS, SOURCES, 0)
        assert before == {*trial.rows(NUMBERS)}


def a_replay_of_what_stands_agrees(world: World, fresh: Store) -> None:
    empty(fresh)
    replay = World(world.home, fresh)
    again = {replay.accept(world.parts[load.load_id], nothing): load.load_id for load in world.loads}
    for source in KEYS:
        replayed = [{**row, "load_id": again[row["load_id"]]} for row in replay.table(source)]
        assert sorted(replayed, key=repr) == sorted(world.table(source), key=repr), f"{source}: a replay gives other rows"
    with fresh.change() as change:
        recompute(change, DEFINITIONS, SOURCES, 0)
    assert {*fresh.rows(NUMBERS)} == {*world.store.rows(NUMBERS)}


def lives_through(two_stores, history: list[Send | Undo], *, every_step: bool) -> None:
    home, store, fresh = two_stores
    empty(store)
    world = World(home, store)
    for at, what in enumerate(history, 1):
        world.step(what, REVISE)
        rows_stand_as_the_rule_says(world)
        weeks_follow_from_rows(world)
        if every_step:
            a_full_recompute_agrees(world)
        if every_step or at == len(history):
            a_replay_of_what_stands_agrees(world, fresh)


@settings(max_examples=40, **RANDOM)
@given(history=histories(4))
def test_whatever_happens_rows_stand_by_the_rule_and_weeks_follow(two_stores, history):
    """40 times five histories."""
    lives_through(two_stores, history, every_step=False)


@pytest.mark.nightly
@settings(max_examples=600, **RANDOM)
@given(history=histories(9))
def test_whatever_happens_in_long_histories(by_night, two_stores, history):
    lives_through(two_stores, history, every_step=True)
