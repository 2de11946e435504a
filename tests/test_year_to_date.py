"""Numbers of the school year so far: what they hold, what a correction in September moves, and where the year will end."""
from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from data import loads
from indicators.definition import YEAR_TO_DATE, Definitions, read_definition
from indicators.dictionary import settles_words, window_words
from indicators.judging import Weeks, judge, weeks_up_to
from indicators.trend import WEEKS_BEFORE_SURE
from indicators.weekly import recompute
from indicators.year_to_date import added
from tests.test_judging import FIRST, one_school, past_weeks, school_days, school_weeks
from tests.understanding import AT, DEFINITIONS, SOURCES, Desk

pytestmark = pytest.mark.filterwarnings("error")        # a numpy warning is a case nobody thought of

RATE = replace(DEFINITIONS["attendance_rate"], name="attendance_so_far", percent_field="", window=YEAR_TO_DATE)
VISITS = replace(DEFINITIONS["coaching_visits"], name="visits_so_far", window=YEAR_TO_DATE, target=None)
SO_FAR = Definitions({definition.name: definition for definition in (RATE, VISITS)})
NUMBERS = "select * exclude (week), week::varchar from weekly order by all"


@pytest.fixture
def desk(tmp_path, store) -> Desk:
    return Desk(tmp_path, store, SO_FAR)


def attendance(*weeks: tuple[date, int]) -> str:
    """Ten students on each week's Monday, so many of them present."""
    return "School,Date,Present,Enrolled\n" + "".join(f"A,{monday},{present},10\n" for monday, present in weeks)


def rates(desk: Desk) -> dict[date, tuple]:
    """Week to numerator and denominator; and a full recompute says the same."""
    stands = desk.store.rows(NUMBERS)
    with desk.store.trial() as trial:
        trial.run("delete from weekly")
        recompute(trial, SO_FAR, SOURCES, 0)
        assert trial.rows(NUMBERS) == stands
    return {week: tuple(numbers) for week, (_, *numbers) in desk.weekly("attendance_so_far").items()}


class TestTheSumGrowsFromTheYearsFirstWeek:
    """
    week of    31 Aug   7 Sep   14 Sep      24 Aug next year
    present    9 of 10  7 of 10 8 of 10     10 of 10
    so far     9 of 10  16/20   24/30       10 of 10: a new school year begins at none
    """
    WEEKS = (date(2026, 8, 31), 9), (date(2026, 9, 7), 7), (date(2026, 9, 14), 8), (date(2027, 8, 23), 10)

    def test_each_week_holds_all_weeks_before_it_and_a_new_year_begins_anew(self, desk):
        desk.load(attendance(*self.WEEKS))
        assert [*rates(desk).values()] == [(9, 10), (16, 20), (24, 30), (10, 10)]

    def test_a_correction_in_september_moves_every_later_week_of_its_year_and_an_undo_moves_them_back(self, desk):
        desk.load(attendance(*self.WEEKS))
        before = rates(desk)
        desk.load(attendance((date(2026, 9, 7), 10)))
        assert [*rates(desk).values()] == [(9, 10), (19, 20), (27, 30), (10, 10)]
        loads.undo(desk.store, desk.home, SOURCES, 2, by="steward", at=AT, revise=desk.revise)
        assert rates(desk) == before

    def test_a_week_that_comes_late_is_added_to_those_that_were_there(self, desk):
        desk.load(attendance(self.WEEKS[0], self.WEEKS[2]))
        desk.load(attendance(self.WEEKS[1]))
        assert [*rates(desk).values()] == [(9, 10), (16, 20), (24, 30)]

    def test_a_week_in_which_the_year_turns_takes_its_numbers_along_when_its_first_days_open_or_close(self, desk):
        """Thursday 1 July 2027 begins a school year; the week is the old year's as soon as its Tuesday is a school day."""
        turn, after = date(2027, 6, 28), date(2027, 7, 5)
        desk.load(attendance((date(2027, 6, 21), 6), (turn + timedelta(days=3), 9), (after, 8)))
        assert [*rates(desk).values()] == [(6, 10), (9, 10), (17, 20)]
        desk.load(attendance((turn + timedelta(days=1), 5)))
        assert [*rates(desk).values()] == [(6, 10), (20, 30), (8, 10)]
        closed = "".join(f"{day},{'no' if day == turn + timedelta(days=1) else 'yes'}\n" for day in (date(2027, 6, 21), turn + timedelta(days=1)))
        desk.load("Date,School day\n" + closed)
        assert [*rates(desk).values()] == [(6, 10), (9, 10), (17, 20)]

    def test_visits_are_counted_on_and_a_week_without_a_log_is_owed(self, desk):
        desk.load("School,Name\nA,Adams\n")
        desk.load("Date,School day\n" + "".join(f"{monday},yes\n" for monday, _ in self.WEEKS))
        for monday, _ in (self.WEEKS[0], self.WEEKS[2]):
            desk.load(f"School,Visit date,Coach\nA,{monday},Osei\nA,{monday},Ahn\n", covers=(monday, monday))
        assert desk.weekly("visits_so_far") == {date(2026, 8, 31): ("counts", 2, 1), date(2026, 9, 14): ("counts", 4, 1)}
        assert desk.store.rows("select expected, received from weekly where indicator = 'visits_so_far' order by week") == [(1, 1), (3, 2)]
        rates(desk)


