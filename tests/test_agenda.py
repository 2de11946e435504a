"""The agenda: what waits for a decision, in which order, in which words; what was decided is gone until something new is noticed."""
from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest
from tests.standings import AS_OF, DEFINITIONS, LINCOLN
from tests.test_words import flat

from data.decisions import Choice
from indicators import agenda, agenda_words
from indicators.agenda import Agenda, Decision, Item, Light
from indicators.noticed import IMPROVING, WORSENING
from indicators.view import CASELOAD, DISTRICT, SCHOOL, WHOLE

WEEK = date(2026, 11, 16)
AT_LINCOLN = Light(DEFINITIONS["attendance_rate"], SCHOOL, "0204", "Lincoln", "Dana Whitfield", 0.71, WORSENING, date(2026, 10, 26), WEEK, True,
                   date(2026, 10, 26), -3.0, 0.6, 0.85, 10_532.0)
EVERYBODY = replace(AT_LINCOLN, kind=DISTRICT, place=WHOLE, name=WHOLE, director=None)
ACT = Decision(Choice.ACT, "The director visits", "superintendent", datetime(2026, 11, 17, 9))
NOTHING = Agenda((), (), (), (), 280, 1.0)


def item(*lights: Light, **of) -> Item:
    return Item(lights, **{"kind": lights[0].kind, "place": lights[0].place, "name": lights[0].name, **of})


def at(name: str, **changed) -> Light:
    return replace(AT_LINCOLN, place=name, name=name, **changed)


class TestWhatIsOneLine:
    def test_schools_of_one_director_that_changed_alike_are_one_line(self):
        (line,) = agenda._items([at("Lincoln"), at("Bell", size=-6.0)])
        assert (line.kind, line.name, [light.name for light in line.lights]) == (CASELOAD, "Dana Whitfield", ["Bell", "Lincoln"])

    @pytest.mark.parametrize("other", [{"way": IMPROVING}, {"director": "Priya Raman"}, {"definition": DEFINITIONS["coaching_visits"]}, {"still": False}])
    def test_what_went_another_way_is_a_line_of_its_own(self, other):
        assert len(agenda._items([at("Lincoln"), at("Bell", **other)])) == 2

    def test_more_is_sure_of_what_is_large_beside_its_doubt_and_where_more_students_are_in_need(self):
        weights = [item(light).weight for light in (AT_LINCOLN, replace(AT_LINCOLN, unsure=2.0), replace(AT_LINCOLN, size=-1.0), replace(AT_LINCOLN, need=0.2))]
        assert weights[0] == max(weights) and min(weights) > 0


class TestWhatWasDecided:
    KEY = ("attendance_rate", SCHOOL, "0204", WORSENING)

    def test_a_decision_is_about_what_was_noticed_until_then(self):
        decided = {self.KEY: [(date(2026, 10, 26), ACT)]}
        assert agenda._decision(item(AT_LINCOLN), decided) == ACT
        assert agenda._decision(item(replace(AT_LINCOLN, noticed=date(2026, 11, 2))), decided) is None

    def test_a_line_of_several_schools_waits_until_all_of_them_were_decided_about(self):
        decided = {self.KEY: [(date(2026, 10, 26), ACT)]}
        assert agenda._decision(item(AT_LINCOLN, at("Bell")), decided) is None

    @pytest.mark.parametrize(("last", "waits"), [(date(2026, 10, 19), True), (date(2026, 10, 12), False)])
    def test_what_went_back_waits_four_weeks_for_a_word(self, last, waits):
        assert agenda._waits(item(replace(AT_LINCOLN, still=False, last=last)), WEEK) == waits

    def test_of_one_school_a_director_sees_three_lines(self):
        assert len(agenda._a_school([item(AT_LINCOLN)] * 5)) == 3


class TestWords:
    def test_how_much_since_when_and_compared_with_what(self):
        assert flat(agenda_words.what(item(AT_LINCOLN), AS_OF)) == (
            "Since the week of 26 Oct about 3 points lower (between 1.8 and 4.2) than its own level and the other schools’ weeks would give.")

    def test_what_hits_everybody_is_compared_with_a_year_before_and_said_to_be_everybodys(self):
        said = flat(f"{agenda_words.what(item(EVERYBODY), AS_OF)} {agenda_words.whose(item(EVERYBODY), WEEK, AS_OF)}")
        assert "than a year before" in said and "It is everybody’s" in said

    def test_several_schools_are_named_with_the_one_that_moved_most(self):
        said = flat(agenda_words.what(item(at("Bell"), at("Lincoln"), kind=CASELOAD, place="Dana Whitfield", name="Dana Whitfield"), AS_OF))
        assert said.startswith("Two schools together: Bell and Lincoln. Most at Bell: since the week of 26 Oct")

    def test_what_went_back_says_so_by_shape_and_word(self):
        back = item(replace(AT_LINCOLN, still=False, last=date(2026, 11, 9)))
        assert "○ gone back" in flat(agenda_words.title(back, LINCOLN)) and "After the week of 9 Nov it went back." in flat(agenda_words.whose(back, WEEK, AS_OF))

    def test_nothing_to_decide_is_said_as_plainly_as_something(self):
        assert agenda_words.lead(NOTHING) == "**Nothing needs a decision.**"
        assert agenda_words.lead(replace(NOTHING, open=(item(AT_LINCOLN),))).startswith("**One thing needs a decision: attendance at Lincoln.**")
        assert agenda_words.lead(replace(NOTHING, lines=0)) == "**It is too early to say what changed.**"

    def test_chance_is_told_beside_the_lines(self):
        assert "280 lines are watched" in agenda_words.by_chance(NOTHING) and "about one new one a week" in agenda_words.by_chance(NOTHING)
        assert "about three new ones in four weeks" in agenda_words.by_chance(replace(NOTHING, by_chance=0.67))
        assert "hardly one a year" in agenda_words.by_chance(replace(NOTHING, by_chance=0.03))

    def test_how_we_know_gives_the_usual_movement_the_odds_and_the_source(self):
        said = flat(" ".join(agenda_words.how_known(item(AT_LINCOLN))))
        assert "0.8 points at Lincoln" in said and "once in about 11,000 weeks" in said and "Shiryaev (1963)" in said

    def test_no_word_of_statistics_is_on_the_screen(self):
        said = " ".join([*agenda_words.how_known(item(AT_LINCOLN)), agenda_words.what(item(AT_LINCOLN), AS_OF), agenda_words.by_chance(NOTHING)]).lower()
        assert not [word for word in ("standard", "deviation", "significan", "confidence", "sigma", "p-value", "cusum", "variance") if word in said]

    @pytest.mark.parametrize("say", [lambda one: agenda_words.title(one, None), lambda one: agenda_words.what(one, AS_OF),
                                     lambda one: agenda_words.lead(replace(NOTHING, open=(one,)))])
    def test_a_name_from_data_is_inert(self, say):
        evil = "![x](http://x)"
        said = say(item(at(evil), at("Bell"), kind=CASELOAD, place=evil, name=evil))
        assert evil not in said

    def test_of_what_waits_beyond_the_six_three_are_named_and_the_rest_counted(self):
        said = flat(agenda_words.more(replace(NOTHING, more=(item(AT_LINCOLN),) * 34)))
        assert said.startswith("34 more lines wait below these: attendance at Lincoln, attendance at Lincoln, attendance at Lincoln and 31 more.")
