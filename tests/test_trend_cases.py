"""The usual range and its signals against numbers other people printed or computed with other code."""
from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from indicators.small_counts import exact_limits, mostly_few
from indicators.trend import SCREEN_FACTOR, Assurance, Signal, UsualRange, assurance, signals, usual_range, variation

CASES = Path(__file__).parents[2] / "shared" / "cases" / "trends"
NHS_FACTOR = 2.66               # as NHSRplotthedots writes it
QICHARTS_FACTOR = 3 / 1.128     # as qicharts2 writes it for its i chart
PRINTED = 1e-8                  # relative; the files carry 15 digits and ask for this

RULES = {"Common Cause": Signal.NONE,
         "Above UCL": Signal.OUTSIDE, "Below LCL": -Signal.OUTSIDE,
         "7 Point Trend (Increasing)": Signal.TREND, "7 Point Trend (Decreasing)": -Signal.TREND,
         "2 in 3 Above CL": Signal.TWO_OF_THREE, "2 in 3 Below CL": -Signal.TWO_OF_THREE,
         "7 Points Above CL": Signal.SEVEN_ON_ONE_SIDE, "7 Points Below CL": -Signal.SEVEN_ON_ONE_SIDE}
BETTER = {"increase": "higher", "decrease": "lower", "neutral": "neither"}
ICONS = {"consistent_pass": Assurance.WILL_MEET, "consistent_fail": Assurance.WILL_MISS,
         "inconsistent": Assurance.MAY_MEET, None: Assurance.NONE}


def files(pattern: str) -> list:
    """One parameter a file; a loud skip where the folder is absent."""
    found = [pytest.param(path, id=path.stem) for path in sorted(CASES.glob(pattern))]
    absent = pytest.mark.skip(reason=f"No reference case {pattern} beside the checkout; nothing was compared.")
    return found or [pytest.param(None, id=pattern, marks=absent)]


def row(numbers) -> np.ndarray:
    return np.array([numbers], float)


def group_of(case: dict, weeks: int) -> np.ndarray:
    starts = np.array(case["params"].get("rebase_at_1based") or [], int) - 1
    return np.searchsorted(starts, np.arange(weeks), side="right")


def nhs_range(y: np.ndarray, **how) -> UsualRange:
    """As the NHS package does it: its factor, limits from two points on, all points unless told otherwise."""
    return usual_range(y, np.ones_like(y), np.isfinite(y), limit_factor=NHS_FACTOR, fewest=2,
                       over_gaps=False, **{"baseline": None, **how})


@pytest.mark.parametrize("path", [p for p in files("ptd_*.json") if p.id != "ptd_unit_vectors"])
class TestTheNhsPackage:
    def judged(self, path):
        case = json.loads(path.read_text())
        y, params = row(case["input"]["y"]), case["params"]
        usual = nhs_range(y, baseline=params["fix_after_n_points"], screen=params["screen_outliers"],
                          group=group_of(case, y.shape[1]))
        return case, y, usual, signals(y, usual, np.isfinite(y), trend_rule=True)

    def test_the_same_centre_and_limits(self, path):
        case, y, usual, _ = self.judged(path)
        expected = case["expected"]
        lower, upper = row(expected["lpl"]), row(expected["upl"])
        if path.stem == "ptd_edge_constant":
            # The package has no limits here, for it drops ranges of 0 >= 3.267 * 0. Ours are the mean itself.
            assert np.isnan([lower, upper]).all()
            lower = upper = row(expected["mean"])
        np.testing.assert_allclose(usual.centre, row(expected["mean"]), rtol=PRINTED)
        np.testing.assert_allclose(usual.lower, lower, rtol=PRINTED)
        np.testing.assert_allclose(usual.upper, upper, rtol=PRINTED)
        near = (y > usual.near_upper) | (y < usual.near_lower)
        outside = (y > usual.upper) | (y < usual.lower)
        if path.stem != "ptd_edge_constant":
            known = np.isfinite(y)
            assert (near & ~outside)[known].tolist() == np.array([expected["close_to_limits"]])[known].tolist()

    def test_the_same_signal_at_every_point(self, path):
        case, _, _, found = self.judged(path)
        assert found[0].tolist() == [RULES[name] for name in case["expected"]["special_cause_type"]]

    def test_the_same_assurance(self, path):
        case, y, usual, _ = self.judged(path)
        said = assurance(usual, np.isfinite(y), case["params"]["target"],
                         BETTER[case["params"]["improvement_direction"]])
        assert said[0] is ICONS[case["expected"]["assurance_icon"]]

    def test_the_same_variation_at_the_last_point(self, path):
        case, y, _, found = self.judged(path)
        said = variation(found, np.isfinite(y), BETTER[case["params"]["improvement_direction"]])
        icon = case["expected"]["variation_icon"]
        words = {"special_cause_improvement": "improving", "special_cause_concern": "worsening"}
        few = np.isfinite(y).sum() < 6
        assert said[0] == ("too early" if few else words.get(icon, "steady"))

    def test_the_published_digits(self, path):
        case, _, usual, found = self.judged(path)
        published = case["published"] or {}
        for name, ours in (("mean", usual.centre), ("lpl", usual.lower), ("upl", usual.upper)):
            if name in published:
                printed = pytest.approx(published[name], rel=published.get("rel_tol", 0),
                                        abs=published.get("abs_tol", 0))
                assert ours[0, -1] == printed
        if "n_common_cause" in published:
            assert (found == Signal.NONE).sum() == published["n_common_cause"]


