"""The agenda: what waits for a decision, in which order, in which words; what was decided is gone until something new is noticed."""
from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest
from tests.standings import AS_OF, DEFINITIONS, LINCOLN, standing
from tests.test_words import flat

from data.decisions import Choice
from indicators import agenda, agenda_words
from indicators.agenda import Action, Agenda, Decision, Item, Light
from indicators.noticed import IMPROVING, WORSENING
from indicators.standing import School
from indicators.trend import Variation
from indicators.view import CASELOAD, DISTRICT, SCHOOL, WHOLE

WEEK = date(2026, 11, 16)
AT_LINCOLN = Light(DEFINITIONS["attendance_rate"], SCHOOL, "0204", "Lincoln", "Dana Whitfield", 0.71, WORSENING, date(2026, 10, 26), WEEK, True,
                   date(2026, 10, 26), -3.0, 0.6, 0.85, 10_532.0)
EVERYBODY = replace(AT_LINCOLN, kind=DISTRICT, place=WHOLE, name=WHOLE, director=None, a_year_before=True)
ACT = Decision(Choice.ACT, "The director visits", "superintendent", datetime(2026, 11, 17, 9))
NOTHING = Agenda((), (), (), (), (), 280, 1.0)


def item(*lights: Light, **of) -> Item:
    return Item(lights, **{"kind": lights[0].kind, "place": lights[0].place, "name": lights[0].name, **of})


def at(name: str, **changed) -> Light:
    return replace(AT_LINCOLN, place=name, name=name, **changed)


def together(*names: str, **changed) -> Item:
    return item(*(at(name, **changed) for name in names), kind=CASELOAD, place="Dana Whitfield", name="Dana Whitfield")


SCHOOLS = [School(name, name, "middle", "6-8", None, "Dana Whitfield", 600, 50.0) for name in ("Adams", "Lincoln", "Washington", "Bell")]


def lead(*open_lines: Item, worse_side: int = 0, **of) -> str:
    """What a director of the four schools reads first; so many of them are on the worse side of their usual level."""
    found = replace(NOTHING, open=open_lines, **of)
    numbers = {school: [standing(value=88.0 if n < worse_side else 92.0, centre=90.0, variation=Variation.STEADY)] for n, school in enumerate(SCHOOLS)}
    return flat(agenda_words.visit_lead(found, agenda.in_turn(found, SCHOOLS), numbers))


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


class TestADirectorsLines:
    def test_of_one_school_a_director_sees_three_lines_and_a_shared_one_counts_at_each_of_its_schools(self):
        own, shared = item(at("Lincoln")), together("Lincoln", "Bell")
        assert agenda._a_school([own] * 5) == [own] * 3
        assert agenda._a_school([shared] * 2 + [own] * 5 + [item(at("Bell"))]) == [own, own, own, item(at("Bell")), shared, shared]
        assert agenda._a_school([own] * 3 + [item(at("Bell"))] * 3 + [shared]) == [own] * 3 + [item(at("Bell"))] * 3

    def test_what_is_a_schools_own_comes_before_what_several_share_and_what_went_back_last(self):
        own, shared, back = item(at("Bell")), together("Lincoln", "Washington"), item(at("Adams", still=False))
        assert agenda._a_school([shared, own, back]) == [own, shared, back]

    def test_a_school_with_a_change_of_its_own_is_visited_before_those_that_share_one(self):
        found = replace(NOTHING, open=(together("Washington", "Lincoln"), item(at("Bell", size=-2.0)), item(at("Adams", still=False))))
        turns = agenda.in_turn(found, SCHOOLS)
        assert [(school.label, len(lines)) for school, lines in turns.items()] == [("Bell", 1), ("Lincoln", 1), ("Washington", 1), ("Adams", 0)]

    def test_where_the_agenda_is_empty_the_order_by_need_stays(self):
        assert list(agenda.in_turn(NOTHING, SCHOOLS)) == SCHOOLS


