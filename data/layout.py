"""From a sheet to a table: where the header is, and which rows are no data, each with the reason."""
from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.blocks import Beside, feeds, parts
from data.cells import Sheet
from data.heading import HEADER_WITHIN, MOST_ROWS, Across, Heading, downward, find, joined, ranges
from data.source import Sources, normalised

TOTAL_ROW = "a total, we add up ourselves"
VALUES = "values"            # columns of cells that stood across begin so; and the key of the answer that says what they are
CELL = "place"              # beside rows made of single cells, the letter of each cell's column
HEADINGS = "headings"       # the answer that says in which row, or rows, a sheet's headings stand: "4" or "4-5"
BESIDE = "beside"           # the answer that says how tables beside each other in a sheet are read: "one" or "apart"
KEEP, LEAVE = "keep", "leave"     # the answers that list rows to be read whatever they look like, and rows to be left out
ALL = "all"                 # rows to be left out: the whole table
MOST_LISTED = 100_000
GAPS_LOOKED_AT = 200        # gaps in a sheet below which another table is looked for
TITLES_BETWEEN = 5          # rows of titles it may have above its headings
NAMES_OF_ANOTHER = 2        # names we know that tell headings from rows of data
NO_ANSWERS: Mapping[str, str] = MappingProxyType({})
# What stands in a school's place in a row that adds up others. A name that only contains the word is a school's name.
TOTAL = re.compile(r"(.+ )?(sub ?totals?|totals?|averages?)"
                   r"|((grand|sub|state|district|citywide|city|school|overall|county) )*(sub ?totals?|totals?|averages?|mean)"
                   r" ((for|of|all|across) .+|\d+ schools|schools|district|students)"
                   r"|all( (schools|sites|campuses|buildings|students))?|(district|state|county|city)( ?wide)?( mean)?|overall")


@dataclass(frozen=True)
class Header:
    """One column of a table: its letter in the sheet and its heading as the uploader wrote it, row by row where it has several.

    `told` is set where the column is none of the sheet's own: why we think it says what it says."""
    column: str
    text: str
    parts: tuple[str, ...] = ()
    told: str = ""


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
    header_row: int                      # the last of them, where headings take several
    headers: tuple[Header, ...]
    body: pa.Table                       # "row" and one text column a header, named by its letter
    set_aside: tuple[SetAside, ...]
    heading_rows: int = 1
    kept: frozenset[int] = frozenset()   # rows that a person says are data
    across: Across | None = None         # what stood across the columns before they became rows; then CELL has their letters
    within: str = ""                     # the sheet it is a part of, where it has a name of its own beside others
    beside: Beside | None = None         # the blocks of columns that are tables beside it, or may be

    @property
    def headings(self) -> tuple[int, int]:
        """The first and the last row of its headings."""
        return self.header_row - self.heading_rows + 1, self.header_row


def lay_out(sheet: Sheet, sources: Sources, answers: Mapping[str, str] = NO_ANSWERS) -> list[Table]:
    """Find the tables of a sheet, beside and below each other, each under its headings; none where nothing heads the first rows."""
    known = {name for source in sources for f in source.fields for name in f.names}
    sheet = replace(sheet, cells=unmerged(sheet.cells, sheet.merged))
    found = _side_by_side(sheet, sources, known, answers, answers.get(f"{BESIDE}:{sheet.name}", ""))
    return [_as_said(replace(table, within=sheet.name), answers) for table in found]


def _side_by_side(sheet: Sheet, sources: Sources, known: set[str], answers: Mapping[str, str], said: str) -> list[Table]:
    """The tables of each block of columns that is read by itself."""
    found = [[replace(table, beside=table.beside or beside) for table in _one_below_the_other(part, sources, known, answers, said)]
             for part, beside in parts(sheet, sources, known, said)]
    heads = _titles_for_all([tables[0] for tables in found if tables])
    return [table for tables in found if tables for table in (heads.pop(0), *tables[1:])]


