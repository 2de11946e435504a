"""Where the table begins, and which rows are no data: each row is read, refused with a reason or set aside with a reason."""
from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.finding import Level
from data.layout import HEADER_WITHIN, lay_out
from tests.understanding import LINCOLN, SOURCES, rows, scope, sheet, told, understood

HEADER = "School,Date,Present,Enrolled\n"
DAY = "2026-11-16"


def aside(prepared) -> dict[int, str]:
    """What was set aside: row number to reason."""
    return {a.row: a.reason for a in prepared.set_aside}


class TestTheHeader:
    @pytest.mark.parametrize("above", ["", "Daily attendance\n", "Daily attendance\n\nReport run 9/5/2026 3:14 PM,page 1\n,,,\n", "\n\n\n", "Lincoln Elementary,,Week 47\nFilters:,All grades,\n"])
    def test_it_is_found_under_titles_and_blank_rows(self, above):
        done = understood(above + HEADER + f"A,{DAY},90,100\n")
        assert rows(done, "attendance", "school", "present", "file_row") == [("A", 90, above.count("\n") + 2)]
        assert {*aside(done).values()} <= {"a title"}

    def test_it_may_stand_in_the_thirtieth_row_that_says_something_and_no_lower(self):
        for titles, found in ((HEADER_WITHIN - 1, True), (HEADER_WITHIN, False)):
            table = next(iter(lay_out(sheet("".join(f"note {n}\n" for n in range(titles)) + HEADER + f"A,{DAY},90,100\n"), SOURCES)), None)
            assert (table is not None and table.header_row == titles + 1) == found

    def test_line_breaks_and_doubled_blanks_in_it_do_not_matter(self):
        done = understood(f'School,Date,"Students\n  Present",Students   Enrolled\nA,{DAY},90,100\n')
        assert rows(done, "attendance", "present", "enrolled") == [(90, 100)]

    def test_a_sheet_without_one_says_so(self):
        assert told(understood("1,2\n3,4\n")) == ["a.csv: there is no row of headings. Put a heading above each column."]

    def test_a_header_alone_has_no_rows(self):
        assert told(understood(HEADER)) == ["a.csv: there are headings but no rows below them. Check that this is the right file."]

    def test_printed_again_at_a_page_break_it_is_set_aside(self):
        done = understood(HEADER + f"A,{DAY},90,100\n{HEADER}B,{DAY},9,10\nSCHOOL, Date,Present,Enrolled\n")
        assert aside(done) == {3: "the header again"}
        assert rows(done, "attendance", "school") == [("A",), ("B",)]
        assert "Row 5, Date: this is not a date ('Date'). Write it as 2026-11-16." in told(done)

    def test_what_stands_in_columns_without_a_heading_is_not_read(self):
        done = understood(f"School,Date,,Present,Enrolled\nA,{DAY},check this,90,100\n")
        assert rows(done, "attendance", "school", "present") == [("A", 90)] and told(done, Level.STOP) == []


class TestTotals:
    """
    School            Present
    Lincoln Elem.     90          data
    Total             950         a total: we add up ourselves
    Total Wellness    90          a school whose name has the word in it
    """
    @pytest.mark.parametrize("name", [
        "Total", "TOTAL", "Totals:", "Grand Total", "Sub-total", "Subtotal", "STATE TOTALS", "State Total", "COLORADO TOTAL", "District Total", "Citywide total",
        "CITYWIDE TOTAL FOR TODAY", "Total for Lincoln", "Total of all schools", "Total schools", "Total (40 schools)", "School Total", "All Schools", "All",
        "District", "Districtwide", "District-wide", "District Average", "Average", "State Mean", "Overall", "Citywide"])
    def test_a_row_that_adds_up_others_is_set_aside_under_every_name(self, name):
        done = understood(f'{HEADER}A,{DAY},90,100\n"{name}",{DAY},90,100\n')
        assert aside(done) == {3: "a total, we add up ourselves"} and rows(done, "attendance", "school") == [("A",)]

    @pytest.mark.parametrize("name", ["Total Wellness Academy", "Subtotal Street School", "Citywide Academy of Arts", "All Saints", "Allen", "District 75 School",
                                      "Average Joe Prep", "The Meaning School", "State Street Elementary", "Overall Creek", "County Line High"])
    def test_a_school_whose_name_only_contains_the_word_is_a_school(self, name):
        done = understood(f"{HEADER}{name},{DAY},90,100\n")
        assert aside(done) == {} and rows(done, "attendance", "school") == [(name,)]

    def test_a_school_on_the_districts_own_list_is_one_whatever_its_name(self):
        listed = type(LINCOLN)({"ALL": "Allen Elementary", "7": "Sum Total"}, harvested=False)
        done = understood(f"{HEADER}ALL,{DAY},90,100\nSum Total,{DAY},9,10\nTotal,{DAY},99,110\n", schools=listed)
        assert rows(done, "attendance", "school") == [("ALL",), ("7",)] and aside(done) == {4: "a total, we add up ourselves"}

    def test_totals_may_stand_between_the_schools_and_in_the_place_of_the_day(self):
        done = understood(f"{HEADER}A,{DAY},90,100\nA,Total,90,100\nNorth Subtotal,,90,100\nB,{DAY},9,10\n,Total,99,110\n")
        assert rows(done, "attendance", "school") == [("A",), ("B",)] and [*aside(done)] == [3, 4, 6]

    def test_a_total_in_another_column_is_one_where_no_school_stands_beside_it(self):
        done = understood(f"Region,School,Date,Present,Enrolled\nNorth,A,{DAY},90,100\nNorth Total,,,90,100\nAverage,B,{DAY},9,10\n")
        assert rows(done, "attendance", "school") == [("A",), ("B",)] and aside(done) == {3: "a total, we add up ourselves"}

    def test_a_schools_own_total_over_grades_is_data(self):
        done = understood(f"School,Date,Grade,Present,Enrolled\nA,{DAY},1,40,50\nA,{DAY},Total,90,100\n")
        assert rows(done, "attendance", "grade", "present") == [("1", 40), ("all", 90)] and aside(done) == {}


