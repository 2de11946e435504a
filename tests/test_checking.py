"""From text to typed rows: what can be right goes in, the rest is told with its place, and never counted twice."""
from __future__ import annotations

from datetime import date, datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.finding import Level
from data.schools import SchoolList
from tests.understanding import LINCOLN, rows, scope, told, understood

MONDAY, TUESDAY = date(2026, 11, 16), date(2026, 11, 17)
HEADER = "School,Date,Present,Enrolled\n"
BY_GRADE = "School,Date,Grade,Present,Enrolled\n"
CALLS = "School,Absence date,Student ID,Call date,Reached\n"


class TestTypedRows:
    def test_every_field_has_its_type_and_its_row_in_the_file(self):
        done = understood("School,Date,Section,Cut-off,Submitted at\n0052,11/16/2026,1A,9:30,9:10 AM\n")
        assert rows(done, "attendance_submission", "file_row", "school", "date", "roster", "cutoff", "submitted_at") == [
            (2, "0052", MONDAY, "1A", time(9, 30), datetime(2026, 11, 16, 9, 10))]

    def test_a_time_with_its_own_day_keeps_it(self):
        done = understood("School,Date,Section,Cut-off,Submitted at\nA,2026-11-16,1,9:30,2026-11-17 08:00\n")
        assert rows(done, "attendance_submission", "submitted_at") == [(datetime(2026, 11, 17, 8),)]

    def test_present_is_worked_out_from_absent_where_the_file_has_no_such_column(self):
        done = understood("School,Date,Absent,Enrolled\nA,2026-11-16,10,100\nA,2026-11-17,*,100\nA,2026-11-18,,100\n")
        assert rows(done, "attendance", "present") == [(90,), (None,), (None,)]

    def test_feedback_on_a_day_is_feedback(self):
        done = understood("School,Visit date,Room,Feedback date\nA,2026-11-16,1,2026-11-17\nA,2026-11-16,2,\n")
        assert rows(done, "walkthroughs", "feedback_given") == [(True,), (False,)]

    def test_a_student_is_stored_as_a_stand_in_only(self):
        done = understood("School,Date absent,Student ID,Excused\nA,2026-11-16,4711,no\n")
        assert rows(done, "absences", "student") == [("s4711",)]

    def test_a_bad_text_is_told_once_with_its_first_row_and_how_often_it_stands_there(self):
        done = understood(HEADER + "A,soon,9,10\nB,2026-11-16,9,10\nC,soon,9,10\nD,soon,9,10\n")
        assert told(done, Level.STOP) == ["Row 2, Date: this is not a date ('soon'). Write it as 2026-11-16. The same in 2 more rows."]
        assert done.refused == 3 and rows(done, "attendance", "school") == [("B",)]

    def test_many_different_bad_texts_share_a_sentence_after_the_tenth(self):
        done = understood(HEADER + "".join(f"A,2026-11-16,x{n},10\n" for n in range(30)) + "B,2026-11-16,9,10\n")
        assert done.refused == 30 and len(told(done, Level.STOP)) == 11
        assert told(done)[10] == ("Row 12, Present: 20 more values of this column cannot be read, such as ('x10'). "
                                  "Write a plain number or leave the cell empty. The same in 19 more rows.")


class TestPartsOfAKey:
    def test_a_file_without_grades_is_about_all_of_them(self):
        assert rows(understood(HEADER + "A,2026-11-16,90,100\n"), "attendance", "grade") == [("all",)]

    def test_an_empty_grade_alone_is_about_all_of_them(self):
        done = understood(BY_GRADE + "A,2026-11-16,1,40,50\nB,2026-11-16,,90,100\n")
        assert rows(done, "attendance", "school", "grade") == [("A", "1"), ("B", "all")]

    def test_an_empty_grade_beside_others_stays_out(self):
        """Counted as "all" it would silence the grades: 7 of 10 instead of 90 of 100."""
        done = understood(BY_GRADE + "A,2026-11-16,1,40,50\nA,2026-11-16,2,50,50\nA,2026-11-16,,7,10\n")
        assert rows(done, "attendance", "grade") == [("1",), ("2",)] and scope(done, "attendance") == set()
        assert told(done, Level.STOP) == ["Row 4, Grade: there is no grade in this row, and other rows of its school and day have one. "
                                          "Fill it in, or write all if the row is about all of them."]

    def test_a_call_without_a_student_stays_out(self):
        done = understood(CALLS + "A,2026-11-16,7,2026-11-16,yes\nB,2026-11-16,,2026-11-16,yes\n")
        assert rows(done, "family_contacts", "school") == [("A",)]
        assert "Row 3, Student ID: there is no student in this row. Fill it in." in told(done)

    @pytest.mark.parametrize("word", ["Total", "all", "All classes total"])
    def test_a_total_of_rosters_is_about_all_of_them(self, word):
        done = understood(f"School,Date,Section,Rosters expected,Rosters on time\nA,2026-11-16,1,1,1\nA,2026-11-16,{word},20,18\n")
        assert rows(done, "attendance_submission", "roster") == [("1",), ("all",)]


