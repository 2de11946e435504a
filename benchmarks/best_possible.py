"""What could be found at all where everything is known but one thing: a school's level of this year.

The detector is told the true season, peers, noise of each week and autocorrelation, last year's true level, how far levels move between
the years, and that a change is a sudden drop of two sd. With these it is Bayes' rule, week by week (Shiryaev 1963, Roberts 1966): no rule
that must learn the level can find more at the same noise, but for luck. Only drops are signalled.
"""
from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.best_detectors import KEPT, lights, standardised, threshold_at
from benchmarks.planted_district import DRIFT, District

DROP = 2.0


def best_possible(untouched: Sequence[District], changed: Sequence[District], rate: float, autocorrelation: float) -> tuple[np.ndarray, np.ndarray]:
    """Its lights on every district at so many new signals per series-week: (districts, indicators, schools, weeks)."""
    quiet, moved = (np.array([odds(one, seed, autocorrelation) for seed, one in enumerate(some)], np.float32) for some in (untouched, changed))
    threshold = threshold_at(quiet, rate)
    return -lights(quiet, threshold), -lights(moved, threshold)


def odds(district: District, seed: int, autocorrelation: float) -> np.ndarray:
    """log(1 + the summed odds of every week a drop could have begun in): (indicators, schools, weeks)."""
    away = standardised(district, (None, None, None, KEPT[0], True))        # + improving, in true sd of just that week
    ordinary = district.noise_sd[..., None] / district.week_sd[..., district.weeks:]
    level = DRIFT * np.random.default_rng([seed, 15]).standard_normal(district.noise_sd.shape)      # to be learned: how far this year's lies from last year's
    return summed(away + ordinary * level[..., None], ordinary, autocorrelation)


def summed(x: np.ndarray, weight: np.ndarray, alike: float) -> np.ndarray:
    """Each week is told by the last one sent; what is new in it is judged with and without a drop that began in each earlier week."""
    weeks = x.shape[-1]
    believed = np.zeros((weeks + 1, *x.shape[:-1]))     # the level as it seems, without a drop (first) and with one since each week
    doubt = np.full(x.shape[:-1], DRIFT ** 2)
    told = np.zeros_like(believed)                      # the log odds of each beginning; those still to come are not counted
    last, last_weight, ago = np.zeros(x.shape[:-1]), np.zeros(x.shape[:-1]), np.zeros(x.shape[:-1])
    dropped_last = np.zeros_like(believed)              # had the drop begun by the week sent last?
    odds_of_any = np.zeros(x.shape)
    for week in range(weeks):
        sent, ago = np.isfinite(x[..., week]), ago + 1
        pull = np.where(last_weight > 0, alike ** ago, 0.0)
        new = np.where(sent, x[..., week] - pull * last, 0.0)
        of_level, variance = weight[..., week] - pull * last_weight, 1 - pull ** 2
        dropped = np.zeros_like(believed)
        dropped[1:week + 2] = 1.0
        shift = -DROP * (dropped * weight[..., week] - pull * dropped_last * last_weight)
        spread = variance + of_level ** 2 * doubt
        off = new - shift - of_level * believed
        told += np.where(sent, (off[:1] ** 2 - off ** 2) / (2 * spread), 0.0)
        gain = np.where(sent, doubt * of_level / spread, 0.0)
        believed, doubt = believed + gain * off, doubt * (1 - gain * of_level)
        dropped_last = np.where(sent, dropped, dropped_last)
        last, last_weight, ago = (np.where(sent, now, then) for now, then in ((x[..., week], last), (weight[..., week], last_weight), (0.0, ago)))
        odds_of_any[..., week] = np.log1p(np.exp(np.clip(told[1:week + 2], -50, 50)).sum(0))
    return odds_of_any
