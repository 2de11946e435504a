"""Has a series really changed? Evidence that grows week by week, from how far its newest weeks lie from what was known before them.

For each of the last weeks a change could have begun in, the odds are worked out that a lasting change of CHANGE spreads began there rather
than none; the evidence is the logarithm of their sum (Shiryaev 1963, Roberts 1966, in a window as Lai 1995). A week's evidence uses only weeks up to it.
"""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

CHANGE = 1.75               # spreads of a series' own noise: what the evidence is sharpest for; chosen by `python -m benchmarks.planted`
BEGUN_WITHIN = 8            # weeks; an older change is the level by then, and stays on the agenda until somebody decides
MOVES_BETWEEN_YEARS = 0.7   # spreads: how far last year's level is trusted for this one; chosen likewise
OWN_COUNTS_AS = 24          # weeks: a school's own spread counts against what is usual for so large a school
NO_EVIDENCE = -50.0
WIDEST = 1e3                # variance of a level nothing is known of


@dataclass(frozen=True)
class Noise:
    """The usual size of one week's noise at each place, and how alike neighbouring weeks are."""
    spread: np.ndarray          # (places, weeks)
    alike: float                # lag-1 autocorrelation, shared by all places of an indicator

    @property
    def inflation(self) -> float:
        """How many times larger the variance of a long mean is than that of as many independent weeks."""
        return (1 + self.alike) / (1 - self.alike)

    def of_mean(self, weeks: int) -> float:
        """The same for a mean of so many weeks."""
        lags = np.arange(1, weeks)
        return float(1 + 2 * (self.alike ** lags * (1 - lags / weeks)).sum())


def noise(gap: np.ndarray, exposure: np.ndarray, learned: np.ndarray) -> Noise:
    """Learned from the weeks `learned`: a part that stays and a part that falls with `exposure`, the same for all places, and a factor each.

    Borrowing from each other, sixteen noisy weeks of one school do not decide alone how noisy it is."""
    counted = np.where(np.isfinite(gap) & (exposure > 0), exposure, np.nan)
    part = np.nanmean(np.where(learned, counted, np.nan)) / counted if learned.any() else np.ones(gap.shape)
    early = np.where(learned & np.isfinite(part), gap, np.nan)
    count = np.isfinite(early).sum(1, keepdims=True)
    centre = np.nansum(early, 1, keepdims=True) / np.maximum(count, 1)
    square = (early - centre) ** 2 * count / np.maximum(count - 1, 1)
    known = np.isfinite(square) & (count > 2)
    if not known.any():
        return Noise(np.ones(gap.shape), 0.0)
    stays, falls = _line(part[known], square[known])
    model = stays + falls * np.where(np.isfinite(part), part, np.nanmedian(part))
    ratio = np.where(known, square / model, 0.0).sum(1)
    factor = (ratio + OWN_COUNTS_AS) / (known.sum(1) + OWN_COUNTS_AS)
    spread = np.sqrt(model * factor[:, None])
    return Noise(spread, _alike((early - centre) / spread, count))


