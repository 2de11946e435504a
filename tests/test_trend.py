"""The usual range of a weekly number: how it is drawn, what it rests on, and what is not there."""
from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from indicators.trend import (FREEZE_AFTER, WEEKS_BEFORE_LIMITS, Assurance, Signal, UsualRange, Variation, assurance,
                              judged, provisional, signals, usual_range, variation)

pytestmark = pytest.mark.filterwarnings("error")        # a numpy warning is a case nobody thought of

LINES = ("centre", "lower", "upper", "near_lower", "near_upper")
NOTHING, OUT = Signal.NONE, Signal.OUTSIDE
XMR_FACTOR = 2.6586807763582737                         # 3 / d2, d2 = 2 / sqrt(pi), to sixteen digits
UNEVEN = [94, 95, 93, 94, 96, 92, 95, 94]               # eight ordinary weeks


def district(*schools) -> np.ndarray:
    return np.array(schools, float)


def plain(value: np.ndarray, **how) -> UsualRange:
    """A number without exposure: every week has denominator 1."""
    return usual_range(value, np.ones_like(value), np.isfinite(value), **how)


def same(one: UsualRange, other: UsualRange) -> None:
    for line in LINES:
        np.testing.assert_allclose(getattr(one, line), getattr(other, line), rtol=1e-7, atol=1e-7)


weekly = arrays(float, st.tuples(st.integers(1, 4), st.integers(7, 30)), elements=st.integers(0, 40).map(float))


@st.composite
def schools(draw):
    """Counts of a few schools over some weeks, with weeks that nobody sent."""
    shape = (draw(st.integers(1, 4)), draw(st.integers(0, 40)))
    denominator = draw(arrays(float, shape, elements=st.integers(0, 30).map(float)))
    share = draw(arrays(float, shape, elements=st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])))
    usable = draw(arrays(bool, shape, elements=st.sampled_from([True, True, True, False])))
    missing = draw(arrays(bool, shape, elements=st.sampled_from([True, False, False, False])))
    return np.where(missing, np.nan, share * denominator), denominator, usable


