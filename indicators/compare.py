"""Schools beside each other: who differs more than schools usually do, who is alike, and who of those does better.

One row a school, one column a week of a fixed recent window, NaN where nothing is known. Not for a school whose own
weeks left their usual range: it has no one value to compare. Why so: docs/decisions/0010.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy import special

from indicators.trend import _direction, judged

FEWEST_SCHOOLS = 10             # under ten the spread between schools is a guess (DESIGN section 8)
WINSORISED = 0.1                # the share of z-scores pulled in at either end (Spiegelhalter 2005)
Z_95, Z_998 = 1.959964, 3.090232    # two-sided 95 and 99.8 percent, as FunnelPlotR writes them
MOST_SIMILAR = 5                # ours: a list a director can call
# Pulling in the ends narrows the limits: of schools that differ as schools usually do, 16 to 19 in a thousand lie
# outside, not 2 (measured, 10 to 100 schools). A page that shows who is outside says how many that would be.
OUTSIDE_BY_CHANCE = 0.018
# Two schools picked at random lie sqrt(2) spreads apart on each attribute: what is not nearer is not alike.
AT_RANDOM = 2.0


class Kind(StrEnum):
    """SHARE: cases out of cases. RATE: events for exposure. MEAN: anything with a weight, also a count a week of weight 1."""
    SHARE = "share"
    RATE = "rate"
    MEAN = "mean"


@dataclass(frozen=True)
class Overdispersion:
    """How much more the schools differ than chance alone makes them: phi 1 and tau2 0 is chance alone."""
    z: np.ndarray               # of chance alone, before winsorising
    winsorised: np.ndarray
    phi: float
    tau2: float


@dataclass(frozen=True)
class Funnel:
    """Each school against the usual spread between schools; NaN, and outside 0, for a school without a value."""
    value: np.ndarray
    target: float               # of all schools together
    size: np.ndarray            # the denominator over the window
    lower_95: np.ndarray
    upper_95: np.ndarray
    lower_998: np.ndarray
    upper_998: np.ndarray
    overdispersion: Overdispersion

    @property
    def outside(self) -> np.ndarray:
        """1 above and -1 below the 99.8 percent limits: unlike the usual difference between schools."""
        return (self.value > self.upper_998).astype(int) - (self.value < self.lower_998)


@dataclass(frozen=True)
class Intervals:
    """The value of each school and how surely it is known; NaN where it is not known at all."""
    value: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


def funnel(numerator: np.ndarray, denominator: np.ndarray, kind: Kind) -> Funnel | None:
    """The over-dispersed funnel (Spiegelhalter 2005); None, no verdict at all, under FEWEST_SCHOOLS schools.

    On the arcsine scale for shares, the square root for rates, as it is for means: those need two weeks that differ.
    """
    top, size, known = _totals(numerator, denominator)
    unit = _unit_spread(numerator, denominator, kind)[0] if kind is Kind.MEAN else 1.0
    if known.sum() < FEWEST_SCHOOLS or not unit > 0:
        return None
    value, target = _ratio(top, size, known), float(top[known].sum() / size[known].sum())
    middle, standard = float(_stretched(target, kind)), _standard(size, known, kind, unit)
    over = overdispersion(_stretched(value[known], kind), middle, standard[known])
    reach = np.sqrt(standard ** 2 + over.tau2)
    limits = [_unstretched(middle + sign * z * reach, kind) for z in (Z_95, Z_998) for sign in (-1, 1)]
    spread = [np.full(len(value), np.nan) for _ in range(2)]
    spread[0][known], spread[1][known] = over.z, over.winsorised
    return Funnel(value, target, np.where(known, size, np.nan), *limits,
                  Overdispersion(*spread, over.phi, over.tau2))


def overdispersion(y: np.ndarray, target: float, standard: np.ndarray, *, trim: float = WINSORISED) -> Overdispersion:
    """The additive over-dispersion of values on a scale where chance alone gives each its `standard` error."""
    z = (y - target) / standard
    pulled = np.clip(z, *np.quantile(z, [trim, 1 - trim])) if trim else z
    schools, weight = len(z), standard ** -2.0
    phi = float((pulled ** 2).mean())
    surplus = schools * phi - (schools - 1)
    room = float(weight.sum() - (weight ** 2).sum() / weight.sum())
    return Overdispersion(z, pulled, phi, surplus / room if surplus > 0 and room > 0 else 0.0)


def intervals(numerator: np.ndarray, denominator: np.ndarray, kind: Kind, *, confidence: float = 0.95) -> Intervals:
    """A score interval for each share or rate, a normal one for each mean, as wide as its weeks vary.

    How much weeks vary is pooled over the schools; a share or rate never varies less than by chance. One week says
    nothing of how much weeks vary: then chance alone for shares and rates, and no interval for a mean.
    """
    top, size, known = _totals(numerator, denominator)
    value = _ratio(top, size, known)
    unit, freedom = _unit_spread(numerator, denominator, kind)
    side = (1 + confidence) / 2
    z = special.stdtrit(freedom, side) if freedom else special.ndtri(side)
    n = np.where(known, size, np.nan)
    if kind is Kind.MEAN:
        return Intervals(value, value - z * unit / np.sqrt(n), value + z * unit / np.sqrt(n))
    n /= unit ** 2
    middle = value + z ** 2 / (2 * n)
    chance = value * (1 - value) if kind is Kind.SHARE else value
    reach = z * np.sqrt(np.maximum(chance, 0) / n + z ** 2 / (4 * n ** 2))
    shrink = 1 + z ** 2 / n if kind is Kind.SHARE else 1.0
    # Rounding must not carry a bound past the value itself where that is 0 or 1.
    return Intervals(value, np.clip((middle - reach) / shrink, 0, value), np.maximum((middle + reach) / shrink, value))


def similar(level: Sequence[str | None], students: np.ndarray, need: np.ndarray, place: int, *,
            most: int = MOST_SIMILAR) -> list[int]:
    """Rows of the schools most like the one in row `place`, nearest first: of its level, then by size and need.

    Size counts by its ratio. An attribute that either school lacks counts like that of a school picked at random,
    and a school that is no nearer than one picked at random is left out.
    """
    same = np.array([one == level[place] for one in level])
    size = np.log(students, where=np.greater(students, 0), out=np.full(len(same), np.nan))
    apart = sum(_apart(np.where(same, attribute, np.nan), place) for attribute in (size, np.asarray(need, float))) / 2
    alike = same & (apart < AT_RANDOM)
    alike[place] = False
    return [int(row) for row in np.argsort(apart, kind="stable") if alike[row]][:most]


def doing_better(found: Intervals, place: int, others: Sequence[int], better: str) -> list[int]:
    """Of `others`, the rows that beat row `place` by more than their combined interval, the best first.

    Combined as Newcombe (1998) does, square and add, from 95 percent intervals; widened by Bonferroni for
    how many schools are looked at, or one in ten lists would name a school that is no better.
    """
    sign, others = int(_direction(better)), np.array(others, int)
    if not sign or not len(others):
        return []
    own, theirs = (found.upper, found.lower) if sign > 0 else (found.lower, found.upper)
    reach = np.hypot(own[place] - found.value[place], found.value[others] - theirs[others])
    many = special.ndtri(0.025 / len(others)) / special.ndtri(0.025)
    ahead = sign * (found.value[others] - found.value[place])
    return [int(others[at]) for at in np.argsort(-ahead, kind="stable") if ahead[at] > many * reach[at]]


def _totals(numerator: np.ndarray, denominator: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Both sums over the weeks where both are known, and which schools have any."""
    counts = judged(numerator, denominator, np.ones(np.shape(numerator), bool))
    top, size = (np.where(counts, matrix, 0.0).sum(axis=1) for matrix in (numerator, denominator))
    return top, size, counts.any(axis=1)