class TestASourcesOwnChecks:
    def test_a_row_that_cannot_be_right_stays_out_with_its_values_quoted(self):
        done = understood(HEADER + "A,2026-11-16,300,30\nB,2026-11-16,30,30\n")
        assert told(done, Level.STOP) == ["Row 2, Present and Enrolled: more students present than enrolled ('Present 300, Enrolled 30'). "
                                          "Check that the two columns are not swapped."]
        assert rows(done, "attendance", "school") == [("B",)]

    @pytest.mark.parametrize(("file", "problem"), [
        ("School,Date,Absent,Enrolled\nA,2026-11-16,300,30\n", "more students absent than enrolled"),
        ("School,Date,Attendance rate\nA,2026-11-16,945\n", "an attendance rate above 100 %"),
        ("School,Date,Rosters expected,Rosters on time\nA,2026-11-16,18,20\n", "more rosters on time than expected"),
        ("School,Absence date,Absences to follow up,Attempted,Families reached\nA,2026-11-16,10,5,7\n", "more families reached than tried"),
        ("School,Absence date,Absences to follow up,Attempted,Families reached\nA,2026-11-16,10,15,7\n", "more families tried than absences"),
        (CALLS + "A,2026-11-16,7,2026-11-15,yes\n", "the contact is older than the absence"),
        ("School,Visit date,Room,Feedback date\nA,2026-11-16,1,2026-11-13\n", "the feedback is older than the visit"),
        ("School,Director,From,To\nA,Osei,2026-08-01,2025-06-30\n", "the caseload ends before it begins"),
    ])
    def test_each_keeps_its_row_out(self, file, problem):
        done = understood(file)
        assert done.refused == 1 and any(f.problem == problem and f.value and f.row == 2 for f in done.findings)

    def test_what_was_withheld_is_not_checked_against(self):
        assert understood(HEADER + "A,2026-11-16,*,30\nB,2026-11-16,5,<10\n").refused == 0


class TestTheSameThingTwice:
    """
    row  School  Date        Present  Enrolled
    2    A       2026-11-16  90       100
    3    A       2026-11-16  90       100       the same: counts once
    4    B       2026-11-16  45       50
    5    B       2026-11-16  44       50        differs: neither counts
    """
    def test_an_exact_repeat_counts_once_and_a_contradiction_not_at_all(self):
        done = understood(HEADER + "A,2026-11-16,90,100\nA,2026-11-16,90,100\nB,2026-11-16,45,50\nB,2026-11-16,44,50\n")
        assert rows(done, "attendance", "file_row") == [(2,)] and done.refused == 2
        assert told(done, Level.NOTE)[0] == "Row 3: this row repeats an earlier one exactly; it counts once. Nothing to do."
        assert told(done, Level.STOP) == ["Row 4: rows 4 and 5 say different things about School B, Date 2026-11-16. "
                                          "Keep the right one and upload the file again. The same in 1 more rows."]

    def test_rows_alike_but_for_a_column_nobody_reads_are_a_warning(self):
        """A file of homerooms where a file of schools is due: 1 of 1 for each, and all alike."""
        done = understood("School,Date,Homeroom,Present,Enrolled\nA,2026-11-16,Ana,1,1\nA,2026-11-16,Ben,1,1\nA,2026-11-16,Cem,1,1\n")
        assert rows(done, "attendance", "present") == [(1,)]
        assert told(done, Level.WARN) == ["Row 3: this row says the same as row 2 but for the column Homeroom, which is not used; it counts once. "
                                          "A row should be one school on one school day: if this file is finer, add its rows up first. The same in 1 more rows."]

    def test_repeated_events_are_all_kept(self):
        done = understood("School,Visit date,Coach\nA,2026-11-16,Osei\nA,2026-11-16,Osei\n")
        assert len(rows(done, "coaching_visits", "coach")) == 2 and told(done) and not any("repeats" in said for said in told(done))

    def test_counts_of_one_school_day_twice_are_no_events(self):
        done = understood("School,Absence date,Absences to follow up,Families reached\nA,2026-11-16,10,5\nA,2026-11-16,10,7\n")
        assert done.refused == 2 and not done.parts

    def test_no_student_is_named_in_a_contradiction(self):
        done = understood("School,Date absent,Student ID,Excused\nA,2026-11-16,4711,no\nA,2026-11-16,4711,yes\n")
        assert "rows 2 and 3 say different things about School A, Date absent 2026-11-16" in told(done)[0] and "4711" not in told(done)[0]


