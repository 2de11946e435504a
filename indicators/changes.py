"""Which places have really changed: every place of one indicator at once, its gap to peers, the district's own movement, week by week."""
from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from indicators import detecting, peers
from indicators.detecting import Evidence, evidence, lit, noise, threshold

# Weeks of earlier years from which peers and noise are learned; with fewer, the first weeks of all take their place.
ENOUGH_HISTORY = 20
YEARS_BACK = 2
ONE_STORM = 2.0             # spreads one week of the whole district counts at most: it takes two weeks to light its light
ONE_WEEK = 4.0              # the same for a school
FULL_WEEK = 5
# The district is compared with its same weeks a year ago. The second difference of a year's weeks leaves their noise times the root of six.
SECOND_DIFFERENCE, MEDIAN_TO_SPREAD = 6 ** 0.5, 1.4826


@dataclass(frozen=True)
class Numbers:
    """One indicator at many schools and in the whole district: weeks of earlier years, then this year's. Values in the indicator's unit."""
    value: np.ndarray           # (schools, weeks)
    exposure: np.ndarray        # what the value was counted over, or the days that arrived
    usable: np.ndarray
    whole: np.ndarray           # (weeks,): the district's value
    year: np.ndarray            # (weeks,): the school year of each
    last_year: np.ndarray       # (weeks,): where the same school-week stands a year before, -1 where it does not
    level: np.ndarray           # (schools,): what peers are alike in
    by_share: bool              # peers move by a share of their level, as counts do


@dataclass(frozen=True)
class Found:
    """The lights of one indicator in this year's weeks, and the evidence they rest on. The last row is the whole district's."""
    rise: np.ndarray            # (schools + 1, weeks), bool
    fall: np.ndarray
    evidence: Evidence
    alike: float
    over: float                 # the evidence a light needs


def found(numbers: Numbers, series: int, by_chance: float) -> Found:
    """`series` are judged together and may show so many new lights a week `by_chance`, in each direction."""
    numbers = _of_late(numbers)
    this_year = numbers.year == numbers.year.max(initial=0)
    learned = learned_weeks(this_year)
    gap = peers.gaps(numbers.value, numbers.usable, learned, numbers.level, by_share=numbers.by_share).gap
    usual = noise(gap, np.where(numbers.usable, numbers.exposure, np.nan), learned)
    of_schools = evidence(gap, usual, this_year, at_most=ONE_WEEK)
    over = threshold(series / by_chance, usual.alike)
    of_all, over_all = _whole(numbers, this_year, series / by_chance)
    rise, fall = (np.vstack([lit(one, over), lit(other, over_all)])
                  for one, other in ((of_schools.rise, of_all.rise), (of_schools.fall, of_all.fall)))
    both = Evidence(*(np.vstack([one, other]) for one, other in zip(vars(of_schools).values(), vars(of_all).values(), strict=True)))
    return Found(_own(rise), _own(fall), both, usual.alike, over)


def _of_late(numbers: Numbers) -> Numbers:
    """Without weeks of more than YEARS_BACK years ago: what a school was like then says little of it now."""
    first = int(np.argmax(numbers.year >= numbers.year.max(initial=0) - YEARS_BACK))
    late = {name: part[..., first:] for name, part in vars(numbers).items() if name in ("value", "exposure", "usable", "whole", "year")}
    return replace(numbers, **late, last_year=np.maximum(numbers.last_year[first:] - first, -1))


def learned_weeks(this_year: np.ndarray) -> np.ndarray:
    """All weeks of earlier years and, where these are fewer than ENOUGH_HISTORY, this year's first."""
    return ~this_year | (np.arange(len(this_year)) < ENOUGH_HISTORY)


def _whole(numbers: Numbers, this_year: np.ndarray, one_in: float) -> tuple[Evidence, float]:
    """The district against its same weeks last year; where there is no last year, against its own earlier weeks."""
    before = np.where(numbers.last_year >= 0, numbers.whole[numbers.last_year], np.nan)
    paired = numbers.whole - before
    compared = np.isfinite(paired[this_year]).sum() * 2 > np.isfinite(numbers.whole[this_year]).sum()
    moved = np.where(this_year, paired if compared else numbers.whole, np.nan)
    earlier = numbers.whole[~this_year] if compared else numbers.whole[this_year][:ENOUGH_HISTORY]
    rough = np.diff(earlier[np.isfinite(earlier)], 2)
    spread = MEDIAN_TO_SPREAD * np.median(np.abs(rough)) / SECOND_DIFFERENCE * (2 ** 0.5 if compared else 1) if len(rough) > 2 else np.nan
    known = np.isfinite(spread) and spread > 0
    usual = detecting.Noise(np.full((1, len(moved)), spread if known else 1.0), 0.0)
    return evidence((moved if known else np.full(len(moved), np.nan))[None], usual, this_year, at_most=ONE_STORM), threshold(one_in, 0.0)


def _own(lights: np.ndarray) -> np.ndarray:
    """Schools' lights that begin about when the district's does are part of it: a change that hits everybody is said once."""
    schools, whole = lights[:-1], lights[-1]
    begins = np.flatnonzero(np.diff(whole, prepend=False))
    begins = [week for week in begins if whole[week]]
    hidden = schools.copy()
    for week in begins:
        around = slice(max(0, week - detecting.BEGUN_WITHIN // 2), week + detecting.BEGUN_WITHIN + 1)
        new = schools & ~np.pad(schools, ((0, 0), (1, 0)))[:, :-1]
        for school in np.flatnonzero(new[:, around].any(1)):
            first = np.flatnonzero(new[school, around])[0] + around.start
            last = first + int(np.argmin(np.append(schools[school, first:], False)))
            hidden[school, max(first, week):last] = False
    return np.vstack([hidden, whole[None]])
