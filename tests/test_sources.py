"""The kinds of spreadsheet a district knows: each TOML is read strictly, and a wrong one is explained and harms no other."""
from __future__ import annotations

import shutil
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.finding import Level, Refused
from data.source import LISTS, SHIPPED, FieldKind, load_sources, normalised, read_source
from tests.understanding import SOURCES

VISITS = """label      = "Library visits"
one_row_is = "one visit"
key        = ["school", "date"]
date       = "date"

[fields.school]
kind     = "school"
required = true

[fields.date]
kind     = "date"
required = true
names    = ["visit date"]

[fields.books]
kind  = "count"
names = ["books lent"]

[fields.loud]
kind = "yes_no"

[[checks]]
when  = "books > 500"
say   = "more books than there are"
fix   = "Check the number."
"""


def refused(folder: Path, text: str, name: str = "library_visits.toml") -> str:
    """What is said of a source that cannot be used."""
    path = folder / name
    path.write_text(text)
    with pytest.raises(Refused) as said:
        read_source(path)
    assert all(finding.level is Level.STOP and finding.remedy for finding in said.value.findings)
    return str(said.value)


class TestShippedSources:
    def test_every_one_loads_without_a_word(self):
        assert SOURCES.findings == () and len([*SOURCES]) == len([*SHIPPED.glob("*.toml")])

    @pytest.mark.parametrize("source", [*SOURCES], ids=lambda source: source.name)
    def test_every_heading_means_one_field(self, source):
        names = [name for field in source.fields for name in field.names]
        assert len(names) == len({*names}) and all(names)

    @pytest.mark.parametrize("source", [*SOURCES], ids=lambda source: source.name)
    def test_every_daily_one_knows_school_and_day(self, source):
        assert source.list_of in (*LISTS, "")
        assert source.list_of or {source.school, source.date} <= {*source.key}

    @pytest.mark.parametrize("what", LISTS)
    def test_the_district_has_one_of_each_list(self, what):
        assert [source.list_of for source in SOURCES].count(what) == 1