class TestAcrossSheets:
    """Of two sheets that said the same day differently, the later once won in silence."""
    def test_what_two_sheets_say_alike_counts_once(self):
        done = understood(HEADER + "A,2026-11-16,90,100\nA,2026-11-17,91,100\n", HEADER + "A,2026-11-17,91,100\nB,2026-11-17,9,10\n")
        assert rows(done, "attendance", "school", "present") == [("A", 90), ("A", 91), ("B", 9)]
        assert "Row 2: this row stands in an earlier sheet too; it counts once. Nothing to do." in told(done)

    def test_what_they_say_differently_does_not_count_and_protects_its_day(self):
        done = understood(HEADER + "A,2026-11-16,90,100\nA,2026-11-17,91,100\n", HEADER + "A,2026-11-17,92,100\n")
        assert rows(done, "attendance", "date") == [(MONDAY,)] and done.refused == 2 and scope(done, "attendance") == {("A", MONDAY)}
        assert "Row 3: this row and row 2 of sheet 2 are about the same thing but differ." in "\n".join(told(done))

    def test_a_visit_on_a_sheet_of_its_month_and_on_the_sheet_of_all_is_one_visit(self):
        november = "School,Visit date,Coach,Focus\nA,2026-11-16,Osei,talk\nA,2026-11-16,Osei,talk\nA,2026-11-17,Osei,talk\n"
        done = understood(november, november + "A,2026-11-17,Osei,data\n")
        assert sorted(rows(done, "coaching_visits", "date", "focus")) == [(MONDAY, "talk"), (MONDAY, "talk"), (TUESDAY, "data"), (TUESDAY, "talk")]

    def test_different_schools_on_different_sheets_meet_no_question(self):
        done = understood(HEADER + "A,2026-11-16,90,100\n", HEADER + "B,2026-11-16,9,10\n")
        assert len(rows(done, "attendance", "school")) == 2 and done.refused == 0


class TestWhatAFileIsCompleteFor:
    """A refused row protects every unit it may belong to."""
    GOOD = "A,2026-11-16,90,100\nA,2026-11-17,91,100\nB,2026-11-16,9,10\n"
    ALL = {("A", MONDAY), ("A", TUESDAY), ("B", MONDAY)}

    @pytest.mark.parametrize(("bad", "left"), [
        ("", ALL),
        ("B,2026-11-17,99,10\n", ALL),                                  # of a school-day that has no other row
        ("A,2026-11-16,190,100\n", ALL - {("A", MONDAY)}),              # its school-day
        ("A,soon,90,100\n", {("B", MONDAY)}),                           # the day is unknown: every day of the school
        (",2026-11-16,90,100\n", {("A", TUESDAY)}),                     # the school is unknown: every school of the day
        (",soon,90,100\n", set()),                                      # neither is known: everything
    ])
    def test_a_refused_row_shrinks_it(self, bad, left):
        done = understood(HEADER + self.GOOD + bad)
        assert len(rows(done, "attendance", "school")) == 3 and scope(done, "attendance") == left

    def test_a_refused_row_of_one_sheet_protects_the_days_of_another(self):
        done = understood(HEADER + "A,2026-11-16,90,100\n", HEADER + "A,soon,91,100\nB,2026-11-17,9,10\n")
        assert scope(done, "attendance") == {("B", TUESDAY)}


