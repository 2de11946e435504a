"""The workbook that goes back to the uploader with the rows to mend, and what is in it when it comes again."""
from __future__ import annotations

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from data.cells import Sheet, letter
from data.finding import Finding, Level, Refused
from data.mended import CELL_IS, OUT, ROW_IS, BadRow, BadRows, Original

ROW, WHY = "Row in your file", "What is wrong, what to do"      # the first two headings; the file's own follow
COPY, MARK = "as it came", "Headway: rows to mend"              # the hidden sheet that knows what was returned, and its first cell
SHEET_NAME, LONGEST_SHEET_NAME = "rows to mend", 31             # Excel's own limit
COMMENTED = 1_000               # bad cells with a comment beside their colour; a comment costs a hundred times what a cell does
AUTHOR = "Headway"
WIDE, NARROW = 60, 16           # in characters
# The colours of our pages: panel for headings, a light orange for what is wrong.
BOLD, PANEL, BAD = Font(bold=True), PatternFill("solid", fgColor="E6E1D4"), PatternFill("solid", fgColor="F8DCC0")
WRAPPED = Alignment(wrap_text=True, vertical="top")


@dataclass(frozen=True)
class Returned:
    """A workbook that came again: the original's table and row of each line, where it stands now, and what was changed."""
    original: Original
    rows: dict[tuple[str, int], int]            # table and row of the original to the row of this workbook
    sheets: dict[str, str]                      # table of the original to the sheet of this workbook
    answers: dict[str, str]
    changed: frozenset[tuple[str, int]]         # rows in which a cell was changed that was not marked as bad
    findings: tuple[Finding, ...] = ()


def returned_workbook(bad: Iterable[BadRows], original: Original) -> bytes:
    """The rows that stay out as .xlsx: every cell is the text that was read, and none can act as a formula."""
    book, comments = Workbook(), COMMENTED
    copy = book.active
    copy.title, copy.sheet_state = COPY, "hidden"
    _line(copy, 1, [MARK, original.sha256, original.name])
    at = 2
    for number, rows in enumerate(bad, 1):
        name = _sheet_name(rows.sheet, number, book.sheetnames)
        comments = _write_rows(book.create_sheet(name), rows, comments)
        _line(copy, at, [name, rows.sheet, "", "", *(header.column for header in rows.headers)])
        _line(copy, at + 1, [name, rows.sheet, "", "", *(header.text for header in rows.headers)])
        for at, row in enumerate(rows.rows, at + 2):
            _line(copy, at, [name, rows.sheet, str(row.row), ",".join(row.wrong), *row.cells.values()])
        at += 1
    book.active = 1
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _sheet_name(sheet: str, number: int, taken: list[str]) -> str:
    """The sheet's own name where Excel takes it, a numbered one otherwise."""
    name = re.sub(r"[\[\]:*?/\\]", " ", sheet).strip(" '")[:LONGEST_SHEET_NAME] or SHEET_NAME
    return name if name.lower() not in {other.lower() for other in taken} else f"{SHEET_NAME} {number}"


def _write_rows(sheet: Worksheet, bad: BadRows, comments: int) -> int:
    """One table: its headings, the rows with their numbers, what is wrong beside them and at the bad cells."""
    _line(sheet, 1, [ROW, WHY, *(header.text for header in bad.headers)])
    for at in range(1, len(bad.headers) + 3):
        heading = sheet.cell(1, at)
        heading.font, heading.fill, heading.alignment = BOLD, PANEL, WRAPPED
        sheet.column_dimensions[letter(at)].width = WIDE if at == 2 else NARROW
        sheet.column_dimensions[letter(at)].number_format = "@"
    sheet.freeze_panes = "C2"
    for at, row in enumerate(bad.rows, 2):
        _line(sheet, at, [str(row.row), why_words(row), *row.cells.values()])
        sheet.cell(at, 2).alignment = WRAPPED
        for place, column in enumerate(row.cells, 3):
            if column in row.wrong:
                cell = sheet.cell(at, place)
                cell.fill = BAD
                if comments > 0:
                    cell.comment, comments = Comment(_plain(why_words(row)), AUTHOR), comments - 1
    return comments


def why_words(row: BadRow) -> str:
    """What is wrong with a row and what to do, in one line."""
    return " ".join(f"{f'{why.where}: ' * bool(why.where)}{why.problem[:1].upper()}{why.problem[1:]}. {why.remedy}" for why in row.why)


