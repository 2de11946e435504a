"""What a number must be taken with: each sentence only where it says something that matters."""
from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from tests.standings import AS_OF, DEFINITIONS, LINCOLN, standing
from tests.test_words import flat

from data.access import EVERYTHING
from data.home import Home
from indicators import caveats, leads, tables, words
from indicators.definition import YEAR_TO_DATE, NewBaseline
from indicators.history import History, history
from indicators.house import House
from indicators.standing import Caveats, Newer, Standing
from indicators.trend import Assurance, Variation
from indicators.view import DISTRICT, WHOLE

WEEK = date(2026, 11, 16)
SO_FAR = replace(LINCOLN.definition, window=YEAR_TO_DATE)


def taken(**known) -> Standing:
    return replace(LINCOLN, caveats=Caveats(**known))


def this_year_so_far(**known) -> Standing:
    return replace(taken(**known), definition=SO_FAR, variation=None, signal=0, lower=None, upper=None, centre=None, assurance=Assurance.NONE)


def test_a_number_with_nothing_to_add_says_nothing():
    assert "" == caveats.missing(LINCOLN) == caveats.usual_range(LINCOLN, (), AS_OF) == caveats.than_last_year(LINCOLN)
    assert "" == caveats.season(LINCOLN) == caveats.year_end(LINCOLN)
    assert ":small" not in leads.beneath(LINCOLN, WEEK, AS_OF)


class TestDaysThatAreMissing:
    """100 students a day. Three of five days are in with 275 present: none of 200 more is 275 of 500, all are 475 of 500."""
    NEWER = Newer(WEEK, 275 / 3, 300, 5, 3, complete=True)

    @pytest.mark.parametrize(("newer", "said"), [
        (replace(NEWER, received=5), "it can still change until two school days after the week"),
        (replace(NEWER, received=5, complete=False), "the week is not over"),
        (replace(NEWER, received=5, denominator=6), "it rests on 6, and less than 10 is too few")])
    def test_a_week_that_is_not_judged_says_what_it_waits_for(self, newer, said):
        assert flat(caveats.so_far(standing("families_reached_within_2_days", newer=newer), AS_OF)) == (
            f"Week of 16 Nov so far: **91.7%**, not judged yet: {said}.")

    def test_it_says_what_the_missing_days_could_make_of_it(self):
        assert flat(caveats.so_far(standing(newer=self.NEWER), AS_OF)) == (
            "Week of 16 Nov so far: **91.7%**, not judged yet: 3 of 5 days are in. It could still become anything between 55% and 95%.")

    @pytest.mark.parametrize("indicator", ["coaching_visits", "data_received"])
    def test_a_count_has_no_such_ends_and_what_has_come_is_itself_the_share_that_came(self, indicator):
        assert "anything between" not in caveats.so_far(standing(indicator, newer=self.NEWER), AS_OF)

    def test_a_judged_week_says_it_too(self):
        known = replace(taken(low=70.7, high=90.7), expected=5.0, received=4.0)
        assert caveats.missing(known) == "With 1 of 5 days missing it could still be anything between 70.7% and 90.7%."

    def test_a_district_misses_school_days_and_next_to_nothing_is_not_told(self):
        whole = replace(taken(low=91.0, high=92.5), kind=DISTRICT, place=WHOLE, expected=160.0, received=158.0)
        assert caveats.missing(whole).startswith("With 2 of 160 school-days missing")
        assert caveats.missing(replace(whole, caveats=Caveats(low=91.0, high=91.3))) == ""

    def test_a_signal_that_could_vanish_says_so_beside_its_status_beneath_and_in_tables(self):
        known = replace(taken(low=70.7, high=90.7, could_vanish=True), expected=5.0, received=4.0)
        assert ":orange[**▼ worsening**], could vanish · target 94%" in flat(words.headline(known, AS_OF))
        assert "for three weeks. This could vanish when the missing days arrive. With 1 of 5 days missing" in flat(leads.beneath(known, WEEK, AS_OF))
        assert flat(tables.of_standings([known, LINCOLN], AS_OF)["Status"][0]) == "▼ worsening, could vanish"
        assert flat(tables.of_standings([known, LINCOLN], AS_OF)["Status"][1]) == "▼ worsening"