class TestAWrongSource:
    def test_the_one_these_tests_break_is_right(self, tmp_path):
        (tmp_path / "library_visits.toml").write_text(VISITS)
        source = read_source(tmp_path / "library_visits.toml")
        assert (source.school, source.field("books").kind) == ("school", FieldKind.COUNT)

    @pytest.mark.parametrize(("old", "new", "sentence"), [
        ('one_row_is =', 'one_row = ', "library_visits.toml, line 2: there is no key 'one_row'. Did you mean 'one_row_is'?"),
        ('label      = "Library visits"', "", "library_visits.toml: there is no key 'label'. Add label = text in quotes."),
        ('"Library visits"', "7", "line 1: label should be text in quotes, not 7. Write it as text in quotes."),
        ("required = true", 'required = "yes"', "line 8: in [fields.school] required should be true or false, not 'yes'."),
        ('kind  = "count"', 'kind  = "number of"', "line 15: in [fields.books] there is no kind 'number of'. Did you mean 'number'?"),
        ('kind  = "count"\n', "", "line 15: in [fields.books] there is no key 'kind'."),
        ('date       = "date"', 'date       = "day"', "line 4: date names 'day', which is no field. Known here: school, date, books, loud."),
        ('date       = "date"', 'date       = "books"', "line 4: date names 'books', which is of kind count. Name a field of kind date."),
        ('["school", "date"]', '["school", "dates"]', "line 3: key names 'dates', which is no field. Did you mean 'date'?"),
        ('["school", "date"]', '["school"]', "line 3: key leaves out 'date'. Add 'date' to key"),
        ('["school", "date"]', "[]", "key is empty. Name the fields"),
        ('["school", "date"]', '"school"', "line 3: key should be a list in [ ], not 'school'."),
        ('["school", "date"]', "[1, 2]", "line 3: key should be a list of words, not [1, 2]."),
        ('["books lent"]', '"books lent"', "in [fields.books] names should be a list in [ ], not 'books lent'."),
        ('["books lent"]', '["books lent", 3]', "in [fields.books] names should be a list of words"),
        ('["books lent"]', '["—"]', "line 15: in [fields.books] a name has no letter or digit. Remove it."),
        ('["books lent"]', '["Visit  Date"]', "line 15: the heading 'visit date' means both 'date' and 'books'. Leave it to one of them."),
        ("[fields.books]", "[fields.Books]", "'Books' cannot be the name of a field. Use small letters"),
        ("[fields.books]", "[fields.load_id]", "line 15: a field cannot be called 'load_id': Headway has a column of that name."),
        ("[fields.loud]", "[fields.books_is]", "a field cannot be called 'books_is'"),
        ("books > 500", "book > 500", "line 23: when: 'book > 500' names 'book', which is no column here. Did you mean 'books'?"),
        ("books > 500", "books > (select 1)", "uses subquery, which is not allowed here"),
        ("books > 500", "school * 2 > 500", "line 23: when: 'school * 2 > 500' cannot be worked out: Binder Error"),
        ("fix   =", "level = \"halt\"\nfix   =", "line 25: in [checks] there is no level 'halt'."),
        ("[[checks]]", "[checks]", "checks should be a list in [ ]"),
        ('date       = "date"', 'date = "date"\nparts = ["loud"]', "line 5: parts names 'loud', which is of kind yes_no, and only words can be 'all'."),
        ('date       = "date"', 'date = "date"\nforms = ["books"]', "line 5: a form should be a list of fields, not 'books'."),
        ('date       = "date"', 'date = "date"\nforms = [["books", "loads"]]', "forms names 'loads', which is no field."),
        ('date       = "date"', 'date = "date"\nlist_of = "school"', "there is no list of 'school'. Did you mean 'schools'?"),
        ('date       = "date"', 'date = "date"\nreceived = "boks > 0"', "line 5: received: 'boks > 0' names 'boks'"),
        ('kind = "yes_no"', 'kind = "yes_no"\nvalues = {maybe = ["perhaps"]}', "the values of [fields.loud] should be yes and no."),
        ('kind = "yes_no"', 'kind = "yes_no"\nvalues = {yes = "loud"}', "yes should be a list of words, not 'loud'."),
        ('kind = "yes_no"', 'kind = "code"\nvalues = {PK = ["-1"], K = ["1"]}', "in [fields.loud.values] '1' means two values."),
        ('kind = "yes_no"', 'kind = "text"\nvalues = {a = ["b"]}', "[fields.loud] has values, and its kind is text."),
        ("= \"Library", "= Library", "line 1: this is not readable TOML"),
    ])
    def test_it_says_where_what_and_what_to_do(self, tmp_path, old, new, sentence):
        assert old in VISITS
        assert sentence in refused(tmp_path, VISITS.replace(old, new, 1))

    def test_a_time_on_the_day_of_its_row_needs_a_day(self, tmp_path):
        text = VISITS.replace('date       = "date"\n', "").replace('kind  = "count"', 'kind  = "datetime"').replace("books > 500", "books is null")
        assert "'books' is a time on the day of its row, and the source has no date" in refused(tmp_path, text)

    @pytest.mark.parametrize("name", ["Library.toml", "library visits.toml", "o'neil.toml", "2026.toml"])
    def test_its_file_name_must_do_as_the_name_of_a_table(self, tmp_path, name):
        assert f"{name.removesuffix('.toml')!r} cannot be the name of a source" in refused(tmp_path, VISITS, name)

    def test_all_that_is_wrong_with_the_keys_is_said_in_one_go(self, tmp_path):
        said = refused(tmp_path, VISITS.replace("one_row_is", "one_row").replace("key  ", "kee  "))
        assert [line.partition(": ")[2].partition(".")[0] for line in said.splitlines()] == [
            "there is no key 'one_row'", "there is no key 'kee'", "there is no key 'one_row_is'", "there is no key 'key'"]

    @pytest.mark.parametrize("junk", [b"", b"\xff\xfe\x00", b"[fields", b"fields = 3\nlabel='a'\none_row_is='b'\nkey=[]", b"fields = {x = 3}\nlabel='a'\none_row_is='b'\nkey=['x']",
                                      b"label='a'\none_row_is='b'\nkey=['x']\nchecks=[3]\nfields={x={kind='text'}}"])
    def test_whatever_is_in_it_it_is_refused_in_words(self, tmp_path, junk):
        (tmp_path / "junk.toml").write_bytes(junk)
        found = load_sources(tmp_path)
        assert {*found.by_name} == {*SOURCES.by_name} and found.findings and all("junk.toml" in str(finding) for finding in found.findings)

    def test_a_file_saved_by_a_windows_editor_is_read(self, tmp_path):
        (tmp_path / "library_visits.toml").write_bytes(b"\xef\xbb\xbf" + VISITS.replace("\n", "\r\n").encode())
        assert "library_visits" in load_sources(tmp_path).by_name


