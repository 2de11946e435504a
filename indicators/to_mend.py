"""The rows of an upload that stay out, as a table a person edits in the page; what they changed, as answers; the workbook instead."""
from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from data.mended import BadRow, BadRows, answers_of
from data.prepare import Prepared
from indicators.phrases import sentence_case

ROWS_SHOWN = 200             # edited in the page; more of them are mended in the workbook
ROW, WHY, LEFT_OUT = "row", "why", "left out"        # columns beside the file's own, which are named by their letters


@dataclass(frozen=True)
class ToMend:
    """The bad rows of one sheet: the cells that are read, by letter, with headings as the uploader wrote them."""
    bad: BadRows
    headings: dict[str, str]
    rows: pd.DataFrame              # ROW, WHY, a text column a letter, LEFT_OUT

    @property
    def sheet(self) -> str:
        return self.bad.sheet


def to_mend(prepared: Prepared) -> list[ToMend]:
    """Sheet by sheet, at most ROWS_SHOWN rows in all."""
    found, left = [], ROWS_SHOWN
    for bad in prepared.bad:
        if left and bad.rows:
            found.append(_table(bad, _read(prepared, bad), left))
            left -= len(found[-1].rows)
    return found


def how_many(prepared: Prepared) -> int:
    return sum(bad.total for bad in prepared.bad)


def _read(prepared: Prepared, bad: BadRows) -> set[str]:
    """The letters of the columns that some field was read from, and of bad cells."""
    matched = {header.column for match in prepared.matches if match.sheet == bad.sheet for header in match.columns.values()}
    return matched | {letter for row in bad.rows for letter in (*row.wrong, *row.made_of)}


def _table(bad: BadRows, read: set[str], most: int) -> ToMend:
    headings = {header.column: header.text or header.column for header in bad.headers if header.column in read}
    rows = bad.rows[:most]
    columns = {ROW: [row.row for row in rows], WHY: [why_shortly(row) for row in rows]}
    columns |= {letter: [row.cells[letter] for row in rows] for letter in headings} | {LEFT_OUT: [False] * len(rows)}
    return ToMend(bad, headings, pd.DataFrame(columns))


def why_shortly(row: BadRow) -> str:
    """The problems of a row with the headings they are about; the remedies stand with the findings."""
    return "; ".join(f"{why.where}: {why.problem}" if why.where else sentence_case(why.problem) for why in row.why)


def changes(table: ToMend, edited: pd.DataFrame) -> dict[str, str]:
    """What differs between a table as shown and as edited, as answers."""
    texts, out = {}, set()
    for line in edited.to_dict("records"):
        texts[int(line[ROW])] = {letter: _text(line[letter]) for letter in table.headings}
        out |= {int(line[ROW])} if line[LEFT_OUT] else set()
    return answers_of(table.bad, texts, out)


def _text(cell: object) -> str:
    return cell if isinstance(cell, str) else ""
