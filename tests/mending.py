"""What the tests of mending share: a clean file, the same with two bad rows, a district that loads them, a workbook edited by hand."""
from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime

from openpyxl import Workbook, load_workbook

from indicators.district import District, Understood

AT = datetime(2026, 11, 21, 9, 0)
DAYS = [f"2026-11-{day}" for day in (16, 17, 18, 19, 20)]
CLEAN = "School,Date,Present,Enrolled\n" + "".join(f"A,{day},190,200\nB,{day},86,100\n" for day in DAYS)
SPOILT = CLEAN.replace("B,2026-11-18,86,100", "B,2026-11-18,8O,100").replace("A,2026-11-20,190,200", "A,2026-11-20,290,200")      # rows 7 and 10
MENDED = {"cell::7:C": "86", "cell::10:C": "190"}
WIDE = "School,16 Nov 2026,17 Nov 2026,18 Nov 2026,19 Nov 2026,20 Nov 2026\n0052,91%,92%,9X%,94%,95%\n0120,90%,90%,90%,90%,90%\n"
PERCENT = {"values:": "attendance.percent"}      # what the cells of WIDE are
CLEAN_ROWS = sorted((line.split(",")[0], line.split(",")[1], int(line.split(",")[2]), int(line.split(",")[3])) for line in CLEAN.splitlines()[1:])


def read(district: District, content: str | bytes, name: str = "week 47.csv", **answers: str) -> Understood:
    upload = district.receive(content.encode() if isinstance(content, str) else content, name, by="R. Ortiz", at=AT)
    return district.understand(upload, answers)


def load(district: District, content: str | bytes, name: str = "week 47.csv", **answers: str) -> int:
    return district.accept(read(district, content, name, **answers), at=AT)


def edited(content: bytes, change: Callable[[Workbook], object]) -> bytes:
    """As a person does it: opened, changed, saved."""
    book, saved = load_workbook(io.BytesIO(content)), io.BytesIO()
    change(book)
    book.save(saved)
    return saved.getvalue()


def in_column(heading: str, texts: dict[int, object]) -> Callable[[Workbook], object]:
    """Write under a heading, in the rows that have these numbers in the first column."""
    def write(book: Workbook) -> None:
        for sheet in book.worksheets:
            at = next((cell.column for cell in sheet[1] if cell.value == heading), None)
            for row in sheet.iter_rows(min_row=2) if at and sheet.sheet_state == "visible" else ():
                if int(row[0].value) in texts:
                    row[at - 1].value = texts[int(row[0].value)]
    return write


def standing(district: District) -> list[tuple]:
    return district.store.rows("select school, date::varchar, present, enrolled from live_attendance order by school, date")
