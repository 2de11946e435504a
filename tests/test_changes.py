"""Lights of schools and of the district: what is one school's is its own, what is everybody's is said once, chance lights seldom."""
from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from indicators.changes import ENOUGH_HISTORY, Found, Numbers, found, learned_weeks, stretches

pytestmark = pytest.mark.filterwarnings("error")        # a numpy warning is a case nobody thought of

YEAR, SERIES, BY_CHANCE = 36, 360, 1.0
gone = np.nan


def district(seed: int = 0, schools: int = 40, years: int = 2) -> Numbers:
    """One indicator in percent: levels, a common movement, own noise of one point."""
    chance = np.random.default_rng(seed)
    weeks = np.arange(years * YEAR)
    value = 90 + 2 * chance.standard_normal((schools, 1)) + 0.5 * chance.standard_normal(len(weeks)) + chance.standard_normal((schools, len(weeks)))
    return numbers(value)


def numbers(value: np.ndarray) -> Numbers:
    weeks = np.arange(value.shape[1])
    there = np.isfinite(value)
    whole = np.where(there.any(0), np.where(there, value, 0).sum(0) / np.maximum(there.sum(0), 1), gone)
    return Numbers(value, np.ones(value.shape), there, whole, weeks // YEAR, np.where(weeks >= YEAR, weeks - YEAR, -1), np.arange(len(value)) % 3, False)


def lights(of: Numbers, better: int = 1) -> Found:
    return found(of, SERIES, BY_CHANCE, better)


def moved(of: Numbers, schools, week: int, size: float) -> Numbers:
    value = of.value.copy()
    value[schools, YEAR + week:] += size
    return replace(numbers(value), exposure=of.exposure)


def test_a_school_that_drops_lights_alone_and_for_the_worse():
    before, after = district(), moved(district(), [7], 15, -4.0)
    lit, quiet = lights(after), lights(before)
    assert lit.fall[7, 15:19].any() and not lit.rise[7, 15:].any() and not lit.fall[-1, 15:].any()
    others = np.arange(40) != 7
    assert (lit.fall[:-1][others] != quiet.fall[:-1][others]).mean() < 0.01


def test_a_snow_week_for_everybody_lights_no_school():
    before, after = district(), district()
    after.value[:, YEAR + 12] -= 6
    after = numbers(after.value)
    assert (lights(after).fall[:-1] <= lights(before).fall[:-1]).all() and not lights(after).fall[-1, 12]


def test_a_change_for_everybody_lights_the_district_and_its_schools_only_once():
    told, besides = [], []
    for seed in range(12):
        lit = lights(moved(district(seed), slice(None), 15, -3.0))
        quiet = lights(district(seed))
        told.append(lit.fall[-1, 15:19].any())
        besides.append((lit.fall[:-1, 15:23] & ~quiet.fall[:-1, 15:23]).any(1).sum())
    assert all(told) and max(besides) == 0


def stormy(week: int, size: float, seed: int = 0) -> Numbers:
    """The first year of a district, with two weeks in which everybody had a storm."""
    first = district(seed, years=1).value
    first[:, week:week + 2] -= size
    return numbers(first)


def test_in_its_first_year_a_storm_is_said_once_as_the_districts_and_lights_no_school():
    for seed in range(12):
        lit, quiet = lights(stormy(22, 8, seed)), lights(district(seed, years=1))
        assert lit.fall[-1, 22:24].any() and not lit.fall[-1, 30:].any() and not lit.a_year_before.any()
        assert (lit.fall[:-1, 22:24].sum() + lit.rise[:-1, 22:24].sum()) <= quiet.fall[:-1, 22:24].sum() + quiet.rise[:-1, 22:24].sum()


def test_where_a_year_before_is_known_the_district_is_compared_with_that():
    assert lights(district()).a_year_before.all()
    late = replace(district(), last_year=np.where(np.arange(2 * YEAR) >= YEAR + 10, np.arange(2 * YEAR) - YEAR, -1))
    assert lights(late).a_year_before.tolist() == [False] * 10 + [True] * (YEAR - 10)


def test_where_last_year_never_moved_it_is_no_measure_and_a_storm_is_told_all_the_same():
    value = np.hstack([np.full((40, YEAR), 100.0), stormy(22, 8).value])
    lit = lights(numbers(value))
    assert not lit.a_year_before.any() and lit.fall[-1, 22:24].any()


def test_a_quiet_first_year_hardly_ever_lights_the_district():
    years = 60
    new = sum(int(lit[0]) + int((lit[1:] & ~lit[:-1]).sum()) for seed in range(years) for found in [lights(district(seed, years=1))]
              for lit in (found.fall[-1], found.rise[-1]))
    assert new <= 0.2 * years


def test_weeks_to_come_change_no_light():
    all_weeks = moved(district(), [7], 15, -4.0)
    until = YEAR + 22
    cut = replace(all_weeks, **{name: getattr(all_weeks, name)[..., :until] for name in ("value", "exposure", "usable", "whole", "year", "last_year")})
    whole, part = lights(all_weeks), lights(cut)
    np.testing.assert_array_equal(whole.fall[:, :22], part.fall)
    np.testing.assert_allclose(whole.evidence.fall[:, :22], part.evidence.fall, atol=1e-3)
    np.testing.assert_allclose(whole.noticeable[:-1, :22], part.noticeable[:-1], rtol=1e-4)


@pytest.mark.parametrize("factor", [1e-3, 1e3])
def test_the_unit_changes_no_light(factor):
    of = moved(district(), [7], 15, -4.0)
    np.testing.assert_allclose(lights(numbers(factor * of.value)).evidence.fall, lights(of).evidence.fall, atol=1e-2)


def test_lights_for_the_better_have_a_quarter_of_the_budget():
    of = district()
    up, down, neither = lights(of, 1), lights(of, -1), lights(of, 0)
    np.testing.assert_array_equal(up.fall, neither.fall)
    np.testing.assert_array_equal(down.rise, neither.rise)
    assert up.rise.sum() <= neither.rise.sum() and down.fall.sum() <= neither.fall.sum()
    rise = sum(lights(district(seed), 0).rise[:-1].sum() for seed in range(20))
    assert sum(lights(district(seed), 1).rise[:-1].sum() for seed in range(20)) < 0.8 * rise


@pytest.mark.parametrize("years", [1, 2])
def test_chance_lights_no_more_than_the_budget(years):
    """40 schools of a budget of one in 360 school-weeks."""
    new = weeks = 0
    for seed in range(100, 130):
        lit = lights(district(seed, years=years)).fall[:-1]
        new += lit[:, 0].sum() + (lit[:, 1:] & ~lit[:, :-1]).sum()
        weeks += lit.size
    assert 0.4 * weeks / SERIES < new < 1.3 * weeks / SERIES


def test_what_would_be_noticed_is_in_the_indicators_unit_and_not_said_of_the_district():
    of = district()
    said = lights(of).noticeable
    assert said.shape == (41, YEAR) and np.isnan(said[-1]).all() and 1.5 < np.median(said[:-1]) < 3.5
    np.testing.assert_allclose(lights(numbers(10 * of.value)).noticeable[:-1], 10 * said[:-1], rtol=1e-3)


def test_without_enough_history_this_years_first_weeks_tell_the_noise():
    this_year = np.arange(YEAR + 30) >= 30
    assert (learned_weeks(this_year) == ~this_year).all()
    few = np.arange(YEAR + 6) >= 6
    assert learned_weeks(few).sum() == ENOUGH_HISTORY


@pytest.mark.parametrize("value", [
    district(years=1).value, district(schools=2).value, district(schools=1).value, np.full((4, 2 * YEAR), gone), np.full((4, 2 * YEAR), 94.0),
    district().value[:, :1], np.zeros((3, YEAR)), np.where(np.arange(2 * YEAR) < YEAR, gone, district().value)],
    ids=["no last year", "two schools", "one school", "all missing", "constant", "one week", "nothing but zeros", "last year empty"])
@pytest.mark.parametrize("by_share", [False, True])
def test_odd_districts_are_judged_without_a_warning(value, by_share):
    lit = lights(replace(numbers(value), by_share=by_share))
    assert lit.rise.shape == lit.fall.shape == lit.evidence.fall.shape == (len(value) + 1, min(value.shape[1], YEAR))
    assert np.isfinite(lit.evidence.fall).all() and np.isfinite(lit.over) and not (lit.rise & lit.fall).any()


def test_a_constant_series_and_one_never_sent_light_nothing():
    for value in (np.full((4, 2 * YEAR), 94.0), np.full((4, 2 * YEAR), gone)):
        lit = lights(numbers(value))
        assert not lit.rise.any() and not lit.fall.any()


def test_stretches_are_first_week_and_the_one_after_the_last():
    assert stretches(np.array([True, False, True, True])) == [(0, 1), (2, 4)] and stretches(np.zeros(3, bool)) == []