class TestWords:
    def test_how_much_since_when_and_compared_with_what(self):
        assert flat(agenda_words.what(item(AT_LINCOLN), AS_OF)) == (
            "Since the week of 26 Oct about 3 points lower (between 1.8 and 4.2).")
        assert flat(agenda_words.whose(item(AT_LINCOLN), WEEK, AS_OF)).startswith("Its own: what other schools did is taken off.")

    def test_what_hits_everybody_is_compared_with_a_year_before_and_said_to_be_everybodys(self):
        said = flat(f"{agenda_words.what(item(EVERYBODY), AS_OF)} {agenda_words.whose(item(EVERYBODY), WEEK, AS_OF)}")
        assert "than a year before" in said and "It is everybody’s" in said

    def test_without_a_year_before_the_district_is_compared_with_its_last_weeks_and_that_is_said(self):
        first = item(replace(EVERYBODY, a_year_before=False))
        assert "lower (between 1.8 and 4.2) than in the weeks before." in flat(agenda_words.what(first, AS_OF))
        assert "a storm or the season cannot be told from a change" in " ".join(agenda_words.how_known(first))
        assert "a year before, so that the season lights nothing" in " ".join(agenda_words.how_known(item(EVERYBODY)))

    def test_several_schools_are_named_with_the_one_that_moved_most(self):
        said = flat(agenda_words.what(item(at("Bell"), at("Lincoln"), kind=CASELOAD, place="Dana Whitfield", name="Dana Whitfield"), AS_OF))
        assert said.startswith("Two schools together: Bell and Lincoln. Most at Bell: since the week of 26 Oct")

    def test_what_went_back_says_so_by_shape_and_word(self):
        back = item(replace(AT_LINCOLN, still=False, last=date(2026, 11, 9)))
        assert "○ gone back" in flat(agenda_words.title(back, LINCOLN)) and "After the week of 9 Nov it went back." in flat(agenda_words.whose(back, WEEK, AS_OF))

    def test_what_is_back_in_its_newest_week_says_so_and_comes_after_what_is_not(self):
        back = item(replace(AT_LINCOLN, back=date(2026, 11, 9)))
        assert "○ back for now" in flat(agenda_words.title(back, LINCOLN))
        assert "In the week of 9 Nov it was back where it had been: one week alone does not settle it." in flat(agenda_words.whose(back, WEEK, AS_OF))
        assert not item(replace(AT_LINCOLN, back=date(2026, 11, 9)), at("Bell"), kind=CASELOAD, place="Dana Whitfield", name="Dana Whitfield").back_for_now

    def test_what_was_decided_is_counted_and_what_is_back_needs_no_decision(self):
        said = agenda_words.lead(replace(NOTHING, open=(item(AT_LINCOLN), item(at("Bell", back=date(2026, 11, 9)))), decided=(item(at("Adams"), decided=ACT),)))
        assert said == "**One thing needs a decision: attendance at Lincoln.** One thing is decided about. Nothing else changed lastingly."

    def test_a_schools_page_begins_with_what_lasts_and_says_how_that_goes_with_its_usual_range(self):
        steady = standing(variation=Variation.STEADY, signal=0)
        assert flat(agenda_words.school_lead([item(AT_LINCOLN)], [steady], AS_OF)) == (
            "**Attendance lastingly slipped.** Since the week of 26 Oct about 3 points lower (between 1.8 and 4.2).")
        two = [item(AT_LINCOLN), item(replace(AT_LINCOLN, definition=DEFINITIONS["coaching_visits"]))]
        assert flat(agenda_words.school_lead(two, [steady], AS_OF)).startswith("**Attendance and coaching visits lastingly slipped.** Attendance: since the week")
        assert agenda_words.school_lead([item(at("Lincoln", back=date(2026, 11, 9)))], [steady], AS_OF) == "**Nothing changed beyond its usual range.**"
        assert flat(agenda_words.noticed_here(item(AT_LINCOLN, decided=ACT), steady, AS_OF)) == (
            "**Noticed.** Week by week it stays within its usual range; the weeks together do not: since the week of 26 Oct about 3 points lower "
            "(between 1.8 and 4.2). What other schools did is taken off. Decided on 17 Nov: **we act**: The director visits.")
        assert agenda_words.noticed_here(item(AT_LINCOLN), steady, AS_OF).startswith("**On the agenda.** Week by week")
        assert agenda_words.noticed_here(None, steady, AS_OF) == ""

    def test_nothing_to_decide_is_said_as_plainly_as_something(self):
        assert agenda_words.lead(NOTHING) == "**Nothing needs a decision.**"
        assert agenda_words.lead(replace(NOTHING, open=(item(AT_LINCOLN),))).startswith("**One thing needs a decision: attendance at Lincoln.**")
        assert agenda_words.lead(replace(NOTHING, lines=0)) == "**It is too early to say what changed.**"

    def test_chance_is_told_beside_the_lines(self):
        assert "280 lines are watched" in agenda_words.by_chance(NOTHING) and "about one new one a week" in agenda_words.by_chance(NOTHING)
        assert "about three new ones in four weeks" in agenda_words.by_chance(replace(NOTHING, by_chance=0.67))
        assert "about two new ones in a school year" in agenda_words.by_chance(replace(NOTHING, lines=25, by_chance=0.06))
        assert "hardly one in a school year" in agenda_words.by_chance(replace(NOTHING, lines=4, by_chance=0.01))

    def test_how_we_know_gives_the_usual_movement_the_odds_and_the_source(self):
        said = flat(" ".join(agenda_words.how_known(item(AT_LINCOLN))))
        assert "0.8 points at Lincoln" in said and "once in about 11,000 weeks" in said and "Shiryaev (1963)" in said

    def test_where_somebody_acts_already_the_line_says_on_what_and_since_when(self):
        acted = replace(AT_LINCOLN, action=Action(DEFINITIONS["coaching_visits"], date(2026, 11, 17)))
        assert "Somebody already acts at this school on coaching visits, since 17 Nov." in flat(agenda_words.whose(item(acted), WEEK, AS_OF))
        assert flat(agenda_words.whose(replace(together("Bell"), lights=(at("Bell"), acted)), WEEK, AS_OF)).endswith("Somebody already acts at Lincoln.")

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


