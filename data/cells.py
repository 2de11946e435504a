"""Rows of text become columns that hold each distinct text once, because every distinct text is judged once later."""
from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import count, islice, zip_longest

import pyarrow as pa
import pyarrow.compute as pc

from data.finding import Finding, Level

MAX_COLUMNS = 500
LAST_ROW = 1_048_576            # of any spreadsheet program
MAX_CHARACTERS = 32_767         # what a cell of a spreadsheet program can hold

BATCH = 500                     # rows; larger ones leave the processor's cache: 2.5 times slower at 5,000
Batch = tuple[Sequence[int], Sequence[Sequence[str]]]      # row numbers, and the cells of each row


def in_batches(rows: Iterable[tuple[int, Sequence[str]]]) -> Iterator[Batch]:
    """Numbered rows as `gather` takes them."""
    rows = iter(rows)
    while some := list(islice(rows, BATCH)):
        numbers, records = zip(*some)
        yield numbers, records


@dataclass(frozen=True)
class Sheet:
    """Column "row" holds the spreadsheet's own row numbers; then "A", "B", … as dictionary<int32, string>, every text
    as it is shown, null where the cell is blank. Blank rows are left out. Text files have one sheet without a name."""
    name: str
    cells: pa.Table
    merged: tuple[str, ...] = ()            # ranges such as "B2:D2"; their text stands in the first cell alone
    hidden: bool = False
    hidden_rows: tuple[int, ...] = ()       # where the kind of file tells


def gather(batches: Iterable[Batch], *, file: str, sheet: str = "",
           tidy: Callable[[str], str] = str) -> tuple[pa.Table, list[Finding]]:
    """One table: "row", then "A", "B", … as dictionary<int32, string>. Blank cells are null, blank rows are dropped,
    blank columns at the end too. `tidy` is asked once for each distinct text of a column."""
    rows = array("i")
    columns: list[_Column] = []
    for numbers, records in batches:
        before = len(rows)
        rows.extend(numbers)
        width = 0
        for width, texts in enumerate(zip_longest(*records, fillvalue=""), 1):
            if width > len(columns):
                columns.append(_Column(before))
            columns[width - 1].extend(texts)
        for column in columns[width:]:
            column.extend([""] * len(records))
    findings = []
    cells = {}
    for name, column in zip(map(letter, count(1)), columns):
        cells[name], cut = column.finish(tidy)
        if cut is not None:
            findings.append(Finding(
                Level.WARN, f"the cell holds more than {MAX_CHARACTERS:,} characters, the rest was left out",
                "Check that the quotation marks in this row are closed.", file, sheet, rows[cut], f"column {name}"))
    return _without_blanks(rows, cells), findings


def beyond_last_column(rows: Sequence[int], file: str, sheet: str = "") -> Finding:
    return Finding(Level.WARN, f"there are cells beyond column {letter(MAX_COLUMNS)}, they were left out",
                   f"Keep the table within {MAX_COLUMNS} columns.", file, sheet, rows[0], rows=len(rows))


def letter(number: int) -> str:
    """1 is A, 27 is AA, as spreadsheet programs name their columns."""
    name = ""
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


class _Column:
    """Texts as codes into the distinct ones; code 0 is the blank."""

    def __init__(self, blanks_above: int) -> None:
        self._codes = array("i", bytes(4 * blanks_above))
        self._code_of: defaultdict[str, int] = defaultdict(count().__next__)
        self._code_of[""]

    def extend(self, texts: Iterable[str]) -> None:
        self._codes.extend(map(self._code_of.__getitem__, texts))

    def finish(self, tidy: Callable[[str], str]) -> tuple[pa.DictionaryArray, int | None]:
        """The column, and the place of the first text that had to be cut."""
        kept: dict[str, int] = {}
        cut = None
        new_code: list[int | None] = []
        for code, text in enumerate(map(tidy, self._code_of)):
            if len(text) > MAX_CHARACTERS:
                text = text[:MAX_CHARACTERS]
                cut = self._codes.index(code) if cut is None else cut
            blank = not text or text.isspace()
            new_code.append(None if blank else kept.setdefault(text, len(kept)))
        codes = pa.Array.from_buffers(pa.int32(), len(self._codes), [None, pa.py_buffer(self._codes)])
        indices = pa.array(new_code, pa.int32()).take(codes)
        return pa.DictionaryArray.from_arrays(indices, pa.array(list(kept), pa.string())), cut


def _without_blanks(rows: array, cells: dict[str, pa.DictionaryArray]) -> pa.Table:
    numbers = pa.Array.from_buffers(pa.int32(), len(rows), [None, pa.py_buffer(rows)])
    while cells and cells[last := next(reversed(cells))].null_count == len(rows):
        del cells[last]
    table = pa.table({"row": numbers, **cells})
    if not cells:
        return table.slice(0, 0)
    filled = reduce(pc.or_, (cell.is_valid() for cell in cells.values()))
    return table if pc.all(filled).as_py() else table.filter(filled)
