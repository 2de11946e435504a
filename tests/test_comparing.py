"""Schools beside each other and the weeks to come, as the pages ask for them: on the made-up district and on small ones."""
from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from tests.standings import DEFINITIONS

from data.access import EVERYTHING, Scope
from data.home import Home
from data.source import load_sources
from data.store import in_memory
from indicators import comparing, outlook
from indicators.district import District
from indicators.outlook import Chance
from indicators.outlook_words import HELD
from indicators.trend import Variation
from indicators.view import View

AS_OF = date(2026, 11, 20)
ATTENDANCE, CALLS, VISITS = "attendance_rate", "families_reached_within_2_days", "coaching_visits"
LINCOLN, DANA = "0204", "Dana Whitfield"


@pytest.fixture(scope="module")
def district(made_up_original, tmp_path_factory):
    home = tmp_path_factory.mktemp("compared") / "home"
    shutil.copytree(made_up_original, home)
    opened = District.open(Home(home))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def view(district) -> View:
    return district.view(EVERYTHING, AS_OF)


@pytest.fixture(scope="module")
def days(made_up_original) -> pd.DataFrame:
    """Attendance as it stands in this year's spreadsheet, of the eight judged weeks of 21 Sep to 9 Nov; Greene sent too little of one."""
    rows = pd.read_csv(Path(made_up_original) / "made-up spreadsheets" / "attendance 2026-27.csv", dtype={"Building": str})
    too_little = (rows["Building"] == "0126") & rows["School Day"].between("2026-10-12", "2026-10-18")
    return rows[rows["School Day"].between("2026-09-21", "2026-11-15") & ~too_little]


def share(rows: pd.DataFrame) -> float:
    return 100 * rows["In Attendance"].sum() / rows["Membership"].sum()


class TestSchoolsBesideEachOther:
    def test_each_value_is_the_sum_of_eight_weeks_divided_once(self, view, days):
        found = comparing.compared(view, ATTENDANCE)
        assert (len(found.weeks), found.weeks[0], found.weeks[-1]) == (comparing.WINDOW, date(2026, 9, 21), date(2026, 11, 9))
        for school in found.schools:
            mine = days[days["Building"] == school.place]
            assert school.value == pytest.approx(share(mine)) and school.size == mine["Membership"].sum()
        assert found.whole == pytest.approx(share(days)) and len(found.schools) == 40

    def test_forty_schools_have_a_band_and_who_is_outside_it_lies_beyond_its_ends(self, view):
        found = comparing.compared(view, CALLS)
        assert found.band and [school.school for school in found.outside] == ["Lakeside"]
        assert all((s.value > s.high) - (s.value < s.low) == s.outside for s in found.schools)

    def test_five_schools_have_no_band_and_differ_where_their_levels_do_not_touch(self, view, days):
        found = comparing.compared(view, ATTENDANCE, DANA)
        assert not found.band and not found.outside
        assert [school.school for school in found.schools] == ["Adams", "Bell", "Lincoln", "Roosevelt", "Washington"]
        assert [(low.school, [high.school for high in above]) for low, above in found.apart] == [
            ("Washington", ["Adams", "Bell", "Roosevelt"]), ("Lincoln", ["Roosevelt"])]
        assert found.whole == pytest.approx(share(days[days["Building"].isin([school.place for school in found.schools])]))

    def test_a_school_whose_own_line_moves_is_marked(self, view):
        moving = {school.school: school.moving for school in comparing.compared(view, ATTENDANCE).moving}
        assert moving["Lincoln"] is Variation.WORSENING and "Bell" not in moving

    def test_rolling_sums_are_neither_added_up_nor_foretold(self, view):
        assert comparing.compared(view, VISITS) is comparing.alike(view, VISITS, LINCOLN) is comparing.asked(view, VISITS, LINCOLN) is None
        assert comparing.ahead(view, VISITS, "school", LINCOLN) is None


