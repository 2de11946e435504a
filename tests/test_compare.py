"""Schools beside each other: the funnel, how surely each value is known, who is alike and who of those does better."""
from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint
from statsmodels.stats.rates import confint_poisson

from indicators.compare import (FEWEST_SCHOOLS, OUTSIDE_BY_CHANCE, Z_95, Z_998, Intervals, Kind, doing_better, funnel,
                                intervals, overdispersion, similar)

pytestmark = pytest.mark.filterwarnings("error")        # a numpy warning is a case nobody thought of

CASES = Path(__file__).parents[2] / "shared" / "cases" / "trends"
PRINTED = 1e-8                                          # relative, as the case files ask


def case(name: str) -> dict:
    path = CASES / f"{name}.json"
    if not path.exists():
        pytest.skip(f"No reference case {name} beside the checkout; nothing was compared.")
    return json.loads(path.read_text())


def column(numbers) -> np.ndarray:
    """One school a row, one week."""
    return np.array(numbers, float)[:, None]


def same(ours, printed) -> None:
    np.testing.assert_allclose(ours, np.array(printed, float), rtol=PRINTED)


class TestTheFunnelAgainstFunnelPlotR:
    @pytest.mark.parametrize(("name", "naive", "ours"), [("funnel_ae_jan2018_pr", 127, 3), ("funnel_ae_3yr_pr", 133, 5)])
    def test_shares_agree_to_the_printed_digits(self, name, naive, ours):
        """With large denominators chance alone would call 127 of 137 unlike the rest; three are."""
        given, expected = case(name)["input"], case(name)["expected"]
        found = funnel(column(given["numerator"]), column(given["denominator"]), Kind.SHARE)
        over = found.overdispersion
        same([found.target, over.phi, over.tau2], [expected[key] for key in ("target", "phi", "tau2")])
        for line, key in ((found.value, "rr"), (over.z, "z"), (over.winsorised, "wz"), (found.lower_95, "od_ll95"),
                          (found.upper_95, "od_ul95"), (found.lower_998, "od_ll998"), (found.upper_998, "od_ul998")):
            same(line, expected[key])
        by_chance = (found.value < np.array(expected["ll998"])) | (found.value > np.array(expected["ul998"]))
        assert (by_chance.sum(), np.abs(found.outside).sum()) == (naive, ours)

    def six(self, name):
        """Six groups: too few for a verdict of ours, so the spread itself is compared."""
        given = case(name)
        events, exposure = (np.array(given["input"][key], float) for key in ("numerator", "denominator"))
        assert funnel(events[:, None], exposure[:, None], Kind.RATE) is None
        return given, events, exposure

    def agree(self, over, standard, expected):
        same(standard, expected["s"])
        same(over.z, expected["z"])
        same(over.winsorised, expected["wz"])
        same([over.phi, over.tau2], [expected["phi"], expected["tau2"]])

    def test_rates_on_the_square_root_scale(self):
        """CQC's. The package prints its limits without squaring them back."""
        given, events, exposure = self.six("funnel_test6_sr_cqc")
        standard = 0.5 / np.sqrt(exposure)
        over = overdispersion(np.sqrt(events / exposure), 1.0, standard, trim=given["params"]["trim_by"])
        self.agree(over, standard, given["expected"])
        for z, low, high in ((Z_95, "od_ll95", "od_ul95"), (Z_998, "od_ll998", "od_ul998")):
            reach = z * np.sqrt(standard ** 2 + over.tau2)
            same([1 - reach, 1 + reach], [given["expected"][low], given["expected"][high]])

    def test_rates_on_the_logarithmic_scale(self):
        """SHMI's; among six nothing is cut off."""
        given, events, exposure = self.six("funnel_test6_sr_shmi")
        standard = 1 / np.sqrt(exposure)
        over = overdispersion(np.log(events / exposure), 0.0, standard, trim=0)
        self.agree(over, standard, given["expected"])
        reach = Z_998 * np.sqrt(standard ** 2 + over.tau2)
        same(np.exp([-reach, reach]), [given["expected"]["od_ll998"], given["expected"]["od_ul998"]])

    def test_ratios_of_two_counts(self):
        """The package draws these limits with the square-root scale's error, about the logarithm of the target."""
        given, top, bottom = self.six("funnel_test6_rc")
        standard = np.sqrt(top / (top + 0.5) ** 2 + bottom / (bottom + 0.5) ** 2)
        middle = np.log(given["expected"]["target"])
        over = overdispersion(np.log((top + 0.5) / (bottom + 0.5)), middle, standard)
        self.agree(over, standard, given["expected"])
        reach = Z_95 * np.sqrt(0.25 / bottom + over.tau2)
        same(np.exp([middle - reach, middle + reach]), [given["expected"]["od_ll95"], given["expected"]["od_ul95"]])


