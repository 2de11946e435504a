"""Events: numbered, dated, signed, never changed. What stands, what was undone, who did it."""
from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from data.facts import Part
from data.mended import BadRows
from data.store import Change, Relations

REFUSED_KEPT = 1_000        # of one load, rows that stayed out and are listed with it


@dataclass(frozen=True)
class Load:
    """One accepted upload, as the history shows it."""
    load_id: int
    file_name: str
    sha256: str
    by: str
    at: datetime
    rows: int
    refused: int
    parts: tuple[tuple[str, str, int, bool], ...]       # source, sheet, rows accepted, harvested
    undone_by: str | None
    undone_at: datetime | None


def next_number(change: Change) -> int:
    return change.value("select coalesce(max(number), 0) + 1 from event")


def write(change: Change, number: int, kind: str, by: str, at: datetime, *, load_id: int | None = None,
          detail: dict[str, Any] | None = None) -> None:
    change.run("insert into event values (?, ?, ?, ?, ?, ?)", number, at, by, kind, load_id,
               json.dumps(detail or {}, sort_keys=True))


def mirrored(store: Relations) -> list[dict[str, Any]]:
    """Every event, newest first, as the ledger mirror keeps it."""
    events = store.rows("select number, happened, who, kind, load_id, detail from event order by number desc")
    return [{"number": number, "kind": kind, "by": who, "at": at, **({"load_id": load_id} if load_id else {}), **json.loads(detail)}
            for number, at, who, kind, load_id, detail in events]


def write_load(change: Change, number: int, file_name: str, sha256: str, size: int, accepted: int, refused: int,
               parts: tuple[Part, ...]) -> None:
    change.run("insert into load values (?, ?, ?, ?, ?, ?)", number, file_name, sha256, size, accepted, refused)
    for part_number, part in enumerate(parts):
        change.run("insert into load_part values (?, ?, ?, ?, ?, ?)", number, part_number, part.source.name,
                   part.sheet, part.rows.num_rows, part.harvested)


def write_refused(change: Change, number: int, bad: Iterable[BadRows]) -> None:
    """Where rows stayed out and why, without their cells; at most REFUSED_KEPT of them."""
    lines = [(one.here or one.sheet, row.here or row.row, " and ".join(dict.fromkeys(row.wrong.values())), "; ".join(dict.fromkeys(why.problem for why in row.why)))
             for one in bad for row in one.rows][:REFUSED_KEPT]
    if lines:
        change.run("insert into refused select ?, unnest(?::varchar[]), unnest(?::integer[]), unnest(?::varchar[]), unnest(?::varchar[])",
                   number, *map(list, zip(*lines, strict=True)))


def refused(store: Relations, load_id: int) -> list[tuple[str, int, str, str]]:
    """What stayed out of a load: sheet, row, columns, problem."""
    return store.rows("select sheet, file_row, column_name, problem from refused where load_id = ? order by sheet, file_row", load_id)


def loads(store: Relations) -> list[Load]:
    """Every load ever accepted, newest first."""
    parts: dict[int, list] = {}
    for load_id, *part in store.rows("select load_id, source, sheet, accepted, harvested from load_part order by part"):
        parts.setdefault(load_id, []).append(tuple(part))
    found = store.rows("""
        select l.load_id, file_name, sha256, e.who, e.happened, accepted, refused, u.who, u.happened
        from load l join event e on e.number = l.load_id
        left join event u on u.kind = 'undo' and u.load_id = l.load_id
        order by l.load_id desc""")
    return [Load(load_id, name, sha256, by, at, accepted, refused, tuple(parts.get(load_id, ())), undone_by, undone_at)
            for load_id, name, sha256, by, at, accepted, refused, undone_by, undone_at in found]


def standing_load_of(store: Relations | Change, sha256: str) -> tuple[int, str, datetime, int] | None:
    """The standing load of these very bytes: its number, who, when and how many rows; None when there is none."""
    found = store.rows("""
        select l.load_id, e.who, e.happened, l.accepted
        from load l join standing s using (load_id) join event e on e.number = l.load_id
        where l.sha256 = ? order by 1 desc limit 1""", sha256)
    return found[0] if found else None


def printed_later(store: Relations, printed: date) -> list[tuple[int, date, set[tuple[str, str | None, date | None]]]]:
    """Standing loads of reports that were run after this day: number, day, and the sources, schools and weeks they speak about."""
    found = []
    for number, detail in store.rows("select e.number, e.detail from event e join standing s on s.load_id = e.number order by number"):
        day = json.loads(detail).get("printed")
        if day and date.fromisoformat(day) > printed:
            weeks = store.rows("select distinct source, school_id, date_trunc('week', day)::date from scope where load_id = ?", number)
            found.append((number, date.fromisoformat(day), {*weeks}))
    return found