class TestItIsNotJudged:
    def test_it_has_no_range_and_no_signal_but_the_same_week_last_year(self):
        values = [0.9] * 30
        weeks = replace(past_weeks(30), last_year=[-1] * 29 + [3])
        points, [status] = judge(RATE, one_school([*values[:-1], 0.5]), weeks)
        assert not points["signal"].any() and np.isnan(points["upper"]).all() and status["variation"] == ""
        assert status["last_year"] == 90 and status["paired"] == pytest.approx(-40) and not status["paired_beyond"] and status["paired_usual"] is None

    def test_it_says_so_in_words(self):
        assert window_words(RATE) == "one number a week, for the school year so far" and "running totals have no usual range" in settles_words(RATE)
        assert RATE.in_words().endswith(", since the school year began")

    def test_the_one_the_guide_shows_can_be_used(self, tmp_path):
        guide = (Path(__file__).parents[1] / "docs" / "defining.md").read_text()
        [shown] = [block for block in re.findall(r"```toml\n(.*?)```", guide, re.DOTALL) if YEAR_TO_DATE in block]
        (tmp_path / "attendance_so_far.toml").write_text(shown)
        definition = read_definition(tmp_path / "attendance_so_far.toml", SOURCES)
        assert definition.to_date and not definition.judged


class TestWhereTheYearWillEnd:
    def status(self, weekly: list[float], coming: int | None, definition=RATE, before: int = 0) -> dict:
        """`weekly` are shares of 100 students a week, or visits; `before` weeks of them belong to the year before."""
        year = np.repeat([2025, 2026], [before, len(weekly) - before])
        size = 100.0 if definition is RATE else 1.0
        rows = [np.concatenate([np.cumsum(given[year == one]) for one in np.unique(year)])
                for given in (np.array(weekly) * size, np.full(len(weekly), size), np.full(len(weekly), 5.0))]
        series = replace(one_school(weekly), numerator=rows[0][None], denominator=rows[1][None] if definition is RATE else np.ones((1, len(weekly))),
                         expected=rows[2][None], received=rows[2][None])
        weeks = replace(past_weeks(len(weekly)), year=year.tolist(), coming=coming)
        return judge(definition, series, weeks)[1][0]

    EVEN = [0.94, 0.93, 0.95, 0.94, 0.92, 0.95]

    def test_it_ends_near_where_it_stands_when_weeks_go_on_alike(self):
        status = self.status(self.EVEN * 4, coming=12)
        assert 93 < status["year_end_low"] < status["value"] < status["year_end_high"] < 95

    def test_a_count_ends_at_what_stands_and_what_comes(self):
        status = self.status([2, 1, 3, 2, 2, 2] * 4, coming=12, definition=VISITS)
        assert status["value"] == 48 and 64 < status["year_end_low"] < 72 < status["year_end_high"] < 80

    @pytest.mark.parametrize(("weeks", "known"), [(WEEKS_BEFORE_SURE - 1, False), (WEEKS_BEFORE_SURE, True)])
    def test_under_twelve_weeks_of_this_year_it_is_too_early_however_long_the_last_one_was(self, weeks, known):
        status = self.status((self.EVEN * 9)[:36 + weeks], coming=10, before=36)
        assert (status["year_end_low"] is not None) is known is (status["year_end_high"] is not None)

    def test_last_years_level_is_not_this_years(self):
        status = self.status([0.5] * 36 + self.EVEN * 4, coming=12, before=36)
        assert status["year_end_low"] > 93

    def test_where_nobody_knows_how_long_the_year_is_nothing_is_said(self):
        assert self.status(self.EVEN * 4, coming=None)["year_end_low"] is None

    def test_when_the_year_is_over_it_has_ended_where_it_stands(self):
        status = self.status(self.EVEN * 4, coming=0)
        assert status["year_end_low"] == pytest.approx(status["value"]) == status["year_end_high"]

    def test_a_weekly_number_has_no_end_of_the_year(self):
        assert judge(DEFINITIONS["attendance_rate"], one_school(self.EVEN * 4), replace(past_weeks(24), coming=5))[1][0]["year_end_low"] is None

    def test_what_a_week_added_is_its_sum_less_the_last_known_one(self):
        so_far = np.array([[5, np.nan, 9, 12, 3, np.nan, 3]])
        assert added(so_far, np.array([1, 1, 1, 1, 2, 2, 2]))[0] == pytest.approx([5, np.nan, 4, 3, 3, np.nan, 0], nan_ok=True)


class TestHowManyWeeksAreToCome:
    LAST, NOW = school_days(date(2025, 9, 1), 38), school_days(date(2026, 8, 31), 12)

    def coming(self, days: list[date], as_of: date = date(2026, 11, 20)) -> int | None:
        weeks: Weeks = weeks_up_to(as_of, school_weeks(days), days)
        return weeks.coming

    def test_a_calendar_knows(self):
        assert self.coming(school_days(date(2026, 8, 31), 40)) == 28

    def test_without_one_it_is_as_long_as_last_year(self):
        assert self.coming(self.LAST + self.NOW) == 38 - 12
        assert self.coming(self.LAST + self.NOW, date(2027, 7, 9)) == 0

    def test_in_a_first_year_without_a_calendar_nobody_knows(self):
        assert self.coming(self.NOW) is None and weeks_up_to(FIRST, [], []).coming is None
