"""A kind of spreadsheet nobody has declared yet: what a person says of one of its files becomes a source's TOML."""
from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import count
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from data.beside import DAY, SCHOOL
from data.finding import Finding, Level, Refused
from data.layout import Table
from data.source import FieldKind, Source, Sources, normalised, read_source
from data.source_rules import TAKEN
from data.toml_text import line

LONGEST_NAME = 40
LONGEST_LABEL = 120
# Words a field's SQL would be mixed up with; TAKEN are columns of our own.
RESERVED = TAKEN | {"one", "measure", "numerator", "denominator", "expected", "received", "indicator", "rows", "gone"}
# The columns a table is given when all its rows are about a school or a day that somebody names, and their headings.
STATED = {SCHOOL: "School", DAY: "Date"}


class RowsAre(StrEnum):
    """What the rows of a file are, which decides what a second one with the same key means."""
    STATE = "state"         # how things stood: a second one would be a contradiction
    EVENTS = "events"       # things that happened, told apart by the key
    REPEATS = "repeats"     # things that happened, of which two may look alike


@dataclass(frozen=True)
class NewField:
    """One column of the file and what it is taken for, with the reason."""
    column: str
    heading: str
    kind: FieldKind
    why: str
    used: bool = True
    needed: bool = False
    values: tuple[str, ...] = ()        # of a code
    seen: tuple[str, ...] = ()          # its first few texts


@dataclass(frozen=True)
class NewSource:
    """What a person says of a file. `school`, `date` and `key` name columns by their letter; `key` beyond those two.

    Without a `school` all rows are about `one_school`, its code; without a `date` about one `day`. The next file is about another one."""
    label: str
    one_row_is: str
    fields: tuple[NewField, ...]
    school: str = ""
    one_school: str = ""
    date: str = ""
    day: date | None = None
    key: tuple[str, ...] = ()
    rows_are: RowsAre = RowsAre.REPEATS
    tells_school_days: bool = False
    name: str = ""

    @property
    def used(self) -> tuple[NewField, ...]:
        """The fields to be stored: school and day have the kinds they must have, whatever was guessed, and are needed."""
        where = {self.school: FieldKind.SCHOOL, self.date: FieldKind.DATE}
        found = tuple(replace(f, kind=where[f.column], needed=True, values=()) if f.column in where
                      else replace(f, kind=FieldKind.TEXT) if f.kind == FieldKind.SCHOOL else f for f in self.fields if f.used or f.column in where)
        said = {SCHOOL: self.one_school and not self.school, DAY: self.day and not self.date}
        kinds = {SCHOOL: FieldKind.SCHOOL, DAY: FieldKind.DATE}
        return (*found, *(NewField(column, STATED[column], kinds[column], f"the {column} you named", needed=True) for column in STATED if said[column]))

    @property
    def where_and_when(self) -> tuple[str, str]:
        """The columns of the school and of the day; those a table is given where it has none."""
        return self.school or SCHOOL, self.date or DAY

    def answers(self, sheet: str) -> dict[str, str]:
        """What reads a sheet as this kind. An empty answer takes back an earlier one."""
        return {f"source:{sheet}": self.name, f"{SCHOOL}:{sheet}": "" if self.school else self.one_school} | (
            {f"{DAY}:{sheet}": self.day.isoformat()} if self.day and not self.date else {})


def named(new: NewSource, taken: Iterable[str]) -> NewSource:
    """The same with a name made of its label, none of those taken."""
    return replace(new, name=free_name(new.label, taken, "own_kind"))


def free_name(words: str, taken: Iterable[str], otherwise: str) -> str:
    """Small letters, digits and _, beginning with a letter, not taken."""
    plain = "_".join(normalised(words).encode("ascii", "ignore").decode().replace("%", " percent ").replace("#", " number ").split())
    plain = "".join(c for c in plain if c.isalnum() or c == "_")[:LONGEST_NAME].strip("_")
    base = plain if plain[:1].isalpha() else "_".join(filter(None, (otherwise, plain)))
    base = f"{base}_it" if base.endswith("_is") else base           # x_is stands beside x and says why it is not there
    taken = {*taken, *RESERVED}
    return next(name for n in count(1) if (name := base if n == 1 else f"{base}_{n}") not in taken)


def field_names(fields: Iterable[NewField]) -> list[str]:
    """A name for each field; none reads like the heading of another one."""
    fields, names = list(fields), []
    for f in fields:
        others = {"_".join(normalised(other.heading).split()) for other in fields if other is not f}
        names.append(free_name(f.heading, {*names, *others}, "column"))
    return names