class TestSimilarSchools:
    def test_those_named_are_of_the_same_level_and_really_ahead(self, view):
        found = comparing.alike(view, ATTENDANCE, LINCOLN)
        levels = dict(view.tables.rows("select label, level from school"))
        assert {levels[school] for school in found.similar} == {found.level} == {"middle"}
        assert [school.school for school in found.better] == ["Birchwood"]
        assert all(school.value > found.own.value for school in found.better)

    def test_nobody_is_named_to_somebody_who_sees_fewer_than_ten_schools(self, district, view):
        five = frozenset(s for (s,) in view.tables.rows("select school_id from school where director = ?", DANA))
        narrow = district.view(Scope("senior director", five), AS_OF)
        assert comparing.alike(narrow, ATTENDANCE, LINCOLN) is comparing.asked(narrow, ATTENDANCE, LINCOLN) is None
        assert not comparing.compared(narrow, ATTENDANCE).band

    def test_what_could_be_expected_is_last_year_and_the_middle_gain_of_the_similar(self, view):
        """Weeks of the same number both years, added up: 12 of fall 2025 and the 12 a year later."""
        def total(place: str, first: date) -> float:
            top, bottom = view.tables.rows("""select sum(numerator), sum(denominator) from point
                where indicator = ? and kind = 'school' and place = ? and week between ? and ?""", ATTENDANCE, place, first, first + timedelta(weeks=11))[0]
            return 100 * top / bottom
        places = dict(view.tables.rows("select label, school_id from school"))
        gains = [total(places[s], date(2026, 8, 24)) - total(places[s], date(2025, 8, 25)) for s in comparing.alike(view, ATTENDANCE, LINCOLN).similar]
        found = comparing.asked(view, ATTENDANCE, LINCOLN)
        assert found.last_year == pytest.approx(total(LINCOLN, date(2025, 8, 25)))
        assert found.now == pytest.approx(total(LINCOLN, date(2026, 8, 24)))
        assert found.expected == pytest.approx(found.last_year + float(np.median(gains)))


class TestWhereANumberIsHeading:
    def test_the_year_ends_as_last_year_did(self, view):
        coming, many = comparing.weeks_to_come(view)
        assert (coming[0], coming[-1], many) == (date(2026, 11, 23), date(2027, 6, 7), 26)
        assert date(2026, 12, 28) not in coming

    def test_it_rests_on_the_last_twenty_judged_weeks(self, view):
        rows = view.tables.rows("select value, usable > 0 from point where indicator = ? and kind = 'district' order by week desc limit 21", ATTENDANCE)[::-1]
        value, usable = (np.array([[row[at] for row in rows]]) for at in (0, 1))
        foretold = outlook.outlook(value, usable, 26)
        found = comparing.ahead(view, ATTENDANCE, "district", "all")
        assert (found.low, found.high, found.used) == (pytest.approx(foretold.lower[0, -1]), pytest.approx(foretold.upper[0, -1]), 20)
        assert (found.chance, found.week) == (Chance.UNLIKELY, date(2027, 6, 7))

    def test_nothing_is_foretold_beyond_all_or_nothing(self, view):
        found = [comparing.ahead(view, d.name, "school", place) for d in view.definitions if d.judged
                 for (place,) in view.tables.rows("select school_id from school")]
        assert all(0 <= each.low <= each.high <= 100 for each in found if each.low is not None)

    @pytest.mark.parametrize("weeks", [12, 20])
    @pytest.mark.parametrize("ahead", [comparing.AHEAD, 27])
    def test_it_holds_as_often_as_the_page_says_however_far_it_looks(self, weeks, ahead):
        rng, series, sd = np.random.default_rng(7), 2000, 0.3
        noise, at = rng.standard_normal((series, weeks + ahead)), np.arange(weeks + ahead)
        alike = noise.copy()
        for week in range(1, weeks + ahead):
            alike[:, week] = 0.5 * alike[:, week - 1] + np.sqrt(0.75) * noise[:, week]
        for value in (noise, alike, noise + 0.1 * at, noise + sd * at, noise + sd * np.minimum(at, weeks)):
            found = outlook.outlook(value[:, :weeks], np.ones((series, weeks), bool), ahead)
            held = 100 * np.mean((found.lower[:, -1] <= value[:, -1]) & (value[:, -1] <= found.upper[:, -1]))
            assert HELD[0] - 1.5 <= held <= HELD[1]


