"""The made-up district's agenda for three people: the superintendent, a director, a principal. One decision serves all, and nobody learns of other schools."""
from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from tests.test_agenda import AT_LINCOLN

import indicators.__main__ as commands
from data.access import EVERYTHING, Scope
from data.decisions import Choice
from data.home import Home
from indicators import agenda, agenda_words, reading
from indicators.agenda import Agenda, Decision
from indicators.house import House
from indicators.noticed import IMPROVING
from indicators.view import CASELOAD, View

AS_OF = date(2026, 11, 20)
DANA = "Dana Whitfield"


@pytest.fixture
def house(made_up_home):
    opened = House(Home(made_up_home))
    yield opened
    opened.close()


def schools_of(house: House, director: str) -> frozenset[str]:
    return frozenset(school for (school,) in house.district.store.rows("select school from live_caseloads where director = ?", director))


def superintendent(house: House) -> View:
    return house.view(EVERYTHING, AS_OF)


def director(house: House, name: str = DANA) -> View:
    return house.view(Scope("senior director", schools_of(house, name)), AS_OF)


def principal(house: House, school: str) -> View:
    return house.view(Scope("principal", frozenset([school])), AS_OF)


def shared(found: Agenda):
    """The line about families reached at several of one director's schools."""
    return next(item for item in (*found.open, *found.decided) if item.kind == CASELOAD)


def decide(house: House, item, choice: Choice = Choice.ACT, why: str = "", at: datetime = datetime(2026, 11, 20, 9, 0)) -> None:
    house.district.decide([light.about for light in item.lights], choice, why=why, by="somebody", at=at)


class TestOneDecisionServesBoth:
    def test_the_director_sees_the_superintendents_line(self, house):
        line = shared(agenda.agenda(superintendent(house)))
        assert {light.name for light in line.lights} == {"Washington", "Lincoln"}
        assert shared(agenda.agenda(superintendent(house), DANA)).key == shared(agenda.agenda(director(house), DANA)).key == line.key

    @pytest.mark.parametrize("who_decides", [superintendent, director])
    def test_whoever_decides_about_it_decides_for_the_other(self, house, who_decides):
        decide(house, shared(agenda.agenda(who_decides(house), DANA)))
        for view in (superintendent(house), director(house)):
            for found in (agenda.agenda(view), agenda.agenda(view, DANA)):
                assert shared(found) in found.decided and shared(found) not in (*found.open, *found.more)

    def test_a_directors_agenda_is_the_same_whoever_looks_at_it(self, house):
        wide, narrow = agenda.agenda(superintendent(house), DANA), agenda.agenda(director(house), DANA)
        assert [item.key for item in wide.open] == [item.key for item in narrow.open] != []
        assert [item.key for item in wide.wins] == [item.key for item in narrow.wins] != []
        assert (wide.lines, wide.by_chance) == (narrow.lines, narrow.by_chance)


    def test_a_decision_that_is_taken_back_waits_again(self, house):
        line = shared(agenda.agenda(superintendent(house)))
        for choice, waits in ((Choice.WATCH, False), (Choice.TAKE_BACK, True), (Choice.DISMISS, False)):
            decide(house, line, choice, why="so")
            assert (line.key in {item.key for item in agenda.agenda(superintendent(house)).open}) == waits
        assert house.district.store.value("select count(*) from event where kind = 'decision'") == 3

    def test_many_decisions_of_one_take_no_others_view_away(self, house):
        of_director, line = director(house), shared(agenda.agenda(superintendent(house)))
        for n in range(10):
            decide(house, line, Choice.WATCH if n % 2 else Choice.TAKE_BACK)
            superintendent(house)
        assert director(house).tables is of_director.tables

    def test_a_decision_leaves_every_number_as_it_was_so_nothing_is_judged_again(self, house):
        before = superintendent(house)
        decide(house, shared(agenda.agenda(before)))
        after = superintendent(house)
        assert after.tables is before.tables and after.version == before.version + 1
        assert (before.decided.num_rows, after.decided.num_rows) == (0, 2)
        house.district.undo(house.district.store.value("select max(load_id) from load"), by="test", at=datetime(2026, 11, 20, 9, 0))
        assert superintendent(house).tables is not after.tables


