"""Which weeks are judged, what they are compared with, and what is never added up: from loaded weeks to a verdict."""
from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from data.calendar import SCHOOL_WEEKS
from indicators.judging import Series, Weeks, judge, usable_weeks, weeks_up_to
from indicators.trend import Signal, Variation
from tests.understanding import DEFINITIONS, Desk

RATE, REACHED, VISITS = DEFINITIONS["attendance_rate"], DEFINITIONS["families_reached_within_2_days"], DEFINITIONS["coaching_visits"]
INCIDENTS = replace(VISITS, name="incidents", window="week", better="lower", target=None)      # a count, one number a week
FIRST = date(2026, 8, 31)
UNEVEN = [0.94, 0.95, 0.93, 0.94, 0.96, 0.92, 0.95]


def past_weeks(count: int) -> Weeks:
    """Full weeks, long settled, none with a week last year."""
    return Weeks([FIRST + timedelta(weeks=n) for n in range(count)], [99] * count, [True] * count, [-1] * count)


def one_school(values: list[float], denominator: float = 500, percentages: list[bool] | None = None, received: list[float] | None = None) -> Series:
    """A school's weeks as rates, five school days each."""
    rate, days = np.array([values]), np.full((1, len(values)), 5.0)
    kinds = np.array([percentages or [False] * len(values)])
    below = np.where(kinds, 5.0, denominator)
    return Series([("school", "A")], rate * below, below, days, days if received is None else np.array([received]), kinds)


def school_days(first: date, weeks: int, off: tuple[date, ...] = ()) -> list[date]:
    days = [first + timedelta(weeks=n, days=d) for n in range(weeks) for d in range(5)]
    return [day for day in days if day not in off]


