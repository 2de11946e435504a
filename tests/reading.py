"""What the tests of reading share: an upload read as the app reads it, and its cells by row."""
from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path

import openpyxl
import pyarrow as pa

from data.finding import Level
from data.grid import Grid, read
from data.receive import receive

MONDAY = datetime(2026, 11, 16, 8, 5)
REAL = Path(__file__).parents[2] / "shared" / "realdata"


def read_upload(content: bytes | Path | openpyxl.Workbook, folder: Path, name: str = "november.csv", **limits) -> Grid:
    if isinstance(content, openpyxl.Workbook):
        content = saved(content)
    return read(receive(content, name, folder, by="R. Ortiz", at=MONDAY), **limits)


def saved(book: openpyxl.Workbook) -> bytes:
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def rows(table: pa.Table) -> dict[int, list[str | None]]:
    """The cells by the spreadsheet's own row number."""
    numbers, *columns = (column.to_pylist() for column in table.columns)
    return {number: list(cells) for number, *cells in zip(numbers, *columns)}


def only(grid: Grid) -> dict[int, list[str | None]]:
    (sheet,) = grid.sheets
    return rows(sheet.cells)


def stopped(grid: Grid) -> str:
    """The one sentence that says why nothing was read."""
    assert grid.sheets == ()
    (stop,) = grid.findings
    assert stop.level is Level.STOP and stop.remedy
    return str(stop)


def told(grid: Grid) -> list[str]:
    return [f"{finding.level}: {finding}" for finding in grid.findings]