def _line(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """A straight line with no negative part."""
    slope = ((x - x.mean()) * (y - y.mean())).sum() / max(((x - x.mean()) ** 2).sum(), 1e-9)
    slope = float(np.clip(slope, 0, y.mean() / x.mean()))
    return max(float(y.mean() - slope * x.mean()), 1e-12), slope


def _alike(standard: np.ndarray, count: np.ndarray) -> float:
    """Lag-1 autocorrelation over all places, without what taking off each one's mean takes away; between 0 and 0.8."""
    pairs = standard[:, 1:] * standard[:, :-1]
    if not np.isfinite(pairs).any():
        return 0.0
    usual = float(np.nanmean(pairs) / np.nanmean(standard ** 2))
    weeks = float(np.median(count))
    return float(np.clip(usual + (1 + 3 * usual) / max(weeks, 4), 0.0, 0.8))     # Kendall 1954


@dataclass(frozen=True)
class Evidence:
    """For and against a lasting change of each series as of each week: matrices of (places, weeks)."""
    rise: np.ndarray
    fall: np.ndarray
    began: np.ndarray           # the week a change most likely began in, an index; of the stronger direction
    size: np.ndarray            # the mean since then less the level before
    unsure: np.ndarray          # the standard error of that
    level: np.ndarray           # the level before


def evidence(gap: np.ndarray, usual: Noise, this_year: np.ndarray) -> Evidence:
    """`this_year` are the weeks judged (bool, the last ones); those before them tell the level to expect. NaN weeks add nothing."""
    start = int(np.argmax(this_year)) if this_year.any() else gap.shape[1]
    there = np.isfinite(gap)
    ordinary = np.median(usual.spread, axis=1, keepdims=True)
    precision = np.where(there, (ordinary / usual.spread) ** 2, 0.0)          # in ordinary weeks
    x = np.where(there, gap, 0.0) / ordinary
    level, variance = _level(x, precision, usual, start)
    precision, x = precision[:, start:], x[:, start:]
    so_far = np.pad(np.cumsum(precision, 1), ((0, 0), (1, 0)))
    summed = np.pad(np.cumsum(precision * x, 1), ((0, 0), (1, 0)))
    found = _swept(so_far, summed, level, variance, usual, there[:, start:])
    return Evidence(*found[:3], *(part * ordinary for part in found[3:]))


def _level(x: np.ndarray, precision: np.ndarray, usual: Noise, start: int) -> tuple[np.ndarray, np.ndarray]:
    """What is known of each level before each week of this year, in spreads: its mean and variance, (places, weeks)."""
    before = precision[:, :start].sum(1)
    known = before > 0
    mean = np.where(known, (precision * x)[:, :start].sum(1) / np.where(known, before, 1), 0.0)
    prior = np.where(known, usual.inflation / np.where(known, before, 1) + MOVES_BETWEEN_YEARS ** 2, WIDEST)[:, None]
    now = np.pad(np.cumsum(precision[:, start:], 1), ((0, 0), (1, 0)))[:, :-1] / usual.inflation
    total = np.pad(np.cumsum((precision * x)[:, start:], 1), ((0, 0), (1, 0)))[:, :-1] / usual.inflation
    certainty = 1 / prior + now
    return (mean[:, None] / prior + total) / certainty, 1 / certainty


def _swept(so_far: np.ndarray, summed: np.ndarray, level: np.ndarray, variance: np.ndarray, usual: Noise, there: np.ndarray) -> tuple[np.ndarray, ...]:
    """Every week against every beginning within the window, one length of change at a time for all places and weeks at once."""
    places, weeks = there.shape
    rise, fall = np.zeros((places, weeks)), np.zeros((places, weeks))
    best, began = np.full((places, weeks), -np.inf), np.zeros((places, weeks), int)
    size, unsure, before = np.full((places, weeks), np.nan), np.full((places, weeks), np.nan), np.full((places, weeks), np.nan)
    for length in range(1, min(BEGUN_WITHIN, weeks) + 1):
        now, first = slice(length - 1, weeks), slice(0, weeks - length + 1)
        sent = so_far[:, length:] - so_far[:, first]
        some = sent > 0
        sent = np.where(some, sent, 1.0)
        moved = np.where(some, (summed[:, length:] - summed[:, first]) / sent - level[:, first], 0.0)
        certain = usual.of_mean(length) / sent + variance[:, first]
        penalty = CHANGE ** 2 / 2 / certain
        odds = np.where(some, CHANGE * np.abs(moved) / certain - penalty, NO_EVIDENCE)
        against = np.where(some, -CHANGE * np.abs(moved) / certain - penalty, NO_EVIDENCE)
        up = moved > 0
        rise[:, now] += np.exp(np.where(up, odds, against))
        fall[:, now] += np.exp(np.where(up, against, odds))
        better = odds > best[:, now]
        for kept, new in ((best, odds), (size, moved), (unsure, np.sqrt(certain)), (before, level[:, first])):
            kept[:, now] = np.where(better, new, kept[:, now])
        began[:, now] = np.where(better, np.arange(weeks - length + 1), began[:, now])
    return np.log(rise), np.log(fall), began, size, unsure, before
