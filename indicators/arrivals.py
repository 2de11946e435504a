"""Which school has sent what, week by week, from a view: what is missing, whom to ask, what it holds up. Plain text."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pyarrow as pa

from indicators.chart_tables import coverage_table
from indicators.phrases import count_words, listed, sentence_case, week_words, weekday_words
from indicators.view import View, kept
from indicators.words import number, several, uncapital

WEEKS = 12
SCHOOLS_DRAWN = 40
ASKED = 30               # lines of what to ask for
DAYS_NAMED = 3           # up to so many missing days are named one by one
SCHOOLS_NAMED = 3
# The newest weeks in which anything was owed, and the schools of one senior director or of all.
NEWEST = f"(select distinct week from coverage order by week desc limit {WEEKS})"
THESE = f"""coverage c join school s using (school_id)
    where c.week in {NEWEST} and ($1::varchar is null or s.director = $1)"""


@dataclass(frozen=True)
class Gap:
    """What one school has not sent of one kind of spreadsheet, over the weeks looked at."""
    source: str
    school_id: str
    school: str
    principal: str
    missing: tuple[date, ...]


@dataclass(frozen=True)
class Arrivals:
    """What came and what did not, of the weeks and schools looked at. The newest and largest gap comes first."""
    weeks: tuple[date, ...]
    schools: int
    expected: int
    received: int
    gaps: tuple[Gap, ...]
    sources: tuple[str, ...]        # kinds of spreadsheet that were expected

    @property
    def schools_with_gaps(self) -> int:
        return len({gap.school_id for gap in self.gaps})

    @property
    def sources_with_gaps(self) -> list[str]:
        return [source for source in self.sources if source in {gap.source for gap in self.gaps}]


@dataclass(frozen=True)
class Grid:
    """One kind of spreadsheet, school by week, as `charts.coverage_grid` draws it; what it shows as a sentence; who found no room."""
    label: str
    table: pa.Table
    alt: str
    left_out: int


@kept
def arrivals(view: View, director: str | None) -> Arrivals:
    """The last school weeks of one caseload, or of the district."""
    weeks = [week for (week,) in view.tables.rows(f"select week from {NEWEST} order by week")]
    totals = view.tables.rows(f"""select count(distinct school_id), coalesce(sum(expected), 0)::bigint,
        coalesce(sum(received), 0)::bigint from {THESE}""", director)[0]
    sources = [name for (name,) in view.tables.rows(f"select distinct source from {THESE} order by 1", director)]
    gaps = view.tables.rows(f"""select source, school_id, any_value(s.label), coalesce(any_value(s.principal), ''),
        flatten(list(missing order by week) filter (where missing is not null)) as days from {THESE}
        group by source, school_id having sum(received) < sum(expected) order by max(missing[-1]) desc, len(days) desc, 3""", director)
    return Arrivals(tuple(weeks), *totals, tuple(Gap(*gap[:-1], tuple(gap[-1])) for gap in gaps), tuple(sources))


@kept
def grid(view: View, director: str | None, source: str, everyone: bool) -> Grid:
    """The picture of one kind of spreadsheet: every school, or those that owe most of any kind, so that rows compare."""
    rows = view.tables.rows(f"""
        with owing as (select school_id, sum(c.expected - c.received) as days from {THESE} and c.received < c.expected group by 1),
        placed as (select school_id, label, count(*) over () as schools,
                row_number() over (order by case when not $2 then days end desc, label) as place
            from school s left join owing using (school_id) where ($1::varchar is null or director = $1) and ($2 or days > 0))
        select p.label, w.week, c.received, c.expected, p.schools
        from placed p cross join {NEWEST} w left join coverage c on c.school_id = p.school_id and c.week = w.week and c.source = $3
        where place <= {SCHOOLS_DRAWN} order by p.label, w.week""", director, everyone, source)
    columns = [[row[at] for row in rows] for at in range(4)]
    left_out = max((rows[0][4] if rows else 0) - SCHOOLS_DRAWN, 0)
    label = label_of(view, source)
    return Grid(label, coverage_table(*columns), f"{label}, school by week: {_in_a_word(arrivals(view, director), source)}.", left_out)


def _in_a_word(found: Arrivals, source: str) -> str:
    owing = [gap.school for gap in found.gaps if gap.source == source]
    if not owing:
        return "everything came"
    return f"{owing[0]} has not sent everything" if len(owing) == 1 else f"{several(len(owing), 'school')} have not sent everything"


def answer(view: View, found: Arrivals) -> str:
    """Who owes data for the newest week, in one sentence."""
    newest = found.weeks[-1]
    when = f"the {week_words(newest, view.as_of)}"
    owing: dict[str, list[str]] = {}
    for gap in found.gaps:
        if days := sum(day >= newest for day in gap.missing):
            owing.setdefault(gap.school, []).append(f"{in_short(gap.source)}, {several(days, 'day')}")
    if not owing:
        return f"Everything that was due for {when} has come."
    said = f"{sentence_case(several(len(owing), 'school owes', 'schools owe'))} data for {when}"
    if len(owing) > SCHOOLS_NAMED:
        return f"{said}."
    return f"{said}: {listed([f'{school} ({listed(what)})' for school, what in owing.items()])}."


def told(found: Arrivals) -> str:
    """How much came over all the weeks, and who is not drawn because nothing is missing."""
    share = number(100 * found.received / found.expected, "percent") if found.expected else number(100, "percent")
    rest = found.schools - found.schools_with_gaps
    others = f" {sentence_case(several(rest, 'school has', 'schools have'))} sent everything." if found.gaps and rest else ""
    return f"Over {several(len(found.weeks), 'week')} {share} of what we expect has come.{others}"


def missing_words(gap: Gap, seen_from: date) -> str:
    """Thu 19 Nov and Fri 20 Nov; five days, week of 9 Nov; or 12 days in 4 weeks, the last on Fri 20 Nov."""
    if len(gap.missing) <= DAYS_NAMED:
        return listed([weekday_words(day, seen_from) for day in gap.missing])
    weeks = {day - timedelta(days=day.weekday()) for day in gap.missing}
    if len(weeks) == 1:
        return f"{several(len(gap.missing), 'day')}, {week_words(min(weeks), seen_from)}"
    return f"{count_words(len(gap.missing), 'day')} in {count_words(len(weeks), 'week')}, the last on {weekday_words(gap.missing[-1], seen_from)}"


def holds_up(view: View, source: str) -> str:
    """The indicators that leave these days out until they come."""
    return listed([definition.short for definition in view.definitions if source in definition.feeds])


def label_of(view: View, source: str) -> str:
    return view.sources[source].label if source in view.sources.by_name else source


def in_short(source: str) -> str:
    """A kind of spreadsheet inside a sentence, by the name of its file."""
    return uncapital(source.replace("_", " "))
