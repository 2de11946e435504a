"""Rows finer than a source's: a row a student where a school-day is one row. Added up when a person says so, never on our own."""
from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from data.checking import Typed
from data.facts import columns
from data.finding import Finding, Level
from data.layout import Header, Table
from data.matching import Match, Question
from data.source import FieldKind, Sources, normalised
from data.store import in_memory, quoted

ADD_UP = "addup"            # the answer that lets rows be added up: yes or no
YES, NO = "yes", "no"
# Headings of what only a row about one student has, beside those the sources know students by.
OF_ONE_STUDENT = {"student name", "pupil name", "student", "first name", "last name", "ssn", "social security number", "birth date", "date of birth"}


def added_up(typed: Typed, match: Match, table: Table, sources: Sources, answers: Mapping[str, str]) -> Typed:
    """The rows with one for each key where the table has a row a student: counts added, the first row's place kept.

    Until somebody has said so, the rows stay as they are and a question joins them; said no, they stay out."""
    finer = _students(table, match, sources)
    if not finer or not _repeats(typed, match):
        return typed
    key = f"{ADD_UP}:{table.sheet}"
    said = answers.get(key)
    if said != YES:
        if said is None:
            typed.questions.append(Question(key, f"Each row is about one student (column {finer.text}), and {match.source.label} has "
                                            f"{match.source.one_row_is.split(',')[0]} a row. Add the rows up?",
                                            {YES: "yes, add up the counts of each school and day", NO: "no, this is something else"}))
        problem = f"rows about single students (column {finer.text}) are finer than {match.source.one_row_is.split(',')[0]}"
        remedy = "Say below whether they may be added up, or choose another kind of spreadsheet."
        typed.findings.append(Finding(Level.STOP, problem, remedy, rows=typed.rows.num_rows))
        typed.refuse(np.ones(typed.rows.num_rows, bool), problem, remedy)
        return typed
    return _summed(typed, match)


def _students(table: Table, match: Match, sources: Sources) -> Header | None:
    """A column of students that this source has no use for."""
    names = {name for source in sources for f in source.fields if f.kind == FieldKind.STUDENT for name in f.names}
    used = {header.column for header in match.columns.values()}
    return next((h for h in table.headers if h.column not in used and normalised(h.text) in names | OF_ONE_STUDENT), None)


def _repeats(typed: Typed, match: Match) -> bool:
    keys = zip(*(typed.rows[name].to_pylist() for name in match.source.key), strict=True)
    return len({*keys}) < typed.rows.num_rows


def _summed(typed: Typed, match: Match) -> Typed:
    """Counts added by key; a count that some row lacks is not known for the whole; what is no count does not add up."""
    source = match.source
    kinds = {f.name: f.kind for f in source.fields}
    named = [name for name in columns(source) if name not in source.key]
    sums = [f"case when count(*) = count({quoted(name)}) then sum({quoted(name)})::bigint end as {quoted(name)}" if kinds.get(name) == FieldKind.COUNT else
            f"null as {quoted(name)}" for name in named]
    keys = ", ".join(map(quoted, source.key))
    found = in_memory(rows=typed.rows.append_column("out", pa.array(typed.out))).table(
        f"select min(file_row)::integer as file_row, {keys}, {', '.join(sums)} from rows where not out group by {keys} order by file_row")
    rows = pa.table({name: found[name].cast(typed.rows.schema.field(name).type) for name in ("file_row", *columns(source))})
    told = Finding(Level.NOTE, f"{typed.rows.num_rows:,} rows about single students were added up to {rows.num_rows:,}", "Nothing to do.")
    return Typed(rows, np.zeros(rows.num_rows, bool), np.zeros(rows.num_rows, bool), [*typed.findings, told], typed.questions, typed.dates, typed.refusals)
