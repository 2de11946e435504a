"""What the indicators mean: every shipped definition is run, and a wrong one is explained and harms no other."""
from __future__ import annotations

import shutil
from datetime import date, time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from data.facts import ensure_tables
from data.finding import Level, Refused
from data.source import ALL
from data.store import in_memory
from indicators.definition import EXPECTED, SHIPPED, VIEWS, load_definitions, read_definition, read_view, row_columns
from indicators.examples import failures
from indicators.weekly import numbers, recompute, relation
from tests.understanding import DEFINITIONS, SOURCES, Desk

LIBRARY = '''label       = "Calm classrooms"
question    = "Is it calm?"
description = "Visits with feedback."
source      = "walkthroughs"
where       = "feedback_given is not null"
numerator   = "count(*) filter (where feedback_given)"
denominator = "count(*)"
target      = 80.0

[[examples]]
rows = """
school, date, teacher, feedback_given
A, 2026-11-16, Room 1, yes
A, 2026-11-16, Room 2, no
"""
numerator   = 1
denominator = 2
'''
EACH = pytest.mark.parametrize("definition", [*DEFINITIONS], ids=lambda definition: definition.name)


def refused(folder: Path, text: str, name: str = "calm.toml") -> str:
    (folder / name).write_text(text)
    with pytest.raises(Refused) as said:
        read_definition(folder / name, SOURCES)
    assert all(finding.level is Level.STOP and finding.remedy for finding in said.value.findings)
    return str(said.value)


def totals(definition, rows: pa.Table) -> dict[str, tuple[float, float]]:
    """Measure to numerator and denominator of these rows, by the SQL the weekly numbers come from."""
    sql = numbers(definition, "(select *, 1 as one from rows)", period="null::date", places="one")
    return {measure: numbers_of for measure, *numbers_of in in_memory(rows=rows).rows(f"select measure, numerator, denominator from ({sql})")}


def some_rows(definition, count: int, seed: int) -> pa.Table:
    """Rows at random that pass the source's own checks, with every column now and then empty."""
    rng = np.random.default_rng(seed)
    makes = {"bigint": lambda: int(rng.integers(0, 40)), "double": lambda: float(rng.integers(0, 1001)) / 10, "boolean": lambda: bool(rng.integers(2)),
             "varchar": lambda: str(rng.choice(["A", "B", ALL, "suppressed"])), "date": lambda: date(2026, 11, int(rng.integers(16, 21))),
             "time": lambda: time(int(rng.integers(8, 12)), 30), "timestamp": lambda: np.datetime64(f"2026-11-{rng.integers(16, 21)}T09:10").item()}
    types = {"bigint": pa.int64(), "double": pa.float64(), "boolean": pa.bool_(), "varchar": pa.string(), "date": pa.date32(), "time": pa.time64("us"),
             "timestamp": pa.timestamp("us")}
    table = pa.table({name: pa.array([None if rng.random() < 0.3 else makes[kind]() for _ in range(count)], types[kind])
                      for name, kind in row_columns(definition, SOURCES).items()})
    checks = [] if definition.view else SOURCES[definition.source].checks
    wrong = " or ".join(f"coalesce({check.when}, false)" for check in checks) or "false"
    return in_memory(rows=table).table(f"select * from rows where not ({wrong})")


