"""The SQL a district may write: everything that is not on the list is refused by name, and what is on it adds up."""
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.expression import LONGEST, problem_with, trial
from data.facts import columns
from indicators.definition import load_definitions, row_columns
from tests.understanding import SOURCES

DEFINITIONS = load_definitions(SOURCES)
COLUMNS = {"present": "bigint", "enrolled": "bigint", "excused": "boolean", "how": "varchar", "day": "date"}

# What somebody might try, and the word by which it is refused.
ATTACKS = {
    "other tables": [
        ("(select count(*) from live_students)", "subquery"), ("present in (select 1)", "subquery"), ("exists (from live_students)", "subquery"),
        ("present > all (select 1)", "subquery"), ("1) as v from t, live_students as u, (select 1", "cannot be read"),
        ("1) as v from live_students --", "cannot be read"), ("1) as v from live_students as t --\n, (select 1", "cannot be read"),
        ("1) as v from t union all select (2", "more than one expression"), ("1) as v from t except select (2", "more than one expression"),
        ("1) as v from t intersect select (2", "more than one expression"), ("live_students.name", "'live_students.name', which is no column"),
        ("main.live_students.name", "which is no column"), ("t", "'t', which is no column"), ("rowid", "'rowid', which is no column"),
        ("*", "star"), ("columns('.*')", "star"), ("t.*", "star")],
    "other statements": [
        ("1); drop table event; select (1", "cannot be read"), ("1); delete from event --", "cannot be read"), ("1; select 2", "cannot be read"),
        ("1) as v from t; attach 'x.db'; select (1", "cannot be read"), ("1) as v from t; select (2", "more than one expression"),
        ("1), (2", "more than one expression"), ("", "cannot be read"), ("drop table event", "cannot be read"), (")", "cannot be read"),
        ("1 --", "more than one expression"), ("1 /* so far */", "more than one expression"), ("1) as v from t order by (1", "cannot be read"),
        ("1) as v from t qualify (true", "cannot be read"), ("1) as v from t using sample (10", "cannot be read")],
    "the machine": [
        ("read_text('/etc/passwd')", "read_text()"), ("getenv('HOME')", "getenv()"), ("query('select 1')", "query()"), ("current_setting('threads')", "current_setting()"),
        ("getvariable('x')", "getvariable()"), ("nextval('s')", "nextval()"), ("version()", "version()"), ("current_user", "'current_user', which is no column"),
        ("pg_sleep(9)", "pg_sleep()"), ("write_log('x')", "write_log()"), ("json_serialize_sql('select 1')", "json_serialize_sql()")],
    "time and chance": [
        ("now()", "now()"), ("current_date", "'current_date', which is no column"), ("today()", "today()"), ("random()", "random()"), ("uuid()", "uuid()"),
        ("date '2026-11-16'", "turns a value into date"), ("interval 1 day", "to_days()"), ("epoch(how)", "epoch()")],
    "memory and patience": [
        ("repeat('x', 2000000000)", "repeat()"), ("range(200000000)", "range()"), ("list_transform([1], lambda x: x)", "list_transform()"),
        ("array_agg(present)", "array_agg()"), ("string_agg(how)", "string_agg()"), ("[1, 2]", "list_value()"), ("{'a': 1}", "struct_pack()"),
        ("how[1]", "array extract"), ("how like '%_a%_a%_a%_a%b'", "may never come to an end"), ("how like lower('%')", "may never come to an end"), ("regexp_matches(how, '(a+)+')", "regexp_matches()"), ("lower(repeat(how, 99))", "repeat()"),
        ("x" * (LONGEST + 1), "longer than 2,000 characters"), ("+".join(["1"] * 990), ""), ("(" * 900 + "1" + ")" * 900, "")],
    "other shapes": [
        ("sum(present) over ()", "window"), ("row_number() over (order by present)", "window"), ("how::int", "turns a value into integer"),
        ("try_cast(how as bigint)", "turns a value into bigint"), ("try(present)", "try"), ("how collate nocase", "collate"), ("?", "parameter"), ("$1", "parameter"),
        ("sum(present) export_state", "sum()"), ("sum(present order by enrolled)", "sum()"), ("main.sum(present)", "sum()"),
        ("(present, enrolled)", "row()"), ("how || how", "||()"), ("grouping(how)", "grouping"), ("unnest([1])", "unnest()")],
}
EVERY_ATTACK = [pytest.param(text, word, id=f"{kind}: {text[:40]}") for kind, found in ATTACKS.items() for text, word in found]


class TestAttacks:
    def test_there_are_enough_of_them(self):
        assert len(EVERY_ATTACK) >= 40

    @pytest.mark.parametrize(("text", "word"), EVERY_ATTACK)
    @pytest.mark.parametrize("aggregate", [False, True])
    def test_each_is_refused_by_name_or_harmless(self, text, word, aggregate):
        """Where the word is empty the text is only long: it may pass as a condition, and must not bring anything down."""
        said = problem_with(text, COLUMNS, aggregate=aggregate)
        assert word in said if word else isinstance(said, str)
        assert said or (not word and not aggregate)

    @given(st.text(max_size=60))
    def test_whatever_is_written_the_answer_is_a_sentence(self, text):
        assert isinstance(problem_with(text, COLUMNS, aggregate=True), str)

    @given(st.text(alphabet="()'\"-*/;, \n\\$%", max_size=20))
    def test_no_mixture_of_marks_is_one_expression(self, text):
        """It names no column and no number, so it can only be refused, or be a text in quotes."""
        assert problem_with(text, COLUMNS, aggregate=True)


