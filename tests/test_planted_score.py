"""The old rules do what their formulas say, worked by hand; the score counts as it says, on lights made by hand."""
from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.planted_changes import mixture
from benchmarks.planted_district import Change, District, draw
from benchmarks.planted_notice import noticed
from benchmarks.planted_score import busy_weeks, drops, everybody, finds, new_signals, noise, share
from benchmarks.rivals import RIVALS, four_weeks, p_chart, red_amber_green, week_on_week, week_on_week_one_point, xmr

pytestmark = pytest.mark.filterwarnings("error")        # a numpy warning is a case nobody thought of

ATTENDANCE, COACHING = 0, 5
gone = np.nan


# --- the old rules, worked by hand -----------------------------------------------------------------------------------

def one_school(values, *, cases=100.0, better=1, target=94.0) -> District:
    """A percentage of one school, this year as given; nothing last year."""
    values = np.array(values, float)
    both = np.concatenate([np.full(len(values), np.nan), values])[None, None]
    cases = np.where(np.isnan(both), np.nan, cases)
    return replace(draw(0, schools=5, weeks=8), numerator=both * cases / 100, denominator=cases, year=np.repeat([0, 1], len(values)),
                   unit=("percent",), name=("attendance_rate",), scale=np.array([100.0]), better=np.array([better], np.int8),
                   target=np.array([target]))


def shown(rule, district: District) -> list[int]:
    return rule(district)[0, 0].tolist()


def test_an_arrow_compares_with_the_last_week_that_was_sent():
    district = one_school([90, 91.5, gone, 91.5, 90.9])
    assert shown(week_on_week, district) == [0, 1, 1, 0, -1]
    assert shown(week_on_week_one_point, district) == [0, 1, 1, 0, 0]


def test_where_lower_is_better_a_rise_is_a_worsening():
    assert shown(week_on_week, one_school([8, 9, 7], better=-1)) == [0, -1, 1]


@pytest.mark.parametrize(("fallen_to", "lit"), [(89, -1), (90, 0), (100.5, 1)])
def test_the_reference_rule_wants_more_than_five_points_over_four_weeks(fallen_to, lit):
    assert shown(four_weeks, one_school([95] * 4 + [fallen_to] * 4)) == [0] * 7 + [lit]


def test_red_is_more_than_five_points_short():
    assert shown(red_amber_green, one_school([95, 94, 90, 88.9, gone])) == [1, 1, 0, -1, -1]


def test_xmr_lights_a_point_outside_its_screened_limits():
    """Mean 88.4; moving ranges of 2, a last one of 10, and the two of 32 round the week of 60, screened out: limits 7.0 away (with them
    17.4), the last point 8.4."""
    assert shown(xmr, one_school([90, 92] * 4 + [60] + [92, 90] * 3 + [80])) == [0] * 8 + [-1] + [0] * 6 + [-1]


def test_xmr_lights_seven_on_one_side_from_the_seventh_on():
    lit = shown(xmr, one_school([90, 92, 90, 92, 90, 92, 90, 92, 92.2, 92.1, 92.3, 92, 92.2, 92.1]))
    assert lit[:13] == [0] * 13 and lit[13] == 1


def test_a_constant_series_lights_nothing():
    assert not any(np.any(rule(one_school([94.0] * 20))) for name, rule in RIVALS.items() if "target" not in name)


@pytest.mark.parametrize(("last", "lit"), [(75, -1), (80, 0)])
def test_the_p_chart_knows_binomial_noise_only(last, lit):
    """With 75: centre .875, three sigmas 9.9 points, 12.5 away. With 80: centre .883, 9.6 points, 8.3 away."""
    assert shown(p_chart, one_school([90] * 5 + [last])) == [0] * 5 + [lit]


def test_every_rival_judges_every_week_of_this_year():
    district = draw(3, planted=mixture(3))
    for name, rule in RIVALS.items():
        lit = rule(district)
        assert lit.shape == (9, 40, 36) and lit.dtype == np.int8 and set(np.unique(lit)) <= {-1, 0, 1}, name


def test_no_rule_sees_the_weeks_to_come():
    district = draw(3)
    blind = replace(district, numerator=district.numerator.copy(), denominator=district.denominator.copy(), received=district.received.copy())
    blind.numerator[..., 60:], blind.denominator[..., 60:], blind.received[..., 60:] = np.nan, np.nan, 0
    for name, rule in RIVALS.items():
        np.testing.assert_array_equal(rule(district)[..., :24], rule(blind)[..., :24], err_msg=name)


