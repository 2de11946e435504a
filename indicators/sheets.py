"""A spreadsheet as it was read: a few of its rows with what became of them, and which column was taken for what."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from data.finding import Level
from data.layout import HEADINGS, Header, SetAside, Table, left_out
from data.matching import Match
from data.prepare import Prepared
from data.source import FieldKind

SHEETS_SHOWN = 3
ROWS_OF_A_SORT = 3          # rows shown of those above the table, read, refused and set aside
VALUES_SHOWN = 2
LONGEST_TEXT = 48
HEADINGS_SHOWN = 3          # of a table among several
PLAIN = (FieldKind.COUNT, FieldKind.NUMBER, FieldKind.PERCENT, FieldKind.MINUTES, FieldKind.YES_NO, FieldKind.TIME, FieldKind.DATETIME)


@dataclass(frozen=True)
class RowRead:
    """One row of the file: what we do with it, its school and day or its whole text, and some of its values."""
    row: int
    fate: str
    text: str
    values: tuple[str, ...] = ()
    aside: bool = False


@dataclass(frozen=True)
class ColumnUse:
    """What one column was taken for, and why."""
    heading: str
    read_as: str
    why: str
    unused: bool = False


@dataclass(frozen=True)
class TableOfSheet:
    """One of several tables of a sheet: its place and first headings, and whether a person has left it out."""
    name: str
    words: str
    counts: bool


@dataclass(frozen=True)
class SheetRead:
    """One sheet, or one of its tables. `kinds` names the sources it feeds, none when it could not be read as anything."""
    table: Table
    kinds: tuple[str, ...]
    headings: tuple[str, ...]           # of RowRead.text and of each of its values
    rows: tuple[RowRead, ...]
    columns: tuple[ColumnUse, ...]
    headings_said: bool = False         # a person has said where the headings are
    tables: tuple[TableOfSheet, ...] = ()       # of the whole sheet, this one too, where there are several

    @property
    def name(self) -> str:
        return self.table.sheet


def sheets_read(prepared: Prepared, answers: Mapping[str, str]) -> Iterable[SheetRead]:
    for table in prepared.tables:
        matches = [match for match in prepared.matches if match.sheet == table.sheet]
        first = matches[0] if matches else None
        where, values = _shown_columns(table, first)
        refused = [f.row for f in prepared.findings if f.level == Level.STOP and f.row and f.sheet == table.sheet]
        yield SheetRead(table, tuple(match.source.name for match in matches if not match.harvested),
                        (", ".join(header.text for header in where), *(header.text for header in values)),
                        tuple(_rows(table, where, values, refused, read=first is not None)), tuple(_uses(table, matches)),
                        f"{HEADINGS}:{table.sheet}" in answers, _tables(table, prepared, answers))


def _tables(table: Table, prepared: Prepared, answers: Mapping[str, str]) -> tuple[TableOfSheet, ...]:
    found = [one for one in prepared.tables if one.within == table.within]
    return tuple(TableOfSheet(one.sheet, f"{one.sheet.removeprefix(one.within).strip()}: {', '.join(h.text for h in one.headers[:HEADINGS_SHOWN])}",
                              not left_out(one, answers)) for one in found) if len(found) > 1 else ()


def _shown_columns(table: Table, match: Match | None) -> tuple[list[Header], list[Header]]:
    """The columns that say where and when, and a few that hold the numbers."""
    if match is None:
        return list(table.headers[:1]), list(table.headers[1:1 + VALUES_SHOWN])
    source = match.source
    where = [match.columns[name] for name in (source.school, source.date) if name in match.columns]
    values = [match.columns[f.name] for f in source.fields if f.name in match.columns and f.kind in PLAIN]
    return where or list(table.headers[:1]), list(dict.fromkeys(values))[:VALUES_SHOWN]


def _rows(table: Table, where: list[Header], values: list[Header], refused: list[int], *, read: bool) -> Iterable[RowRead]:
    """Some rows of every sort, in the order of the file."""
    numbers = table.body["row"].to_numpy()
    above = [aside for aside in table.set_aside if aside.row < table.header_row]
    below = [aside for aside in table.set_aside if aside.row > table.header_row]
    found = {aside.row: _set_aside(aside) for aside in (*above[:ROWS_OF_A_SORT], *_some_of_each(below))}
    out = set(refused)
    good = [int(row) for row in numbers[:ROWS_OF_A_SORT + len(out)] if row not in out][:ROWS_OF_A_SORT]
    for row in (*good, *sorted(out & {*map(int, numbers[np.isin(numbers, refused)])})[:ROWS_OF_A_SORT]):
        cells = table.body.slice(int(np.searchsorted(numbers, row)), 1).to_pylist()[0]
        text = ", ".join(filter(None, (_short(cells[header.column]) for header in where)))
        found[row] = RowRead(row, "stays out" if row in out else "read" if read else "not read yet", text,
                             tuple(_short(cells[header.column]) for header in values), aside=row in out)
    return [found[row] for row in sorted(found)]


def _some_of_each(rows: list[SetAside]) -> Iterable[SetAside]:
    """A few rows for each reason."""
    for _, alike in groupby(sorted(rows, key=lambda aside: aside.reason), key=lambda aside: aside.reason):
        yield from list(alike)[:ROWS_OF_A_SORT]


def _set_aside(aside: SetAside) -> RowRead:
    return RowRead(aside.row, f"set aside: {aside.reason}", _short(aside.text), aside=True)


def _uses(table: Table, matches: list[Match]) -> Iterable[ColumnUse]:
    for header in table.headers:
        found = [(match, name) for match in matches for name, column in match.columns.items() if column == header]
        used = [(match, name) for match, name in found if not match.harvested] or found
        if not used:
            yield ColumnUse(header.text, "not used", "no field needs it", unused=True)
            continue
        labels = dict.fromkeys(match.source.field(name).label for match, name in used)
        match, name = used[0]
        yield ColumnUse(header.text, ", ".join(labels), match.why[name])


def _short(text: str | None) -> str:
    text = (text or "").strip()
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT - 1] + "…"
