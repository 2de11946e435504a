"""CPU to preview a workbook of 5,000 rows: reading process, understanding, comparing, weekly numbers. Goal: 2 s.

Run: python -m benchmarks.preview
"""
import io
import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import median

from openpyxl import Workbook

from benchmarks.first_start import spent
from data.home import Home
from indicators.district import District

ROWS, SCHOOLS, TIMES = 5_000, 50, 5
AT = datetime(2026, 11, 20, 15, 0)


def workbook() -> bytes:
    """Fifty schools on a hundred school days, with a title and a total."""
    book = Workbook()
    sheet = book.active
    sheet.append(["Daily attendance (made up)"])
    sheet.append(["School Code", "Date", "Present", "Enrolled", "Grade", "Entered by"])
    days = [day for n in range(140) if (day := date(2026, 4, 1) + timedelta(days=n)).weekday() < 5][:ROWS // SCHOOLS]
    for day in days:
        for school in range(SCHOOLS):
            sheet.append([f"{school:04}", day, 400 + (school * 7 + day.toordinal()) % 50, 460, "all", "office"])
    sheet.append(["Total"])
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


if __name__ == "__main__":
    content, took = workbook(), []
    for _ in range(TIMES):
        with tempfile.TemporaryDirectory() as folder:
            district = District.open(Home(Path(folder) / "home"))
            district.begin_own(by="benchmark", at=AT)
            before = spent()
            found = district.understand(district.receive(content, "attendance.xlsx", by="benchmark", at=AT), numbers=True)
            took.append(spent() - before)
            assert found.prepared.rows == ROWS and found.moved
            district.close()
    print(f"{ROWS:,} rows previewed, median of {TIMES}: {median(took):.2f} CPU s (from {min(took):.2f} to {max(took):.2f})")
