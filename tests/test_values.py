"""One text, one meaning: dates, times, counts, percentages, ticks and the marks for what is not there."""
from __future__ import annotations

from datetime import date, datetime, time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from data.source import Field, FieldKind, normalised
from data.values import MARKS, EARLIEST, LATEST, LARGEST, Judged, Mark, date_orders, judge, percent_scale, proven
from tests.understanding import SOURCES, asked, rows, told, understood

DAYS = st.dates(EARLIEST, LATEST)
MONTH_NAMES = ["January", "Feb", "March", "Apr", "May", "June", "Jul", "August", "Sept", "Oct", "Nov.", "December"]


def one(text: str | None, kind: FieldKind | str, **how) -> Judged:
    return judge([text], Field("it", FieldKind(kind), "it"), **how)[0]


class TestDates:
    @pytest.mark.parametrize("text", [
        "2026-09-05", "2026-9-5", "2026/09/05", "2026.09.05", "20260905", "9/5/2026", "09/05/26", "9-5-2026", "9.5.26", "Sept 5, 2026", "September 5 2026",
        "5 Sep 2026", "5-Sep-26", "Saturday, Sept. 5th, 2026", "the 5th of September 2026", "2026 Sep 5", " 2026-09-05 ", "2026-09-05T00:00:00",
        "2026-09-05 00:00:00", "2026-09-05 07:45", "9/5/2026 7:45 AM", "2026-09-05T00:00:00Z", "Sep 5, 2026 3:14 PM", "9/5/2026 07:45:12.000"])
    def test_one_day_in_all_the_ways_people_write_it(self, text):
        assert one(text, "date", dates="mdy") == Judged(date(2026, 9, 5))

    @pytest.mark.parametrize("text", [
        "9/5", "Sept 5", "Sept 2026", "2026", "45905", "2026-13-01", "2026-02-30", "13/13/2026", "9/5-2026", "2026-09-05-06", "Week of Sept 8, 2026",
        "9/8/2026 - 9/12/2026", "9/8/2026-9/12/2026", "9/8/2026 8:00 - 9/12/2026 9:00", "Sept 8-12, 2026", "Sept 5, Oct 6, 2026", "TOTAL", "5/9/202"])
    def test_what_is_no_single_day_is_refused_with_a_remedy(self, text):
        """A week written as a range once became its first day."""
        assert one(text, "date", dates="mdy") == Judged(problem="this is not a date", remedy="Write it as 2026-11-16.")

    @pytest.mark.parametrize("text", ["1900-01-01", "9/5/85", "2099-12-31", "Sept 5, 202"])
    def test_a_year_that_cannot_be_meant_is_refused(self, text):
        assert one(text, "date", dates="mdy").problem in ("this date lies outside 1990 to 2060", "this is not a date")

    def test_an_evening_in_another_time_zone_may_be_another_day(self):
        assert "another time zone" in one("2026-11-17T01:30:00Z", "date").problem
        assert one("2026-11-16T20:30:00", "date") == Judged(date(2026, 11, 16))

    @given(DAYS)
    def test_any_day_written_without_doubt_reads_back(self, day):
        name = MONTH_NAMES[day.month - 1]
        for text in (day.isoformat(), f"{day:%Y%m%d}", f"{day:%Y/%m/%d}", f"{day.year}-{day.month}-{day.day}", f"{day.isoformat()}T00:00:00",
                     f"{name} {day.day}, {day.year}", f"{day.day} {name} {day.year}", f"{day:%A}, {name} {day.day}, {day.year}"):
            for order in ("ymd", "mdy", "dmy"):
                assert one(text, "date", dates=order) == Judged(day), text

    @given(DAYS.filter(lambda day: day.year >= 2000))
    def test_any_day_with_slashes_reads_back_in_its_own_order(self, day):
        for year in (day.year, f"{day:%y}"):
            assert one(f"{day.month}/{day.day}/{year}", "date", dates="mdy") == one(f"{day.day}/{day.month}/{year}", "date", dates="dmy") == Judged(day)