# --- the score, on lights made by hand -------------------------------------------------------------------------------

DROP = Change(ATTENDANCE, (3,), week=10, size=2.0)


def dark(rows: int = 40) -> np.ndarray:
    return np.zeros((9, rows, 36), np.int8)


def test_only_a_light_that_was_not_on_the_week_before_is_new():
    assert new_signals(np.array([0, -1, -1, 0, -1, 1, 1])).tolist() == [0, -1, 0, 0, -1, 1, 0]


def test_noise_is_what_nothing_planted_explains():
    district, lit = draw(0, planted=[DROP]), dark()
    lit[ATTENDANCE, 3, 9:14] = -1           # begins before the change: noise
    lit[ATTENDANCE, 3, 20:] = -1            # the change
    lit[COACHING, 5, 20:22] = 1             # elsewhere: noise, once
    per_week = noise(lit, district)
    assert np.flatnonzero(per_week).tolist() == [9, 20]
    assert per_week[9] == 1 and per_week[20] == pytest.approx(360 / 359)    # one series of 360 is not counted any more
    assert busy_weeks(np.array([0, 3, 4, 5])) == 0.5


@pytest.mark.parametrize(("begins", "weeks"), [(10, 1), (13, 4), (25, 16)])
def test_a_drop_is_found_in_the_week_its_light_begins(begins, weeks):
    lit = dark()
    lit[ATTENDANCE, 3, begins:] = -1
    [found] = finds(lit, draw(0, planted=[DROP]))
    assert (found.school, found.weeks, found.against) == (3, weeks, False)


def test_a_light_already_on_finds_nothing():
    lit = dark()
    lit[ATTENDANCE, 3, 8:12] = -1
    lit[ATTENDANCE, 3, 14:] = -1
    assert finds(lit, draw(0, planted=[DROP]))[0].weeks == np.inf


def test_a_light_the_other_way_is_a_wrong_direction_and_finds_nothing():
    lit = dark()
    lit[ATTENDANCE, 3, 12] = 1
    [found] = finds(lit, draw(0, planted=[DROP]))
    assert found.against and found.weeks == np.inf
    lit[ATTENDANCE, 3, 12], lit[ATTENDANCE, 3, 20] = 0, 1           # ten weeks later it is another matter
    assert not finds(lit, draw(0, planted=[DROP]))[0].against


def test_shares_by_week_and_the_median():
    lit, changes = dark(), [replace(DROP, schools=(school,)) for school in range(5)]
    for school, begins in enumerate((10, 11, 12, 13)):
        lit[ATTENDANCE, school, begins:] = -1
    found = share(drops(finds(lit, draw(0, planted=changes)), 2.0))
    assert (found.changes, found.median_weeks, found.within) == (5, 3, {1: 0.2, 2: 0.4, 3: 0.6, 4: 0.8, 6: 0.8, 8: 0.8})


def test_a_change_for_everybody_is_told_once_by_the_districts_own_light():
    district, once = draw(0, planted=[replace(DROP, schools=None)]), dark(41)
    once[ATTENDANCE, 40, 12:] = -1
    forty = dark(41)
    forty[ATTENDANCE, :, 12:] = -1
    told, repeated, silent = (everybody(finds(lit, district)) for lit in (once, forty, dark()))
    assert (told.found, told.once, told.school_lights) == (1, 1, 0)
    assert (repeated.found, repeated.once, repeated.school_lights) == (1, 0, 40)
    assert (silent.found, silent.once) == (0, 0)


def test_a_statement_of_what_would_be_noticed_is_tried():
    """A detector that finds exactly what is as large as two sd: stated so it is right, stated at half it is wrong by a factor of two."""
    def sees_two_sd(district: District) -> np.ndarray:
        lit = dark()
        for one in district.planted:
            if one.sd > 1.99:
                lit[one.indicator, one.schools[0], one.week + 3:] = one.direction
        return lit

    right = noticed(sees_two_sd, lambda district, week: 2 * district.noise_sd, [1], promised=0.8)
    assert (right.found[0.8], right.found[1.0]) == (0, 1) and right.true_over_stated == pytest.approx(0.96)
    half = noticed(sees_two_sd, lambda district, week: district.noise_sd, [1], promised=0.8)
    assert np.isnan(half.true_over_stated)              # not even 1.6 times what it says is noticed