@pytest.mark.parametrize("path", files("ptd_unit_vectors.json"))
class TestThePublishedVectorsOfTheRules:
    """Sides and nearness drawn on a range of -3 to 3 with the near lines at -2 and 2."""

    def found(self, y, width=3.0):
        y = row(y)
        usual = UsualRange(*(np.full(y.shape, line * width) for line in (0, -1, 1, -2 / 3, 2 / 3)))
        return signals(y, usual, np.isfinite(y), trend_rule=True)[0]

    def test_seven_points_rising_or_falling_are_all_marked(self, path):
        for vector in json.loads(path.read_text())["seven_point_trend"]:
            ends = np.array(vector["expect"])
            whole = [next((mark for mark in ends[at:at + 7] if mark), 0) for at in range(len(ends))]
            found = self.found(vector["y"], width=1000.0)
            assert np.where(abs(found) == Signal.TREND, np.sign(found), 0).tolist() == whole

    def test_seven_on_one_side_are_all_marked(self, path):
        for vector in json.loads(path.read_text())["seven_one_side"]:
            ends = np.array(vector["expect"])
            found = self.found(vector["sign"])
            assert (abs(found) == Signal.SEVEN_ON_ONE_SIDE).tolist() == \
                [bool(ends[at:at + 7].any()) for at in range(len(ends))]

    def test_two_of_three_mark_only_the_near_ones(self, path):
        vectors = json.loads(path.read_text())
        for vector in vectors["two_in_three"] + vectors["part_of_two_in_three"]:
            near = np.array(vector["close"])
            found = self.found(np.array(vector["sign"]) * (1 + 1.5 * near))
            assert (abs(found) == Signal.TWO_OF_THREE).tolist() == (near * vector["expect"] > 0).tolist()

    def test_assurance(self, path):
        for vector in json.loads(path.read_text())["assurance"]:
            lower, upper = np.array(vector["lpl"], float)[:, None], np.array(vector["upl"], float)[:, None]
            usual = UsualRange((lower + upper) / 2, lower, upper, lower, upper)
            said = assurance(usual, np.ones(lower.shape, bool), vector["target"], BETTER[vector["direction"]])
            assert said.tolist() == [ICONS[icon] for icon in vector["expect"]]


def weighted(case: dict) -> tuple[np.ndarray, np.ndarray]:
    """Numerators and denominators; a mean counts by its weight."""
    given = case["input"]
    denominator = row(given["denominator"])
    return (row(given["mean"]) * denominator if "mean" in given else row(given["numerator"])), denominator


def same_as_qicharts(case: dict, usual: UsualRange, value: np.ndarray) -> None:
    expected = case["expected"]
    np.testing.assert_allclose(usual.centre, row(expected["cl"]), rtol=PRINTED)
    np.testing.assert_allclose(usual.lower, row(expected["lcl"]), rtol=PRINTED)
    np.testing.assert_allclose(usual.upper, row(expected["ucl"]), rtol=PRINTED)
    outside = np.abs(signals(value, usual, np.isfinite(value))) == Signal.OUTSIDE
    assert outside[0].tolist() == expected["sigma_signal"]


