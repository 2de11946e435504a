"""Rows that stay out, with their cells as read; and cells that a person mended, put in their places before anything is judged."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.across import cells_beside
from data.finding import Finding, Level
from data.layout import VALUES, Header, SetAside, Table

CELL_IS, ROW_IS = "cell", "row"     # answers: cell:SHEET:ROW:COLUMN is the text that belongs there, row:SHEET:ROW is OUT
OUT = "out"
BY_HAND = "mended by hand"
MOST_ROWS = 10_000                  # bad rows held with their cells; more of them are mended in one go where they came from
TOLD = 5                            # mended cells told one by one


@dataclass(frozen=True)
class Refusal:
    """Why some rows stay out, and in which of their columns. The problem quotes no cell, for it is kept with the load."""
    rows: np.ndarray                # as the file numbers them
    places: tuple[str, ...]         # where rows were made of single cells, the letters of theirs
    columns: tuple[Header, ...]
    problem: str
    remedy: str


@dataclass(frozen=True)
class Original:
    """A file whose rows went back to its uploader."""
    sha256: str
    name: str


@dataclass(frozen=True)
class Why:
    """One thing that is wrong with a row: in which columns, as their headings say; what, and what to do."""
    where: str
    problem: str
    remedy: str


@dataclass(frozen=True)
class BadRow:
    """One row of the file that stays out, whole or with some of its cells."""
    row: int
    cells: dict[str, str]           # letter to text as read, mended cells as mended; blank ones too
    wrong: dict[str, str]           # letter of each bad cell to its heading
    why: tuple[Why, ...]            # each once
    made_of: tuple[str, ...] = ()   # where other cells of the row may be good, the letters of those that are not
    here: int = 0                   # its own row, where it came in a workbook of rows to mend


@dataclass(frozen=True)
class BadRows:
    """The rows of one table that stay out, under its own headings; `total` counts them all, `rows` has at most MOST_ROWS."""
    sheet: str
    headers: tuple[Header, ...]
    rows: tuple[BadRow, ...]
    total: int
    here: str = ""                  # its own sheet, where it came in a workbook of rows to mend


def mended(table: Table, answers: Mapping[str, str]) -> tuple[Table, list[Finding]]:
    """The table with the cells that a person mended and without the rows they left out; and that it was done."""
    cells, out = _answers_for(table.sheet, answers)
    if not cells and not out:
        return table, []
    spots = {row: at for at, row in enumerate(table.body["row"].to_pylist())}
    headings = {header.column: header.text for header in table.headers}
    done, astray, body = [], [f"row {row} {column}".strip() for row, column in (*cells, *((row, "") for row in out)) if row not in spots], table.body
    for column in dict.fromkeys(column for _, column in cells):
        if column not in headings:
            astray.append(f"column {column}")
            continue
        texts = pc.cast(body[column], pa.string()).to_pylist()
        for (row, _), text in ((at, text) for at, text in cells.items() if at[1] == column and at[0] in spots):
            done.append((row, headings[column], texts[spots[row]], text))
            texts[spots[row]] = text.strip() or None
        body = body.set_column(body.schema.get_field_index(column), column, pa.array(texts, pa.string()).dictionary_encode())
    table = _without(replace(table, body=body), {row for row in out if row in spots})
    return table, [*_told(table.sheet, sorted(done)), *_told_astray(table.sheet, astray)]


def _answers_for(sheet: str, answers: Mapping[str, str]) -> tuple[dict[tuple[int, str], str], set[int]]:
    """Mended cells by row and letter, and rows left out, of this table alone."""
    cells, out = {}, set()
    for key, answer in answers.items():
        kind, _, place = key.partition(":")
        name, _, last = place.rpartition(":")
        if kind == ROW_IS and name == sheet and last.isdigit() and answer == OUT:
            out.add(int(last))
        name, _, row = name.rpartition(":")
        if kind == CELL_IS and name == sheet and row.isdigit():
            cells[int(row), last] = answer
    return cells, out


def _without(table: Table, out: set[int]) -> Table:
    if not out:
        return table
    gone = pc.is_in(table.body["row"], pa.array(sorted(out), table.body.schema.field("row").type))
    words = [" · ".join(text.strip() for header in table.headers if (text := row[header.column])) for row in table.body.filter(gone).to_pylist()]
    aside = tuple(SetAside(row, "left out by hand", text) for row, text in zip(sorted(out), words, strict=True))
    return replace(table, body=table.body.filter(pc.invert(gone)), set_aside=table.set_aside + aside)


def _told(sheet: str, done: list[tuple[int, str, str | None, str]]) -> list[Finding]:
    if not done:
        return []
    several = f"{len(done):,} cells were" if len(done) > 1 else "1 cell was"
    words = "; ".join(f"row {row} {heading} {was or ''!r} is now {text!r}" for row, heading, was, text in done[:TOLD])
    more = f"; and {len(done) - TOLD:,} more" if len(done) > TOLD else ""
    return [Finding(Level.NOTE, f"{several} {BY_HAND}: {words}{more}", "The file itself is kept as it came.", sheet=sheet)]


def _told_astray(sheet: str, astray: list[str]) -> list[Finding]:
    return [Finding(Level.WARN, f"there is no {', '.join(astray[:TOLD])} in this table, so nothing was mended there",
                    "Check the place of the mended cell.", sheet=sheet)] if astray else []


def bad_rows(tables: Mapping[str, Table], refusals: Iterable[tuple[str, Refusal]]) -> tuple[BadRows, ...]:
    """The rows that stay out, table by table and in the order of the file. `tables` are as laid out and mended."""
    by_sheet: dict[str, list[Refusal]] = {}
    for sheet, refusal in refusals:
        by_sheet.setdefault(sheet, []).append(refusal)
    return tuple(_bad_rows(tables[sheet], mine) for sheet, mine in by_sheet.items())


def _bad_rows(table: Table, refusals: list[Refusal]) -> BadRows:
    every = np.unique(np.concatenate([refusal.rows for refusal in refusals]))
    first = {int(row) for row in every[:MOST_ROWS]}
    letters = {header.column: header.text for header in table.headers}
    beside = cells_beside(table) if any(refusal.places for refusal in refusals) else {}
    wrong, why, made_of = ({row: {} for row in first} for _ in range(3))
    for refusal in refusals:
        for at in np.flatnonzero(np.isin(refusal.rows, every[:MOST_ROWS])):
            row = int(refusal.rows[at])
            place = refusal.places[at] if refusal.places else ""
            columns = [beside.get((place, h.column), place if h.column.startswith(VALUES) else h.column) for h in refusal.columns]
            wrong[row] |= {column: letters[column] for column in columns if column in letters}
            why[row][Why(" and ".join(letters[column] for column in columns if column in letters), refusal.problem, refusal.remedy)] = None
            made_of[row] |= dict.fromkeys([place, *(letter for (start, _), letter in beside.items() if start == place)] if place else [])
    numbers = table.body["row"].to_numpy()
    there = table.body.filter(pa.array(np.isin(numbers, sorted(first)))).select(["row", *letters]).to_pylist()
    rows = tuple(BadRow(row["row"], {letter: row[letter] or "" for letter in letters}, wrong[row["row"]], tuple(why[row["row"]]),
                        tuple(made_of[row["row"]])) for row in there)
    return BadRows(table.sheet, table.headers, rows, len(every))


def answers_of(bad: BadRows, texts: Mapping[int, Mapping[str, str]], left_out: Iterable[int]) -> dict[str, str]:
    """What a person changed in these rows, as answers: new texts by row and letter, and rows they leave out for good."""
    found, left_out = {}, set(left_out)
    for row in bad.rows:
        if row.row in left_out:
            found |= {f"{CELL_IS}:{bad.sheet}:{row.row}:{column}": "" for column in row.made_of} or {f"{ROW_IS}:{bad.sheet}:{row.row}": OUT}
            continue
        now = texts.get(row.row, {})
        found |= {f"{CELL_IS}:{bad.sheet}:{row.row}:{column}": now[column].strip() for column, was in row.cells.items()
                  if column in now and now[column].strip() != was.strip()}
    return found
