"""What a table leaves to its title, its sheet's or its file's name, and cells that are written once for several rows."""
from __future__ import annotations

from datetime import date

from data.grid import Grid, Sheet
from data.prepare import prepare
from tests.understanding import AT, LINCOLN, SOURCES, asked, rows, sheet, told, understood

COUNTS = "Present,Enrolled\n20,22\n"


def file(*sheets: Sheet, name: str = "export.csv", **answers: str):
    return prepare(Grid(sheets, ()), SOURCES, LINCOLN, None, file=name, today=AT.date(), students=str, answers={key.replace("_", ":"): v for key, v in answers.items()})


class TestTheSchool:
    def test_it_may_stand_in_a_title(self):
        done = understood(f"School: Lincoln Elementary\n\nDate,{COUNTS.replace('20,', '2026-11-16,20,')}", schools=LINCOLN)
        assert rows(done, "attendance", "school") == [("0052",)]
        assert any("the title in row 1 says School: Lincoln Elementary, so every row is about Lincoln Elementary" in line for line in told(done))

    def test_or_in_the_sheets_name_one_sheet_a_school(self):
        text = f"Date,{COUNTS.replace('20,', '2026-11-16,20,')}"
        done = file(sheet(text, "Lincoln Elementary"), sheet(text, "Bell High"))
        assert rows(done, "attendance", "school") == [("0052",), ("0120",)]

    def test_a_name_nobody_has_on_the_list_is_no_school(self):
        done = understood(f"Washington\n\nDate,{COUNTS.replace('20,', '2026-11-16,20,')}", schools=LINCOLN)
        assert not done.parts and "there is no school column" in told(done)[0]

    def test_or_on_lines_of_its_own_above_the_rows(self):
        done = understood("Date,Present,Enrolled\nLincoln Elementary\n2026-11-16,9,10\n2026-11-17,8,10\nBell High\n2026-11-16,7,10\n", schools=LINCOLN)
        assert rows(done, "attendance", "school", "present") == [("0052", 9), ("0052", 8), ("0120", 7)]
        assert {a.row: a.reason for a in done.set_aside} == {2: "names the school of the rows below", 5: "names the school of the rows below"}


class TestTheDay:
    def test_a_title_that_says_it_is_taken_and_told(self):
        done = understood(f"Attendance for Monday 11/16/2026\n\nSchool,{COUNTS.replace('20,', 'Bell High,20,')}", schools=LINCOLN)
        assert rows(done, "attendance", "date") == [(date(2026, 11, 16),)]
        assert any("so every row is about 16 Nov 2026" in line for line in told(done))

    def test_when_the_report_was_printed_says_nothing_for_certain(self):
        done = understood(f"Report run 11/20/2026 3:14 PM\n\nSchool,{COUNTS.replace('20,', 'Bell High,20,')}", schools=LINCOLN)
        assert asked(done) == {"date:": "There is no column of dates. Which day is every row about?"} and not done.parts

    def test_the_files_name_is_asked_about(self):
        table = sheet(f"School,{COUNTS.replace('20,', 'Bell High,20,')}")
        done = file(table, name="attendance 11-16.csv")
        assert [*done.questions[0].options] == ["2026-11-16", "-"]
        assert rows(file(table, name="attendance 11-16.csv", date_="2026-11-16"), "attendance", "date") == [(date(2026, 11, 16),)]

    def test_a_table_with_its_own_dates_ignores_the_title(self):
        done = understood(f"Attendance for 11/16/2026\nSchool,Date,{COUNTS.replace('20,', 'Bell High,2026-11-17,20,')}", schools=LINCOLN)
        assert rows(done, "attendance", "date") == [(date(2026, 11, 17),)]


class TestWrittenOnce:
    """
    Lincoln  16 Nov
             17 Nov      Lincoln too
    Bell     16 Nov
             17 Nov      Bell too
    """
    BLOCKS = "School,Date,Present,Enrolled\nLincoln Elementary,2026-11-16,9,10\n,2026-11-17,8,10\nBell High,2026-11-16,7,10\n,2026-11-17,6,10\n"

    def test_empty_cells_below_are_the_one_above_and_that_is_told(self):
        done = understood(self.BLOCKS, schools=LINCOLN)
        assert [school for school, in rows(done, "attendance", "school")] == ["0052", "0052", "0120", "0120"]
        assert "Row 3, School: empty cells were read as the one above them (Lincoln Elementary)." in told(done)[0]

    def test_a_person_may_say_they_are_missing(self):
        assert understood(self.BLOCKS, schools=LINCOLN, answers={"fill::A": "no"}).refused == 2

    def test_where_a_name_stands_row_after_row_an_empty_cell_is_a_missing_one(self):
        text = self.BLOCKS.replace("\n,2026-11-17,8", "\nLincoln Elementary,2026-11-17,8")
        done = understood(text, schools=LINCOLN)
        assert done.refused == 1 and "Row 5, School: there is no school in this row" in " ".join(told(done))

    def test_one_name_at_the_top_could_be_either_and_is_asked(self):
        done = understood("School,Date,Present,Enrolled\nBell High,2026-11-16,9,10\n,2026-11-17,8,10\n,2026-11-18,7,10\n", schools=LINCOLN)
        assert asked(done) == {"fill::A": "Column School has Bell High in its first row and nothing below. Are the other rows about Bell High too?"}

    def test_merged_cells_are_their_text_all_the_way_down(self):
        table = sheet("School,Date,Present,Enrolled\nBell High,2026-11-16,9,10\n,2026-11-17,8,10\n,2026-11-18,7,10\n")
        done = file(Sheet("", table.cells, merged=("A2:A4",)))
        assert [school for school, in rows(done, "attendance", "school")] == ["0120"] * 3 and not done.questions


class TestSeveralTablesInASheet:
    def test_one_below_the_other_are_both_read(self):
        done = understood("School,Date,Present,Enrolled\nBell High,2026-11-16,9,10\n\n\nWalkthroughs\nSchool,Visit date,Observer,Feedback given\nBell High,2026-11-16,Ms X,yes\n",
                          schools=LINCOLN)
        assert rows(done, "attendance", "present") == [(9,)] and rows(done, "walkthroughs", "observer") == [("Ms X",)]
        assert [part.sheet for part in done.parts] == ["from row 1", "from row 6"]


class TestHiddenSheets:
    def test_one_that_could_be_read_is_asked_about_and_left_out_until_then(self):
        table = sheet("School,Date,Present,Enrolled\nBell High,2026-11-16,9,10\n", "old")
        hidden = Sheet("old", table.cells, hidden=True)
        assert [*asked(file(hidden))] == ["hidden:old"] and not file(hidden).parts
        assert rows(file(hidden, hidden_old="read"), "attendance", "present") == [(9,)] and not file(hidden, hidden_old="out").parts
