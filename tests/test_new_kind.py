"""A new kind of spreadsheet: what is guessed of it, the file that is written, and the first indicators made of it."""
from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.beside import lacking
from data.finding import Refused
from data.layout import Header, Table
from data.new_source import RowsAre, as_toml, free_name, named, problems, read_text
from data.proposing import proposal
from data.schools import SchoolList
from data.source import FieldKind, load_sources
from indicators.definition import read_definition
from indicators.examples import failures
from indicators.new_definition import as_toml as definition_toml
from indicators.new_definition import first_indicators
from indicators.new_definition import problems as problems_of_offer

AT = datetime(2026, 11, 21, 9, 0)
SOURCES = load_sources()
NO_LIST = SchoolList()


def table(headings: list[str], rows: list[list[str | None]]) -> Table:
    letters = [f"C{at}" for at in range(len(headings))]
    body = pa.table({"row": pa.array(range(2, len(rows) + 2), pa.int32())}
                    | {letter: pa.array([row[at] for row in rows], pa.string()) for at, letter in enumerate(letters)})
    return Table("", 1, tuple(Header(letter, text) for letter, text in zip(letters, headings, strict=True)), body, ())


def written(text: str) -> Table:
    head, *rows = [line.split(",") for line in text.strip().splitlines()]
    return table(head, [[cell or None for cell in row] for row in rows])


def guessed(text: str) -> dict[str, tuple[str, bool]]:
    return {f.heading: (str(f.kind), f.used) for f in proposal(written(text), NO_LIST).fields}


VISITS = """School Code,Visit Date,Arrived,Student ID,Local ID,Minutes,Home %,Rooms seen,Happy,Reason,Who came,Student Name,Comments
A,2026-11-16,9:05,40123,771,30,80%,2,yes,welcome,Dana,Mia Lund,the door was open and we talked
A,2026-11-17,9:15,40124,772,20,75%,3,no,absence,Noor,Ola Berg,nobody was home but the neighbour waved
A,2026-11-18,10:05,40125,773,10,60%,2,yes,welcome,Dana,Ida Lie,a short talk about the week at school
B,2026-11-18,11:00,40126,774,45,90%,4,no,absence,Dana,Per Dal,we will come again on the next monday
"""


class TestWhatIsGuessed:
    def test_each_column_by_its_heading_and_its_texts(self):
        assert guessed(VISITS) == {
            "School Code": ("school", True), "Visit Date": ("date", True), "Arrived": ("time", True), "Student ID": ("student", True),
            "Local ID": ("student", True), "Minutes": ("minutes", True), "Home %": ("percent", True), "Rooms seen": ("count", True),
            "Happy": ("yes_no", True), "Reason": ("code", True), "Who came": ("text", True), "Student Name": ("student", False), "Comments": ("text", False)}

    @pytest.mark.parametrize("heading", ["Student Number", "Pupil ID", "SID", "LASID", "Student No", "State ID", "Reference", "Account number", "id_person"])
    def test_a_students_number_is_never_an_amount(self, heading):
        found = guessed(f"{heading},Visited\n100231,2026-11-16\n100232,2026-11-16\n100874,2026-11-17\n")
        assert found[heading][0] in ("student", "text")

    @pytest.mark.parametrize(("heading", "kind"), [("Number of students", "count"), ("Students", "count"), ("Student count", "count"),
                                                   ("Grade", "text"), ("Average class size", "number"), ("Room no", "text")])
    def test_an_amount_is_told_from_a_number_that_names_something(self, heading, kind):
        assert guessed(f"{heading},x\n{'7.5' if kind == 'number' else 7},a\n9,b\n11,c\n")[heading] == (kind, True)

    def test_a_row_a_student_and_day_is_something_that_happened_told_apart_by_the_student(self):
        new = proposal(written("School,Date,Student ID,Late\nA,2026-11-16,1,yes\nA,2026-11-16,2,no\n"), NO_LIST)
        assert (new.rows_are, new.key) == (RowsAre.EVENTS, ("C2",))

    def test_a_row_a_school_and_day_of_numbers_is_how_things_stood(self):
        rows = "".join(f"{school},2026-11-{day},{100 + day}\n" for day in range(16, 21) for school in "AB")
        new = proposal(written("School,Date,Meals served\n" + rows), NO_LIST)
        assert (new.rows_are, new.key, new.tells_school_days) == (RowsAre.STATE, (), True)

    def test_visits_are_things_that_happened_even_where_no_day_has_two(self):
        new = proposal(written("School,Date,Who came\nA,2026-11-16,Dana\nB,2026-11-16,Dana\nA,2026-11-17,Noor\nB,2026-11-17,Dana\n"), NO_LIST)
        assert new.rows_are == RowsAre.REPEATS

    def test_totals_do_not_make_a_code(self):
        new = proposal(written("School,Date,Kind\nA,2026-11-16,x\nA,2026-11-17,y\nA,2026-11-18,x\nA,2026-11-19,y\nTotal,,4\n"), NO_LIST)
        assert new.fields[2].values == ("x", "y")

    def test_the_districts_own_list_says_which_column_is_the_school(self):
        listed = SchoolList({"A": "Adams", "B": "Bell"}, harvested=False)
        assert proposal(written("Place,When,Site visit\nA,2026-11-16,1\nBell,2026-11-17,2\n"), listed).school == "C0"


