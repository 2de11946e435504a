"""CPU of the process that reads a made-up workbook: codes, dates, counts, per cent and notes. Goals: 5,000 rows 2 s, 200,000 rows 8 s.

Run: python -m benchmarks.reading
"""
import resource
import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

import openpyxl
from openpyxl.cell import WriteOnlyCell

from data import grid
from data.receive import receive

HEADER = ["School Code", "School", "Date", "Grade", "Enrolled", "Present", "Rate", "Note"]


def write(rows: int, path: Path) -> None:
    rng = Random(rows)
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Attendance")
    sheet.append(HEADER)
    for at in range(rows):
        enrolled = rng.randrange(20, 900)
        cells = [WriteOnlyCell(sheet, value) for value in (rng.randrange(1, 300), date(2026, 9, 1) + timedelta(at % 180), 1 - at % 97 / 970)]
        for cell, number_format in zip(cells, ("0000", "m/d/yyyy", "0.0%")):
            cell.number_format = number_format
        sheet.append([cells[0], f"School {at % 300}", cells[1], "K", enrolled, enrolled - at % 20, cells[2], f"note {at}" if at % 999 else "#N/A"])
    book.save(path)


def spent() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


if __name__ == "__main__":
    for rows in (5_000, 200_000):
        with tempfile.TemporaryDirectory() as folder:
            write(rows, path := Path(folder) / "november.xlsx")
            upload = receive(path, path.name, Path(folder) / "uploads", by="benchmark", at=datetime(2026, 11, 20))
            begun = spent()
            (sheet,) = grid.read(upload).sheets
            print(f"{sheet.cells.num_rows - 1:,} rows of {len(HEADER)} cells: {spent() - begun:.1f} CPU s")
