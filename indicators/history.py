"""The weeks behind a standing: short lines for pictures, the long one for the chart, and the parts of a sum."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from data.calendar import year_of
from indicators.definition import EXPECTED, Definition, NewBaseline
from indicators.standing import Standing
from indicators.view import CASELOAD, SCHOOL, View, kept

# A scale shared by all schools leaves the outermost weeks out, or one storm would flatten every line;
# the chart of a school that has them stretches to them.
SCALE_HOLDS = (0.02, 0.98)
SUMMER = timedelta(weeks=12)    # a usual range begun anew in it begins with the year drawn

Key = tuple[str, str, str]      # indicator, kind, place
Numbers = tuple[float | None, ...]


@dataclass(frozen=True)
class Line:
    """The last weeks of one indicator at one place, up to its newest judged week; None where nothing came."""
    values: Numbers
    lower: Numbers
    upper: Numbers


@dataclass(frozen=True)
class History:
    """Every school week of one or more years: value, how it is drawn, usual range, the same week a year before.

    Between `low` and `high` a week can still end while school-days are missing. In the weeks of `begun` the usual range starts anew.
    """
    weeks: tuple[date, ...]
    values: Numbers
    states: tuple[str | None, ...]
    lower: Numbers
    upper: Numbers
    last_year: Numbers
    low: Numbers = ()
    high: Numbers = ()
    begun: tuple[NewBaseline, ...] = ()

    @property
    def known(self) -> list[date]:
        """The weeks with a number, newest first."""
        return [week for week, value in zip(self.weeks, self.values, strict=True) if value is not None][::-1]


@dataclass(frozen=True)
class Part:
    """What one school adds to a number of several."""
    school: str
    numerator: float
    denominator: float
    value: float


@dataclass(frozen=True)
class Sum:
    """The parts of a district's or caseload's number in one week. Schools that sent percentages only cannot be added."""
    parts: tuple[Part, ...]
    left_out: int


def lines(view: View, standings: Sequence[Standing], weeks: int) -> dict[Key, Line]:
    """A line for each standing over the same last school weeks."""
    return _lines(view, tuple((standing.key, standing.week) for standing in standings), weeks) if standings else {}


@kept
def _lines(view: View, newest: tuple[tuple[Key, date], ...], weeks: int) -> dict[Key, Line]:
    until = dict(newest)
    last = max(until.values())
    mondays = [week for (week,) in view.tables.rows("select week from week where week <= ? order by week desc limit ?", last, weeks)][::-1]
    at = {week: position for position, week in enumerate(mondays)}
    matrix = {key: [[None] * len(mondays) for _ in range(3)] for key in until}
    rows = view.tables.rows("""select indicator, kind, place, week, value, lower, upper from point
        where week between ? and ? and indicator in (select unnest(?::varchar[])) and place in (select unnest(?::varchar[]))""",
                            mondays[0], last, list({key[0] for key in until}), list({key[2] for key in until}))
    for *key, week, value, lower, upper in rows:
        if week <= until.get(tuple(key), date.min):
            for numbers, number in zip(matrix[tuple(key)], (value, lower, upper), strict=True):
                numbers[at[week]] = number
    return {key: Line(*map(tuple, found)) for key, found in matrix.items()}


def scales(drawn: Mapping[Key, Line]) -> dict[str, tuple[float, float]]:
    """For each indicator the scale on which all of these lines can be compared."""
    known: dict[str, list[float]] = {}
    for (indicator, *_), line in drawn.items():
        known.setdefault(indicator, []).extend(n for numbers in (line.values, line.lower, line.upper) for n in numbers if n is not None)
    return {indicator: (min(numbers), max(numbers)) for indicator, numbers in known.items() if numbers}


@kept
def scale(view: View, indicator: str) -> tuple[float, float] | None:
    """The scale of one indicator's charts, the same for every school."""
    low, high = view.tables.rows("""select quantile_cont(value, ?), quantile_cont(value, ?) from point
        where indicator = ? and kind = 'school'""", *SCALE_HOLDS, indicator)[0]
    return None if low is None else (low, high)


def history(view: View, definition: Definition, place: str, years: int, kind: str = SCHOOL) -> History:
    """The school weeks of the newest school year with a number, and of the years before it."""
    rows = view.tables.rows(f"""
        with mine as (select * from point where indicator = ? and kind = ? and place = ?),
        newest as (select max({year_of('week')}) as year from mine where value is not null)
        select w.week, value, state, lower, upper, last_year, low, high from week w left join mine using (week), newest
        where {year_of('w.week')} between newest.year - ? and newest.year order by w.week""", definition.name, kind, place, years - 1)
    if not rows:
        return History((), (), (), (), (), ())
    drawn = History(*zip(*rows))
    if definition.covered_by == EXPECTED:       # it is itself the share that came
        drawn = replace(drawn, low=(), high=())
    return replace(drawn, begun=tuple(one for one in definition.new_baselines if drawn.weeks[0] - SUMMER <= one.since <= drawn.weeks[-1]))


def at_week(view: View, standing: Standing, week: date) -> Standing:
    """The same indicator and place with the number of another week; what was judged stays as it is."""
    found = view.tables.rows("""select week, value, numerator, denominator, expected, received, last_year, percentages > 0 from point
        where indicator = ? and kind = ? and place = ? and week = ? and value is not null""", *standing.key, week)
    names = ("week", "value", "numerator", "denominator", "expected", "received", "last_year", "percentages")
    return replace(standing, **dict(zip(names, found[0], strict=True))) if found else standing


def added_up(view: View, standing: Standing) -> Sum:
    """The schools that a district's or caseload's number is the sum of, largest first."""
    theirs = "" if standing.kind != CASELOAD else "and s.director = ?"
    rows = view.tables.rows(f"""select s.label, p.numerator, p.denominator, p.value, p.percentages > 0 from point p
        join school s on s.school_id = p.place where p.indicator = ? and p.kind = 'school' and p.week = ? and p.value is not null {theirs}
        order by p.denominator desc, s.label""", standing.definition.name, standing.week, *([standing.place] if theirs else []))
    mine = [Part(*part) for *part, percentages in rows if percentages == standing.percentages]
    return Sum(tuple(mine), len(rows) - len(mine))
