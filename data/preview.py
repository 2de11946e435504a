"""What a file would change if it were accepted now: new, changed, unchanged and gone rows, by school and week."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa

from data import facts
from data.facts import Part
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
    source = sheets[0].source
    rest = [name for name in facts.columns(source) if name not in source.key]
    rows = pa.concat_tables([sheet.rows.append_column("part", pa.repeat(pa.scalar(at, pa.int32()), sheet.rows.num_rows))
                             for at, sheet in enumerate(sheets)], promote_options="default")
    scope = pa.concat_tables([sheet.scope for sheet in sheets])
    differs = " or ".join(f"n.{quoted(name)} is distinct from o.{quoted(name)}" for name in rest) or "false"
    same_key = " and ".join([*(f"n.{quoted(name)} is not distinct from o.{quoted(name)}" for name in source.key), "n.nth = o.nth"])
    school, day = facts.unit(source)
    old = f"select * from {quoted(facts.live(source))}"
    with trial.lent(incoming=rows, claimed=scope):
        by = ", ".join(map(quoted, source.key))       # of two sheets that say the same key the later decides, as in a load
        trial.run(f"""create or replace temp table staged as from (select *, {facts.nth(source)} + {facts.brought_before(source, sheets[0].completes)} as nth from incoming i)
            qualify row_number() over (partition by {by}, nth order by part desc) = 1""")
        trial.run("create or replace temp table claims as select school_id, day from claimed")
    covered = f"exists (from claims c where {facts.same_unit(source, 'o', 'c')})"
    trial.run(f"""create or replace temp table compared as
        select coalesce({_of('n', school)}, {_of('o', school)}) as school_id, coalesce({_of('n', day)}, {_of('o', day)}) as day,
               case when o.nth is null then 'new' when n.nth is null then 'gone' when {differs} then 'changed' else 'unchanged' end as fate,
               {', '.join(f'o.{quoted(name)} as {quoted("was_" + name)}, n.{quoted(name)} as {quoted("becomes_" + name)}' for name in rest) or 'null as nothing'}
        from staged n full join ({old}) o on {same_key}
        where n.nth is not null or {covered}""")
    weeks = trial.rows("""select school_id, date_trunc('week', day)::date, count(*) filter (fate = 'new'), count(*) filter (fate = 'changed'),
        count(*) filter (fate = 'unchanged'), count(*) filter (fate = 'gone') from compared group by 1, 2 order by 1, 2""")
    return Effect(source, tuple(WeekCount(*row) for row in weeks), tuple(_altered(trial, rest)), sheets[0].harvested)


def _altered(trial: Change, fields: list[str]) -> Iterable[Altered]:
    """The first values that would change, school by school and day by day."""
    for name in fields:
        was, becomes = quoted("was_" + name), quoted("becomes_" + name)
        found = trial.rows(f"select school_id, day, {was}, {becomes} from compared where fate = 'changed' "
                           f"and {was} is distinct from {becomes} order by school_id, day limit {EXAMPLES}")
        yield from (Altered(school, day, name, old, new) for school, day, old, new in found)


def _of(row: str, column: str) -> str:
    return column if column.startswith("null") else f"{row}.{column}"
