"""From a sheet to a table: where the header is, and which rows are no data, each with the reason."""
from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.grid import Sheet
from data.source import Sources, normalised

TOTAL_ROW = "a total, we add up ourselves"
HEADER_WITHIN = 30          # rows from the top in which a header is looked for
# What stands in a school's place in a row that adds up others. A name that only contains the word is a school's name.
TOTAL = re.compile(r"(.+ )?(sub ?totals?|totals?|averages?)"
                   r"|((grand|sub|state|district|citywide|city|school|overall|county) )*(sub ?totals?|totals?|averages?|mean)"
                   r" ((for|of|all|across) .+|\d+ schools|schools|district|students)"
                   r"|all( (schools|sites|campuses|buildings|students))?|(district|state|county|city)( ?wide)?( mean)?|overall")


@dataclass(frozen=True)
class Header:
    """One column of a table: its letter in the sheet and its heading as the uploader wrote it."""
    column: str
    text: str


@dataclass(frozen=True)
class SetAside:
    """A row that is no data, and why we think so."""
    row: int
    reason: str
    text: str


@dataclass(frozen=True)
class Table:
    """A sheet understood: headers, the rows below them as text, and what was set aside."""
    sheet: str
    header_row: int
    headers: tuple[Header, ...]
    body: pa.Table                       # "row" and one text column a header, named by its letter
    set_aside: tuple[SetAside, ...]


def lay_out(sheet: Sheet, sources: Sources) -> Table | None:
    """Find the header and split the sheet there; None when the first rows hold nothing like a header."""
    top = sheet.cells.slice(0, HEADER_WITHIN).to_pylist()
    known = {name for source in sources for f in source.fields for name in f.names}
    scored = [(score, -place) for place, row in enumerate(top) if (score := _header_score(row, known))]
    if not scored:
        return None
    place = -max(scored)[1]
    headers = tuple(Header(column, " ".join(text.split())) for column, text in top[place].items()
                    if column != "row" and text and text.strip())
    titles = tuple(SetAside(row["row"], "a title", _words(row)) for row in top[:place])
    body = sheet.cells.slice(place + 1).select(["row", *(h.column for h in headers)])
    return _without_repeats(Table(sheet.name, top[place]["row"], headers, body, titles))


def without_totals(table: Table, school_column: str | None, day_column: str | None,
                   is_school: Callable[[str], bool] = lambda text: False) -> Table:
    """Set aside total rows, told by their school or day cell, and the notes below the last full row."""
    reasons = np.full(table.body.num_rows, None, dtype=object)

    def totals(texts: list[str | None]) -> list[bool]:
        found = {text for text in {*texts} if text and TOTAL.fullmatch(normalised(text)) and not is_school(text)}
        return [text in found for text in texts]

    for column in filter(None, (school_column, day_column)):
        reasons[totals(_column(table.body, column))] = TOTAL_ROW
    if school_column:           # a school's own total by grade or roster has the school beside it
        bare = np.flatnonzero(table.body[school_column].is_null().to_numpy())
        for header in table.headers if len(bare) else ():
            reasons[bare[totals(_column(table.body.take(pa.array(bare)), header.column))]] = TOTAL_ROW
    if len(table.headers) > 2:
        for at in _footnotes(table, day_column):
            reasons[at] = reasons[at] or "a note below the table"
    return _set_aside(table, reasons)


def _header_score(row: dict[str, str | None], known: set[str]) -> float:
    """How much a row looks like a header: known names count most, then short texts that are no numbers."""
    cells = [text for column, text in row.items() if column != "row" and text and text.strip()]
    if len(cells) < 2:
        return 0
    hits = sum(normalised(cell) in known for cell in cells)
    wordy = sum(bool(re.search(r"[A-Za-z#%]", cell)) and len(cell) < 60 for cell in cells)
    distinct = len({normalised(cell) for cell in cells}) / len(cells)
    return (10 * hits + wordy * distinct) if wordy >= len(cells) / 2 else 0


def _without_repeats(table: Table) -> Table:
    """Set aside rows that repeat the header, as page breaks of printed reports do."""
    first = table.headers[0]
    at = [i for i, text in enumerate(_column(table.body, first.column)) if text and " ".join(text.split()) == first.text]
    reasons = np.full(table.body.num_rows, None, dtype=object)
    for i in at:
        row = table.body.slice(i, 1).to_pylist()[0]
        if all(" ".join((row[h.column] or "").split()) == h.text for h in table.headers):
            reasons[i] = "the header again"
    return _set_aside(table, reasons)


def _footnotes(table: Table, day_column: str | None) -> Iterable[int]:
    """The rows at the very end with one filled cell and no day: notes, sources, legends."""
    for at in range(table.body.num_rows - 1, max(table.body.num_rows - 40, -1), -1):
        row = table.body.slice(at, 1).to_pylist()[0]
        filled = [column for column in row if column != "row" and (row[column] or "").strip()]
        if len(filled) > 1 or day_column in filled:
            return
        yield at


def _set_aside(table: Table, reasons: np.ndarray) -> Table:
    out = np.flatnonzero(reasons != None)  # noqa: E711  (elementwise)
    if not len(out):
        return table
    gone = table.body.take(pa.array(out)).to_pylist()
    aside = tuple(SetAside(row["row"], reasons[at], _words(row)) for at, row in zip(out, gone, strict=True))
    keep = pa.array(reasons == None)  # noqa: E711
    return Table(table.sheet, table.header_row, table.headers, table.body.filter(keep), table.set_aside + aside)


def _column(body: pa.Table, column: str) -> list[str | None]:
    return pc.cast(body[column], pa.string()).to_pylist()


def _words(row: dict[str, str | None]) -> str:
    """The filled cells of a row, for showing beside the reason."""
    return " · ".join(text.strip() for column, text in row.items() if column != "row" and text and text.strip())
