"""Twenty-five bad inputs people hand in, number by number: a sentence with a remedy, soon, and nothing stored.

Each goes the whole way an upload goes. Those that are read, and what of them may be stored, are in test_bad_inputs_stored.py.
"""
from __future__ import annotations

import gc
import os
import struct
import tempfile
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from random import Random

import openpyxl
import pytest
from tests.other_workbooks import binary_workbook, old_office_file, old_workbook, zipped
from tests.reading import saved
from tests.test_reading_workbooks import altered

from data.finding import Refused
from data.home import Home
from data.store import Store
from indicators.district import District, Understood

AT = datetime(2026, 11, 21, 9, 0)
MOST_SECONDS = 10
MOST_GROWTH_MB = 50
CHECKOUT = Path(__file__).parents[1]
CLEAN = "School,Date,Present,Enrolled\n" + "".join(f"{school},2026-11-{day},{day + 70},100\n" for school in ("Adams", "Bell") for day in range(16, 21))
ROWS = [line.split(",") for line in CLEAN.splitlines()]
SHEET = "xl/worksheets/sheet1.xml"


def workbook(rows: list[list[str]] = ROWS, **cells: str) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for where, text in cells.items():
        book.active[where] = text
    return saved(book)


XLSX = workbook()
PAGE = "<html><body><table>" + "".join("<tr>" + "".join(f"<td>{text}" for text in row) for row in ROWS) + "</table></body></html>"
XML_2003 = ('<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
            '<Worksheet ss:Name="Week"><Table>' + "".join(
                "<Row>" + "".join(f'<Cell><Data ss:Type="String">{text}</Data></Cell>' for text in row) + "</Row>" for row in ROWS)
            + "</Table></Worksheet></Workbook>")


def resident_mb() -> float:
    """What this process holds in memory (VmRSS); always nothing where the system has no /proc, so that it never grows."""
    gc.collect()
    status = Path("/proc/self/status")
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmRSS")) / 1024 if status.exists() else 0


@dataclass(frozen=True)
class Answer:
    """What came of a file: everything the uploader is told and asked, and the rows that could be stored or stay out."""
    said: str
    rows: int = 0
    refused: int = 0


def cpu_seconds() -> float:
    """Of this process and of the readers it has waited for."""
    return sum(os.times()[:4])


def answered(district: District, content: bytes, name: str = "november.csv", **answers: str) -> Answer:
    """The answer to a file, held to its limits: soon, no exception, nothing stored, no memory kept."""
    before, events, begun, used = resident_mb(), district.store.version, time.monotonic(), cpu_seconds()
    try:
        prepared = understood(district, content, name, **answers).prepared
        answer = Answer("\n".join([*map(str, prepared.findings), *(question.ask for question in prepared.questions)]), prepared.rows, prepared.refused)
        assert all(finding.problem and finding.remedy for finding in prepared.findings)
        del prepared
    except Refused as refused:
        answer = Answer(str(refused))
    assert cpu_seconds() - used < MOST_SECONDS and time.monotonic() - begun < 3 * MOST_SECONDS, "on a busy machine the clock runs on"
    assert district.store.version == events
    assert resident_mb() - before < MOST_GROWTH_MB
    return answer


def understood(district: District, content: bytes, name: str = "november.csv", **answers: str) -> Understood:
    return district.understand(district.receive(content, name, by="R. Ortiz", at=AT), answers)


@pytest.fixture(scope="module")
def nobodys(tmp_path_factory) -> Iterator[District]:
    """A district that is only ever shown bad files. In the end it still reads a good one, and nothing is in it."""
    district = District(Home(tmp_path_factory.mktemp("nobody's") / "home").ensure(), Store.open())
    understood(district, CLEAN.encode())
    yield district
    assert understood(district, CLEAN.encode()).prepared.rows == 10
    assert district.store.version == 0 and not [*district.home.archive.iterdir()]
    district.close()


