"""Evidence of a lasting change: it uses no week to come, no unit, and comes by chance as seldom as its threshold says."""
from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators import detecting
from indicators.detecting import NO_EVIDENCE, Evidence, Noise, chance, evidence, lit, noise, noticeable, threshold

pytestmark = pytest.mark.filterwarnings("error")        # a numpy warning is a case nobody thought of

WEEKS, START = 72, 36
THIS_YEAR = np.arange(WEEKS) >= START
LEARNED = ~THIS_YEAR
gone = np.nan


def plain(places: int = 40, seed: int = 0, alike: float = 0.0) -> np.ndarray:
    """Standard noise and nothing else; a new start after the summer."""
    z = np.random.default_rng(seed).standard_normal((places, 2, WEEKS // 2))
    for week in range(1, WEEKS // 2):
        z[..., week] = alike * z[..., week - 1] + np.sqrt(1 - alike ** 2) * z[..., week]
    return z.reshape(places, WEEKS)


def judged(gap: np.ndarray, this_year: np.ndarray = THIS_YEAR, learned: np.ndarray = LEARNED, **how) -> Evidence:
    return evidence(gap, noise(gap, np.ones(gap.shape), learned), this_year, **how)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 50), st.integers(START + 1, WEEKS - 1))
def test_weeks_to_come_change_no_evidence(seed, week):
    gap = plain(8, seed)
    cut = gap[:, :week]
    before, after = judged(cut, THIS_YEAR[:week], LEARNED[:week]), judged(gap)
    for name in ("rise", "fall", "size", "unsure", "spread", "doubt"):
        np.testing.assert_allclose(getattr(after, name)[:, :week - START], getattr(before, name), rtol=1e-4, atol=1e-4, err_msg=name)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 50), st.sampled_from([1e-3, 0.5, 7.0, 1e3]))
def test_the_unit_changes_no_evidence(seed, factor):
    gap = plain(8, seed)
    one, other = judged(gap), judged(factor * gap)
    np.testing.assert_allclose(other.fall, one.fall, atol=1e-3)
    np.testing.assert_allclose(other.size, factor * one.size, rtol=1e-3, atol=1e-4 * factor)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 50), st.floats(-30, 30))
def test_another_level_in_both_years_changes_no_evidence(seed, more):
    gap = plain(8, seed)
    np.testing.assert_allclose(judged(gap + more).rise, judged(gap).rise, atol=2e-2)


def test_a_rise_is_a_fall_upside_down():
    gap = plain()
    one, other = judged(gap), judged(-gap)
    np.testing.assert_allclose(one.rise, other.fall, atol=1e-4)
    np.testing.assert_array_equal(one.began, other.began)


def test_a_drop_is_dated_and_measured():
    gap = plain(200)
    gap[:, START + 20:] -= 4.0
    seen = judged(gap, at_most=10.0)
    assert np.median(seen.began[:, 25]) == 20
    dated = seen.began[:, 25] == 20
    assert dated.mean() > 0.7
    assert seen.size[dated, 25].mean() == pytest.approx(-4.0, abs=0.25)
    assert (np.abs(seen.size[dated, 25] + 4.0) < 2 * seen.unsure[dated, 25]).mean() > 0.9
    assert (seen.fall[:, 23] > threshold(360, 0.0)).mean() > 0.95 and seen.rise[:, 22:27].max() < 0


def test_each_week_can_be_held_against_the_level_before_a_change():
    gap = plain(400)
    gap[:, START + 20:] -= 4.0
    gap[:, START + 26] += 4.0
    gap[:, START + 25] = gone
    seen = judged(gap, at_most=10.0)
    away = seen.week - seen.level[:, [20]]
    assert np.median(away[:, [19, 22, 24, 26]], axis=0) == pytest.approx([0, -4, -4, 0], abs=0.3) and np.isnan(away[:, 25]).all()


def test_a_week_without_a_number_leaves_the_evidence_as_it_was():
    gap = plain()
    gap[:, START + 10:START + 12] = gone
    seen = judged(gap)
    np.testing.assert_array_equal(seen.fall[:, 10], seen.fall[:, 9])
    np.testing.assert_array_equal(seen.fall[:, 11], seen.fall[:, 9])


def test_one_storm_counts_so_much_and_no_more():
    gap = plain()
    gap[:, START + 10] = -8.0
    worse = gap.copy()
    worse[:, START + 10] = -80.0
    np.testing.assert_allclose(judged(gap).fall[:, 10:], judged(worse).fall[:, 10:], atol=1e-4)


def test_noise_is_the_usual_size_and_shared_likeness():
    for alike in (0.0, 0.3, 0.5):
        learned = noise(plain(300, alike=alike), np.ones((300, WEEKS)), LEARNED)
        assert learned.alike == pytest.approx(alike, abs=0.03)
        assert learned.spread.mean() == pytest.approx(1.0, abs=0.05)