@pytest.mark.parametrize("path", files("qic_*_ip*.json") + files("spc4hc_*_ip.json"))
def test_the_i_prime_charts_of_qicharts2(path):
    case = json.loads(path.read_text())
    numerator, denominator = weighted(case)
    usual = usual_range(numerator, denominator, np.isfinite(numerator), baseline=None,
                        screen=case["params"]["screen_mr"])
    same_as_qicharts(case, usual, numerator / denominator)


@pytest.mark.parametrize("path", files("qic_*_i.json") + files("qic_*_i_*.json")
                         + files("spc4hc_*_i.json") + files("spc4hc_screened_mr_*.json"))
def test_the_plain_charts_of_qicharts2(path):
    case = json.loads(path.read_text())
    value = row(case["expected"]["y"])
    usual = usual_range(value, np.ones_like(value), np.isfinite(value), baseline=case["params"].get("freeze"),
                        screen=case["params"].get("screen_mr", True), limit_factor=QICHARTS_FACTOR)
    same_as_qicharts(case, usual, value)


@pytest.mark.parametrize("path", files("nhspy_limits.json"))
def test_the_near_lines_of_the_python_package(path):
    for vector in json.loads(path.read_text())["cases"]:
        usual = nhs_range(row(vector["y"]))
        ours = [usual.centre, usual.lower, usual.upper, usual.near_lower, usual.near_upper]
        assert [float(line[0, -1]) for line in ours] == pytest.approx(vector["expect"], rel=PRINTED)


def counted(case: dict) -> tuple[np.ndarray, np.ndarray, np.ndarray, dict]:
    """Counts, exposure, the points that make the limits, and how qicharts2 was asked to draw them."""
    given, asked = case["input"], case["params"] or {}
    events = row(given.get("numerator", given.get("y")))
    left_out = np.array(asked.get("exclude", []), int) - 1
    usable = ~np.isin(np.arange(events.shape[1]), left_out)[None]
    baseline = asked["freeze"] - int((left_out < asked["freeze"]).sum()) if "freeze" in asked else None
    group = (np.arange(events.shape[1]) >= asked["part"]).astype(int) if "part" in asked else None
    return events, row(given.get("denominator", np.ones(events.shape[1]))), usable, {"baseline": baseline, "group": group}


CHANCE_CHARTS = (files("qic_*_p.json") + files("qic_*_u.json") + files("qic_*_c.json") + files("qic_montgomery_7_[45]_*_varn.json")
                 + files("qic_cdi_u_part24.json") + files("spc4hc_*_p.json"))
# Points, from 0, where three standard errors and the exact tails part: few cases are skewed, both exact limits lie higher.
SKEWED = {"qic_cdi_u_part24": {19}, "qic_montgomery_7_1_p": {20}, "qic_montgomery_7_4_p_varn": {10}}


@pytest.mark.parametrize("path", [one for one in CHANCE_CHARTS if one.id != "qic_hospital_infections_u"])
def test_the_centre_of_the_p_u_and_c_charts_and_their_verdicts_by_exact_limits(path):
    """Parts, frozen baselines and points left out included. The charts draw three standard errors of chance, we exact tails."""
    case = json.loads(path.read_text())
    events, size, usable, how = counted(case)
    centre = usual_range(events, size, usable, **how).centre
    np.testing.assert_allclose(centre * (case["params"] or {}).get("multiply", 1), row(case["expected"]["cl"]), rtol=PRINTED)
    shares = "_p" in path.stem.replace("_part", "")
    lower, upper = exact_limits(centre, size) if shares else (edge / size for edge in exact_limits(centre * size))
    value = events / size
    outside = ((value < lower - PRINTED) | (value > upper + PRINTED))[0]
    assert set(np.flatnonzero(outside != np.array(case["expected"]["sigma_signal"]))) == SKEWED.get(path.stem, set())


@pytest.mark.parametrize("path", files("qic_nhs_accidents_p.json"))
def test_where_cases_are_many_chance_alone_flags_sixteen_of_twenty_weeks_and_the_usual_range_none(path):
    case = json.loads(path.read_text())
    events, size, usable, how = counted(case)
    usual = usual_range(events, size, usable, **how)
    assert sum(case["expected"]["sigma_signal"]) == 16
    assert not (np.abs(signals(events / size, usual, usable)) == Signal.OUTSIDE).any()