def as_toml(new: NewSource) -> str:
    """A source file: the headings become the names under which the next file is recognised."""
    names = dict(zip((f.column for f in new.used), field_names(new.used), strict=True))
    where = new.where_and_when
    key = [*where, *(c for c in new.key if c in names and c not in where)]
    recognised = tuple(names[f.column] for f in new.used if not f.needed)
    lines = [line("label", _one_line(new.label)), line("one_row_is", _one_line(new.one_row_is)),
             line("key", tuple(names[c] for c in key)), line("date", names[where[1]]),
             line("events", new.rows_are != RowsAre.STATE), line("repeats", new.rows_are == RowsAre.REPEATS)]
    if new.tells_school_days and new.rows_are == RowsAre.STATE:
        lines.append(line("tells_school_days", True))
    if recognised:
        lines.append(line("forms", (recognised,)))
    return "\n".join([*lines, *(text for f in new.used for text in _field_lines(names[f.column], f)), ""])


def _field_lines(name: str, f: NewField) -> Iterable[str]:
    yield from ("", f"[fields.{name}]", line("kind", str(f.kind)), line("required", f.needed), line("label", _one_line(f.heading)),
                line("says", f"What the column “{_one_line(f.heading)}” says."))
    if values := _values(f):
        yield f"[fields.{name}.values]"
        yield from (line(value, words) for value, words in values.items())


def _values(f: NewField) -> dict[str, tuple[str, ...]]:
    """The words of a code; two that only differ in how they are written are one."""
    found: dict[str, list[str]] = {}
    for text in f.values if f.kind == FieldKind.CODE else ():
        if normalised(text):
            found.setdefault(normalised(text), []).append(_one_line(text))
    return {words[0]: tuple(words[1:]) for words in found.values()}


def _one_line(text: str) -> str:
    return " ".join(text.split())


def problems(new: NewSource, table: Table, sources: Sources) -> list[Finding]:
    """Why this cannot be a kind of spreadsheet, in words for the person who fills in the form; empty when it can."""
    found = [*_unsaid(new, sources), *_bad_headings(new)]
    if found:
        return found
    found = [*_contradictions(new, table)]
    return found or read_text(as_toml(new), new.name or "own_kind")[1]


def read_text(text: str, name: str) -> tuple[Source | None, list[Finding]]:
    """The source a text would be as a file of this name, or why it would be none."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.toml"
        path.write_text(text, encoding="utf-8")
        try:
            return read_source(path), []
        except Refused as refused:
            return None, list(refused.findings)


def _unsaid(new: NewSource, sources: Sources) -> Iterable[Finding]:
    """What only the person can say and has not said."""
    if not normalised(new.label) or len(new.label) > LONGEST_LABEL:
        yield _problem("it has no name yet" if not new.label.strip() else "this cannot be its name", "Write in a few words what the file is.")
    if same := next((source.label for source in sources if normalised(source.label) == normalised(new.label) and source.name != new.name), ""):
        yield _problem(f"there is a kind of spreadsheet called {same!r} already", "Give this one another name.")
    if not new.one_row_is.strip():
        yield _problem("nobody has said what one row is", "Finish the sentence: one row is one visit, one student, one day at a school.")
    if new.school not in {f.column for f in new.fields} and not new.one_school:
        yield _problem("no column says which school a row is about", "Choose it, or name the one school all rows are about: every number belongs to a school.")
    if new.date not in {f.column for f in new.fields} and not new.day:
        yield _problem("no column says which day a row is about", "Choose it, or name the one day all rows are about: Headway follows schools week by week.")
    if new.school and new.school == new.date:
        yield _problem("one column cannot be both the school and the day", "Choose another one for one of them.")


def _bad_headings(new: NewSource) -> Iterable[Finding]:
    """Columns that could not be found again in the next file."""
    said: dict[str, str] = {}
    for f in new.used:
        words = normalised(f.heading)
        if not words:
            yield _problem("a heading without a letter or digit would not be found again", "Leave the column out, or give it a heading.", f.heading)
        elif words in said:
            yield _problem("two columns have the same heading", "Leave one of them out, or name them apart in the file.", f.heading)
        said[words] = f.heading


def _contradictions(new: NewSource, table: Table) -> Iterable[Finding]:
    """Rows that would contradict each other, because what is said to make a row unique does not."""
    if new.rows_are == RowsAre.REPEATS:
        return
    key = [c for c in (new.school, new.date, *new.key) if c]
    twice = repeated(table, key, [f.column for f in new.used if f.column not in STATED])
    if twice:
        headings = {f.column: f.heading for f in new.fields}
        same = ", ".join(headings[c] for c in dict.fromkeys(key)) or "school and day"
        yield _problem(f"{twice:,} {'row has' if twice == 1 else 'rows have'} the same {same} as another row and say something else",
                       "Choose one more column that tells them apart, or say that two rows alike are two things that happened.")


def repeated(table: Table, key: list[str], columns: list[str]) -> int:
    """How many rows share their key with another row that says something else in these columns."""
    names = list(dict.fromkeys([*key, *columns]))
    texts = {name: pc.utf8_trim_whitespace(pc.cast(table.body[name], pa.string())) for name in names}
    once = pa.table(texts).group_by(names).aggregate([])
    return once.num_rows - (once.group_by(list(dict.fromkeys(key))).aggregate([]).num_rows if key else 1) if once.num_rows else 0


def _problem(what: str, remedy: str, column: str = "") -> Finding:
    return Finding(Level.STOP, what, remedy, column=column)
