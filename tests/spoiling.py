"""A clean table as a file on its way, which can be written in other ways than it should be."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

HEADER = ["School Code", "School", "Date", "Enrolled", "Present", "Rate", "Note"]
SCHOOLS = ["Lincoln Elementary", "Peña Middle School", "O'Neill High", "Martin Luther King, Jr.", "St. Mary's", "North"]
NOTES = ["", "late bus", "see memo", "two fire drills, one real", 'principal said "fine"', "snow; early close", "n/a", "sub | aide"]


@dataclass
class Row:
    """One row as it should be read, and what is odd about the way it is written."""
    cells: list[str]
    raw: str | None = None                      # the line itself, where the cells are not written in the ordinary way
    delimiter: str = ""
    quote: str = ""
    escape: str = ""
    end: str | None = None
    header: bool = False


@dataclass
class Draft:
    """A file on its way: its rows and how all of them are written."""
    rows: list[Row]
    delimiter: str = ","
    quote: str = '"'
    escape: str = ""                            # empty: a quotation mark inside a cell is doubled
    quote_all: bool = False
    end: str = "\r\n"
    encoding: str = "utf-8"
    mark: bytes = b""
    stray: bytes = b""                          # written at the very end, not in the file's encoding

    def some(self, rng: Random) -> Row:
        return rng.choice(self.body())

    def body(self) -> list[Row]:
        return [row for row in self.rows if not row.header]

    def put(self, at: int, *rows: Row) -> None:
        self.rows[at:at] = rows

    def line(self, row: Row) -> str:
        if row.raw is not None:
            return row.raw
        delimiter = row.delimiter or self.delimiter
        return delimiter.join(self.cell(cell, row, delimiter) for cell in row.cells)

    def cell(self, cell: str, row: Row, delimiter: str) -> str:
        quote, escape = row.quote or self.quote, row.escape or self.escape or row.quote or self.quote
        plain = not any(mark in cell for mark in (delimiter, quote, "\r", "\n")) and cell == cell.strip()
        if plain and not (self.quote_all or row.quote or row.escape):
            return cell
        inside = cell.replace(escape, escape * 2) if escape != quote else cell
        return quote + inside.replace(quote, escape + quote) + quote

    def content(self) -> bytes:
        text = "".join(self.line(row) + (self.end if row.end is None else row.end) for row in self.rows)
        return self.mark + text.encode(self.encoding) + self.stray


def clean(rng: Random) -> Draft:
    monday = date(2026, 9, 7) + timedelta(days=rng.randrange(0, 140, 7))
    rows = [Row(HEADER, header=True)]
    for _ in range(rng.randrange(8, 60)):
        enrolled = rng.randrange(20, 900)
        present = rng.randrange(enrolled // 2, enrolled + 1)
        rows.append(Row([f"{rng.randrange(1, 9999):04}", rng.choice(SCHOOLS), str(monday + timedelta(days=rng.randrange(5))),
                         str(enrolled), str(present), f"{100 * present / enrolled:.1f}%", rng.choice(NOTES)]))
    return Draft(rows, quote_all=rng.random() < 0.3, end=rng.choice(["\r\n", "\n"]))


KINDS: dict[str, Callable[[Draft, Random], None]] = {"clean": lambda draft, rng: None}


def kind(spoil: Callable[[Draft, Random], None]) -> Callable[[Draft, Random], None]:
    KINDS[spoil.__name__] = spoil
    return spoil


def written_with(name: str, **settings) -> None:
    def spoil(draft: Draft, rng: Random) -> None:
        for setting, value in settings.items():
            setattr(draft, setting, value)
    KINDS[name] = spoil
