"""What pages open with: the answer first, as plainly when nothing changed."""
from __future__ import annotations

from dataclasses import replace
from datetime import date

from tests.standings import AS_OF, LINCOLN, standing
from tests.test_words import flat

from indicators import leads
from indicators.reading import Goal, Missing, Sent, Tally
from indicators.standing import Caveats
from indicators.trend import Assurance, Variation
from indicators.view import DISTRICT, WHOLE

MONDAY = date(2026, 11, 16)
STEADY = replace(LINCOLN, variation=Variation.STEADY, signal=0)
BETTER = replace(LINCOLN, variation=Variation.IMPROVING, signal=3, run=8)
QUIET = Tally(lines=294, improving=0, worsening=0, too_early=0, week=date(2026, 11, 9))


# --- the first sentence

def test_nothing_changed_is_said_as_plainly_as_a_change():
    assert leads.school_lead([STEADY]) == "**Nothing changed beyond its usual range.**"


def test_before_six_weeks_it_is_too_early():
    early = standing(variation=Variation.TOO_EARLY, weeks=1, signal=0, lower=None, upper=None, assurance=Assurance.NONE)
    assert leads.school_lead([early]).startswith("**It is too early to say what changed.** One week can be judged so far")


def test_the_districts_first_number_stands_beside_last_year_and_this_week():
    whole = standing(kind=DISTRICT, place=WHOLE, name=WHOLE, value=91.41, last_year=91.93)
    assert flat(leads.about(whole, AS_OF)) == ("District attendance was **91.4%** in the week of 9 Nov, 0.5 points worse than the same week "
                                               "last year; so far in the week of 16 Nov it is 89.8%.")


def test_numbers_that_are_shown_alike_do_not_differ_by_more_than_usual():
    alike = standing(kind=DISTRICT, place=WHOLE, name=WHOLE, value=91.04, last_year=91.0, caveats=Caveats(paired_beyond=True))
    assert leads.about(alike, AS_OF).startswith("District attendance was **91%** in the week of 9\u00a0Nov, the same as in the same week last year; so far")
    assert "more than such weeks usually differ" in leads.about(replace(alike, value=94.0), AS_OF)


# --- who has not sent data

def test_two_schools_are_named_with_what_they_owe():
    sent = Sent(MONDAY, 40, 38, (Missing("Adams", "Daily attendance by school", 5, 3), Missing("Bell", "Contacts with families", 5, 0)))
    assert leads.all_sent(sent) == "38 of 40 schools have sent everything"
    assert leads.not_sent(sent) == ["**Adams**: daily attendance by school, two days of five missing",
                                    "**Bell**: contacts with families, nothing yet"]


def test_many_schools_are_counted_by_spreadsheet():
    sent = Sent(MONDAY, 40, 30, tuple(Missing(f"School {n}", "Daily attendance by school", 5, 0) for n in range(10)))
    assert leads.not_sent(sent) == ["**10 of 40 schools** have not sent everything.", "Daily attendance by school: ten schools"]


def test_all_or_nothing_to_send_is_said():
    assert leads.not_sent(Sent(MONDAY, 40, 40, ())) == ["Every school has sent everything."]
    assert leads.not_sent(Sent(MONDAY, 0, 0, ())) == ["Nothing was expected this week."]


def test_a_goal_that_names_no_indicator_we_know_says_so():
    assert leads.unknown(Goal(1, "Present", (), ("Atendance",))) == (
        " No indicator is called ‘Atendance’: correct it in the spreadsheet of goals.")


def test_counts_leave_out_what_does_not_occur():
    assert flat(leads.counts(Tally(10, 0, 2, 1, None))) == ":orange[**▼ 2 worsening**] :gray[**■ 8 steady**] :gray[**○ 1 too early**]"


def test_where_nothing_came_for_more_than_a_holiday_the_page_says_so():
    assert leads.week_line(date(2026, 11, 9), date(2026, 11, 20)).endswith("as of Friday 20\u00a0Nov")
    assert leads.week_line(date(2013, 6, 24), date(2026, 11, 20)).endswith("· nothing newer has come")
