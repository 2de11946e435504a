"""Text as a person sees it in the file: nothing is guessed, nothing is lost without a word."""
import csv
import gzip
import io
import json

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from data import delimited, opening
from data import grid as grid_module
from data.dialect import choose_dialect
from data.finding import Level, Refused
from data.grid import as_json, read, read_each
from data.receive import receive
from tests.reading import MONDAY, REAL, only, read_upload, rows, stopped, told


@pytest.fixture
def grid(tmp_path):
    """Reads a file as an upload is read, in a process of its own."""
    return lambda content, name="november.csv", **limits: read_upload(content, tmp_path / "uploads", name, **limits)


class TestText:
    def test_codes_and_dates_stay_as_they_are_written(self, grid):
        found = grid(b"School,Date,Present,Rate\r\n0052,03/04,30, 94.5 %\r\n")
        assert only(found) == {1: ["School", "Date", "Present", "Rate"], 2: ["0052", "03/04", "30", " 94.5 %"]}
        assert found.findings == ()

    def test_each_distinct_text_is_kept_once(self, grid):
        (sheet,) = grid(b"School,Code\nLincoln,A\nLincoln,\nLincoln,A\n").sheets
        assert [str(field.type) for field in sheet.cells.schema] == [
            "int32", "dictionary<values=string, indices=int32, ordered=0>",
            "dictionary<values=string, indices=int32, ordered=0>"]
        assert sheet.cells["A"].chunk(0).dictionary.to_pylist() == ["School", "Lincoln"]
        assert sheet.cells["B"].chunk(0).dictionary.to_pylist() == ["Code", "A"]

    def test_rows_have_the_numbers_a_spreadsheet_program_gives_them(self, grid):
        """blank rows count, line breaks inside a cell do not"""
        found = grid(b'Report\n\nSchool,Note\n" , "\n,\nLincoln,"two\nlines"\n\nAdams,\xc2\xa0\n')
        assert only(found) == {1: ["Report", None], 3: ["School", "Note"], 4: [" , ", None],
                               6: ["Lincoln", "two\nlines"], 8: ["Adams", None]}

    def test_ragged_rows_keep_all_their_cells(self, grid):
        assert only(grid(b"School,Present\nLincoln,30,late bus,2\nAdams\n")) == {
            1: ["School", "Present", None, None], 2: ["Lincoln", "30", "late bus", "2"], 3: ["Adams", None, None, None]}

    def test_a_code_protected_for_excel_is_read_as_excel_shows_it(self, grid):
        assert only(grid(b'District,"Code"\nBolton,"=""0640011"""\nAvon,="04"\n')) == {
            1: ["District", "Code"], 2: ["Bolton", "0640011"], 3: ["Avon", "04"]}

    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_every_kind_of_line_end_ends_a_row(self, end, grid):
        assert only(grid(f"School,Present{end}Lincoln,30{end}".encode())) == {1: ["School", "Present"], 2: ["Lincoln", "30"]}

    @pytest.mark.parametrize("text, columns", [
        ("Schule;Quote\nNord;94,5\nSüd;93,1\n", 2),
        ("7,5;93,1;12,0\n8,5;94,1;13,0\n", 3),
        ("School|Principal|Absent\nNorth|Ortiz, R.|3\nSouth|Lee, K.|4\n", 3),
        ("School\tTopics\nNorth\tmath; reading\nSouth\tart; math\n", 2),
        ("Attendance, by school, week of 16 Nov\n\nSchool\tPresent\nNorth\t30\nSouth\t31\n", 2),
        ("'School','Topics'\n'North','math, reading'\n'South','art, math'\n", 2),
        ("School,Area\n'Aiea,'Ewa\nHale'iwa,O'ahu\n", 2),
        ('School,Topics\nNorth,"math; reading"\nSouth,"art; math"\n', 2),
        ("School,Present\nMartin Luther King, Jr.,30\nAdams,31\nBell,30\n", 2),
    ])
    def test_the_delimiter_is_found_from_all_rows(self, text, columns):
        assert choose_dialect(text).columns == columns

    def test_backslashes_before_quotation_marks_are_understood(self, grid):
        found = grid(b'"OID","Comment","Tardy"\n"1","mother called \\"late\\"","1"\n"2","with family\\\\","0"\n')
        assert only(found)[2] == ["1", 'mother called "late"', "1"] and only(found)[3] == ["2", "with family\\", "0"]

    @pytest.mark.parametrize("encoding, note", [
        ("utf-8", None), ("utf-8-sig", None), ("utf-16", "UTF-16"), ("utf-16-le", "UTF-16"), ("cp1252", "Windows-1252")])
    def test_accents_survive_every_encoding_and_the_choice_is_told(self, encoding, note, grid):
        found = grid("School,Principal\nLincoln,Peña\nAdams,Müller\n".encode(encoding))
        assert list(only(found).values())[1:] == [["Lincoln", "Peña"], ["Adams", "Müller"]]
        assert [finding.level for finding in found.findings] == ([Level.NOTE] if note else [])
        assert note is None or note in told(found)[0]

    def test_one_stray_byte_does_not_spoil_the_accents_of_a_utf8_file(self, grid):
        found = grid("School,Principal\nLincoln,Peña\nAdams,José\n".encode() + b"Bell,Mu\xf1oz\n")
        assert [cells[1] for cells in only(found).values()] == ["Principal", "Peña", "José", "Muñoz"]
        assert "first in line 4" in told(found)[0] and found.findings[0].level is Level.WARN

    def test_gzipped_text_reads_like_text(self, grid):
        assert only(grid(gzip.compress(b"School,Present\n0052,30\n"), "november.csv.gz"))[2] == ["0052", "30"]


