"""Whatever is sent, corrected, refused, undone or closed: what stands is what the rule says, and the weeks follow."""
from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings

from data.home import Home
from data.store import Store
from indicators.weekly import recompute
from tests.nightly import by_night  # noqa: F401
from tests.replay import DEFINITIONS, REVISE, SCHOOLS, SOURCES, Send, Undo, World, empty, histories, nothing
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


AT = datetime(2026, 11, 20, 15, 0)


def load(district, text: str, **answers: str) -> int:
    upload = district.receive(text.strip().encode(), "sent.csv", by="office", at=AT)
    return district.accept(district.understand(upload, answers), at=AT)


def week(district, indicator: str, school: str, monday: str) -> tuple | None:
    """Numerator, denominator, expected and received of one week; and a full recompute says the same of all."""
    with district.store.trial() as trial:
        before = {*trial.rows(NUMBERS)}
        trial.run("delete from weekly")
        recompute(trial, district.definitions, district.sources, 0)
        assert {*trial.rows(NUMBERS)} == before
    found = district.store.rows("select numerator, denominator, expected, received from weekly where indicator = ? and school_id = ? and week = ?",
                                indicator, school, monday)
    return found[0] if found else None


def attendance(days: Iterable[str], schools: Iterable[str] = SCHOOLS) -> str:
    return "school,date,present,enrolled\n" + "\n".join(f"{school},{day},9,10" for school in schools for day in days)


class TestTheRuleByExample:
    """What stands of two visits: K by Osei at school 010, J by Osei at school 020.

    load 1  K=5, J=1
    load 2  K=5
    load 3  covers J's day without J
    load 4  covers J's day without J
    """
    K, J = ("010", date(2026, 11, 16)), ("020", date(2026, 11, 17))

    @pytest.fixture
    def loaded(self, two_stores) -> World:
        empty(two_stores[1])
        world = World(*two_stores[:2])
        for visits in (((self.K, "Osei", 5), (self.J, "Osei", 1)), ((self.K, "Osei", 5),), ((self.J, "Ahn", 7),), ((self.J, "Ahn", 8),)):
            rows = tuple({"school": school, "date": day, "coach": coach, "minutes": minutes} for (school, day), coach, minutes in visits)
            world.step(Send((("coaching_visits", rows, frozenset(), "own"),)), nothing)
        return world

    @pytest.mark.parametrize(("undone", "stands"), [
        ([], {"K": (5, 2)}),
        ([1], {"K": (5, 2)}),                           # K stays, since load 2 says so
        ([3], {"K": (5, 2)}),                           # J stays gone, since load 4 speaks
        ([4], {"K": (5, 2)}),
        ([3, 4], {"K": (5, 2), "J": (1, 1)}),
        ([4, 3, 2], {"K": (5, 1), "J": (1, 1)}),
        ([1, 3, 4], {"K": (5, 2)}),
        ([2, 1], {}),
    ])
    def test_the_newest_load_that_speaks_decides(self, loaded, undone, stands):
        for number in undone:
            loaded.step(Undo([load.load_id for load in loaded.loads].index(number)), nothing)
        named = {self.K: "K", self.J: "J"}
        assert stands == {named[row["school"], row["date"]]: (row["minutes"], row["load_id"])
                          for row in loaded.table("coaching_visits") if row["coach"] == "Osei"}
        rows_stand_as_the_rule_says(loaded)

    def test_a_correction_that_is_refused_leaves_the_row_it_meant_to_correct(self, district):
        """Complete for the week, but the row about school 010 cannot be read: its day is exempt, the rest of the claim holds."""
        head = "school,visit date,coach,minutes\n"
        load(district, head + "010,2026-11-16,Osei,5\n020,2026-11-17,Osei,1\n030,2026-11-18,Osei,2")
        load(district, head + "010,2026-11-16,Osei,five\n030,2026-11-17,Osei,3", covers="2026-11-16..2026-11-20")
        assert district.store.rows("select school, minutes from live_coaching_visits order by 1") == [("010", 5), ("030", 3)]

    def test_two_sheets_that_say_the_same_visit_twice_are_two_visits(self, tmp_path, district):
        book = openpyxl.Workbook()
        for sheet, minutes in ((book.active, 21), (book.create_sheet("Afternoon"), 22)):
            sheet.append(["school", "visit date", "coach", "minutes"])
            sheet.append(["010", "2026-11-16", "Osei", minutes])
        book.save(tmp_path / "visits.xlsx")
        upload = district.receive(tmp_path / "visits.xlsx", "visits.xlsx", by="office", at=AT)
        taken = district.understand(upload)
        assert taken.total("new") == 2
        district.accept(taken, at=AT)
        assert district.store.rows("select nth, minutes from live_coaching_visits order by all") == [(1, 21), (2, 22)]