class TestADistrictsOwn:
    def own(self, folder: Path, name: str, old: str = "", new: str = "") -> list[str]:
        text = (SHIPPED / f"{name}.toml").read_text()
        assert old in text
        (folder / f"{name}.toml").write_text(text.replace(old, new, 1))
        self.sources = load_sources(folder)
        return [f"{finding.level}: {finding}" for finding in self.sources.findings]

    def test_it_wins_over_the_shipped_one_and_that_is_said(self, tmp_path):
        said = self.own(tmp_path, "attendance", '"students present"', '"bodies in seats"')
        assert said == ["note: attendance.toml: the district's own attendance.toml is used instead of the shipped one. Remove it to return to the shipped one."]
        assert "bodies in seats" in self.sources["attendance"].field("present").names

    def test_it_is_added_beside_the_shipped_ones(self, tmp_path):
        (tmp_path / "library_visits.toml").write_text(VISITS)
        found = load_sources(tmp_path)
        assert found.findings == () and {*found.by_name} == {*SOURCES.by_name, "library_visits"}

    def test_a_broken_one_leaves_the_shipped_one_in_use_and_says_so(self, tmp_path):
        said = self.own(tmp_path, "attendance", "one_row_is", "one_rows_is")
        assert said[-1] == "note: attendance.toml: the shipped attendance.toml is used until this is put right. Correct the file."
        assert self.sources["attendance"] == SOURCES["attendance"] and len(said) == 3

    @pytest.mark.parametrize(("name", "old", "new", "sentence"), [
        ("family_contacts", "[fields.attempted]", "[fields.tried]", "recognised_by names 'attempted', which is no field."),
        ("coaching_visits", "[fields.minutes]", "[fields.length]", "recognised_by names 'minutes', which is no field."),
        ("walkthroughs", "[fields.focus]", "[fields.topic]", "there is no field 'focus' of kind text, which the shipped one has."),
        ("attendance", 'kind    = "count"\nnames   = ["students absent"', 'kind    = "number"\nnames   = ["students absent"', "there is no field 'absent' of kind count"),
        ("schools", 'list_of    = "schools"\n', "", "list_of or date differs from the shipped one."),
    ])
    def test_it_keeps_what_definitions_views_and_the_app_build_on(self, tmp_path, name, old, new, sentence):
        said = self.own(tmp_path, name, old, new)
        assert any(sentence in line for line in said)
        assert self.sources[name] == SOURCES[name]

    def test_a_field_told_by_a_column_nobody_has_is_said(self, tmp_path):
        said = self.own(tmp_path, "attendance_submission", '"attendance.percent"', '"attendance.percnt"')
        assert any("told_by names 'attendance.percnt', which is no field of any source. Did you mean 'attendance.percent'?" in line for line in said)

    def test_a_folder_named_like_a_source_harms_nothing(self, tmp_path):
        (tmp_path / "visits.toml").mkdir()
        assert {*load_sources(tmp_path).by_name} == {*SOURCES.by_name}

    def test_a_home_without_a_folder_of_sources_has_the_shipped_ones(self, tmp_path):
        shutil.rmtree(tmp_path)
        assert load_sources(tmp_path) == SOURCES


class TestHeadingsAsPeopleMeanThem:
    @pytest.mark.parametrize(("written", "meant"), [
        ("  School\n Code ", "school code"), ("SchoolCode", "school code"), ("school_code", "school code"), ("SCHOOL CODE:", "school code"),
        ("Attendance (%)", "attendance %"), ("% Attendance", "% attendance"), ("Attendance%", "attendance %"), ("# absent", "# absent"),
        ("École", "ecole"), ("St. Mary's", "st marys"), ("St. Mary’s", "st marys"), ("Kauaʻi High", "kauai high"), ("K–5", "k 5"), ("K-5", "k 5"),
        ("Peña", "pena"), ("Straße", "strasse"), ("学校", "学校"),
    ])
    def test_case_accents_apostrophes_punctuation_and_blanks_do_not_matter(self, written, meant):
        assert normalised(written) == meant

    @given(st.text())
    def test_what_is_normalised_stays_as_it_is(self, text):
        assert normalised(normalised(text)) == normalised(text)

    @given(st.text(alphabet=st.characters(codec="ascii")))
    def test_capitals_and_blanks_around_make_no_difference(self, text):
        assert normalised(f"  {text.lower()}\n") == normalised(text.lower()) == normalised(text.upper().lower())

    @given(st.text(alphabet=st.characters(categories=["Lo"]), min_size=1))
    def test_names_in_other_scripts_are_told_apart(self, text):
        """Once they all came out empty, and one such school was taken for every other."""
        assert normalised(text) or not any(unicodedata.category(c) == "Lo" for c in unicodedata.normalize("NFKD", text))
