"""A week beside the same week of earlier years: what a difference is worth, and what a season brings every year."""
from __future__ import annotations

import numpy as np
import pytest

from indicators.seasons import beyond, paired, profile

pytestmark = pytest.mark.filterwarnings("error")        # a numpy warning is a case nobody thought of

WEEKS = 36
YEAR, NUMBER = np.repeat([2025, 2026], WEEKS), np.tile(np.arange(WEEKS), 2)
LAST_YEAR = np.where(YEAR == 2026, np.arange(2 * WEEKS) - WEEKS, -1)
SNOW, JUNE = 18, slice(33, 36)


def season() -> np.ndarray:
    """A winter dip and the June slide, the same every year."""
    shape = -1.5 * np.exp(-((np.arange(WEEKS) - 17) / 4.0) ** 2)
    shape[JUNE] -= [2, 4, 8]
    return shape


def years(schools: int, count: int = 2, seed: int = 1) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, 1, (schools, count * WEEKS))
    return 92 + np.tile(season(), count) + noise


def compared(value: np.ndarray, usable: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """This year's differences, their usual size, and the weeks beyond it."""
    given = value, LAST_YEAR, np.isfinite(value) if usable is None else usable, YEAR
    difference, size = paired(*given)
    return difference[:, WEEKS:], size, beyond(*given, size)[:, WEEKS:]


class TestTheSameWeekLastYear:
    """
    week        1    2    3
    last year   90   91   (nobody sent)
    this year   92   90   93
    difference  +2   -1   none
    """
    def test_the_difference_is_this_year_less_last_year(self):
        value = np.array([[90, 91, np.nan, 92, 90, 93.0]])
        difference, size = paired(value, np.array([-1, -1, -1, 0, 1, 2]), np.isfinite(value), np.repeat([2025, 2026], 3))
        np.testing.assert_array_equal(difference, [[np.nan, np.nan, np.nan, 2, -1, np.nan]])
        assert np.isnan(size).all(), "two differences tell nothing of their usual size"

    def test_a_week_that_may_not_be_judged_is_not_compared_on_either_side(self):
        value = years(1)
        usable = np.ones(value.shape, bool)
        usable[0, 3] = usable[0, WEEKS + 7] = False
        assert np.flatnonzero(np.isnan(compared(value, usable)[0])).tolist() == [3, 7]

    def test_winter_and_june_are_no_news_when_they_come_every_year(self):
        """Of weeks in which nothing changed few are beyond, in June no more than in October."""
        _, _, far = compared(years(2000))
        assert far.mean() < 0.01 and far[:, JUNE].mean() < 0.01

    def test_a_week_far_from_last_year_is_beyond_and_one_as_far_as_ever_is_not(self):
        value = years(300)
        value[:, WEEKS + 10] -= 12
        _, size, far = compared(value)
        assert far[:, 10].mean() > 0.98 and 3 < np.median(size) < 6

    def test_a_storm_last_year_does_not_make_this_year_good(self):
        """12 points lower in one week of last year at all schools: the same week is then 12 points up, its neighbours are not."""
        value = years(300)
        value[:, SNOW] -= 12
        difference, size, far = compared(value)
        assert (difference[:, SNOW] > size).mean() > 0.9
        assert far.mean() < 0.02 and far[:, SNOW].mean() < 0.02

    def test_a_school_that_is_better_all_year_is_not_told_so_every_week(self):
        value = years(300)
        value[:, WEEKS:] += 5
        difference, size, far = compared(value)
        assert difference.mean() == pytest.approx(5, abs=0.2) and far.mean() < 0.01 and (size > 15).all()

    def test_where_most_weeks_are_exactly_as_a_year_before_one_small_difference_is_no_event(self):
        value = np.full((1, 2 * WEEKS), 100.0)
        value[0, [WEEKS + 4, WEEKS + 9, WEEKS + 12]] = 96
        assert not compared(value)[2].any()

    @pytest.mark.parametrize("value", [np.full((2, 2 * WEEKS), np.nan), np.full((2, 2 * WEEKS), 94.0), np.zeros((0, 2 * WEEKS))])
    def test_nothing_sent_and_nothing_changed_are_quiet(self, value):
        assert not compared(value)[2].any()

    def test_no_weeks_at_all(self):
        nothing, none = np.zeros((3, 0)), np.zeros(0, int)
        difference, size = paired(nothing, none, nothing > 0, none)
        assert difference.shape == (3, 0) and np.isnan(size).all() and beyond(nothing, none, nothing > 0, none, size).shape == (3, 0)


class TestWhatAWeekOfTheYearUsuallyBrings:
    def expected(self, value: np.ndarray, usable: np.ndarray | None = None) -> np.ndarray:
        count = value.shape[1] // WEEKS
        return profile(value, np.repeat(np.arange(count), WEEKS), np.tile(np.arange(WEEKS), count), np.isfinite(value) if usable is None else usable)

    def test_it_needs_two_earlier_years_and_uses_none_but_earlier_ones(self):
        value = years(50, 4)
        found = self.expected(value)
        assert np.isnan(found[:, :2 * WEEKS]).all() and np.isfinite(found[:, 2 * WEEKS:]).all()
        np.testing.assert_array_equal(self.expected(value[:, :3 * WEEKS]), found[:, :3 * WEEKS])

    def test_june_and_winter_are_expected_to_come_again(self):
        now = self.expected(years(200, 4))[:, 3 * WEEKS:]
        truth = season() - np.median(season())
        assert np.abs(np.median(now, axis=0) - truth).max() < 1.2 and np.median(now[:, -1]) < -6.5

    def test_where_the_years_have_nothing_in_common_next_to_nothing_is_expected(self):
        """Chance alone: the plain median of three years would expect 0.7 points either way."""
        noise = np.random.default_rng(5).normal(90, 1, (300, 4 * WEEKS))
        assert np.sqrt(np.mean(self.expected(noise)[:, 3 * WEEKS:] ** 2)) < 0.3

    def test_one_years_storm_of_three_is_not_a_season(self):
        value = years(200, 4)
        value[:, SNOW] -= 15
        assert abs(np.median(self.expected(value)[:, 3 * WEEKS + SNOW]) - season()[SNOW]) < 1.2

    def test_a_school_that_rises_from_year_to_year_has_the_same_profile(self):
        value = years(20, 3)
        higher = value + np.repeat([0.0, 3.0, -2.0], WEEKS)
        np.testing.assert_allclose(self.expected(higher), self.expected(value), atol=1e-9)

    def test_a_week_only_one_earlier_year_sent_is_not_expected_anything_of(self):
        value = years(3, 3)
        value[:, 4] = np.nan
        found = self.expected(value)[:, 2 * WEEKS:]
        assert np.isnan(found[:, 4]).all() and np.isfinite(np.delete(found, 4, axis=1)).all()

    @pytest.mark.parametrize("value", [np.full((2, 3 * WEEKS), np.nan), np.full((2, 3 * WEEKS), 94.0), np.zeros((2, 0))])
    def test_nothing_sent_and_nothing_changing(self, value):
        found = self.expected(value) if value.size else profile(value, np.zeros(0, int), np.zeros(0, int), value > 0)
        assert found.shape == value.shape and not np.nan_to_num(found).any()