def _line(sheet: Worksheet, row: int, texts: Iterable[str]) -> None:
    """Texts, whatever they look like: no program takes them for a formula, a number or a day, now or when they are edited."""
    for at, text in enumerate(texts, 1):
        cell: Cell = sheet.cell(row, at)
        cell.value = _plain(text) or None
        if cell.value is not None:
            cell.data_type = "s"
        cell.number_format, cell.quotePrefix = "@", True


def _plain(text: str) -> str:
    return ILLEGAL_CHARACTERS_RE.sub("", text)


def returned(sheets: Iterable[Sheet]) -> Returned | None:
    """What a workbook of ours brings back; None for any other file. Refused where it can be told to be ours but not whose."""
    by_name = {sheet.name: sheet for sheet in sheets}
    copy = next((sheet for sheet in by_name.values() if sheet.hidden and _starts(sheet, MARK)), None)
    if copy is None:
        if any(_starts(sheet, ROW, WHY) for sheet in by_name.values()):
            raise Refused(Finding(Level.STOP, "these are rows to mend, but the hidden sheet that says of which file is gone",
                                  "Mend the workbook that Headway gave you and save it as it is, as .xlsx."))
        return None
    (_, first), *lines = _texts(copy)
    found = Returned(Original(*first[1:3]), {}, {}, {}, frozenset())
    issued: dict[str, list[list[str]]] = {}
    for _, cells in lines:
        issued.setdefault(cells[0], []).append(cells)
    for name, (letters, headings, *rows) in issued.items():
        table, columns = letters[1], dict(zip(filter(None, letters[4:]), headings[4:], strict=False))
        found.sheets[table] = name
        more = _compare(found, table, columns, {int(row[2]): row for row in rows}, by_name.get(name) or Sheet(name, copy.cells.slice(0, 0)))
        found = Returned(found.original, found.rows, found.sheets, found.answers, found.changed | more[0], (*found.findings, *more[1]))
    return found


def _compare(found: Returned, table: str, columns: dict[str, str], issued: dict[int, list[str]], sheet: Sheet) -> tuple[set[tuple[str, int]], list[Finding]]:
    """Note what became of the rows of one table: those that are gone are left out for good."""
    (_, headings), *lines = _texts(sheet)
    for place, text in enumerate((ROW, WHY, *columns.values())):
        if _words(_at(headings, place)) != _words(text):
            raise Refused(Finding(Level.STOP, f"the column {text} is not where it was in the workbook that Headway gave you",
                                  "Leave its sheets, headings and columns as they were.", sheet=sheet.name))
    changed, astray = set(), []
    for at, texts in lines:
        row = int(texts[0]) if texts[0].isdigit() else 0
        if row not in issued or (table, row) in found.rows:
            astray.append(at)
            continue
        found.rows[table, row] = at
        was, bad = issued[row][4:], issued[row][3].split(",")
        for place, column in enumerate(columns):
            now, before = _at(texts, place + 2), _at(was, place)
            if _words(now) != _words(before):
                found.answers[f"{CELL_IS}:{table}:{row}:{column}"] = now.strip()
                changed |= {(table, row)} if column not in bad else set()
    gone = [row for row in issued if (table, row) not in found.rows]
    found.answers.update({f"{ROW_IS}:{table}:{row}": OUT for row in gone})
    told = [Finding(Level.WARN, "this row is none of those that were returned, so it is left out", "Put new rows into a file of their own.",
                    sheet=sheet.name, row=astray[0], rows=len(astray))] if astray else []
    if gone:
        told.append(Finding(Level.NOTE, "this row was deleted from the workbook, so it is left out for good", "Put it back where that was not meant.",
                            sheet=sheet.name, row=gone[0], rows=len(gone)))
    return changed, told


def _words(text: str) -> str:
    return " ".join(text.split())


def _at(texts: list[str], place: int) -> str:
    return texts[place] if place < len(texts) else ""


def _starts(sheet: Sheet, *texts: str) -> bool:
    first = sheet.cells.slice(0, 1).to_pylist()
    return bool(first) and [text for column, text in first[0].items() if column != "row"][:len(texts)] == [*texts]


def _texts(sheet: Sheet) -> list[tuple[int, list[str]]]:
    """The rows of a sheet: number and cells, blank ones as empty texts."""
    columns = [name for name in sheet.cells.column_names if name != "row"]
    return [(row["row"], [row[column] or "" for column in columns]) for row in sheet.cells.to_pylist()] or [(0, [])]
