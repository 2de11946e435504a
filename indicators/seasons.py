"""A week beside the same school week of earlier years: the difference to last year, and what that week of the year usually brings.

One row a series, one column a week, NaN where nothing is known. A school is compared with itself alone. Why so: docs/decisions/0008.
"""
from __future__ import annotations

import numpy as np

from indicators.trend import RELATIVE_TOLERANCE, WEEKS_BEFORE_LIMITS

# Of a normal, the middle one of the absolute differences lies at 0.6745 standard deviations; three of those are what is usual.
MEDIAN_TO_SPREAD, SPREADS = 1.4826, 3.0
EARLIER_YEARS = 2               # fewer do not tell a season from one year's storm
WEEKS_OF_A_YEAR = 12            # ours: from fewer weeks no year's level is known
MEDIAN_COSTS = np.pi / 2        # the variance of a median against that of a mean; of two they are the same


def paired(value: np.ndarray, last_year: np.ndarray, usable: np.ndarray, year: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """This week less the same school week last year, and for each series how far from none such differences usually go in the newest year.

    `last_year` is each week's position a year before, -1 where there is none. The usual size is NaN from fewer than WEEKS_BEFORE_LIMITS
    differences. A school that is better all year differs by its usual size: only a week unlike those is beyond it.
    """
    known = np.where(usable, value, np.nan)
    difference = known - _at(known, np.asarray(last_year, int))
    size = np.abs(np.where(year == np.max(year, initial=0), difference, np.nan))
    there = np.isfinite(size)
    middle = _median(size, axis=1)
    square = np.sqrt((np.where(there, size, 0.0) ** 2).sum(axis=1) / np.maximum((there & (size > 0)).sum(axis=1), 1))
    # Where most weeks are exactly as a year before, the few others alone say how far weeks differ.
    spread = np.where(middle > 0, MEDIAN_TO_SPREAD * middle, square)
    return difference, np.where(there.sum(axis=1) >= WEEKS_BEFORE_LIMITS, SPREADS * spread, np.nan)


def beyond(value: np.ndarray, last_year: np.ndarray, usable: np.ndarray, year: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Weeks further from last year than the usual size, from the same week and from the middle of it and its neighbours alike.

    A storm in that week of last year is nothing this year did: without the neighbours three quarters of New York's schools were better.
    """
    known, at = np.where(usable, value, np.nan), np.asarray(last_year, int)
    first, last = np.searchsorted(year, year), np.searchsorted(year, year, side="right") - 1
    around = [np.where((at + step >= first[at]) & (at + step <= last[at]), at + step, -1) for step in (-1, 0, 1)]
    both = (known - _at(known, at), known - _median(np.stack([_at(known, np.where(at >= 0, beside, -1)) for beside in around]), axis=0))
    return (both[0] * both[1] > 0) & (np.minimum(*map(np.abs, both)) > size[:, None] * (1 + RELATIVE_TOLERANCE))


def _at(known: np.ndarray, week: np.ndarray) -> np.ndarray:
    """The weeks at these positions, NaN at -1."""
    return np.where(week >= 0, known[:, week], np.nan) if len(week) else known


def profile(value: np.ndarray, year: np.ndarray, number: np.ndarray, usable: np.ndarray) -> np.ndarray:
    """How far each week is expected to lie from its year's level, by the same school week of the years before it; NaN under EARLIER_YEARS.

    The median of their deviations, drawn towards none as far as the years disagree: chance alone makes a profile of nothing.
    """
    numbers, slot = np.unique(number, return_inverse=True)
    years = np.unique(year)
    known = np.where(usable, value, np.nan)
    away = np.full((len(years), len(value), len(numbers)), np.nan)
    for at, one in enumerate(years):
        these = known[:, year == one]
        level = np.where(np.isfinite(these).sum(axis=1) >= WEEKS_OF_A_YEAR, _median(these, axis=1), np.nan)
        away[at][:, slot[year == one]] = these - level[:, None]
    expected = np.full(np.shape(value), np.nan)
    for at in range(EARLIER_YEARS, len(years)):
        these = year == years[at]
        expected[:, these] = _shrunk(away[:at])[:, slot[these]]
    return expected


def _shrunk(away: np.ndarray) -> np.ndarray:
    """The middle deviation of each week over the years, less the share that is chance, and by no more than its own standard error.

    The second part leaves a June that stands out from all other weeks almost as it is (Efron and Morris 1972).
    """
    there = np.isfinite(away)
    count = there.sum(axis=0)
    enough = count >= EARLIER_YEARS
    middle = np.where(enough, _median(away, axis=0), 0.0)
    about = np.where(there, away, 0.0) - np.where(there, np.where(there, away, 0.0).sum(axis=0) / np.maximum(count, 1), 0.0)
    costs = np.where(count > EARLIER_YEARS, MEDIAN_COSTS, 1.0) / np.maximum(count, 1)
    weeks = np.maximum(enough.sum(axis=1), 1)
    square = np.where(enough, (about ** 2).sum(axis=0) / np.maximum(count - 1, 1), 0.0).sum(axis=1) / weeks
    chance = np.where(enough, costs * square[:, None], 0.0).sum(axis=1)
    seen = (middle ** 2).sum(axis=1)
    real = np.divide(seen - chance, seen, out=np.zeros_like(seen), where=seen > chance)
    error = np.sqrt(costs * square[:, None])
    return np.where(enough, middle - np.clip((1 - real[:, None]) * middle, -error, error), np.nan)


def _median(matrix: np.ndarray, axis: int) -> np.ndarray:
    """The middle of what is known, NaN where nothing is."""
    ordered = np.sort(matrix, axis=axis)                # NaN comes last
    count = np.expand_dims(np.isfinite(ordered).sum(axis=axis), axis)
    if not matrix.shape[axis]:
        return np.full(np.squeeze(count, axis).shape, np.nan)
    low, high = (np.take_along_axis(ordered, np.maximum(at, 0), axis) for at in ((count - 1) // 2, np.minimum(count // 2, matrix.shape[axis] - 1)))
    return np.squeeze(np.where(count > 0, (low + high) / 2, np.nan), axis)
