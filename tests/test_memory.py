"""What a person answered once is not asked again: for sheets with the same headings, and for words; until it is undone."""
from __future__ import annotations

from datetime import datetime

import pytest

from indicators.learned import learned

AT = datetime(2026, 11, 20, 15, 0)
SCHOOLS = "School ID,School Name,School Level\n0052,Lincoln Elementary,Elementary\n0053,Lincoln Middle,Middle\n0120,Bell High,High\n"
SURVEY = "Timestamp,Which school did you visit?,Date of the visit,Teacher visited (last name),Did you give feedback within 24 hours?\n"


@pytest.fixture
def office(district):
    """A district with its own list of schools."""
    understood(district, SCHOOLS, "schools.csv", take=True)
    return district


def understood(district, text: str, name: str = "week.csv", take: bool = False, **answers: str):
    given = {key.replace("__", ":"): value for key, value in answers.items()}
    found = district.understand(district.receive(text.encode(), name, by="office", at=AT), given)
    if take:
        return district.accept(found, at=AT)
    return found


def asked(found) -> list[str]:
    return [question.key for question in found.prepared.questions]


class TestAShapeSeenBefore:
    def test_a_form_with_its_own_questions_is_confirmed_once_and_then_known(self, office):
        first = SURVEY + "11/16/2026 9:00:00,Bell High,11/16/2026,Ruiz,Yes\n"
        assert asked(understood(office, first)) == ["suggest:"]
        understood(office, first, take=True, suggest__="walkthroughs")
        again = understood(office, SURVEY + "11/17/2026 9:00:00,Bell High,11/17/2026,Ruiz,No\n", "next week.csv")
        assert not asked(again) and again.prepared.rows == 1
        assert any("a sheet with these headings was loaded before" in str(finding) for finding in again.prepared.findings)

    def test_the_order_of_the_columns_does_not_matter(self, office):
        understood(office, "Day,School,Percent\n03/04/2026,0052,91\n", take=True, dates__="mdy", **{"dates____Day": "mdy"})
        assert not asked(understood(office, "School,Percent,Day\n0052,91,04/05/2026\n", "b.csv"))

    def test_undoing_the_load_forgets_what_it_taught(self, office):
        first = SURVEY + "11/16/2026 9:00:00,Bell High,11/16/2026,Ruiz,Yes\n"
        load = understood(office, first, take=True, suggest__="walkthroughs")
        office.undo(load, by="office", at=AT)
        assert asked(understood(office, first.replace("Ruiz", "Chen"), "b.csv")) == ["suggest:"]

    def test_a_later_answer_counts_more_than_an_earlier_one(self, office):
        understood(office, "School,Date,Percent\n0052,03/04/2026,91\n", take=True, dates____Date="mdy")
        understood(office, "School,Date,Percent\n0052,05/06/2026,91\n", "b.csv", take=True, dates____Date="dmy")
        third = understood(office, "School,Date,Percent\n0052,07/08/2026,91\n", "c.csv")
        assert not asked(third) and str(third.prepared.parts[0].rows["date"][0]) == "2026-08-07"

    def test_which_days_a_sheet_is_about_is_asked_each_time(self, office):
        text = "School,Present,Enrolled\n0052,9,10\n"
        understood(office, text, "attendance 11-16.csv", take=True, date__="2026-11-16")
        assert asked(understood(office, text.replace("9,", "8,"), "attendance 11-17.csv")) == ["date:"]