class TestTheFileThatIsWritten:
    def test_reads_as_what_was_said(self):
        new = named(replace(proposal(written(VISITS), NO_LIST), label='Visits "at home"', one_row_is="one visit"), SOURCES.by_name)
        assert not problems(new, written(VISITS), SOURCES)
        source, found = read_text(as_toml(new), new.name)
        assert not found and (source.name, source.label, source.date, source.school) == ("visits_at_home", 'Visits "at home"', "visit_date", "school_code")
        assert source.field("reason").values == {"absence": ("absence",), "welcome": ("welcome",)}
        assert source.forms == (("arrived", "student_id", "local_id", "minutes", "home_percent", "rooms_seen", "happy", "reason", "who_came"),)

    @pytest.mark.parametrize(("label", "name"), [("Family visits", "family_visits"), ("École & Maison", "ecole_maison"), ("欠席", "own_kind"), ("2nd look", "own_kind_2nd_look"),
                                                 ("Attendance", "attendance_2"), ("expected", "expected_2"), ("This is", "this_is_it"), ("%", "percent")])
    def test_its_name_is_made_of_its_label_and_is_never_one_that_is_taken(self, label, name):
        assert free_name(label, SOURCES.by_name, "own_kind") == name

    @settings(max_examples=150, deadline=None)
    @given(st.data())
    def test_whatever_headings_and_texts_it_loads_or_the_problem_is_told_before(self, data):
        """Headings with quotes, line breaks, backslashes, half characters, equal ones, empty ones; texts of all sorts as codes."""
        text = st.text(st.sampled_from('aB1 "\'\\\n\t#%=[].é字\ud800\x00_-'), max_size=12)
        headings = data.draw(st.lists(text, min_size=2, max_size=6))
        cells = [data.draw(st.lists(text | st.sampled_from(["A", "2026-11-16", "yes", "3", None]), min_size=len(headings), max_size=len(headings))) for _ in range(4)]
        clean = [[cell and cell.encode("utf-8", "ignore").decode() for cell in row] for row in cells]
        of = table(headings, clean)
        draft = proposal(of, NO_LIST)
        fields = tuple(replace(f, used=True, kind=data.draw(st.sampled_from(list(FieldKind)[1:])), needed=data.draw(st.booleans()),
                               values=tuple(data.draw(st.lists(text, max_size=4)))) for f in draft.fields)
        fields = tuple(replace(f, kind=FieldKind.TEXT) if f.kind == FieldKind.SCHOOL else f for f in fields)
        new = replace(draft, label=data.draw(text), one_row_is=data.draw(text), fields=fields, school="C0", date="C1", key=(),
                      rows_are=data.draw(st.sampled_from(RowsAre)))
        new = named(new, SOURCES.by_name)
        found = problems(new, of, SOURCES)
        if not found:
            source, wrong = read_text(as_toml(new), new.name)
            assert not wrong and [f.kind for f in source.fields][:2] == [FieldKind.SCHOOL, FieldKind.DATE]
            for offer in first_indicators(source):
                assert not problems_of_offer(replace(offer, better="higher"), replace(SOURCES, by_name={**SOURCES.by_name, source.name: source}))
        assert all(str(finding) for finding in found)


