"""Which weeks are unlike the usual, and what is said of a school because of them."""
from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from indicators.trend import (FREEZE_AFTER, WEEKS_BEFORE_LIMITS, WEEKS_BEFORE_SURE, Assurance, Signal, UsualRange,
                              Variation, assurance, provisional, signals, variation)

pytestmark = pytest.mark.filterwarnings("error")        # a numpy warning is a case nobody thought of

NOTHING, OUT, TWO, SEVEN = Signal.NONE, Signal.OUTSIDE, Signal.TWO_OF_THREE, Signal.SEVEN_ON_ONE_SIDE
LINES = (0, -3, 3, -2, 2)       # centre, lower, upper, near lower, near upper


def district(*schools) -> np.ndarray:
    return np.array(schools, float)


def fixed_range(value: np.ndarray, group: np.ndarray | None = None, lines=LINES) -> UsualRange:
    return UsualRange(*(np.full(value.shape, float(line)) for line in lines), group)


def drawn(value, group=None) -> list[int]:
    """The signals of one school on a range of -3 to 3, near lines at -2 and 2."""
    value = district(value)
    return signals(value, fixed_range(value, group), np.isfinite(value))[0].tolist()


class TestTheRules:
    def test_outside_means_beyond_the_limit_not_on_it(self):
        assert drawn([0, 3, 0, 3.001, 0, -3.001]) == [0, 0, 0, OUT, 0, -OUT]

    def test_six_on_one_side_are_nothing_and_the_seventh_marks_all_seven(self):
        assert drawn([-1, 1, 1, 1, 1, 1, 1, -1]) == [0] * 8
        assert drawn([-1, 1, 1, 1, 1, 1, 1, 1, -1]) == [0] + [SEVEN] * 7 + [0]
        assert drawn([-1] * 7) == [-SEVEN] * 7

    def test_a_week_on_the_mean_breaks_the_run(self):
        assert drawn([1, 1, 1, 1, 0, 1, 1, 1]) == [0] * 8

    def test_a_holiday_does_not_break_the_run(self):
        assert drawn([1, 1, 1, np.nan, 1, 1, 1, 1]) == [SEVEN] * 3 + [0] + [SEVEN] * 4

    def test_two_of_three_near_the_limit_are_marked_and_the_third_is_not(self):
        assert drawn([-1, 2.5, 1, 2.5, -1]) == [0, TWO, 0, TWO, 0]

    def test_two_of_three_need_all_three_on_the_same_side(self):
        assert drawn([1, 2.5, -1, 2.5, 1]) == [0] * 5
        assert drawn([2.5, 0, 2.5]) == [0] * 3

    def test_a_week_beyond_the_limit_is_not_a_week_near_it(self):
        assert drawn([-1, 2.5, 3.5, 1, -1]) == [0, 0, OUT, 0, 0]
        assert drawn([-1, 2.5, 3.5, 2.5, -1]) == [0, TWO, OUT, TWO, 0]

    def test_the_stronger_reason_is_the_one_told(self):
        assert drawn([1, 1, 2.5, 2.5, 1, 3.5, 1]) == [SEVEN, SEVEN, TWO, TWO, SEVEN, OUT, SEVEN]

    def test_a_steady_climb_is_no_signal_unless_asked_for(self):
        value = district([-1.5, -1, -0.5, 0, 0.5, 1, 1.5])
        usual = fixed_range(value)
        everywhere = np.ones(value.shape, bool)
        assert (signals(value, usual, everywhere) == NOTHING).all()
        assert (signals(value, usual, everywhere, trend_rule=True) == Signal.TREND).all()
        assert (signals(-value, usual, everywhere, trend_rule=True) == -Signal.TREND).all()

    def test_a_new_beginning_starts_the_rules_anew(self):
        ones = [1] * 8
        assert drawn(ones, group=np.array([0] * 4 + [1] * 4)) == [0] * 8
        assert drawn([2.5, 2.5, 1], group=np.array([0, 1, 1])) == [0] * 3

    @given(arrays(float, (3, 24), elements=st.sampled_from([-3.5, -2.5, -1.0, 0.0, 1.0, 1.0, 2.5, 3.5, np.nan])),
           st.integers(0, 24))
    def test_told_slowly_week_by_week_it_is_the_same(self, value, begins):
        group = np.arange(24) >= begins
        usual = fixed_range(value, group.astype(int))
        found = signals(value, usual, np.ones(value.shape, bool))
        for school, told in zip(value, found):
            for part in (group, ~group):
                weeks = np.flatnonzero(part & np.isfinite(school))
                assert [told[week] for week in weeks] == told_slowly(list(school[weeks]))


