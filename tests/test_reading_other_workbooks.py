"""Old, binary, OpenDocument and XML workbooks, web pages and archives: the same cells as an .xlsx would give."""
import gzip
import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from data import workbook
from data.finding import Level
from tests.other_workbooks import ERROR, binary_workbook, old_workbook, open_document, zipped
from tests.reading import only, read_upload, rows, saved, stopped, told
from tests.test_reading_workbooks import altered


@pytest.fixture
def grid(tmp_path):
    """Reads a file as an upload is read, in a process of its own."""
    return lambda content, name="november.xls", **limits: read_upload(content, tmp_path / "uploads", name, **limits)


CELLS = {(3, 2): "School", (4, 2): (52, "0000"), (4, 3): (0.945, "0.0%"), (4, 4): (46342, "m/d/yy"), (4, 5): (46342, "m/d/yy h:mm"),
         (5, 2): 3.0, (5, 3): ERROR, (5, 4): "Peña", (6, 2): "0052"}
READ = {3: [None, "School", None, None, None], 4: [None, "0052", "94.5%", "2026-11-16", "2026-11-16 00:00:00"],
        5: [None, "3", "#N/A", "Peña", None], 6: [None, "0052", None, None, None]}


@pytest.mark.parametrize("write", [old_workbook, binary_workbook])
class TestOldAndBinary:
    def test_cells_read_as_a_person_sees_them_at_their_own_rows(self, write, grid):
        found = grid(write({"Data": CELLS}), "november")
        assert only(found) == READ and found.findings == ()

    def test_hidden_sheets_and_rows_are_read_and_told(self, write, grid):
        found = grid(write({"Data": CELLS, "Old": {(1, 1): "Bell"}}, hidden_sheet="Old", hidden_row=4), "november")
        assert [(each.name, each.hidden) for each in found.sheets] == [("Data", False), ("Old", True)]
        assert found.sheets[0].hidden_rows == (4,)
        assert {finding.level for finding in found.findings} == {Level.NOTE}

    def test_a_workbook_without_cells_is_refused(self, write, grid):
        assert "every cell is blank" in stopped(grid(write({"Data": {(1, 1): " "}}), "november"))


class TestOldWorkbook:
    def test_merged_cells_are_told_to_the_layout(self, grid):
        assert grid(old_workbook({"Data": CELLS}, merged=(0, 0, 1, 3))).sheets[0].merged == ("B1:D1",)

    def test_a_password_is_told(self, grid):
        content = old_workbook({"Data": CELLS}).replace(b"\x1e\x04", b"\x2f\x00", 1).replace(b"\xa4\x00\x07\x00", b"\x01\x00\x07\x00", 1)
        assert "protected by a password" in stopped(grid(content))

    def test_half_of_one_is_refused(self, grid):
        assert stopped(grid(old_workbook({"Data": CELLS})[:2000])).startswith("november.xls: the file cannot be read")


def test_cells_of_a_binary_workbook_that_calamine_would_pass_over_stop_it(grid):
    content = binary_workbook({"Data": {(1, 1): 5.0}})
    assert "cells in a short form" in stopped(grid(short_form(content), "november.xlsb"))


