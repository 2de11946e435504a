"""Are families called when students miss school: the reviewed view behind two indicators, day by day."""
from __future__ import annotations

from datetime import date

import pytest

from indicators.weekly import relation
from tests.understanding import DEFINITIONS, SOURCES, Desk

# Thanksgiving: Thursday 26 and Friday 27 November 2026 are no school days.
CALENDAR = "Date,School day\n" + "".join(f"2026-11-{day:02},yes\n" for day in (16, 17, 18, 19, 20, 23, 24, 25, 30)) + "2026-12-01,yes\n2026-12-02,yes\n"
ABSENCES = "School,Date absent,Student ID,Excused\n"
CALLS = "School,Absence date,Student ID,Call date,Reached\n"
COUNTS = "School,Absence date,Absences to follow up,Attempted,Families reached\n"
WEEK = date(2026, 11, 16)


@pytest.fixture
def desk(tmp_path, store):
    desk = Desk(tmp_path, store)
    desk.load(CALENDAR)
    return desk


def follow_up(desk: Desk) -> list[tuple]:
    """Absences, school days until the family was reached, whether anybody tried."""
    sql = relation(DEFINITIONS["families_reached_within_2_days"], desk.store, SOURCES)
    return desk.store.rows(f"select absences, school_days_to_contact, tried from {sql} x order by day, absences, school_days_to_contact, tried")


class TestSchoolDaysToContact:
    """
    absent         contact        reached   school days until then
    Mon 16         Mon 16         yes       0: the same day
    Mon 16         Wed 18         yes       2
    Mon 16         Thu 19         yes       3: too late
    Fri 20         Sat 21         yes       0: no school day has passed
    Fri 20         Mon 23         yes       1: the weekend does not count
    Wed 25         Mon 30         yes       1: neither do holiday and weekend
    Wed 25         Wed 2 Dec      yes       3
    Mon 16         Mon 16         no        never: tried, not reached
    Mon 16         (no day)                 never: a line of the log without a call is no try
    Mon 16         (no line)                never: nobody tried
    """
    @pytest.mark.parametrize(("absent", "contact", "reached", "days", "tried"), [
        ("2026-11-16", "2026-11-16", "yes", 0, True), ("2026-11-16", "2026-11-18", "yes", 2, True), ("2026-11-16", "2026-11-19", "yes", 3, True),
        ("2026-11-20", "2026-11-21", "yes", 0, True), ("2026-11-20", "2026-11-23", "yes", 1, True), ("2026-11-25", "2026-11-30", "yes", 1, True),
        ("2026-11-25", "2026-12-02", "yes", 3, True), ("2026-11-16", "2026-11-16", "no", None, True), ("2026-11-16", "", "", None, False)])
    def test_they_are_school_days_and_not_days(self, desk, absent, contact, reached, days, tried):
        desk.load(f"{ABSENCES}A,{absent},7,no\n")
        desk.load(f"{CALLS}A,{absent},7,{contact},{reached}\n")
        assert follow_up(desk) == [(1, days, tried)]

    def test_without_a_line_in_the_log_of_that_day_nobody_tried(self, desk):
        desk.load(ABSENCES + "A,2026-11-16,7,no\nA,2026-11-16,8,no\n")
        desk.load(CALLS + "A,2026-11-16,8,2026-11-16,yes\n")
        assert follow_up(desk) == [(1, 0, True), (1, None, False)]

    def test_of_two_contacts_the_first_that_reached_somebody_counts(self, desk):
        desk.load(ABSENCES + "A,2026-11-16,7,no\n")
        desk.load(CALLS + "A,2026-11-16,7,2026-11-16,no\nA,2026-11-16,7,2026-11-17,yes\nA,2026-11-16,7,2026-11-20,yes\n")
        assert follow_up(desk) == [(1, 1, True)]

    def test_an_excused_absence_needs_no_call_and_one_not_said_to_be_excused_does(self, desk):
        desk.load(ABSENCES + "A,2026-11-16,7,yes\nA,2026-11-16,8,\nA,2026-11-16,9,unexcused\n")
        desk.load(CALLS + "A,2026-11-16,8,2026-11-16,yes\n")
        assert follow_up(desk) == [(1, 0, True), (1, None, False)]

    def test_another_students_call_does_not_count(self, desk):
        desk.load(ABSENCES + "A,2026-11-16,7,no\n")
        desk.load(CALLS + "A,2026-11-16,8,2026-11-16,yes\n")
        assert follow_up(desk) == [(1, None, False)]


class TestWhatHasArrived:
    """Not submitted is never "not called"."""
    def test_an_absence_of_a_day_without_a_log_waits(self, desk):
        """A log for Monday alone once made every absence from Tuesday to Friday one that nobody called about."""
        desk.load(ABSENCES + "A,2026-11-16,7,no\nA,2026-11-17,7,no\nA,2026-11-18,7,no\n")
        desk.load(CALLS + "A,2026-11-16,7,2026-11-16,yes\n")
        assert desk.weekly("families_reached_within_2_days") == {WEEK: ("counts", 1, 1)}

    def test_a_log_said_to_be_complete_speaks_for_the_days_without_a_line_too(self, desk):
        desk.load("School,Name\nA,Adams\n")
        desk.load(ABSENCES + "A,2026-11-16,7,no\nA,2026-11-17,7,no\n")
        desk.load(CALLS + "A,2026-11-16,7,2026-11-16,yes\n", covers=(WEEK, date(2026, 11, 20)))
        assert desk.weekly("families_reached_within_2_days") == {WEEK: ("counts", 1, 2)}

    def test_a_log_alone_has_no_absences_to_divide_by(self, desk):
        desk.load(CALLS + "A,2026-11-16,7,2026-11-16,yes\n")
        assert desk.weekly("families_reached_within_2_days") == {WEEK: ("counts", 0, 0)}


class TestInCounts:
    """
    to follow up  tried  reached in time
    10            9      7                7 reached, 2 tried in vain, 1 not tried
    """
    def test_a_school_may_send_the_counts_of_a_day(self, desk):
        desk.load(COUNTS + "A,2026-11-16,10,9,7\n")
        assert follow_up(desk) == [(1, None, False), (2, None, True), (7, 2, True)]
        assert desk.weekly("families_reached_within_2_days") == {WEEK: ("counts", 7, 10)}
        assert desk.weekly("absences_with_contact") == {WEEK: ("counts", 9, 10)}

    def test_without_the_families_tried_nothing_is_said_about_trying(self, desk):
        desk.load("School,Absence date,Absences to follow up,Families reached\nA,2026-11-16,10,7\n")
        assert desk.weekly("families_reached_within_2_days") == {WEEK: ("counts", 7, 10)}
        assert desk.weekly("absences_with_contact") == {WEEK: ("counts", 0, 0)}

    def test_counts_beside_rows_of_students_do_not_count_the_same_absences_twice(self, desk):
        """7 of 10 once became 7 of 12 where the school's absences were known by student too."""
        desk.load(ABSENCES + "A,2026-11-16,7,no\nA,2026-11-16,8,no\n")
        desk.load(COUNTS + "A,2026-11-16,10,9,7\n")
        assert desk.weekly("families_reached_within_2_days") == {WEEK: ("counts", 7, 10)}

    def test_a_count_that_was_withheld_is_not_a_count_of_none(self, desk):
        desk.load(COUNTS + "A,2026-11-16,10,9,7\nA,2026-11-17,10,9,*\n")
        assert desk.weekly("families_reached_within_2_days") == {WEEK: ("counts", 7, 10)}
