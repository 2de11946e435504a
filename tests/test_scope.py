"""What a person may not see is not in the view their pages hold, and no cache mixes two scopes."""
from __future__ import annotations

from datetime import date, datetime

import pytest

from data.access import EVERYTHING, NOTHING, Scope
from data.home import Home
from indicators.behind import rows_behind
from indicators.district import District
from indicators.house import House

AS_OF = date(2026, 11, 20)
LOOKING = {"by": "D. Whitfield", "at": datetime(2026, 11, 20, 9, 0)}


@pytest.fixture
def house(made_up_home):
    opened = House(Home(made_up_home))
    yield opened
    opened.close()


def everything_in(view) -> str:
    """Every cell of every table of a view, as one text."""
    tables = [name for (name,) in view.tables.rows("select table_name from duckdb_tables()")]
    return "\n".join(str(row) for name in tables for row in view.tables.rows(f'from "{name}"'))


class TestADirectorsView:
    @pytest.fixture
    def five(self, house):
        ids = house.district.store.rows("select school from live_caseloads where director = 'Dana Whitfield'")
        return frozenset(school for (school,) in ids)

    def test_it_holds_five_schools_and_no_trace_of_the_other_thirty_five(self, house, five):
        view = house.view(Scope("senior director", five), AS_OF)
        others = house.district.store.rows("select school, name from live_schools")
        held = everything_in(view)
        assert len(five) == 5 and all(f"'{school}'" in held for school in five)
        assert [name for school, name in others if school not in five and (f"'{school}'" in held or f"'{name}'" in held)] == []

    def test_its_totals_are_of_its_own_schools(self, house, five):
        view = house.view(Scope("senior director", five), AS_OF)
        own = house.district.store.value("""select sum(numerator) from weekly where indicator = 'attendance_rate' and week = '2026-11-09'
            and school_id in (select unnest(?::varchar[]))""", sorted(five))
        assert view.tables.value("""select numerator from point where indicator = 'attendance_rate' and kind = 'district' and week = '2026-11-09'""") == own

    def test_its_schools_are_compared_with_all_schools_whoever_looks(self, house, five):
        wide, narrow = house.view(EVERYTHING, AS_OF), house.view(Scope("senior director", five), AS_OF)
        lit = "select indicator, place, noticed, began, size from light where kind = 'school' and place in (select unnest(?::varchar[])) order by all"
        assert narrow.tables.rows(lit, sorted(five)) == wide.tables.rows(lit, sorted(five)) != []

    def test_rows_behind_a_foreign_number_are_not_shown(self, house, five):
        foreign = house.district.store.value("select min(school) from live_schools where school not in (select unnest(?::varchar[]))", sorted(five))
        definition = house.district.definitions["attendance_rate"]
        assert rows_behind(house.district, Scope("senior director", five), definition, foreign, date(2026, 11, 9), **LOOKING).total == 0
        assert rows_behind(house.district, EVERYTHING, definition, foreign, date(2026, 11, 9), **LOOKING).total == 4    # Veterans Day is closed

    def test_a_cached_view_of_another_scope_is_never_handed_out(self, house, five):
        wide, narrow = house.view(EVERYTHING, AS_OF), house.view(Scope("senior director", five), AS_OF)
        again = house.view(Scope("senior director", five), AS_OF)
        assert again is narrow is not wide
        assert [v.tables.value("select count(*) from school") for v in (wide, narrow)] == [40, 5]


def test_somebody_unknown_sees_nothing(house):
    view = house.view(NOTHING, AS_OF)
    counts = [view.tables.value(f"select count(*) from {name}") for name in ("school", "status", "point", "coverage", "load", "light")] + [view.decided.num_rows]
    assert counts == [0] * 7


def test_a_new_load_makes_a_new_view(house, tmp_path):
    before = house.view(EVERYTHING, AS_OF)
    load = house.district.store.value("select max(load_id) from standing")
    house.district.undo(load, by="steward", at=datetime(2026, 11, 20, 16, 0))
    after = house.view(EVERYTHING, AS_OF)
    assert after is not before and after.version == before.version + 1


def test_a_view_of_the_removed_district_is_never_shown_for_the_new_one(house):
    """Even when event number and day happen to be the same."""
    before = house.view(EVERYTHING, AS_OF)
    house.district.start_own(by="steward", at=datetime(2026, 11, 20, 8, 0))
    while house.district.store.version < before.version:
        with house.district.store.change() as change:
            change.run("insert into event values (?, '2026-11-20 09:00', 'steward', 'start', null, null)", house.district.store.version + 1)
    after = house.view(EVERYTHING, AS_OF)
    assert after.version == before.version and after.tables.value("select count(*) from school") == 0


class TestWhereANumberComesFrom:
    def test_the_rows_add_up_to_the_number(self, house):
        behind = rows_behind(house.district, EVERYTHING, house.district.definitions["attendance_rate"], "0112", date(2026, 11, 9), **LOOKING)
        numerator, denominator = house.district.store.rows("""select numerator, denominator from weekly
            where indicator = 'attendance_rate' and school_id = '0112' and week = '2026-11-09'""")[0]
        assert sum(row.values["present"] for row in behind.rows) == numerator
        assert sum(row.values["enrolled"] for row in behind.rows) == denominator

    def test_each_row_names_its_file_and_line_and_the_line_says_the_same(self, house):
        import csv
        behind = rows_behind(house.district, EVERYTHING, house.district.definitions["attendance_rate"], "0112", date(2026, 11, 9), **LOOKING)
        for row in behind.rows:
            lines = list(csv.reader((house.district.home.path / "made-up spreadsheets" / row.file_name).open(encoding="utf-8")))
            assert {str(row.values["present"]), str(row.values["enrolled"])} <= set(lines[row.file_row - 1])

    def test_each_look_is_logged(self, house):
        rows_behind(house.district, EVERYTHING, house.district.definitions["attendance_rate"], "0112", date(2026, 11, 9), **LOOKING)
        assert '"school": "0112"' in (house.district.home.path / "looks.jsonl").read_text()

    def test_no_student_is_shown(self, house):
        caseload = house.district.store.value("select min(school) from live_absences")
        behind = rows_behind(house.district, EVERYTHING, house.district.definitions["families_reached_within_2_days"], caseload, date(2026, 11, 2), **LOOKING)
        assert behind.total > 0 and not any("student" in row.values for row in behind.rows)


class TestStartingWithOnesOwn:
    def test_the_made_up_district_is_gone_whole(self, made_up_home):
        district = District.open(Home(made_up_home))
        assert district.made_up_as_of == AS_OF
        district.start_own(by="steward", at=datetime(2026, 11, 21))
        try:
            assert (district.made_up_as_of, district.schools.names, district.begun) == (None, {}, True)
            assert list(district.home.archive.iterdir()) == [] and not (made_up_home / "made-up spreadsheets").exists()
            assert district.view(EVERYTHING, date(2026, 11, 21)).tables.value("select count(*) from status") == 0
        finally:
            district.close()
