"""From weekly numbers to judged points and one status a series, for every place of one indicator at once."""
from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from indicators import seasons, small_counts, trend, year_to_date
from indicators.coverage import worst_and_best
from indicators.definition import Definition
from indicators.trend import Signal, UsualRange

# A week with less of its school-days than this is drawn but not judged: what is missing could change the verdict.
ENOUGH_ARRIVED = 0.6
FRIDAY = timedelta(days=4)
A_YEAR, BEGAN_ALIKE = timedelta(weeks=52), timedelta(weeks=3)
USUAL, OPEN = "usual", "open"


@dataclass(frozen=True)
class Weeks:
    """The school weeks up to the as-of date, oldest first, and what is known of each."""
    mondays: list[date]
    settled_for: list[int]          # school days since the week's last one
    complete: list[bool]            # no school day of the week is still to come
    last_year: list[int]            # position of the same school-week last year, -1 where there is none
    year: list[int] = field(default_factory=list)       # school year; without any, all weeks are of one
    number: list[int] = field(default_factory=list)     # the same for the same school-week of every year
    coming: int | None = None       # school weeks of this year still to come; None where nobody knows

    @property
    def years(self) -> np.ndarray:
        return np.array(self.year or [0] * len(self.mondays), int)

    @property
    def this_year(self) -> np.ndarray:
        """The weeks of the newest school year."""
        return self.years == self.years.max(initial=0)


@dataclass(frozen=True)
class Series:
    """Weekly numbers of one indicator: a row a place, a column a week, NaN where there is none."""
    places: list[tuple[str, str]]           # kind, place
    numerator: np.ndarray
    denominator: np.ndarray
    expected: np.ndarray
    received: np.ndarray
    percentages: np.ndarray                 # bool: from percentages, for want of counts

    @property
    def value(self) -> np.ndarray:
        return np.divide(self.numerator, self.denominator, out=np.full(self.numerator.shape, np.nan),
                         where=np.nan_to_num(self.denominator) > 0)


def dense(places: list[tuple[str, str]], weekly: pa.Table, weeks: Weeks) -> Series:
    """Spread the rows (kind, place, week, …) over a matrix; weeks after the as-of date fall away."""
    row_of = {place: i for i, place in enumerate(places)}
    column_of = {monday: i for i, monday in enumerate(weeks.mondays)}
    rows = np.array([row_of.get(pair, -1) for pair in zip(weekly["kind"].to_pylist(), weekly["place"].to_pylist(), strict=True)], int)
    columns = np.array([column_of.get(week, -1) for week in weekly["week"].to_pylist()], int)
    keep = (rows >= 0) & (columns >= 0)
    here = rows[keep], columns[keep]

    def spread(name: str, empty: float) -> np.ndarray:
        matrix = np.full((len(places), len(weeks.mondays)), empty)
        matrix[here] = weekly[name].to_numpy(zero_copy_only=False)[keep]
        return matrix

    percentages = np.zeros((len(places), len(weeks.mondays)), bool)
    percentages[here] = np.array(weekly["measure"].to_pylist(), object)[keep] == "percentages"
    return Series(places, spread("numerator", np.nan), spread("denominator", np.nan), spread("expected", 0), spread("received", 0), percentages)


def usable_weeks(definition: Definition, series: Series, weeks: Weeks) -> np.ndarray:
    """The weeks that may be judged: settled, mostly arrived, with enough to divide by, and all of counts or all of percentages."""
    settled = np.array(weeks.complete, bool) & (np.array(weeks.settled_for, int) >= definition.settles_after_school_days)
    arrived = series.received >= ENOUGH_ARRIVED * series.expected
    enough = np.nan_to_num(series.denominator) >= np.where(series.percentages, 1, definition.min_denominator)
    usable = trend.judged(series.numerator, series.denominator, settled & arrived & enough)
    return usable & (series.percentages == _newest(series.percentages, usable))


def _newest(percentages: np.ndarray, usable: np.ndarray) -> np.ndarray:
    """Whether the newest usable week of each series is of percentages: a range over both kinds would mix them in one number."""
    last = usable.shape[1] - 1 - np.argmax(usable[:, ::-1], axis=1) if usable.shape[1] else np.zeros(len(usable), int)
    return np.take_along_axis(percentages, last[:, None], axis=1) if usable.shape[1] else percentages


