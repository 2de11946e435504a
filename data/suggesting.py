"""Which kind of spreadsheet a table could be when its headings are no names we know: a suggestion with its reasons, for a person to confirm."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

import pyarrow as pa
import pyarrow.compute as pc

from data.layout import Header, Table
from data.matching import EXACT, NOT_USED, SYNONYM, Match, Question, matched_columns
from data.schools import SchoolList
from data.source import Field, FieldKind, Source, Sources, normalised
from data.values import date_orders, judge, mark_of

SUGGEST = "suggest"         # the key of the answer: a source's name, or none of them
CONFIRMED = "as you confirmed"
LOOKED_AT = 200             # distinct texts of a column that are judged
FITS = 0.6                  # of them that must make sense as the field's kind
ALIKE = 0.8                 # how much alike a heading and a name must be written
MOST_OFFERED = 2
DENIED = {"not", "no", "non", "un", "without", "never"}       # words that turn a name into its opposite
WHERE_AND_WHEN = (FieldKind.SCHOOL, FieldKind.DATE, FieldKind.STUDENT)


@dataclass(frozen=True)
class Idea:
    """A column that may be a field, and how good the idea is."""
    worth: float
    field: Field
    header: Header


def suggested(table: Table, sources: Sources, schools: SchoolList, answers: Mapping[str, str]) -> tuple[list[Match], list[Question]]:
    """The match a person has confirmed; or the question which of the likeliest it is; or nothing, where nothing is likely."""
    key = f"{SUGGEST}:{table.sheet}"
    said = answers.get(key)
    if said == NOT_USED:
        return [], []
    matches = sorted(filter(None, (_idea_of(table, source, schools, answers) for source in sources if not source.list_of)),
                     key=lambda m: len(m.columns), reverse=True)
    if said:
        return [replace(m, why=m.why | {name: CONFIRMED for name, why in m.why.items() if why not in (EXACT, SYNONYM)}) for m in matches if m.source.name == said], []
    if not matches:
        return [], []
    options = {m.source.name: f"{m.source.label}: {_in_words(m)}" for m in matches[:MOST_OFFERED]}
    return [], [Question(key, "We do not know these headings. Could this be it?", options | {NOT_USED: "no, I choose the columns myself"})]


def _in_words(m: Match) -> str:
    return ", ".join(f"“{header.text}” is {m.source.field(name).label}" for name, header in m.columns.items())


def _idea_of(table: Table, source: Source, schools: SchoolList, answers: Mapping[str, str]) -> Match | None:
    """The table as this source, certain columns first, then the best ideas; None where it would still lack something."""
    columns, why = matched_columns(table, source, answers)
    free = [header for header in table.headers if header not in columns.values()]
    ideas = sorted((Idea(worth, f, header) for f in source.fields if f.name not in columns for header in free
                    if (worth := _alike(f, header)) and _fits(table, header, f, schools)), key=lambda idea: -idea.worth)
    for idea in ideas:
        if idea.field.name not in columns and idea.header in free:
            columns[idea.field.name], why[idea.field.name] = idea.header, "its words and what is in it"
            free.remove(idea.header)
    enough = all(f.name in columns for f in source.fields if f.required)
    formed = not source.forms or any({*form} <= columns.keys() for form in source.forms)
    known = not source.recognised_by or any(name in columns for name in source.recognised_by)
    measured = any(source.field(name).kind not in WHERE_AND_WHEN for name in columns)
    return Match(source, columns, why, sheet=table.sheet) if enough and formed and known and measured else None


def _alike(f: Field, header: Header) -> float:
    """How much a heading says of a field's names: all words of a name in it, or nearly the same letters."""
    said = normalised(header.text)
    words = {*said.split()}
    if words & DENIED:
        return 0
    within = max((len(name) / max(len(said), 1) for name in f.names if {*name.split()} <= words), default=0)
    alike = max(SequenceMatcher(None, said, name).ratio() for name in f.names)
    return 1 + within if within else alike if alike >= ALIKE else 0


def _fits(table: Table, header: Header, f: Field, schools: SchoolList) -> bool:
    """Do most texts of the column make sense as this kind of field? Words make sense as words only."""
    column = pc.cast(table.body[header.column], pa.string()).drop_null().unique().slice(0, LOOKED_AT).to_pylist()
    texts = [text for text in column if not mark_of(text, f.kind)]
    if not texts:
        return False
    if f.kind == FieldKind.SCHOOL:
        return schools.open or sum(not schools.judge(text).problem or bool(schools.likely(text)) for text in texts) >= FITS * len(texts)
    judged = judge(texts, f, dates=date_orders(texts)[0])
    return sum(not each.problem for each in judged) >= FITS * len(texts)