class TestShippedDefinitions:
    def test_every_one_loads_without_a_word(self):
        assert DEFINITIONS.findings == () and len([*DEFINITIONS]) == len([*SHIPPED.glob("*.toml")])

    @EACH
    def test_its_examples_are_worked_out_right(self, definition):
        assert definition.examples and failures(definition, SOURCES) == []

    @EACH
    def test_it_runs_on_an_empty_district(self, definition, tmp_path, store):
        Desk(tmp_path, store).look("School,Name\nA,Adams\n")
        with store.change() as change:
            ensure_tables(change, SOURCES)
            recompute(change, DEFINITIONS, SOURCES, 0)
        assert store.value("select count(*) from weekly where indicator = ?", definition.name) == 0
        assert store.rows(f"select * from {relation(definition, store, SOURCES)} x") == []

    @EACH
    def test_the_numbers_of_any_split_of_the_rows_add_up_to_the_whole(self, definition):
        """Add first, divide last: two schools, three weeks or five files give the number of all rows together."""
        for seed in range(8):
            rows = some_rows(definition, 60, seed)
            which = np.random.default_rng(seed).integers(0, 4, rows.num_rows)
            split = [totals(definition, rows.filter(pa.array(which == part))) for part in range(4)]
            whole = totals(definition, rows)
            for measure in ("counts", "percentages") if definition.denominator else ():
                added = [sum(part.get(measure, (0, 0))[at] for part in split) for at in (0, 1)]
                assert added == pytest.approx(whole.get(measure, (0, 0)), abs=1e-6), (seed, measure)

    @EACH
    def test_a_value_is_a_number_or_nothing_and_a_share_lies_between_none_and_all(self, definition):
        """A thousand lots of one to a few rows at random, worked out side by side."""
        rows = some_rows(definition, 2500, 7)
        lots = pa.array(np.random.default_rng(7).integers(0, 1000, rows.num_rows))
        sql = numbers(definition, "rows", period="null::date", places="lot")
        found = in_memory(rows=rows.append_column("lot", lots)).rows(f"select lot, numerator, denominator from ({sql})")
        assert len({lot for lot, *_ in found}) > 400
        for lot, numerator, denominator in found:
            assert np.isfinite([numerator, denominator]).all() and denominator >= 0
            if definition.unit == "percent" and denominator:
                assert 0 <= numerator <= denominator, lot

    @EACH
    def test_it_is_said_in_words_people_use(self, definition):
        assert definition.question.endswith("?") and definition.description.endswith(".") and definition.reference and definition.owner
        assert definition.numerator in definition.in_words()
        assert len(definition.short) <= 20

    @pytest.mark.parametrize("file", sorted(VIEWS.glob("*.sql")), ids=lambda file: file.stem)
    def test_a_view_gives_the_columns_it_promises(self, file, tmp_path, store):
        view = read_view(file)
        Desk(tmp_path, store).load("School,Date,Present,Enrolled\nA,2026-11-16,9,10\n")
        [definition] = [d for d in DEFINITIONS if d.source == view.name][:1]
        given = store.table(f"select * from {relation(definition, store, SOURCES)} x limit 0")
        kinds = {"string": "varchar", "date32[day]": "date", "int64": "bigint", "int32": "bigint", "bool": "boolean"}
        assert {name: kinds[str(given.schema.field(name).type)] for name in given.column_names} == view.columns
        assert view.covered_by in (*SOURCES.by_name, EXPECTED)


