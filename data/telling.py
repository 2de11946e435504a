"""What readers of workbooks tell in the same words, whatever kind of workbook it is."""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from data.cells import letter
from data.finding import Finding, Level, Refused

SAVE_AGAIN = "Open it in Excel, save it again as Excel Workbook (.xlsx) and upload that file."


def refused(problem: str, remedy: str, file: str) -> Refused:
    return Refused(Finding(Level.STOP, problem, remedy, file))


def hiding(rows_hidden: int, file: str, sheet: str) -> Iterator[Finding]:
    if rows_hidden:
        yield Finding(Level.NOTE, f"{rows_hidden:,} hidden or filtered-out rows were read as well",
                      "Delete them in the workbook if they do not belong here.", file, sheet)


def unsaved(formulas: Mapping[int, Sequence[tuple[int, str]]], file: str, sheet: str) -> Iterator[Finding]:
    """`formulas` by the number of their column: row and formula."""
    for column, cells in formulas.items():
        row, formula = cells[0]
        yield Finding(Level.WARN, "the formula was saved without its result, the cell was read as blank",
                      "Open the workbook in Excel, save it and upload it again.", file, sheet, row,
                      f"column {letter(column)}", formula[:80], rows=len(cells))