def short_form(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    sheet = members["xl/worksheets/sheet1.bin"]
    members["xl/worksheets/sheet1.bin"] = sheet.replace(b"\x05\x10", b"\x10\x10", 1)
    return zipped(members)


class TestLargeWorkbook:
    """Beyond a size calamine reads the cells; whatever openpyxl tells of them must not change."""

    @pytest.fixture
    def content(self) -> bytes:
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.append(["Code", "Rate", "Date", "Sent", "Present", "Note", "Formula"])
        for at in range(400):
            sheet.append([at % 70, at / 400, date(2026, 11, 1 + at % 28), datetime(2026, 11, 16, at % 24, 0), at + 0.5 * (at % 2),
                          "#N/A" if at % 50 == 0 else f"it's <b>{at}</b> & so on", "=A2/B2" if at % 90 == 0 else at % 3 == 0])
            for column, number_format in (("A", "0000"), ("B", "0.0%"), ("D", "m/d/yy h:mm")):
                sheet[f"{column}{at + 2}"].number_format = number_format
        sheet.row_dimensions[7].hidden = True
        sheet.merge_cells("B500:D500")
        sheet["C450"] = "far below"
        old = book.create_sheet("Old")
        old["C7"], old.sheet_state = 52, "hidden"
        return saved(book)

    def test_it_reads_like_a_small_one(self, content, monkeypatch):
        small = workbook.read(content, "november.xlsx")
        monkeypatch.setattr(workbook, "LARGE", 0)
        monkeypatch.setattr(workbook, "ExcelReader", None)          # openpyxl's way is closed
        large = workbook.read(content, "november.xlsx")
        assert [rows(each.cells) for each in large[0]] == [rows(each.cells) for each in small[0]]
        assert [(s.name, s.merged, s.hidden, s.hidden_rows) for s in large[0]] == [(s.name, s.merged, s.hidden, s.hidden_rows) for s in small[0]]
        assert sorted(map(str, large[1])) == sorted(map(str, small[1]))

    @pytest.mark.parametrize("old, new", [(b'<c r="A2"', b'<c  r="A2"'), (b'<c r="A2"', b'<c r="ZZ2"'), (b"<sheetData>", b"<sheetData><!-- x -->"),
                                          (b'<row r="2"', b"<row")])
    def test_xml_that_is_written_otherwise_is_left_to_openpyxl(self, content, old, new, monkeypatch):
        monkeypatch.setattr(workbook, "LARGE", 0)
        odd = altered(content, "xl/worksheets/sheet1.xml", old, new)
        found = workbook.read(odd, "november.xlsx")
        monkeypatch.undo()
        assert [rows(each.cells) for each in found[0]] == [rows(each.cells) for each in workbook.read(odd, "november.xlsx")[0]]


def cell(kind: str, value: str, text: str, more: str = "") -> str:
    return f'<table:table-cell office:value-type="{kind}" {value} {more}><text:p>{text}</text:p></table:table-cell>'


class TestOpenDocument:
    def test_cells_read_as_a_person_sees_them(self, grid):
        written = "".join([cell("float", 'office:value="52"', "0052"), cell("percentage", 'office:value="0.945"', "94.5%"),
                           cell("date", 'office:date-value="2026-11-16"', "11/16/26"), cell("float", 'office:value="3.0"', "3"),
                           cell("time", 'office:time-value="PT08H05M00S"', "8:05"), cell("boolean", 'office:boolean-value="true"', "TRUE"),
                           cell("string", "", "#N/A"), cell("string", "", "two<text:line-break/>lines<text:s text:c='2'/>&amp; more")])
        found = grid(open_document(f'<table:table-row table:number-rows-repeated="2"/><table:table-row>{written}</table:table-row>'), "november.ods")
        assert only(found) == {3: ["0052", "94.5%", "2026-11-16", "3", "08:05:00", "TRUE", "#N/A", "two\nlines  & more"]}
        assert found.sheets[0].name == "November" and found.findings == ()

    def test_repeated_merged_and_hidden_cells(self, grid):
        band = cell("string", "", "Week", 'table:number-columns-spanned="2"') + "<table:covered-table-cell/>"
        found = grid(open_document(
            f"<table:table-row>{band}</table:table-row><table:table-row table:number-rows-repeated='2' table:visibility='filter'>"
            f"{cell('float', 'office:value=%s' % chr(34) + '5' + chr(34), '5', 'table:number-columns-repeated=%s' % chr(34) + '3' + chr(34))}"
            "</table:table-row><table:table-row table:number-rows-repeated='1048573'><table:table-cell/></table:table-row>"), "november.ods")
        assert only(found) == {1: ["Week", None, None], 2: ["5"] * 3, 3: ["5"] * 3}
        assert (found.sheets[0].merged, found.sheets[0].hidden_rows) == (("A1:B1",), (2, 3))

    def test_a_row_repeated_without_end_stops_it(self, grid):
        endless = f"<table:table-row table:number-rows-repeated='900000'>{cell('string', '', 'x')}</table:table-row>"
        assert "beyond the last row of a table" in stopped(grid(open_document(endless), "november.ods"))


XML_2003 = """<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"
 xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Styles><Style ss:ID="code"><NumberFormat ss:Format="0000"/></Style></Styles>
 <Worksheet ss:Name="November"><Table><Row ss:Index="3"><Cell ss:MergeAcross="1"><Data ss:Type="String">Week &amp; day</Data></Cell>
 <Cell><Data ss:Type="String">Rate</Data></Cell></Row><Row ss:Hidden="1"><Cell ss:Index="2" ss:StyleID="code"><Data ss:Type="Number">52</Data></Cell>
 <Cell><Data ss:Type="DateTime">2026-11-16T00:00:00.000</Data></Cell><Cell><Data ss:Type="Boolean">1</Data></Cell></Row></Table></Worksheet></Workbook>"""


def test_an_xml_spreadsheet_of_2003_is_read_and_told(grid):
    found = grid(XML_2003.encode())
    assert only(found) == {3: ["Week & day", None, "Rate", None], 4: [None, "0052", "2026-11-16", "TRUE"]}
    assert (found.sheets[0].name, found.sheets[0].merged, found.sheets[0].hidden_rows) == ("November", ("A3:B3",), (4,))
    assert "this is an XML spreadsheet of 2003, it was read as that" in told(found)[0]


def test_a_billion_laughs_in_an_xml_spreadsheet_are_refused(grid):
    laughs = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">]>' + XML_2003[21:].replace("Rate", "&a;")
    assert "the file cannot be read" in stopped(grid(laughs.encode()))


PAGE = """<html><head><title>SIS</title><style>td {color: red}</style></head><body>
    <table><tr><th rowspan=2>School</th><th colspan="2">Week of 9/8</th></tr><tr><th>Mon<br>9/8<th>Tue</tr>
    <tr><td>Pe&ntilde;a &amp; Sons<script>alert("x")</script><td> 0052 </td><td><b>30</b></td></tr></table>"""


class TestWebPage:
    def test_the_cells_stand_where_a_browser_puts_them(self, grid):
        found = grid(PAGE.encode())
        assert only(found) == {1: ["School", "Week of 9/8", None], 2: [None, "Mon\n9/8", "Tue"], 3: ["Peña & Sons", "0052", "30"]}
        assert found.sheets[0].merged == ("A1:A2", "B1:C1")
        assert told(found)[0].startswith("note: november.xls: in spite of its name this is a web page, it was read as that")

    def test_each_table_is_a_sheet(self, grid):
        found = grid((PAGE + "<table><tr><td></table><table><tr><td>Adams<td>31</table>").encode("cp1252"))
        assert [(each.name, each.cells.num_rows) for each in found.sheets] == [("Table 1", 3), ("Table 2", 1)]

    def test_a_page_without_a_table_is_refused(self, grid):
        assert "a web page without a table" in stopped(grid(b"<html><body>Your session has ended. <a href='/'>Sign in</a>"))

    def test_absurd_spans_do_no_harm(self, grid):
        found = grid(b"<table>" + b"<tr><td colspan=9999999 rowspan=999999>x<td rowspan=-1 colspan=abc>y" * 50, "november.html")
        assert found.sheets and "beyond column SF" in told(found)[0]


class TestArchive:
    def test_all_its_spreadsheets_become_sheets_named_by_it(self, grid):
        book = openpyxl.Workbook()
        book.active.append(["Adams", 31])
        found = grid(zipped({"north/november.csv": "School,Present\n0052,30\n", "south.xlsx": saved(book), "old.xls": old_workbook({"Data": CELLS})}),
                     "november.zip")
        assert [each.name for each in found.sheets] == ["north/november.csv", "south.xlsx / Sheet", "old.xls / Data"]
        assert rows(found.sheets[0].cells)[2] == ["0052", "30"] and rows(found.sheets[2].cells) == READ and found.findings == ()

    def test_what_is_no_spreadsheet_is_left_out_and_told(self, grid):
        found = grid(zipped({"november.csv": "School,Present\n0052,30\n", "__MACOSX/._november.csv": b"\0\1", "scan.pdf": b"%PDF-1.7\n",
                             "more.zip": zipped({"a.csv": "a,b\n"}), "../../app.py.csv": "School,Present\nBell,2\n"}), "november.zip")
        assert [each.name for each in found.sheets] == ["november.csv", "../../app.py.csv"]
        assert [(finding.level, finding.sheet) for finding in found.findings] == [
            (Level.NOTE, "__MACOSX/._november.csv"), (Level.WARN, "scan.pdf"), (Level.WARN, "more.zip")]

    def test_one_broken_spreadsheet_stops_it_all(self, grid):
        found = grid(zipped({"november.csv": "School,Present\n0052,30\n", "south.xlsx": saved(openpyxl.Workbook())[:900]}), "november.zip")
        assert stopped(found) == ("Sheet south.xlsx: this is incomplete, its end is missing. "
                                  "Put a whole one without a password into the archive, or leave it out.")

    def test_an_archive_without_a_spreadsheet_is_refused(self, grid):
        found = grid(zipped({"scan.pdf": b"%PDF-1.7\n"}), "november.zip")
        assert found.sheets == () and "there is no spreadsheet with cells in this archive" in str(found.findings[-1])

    def test_a_bomb_is_refused_before_it_is_unpacked(self, grid):
        assert "it would unpack to 50 MB" in stopped(grid(zipped({"november.csv": b"a,b\n" * 12_500_000}), "november.zip"))

    def test_too_many_members_are_refused(self, grid):
        assert "in 2,001 parts" in stopped(grid(zipped({f"{at}.csv": "a,b\n" for at in range(2_001)}), "november.zip"))

    def test_a_gzipped_workbook_is_read(self, grid):
        book = openpyxl.Workbook()
        book.active.append(["Adams", 31])
        assert only(grid(gzip.compress(saved(book)), "november.xlsx.gz")) == {1: ["Adams", "31"]}
