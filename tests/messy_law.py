"""The law for messy files: nothing stored contradicts the truth, and nothing is lost without a word."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isclose
from typing import Any

from data.finding import Level
from data.source import Source
from indicators.district import District, Understood
from tests.messy_plan import Fact


class Told:
    """Which rows of a file something was said about: by their number, by their column, with their sheet, or as "n more rows"."""

    def __init__(self, understood: Understood) -> None:
        prepared = understood.prepared
        taken = {(part.sheet, row) for part in prepared.parts if not part.harvested for row in part.rows["file_row"].to_pylist()}
        self.rows = {(f.sheet, f.row) for f in prepared.findings if f.row}
        self.rows |= {(table.sheet, aside.row) for table in prepared.tables for aside in table.set_aside}
        self.columns = {(f.sheet, f.column) for f in prepared.findings if f.column and not f.row}
        read = {part.sheet for part in prepared.parts}
        self.sheets = {f.sheet for f in prepared.findings if not f.row and not f.column and f.level != Level.NOTE and f.sheet not in read}
        self.kept_out = {(table.sheet, row) for table in prepared.tables if table.sheet not in self.sheets
                         for row in table.body["row"].to_pylist()} - taken
        self.several = {(f.sheet, f.row) for f in prepared.findings if f.row and f.rows > 1 and f.level != Level.NOTE}
        self.spoken_for = sum(f.rows for f in prepared.findings if f.row)

    def silent(self, facts: Iterable[Fact]) -> list[Fact]:
        """The facts nothing speaks of. A finding names one row and says how many it speaks for: enough for all that were read and kept out?"""
        left = [fact for fact in facts if (fact.sheet, fact.row) not in self.rows and fact.sheet not in self.sheets
                and (fact.sheet, fact.header) not in self.columns]
        enough = self.spoken_for >= len(self.kept_out)
        return [fact for fact in left if not (enough and (fact.sheet, fact.row) in self.kept_out)]

    def hinted(self, fact: Fact) -> bool:
        """Does a warning for several rows begin above this one? It may speak for a cell that was read as empty."""
        return any(sheet == fact.sheet and row <= fact.row for sheet, row in self.several)


@dataclass(frozen=True)
class Agreement:
    """Whether a stored row contradicts the truth. A field the file does not tell may be empty, or true all the same."""
    source: Source
    told: set[str]
    unread: set[str]
    district: District

    def holds(self, row: Mapping[str, Any], truth: Mapping[str, Any]) -> bool:
        return not any(self.differs(row, f.name, truth) for f in self.source.fields)

    def off(self, row: Mapping[str, Any], truth: Mapping[str, Any]) -> list[str]:
        return [f.name for f in self.source.fields if self.differs(row, f.name, truth)]

    def differs(self, row: Mapping[str, Any], name: str, truth: Mapping[str, Any]) -> bool:
        stored = row.get(name) if row.get(name) is not None else row.get(f"{name}_is")
        expected = truth.get(name)
        if name in self.unread and stored is None:
            return False
        if name not in self.told and (stored in (None, "all") or expected is None):
            return stored not in (None, "all")
        if name == "student" and expected is not None:
            expected = self.district.home.pseudonym(expected)
        return not any(_same(stored, one) for one in (expected if isinstance(expected, frozenset) else [expected]))


def _same(stored: Any, expected: Any) -> bool:
    if isinstance(expected, float) or isinstance(stored, float):
        return not isinstance(stored, str | None) and not isinstance(expected, str | None) and isclose(stored, expected, abs_tol=1e-6)
    if isinstance(expected, str) and isinstance(stored, str):
        return " ".join(stored.split()) == " ".join(expected.split())
    return type(stored) is type(expected) and stored == expected or (stored is None and expected is None)
