"""Which kind of spreadsheet a table is, and which column is which field: certain, asked, or chosen by a person."""
from __future__ import annotations

from dataclasses import replace

import pytest

from data.matching import CHOSEN, EXACT, NOT_USED, SYNONYM, TOLD, match, matched_columns
from data.layout import lay_out
from data.source import normalised
from tests.understanding import LINCOLN, SOURCES, asked, rows, sheet, told, understood

DAY = "2026-11-16"
BOTH = "School,Date,Present,Enrolled,Rosters expected,Rosters on time\n"


def laid_out(text: str):
    return lay_out(sheet(text), SOURCES)[0]


def matched(text: str, **answers: str) -> dict[str, dict[str, str]]:
    """By source, which heading became which field."""
    found, _ = match(laid_out(text), SOURCES, answers)
    return {m.source.name: {name: header.text for name, header in m.columns.items()} for m in found}


def why(text: str, source: str, **answers: str) -> dict[str, str]:
    return matched_columns(laid_out(text), SOURCES[source], answers)[1]


class TestCertain:
    def test_a_field_is_known_by_its_own_name_or_by_another_name_for_it(self):
        text = f"School,Attendance date,Present,Students enrolled\nA,{DAY},9,10\n"
        assert why(text, "attendance") == {"school": EXACT, "date": SYNONYM, "present": EXACT, "enrolled": SYNONYM}

    def test_its_own_name_beats_another_name_for_it_wherever_it_stands(self):
        text = f"Day,School,Date,Present,Enrolled\nMon,A,{DAY},9,10\n"
        assert matched(text)["attendance"]["date"] == "Date"

    @pytest.mark.parametrize("heading", ["School Code", "School ID", "DBN", "school_number", "SchoolCode"])
    def test_a_column_of_codes_beats_one_of_names_since_a_name_may_mean_three_schools(self, heading):
        text = f"School,{heading},Date,Present,Enrolled\nLincoln,0052,{DAY},9,10\n"
        assert matched(text)["attendance"]["school"] == heading
        assert rows(understood(text), "attendance", "school") == [("0052",)]

    def test_headings_nobody_knows_are_left_alone(self):
        text = f"School,Date,Present,Enrolled,Shoe size\nA,{DAY},9,10,38\n"
        assert matched(text) == {"attendance": {"school": "School", "date": "Date", "present": "Present", "enrolled": "Enrolled"}}

    @pytest.mark.parametrize("source", [*SOURCES], ids=lambda source: source.name)
    def test_a_file_with_a_sources_own_headings_is_that_source(self, source):
        """Every form of every source, under each field's label, in any order."""
        for form in source.forms or ((),):
            needed = [f for f in source.fields if f.required or f.name in {*form, *source.recognised_by[:1]}]
            table = laid_out(",".join(f.label for f in reversed(needed)) + "\n" + ",".join("1" for _ in needed) + "\n")
            found, questions = match(table, SOURCES, {})
            named = {m.source.name for m in found} | {name for question in questions for name in question.options}
            assert source.name in named, form

    def test_every_name_of_every_field_is_found(self):
        for source in SOURCES:
            for f in source.fields:
                for name in f.names:
                    columns = matched_columns(laid_out(f"Something,{name}\n1,2\n"), source, {})[0]
                    assert columns[f.name].text == name and normalised(name) == name


class TestTwoSourcesInOneFile:
    def test_columns_of_both_feed_both(self):
        done = understood(f"{BOTH}A,{DAY},90,100,20,18\n")
        assert rows(done, "attendance", "present", "enrolled") == [(90, 100)] and rows(done, "attendance_submission", "expected", "on_time") == [(20, 18)]
        assert done.rows == 1

    def test_a_row_that_is_wrong_for_one_still_feeds_the_other(self):
        done = understood(f"{BOTH}A,{DAY},190,100,20,18\n")
        assert rows(done, "attendance", "present") == [] and rows(done, "attendance_submission", "on_time") == [(18,)] and done.refused == 1

    def test_what_is_wrong_with_a_shared_column_is_said_once(self):
        done = understood(f"{BOTH}A,{DAY},90,100,20,18\nA,soon,90,100,20,18\n")
        assert [said for said in told(done) if "soon" in said] == ["Row 3, Date: this is not a date ('soon'). Write it as 2026-11-16."]

    def test_what_must_be_asked_of_a_shared_column_is_asked_once(self):
        assert [*asked(understood(f"{BOTH}A,3/4/2026,90,100,20,18\n"))] == ["dates::Date"]