class TestAWrongDefinition:
    def test_the_one_these_tests_break_is_right(self, tmp_path):
        (tmp_path / "calm.toml").write_text(LIBRARY)
        assert failures(read_definition(tmp_path / "calm.toml", SOURCES), SOURCES) == []

    @pytest.mark.parametrize(("old", "new", "sentence"), [
        ("numerator   =", "numerater =", "calm.toml, line 6: there is no key 'numerater'. Did you mean 'numerator'?"),
        ('question    = "Is it calm?"\n', "", "calm.toml: there is no key 'question'. Add question = text in quotes."),
        ("80.0", '"80"', "line 8: target should be a number, not '80'."), ("80.0", "true", "line 8: target should be a number, not True."),
        ("80.0", "0.8", "line 8: the target 0.8 looks like a share of one. Write 80."), ("80.0", "180", "the target 180 is no percentage."),
        ('"walkthroughs"', '"walkthrough"', "line 4: there is no source 'walkthrough'. Did you mean 'walkthroughs'?"),
        ('"walkthroughs"', '"absence_followup"', "Did you mean 'absence_follow_up'?"),
        ('"feedback_given is', '"feedback_giv is', "line 5: where: 'feedback_giv is not null' names 'feedback_giv', which is no column here. Did you mean 'feedback_given'?"),
        ('"count(*)"', '"avg(1)"', "averages. Write numerator and denominator apart"), ('"count(*)"', '"feedback_given"', "names 'feedback_given' outside a sum."),
        ("(where feedback_given)", "(where teacher)", "line 6: its expressions cannot be worked out: Conversion Error"),
        ("count(*) filter (where feedback_given)", "sum(teacher)", "cannot be worked out: Binder Error"),
        ("target ", 'window = "month"\ntarget ', "line 8: there is no window 'month'. Known here: week, rolling 4 weeks, year_to_date."),
        ("target ", 'unit = "percents"\ntarget ', "there is no unit 'percents'. Did you mean 'percent'?"),
        ("target ", 'better = "up"\ntarget ', "there is no better 'up'."), ("target ", "settles_after_school_days = -1\ntarget ", "settles_after_school_days is below zero."),
        ("target ", "settles_after_school_days = 1.5\ntarget ", "should be a whole number, not 1.5."),
        ('denominator = "count(*)"\n', "", "a percent needs a denominator."),
        ("target ", 'percent_field = "teacher"\ntarget ', "percent_field names 'teacher', which is no percentage here."),
        ("[[examples]]", "[[example]]", "there is no key 'example'. Did you mean 'examples'?"), ("rows = ", "row = ", "in [examples] there is no key 'row'. Did you mean 'rows'?"),
        ('"Calm', "Calm", "line 1: this is not readable TOML"),
    ])
    def test_it_says_where_what_and_what_to_do(self, tmp_path, old, new, sentence):
        assert old in LIBRARY
        assert sentence in refused(tmp_path, LIBRARY.replace(old, new, 1))

    ANEW = '[[new_baselines]]\nfrom = 2026-01-05\nwhy = "Rosters are taken in the second period now."\n\n[[examples]]'

    @pytest.mark.parametrize(("old", "new", "sentence"), [
        ("from =", "since =", "in [new_baselines] there is no key 'since'."),
        ("2026-01-05", '"2026-01-05"', "line 11: in [new_baselines] from should be a day without quotes, such as 2026-01-05, not '2026-01-05'."),
        ("2026-01-05", "2026-01-05T08:00:00", "from should be a day without quotes, such as 2026-01-05, not datetime.datetime(2026, 1, 5, 8, 0)."),
        ("2026-01-05", "2026-01-07", "line 11: in [new_baselines] from 2026-01-07 is a Wednesday, and weeks begin on Monday. Write 2026-01-05, or 2026-01-12 for the week after."),
        ('why = "Rosters are taken in the second period now."\n', "", "line 10: in [new_baselines] there is no key 'why'. Add why = text in quotes."),
        ('"Rosters are taken in the second period now."', '" "', "line 12: in [new_baselines] nothing says why the usual range starts anew from 2026-01-05."),
        ("[[new_baselines]]", '[[new_baselines]]\nfrom = 2026-01-05\nwhy = "Twice."\n[[new_baselines]]', "from 2026-01-05 is there twice. Keep one of the two."),
        ("[[new_baselines]]", "[new_baselines]", "new_baselines should be a list in [ ]"),
        ("[[new_baselines]]", "[[new_baseline]]", "there is no key 'new_baseline'. Did you mean 'new_baselines'?"),
    ])
    def test_a_new_baseline_needs_a_monday_and_a_reason(self, tmp_path, old, new, sentence):
        text = LIBRARY.replace("[[examples]]", self.ANEW, 1)
        (tmp_path / "calm.toml").write_text(text)
        [baseline] = read_definition(tmp_path / "calm.toml", SOURCES).new_baselines
        assert (baseline.since, baseline.why) == (date(2026, 1, 5), "Rosters are taken in the second period now.")
        assert old in text and sentence in refused(tmp_path, text.replace(old, new, 1))

    @pytest.mark.parametrize("window", ["rolling 4 weeks", "year_to_date"])
    def test_what_has_no_usual_range_cannot_start_one_anew(self, tmp_path, window):
        text = LIBRARY.replace("[[examples]]", self.ANEW, 1).replace("target ", f'window = "{window}"\ntarget ', 1)
        assert f"new_baselines cannot go with the window '{window}', which has no usual range to start anew. Remove them." in refused(tmp_path, text)

    def test_weeks_of_counts_and_of_percentages_are_never_added_up(self, tmp_path):
        rate = (SHIPPED / "attendance_rate.toml").read_text().replace('percent_field = "percent"', 'percent_field = "percent"\nwindow = "rolling 4 weeks"')
        assert "weeks of counts and of percentages would be mixed. Use window = \"week\"." in refused(tmp_path, rate)

    def test_its_file_name_must_do_as_a_name(self, tmp_path):
        assert "\"o'neil\" cannot be the name of an indicator." in refused(tmp_path, LIBRARY, "o'neil.toml")

    def test_a_broken_one_of_the_districts_own_leaves_the_shipped_one_in_use(self, tmp_path):
        shipped = (SHIPPED / "attendance_rate.toml").read_text()
        (tmp_path / "attendance_rate.toml").write_text(shipped.replace("numerator   =", "numerater =", 1))
        (tmp_path / "calm.toml").write_text(LIBRARY)
        found = load_definitions(SOURCES, tmp_path)
        assert found["attendance_rate"] == DEFINITIONS["attendance_rate"] and "calm" in found
        assert "attendance_rate.toml: the shipped attendance_rate.toml is used until this is put right. Correct the file." in map(str, found.findings)

    def test_one_of_the_districts_own_wins_and_that_is_said(self, tmp_path):
        shutil.copy(SHIPPED / "attendance_rate.toml", tmp_path)
        [said] = load_definitions(SOURCES, tmp_path).findings
        assert str(said).startswith("attendance_rate.toml: the district's own attendance_rate.toml is used instead of the shipped one.")

    @pytest.mark.parametrize("junk", [b"", b"\xff", b"examples = [3]", b"label = 3", b"[[examples]]\nrows = 3", LIBRARY.replace("[[examples]]", "examples = [3]\n[other]").encode()])
    def test_whatever_is_in_it_it_is_refused_in_words(self, tmp_path, junk):
        (tmp_path / "junk.toml").write_bytes(junk)
        found = load_definitions(SOURCES, tmp_path)
        assert {*found.by_name} == {*DEFINITIONS.by_name} and found.findings and all("junk.toml" in str(finding) for finding in found.findings)


