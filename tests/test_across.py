"""Days, weeks and class periods beside each other become rows; each row knows its cell, and an open year is asked about."""
from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.heading import Across, moment, readings
from tests.understanding import AT, LINCOLN, asked, rows, told, understood

TODAY = AT.date()
PERCENT = {"values:": "attendance.percent"}


def attendance(text: str, **answers: str):
    return understood(text, schools=LINCOLN, answers={**PERCENT, **{key.replace("_", ":"): value for key, value in answers.items()}})


class TestHeadingsThatSayWhen:
    @pytest.mark.parametrize(("text", "kind"), [
        ("9/8", Across.DAY), ("Mon 9/8", Across.DAY), ("Monday, September 14", Across.DAY), ("2026-09-08", Across.DAY), ("8-Sep", Across.DAY),
        ("Mon", Across.DAY), ("Week of 9/8", Across.WEEK), ("Wk of 9/8", Across.WEEK), ("9/8-9/12", Across.WEEK), ("Sep 8 - Sep 12", Across.WEEK),
        ("P1", Across.PERIOD), ("1st Period", Across.PERIOD), ("Period 3", Across.PERIOD), ("Homeroom", Across.PERIOD)])
    def test_a_day_a_week_or_a_period(self, text, kind):
        assert moment(text).kind == kind

    @pytest.mark.parametrize("text", ["School", "Present", "Week", "Wednesday calls", "Sept", "12", "93.4", "Grade 3", "Friends", "13/13", "Monthly"])
    def test_what_says_something_else(self, text):
        assert moment(text) is None

    @given(st.dates(date(2025, 8, 1), TODAY))
    def test_a_written_year_leaves_one_reading(self, day):
        assert readings([moment(f"{day:%Y-%m-%d}")], TODAY) == [{moment(f"{day:%Y-%m-%d}"): day}]

    @given(st.dates(date(2025, 8, 1), TODAY).filter(lambda day: day.weekday() < 5))
    def test_the_true_day_is_always_among_the_readings(self, day):
        """Without a year it may be asked about; it is never some other day for certain."""
        found = moment(f"{day.month}/{day.day}")
        possible = [days[found] for days in readings([found], TODAY)]
        assert day in possible or len(possible) > 1 or day.year != TODAY.year


