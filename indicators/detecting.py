"""Has a series really changed? Evidence that grows week by week, from how far its newest weeks lie from what was known before them.

For each of the last weeks a change could have begun in, the odds are worked out that a lasting change of CHANGE spreads began there rather
than none; the evidence is the logarithm of their sum (Shiryaev 1963, Roberts 1966, in a window as Lai 1995). A week's evidence uses only weeks up to it.
"""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from indicators.peers import columns

CHANGE = 1.75               # spreads of a series' own noise: what the evidence is sharpest for; chosen by `python -m indicators planted`
BEGUN_WITHIN = 8            # weeks; an older change is the level by then, and stays on the agenda until somebody decides
MOVES_BETWEEN_YEARS = 0.7   # spreads: how far last year's level is trusted for this one; chosen likewise
OWN_COUNTS_AS = 40          # weeks: a school's own spread counts against what is usual for so large a school; chosen likewise
NO_EVIDENCE, CERTAIN = -50.0, 60.0
FAR = 3.0                   # spreads: a week further out does not make a school noisier
VERY_FAR = 10.0             # times the middle distance of an indicator's weeks: a typing error does not make everybody noisier
STAYS_ON = 0.5              # of the evidence that lit a light; so that it does not flicker
# Evidence reached by chance once in N series-weeks: CHANCE_AT + CHANCE_SLOPE * log(N), each with its part for autocorrelation. Fitted to what
# `python -m benchmarks.chance` prints; a series without an earlier year reaches so much more.
FIRST_YEAR = (0.1, 0.9)
CHANCE_AT, CHANCE_SLOPE = (-1.21, 1.02), (1.075, -0.26)
NOTICED_WITHIN = 4          # weeks
NOTICED_IN, NOTICED_SCORE = 0.8, 0.8416        # of cases, and the standard score below which so many lie
LATELY = 8                  # weeks a school's level of late is taken from, to see how far it strays from it
OFF_TAKEN = 5000            # weeks of some schools tell how far off weeks usually are; of more schools every so-many-th is taken
SCHOOLS_TO_TELL, CLEARLY = 10, 2.5     # a week's scatter is compared over so many schools, beyond what the middle of so many strays by chance
TINY = 1e-9
WIDEST = 1e3                # variance of a level nothing is known of
SMALL = np.float32


@dataclass(frozen=True)
class Noise:
    """The usual size of one week's noise at each place, and how alike neighbouring weeks are."""
    spread: np.ndarray          # (places, weeks)
    alike: float | np.ndarray   # lag-1 autocorrelation, shared by all schools of an indicator; or one of each place

    @property
    def inflation(self) -> np.ndarray:
        """How many times larger the variance of a long mean is than that of as many independent weeks."""
        return np.asarray((1 + self.alike) / (1 - self.alike), SMALL)

    def of_mean(self, weeks: int) -> np.ndarray:
        """The same for a mean of so many weeks."""
        alike, which = np.unique(self.alike, return_inverse=True)
        lags = np.arange(1, weeks)
        return (1 + 2 * (alike[:, None] ** lags * (1 - lags / weeks)).sum(-1)).astype(SMALL)[which].reshape(np.shape(self.alike))


