"""The range a place is judged by: on trial, frozen, begun anew for a reason, and where cases are few."""
from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from indicators.definition import NewBaseline
from indicators.judging import Series, judge
from indicators.trend import FREEZE_AFTER, Signal, Variation
from tests.test_judging import FIRST, INCIDENTS, RATE, REACHED, UNEVEN, one_school, past_weeks


class TestARangeOnTrialFrozenAndBegunAnew:
    """
    weeks judged   under 6      6 to 19                      20 and more
    usual range    none yet     on trial: every week moves   frozen: the first 20 decide
    """
    def test_a_school_that_sent_nothing_and_one_that_sent_two_weeks_have_none(self):
        points, [nothing] = judge(RATE, one_school([np.nan] * 10), past_weeks(10))
        assert "week" not in nothing and not points["signal"].any() and np.isnan(points["upper"]).all()
        points, [two] = judge(RATE, one_school([0.9, 0.2]), past_weeks(2))
        assert (two["variation"], two["trial"], two["few"], two["lower"]) == (Variation.TOO_EARLY, False, False, None)

    @pytest.mark.parametrize(("weeks", "trial"), [(5, False), (6, True), (19, True), (20, False), (30, False)])
    def test_it_is_on_trial_until_the_twentieth_week(self, weeks, trial):
        [status] = judge(RATE, one_school((UNEVEN * 5)[:weeks]), past_weeks(weeks))[1]
        assert status["trial"] is trial and (status["upper"] is None) is (weeks < 6)

    def test_the_twenty_first_week_moves_a_range_on_trial_no_more(self):
        values = (UNEVEN * 3)[:FREEZE_AFTER]
        before, after = (judge(RATE, one_school(given), past_weeks(len(given)))[1][0]["upper"] for given in (values, [*values, 0.85]))
        assert before == after

    MOVED = NewBaseline(FIRST + timedelta(weeks=14), "Rosters are taken in the second period now.")

    def begun_anew(self, after: int) -> tuple[dict, dict]:
        values = UNEVEN * 2 + [value - 0.10 for value in UNEVEN * 4][:after]
        points, [status] = judge(replace(RATE, new_baselines=(self.MOVED,)), one_school(values), past_weeks(len(values)))
        return points, status

    def test_from_a_new_baseline_on_it_is_too_early_again_then_steady_at_the_new_level_and_the_reason_is_told(self):
        _, early = self.begun_anew(4)
        assert (early["variation"], early["weeks"], early["upper"]) == (Variation.TOO_EARLY, 4, None)
        points, status = self.begun_anew(14)
        assert (status["variation"], status["trial"], status["weeks"]) == (Variation.STEADY, True, 14) and status["centre"] == pytest.approx(84.2, abs=0.2)
        assert (status["baseline_since"], status["baseline_why"]) == (self.MOVED.since, self.MOVED.why)
        assert points["baseline"].tolist() == [[0.0] * 14 + [1.0] * 14] and not points["signal"].any()

    def test_without_the_reason_the_same_weeks_are_worsening(self):
        values = UNEVEN * 2 + [value - 0.10 for value in UNEVEN]
        [status] = judge(RATE, one_school(values), past_weeks(21))[1]
        assert status["variation"] == Variation.WORSENING and status["baseline_since"] is None and status["baseline_why"] is None

    def test_the_weeks_before_keep_their_own_range_and_a_week_not_yet_judged_does_not_begin_it(self):
        points, _ = self.begun_anew(7)
        alone, _ = judge(RATE, one_school(UNEVEN * 2), past_weeks(14))
        np.testing.assert_array_equal(points["upper"][:, :14], alone["upper"])
        assert self.begun_anew(0)[1]["baseline_since"] is None


class TestFewCases:
    """Most weeks have none, one or two incidents, or all but as many families reached: there, weeks on one side of the mean are nothing new."""
    def series(self, cases: list[int], size: float | list[float] = 1) -> Series:
        values = np.array(cases) / np.array(size)
        return replace(one_school(values.tolist()), numerator=np.array([cases], float), denominator=np.broadcast_to(np.array([size], float), (1, len(cases))))

    def lit(self, definition, cases: list[int], size=1) -> list[int]:
        points, [status] = judge(definition, self.series(cases, size), past_weeks(len(cases)))
        assert status["few"]
        return np.flatnonzero(points["signal"][0]).tolist()

    def test_weeks_without_an_incident_are_no_run(self):
        assert self.lit(INCIDENTS, [0, 1, 0, 0, 2, 0, 0, 1] + [0] * 12) == []

    def test_the_first_incident_after_twenty_weeks_of_none_may_be_chance_three_at_once_are_not(self):
        assert self.lit(INCIDENTS, [0] * 20 + [1, 0, 0]) == [] and self.lit(INCIDENTS, [0] * 20 + [3, 0, 0]) == [20]

    def test_a_week_outside_is_a_signal_and_says_that_it_is(self):
        cases = [1, 0, 2, 1, 0, 1, 1, 2, 0, 1, 1, 0, 7]
        points, [status] = judge(INCIDENTS, self.series(cases), past_weeks(13))
        assert status["variation"] == Variation.WORSENING and status["signal"] == Signal.OUTSIDE and points["few"].all()

    def test_of_twenty_families_two_more_not_reached_are_chance_and_eight_are_not(self):
        reached = [20, 19, 20, 20, 18, 20, 19, 20, 20, 20, 19, 20]
        assert self.lit(REACHED, [*reached, 17], 20) == [] and self.lit(REACHED, [*reached, 12], 20) == [12]

    def test_a_short_week_has_wider_limits(self):
        size = [40] * 12 + [10]
        points, _ = judge(REACHED, self.series([39, 40, 40, 38, 40, 39, 40, 40, 39, 40, 38, 40, 9], size), past_weeks(13))
        assert points["lower"][0, 12] < points["lower"][0, 0] and not points["signal"].any()

    def test_where_bad_weeks_come_whole_the_range_is_as_wide_as_they_make_it(self):
        """Now and then nobody sends a roster all week: not independent cases, and a full week after it is no improvement."""
        sent = [500, 500, 500, 400, 500, 500, 500, 500, 500, 400] + [500] * 10
        assert self.lit(REACHED, sent, 500) == [3, 9], "the two bad weeks, and none of the full ones"

    @pytest.mark.parametrize("series", ["percentages", "many", "minutes"])
    def test_many_cases_percentages_and_sums_of_minutes_keep_the_moving_range(self, series):
        few = [4.5, 4.6, 4.4, 4.5, 4.7, 4.5, 4.4, 4.6]
        given = {"percentages": (RATE, one_school([value / 5 for value in few], percentages=[True] * 8)), "many": (RATE, one_school(UNEVEN)),
                 "minutes": (replace(INCIDENTS, numerator="sum(minutes)"), self.series([0, 0, 45, 0, 0, 0, 40, 0]))}[series]
        [status] = judge(*given, past_weeks(given[1].numerator.shape[1]))[1]
        assert not status["few"] and status["upper"] is not None

    def test_what_decides_are_the_weeks_the_range_rests_on(self):
        """Twenty weeks of many incidents, then a year of next to none: the range stays what it was, and says so."""
        points, [status] = judge(INCIDENTS, self.series([9, 11, 10, 8, 12] * 4 + [1] * 30), past_weeks(50))
        assert not points["few"].any() and status["variation"] == Variation.IMPROVING