class TestNotSubmittedAnswersSubmission:
    def test_a_mark_in_the_attendance_column_says_that_the_school_had_not_submitted(self):
        done = understood(f"School,Date,Attendance rate\nA,{DAY},94.5\nB,{DAY},NS\nC,{DAY},*\n")
        assert rows(done, "attendance_submission", "school", "submitted") == [("A", True), ("B", False), ("C", None)]
        assert rows(done, "attendance", "percent", "percent_is") == [(94.5, None), (None, "not submitted"), (None, "suppressed")]

    def test_without_a_mark_the_column_says_nothing_about_submission(self):
        assert rows(understood(f"School,Date,Attendance rate\nA,{DAY},94.5\nB,{DAY},\n"), "attendance_submission", "submitted") == []

    def test_a_column_of_its_own_is_taken_instead(self):
        done = understood(f"School,Date,Attendance rate,Submitted\nA,{DAY},NS,yes\n")
        assert rows(done, "attendance_submission", "submitted") == [(True,)]

    def test_a_file_by_grade_says_nothing_about_the_school(self):
        """One grade's mark beside another's number once put the whole school-day out as a contradiction."""
        done = understood(f"School,Date,Grade,Attendance rate\nA,{DAY},1,94.5\nA,{DAY},2,NS\n")
        assert rows(done, "attendance_submission", "submitted") == [] and done.refused == 0

    def test_the_reason_is_told(self):
        done = understood(f"School,Date,Attendance rate\nA,{DAY},NS\n")
        assert [m.why["submitted"] for m in done.matches if m.source.name == "attendance_submission"] == [TOLD]


class TestAsked:
    def test_two_kinds_that_want_the_same_columns(self):
        """Two districts' own kinds of visit, recognised by the same heading."""
        twin = replace(SOURCES["coaching_visits"], name="peer_visits", label="Peer visits")
        both = replace(SOURCES, by_name={**SOURCES.by_name, "peer_visits": twin})
        text = f"School,Visit date,Coach\nA,{DAY},Osei\n"
        done = understood(text, sources=both)
        assert [(q.key, q.ask, {*q.options}) for q in done.questions] == [
            ("source:", "This could be more than one kind of spreadsheet. Which is it?", {"coaching_visits", "peer_visits"})]
        assert not done.parts and rows(understood(text, sources=both, answers={"source": "peer_visits"}), "peer_visits", "coach") == [("Osei",)]

    def test_a_school_list_taken_from_few_of_many_columns(self):
        text = "DBN,School name,Seats,Rooms,Labs,Gyms\n01M015,Clemente,1,2,3,4\n"
        assert [(q.key, q.ask) for q in understood(text).questions] == [("source:", "Only 2 of 6 columns can be used. What is this?")]
        assert rows(understood(text, answers={"source:": "schools"}), "schools", "school", "name") == [("01M015", "Clemente")]

    def test_nothing_we_know_names_the_nearest_and_what_it_lacks(self):
        said = told(understood("School,Present,Enrolled\nA,9,10\n"))
        assert said == ["a.csv: there is no date column that we know. Row 1 has School, Present, Enrolled. "
                        "Say which column is which, or choose what kind of spreadsheet this is."]


