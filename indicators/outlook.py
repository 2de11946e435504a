"""Where a weekly number will be if recent weeks continue: the half-trend interval, three words, never a crossing date.

One row a series, one column a week, NaN where nothing is known. Why so, and how often it holds: docs/decisions/0010.
"""
from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy import special

from indicators.trend import ABSOLUTE_TOLERANCE, RELATIVE_TOLERANCE, WEEKS_BEFORE_SURE, _direction, judged

IN_TEN = 8                      # the interval means to hold eight times in ten
NEAREST_GAINS = 3               # ours: from fewer similar schools no improvement is expected
# The weeks to come are not independent: at an autocorrelation of a half their mean varies three times as much.
ALIKE_WEEKS = 3.0
ONE_SIDE = (1 + IN_TEN / 10) / 2
Z_IN_TEN = float(special.ndtri(ONE_SIDE))


class Chance(StrEnum):
    """Whether the target will be met if recent weeks continue; NONE without a target or a direction."""
    LIKELY = "likely"
    POSSIBLE = "possible"
    UNLIKELY = "unlikely"
    TOO_EARLY = "too early to say"
    NONE = "none"


@dataclass(frozen=True)
class Outlook:
    """A row a series, a column a coming week; NaN where it is too early. Not cut at 0 or 100 percent."""
    middle: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


@dataclass(frozen=True)
class _Lines:
    """The flat mean and the straight line through each series, and what they leave over."""
    weeks: np.ndarray
    enough: np.ndarray
    mean: np.ndarray
    slope: np.ndarray
    middle_week: np.ndarray
    spread_of_weeks: np.ndarray
    about_mean: np.ndarray      # standard deviations, for lack of enough weeks NaN
    about_line: np.ndarray


def outlook(value: np.ndarray, usable: np.ndarray, ahead: int) -> Outlook:
    """The interval for each of the `ahead` weeks after the last column."""
    lines = _lines(value, usable)
    week = np.shape(value)[1] + np.arange(ahead, dtype=float)
    return _half_trend(lines, np.broadcast_to(week, (len(lines.mean), ahead)), 1.0)


def chance(foretold: Outlook, target: float | np.ndarray | None, better: str) -> np.ndarray:
    """A Chance for each series and coming week. Likely: the middle meets the target; unlikely: not even the favourable edge."""
    sign, goal = int(_direction(better)), _column(target)
    edge = foretold.upper if sign > 0 else foretold.lower
    said = np.select([np.isnan(goal) | (sign == 0), np.isnan(foretold.middle), _meets(foretold.middle, goal, sign),
                      _meets(edge, goal, sign)], [0, 1, 2, 3], 4)
    return np.array([Chance.NONE, Chance.TOO_EARLY, Chance.LIKELY, Chance.POSSIBLE, Chance.UNLIKELY], object)[said]


def not_before(foretold: Outlook, target: float | np.ndarray | None, better: str) -> list[int | None]:
    """For each series the first coming week, counted from 0, whose favourable edge meets the target.

    None: not within these weeks, or nothing can be said. `chance` tells the two apart.
    """
    sign = int(_direction(better))
    met = _meets(foretold.upper if sign > 0 else foretold.lower, _column(target), sign)
    return [int(weeks.argmax()) if weeks.any() else None for weeks in met]


def year_end(numerator: np.ndarray, denominator: np.ndarray, usable: np.ndarray, remaining: np.ndarray) -> Outlook:
    """Where the year's sum over sum will end: what stands plus the half-trend of the weeks to come, one column.

    `remaining` is the denominator expected in each week to come, a row a series or one row for all. What stands counts
    every known week, usable or not. Only for numbers that add up over weeks, not for "chronic to date".
    """
    numerator, denominator = np.asarray(numerator, float), np.asarray(denominator, float)
    known = judged(numerator, denominator, np.ones(numerator.shape, bool))
    done, size = (np.where(known, matrix, 0.0).sum(axis=1)[:, None] for matrix in (numerator, denominator))
    value = np.divide(numerator, denominator, where=known, out=np.full(numerator.shape, np.nan))
    coming = np.broadcast_to(np.asarray(remaining, float), (len(value), np.shape(remaining)[-1]))
    left = coming.sum(axis=1, keepdims=True)
    share = np.divide(coming, left, where=left > 0, out=np.zeros(coming.shape))
    middle_week = (share * (value.shape[1] + np.arange(coming.shape[1]))).sum(axis=1, keepdims=True)
    lines = _lines(value, usable & known)
    rest = _half_trend(lines, middle_week, np.minimum(1.0, ALIKE_WEEKS * (share ** 2).sum(axis=1, keepdims=True)))
    whole = np.where(size + left > 0, size + left, np.nan)
    # With no week to come the year has ended where it stands, however few its weeks.
    ends = [(done + np.where(left > 0, left * edge, 0.0)) / whole for edge in (rest.middle, rest.lower, rest.upper)]
    return Outlook(*ends)


