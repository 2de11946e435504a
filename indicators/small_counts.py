"""Limits for series of few cases, where the usual range has no meaning: exact tails of the Poisson and binomial.

For independent cases only: with many a week, weeks differ more than cases do, and exact limits flag nearly all of them.
"""
from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import special       # not scipy.stats: importing that takes four times as long, at every start

from indicators.trend import judged

TAIL = 0.00135                  # beyond three standard deviations of a normal, on one side
FEW = 2                         # none, one or two: steps so large that moving ranges cannot tell their size


def exact_limits(centre: np.ndarray, denominator: np.ndarray | None = None, *,
                 tail: float = TAIL) -> tuple[np.ndarray, np.ndarray]:
    """The lowest and highest number that is still usual: below the one or above the other lies at most `tail` of chance.

    Without a denominator `centre` is the expected count and the limits are counts (for events per exposure give
    centre x exposure). With one, `centre` is a share and so are the limits. NaN where either is unknown or impossible.
    """
    centre = np.asarray(centre, float)
    if denominator is None:
        known = centre >= 0
        mean, size = np.where(known, centre, 0.0), np.ones(centre.shape)
        highest = np.ceil(mean + 40 * np.sqrt(mean) + 100)      # no tail worth the name reaches further
        up_to, beyond = (lambda count: special.pdtr(count, mean)), (lambda count: special.pdtrc(count, mean))
    else:
        centre, size = np.broadcast_arrays(centre, np.round(np.asarray(denominator, float)))
        known = (centre >= 0) & (centre <= 1) & (size >= 1)
        share, highest = np.where(known, centre, 0.0), np.where(known, size, 1.0)
        cases = highest.astype(int)
        up_to, beyond = (lambda count: special.bdtr(count, cases, share)), (lambda count: special.bdtrc(count, cases, share))
    lower = _first(highest, lambda count: up_to(count) > tail)
    upper = _first(highest, lambda count: beyond(count) <= tail)
    size = np.where(known, size, np.nan)
    return lower / size, upper / size


def _first(highest: np.ndarray, holds: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """The smallest count up to `highest` from which on it holds, by halving."""
    low, high = np.zeros(highest.shape), highest.copy()
    while (low < high).any():
        middle = np.floor((low + high) / 2)
        true = holds(middle)
        low, high = np.where(true, low, middle + 1), np.where(true, middle, high)
        low = np.minimum(low, high)
    return low


def mostly_few(numerator: np.ndarray, denominator: np.ndarray | None, usable: np.ndarray) -> np.ndarray:
    """Series whose weeks are mostly none, one or two cases; with a denominator of cases, also all but none, one or two.

    In place of I-prime's limits `exact_limits` is for these alone: in others a limit below zero is no reason for it.
    """
    counts = judged(np.asarray(numerator, float), np.ones(np.shape(numerator)), usable)
    rare = np.where(counts, numerator, np.inf)
    if denominator is not None:
        rare = np.minimum(rare, np.where(counts, np.subtract(denominator, numerator), np.inf))
    return ((rare <= FEW).sum(axis=1) * 2 > counts.sum(axis=1)) & counts.any(axis=1)