class TestSchools:
    @pytest.mark.parametrize(("text", "code"), [("0052", "0052"), ("52", "0052"), ("00052", "0052"), ("lincoln elementary", "0052"), ("LINCOLN  Elementary", "0052"),
                                                ("Total Wellness Academy", "0112"), ("Bell High", "0120")])
    def test_codes_with_zeros_lost_and_names_that_are_unique_are_known(self, text, code):
        assert rows(understood(HEADER + f"{text},2026-11-16,90,100\n", schools=LINCOLN), "attendance", "school") == [(code,)]

    def test_an_unknown_school_is_refused_with_the_nearest_where_a_list_stands(self):
        done = understood(HEADER + "Lincon Elementary,2026-11-16,90,100\nA,2026-11-16,9,10\n", schools=LINCOLN)
        assert told(done, Level.STOP)[0] == ("Row 2, School: this is not a school we know ('Lincon Elementary'). "
                                             "Did you mean 'Lincoln Elementary'? Correct it, or add it to the school list first.")
        assert rows(done, "attendance", "school") == []

    def test_a_name_that_two_schools_have_is_not_guessed(self):
        two = SchoolList({"1": "Lincoln", "2": "Lincoln", "01": "Bell"}, harvested=False)
        done = understood(HEADER + "Lincoln,2026-11-16,90,100\n001,2026-11-16,9,10\n", schools=two)
        assert [f.problem for f in done.findings if f.level == Level.STOP] == ["2 schools could be meant: 1, 2", "2 schools could be meant: 1, 01"]

    def test_part_of_a_name_is_no_name(self):
        assert understood(HEADER + "Lincoln,2026-11-16,90,100\n", schools=LINCOLN).refused == 1

    def test_a_new_school_list_may_name_new_schools(self):
        """Once a list stood, the next one was refused for every school it added: "add it to the school list first"."""
        done = understood("School,Name\n52,Lincoln Elementary\n0150,Carver High\n", schools=LINCOLN)
        assert rows(done, "schools", "school", "name") == [("0052", "Lincoln Elementary"), ("0150", "Carver High")] and done.refused == 0

    def test_before_there_is_a_list_of_ones_own_a_new_school_joins(self):
        harvested = SchoolList({"0052": "0052"}, harvested=True)
        done = understood(HEADER + "0052,2026-11-16,90,100\n0099,2026-11-16,9,10\n", schools=harvested)
        assert rows(done, "attendance", "school") == [("0052",), ("0099",)]
        assert any("join the school list" in said for said in told(done))

    @pytest.mark.parametrize(("text", "code"), [("52", "0052"), ("01m015", "01M015")])
    def test_a_harvested_list_knows_codes_without_their_zeros_or_capitals(self, text, code):
        harvested = SchoolList({"0052": "0052", "01M015": "Clemente"}, harvested=True)
        assert rows(understood(HEADER + f"{text},2026-11-16,90,100\n", schools=harvested), "attendance", "school") == [(code,)]

    def test_without_any_list_a_code_that_lost_its_zeros_joins_the_one_that_kept_them(self):
        """0052 and 52 in one file were once two schools."""
        done = understood(HEADER + "0052,2026-11-16,90,100\n52,2026-11-17,91,100\n7,2026-11-17,9,10\n")
        assert rows(done, "attendance", "school") == [("0052",), ("0052",), ("7",)]
        assert "School: read with the zeros or capitals that the same code has in other rows: 52." in told(done)[0]


VALUE = st.sampled_from(["90", "91", "", "*", "NS", "abc", "-3", "190"])


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(["A", "B", ""]), st.sampled_from(["2026-11-16", "2026-11-17", "soon", ""]), VALUE, st.sampled_from(["100", "50", ""])), max_size=8))
def test_the_order_of_the_rows_makes_no_difference_to_what_is_stored(body):
    """The same rows upside down: the same keys with the same values, the same number refused. Only an empty cell that
    means the one above knows an order, so here it means a missing one."""
    missing = {"fill::A": "no", "fill::B": "no"}

    def stored(lines):
        done = understood(HEADER + "Z,2026-11-16,9,10\n" + "".join(",".join(line) + "\n" for line in lines) + "Y,2026-11-16,9,10\n", answers=missing)
        return sorted(rows(done, "attendance", "school", "date", "present", "enrolled", "present_is"), key=repr), done.refused, scope(done, "attendance")
    assert stored(body) == stored(body[::-1])