def told_slowly(values: list[float]) -> list[int]:
    """The rules in words, for one school without gaps, on a range of -3 to 3."""
    told = []
    for at, value in enumerate(values):
        sign = int(np.sign(value))

        def runs(length, at=at):
            return (values[start:start + length] for start in range(at - length + 1, at + 1)
                    if start >= 0 and start + length <= len(values))

        def near(week):
            return 2 < abs(week) <= 3

        if abs(value) > 3:
            rule = OUT
        elif near(value) and any(all(week * sign > 0 for week in run) and sum(map(near, run)) >= 2
                                 for run in runs(3)):
            rule = TWO
        elif sign and any(all(week * sign > 0 for week in run) for run in runs(7)):
            rule = SEVEN
        else:
            rule = NOTHING
        told.append(sign * rule)
    return told


class TestTheVerdict:
    def last(self, code, better, weeks=12):
        found = np.zeros((1, weeks), np.int8)
        found[0, -1] = code
        return variation(found, np.ones(found.shape, bool), better)[0]

    @pytest.mark.parametrize("code, better, said", [
        (OUT, "higher", Variation.IMPROVING), (-OUT, "higher", Variation.WORSENING),
        (SEVEN, "lower", Variation.WORSENING), (-TWO, "lower", Variation.IMPROVING),
        (NOTHING, "higher", Variation.STEADY), (OUT, "neither", Variation.STEADY)])
    def test_a_signal_is_good_or_bad_by_the_direction_that_is_better(self, code, better, said):
        assert self.last(code, better) is said

    def test_each_series_may_have_its_own_direction(self):
        found = np.full((3, 8), OUT)
        said = variation(found, np.ones(found.shape, bool), np.array(["higher", "lower", "neither"]))
        assert said.tolist() == [Variation.IMPROVING, Variation.WORSENING, Variation.STEADY]

    def test_a_misspelt_direction_is_explained(self):
        with pytest.raises(ValueError, match="no direction 'highr'. Write higher, lower or neither"):
            self.last(OUT, "highr")

    def test_it_speaks_of_the_last_usable_week_not_of_an_unsettled_one(self):
        found = np.zeros((1, 12), np.int8)
        found[0, 9] = -OUT
        usable = np.ones(found.shape, bool)
        usable[0, 10:] = False
        assert variation(found, usable, "higher")[0] is Variation.WORSENING

    def test_five_weeks_are_too_early_six_are_provisional_twelve_are_not(self):
        usable = np.arange(14) < np.array([[5], [6], [11], [12]])
        said = variation(np.zeros(usable.shape, np.int8), usable, "higher")
        assert [word == Variation.TOO_EARLY for word in said] == [True, False, False, False]
        assert provisional(usable).tolist() == [False, True, True, False]
        assert (WEEKS_BEFORE_LIMITS, WEEKS_BEFORE_SURE, FREEZE_AFTER) == (6, 12, 20)

    def test_after_a_new_beginning_it_is_too_early_again(self):
        usable = np.ones((1, 20), bool)
        group = np.repeat([0, 1], [16, 4])
        found = np.zeros(usable.shape, np.int8)
        assert variation(found, usable, "higher", group=group)[0] is Variation.TOO_EARLY
        assert variation(found, usable, "higher")[0] is Variation.STEADY

    @pytest.mark.parametrize("target, better, said", [
        (90, "higher", Assurance.WILL_MEET), (99, "higher", Assurance.WILL_MISS), (95, "higher", Assurance.MAY_MEET),
        (90, "lower", Assurance.WILL_MISS), (99, "lower", Assurance.WILL_MEET),
        (98, "higher", Assurance.MAY_MEET), (92, "lower", Assurance.MAY_MEET),
        (95, "neither", Assurance.NONE), (None, "higher", Assurance.NONE)])
    def test_the_target_against_a_usual_range_of_92_to_98(self, target, better, said):
        usual = fixed_range(np.zeros((1, 3)), lines=(95, 92, 98, 93, 97))
        assert assurance(usual, np.ones((1, 3), bool), target, better)[0] is said

    def test_a_short_last_week_is_held_against_its_own_wider_range(self):
        usual = UsualRange(*(district(line) for line in ([95, 95], [92, 88], [98, 102], [93, 90], [97, 99])))
        assert assurance(usual, np.ones((1, 2), bool), 90, "higher")[0] is Assurance.MAY_MEET
        assert assurance(usual, np.array([[True, False]]), 90, "higher")[0] is Assurance.WILL_MEET