def expected(last_year: np.ndarray, gains_of_similar: np.ndarray) -> np.ndarray:
    """What each school may be asked to reach: its last year plus the middle gain of the schools like it.

    `gains_of_similar` has a row a school and a column a similar school, NaN where there is none; NaN comes back
    where fewer than NEAREST_GAINS are known. The middle one: a single leap of a neighbour is no yardstick.
    """
    gains = np.asarray(gains_of_similar, float)
    enough = np.isfinite(gains).sum(axis=1) >= NEAREST_GAINS
    middle = np.full(len(gains), np.nan)
    if enough.any():
        middle[enough] = np.nanmedian(gains[enough], axis=1)
    return np.asarray(last_year, float) + middle


def _lines(value: np.ndarray, usable: np.ndarray) -> _Lines:
    value = np.asarray(value, float)
    counts = usable & np.isfinite(value)
    n = counts.sum(axis=1)
    enough = n >= WEEKS_BEFORE_SURE
    week, held = np.arange(value.shape[1], dtype=float), np.where(counts, value, 0.0)
    mean, middle_week = _over(held.sum(axis=1), n, enough), _over((counts * week).sum(axis=1), n, enough)
    off, moved = np.where(counts, week - middle_week[:, None], 0.0), np.where(counts, value - mean[:, None], 0.0)
    spread_of_weeks = (off ** 2).sum(axis=1)
    slope = _over((off * moved).sum(axis=1), spread_of_weeks, enough)
    left = np.where(counts, moved - slope[:, None] * off, 0.0)
    about_mean, about_line = (np.sqrt(_over((gap ** 2).sum(axis=1), n - used, enough))
                              for gap, used in ((moved, 1), (left, 2)))
    return _Lines(n, enough, mean, slope, middle_week, spread_of_weeks, about_mean, about_line)


def _half_trend(lines: _Lines, week: np.ndarray, noise: float | np.ndarray) -> Outlook:
    """Midway between the flat mean and the line, as wide as the wider of their intervals and the gap between them.

    `noise` is the share of one week's own variation that is in what is foretold: 1 for a single week.
    """
    n = np.where(lines.enough, lines.weeks, np.nan)[:, None]
    off = week - lines.middle_week[:, None]
    both = []
    for used, about, lever in ((1, lines.about_mean, 0.0),
                               (2, lines.about_line, off ** 2 / np.where(lines.enough, lines.spread_of_weeks, np.nan)[:, None])):
        both.append(special.stdtrit(n - used, ONE_SIDE) * about[:, None] * np.sqrt(noise + 1 / n + lever))
    gap = lines.slope[:, None] * off / 2
    half = np.hypot(np.maximum(*both), Z_IN_TEN * gap)
    middle = lines.mean[:, None] + gap
    return Outlook(middle, middle - half, middle + half)


def _over(top: np.ndarray, bottom: np.ndarray, where: np.ndarray) -> np.ndarray:
    return np.divide(top, bottom, out=np.full(len(top), np.nan), where=where)


def _column(target: float | np.ndarray | None) -> np.ndarray:
    """A target for each series, or one for all, as a column."""
    return np.asarray(np.nan if target is None else target, float).reshape(-1, 1)


def _meets(edge: np.ndarray, goal: np.ndarray, sign: int) -> np.ndarray:
    """On the good side of the target or on it; never where either is unknown or neither side is good."""
    slack = RELATIVE_TOLERANCE * np.abs(goal) + ABSOLUTE_TOLERANCE
    return (sign * (edge - goal) >= -slack) & (sign != 0)
