"""From live rows to weekly numerators and denominators, revised for what an event touched and for nothing else."""
from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from data import facts, ledger
from data.calendar import SCHOOL_WEEKS, open_rows, year_of
from data.source import ALL, FieldKind, Source, Sources
from data.store import Change, Relations, Store, quoted
from indicators.coverage import expected_days
from indicators.definition import EXPECTED, Definition, Definitions

WEEK = "date_trunc('week', day)::date"
PLACES = 9          # decimals kept of a sum of percentages, so that the order of adding leaves no trace
SAID = ("measure", "numerator", "denominator", "expected", "received")
# Every day from the first school day to the last, with the number of school days up to it: a call on a Saturday is
# as far from Friday as none. What lies beyond the last known school day has no number yet.
NUMBERED = "numbered_days"
NUMBERED_DAYS = """(select c.day, max(d.n) over (order by c.day) as n from (
        select unnest(generate_series(min(day), max(day), interval 1 day))::date as day from school_day) c
    left join school_day d on d.day = c.day)"""


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
    change.run(f"""create or replace temp table touched_year as select distinct {year_of('day')} as year from (
        select day from received union all select unnest([week, week + 6]) as day from weekly)""")
    revising(definitions, sources)(change, event)


def edited(store: Store, definitions: Definitions) -> tuple[list[str], list[str]]:
    """Names of definitions that are new or edited since the weekly numbers were made, and of those that are gone."""
    now = {definition.name: definition.fingerprint for definition in definitions}
    known = dict(store.rows("select name, made_of from definition"))
    return sorted(name for name in now if now[name] != known.get(name)), sorted(known.keys() - now.keys())


def renew(store: Store, definitions: Definitions, sources: Sources, *, at: datetime) -> None:
    """Let the weekly numbers follow definitions that are new, edited or gone since they were made, as one event."""
    new, gone = edited(store, definitions)
    if not new and not gone:
        return
    with store.change() as change:
        if change.rows("select 1 from load limit 1"):
            event = ledger.next_number(change)
            ledger.write(change, event, "definitions", "Headway", at, detail={"edited": new, "gone": gone})
            for name in gone:
                change.run("""insert into weekly_revision select ?, indicator, school_id, week, null, null, null, null, null, true
                    from weekly where indicator = ?""", event, name)
                change.run("delete from weekly where indicator = ?", name)
            recompute(change, Definitions({name: definitions[name] for name in new}), sources, event)
        change.run("delete from definition")
        change.run("insert into definition select unnest(?::varchar[]), unnest(?::varchar[])",
                   [definition.name for definition in definitions], [definition.fingerprint for definition in definitions])


def relation(definition: Definition, store: Relations | Change, sources: Sources) -> str:
    """SQL for the rows an indicator is made of: every column of its source or view, and school_id and day."""
    if not definition.view:
        return source_rows(sources[definition.source])
    named = {name: source_rows(sources[name]) for name in definition.view.sources}
    named |= {NUMBERED: NUMBERED_DAYS}
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
        from {rows} r where {percent} is not null and ({definition.where}) group by all having count({percent}) > 0"""


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
    """Work out the school-weeks to do, and let `weekly` and its revisions follow where they differ from what stands."""
    change.run("create or replace temp table arrived as " + _arrived(change, definition, sources))
    change.run("create or replace temp table todo as " + _todo(definition, sources))
    if not change.rows("select 1 from todo limit 1"):
        return
    change.run("create or replace temp table base as " + _base(change, definition, sources))
    differs = " or ".join(f"f.{name} is distinct from s.{name}" for name in SAID)
    change.run(f"""create or replace temp table altered as
        select coalesce(f.school_id, s.school_id) as school_id, coalesce(f.week, s.week) as week, {', '.join(f'f.{name}' for name in SAID)},
               f.week is null as gone
        from ({_fresh(definition)}) f full join (select w.* from weekly w semi join todo t on t.school_id = w.school_id and t.week = w.week
                                               where indicator = ?) s on s.school_id = f.school_id and s.week = f.week
        where {differs}""", definition.name)
    columns = f"school_id, week, {', '.join(SAID)}"
    change.run(f"insert into weekly_revision select ?, ?, {columns}, gone from altered", event, definition.name)
    change.run("delete from weekly where indicator = ? and (school_id, week) in (select school_id, week from altered)", definition.name)
    change.run(f"insert into weekly select ?, {columns} from altered where not gone order by school_id, week", definition.name)


def _arrived(change: Change, definition: Definition, sources: Sources) -> str:
    """SQL: the school-days on which this indicator's data count as arrived."""
    if definition.covered_by == EXPECTED:
        return f"select distinct school_id, day from {expected_days(change, sources)}"
    return f"select school_id, day from {open_rows(f'''(select * from received where source = '{definition.covered_by}')''')}"


