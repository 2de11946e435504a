"""From weekly numbers to judged points and one status a series, for every place of one indicator at once."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from indicators import trend
from indicators.definition import Definition

# A week with less of its school-days than this is drawn but not judged: what is missing could change the verdict.
ENOUGH_ARRIVED = 0.6
FRIDAY = timedelta(days=4)
USUAL, OPEN = "usual", "open"


@dataclass(frozen=True)
class Weeks:
    """The school weeks up to the as-of date, oldest first, and what is known of each."""
    mondays: list[date]
    settled_for: list[int]          # school days since the week's last one
    complete: list[bool]            # no school day of the week is still to come
    last_year: list[int]            # position of the same school-week last year, -1 where there is none


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
    scale = 100.0 if definition.unit == "percent" else 1.0
    usual = trend.usual_range(series.numerator, series.denominator, usable)
    signal = trend.signals(value, usual, usable)
    signal = _without_ceiling_runs(signal, value, usable)
    if not definition.judged:
        signal, usable_for_range = np.zeros_like(signal), np.zeros_like(usable)
    else:
        usable_for_range = usable
    drawn = np.isfinite(usual.centre) & usable_for_range.any(axis=1, keepdims=True)
    target = None if definition.target is None else definition.target / scale
    said = {"variation": trend.variation(signal, usable_for_range, definition.better),
            "provisional": trend.provisional(usable_for_range),
            "assurance": trend.assurance(usual, usable_for_range, target, definition.better)}
    last_year = _last_year(value, weeks)
    points = {"value": value * scale, "numerator": series.numerator, "denominator": series.denominator,
              "expected": series.expected, "received": series.received,
              "lower": np.where(drawn, _bounded(usual.lower, definition) * scale, np.nan),
              "upper": np.where(drawn, _bounded(usual.upper, definition) * scale, np.nan),
              "centre": np.where(drawn, usual.centre * scale, np.nan), "signal": signal.astype(float),
              "usable": usable.astype(float), "last_year": last_year * scale, "percentages": series.percentages.astype(float)}
    return points, [_status(i, definition, points, series, weeks, said) for i in range(len(series.places))]


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
    run = _weeks_running(points["signal"][row, judged])
    names = ("value", "numerator", "denominator", "expected", "received", "last_year")
    number = {name: _or_none(points[name][row, last]) for name in names}
    judged_number = {f"judged_{name}": _or_none(points[name][row, at]) for name in names}
    usual = {name: _or_none(points[name][row, at]) for name in ("lower", "upper", "centre")}
    return {"indicator": definition.name, "kind": kind, "place": place, "week": weeks.mondays[last], "judged_week": weeks.mondays[at],
            **number, **judged_number, **usual, "signal": int(points["signal"][row, at]), "run": run,
            "open": not bool(points["usable"][row, last]), "complete": weeks.complete[last], "percentages": bool(series.percentages[row, last]),
            "judged_percentages": bool(series.percentages[row, at]),
            "variation": str(said["variation"][row]) if definition.judged else "", "provisional": bool(said["provisional"][row]),
            "assurance": str(said["assurance"][row]) if definition.judged else "none", "weeks": len(judged)}


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
    return Weeks([row[0] for row in begun], settled, over,
                 [position.get(_same_week_last_year(row, school_weeks), -1) for row in begun])


def _same_week_last_year(row: tuple[date, int, int, date], school_weeks: list[tuple[date, int, int, date]]) -> date:
    """The week of the same number a year before; 52 weeks before where the two years did not begin alike."""
    week, year, number, _ = row
    first = {y: min(w for w, z, *_ in school_weeks if z == y) for y in (year, year - 1) if any(z == y for _, z, *_ in school_weeks)}
    if year - 1 in first and abs((first[year] - first[year - 1]).days - 364) <= 21:
        return first[year - 1] + timedelta(weeks=number - 1)
    return week - timedelta(weeks=52)