def _titles_for_all(heads: list[Table]) -> list[Table]:
    """A title above the first of several tables, with none beside it in its row, speaks for those whose headings stand in the same row."""
    above = [[aside for aside in table.set_aside if aside.row < table.headings[0]] for table in heads]
    taken = {aside.row for asides in above[1:] for aside in asides}
    shared = tuple(aside for asides in above[:1] for aside in asides if aside.row not in taken)
    return heads[:1] + [replace(table, set_aside=table.set_aside + shared) if table.headings == heads[0].headings else table for table in heads[1:]]


def _one_below_the_other(sheet: Sheet, sources: Sources, known: set[str], answers: Mapping[str, str], said: str) -> list[Table]:
    found, start = [], 0
    while start < sheet.cells.num_rows and (at := _headings(sheet, start, sources, known, answers)):
        first, last, headings, name = at
        end = _next_table(sheet, last, headings, known)
        alone = start == 0 and end == sheet.cells.num_rows
        part = sheet if alone else replace(sheet, name=name, cells=sheet.cells.slice(start, end - start))
        pieces = [] if alone else parts(part, sources, known, said)
        if len(pieces) > 1:
            found += _side_by_side(part, sources, known, answers, said)
        else:
            found.append(replace(_table(sheet, start, first, last, end, headings), sheet=part.name, beside=pieces[0][1] if pieces else None))
        start = end
    return found


def unmerged(cells: pa.Table, merged: Iterable[str]) -> pa.Table:
    """Cells merged downwards, each with the text it shows."""
    numbers = cells["row"].to_numpy()
    for top, column, bottom in downward(merged):
        first, last = np.searchsorted(numbers, [top, bottom + 1])
        if last - first > 1 and numbers[first] == top and column in cells.column_names:
            at = np.arange(len(numbers))
            at[first:last] = first
            cells = cells.set_column(cells.schema.get_field_index(column), column, cells[column].take(pa.array(at)))
    return cells


def _headings(sheet: Sheet, start: int, sources: Sources, known: set[str], answers: Mapping[str, str]) -> tuple[int, int, list[Heading], str] | None:
    """The places of the first and last heading row and the headings: where the person says, or where they are found; and the table's name."""
    found = _found(sheet.cells.slice(start, HEADER_WITHIN).to_pylist(), ranges(sheet.merged), sources, known)
    numbers = sheet.cells["row"]
    name = f"{sheet.name} from row {numbers[start + found[1]]}".strip() if found else sheet.name
    said = answers.get(f"{HEADINGS}:{name}") or (answers.get(f"{HEADINGS}:{sheet.name}", "") if start == 0 else "")
    if re.fullmatch(r"\d+(-\d+)?", said):
        top, _, bottom = said.partition("-")
        first, last = (max(start, int(np.searchsorted(numbers.to_numpy(), int(row)))) for row in (top, bottom or top))
        rows = sheet.cells.slice(first, max(last - first, 0) + 1).to_pylist()
        return (first, first + len(rows) - 1, joined(rows, ranges(sheet.merged)), name) if rows else None
    return found and (start + found[0], start + found[1], found[2], name)


def _found(rows: list[dict], merged: list[tuple[int, str, str]], sources: Sources, known: set[str]) -> tuple[int, int, list[Heading]] | None:
    """The best headings in these rows; but what stands above them and a gap is no title where it is a table by its own headings."""
    found = find(rows, merged, known)
    for at in range(1, found[0] + 1 if found else 0):
        if rows[at]["row"] - rows[at - 1]["row"] > 1 and (sooner := find(rows[:at], merged, known)):
            if sooner[1] + 1 < at and feeds([normalised(heading.last) for heading in sooner[2]], sources):
                return sooner
    return found