class TestNobodyLearnsOfOtherSchools:
    def test_a_decision_about_one_directors_schools_is_not_in_anothers_agenda(self, house):
        decide(house, shared(agenda.agenda(superintendent(house))), why="New phones at Washington")
        view = director(house, "Marcus Oyelaran")
        found = agenda.agenda(view)
        assert found.decided == () and "school" not in view.decided["kind"].to_pylist()
        theirs = {item.place for item in (*found.open, *found.more, *found.wins)}
        assert theirs <= schools_of(house, "Marcus Oyelaran") | {"Marcus Oyelaran", "all"}

    def test_a_principal_finds_a_decision_about_several_schools_as_one_about_their_own(self, house):
        decide(house, shared(agenda.agenda(superintendent(house))))
        (item,) = agenda.agenda(principal(house, "0204")).decided
        assert [light.name for light in item.lights] == ["Lincoln"] and item.place == "0204"
        assert agenda_words.decided([item], AS_OF)["Where"] == ["Lincoln"]

    def test_a_principals_agenda_names_no_other_school(self, house):
        found = agenda.agenda(principal(house, "0204"))
        assert {light.place for item in (*found.open, *found.more, *found.wins) for light in item.lights} == {"0204"}


class TestHowManyByChance:
    def test_each_directors_part_adds_up_to_the_districts(self, house):
        view = superintendent(house)
        every = agenda.agenda(view)
        theirs = [agenda.agenda(view, name) for name in reading.directors(view)]
        assert sum(found.lines for found in theirs) == every.lines
        assert sum(found.by_chance for found in theirs) == pytest.approx(every.by_chance)

    def test_the_lines_are_those_of_the_directors_five_schools(self, house):
        indicators = house.district.store.value("""select count(distinct (indicator, school_id)) from weekly
            where school_id in (select unnest(?::varchar[])) and indicator not in ('data_received', 'coaching_visits')""", sorted(schools_of(house, DANA)))
        assert agenda.agenda(superintendent(house), DANA).lines == indicators == 25


class TestWhereSomebodyActs:
    """Attendance and its submission serve one goal, families reached another: data/sample_plan.toml."""
    ACT = Decision(Choice.ACT, "", "somebody", datetime(2026, 11, 17, 9))

    def weight(self, house, light=AT_LINCOLN, decision=ACT, indicator="attendance_submitted_on_time", place="0204") -> float:
        """Of a light, beside the same one where nobody acts."""
        decided = {(indicator, light.kind, place, light.way): [(light.noticed, decision)]}
        (with_action,) = agenda._with_actions(superintendent(house), [light], decided)
        return with_action.weight / light.weight

    def test_a_line_weighs_half_where_somebody_acts_for_the_same_goal(self, house):
        assert self.weight(house) == 0.5
        assert self.weight(house, indicator="families_reached_within_2_days") == 1
        assert self.weight(house, place="0112") == 1

    def test_only_we_act_counts_and_for_eight_weeks(self, house):
        assert [self.weight(house, decision=Decision(choice, "", "", self.ACT.at)) for choice in (Choice.WATCH, Choice.DISMISS)] == [1, 1]
        ago = [datetime(2026, 11, 20) - timedelta(weeks=weeks) for weeks in (8, 9)]
        assert [self.weight(house, decision=Decision(Choice.ACT, "", "", at)) for at in ago] == [0.5, 1]

    def test_an_early_win_loses_nothing_by_it(self, house):
        assert self.weight(house, light=replace(AT_LINCOLN, way=IMPROVING)) == 1

    def test_of_two_alike_the_one_where_nobody_acts_comes_first(self, house):
        """Yates (contact tried) stands before Dogwood (families reached), which serves the same goal, until somebody acts at Yates."""
        found = agenda.agenda(superintendent(house))
        yates = next(item for item in found.open if item.name == "Yates")
        about = yates.lights[0].about
        other = next(name for name in ("families_reached_within_2_days", "absences_with_contact") if name != about.indicator)
        before = [item.name for item in found.open]
        house.district.decide([replace(about, indicator=other)], Choice.ACT, why="", by="somebody", at=datetime(2026, 11, 20, 9, 0))
        after = agenda.agenda(superintendent(house))
        line = next(item for item in (*after.open, *after.more) if item.name == "Yates")
        assert line.weight == yates.weight / 2 and [item.name for item in after.open].index("Yates") > before.index("Yates")
        assert "Somebody already acts at this school on families reached, since 20 Nov." in agenda_words.whose(line, date(2026, 11, 16), AS_OF).replace("\u00a0", " ")


class TestTheCommand:
    def test_a_director_nobody_knows_is_refused_with_the_nearest_name(self, house):
        assert commands.run(house.district, ["agenda", "--director", "Dana Whitfeld"]) == (
            1, "there is no senior director 'Dana Whitfeld'. Did you mean 'Dana Whitfield'?")

    def test_it_prints_that_directors_lines(self, house):
        code, text = commands.run(house.district, ["agenda", "--director", DANA])
        assert code == 0 and [line.split(",")[3] for line in text.splitlines()[1:]] == ["Lincoln", "Washington", "Lincoln", "Roosevelt"]