class TestExamplesThatProveNothing:
    @pytest.mark.parametrize(("old", "new", "sentence"), [
        ("numerator   = 1", "numerator   = 2", "calm.toml: example 1 gives 1 of 2, not 2 of 2. Correct the example or the expression."),
        ("Room 2, no", "Room 2, maybe", "calm.toml: example 1: Row 3, feedback_given: this is neither yes nor no ('maybe')."),
        ("teacher, feedback_given", "teacher, feedback_giv", "calm.toml: example 1: Row 1: there is no column 'feedback_giv'. Did you mean 'feedback_given'?"),
        ("Room 2, no", "Room 2", "calm.toml: example 1: Row 3: there are 3 cells under 4 headings."),
        ("2026-11-16, Room 1", "soon, Room 1", "calm.toml: example 1: Row 2, date: this is not a date ('soon')."),
    ])
    def test_it_is_said_and_no_row_is_left_out_in_silence(self, tmp_path, old, new, sentence):
        (tmp_path / "calm.toml").write_text(LIBRARY.replace(old, new, 1))
        assert sentence in "\n".join(failures(read_definition(tmp_path / "calm.toml", SOURCES), SOURCES))

    def test_a_cell_of_a_view_that_cannot_be_read_is_said_too(self, tmp_path):
        shipped = (SHIPPED / "absences_with_contact.toml").read_text()
        (tmp_path / "tried.toml").write_text(shipped.replace("2026-11-16, 3,", "2026-11-16, three,"))
        assert failures(read_definition(tmp_path / "tried.toml", SOURCES), SOURCES) == [
            "tried.toml: example 1: absences: this is no bigint ('three'). Correct the cell."]