class TestNotesBelow:
    def test_they_are_set_aside(self):
        done = understood(f"{HEADER}A,{DAY},90,100\n\n* fewer than 10 students\nSource: student information system\n")
        assert aside(done) == {4: "a note below the table", 5: "a note below the table"} and told(done, Level.STOP) == []

    def test_a_last_row_with_a_day_is_refused_and_not_set_aside(self):
        done = understood(f"{HEADER}A,{DAY},90,100\n,{DAY},,\n")
        assert aside(done) == {} and "Row 3, School: there is no school in this row. Fill it in, or remove the row if it is no data." in told(done)


class TestRowsInTheMiddle:
    def test_a_section_row_is_refused_with_a_reason_and_never_dropped_in_silence(self):
        done = understood(f"{HEADER}A,{DAY},90,100\nElementary schools,,,\nB,{DAY},9,10\n")
        assert done.refused == 1 and "Row 3, Date: there is no date in this row. Fill it in, or remove the row if it is no data." in told(done)

    def test_a_school_written_once_for_several_rows_is_not_filled_down(self):
        done = understood(f"{HEADER}A,{DAY},90,100\n,2026-11-17,91,100\n,2026-11-18,92,100\n")
        assert done.refused == 2 and scope(done, "attendance") == {("A", date(2026, 11, 16))}
        assert "Row 3, School: there is no school in this row. Fill it in, or remove the row if it is no data. The same in 1 more rows." in told(done)


CELL = st.sampled_from(["A", "B", "Total", "Grand total", "All Schools", "", "  ", DAY, "2026-11-17", "90", "95", "100", "NS", "*", "x", "School", "Date", "Present",
                        "Enrolled", "* a note"])


@settings(deadline=None)
@given(st.lists(st.lists(CELL, min_size=4, max_size=4), max_size=12))
def test_every_row_is_read_refused_or_set_aside(body):
    """No row vanishes: below the header each that says anything is counted once."""
    done = understood(HEADER + f"Z,{DAY},9,10\n" + "".join(",".join(line) + "\n" for line in body))
    [table] = done.tables
    said = {3 + at for at, line in enumerate(body) if any(cell.strip() for cell in line)}
    assert {*table.body["row"].to_pylist()} | aside(done).keys() == said | {2}
    repeats = sum(f.rows for f in done.findings if "counts once" in f.problem)
    assert done.rows + done.refused + repeats + len(done.set_aside) == len(said) + 1


class TestAPersonSaysOtherwise:
    def test_where_the_headings_are(self):
        text = "Code,Day,Here,Roll\nSchool,Date,Present,Enrolled\nA,2026-11-16,9,10\n"
        assert understood(text).tables[0].header_row == 2
        assert understood(text, answers={"headings:": "1"}).tables[0].header_row == 1
        assert understood(text, answers={"headings:": "1-2"}).tables[0].heading_rows == 2

    def test_that_a_row_counts_after_all(self):
        text = HEADER + f"A,{DAY},90,100\nTotal,{DAY},5,6\n"
        assert aside(understood(text)) == {3: "a total, we add up ourselves"}
        assert rows(understood(text, answers={"keep:": "3"}), "attendance", "school") == [("A",), ("Total",)]

    def test_that_a_row_does_not_count(self):
        done = understood(HEADER + f"A,{DAY},90,100\nB,{DAY},5,6\nC,{DAY},5,6\n", answers={"leave:": "3, 4-4"})
        assert aside(done) == {3: "you left it out", 4: "you left it out"} and rows(done, "attendance", "school") == [("A",)]
