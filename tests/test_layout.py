"""Where the table begins, and which rows are no data: each row is read, refused with a reason or set aside with a reason."""
from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.finding import Level
from data.layout import HEADER_WITHIN, lay_out
from tests.understanding import LINCOLN, SOURCES, asked, rows, scope, sheet, told, understood

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


def beside(*blocks: str, apart: int = 1) -> str:
    """Tables written beside each other, with empty columns between them."""
    lines = [[line.split(",") for line in block.strip("\n").splitlines()] for block in blocks]
    width = [max(map(len, block)) + apart for block in lines]
    cells = [[block[at] + [""] * (wide - len(block[at])) if at < len(block) else [""] * wide for block, wide in zip(lines, width, strict=True)]
             for at in range(max(map(len, lines)))]
    return "".join(",".join(cell for part in line for cell in part) + "\n" for line in cells)


ADAMS, BELL = f"{HEADER}Adams,{DAY},90,100\nAdams,2026-11-17,91,100\n", f"{HEADER}Bell,{DAY},9,10\nBell,2026-11-17,8,10\n"
VISITS = f"School,Visit date,Observer,Feedback given\nAdams,{DAY},Ms X,yes\n"


class TestTablesBesideEachOther:
    """
    School  Date    Present  Enrolled  .  School  Date    Present  Enrolled
    Adams   16 Nov  90       100       .  Bell    16 Nov  9        10         two tables
    School  Date    .        Present   Enrolled                              one table with an empty column
    """
    def test_repeated_headings_are_tables_of_their_own_that_know_their_columns(self):
        done = understood(beside(ADAMS, BELL, apart=2))
        assert rows(done, "attendance", "school", "present") == [("Adams", 90), ("Adams", 91), ("Bell", 9), ("Bell", 8)]
        assert [(part.sheet, part.rows["file_row"].to_pylist()) for part in done.parts if not part.harvested] == [("columns A-D", [2, 3]), ("columns G-J", [2, 3])]
        assert told(done)[0] == ("a.csv: tables stand beside each other, in columns A-D and G-J; each was read by itself. "
                                 "Say below how to read it if that is wrong.")

    def test_two_kinds_of_spreadsheet_are_two_tables_wherever_their_headings_stand(self):
        done = understood(beside(ADAMS, f"Walkthroughs\n\n{VISITS}"))
        assert len(rows(done, "attendance", "present")) == 2 and rows(done, "walkthroughs", "observer", "file_row") == [("Ms X", 4)]

    def test_each_has_its_own_title_and_a_title_over_all_speaks_for_all(self):
        text = beside("Lincoln Elementary\nDate,Present,Enrolled\n2026-11-16,9,10", "Bell High\nDate,Present,Enrolled\n2026-11-16,8,10")
        assert rows(understood(text, schools=LINCOLN), "attendance", "school", "present") == [("0052", 9), ("0120", 8)]
        text = "Attendance for 11/16/2026\n" + beside("School,Present,Enrolled\nLincoln Elementary,9,10", "School,Present,Enrolled\nBell High,8,10")
        assert rows(understood(text, schools=LINCOLN), "attendance", "school", "date") == [("0052", date(2026, 11, 16)), ("0120", date(2026, 11, 16))]

    def test_weeks_of_days_beside_each_other_need_not_list_the_schools_in_one_order(self):
        text = beside("School,11/9/2026,11/10/2026,11/11/2026\nAdams,90%,91%,92%\nBell,80%,81%,82%", "School,11/16/2026,11/17/2026,11/18/2026\nBell,83%,84%,85%\nAdams,93%,94%,95%")
        done = understood(text, answers={f"values:columns {place}": "attendance.percent" for place in ("A-D", "F-I")})
        assert {(school, day.day, percent) for school, day, percent in rows(done, "attendance", "school", "date", "percent")} == {
            (school, first + at, float(tens + first // 16 * 3 + at)) for school, tens in (("Adams", 90), ("Bell", 80)) for first in (9, 16) for at in range(3)}

    def test_beside_each_other_below_another_table(self):
        text = f"School,Date,Present,Enrolled,Grade,a,b,c,d\nAdams,{DAY},90,100,1,x,x,x,x\n\n\n" + beside(VISITS, VISITS.replace("Adams", "Bell"))
        done = understood(text)
        assert [part.sheet for part in done.parts if not part.harvested] == ["from row 1", "from row 5 columns A-D", "from row 5 columns F-I"]

    @pytest.mark.parametrize("text", [
        f"School,Date,,Present,Enrolled\nA,{DAY},,90,100\nB,{DAY},,9,10\nTotal,,,99,110\n",
        f"School,,Date,,Present,Enrolled\nA,,{DAY},,90,100\nB,,{DAY},,9,10\n",
        f"School,Grade,,Date,Present,Enrolled\nA,1,,{DAY},90,100\nB,1,,{DAY},9,10\n",
        f"Region,Director,,School,Date,Present,Enrolled\nN,Dana,,A,{DAY},90,100\nN,Dana,,B,{DAY},9,10\n",
        f"School,Date,Present,Enrolled,,Comment,Initials\nA,{DAY},90,100,,bus late,MX\nB,{DAY},9,10,,,\n",
        f"School,Date,Present,Enrolled,,asked Ms X\nA,{DAY},90,100,,\nB,{DAY},9,10,,\n"])
    def test_an_empty_column_alone_is_no_end_of_a_table(self, text):
        done = understood(text)
        assert rows(done, "attendance", "school", "date", "present", "enrolled") == [("A", date(2026, 11, 16), 90, 100), ("B", date(2026, 11, 16), 9, 10)]
        assert not done.questions and len(done.tables) == 1

    def test_measures_under_bands_with_empty_columns_between_stay_one_table(self):
        assert len(understood("Who,,,Monday,,,Tuesday,\nSchool,Grade,,Present,Absent,,Present,Absent\nA,9,,9,1,,8,2\nB,1,,9,1,,8,2\n").tables) == 1

    @pytest.mark.parametrize("text", [
        f"School,Date,Present,,School,Date,Enrolled\nA,{DAY},90,,A,{DAY},100\n",                                       # only together they are anything
        f"School,Date,Present,Enrolled,,School,Rate\nA,{DAY},90,100,,A,90%\n",                                         # a summary, or a column more
        f"School,Date,Present,Enrolled,,Student ID,Reason\nA,{DAY},90,100,,17,ill\nB,{DAY},9,10,,,\n",                 # beside its row, or a list
        "Topic,Hours,,Room,Seats\na,1,,1,30\nb,2,,2,31\n,,,3,20\n"])
    def test_where_nobody_can_tell_it_is_asked_and_nothing_is_read_before(self, text):
        done = understood(text)
        assert [*asked(done)] == ["beside:"] and not done.parts
        assert len(understood(text, answers={"beside:": "apart"}).tables) == 2
        assert len(understood(text, answers={"beside:": "one"}).tables) == 1

    def test_a_person_may_say_they_are_one(self):
        assert [t.sheet for t in understood(beside(ADAMS, BELL), answers={"beside:": "one"}).tables] == [""]

    @settings(deadline=None, max_examples=5)
    @given(st.lists(st.tuples(st.sampled_from([ADAMS, BELL, VISITS]), st.integers(0, 3)), min_size=2, max_size=4), st.integers(1, 3))
    def test_they_are_read_as_they_are_read_alone(self, blocks, apart):
        """Whatever stands beside them, and however far down they begin."""
        texts = [("Some title\n" + "\n" * (down - 1)) * bool(down) + text for text, down in blocks]
        together, alone = understood(beside(*texts, apart=apart)), [understood(text) for text in texts]
        for source, names in (("attendance", ("school", "date", "present")), ("walkthroughs", ("school", "observer"))):
            assert {*rows(together, source, *names)} == {row for done in alone for row in rows(done, source, *names)}


class TestOneOfSeveralTables:
    def test_may_be_left_out_and_its_rows_say_so(self):
        done = understood(beside(ADAMS, BELL), answers={"leave:columns F-I": "all"})
        assert {school for school, in rows(done, "attendance", "school")} == {"Adams"}
        assert [(a.row, a.reason, a.text) for a in done.set_aside] == [(2, "you left this table out", f"Bell · {DAY} · 9 · 10"),
                                                                       (3, "you left this table out", "Bell · 2026-11-17 · 8 · 10")]

    def test_below_another_too_and_single_rows_of_it(self):
        text = f"{ADAMS}\n\n{VISITS}Bell,{DAY},Ms Y,no\n"
        assert rows(understood(text, answers={"leave:from row 6": "8"}), "walkthroughs", "observer") == [("Ms X",)]
        done = understood(text, answers={"leave:from row 6": "all"})
        assert len(rows(done, "attendance", "school")) == 2 and rows(done, "walkthroughs", "school") == [] and not done.questions

    def test_the_upper_one_is_no_title_where_the_lower_one_has_more_headings_we_know(self):
        done = understood(f"School,Visit date,Coach\nAdams,{DAY},Dana\n\n{ADAMS}")
        assert rows(done, "coaching_visits", "coach") == [("Dana",)] and len(rows(done, "attendance", "present")) == 2

    def test_its_headings_may_be_said(self):
        text = f"{ADAMS}\n\n{VISITS}"
        assert understood(text, answers={"headings:from row 6": "6-7"}).tables[1].headings == (6, 7)

    def test_days_across_without_a_row_below_them_are_no_reason_to_fail(self):
        assert not understood("School,9/14/2026,9/15/2026,9/16/2026\n").parts
