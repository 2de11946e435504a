"""A made-up district whose every change is known: 40 schools, nine indicators, last year's 36 school weeks and this year's.

A weekly value is: the school's level + what everybody shares (season, wobble, storms, short weeks) + its own noise + what was planted.
Shares no code with what it tests. Numbers come from the project's facts where marked so; the rest are ours.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.planted_kinds import KINDS, LEVEL_OF_FIVE, LEVELS

FULL_WEEK = 5
SHORT_WEEKS = {1: 4, 6: 4, 11: 2, 18: 4, 23: 4, 31: 3}      # school week: days; six a year (facts)
UNEVEN_BREAK = 11                           # the short week that may have a day more
SEASON, SEASON_SHARE = 2.0, 0.10            # points (facts); a share of the usual value where the unit is not percent
WOBBLE, WOBBLE_SHARE = 0.6, 0.03            # sd of what everybody's week shares besides (facts: 0.8 with its storms)
STORMS, STORM_POINTS, STORM_SHARE = 3, (1.5, 5.0), (0.08, 0.25)     # a year, for everybody
LOCAL_STORMS = 2                            # a year, for one level of school
HOLIDAY_POINTS, HOLIDAY_SHARE = 0.5, 0.02   # lost for each day a short week lacks
DRIFT = 0.5                                 # sd of a school's level between the years, in sd of its own noise
BY_DAY = 0.5                                # the part of a school's own variance that shorter weeks average out less
GRADUAL_WEEKS = 4
MISSING_STARTS, MISSING_LENGTHS = 0.033, (0.6, 0.25, 0.15)  # spells of one to three weeks: 5 % of school-weeks
PARTLY = 0.03                               # of school-weeks: some days are not in yet, and those that are mislead
PARTLY_BIAS = (0.5, 1.5)                    # by how much, in sd of the school's own noise, either way


@dataclass(frozen=True)
class Change:
    """A wish: what to plant. `schools` None is everybody; `size` is in points of the unit or in sd of each school's own noise."""
    indicator: int
    schools: tuple[int, ...] | None
    week: int                       # of this year, from 0
    size: float
    in_sd: bool = True
    gradual: bool = False
    direction: int = -1             # -1 worsening, +1 improving


@dataclass(frozen=True)
class Planted:
    """The truth: what was planted. `points` and `sd` are means over its schools, both positive."""
    indicator: int
    schools: tuple[int, ...]
    reach: str                      # one school, caseload, everybody
    week: int
    points: float
    sd: float
    wished: tuple[float, str]       # the size as it was wished: (2.0, "sd")
    gradual: bool
    direction: int                  # as planted: a wish that does not fit between floor and ceiling is turned round


@dataclass(frozen=True)
class District:
    """Indicators × schools × weeks; the weeks are last year's followed by this year's. NaN where nothing was sent."""
    numerator: np.ndarray           # (indicators, schools, weeks of both years)
    denominator: np.ndarray         # the same; 1 for a count that has no exposure; 0 where nothing was to be counted
    expected: np.ndarray            # school days of the week, int8, the same shape
    received: np.ndarray            # of these, days that are in
    school_days: np.ndarray         # (weeks of both years,)
    year: np.ndarray                # (weeks of both years,): 0 last year, 1 this year
    level: np.ndarray               # (schools,) text
    caseload: np.ndarray            # (schools,) whole numbers: the director
    name: tuple[str, ...]           # of each indicator
    unit: tuple[str, ...]
    scale: np.ndarray               # (indicators,): value = scale * numerator / denominator
    better: np.ndarray              # (indicators,): +1 higher is better, -1 lower is
    target: np.ndarray              # (indicators,), as a value
    noise_sd: np.ndarray            # (indicators, schools): truth; own noise of an ordinary full week, as a value
    usual: np.ndarray               # (indicators, schools, weeks): truth; the week without own noise (a count: as if it were a full week)
    untouched: np.ndarray           # the same without what was planted
    week_sd: np.ndarray             # the same shape: truth; own noise of just that week, untouched
    planted: tuple[Planted, ...]    # truth

    @property
    def weeks(self) -> int:
        """School weeks of one year."""
        return len(self.year) // 2

    def value(self) -> np.ndarray:
        """Weekly values; NaN where nothing was sent or nothing was to be counted."""
        exposure = np.where(self.denominator > 0, self.denominator, np.nan)
        return self.scale[:, None, None] * self.numerator / exposure

    def unit_is(self, unit: str) -> np.ndarray:
        """Which indicators have this unit, shaped to stand beside values."""
        return np.array([one == unit for one in self.unit])[:, None, None]