class TestTheUsualRange:
    ANEW = NewBaseline(date(2026, 9, 28), "Rosters are taken in the second period now.")

    def test_it_starts_anew_in_a_week_and_for_a_reason(self):
        assert flat(caveats.usual_range(LINCOLN, [self.ANEW], AS_OF)) == (
            "Its usual range starts anew in the week of 28 Sep: Rosters are taken in the second period now.")

    def test_where_few_are_counted_it_says_what_that_means(self):
        assert caveats.usual_range(taken(few=True), (), AS_OF) == "So few are counted a week that only a week outside its usual range stands out."

    def test_while_it_is_learned_it_says_so(self):
        assert caveats.usual_range(replace(taken(trial=True), weeks=7), (), AS_OF) == (
            "Its usual range is still being learned: it rests on seven weeks and stands from 20 on.")

    def test_a_range_begun_anew_in_the_summer_is_told_from_the_years_first_week_on(self, made_up_home):
        house = House(Home(made_up_home))
        view = house.view(EVERYTHING, AS_OF)
        begun = {since: history(view, replace(DEFINITIONS["attendance_rate"], new_baselines=(NewBaseline(since, "A new bell schedule."),)), "0204", 1).begun
                 for since in (date(2026, 8, 3), date(2026, 9, 14), date(2026, 1, 5))}
        house.close()
        assert [len(found) for found in begun.values()] == [1, 1, 0]

    def test_the_reason_is_only_text(self):
        assert "](http" not in caveats.usual_range(LINCOLN, [replace(self.ANEW, why="![x](http://evil.example/y)")], AS_OF)

    def test_a_chart_without_such_a_week_needs_no_sentence(self):
        drawn = History((WEEK,), (91.0,), ("usual",), (None,), (None,), (None,))
        assert "anew" not in leads.beneath(LINCOLN, WEEK, AS_OF, drawn)
        assert "anew" in leads.beneath(LINCOLN, WEEK, AS_OF, replace(drawn, begun=(self.ANEW,)))


class TestTheSameWeekLastYear:
    """88.4% beside 90.7%: 2.3 points worse."""

    @pytest.mark.parametrize(("usual", "beyond", "end"), [
        (4.4, False, "4.4 points, so by itself that says little."), (1.0, True, "1 point, so this is more than they usually are."),
        (1.2, False, "1.2 points, but last year that week was unlike those around it.")])
    def test_a_difference_is_told_with_what_is_usual(self, usual, beyond, end):
        said = flat(caveats.than_last_year(taken(paired=-2.36, paired_usual=usual, paired_beyond=beyond)))
        assert said == f"2.3 points worse than the same week last year; this year such differences usually stay within about {end}"

    def test_where_nothing_else_changed_an_ordinary_difference_is_nothing_unusual(self):
        steady = replace(taken(paired=-2.36, paired_usual=4.4), signal=0, variation=Variation.STEADY)
        assert caveats.than_last_year(steady).endswith("so that is nothing unusual.")
        assert caveats.than_last_year(steady, on_agenda=True).endswith("so by itself that says little.")

    def test_where_such_weeks_hardly_ever_differ_their_usual_size_is_no_measure(self):
        assert caveats.than_last_year(taken(paired=-2.36, paired_usual=0.04)) == ""

    def test_no_difference_and_none_that_can_be_weighed_are_not_told(self):
        assert caveats.than_last_year(replace(taken(paired=0.01, paired_usual=2.0), last_year=88.36)) == ""
        assert caveats.than_last_year(taken(paired=-2.36)) == "", "the headline has last year's number already"

    def test_this_week_says_it_only_where_it_is_more_than_usual(self):
        quiet, beyond = (replace(taken(paired=-2.36, paired_usual=2.0, paired_beyond=yes), kind=DISTRICT, place=WHOLE) for yes in (False, True))
        assert "worse than the same week last year; so far" in flat(leads.about(quiet, AS_OF))
        assert "worse than the same week last year, more than such weeks usually differ; so far" in flat(leads.about(beyond, AS_OF))

    @pytest.mark.parametrize(("season", "said"), [
        (-3.04, "In earlier years this week of the year lay about 3 points below the rest of its year."),
        (0.98, "In earlier years this week of the year lay about 1 point above the rest of its year."), (0.4, ""), (None, "")])
    def test_a_season_is_told_where_the_week_is_not_like_the_rest_of_the_year(self, season, said):
        assert flat(caveats.season(taken(season=season))) == said


class TestTheYearSoFar:
    def test_it_stands_beside_last_year_and_says_where_the_year_will_end(self):
        known = this_year_so_far(paired=-2.36, year_end_low=90.08, year_end_high=91.41)
        assert flat(words.headline(known, AS_OF)) == (
            "**88.4%** so far this year, up to the week of 9 Nov · target 94% · same week last year 90.7%")
        assert flat(leads.beneath(known, WEEK, AS_OF)) == (
            "Counted since the school year began, so it has no usual range. The year will likely end between 90.1% and 91.4%. "
            "Up to the week of 16 Nov it is **89.8%**: the week is not over.  \n:small[:gray[2.3 points worse than the same week last year.]]")

    def test_a_year_that_can_hardly_move_any_more_has_one_end(self):
        assert caveats.year_end(this_year_so_far(year_end_low=91.21, year_end_high=91.24)) == "The year will likely end at about 91.2%."

    def test_a_weekly_number_has_none(self):
        assert caveats.year_end(taken()) == "" and LINCOLN.variation is Variation.WORSENING
