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
FAR = 3.0                   # spreads: a week further out does not make a school noisier
STAYS_ON = 0.5              # of the evidence that lit a light; so that it does not flicker
# Evidence reached by chance once in N series-weeks: CHANCE_AT + CHANCE_SLOPE * log(N), each with its part for autocorrelation.
CHANCE_AT, CHANCE_SLOPE = (-1.37, 0.9), (1.107, -0.26)
TINY = 1e-9
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
    """For and against a lasting change of each series as of each week of this year: matrices of (places, weeks)."""
    rise: np.ndarray
    fall: np.ndarray
    began: np.ndarray           # the week a change most likely began in, counted from this year's first
    size: np.ndarray            # the mean since then less the level before
    unsure: np.ndarray          # the standard error of that
    spread: np.ndarray          # the usual size of one ordinary week's noise, as known by then
    doubt: np.ndarray           # the variance of the level, in squared spreads


def evidence(gap: np.ndarray, usual: Noise, this_year: np.ndarray, *, at_most: float = FAR) -> Evidence:
    """`this_year` are the weeks judged (bool, the last ones); those before them tell the level to expect. A NaN week adds nothing.

    One week counts `at_most` so many spreads: a single storm is no lasting change."""
    start = int(np.argmax(this_year)) if this_year.any() else gap.shape[1]
    there = np.isfinite(gap)
    ordinary = np.median(usual.spread, axis=1, keepdims=True)
    precision = np.where(there, (ordinary / usual.spread) ** 2, 0.0)          # in ordinary weeks
    x = np.where(there, gap, 0.0) / ordinary
    level, variance = _level(x, precision, usual, start)
    near = level + np.clip(x[:, start:] - level, -at_most / np.sqrt(np.maximum(precision[:, start:], TINY)), at_most / np.sqrt(np.maximum(precision[:, start:], TINY)))
    x = np.concatenate([x[:, :start], np.where(precision[:, start:] > 0, near, 0.0)], 1)
    level, variance = _level(x, precision, usual, start)
    factor = _own_factor(x, precision, level, variance, start)
    rise, fall, began, size, unsure = _swept(x[:, start:], precision[:, start:], level / factor, variance, usual, factor)
    spread = ordinary * factor
    return Evidence(_held(rise, there[:, start:]), _held(fall, there[:, start:]), began, size * spread, unsure * spread, spread, variance)


def _level(x: np.ndarray, precision: np.ndarray, usual: Noise, start: int) -> tuple[np.ndarray, np.ndarray]:
    """What is known of each level before each week of this year, in spreads: its mean and variance, (places, weeks)."""
    before = precision[:, :start].sum(1)
    known = before > 0
    mean = np.where(known, (precision * x)[:, :start].sum(1) / np.where(known, before, 1), 0.0)
    prior = np.where(known, usual.inflation / np.where(known, before, 1) + MOVES_BETWEEN_YEARS ** 2, WIDEST)[:, None]
    now = _before(precision[:, start:]) / usual.inflation
    total = _before((precision * x)[:, start:]) / usual.inflation
    certainty = 1 / prior + now
    return (mean[:, None] / prior + total) / certainty, 1 / certainty


def _before(matrix: np.ndarray) -> np.ndarray:
    """The sum of all earlier weeks."""
    return np.cumsum(matrix, 1) - matrix


def _own_factor(x: np.ndarray, precision: np.ndarray, level: np.ndarray, variance: np.ndarray, start: int) -> np.ndarray:
    """How much noisier each place is this year than was learned, by weeks too old to be part of a change that may have begun."""
    there = precision[:, start:] > 0
    expected = 1 / np.where(there, precision[:, start:], 1.0) + variance
    square = np.where(there, np.minimum((x[:, start:] - level) ** 2 / expected, FAR ** 2), 0.0)
    count = OWN_COUNTS_AS + (precision[:, :start] > 0).sum(1, keepdims=True)
    old = [np.pad(np.cumsum(part, 1), ((0, 0), (BEGUN_WITHIN, 0)))[:, :there.shape[1]] for part in (square, there)]
    return np.sqrt((count + old[0]) / (count + old[1]))


def _swept(x: np.ndarray, precision: np.ndarray, level: np.ndarray, variance: np.ndarray, usual: Noise, factor: np.ndarray) -> tuple[np.ndarray, ...]:
    """Every week against every beginning within the window, one length of change at a time for all places and weeks at once."""
    places, weeks = x.shape
    so_far, summed = (np.pad(np.cumsum(part, 1), ((0, 0), (1, 0))) for part in (precision, precision * x))
    rise, fall, best = np.zeros((places, weeks)), np.zeros((places, weeks)), np.full((places, weeks), -np.inf)
    began, size, unsure = np.zeros((places, weeks), int), np.zeros((places, weeks)), np.full((places, weeks), np.inf)
    for length in range(1, min(BEGUN_WITHIN, weeks) + 1):
        now, first = slice(length - 1, weeks), slice(0, weeks - length + 1)
        sent = so_far[:, length:] - so_far[:, first]
        some = sent > 0
        sent = np.where(some, sent, 1.0)
        moved = np.where(some, (summed[:, length:] - summed[:, first]) / sent / factor[:, now] - level[:, first], 0.0)
        certain = usual.of_mean(length) / sent + variance[:, first]
        odds = {sign: np.where(some, (sign * CHANGE * moved - CHANGE ** 2 / 2) / certain, NO_EVIDENCE) for sign in (1, -1)}
        rise[:, now] += np.exp(odds[1])
        fall[:, now] += np.exp(odds[-1])
        likelier = np.maximum(odds[1], odds[-1]) > best[:, now]
        for kept, new in ((best, np.maximum(odds[1], odds[-1])), (size, moved), (unsure, np.sqrt(certain))):
            kept[:, now] = np.where(likelier, new, kept[:, now])
        began[:, now] = np.where(likelier, np.arange(weeks - length + 1), began[:, now])
    return np.log(rise), np.log(fall), began, size, unsure


def _held(found: np.ndarray, there: np.ndarray) -> np.ndarray:
    """A week without a number leaves the evidence as it was."""
    last = np.maximum.accumulate(np.where(there, np.arange(there.shape[1]), -1), axis=1)
    return np.where(last >= 0, np.take_along_axis(found, np.maximum(last, 0), 1), NO_EVIDENCE)


def threshold(one_in: float, alike: float) -> float:
    """The evidence that a series in which nothing changes newly reaches once in so many weeks; fitted to what `benchmarks.chance` prints."""
    least, slope = CHANCE_AT[0] + CHANCE_AT[1] * alike, CHANCE_SLOPE[0] + CHANCE_SLOPE[1] * alike
    return least + slope * float(np.log(one_in))


def chance(found: float, alike: float) -> float:
    """In how many weeks of one series in which nothing changes chance alone gives so much evidence once: `threshold` the other way round."""
    least, slope = CHANCE_AT[0] + CHANCE_AT[1] * alike, CHANCE_SLOPE[0] + CHANCE_SLOPE[1] * alike
    return float(np.exp((found - least) / slope))


def lit(found: np.ndarray, over: float) -> np.ndarray:
    """The weeks a light is on: from the week its evidence exceeds `over` until it falls below a part of that."""
    on, lights = np.zeros(len(found), bool), np.zeros(found.shape, bool)
    for week in range(found.shape[1]):
        on = np.where(on, found[:, week] > STAYS_ON * over, found[:, week] > over)
        lights[:, week] = on
    return lights
