"""The usual range of a weekly number, and the weeks that left it: I-prime limits, NHS rules.

One row a series, one column a week, NaN where nothing is known. Only for weekly numbers: year-to-date
and rolling ones give false signals in nearly every series. Why so: docs/decisions/0003.
"""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum, StrEnum

import numpy as np

# Three standard deviations from the mean moving range, 3 / d2 with d2 = 2 / sqrt(pi) (Taylor 2018, I').
# The NHS rounds it to 2.66, qicharts2 to 3 / 1.128; their reference cases pass their own.
LIMIT_FACTOR = 1.5 * np.sqrt(np.pi)
# A moving range this many times the mean one is dropped, once, before limits (D4; Montgomery, NHS, qicharts2).
SCREEN_FACTOR = 3.267
NEAR_SHARE = 2 / 3              # "near a limit" begins here (NHS Making Data Count)
RUN_WEEKS = 7                   # on one side, or rising or falling (NHS Making Data Count)
NEAR_WEEKS, NEAR_NEEDED = 3, 2  # two of three near the same limit (NHS Making Data Count)
# Ours, DESIGN section 8: experts ask for 5 to 30 points; freezing on 12 tripled the false lights of the last week.
WEEKS_BEFORE_LIMITS = 6
WEEKS_BEFORE_SURE = 12
FREEZE_AFTER = 20
# The mean of fifteen 0.94s is not 0.94: what differs by less than this is equal.
RELATIVE_TOLERANCE, ABSOLUTE_TOLERANCE = 1e-9, 1e-12
AT_ONCE = 1000                  # series: so few stay in the processor's cache
BLANK_FIRST = ((0, 0), (1, 0))  # to pad a matrix with a column before its weeks


class Signal(IntEnum):
    """Why a week is unlike the usual, the first that applies in the order OUTSIDE, TREND, TWO_OF_THREE, SEVEN."""
    NONE = 0
    OUTSIDE = 1
    TWO_OF_THREE = 2
    SEVEN_ON_ONE_SIDE = 3
    TREND = 4                   # only with trend_rule=True, for the reference cases


class Variation(StrEnum):
    IMPROVING = "improving"
    WORSENING = "worsening"
    STEADY = "steady"
    TOO_EARLY = "too early"


class Assurance(StrEnum):
    """Whether the target will be met if nothing changes; NONE without a target, a direction or a range."""
    WILL_MEET = "will meet"
    MAY_MEET = "may meet"
    WILL_MISS = "will miss"
    NONE = "none"


@dataclass(frozen=True)
class UsualRange:
    """Matrices of (series, weeks), NaN where there is no range. Limits are not cut at 0 or 100 percent."""
    centre: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    near_lower: np.ndarray
    near_upper: np.ndarray
    group: np.ndarray | None = None     # as given to usual_range; rules restart where limits do
    rests_on: np.ndarray | None = None  # the denominators of the weeks the range was drawn from, added up


def judged(numerator: np.ndarray, denominator: np.ndarray, usable: np.ndarray) -> np.ndarray:
    """The weeks that count: usable, both numbers known, something to divide by."""
    return usable & np.isfinite(numerator) & np.isfinite(denominator) & (denominator > 0)


