"""What the best of a committed grid of CUSUM and EWMA detectors finds, at a stated false rate, with the history a district has.

Every detector watches a school's gap to its peers, standardised by a baseline learned from last year and from this year's earlier weeks;
with `oracle` the true usual value and the true noise take the place of what was learned: the ceiling. Only drops are signalled. Weeks
partly received are left out or kept, whichever finds more (`kept`: the share of days that must be in).
"""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from benchmarks.planted_district import FULL_WEEK, District
from benchmarks.planted_score import drops, finds, share

K = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5)
LAMBDA = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)
LAGS = (0, 4)                       # weeks before this one that the baseline leaves out, lest it learns the change itself
DRIFTS = (0.4, 0.8)                 # how far last year's level is trusted: sd of the move between years, in sd of noise
PEERS = ("level", "shrunk")         # whose week is subtracted: schools of the same level, or everybody unless the level differs clearly
CLEARLY = 2.0                       # variances by which a level's week must differ from everybody's before it counts
KEPT = (0.6, 1.0)                   # a week counts when so much of it was received
SHRUNK_OVER = 24                    # a school's own spread counts as so many weeks less than it has
ROUNDS = 18                         # of halving, for a threshold


@dataclass(frozen=True)
class Detector:
    """One of the grid; `threshold` is calibrated."""
    kind: str                       # CUSUM or EWMA
    parameter: float                # k or lambda
    lag: int = 0
    drift: float = DRIFTS[0]
    peers: str = PEERS[0]
    kept: float = KEPT[-1]
    oracle: bool = False
    threshold: float = np.nan

    @property
    def history(self) -> tuple:
        return (self.lag, self.drift, self.peers, self.kept, self.oracle)

    def __str__(self) -> str:
        learned = "true baseline" if self.oracle else f"lag {self.lag}, drift {self.drift}, peers {self.peers}, weeks {self.kept:.0%} received"
        return f"{self.kind} {self.parameter:g} ({learned}) over {self.threshold:.2f}"


SHAPES = [*product(["CUSUM"], K), *product(["EWMA"], LAMBDA)]
GRID = tuple(Detector(*shape, *history) for shape in SHAPES for history in product(LAGS, DRIFTS, PEERS, KEPT))
ORACLES = tuple(Detector(*shape, kept=kept, oracle=True) for shape in SHAPES for kept in KEPT)


def statistic(z: np.ndarray, detector: Detector) -> np.ndarray:
    """Of drops alone, as the agenda's budget is: the sum of drops, or the standardised average below 0; negative. A missing week changes nothing."""
    return -cusum(-z, detector.parameter) if detector.kind == "CUSUM" else np.minimum(ewma(z, detector.parameter), 0)


def cusum(z: np.ndarray, k: float) -> np.ndarray:
    total, sums = np.zeros(z.shape[:-1], z.dtype), np.empty_like(z)
    gain = np.nan_to_num(z - k, nan=0.0)
    for week in range(z.shape[-1]):
        total = np.maximum(total + gain[..., week], 0)
        sums[..., week] = total
    return sums


def ewma(z: np.ndarray, weight: float) -> np.ndarray:
    mean, variance, averages = np.zeros(z.shape[:-1], z.dtype), np.zeros(z.shape[:-1], z.dtype), np.empty_like(z)
    for week in range(z.shape[-1]):
        new, sent = z[..., week], np.isfinite(z[..., week])
        mean = np.where(sent, (1 - weight) * mean + weight * new, mean)
        variance = np.where(sent, (1 - weight) ** 2 * variance + weight ** 2, variance)
        averages[..., week] = mean / np.sqrt(np.maximum(variance, weight ** 2))
    return averages


def lights(statistics: np.ndarray, threshold: float) -> np.ndarray:
    return (np.sign(statistics) * (np.abs(statistics) > threshold)).astype(np.int8)


def new_rate(statistics: np.ndarray, threshold: float) -> float:
    """New signals per series-week."""
    over = np.abs(statistics) > threshold
    return float((over[..., 0].sum() + (over[..., 1:] & ~over[..., :-1]).sum()) / over.size)


def threshold_at(statistics: np.ndarray, rate: float) -> float:
    """The threshold at which series with nothing planted give so many new signals per series-week."""
    low, high = 0.5, 40.0
    for _ in range(ROUNDS):
        middle = (low + high) / 2
        low, high = (middle, high) if new_rate(statistics, middle) > rate else (low, middle)
    return high


# --- the gap to peers, standardised ----------------------------------------------------------------------------------

@dataclass(frozen=True)
class Gaps:
    """Each school's gap to its peers, both years, and the sd its week should have; weeks that do not count are NaN."""
    gap: np.ndarray
    sd: np.ndarray


def gaps(district: District, peers: str, kept: float) -> Gaps:
    weeks = district.weeks
    exposure = np.where(district.unit_is("count"), district.school_days / FULL_WEEK, district.denominator)
    if kept < 1:
        exposure = np.where(district.unit_is("count"), district.received / FULL_WEEK, exposure)
    exposure = np.where(_in(district, kept) & (exposure > 0), exposure, np.nan)
    value = district.scale[:, None, None] * district.numerator / exposure
    before = np.nanmean(value[..., :weeks], -1, keepdims=True)
    value = np.where(district.unit_is("percent"), value - before, value / before - 1)
    gap = value - _peers(value, district.level, np.ones_like(value), peers)
    first = _fitted(gap[..., :weeks], exposure)
    gap = value - _peers(value, district.level, first ** -2, peers)
    return Gaps(gap, _fitted(gap[..., :weeks], exposure))


