"""What a file would change, shown before anything is stored: new, changed, unchanged and gone, by school and week."""
from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.finding import Refused
from data.preview import Altered, WeekCount
from data.store import Store, quoted
from tests.understanding import Desk

MONDAY, TUESDAY, WEEK, NEXT = date(2026, 11, 16), date(2026, 11, 17), date(2026, 11, 16), date(2026, 11, 23)
HEADER = "School,Date,Present,Enrolled\n"
FIRST = HEADER + "A,2026-11-16,90,100\nA,2026-11-17,91,100\nB,2026-11-16,9,10\n"


@pytest.fixture
def desk(tmp_path, store):
    return Desk(tmp_path, store)


def counts(effects, source: str = "attendance") -> list[WeekCount]:
    [effect] = [effect for effect in effects if effect.source.name == source]
    return [*effect.weeks]


def altered(effects, source: str = "attendance") -> list[Altered]:
    [effect] = [effect for effect in effects if effect.source.name == source]
    return [*effect.altered]


def everything(store: Store) -> dict[str, list[tuple]]:
    """Every table with every row."""
    tables = [name for (name,) in store.rows("select table_name from duckdb_tables() where not internal order by 1")]
    return {name: store.rows(f"select * from {quoted(name)} order by all") for name in tables}


class TestBySchoolAndWeek:
    def test_a_first_file_is_all_new(self, desk):
        assert counts(desk.look(FIRST)) == [WeekCount("A", WEEK, 2, 0, 0, 0), WeekCount("B", WEEK, 1, 0, 0, 0)]

    def test_the_same_rows_again_are_unchanged(self, desk):
        desk.load(FIRST)
        effects = desk.look(FIRST)
        assert counts(effects) == [WeekCount("A", WEEK, 0, 0, 2, 0), WeekCount("B", WEEK, 0, 0, 1, 0)] and altered(effects) == []

    def test_a_correction_shows_the_old_value_and_the_new_one(self, desk):
        desk.load(FIRST)
        effects = desk.look(FIRST.replace("91,100", "93,110"))
        assert counts(effects)[0] == WeekCount("A", WEEK, 0, 1, 1, 0)
        assert altered(effects) == [Altered("A", TUESDAY, "present", 91, 93), Altered("A", TUESDAY, "enrolled", 100, 110)]

    def test_a_number_that_becomes_withheld_is_a_change_and_not_a_zero(self, desk):
        desk.load(FIRST)
        effects = desk.look(FIRST.replace("91,100", "*,100"))
        assert altered(effects) == [Altered("A", TUESDAY, "present", 91, None), Altered("A", TUESDAY, "present_is", None, "suppressed")]

    def test_a_row_left_out_of_a_day_the_file_speaks_of_is_gone(self, desk):
        by_grade = "School,Date,Grade,Present,Enrolled\nA,2026-11-16,1,40,50\nA,2026-11-16,2,50,50\nA,2026-11-17,1,40,50\n"
        desk.load(by_grade)
        assert counts(desk.look(by_grade.replace("A,2026-11-16,2,50,50\n", ""))) == [WeekCount("A", WEEK, 0, 0, 2, 1)]

    def test_days_the_file_does_not_speak_of_stay(self, desk):
        desk.load(FIRST)
        assert counts(desk.look(HEADER + "A,2026-11-23,90,100\n")) == [WeekCount("A", NEXT, 1, 0, 0, 0)]

    def test_a_refused_row_lets_nothing_of_its_day_be_gone(self, desk):
        by_grade = "School,Date,Grade,Present,Enrolled\nA,2026-11-16,1,40,50\nA,2026-11-16,2,50,50\n"
        desk.load(by_grade)
        assert counts(desk.look(by_grade.replace("2,50,50", "2,500,50"))) == [WeekCount("A", WEEK, 0, 0, 1, 0)]

    def test_two_sheets_of_one_file_are_one_file(self, desk):
        """Grade 2 is not gone because it stands on the second sheet."""
        sheets = ["School,Date,Grade,Present,Enrolled\nA,2026-11-16,1,40,50\n", "School,Date,Grade,Present,Enrolled\nA,2026-11-16,2,50,50\n"]
        desk.load(*sheets)
        assert counts(desk.look(*sheets)) == [WeekCount("A", WEEK, 0, 0, 2, 0)]

    def test_visits_of_a_week_said_to_be_complete_are_gone_where_the_file_has_none(self, desk):
        desk.load("School,Name\nA,Adams\nB,Bell\n")
        desk.load("School,Visit date,Coach\nA,2026-11-16,Osei\nB,2026-11-17,Osei\n")
        shorter = "School,Visit date,Coach\nA,2026-11-16,Osei\n"
        assert counts(desk.look(shorter), "coaching_visits") == [WeekCount("A", WEEK, 0, 0, 1, 0)]
        assert counts(desk.look(shorter, covers=(MONDAY, date(2026, 11, 20))), "coaching_visits") == [WeekCount("A", WEEK, 0, 0, 1, 0), WeekCount("B", WEEK, 0, 0, 0, 1)]

    def test_a_second_visit_the_same_day_is_new_and_the_first_unchanged(self, desk):
        visit = "School,Visit date,Coach\nA,2026-11-16,Osei\n"
        desk.load(visit)
        assert counts(desk.look(visit + "A,2026-11-16,Osei\n"), "coaching_visits") == [WeekCount("A", WEEK, 1, 0, 1, 0)]

    def test_a_list_has_no_weeks(self, desk):
        desk.load("School,Name\nA,Adams\nB,Bell\n")
        effects = desk.look("School,Name\nA,Adams Elementary\nC,Carver\n")
        assert counts(effects, "schools") == [WeekCount("A", None, 0, 1, 0, 0), WeekCount("C", None, 1, 0, 0, 0)]
        assert altered(effects, "schools") == [Altered("A", None, "name", "Adams", "Adams Elementary")]


