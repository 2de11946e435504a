"""What a file would change if it were accepted now: new, changed, unchanged and gone rows, by school and week."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa

from data import facts
from data.facts import Part, Schools
from data.source import Source, Sources
from data.store import Change, Store, quoted

EXAMPLES = 200               # old and new values shown; the counts are of all


@dataclass(frozen=True)
class Altered:
    """One value that would change: of which school and day, from what to what."""
    school_id: str | None
    day: date | None
    field: str
    was: Any
    becomes: Any


@dataclass(frozen=True)
class WeekCount:
    """What would happen to one school's rows in one week."""
    school_id: str | None
    week: date | None
    new: int
    changed: int
    unchanged: int
    gone: int


@dataclass(frozen=True)
class Effect:
    """What a file would change of one source."""
    source: Source
    weeks: tuple[WeekCount, ...] = ()
    altered: tuple[Altered, ...] = ()
    harvested: bool = False

    def total(self, what: str) -> int:
        """How many rows are new, changed, unchanged or gone."""
        return sum(getattr(week, what) for week in self.weeks)


def preview(store: Store, sources: Sources, parts: Iterable[Part]) -> list[Effect]:
    """Compare what all sheets give each source with the live rows it would meet. The store is as it was afterwards."""
    with store.trial() as trial:
        facts.ensure_tables(trial, sources)
        by_source: dict[tuple[str, bool], list[Part]] = {}
        for part in parts:
            by_source.setdefault((part.source.name, part.harvested), []).append(part)
        return [_preview_source(trial, sheets) for sheets in by_source.values()]


def _preview_source(trial: Change, sheets: list[Part]) -> Effect:
    """Some schools at a time: what is compared stays in memory until it is counted."""
    source = sheets[0].source
    rows = pa.concat_tables([sheet.rows.append_column("part", pa.repeat(pa.scalar(at, pa.int32()), sheet.rows.num_rows))
                             for at, sheet in enumerate(sheets)], promote_options="default")
    weeks, altered = [], {name: [] for name in _rest(source)}
    with trial.lent(incoming=rows, claimed=pa.concat_tables([sheet.scope for sheet in sheets])):
        trial.run("create or replace temp table claims as select school_id, day from claimed")
        for schools in _portions(trial, source):
            trial.let_go()
            with trial.lent(compared=_compared(trial, source, schools, sheets[0].completes)):
                weeks += trial.rows("""select school_id, date_trunc('week', day)::date, count(*) filter (fate = 'new'),
                    count(*) filter (fate = 'changed'), count(*) filter (fate = 'unchanged'), count(*) filter (fate = 'gone')
                    from compared group by 1, 2 order by 1, 2""")
                for name, found in altered.items():
                    found += _altered(trial, name, EXAMPLES - len(found))
    return Effect(source, tuple(WeekCount(*week) for week in weeks), tuple(one for found in altered.values() for one in found), sheets[0].harvested)


def _portions(trial: Change, source: Source) -> Iterable[Schools]:
    school = facts.unit(source)[0]
    return facts.portions(trial.rows(f"""select school, count(*) from (select {school} as school from incoming
        union all select {school} from {quoted(facts.live(source))} union all select school_id from claims) group by 1"""))


def _compared(trial: Change, source: Source, schools: Schools, completes: int) -> pa.Table:
    """What would happen to each row of these schools, its old values and its new ones.

    No table of the database: within a transaction those are not freed."""
    same_key = " and ".join([*(f"n.{quoted(name)} is not distinct from o.{quoted(name)}" for name in source.key), "n.nth = o.nth"])
    rest = [quoted(name) for name in _rest(source)]
    differs = " or ".join(f"n.{name} is distinct from o.{name}" for name in rest) or "false"
    pairs = ", ".join(f"o.{name} as {_was(name)}, n.{name} as {_becomes(name)}" for name in rest) or "null as nothing"
    school, day = facts.unit(source)
    these = schools.among(school)
    by = ", ".join(map(quoted, source.key))       # of two sheets that say the same key the later decides, as in a load
    staged = f"""from (select *, {facts.nth(source)} + {facts.brought_before(source, completes)} as nth
            from (from incoming where {these}) i) qualify row_number() over (partition by {by}, nth order by part desc) = 1"""
    return trial.table(f"""
        select coalesce({_of('n', school)}, {_of('o', school)}) as school_id, coalesce({_of('n', day)}, {_of('o', day)}) as day,
               case when o.nth is null then 'new' when n.nth is null then 'gone' when {differs} then 'changed' else 'unchanged' end as fate,
               {pairs}
        from ({staged}) n full join (from {quoted(facts.live(source))} where {these}) o on {same_key}
        where n.nth is not null or exists (from claims c where {facts.same_unit(source, 'o', 'c')})""")


def _rest(source: Source) -> list[str]:
    """The columns that can change: all but the key."""
    return [name for name in facts.columns(source) if name not in source.key]


def _altered(trial: Change, name: str, most: int) -> Iterable[Altered]:
    """The first values of one column that would change, school by school and day by day."""
    was, becomes = _was(quoted(name)), _becomes(quoted(name))
    found = trial.rows(f"select school_id, day, {was}, {becomes} from compared where fate = 'changed' "
                       f"and {was} is distinct from {becomes} order by school_id, day limit {most}")
    return [Altered(school, day, name, old, new) for school, day, old, new in found]


def _was(column: str) -> str:
    return f'"was_{column[1:]}'


def _becomes(column: str) -> str:
    return f'"becomes_{column[1:]}'


def _of(row: str, column: str) -> str:
    return column if column.startswith("null") else f"{row}.{column}"