class TestWhatStopsIt:
    @pytest.fixture
    def new(self):
        return replace(proposal(written(VISITS), NO_LIST), label="Visits", one_row_is="one visit")

    @pytest.mark.parametrize(("change", "said"), [
        (dict(label=" "), "it has no name yet"), (dict(label="Daily attendance by school"), "there is a kind of spreadsheet called 'Daily attendance by school' already"),
        (dict(one_row_is=""), "nobody has said what one row is"), (dict(school=""), "no column says which school a row is about"),
        (dict(date=""), "no column says which day a row is about"), (dict(date="C0"), "one column cannot be both the school and the day")])
    def test_what_has_not_been_said_is_asked_for(self, new, change, said):
        assert said in [finding.problem for finding in problems(replace(new, **change), written(VISITS), SOURCES)]

    def test_a_file_without_a_day_may_be_about_one(self, new):
        assert not problems(replace(new, date="", day=date(2026, 11, 16)), written(VISITS), SOURCES)

    def test_a_file_without_a_school_may_be_about_one_and_its_column_is_added_when_it_is_read(self, new):
        one = named(replace(new, school="", one_school="A", date="", day=date(2026, 11, 16), key=(), rows_are=RowsAre.REPEATS), SOURCES.by_name)
        assert not problems(one, written(VISITS), SOURCES)
        source, found = read_text(as_toml(one), one.name)
        assert not found and (source.school, source.date, source.key[:2]) == ("school", "date", ("school", "date"))
        assert one.answers("s") == {"source:s": "visits", "school:s": "A", "date:s": "2026-11-16"}
        assert replace(one, school="C0").answers("s")["school:s"] == ""

    def test_rows_of_one_school_and_one_day_contradict_each_other_where_there_may_be_only_one(self, new):
        one = replace(new, school="", one_school="A", date="", day=date(2026, 11, 16), key=(), rows_are=RowsAre.STATE)
        assert [f.problem for f in problems(one, written(VISITS), SOURCES)] == ["3 rows have the same school and day as another row and say something else"]

    def test_rows_that_would_contradict_each_other_are_told_before_anything_is_written(self, new):
        twice = written(VISITS + "A,2026-11-16,9:05,40123,771,99,80%,2,yes,welcome,Dana,Mia Lund,x\n")
        found = problems(replace(new, rows_are=RowsAre.EVENTS, key=("C3",)), twice, SOURCES)
        assert [str(f) for f in found] == ["1 row has the same School Code, Visit Date, Student ID as another row and say something else. Choose one more column "
                                           "that tells them apart, or say that two rows alike are two things that happened."]

    def test_two_columns_of_one_heading_are_told(self):
        new = replace(proposal(written("School,Date,Late,late\nA,2026-11-16,1,2\n"), NO_LIST), label="Late", one_row_is="one")
        assert [f.problem for f in problems(new, written("School,Date,Late,late\nA,2026-11-16,1,2\n"), SOURCES)] == ["two columns have the same heading"]