def draw(seed: int, *, autocorrelation: float = 0.0, planted: Sequence[Change] = (), schools: int = 40, weeks: int = 36,
         tails: int | None = None) -> District:
    """One district. The same seed draws the same chance whatever is planted. `tails`: Student's degrees of freedom instead of normal."""
    chance = np.random.default_rng([seed, 4])
    days = _school_days(chance, weeks)
    kind = np.arange(schools) % 5
    level = np.array(LEVEL_OF_FIVE)[kind]
    exposure, ordinary = _exposures(chance, level, days)
    centre, week_sd = _levels(chance, level)
    noise_sd = np.sqrt(week_sd ** 2 + _counting_variance(centre, ordinary))
    this_year = centre + DRIFT * noise_sd * chance.standard_normal(centre.shape)
    usual = np.concatenate([np.repeat(year[..., None], weeks, 2) for year in (centre, _within_bounds(this_year))], 2)
    moves = _shared(chance, level, days)
    own = _own_noise(chance, (len(KINDS), schools, 2, weeks), autocorrelation, tails)
    expected, received, bias = _arrivals(chance, schools, days)
    truth = tuple(_fitting(change, usual[..., weeks:].mean(2), noise_sd) for change in planted)
    untouched = _moved(usual, moves)
    usual = _moved(usual + _effects(truth, noise_sd, weeks), moves) if truth else untouched
    share = received / expected
    numerator, denominator = _counts(usual, own, week_sd, exposure, share, days, bias * noise_sd[..., None])
    of_week = np.sqrt(sum(_variances(untouched, week_sd, np.where(_plain(), days / FULL_WEEK, exposure), days)))
    return District(numerator, denominator, expected, received, days, np.repeat([0, 1], weeks), np.array(LEVELS)[level],
                    np.arange(schools) // 5, tuple(k.name for k in KINDS), tuple(k.unit for k in KINDS),
                    _each("scale"), _each("better").astype(np.int8), _each("target"), noise_sd, usual, untouched, of_week, truth)


def _each(name: str) -> np.ndarray:
    return np.array([getattr(kind, name) for kind in KINDS], float)


def _plain() -> np.ndarray:
    """Which indicators are plain counts, without exposure."""
    return np.array([kind.counted == "nothing" for kind in KINDS])[:, None, None]


def _moved(usual: np.ndarray, moves: np.ndarray) -> np.ndarray:
    in_points = np.array([kind.shared_in_points for kind in KINDS])[:, None, None]
    return _within_bounds(np.where(in_points, usual + moves, usual * (1 + moves)))


def _within_bounds(usual: np.ndarray) -> np.ndarray:
    shape = (-1,) + (1,) * (usual.ndim - 1)
    return np.clip(usual, _each("floor").reshape(shape), _each("ceiling").reshape(shape))


def _school_days(chance: np.random.Generator, weeks: int) -> np.ndarray:
    """Short weeks return next year, one of them with a day more or not, and each year a storm closes two days."""
    years = np.full((2, weeks), FULL_WEEK)
    for year in years:
        for week, days in SHORT_WEEKS.items():
            if week < weeks:
                year[week] = days
        year[UNEVEN_BREAK:UNEVEN_BREAK + 1] += chance.integers(0, 2)
        year[chance.choice(np.flatnonzero(year == FULL_WEEK))] = 3
    return years.reshape(-1)


