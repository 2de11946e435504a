"""What is said of one number, and that no case of a status lacks its words."""
from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.standings import AS_OF, LINCOLN, standing

from indicators import tables, words
from indicators.trend import Assurance, Signal, Variation
from indicators.view import CASELOAD, DISTRICT, WHOLE


def flat(said: str) -> str:
    return said.replace(words.TIED, " ").replace(words.JOINED, "")


# --- no status without words

@pytest.mark.parametrize("variation", Variation)
def test_every_variation_has_shape_word_and_colour(variation):
    shape, word = flat(words.status_plainly(variation)).split(" ", 1)
    assert (shape in "▲▼■○") and word == variation.value
    assert words.status(variation) == f":{words.colour(variation)}[**{words.status_plainly(variation)}**]"


def test_the_four_shapes_differ_so_that_colour_is_never_alone():
    assert len({words.status_plainly(variation)[0] for variation in Variation}) == 4


@pytest.mark.parametrize("assurance", Assurance)
def test_every_assurance_says_what_becomes_of_the_target(assurance):
    said = flat(words.target_plainly(standing(assurance=assurance)))
    assert said == ("target 94%" if assurance is Assurance.NONE else f"target 94%: {assurance.value}")


@pytest.mark.parametrize("signal", [sign * signal for signal in Signal for sign in (-1, 1)])
@pytest.mark.parametrize("run", [1, 3, 7, 9])
def test_every_signal_has_its_reason_in_one_sentence(signal, run):
    said = words.why(standing(signal=signal, run=run))
    assert said.endswith(".") and said.count(".") == 1 + sum(number in said for number in ("88.2", "93.3", "90.7"))


def test_an_indicator_without_a_target_has_nothing_to_miss():
    without = replace(LINCOLN, definition=replace(LINCOLN.definition, target=None))
    assert words.target_plainly(without) == ""
    assert "target" not in words.headline(without, AS_OF)


def test_an_indicator_counted_over_weeks_has_no_status_word():
    visits = standing("coaching_visits", variation=None, assurance=Assurance.NONE, lower=None, upper=None, centre=None, signal=0, value=3.0)
    assert words.status(visits.variation) == ""
    assert flat(words.headline(visits, AS_OF)) == "**3** in the week of 9 Nov · target 4 · same week last year 90.7"
    assert "usual range" in words.why(visits)


# --- numbers

@pytest.mark.parametrize(("value", "unit", "said"), [
    (88.3527, "percent", "88.4%"), (94.0, "percent", "94%"), (100.0, "percent", "100%"), (0.0, "percent", "0%"),
    (99.99, "percent", "99.9%"), (0.01, "percent", "0.1%"), (1204.0, "count", "1,204"), (2.4, "count", "2.4"), (100.0, "count", "100")])
def test_a_number_is_said_with_its_unit_and_never_rounded_to_all_or_nothing(value, unit, said):
    assert words.number(value, unit) == said


@given(st.floats(0, 100))
def test_only_all_is_said_to_be_all(value):
    assert (words.number(value, "percent") == "100%") == (value > 100 - 1e-9)


def test_several_schools_together_have_visits_a_school():
    assert flat(words.amount(standing("coaching_visits", kind=CASELOAD, value=2.4))) == "2.4 a school"
    assert words.amount(standing("coaching_visits", value=2.0)) == "2"


def test_a_range_without_width_is_one_number():
    assert words.usual_range(LINCOLN) == "88.2–93.3%"
    assert words.usual_range(standing(lower=100.0, upper=100.0)) == "100%"
    assert words.usual_range(standing(lower=None, upper=None)) == ""


def test_small_numbers_are_words():
    assert [words.several(n, "school") for n in (0, 1, 2, 12, 13, 1204)] == [
        "no school", "one school", "two schools", "twelve schools", "13 schools", "1,204 schools"]


@pytest.mark.parametrize(("value", "last_year", "said"), [
    (88.3527, 90.71, "2.3 points worse than the same week last year"), (91.0, 90.0, "1 point better than the same week last year"),
    (90.04, 90.0, "the same as in the same week last year"), (90.0, None, "")])
def test_last_year_is_compared_by_the_numbers_as_they_are_shown(value, last_year, said):
    """88.4% beside 90.7% is 2.3 points, though 90.71 - 88.3527 would be told as 2.4."""
    assert flat(words.compared(standing(value=value, last_year=last_year))) == said


# --- days and weeks

def test_a_week_is_named_by_its_monday_and_told_its_year_only_from_another_school_year():
    assert flat(words.week_of(date(2026, 11, 9), AS_OF)) == "week of 9 Nov"
    assert flat(words.week_of(date(2025, 11, 10), AS_OF)) == "week of 10 Nov 2025"
    assert flat(words.day(AS_OF, AS_OF)) == "Friday 20 Nov"


# --- one indicator at one place

def test_variation_and_target_are_two_statements():
    assert flat(words.headline(LINCOLN, AS_OF)) == (
        "**88.4%** in the week of 9 Nov · :orange[**▼ worsening**] · target 94%: **will miss it if nothing changes** · "
        "same week last year 90.7%")


def test_near_the_edge_is_not_called_outside():
    assert flat(words.why(LINCOLN)) == "Close to the bottom of its usual range of 88.2–93.3% for three weeks."
    assert flat(words.why(standing(signal=-1, run=1))) == "Below its usual range of 88.2–93.3%."
    assert flat(words.why(standing(signal=1, run=2))) == "Unusually high for two weeks, now above its usual range of 88.2–93.3%."


def test_a_run_on_one_side_says_how_long():
    assert words.why(standing(signal=3, run=9)) == "Above its usual level of 90.7% for nine weeks."
    assert words.why(standing(signal=3, run=1)) == "Above its usual level of 90.7% for seven weeks or more."


def test_percentages_without_counts_say_so():
    """Two school-days, 92 and 94 percent: the mean is 93, and there is nothing to divide."""
    assert words.division(standing(percentages=True, numerator=1.86, denominator=2, value=93.0)) == (
        "The mean of 2 school-days’ percentages = **93%**. This file has no counts.")


def test_what_has_come_is_counted_but_not_twice():
    """Data received is itself the share that has come: of 10 school-days 7, and nothing more to say about it."""
    assert words.arrived(standing(received=3.0, expected=5.0)) == "3 of 5 days are in. What is missing counts neither way."
    assert words.arrived(standing(received=5.0, expected=5.0)) == "All 5 days are in."
    assert words.arrived(standing("data_received", numerator=7, denominator=10)) == ""


def test_a_division_is_written_out():
    assert words.division(LINCOLN) == "2,124 ÷ 2,404 = **88.4%**"
    assert flat(words.division(standing("coaching_visits", kind=DISTRICT, place=WHOLE, numerator=160, denominator=40, value=4.0))) == (
        "160 counted ÷ 40 schools = **4 a school**")


def test_too_few_weeks_are_counted_not_judged():
    early = standing(variation=Variation.TOO_EARLY, weeks=3, signal=0, lower=None, upper=None, assurance=Assurance.NONE)
    assert words.why(early) == "Three weeks can be judged so far; a usual range needs six."


@pytest.mark.parametrize("say", [words.title, tables.link_to], ids=lambda say: say.__name__)
def test_a_schools_name_does_nothing(say):
    said = say(standing(name="![x](http://evil.example/y)"))
    assert "![x](" not in said and "](http" not in said


def test_a_caseload_that_is_only_a_number_is_not_given_an_apostrophe():
    assert words.schools_of("Dana Whitfield") == "Dana Whitfield’s schools"
    assert words.schools_of("02") == "caseload 02"