class TestDays:
    """
    School   9/14  9/15  9/16      becomes      Lincoln 14 Sep 90, 15 Sep 91, …
    Lincoln  90    91    93
    """
    def test_each_cell_is_a_row_with_its_place(self):
        done = attendance("School,Mon 9/14,Tue 9/15,Wed 9/16\nLincoln Elementary,90,91,\nBell High,80,NS,82\n")
        assert rows(done, "attendance", "school", "date", "percent", "percent_is", "file_row", "file_column") == [
            ("0052", date(2026, 9, 14), 90, None, 2, "B"), ("0052", date(2026, 9, 15), 91, None, 2, "C"),
            ("0120", date(2026, 9, 14), 80, None, 3, "B"), ("0120", date(2026, 9, 15), None, "not submitted", 3, "C"), ("0120", date(2026, 9, 16), 82, None, 3, "D")]
        assert any("3 days stand beside each other (Mon 9/14 to Wed 9/16); each became rows, from 14 Sep 2026 to 16 Sep 2026" in line for line in told(done))

    def test_under_the_headings_of_their_weeks(self):
        done = attendance(",Week of 9/14,,Week of 9/21,\nSchool,Mon,Tue,Mon,Tue\nLincoln Elementary,90,91,93,94\n")
        assert [day for day, in rows(done, "attendance", "date")] == [date(2026, 9, 14), date(2026, 9, 15), date(2026, 9, 21), date(2026, 9, 22)]

    def test_a_row_of_percentages_is_never_a_heading(self):
        done = attendance("Building,Mon 9/14,Tue 9/15,Wed 9/16\nBell High,97.1%,95.2%,NS\n")
        assert done.tables[0].header_row == 1 and len(rows(done, "attendance", "date")) == 3

    def test_with_several_columns_a_day(self):
        done = understood("School,9/14/2026,,9/15/2026,,9/16/2026,\n,Present,Enrolled,Present,Enrolled,Present,Enrolled\nLincoln Elementary,90,100,91,100,92,100\n",
                          schools=LINCOLN)
        assert rows(done, "attendance", "date", "present", "enrolled") == [
            (date(2026, 9, 14), 90, 100), (date(2026, 9, 15), 91, 100), (date(2026, 9, 16), 92, 100)]

    def test_a_bad_cell_is_told_with_its_column(self):
        done = attendance("School,Mon 9/14,Tue 9/15,Wed 9/16\nLincoln Elementary,90,soon,93\n")
        assert done.refused == 1 and any("Row 2, attendance rate (column C): this is not a number ('soon')" in line for line in told(done))

    def test_the_year_is_asked_where_only_weekdays_tell_of_an_earlier_one(self):
        """8 to 12 September were school days in 2025; in 2026 the 12th is a Saturday."""
        text = "School,9/8,9/9,9/10,9/11,9/12\nLincoln Elementary,90,91,92,93,94\n"
        done = attendance(text)
        assert asked(done) == {"days:": "Which days are 9/8 to 9/12?"} and not done.parts
        assert rows(attendance(text, days_="2025-09-08"), "attendance", "date")[0] == (date(2025, 9, 8),)

    def test_a_year_in_the_title_answers_that(self):
        done = attendance("Attendance 2025-26\nSchool,9/8,9/9,9/10,9/11,9/12\nLincoln Elementary,90,91,92,93,94\n")
        assert not done.questions and rows(done, "attendance", "date")[-1] == (date(2025, 9, 12),)

    def test_what_the_cells_are_is_asked_unless_a_title_says_so(self):
        text = "School,Mon 9/14,Tue 9/15,Wed 9/16\nLincoln Elementary,90,91,93\n"
        assert asked(understood(text, schools=LINCOLN)) == {"values:": "What do the cells below the days say?"}
        assert not understood("Daily attendance rate\n" + text, schools=LINCOLN).questions

    def test_a_person_may_leave_the_columns_as_they_are(self):
        done = understood("School,Mon 9/14,Tue 9/15,Wed 9/16\nLincoln Elementary,90,91,93\n", schools=LINCOLN, answers={"across:": "no"})
        assert [header.text for header in done.tables[0].headers] == ["School", "Mon 9/14", "Tue 9/15", "Wed 9/16"]

    def test_a_closed_day_in_words_is_an_empty_cell(self):
        done = attendance("School,Mon 9/14,Tue 9/15,Wed 9/16\nLincoln Elementary,90,No School,93\n")
        assert [percent for percent, in rows(done, "attendance", "percent") if percent] == [90, 93] and done.refused == 0


class TestWeeks:
    def test_a_weeks_percentage_stands_for_each_of_its_school_days(self):
        done = attendance("School,Week of 9/14,Week of 9/21,Week of 9/28\nLincoln Elementary,90,91,93\n")
        found = rows(done, "attendance", "date", "percent", "file_column")
        assert len(found) == 15 and found[4:6] == [(date(2026, 9, 18), 90, "B"), (date(2026, 9, 21), 91, "C")]


class TestPeriods:
    def test_each_period_is_a_roster(self):
        done = understood("School,Date,P1,P2,P3\nLincoln Elementary,2026-09-14,yes,no,yes\n", schools=LINCOLN, answers={"values:": "attendance_submission.submitted"})
        assert rows(done, "attendance_submission", "roster", "submitted") == [("P1", True), ("P2", False), ("P3", True)]

    def test_columns_headed_by_numbers_are_asked_about(self):
        done = understood("School,Date,1,2,3,4\nLincoln Elementary,2026-09-14,Y,Y,N,Y\n", schools=LINCOLN)
        assert asked(done) == {"values:": "What do the cells below the class periods say?"} and not done.parts


def test_where_a_number_comes_from_names_the_cells_column(district):
    from data.access import EVERYTHING
    from indicators.behind import rows_behind
    from indicators.tables import of_rows
    text = "School,Mon 9/14,Tue 9/15,Wed 9/16\nLincoln,90,91,93\n"
    district.accept(district.understand(district.receive(text.encode(), "week.csv", by="office", at=AT), PERCENT), at=AT)
    behind = rows_behind(district, EVERYTHING, district.definitions["attendance_rate"], "Lincoln", date(2026, 9, 14), by="office", at=AT)
    columns = of_rows(behind, {})
    assert [columns["Row"], columns["Column"], columns["File"]] == [[2, 2, 2], ["B", "C", "D"], ["week.csv"] * 3]