def noise(gap: np.ndarray, exposure: np.ndarray, learned: np.ndarray) -> Noise:
    """Learned from the weeks `learned`: a part that stays and a part that falls with `exposure`, the same for all places, and a factor each.

    Borrowing from each other, sixteen noisy weeks of one school do not decide alone how noisy it is."""
    learned = columns(learned)
    counted = exposure > 0
    used = counted[:, learned]
    usual = np.where(used, exposure[:, learned], 0.0).sum() / used.sum() if used.any() else 1.0
    part = (usual / np.where(counted, exposure, usual)).astype(SMALL)
    early = gap[:, learned]
    there = used & np.isfinite(early)
    count = there.sum(1, keepdims=True).astype(SMALL)
    off = np.where(there, early, 0.0).astype(SMALL)
    off = np.where(there, off - off.sum(1, keepdims=True) / np.maximum(count, 1), 0.0)
    some = slice(None, None, 1 + off.size // OFF_TAKEN)            # of the schools; quantiles of all take long
    if there[some].any():
        usual_off, large_off = np.quantile(np.abs(off[some][there[some]]), (0.5, 0.95))     # where most weeks are all alike, only the second tells
        far = SMALL(VERY_FAR * max(usual_off, large_off / 2))
        off = np.clip(off, -far, far) if far > 0 else off
    known = there & (count > 2)
    square = off ** 2 * (count / np.maximum(count - 1, 1))
    if not (known & (square > 0)).any():
        return Noise(np.ones(gap.shape, SMALL), 0.0)
    stays, falls = _line(part[:, learned], square, known)
    model = stays + falls * part
    ratio = (known * square / model[:, learned]).sum(1)
    factor = (ratio + OWN_COUNTS_AS) / (known.sum(1) + OWN_COUNTS_AS)
    spread = np.sqrt(model * factor[:, None].astype(SMALL))
    return Noise(spread, _alike(off / spread[:, learned], there, count))


def with_restless_weeks(usual: Noise, gap: np.ndarray, learned: np.ndarray) -> Noise:
    """In a storm schools scatter more than they usually do: a week counts for less by as much as its middle school strays further.

    Only where it clearly does, and only where there are schools enough to tell."""
    gap = np.ascontiguousarray(gap.T)                                           # weeks first: several times as fast
    there = np.isfinite(gap)
    count, week = there.sum(1), np.arange(len(gap))
    enough = count >= SCHOOLS_TO_TELL
    if not (enough & learned).any():
        return usual
    summed, sent = (_summed(part) for part in (np.where(there, gap, 0.0), there))
    first = np.maximum(week - LATELY, 0)
    lately = (summed[:-1] - summed[first]) / np.maximum(sent[:-1] - sent[first], 1)
    ordered = np.sort(np.abs(gap - lately) / usual.spread.T, axis=1)            # NaN comes last; numpy's nanmedian takes ten times as long
    stray = np.where(enough, (ordered[week, (count - 1) // 2] + ordered[week, count // 2]) / 2, 1.0)
    ordinary = max(float(np.median(stray[enough & learned])), TINY)
    restless = np.where(ordinary > TINY, stray / ordinary, 1.0) / (1 + CLEARLY / np.sqrt(np.maximum(count, 1)))
    return Noise((usual.spread * np.where(enough, np.maximum(restless, 1.0), 1.0)).astype(SMALL), usual.alike)


def _line(x: np.ndarray, y: np.ndarray, known: np.ndarray) -> tuple[float, float]:
    """A straight line with no negative part, through what is known."""
    number = known.sum()
    middle_x, middle_y = float((x * known).sum() / number), float((y * known).sum() / number)
    away = (x - SMALL(middle_x)) * known
    slope = float((away * (y - SMALL(middle_y))).sum() / max((away ** 2).sum(), TINY))
    slope = float(np.clip(slope, 0, middle_y / middle_x))
    return max(middle_y - slope * middle_x, 1e-6 * middle_y), slope


def _alike(standard: np.ndarray, there: np.ndarray, count: np.ndarray) -> float:
    """Lag-1 autocorrelation over all places, without what taking off each one's mean takes away; between 0 and 0.8."""
    pairs = (there[:, 1:] & there[:, :-1]).sum()
    if not pairs:
        return 0.0
    together = np.einsum("pw,pw->", standard[:, 1:], standard[:, :-1]) / pairs
    usual = float(together / max(np.einsum("pw,pw->", standard, standard) / there.sum(), TINY))
    weeks = float(np.median(count))
    return float(np.clip(usual + (1 + 3 * usual) / max(weeks, 4), 0.0, 0.8))     # Kendall 1954


@dataclass(frozen=True)
class Evidence:
    """For and against a lasting change of each series as of each week of this year: matrices of (places, weeks)."""
    rise: np.ndarray
    fall: np.ndarray
    began: np.ndarray           # the week a change most likely began in, counted from this year's first
    size: np.ndarray            # the mean since then less the level before
    unsure: np.ndarray          # the standard error of that
    spread: np.ndarray          # the usual size of one ordinary week's noise, as known by then
    doubt: np.ndarray           # the variance of the level, in squared spreads
    level: np.ndarray           # what was known of the level before each week
    week: np.ndarray            # the week itself, drawn in where it lies very far out; NaN where there is no number


def evidence(gap: np.ndarray, usual: Noise, this_year: np.ndarray, *, at_most: float | np.ndarray = FAR) -> Evidence:
    """`this_year` are the weeks judged (bool, the last ones); those before them tell the level to expect. A NaN week adds nothing.

    One week counts `at_most` so many spreads, everywhere or at each place (a column): a single storm is no lasting change."""
    start = int(np.argmax(this_year)) if this_year.any() else gap.shape[1]
    there = np.isfinite(gap)
    ordinary = 1 / np.sqrt((1 / usual.spread[:, :max(start, BEGUN_WITHIN)] ** 2).mean(1, keepdims=True)).astype(SMALL)    # no week to come in it
    precision = ((ordinary / usual.spread) ** 2 * there).astype(SMALL)         # in ordinary weeks
    x = np.where(there, gap / ordinary, 0.0).astype(SMALL)
    before = precision[:, :start].sum(1)
    known = before > 0
    mean = (precision[:, :start] * x[:, :start]).sum(1) / np.where(known, before, 1)
    reach = np.asarray(at_most, SMALL) / np.sqrt(np.where(there, precision, 1.0))
    away = x[:, :start] - mean[:, None]
    mean += (precision[:, :start] * np.clip(away, -reach[:, :start], reach[:, :start])).sum(1) / np.where(known, before, 1)
    certainty = 1 / np.where(known, usual.inflation / np.where(known, before, 1) + MOVES_BETWEEN_YEARS ** 2, WIDEST)
    count = OWN_COUNTS_AS + there[:, :start].sum(1)
    x, precision, there, reach = (np.ascontiguousarray(part[:, start:].T) for part in (x, precision, there, reach))      # weeks first: twice as fast
    x, level, doubt = _level(x, precision, reach, mean, certainty, usual)
    factor = _own_factor(x, precision, there, level, doubt, count)
    rise, fall, began, size, unsure = _swept(x, precision, level, doubt, usual, factor)
    spread = ordinary.T * factor
    week = np.where(there, x, np.nan) * ordinary.T
    return Evidence(_held(rise, there).T, _held(fall, there).T, began.T, (size * spread).T, (unsure * spread).T, spread.T, doubt.T, (level * ordinary.T).T, week.T)


def _level(x: np.ndarray, precision: np.ndarray, reach: np.ndarray, mean: np.ndarray, certainty: np.ndarray, usual: Noise) -> tuple[np.ndarray, ...]:
    """Each week drawn in to within `reach` of the level known before it, and that level's mean and variance, in spreads: (weeks, places)."""
    level, sure, near = np.empty_like(x), np.empty_like(x), np.empty_like(x)
    total, precision = certainty * mean, precision / usual.inflation
    for week in range(len(x)):
        sure[week] = certainty
        level[week] = total / certainty
        near[week] = np.minimum(np.maximum(x[week], level[week] - reach[week]), level[week] + reach[week])
        total = total + precision[week] * near[week]
        certainty = certainty + precision[week]
    return near, level, 1 / sure


def _own_factor(x: np.ndarray, precision: np.ndarray, there: np.ndarray, level: np.ndarray, doubt: np.ndarray, count: np.ndarray) -> np.ndarray:
    """How much noisier each place is this year than was learned, by weeks too old to be part of a change that may have begun."""
    expected = 1 / np.where(there, precision, 1.0) + doubt
    square = np.minimum((x - level) ** 2 / expected, FAR ** 2) * there
    old = np.maximum(np.arange(len(there)) - BEGUN_WITHIN + 1, 0)
    return np.sqrt((count + _summed(square)[old]) / (count + _summed(there)[old])).astype(SMALL)


def _summed(part: np.ndarray) -> np.ndarray:
    """The sums of the weeks before each week, and of all: five times as fast as numpy's cumsum."""
    sums = np.zeros((len(part) + 1, part.shape[1]), SMALL)
    for week in range(len(part)):
        np.add(sums[week], part[week], out=sums[week + 1])
    return sums


def _swept(x: np.ndarray, precision: np.ndarray, level: np.ndarray, doubt: np.ndarray, usual: Noise, factor: np.ndarray) -> tuple[np.ndarray, ...]:
    """Every week against every beginning within the window, one length of change at a time for all weeks and places at once."""
    weeks = len(x)
    so_far, summed = _summed(precision), _summed(precision * x)
    rise, fall, best = (np.full(x.shape, start, SMALL) for start in (np.exp(NO_EVIDENCE), np.exp(NO_EVIDENCE), -np.inf))
    began, size, unsure = np.zeros(x.shape, np.int32), np.zeros(x.shape, SMALL), np.full(x.shape, np.inf, SMALL)
    week = np.arange(weeks, dtype=np.int32)[:, None]
    for length in range(1, min(BEGUN_WITHIN, weeks) + 1):
        now, first = slice(length - 1, weeks), slice(0, weeks - length + 1)
        sent = so_far[length:] - so_far[first]
        some = sent > TINY
        sent = np.maximum(sent, SMALL(TINY))
        moved = ((summed[length:] - summed[first]) / sent - level[first]) / factor[now]
        certain = usual.of_mean(length) / sent + doubt[first]
        weight = CHANGE / certain
        towards = np.minimum(np.maximum(weight * moved, -CERTAIN), CERTAIN)
        least = np.where(some, CHANGE / 2 * weight, np.inf)            # no evidence from weeks without a number
        odds, against = np.exp(towards), np.exp(-least)
        rise[now] += against * odds
        fall[now] += against / odds
        likeliest = np.abs(towards) - least
        likelier = likeliest > best[now]
        for kept, new in ((best, likeliest), (size, moved), (unsure, certain), (began, week[first])):
            kept[now] = np.where(likelier, new, kept[now])              # faster than copying in place
    return np.log(rise), np.log(fall), began, size, np.sqrt(unsure)


def _held(found: np.ndarray, there: np.ndarray) -> np.ndarray:
    """A week without a number leaves the evidence as it was."""
    held = np.where(there, found, SMALL(NO_EVIDENCE))
    for week in range(1, len(held)):
        np.copyto(held[week], held[week - 1], where=~there[week])
    return held


def threshold(one_in: float, alike: float, first_year: bool = False) -> float:
    """The evidence that a series in which nothing changes newly reaches once in so many weeks."""
    least, slope = CHANCE_AT[0] + CHANCE_AT[1] * alike, CHANCE_SLOPE[0] + CHANCE_SLOPE[1] * alike
    return least + slope * float(np.log(one_in)) + first_year * (FIRST_YEAR[0] + FIRST_YEAR[1] * alike)


def chance(found: float, alike: float) -> float:
    """In how many weeks of one series in which nothing changes chance alone gives so much evidence once: `threshold` the other way round."""
    least, slope = CHANCE_AT[0] + CHANCE_AT[1] * alike, CHANCE_SLOPE[0] + CHANCE_SLOPE[1] * alike
    return float(np.exp((found - least) / slope))


def lit(found: np.ndarray, over: float) -> np.ndarray:
    """The weeks a light is on: from the week its evidence exceeds `over` until it falls below a part of that."""
    stays, on = (np.ascontiguousarray(found.T > least) for least in (STAYS_ON * over, over))
    for week in range(1, len(on)):
        np.copyto(on[week], stays[week], where=on[week - 1])
    return on.T


def noticeable(spread: np.ndarray, doubt: np.ndarray, usual: Noise, over: float) -> np.ndarray:
    """From what `Evidence` says of spread and doubt: how large a lasting change would light within NOTICED_WITHIN weeks in NOTICED_IN of cases, in the series' unit, as of each week.

    The mean of that many weeks lies so far from the level that its odds alone exceed `over`, with chance to spare. Earlier beginnings find some
    sooner, weeks not received some later: about as much. Tried by `python -m benchmarks.noticing`."""
    variance = usual.of_mean(NOTICED_WITHIN) / NOTICED_WITHIN + doubt
    return spread * (over * variance / CHANGE + CHANGE / 2 + NOTICED_SCORE * np.sqrt(variance))
