"""What a school's week differs by from its peers': its gap. A snow week, a season or the June slide moves everybody and leaves gaps alone.

Rows are schools, columns weeks, NaN where nothing is known. A school never counts among its own peers, and what is common is learned from
`learned` weeks alone, so that a lasting change of one school stays in its gap.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

# A group's week is its own rather than everybody's as far as its squared difference exceeds so many of its variances (James and Stein 1961).
GROUP_DIFFERS = 4.0
# Movements that some schools share, such as those of one borough: learned from so many schools and weeks, at most so many of them.
SCHOOLS_FOR_MOVEMENTS, WEEKS_FOR_MOVEMENTS, MOVEMENTS = 20, 12, 4
# Weeks further out than this many spreads pull no further: a storm at one school says little of the others (Huber 1981).
FAR = 3.0
TINY = 1e-12


@dataclass(frozen=True)
class Gaps:
    """`gap` is what a school's week differs by from its own usual level and from what its peers did; `spread` is its usual size."""
    gap: np.ndarray             # (schools, weeks)
    spread: np.ndarray          # (schools,)
    own: np.ndarray             # (schools,): the usual level the gaps are measured from


def gaps(value: np.ndarray, usable: np.ndarray, learned: np.ndarray, *groups: np.ndarray, by_share: bool = False) -> Gaps:
    """`learned` are the weeks to learn from (bool, one a week), `groups` what schools are alike in, such as their level. `by_share`: peers
    move by a share of their level, as counts do, not by as much as each other."""
    known = np.where(usable, value, np.nan)
    own = _mean(np.where(learned, known, np.nan), known)
    pull = own / max(np.nanmean(own), TINY) if by_share and np.nanmean(own) > 0 else np.ones(len(own))
    away = known - own[:, None]
    spread = _spread(_without_peers(away, pull, np.ones(len(own)), groups)[:, learned])
    gap = _without_peers(away, pull, spread, groups)
    spread = _spread(gap[:, learned])
    gap = _without_movements(gap, spread, learned)
    return Gaps(gap, _spread(gap[:, learned]), own)


def _mean(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Each school's mean over the weeks to learn from; over all it has where it has none of these; 0 where it has none at all."""
    def mean(of: np.ndarray) -> np.ndarray:
        there = np.isfinite(of)
        return np.where(there, of, 0.0).sum(1) / np.where(there.any(1), there.sum(1), np.nan)
    return np.nan_to_num(np.where(np.isfinite(part).any(1), mean(part), mean(whole)))


def _spread(gap: np.ndarray) -> np.ndarray:
    """The usual size of each school's gap: its root mean square about its mean, far weeks drawn in; the middle school's where it has too few."""
    there = np.isfinite(gap)
    count = there.sum(1)
    known = np.where(there, gap, 0.0)
    centre = known.sum(1) / np.maximum(count, 1)
    off = np.where(there, known - centre[:, None], 0.0)
    size = np.sqrt((off ** 2).sum(1) / np.maximum(count - 1, 1))
    size = np.sqrt((np.clip(off, -FAR * size[:, None], FAR * size[:, None]) ** 2).sum(1) / np.maximum(count - 1, 1))
    enough = (count >= 4) & (size > TINY)
    middle = np.median(size[enough]) if enough.any() else 1.0
    return np.where(enough, size, middle)


def _without_peers(away: np.ndarray, pull: np.ndarray, spread: np.ndarray, groups: Sequence[np.ndarray]) -> np.ndarray:
    """Less the weighted movement of the others: of all, and of those of the same group as far as these clearly differ."""
    there = np.isfinite(away)
    weight = np.where(there, (pull / spread)[:, None] ** 2, 0.0)
    moved = np.where(there, away / np.where(pull > TINY, pull, np.inf)[:, None], 0.0)
    for group in (np.zeros(len(pull), int), *groups):
        numbered = np.unique(group, return_inverse=True)[1]
        theirs, sure = _others(weight, moved, numbered)
        differs = np.clip(1 - GROUP_DIFFERS / np.maximum(sure * theirs ** 2, TINY), 0, 1) if numbered.any() else 1.0
        moved = moved - differs * theirs
    return np.where(there, pull[:, None] * moved, np.nan)


def _others(weight: np.ndarray, moved: np.ndarray, group: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The weighted mean of each group without the school itself, and the weight it rests on; 0 where there is no other."""
    member = np.eye(group.max() + 1)[group]
    total, top = member.T @ weight, member.T @ (weight * moved)
    rest = (member @ total) - weight
    return np.where(rest > TINY, ((member @ top) - weight * moved) / np.maximum(rest, TINY), 0.0), rest


def _without_movements(gap: np.ndarray, spread: np.ndarray, learned: np.ndarray) -> np.ndarray:
    """Less the movements that some schools share beyond everybody's, each week's size told by the other schools."""
    standard = np.clip(np.nan_to_num(gap / spread[:, None]), -FAR, FAR)
    shares = _movements(standard[:, learned], np.isfinite(gap[:, learned]))
    if not shares.shape[1]:
        return gap
    there = np.isfinite(gap)
    told = np.empty_like(standard)
    for week in range(gap.shape[1]):
        some = shares * there[:, week, None]
        inverse = np.linalg.inv(some.T @ some + np.eye(some.shape[1]))
        size = inverse @ (some.T @ standard[:, week])
        leverage = np.einsum("sk,kl,sl->s", some, inverse, some)
        # What the school itself said of the movement is taken out again (leave-one-out of a ridge regression).
        told[:, week] = (shares @ size - leverage * standard[:, week]) / np.maximum(1 - leverage, 0.1)
    return gap - spread[:, None] * told


def _movements(standard: np.ndarray, there: np.ndarray) -> np.ndarray:
    """How much of each common movement a school takes part in, (schools, movements): those larger than noise alone would give."""
    schools, weeks = standard.shape
    if schools < SCHOOLS_FOR_MOVEMENTS or weeks < WEEKS_FOR_MOVEMENTS:
        return np.zeros((schools, 0))
    centred = np.where(there, standard - standard.sum(1, keepdims=True) / np.maximum(there.sum(1, keepdims=True), 1), 0.0)
    square, course = np.linalg.eigh(centred.T @ centred)
    by_noise = (np.sqrt(schools) + np.sqrt(weeks)) ** 2     # the largest square of noise alone (Marchenko and Pastur 1967)
    largest = [at for at in np.argsort(square)[::-1][:MOVEMENTS] if square[at] > by_noise]
    return centred @ course[:, largest] * np.sqrt((1 - by_noise / square[largest]) / weeks)