class TestSumsOnly:
    """Add first, divide last: a numerator worked out on any split of the rows must add up to the whole."""
    @pytest.mark.parametrize(("text", "reason"), [
        ("sum(present) / sum(enrolled)", "divides. Write numerator and denominator apart: we add first and divide last."),
        ("sum(present // 2)", "divides. Write numerator and denominator apart"), ("avg(present)", "averages. Write numerator and denominator apart: we add first and divide last."),
        ("mean(present)", "averages. Write"), ("max(present)", "takes one value of many, which does not add up over weeks and schools. Use sum or count."),
        ("min(present)", "takes one value of many"), ("count(distinct how)", "counts each value once, which does not add up over weeks and schools. Count rows."),
        ("sum(distinct present)", "counts each value once"), ("sum(sum(present))", "has a sum inside sum(). Sum once."),
        ("sum(present) filter (where sum(enrolled) > 1)", "has a sum inside sum()"),
        ("present", "names 'present' outside a sum. Write sum(present) or count(*) filter (where present)."), ("sum(present) + enrolled", "names 'enrolled' outside a sum"),
        ("sum(present) + 1", "does not add up"), ("7", "does not add up"), ("2 * 3", "does not add up"), ("sum(present) * sum(enrolled)", "does not add up"),
        ("coalesce(sum(present), 1)", "does not add up"), ("greatest(sum(present), sum(enrolled))", "does not add up"), ("abs(sum(present))", "does not add up"),
        ("round(sum(present))", "does not add up"), ("sum(present) % 2", "does not add up"), ("case when count(*) > 9 then sum(present) end", "does not add up"),
        ("nullif(sum(present), 0)", "does not add up"), ("sum(present) > 3", "does not add up"), ("not count(*)", "does not add up")])
    def test_what_does_not_add_up_is_refused_with_the_reason(self, text, reason):
        assert reason in problem_with(text, COLUMNS, aggregate=True)

    @pytest.mark.parametrize("text", [
        "sum(present)", "count(*)", "count(how)", "sum(present) filter (where excused)", "count(*) filter (where how like 'phone%')", "2 * sum(present)", "sum(present) * 0.5",
        "sum(enrolled) - sum(present)", "-sum(present)", "coalesce(sum(present), 0) + count(*) filter (where excused is not true)",
        "sum(case when present > 3 then 1 else 0 end)", "sum(least(present, enrolled))", "sum(coalesce(present, 7))", "sum(nullif(present, 0))", "sum(round(present * 0.5))"])
    def test_what_adds_up_is_allowed(self, text):
        assert problem_with(text, COLUMNS, aggregate=True) == ""

    @pytest.mark.parametrize("text", ["present > enrolled", "excused", "not excused", "excused is not true", "how in ('phone', 'text')", "how not in ('fax')", "present between 1 and 9",
                                      "present is null or enrolled is not null", "how is distinct from 'fax'", "lower(how) = 'phone'", "true", "10 * present >= 9 * enrolled"])
    def test_a_condition_on_a_row(self, text):
        assert problem_with(text, COLUMNS, aggregate=False) == ""

    @pytest.mark.parametrize("text", ["sum(present) > 3", "count(*)"])
    def test_a_condition_is_about_one_row(self, text):
        assert "which is not allowed here" in problem_with(text, COLUMNS, aggregate=False)

    def test_a_typing_error_names_the_nearest_column(self):
        assert problem_with("presnt > 3", COLUMNS, aggregate=False) == "'presnt > 3' names 'presnt', which is no column here. Did you mean 'present'?"


class TestShippedExpressions:
    @pytest.mark.parametrize("definition", [*DEFINITIONS], ids=lambda definition: definition.name)
    def test_those_of_every_definition_are_allowed(self, definition):
        known = row_columns(definition, SOURCES)
        assert problem_with(definition.where, known, aggregate=False) == ""
        assert [problem_with(text, known, aggregate=True) for text in (definition.numerator, definition.denominator) if text] in ([""], ["", ""])

    @pytest.mark.parametrize("source", [*SOURCES], ids=lambda source: source.name)
    def test_those_of_every_source_are_allowed_and_run(self, source):
        known = columns(source)
        for text in [source.received, *(check.when for check in source.checks), *(f.derive for f in source.fields if f.derive)]:
            assert problem_with(text, known, aggregate=False) == "" == trial(f"select {text} from rows", known)


class TestTrial:
    @pytest.mark.parametrize(("sql", "said"), [("select sum(how) from rows", "sum"), ("select how + 1 from rows", "+"), ("select how = 1 from rows", "Could not convert"),
                                               ("select nothing from rows", "nothing")])
    def test_what_cannot_be_worked_out_on_a_row_is_said_beforehand(self, sql, said):
        """Once it stopped every load of the district."""
        assert said in trial(sql, COLUMNS)

    def test_what_can_is_fine(self):
        assert trial("select sum(present) from rows where excused", COLUMNS) == ""

    def test_it_reaches_nothing_outside(self):
        assert trial("select * from read_text('/etc/passwd')", COLUMNS) and trial("select * from event", COLUMNS)


def test_a_number_without_end_is_not_made():
    """1e999 is infinite in a parse tree; multiplied with a sum it would be a weekly number."""
    assert "holds a number without end" in problem_with("1e999 * sum(present)", COLUMNS, aggregate=True)
