"""Days and times that say less than they mean: put right where the column proves it, asked about where it does not."""
from __future__ import annotations

from datetime import date, datetime

from tests.understanding import LINCOLN, asked, rows, told, understood

WEEK = "School,Date,Present,Enrolled\n"


def days(text: str, **answers: str):
    return understood(WEEK + "".join(f"Bell High,{day},9,10\n" for day in text.split(";")), schools=LINCOLN,
                      answers={key.replace("_", ":"): value for key, value in answers.items()})


class TestWithoutAYear:
    def test_the_year_is_the_one_whose_weekdays_fit_and_that_is_told(self):
        done = days("Mon 11/9;Tue 11/10")
        assert rows(done, "attendance", "date") == [(date(2026, 11, 9),), (date(2026, 11, 10),)]
        assert any("no year is written; Mon 11/9 was read as 9 Nov 2026" in line for line in told(done))

    def test_two_years_that_fit_are_asked_about(self):
        """16 September was a Tuesday in 2025 and is a Wednesday in 2026; 12 September 2026 is a Saturday."""
        done = days("Sept 12;Sept 16")
        assert asked(done) == {"years::Date": "Which day is Sept 12 in column Date? No year is written."} and done.refused == 2
        assert rows(days("Sept 12;Sept 16", years__Date="2025-09-12"), "attendance", "date")[1] == (date(2025, 9, 16),)


class TestTurnedAroundByExcel:
    """13/11/2026 stayed text; 10/11/2026 was read month first and is a date in October now."""
    def test_the_person_is_asked_and_then_it_is_put_right(self):
        text = "2026-10-11;13/11/2026;16/11/2026"
        assert [*asked(days(text))] == ["swapped::Date"]
        assert rows(days(text, swapped__Date="turn"), "attendance", "date") == [(date(2026, 11, 10),), (date(2026, 11, 13),), (date(2026, 11, 16),)]
        assert rows(days(text, swapped__Date="keep"), "attendance", "date")[0] == (date(2026, 10, 11),)

    def test_weekends_that_go_when_day_and_month_change_places_are_a_sign_too(self):
        assert [*asked(days("2026-10-11;2026-11-11"))] == ["swapped::Date"]

    def test_days_after_the_twelfth_show_that_all_is_well(self):
        assert not days("2026-10-12;2026-10-13;10/14/2026").questions


class TestExcelsNumbers:
    def test_a_column_of_day_numbers_of_the_last_years_is_read_and_told(self):
        done = days("46335;46336")
        assert rows(done, "attendance", "date") == [(date(2026, 11, 9),), (date(2026, 11, 10),)]
        assert any("46335 was read as 9 Nov 2026: it is Excel's number for that day" in line for line in told(done))

    def test_numbers_of_another_time_stay_out(self):
        """Four years too early: a book that counts from 1904, or no day at all."""
        assert days("44873;44874").refused == 2


TIMES = "School,Date,Teacher,Cut-off,Submitted at\n"


def submitted(*clocks: str, **answers: str):
    return understood(TIMES + "".join(f"Bell High,2026-11-16,{n},9:30 AM,{clock}\n" for n, clock in enumerate(clocks)), schools=LINCOLN,
                      answers={key.replace("__", ":"): value for key, value in answers.items()})


class TestAClockOfTwelveHours:
    def test_one_fifty_eight_is_asked_about(self):
        assert asked(submitted("9:10", "1:58")) == {"clock::Submitted at": "Is 1:58 in column Submitted at in the afternoon?"}
        done = submitted("9:10", "1:58", **{"clock____Submitted at": "afternoon"})
        assert rows(done, "attendance_submission", "submitted_at") == [(datetime(2026, 11, 16, 9, 10),), (datetime(2026, 11, 16, 13, 58),)]

    def test_not_where_the_column_counts_to_twenty_four(self):
        assert not submitted("9:10", "1:58", "13:05").questions and not submitted("09:10", "01:58").questions


class TestATimeZone:
    ZONED = "2026-11-16T09:10:00-05:00"

    def test_its_times_are_ours_when_somebody_says_so(self):
        assert [*asked(submitted(self.ZONED))] == ["zone::Submitted at"]
        assert rows(submitted(self.ZONED, **{"zone____Submitted at": "own"}), "attendance_submission", "submitted_at") == [(datetime(2026, 11, 16, 9, 10),)]
        assert submitted(self.ZONED, **{"zone____Submitted at": "other"}).refused == 1


class TestNumbersAsPeopleWriteThem:
    def test_a_comma_before_the_decimals_is_read_and_told(self):
        done = understood('School;Date;Percent\n'.replace(";", ",") + 'Bell High,2026-11-16,"93,5"\nBell High,2026-11-17,"94,25 %"\n', schools=LINCOLN)
        assert rows(done, "attendance", "percent") == [(93.5,), (94.25,)] and any("commas were read as decimal points" in line for line in told(done))

    def test_a_comma_between_thousands_stays_one(self):
        done = understood('School,Date,Present,Enrolled\nBell High,2026-11-16,"1,234","1,300"\n', schools=LINCOLN)
        assert rows(done, "attendance", "present") == [(1234,)] and told(done) == []

    def test_a_footnotes_mark_is_left_away_and_told(self):
        done = understood("School,Date,Present,Enrolled\nBell High,2026-11-16,457*,500\n", schools=LINCOLN)
        assert rows(done, "attendance", "present") == [(457,)] and any("a mark behind the number" in line for line in told(done))


def test_a_formula_that_failed_is_an_empty_cell_and_that_is_told():
    done = understood("School,Date,Present,Enrolled\nBell High,2026-11-16,#N/A,500\n", schools=LINCOLN)
    assert rows(done, "attendance", "present") == [(None,)] and "Row 2, Present: the spreadsheet could not work this cell out" in told(done)[0]


class TestRowsAboutStudents:
    ROWS = "School,Date,Student ID,Present,Enrolled\n" + "".join(f"Bell High,2026-11-16,{n},{n % 2},1\n" for n in range(4))

    def test_are_added_up_only_when_somebody_says_so(self):
        done = understood(self.ROWS, schools=LINCOLN)
        assert [*asked(done)] == ["addup:"] and not done.parts
        done = understood(self.ROWS, schools=LINCOLN, answers={"addup:": "yes"})
        assert rows(done, "attendance", "present", "enrolled") == [(2, 4)]
