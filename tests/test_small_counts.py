"""Limits for series of few cases, against sums of probabilities written out by hand."""
from __future__ import annotations

import json
from math import comb, exp, factorial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.small_counts import TAIL, exact_limits, mostly_few
from indicators.trend import judged, usual_range

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