class TestFilesThatHoldNoTable:
    def test_1_an_empty_file_is_told_to_be_empty(self, nobodys):
        assert answered(nobodys, b"").said == "november.csv: this is empty. Export it again, open it to see that it has rows, and upload it."

    @pytest.mark.parametrize(("content", "name"), [(b"School,Date,Present,Enrolled\n", "november.csv"), (workbook(ROWS[:1]), "november.xlsx")])
    def test_2_headings_without_a_row_are_told_to_have_none(self, nobodys, content, name):
        assert answered(nobodys, content, name) == Answer(f"{name}: there are headings but no rows below them. Check that this is the right file.")

    @pytest.mark.parametrize(("content", "name", "what"), [(XLSX, "november.csv", "a workbook"), (CLEAN.encode(), "november.xlsx", "a text file")])
    def test_3_a_file_under_another_kinds_name_is_read_by_its_content_and_that_is_said(self, nobodys, content, name, what):
        answer = answered(nobodys, content, name)
        assert answer.rows == 10 and f"{name}: in spite of its name this is {what}, it was read as that. Check in the preview" in answer.said

    @pytest.mark.parametrize(("content", "rows", "words"), [
        (PAGE, 10, "in spite of its name this is a web page, it was read as that"),
        (XML_2003, 10, "in spite of its name this is an XML spreadsheet of 2003, it was read as that"),
        ("<html><body>Your session has ended. <a href='/'>Sign in</a>", 0, "this is a web page without a table. Export the table as .xlsx or .csv")])
    def test_4_a_web_page_or_old_xml_saved_as_xls_is_read_or_told_how_to_export(self, nobodys, content, rows, words):
        answer = answered(nobodys, content.encode(), "november.xls")
        assert answer.rows == rows and f"november.xls: {words}" in answer.said

    def test_5_a_protected_workbook_is_told_where_its_password_comes_off(self, nobodys):
        said = answered(nobodys, old_office_file("EncryptedPackage", bytes(5000)), "november.xlsx").said
        assert said == ("november.xlsx: this is protected by a password. Open it in Excel, take the password off under File > Info > Protect Workbook, "
                        "save it and upload it again.")

    @pytest.mark.parametrize("kept", [len(XLSX) // 2, len(XLSX) - 10])
    def test_6_a_workbook_cut_short_is_incomplete_and_to_be_uploaded_again(self, nobodys, kept):
        assert answered(nobodys, XLSX[:kept], "november.xlsx").said == "november.xlsx: this is incomplete, its end is missing. Upload it again."

    @pytest.mark.parametrize(("name", "content", "words"), [
        ("notes.docx", zipped({"[Content_Types].xml": "", "word/document.xml": ""}), "a Word document, not a spreadsheet. Upload the spreadsheet itself, saved as .xlsx or .csv."),
        ("slides.pptx", zipped({"ppt/presentation.xml": ""}), "a PowerPoint presentation, not a spreadsheet. Upload the spreadsheet itself, saved as .xlsx or .csv."),
        ("scan.pdf", b"%PDF-1.7\n" + bytes(90), "a PDF, not a spreadsheet. Upload the spreadsheet itself, saved as .xlsx or .csv."),
        ("photo.png", b"\x89PNG\r\n\x1a\n" + bytes(90), "a picture (PNG), not a spreadsheet. Upload the spreadsheet itself, saved as .xlsx or .csv."),
        ("week.numbers", zipped({"Index/Document.iwa": ""}), "an Apple Numbers spreadsheet. Open it in the program it came from, export it as Excel (.xlsx) and upload that file.")])
    def test_7_what_is_no_spreadsheet_is_named_with_what_is_accepted(self, nobodys, name, content, words):
        assert answered(nobodys, content, name).said == f"{name}: this is {words}"


class TestFilesThatWouldHarmTheirReader:
    @pytest.mark.parametrize(("content", "size"), [
        (altered(XLSX, SHEET, b"</sheetData>", b"</sheetData>" + b" " * 60_000_000), "60 MB"),
        (zipped({"november.csv": Random(8).randbytes(5_000_000)}).replace(struct.pack("<I", 5_000_000), struct.pack("<I", 400_000_000)), "400 MB")])
    def test_8_a_bomb_is_refused_by_what_it_would_unpack_to(self, nobodys, content, size):
        said = answered(nobodys, content, "november.xlsx").said
        assert f"november.xlsx: it would unpack to {size} in " in said and "far more than a table can need. Copy only the table into a new workbook" in said

    @pytest.mark.parametrize(("name", "content", "rows", "words"), [
        ("november.xlsx", workbook(XFD1048576="stray"), 10, "Row 1048576: there are cells beyond column SF, they were left out. Keep the table within 500 columns."),
        ("november.xlsb", binary_workbook({"Data": {(1, 1): "School", (1_048_576, 16_384): "stray"}}), 0,
         "november.xlsb: reading it took more memory or time than a table can need, and the reader was stopped. Copy only the table into a new workbook"),
        ("november.xls", old_workbook({"Data": {(1, 1): "School", (65_536, 256): "stray"}}), 0, "Sheet Data: there is no row of headings")])
    def test_9_a_cell_in_the_last_corner_costs_nothing_or_the_reader_alone(self, nobodys, name, content, rows, words):
        answer = answered(nobodys, content, name)
        assert answer.rows == rows and words in answer.said

    def test_10_a_cell_beyond_every_sheet_is_refused(self, nobodys):
        said = answered(nobodys, altered(XLSX, SHEET, b'r="A1"', b'r="ZZZZZZ4294967295"'), "november.xlsx").said
        assert "november.xlsx: the file cannot be read" in said and "save it again as Excel Workbook (.xlsx)" in said

    @pytest.mark.parametrize("content", [
        altered(XLSX, SHEET, b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "ha">' + b"".join(
            b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)) + b"]><worksheet"),
        XML_2003.replace('"?>', '"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', 1).replace("Adams", "&e;").encode()], ids=["laughs", "outside"])
    def test_11_a_billion_laughs_and_files_from_outside_are_refused(self, nobodys, content):
        said = answered(nobodys, content, "november.xls").said
        assert "november.xls: the file cannot be read" in said and "save it again" in said and "root:" not in said

    @pytest.mark.parametrize("escaping", ["workbook", "archive"])
    def test_12_a_member_named_to_escape_is_never_unpacked_to_the_disk(self, nobodys, escaping):
        content = BytesIO(XLSX if escaping == "workbook" else b"")
        with zipfile.ZipFile(content, "a") as archive:
            archive.writestr("../../headway-escaped.csv", CLEAN)
        assert answered(nobodys, content.getvalue(), "november.xlsx").rows == 10
        places = [CHECKOUT, Path(tempfile.gettempdir()), nobodys.home.incoming]
        assert not [place for folder in places for place in (folder, *folder.parents) if (place / "headway-escaped.csv").exists()]

    def test_14_a_line_of_50_mb_is_cut_and_told(self, nobodys):
        said = answered(nobodys, CLEAN.encode() + b"x" * 50_000_000).said
        assert "Row 12, column A: the cell holds more than 32,767 characters, the rest was left out. Check that the quotation marks in this row" in said

    def test_14_five_thousand_columns_are_cut_and_told(self, nobodys):
        wide = "".join(",".join([*row, *["1"] * 5000]) + "\n" for row in ROWS[:3]).encode()
        answer = answered(nobodys, wide)
        assert answer.rows == 2 and "Row 1: there are cells beyond column SF, they were left out. Keep the table within 500 columns." in answer.said