def small(values: dict[str, list[float | None]], *, weeks: int, as_of: date | None = None, percentages: tuple[str, ...] = (),
          target: float | None = 94.0, first: date = date(2026, 8, 31)) -> View:
    """A district of its own: each school's percentages of 1,000 students, week by week from the first."""
    mondays = [first + timedelta(weeks=n) for n in range(weeks)]
    point = [{"indicator": ATTENDANCE, "kind": "school", "place": school, "week": week, "value": value, "usable": 1.0,
              "numerator": 10 * value, "denominator": 1000.0, "percentages": float(school in percentages)}
             for school, line in values.items() for week, value in zip(mondays, line, strict=True) if value is not None]
    school = [{"school_id": each, "label": each, "level": "middle", "students": 500, "need": 50.0, "director": DANA} for each in values]
    status = pa.schema([("place", pa.string()), ("variation", pa.string()), ("indicator", pa.string()), ("kind", pa.string()), ("judged_week", pa.date32())])
    definitions = replace(DEFINITIONS, by_name={ATTENDANCE: replace(DEFINITIONS[ATTENDANCE], target=target)})
    return View(EVERYTHING, as_of or mondays[-1], 1, False, definitions, load_sources(), in_memory(
        week=pa.table({"week": mondays}), to_come=pa.table({"week": pa.array([], pa.date32())}), point=pa.Table.from_pylist(point), school=pa.Table.from_pylist(school), status=pa.Table.from_pylist([], status)), pa.table({}))


class TestADistrictThatHasJustBegun:
    def test_with_eleven_weeks_it_is_too_early_and_with_twelve_it_is_not(self):
        wave = [92 + week % 3 for week in range(12)]
        early, enough = (comparing.ahead(small({"Adams": wave[:weeks]}, weeks=weeks), ATTENDANCE, "school", "Adams") for weeks in (11, 12))
        assert (early.low, early.chance, early.used) == (None, Chance.TOO_EARLY, 11)
        assert enough.low < 93 < enough.high and enough.chance in (Chance.POSSIBLE, Chance.UNLIKELY)

    def test_where_nobody_says_when_the_year_ends_it_looks_eight_weeks_ahead_and_names_no_week(self):
        found = comparing.ahead(small({"Adams": [93.0] * 12}, weeks=12), ATTENDANCE, "school", "Adams")
        assert (found.week, found.weeks, found.not_before) == (None, comparing.AHEAD, None)

    def test_near_a_years_end_that_nobody_told_it_says_nothing(self):
        assert comparing.ahead(small({"Adams": [93.0] * 34}, weeks=34), ATTENDANCE, "school", "Adams") is None

    def test_a_number_that_stopped_coming_is_not_continued(self):
        assert comparing.ahead(small({"Adams": [93.0] * 12 + [None] * 4}, weeks=16), ATTENDANCE, "school", "Adams") is None

    def test_without_a_target_it_lands_somewhere_and_meets_nothing(self):
        found = comparing.ahead(small({"Adams": [92.0, 94.0] * 6}, weeks=12, target=None), ATTENDANCE, "school", "Adams")
        assert found.chance is Chance.NONE and found.low < found.high

    def test_percentages_are_not_put_beside_counts(self):
        """Cole's file has percentages only: its week weighs school-days, not students."""
        view = small({"Adams": [92.0, 93.0], "Bell": [90.0, 91.0], "Cole": [80.0, 81.0]}, weeks=2, percentages=("Cole",))
        found = comparing.compared(view, ATTENDANCE)
        assert ([school.school for school in found.schools], found.left_out) == (["Adams", "Bell"], 1)

    def test_one_school_is_compared_with_nobody(self):
        assert comparing.compared(small({"Adams": [92.0] * 3}, weeks=3), ATTENDANCE) is None
        assert comparing.asked(small({"Adams": [92.0] * 3}, weeks=3), ATTENDANCE, "Adams") is None

    def test_before_a_week_can_be_judged_there_is_nothing(self):
        other = small({"Adams": [None, 92.0]}, weeks=2)
        assert comparing.ahead(other, ATTENDANCE, "school", "Bell") is comparing.alike(other, ATTENDANCE, "Bell") is None