class TestTwoEquallyGoodColumns:
    """
    School  Date   Absent  Absent  Enrolled
    A       16     5       7       100         which one? The first once won in silence.
    """
    TEXT = f"School,Date,Absent,Absent,Enrolled\nA,{DAY},5,7,100\nA,2026-11-17,6,6,100\n"
    KEY = "column::attendance.absent"

    def test_they_are_asked_about(self):
        [question] = understood(self.TEXT).questions
        assert (question.key, question.ask) == (self.KEY, "Absent (column C) and Absent (column D) could both be absent. Which one is it?")
        assert question.options == {"C": "column C, Absent (5, 6, …)", "D": "column D, Absent (7, 6, …)", NOT_USED: "neither"}

    @pytest.mark.parametrize(("answer", "absent"), [("C", [(5,), (6,)]), ("D", [(7,), (6,)])])
    def test_the_answer_decides(self, answer, absent):
        done = understood(self.TEXT, answers={self.KEY: answer})
        assert rows(done, "attendance", "absent") == absent and not done.questions

    def test_the_form_to_choose_by_hand_takes_neither_of_itself(self):
        assert "absent" not in matched_columns(laid_out(self.TEXT), SOURCES["attendance"], {})[0]

    @pytest.mark.parametrize("second", [("5", "6"), ("", "")])
    def test_a_copy_or_an_empty_column_is_no_rival(self, second):
        done = understood(f"School,Date,Absent,Absent,Enrolled\nA,{DAY},5,{second[0]},100\nA,2026-11-17,6,{second[1]},100\n")
        assert not done.questions and rows(done, "attendance", "absent") == [(5,), (6,)]

    def test_two_names_for_one_field_are_asked_about_too(self):
        assert [*asked(understood(f"Site,Building,Date,Present,Enrolled\nA,7,{DAY},9,10\n"))] == ["column::attendance.school"]

    def test_a_needed_field_cannot_be_neither(self):
        [question] = understood(f"School,Date,Date,Present,Enrolled\nA,{DAY},2026-11-17,9,10\n").questions
        assert {*question.options} == {"B", "C"}

class TestListsTakenAlong:
    """Until the district loads a list of its own, daily data say which schools there are, and no more than that."""
    @pytest.mark.parametrize(("headings", "names"), [
        ("School name", ["Ana"]), ("Name", ["A"]), ("Student name", ["A"]), ("Site name,Building name", ["A"]), ("Level", ["A"]), ("Principal,Principal", ["A"])])
    def test_a_school_is_called_by_its_code_unless_a_column_surely_names_it(self, headings, names):
        """A column Name of a list of absences once named the schools after students."""
        count = headings.count(",") + 1
        done = understood(f"School,Date absent,Student ID,Excused,{headings}\nA,{DAY},7,no,{','.join(['Ana', 'Ben'][:count])}\n")
        [listed] = [part.rows for part in done.parts if part.source.name == "schools"]
        assert listed["name"].to_pylist() == names and not done.questions and listed["level"].to_pylist() == [None]


class TestChosenByAPerson:
    TEXT = f"Where,Date,Here,Enrolled,Present\nLincoln Elementary,{DAY},88,100,90\n"

    def test_a_choice_of_columns_wins_over_every_name(self):
        answers = {"column::attendance.school": "A", "column::attendance.present": "C"}
        done = understood(self.TEXT, schools=LINCOLN, answers=answers)
        assert rows(done, "attendance", "school", "present") == [("0052", 88)]
        assert why(self.TEXT, "attendance", **answers)["present"] == CHOSEN

    def test_a_field_can_be_left_without_a_column(self):
        text = f"School,Date,Present,Enrolled,Attendance rate\nA,{DAY},90,100,12\n"
        done = understood(text, answers={"column::attendance.percent": NOT_USED})
        assert rows(done, "attendance", "present", "percent") == [(90, None)]

    def test_a_column_serves_one_field(self):
        text = f"School,Date,Present,Enrolled\nA,{DAY},90,100\n"
        columns = matched_columns(laid_out(text), SOURCES["attendance"], {"column::attendance.absent": "C"})[0]
        assert columns["absent"].text == "Present" and "present" not in columns

    def test_a_kind_of_spreadsheet_that_was_chosen_is_the_only_one(self):
        done = understood(f"{BOTH}A,{DAY},90,100,20,18\n", answers={"source": "attendance_submission"})
        assert {part.source.name for part in done.parts if not part.harvested} == {"attendance_submission"}

    def test_a_choice_is_for_its_own_sheet(self):
        text = f"School,Date,Present,Enrolled,Here\nA,{DAY},90,100,88\n"
        done = understood(text, text.replace(DAY, "2026-11-17"), answers={"column:2:attendance.present": "E"})
        assert rows(done, "attendance", "present") == [(90,), (88,)]