class TestTextThatIsNone:
    @pytest.mark.parametrize("content", [CLEAN.replace("Bell", "B\0ll").encode(), Random(15).randbytes(20_000)], ids=["NUL bytes", "random bytes"])
    def test_15_bytes_that_are_no_text_are_told_to_be_none(self, nobodys, content):
        assert answered(nobodys, content).said == "november.csv: this is neither a workbook nor a text file. Upload the spreadsheet itself, saved as .xlsx or .csv."

    def test_15_text_without_a_mark_of_its_encoding_keeps_its_letters(self, nobodys):
        found = understood(nobodys, CLEAN.replace("Bell", "Peña").encode("utf-16-le"))
        assert "read as UTF-16 without a byte-order mark" in "\n".join(map(str, found.prepared.findings))
        assert {*found.prepared.parts[0].rows["school"].to_pylist()} == {"Adams", "Peña"}

    def test_16_a_quotation_mark_never_closed_loses_no_row_and_its_row_is_told(self, nobodys):
        answer = answered(nobodys, CLEAN.replace("Bell,2026-11-16", '"Bell,2026-11-16').encode())
        assert answer.rows == 10 and "Row 7: a quotation mark stands inside a quoted cell, or is never closed. Compare this row" in answer.said

    def test_16_where_it_fits_no_row_its_line_is_told_and_nothing_is_read(self, nobodys):
        answer = answered(nobodys, CLEAN.replace("Bell,2026-11-16", '"Bell;2026-11-16').encode())
        assert answer.rows == 0 and "Row 7: the quotation mark opened in line 7 of the file is not closed there" in answer.said
        assert "Delete or close it and upload the file again." in answer.said
