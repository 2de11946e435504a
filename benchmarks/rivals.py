"""The rules dashboards use today, each from a district to lights: +1 improving, -1 worsening, 0 none, for each week of this year.

Written from published rules (the project's facts on indicators and trends). A week that was not sent keeps the light of the last one that was.
"""
from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.planted_district import District

ENOUGH_WEEKS = 6            # before limits of a chart mean anything (Wheeler: 5 to 6)
SIGMAS = 3
MOVING_RANGE_TO_LIMIT, MOVING_RANGE_SCREEN = 2.66, 3.267     # NHS Making Data Count, exactly as coded
ON_ONE_SIDE = RISING = 7
AMBER = 5.0                 # points (or percent) short of target that are amber, not yet red: ours; no published band was found
SAME = 1e-9                 # the mean of fifteen 0.94 is not 0.94


def week_on_week(district: District, at_least: float = 0.0) -> np.ndarray:
    """An arrow when this week differs from the last one sent by more than so many points (percent, where the unit is another)."""
    packed, place = _packed(_this_year(district, district.value()))
    change = _points(district, packed[..., 1:] - packed[..., :-1], packed[..., :-1])
    arrows = np.zeros(packed.shape)
    arrows[..., 1:] = np.where(np.abs(change) > at_least + SAME, np.sign(change), 0)
    return _lights(district, arrows, place)


def week_on_week_one_point(district: District) -> np.ndarray:
    return week_on_week(district, at_least=1.0)


def four_weeks(district: District, at_least: float = 5.0) -> np.ndarray:
    """The reference rule (TSDS): the last four weeks against the four before, from the eighth week on, more than 5 points apart."""
    numerator, denominator = (_this_year(district, one) for one in (district.numerator, district.denominator))
    weeks, lights = district.weeks, np.zeros(numerator.shape)
    sums = [np.concatenate([np.zeros_like(one[..., :1]), np.nancumsum(one, -1)], -1) for one in (numerator, denominator)]
    with np.errstate(divide="ignore", invalid="ignore"):
        last, before = ([one[..., end:end + weeks - 7] - one[..., end - 4:end + weeks - 11] for one in sums] for end in (8, 4))
        last, before = (district.scale[:, None, None] * top / bottom for top, bottom in (last, before))
        change = _points(district, last - before, before)
    lights[..., 7:] = np.where(np.abs(change) > at_least + SAME, np.sign(change), 0)
    return (np.nan_to_num(lights) * district.better[:, None, None]).astype(np.int8)


def four_weeks_one_point(district: District) -> np.ndarray:
    return four_weeks(district, at_least=1.0)


def red_amber_green(district: District) -> np.ndarray:
    """This week's value against target: red, amber up to 5 points short, green. Red is a light down, green a light up."""
    packed, place = _packed(_this_year(district, district.value()))
    ahead = district.better[:, None, None] * _points(district, packed - district.target[:, None, None], district.target[:, None, None])
    colours = np.where(ahead >= -SAME, 1, np.where(ahead < -AMBER, -1, 0)) * district.better[:, None, None]
    return _lights(district, np.where(np.isnan(packed), 0, colours), place)


def xmr(district: District) -> np.ndarray:
    """Plain XmR on the school's own value with the NHS rules, limits from all weeks of this year so far."""
    packed, place = _packed(_this_year(district, district.value()))
    lights = np.zeros(packed.shape)
    for last in range(ENOUGH_WEEKS - 1, packed.shape[-1]):
        lights[..., last] = _nhs(packed[..., :last + 1])
    return _lights(district, lights, place)