class TestMonthFirstOrDayFirst:
    """
    column                    school days?   what it allows
    9/14/2026, 9/7/2026       -              month first: there is no 14th month
    14/9/2026, 7/9/2026       -              day first
    3/4/2026                  yes            either: both are weekdays
    4/5/2026                  yes            day first: 5 April 2026 is a Sunday
    4/5/2026                  no (a call)    either: people call on Sundays
    5/5/2026                  -              the same day either way
    9/14/2026, 14/9/2026      -              the column speaks for both: either
    """
    @pytest.mark.parametrize(("column", "school_days", "orders"), [
        (["9/14/2026", "9/7/2026"], True, ("mdy",)), (["14/9/2026", "7/9/2026"], True, ("dmy",)), (["3/4/2026"], True, ("mdy", "dmy")),
        (["4/5/2026"], True, ("dmy",)), (["4/5/2026"], False, ("mdy", "dmy")), (["5/5/2026"], False, ("mdy",)),
        (["9/14/2026", "14/9/2026"], True, ("mdy", "dmy")), (["2026-09-14", None, "n/a"], True, ("ymd",)),
        (["9/14/2026", "45/99/2026"], True, ("mdy",)), (["4/5/2026", "5/4/2026 8:00"], True, ("mdy", "dmy"))])
    def test_only_a_day_above_12_or_a_weekend_decides(self, column, school_days, orders):
        assert date_orders(column, school_days=school_days) == orders

    @given(st.lists(DAYS.filter(lambda day: day.year >= 2000 and day.weekday() < 5), min_size=1, max_size=8), st.sampled_from(["mdy", "dmy"]))
    def test_the_order_it_was_written_in_is_never_ruled_out(self, days, order):
        texts = [f"{d.month}/{d.day}/{d.year}" if order == "mdy" else f"{d.day}/{d.month}/{d.year}" for d in days]
        same = all(d.month == d.day for d in days)
        assert order in date_orders(texts, school_days=True) or same
        assert order in date_orders(texts) or same
        if any(d.day > 12 for d in days):
            assert date_orders(texts) == (order,) and proven(texts)

    def test_nothing_in_the_file_tells_and_so_we_ask_once(self):
        file = "School,Date absent,Student ID,Excused\nA,3/4/2026,7,no\n"
        assert asked(understood(file)) == {"dates::Date absent": "Is 3/4/2026 in column Date absent month first or day first? Nothing in the file tells."}
        answered = understood(file, answers={"dates::Date absent": "dmy"})
        assert rows(answered, "absences", "date") == [(date(2026, 4, 3),)] and not answered.questions

    def test_a_column_that_speaks_for_both_orders_is_asked_about_and_the_impossible_rows_stay_out(self):
        file = "School,Date,Present,Enrolled\nA,9/14/2026,9,10\nA,15/9/2026,9,10\nA,3/4/2026,9,10\n"
        assert "dates::Date" in asked(understood(file))
        answered = understood(file, answers={"dates::Date": "mdy"})
        assert rows(answered, "attendance", "date") == [(date(2026, 9, 14),), (date(2026, 3, 4),)]
        assert "Row 3, Date: this is not a date ('15/9/2026'). Write it as 2026-11-16." in told(answered)

    def test_what_weekends_decided_is_said(self):
        done = understood("School,Date,Present,Enrolled\nA,4/5/2026,9,10\n")
        assert rows(done, "attendance", "date") == [(date(2026, 5, 4),)]
        assert told(done)[0] == ("Date: 4/5/2026 was read day first, 4 May 2026: the other order would put school days on a weekend. "
                                 "If that is wrong, write the dates as 2026-11-16.")

    def test_a_second_date_of_the_row_follows_its_own_date_and_that_is_said(self):
        file = "School,Absence date,Student ID,Call date,Reached\nA,11/3/2026,7,11/4/2026,yes\nA,11/16/2026,8,11/10/2026,yes\n"
        done = understood(file.replace("11/10", "12/10"))
        assert rows(done, "family_contacts", "contacted_on") == [(date(2026, 11, 4),), (date(2026, 12, 10),)] and not done.questions
        assert "Call date: 11/4/2026 was read month first, 4 Nov 2026: as in the column with the row's own date." in "\n".join(told(done))

    def test_a_calendar_may_speak_of_weekends_so_they_prove_nothing(self):
        """Easter Sunday 2026 is 4/5/2026."""
        assert [*asked(understood("Date,School day\n4/5/2026,no\n"))] == ["dates::Date"]


