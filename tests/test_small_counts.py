"""Limits for series of few cases, against sums of probabilities written out by hand."""
from __future__ import annotations

import json
from math import comb, exp, factorial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.small_counts import TAIL, exact_limits, exact_range, mostly_few
from indicators.trend import judged, signals, usual_range

pytestmark = pytest.mark.filterwarnings("error")        # a numpy warning is a case nobody thought of


def by_hand(chances: list[float]) -> tuple[int, int]:
    """The lowest and highest count with at most TAIL below and above; sums of whole lists, no library."""
    low = max(k for k in range(len(chances)) if sum(chances[:k]) <= TAIL)
    high = min(k for k in range(len(chances)) if 1 - sum(chances[:k + 1]) <= TAIL)
    return low, high


class TestTheLimits:
    @pytest.mark.parametrize("expected", [0.02, 0.5, 1, 2.3, 5, 9, 16.7])
    def test_of_counts(self, expected):
        low, high = exact_limits(expected)
        assert (low, high) == by_hand([exp(-expected) * expected ** k / factorial(k) for k in range(80)])

    @pytest.mark.parametrize(("share", "families"), [(0.5, 4), (0.9, 12), (0.02, 30), (0.6, 25), (0.985, 40)])
    def test_of_shares(self, share, families):
        low, high = exact_limits(share, families)
        least, most = by_hand([comb(families, k) * share ** k * (1 - share) ** (families - k) for k in range(families + 1)])
        assert (low, high) == pytest.approx((least / families, most / families))

    @given(st.floats(0.01, 0.99), st.integers(1, 60))
    def test_no_more_than_the_tail_lies_beyond_and_a_limit_further_in_would_let_more_through(self, share, families):
        low, high = (int(round(families * float(edge))) for edge in exact_limits(share, families))
        chances = [comb(families, k) * share ** k * (1 - share) ** (families - k) for k in range(families + 1)]
        assert sum(chances[:low]) <= TAIL + 1e-12 and sum(chances[high + 1:]) <= TAIL + 1e-12
        assert sum(chances[:low + 1]) > TAIL - 1e-12 and sum(chances[high:]) > TAIL - 1e-12

    def test_of_what_never_or_always_happens(self):
        assert exact_limits(np.array([0.0])) == (0, 0)
        assert exact_limits(np.array([0.0, 1.0]), np.array([7.0, 7.0]))[0].tolist() == [0, 1]
        assert exact_limits(np.array([0.0, 1.0]), np.array([7.0, 7.0]))[1].tolist() == [0, 1]

    def test_what_is_unknown_or_impossible_has_none(self):
        assert np.isnan(exact_limits(np.array([np.nan, -1.0]))).all()
        assert np.isnan(exact_limits(np.array([0.5, 0.5, 1.2, np.nan]), np.array([0.0, np.nan, 9.0, 9.0]))).all()

    def test_a_matrix_of_schools_and_weeks_at_once(self):
        low, high = exact_limits(np.array([[0.9], [0.5]]), np.array([[10.0, 20.0], [10.0, np.nan]]))
        assert low.shape == high.shape == (2, 2) and np.isnan(low[1, 1]) and low[0, 1] == exact_limits(0.9, 20)[0]


def test_the_published_poisson_limits_are_where_ours_change_their_mind():
    """An interval about 15 cases ends at the expected number for which 15 is just not too many, or just not too few."""
    path = Path(__file__).parents[2] / "shared" / "cases" / "trends" / "funnel_poisson_published.json"
    if not path.exists():
        pytest.skip("No reference case funnel_poisson_published beside the checkout; nothing was compared.")
    case = json.loads(path.read_text())
    count = np.array(case["input"]["expected_count"])
    for tail, low, high in ((0.025, "ll95", "ul95"), (0.001, "ll998", "ul998")):
        for printed, edge, sign in ((case["expected"][low], 1, -1), (case["expected"][high], 0, 1)):
            ends, beyond = count * np.array(printed), sign * count * case["tolerance"]
            outside = [(count > exact_limits(at, tail=tail)[1]) if edge else (count < exact_limits(at, tail=tail)[0])
                       for at in (ends - beyond, ends + beyond)]
            assert not outside[0].any() and outside[1].all(), (tail, low, high)


