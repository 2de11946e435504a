"""What the uploader should know: place, problem, remedy. Bad data is a value here, never an exception."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum


class Level(StrEnum):
    """How much a finding matters: STOP keeps the row (or the file) out, WARN lets it in, NOTE only tells."""
    STOP = "stop"
    WARN = "warn"
    NOTE = "note"


@dataclass(frozen=True)
class Finding:
    """One thing to know about a cell, row, column or file. Rows are numbered as the spreadsheet numbers them."""
    level: Level
    problem: str                # without a full stop; the value quoted where there is one
    remedy: str                 # one sentence that says what to do
    file: str = ""
    sheet: str = ""
    row: int | None = None
    column: str = ""            # as the uploader wrote it
    value: str | None = None
    rows: int = 1               # how many rows it speaks for, this one included

    @property
    def place(self) -> str:
        where = [f"Row {self.row}" if self.row else "", self.column]
        inside = ", ".join(part for part in where if part)
        return inside or (f"Sheet {self.sheet}" if self.sheet else self.file)

    def __str__(self) -> str:
        quoted = f" ({self.value!r})" if self.value is not None else ""
        more = f" The same in {self.rows - 1:,} more rows." if self.rows > 1 else ""
        where = f"{self.place}: " if self.place else ""
        return f"{where}{self.problem}{quoted}. {self.remedy}{more}"


class Refused(Exception):
    """Carries the findings that stop a file, from where they are seen to the frame that shows them."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__("\n".join(map(str, findings)))
        self.findings = findings


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The nearest known word as a question, or the list of known ones."""
    known = list(known)
    near = get_close_matches(word, known, n=1)
    return f"Did you mean {near[0]!r}?" if near else f"Known here: {', '.join(known)}."
