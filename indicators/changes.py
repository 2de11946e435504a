"""Which places have really changed: every place of one indicator at once, its gap to peers, the district's own movement, week by week."""
from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from indicators import peers
from indicators.detecting import BEGUN_WITHIN, Evidence, Noise, evidence, lit, noise, noticeable, threshold, with_restless_weeks

# Weeks of earlier years from which peers and noise are learned; with fewer, the first weeks of all take their place.
ENOUGH_HISTORY = 20
YEARS_BACK = 2
ONE_STORM = 2.0             # spreads one week of the whole district counts at most: it takes two weeks to light its light
ONE_WEEK = 4.0              # the same for a school
FULL_WEEK = 5
# Improvements have places of their own on the agenda; a quarter as many by chance, so that a light seldom points the wrong way.
OF_IMPROVEMENTS = 0.25
WHOLE_ONE_IN = 360          # weeks, ten school years, in which a district's own line lights up once by chance, each way
# Of the evidence that lights the district: it may be moving. Chosen by `python -m indicators planted`: with 0.5 a change for everybody is more
# often said only once, but single schools wait more often for nothing.
SUSPECTED = 0.65
# The district is compared with its same weeks a year ago. The second difference of a year's weeks leaves their noise times the root of six.
SECOND_DIFFERENCE, MEDIAN_TO_SPREAD = 6 ** 0.5, 1.4826
# Before there is such a week, it is compared with the middle of its last weeks. These follow the season, so neighbours are much alike, and one
# storm may light: nobody could tell it otherwise. Tried on New York's first year and on made-up districts without their last year.
LAST_WEEKS, FEWEST_LAST, FEWEST_TO_TELL = 16, 4, 12
ALIKE_IN_SEASON, ONE_STORM_ALONE = 0.7, 5.0


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
    over: float                 # the evidence a light for the worse needs
    noticeable: np.ndarray      # (schools + 1, weeks): the lasting change for the worse, in the indicator's unit, a school would show; no word for the district
    a_year_before: np.ndarray   # (weeks,), bool: the district is compared with its same week a year before; else with its last weeks


def found(numbers: Numbers, series: int, by_chance: float, better: int = 0) -> Found:
    """`series` are judged together and may show so many new lights for the worse a week `by_chance`, and OF_IMPROVEMENTS of that for the better.

    `better`: +1 where higher is better, -1 where lower is, 0 where neither: then both ways count as for the worse."""
    numbers = _of_late(numbers)
    this_year = numbers.year == numbers.year.max(initial=0)
    learned = learned_weeks(this_year)
    gap = peers.gaps(numbers.value, numbers.usable, learned, numbers.level, by_share=numbers.by_share)
    usual = noise(gap, np.where(numbers.usable, numbers.exposure, np.nan), learned)
    usual = with_restless_weeks(usual, gap, learned)
    known, a_year_before = _with_whole(numbers, gap, usual, this_year)
    one_in = {sign: series / by_chance / (OF_IMPROVEMENTS if sign == better else 1.0) for sign in (1, -1)}
    first_year = bool(this_year.all())
    rise, fall = (_lights(strength[:-1], strength[-1:], threshold(one_in[sign], usual.alike, first_year), threshold(WHOLE_ONE_IN, 0.0))
                  for sign, strength in ((1, known.rise), (-1, known.fall)))
    over = threshold(series / by_chance, usual.alike, first_year)
    said = noticeable(known.spread[:-1], known.doubt[:-1], usual, over)
    return Found(rise, fall, known, usual.alike, over, np.vstack([said, np.full((1, said.shape[1]), np.nan)]), a_year_before)


def _of_late(numbers: Numbers) -> Numbers:
    """Without weeks of more than YEARS_BACK years ago: what a school was like then says little of it now."""
    first = int(np.argmax(numbers.year >= numbers.year.max(initial=0) - YEARS_BACK))
    late = {name: part[..., first:] for name, part in vars(numbers).items() if name in ("value", "exposure", "usable", "whole", "year")}
    return replace(numbers, **late, last_year=np.maximum(numbers.last_year[first:] - first, -1))


def learned_weeks(this_year: np.ndarray) -> np.ndarray:
    """All weeks of earlier years and, where these are fewer than ENOUGH_HISTORY, this year's first."""
    return ~this_year | (np.arange(len(this_year)) < ENOUGH_HISTORY)