def _unit_spread(numerator: np.ndarray, denominator: np.ndarray, kind: Kind) -> tuple[float, int]:
    """How much a week of denominator 1 varies about its school's value, and the degrees of freedom that rests on.

    In units of chance alone for shares and rates. No degrees of freedom: chance alone is all there is to go by.
    """
    counts = judged(numerator, denominator, np.ones(np.shape(numerator), bool))
    top, size, known = _totals(numerator, denominator)
    value = _ratio(top, size, known)[:, None]
    weekly = np.divide(numerator, denominator, where=counts, out=np.zeros(counts.shape))
    weight = np.where(counts, denominator, 0.0)
    freedom = np.maximum(counts.sum(axis=1) - 1, 0)
    left = np.nansum(weight * (weekly - value) ** 2)
    flat = value[:, 0]
    chance = {Kind.SHARE: flat * (1 - flat), Kind.RATE: flat, Kind.MEAN: np.ones(len(flat))}[kind]
    room = float(np.nansum(freedom * chance))
    if kind is Kind.MEAN:
        return (float(np.sqrt(left / room)), int(freedom.sum())) if room else (np.nan, 0)
    phi = left / room if room > 0 else 0.0
    return (float(np.sqrt(phi)), int(freedom.sum())) if phi > 1 else (1.0, 0)


def _standard(size: np.ndarray, known: np.ndarray, kind: Kind, unit: float) -> np.ndarray:
    """The standard error on the stretched scale."""
    root = np.sqrt(size, where=known, out=np.full(size.shape, np.nan))
    return (unit if kind is Kind.MEAN else 0.5) / root


def _stretched(value: np.ndarray | float, kind: Kind) -> np.ndarray:
    """On a scale where chance makes the same difference at every height."""
    if kind is Kind.SHARE:
        return np.arcsin(np.sqrt(np.clip(value, 0, 1)))
    return np.sqrt(value) if kind is Kind.RATE else np.asarray(value)


def _unstretched(y: np.ndarray, kind: Kind) -> np.ndarray:
    if kind is Kind.SHARE:
        return np.sin(np.clip(y, 0, np.pi / 2)) ** 2
    return np.maximum(y, 0) ** 2 if kind is Kind.RATE else y


def _apart(attribute: np.ndarray, place: int) -> np.ndarray:
    """Squared distances from one school in robust spreads; that of a school picked at random where either is not known."""
    known = attribute[np.isfinite(attribute)]
    if not np.isfinite(attribute[place]):
        return np.full(len(attribute), AT_RANDOM)
    off = np.abs(known - np.median(known))
    # Median deviation, and the mean one where half the schools are equal; both as a normal's standard deviation.
    spread = 1.4826 * np.median(off) or np.sqrt(np.pi / 2) * off.mean()
    away = np.abs(attribute - attribute[place])
    return np.where(np.isfinite(attribute), (away / spread) ** 2 if spread else 0.0, AT_RANDOM)


def _ratio(top: np.ndarray, size: np.ndarray, known: np.ndarray) -> np.ndarray:
    return np.divide(top, size, where=known, out=np.full(top.shape, np.nan))