def district(schools: int, weeks: int, between: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Days present and enrolled; schools differ by `between`, weeks by a point, students by chance."""
    enrolled = np.repeat(rng.integers(900, 5000, schools)[:, None], weeks, axis=1)
    share = 0.92 + between * rng.standard_normal((schools, 1)) + 0.01 * rng.standard_normal((schools, weeks))
    return rng.binomial(enrolled, np.clip(share, 0, 1)).astype(float), enrolled.astype(float)


class TestTheFunnelOfADistrict:
    def test_under_ten_schools_there_is_no_verdict(self):
        present, enrolled = district(FEWEST_SCHOOLS, 4, 0.02, np.random.default_rng(1))
        assert funnel(present, enrolled, Kind.SHARE) is not None
        present[3] = np.nan
        assert funnel(present, enrolled, Kind.SHARE) is None

    def test_a_school_that_sent_nothing_has_no_limits_and_changes_no_other(self):
        present, enrolled = district(12, 4, 0.02, np.random.default_rng(2))
        without = funnel(present[1:], enrolled[1:], Kind.SHARE)
        present[0] = np.nan
        found = funnel(present, enrolled, Kind.SHARE)
        assert np.isnan([found.value[0], found.upper_998[0], found.overdispersion.z[0]]).all() and found.outside[0] == 0
        same(found.upper_998[1:], without.upper_998)

    @pytest.mark.parametrize("schools", [10, 40])
    def test_as_many_usual_schools_lie_outside_as_we_say_and_one_that_is_unlike_does(self, schools):
        rng, called, found = np.random.default_rng(3), [], []
        for _ in range(8000 // schools):
            present, enrolled = district(schools, 4, 0.015, rng)
            called.append(np.abs(funnel(present, enrolled, Kind.SHARE).outside).mean())
            present[7] = np.round(0.80 * enrolled[7])
            found.append(funnel(present, enrolled, Kind.SHARE).outside[7] == -1)
        assert np.mean(called) == pytest.approx(OUTSIDE_BY_CHANCE, abs=0.006), np.mean(called)
        assert np.mean(found) > 0.9, np.mean(found)

    def test_a_mean_takes_its_spread_from_its_weeks_and_has_no_funnel_from_one(self):
        rng = np.random.default_rng(4)
        visits = rng.poisson(5, (30, 8)) + 20.0
        visits[4] += 30
        found = funnel(visits, np.ones((30, 8)), Kind.MEAN)
        assert found.outside.tolist() == [int(row == 4) for row in range(30)]
        assert funnel(visits[:, :1], np.ones((30, 1)), Kind.MEAN) is None
        assert funnel(np.full((30, 8), 5.0), np.ones((30, 8)), Kind.MEAN) is None

    def test_everybody_present_everywhere_is_no_difference(self):
        found = funnel(np.full((10, 3), 50.0), np.full((10, 3), 50.0), Kind.SHARE)
        assert found.overdispersion.tau2 == 0 and not found.outside.any() and (found.upper_998 <= 1).all()


class TestHowSurelyAValueIsKnown:
    @pytest.mark.parametrize(("present", "enrolled"), [(0, 12), (12, 12), (7, 12), (640, 700)])
    def test_one_week_of_a_share_is_the_wilson_interval(self, present, enrolled):
        found = intervals(column([present]), column([enrolled]), Kind.SHARE)
        same([found.lower[0], found.upper[0]], proportion_confint(present, enrolled, method="wilson"))

    @pytest.mark.parametrize(("calls", "students"), [(0, 40.0), (3, 40.0), (250, 1000.0)])
    def test_one_week_of_a_rate_is_the_score_interval(self, calls, students):
        found = intervals(column([calls]), column([students]), Kind.RATE)
        np.testing.assert_allclose([found.lower[0], found.upper[0]],
                                   confint_poisson(calls, students, method="score"), rtol=1e-7, atol=1e-12)

    def test_a_mean_is_the_textbook_interval_with_the_spread_of_all_schools(self):
        """
        weeks 1  2  3   mean 2, squares 2
              5  5  8   mean 6, squares 6   spread: 8 over 4 degrees of freedom, t = 2.776
        """
        found = intervals(np.array([[1, 2, 3], [5, 5, 8]], float), np.ones((2, 3)), Kind.MEAN)
        assert found.upper - found.value == pytest.approx([2.7764 * np.sqrt(2 / 3)] * 2, rel=1e-4)
        assert found.value.tolist() == [2, 6]

    def test_one_week_says_nothing_of_a_mean(self):
        found = intervals(column([4, 5]), column([1, 1]), Kind.MEAN)
        assert found.value.tolist() == [4, 5] and np.isnan([found.lower, found.upper]).all()

    def test_where_weeks_vary_more_than_students_the_interval_still_holds(self):
        """95 in 100 intervals hold the school's own level; by chance alone only half of them would."""
        rng, held, naive = np.random.default_rng(5), [], []
        for _ in range(150):
            enrolled = np.full((12, 8), 2000.0)
            level = rng.uniform(0.86, 0.96, (12, 1))
            present = rng.binomial(2000, level + 0.01 * rng.standard_normal((12, 8))).astype(float)
            found = intervals(present, enrolled, Kind.SHARE)
            lone = intervals(present.sum(axis=1, keepdims=True), enrolled.sum(axis=1, keepdims=True), Kind.SHARE)
            held.append((found.lower <= level[:, 0]) & (level[:, 0] <= found.upper))
            naive.append((lone.lower <= level[:, 0]) & (level[:, 0] <= lone.upper))
        assert 0.92 <= np.mean(held) <= 0.98 and np.mean(naive) < 0.75, (np.mean(held), np.mean(naive))

    @pytest.mark.parametrize("kind", [Kind.SHARE, Kind.RATE])
    def test_weeks_that_happen_to_be_nearly_equal_do_not_make_a_value_surer_than_chance_allows(self, kind):
        equal = intervals(np.array([[45, 44, 46, 45]] * 2, float), np.full((2, 4), 50.0), kind)
        at_once = intervals(column([180, 180]), column([200, 200]), kind)
        assert [*equal.lower, *equal.upper] == pytest.approx([*at_once.lower, *at_once.upper])

    def test_calls_that_come_in_bursts_are_known_less_surely(self):
        bursts = intervals(np.array([[0, 40, 0, 40]], float), np.full((1, 4), 100.0), Kind.RATE)
        even = intervals(np.array([[20, 20, 20, 20]], float), np.full((1, 4), 100.0), Kind.RATE)
        assert bursts.upper - bursts.lower > 3 * (even.upper - even.lower)

    def test_weeks_nobody_sent_and_schools_without_any_are_not_zero(self):
        found = intervals(np.array([[90, np.nan], [np.nan, np.nan]]), np.array([[100, 100], [100, np.nan]], float), Kind.SHARE)
        assert found.value[0] == 0.9 and np.isnan([found.value[1], found.lower[1], found.upper[1]]).all()


class TestSchoolsThatAreAlike:
    LEVEL = ["elementary", "elementary", "elementary", "elementary", "high", "elementary"]
    STUDENTS = np.array([400, 420, 800, 410, 405, 390], float)
    NEED = np.array([60, 58, 61, 20, 60, 65], float)

    def test_level_first_then_the_nearest_in_size_and_need(self):
        """The high school of the same size and need is not asked; the twice as large and the wealthy one are too far."""
        assert similar(self.LEVEL, self.STUDENTS, self.NEED, 0) == [1, 5]

    def test_no_more_than_were_asked_for_and_never_the_school_itself(self):
        assert similar(self.LEVEL, self.STUDENTS, self.NEED, 0, most=1) == [1]
        assert similar(["k-8"] * 3, np.full(3, 500.0), np.full(3, 0.4), 1) == [0, 2]

    def test_an_unknown_need_counts_like_that_of_a_school_picked_at_random(self):
        """Known to be near in size is near; known in nothing is not."""
        need = self.NEED.copy()
        need[1], need[0] = np.nan, 60
        assert similar(self.LEVEL, self.STUDENTS, need, 0) == [5, 1]
        nothing = np.full(6, np.nan)
        assert similar(self.LEVEL, nothing, nothing, 0) == []
        assert similar(self.LEVEL, self.STUDENTS, nothing, 0) == [3, 5, 1]

    def test_half_the_schools_of_one_size_do_not_make_the_others_infinitely_far(self):
        students = np.array([500, 500, 500, 500, 510, 2000], float)
        assert similar(["elementary"] * 6, students, np.full(6, 50.0), 4) == [0, 1, 2, 3]

    def test_size_counts_by_its_ratio(self):
        """1,000 is twice 500; 240 is less than half of it, though only 260 students away."""
        students = np.array([500, 240, 1000, 260, 900, 700], float)
        assert similar(["high"] * 6, students, np.full(6, 50.0), 0) == [5, 4, 3, 2, 1]

    def test_no_nearer_than_a_school_picked_at_random_is_not_alike(self):
        """Of one size, need 10 to 50: a robust spread is 14.8, and 2 spreads of need are as far as two picked at random."""
        assert similar(["high"] * 5, np.full(5, 500.0), np.array([10, 20, 30, 40, 50.0]), 0) == [1, 2]

    def test_one_giant_does_not_make_all_the_others_alike(self):
        students = np.array([300, 310, 320, 600, 330, 90000], float)
        assert 3 not in similar(["high"] * 6, students, np.full(6, 50.0), 0)

    def test_the_only_school_of_its_level_is_like_no_other(self):
        assert similar(self.LEVEL, self.STUDENTS, self.NEED, 4) == []


class TestSchoolsThatDoBetter:
    @pytest.mark.parametrize(("one", "other"), [((48, 80), (56, 70)), ((48, 80), (52, 80)), ((0, 20), (5, 20)), ((180, 200), (188, 200))])
    def test_one_similar_school_is_compared_as_newcombe_does(self, one, other):
        lower, _ = confint_proportions_2indep(other[0], other[1], one[0], one[1], compare="diff", method="newcomb")
        found = intervals(column([one[0], other[0]]), column([one[1], other[1]]), Kind.SHARE)
        assert doing_better(found, 0, [1], "higher") == ([1] if lower > 0 else [])
        assert doing_better(found, 1, [0], "lower") == ([0] if lower > 0 else [])

    def test_the_best_comes_first_and_an_unknown_one_never(self):
        value = np.array([90, 93, 95, 90.5, np.nan])
        found = Intervals(value, value - 0.5, value + 0.5)
        assert doing_better(found, 0, [1, 2, 3, 4], "higher") == [2, 1]
        assert doing_better(found, 2, [0, 1, 3], "lower") == [0, 3, 1]
        assert doing_better(found, 4, [0, 1], "higher") == []

    def test_where_neither_way_is_better_nobody_does_better(self):
        found = Intervals(np.array([1.0, 9.0]), np.array([1.0, 9.0]), np.array([1.0, 9.0]))
        assert doing_better(found, 0, [1], "neither") == []
        with pytest.raises(ValueError, match="there is no direction 'more'. Write higher, lower or neither."):
            doing_better(found, 0, [1], "more")

    def test_where_no_school_differs_a_better_one_is_seldom_named(self):
        rng, named, lists = np.random.default_rng(6), 0, 0
        for _ in range(150):
            present, enrolled = district(6, 8, 0.0, rng)
            found = intervals(present, enrolled, Kind.SHARE)
            for place in range(6):
                named += bool(doing_better(found, place, [row for row in range(6) if row != place], "higher"))
                lists += 1
        assert named / lists < 0.05, named / lists