class TestFirstIndicators:
    OFFERS = [("Visits: how many a week", "count(*)", ""), ("Happy: share of yes", 'count(*) filter (where "happy")', 'count("happy")'),
              ("Minutes: mean", 'sum("minutes")', 'count("minutes")'), ("Home %: mean", '0.01 * sum("home_percent")', 'count("home_percent")'),
              ("Rooms seen: mean", 'sum("rooms_seen")', 'count("rooms_seen")')]

    def source(self, text: str, label: str = "Visits"):
        new = named(replace(proposal(written(text), NO_LIST), label=label, one_row_is="one"), SOURCES.by_name)
        return read_text(as_toml(new), new.name)[0]

    def test_are_a_count_a_share_of_yes_and_means(self):
        assert [(o.label, o.numerator, o.denominator) for o in first_indicators(self.source(VISITS))] == self.OFFERS

    def test_silence_is_not_on_time(self):
        source = self.source("School,Date,Handed in,Due\nA,2026-11-16,9:05,9:30\nA,2026-11-17,9:45,9:30\nA,2026-11-18,,9:30\n")
        offer = next(o for o in first_indicators(source) if "on time" in o.label)
        assert (offer.numerator, offer.denominator) == ('count(*) filter (where "handed_in" <= "due")', 'count("due")')

    def test_one_count_out_of_another_by_the_heading_that_says_which_is_the_whole(self):
        source = self.source("School,Date,Present,Enrolled\nA,2026-11-16,90,100\nA,2026-11-17,91,100\n")
        assert "Present out of enrolled" in [o.label for o in first_indicators(source)]

    def test_every_one_is_a_file_that_passes_the_check(self, tmp_path):
        source = self.source("School,Date,Called on,Due on,Reached,Calls,Families,Share %,Minutes,Kind\n" + "".join(
            f'A,2026-11-{day},2026-11-{day},2026-11-20,{"yes" if day % 2 else "no"},{day},{day + 1},{day}%,{day},{"a" if day % 2 else "b"}\n' for day in range(10, 20)))
        sources = replace(SOURCES, by_name={**SOURCES.by_name, source.name: source})
        offers = [replace(o, better="lower") for o in first_indicators(source)]
        offers += [o.within(7) for o in offers if o.days]
        assert len(offers) > 8
        for at, offer in enumerate(offers):
            path = tmp_path / f"own_{at}.toml"
            path.write_text(definition_toml(offer), encoding="utf-8")
            assert failures(read_definition(path, sources), sources) == []

    def test_nobody_is_told_what_is_better(self):
        offer = first_indicators(self.source(VISITS))[0]
        assert [str(f) for f in problems_of_offer(offer, SOURCES)] == ["nobody has said yet whether more of it is better. Choose higher, lower or neither."]


