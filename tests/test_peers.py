"""A school's gap to its peers: what is everybody's leaves it alone, what is its own stays in it."""
from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.peers import gaps

pytestmark = pytest.mark.filterwarnings("error")        # a numpy warning is a case nobody thought of

WEEKS, FIRST_OF_THIS_YEAR = 60, 40
LEARNED = np.arange(WEEKS) < FIRST_OF_THIS_YEAR
gone = np.nan


def schools(number: int = 24, seed: int = 0) -> np.ndarray:
    chance = np.random.default_rng(seed)
    return 90 + 2 * chance.standard_normal((number, 1)) + chance.standard_normal((number, WEEKS))


def gap(value: np.ndarray, *groups: np.ndarray, **how) -> np.ndarray:
    return gaps(value, np.isfinite(value), LEARNED, *groups, **how)


def levels(number: int) -> np.ndarray:
    return np.arange(number) % 3


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 9), st.floats(-50, 50), st.integers(0, 23))
def test_a_school_that_always_has_more_has_the_same_gaps(seed, more, school):
    value = schools(seed=seed)
    raised = value.copy()
    raised[school] += more
    np.testing.assert_allclose(gap(raised, levels(24)), gap(value, levels(24)), atol=1e-4)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 9), st.integers(0, WEEKS - 1), st.floats(-20, 20))
def test_a_week_that_moves_everybody_leaves_every_gap_alone(seed, week, snow):
    value = schools(seed=seed)
    snowed = value.copy()
    snowed[:, week] += snow
    np.testing.assert_allclose(gap(snowed, levels(24))[:, FIRST_OF_THIS_YEAR:], gap(value, levels(24))[:, FIRST_OF_THIS_YEAR:],
                               atol=max(abs(snow) / 20, 1e-4) if week < FIRST_OF_THIS_YEAR else 1e-4)


def test_a_season_shared_by_all_is_no_gap():
    value = schools()
    season = 8 * np.cos(2 * np.pi * np.arange(WEEKS) / 40)
    np.testing.assert_allclose(gap(value + season), gap(value), atol=1e-4)


def test_counts_share_a_season_by_their_size():
    """Half as many for everybody is five at a school of ten and fifty at one of a hundred."""
    usual = np.linspace(10, 100, 24)[:, None]
    value = np.repeat(usual, WEEKS, 1)
    value[:, 50] /= 2
    assert np.abs(gap(value, by_share=True)).max() < 1e-3
    assert np.abs(gap(value)[:, 50]).max() > 20


@pytest.mark.parametrize("number", [8, 24, 60])
@pytest.mark.parametrize("size", [1.0, 3.0, 10.0])
def test_a_schools_own_drop_stays_in_its_gap(number, size):
    value = schools(number)
    dropped = value.copy()
    dropped[2, 50:] -= size
    kept = (gap(value, levels(number)) - gap(dropped, levels(number)))[2, 50:].mean() / size
    assert 0.9 <= kept <= 1.1


def test_a_storm_of_one_level_is_taken_out_and_a_little_chance_of_a_level_is_not():
    value = schools()
    level = levels(24)
    stormy = value.copy()
    stormy[level == 1, 50] -= 6
    assert abs(gap(stormy, level)[level == 1, 50].mean()) < 1.0
    assert gap(stormy)[level == 1, 50].mean() < -3.0          # a school compared with all does not know


def test_a_movement_some_schools_share_is_taken_out_by_what_the_others_do():
    chance = np.random.default_rng(3)
    value, share = schools(40), np.r_[np.full(20, 1.0), np.full(20, -1.0)][:, None]
    moving = value + 2 * share * chance.standard_normal(WEEKS)
    assert gap(moving)[:, FIRST_OF_THIS_YEAR:].std() < 1.2 < 1.9 < (moving - moving.mean(0))[:, FIRST_OF_THIS_YEAR:].std()


def test_what_is_unknown_stays_unknown_and_says_nothing_of_others():
    value = schools()
    value[3, 45:55] = gone
    seen = gap(value)
    assert np.isnan(seen[3, 45:55]).all() and np.isfinite(np.delete(seen, 3, 0)).all()


@pytest.mark.parametrize(("value", "defined"), [
    (schools(1), True), (schools(2), True), (np.full((5, WEEKS), gone), False), (np.full((5, WEEKS), 94.0), True), (schools(5)[:, :1], True),
    (np.zeros((3, WEEKS)), True), (np.empty((0, WEEKS)), True)])
def test_odd_districts_have_gaps_without_a_warning(value, defined):
    for by_share in (False, True):
        learned = np.ones(value.shape[1], bool)
        seen = gaps(value, np.isfinite(value), learned, np.zeros(len(value), int), by_share=by_share)
        assert seen.shape == value.shape and np.isfinite(seen).all() == (defined or not value.size)


def test_a_school_alone_is_measured_from_its_own_level():
    value = schools(1)
    np.testing.assert_allclose(gap(value)[0], value[0] - value[0, LEARNED].mean(), atol=1e-4)
