"""Damaged files of every kind: sheets or a sentence with a remedy, never an exception."""
import gzip
from pathlib import Path
from random import Random

import openpyxl
import pytest

from data.finding import Level
from data.grid import Grid, read_each
from data.receive import receive
from tests.other_workbooks import binary_workbook, old_workbook, open_document, zipped
from tests.reading import MONDAY, REAL, saved
from tests.test_reading_other_workbooks import CELLS, PAGE, XML_2003, cell

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
