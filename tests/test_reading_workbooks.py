"""Workbooks: every cell as the text a person sees, and a sentence for what cannot be read."""
import io
import zipfile
from datetime import date, datetime, time, timedelta

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.styles import PatternFill

from data import opening
from data.finding import Level, Refused
from data.shown import shown
from tests.reading import only, read_upload, rows, saved, stopped, told


@pytest.fixture
def grid(tmp_path):
    """Reads a file as an upload is read, in a process of its own."""
    return lambda content, name="november.xlsx", **limits: read_upload(content, tmp_path / "uploads", name, **limits)


@pytest.fixture
def sheet():
    """An empty sheet of a new workbook."""
    return openpyxl.Workbook().active


def altered(content: bytes, member: str, old: bytes, new: bytes) -> bytes:
    """The workbook with one of its parts rewritten."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            part = before.read(name)
            assert name != member or old in part
            after.writestr(name, part.replace(old, new) if name == member else part)
    return result.getvalue()


class TestWorkbook:
    def test_cells_read_as_a_person_sees_them(self, sheet, grid):
        """school 52 as 0052 · 0.945 as 94.5% · a date · a time · yes/no · an error"""
        sheet.append([52, 0.945, date(2026, 11, 16), datetime(2026, 11, 16, 8, 5), time(8, 5), True, "#N/A", 30.0, "0052"])
        sheet["A1"].number_format, sheet["B1"].number_format = "0000", "0.0%"
        assert only(grid(sheet.parent)) == {
            1: ["0052", "94.5%", "2026-11-16", "2026-11-16 08:05:00", "08:05:00", "TRUE", "#N/A", "30", "0052"]}

    @pytest.mark.parametrize("value, number_format, text", [
        (52.0, "General", "52"), (52, "0", "52"), (52, "00000", "00052"), (5.5, "0000", "5.5"), (-5, "0000", "-5"),
        (0.1 + 0.2, "General", "0.3"), (1e-05, "General", "0.00001"), (-0.0, "0.0", "0"), (1234567, "#,##0", "1234567"),
        (0.945, "0%", "94.5%"), (0.9, "0.0%", "90.0%"), (1, "0%", "100%"), (0, "0.00%", "0.00%"), (1 / 3, "0%", "33.3333333333333%"),
        (94.5, '0.0"%"', "94.5"), (45905, "General", "45905"),
        (datetime(2026, 11, 16), "m/d/yy", "2026-11-16"), (datetime(2026, 11, 16), "m/d/yy h:mm", "2026-11-16 00:00:00"),
        (datetime(2026, 11, 16, 8, 4, 59, 999000), "m/d/yy", "2026-11-16 08:05:00"), (time(8, 4, 59, 600000), "h:mm", "08:05:00"),
        (timedelta(hours=26, minutes=5), "[h]:mm", "26:05:00"), (False, "General", "FALSE"), (" 5 ", "0000", " 5 "),
        ("two_x000D_\nlines", "General", "two\r\nlines"),
    ])
    def test_only_formats_that_carry_meaning_change_the_text(self, value, number_format, text):
        assert shown(value, number_format) == text

    def test_a_formula_saved_without_its_result_is_blank_and_told(self, sheet, grid):
        for row in (["Present", "Enrolled", "Rate"], [28, 30, "=A2/B2"], [29, 30, "=A3/B3"]):
            sheet.append(row)
        found = grid(sheet.parent)
        assert only(found)[2] == ["28", "30", None]
        assert told(found) == ["warn: Row 2, column C: the formula was saved without its result, the cell was read as blank "
                               "('=A2/B2'). Open the workbook in Excel, save it and upload it again. "
                               "The same in 1 more rows."]

    def test_a_formula_whose_result_is_the_empty_text_is_simply_blank(self, sheet, grid):
        sheet.append(["Lincoln", "=A2"])
        content = altered(saved(sheet.parent), "xl/worksheets/sheet1.xml",
                          b'<c r="B1"><f>A2</f><v /></c>', b'<c r="B1" t="str"><f>A2</f><v></v></c>')
        assert told(grid(content)) == []

    def test_hidden_sheets_and_rows_are_read_and_told(self, sheet, grid):
        sheet.append(["Lincoln"])
        sheet.append(["Adams"])
        sheet.row_dimensions[2].hidden = True
        old = sheet.parent.create_sheet("Old")
        old.append(["Bell"])
        old.sheet_state = "veryHidden"
        found = grid(sheet.parent)
        assert [(each.name, rows(each.cells), each.hidden, each.hidden_rows) for each in found.sheets] == [
            ("Sheet", {1: ["Lincoln"], 2: ["Adams"]}, False, (2,)), ("Old", {1: ["Bell"]}, True, ())]
        assert [(finding.level, finding.sheet) for finding in found.findings] == [(Level.NOTE, "Sheet")], "a hidden sheet is asked about when it could be read as something"

    def test_merged_cells_keep_their_text_in_the_first_and_are_told_to_the_layout(self, sheet, grid):
        sheet["B2"], sheet["B3"], sheet["D3"] = "Week of 16 Nov", "Mon", "Tue"
        sheet.merge_cells("B2:D2")
        found = grid(sheet.parent)
        assert found.sheets[0].merged == ("B2:D2",) and only(found)[2] == [None, "Week of 16 Nov", None, None]

    def test_a_far_cell_does_not_make_a_million_rows(self, sheet, grid):
        sheet["A1"], sheet["A5"], sheet["XFD1048576"] = "School", "Lincoln", "stray"
        sheet["A1048575"].fill = PatternFill("solid", fgColor="ff0000")
        found = grid(sheet.parent)
        assert only(found) == {1: ["School"], 5: ["Lincoln"]}
        assert told(found) == ["warn: Row 1048576: there are cells beyond column SF, they were left out. "
                               "Keep the table within 500 columns."]

    def test_a_sheet_formatted_to_its_end_is_left_early_and_told(self, sheet, grid):
        sheet.append(["School"])
        for row in range(2, 12_002):
            sheet.cell(row, 1).fill = PatternFill("solid", fgColor="ff0000")
        assert told(grid(sheet.parent))[0].startswith("warn: Row 10001: reading stopped after 10,000 blank")

    def test_the_size_a_sheet_claims_is_not_believed(self, sheet, grid):
        sheet.append(["School", "Present"])
        sheet.append(["Lincoln", 30])
        content = altered(saved(sheet.parent), "xl/worksheets/sheet1.xml", b'ref="A1:B2"', b'ref="A1"')
        assert only(grid(content)) == {1: ["School", "Present"], 2: ["Lincoln", "30"]}

    def test_a_chart_sheet_is_passed_over(self, sheet, grid):
        sheet.append(["Lincoln"])
        sheet.parent.create_chartsheet("Chart")
        assert only(grid(sheet.parent)) == {1: ["Lincoln"]}

    def test_a_workbook_under_a_text_name_is_read_and_told(self, sheet, grid):
        sheet.append(["Lincoln"])
        assert told(grid(sheet.parent, "november.csv"))[0].startswith(
            "note: november.csv: in spite of its name this is a workbook, it was read as that")


class TestWorkbookThatCannotBeTrusted:
    @pytest.fixture
    def content(self, sheet) -> bytes:
        for number in range(200):
            sheet.append([f"School {number}", number])
        return saved(sheet.parent)

    def test_half_a_workbook_is_refused(self, content, grid):
        assert stopped(grid(content[:3000])) == "november.xlsx: this is incomplete, its end is missing. Upload it again."

    def test_a_workbook_with_a_hole_in_it_is_refused(self, content, grid):
        assert "the file is incomplete or damaged" in stopped(grid(content[:3000] + content[3200:]))

    def test_an_empty_workbook_is_refused(self, sheet, grid):
        assert "every cell is blank" in stopped(grid(sheet.parent))

    def test_a_bomb_is_refused_before_it_is_unpacked(self, content, grid):
        bomb = altered(content, "xl/worksheets/sheet1.xml", b"</sheetData>", b"</sheetData>" + b" " * 50_000_000)
        assert "it would unpack to 50 MB" in stopped(grid(bomb))

    @pytest.mark.parametrize("where", [b'r="ZZZZZZ4294967295"', b'r="\xff"'])
    def test_a_cell_outside_every_sheet_is_refused(self, where, content, grid):
        broken = altered(content, "xl/worksheets/sheet1.xml", b'r="A1"', where)
        assert "the file cannot be read" in stopped(grid(broken))

    def test_a_row_outside_every_sheet_is_refused(self, content, grid):
        broken = altered(content, "xl/worksheets/sheet1.xml", b'<row r="200"', b'<row r="4294967295"')
        assert "row 4294967295 is beyond the last row" in stopped(grid(broken))

    def test_a_billion_laughs_are_refused(self, content, grid):
        laughs = b'<!DOCTYPE x [<!ENTITY a "ha">' + b"".join(
            b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)) + b"]><worksheet"
        broken = altered(content, "xl/worksheets/sheet1.xml", b"<worksheet", laughs)
        assert "the file cannot be read" in stopped(grid(broken))

    def test_a_strict_workbook_is_refused_rather_than_read_as_empty(self, content, grid):
        strict = altered(content, "xl/workbook.xml", b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
                         b"http://purl.oclc.org/ooxml/spreadsheetml/main")
        assert "Strict Open XML" in stopped(grid(strict))

    @given(at=st.integers(0, 10**6), with_=st.binary(min_size=1, max_size=8))
    @settings(max_examples=150, deadline=None)
    def test_no_damage_to_a_workbook_raises_anything_but_a_refusal(self, tmp_path_factory, at, with_):
        book = openpyxl.Workbook()
        book.active.append(["School", 52, date(2026, 11, 16)])
        content = saved(book)
        at %= len(content)
        path = tmp_path_factory.getbasetemp() / "damaged.xlsx"
        path.write_bytes(content[:at] + with_ + content[at + len(with_):])
        try:
            opening.read(path, "damaged.xlsx")
        except Refused as refused:
            assert all(finding.level is Level.STOP and finding.remedy for finding in refused.findings)