class TestNothingIsStored:
    @pytest.mark.parametrize("file", [FIRST, FIRST.replace("91,", "93,"), HEADER + "B,2026-11-16,5,10\n", "School,Name\nA,Another\n", HEADER + "A,soon,1,2\n"])
    def test_every_table_is_as_it_was(self, desk, file):
        desk.load(FIRST)
        before = everything(desk.store)
        desk.look(file)
        assert everything(desk.store) == before and before["live_attendance"]

    def test_also_on_an_empty_district(self, desk):
        before = everything(desk.store)
        desk.look(FIRST)
        assert everything(desk.store) == before

    def test_also_where_the_load_is_then_refused(self, desk):
        desk.load(FIRST)
        before = everything(desk.store)
        with pytest.raises(Refused):
            desk.load(FIRST)
        assert everything(desk.store) == before


ROW = st.tuples(st.sampled_from("AB"), st.sampled_from(["2026-11-16", "2026-11-17", "2026-11-23"]), st.sampled_from(["1", "2"]), st.integers(0, 3))
FILES = st.lists(ROW, min_size=1, max_size=6, unique_by=lambda row: row[:3])


def by_grade(lines) -> str:
    return "School,Date,Grade,Present,Enrolled\n" + "".join(f"{s},{d},{g},{p},9\n" for s, d, g, p in lines) + "Z,2026-11-24,1,1,9\n"


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FILES, FILES)
def test_what_was_promised_is_what_happens(tmp_path, first, second):
    """After the load: before + new - gone rows stand, and the same file then shows nothing but unchanged rows."""
    with Store.open() as store:
        desk = Desk(tmp_path, store)
        desk.load(by_grade(first))
        before = store.value("select count(*) from live_attendance")
        [effect] = [e for e in desk.look(by_grade(second)) if not e.harvested]
        if by_grade(second) == by_grade(first):
            assert effect.total("new") == effect.total("changed") == effect.total("gone") == 0
            return
        desk.load(by_grade(second))
        assert store.value("select count(*) from live_attendance") == before + effect.total("new") - effect.total("gone")
        [after] = [e for e in desk.look(by_grade(second)) if not e.harvested]
        assert (after.total("new"), after.total("changed"), after.total("gone")) == (0, 0, 0)
        assert after.total("unchanged") == effect.total("new") + effect.total("changed") + effect.total("unchanged")
