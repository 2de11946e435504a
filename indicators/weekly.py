"""From live rows to weekly numerators and denominators, revised for what an event touched and for nothing else."""
from __future__ import annotations

from collections.abc import Callable, Iterable

from data import facts
from data.calendar import SCHOOL_WEEKS, open_rows, year_of
from data.source import ALL, Source, Sources
from data.store import Change, Relations, quoted
from indicators.coverage import expected_days
from indicators.definition import EXPECTED, Definition, Definitions

WEEK = "date_trunc('week', day)::date"
PLACES = 9          # decimals kept of a sum of percentages, so that the order of adding leaves no trace
SAME = "school_id, week, measure, numerator, denominator, expected, received"


def revising(definitions: Definitions, sources: Sources) -> Callable[[Change, int], None]:
    """What data's loading is handed: revise every indicator for the weeks in `touched_week` and `touched_year`."""
    def revise(change: Change, event: int) -> None:
        change.run(f"create or replace temp table school_week as {SCHOOL_WEEKS}")
        for definition in definitions:
            if _touches(change, definition):
                _revise_one(change, definition, sources, event)
    return revise


def recompute(change: Change, definitions: Definitions, sources: Sources, event: int) -> None:
    """Work every weekly number out anew, as if everything had been touched."""
    change.run("create or replace temp table touched_week (source varchar, school_id varchar, week date)")
    change.run("insert into touched_week values (null, null, null)")
    change.run(f"create or replace temp table touched_year as select distinct {year_of('day')} as year from received")
    revising(definitions, sources)(change, event)


def relation(definition: Definition, store: Relations | Change, sources: Sources) -> str:
    """SQL for the rows an indicator is made of: every column of its source or view, and school_id and day."""
    if not definition.view:
        return source_rows(sources[definition.source])
    named = {name: source_rows(sources[name]) for name in definition.view.sources}
    named |= {"numbered_days": "(select day, n from school_day)"}
    if definition.covered_by == EXPECTED:
        named |= {EXPECTED: expected_days(store, sources)}
    sql = definition.view.sql
    for name, rows in named.items():
        sql = sql.replace("{" + name + "}", rows)
    return f"({sql})"


def source_rows(source: Source) -> str:
    """SQL for the live rows of a source; beside an "all" row its parts do not count."""
    school, day = facts.unit(source)
    parts = "".join(f" qualify {quoted(name)} = '{ALL}' or not bool_or({quoted(name)} = '{ALL}') over (partition by {school}, {day})"
                    for name in source.parts[:1])
    return f"(select *, {school} as school_id, {day} as day from {quoted(facts.live(source))}{parts})"


def numbers(definition: Definition, rows: str, period: str = WEEK, places: str = "school_id") -> str:
    """SQL: numerator and denominator of each measure for every place and period of a relation of rows."""
    denominator = definition.denominator or "1"
    counted = f"""select {places}, {period} as week, 'counts' as measure,
            coalesce({definition.numerator}, 0)::double as numerator, coalesce({denominator}, 0)::double as denominator
        from {rows} r where {definition.where} group by all"""
    if not definition.percent_field:
        return counted
    percent = quoted(definition.percent_field)
    return f"""{counted} having coalesce({denominator}, 0) > 0
        union all by name
        select {places}, {period} as week, 'percentages' as measure, round(sum({percent}) / 100.0, {PLACES}) as numerator,
               count({percent})::double as denominator
        from {rows} r where {percent} is not null group by all having count({percent}) > 0"""


def countable_rows(definition: Definition, store: Relations | Change, sources: Sources) -> str:
    """SQL: the relation's rows on school days; things that happened count whatever the day."""
    rows = relation(definition, store, sources)
    happened = not definition.view and sources[definition.source].events
    return rows if happened or definition.covered_by == EXPECTED else open_rows(rows)


def _touches(change: Change, definition: Definition) -> bool:
    """Is this indicator made of anything that was touched?"""
    if definition.covered_by == EXPECTED:
        return bool(change.rows("select 1 from touched_year limit 1"))
    feeds = ", ".join(f"'{name}'" for name in {*definition.feeds, definition.covered_by})
    return bool(change.rows(f"select 1 from touched_week where source is null or source in ({feeds}) limit 1"))