class TestTextThatCannotBeTrusted:
    NEVER_CLOSED = "a quotation mark stands inside a quoted cell, or is never closed. Compare this row in the preview with the file."
    def test_a_quotation_mark_never_closed_swallows_no_rows_and_is_told(self, grid):
        found = grid(b'School,Present\nLincoln,30\n"Adams,31\n' + b"Bell,29\n" * 500)
        assert len(only(found)) == 503 and only(found)[3] == ["Adams", "31"]
        assert told(found) == [f"warn: Row 3: {self.NEVER_CLOSED}"]

    def test_a_quotation_mark_closed_by_another_cells_swallows_no_rows_and_is_told(self, grid):
        found = grid(b'School,Note\nLincoln,"good\nAdams,fine\nBell,"late, again"\n')
        assert list(only(found).values())[1:] == [["Lincoln", "good"], ["Adams", "fine"], ["Bell", "late, again"]]

    def test_a_quotation_mark_that_fits_no_row_stops_the_file(self, grid):
        found = grid(b'School,Present,Note\nLincoln,30,fine\n"Adams, 31\n' + b"Bell,29,fine\n" * 500)
        assert stopped(found).startswith("Row 3: the quotation mark opened in line 3 of the file is not closed there, "
                                         "and more lines would become one row ('\"Adams, 31').")

    def test_two_stray_quotation_marks_hide_no_rows(self, grid):
        hidden = b"".join(b"School %d,30,fine\n" % n for n in range(9))
        found = grid(b'School,Present,Note\nLincoln,30,"good\n' + hidden + b'Bell,29,late"\nAdams,31,\n')
        assert len(only(found)) == 13 and only(found)[2] == ["Lincoln", "30", "good"]
        assert told(found) == [f"warn: Row 2: {self.NEVER_CLOSED}"]

    def test_a_comment_of_several_lines_is_no_reason_to_stop(self, grid):
        found = grid(b'School,Present,Note\nLincoln,30,"good\nvery good\nsee me, please"\nAdams,31,\n')
        assert only(found)[2][2] == "good\nvery good\nsee me, please" and found.findings == ()

    def test_a_quotation_mark_out_of_place_is_told_with_its_row(self, grid):
        found = grid(b'School,Present\n"Lincoln",30\n"A" team,31\n')
        assert told(found) == [f"warn: Row 3: {self.NEVER_CLOSED}"] and only(found)[3] == ['"A" team', "31"]

    def test_no_more_than_500_columns_are_kept(self, grid):
        found = grid(",".join(["x"] * 501).encode() + b"\n" + b"," * 5000 + b"\ny\n")
        assert len(only(found)[1]) == 500
        assert told(found) == ["warn: Row 1: there are cells beyond column SF, they were left out. "
                               "Keep the table within 500 columns."]

    def test_a_cell_too_long_for_a_spreadsheet_is_cut_and_told(self, grid):
        found = grid(b"School,Note\nLincoln," + b"x" * 200_000 + b"\n")
        assert len(only(found)[2][1]) == 32_767
        assert told(found)[0].startswith("warn: Row 2, column B: the cell holds more than 32,767 characters")

    @pytest.mark.parametrize("content, problem", [
        (b"\n , \n\n", "every cell is blank"),
        (b"School\n" + b"a" * 70_000 + b"\x00", "it holds NUL bytes"),
        (b"School,Name\n1,M\x81ller\n", "in an unknown encoding (byte 16)"),
        (gzip.compress(b"School,Present\n" * 9999, mtime=0)[:-20], "the gzip file is incomplete or damaged"),
        (gzip.compress(b"\x89PNG\r\n\x1a\n" + bytes(90), mtime=0), "this is a picture (PNG)"),
    ])
    def test_what_is_no_text_is_refused(self, content, problem, grid):
        assert problem in stopped(grid(content))

    def test_a_gzip_that_unpacks_to_far_more_than_it_is_is_refused(self, grid):
        bomb = gzip.compress(b"a,b\n" * 4_000_000) * 20
        found = grid(bomb, "bomb.csv.gz", memory_bytes=512 << 20)
        assert stopped(found) == ("bomb.csv.gz: the file holds more than 256 MB. "
                                  "Split it, for example by month or by school, and upload the parts.")

    def test_text_under_a_workbooks_name_is_read_and_told(self, grid):
        found = grid(b"School\tPresent\n0052\t30\n", "export.xls")
        assert only(found)[2] == ["0052", "30"]
        assert told(found)[0].startswith("note: export.xls: in spite of its name this is a text file")


