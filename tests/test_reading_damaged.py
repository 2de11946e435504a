"""Damaged files of every kind, and the bad inputs people hand in: sheets or a sentence with a remedy, never an exception."""
import gzip
import time
from pathlib import Path
from random import Random

import openpyxl
import pytest

from data.finding import Level
from data.grid import Grid, read_each
from data.receive import receive
from tests.other_workbooks import binary_workbook, old_workbook, open_document, zipped
from tests.reading import MONDAY, REAL, read_upload, saved, stopped
from tests.test_reading_other_workbooks import CELLS, PAGE, XML_2003, cell
from tests.test_reading_workbooks import altered

DAMAGES = 25                    # of each file


def small_workbook() -> bytes:
    book = openpyxl.Workbook()
    for number in range(20):
        book.active.append(["School", f"000{number}", number, number / 7, MONDAY])
    return saved(book)


FILES = {
    "november.xlsx": small_workbook(), "november.xls": old_workbook({"Data": CELLS, "Old": {(1, 1): "Bell"}}),
    "november.xlsb": binary_workbook({"Data": CELLS, "Old": {(1, 1): "Bell"}}),
    "november.ods": open_document(f"<table:table-row>{cell('float', 'office:value=' + chr(34) + '52' + chr(34), '0052')}</table:table-row>"),
    "xml.xls": XML_2003.encode(), "page.xls": PAGE.encode(), "november.csv": "School;Präsent\r\n\"0052\";30,5\r\n".encode("cp1252") * 40,
    "november.csv.gz": gzip.compress(b"School,Present\n0052,30\n" * 40, mtime=0), "november.zip": zipped({"a.csv": "a,b\n1,2\n", "b.xlsx": small_workbook()}),
}
REAL_FILES = ["co_2020-2021_ChronicAbsenteeism.xlsx", "tntp_metric_templates.xlsx", "edfi_discipline_incidents.csv", "oulad_assessments.csv",
              "dfe_daily_2022_week37_excerpt.csv"]


def damaged(content: bytes, rng: Random) -> bytes:
    """Some bytes changed, a piece lost, or a piece doubled."""
    spoilt = bytearray(content)
    for _ in range(rng.choice([1, 1, 3, 30])):
        spoilt[rng.randrange(len(spoilt))] = rng.randrange(256)
    if rng.random() < 0.3:
        at = rng.randrange(len(spoilt))
        spoilt[at:at + rng.randrange(1, 400)] = b"" if rng.random() < 0.5 else spoilt[at:at + 200] * 2
    return bytes(spoilt)


def outcomes(name: str, content: bytes, folder: Path) -> list[Grid]:
    rng = Random(name)
    uploads = [receive(damaged(content, rng), name, folder, by="R. Ortiz", at=MONDAY) for _ in range(DAMAGES)]
    return list(read_each(uploads, seconds=10))


def assert_each_is_answered(grids: list[Grid]) -> None:
    for grid in grids:
        stops = [finding for finding in grid.findings if finding.level is Level.STOP]
        assert bool(grid.sheets) != bool(stops), grid.findings
        assert all(finding.remedy and finding.problem for finding in grid.findings)


@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_of_any_kind_is_answered(name, tmp_path):
    assert_each_is_answered(outcomes(name, FILES[name], tmp_path))


@pytest.mark.realdata
@pytest.mark.parametrize("name", REAL_FILES)
def test_a_damaged_real_file_is_answered(name, tmp_path):
    if not (REAL / name).exists():
        pytest.skip(f"The real files are not here: {REAL / name} is damaged by this test.")
    assert_each_is_answered(outcomes(name, (REAL / name).read_bytes(), tmp_path))


def far_cell() -> bytes:
    """Few bytes, but a rectangle of 17 billion cells."""
    return old_workbook({"Data": {(1, 1): "School", (65_536, 256): "stray"}})


SHEET = "xl/worksheets/sheet1.xml"
BAD = {                         # the numbers of the list of bad inputs in our facts; what is not about reading is tested elsewhere
    "1 empty": (b"", "this is empty"),
    "4 a page that is no table": (b"<html><body>Sign in</body></html>", "a web page without a table"),
    "6 half a zip": (small_workbook()[:3000], "incomplete, its end is missing"),
    "7 a picture": (b"\x89PNG\r\n\x1a\n" + bytes(90), "a picture (PNG)"),
    "7 a PDF": (b"%PDF-1.7\n" + bytes(90), "a PDF"),
    "8 a bomb": (zipped({"a.csv": b"0" * 60_000_000}), "it would unpack to 60 MB"),
    "10 a cell beyond every sheet": (altered(small_workbook(), SHEET, b'r="A1"', b'r="ZZZZZZ4294967295"'), "cannot be read"),
    "11 a billion laughs": (b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">]>' + XML_2003[21:].encode(), "cannot be read"),
    "14 one line of 50 MB": (b"x" * 50_000_000, None),
    "14 five thousand columns": (b",".join([b"x"] * 5_000) + b"\n" + b",".join([b"1"] * 5_000) + b"\n", None),
    "15 NUL bytes": (b"School\n" + b"a" * 70_000 + b"\0", "NUL bytes"),
    "15 random bytes": (Random(15).randbytes(20_000), "neither a workbook nor a text file"),
    "16 a quotation mark never closed": (b'School,Present,Note\n"Lincoln,30,x\n' + b"Adams,31,y\n" * 900, None),
    "17 formulas": (b'School,Link\n=cmd|calc!A1,"=HYPERLINK(""http://x"")"\n', None),
    "18 markup": (b"School,Present\n<script>alert(1)</script>,$x$ **b**\n", None),
    "19 a header that would be SQL": (b'"x""; drop table fact; --",Present\n1,2\n', None),
}


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_input_is_answered_within_ten_seconds(bad, tmp_path):
    content, problem = BAD[bad]
    begun = time.monotonic()
    found = read_upload(content, tmp_path, "november.csv", seconds=10)
    assert time.monotonic() - begun < 10
    if problem:
        assert problem in stopped(found)
    assert_each_is_answered([found])


def test_a_far_cell_in_an_old_workbook_leaves_the_app_alive_and_its_memory_where_it_was(tmp_path):
    resource = pytest.importorskip("resource", reason="This system does not tell how much memory was used.")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = read_upload(far_cell(), tmp_path, "november.xls", seconds=10)
    assert_each_is_answered([found])
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000        # kilobytes


def test_formulas_and_markup_stay_the_text_they_are(tmp_path):
    (sheet,) = read_upload(BAD["17 formulas"][0], tmp_path).sheets
    assert sheet.cells["A"].to_pylist()[1] == "=cmd|calc!A1"
    (sheet,) = read_upload(BAD["18 markup"][0], tmp_path).sheets
    assert sheet.cells["A"].to_pylist()[1] == "<script>alert(1)</script>"
