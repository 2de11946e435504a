"""Tables of a web page, which many student information systems save under the name .xls: each one a sheet."""
from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from data.cells import LAST_ROW, MAX_COLUMNS, Batch, Sheet, beyond_last_column, gather, in_batches, letter
from data.delimited import decode
from data.finding import Finding, Level, Refused

UNSEEN = {"script", "style", "template", "noscript", "head"}
LINE_BREAKS = {"br", "p", "div", "li"}


def read(content: bytes | bytearray, file: str) -> tuple[list[Sheet], list[Finding]]:
    """Raises Refused where the page has no table with cells."""
    text, findings = decode(content, file)
    page = _Page()
    page.feed(text)
    page.close()
    tables = [table for table in page.tables if table.has_text()]
    if not tables:
        raise Refused(Finding(Level.STOP, "this is a web page without a table", "Export the table as .xlsx or .csv and "
                              "upload that file.", file))
    sheets = []
    for number, table in enumerate(tables, 1):
        name = f"Table {number}" if len(tables) > 1 else ""
        cells, told = gather(table.placed(), file=file, sheet=name)
        if table.too_wide:
            told.append(beyond_last_column(table.too_wide, file, name))
        sheets.append(Sheet(name, cells, tuple(table.merged)))
        findings += told
    return sheets, findings


@dataclass
class _Table:
    """Its rows as written: each cell with its text and how many columns and rows it covers."""
    rows: list[list[tuple[list[str], int, int]]] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    too_wide: list[int] = field(default_factory=list)

    def has_text(self) -> bool:
        return any(_tidy(text) for row in self.rows for text, _, _ in row)

    def placed(self) -> Iterator[Batch]:
        """Cells at the places a browser gives them: those beside and below a merged cell make room for it."""
        records, covered = [], {}                           # column: rows it is still covered from above
        for number, row in enumerate(self.rows[:LAST_ROW], 1):
            record, still = [], {at: more - 1 for at, more in covered.items() if more > 1}
            for text, wide, high in row:
                while len(record) in covered:
                    record.append("")
                at = len(record)
                if wide > 1 or high > 1:
                    self.merged.append(f"{letter(at + 1)}{number}:{letter(at + wide)}{number + high - 1}")
                still |= {column: high - 1 for column in range(at, at + wide) if high > 1}
                record += [_tidy(text)] + [""] * (wide - 1)
            if any(record[MAX_COLUMNS:]):
                self.too_wide.append(number)
            records.append(record[:MAX_COLUMNS])
            covered = still
        return in_batches(enumerate(records, 1))


class _Page(HTMLParser):
    """Collects tables. A table within a table's cell is one of its own; end tags that were left out are understood."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[_Table] = []
        self._open: list[tuple[_Table, list[str] | None]] = []      # the tables around, each with its cell being read
        self._table: _Table | None = None
        self._cell: list[str] | None = None
        self._unseen = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if self._unseen:
            return
        if tag in UNSEEN:
            self._unseen = tag
        elif tag == "table":
            self._open.append((self._table, self._cell))
            self._table, self._cell = _Table(), None
            self.tables.append(self._table)
        elif self._table is not None and tag == "tr":
            self._table.rows.append([])
            self._cell = None
        elif self._table is not None and tag in ("td", "th"):
            spans = dict(attributes)
            self._cell = []
            if not self._table.rows:
                self._table.rows.append([])
            self._table.rows[-1].append((self._cell, _span(spans.get("colspan"), MAX_COLUMNS), _span(spans.get("rowspan"), LAST_ROW)))
        elif self._cell is not None and tag in LINE_BREAKS:
            self._cell.append("\n")

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in UNSEEN:
            self.handle_starttag(tag, attributes)

    def handle_endtag(self, tag: str) -> None:
        if tag == self._unseen:
            self._unseen = ""
        elif tag in ("td", "th", "tr"):
            self._cell = None
        elif tag == "table" and self._open:
            self._table, self._cell = self._open.pop()

    def handle_data(self, text: str) -> None:
        if self._cell is not None and not self._unseen:
            self._cell.append(re.sub(r"[ \t\r\n\f]+", " ", text))


def _span(written: str | None, most: int) -> int:
    return min(max(int(written), 1), most) if written and written.strip().isdecimal() and len(written) < 8 else 1


def _tidy(parts: list[str]) -> str:
    return "\n".join(filter(None, (line.strip(" \t\xa0") for line in "".join(parts).split("\n"))))
