"""What the tests of understanding a file share: a spreadsheet written as text, and what is made of it."""
from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa

from data import loads
from data.cells import gather
from data.facts import Part
from data.finding import Level
from data.grid import Grid, Sheet
from data.home import Home
from data.claims import covering
from data.prepare import Prepared, prepare
from data.preview import Effect, preview
from data.receive import Kind, Upload
from data.schools import SchoolList, school_list
from data.source import Sources, load_sources
from data.store import Store
from indicators.definition import Definitions, load_definitions
from indicators.weekly import revising

SOURCES = load_sources()
DEFINITIONS = load_definitions(SOURCES)
AT = datetime(2026, 11, 20, 15, 0)
LINCOLN = SchoolList({"0052": "Lincoln Elementary", "0112": "Total Wellness Academy", "0120": "Bell High"}, harvested=False)
NO_LIST = SchoolList()


def sheet(text: str, name: str = "") -> Sheet:
    """A sheet as the reader gives it: blank rows left out, row numbers kept."""
    lines = [*csv.reader(io.StringIO(text), skipinitialspace=True)]
    cells, _ = gather([([*range(1, len(lines) + 1)], lines)], file="a.csv", sheet=name, tidy=str.strip)
    return Sheet(name, cells)


def understood(*texts: str, sources: Sources = SOURCES, schools: SchoolList = NO_LIST, last_day: date | None = None,
               answers: Mapping[str, str] | None = None) -> Prepared:
    """A file of one sheet without a name, or of several named 1, 2, …, prepared as an upload is."""
    names = [""] if len(texts) == 1 else [*map(str, range(1, len(texts) + 1))]
    grid = Grid(tuple(map(sheet, texts, names)), ())
    return prepare(grid, sources, schools, last_day, file="a.csv", today=AT.date(), students=lambda number: f"s{number}", answers=answers or {})


def rows(prepared: Prepared, source: str, *names: str) -> list[tuple]:
    """The rows that would be stored in one source: the fields named, in file order."""
    tables = [part.rows.select(names) for part in prepared.parts if part.source.name == source and not part.harvested]
    return [tuple(row.values()) for table in tables for row in table.to_pylist()]


def scope(prepared: Prepared, source: str) -> set[tuple]:
    """The school-days the file is complete for."""
    tables = [part.scope.select(["school_id", "day"]) for part in prepared.parts if part.source.name == source and not part.harvested]
    return {tuple(row.values()) for row in pa.concat_tables(tables).to_pylist()} if tables else set()


def told(prepared: Prepared, level: Level | None = None) -> list[str]:
    return [str(finding) for finding in prepared.findings if level in (None, finding.level)]


def asked(prepared: Prepared) -> dict[str, str]:
    return {question.key: question.ask for question in prepared.questions}


class Desk:
    """A steward's desk: look at a spreadsheet against what stands, or load it. Files are given as text."""

    def __init__(self, folder: Path, store: Store, definitions: Iterable = DEFINITIONS) -> None:
        self.home, self.store, self.folder = Home(folder / "home").ensure(), store, folder
        self.revise = revising(Definitions({d.name: d for d in definitions}), SOURCES)

    def parts(self, *texts: str, covers: tuple[date, date] | None = None) -> tuple[Part, ...]:
        schools = school_list(self.store, SOURCES)
        found = understood(*texts, schools=schools).parts
        return tuple(covering(part, *covers, sorted(schools.names)) if covers and part.source.events else part for part in found)

    def look(self, *texts: str, **how) -> list[Effect]:
        return preview(self.store, SOURCES, self.parts(*texts, **how))

    def load(self, *texts: str, **how) -> int:
        content = "\f".join([*texts, *map(str, how.values())]).encode()
        sha256 = hashlib.sha256(content).hexdigest()
        path = self.folder / sha256
        path.write_bytes(content)
        return loads.accept(self.store, self.home, SOURCES, Upload("a.csv", sha256, len(content), Kind.TEXT, path, "steward", AT),
                            self.parts(*texts, **how), refused=0, answers={}, at=AT, revise=self.revise)

    def weekly(self, indicator: str, school: str = "A") -> dict[date, tuple]:
        """Week to measure, numerator and denominator of one school."""
        return {week: tuple(numbers) for week, *numbers in self.store.rows(
            "select week, measure, numerator, denominator from weekly where indicator = ? and school_id = ? order by week", indicator, school)}