class TestTheDistrict:
    """Adams and Bell on two days; a calendar knows the days."""
    FILE = "Campus,Visited on,Who came,Heard back\nA,2026-11-16,Dana,yes\nA,2026-11-17,Dana,no\nB,2026-11-17,Noor,yes\n"

    def load(self, district, text: str, name: str, answers: dict | None = None) -> int:
        return district.accept(district.understand(district.receive(text.encode(), name, by="steward", at=AT), answers or {}), at=AT)

    def made(self, district, label: str = "Visits"):
        new = replace(proposal(written(self.FILE), district.schools), label=label, one_row_is="one visit")
        return district.add_source(new, by="steward", at=AT)

    def test_the_same_file_is_known_from_then_on_and_after_a_restart(self, district):
        new, version = self.made(district), district.store.version
        assert version > 0 and (district.home.sources / "visits.toml").exists() and not list(district.home.sources.glob("*.new"))
        understood = district.understand(district.receive(self.FILE.encode(), "v.csv", by="steward", at=AT))
        assert understood.prepared.parts[0].source.name == new.name and understood.prepared.rows == 3
        assert load_sources(district.home.sources).by_name["visits"].label == "Visits"

    def test_a_first_indicator_has_its_numbers_at_once_and_the_version_rises(self, district):
        self.load(district, "date,open\n2026-11-16,yes\n2026-11-17,yes\n", "calendar.csv")
        self.made(district)
        self.load(district, self.FILE, "visits.csv")
        version = district.store.version
        offer = next(o for o in first_indicators(district.sources["visits"]) if "share of yes" in o.label)
        offer = district.add_definition(replace(offer, better="higher", target=80.0), by="steward", at=AT)
        assert district.store.version > version and not district.outdated
        assert district.store.rows("select school_id, numerator, denominator from weekly where indicator = ? order by 1", offer.name) == [("A", 1, 2), ("B", 1, 1)]
        assert district.schools.names == {"A": "A", "B": "B"}

    def test_what_was_said_can_be_changed_until_a_row_is_stored(self, district):
        new = self.made(district)
        fields = tuple(replace(f, kind=FieldKind.TEXT) if f.heading == "Heard back" else f for f in new.fields)
        district.add_source(replace(new, fields=fields), by="steward", at=AT)
        assert district.sources["visits"].field("heard_back").kind == FieldKind.TEXT
        self.load(district, self.FILE, "visits.csv")
        with pytest.raises(Refused, match="rows of this kind are stored already"):
            district.add_source(new, by="steward", at=AT)

    @pytest.mark.parametrize(("text", "lacks"), [("Who came,Heard back\nDana,yes\n", {"school", "date"}), ("Visited on,Who came,Heard back\n2026-11-16,Dana,yes\n", {"school"}),
                                                 ("Campus,Who came,Heard back\nA,Dana,yes\n", {"date"}), ("Wo,Was\nA,1\n", set())])
    def test_what_one_answer_for_all_rows_would_complete_is_known_and_reads_it(self, district, text, lacks):
        self.load(district, "School Code,School Name\nA,Adams\nB,Bell\n", "schools.csv")
        self.made(district)
        upload = district.receive(text.encode(), "w.csv", by="steward", at=AT)
        prepared = district.understand(upload).prepared
        assert prepared.stopped and lacking(prepared.tables[0], district.sources) == lacks
        done = district.understand(upload, {"school:": "A", "date:": "2026-11-16"}).prepared
        assert [(row["campus"], row["visited_on"]) for part in done.parts for row in part.rows.to_pylist()] == [("A", date(2026, 11, 16))] * bool(lacks)

    def test_a_kind_that_was_deleted_leaves_its_name_to_nobody(self, district):
        """Its table keeps its shape and its rows."""
        self.made(district)
        self.load(district, self.FILE, "visits.csv")
        (district.home.sources / "visits.toml").unlink()
        district.sources = load_sources(district.home.sources)
        assert self.made(district).name == "visits_2"

    def test_what_would_not_load_is_refused_and_nothing_is_written(self, district):
        new = replace(proposal(written(self.FILE), district.schools), label="Visits", one_row_is="one visit")
        twice = (*new.fields, replace(new.fields[2], column="Z"))
        with pytest.raises(Refused):
            district.add_source(replace(new, fields=twice), by="steward", at=AT)
        assert not list(district.home.sources.iterdir()) and district.store.version == 0

    def test_a_list_of_students_of_its_own_does_not_claim_the_absences(self, district):
        """School, day and student alone are in every list of students: the kind that reads more of a file is meant."""
        tardy = "School,Date,Student ID\nA,2026-11-16,1\n"
        new = replace(proposal(written(tardy), district.schools), label="Late arrivals", one_row_is="one student late")
        district.add_source(new, by="steward", at=AT)
        upload = district.receive(b"School,Date,Student ID,Excused\nA,2026-11-16,1,no\n", "a.csv", by="steward", at=AT)
        assert [p.source.name for p in district.understand(upload).prepared.parts if not p.harvested] == ["absences"]
        upload = district.receive(tardy.encode(), "t.csv", by="steward", at=AT)
        assert [p.source.name for p in district.understand(upload).prepared.parts if not p.harvested] == ["late_arrivals"]