def usual_range(numerator: np.ndarray, denominator: np.ndarray, usable: np.ndarray, *,
                baseline: int | None = FREEZE_AFTER, screen: bool = True, group: np.ndarray | None = None,
                over_gaps: bool = True, limit_factor: float = LIMIT_FACTOR,
                fewest: int = WEEKS_BEFORE_LIMITS) -> UsualRange:
    """I-prime limits from the first `baseline` usable weeks (None: all), drawn at every week with a denominator.

    With equal denominators this is the XmR chart. A number without exposure has denominator 1; a mean has its
    weight. `group` numbers the weeks (an int each): limits start anew where it changes. A week that is not usable
    is skipped and its neighbours are compared; `over_gaps=False` does not compare them, as the NHS package does.
    """
    numerator, denominator, usable = np.broadcast_arrays(np.asarray(numerator, float),
                                                         np.asarray(denominator, float), usable)
    centre, lower, upper, near_lower, near_upper, rests_on = (np.empty(numerator.shape) for _ in range(6))
    for part in _parts(group, numerator.shape):
        top, size = numerator[part], denominator[part]
        counted = judged(top, size, usable[part])
        early = baseline_weeks(counted, baseline)
        middle, spread, exposure = _centre_and_spread(top, size, early, screen, over_gaps)
        enough = (counted.sum(axis=1) >= max(fewest, 2)) & np.isfinite(spread)
        drawable = enough[:, None] & (size > 0) & np.isfinite(size)
        centre[part] = line = np.where(drawable, middle[:, None], np.nan)
        reach = limit_factor * spread[:, None] / np.sqrt(np.where(drawable, size, np.nan))
        near = NEAR_SHARE * reach
        lower[part], upper[part], near_lower[part], near_upper[part] = line - reach, line + reach, line - near, line + near
        rests_on[part] = exposure[:, None]
    return UsualRange(centre, lower, upper, near_lower, near_upper, group, rests_on)


def baseline_weeks(counted: np.ndarray, baseline: int | None = FREEZE_AFTER, group: np.ndarray | None = None) -> np.ndarray:
    """The weeks a usual range is drawn from: of each stretch the first `baseline` that count, or all."""
    first = counted.copy()
    for weeks in stretches(group, counted.shape[1]) if baseline is not None else ():
        first[:, weeks] &= counted[:, weeks].cumsum(axis=1) <= baseline
    return first


def signals(value: np.ndarray, usual: UsualRange, usable: np.ndarray, *, trend_rule: bool = False) -> np.ndarray:
    """A Signal code for each week, positive above and negative below (for TREND: rising, falling).

    All weeks of a run are marked, not only its last. A week that is not usable is skipped: runs go on across it.
    """
    value, usable = np.broadcast_arrays(np.asarray(value, float), usable)
    found = np.zeros(value.shape, np.int8)
    for part in _parts(usual.group, value.shape):
        found[part] = _codes(value[part], usable[part], usual, part, trend_rule)
    return found


def variation(signal: np.ndarray, usable: np.ndarray, better: str | np.ndarray, *,
              group: np.ndarray | None = None) -> np.ndarray:
    """What the last usable week of each series says; TOO_EARLY under WEEKS_BEFORE_LIMITS usable weeks.

    `usable` as `judged` returns it, or a week of unknown value counts as a quiet one. `group` as for usual_range.
    Where neither way is better a signal stays a signal, but the variation can only be STEADY.
    """
    toward = np.sign(_at_last(signal, usable, 0)) * _direction(better)
    said = np.select([weeks_so_far(usable, group) < WEEKS_BEFORE_LIMITS, toward > 0, toward < 0], [0, 1, 2], 3)
    return np.array([Variation.TOO_EARLY, Variation.IMPROVING, Variation.WORSENING, Variation.STEADY], object)[said]


def provisional(usable: np.ndarray, *, group: np.ndarray | None = None) -> np.ndarray:
    """Series with a range that rests on few weeks: from WEEKS_BEFORE_LIMITS to under WEEKS_BEFORE_SURE."""
    weeks = weeks_so_far(usable, group)
    return (weeks >= WEEKS_BEFORE_LIMITS) & (weeks < WEEKS_BEFORE_SURE)


def trial(usable: np.ndarray, *, group: np.ndarray | None = None) -> np.ndarray:
    """Series with a range that each new week still moves: under FREEZE_AFTER weeks. From then on it is frozen."""
    weeks = weeks_so_far(usable, group)
    return (weeks >= WEEKS_BEFORE_LIMITS) & (weeks < FREEZE_AFTER)