class TestHowTheRangeIsDrawn:
    @given(weekly, st.integers(1, 900))
    def test_with_equal_denominators_it_is_the_ordinary_moving_range_chart(self, value, students):
        usual = usual_range(value * students, np.full(value.shape, students), np.ones(value.shape, bool),
                            screen=False, baseline=None)
        mean = value.mean(axis=1, keepdims=True)
        reach = XMR_FACTOR * np.abs(np.diff(value)).mean(axis=1, keepdims=True)
        np.testing.assert_allclose(usual.centre, np.broadcast_to(mean, value.shape), rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(usual.upper, np.broadcast_to(mean + reach, value.shape), rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(usual.near_lower, np.broadcast_to(mean - 2 / 3 * reach, value.shape),
                                   rtol=1e-9, atol=1e-9)

    @given(schools(), st.sampled_from([0.5, 3.0, 1000.0]))
    def test_ten_times_the_students_with_the_same_rates_is_the_same_range(self, counts, times):
        numerator, denominator, usable = counts
        same(usual_range(numerator, denominator, usable),
             usual_range(numerator * times, denominator * times, usable))

    @given(weekly, st.sampled_from([-50.0, 7.0, 1000.0]))
    def test_a_constant_added_to_every_week_moves_the_range_and_changes_no_signal(self, value, added):
        usual, moved = plain(value), plain(value + added)
        for line in LINES:
            np.testing.assert_allclose(getattr(moved, line), getattr(usual, line) + added, rtol=1e-9, atol=1e-9)
        everywhere = np.ones(value.shape, bool)
        assert (signals(value, usual, everywhere) == signals(value + added, moved, everywhere)).all()

    @given(schools(), st.randoms())
    def test_the_order_of_the_schools_does_not_matter(self, counts, chance):
        order = list(range(len(counts[0])))
        chance.shuffle(order)
        shuffled = [matrix[order] for matrix in counts]
        for line in LINES:
            np.testing.assert_array_equal(getattr(usual_range(*counts), line)[order],
                                          getattr(usual_range(*shuffled), line))

    @given(arrays(float, (2, 45), elements=st.integers(0, 40).map(float)), st.integers(FREEZE_AFTER, 45))
    def test_weeks_after_the_twentieth_never_move_the_limits(self, value, known):
        whole, early = plain(value), plain(value[:, :known])
        for line in LINES:
            np.testing.assert_array_equal(getattr(whole, line)[:, :known], getattr(early, line))
            assert (getattr(whole, line) == getattr(early, line)[:, :1]).all()

    def test_until_the_twentieth_week_each_new_week_counts(self):
        value = district(np.arange(FREEZE_AFTER) % 5)
        limits = [plain(value[:, :weeks]).upper[0, 0] for weeks in range(WEEKS_BEFORE_LIMITS, FREEZE_AFTER + 1)]
        assert len(set(limits)) == len(limits)

    def test_a_holiday_week_of_few_students_has_a_wider_range(self):
        students = district([400, 400, 400, 80, 400, 400, 400, 400])
        usual = usual_range(district(UNEVEN) / 100 * students, students, np.ones(students.shape, bool))
        width = (usual.upper - usual.lower)[0]
        assert width[3] == pytest.approx(width[0] * np.sqrt(5))

    def test_one_freak_jump_is_left_out_of_the_limits_but_still_stands_outside(self):
        """Ranges of 1 all along and twice a jump of 9: screened, the limits are the mean +- 2.66."""
        value = district([5, 6] * 6 + [15] + [6, 5] * 3)
        screened, whole = plain(value), plain(value, screen=False)
        assert screened.upper[0, 0] - screened.centre[0, 0] == pytest.approx(XMR_FACTOR)
        assert whole.upper[0, 0] > screened.upper[0, 0]
        assert screened.centre[0, 0] == whole.centre[0, 0]
        assert signals(value, screened, np.isfinite(value))[0, 12] == OUT

    def test_a_new_beginning_starts_new_limits(self):
        before, after = UNEVEN, [week - 20 for week in UNEVEN]
        group = np.repeat([0, 1], len(UNEVEN))
        usual = plain(district(before + after), group=group)
        np.testing.assert_array_equal(usual.upper[:, :8], plain(district(before)).upper)
        np.testing.assert_array_equal(usual.upper[:, 8:], plain(district(after)).upper)


class TestWeeksThatAreNotThere:
    """
    week    1    2    3         4    5 …
    value   94   95   no school 93   94     94-95 and 95-93 are compared; runs go on across week 3
    """
    @given(schools(), st.randoms())
    def test_a_week_without_school_is_as_if_it_were_not_in_the_calendar(self, counts, chance):
        wide = [np.insert(matrix, matrix.shape[1] // 2, 0, axis=1) for matrix in counts]
        where = counts[0].shape[1] // 2
        usual, wider = usual_range(*counts), usual_range(*wide)
        value = np.divide(counts[0], counts[1], where=counts[1] > 0, out=np.full(counts[0].shape, np.nan))
        found = signals(value, usual, counts[2])
        found_wider = signals(np.insert(value, where, 99, axis=1), wider, wide[2])
        for line in LINES:
            np.testing.assert_array_equal(np.delete(getattr(wider, line), where, axis=1), getattr(usual, line))
        np.testing.assert_array_equal(np.delete(found_wider, where, axis=1), found)
        assert (found_wider[:, where] == NOTHING).all()

    def test_a_missing_week_can_also_part_its_neighbours_as_in_the_nhs_package(self):
        value = district([1, 2, 1, np.nan, 9, 8, 9, 8])
        joined, parted = plain(value, screen=False), plain(value, screen=False, over_gaps=False)
        assert joined.upper[0, 0] - joined.centre[0, 0] == pytest.approx(XMR_FACTOR * (5 * 1 + 8) / 6)
        assert parted.upper[0, 0] - parted.centre[0, 0] == pytest.approx(XMR_FACTOR)

    def test_a_week_without_students_counts_for_nothing_and_has_no_range(self):
        students = district([100, 100, 0, 100, 100, 100, 100, 100])
        present = district([94, 95, 0, 94, 96, 92, 95, 94])
        usable = np.ones(students.shape, bool)
        usual = usual_range(present, students, usable)
        assert np.isnan(usual.centre[0]).tolist() == (students[0] == 0).tolist()
        assert usual.centre[0, 0] == pytest.approx(660 / 700)
        assert not judged(present, students, usable)[0, 2]

    def test_a_week_that_has_not_settled_shows_the_range_but_is_not_judged(self):
        value = district(UNEVEN + [50])
        usable = np.array([[True] * 8 + [False]])
        usual = usual_range(value, np.ones_like(value), usable)
        assert usual.lower[0, 8] == plain(district(UNEVEN)).lower[0, 0]
        assert (signals(value, usual, usable) == NOTHING).all()

    @pytest.mark.parametrize("weeks", [0, 1, 30])
    def test_a_school_that_sent_nothing_has_no_range_no_signal_and_it_is_too_early(self, weeks):
        nothing = np.full((2, weeks), np.nan)
        usable = np.ones(nothing.shape, bool)
        usual = usual_range(nothing, nothing, usable)
        found = signals(nothing, usual, usable)
        counted = judged(nothing, nothing, usable)
        assert all(np.isnan(getattr(usual, line)).all() for line in LINES)
        assert (found == NOTHING).all()
        assert variation(found, counted, "higher").tolist() == [Variation.TOO_EARLY] * 2
        assert assurance(usual, counted, 94, "higher").tolist() == [Assurance.NONE] * 2
        assert provisional(counted).tolist() == [False, False]

    @given(schools(), st.sampled_from([True, False]), st.sampled_from([None, 3, 20]))
    def test_whatever_is_missing_nothing_breaks_and_only_judged_weeks_have_signals(self, counts, screen, baseline):
        numerator, denominator, usable = counts
        usual = usual_range(*counts, screen=screen, baseline=baseline)
        counted = judged(*counts)
        value = np.divide(numerator, denominator, where=counted, out=np.full(counted.shape, np.nan))
        found = signals(value, usual, usable, trend_rule=True)
        assert (found[~counted] == NOTHING).all()
        enough = counted.sum(axis=1) >= WEEKS_BEFORE_LIMITS
        assert (np.isfinite(usual.centre) == (enough[:, None] & (denominator > 0))).all()
        assert ((variation(found, counted, "lower") == Variation.TOO_EARLY) == ~enough).all()
        assert (usual.lower <= usual.upper)[np.isfinite(usual.lower)].all()


class TestTheUnchanging:
    @pytest.mark.parametrize("always", [0.94, 0.1, 0.0, 1 / 3, 97.3])
    def test_a_constant_series_has_a_range_of_no_width_and_no_signal(self, always):
        """The mean of fifteen 0.94s is not 0.94 in the last bit."""
        value = np.full((1, 15), always)
        usual = plain(value)
        assert usual.lower[0, 0] == usual.upper[0, 0] == pytest.approx(always)
        assert (signals(value, usual, np.ones(value.shape, bool), trend_rule=True) == NOTHING).all()

    def test_the_first_week_that_leaves_a_constant_series_is_outside(self):
        value = district([0.94] * 25 + [0.93])
        found = signals(value, plain(value), np.isfinite(value))
        assert found[0].tolist() == [NOTHING] * 25 + [-OUT]

    def test_one_odd_week_in_a_constant_series_does_not_light_up_all_the_others(self):
        """Screening the only two movements would leave a range of no width beside every week."""
        value = district([1] * 9 + [2] + [1] * 5)
        found = signals(value, plain(value), np.isfinite(value))[0]
        assert OUT not in np.delete(abs(found), 9)
        assert found[9] == OUT

    def test_two_weeks_have_a_range_only_for_those_who_ask(self):
        value = district([0.9, 0.95])
        assert np.isnan(plain(value).upper).all()
        assert plain(value, fewest=2).upper[0, 0] == pytest.approx(0.925 + XMR_FACTOR * 0.05)


def test_a_large_district_is_not_flagged_for_being_large():
    """Twenty weeks of 280,000 cases whose weeks truly differ: a binomial chart would flag nearly all of them."""
    chance = np.random.default_rng(20)
    cases = chance.integers(265_000, 296_000, (200, 20)).astype(float)
    truly = 0.953 + 0.004 * chance.standard_normal(cases.shape)
    usual = usual_range(truly * cases, cases, np.ones(cases.shape, bool))
    flagged = np.abs(signals(truly, usual, np.ones(cases.shape, bool))) == OUT
    binomial = np.abs(truly - usual.centre) > 3 * np.sqrt(usual.centre * (1 - usual.centre) / cases)
    assert flagged.mean() < 0.02
    assert binomial.mean() > 0.5


def test_when_nothing_changed_about_one_last_week_in_twenty_is_lit():
    """36 independent weeks: the page must say so, with 500 lights some 20 are chance."""
    value = np.random.default_rng(1).standard_normal((10_000, 36))
    lit = signals(value, plain(value), np.ones(value.shape, bool))[:, -1] != NOTHING
    assert 0.035 < lit.mean() < 0.055