def test_a_week_counted_over_less_is_noisier():
    exposure = np.random.default_rng(1).choice([25.0, 100.0, 400.0], (100, WEEKS))
    learned = noise(plain(100) * 10 / np.sqrt(exposure), exposure, LEARNED)
    for counted in (25.0, 100.0, 400.0):
        assert learned.spread[exposure == counted].mean() == pytest.approx(10 / np.sqrt(counted), rel=0.12)


def test_a_mean_of_alike_weeks_is_less_sure():
    usual = Noise(np.ones((1, 4)), 0.3)
    assert usual.of_mean(1) == 1 and usual.of_mean(2) == pytest.approx(1.3)
    assert usual.of_mean(2) < usual.of_mean(8) < usual.inflation == pytest.approx(1.3 / 0.7)


@given(st.floats(2, 1e6), st.floats(2, 1e6), st.floats(0, 0.8))
def test_what_is_rarer_needs_more_evidence(one, other, alike):
    assert (threshold(one, alike) <= threshold(other, alike)) == (one <= other) or one == pytest.approx(other)
    assert chance(threshold(one, alike), alike) == pytest.approx(one, rel=1e-6)
    assert threshold(one, alike, first_year=True) > threshold(one, alike)


@pytest.mark.parametrize("alike", [0.0, 0.3, 0.5])
def test_chance_lights_as_seldom_as_the_threshold_says(alike):
    gap = plain(1500, seed=4, alike=alike)
    usual = noise(gap, np.ones(gap.shape), LEARNED)
    lights = lit(evidence(gap, usual, THIS_YEAR, at_most=4.0).fall, threshold(200, usual.alike))
    new = lights[:, 0].sum() + (lights[:, 1:] & ~lights[:, :-1]).sum()
    assert 0.5 * lights.size / 200 < new < 1.25 * lights.size / 200


def test_a_light_does_not_flicker():
    found = np.array([[3.0, 5.1, 4.9, 5.2, 3.0, 2.4, 4.9, 5.1]])
    assert lit(found, 5.0)[0].tolist() == [False, True, True, True, True, False, False, True]


@pytest.mark.parametrize("gap", [np.full((3, WEEKS), gone), np.zeros((3, WEEKS)), plain(1), np.where(THIS_YEAR, plain(4), gone),
                                 np.where(THIS_YEAR, gone, plain(4)), np.where(np.arange(WEEKS) == WEEKS - 1, plain(4), gone)])
def test_odd_series_have_evidence_without_a_warning(gap):
    seen = judged(gap)
    for name in ("rise", "fall", "size", "spread", "doubt"):
        assert np.isfinite(getattr(seen, name)).all() and getattr(seen, name).shape == (len(gap), WEEKS - START), name
    if np.isnan(gap).all():
        assert (seen.rise == NO_EVIDENCE).all()


def test_one_week_alone_says_nothing_yet():
    seen = judged(plain(5)[:, :1], np.ones(1, bool), np.ones(1, bool))
    assert seen.fall.shape == (5, 1) and (seen.fall < 0.1).all()


def test_what_would_be_noticed_grows_with_noise_and_with_what_is_asked_and_shrinks_with_what_is_known():
    gap = plain(40)
    usual = noise(gap, np.ones(gap.shape), LEARNED)
    known = evidence(gap, usual, THIS_YEAR)
    said = noticeable(known.spread, known.doubt, usual, threshold(360, 0.0))
    np.testing.assert_allclose(said / known.spread, (said / known.spread)[:1] * np.ones((40, 1)), rtol=0.02)
    assert (noticeable(known.spread, known.doubt, usual, threshold(36, 0.0)) < said).all()
    assert (np.diff(said / known.spread, axis=1) <= 1e-6).all()
    assert 1.5 < np.median(said[:, -1]) < 3.0


def test_in_a_storm_in_which_all_schools_scatter_a_week_counts_for_less():
    chance = np.random.default_rng(4)
    gap = chance.standard_normal((60, 50))
    gap[:, 45:47] *= 3
    learned = np.arange(50) < 40
    usual = detecting.Noise(np.ones(gap.shape, np.float32), 0.0)
    spread = detecting.with_restless_weeks(usual, gap, learned).spread
    assert spread[0, 45:47] == pytest.approx(2.3, abs=0.6) and (spread[0, :45] == 1).mean() > 0.9
    few = detecting.with_restless_weeks(detecting.Noise(np.ones((9, 50), np.float32), 0.0), gap[:9], learned)
    assert (few.spread == 1).all()          # nine schools cannot tell a storm from chance


def test_where_nearly_all_weeks_are_alike_the_few_that_are_not_still_tell_how_noisy_a_week_is():
    """Most schools always submit on time: their noise is not nothing, or a single late day would light them."""
    chance = np.random.default_rng(5)
    gap = np.where(chance.random((200, 40)) < 0.1, -20.0, 0.0)
    spread = noise(gap, np.ones(gap.shape), np.ones(40, bool)).spread
    assert 3.0 < np.median(spread) < 10.0           # the plain sd of such weeks is 6