@pytest.mark.parametrize("path", files("qic_*_up*.json") + files("qic_*_pp_*.json") + files("spc4hc_*_pp.json"))
def test_the_p_prime_and_u_prime_charts_of_qicharts2(path):
    """They are the plain chart of (value - centre) x sqrt(exposure); I-prime flags the same points, within 5 % as wide."""
    case = json.loads(path.read_text())
    events, size, usable, how = counted(case)
    multiply, how = case["params"].get("multiply", 1), {**how, "screen": case["params"]["screen_mr"]}
    usual = usual_range(events, size, usable, **how)
    scores = (events / size - usual.centre) * np.sqrt(size)
    drawn = usual_range(scores, np.ones_like(scores), usable, limit_factor=QICHARTS_FACTOR, **how)
    reach = (drawn.upper - drawn.centre) / np.sqrt(size)
    expected = case["expected"]
    highest = 1 if "_pp" in path.stem else np.inf
    np.testing.assert_allclose(multiply * np.maximum(usual.centre - reach, 0), row(expected["lcl"]), rtol=PRINTED)
    np.testing.assert_allclose(np.minimum(multiply * (usual.centre + reach), highest), row(expected["ucl"]), rtol=PRINTED)
    np.testing.assert_allclose(usual.upper - usual.centre, reach, rtol=0.05)
    outside = np.abs(signals(events / size, usual, usable)) == Signal.OUTSIDE
    assert outside[0].tolist() == expected["sigma_signal"]


@pytest.mark.parametrize("path", files("qic_montgomery_6_5_mr.json"))
def test_the_mean_moving_range_and_its_limit(path):
    """A limit factor of 1 draws the mean moving range itself."""
    case = json.loads(path.read_text())
    value = row(case["input"]["y"])
    usual = usual_range(value, np.ones_like(value), np.isfinite(value), baseline=case["params"]["freeze"], limit_factor=1)
    moving = (usual.upper - usual.centre)[0, 0]
    assert [moving, moving * SCREEN_FACTOR] == pytest.approx([case["expected"]["cl"][0], case["expected"]["ucl"][0]], rel=PRINTED)


@pytest.mark.parametrize("path", files("qic_montgomery_7_6_t.json"))
def test_times_between_rare_events(path):
    """Montgomery's way: the plain chart of the times to the power 1 / 3.6, drawn back."""
    case = json.loads(path.read_text())
    power = case["params"]["power"]
    made_even = row(case["input"]["y"]) ** power
    usual = usual_range(made_even, np.ones_like(made_even), made_even > 0, baseline=None, limit_factor=QICHARTS_FACTOR)
    ours = [usual.centre ** (1 / power), np.maximum(usual.lower, 0) ** (1 / power), usual.upper ** (1 / power)]
    for line, key in zip(ours, ("cl", "lcl", "ucl"), strict=True):
        np.testing.assert_allclose(line, row(case["expected"][key]), rtol=PRINTED)


@pytest.mark.parametrize("path", files("qic_hospital_infections_u.json"))
def test_infections_by_hospital_are_pooled_alike_and_flagged_alike_but_for_one_skewed_panel(path):
    """25 published panels; mostly none, one or two a month are only the two rare infections of one small hospital."""
    case = json.loads(path.read_text())
    given = {name: np.array(column) for name, column in case["input"].items()}
    few, parted = [], []
    for panel, charts in case["expected"].items():
        across = panel.startswith("funnel")
        by, keep = (given["hospital"], given["month"] >= "2016-07") if across else (given["month"], True)
        for chart in charts:
            names = [str(chart[facet]) for facet in ("facet1", "facet2") if str(chart[facet]) != "1"]
            rows = keep & np.all([(given["hospital"] == name) | (given["infection"] == name) for name in names] or [True], axis=0)
            events, days = (row([given[of][rows & (by == one)].sum() for one in np.unique(by)]) for of in ("n", "days"))
            usable = np.ones(events.shape, bool)
            centre = usual_range(events, days, usable, baseline=None).centre
            assert centre * (1e4 if across else 1) == pytest.approx(chart["CL"], rel=PRINTED)
            lower, upper = exact_limits(centre * days)
            if bool(((events < lower) | (events > upper)).any()) != bool(chart["sigma.signal"]):
                parted.append(names)
            if mostly_few(events, None, usable)[0]:
                few.append(names)
    assert parted == [["HGH", "BAC"]] and few == [["BOH", "BAC"], ["BOH", "CDI"]]
