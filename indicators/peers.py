"""What a school's week differs by from its peers': its gap. A snow week, a season or the June slide moves everybody and leaves gaps alone.

Rows are schools, columns weeks, NaN where nothing is known. A school never counts among its own peers, and what is common is learned from
`learned` weeks alone, so that a lasting change of one school stays in its gap.
"""
from __future__ import annotations

from collections.abc import Sequence

import numpy as np

# A group's week is its own rather than everybody's as far as its squared difference exceeds so many of its variances (James and Stein 1961).
GROUP_DIFFERS = 4.0
# Movements that some schools share, such as those of one borough: learned from so many schools and weeks, at most so many of them.
SCHOOLS_FOR_MOVEMENTS, WEEKS_FOR_MOVEMENTS, MOVEMENTS = 20, 12, 4
# Weeks further out than this many spreads pull no further: a storm at one school says little of the others (Huber 1981).
FAR = 3.0
TINY = 1e-12
SMALL = np.float32              # half the memory to move, and a gap has no seven digits anyway


def gaps(value: np.ndarray, usable: np.ndarray, learned: np.ndarray, *groups: np.ndarray, by_share: bool = False) -> np.ndarray:
    """What each school's week differs by from its own usual level and from what its peers did.

    `learned` are the weeks to learn from (bool, one a week), `groups` what schools are alike in, such as their level. `by_share`: peers move by a
    share of their level, as counts do, not by as much as each other."""
    learned = columns(learned)
    there = usable & np.isfinite(value)
    known = np.where(there, value, 0.0)
    own = _mean(known, there, learned)
    level = own[there.any(1)].mean() if there.any() else 0.0
    pull = (own / level if by_share and level > 0 else np.ones(len(own))).astype(SMALL)
    away = np.where(there, known - own[:, None], 0.0).astype(SMALL)
    early, early_there = away[:, learned], there[:, learned]
    rough = (early - early.sum(0) / np.maximum(early_there.sum(0), 1)).std() if early.size else 0.0
    spread = np.full(len(own), rough if rough > TINY else 1.0, SMALL)
    spread = _spread(_without_peers(early, early_there, pull, spread, groups), early_there)
    gap = _without_peers(away, there, pull, spread, groups)
    gap = _without_movements(gap, there, _spread(gap[:, learned], early_there), learned)
    return np.where(there, gap, np.nan)


def _mean(known: np.ndarray, there: np.ndarray, learned: slice | np.ndarray) -> np.ndarray:
    """Each school's mean over the weeks to learn from; over all it has where it has none of these; 0 where it has none at all."""
    early = there[:, learned].any(1)
    count = np.where(early, there[:, learned].sum(1), there.sum(1))
    return np.where(early, known[:, learned].sum(1), known.sum(1)) / np.maximum(count, 1)


def _spread(gap: np.ndarray, there: np.ndarray) -> np.ndarray:
    """The usual size of each school's gap: its root mean square about its mean, far weeks drawn in; the middle school's where it has too few."""
    count = there.sum(1).astype(SMALL)
    off = gap - (gap.sum(1) / np.maximum(count, 1))[:, None]
    off *= there
    free = np.maximum(count - 1, 1)
    far = FAR * np.sqrt(np.einsum("sw,sw->s", off, off) / free)[:, None]
    off = np.minimum(np.maximum(off, -far), far)
    size = np.sqrt(np.einsum("sw,sw->s", off, off) / free)
    enough = (count >= 4) & (size > TINY)
    middle = np.median(size[enough]) if enough.any() else SMALL(1)
    return np.where(enough, size, middle)


def _without_peers(away: np.ndarray, there: np.ndarray, pull: np.ndarray, spread: np.ndarray, groups: Sequence[np.ndarray]) -> np.ndarray:
    """Less the weighted movement of the others: of all, and of those of the same group as far as these clearly differ. 0 where nothing is known."""
    size = spread.mean() if len(spread) else SMALL(1)                       # weights near 1, whatever the unit
    weight = there * ((pull * size / spread)[:, None] ** 2)
    moved = away / np.where(pull > TINY, pull, np.inf)[:, None]
    moved -= _others(weight, moved, np.zeros(len(pull), int))[0]
    for group in groups:
        theirs, sure = _others(weight, moved, np.unique(group, return_inverse=True)[1])
        clear = sure * (theirs / size) ** 2
        theirs *= np.maximum(1 - GROUP_DIFFERS / np.maximum(clear, GROUP_DIFFERS), 0)
        moved -= theirs
    moved *= pull[:, None] * there
    return moved


def _others(weight: np.ndarray, moved: np.ndarray, group: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The weighted mean of each group without the school itself, and the weight it rests on; 0 where there is no other."""
    member = np.eye(group.max(initial=0) + 1, dtype=weight.dtype)[group]
    pulled = weight * moved
    rest = (member.T @ weight)[group] - weight
    theirs = (member.T @ pulled)[group] - pulled
    nobody = rest <= 1e-6 * weight.max(initial=0)
    theirs /= np.where(nobody, np.inf, rest)
    return theirs, rest


def _without_movements(gap: np.ndarray, there: np.ndarray, spread: np.ndarray, learned: slice | np.ndarray) -> np.ndarray:
    """Less the movements that some schools share beyond everybody's, each week's size told by the other schools."""
    standard = np.clip(gap / spread[:, None], -FAR, FAR)
    shares = _movements(standard[:, learned], there[:, learned])
    number = shares.shape[1]
    if not number:
        return gap
    squares = (shares[:, :, None] * shares[:, None]).reshape(len(shares), -1)
    inverse = np.linalg.inv((there.T.astype(SMALL) @ squares).reshape(-1, number, number) + np.eye(number, dtype=SMALL))
    size = (inverse @ (standard.T @ shares)[..., None])[..., 0]
    leverage = squares @ inverse.reshape(-1, number * number).T
    # What the school itself said of the movement is taken out again (leave-one-out of a ridge regression).
    told = (shares @ size.T - leverage * standard) / np.maximum(1 - leverage, 0.1)
    return (gap - spread[:, None] * told) * there


def _movements(standard: np.ndarray, there: np.ndarray) -> np.ndarray:
    """How much of each common movement a school takes part in, (schools, movements): those larger than noise alone would give."""
    schools, weeks = standard.shape
    if schools < SCHOOLS_FOR_MOVEMENTS or weeks < WEEKS_FOR_MOVEMENTS:
        return np.zeros((schools, 0), SMALL)
    centred = (standard - standard.sum(1, keepdims=True) / np.maximum(there.sum(1, keepdims=True), 1)) * there
    together = (centred.T @ centred).astype(float)
    by_noise = (np.sqrt(schools) + np.sqrt(weeks)) ** 2     # the largest square of noise alone (Marchenko and Pastur 1967)
    if np.linalg.eigvalsh(together)[-1] <= by_noise:        # mostly so, and three times as fast as the courses
        return np.zeros((schools, 0), SMALL)
    square, course = np.linalg.eigh(together)
    largest = [at for at in np.argsort(square)[::-1][:MOVEMENTS] if square[at] > by_noise]
    return (centred @ course[:, largest] * np.sqrt((1 - by_noise / square[largest]) / weeks)).astype(SMALL)


def columns(weeks: np.ndarray) -> slice | np.ndarray:
    """The same weeks as a slice where they are the first ones, so that numpy need not copy them."""
    count = int(weeks.sum())
    return slice(0, count) if weeks[:count].all() else weeks