class TestTheReadingProcess:
    """It may be stopped, starve or die; the app gets a sentence."""

    def test_a_reading_that_takes_too_long_is_stopped(self, grid):
        found = grid(b"a,b\n" * 10_000, "endless.csv", seconds=0.01)
        assert stopped(found) == (
            "endless.csv: reading it took longer than 0.01 seconds and was stopped. "
            "Copy only the table into a new workbook, or save the sheet as .csv, and upload that.")

    def test_a_reading_that_needs_too_much_memory_is_stopped(self, grid):
        wide = "".join(f"{number},{number:x},{-number}\n" for number in range(400_000)).encode()
        assert "memory" in stopped(grid(wide, "large.csv", memory_bytes=280 << 20)).lower()

    def test_the_cells_as_read_can_be_seen_as_json(self, grid):
        seen = json.loads(as_json(grid("School,Note\n0052,Peña\n\n,x\n".encode("cp1252"))))
        assert seen["file"] == "november.csv"
        assert seen["sheets"] == [{"name": "", "rows": [
            {"row": 1, "cells": ["School", "Note"]}, {"row": 2, "cells": ["0052", "Peña"]}, {"row": 4, "cells": ["", "x"]}]}]
        assert seen["findings"][0]["level"] == "note" and "Windows-1252" in seen["findings"][0]["message"]


DELIMITERS = ",\t;|"
PLAIN = st.text("abcXYZ 0159.-'é", max_size=8).filter(lambda text: not text.startswith("'"))
ANY = st.text(st.one_of(st.sampled_from("\",;|\t\n'\\ ab1"), st.characters(exclude_categories=["Cc", "Cs"])), max_size=8)


def grids(cells):
    return st.integers(2, 5).flatmap(lambda width: st.lists(st.lists(cells, min_size=width, max_size=width), min_size=1, max_size=6))


def written(grid, delimiter, quoting, end) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows(grid)
    return text.getvalue()


def expected(grid) -> dict[int, list[str | None]]:
    """A blank cell is none, a blank row is left out but counted, blank columns at the end are left out."""
    cells = [[cell if cell.strip() else None for cell in row] for row in grid]
    width = max((at for row in cells for at, cell in enumerate(row, 1) if cell), default=0)
    return {at: row[:width] for at, row in enumerate(cells, 1) if any(row)}