class TestWeeksThatNobodyTouched:
    """What happens in one week can change the numbers of another."""
    def test_a_day_that_turns_out_to_be_closed_counts_for_the_absences_before_it(self, district):
        """Absent on Friday 13, reached on Wednesday 18: three school days; with Monday and Tuesday closed, one."""
        load(district, attendance(["2026-11-13", "2026-11-16", "2026-11-17", "2026-11-18"]))
        load(district, "school,absence date,student id,excused\n010,2026-11-13,77,no")
        load(district, "school,absence date,student id,contact date,family reached\n010,2026-11-13,77,2026-11-18,yes")
        assert week(district, "families_reached_within_2_days", "010", "2026-11-09")[:2] == (0, 1)
        closed = load(district, "date,school day\n2026-11-13,yes\n2026-11-16,no\n2026-11-17,no\n2026-11-18,yes")
        assert week(district, "families_reached_within_2_days", "010", "2026-11-09")[:2] == (1, 1)
        district.undo(closed, by="office", at=AT)
        assert week(district, "families_reached_within_2_days", "010", "2026-11-09")[:2] == (0, 1)

    def test_a_family_reached_on_saturday_was_reached_before_monday(self, district):
        load(district, attendance(["2026-11-13"]))
        load(district, "school,absence date,student id,excused\n010,2026-11-13,77,no")
        load(district, "school,absence date,student id,contact date,family reached\n010,2026-11-13,77,2026-11-14,yes")
        assert week(district, "families_reached_within_2_days", "010", "2026-11-09")[:2] == (0, 1), "nobody knows yet when school goes on"
        load(district, attendance(["2026-11-16"]))
        assert week(district, "families_reached_within_2_days", "010", "2026-11-09")[:2] == (1, 1)

    def test_when_half_of_the_schools_send_all_owe_from_the_first_day_also_in_the_week_the_year_turns(self, district):
        """The list has three schools. On 1 July one of them sends its rosters, on 13 July the second: now the third owes them too."""
        load(district, "school,school name\n010,Oak\n020,Elm\n030,Ash")
        load(district, attendance(["2026-06-29", "2026-07-01", "2026-07-13"]))
        rosters = "school,date,rosters expected,rosters on time\n"
        load(district, rosters + "010,2026-07-01,20,18")
        assert week(district, "data_received", "030", "2026-06-29")[:2] == (2, 2)
        load(district, rosters + "020,2026-07-13,20,18")
        assert week(district, "data_received", "030", "2026-06-29")[:2] == (2, 3)

    def test_a_school_closed_by_itself_owes_one_day_less(self, district):
        load(district, attendance(["2026-11-16", "2026-11-17"]))
        load(district, "date,school,school day\n2026-11-17,010,no")
        assert week(district, "attendance_rate", "010", "2026-11-16") == (9, 10, 1, 1)
        assert week(district, "attendance_rate", "020", "2026-11-16") == (18, 20, 2, 2)

    def test_a_week_without_a_log_of_visits_is_missing_from_the_last_four_not_zero(self, district):
        load(district, attendance(["2026-11-02", "2026-11-09", "2026-11-16"]))
        for monday in ("2026-11-02", "2026-11-16"):
            load(district, f"school,visit date,coach\n010,{monday},Osei", covers=f"{monday}..{monday}")
        assert week(district, "coaching_visits", "010", "2026-11-16") == (2, 1, 3, 2)
        assert week(district, "coaching_visits", "010", "2026-11-02") == (1, 1, 1, 1)


@settings(max_examples=25, **RANDOM)
@given(history=histories(4))
def test_whatever_happens_rows_stand_by_the_rule_and_weeks_follow(two_stores, history):
    """25 times five histories."""
    lives_through(two_stores, history, every_step=False)


@pytest.mark.nightly
@settings(max_examples=600, **RANDOM)
@given(history=histories(9))
def test_whatever_happens_in_long_histories(by_night, two_stores, history):
    lives_through(two_stores, history, every_step=True)