class TestWhichSeriesAreOfFewCases:
    def few(self, numerator, denominator=None):
        numerator = np.array([numerator], float)
        return bool(mostly_few(numerator, None if denominator is None else np.array([denominator], float),
                               np.isfinite(numerator))[0])

    def test_mostly_none_one_or_two(self):
        assert self.few([0, 1, 0, 0, 7, 2, 1]) and not self.few([3, 4, 0, 5, 1, 3, 6])
        assert not self.few([1, 2, 3, 3]), "half is not mostly"

    def test_of_shares_also_all_but_one_or_two(self):
        assert self.few([19, 20, 18, 20], [20, 20, 20, 20]) and not self.few([12, 9, 14, 10], [20, 20, 20, 20])
        assert not self.few([900, 940, 930], [1000, 1000, 1000])

    def test_weeks_nobody_sent_do_not_count_and_none_at_all_is_not_few(self):
        assert self.few([np.nan, np.nan, np.nan, 1]) and not self.few([np.nan, np.nan])


def test_where_cases_are_few_the_usual_range_lights_up_by_chance_and_the_exact_limits_do_not():
    """One visit a week on average, nothing changed: 3 weeks in 100 lie outside the range, 1 in 1,000 the exact limits."""
    visits = np.random.default_rng(13).poisson(1.0, (3000, 36)).astype(float)
    usable = judged(visits, np.ones_like(visits), np.ones(visits.shape, bool))
    usual = usual_range(visits, np.ones_like(visits), usable)
    low, high = exact_limits(usual.centre)
    later = np.s_[:, 20:]
    by_range = ((visits > usual.upper) | (visits < usual.lower))[later].mean()
    exactly = ((visits > high) | (visits < low))[later].mean()
    assert by_range > 0.025 and exactly < 0.003, (by_range, exactly)
    assert mostly_few(visits, None, usable).all()


class TestTheRangeThatIsAtLeastAsWideAsChance:
    @pytest.mark.parametrize(("rate", "share"), [(0.05, None), (0.2, None), (1.0, None), (20, 0.99), (12, 0.95), (100, 0.985)])
    def test_when_nothing_changed_one_week_in_five_hundred_at_most_is_lit_where_all_rules_light_one_in_eight(self, rate, share):
        """36 weeks after a baseline of twenty. With a share, `rate` is how many cases a week."""
        chance = np.random.default_rng(3)
        shape = (2000, 56)
        size = np.ones(shape) if share is None else np.full(shape, float(rate))
        cases = (chance.poisson(rate, shape) if share is None else chance.binomial(rate, share, shape)).astype(float)
        usable = np.ones(shape, bool)
        usual = usual_range(cases, size, usable)
        exact = exact_range(usual, size, shares=share is not None)
        lit, all_rules = ((signals(cases / size, one, usable)[:, 20:] != 0) for one in (exact, usual))
        outside = (cases / size > exact.upper + 1e-9) | (cases / size < exact.lower - 1e-9)
        assert outside[:, 20:].mean() < 0.002 and all_rules.mean() > 0.12
        assert lit.mean() > outside[:, 20:].mean(), "runs on one side go on: judging leaves them out"

    def test_it_is_never_narrower_than_the_moving_range(self):
        cases = np.array([[20, 20, 20, 8, 20, 20, 19, 20, 20, 20]], float)
        usual = usual_range(cases, np.full(cases.shape, 20.0), np.ones(cases.shape, bool))
        exact = exact_range(usual, np.full(cases.shape, 20.0), shares=True)
        assert (exact.lower <= usual.lower).all() and (exact.upper >= usual.upper).all()

    def test_weeks_without_exposure_and_series_without_a_range_have_none(self):
        cases, size = np.array([[1, 0, 2, 0, 1, 0, 1], [1, 0, np.nan, np.nan, np.nan, np.nan, np.nan]]), np.array([[9.0] * 6 + [0.0]] * 2)
        usual = usual_range(cases, size, np.isfinite(cases))
        for shares in (True, False):
            exact = exact_range(usual, size, shares=shares)
            assert np.isfinite(exact.upper[0]).tolist() == [True] * 6 + [False] and np.isnan(exact.upper[1]).all()
