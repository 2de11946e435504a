"""What lights are worth, whoever lit them: noise on the agenda, changes found and how soon, wrong directions, one line for everybody.

Lights are whole numbers, (indicators, schools, this year's weeks): +1 improving, -1 worsening, 0 none. A further row of schools, when there
is one, is the district's own light. A signal is new when the week before did not show it.
"""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.planted_district import District, Planted

WITHIN = (1, 2, 3, 4, 6, 8)
WATCHED = WITHIN[-1]                # weeks after a change in which a signal counts as its own


@dataclass(frozen=True)
class Find:
    """What became of one planted change at one school, or (school None) at the district as a whole."""
    planted: Planted
    school: int | None
    weeks: float                    # 1 when found in the change's first week; infinity when not found
    against: bool                   # a new light in the opposite direction, while the change was watched
    alone: bool = True              # for the district: at most one school lit up on its own beside it
    lit_schools: int = 0            # for the district: schools with a new light of their own, in its direction


def new_signals(lights: np.ndarray) -> np.ndarray:
    """The weeks in which a light begins, with its direction; 0 elsewhere."""
    before = np.concatenate([np.zeros_like(lights[..., :1]), lights[..., :-1]], -1)
    return np.where(lights != before, lights, 0)


def touched(district: District, rows: int) -> np.ndarray:
    """Series-weeks that something planted moves; any change of an indicator moves its district row."""
    schools = district.noise_sd.shape[1]
    moved = np.zeros((len(district.name), rows, district.weeks), bool)
    for one in district.planted:
        moved[one.indicator, list(one.schools), one.week:] = True
        moved[one.indicator, schools:, one.week:] = True
    return moved


def noise(lights: np.ndarray, district: District) -> np.ndarray:
    """New signals on each weekly agenda that nothing planted explains, as if all series had been left alone."""
    free = ~touched(district, lights.shape[1])
    return ((new_signals(lights) != 0) & free).sum((0, 1)) * free[..., 0].size / np.maximum(free.sum((0, 1)), 1)


def finds(lights: np.ndarray, district: District) -> list[Find]:
    """Each planted change at each of its schools; one that hits everybody once, at the district."""
    schools, found = district.noise_sd.shape[1], []
    begins = new_signals(lights)
    for one in district.planted:
        if one.reach == "everybody":
            found.append(_of_everybody(one, lights, begins, schools))
        else:
            found += [_find(one, school, lights[one.indicator, school], begins[one.indicator, school]) for school in one.schools]
    return found


def _find(one: Planted, school: int | None, lights: np.ndarray, begins: np.ndarray) -> Find:
    """Found by a signal in its direction that begins in or after its first week; a light already on does not count."""
    since = begins[one.week:]
    right = np.flatnonzero(since == one.direction)
    lit_before = one.week > 0 and lights[one.week - 1] == one.direction
    weeks = np.inf if lit_before or not len(right) else float(right[0] + 1)
    return Find(one, school, weeks, bool((since[:WATCHED] == -one.direction).any()))


def _of_everybody(one: Planted, lights: np.ndarray, begins: np.ndarray, schools: int) -> Find:
    at_schools = int((begins[one.indicator, :schools, one.week:one.week + WATCHED] == one.direction).any(-1).sum())
    if lights.shape[1] == schools:                          # a rule that knows schools only
        return Find(one, None, np.inf, False, False, at_schools)
    whole = _find(one, None, lights[one.indicator, schools], begins[one.indicator, schools])
    return Find(one, None, whole.weeks, whole.against, at_schools <= 1, at_schools)


@dataclass(frozen=True)
class Share:
    """Of some planted changes: how many, the share found within so many weeks, the median weeks to find, the share lit the wrong way."""
    changes: int
    within: dict[int, float]
    median_weeks: float             # infinity when half or more were not found
    wrong: float


def share(of: Iterable[Find]) -> Share:
    some = list(of)
    weeks = np.array([find.weeks for find in some])
    if not some:
        return Share(0, dict.fromkeys(WITHIN, np.nan), np.nan, np.nan)
    return Share(len(some), {n: float((weeks <= n).mean()) for n in WITHIN}, float(np.sort(weeks)[(len(weeks) - 1) // 2]),
                 float(np.mean([find.against for find in some])))


def drops(found: Sequence[Find], sd: float, *, reach: str = "one school", gradual: bool = False, direction: int = -1) -> list[Find]:
    """The changes of one size (as wished, in sd of own noise), reach and shape."""
    return [find for find in found if find.planted.wished == (sd, "sd") and find.planted.reach == reach
            and find.planted.gradual == gradual and find.planted.direction == direction]


@dataclass(frozen=True)
class Everybody:
    """Changes that hit everybody: found at the district within eight weeks, told once, school lights beside it."""
    changes: int
    found: float
    once: float
    school_lights: float            # mean number of schools lit on their own


def everybody(found: Sequence[Find]) -> Everybody:
    whole = [find for find in found if find.planted.reach == "everybody"]
    if not whole:
        return Everybody(0, np.nan, np.nan, np.nan)
    seen = [find.weeks <= WATCHED for find in whole]
    once = [is_seen and find.alone for is_seen, find in zip(seen, whole, strict=True)]
    return Everybody(len(whole), float(np.mean(seen)), float(np.mean(once)), float(np.mean([find.lit_schools for find in whole])))


def busy_weeks(signals_per_week: np.ndarray, at_most: int = 3) -> float:
    """Share of weekly agendas with more noise signals than this."""
    return float((signals_per_week > at_most).mean())