def _with_whole(numbers: Numbers, gap: np.ndarray, usual: Noise, this_year: np.ndarray) -> tuple[Evidence, np.ndarray]:
    """The evidence of each school and last of the district: against its same weeks last year and, before the first of these, against its own
    last weeks; and which weeks of this year are which."""
    before = np.where(numbers.last_year >= 0, numbers.whole[numbers.last_year], np.nan)
    moved = np.where(this_year, numbers.whole - before, np.nan)
    earlier = numbers.whole[~this_year]
    rough = np.diff(earlier[np.isfinite(earlier)], 2)
    spread = MEDIAN_TO_SPREAD * np.median(np.abs(rough)) / SECOND_DIFFERENCE * 2 ** 0.5 if len(rough) > 2 else np.nan
    whole, its_usual = _one_row(moved, spread)
    all_rows = Noise(np.vstack([usual.spread, its_usual]), np.append(np.full(len(gap), usual.alike), 0.0))
    at_most = np.append(np.full(len(gap), ONE_WEEK), ONE_STORM)[:, None]
    known = evidence(np.vstack([gap, whole]), all_rows, this_year, at_most=at_most)
    a_year_before = np.logical_or.accumulate(np.isfinite(moved))[this_year] & bool(np.isfinite(spread) and spread > 0)
    if a_year_before.all():
        return known, a_year_before
    since = _since_last_weeks(numbers.whole, numbers.year)
    usual_size = next((size for weeks in (learned_weeks(this_year), this_year) if (size := _middle(since[weeks])) > 0), np.nan)
    alone, its_usual = _one_row(since, usual_size)
    told = evidence(alone, Noise(its_usual, ALIKE_IN_SEASON), this_year, at_most=ONE_STORM_ALONE)
    return Evidence(*(np.vstack([part[:-1], np.where(a_year_before, part[-1:], other)])
                      for part, other in zip(vars(known).values(), vars(told).values(), strict=True))), a_year_before


def _since_last_weeks(whole: np.ndarray, year: np.ndarray) -> np.ndarray:
    """Each week less the middle of the LAST_WEEKS known before it in its year; NaN where these are fewer than FEWEST_LAST."""
    since = np.full(len(whole), np.nan)
    for week in np.flatnonzero(np.isfinite(whole)):
        last = whole[:week][(year[:week] == year[week]) & np.isfinite(whole[:week])][-LAST_WEEKS:]
        since[week] = whole[week] - np.median(last) if len(last) >= FEWEST_LAST else np.nan
    return since


def _middle(since: np.ndarray) -> float:
    """How far the middle week strays, as a spread; 0 where too few are known or none ever strayed."""
    known = since[np.isfinite(since)]
    return MEDIAN_TO_SPREAD * float(np.median(np.abs(known))) if len(known) >= FEWEST_TO_TELL else 0.0


def _one_row(moved: np.ndarray, spread: float) -> tuple[np.ndarray, np.ndarray]:
    """One series and the usual size of its weeks, as matrices; without any week where that size is not known."""
    known = np.isfinite(spread) and spread > 0
    return (moved if known else np.full(len(moved), np.nan))[None], np.full((1, len(moved)), spread if known else 1.0)


def _lights(schools: np.ndarray, whole: np.ndarray, over: float, over_whole: float) -> np.ndarray:
    """A change that hits everybody is said once: schools' lights that begin about when the district's does are part of it.

    While the district may be moving, new lights of schools wait until that is clear."""
    ours, all_of_us = lit(schools, over), lit(whole, over_whole)
    shown = ours.copy()
    new = ours & ~np.pad(ours, ((0, 0), (1, 0)))[:, :-1]
    for first, stop in stretches((whole[0] > SUSPECTED * over_whole) | all_of_us[0]):
        turned = first + int(np.argmax(all_of_us[0, first:stop])) if all_of_us[0, first:stop].any() else stop
        sure = turned < stop
        since, until = (max(0, turned - BEGUN_WITHIN // 2), turned + BEGUN_WITHIN + 1) if sure else (first, stop)
        for school, begun in np.argwhere(new[:, since:until]) + [0, since]:
            last = begun + int(np.argmin(np.append(ours[school, begun:], False)))
            shown[school, begun if begun >= first else turned:min(last, stop)] = False
    return np.vstack([shown, all_of_us])


def stretches(on: np.ndarray) -> list[tuple[int, int]]:
    """First week and the one after the last of each stretch of weeks that are on."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], on, [False]]).astype(int)))
    return [*zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)]