def judge(definition: Definition, series: Series, weeks: Weeks) -> tuple[dict[str, np.ndarray], list[dict]]:
    """Points (a matrix a column) and a status for every place of one indicator. Values are in the indicator's unit."""
    usable, value = usable_weeks(definition, series, weeks), series.value
    counted = usable if definition.judged else np.zeros_like(usable)
    group = _stretch_of(definition, weeks)
    usual, few = _usual_range(definition, series, counted, group)
    signal = _without_ceiling_runs(trend.signals(value, usual, counted), value, counted)
    signal = np.where(few & (np.abs(signal) != Signal.OUTSIDE), 0, signal)
    scale = 100.0 if definition.unit == "percent" else 1.0
    low, high = _worst_and_best(definition, series)
    pairs = value, np.array(weeks.last_year, int), usable, weeks.years
    difference, size = seasons.paired(*pairs)
    end = _year_end(definition, series, weeks)
    said = {"variation": trend.variation(signal, counted, definition.better, group=group), "provisional": trend.provisional(counted, group=group),
            "trial": trend.trial(counted, group=group), "assurance": trend.assurance(usual, counted, _share(definition.target, scale), definition.better),
            "paired_usual": size * scale if definition.judged else np.full(len(size), np.nan),
            "year_end_low": end[0] * scale, "year_end_high": end[1] * scale}
    points = {"value": value * scale, "numerator": series.numerator, "denominator": series.denominator,
              "expected": series.expected, "received": series.received,
              "lower": _bounded(usual.lower, definition) * scale, "upper": _bounded(usual.upper, definition) * scale, "centre": usual.centre * scale,
              "signal": signal.astype(float), "usable": usable.astype(float), "last_year": _last_year(value, weeks) * scale,
              "percentages": series.percentages.astype(float), "low": low * scale, "high": high * scale,
              "could_vanish": _could_vanish(signal, usual, low, high).astype(float), "few": few.astype(float),
              "baseline": np.broadcast_to(group.astype(float), value.shape), "paired": difference * scale,
              "paired_beyond": seasons.beyond(*pairs, size).astype(float) * definition.judged,
              "season": seasons.profile(value, weeks.years, np.array(weeks.number or range(len(weeks.mondays)), int), usable) * scale}
    return points, [_status(i, definition, points, series, weeks, said) for i in range(len(series.places))]


def _stretch_of(definition: Definition, weeks: Weeks) -> np.ndarray:
    """For each week, how many times the usual range has started anew up to it."""
    return np.array([sum(baseline.since <= monday for baseline in definition.new_baselines) for monday in weeks.mondays], int)


def _usual_range(definition: Definition, series: Series, counted: np.ndarray, group: np.ndarray) -> tuple[UsualRange, np.ndarray]:
    """I-prime limits, and exact ones for the stretches (the second matrix) whose first weeks have few cases: see docs/decisions/0003."""
    usual = trend.usual_range(series.numerator, series.denominator, counted, group=group)
    few = np.zeros(counted.shape, bool)
    first = trend.baseline_weeks(counted, group=group)
    shares = definition.unit == "percent"
    for weeks in trend.stretches(group, counted.shape[1]) if definition.of_cases else ():
        early, cases = first[:, weeks], series.numerator[:, weeks]
        whole = ~np.where(early, series.percentages[:, weeks] | (cases != np.round(cases)), False).any(axis=1)
        rare = small_counts.mostly_few(cases, series.denominator[:, weeks] if shares else None, early)
        few[:, weeks] = (whole & rare)[:, None]
    some = few.any(axis=1)
    if not some.any():
        return usual, few
    part = replace(usual, **{name: getattr(usual, name)[some] for name in ("centre", "lower", "upper", "near_lower", "near_upper", "rests_on")})
    exact = small_counts.exact_range(part, series.denominator[some], shares=shares)
    for name in ("lower", "upper", "near_lower", "near_upper"):
        matrix = getattr(usual, name)
        matrix[some] = np.where(few[some], getattr(exact, name), matrix[some])
    return usual, few


def _share(target: float | None, scale: float) -> float | None:
    return None if target is None else target / scale


def _worst_and_best(definition: Definition, series: Series) -> tuple[np.ndarray, np.ndarray]:
    """What each week's share will lie between once everything has come; a count has no such bounds."""
    if definition.unit != "percent":
        return np.full(series.numerator.shape, np.nan), np.full(series.numerator.shape, np.nan)
    return worst_and_best(series.numerator, series.denominator, series.expected, series.received)