def _next_table(sheet: Sheet, last: int, headings: list[Heading], known: set[str]) -> int:
    """The place where another table begins below a gap, under headings of its own; the end of the sheet where none does."""
    numbers = sheet.cells["row"].to_numpy()
    gaps = last + 1 + np.flatnonzero(np.diff(numbers[last:]) > 1)
    same = {heading.whole for heading in headings}
    for place in gaps[:GAPS_LOOKED_AT]:
        found = find(sheet.cells.slice(int(place), TITLES_BETWEEN + MOST_ROWS).to_pylist(), ranges(sheet.merged), known)
        if found and {heading.whole for heading in found[2]} != same and sum(normalised(h.last) in known for h in found[2]) >= NAMES_OF_ANOTHER:
            return int(place)
    return sheet.cells.num_rows


def _as_said(table: Table, answers: Mapping[str, str]) -> Table:
    """The table with the rows a person has left out, or wants read whatever they look like; said of it or of its whole sheet."""
    names = dict.fromkeys([table.sheet, table.within])
    kept, out = ({row for name in names for row in rows_in(answers.get(f"{key}:{name}", ""))} for key in (KEEP, LEAVE))
    if left_out(table, answers):
        return _set_aside(table, np.full(table.body.num_rows, "you left this table out", dtype=object))
    reasons = np.full(table.body.num_rows, None, dtype=object)
    reasons[np.isin(table.body["row"].to_numpy(), [*out])] = "you left it out"
    return _set_aside(replace(table, kept=frozenset(kept - out)), reasons)


def left_out(table: Table, answers: Mapping[str, str]) -> bool:
    """Has a person said that the whole table does not count?"""
    return answers.get(f"{LEAVE}:{table.sheet}") == ALL


def rows_in(text: str) -> set[int]:
    """Row numbers as people list them: 12, 14-16."""
    spans = [re.fullmatch(r"(\d{1,7})(?:\s*[-–]\s*(\d{1,7}))?", part.strip()) for part in text.split(",")]
    return {row for span in spans if span for row in range(int(span[1]), min(int(span[2] or span[1]), int(span[1]) + MOST_LISTED) + 1)}


def _table(sheet: Sheet, start: int, first: int, last: int, end: int, headings: list[Heading]) -> Table:
    above = sheet.cells.slice(start, first - start).to_pylist()
    texts = [heading.last for heading in headings]
    headers = tuple(Header(h.column, h.whole if texts.count(h.last) > 1 else h.last, h.parts) for h in headings)
    numbers = sheet.cells["row"]
    body = sheet.cells.slice(last + 1, end - last - 1).select(["row", *(h.column for h in headers)])
    titles = tuple(SetAside(row["row"], "a title", _words(row)) for row in above)
    return _without_repeats(Table(sheet.name, numbers[last].as_py(), headers, body, titles, last - first + 1))


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
    """The rows at the very end with one filled cell and no day of their own: notes, sources, legends."""
    given = {"row", *(header.column for header in table.headers if header.told and not table.across)}
    for at in range(table.body.num_rows - 1, max(table.body.num_rows - 40, -1), -1):
        row = table.body.slice(at, 1).to_pylist()[0]
        filled = [column for column in row if column not in given and (row[column] or "").strip()]
        if len(filled) > 1 or day_column in filled:
            return
        yield at


def _set_aside(table: Table, reasons: np.ndarray) -> Table:
    reasons[np.isin(table.body["row"].to_numpy(), [*table.kept])] = None
    out = np.flatnonzero(reasons != None)  # noqa: E711  (elementwise)
    if not len(out):
        return table
    gone = table.body.take(pa.array(out)).to_pylist()
    aside = tuple(SetAside(row["row"], reasons[at], _words(row)) for at, row in zip(out, gone, strict=True))
    keep = pa.array(reasons == None)  # noqa: E711
    return replace(table, body=table.body.filter(keep), set_aside=table.set_aside + aside)


def _column(body: pa.Table, column: str) -> list[str | None]:
    return pc.cast(body[column], pa.string()).to_pylist()


def _words(row: dict[str, str | None]) -> str:
    """The filled cells of a row, for showing beside the reason."""
    return " · ".join(text.strip() for column, text in row.items() if column != "row" and text and text.strip())