def _exposures(chance: np.random.Generator, level: np.ndarray, days: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What each week could be counted over, and that of an ordinary full week."""
    size = np.array([[150, 650], [350, 900], [600, 1500]])[level]         # students of a school, by level
    students = chance.integers(size[:, 0], size[:, 1] + 1).astype(float)
    absences = np.clip(students * chance.uniform(0.04, 0.07, students.shape), 8, 55)
    visits = chance.uniform(4, 11, students.shape)
    full = {"student-days": students * FULL_WEEK, "students": students, "absences": absences, "walkthroughs": visits,
            "class-periods": students / 21 * np.where(level == 0, 1, 6) * FULL_WEEK, "nothing": np.ones_like(students),
            "late arrivals": students * chance.uniform(0.1, 0.25, students.shape)}
    share, enrolled = days / FULL_WEEK, 1 + 0.01 * np.cumsum(chance.standard_normal((len(students), len(days))), 1) / np.sqrt(len(days))
    drawn = {"absences": chance.poisson(absences[:, None] * share), "walkthroughs": np.minimum(chance.poisson(visits[:, None] * share), 15),
             "late arrivals": chance.poisson(full["late arrivals"][:, None] * share)}
    drawn |= {"student-days": students[:, None] * FULL_WEEK * share * enrolled, "students": students[:, None] * enrolled,
              "class-periods": full["class-periods"][:, None] * share, "nothing": np.ones((len(students), len(days)))}
    return np.array([np.round(drawn[kind.counted]) for kind in KINDS]), np.array([full[kind.counted] for kind in KINDS])


def _levels(chance: np.random.Generator, level: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each school's usual value last year and its own weekly sd beyond counting."""
    centre = np.array([np.array(kind.centre)[level] + kind.between * chance.standard_normal(len(level)) for kind in KINDS])
    week_sd = np.array([chance.uniform(*kind.week_sd, len(level)) for kind in KINDS])
    return _within_bounds(centre), week_sd


def _counting_variance(usual: np.ndarray, exposure: np.ndarray) -> np.ndarray:
    """The variance of a value that comes from counting so few."""
    variance = np.empty(usual.shape)
    for i, kind in enumerate(KINDS):
        of_one = {"binomial": usual[i] * (100 - usual[i]), "poisson": usual[i] * kind.scale, "mean": kind.within ** 2}[kind.sampling]
        variance[i] = kind.design_effect * of_one / np.where(exposure[i] > 0, exposure[i], 1)
    return variance


def _shared(chance: np.random.Generator, level: np.ndarray, days: np.ndarray) -> np.ndarray:
    """What all schools' weeks share, (indicators, schools, weeks): points for percentages, shares of the value for the rest."""
    weeks, kinds = len(days) // 2, len(KINDS)
    unit = np.where([k.shared_in_points for k in KINDS], 1.0, 0.0)[:, None]
    size = unit * SEASON + (1 - unit) * SEASON_SHARE
    by_level = chance.uniform(0.85, 1.15, (kinds, len(LEVELS)))
    years = []
    for year in days.reshape(2, weeks):
        phase, swing = chance.normal(0, 1, (kinds, 1)), size * (1 + 0.1 * chance.standard_normal((kinds, 1)))
        season = swing * np.cos(2 * np.pi * (np.arange(weeks) - phase) / weeks)
        wobble = (unit * WOBBLE + (1 - unit) * WOBBLE_SHARE) * chance.standard_normal((kinds, weeks))
        holiday = (unit * HOLIDAY_POINTS + (1 - unit) * HOLIDAY_SHARE) * (FULL_WEEK - year)
        moved = season[:, None] * by_level[..., None] + (wobble - holiday)[:, None]
        storms = chance.choice(weeks, STORMS + LOCAL_STORMS, replace=False)
        for number, week in enumerate(storms):
            hurt = unit[:, 0] * chance.uniform(*STORM_POINTS, kinds) + (1 - unit[:, 0]) * chance.uniform(*STORM_SHARE, kinds)
            hit = slice(None) if number < STORMS else [chance.integers(len(LEVELS))]
            moved[:, hit, week] -= hurt[:, None]
        years.append(moved)
    better = _each("better")[:, None, None]
    return (better * np.concatenate(years, 2))[:, level]


def _own_noise(chance: np.random.Generator, shape: tuple[int, ...], autocorrelation: float, tails: int | None) -> np.ndarray:
    """Standard noise, lag-1 autocorrelation as given, a new start after the summer."""
    fresh = chance.standard_normal(shape)
    if tails:
        fresh *= np.sqrt((tails - 2) / chance.chisquare(tails, shape))
    for week in range(1, shape[-1]):
        fresh[..., week] = autocorrelation * fresh[..., week - 1] + np.sqrt(1 - autocorrelation ** 2) * fresh[..., week]
    return fresh.reshape(*shape[:2], -1)


def _arrivals(chance: np.random.Generator, schools: int, days: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Expected and received days, and by how much a partly received week misleads; indicators of one source arrive together."""
    sources = sorted({kind.source for kind in KINDS})
    shape = (len(sources), schools, len(days))
    starts = chance.random(shape) < MISSING_STARTS
    length = 1 + chance.choice(len(MISSING_LENGTHS), shape, p=MISSING_LENGTHS)
    missing = starts.copy()
    for late in range(1, len(MISSING_LENGTHS)):
        missing[..., late:] |= starts[..., :-late] & (length[..., :-late] > late)
    partly = ~missing & (chance.random(shape) < PARTLY)
    expected = np.broadcast_to(days, shape)
    received = np.where(missing, 0, np.where(partly, chance.integers(1, np.broadcast_to(expected, shape)), expected))
    bias = np.where(partly, chance.choice([-1, 1], shape) * chance.uniform(*PARTLY_BIAS, shape), 0.0)
    of = [sources.index(kind.source) for kind in KINDS]
    return expected[of].astype(np.int8), received[of].astype(np.int8), bias[of]


def _fitting(change: Change, usual: np.ndarray, noise_sd: np.ndarray) -> Planted:
    """The wish as it can be: turned round where the value would leave its floor or ceiling."""
    kind, i = KINDS[change.indicator], change.indicator
    schools = change.schools if change.schools is not None else tuple(range(usual.shape[1]))
    at = list(schools)
    points = change.size * noise_sd[i, at] if change.in_sd else np.full(len(at), float(change.size))
    moved = usual[i, at] + change.direction * kind.better * points
    direction = change.direction if ((moved >= kind.floor) & (moved <= kind.ceiling)).all() else -change.direction
    reach = "everybody" if change.schools is None else "one school" if len(at) == 1 else "caseload"
    return Planted(i, schools, reach, change.week, float(points.mean()), float((points / noise_sd[i, at]).mean()),
                   (change.size, "sd" if change.in_sd else "points"), change.gradual, direction)


def _effects(truth: Sequence[Planted], noise_sd: np.ndarray, weeks: int) -> np.ndarray:
    """What was planted, in value units, for every week of both years."""
    effect = np.zeros((*noise_sd.shape, 2 * weeks))
    for one in truth:
        at, size = list(one.schools), one.wished[0]
        points = size * noise_sd[one.indicator, at] if one.wished[1] == "sd" else np.full(len(at), size)
        since = np.arange(weeks) - one.week + 1
        grown = np.clip(since / GRADUAL_WEEKS, 0, 1) if one.gradual else (since > 0).astype(float)
        effect[one.indicator, at, weeks:] += one.direction * KINDS[one.indicator].better * points[:, None] * grown
    return effect


def _variances(usual: np.ndarray, week_sd: np.ndarray, exposure: np.ndarray, days: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of each week's value: the variance that counting so few brings, and the school's own."""
    return _counting_variance(usual, exposure), week_sd[..., None] ** 2 * (1 - BY_DAY + BY_DAY * FULL_WEEK / days)


def _counts(usual: np.ndarray, own: np.ndarray, week_sd: np.ndarray, exposure: np.ndarray, share: np.ndarray, days: np.ndarray,
            bias: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Whole numerators with the mean, variance and skewness of over-dispersed counts, so that the autocorrelation is that of the noise."""
    plain, gone = _plain(), share == 0
    in_days = np.where(gone, 1.0, days * share)
    denominator = np.where(plain, 1.0, np.where(share < 1, np.round(exposure * share), exposure))
    counted = np.where(plain, in_days / FULL_WEEK, denominator)             # a plain count is as large as its week is long
    counting, by_week = _variances(usual, week_sd, counted, in_days)
    scale, binomial = _each("scale")[:, None, None], np.array([kind.sampling == "binomial" for kind in KINDS])[:, None, None]
    lean = np.where(binomial, 1 - 2 * usual / 100, 1.0) * scale / np.maximum(counted, 0.1)
    skew = np.clip(lean * counting / (counting + by_week) ** 1.5, -1, 1)
    shaped = (own + skew / 6 * (own ** 2 - 1)) / np.sqrt(1 + skew ** 2 / 18)
    value = usual + bias + np.sqrt(counting + by_week) * shaped
    numerator = np.clip(np.round(value * counted / scale), 0, np.where(binomial, denominator, np.inf))
    return np.where(gone, np.nan, numerator), np.where(gone, np.nan, denominator)
