"""Where a number comes from: the rows behind one school's week, down to file, sheet and row. Capped, scoped and logged."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from data.access import Scope
from data.calendar import SCHOOL_WEEKS
from data.facts import MARKED, PLACE, live, unit
from data.source import FieldKind, Source
from data.store import quoted
from indicators.coverage import expected_days
from indicators.definition import EXPECTED, Definition
from indicators.district import District

ROWS_SHOWN = 500
HIDDEN = (FieldKind.STUDENT, FieldKind.SCHOOL)      # students are a right of their own; the school is known


@dataclass(frozen=True)
class Row:
    """One live row behind a number, as stored, and where it stands in the spreadsheet it came in."""
    source: str
    day: date
    values: dict[str, Any]
    file_name: str
    sheet: str
    file_row: int
    file_column: str | None         # the letter of its cell's column, where the row was made of one cell
    load_id: int
    by: str
    at: datetime


@dataclass(frozen=True)
class Behind:
    """The rows behind one number, newest file last; `total` counts all of them, `rows` at most ROWS_SHOWN."""
    rows: tuple[Row, ...]
    total: int
    arrived: tuple[tuple[str, date, bool], ...] = ()     # for data received: source, day, arrived


def rows_behind(district: District, scope: Scope, definition: Definition, school_id: str, week: date, *, by: str, at: datetime) -> Behind:
    """The live rows of one school that a week's number is made of; empty outside the scope. Each look is logged."""
    if not scope.may_see(school_id):
        return Behind((), 0)
    district.home.note_look({"by": by, "at": at, "role": scope.role, "indicator": definition.name, "school": school_id, "week": week})
    weeks = _weeks(district, definition, week)
    if definition.covered_by == EXPECTED:
        found = district.store.rows(f"""select source, day, received from {expected_days(district.store, district.sources)}
            where school_id = ? and date_trunc('week', day)::date in (select unnest(?::date[])) order by day, source""", school_id, weeks)
        return Behind((), len(found), tuple(found))
    rows = [row for name in definition.feeds for row in _rows_of(district, district.sources[name], school_id, weeks)]
    return Behind(tuple(rows[:ROWS_SHOWN]), len(rows))


def _weeks(district: District, definition: Definition, week: date) -> list[date]:
    """The weeks a number looks back on: its own, the last four school weeks, or its school year's."""
    found = district.store.rows(f"""select back.week from ({SCHOOL_WEEKS}) w join ({SCHOOL_WEEKS}) back on {definition.looks_back}
        where w.week = ?""", week)
    return [monday for (monday,) in found] or [week]


def _rows_of(district: District, source: Source, school_id: str, weeks: list[date]) -> list[Row]:
    shown = [f for f in source.fields if f.kind not in HIDDEN and f.name != source.date]
    school, day = unit(source)
    names = [f.name for f in shown] + [f"{f.name}_is" for f in shown if f.kind in MARKED]
    found = district.store.rows(f"""
        select r.{day}, l.file_name, p.sheet, r.file_row, r.{PLACE}, r.load_id, e.who, e.happened, {', '.join(f'r.{quoted(n)}' for n in names)}
        from {quoted(live(source))} r join load l using (load_id) join load_part p on p.load_id = r.load_id and p.part = r.part
        join event e on e.number = r.load_id
        where r.{school} = ? and date_trunc('week', r.{day})::date in (select unnest(?::date[])) order by r.{day}, r.file_row""",
                                school_id, weeks)
    rows = []
    for on, file_name, sheet, file_row, file_column, load_id, by, at, *cells in found:
        held = dict(zip(names, cells, strict=True))
        values = {f.label: held[f.name] if held[f.name] is not None else held.get(f"{f.name}_is") for f in shown}
        rows.append(Row(source.label, on, {k: v for k, v in values.items() if v is not None}, file_name, sheet, file_row, file_column, load_id, by, at))
    return rows