def _todo(definition: Definition, sources: Sources) -> str:
    """SQL: the school-weeks to work out anew: touched ones, and for sums over several weeks those that look back on them."""
    every = f"select school_id, {WEEK} as week from arrived union select school_id, week from weekly where indicator = '{definition.name}'"
    if definition.covered_by == EXPECTED:
        years = "select year from touched_year"          # a week in which the school year turns belongs to both
        return f"select school_id, week from ({every}) where {year_of('week')} in ({years}) or {year_of('(week + 6)')} in ({years})"
    feeds = ", ".join(f"'{name}'" for name in {*definition.feeds, definition.covered_by})
    touched = f"select school_id, week from touched_week where source is null or source in ({feeds})"
    if definition.view and "{" + NUMBERED + "}" in definition.view.sql:
        touched = " union ".join([touched, *(_counting_across(sources[name]) for name in definition.view.sources if _other_days(sources[name]))])
    if definition.to_date:      # a week in which the school year turns may have been the first of the new one
        touched = f"""select school_id, week from ({touched}) union all
            select t.school_id, later.week from ({touched}) t join school_week later
            on later.week > t.week and later.year = {year_of('(t.week + 6)')}"""
    elif definition.weeks > 1:
        touched = f"""select t.school_id, later.week from ({touched}) t left join school_week w on w.week = t.week
            left join school_week later on later.n between w.n and w.n + {definition.weeks - 1}"""
    return f"""with touch as materialized ({touched}), every as ({every})
        select school_id, week from every where (school_id, week) in (select school_id, week from touch)
            or week in (select week from touch where school_id is null)
            or exists (from touch where week is null)"""


def _counting_across(source: Source) -> str:
    """SQL: the school-weeks of rows that count school days to another day, across or up to a week in which some day flipped."""
    school, day = facts.unit(source)
    reach = f"greatest({', '.join(f'r.{quoted(name)}' for name in _other_days(source))})"
    return f"""select distinct r.{school}, date_trunc('week', r.{day})::date from {quoted(facts.live(source))} r join (
            select week, (select max(day) from school_day where day < week) as before from touched_week
            where source is null and school_id is null and week is not null) f
        on r.{day} < f.week + 7 and {reach} > coalesce(f.before, '-infinity'::date)"""


def _other_days(source: Source) -> list[str]:
    """The fields of a source that name a day other than the row's own."""
    return [f.name for f in source.fields if f.kind == FieldKind.DATE and f.name != source.date]


def _base(change: Change, definition: Definition, sources: Sources) -> str:
    """SQL: plain weekly numbers for the weeks to do and the weeks those look back on."""
    rows = countable_rows(definition, change, sources)
    needed = "todo"
    if definition.weeks > 1:
        needed = f"""(select distinct t.school_id, back.week from todo t join school_week w on w.week = t.week
            join school_week back on {definition.looks_back})"""
    limited = f"(select x.* from {rows} x semi join {needed} t on t.school_id = x.school_id and t.week = date_trunc('week', x.day)::date)"
    return numbers(definition, limited)


def _fresh(definition: Definition) -> str:
    """SQL: the numbers as they should stand: a school-week without anything arrived has none.

    A sum over several weeks looks back from there to the first that sent anything; what is missing between is owed, not zero.
    """
    count = "1" if not definition.denominator else "sum(coalesce(denominator, 0))"
    return f"""with span as materialized (
            select w.week, back.week as past, back.days from school_week w
            join school_week back on {definition.looks_back}),
        came as materialized (select school_id, {WEEK} as week, count(*) as received from arrived group by all),
        best as materialized (from base qualify row_number() over (partition by school_id, week order by measure) = 1),
        own as materialized (select school_id, {WEEK} as week, sum(case when open then 1 else -1 end) as days from school_day_exception group by all),
        told as (
            select t.school_id, t.week, span.days + coalesce(own.days, 0) as owed, a.received,
                   {", ".join(f"case when a.received is not null then b.{name} end as {name}" for name in SAID[:3])}
            from todo t
            semi join came c on c.school_id = t.school_id and c.week = t.week
            join span on span.week = t.week
            left join came a on a.school_id = t.school_id and a.week = span.past
            left join best b on b.school_id = t.school_id and b.week = span.past
            left join own on own.school_id = t.school_id and own.week = span.past
            {"where a.received is not null" if definition.weeks == 1 else
             "qualify max(a.received) over (partition by t.school_id, t.week order by span.past) is not null"})
        select school_id, week, coalesce(max(measure), 'counts') as measure, sum(coalesce(numerator, 0))::double as numerator,
               {count}::double as denominator, sum(owed)::bigint as expected, sum(coalesce(received, 0))::bigint as received
        from told group by school_id, week"""