def school_weeks(days: list[date], year_of=lambda day: day.year if day.month >= 7 else day.year - 1) -> list[tuple[date, int, int, date]]:
    """week, school year, number in it, last school day: as the calendar's SQL gives them."""
    mondays = sorted({day - timedelta(days=day.weekday()) for day in days})
    first = {year: min(m for m in mondays if year_of(m) == year) for year in {year_of(m) for m in mondays}}
    return [(m, year_of(m), (m - first[year_of(m)]).days // 7 + 1, max(d for d in days if m <= d < m + timedelta(days=7))) for m in mondays]


class TestAWeekThatIsNotOver:
    """
    as of             school days known        the week of 16 November
    Wed 18            Mon, Tue (no calendar)   open: nobody knows that Tuesday was its last
    Fri 20            Mon to Fri               open: today is not over
    Sat 21            Mon to Fri               over; judged at once where nothing has to settle
    Mon 23            … and Mon 23             1 school day since: families may still be called
    Tue 24            … and Tue 24             2 school days since: settled
    """
    DAYS = school_days(date(2026, 11, 9), 3)

    @pytest.mark.parametrize(("as_of", "known_to", "over", "settled_for"), [
        (date(2026, 11, 18), date(2026, 11, 17), False, 0), (date(2026, 11, 20), date(2026, 11, 20), False, 0), (date(2026, 11, 21), date(2026, 11, 20), True, 0),
        (date(2026, 11, 23), date(2026, 11, 23), True, 1), (date(2026, 11, 24), date(2026, 11, 24), True, 2), (date(2026, 12, 24), date(2026, 11, 20), True, 99)])
    def test_it_waits(self, as_of, known_to, over, settled_for):
        days = [day for day in self.DAYS if day <= known_to]
        weeks = weeks_up_to(as_of, school_weeks(days), days)
        at = weeks.mondays.index(date(2026, 11, 16))
        assert (weeks.complete[at], weeks.settled_for[at]) == (over, settled_for)

    def test_with_a_calendar_it_is_known_that_the_rest_is_still_to_come(self):
        weeks = weeks_up_to(date(2026, 11, 18), school_weeks(self.DAYS), self.DAYS)
        assert weeks.mondays[-1] == date(2026, 11, 16) and not weeks.complete[-1]

    @pytest.mark.parametrize(("settled_for", "usable"), [(0, False), (1, False), (2, True)])
    def test_families_have_two_school_days_before_anybody_judges(self, settled_for, usable):
        weeks = Weeks([FIRST], [settled_for], [True], [-1])
        assert usable_weeks(REACHED, one_school([0.9]), weeks).tolist() == [[usable]]
        assert usable_weeks(RATE, one_school([0.9]), weeks).tolist() == [[True]]

    @pytest.mark.parametrize(("received", "usable"), [(5, True), (3, True), (2, False), (0, False)])
    def test_a_week_of_which_too_little_arrived_is_drawn_and_not_judged(self, received, usable):
        points, _ = judge(RATE, one_school([0.9], received=[received]), past_weeks(1))
        assert points["usable"].tolist() == [[float(usable)]] and points["value"].tolist() == [[90.0]]

    def test_a_bad_open_week_changes_no_verdict(self):
        weeks, values = past_weeks(16), [0.94, 0.95, 0.93, 0.94] * 4
        _, [before] = judge(RATE, one_school(values), weeks)
        open_week = replace(weeks, mondays=[*weeks.mondays, FIRST + timedelta(weeks=16)], settled_for=[*weeks.settled_for, 0], complete=[*weeks.complete, False],
                            last_year=[*weeks.last_year, -1])
        points, [after] = judge(RATE, one_school([*values, 0.5]), open_week)
        assert after["open"] and (after["variation"], after["judged_week"]) == (before["variation"], before["judged_week"]) == (Variation.STEADY, weeks.mondays[-1])
        assert points["signal"][0, -1] == 0 and after["value"] == 50.0

    def test_few_absences_are_shown_and_not_judged(self):
        assert usable_weeks(REACHED, one_school([0.5, 0.5], denominator=9), past_weeks(2)).tolist() == [[False, False]]


class TestSameWeekLastYear:
    def test_it_is_the_one_with_the_same_number_since_school_began(self):
        """School began a week later this year; the third week is compared with the third."""
        days = school_days(date(2025, 8, 25), 40) + school_days(date(2026, 8, 31), 6)
        weeks = weeks_up_to(date(2026, 10, 9), school_weeks(days), days)
        third = weeks.mondays.index(date(2026, 9, 14))
        assert weeks.mondays[weeks.last_year[third]] == date(2025, 9, 8)

    def test_a_break_that_moved_does_not_shift_the_weeks_after_it(self):
        off = tuple(date(2025, 11, 24) + timedelta(days=n) for n in range(5))
        days = school_days(date(2025, 8, 25), 40, off) + school_days(date(2026, 8, 24), 16)
        weeks = weeks_up_to(date(2026, 12, 11), school_weeks(days), days)
        last_year = {m: weeks.mondays[at] if at >= 0 else None for m, at in zip(weeks.mondays, weeks.last_year, strict=True)}
        assert last_year[date(2026, 11, 23)] is None and last_year[date(2026, 11, 30)] == date(2025, 12, 1)

    def test_where_the_years_on_record_did_not_begin_alike_it_is_52_weeks_before(self):
        """The archive of the first year begins in mid-October: its first week is no first week of school."""
        days = school_days(date(2025, 10, 13), 33) + school_days(date(2026, 8, 31), 10)
        weeks = weeks_up_to(date(2026, 11, 6), school_weeks(days), days)
        assert weeks.mondays[weeks.last_year[-1]] == date(2025, 11, 3) == weeks.mondays[-1] - timedelta(weeks=52)

    def test_the_value_beside_a_week_is_that_weeks(self):
        weeks = replace(past_weeks(3), last_year=[-1, -1, 0])
        points, [status] = judge(RATE, one_school([0.91, 0.92, 0.93]), weeks)
        assert points["last_year"][0, 2] == 91.0 == status["last_year"] and np.isnan(points["last_year"][0, :2]).all()


class TestNearlyAlwaysAtTheTop:
    @pytest.mark.parametrize("bad", [[8], [3], [3, 9], []])
    def test_a_hundred_percent_week_after_week_is_not_improving(self, bad):
        """One bad week pulls the mean below 100, and every other week then lies above it."""
        values = [0.8 if at in bad else 1.0 for at in range(20)]
        _, [status] = judge(RATE, one_school(values), past_weeks(20))
        assert status["variation"] == Variation.STEADY

    def test_a_fall_from_it_is_worsening(self):
        values = [1.0, 0.99, 1.0, 1.0, 0.99, 1.0, 1.0, 1.0, 0.99, 1.0, 1.0, 1.0, 0.9]
        assert judge(RATE, one_school(values), past_weeks(13))[1][0]["variation"] == Variation.WORSENING


class TestCountsAndPercentagesApart:
    def test_a_range_is_of_one_kind_that_of_the_newest_week(self):
        """Twelve weeks of percentages, then eight of counts: only the eight are judged together."""
        kinds = [True] * 12 + [False] * 8
        usable = usable_weeks(RATE, one_school([0.9] * 20, percentages=kinds), past_weeks(20))
        assert usable.tolist() == [[not kind for kind in kinds]]

    def test_the_centre_of_counts_is_not_moved_by_percentages(self):
        values = [0.5] * 12 + [0.9, 0.91, 0.9, 0.89, 0.9, 0.91, 0.9, 0.89]
        _, [status] = judge(RATE, one_school(values, percentages=[True] * 12 + [False] * 8), past_weeks(20))
        assert status["centre"] == pytest.approx(90) and status["weeks"] == 8

    def test_a_series_of_percentages_alone_is_judged(self):
        assert usable_weeks(RATE, one_school([0.9] * 8, percentages=[True] * 8), past_weeks(8)).all()

    def test_a_school_week_is_one_or_the_other(self, tmp_path, store):
        desk = Desk(tmp_path, store)
        desk.load("School,Date,Present,Enrolled,Attendance rate\nA,2026-11-16,90,100,90\nA,2026-11-17,,,50\nB,2026-11-16,,,80\nB,2026-11-17,,,90\n")
        assert desk.weekly("attendance_rate") == {date(2026, 11, 16): ("counts", 90, 100)}
        assert desk.weekly("attendance_rate", "B") == {date(2026, 11, 16): ("percentages", 1.7, 2)}


class TestTheLastFourSchoolWeeks:
    """
    week of   2 Nov  9 Nov  16 Nov  23 Nov (no school)  30 Nov  7 Dec
    visits    1      2      0       -                   3       0
    sum       1      3      3       -                   6       5         the break takes no week's place
    """
    def test_a_break_is_no_week(self, tmp_path, store):
        desk = Desk(tmp_path, store)
        desk.load("School,Name\nA,Adams\n")
        open_days = [day for day in school_days(date(2026, 11, 2), 6) if day.isocalendar().week != 48]
        desk.load("Date,School day\n" + "".join(f"{day},yes\n" for day in open_days))
        visits = ["2026-11-03", "2026-11-10", "2026-11-12", "2026-12-01", "2026-12-02", "2026-12-03"]
        desk.load("School,Visit date,Coach\n" + "".join(f"A,{day},Osei\n" for day in visits), covers=(date(2026, 11, 2), date(2026, 12, 11)))
        assert desk.weekly("coaching_visits") == {date(2026, 11, 2): ("counts", 1, 1), date(2026, 11, 9): ("counts", 3, 1), date(2026, 11, 16): ("counts", 3, 1),
                                                  date(2026, 11, 30): ("counts", 6, 1), date(2026, 12, 7): ("counts", 5, 1)}
        assert [row[0] for row in store.rows(f"select week from ({SCHOOL_WEEKS}) order by week")] == [*desk.weekly("coaching_visits")]

    def test_they_have_no_usual_range(self):
        """On a sum over four weeks its rules fire almost always."""
        points, [status] = judge(VISITS, one_school([4.0] * 19 + [9.0], denominator=1), past_weeks(20))
        assert not points["signal"].any() and status["variation"] == "" and np.isnan(points["upper"]).all()


class TestWhatHasNotCome:
    """
    arrived         4 of 5 days, 80 of 100 present a day      5 of 5 days
    value           80 %                                     80 %
    could become    64 % (nobody) to 84 % (all of 100)       nothing else
    """
    def test_a_week_lies_between_nobody_and_everybody_of_the_missing_day(self):
        points, [status] = judge(RATE, one_school([0.8, 0.8], denominator=400, received=[5, 4]), past_weeks(2))
        assert np.isnan(points["low"][0, 0]) and (points["low"][0, 1], points["high"][0, 1]) == (pytest.approx(64), pytest.approx(84))
        assert (status["low"], status["high"]) == (pytest.approx(64), pytest.approx(84))

    def test_a_count_has_no_such_bounds(self):
        points, _ = judge(INCIDENTS, one_school([3.0], denominator=1, received=[4]), past_weeks(1))
        assert np.isnan(points["low"]).all() and np.isnan(points["high"]).all()

    @pytest.mark.parametrize(("last", "received", "vanishes"), [(0.87, 4, True), (0.87, 5, False), (0.60, 4, False), (0.94, 4, False)])
    def test_a_signal_that_the_missing_day_could_take_away_says_so(self, last, received, vanishes):
        _, [status] = judge(RATE, one_school([*UNEVEN * 3, last], received=[5] * 21 + [received]), past_weeks(22))
        assert status["could_vanish"] is vanishes and (status["signal"] != 0) is (last < 0.9)

    def test_where_neither_way_is_better_the_status_is_steady_and_nothing_of_it_can_vanish(self):
        _, [status] = judge(replace(RATE, better="neither"), one_school([*UNEVEN * 3, 0.87], received=[5] * 21 + [4]), past_weeks(22))
        assert status["signal"] != 0 and (status["variation"], status["could_vanish"]) == ("steady", False)

    def test_a_long_run_could_vanish_by_crossing_the_middle(self):
        low = [0.945, 0.935] * 6 + [0.925] * 7
        _, [status] = judge(RATE, one_school(low, received=[5] * 18 + [4]), past_weeks(19))
        assert status["signal"] == -Signal.SEVEN_ON_ONE_SIDE and status["could_vanish"]

    def test_days_that_have_all_come_late_change_nothing(self):
        points, _ = judge(RATE, one_school(UNEVEN, received=[6] * 7), past_weeks(7))
        assert np.isnan(points["low"]).all() and not points["could_vanish"].any()


class TestThisYearBesideLastYear:
    def two_years(self, now: float) -> dict:
        count = 24
        values = (UNEVEN * 4)[:count] + (UNEVEN[::-1] * 4)[:count - 1] + [now]
        weeks = replace(past_weeks(2 * count), last_year=[-1] * count + [*range(count)], year=[2025] * count + [2026] * count,
                        number=[*range(count)] * 2)
        return judge(RATE, one_school(values), weeks)[1][0]

    def test_the_difference_stands_beside_its_usual_size(self):
        status = self.two_years(0.95)
        assert status["paired"] == pytest.approx(95 - 100 * (UNEVEN * 4)[23]) and not status["paired_beyond"] and 5 < status["paired_usual"] < 15
        assert status["season"] is None, "a season needs two earlier years"

    def test_a_week_far_from_the_same_week_last_year_is_beyond_it(self):
        status = self.two_years(0.75)
        assert status["paired_beyond"] and status["paired"] == pytest.approx(-18)

    def test_where_the_same_week_last_year_cannot_be_judged_there_is_no_difference(self):
        _, [status] = judge(RATE, one_school([0.9, 0.95], received=[1, 5]), replace(past_weeks(2), last_year=[-1, 0], year=[2025, 2026], number=[1, 1]))
        assert status["paired"] is None and not status["paired_beyond"] and status["last_year"] == 90

    def test_weeks_of_three_years_that_began_alike_share_their_numbers_and_an_archive_that_begins_late_is_moved(self):
        days = school_days(date(2024, 9, 2), 30) + school_days(date(2025, 10, 13), 24) + school_days(date(2026, 8, 31), 9)
        weeks = weeks_up_to(date(2026, 10, 30), school_weeks(days), days)
        number = dict(zip(weeks.mondays, weeks.number, strict=True))
        assert number[date(2026, 10, 12)] == number[date(2025, 10, 13)] == number[date(2024, 10, 14)] == 7
        assert weeks.year == [2024] * 30 + [2025] * 24 + [2026] * 9
