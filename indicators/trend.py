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


class _Packing:
    """The weeks of each row that count, moved together to the left, so that neighbours are neighbours."""

    def __init__(self, mask: np.ndarray) -> None:
        count = mask.sum(axis=1)
        self.mask = mask
        self.slots = np.arange(count.max(initial=0)) < count[:, None]

    def pack(self, matrix: np.ndarray, empty: float | bool) -> np.ndarray:
        packed = np.full(self.slots.shape, empty)
        packed[self.slots] = matrix[self.mask]
        return packed


def judged(numerator: np.ndarray, denominator: np.ndarray, usable: np.ndarray) -> np.ndarray:
    """The weeks that count: usable, both numbers known, something to divide by."""
    known = np.isfinite(numerator) & np.isfinite(denominator)
    return usable & known & np.greater(denominator, 0, where=known, out=np.zeros_like(known))


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
    counted = judged(numerator, denominator, usable)
    first = baseline_weeks(counted, baseline, group)
    centre, reach, rests_on = (np.full(numerator.shape, np.nan) for _ in range(3))
    for weeks in stretches(group, numerator.shape[1]):
        inside, early = counted[:, weeks], first[:, weeks]
        middle, spread = _centre_and_spread(numerator[:, weeks], denominator[:, weeks], early, screen, over_gaps)
        enough = (inside.sum(axis=1) >= max(fewest, 2)) & np.isfinite(spread)
        size = denominator[:, weeks]
        drawable = enough[:, None] & (size > 0) & np.isfinite(size)
        centre[:, weeks] = np.where(drawable, middle[:, None], np.nan)
        width = np.sqrt(size, where=drawable, out=np.full(size.shape, np.nan))
        reach[:, weeks] = limit_factor * spread[:, None] / width
        rests_on[:, weeks] = np.where(early, size, 0.0).sum(axis=1, keepdims=True)
    near = NEAR_SHARE * reach
    return UsualRange(centre, centre - reach, centre + reach, centre - near, centre + near, group, rests_on)


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
    value = np.asarray(value, float)
    usable = usable & np.isfinite(value)
    found = np.zeros(value.shape, np.int8)
    for weeks in stretches(usual.group, value.shape[1]):
        packing = _Packing(usable[:, weeks])
        marks = {sign: _marks(sign, value, usual, weeks, packing, trend_rule) for sign in (1, -1)}
        code = np.zeros(packing.slots.shape, np.int8)
        for rule in (Signal.SEVEN_ON_ONE_SIDE, Signal.TWO_OF_THREE, Signal.TREND, Signal.OUTSIDE):
            for sign in (1, -1):
                if rule in marks[sign]:
                    code[marks[sign][rule]] = sign * rule
        found[:, weeks][packing.mask] = code[packing.slots]
    return found


def variation(signal: np.ndarray, usable: np.ndarray, better: str | np.ndarray, *,
              group: np.ndarray | None = None) -> np.ndarray:
    """What the last usable week of each series says; TOO_EARLY under WEEKS_BEFORE_LIMITS usable weeks.

    `usable` as `judged` returns it, or a week of unknown value counts as a quiet one. `group` as for usual_range.
    Where neither way is better a signal stays a signal, but the variation can only be STEADY.
    """
    toward = _at_last(np.sign(signal), usable, 0) * _direction(better)
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
                       screen: bool, over_gaps: bool) -> tuple[np.ndarray, np.ndarray]:
    """The pooled value, and the mean moving range as it would be at denominator 1, from the weeks in `early`."""
    packing = _Packing(early)
    top, size = packing.pack(numerator, 0.0), packing.pack(denominator, 1.0)
    value = top / size
    moved = np.abs(np.diff(value)) / np.sqrt((1 / size[:, 1:] + 1 / size[:, :-1]) / 2)
    counts = packing.slots[:, 1:]
    if not over_gaps:
        week = np.broadcast_to(np.arange(early.shape[1]), early.shape)
        counts = counts & (np.diff(packing.pack(week, 0)) == 1)
    spread = _mean(moved, counts)
    if screen:
        screened = _mean(moved, counts & (moved < SCREEN_FACTOR * spread[:, None]))
        # Where all but the dropped ranges are zero, a range of no width would flag every week: keep them all.
        spread = np.where(screened > RELATIVE_TOLERANCE * spread, screened, spread)
    return _divide(top.sum(axis=1), (size * packing.slots).sum(axis=1)), spread


def _marks(sign: int, value: np.ndarray, usual: UsualRange, weeks: slice, packing: _Packing,
           trend_rule: bool) -> dict[Signal, np.ndarray]:
    """Which usable weeks, moved together, each rule marks on one side."""
    centre, value = usual.centre[:, weeks], value[:, weeks]
    near, limit = (usual.near_upper, usual.upper) if sign > 0 else (usual.near_lower, usual.lower)
    slack = RELATIVE_TOLERANCE * np.abs(centre) + ABSOLUTE_TOLERANCE
    side, close, outside = (packing.pack(sign * (value - line) > slack, False)
                            for line in (centre, near[:, weeks], limit[:, weeks]))
    close &= ~outside
    two = _ends(side, NEAR_WEEKS) & _ends(close, NEAR_WEEKS, NEAR_NEEDED)
    marks = {Signal.OUTSIDE: outside, Signal.TWO_OF_THREE: close & _whole_run(two, NEAR_WEEKS),
             Signal.SEVEN_ON_ONE_SIDE: _whole_run(_ends(side, RUN_WEEKS), RUN_WEEKS)}
    if trend_rule:
        line = packing.pack(value, np.nan)
        moves = np.zeros(line.shape, bool)
        moves[:, 1:] = sign * np.diff(line) > RELATIVE_TOLERANCE * np.abs(line[:, 1:]) + ABSOLUTE_TOLERANCE
        marks[Signal.TREND] = _whole_run(_ends(moves, RUN_WEEKS - 1), RUN_WEEKS)
    return marks


def _ends(flags: np.ndarray, length: int, needed: int | None = None) -> np.ndarray:
    """The last of every `length` neighbours of which `needed` (or all) are flagged."""
    ends = np.zeros(flags.shape, bool)
    last = flags.shape[1] - length + 1
    if last > 0:
        flagged = sum(flags[:, start:start + last].astype(np.int8) for start in range(length))
        ends[:, length - 1:] = flagged >= (needed or length)
    return ends


def _whole_run(ends: np.ndarray, length: int) -> np.ndarray:
    whole = ends.copy()
    for back in range(1, min(length, ends.shape[1])):
        whole[:, :-back] |= ends[:, back:]
    return whole


def stretches(group: np.ndarray | None, weeks: int) -> Iterator[slice]:
    """The neighbouring weeks of one group; all weeks without groups."""
    edges = [] if group is None else np.flatnonzero(np.diff(group)) + 1
    starts = [0, *edges]
    yield from (slice(start, stop) for start, stop in zip(starts, [*edges, weeks]))


def weeks_so_far(usable: np.ndarray, group: np.ndarray | None) -> np.ndarray:
    """Usable weeks in the stretch that holds each series' last usable week."""
    so_far = np.zeros(usable.shape, int)
    for weeks in stretches(group, usable.shape[1]):
        so_far[:, weeks] = usable[:, weeks].cumsum(axis=1)
    return _at_last(so_far, usable, 0)


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
