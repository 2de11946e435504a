"""What the tests of understanding a file share: a spreadsheet written as text, and what is made of it."""
from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import date

import pyarrow as pa

from data.cells import gather
from data.finding import Level
from data.grid import Grid, Sheet
from data.prepare import Prepared, prepare
from data.schools import SchoolList
from data.source import Sources, load_sources

SOURCES = load_sources()
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
    return prepare(grid, sources, schools, last_day, file="a.csv", students=lambda number: f"s{number}", answers=answers or {})


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