class TestWhatIsWrittenComesBack:
    """Any table, by any program that quotes what needs quoting, cell for cell."""

    def comes_back(self, grid, text, encoding):
        (sheet,), _ = delimited.read(text.encode(encoding), "any.csv")
        assert rows(sheet.cells) == expected(grid)

    @given(grids(PLAIN), st.sampled_from(DELIMITERS), st.sampled_from(["\n", "\r\n"]),
           st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
    @settings(max_examples=300, deadline=None)
    def test_plain_text_without_quotation_marks(self, grid, delimiter, end, encoding):
        assume(any(cell.strip() for row in grid for cell in row))
        text = written(grid, delimiter, csv.QUOTE_MINIMAL, end)
        self.comes_back(grid, text, encoding)

    @given(grids(ANY), st.sampled_from(DELIMITERS), st.sampled_from(["\n", "\r\n"]), st.sampled_from(["utf-8", "utf-16"]))
    @settings(max_examples=500, deadline=None)
    def test_any_text_in_quotation_marks(self, grid, delimiter, end, encoding):
        cells = [cell for row in grid for cell in row]
        assume(any(cell.strip() for cell in cells))
        assume(not any(cell.startswith('="') for cell in cells))
        assume(not any(line.count(delimiter) == len(grid[0]) - 1 for cell in cells for line in cell.splitlines()[1:]))
        text = written(grid, delimiter, csv.QUOTE_ALL, end)
        self.comes_back(grid, text, encoding)

    @given(st.binary(max_size=400))
    @settings(max_examples=500, deadline=None)
    def test_random_bytes_are_read_or_refused(self, tmp_path_factory, content):
        path = tmp_path_factory.getbasetemp() / "random.csv"
        path.write_bytes(content)
        try:
            opening.read(path, "random.csv")
        except Refused as refused:
            assert all(finding.level is Level.STOP and finding.remedy for finding in refused.findings)


@pytest.mark.realdata
class TestRealFiles:
    @pytest.fixture
    def real(self, grid):
        def reading(name: str):
            if not (REAL / name).exists():
                pytest.skip(f"The real files are not here: {REAL / name} is read by this test.")
            return grid(REAL / name, name)
        return reading

    def test_a_year_of_new_yorks_attendance(self, real):
        found = real("nyc_daily_attendance_2013-14.csv.gz")
        (sheet,) = found.sheets
        assert found.findings == () and sheet.cells.num_rows == 289_063 + 1
        with gzip.open(REAL / "nyc_daily_attendance_2013-14.csv.gz", "rt", encoding="utf-8", newline="") as file:
            for number, (record, *cells) in enumerate(zip(csv.reader(file), *(c.to_pylist() for c in sheet.cells.columns)), 1):
                assert cells == [number, *(text or None for text in record)]

    def test_connecticuts_protected_codes_and_title_rows(self, real):
        cells = only(real("ct_chronic-absenteeism__2011-12_grade.csv"))
        assert len(cells) == 2_167 + 3 and 3 not in cells
        assert cells[1] == ["Chronic Absenteeism, 2011-12", None, None, None]
        assert cells[5] == ["Achievement First Hartford Academy Inc. District", "2880013", "Kindergarten", "*"]
        assert all(row[1].isdigit() and len(row[1]) == 7 for number, row in cells.items() if number > 4)

    def test_a_dump_with_escaped_quotation_marks(self, real):
        cells = only(real("studentinsights_fixtures/attendance_dump.csv"))
        assert {len(row) for row in cells.values()} == {31}
        assert (cells[2][11], cells[3][11]) == ('MTHR CALLED "FEW MINUTES LATE"', "still away with family\\")

    @pytest.mark.parametrize("name, header, districts", [
        ("co_2017-2018_ChronicAbsenteeism.xlsx", 10, 184), ("co_2021-2022_ChronicAbsenteeism.xlsx", 5, 184)])
    def test_colorados_workbooks(self, real, name, header, districts):
        found = real(name)
        data = rows(found.sheets[0].cells)
        assert [each.name.lower() for each in found.sheets] == ["data", "definitions"]
        codes = [cell for number, row in data.items() if number > header for cell in row if cell and len(cell) == 4 and cell.isdigit()]
        assert "0010" in codes and len(set(codes)) >= districts

    @pytest.mark.parametrize("name, records", [("nyc_class_size.csv", 27_611), ("nyc_demographics_2005-2012.csv", 10_075),
                                               ("nz_school_details.csv", 3_219), ("oulad_studentAssessment.csv.gz", 173_912)])
    def test_every_record_of_a_plain_export(self, real, name, records):
        assert len(only(real(name))) == records + 1


class TestSeveralFilesInOneGo:
    def test_each_file_is_read_as_it_is_read_alone(self, tmp_path):
        contents = {"a.csv": b"School,Present\n0052,30\n", "empty.csv": b"", "b.csv": b"School;Late\nAdams;2\n"}
        uploads = [receive(content, name, tmp_path, by="R. Ortiz", at=MONDAY) for name, content in contents.items()]
        assert [as_json(found) for found in read_each(uploads)] == [as_json(read(upload)) for upload in uploads]

    def test_when_the_reading_process_is_stopped_each_file_has_its_own_sentence(self, tmp_path):
        uploads = [receive(b"a,b\n" * 10_000, f"{name}.csv", tmp_path / name, by="R. Ortiz", at=MONDAY) for name in "ab"]
        told = [stopped(found) for found in read_each(uploads, seconds=0.01)]
        assert ["a.csv: reading it took longer than 0.01" in told[0], "b.csv: reading it took longer than 0.01" in told[1]] == [True, True]

    def test_a_file_the_process_did_not_get_to_is_read_alone(self, tmp_path, monkeypatch):
        uploads = [receive(f"School,Present\n{name},30\n".encode(), f"{name}.csv", tmp_path, by="R. Ortiz", at=MONDAY) for name in "ab"]
        go, runs = grid_module._run, []
        monkeypatch.setattr(grid_module, "_run", lambda jobs: runs.append(len(jobs)) or go(jobs[:1]))
        assert [only(found)[2][0] for found in read_each(uploads)] == ["a", "b"]
        assert runs == [2, 1]

    def test_no_files_are_read_as_none(self):
        assert list(read_each([])) == []
