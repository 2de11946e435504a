"""Text whose rows are not all written alike: stray quotation marks, a row with other delimiters or other marks."""
from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from data.dialect import STAND_IN, USUAL, Dialect
from data.finding import Finding, Level, Refused

MOST_LINES = 100                # one cell may hold so many lines
MOST_MENDED_LINES = 20          # and so many where its quotation marks are out of place: each is tried in turn
SWALLOWED_ROWS = 3              # so many whole rows inside one cell are no comment any more
BAD_QUOTES = "a quotation mark stands inside a quoted cell, or is never closed"
OTHER_MARKS = "this row is written with other delimiters or quotation marks than the rest"


def swallowed(cell: str, dialect: Dialect) -> int:
    """How many lines within a cell look like rows of their own. Two stray quotation marks can hide whole rows."""
    return sum(line.count(dialect.delimiter) == dialect.columns - 1 for line in cell.splitlines()[1:]) if dialect.columns > 2 else 0


def in_another_dialect(line: str, dialect: Dialect) -> list[str] | None:
    """The cells of a line that has the table's width only with another delimiter or another quotation mark."""
    if dialect.columns < 3:
        return None
    for delimiter in USUAL:
        if delimiter != dialect.delimiter and line.count(delimiter) >= dialect.columns - 1:
            if len(cells := _strictly([line], Dialect(delimiter, dialect.quote, dialect.escape))[0]) == dialect.columns:
                return cells
    mark = "'" if dialect.quote == '"' else '"'
    every_cell_marked = f"{mark}[^{mark}]*{mark}"
    if re.fullmatch(f"{every_cell_marked}(?:{re.escape(dialect.delimiter)} ?(?:{every_cell_marked})?)+", line):
        return _strictly([line], Dialect(dialect.delimiter, mark, blank_after=dialect.blank_after))[0]
    return None


class Mending:
    """The records of a text, row by row, and where they had to be understood otherwise than the rest."""

    def __init__(self, text: str, dialect: Dialect, file: str) -> None:
        self._lines = list(io.StringIO(text, newline=""))
        self._dialect, self._file = dialect, file
        self._told: dict[str, list[int]] = {}
        self._row = 0

    def records(self) -> Iterator[list[str]]:
        at = 0
        special = {self._dialect.quote, self._dialect.escape, "'", '"'} - {None}
        while at < len(self._lines):
            self._row += 1
            line = self._lines[at].rstrip("\r\n")
            if self._dialect.blank_after or any(mark in line for mark in special):
                record, used = self._record(at, line)
            else:
                record, used = line.split(self._dialect.delimiter) if line else [], 1
                if len(record) not in (self._dialect.columns, 0) and (cells := in_another_dialect(line, self._dialect)):
                    record = self._noted(OTHER_MARKS, cells)
            yield record
            at += used

    def findings(self) -> Iterator[Finding]:
        for problem, rows in self._told.items():
            yield Finding(Level.WARN, problem, "Compare this row in the preview with the file.", self._file, "", rows[0],
                          rows=len(rows))

    def _record(self, at: int, line: str) -> tuple[list[str], int]:
        """The likeliest reading of the record that begins here, and how many lines it takes."""
        columns = self._dialect.columns
        strict, used = _strictly([line], self._dialect)
        if len(strict) == columns and not line.startswith("'" if self._dialect.quote == '"' else '"'):
            return strict, 1
        strict, used = _strictly(self._lines[at:at + MOST_LINES], self._dialect)
        hides_rows = max((swallowed(cell, self._dialect) for cell in strict), default=0)
        if used > 1 and len(strict) == columns and not hides_rows:
            return strict, used
        if cells := in_another_dialect(line, self._dialect):
            return self._noted(OTHER_MARKS, cells), 1
        if used == 1 and strict:
            return strict, 1
        for never_closed in (False, True):
            if len(cells := self._dialect.split(line, never_closed=never_closed)) == columns:
                return self._noted(BAD_QUOTES, cells), 1
        text = self._lines[at]
        for more, further in enumerate(self._lines[at + 1:at + MOST_MENDED_LINES], 2):
            text += further
            cells = self._dialect.split(text.rstrip("\r\n"))
            if len(cells) == columns and not any(swallowed(cell, self._dialect) for cell in cells):
                return self._noted(BAD_QUOTES, cells), more
        if strict and hides_rows < SWALLOWED_ROWS:
            return strict, used
        raise Refused(Finding(
            Level.STOP, f"the quotation mark opened in line {at + 1:,} of the file is not closed there, and more lines would "
            "become one row", "Delete or close it and upload the file again.", self._file, "", self._row, value=line.replace(STAND_IN, self._dialect.written).strip()[:80]))

    def _noted(self, problem: str, cells: list[str]) -> list[str]:
        self._told.setdefault(problem, []).append(self._row)
        return cells


def _strictly(lines: list[str], dialect: Dialect) -> tuple[list[str], int]:
    """The first record by the rules, and its lines; no cells where the rules are broken."""
    reader = dialect.reader(iter(lines), strict=True)
    try:
        return next(reader, []), reader.line_num
    except csv.Error:
        return [], 0