class TestTimes:
    @pytest.mark.parametrize(("text", "clock"), [
        ("9:30", time(9, 30)), ("09:30:00", time(9, 30)), ("2:15 PM", time(14, 15)), ("2:15pm", time(14, 15)), ("2:15 p.m.", time(14, 15)),
        ("12:05 AM", time(0, 5)), ("12:05 PM", time(12, 5)), ("13:30 PM", time(13, 30)), ("00:00", time(0)), ("09:30:15.250", time(9, 30, 15)),
        ("0.3368055556", time(8, 5)), ("0.25", time(6))])
    def test_a_time_of_day(self, text, clock):
        assert one(text, "time") == Judged(clock)

    @pytest.mark.parametrize("text", ["24:00", "9:75", "9.30", "930", "13:30 AM", "0:30 PM", "45:30 PM", "1.3368", "0.5", "soon", "9:30 or 9:40"])
    def test_what_is_no_time_is_refused(self, text):
        assert one(text, "time").problem == "this is not a time of day"

    @given(st.times().map(lambda clock: clock.replace(microsecond=0, tzinfo=None)))
    def test_any_time_reads_back(self, clock):
        half = "AM" if clock.hour < 12 else "PM"
        for text in (f"{clock:%H:%M:%S}", f"{(clock.hour - 1) % 12 + 1}:{clock:%M:%S} {half}", f"{(clock.hour - 1) % 12 + 1}:{clock:%M:%S}{half.lower()}"):
            assert one(text, "time") == Judged(clock)

    @pytest.mark.parametrize(("text", "value"), [
        ("9:10", time(9, 10)), ("2026-11-16T09:10:00", datetime(2026, 11, 16, 9, 10)), ("11/16/2026 9:10 AM", datetime(2026, 11, 16, 9, 10)),
        ("Nov 16, 2026 9:10 PM", datetime(2026, 11, 16, 21, 10))])
    def test_a_moment_may_leave_its_day_to_the_row(self, text, value):
        assert one(text, "datetime", dates="mdy") == Judged(value)

    @pytest.mark.parametrize("text", ["2026-11-16T09:10:00Z", "2026-11-16 09:10 EST", "2026-11-16 09:10-05:00"])
    def test_a_moment_in_some_time_zone_is_not_guessed(self, text):
        assert one(text, "datetime") == Judged(problem="this time names a time zone",
                                               remedy="Export it in the district's own time, without a time zone.")

    def test_a_day_without_a_time_is_no_moment(self):
        assert one("2026-11-16", "datetime").problem == "this is not a time of day"


class TestNumbers:
    @pytest.mark.parametrize(("text", "value"), [("1,234", 1234), ("1234", 1234), ("0", 0), ("12.0", 12), (" 7 ", 7), ("\xa07", 7), ("+3", 3), ("1,234,567", 1234567)])
    def test_a_count(self, text, value):
        assert one(text, "count") == Judged(value) and isinstance(one(text, "count").value, int)

    @pytest.mark.parametrize("text", ["12.5", "-1", "(5)", "5*", "1,23", "12,34,567", "1 234", "1e3", "twelve", "#REF!", "9" * 20, "9" * 400, "1.234,5", "1;2"])
    def test_what_is_no_count_is_refused_and_never_rounded(self, text):
        assert one(text, "count").problem and one(text, "count").value is None

    @given(st.integers(0, int(LARGEST)))
    def test_a_number_reads_back_with_or_without_thousands_separators(self, value):
        for kind in ("count", "number", "minutes"):
            assert one(f"{value}", kind) == one(f"{value:,}", kind) == one(f"{value:,}.0", kind) == Judged(value)

    @given(st.decimals(0, 1_000_000, places=3).map(float))
    def test_a_decimal_reads_back(self, value):
        assert one(f"{value:.3f}", "number") == one(f"{value:,.3f}", "number") == Judged(value)