def assurance(usual: UsualRange, usable: np.ndarray, target: float | np.ndarray | None,
              better: str | np.ndarray) -> np.ndarray:
    """The target against the range at each series' last usable week; a target on a limit may be met."""
    target = np.asarray(np.nan if target is None else target, float)
    lower, upper = (_at_last(limit, usable, np.nan) for limit in (usual.lower, usual.upper))
    slack = RELATIVE_TOLERANCE * np.abs(target) + ABSOLUTE_TOLERANCE
    toward = _direction(better)
    safe = np.where(lower - target > slack, 1, np.where(target - upper > slack, -1, 0)) * toward
    said = np.select([np.isnan(lower - target) | (toward == 0), safe > 0, safe < 0], [0, 1, 2], 3)
    return np.array([Assurance.NONE, Assurance.WILL_MEET, Assurance.WILL_MISS, Assurance.MAY_MEET], object)[said]


def _centre_and_spread(numerator: np.ndarray, denominator: np.ndarray, early: np.ndarray,
                       screen: bool, over_gaps: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The pooled value, the mean moving range as it would be at denominator 1, and the denominators added up, of the weeks in `early`."""
    count = early.sum(axis=1)[:, None]
    slots = np.arange(count.max(initial=0)) < count     # the weeks of each row moved to the left, so that neighbours are neighbours
    top, size = np.zeros(slots.shape), np.ones(slots.shape)
    top[slots], size[slots] = numerator[early], denominator[early]
    value = top / size
    moved = np.abs(np.diff(value)) / np.sqrt((1 / size[:, 1:] + 1 / size[:, :-1]) / 2)
    counts = slots[:, 1:]
    if not over_gaps:
        week = np.zeros(slots.shape, int)
        week[slots] = early.nonzero()[1]
        counts = counts & (np.diff(week) == 1)
    spread = _mean(moved, counts)
    if screen:
        screened = _mean(moved, counts & (moved < SCREEN_FACTOR * spread[:, None]))
        # Where all but the dropped ranges are zero, a range of no width would flag every week: keep them all.
        spread = np.where(screened > RELATIVE_TOLERANCE * spread, screened, spread)
    exposure = (size * slots).sum(axis=1)
    return _divide(top.sum(axis=1), exposure), spread, exposure


def _codes(value: np.ndarray, usable: np.ndarray, usual: UsualRange, part: tuple[slice, slice], trend_rule: bool) -> np.ndarray:
    """All usable weeks stand in one row, a blank one before each series: runs go on across a skipped week and end with their series.

    What a week lies beyond is one byte, a bit a line, as bytes are quickly put in a row.
    """
    centre = usual.centre[part]
    slack = RELATIVE_TOLERANCE * np.abs(centre) + ABSOLUTE_TOLERANCE
    above = (value - line > slack for line in (centre, usual.near_upper[part], usual.upper[part]))
    below = (line - value > slack for line in (centre, usual.near_lower[part], usual.lower[part]))
    far = sum(beyond.view(np.uint8) << bit for bit, beyond in enumerate((*above, *below)))
    counts = np.pad(usable & np.isfinite(value), BLANK_FIRST, constant_values=True)
    in_a_row = np.pad(far, BLANK_FIRST)[counts]
    line = np.pad(value, BLANK_FIRST, constant_values=np.nan)[counts] if trend_rule else None
    marks = {1: _marks(1, in_a_row & 7, line), -1: _marks(-1, in_a_row >> 3, line)}
    code = np.zeros(in_a_row.shape, np.int8)
    for rule in (Signal.SEVEN_ON_ONE_SIDE, Signal.TWO_OF_THREE, Signal.TREND, Signal.OUTSIDE):
        for sign in (1, -1):
            if rule in marks[sign]:
                code[marks[sign][rule]] = sign * rule
    found = np.zeros(counts.shape, np.int8)
    found[counts] = code
    return found[:, 1:]


def _marks(sign: int, far: np.ndarray, line: np.ndarray | None) -> dict[Signal, np.ndarray]:
    """Which weeks each rule marks on one side, by the bits of `far`: 1 beyond the centre, 2 near the limit or beyond it, 4 beyond it."""
    side, close, outside = far & 1 > 0, far & 6 == 2, far & 4 > 0
    two = _ends(side, NEAR_WEEKS) & _ends(close, NEAR_WEEKS, NEAR_NEEDED)
    marks = {Signal.OUTSIDE: outside, Signal.TWO_OF_THREE: close & _whole_run(two, NEAR_WEEKS),
             Signal.SEVEN_ON_ONE_SIDE: _whole_run(_ends(side, RUN_WEEKS), RUN_WEEKS)}
    if line is not None:
        moves = np.zeros(line.shape, bool)
        moves[1:] = sign * np.diff(line) > RELATIVE_TOLERANCE * np.abs(line[1:]) + ABSOLUTE_TOLERANCE
        marks[Signal.TREND] = _whole_run(_ends(moves, RUN_WEEKS - 1), RUN_WEEKS)
    return marks


def _ends(flags: np.ndarray, length: int, needed: int | None = None) -> np.ndarray:
    """The last of every `length` neighbours of which `needed` (or all) are flagged."""
    ends = np.zeros(flags.shape, bool)
    last = len(flags) - length + 1
    if last > 0:
        flagged = sum(flags[start:start + last].view(np.int8) for start in range(length))
        ends[length - 1:] = flagged >= (needed or length)
    return ends


def _whole_run(ends: np.ndarray, length: int) -> np.ndarray:
    whole = ends.copy()
    for back in range(1, length):
        whole[:-back] |= ends[back:]
    return whole


def _parts(group: np.ndarray | None, shape: tuple[int, int]) -> Iterator[tuple[slice, slice]]:
    """A matrix in parts: AT_ONCE series, and of these the weeks of one group."""
    for first in range(0, shape[0], AT_ONCE):
        for weeks in stretches(group, shape[1]):
            yield slice(first, first + AT_ONCE), weeks


def stretches(group: np.ndarray | None, weeks: int) -> Iterator[slice]:
    """The neighbouring weeks of one group; all weeks without groups."""
    edges = [] if group is None else np.flatnonzero(np.diff(group)) + 1
    starts = [0, *edges]
    yield from (slice(start, stop) for start, stop in zip(starts, [*edges, weeks]))


def weeks_so_far(usable: np.ndarray, group: np.ndarray | None) -> np.ndarray:
    """Usable weeks in the stretch that holds each series' last usable week."""
    so_far = np.zeros(len(usable), int)
    for weeks in stretches(group, usable.shape[1]):
        count = usable[:, weeks].sum(axis=1)
        so_far = np.where(count, count, so_far)
    return so_far


def _at_last(matrix: np.ndarray, usable: np.ndarray, otherwise: float) -> np.ndarray:
    if not usable.shape[1]:
        return np.full(len(usable), otherwise)
    last = usable.shape[1] - 1 - usable[:, ::-1].argmax(axis=1)
    return np.where(usable.any(axis=1), matrix[np.arange(len(usable)), last], otherwise)


def _direction(better: str | np.ndarray) -> np.ndarray:
    """1 where higher is better, -1 where lower is, 0 where neither."""
    better = np.asarray(better)
    signs = {"higher": 1, "lower": -1, "neither": 0}
    unknown = sorted(set(np.unique(better).tolist()) - signs.keys())
    if unknown:
        raise ValueError(f"better: there is no direction {unknown[0]!r}. Write higher, lower or neither.")
    return np.select([better == "higher", better == "lower"], [1, -1], 0)


def _mean(matrix: np.ndarray, mask: np.ndarray) -> np.ndarray:
    return _divide(np.where(mask, matrix, 0.0).sum(axis=1), mask.sum(axis=1))


def _divide(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    return np.divide(top, bottom, out=np.full(len(top), np.nan), where=bottom > 0)