def _in(district: District, kept: float) -> np.ndarray:
    return (district.received > 0) & (district.received >= kept * district.expected)


def _peers(value: np.ndarray, level: np.ndarray, weight: np.ndarray, peers: str) -> np.ndarray:
    """The weighted mean of each school's peers, itself left out."""
    sent, known = np.where(np.isfinite(value), np.nan_to_num(weight), 0.0), np.nan_to_num(value)
    others = ~np.eye(len(level), dtype=bool)
    alike = others & (level[:, None] == level)
    of_level = (alike @ (known * sent)) / np.maximum(alike @ sent, 1e-12)
    if peers == "level":
        return of_level
    of_all = (others @ (known * sent)) / np.maximum(others @ sent, 1e-12)
    apart = of_level - of_all
    return of_all + apart * np.clip(1 - CLEARLY / np.maximum((alike @ sent) * apart ** 2, 1e-12), 0, 1)


def _fitted(last_year: np.ndarray, every: np.ndarray) -> np.ndarray:
    """The sd of each week: a part that stays, a part that exposure divides, one of each an indicator, and a factor for each school."""
    exposure = every[..., :last_year.shape[-1]]
    square = (last_year - np.nanmean(last_year, -1, keepdims=True)) ** 2
    square *= last_year.shape[-1] / (last_year.shape[-1] - 1)
    mean = np.nanmean(exposure, (1, 2), keepdims=True)
    known = np.isfinite(square) & np.isfinite(exposure)
    part = np.where(known, mean / exposure, 0.0)
    count, y = known.sum((1, 2)), np.where(known, square, 0.0)
    sx, sxx, sy, sxy = part.sum((1, 2)), (part ** 2).sum((1, 2)), y.sum((1, 2)), (part * y).sum((1, 2))
    slope = (count * sxy - sx * sy) / np.maximum(count * sxx - sx ** 2, 1e-9)
    slope = np.clip(slope, 0, sy / sx)
    stays = (sy - slope * sx) / count
    model = stays[:, None, None] + slope[:, None, None] * mean / every
    ratio = np.where(known, square / model[..., :square.shape[-1]], 0.0)
    factor = (ratio.sum(-1) + SHRUNK_OVER) / (known.sum(-1) + SHRUNK_OVER)
    return np.sqrt(model * factor[..., None])


def standardised(district: District, history: tuple) -> np.ndarray:
    """This year's weeks in sd of noise, + improving: against the true usual value, or against what was learned up to `lag` weeks before."""
    lag, drift, peers, kept, oracle = history
    weeks = district.weeks
    if oracle:
        return _true(district, kept)
    seen = gaps(district, peers, kept)
    sent = np.isfinite(seen.gap)
    gap, ordinary = np.nan_to_num(seen.gap), np.nanmedian(seen.sd, -1)
    precision = np.where(sent, (ordinary[..., None] / seen.sd) ** 2, 0.0)       # in ordinary weeks
    old = precision[..., :weeks].sum(-1)
    centre = (precision * gap)[..., :weeks].sum(-1) / old
    trust = 1 / (drift ** 2 + 1 / old)
    known = np.cumsum(precision[..., weeks:], -1)
    total = np.cumsum((precision * gap)[..., weeks:], -1)
    shift = np.zeros((*known.shape[:-1], min(lag + 1, weeks)))
    known, total = (np.concatenate([shift, one[..., :weeks - lag - 1]], -1) + add[..., None]
                    for one, add in ((known, trust), (total, trust * centre)))
    sd = np.sqrt(seen.sd[..., weeks:] ** 2 + ordinary[..., None] ** 2 / known)
    z = (gap[..., weeks:] - total / known) / sd
    return np.where(sent[..., weeks:], district.better[:, None, None] * z, np.nan)


def _true(district: District, kept: float) -> np.ndarray:
    """Against the truth without what was planted, each week as it came; the ceiling of any detector."""
    open_days = np.where(district.unit_is("count"), np.maximum(district.received, 1) / FULL_WEEK, 1.0)
    away = district.value() / open_days - district.untouched
    away = np.where(_in(district, kept), away, np.nan) / district.week_sd
    return (district.better[:, None, None] * away)[..., district.weeks:]


# --- the best of them ------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Best:
    """The detector of a grid that finds most sudden two-sd drops at one school within four weeks, and its lights on every district."""
    detector: Detector
    untouched: np.ndarray           # (districts, indicators, schools, weeks)
    changed: np.ndarray


def best_of(grid: Sequence[Detector], untouched: Sequence[District], changed: Sequence[District], rate: float) -> Best:
    """Chosen on the very districts it is scored on, so nothing of the same kind can look better by luck."""
    best = max(_calibrated(grid, untouched, changed, rate), key=lambda pair: pair[0])[1]
    shown = [lights(statistic(np.array([standardised(one, best.history) for one in some], np.float32), best), best.threshold)
             for some in (untouched, changed)]
    return Best(best, *shown)


def _calibrated(grid: Sequence[Detector], untouched: Sequence[District], changed: Sequence[District],
                rate: float) -> Iterator[tuple[float, Detector]]:
    """Each detector with its threshold, and the share of two-sd drops it finds within four weeks."""
    for history in dict.fromkeys(detector.history for detector in grid):
        quiet, moved = (np.array([standardised(one, history) for one in some], np.float32) for some in (untouched, changed))
        for detector in (one for one in grid if one.history == history):
            tuned = replace(detector, threshold=threshold_at(statistic(quiet, detector), rate))
            shown = lights(statistic(moved, detector), tuned.threshold)
            found = [find for lit, one in zip(shown, changed, strict=True) for find in finds(lit, one)]
            yield share(drops(found, 2.0)).within[4], tuned