class TestPercentages:
    """
    column                      read as
    94.5, 94.5%, "94.5 %"       94.5 each
    0.945, 0.9, 1, 0            shares of one: 94.5, 90, 100, 0; a note says so
    0.945, 1.02                 shares of one; 102 is then refused as above 100
    94.5, 0.93, 95              both: asked
    1,000 percentages, one 0.55 percentages; a warning names 0.55
    """
    @pytest.mark.parametrize("text", ["94.5", "94.5%", "94.5 %", "94.50"])
    def test_in_its_spellings(self, text):
        assert one(text, "percent") == Judged(94.5)

    @pytest.mark.parametrize(("column", "scale", "doubtful"), [
        (["94.5", "0"], 1, []), (["0.945", "0.9", "1", "0", None], 100, []), (["0.945", "1.02"], 100, []), (["94.5", "0.93", "95"], 1, ["0.93"]),
        (["94.5%", "0.93"], 100, []), (["NS", "*"], 1, [])])
    def test_the_scale_is_the_columns(self, column, scale, doubtful):
        assert percent_scale(column) == (scale, doubtful)

    def test_a_share_with_a_percent_sign_is_what_it_says(self):
        assert judge(["0.945", "0.9%", "94.5%", "1.02"], Field("it", FieldKind.PERCENT, "it"), scale=100.0) == [
            Judged(94.5), Judged(0.9), Judged(94.5), Judged(102.0)]

    def attendance(self, *percents: str, **how):
        return understood("School,Date,Attendance rate\n" + "".join(f"A,2026-11-{at:02},{text}\n" for at, text in enumerate(percents, 1)), **how)

    def test_shares_of_one_are_read_as_percent_and_said(self):
        done = self.attendance("0.945", "0.9", "1")
        assert rows(done, "attendance", "percent") == [(94.5,), (90.0,), (100.0,)]
        assert "Attendance rate: the numbers are shares of one; read as percent (0.95 is 95%). Nothing to do." in told(done)

    def test_a_column_of_both_is_asked_about(self):
        assert asked(self.attendance("94.5", "0.93", "95%")) == {
            "scale::Attendance rate": "Column Attendance rate has percentages, and also 0.93. Are those shares of one?"}
        assert rows(self.attendance("94.5", "0.93", "95%", answers={"scale::Attendance rate": "shares"}), "attendance", "percent") == [(94.5,), (93.0,), (95.0,)]
        assert rows(self.attendance("94.5", "0.93", "95%", answers={"scale::Attendance rate": "percent"}), "attendance", "percent") == [(94.5,), (0.93,), (95.0,)]

    def test_one_odd_value_among_many_is_a_warning(self):
        done = understood("School,Date,Attendance rate\n" + "".join(f"{at},2026-11-16,{60 + at / 4}\n" for at in range(100)) + "100,2026-11-16,0.55\n")
        assert not done.questions and "these could be shares of one among percentages; read as percent ('0.55'). Check them" in "\n".join(told(done))


class TestYesAndNo:
    @pytest.mark.parametrize(("text", "value"), [("Y", True), ("yes", True), ("TRUE", True), ("1", True), ("x", True), ("✓", True),
                                                 ("N", False), ("no", False), ("False", False), ("0", False)])
    def test_in_its_spellings(self, text, value):
        assert one(text, "yes_no") == Judged(value)

    def test_maybe_is_neither(self):
        assert one("maybe", "yes_no") == Judged(problem="this is neither yes nor no", remedy="Write yes or no.")

    @pytest.mark.parametrize(("source", "field", "text", "value"), [
        ("attendance_submission", "submitted", "Not submitted", False), ("attendance_submission", "submitted", "NS", False),
        ("attendance_submission", "submitted", "Late", False), ("attendance_submission", "submitted", "On-time", True),
        ("absences", "excused", "Unexcused", False), ("absences", "excused", "E", True), ("family_contacts", "reached", "Left message", False),
        ("school_calendar", "open", "No School", False), ("school_calendar", "open", "Half day", True)])
    def test_a_field_has_words_of_its_own(self, source, field, text, value):
        """Not submitted was once taken for "nobody knows" and left out, so that every school looked punctual."""
        assert judge([text], SOURCES[source].field(field)) == [Judged(value)]

    def test_ticks_and_empty_cells_are_asked_about(self):
        file = "School,Visit date,Room,Feedback\nA,2026-11-16,1,x\nA,2026-11-16,2,\nA,2026-11-16,3,X\n"
        assert asked(understood(file)) == {"blanks::Feedback": "Column Feedback has only ticks and empty cells. Does an empty cell mean no?"}
        for answer, empty in (("no", False), ("unknown", None)):
            assert rows(understood(file, answers={"blanks::Feedback": answer}), "walkthroughs", "feedback_given") == [(True,), (empty,), (True,)]

    def test_where_yes_and_no_are_written_an_empty_cell_is_neither(self):
        done = understood("School,Visit date,Room,Feedback\nA,2026-11-16,1,yes\nA,2026-11-16,2,\nA,2026-11-16,3,no\n")
        assert rows(done, "walkthroughs", "feedback_given") == [(True,), (None,), (False,)] and not done.questions


