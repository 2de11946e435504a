"""Limits for series of few cases, where the usual range has no meaning: exact tails of the Poisson and binomial.

For independent cases only: with many a week, weeks differ more than cases do, and exact limits flag nearly all of them.
"""
from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import special       # not scipy.stats: importing that takes four times as long, at every start

from indicators.trend import UsualRange, judged

TAIL = 0.00135                  # beyond three standard deviations of a normal, on one side
# What never happened in twenty weeks may happen in the next one: limits are those of half a case more (Jeffreys 1946).
HALF_A_CASE = 0.5
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


def exact_range(usual: UsualRange, denominator: np.ndarray, *, shares: bool) -> UsualRange:
    """A usual range that is at least as wide as chance alone makes it: I-prime's limits or the exact ones, whichever lie further out.

    I-prime's alone are too narrow where most weeks are alike; the exact ones where cases come together, as a whole week of late rosters
    does. It has no lines near the limits: most weeks lie on one side of the mean, so only a week outside tells anything.
    """
    if shares:
        likely = (usual.centre * usual.rests_on + HALF_A_CASE) / (usual.rests_on + 2 * HALF_A_CASE)
    else:
        likely = (usual.centre + HALF_A_CASE / np.where(usual.rests_on > 0, usual.rests_on, np.nan)) * denominator
    # The same few shares and sizes come again and again, and each limit is a search.
    size = np.where(np.isfinite(likely), denominator, np.nan)
    pairs, which = np.unique(np.stack([likely.ravel(), size.ravel()]), axis=1, return_inverse=True)
    lower, upper = (edge[which.ravel()].reshape(likely.shape) for edge in exact_limits(pairs[0], pairs[1] if shares else None))
    if not shares:
        size = np.where(size > 0, size, np.nan)
        lower, upper = lower / size, upper / size
    unknown = np.full(likely.shape, np.nan)
    return UsualRange(usual.centre, np.minimum(lower, usual.lower), np.maximum(upper, usual.upper), unknown, unknown, usual.group, usual.rests_on)


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