class TestWhomToVisitFirst:
    def test_the_school_whose_own_change_is_on_the_agenda_is_visited_first(self):
        assert lead(item(at("Bell"))) == "**Visit Bell first, for attendance.**"
        assert lead(item(at("Bell")), item(at("Lincoln", size=-2.0))) == "**Visit Bell first, for attendance.** Then Lincoln for attendance."

    def test_what_several_share_is_one_conversation(self):
        assert lead(together("Washington", "Lincoln")) == (
            "**Visit Lincoln first, for attendance.** Attendance slipped at two of four schools together: one conversation, not two.")
        assert lead(together("Adams", "Lincoln", "Washington", "Bell")).endswith("slipped at all four schools together: one conversation, not four.")

    def test_when_the_others_lean_the_same_way_it_is_everybodys_conversation(self):
        assert lead(together("Washington", "Lincoln"), worse_side=4).endswith(
            "at two of four schools together, and all four are on the worse side of their usual level: one conversation, not four.")
        assert lead(together("Washington", "Lincoln"), worse_side=3).endswith("at two of four schools together: one conversation, not two.")

    def test_an_empty_agenda_says_why(self):
        assert lead() == "**Nobody stands out.** Nothing at these four schools changed lastingly for the worse."
        assert lead(item(at("Bell", still=False))) == "**Nobody stands out.** What had changed went back; it waits for a word below."
        assert lead(decided=(item(AT_LINCOLN, decided=ACT),)) == "**Nobody stands out.** What changed lastingly at these four schools has been decided about."
        assert lead(lines=0) == "**It is too early to say what changed at these four schools.**"

    def test_what_merely_left_its_usual_range_is_no_reason_to_visit(self):
        """The chart says worsening at all four; the agenda, which knows what chance does, says nothing."""
        numbers = {school: [standing(variation=Variation.WORSENING)] for school in SCHOOLS}
        assert agenda_words.visit_lead(NOTHING, agenda.in_turn(NOTHING, SCHOOLS), numbers) == (
            "**Nobody stands out.** Nothing at these four schools changed lastingly for the worse. "
            "Four schools are on the worse side of a usual range just now; whether it lasts is open.")

    def test_what_fell_across_the_district_is_said_where_no_school_stands_out(self):
        assert lead(everybody=(item(EVERYBODY),)) == ("**Nobody stands out.** Attendance changed across the whole district, so no school is listed for it; "
                                                      "nothing else at these four schools changed lastingly for the worse.")

    def test_a_school_whose_change_is_back_for_now_is_not_visited_for_it(self):
        back, less = item(at("Bell", size=-6.0, back=date(2026, 11, 9))), item(at("Lincoln", size=-2.0))
        assert lead(back, less) == "**Visit Lincoln first, for attendance.**"


    def test_a_row_says_what_the_visit_is_for(self):
        both = [item(AT_LINCOLN), together("Lincoln", "Bell", "Adams", definition=DEFINITIONS["coaching_visits"])]
        assert agenda_words.visit_for(both) == "For attendance; with two others, for coaching visits"
        assert agenda_words.visit_for([]) == ""

    def test_a_schools_name_is_inert(self):
        evil = replace(SCHOOLS[0], label="![x](http://x)")
        found = replace(NOTHING, open=(item(at("Adams")),))
        assert evil.label not in agenda_words.visit_lead(found, agenda.in_turn(found, [evil]), {evil: []})
