"""Which school has sent what, week by week, from a view: what is missing, whom to ask, what it holds up."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pyarrow as pa

from indicators.chart_tables import coverage_table
from indicators.phrases import count_words, listed, number_words, sentence_case, week_words, weekday_words
from indicators.view import View

WEEKS = 12
SCHOOLS_DRAWN = 40
ASKED = 30               # lines of what to ask for
DAYS_NAMED = 3           # fewer missing days than this, or as many, are named one by one
SCHOOLS_NAMED = 3

# Schools by the name they are shown under: two of one name are told apart by their code.
NAMED = """(select school_id, principal, director,
    case when name is null then school_id when count(*) over (partition by name) > 1 then name || ' ' || school_id else name end as name
    from school)"""


@dataclass(frozen=True)
class Gap:
    """What one school has not sent of one kind of spreadsheet, over the weeks looked at."""
    source: str
    school_id: str
    school: str
    principal: str
    expected: int
    received: int
    missing: tuple[date, ...]

    @property
    def days(self) -> int:
        return self.expected - self.received


@dataclass(frozen=True)
class Grid:
    """One kind of spreadsheet, school by week, as `charts.coverage_grid` draws it; with what it shows as a sentence."""
    source: str
    label: str
    table: pa.Table
    alt: str


@dataclass(frozen=True)
class Arrivals:
    """What came and what did not, of the weeks and schools looked at."""
    weeks: tuple[date, ...]
    schools: int
    expected: int
    received: int
    gaps: tuple[Gap, ...]            # most recent first, then the largest
    sources: tuple[str, ...]         # kinds of spreadsheet that were expected

    @property
    def with_gaps(self) -> list[str]:
        """The schools that owe anything, by name."""
        return [*dict.fromkeys(school for school, _ in sorted({(gap.school, gap.school_id) for gap in self.gaps}))]

    @property
    def sources_with_gaps(self) -> list[str]:
        return [source for source in self.sources if source in {gap.source for gap in self.gaps}]


def arrivals(view: View, director: str | None) -> Arrivals:
    """The last school weeks of one caseload, or of the district."""
    weeks = [week for (week,) in view.tables.rows(f"select distinct week from coverage order by week desc limit {WEEKS}")][::-1]
    if not weeks:
        return Arrivals((), 0, 0, 0, (), ())
    given = (weeks[0], director, director)
    these = f"coverage c join {NAMED} s using (school_id) where week >= ? and (?::varchar is null or s.director = ?)"
    schools, expected, received = view.tables.rows(
        f"select count(distinct school_id), coalesce(sum(expected), 0)::bigint, coalesce(sum(received), 0)::bigint from {these}", *given)[0]
    sources = [name for (name,) in view.tables.rows(f"select distinct source from {these} order by 1", *given)]
    gaps = view.tables.rows(f"""select source, school_id, any_value(s.name), coalesce(any_value(s.principal), ''), sum(expected)::int,
        sum(received)::int, flatten(list(missing order by week) filter (missing is not null)) as missing from {these}
        group by source, school_id having sum(received) < sum(expected) order by max(missing[-1]) desc, sum(expected - received) desc, 3""", *given)
    return Arrivals(tuple(weeks), schools, expected, received, tuple(Gap(*gap[:-1], tuple(gap[-1])) for gap in gaps), tuple(sources))


def grid(view: View, found: Arrivals, source: str, director: str | None, *, everyone: bool) -> tuple[Grid, int]:
    """The picture of one kind of spreadsheet, and how many schools it has no room for."""
    rows = view.tables.rows(f"""
        with placed as (select school_id, name, row_number() over (order by name, school_id) as place from {NAMED}
            where (?::varchar is null or director = ?) and (? or school_id in (select unnest(?::varchar[])))),
        week as (select unnest(?::date[]) as week)
        select p.name, w.week, c.received, c.expected, (select count(*) from placed) as schools
        from placed p cross join week w left join coverage c on c.school_id = p.school_id and c.week = w.week and c.source = ?
        where place <= {SCHOOLS_DRAWN} order by p.place, w.week""",
        director, director, everyone, [*{gap.school_id for gap in found.gaps}], list(found.weeks), source)
    columns = [list(column) for column in zip(*rows)] or [[]] * 5
    left = (columns[4][0] if rows else 0) - SCHOOLS_DRAWN
    label = label_of(view, source)
    mine = [gap for gap in found.gaps if gap.source == source]
    alt = f"{label}, school by week: " + (f"{number_words(len(mine))} schools have not sent everything" if len(mine) > 1 else
                                          f"{mine[0].school} has not sent everything" if mine else "everything came")
    return Grid(source, label, coverage_table(*columns[:4]), f"{alt}."), max(left, 0)


def expected_sources(view: View) -> list[str]:
    """The kinds of spreadsheet that any school owed in the last weeks."""
    return [name for (name,) in view.tables.rows("""select source from coverage where week in (
        select distinct week from coverage order by week desc limit ?) group by 1 order by 1""", WEEKS)]


def label_of(view: View, source: str) -> str:
    return view.sources[source].label if source in view.sources.by_name else source


def answer(view: View, found: Arrivals) -> str:
    """Who owes data for the newest week, in one sentence."""
    week = found.weeks[-1]
    now = [gap for gap in found.gaps if gap.missing[-1] >= week]
    when = f"the {week_words(week, view.as_of)}"
    if not now:
        return f"Everything that was due for {when} has come."
    owing: dict[str, list[str]] = {}
    for gap in now:
        days = sum(day >= week for day in gap.missing)
        owing.setdefault(gap.school, []).append(f"{short(view, gap.source)}, {number_words(days)} day{'s' if days > 1 else ''}")
    said = f"{sentence_case(number_words(len(owing)))} school{'s owe' if len(owing) > 1 else ' owes'} data for {when}"
    if len(owing) > SCHOOLS_NAMED:
        return f"{said}."
    return f"{said}: {listed([f'{school} ({listed(what)})' for school, what in owing.items()])}."


def told(found: Arrivals) -> str:
    """How much came over all the weeks, and who is not drawn because nothing is missing."""
    share = int(1000 * found.received / found.expected) / 10 if found.expected else 100.0
    rest = found.schools - len(found.with_gaps)
    others = f" {sentence_case(count_words(rest, 'school'))} {'has' if rest == 1 else 'have'} sent everything." if rest and found.gaps else ""
    return f"Over {number_words(len(found.weeks))} week{'s' if len(found.weeks) > 1 else ''} {share:.10g}% of what we expect has come.{others}"


def missing_words(gap: Gap, seen_from: date) -> str:
    """Thu 19 Nov and Fri 20 Nov; week of 9 Nov; or 12 days in 4 weeks, the last on Fri 20 Nov."""
    if len(gap.missing) <= DAYS_NAMED:
        return listed([weekday_words(day, seen_from) for day in gap.missing])
    weeks = sorted({day - timedelta(days=day.weekday()) for day in gap.missing})
    if len(weeks) == 1:
        return f"{count_words(len(gap.missing), 'day')} of the {week_words(weeks[0], seen_from)}"
    return f"{count_words(len(gap.missing), 'day')} in {count_words(len(weeks), 'week')}, the last {weekday_words(gap.missing[-1], seen_from)}"


def holds_up(view: View, source: str) -> str:
    """The indicators that leave a school out, or stay open, until this source comes."""
    names = [d.short for d in view.definitions if source in d.feeds]
    return listed(names)


def short(view: View, source: str) -> str:
    """A kind of spreadsheet in a word or two, inside a sentence."""
    return source.replace("_", " ") if source in view.sources.by_name else source


def directors(view: View) -> Sequence[str]:
    return [name for (name,) in view.tables.rows("select distinct director from school where director is not null order by 1")]