def _revise_one(change: Change, definition: Definition, sources: Sources, event: int) -> None:
    change.run("create or replace temp table arrived as " + _arrived(change, definition, sources))
    change.run("create or replace temp table todo as " + _todo(definition))
    change.run("create or replace temp table base as " + _base(change, definition, sources))
    change.run("create or replace temp table fresh as " + _fresh(definition))
    change.run(f"""create or replace temp table stale as
        select {SAME} from weekly w where indicator = ? and exists (from todo t where t.school_id = w.school_id and t.week = w.week)""",
               definition.name)
    change.run(f"""create or replace temp table revised as (select {SAME} from fresh except select {SAME} from stale)""")
    change.run(f"""insert into weekly_revision
        select {event}, '{definition.name}', school_id, week, null, null, null, null, null, true
        from (select school_id, week from stale except select school_id, week from fresh)""")
    change.run(f"insert into weekly_revision select {event}, '{definition.name}', {SAME}, false from revised")
    change.run("""delete from weekly w where indicator = ? and exists (from (
        from (select * from stale except select * from fresh) ) s where s.school_id = w.school_id and s.week = w.week)""", definition.name)
    change.run(f"insert into weekly select '{definition.name}', {SAME} from revised order by school_id, week")


def _arrived(change: Change, definition: Definition, sources: Sources) -> str:
    """SQL: the school-days on which this indicator's data count as arrived."""
    if definition.covered_by == EXPECTED:
        return f"select distinct school_id, day from {expected_days(change, sources)}"
    return f"select school_id, day from {open_rows(f'''(select * from received where source = '{definition.covered_by}')''')}"


def _todo(definition: Definition) -> str:
    """SQL: the school-weeks to work out anew: touched ones, and for a rolling sum the weeks that look back on them."""
    every = f"select school_id, {WEEK} as week from arrived union select school_id, week from weekly where indicator = '{definition.name}'"
    if definition.covered_by == EXPECTED:
        return f"select school_id, week from ({every}) where {year_of('week')} in (select year from touched_year)"
    feeds = ", ".join(f"'{name}'" for name in {*definition.feeds, definition.covered_by})
    touched = f"select school_id, week from touched_week where source is null or source in ({feeds})"
    if definition.weeks > 1:
        touched = f"""select t.school_id, later.week from ({touched}) t left join school_week w on w.week = t.week
            left join school_week later on later.n between w.n and w.n + {definition.weeks - 1}"""
    return f"""with touch as materialized ({touched}), every as ({every})
        select school_id, week from every where (school_id, week) in (select school_id, week from touch)
            or week in (select week from touch where school_id is null)
            or exists (from touch where week is null)"""


def _base(change: Change, definition: Definition, sources: Sources) -> str:
    """SQL: plain weekly numbers for the weeks to do and the weeks those look back on."""
    rows = countable_rows(definition, change, sources)
    needed = "todo"
    if definition.weeks > 1:
        needed = f"""(select distinct t.school_id, back.week from todo t join school_week w on w.week = t.week
            join school_week back on back.n between w.n - {definition.weeks - 1} and w.n)"""
    limited = f"(select x.* from {rows} x semi join {needed} t on t.school_id = x.school_id and t.week = date_trunc('week', x.day)::date)"
    return numbers(definition, limited)


def _fresh(definition: Definition) -> str:
    """SQL: the numbers as they should stand: a school-week without anything arrived has none."""
    arrived = f"""(select school_id, {WEEK} as week, count(*) as received from arrived group by all)"""
    owed = "(select week, days, n from school_week)"
    one = f"""select a.school_id, a.week, w.n, w.days as owed, a.received, b.measure, b.numerator, b.denominator
        from {arrived} a join {owed} w on w.week = a.week
        left join (select * from base qualify row_number() over (partition by school_id, week order by measure) = 1) b
        on b.school_id = a.school_id and b.week = a.week"""
    count = "1" if not definition.denominator else "sum(coalesce({0}.denominator, 0))"
    return f"""with one as ({one})
        select t.school_id, t.week, coalesce(max(o.measure), 'counts') as measure, sum(coalesce(o.numerator, 0))::double as numerator,
               {count.format('o')}::double as denominator, sum(o.owed)::bigint as expected, sum(o.received)::bigint as received
        from todo t join school_week w on w.week = t.week
        join one o on o.school_id = t.school_id and o.n between w.n - {definition.weeks - 1} and w.n
        where exists (from {arrived} a where a.school_id = t.school_id and a.week = t.week)
        group by t.school_id, t.week"""