class TestWhatIsNotThere:
    """Four states: a value, missing, withheld to protect somebody, not submitted. None of the last three is ever zero."""
    @pytest.mark.parametrize(("text", "mark"), [
        *[(text, Mark.MISSING) for text in ("", " ", "-", "--", "—", "N/A", " NA", "n/a", "N/D", "N/R", "NULL", ".", "#N/A", None, "\xa0")],
        *[(text, Mark.SUPPRESSED) for text in ("*", "**", "s", "c", "SP", "<10", "< 10", "n<10", "N < 10", "≤5", "<=5", "<10%", ">95%", "≥ 95", "fewer than 10")],
        *[(text, Mark.NOT_SUBMITTED) for text in ("NS", "ns", "Not submitted", "DNS", "did not submit")]])
    @pytest.mark.parametrize("kind", ["count", "number", "percent", "minutes"])
    def test_each_mark_is_kept_apart_and_is_no_number(self, text, mark, kind):
        assert one(text, kind) == Judged(mark=mark)

    @pytest.mark.parametrize("kind", ["text", "code", "person", "student"])
    @pytest.mark.parametrize("text", ["NA", "S", "NS", "C", "none"])
    def test_in_a_column_of_words_they_can_be_words(self, text, kind):
        """Na is a name, S a section."""
        assert one(text, kind) == Judged(text)

    def test_the_mark_is_stored_beside_the_empty_value(self):
        done = understood("School,Date,Present,Enrolled\nA,2026-11-16,*,10\nA,2026-11-17,NS,10\nA,2026-11-18,,10\nA,2026-11-19,0,10\n")
        assert rows(done, "attendance", "present", "present_is") == [(None, "suppressed"), (None, "not submitted"), (None, None), (0, None)]

    def test_no_word_stands_for_two_marks(self):
        words = [word for words in MARKS.values() for word in words]
        assert len(words) == len({*words})


class TestCodes:
    @pytest.mark.parametrize(("text", "grade"), [("K", "K"), ("KG", "K"), ("0", "K"), ("01", "1"), ("1st", "1"), ("Grade   1", "1"), ("9th Grade", "9"),
                                                 ("12", "12"), ("PreK", "PK"), ("TK", "TK"), ("Total", "all"), ("All grades", "all")])
    def test_grades_as_districts_write_them(self, text, grade):
        assert judge([text], SOURCES["attendance"].field("grade")) == [Judged(grade)]

    def test_an_unknown_grade_names_the_nearest(self):
        said = judge(["14"], SOURCES["attendance"].field("grade"))[0]
        assert said.problem == "this is not one of the values of grade" and "Did you mean" in said.remedy

    @pytest.mark.parametrize("source", [*SOURCES], ids=lambda source: source.name)
    def test_every_word_of_every_field_means_one_value(self, source):
        for field in source.fields:
            words = [word for words in field.values.values() for word in {*words}]
            assert len(words) == len({*words}) and all(judge([word], field)[0].value is not None for word in words if normalised(word))


ODD = st.one_of(st.text(), st.from_regex(r"[-+]?[0-9,.]{0,40}%?", fullmatch=True), st.from_regex(r"\d{1,4}[-/.]\d{1,3}[-/.]\d{1,5}([T ]\d{1,2}:\d{2}.*)?"),
                st.from_regex(r"\d{1,3}:\d{1,3}(:\d{1,3})? ?[apAP]?[mM]?"), st.sampled_from([None, "", "\x00", "٣", "²", "½", "１２", "9" * 400, "1e999", "nan", "inf"]))


@settings(max_examples=400)
@given(ODD, st.sampled_from(FieldKind), st.sampled_from(["ymd", "mdy", "dmy"]), st.sampled_from([1.0, 100.0]))
@example("9" * 400, FieldKind.COUNT, "ymd", 1.0)
@example("31/31/0000", FieldKind.DATETIME, "dmy", 1.0)
def test_whatever_a_cell_holds_judging_it_never_fails(text, kind, order, scale):
    """It is a value, a mark or a problem with a remedy: one of the three."""
    judged = one(text, kind, dates=order, scale=scale)
    assert [judged.value is not None, judged.mark is not None, bool(judged.problem)].count(True) == 1
    assert bool(judged.problem) == bool(judged.remedy)
    date_orders([text, text]), proven([text]), percent_scale([text])
