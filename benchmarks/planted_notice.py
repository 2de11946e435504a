"""Is "what we would notice" true? Plants drops of a detector's own stated size, and a little more and less, and looks what it finds."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.planted_district import Change, District, draw
from benchmarks.planted_score import finds, share

FACTORS = (0.6, 0.8, 1.0, 1.25, 1.6)
SCHOOLS_EACH = 1                    # an indicator and district: three in one week would be a change of the district's
WITHIN = 4


@dataclass(frozen=True)
class Noticed:
    """The share found within four weeks of drops of so many times the stated size, and the times at which the promised share is found."""
    found: dict[float, float]
    true_over_stated: float         # 1 is exact; within 0.8 and 1.25 the statement is right within 20 %; NaN when no size planted reaches it


def noticed(detector: Callable[[District], np.ndarray], stated: Callable[[District, int], np.ndarray], seeds: Sequence[int], *,
            promised: float, week: int = 20, autocorrelation: float = 0.0) -> Noticed:
    """`stated`: for a district and a week of this year, the drop in the indicator's unit that each series (indicators, schools) would show
    within four weeks in the promised share of cases, said from what was known before that week. NaN where nothing is stated."""
    found = {factor: [] for factor in FACTORS}
    for seed in seeds:
        chance = np.random.default_rng([seed, 20])
        sizes = stated(draw(seed, autocorrelation=autocorrelation), week)
        for factor in FACTORS:
            district = draw(seed, autocorrelation=autocorrelation, planted=_drops(chance, factor * sizes, week))
            fitting = [find for find in finds(detector(district), district) if find.planted.direction == -1]
            found[factor] += fitting
    shares = {factor: share(some).within[WITHIN] for factor, some in found.items()}
    return Noticed(shares, _crossing(shares, promised))


def _drops(chance: np.random.Generator, sizes: np.ndarray, week: int) -> list[Change]:
    return [Change(indicator, (int(school),), week, float(sizes[indicator, school]), in_sd=False)
            for indicator in range(len(sizes)) for school in chance.choice(sizes.shape[1], SCHOOLS_EACH, replace=False)
            if np.isfinite(sizes[indicator, school])]


def _crossing(shares: dict[float, float], promised: float) -> float:
    """The factor at which the share found first reaches what was promised, on a line between the factors tried."""
    factors, reached = np.array(list(shares)), np.maximum.accumulate(np.array(list(shares.values())))
    if not reached[0] <= promised <= reached[-1]:
        return np.nan
    return float(np.interp(promised, reached, factors))