def _could_vanish(signal: np.ndarray, usual: UsualRange, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Signals that what is still missing could take away: the week may end on the other side of the line that made it one."""
    def reached(edge: np.ndarray, outside: np.ndarray, near: np.ndarray, sign: int) -> np.ndarray:
        line = np.select([np.abs(signal) == Signal.OUTSIDE, np.abs(signal) == Signal.TWO_OF_THREE], [outside, near], usual.centre)
        return (np.sign(signal) == sign) & (sign * (edge - line) <= trend.ABSOLUTE_TOLERANCE)
    return reached(low, usual.upper, usual.near_upper, 1) | reached(high, usual.lower, usual.near_lower, -1)


def _year_end(definition: Definition, series: Series, weeks: Weeks) -> tuple[np.ndarray, np.ndarray]:
    """Between which two numbers a year to date will end, eight times in ten; NaN for any other, and where it is too early to say."""
    if not definition.to_date or weeks.coming is None:
        return np.full(len(series.places), np.nan), np.full(len(series.places), np.nan)
    alone = {name: year_to_date.added(np.where(np.isfinite(series.numerator), getattr(series, name), np.nan), weeks.years)
             for name in ("numerator", "denominator", "expected", "received")}
    if not definition.denominator:
        alone["denominator"] = np.where(np.isfinite(alone["numerator"]), 1.0, np.nan)
    usable = usable_weeks(replace(definition, min_denominator=1), replace(series, **alone), weeks)
    now = weeks.this_year
    end = year_to_date.ends(alone["numerator"][:, now], alone["denominator"][:, now], usable[:, now], weeks.coming, count=not definition.denominator)
    return end.lower[:, 0], end.upper[:, 0]


def _without_ceiling_runs(signal: np.ndarray, value: np.ndarray, usable: np.ndarray) -> np.ndarray:
    """Drop runs on one side at a value that at least half of the series' weeks share: nearly always 100 % is not improving.

    The rule compares with the mean, which a single bad week pulls away from the value most weeks have.
    """
    known = np.where(usable, value, np.nan)
    middle = np.array([np.median(row[~np.isnan(row)]) if (~np.isnan(row)).any() else np.nan for row in known])[:, None]
    with np.errstate(invalid="ignore"):
        shared = (np.abs(known - middle) <= trend.RELATIVE_TOLERANCE).sum(axis=1) * 2 >= usable.sum(axis=1)
        same = np.abs(value - middle) <= trend.RELATIVE_TOLERANCE
    return np.where(same & shared[:, None] & (np.abs(signal) == trend.Signal.SEVEN_ON_ONE_SIDE), 0, signal)


def _bounded(limit: np.ndarray, definition: Definition) -> np.ndarray:
    """A usual range is shown within what is possible: never below zero, a percentage never above 100."""
    return np.clip(limit, 0, 1 if definition.unit == "percent" else None)


def _last_year(value: np.ndarray, weeks: Weeks) -> np.ndarray:
    """The value of the same school-week a year before, NaN where there is none."""
    at = np.array(weeks.last_year, int)
    return np.where(at >= 0, value[:, at], np.nan) if len(at) else value


def _status(row: int, definition: Definition, points: dict[str, np.ndarray], series: Series, weeks: Weeks, said: dict) -> dict:
    """The newest week with a value, and what the newest judged week says."""
    known = np.flatnonzero(np.isfinite(points["value"][row]))
    judged = np.flatnonzero(points["usable"][row])
    kind, place = series.places[row]
    if not len(known):
        return {"indicator": definition.name, "kind": kind, "place": place}
    last = known[-1]
    at = judged[-1] if len(judged) else last
    stretch = points["baseline"][row]
    judged = judged[stretch[judged] == stretch[at]]
    run = _weeks_running(points["signal"][row, judged])
    names = ("value", "numerator", "denominator", "expected", "received", "last_year")
    number = {name: _or_none(points[name][row, last]) for name in names}
    judged_number = {f"judged_{name}": _or_none(points[name][row, at]) for name in names}
    usual = {name: _or_none(points[name][row, at]) for name in ("lower", "upper", "centre", "low", "high", "paired", "season")}
    usual |= {name: _or_none(said[name][row]) for name in ("paired_usual", "year_end_low", "year_end_high")}
    anew = definition.new_baselines[int(stretch[at]) - 1] if stretch[at] else None
    return {"indicator": definition.name, "kind": kind, "place": place, "week": weeks.mondays[last], "judged_week": weeks.mondays[at],
            **number, **judged_number, **usual, "signal": int(points["signal"][row, at]), "run": run,
            "open": not bool(points["usable"][row, last]), "complete": weeks.complete[last], "percentages": bool(series.percentages[row, last]),
            "judged_percentages": bool(series.percentages[row, at]),
            "variation": str(said["variation"][row]) if definition.judged else "", "provisional": bool(said["provisional"][row]),
            "assurance": str(said["assurance"][row]) if definition.judged else "none", "weeks": len(judged),
            "trial": bool(said["trial"][row]), "few": bool(points["few"][row, at]), "could_vanish": bool(points["could_vanish"][row, at]) and str(said["variation"][row]) in (trend.Variation.IMPROVING, trend.Variation.WORSENING),
            "paired_beyond": bool(points["paired_beyond"][row, at]),
            "baseline_since": anew and anew.since, "baseline_why": anew and anew.why}


def _weeks_running(signal: np.ndarray) -> int:
    """For how many judged weeks in a row, up to the newest, the signal has pointed the same way."""
    if not len(signal) or signal[-1] == 0:
        return 0
    other = np.flatnonzero(np.sign(signal) != np.sign(signal[-1]))
    return len(signal) - (other[-1] + 1 if len(other) else 0)


def _or_none(number: float) -> float | None:
    return None if np.isnan(number) else float(number)


def weeks_up_to(as_of: date, school_weeks: list[tuple[date, int, int, date]], school_days: list[date]) -> Weeks:
    """The school weeks begun by the as-of date, from rows (week, year, number, last day)."""
    begun = [row for row in school_weeks if row[0] <= as_of]
    position = {row[0]: i for i, row in enumerate(begun)}
    passed = np.array([d for d in school_days if d <= as_of], "datetime64[D]")
    since = [int((passed > np.datetime64(last)).sum()) for *_, last in begun]
    # Where no calendar tells of days to come, a week long past is settled all the same.
    long_ago = [as_of - last > timedelta(days=14) for *_, last in begun]
    settled = [99 if old else n for n, old in zip(since, long_ago, strict=True)]
    # Without a calendar nobody knows on a Wednesday that Tuesday was not the week's last school day.
    over = [n > 0 or max(last, week + FRIDAY) < as_of for n, (week, *_, last) in zip(since, begun, strict=True)]
    return Weeks([row[0] for row in begun], settled, over, [position.get(_same_week_last_year(row, school_weeks), -1) for row in begun],
                 [row[1] for row in begun], _numbers(begun), _coming(as_of, begun, school_weeks))


def _coming(as_of: date, begun: list[tuple[date, int, int, date]], school_weeks: list[tuple[date, int, int, date]]) -> int | None:
    """School weeks of this year after the as-of date: by the calendar; without one as many as last year had."""
    year = max((row[1] for row in begun), default=None)
    if ahead := [row for row in school_weeks if row[1] == year and row[0] > as_of]:
        return len(ahead)
    last_year = [row[0] for row in begun if year is not None and row[1] == year - 1]
    return sum(week + A_YEAR > as_of for week in last_year) if last_year else None


def _numbers(begun: list[tuple[date, int, int, date]]) -> list[int]:
    """A number for each week that the same school-week of every year shares: `_same_week_last_year` over all years."""
    first = {year: min(week for week, other, *_ in begun if other == year) for year in sorted({row[1] for row in begun}, reverse=True)}
    shift, later = {}, None
    for year, week in first.items():
        apart = 0 if later is None else (first[later] - A_YEAR * (later - year) - week).days
        shift[year] = shift.get(later, 0) - (apart // 7 if abs(apart) > BEGAN_ALIKE.days or later is not None and later - year > 1 else 0)
        later = year
    return [number + shift[year] for _, year, number, _ in begun]


def _same_week_last_year(row: tuple[date, int, int, date], school_weeks: list[tuple[date, int, int, date]]) -> date:
    """The week of the same number a year before; 52 weeks before where the two years did not begin alike."""
    week, year, number, _ = row
    first = {y: min(w for w, z, *_ in school_weeks if z == y) for y in (year, year - 1) if any(z == y for _, z, *_ in school_weeks)}
    if year - 1 in first and abs(first[year] - first[year - 1] - A_YEAR) <= BEGAN_ALIKE:
        return first[year - 1] + timedelta(weeks=number - 1)
    return week - A_YEAR