def _nhs(value: np.ndarray) -> np.ndarray:
    """The last week's light: outside, seven rising or falling, two of three near a limit, seven on one side; in that order."""
    centre = value.mean(-1)
    ranges = np.abs(np.diff(value))
    kept = np.where(ranges < MOVING_RANGE_SCREEN * ranges.mean(-1, keepdims=True) + SAME, ranges, np.nan)
    reach = MOVING_RANGE_TO_LIMIT * np.nansum(kept, -1) / np.maximum(np.isfinite(kept).sum(-1), 1)
    away = value[..., -ON_ONE_SIDE:] - centre[..., None]
    side = np.where(np.abs(away) > SAME, np.sign(away), 0)
    distance, last = np.abs(away), side[..., -1]
    outside = distance[..., -1] > reach + SAME
    near = (distance[..., -3:] > 2 / 3 * reach[..., None] + SAME) & (distance[..., -3:] <= reach[..., None] + SAME)
    together = (side[..., -3:] == last[..., None]).all(-1)
    two_of_three = near[..., -1] & (near.sum(-1) >= 2) & together
    shift = (side == last[..., None]).all(-1) & (value.shape[-1] >= ON_ONE_SIDE)
    steps = np.diff(value[..., -RISING:])
    steps = np.where(np.abs(steps) > SAME, np.sign(steps), 0)
    trend = (steps == steps[..., -1:]).all(-1) & (steps[..., -1] != 0) & (value.shape[-1] >= RISING)
    light = np.where(outside, last, np.where(trend, steps[..., -1], np.where(two_of_three | shift, last, 0)))
    return np.where(np.isfinite(value[..., -1]), light, 0)


def p_chart(district: District) -> np.ndarray:
    """Plain p-chart (percentages) or u- and c-chart (rates, counts), three sigmas, limits from this year so far; a mean has none."""
    packed, place = _packed(_this_year(district, district.value()))
    numerator, denominator = (_packed(_this_year(district, one), place)[0] for one in (district.numerator, district.denominator))
    scale = district.scale[:, None, None]
    binomial = district.unit_is("percent")
    charted = ~district.unit_is("minutes")
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = np.nancumsum(numerator, -1) / np.nancumsum(denominator, -1)
        sigma = scale * np.sqrt(np.where(binomial, centre * (1 - centre), centre) / denominator)
    away = packed - scale * centre
    outside = charted & (np.abs(away) > SIGMAS * sigma + SAME) & (np.arange(packed.shape[-1]) >= ENOUGH_WEEKS - 1)
    return _lights(district, np.where(outside, np.sign(away), 0), place)


RIVALS: dict[str, Callable[[District], np.ndarray]] = {
    "week on week, any change": week_on_week,
    "week on week, over 1 point": week_on_week_one_point,
    "4 weeks against 4, over 5 points (reference)": four_weeks,
    "4 weeks against 4, over 1 point": four_weeks_one_point,
    "red, amber, green against target": red_amber_green,
    "plain XmR, NHS rules": xmr,
    "plain p-chart": p_chart,
}


def _this_year(district: District, weekly: np.ndarray) -> np.ndarray:
    return weekly[..., district.weeks:]


def _points(district: District, change: np.ndarray, base: np.ndarray) -> np.ndarray:
    """A change in points, or in percent of what was before where the unit is not percent."""
    percent = district.unit_is("percent")
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(percent, change, 100 * change / base)


def _packed(weekly: np.ndarray, place: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """The weeks that were sent, moved together to the front (NaN behind), and for each place the week it came from."""
    place = np.argsort(np.isnan(weekly), axis=-1, kind="stable") if place is None else place
    return np.take_along_axis(weekly, place, -1), place


def _lights(district: District, packed: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Lights back at their weeks; an unsent week keeps the last light; up means better."""
    sent = np.isfinite(np.take_along_axis(_this_year(district, district.value()), place, -1))
    at_week, known = np.zeros(packed.shape), np.zeros(packed.shape, bool)
    np.put_along_axis(at_week, place, np.where(sent, packed, 0), -1)
    np.put_along_axis(known, place, sent, -1)
    newest = np.maximum.accumulate(np.where(known, np.arange(packed.shape[-1]), -1), -1)
    kept = np.where(newest >= 0, np.take_along_axis(at_week, np.maximum(newest, 0), -1), 0)
    return (np.nan_to_num(kept) * district.better[:, None, None]).astype(np.int8)