class TestWords:
    def test_a_schools_nickname_is_asked_once(self, office):
        text = "School,Date,Present,Enrolled\nLincoln,2026-11-16,9,10\n"
        found = understood(office, text)
        assert asked(found) == ["value:school:lincoln"]
        assert [*found.prepared.questions[0].options] == ["0052", "0053", "-"], "each Lincoln is offered, none is taken"
        understood(office, text, take=True, value__school__lincoln="0053")
        again = understood(office, text.replace("16,", "17,"), "b.csv")
        assert not asked(again) and again.prepared.parts[0].rows["school"].to_pylist() == ["0053"]

    def test_written_out_abbreviations_are_taken_and_told(self, office):
        found = understood(office, "School,Date,Present,Enrolled\nLincoln ES,2026-11-16,9,10\nLINCOLN ELEM. SCH.,2026-11-17,9,10\n")
        assert found.prepared.parts[0].rows["school"].to_pylist() == ["0052", "0052"]
        assert any("Lincoln ES = Lincoln Elementary" in str(finding) for finding in found.prepared.findings)

    def test_a_letter_of_the_districts_own_is_asked_in_each_feed(self, office):
        text = "School,Date,Student ID,Code\n0052,2026-11-16,77,E\n0052,2026-11-16,78,T\n"
        assert asked(understood(office, text)) == ["value:absences.absence_code:e", "value:absences.absence_code:t"]
        answers = {"value__absences.absence_code__e": "excused", "value__absences.absence_code__t": "tardy"}
        found = understood(office, text, **answers).prepared
        assert found.parts[0].rows.select(["absence_code", "excused"]).to_pylist() == [{"absence_code": "excused", "excused": True}]
        assert any("this is no absence, and is left out" in str(finding) for finding in found.findings)

    def test_rows_may_be_left_out_for_good(self, office):
        found = understood(office, "School,Date,Present,Enrolled\nLincoln,2026-11-16,9,10\n0120,2026-11-16,9,10\n", value__school__lincoln="-")
        assert not asked(found) and found.prepared.refused == 1 and found.prepared.rows == 1


class TestSheetsAlike:
    def test_are_asked_about_once(self, office):
        from tests.test_beside import file
        from tests.understanding import sheet
        done = file(sheet("School,Date,Percent\nBell High,03/04/2026,91\n", "A"), sheet("School,Date,Percent\nBell High,05/06/2026,91\n", "B"))
        assert [question.key for question in done.questions] == ["dates:A:Date"]
        done = file(sheet("School,Date,Percent\nBell High,03/04/2026,91\n", "A"), sheet("School,Date,Percent\nBell High,05/06/2026,91\n", "B"), dates_A_Date="dmy")
        assert [str(part.rows["date"][0]) for part in done.parts] == ["2026-04-03", "2026-06-05"] and not done.questions


class TestAnOlderReport:
    NEW = "Daily attendance\nReport run 11/20/2026 3:14 PM\nSchool,Date,Present,Enrolled\n0120,2026-11-16,9,10\n"
    OLD = NEW.replace("11/20", "11/17").replace(",9,", ",8,")

    def test_is_asked_about_before_it_takes_the_place_of_a_newer_one(self, office):
        understood(office, self.NEW, take=True)
        found = understood(office, self.OLD, "old.csv")
        assert asked(found) == ["older"]
        assert found.prepared.questions[0].ask.startswith("This report was run on 17 Nov 2026, and load 2, of the same schools and weeks, on 20 Nov 2026.")
        assert not asked(understood(office, self.OLD, "old.csv", older="yes"))

    def test_a_newer_one_is_not_and_one_that_changes_nothing_neither(self, office):
        understood(office, self.OLD, take=True)
        assert not asked(understood(office, self.NEW, "new.csv"))
        understood(office, self.NEW, "new.csv", take=True)
        assert not asked(understood(office, self.OLD.replace(",8,", ",9,"), "same.csv"))

    def test_once_the_newer_one_is_undone_nothing_is_asked(self, office):
        load = understood(office, self.NEW, take=True)
        office.undo(load, by="office", at=AT)
        assert not asked(understood(office, self.OLD, "old.csv"))


class TestLookedThrough:
    def test_each_answer_is_said_in_words_and_can_be_taken_back(self, office):
        understood(office, SURVEY + "11/16/2026 9:00:00,Lincoln,11/16/2026,Ruiz,Yes\n", take=True, suggest__="walkthroughs", value__school__lincoln="0053")
        word, form = learned(office)
        assert (word.whose, word.says, word.taught_by) == ("every file", "“lincoln” is Lincoln Middle (0053)", "load 2, week.csv")
        assert form.says == "read as Classroom walkthroughs" and form.whose.startswith("sheets with the headings date of the visit, did you give feedback")
        office.forget(word.lesson, by="office", at=AT)
        assert [one.lesson for one in learned(office)] == [form.lesson]
        assert asked(understood(office, "School,Date,Present,Enrolled\nLincoln,2026-11-16,9,10\n", "b.csv")) == ["value:school:lincoln"]
        assert office.store.rows("select kind, detail from event order by number desc limit 1")[0][0] == "forget"
