"""Something new, as the Upload page asks about it: what a person may say of each column, and what could be watched from it."""
from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from data.access import Scope
from data.beside import YOUR_ANSWER
from data.layout import Table
from data.new_source import STATED, NewField, NewSource, RowsAre
from data.schools import SchoolList
from data.source import SHIPPED, FieldKind
from indicators.definition import Definition
from indicators.dictionary import KIND_WORDS
from indicators.new_definition import Offer, first_indicators
from indicators.phrases import count_words, week_words
from indicators.view import SCHOOL, View

LEAVE_OUT, ONE_DAY, ONE_SCHOOL = "-", "one day", "one school"
MAY_BE = (FieldKind.YES_NO, FieldKind.COUNT, FieldKind.NUMBER, FieldKind.PERCENT, FieldKind.MINUTES, FieldKind.DATE, FieldKind.TIME, FieldKind.DATETIME,
          FieldKind.CODE, FieldKind.TEXT, FieldKind.STUDENT)
COLUMN_WORDS = {LEAVE_OUT: "leave it out"} | {str(kind): KIND_WORDS[kind] for kind in MAY_BE}
ROWS_WORDS = {RowsAre.REPEATS: "Things that happened, such as visits or calls: two rows that look alike are two of them",
              RowsAre.EVENTS: "Things that happened: two rows about the same, told apart as below, would be a mistake",
              RowsAre.STATE: "How things stood that day, such as a count: two rows about the same would be a mistake"}
MOST_WORDS = 50             # a code may have


@dataclass(frozen=True)
class Said:
    """What a person says of a file on the page."""
    label: str
    one_row_is: str
    school: str                         # a column, or ONE_SCHOOL
    one_school: str                     # its code
    date: str                           # a column, or ONE_DAY
    day: date | None
    kinds: Mapping[str, str]            # column to kind or LEAVE_OUT
    needed: Collection[str]
    key: Collection[str]
    rows_are: RowsAre


def as_said(draft: NewSource, said: Said, table: Table) -> NewSource:
    """The draft with everything as the person said it."""
    fields = tuple(_field(f, said, table) for f in draft.fields)
    used = {f.column for f in fields if f.used}
    words = said.one_row_is.strip()
    one = words if not words or words.lower().startswith(("one ", "a ", "an ")) else f"one {words}"
    return replace(draft, label=said.label.strip(), one_row_is=one, fields=fields, school="" if said.school == ONE_SCHOOL else said.school,
                   one_school=said.one_school if said.school == ONE_SCHOOL else "", date="" if said.date == ONE_DAY else said.date,
                   day=said.day if said.date == ONE_DAY else None, key=tuple(column for column in said.key if column in used), rows_are=said.rows_are,
                   tells_school_days=draft.tells_school_days and said.date == draft.date and said.school != ONE_SCHOOL)


def schools_offered(schools: SchoolList, scope: Scope) -> dict[str, str]:
    """The schools a file may be about, of those this person may see: code to name."""
    found = {code: name if name == code else f"{name} ({code})" for code, name in schools.names.items() if scope.may_see(code)}
    return dict(sorted(found.items(), key=lambda pair: pair[1]))


def as_it_came(table: Table) -> Table:
    """The table without the columns it was given by a person's answers."""
    return replace(table, headers=tuple(header for header in table.headers if not (header.column in STATED and header.told == YOUR_ANSWER)))


def _field(f: NewField, said: Said, table: Table) -> NewField:
    picked = said.kinds.get(f.column, str(f.kind) if f.used else LEAVE_OUT)
    if picked == LEAVE_OUT:
        return replace(f, used=False, needed=False)
    kind = FieldKind(picked)
    return replace(f, kind=kind, used=True, needed=f.column in said.needed, values=f.values if f.values and kind == FieldKind.CODE else _words(table, f.column, kind))


def _words(table: Table, column: str, kind: FieldKind) -> tuple[str, ...]:
    """The words of a column that is said to have a few; none where it has many, and then any will do."""
    if kind != FieldKind.CODE:
        return ()
    words = pc.utf8_trim_whitespace(pc.cast(table.body[column], pa.string())).drop_null().unique().to_pylist()
    return tuple(sorted(filter(None, words))) if len(words) <= MOST_WORDS else ()


def seen(f: NewField) -> str:
    """Its first few texts, and why it is taken for what it is."""
    return f"{', '.join([*f.seen, '…'])}: {f.why}" if f.seen else f.why


def offers(view: View, load_id: int) -> list[Offer]:
    """What could be watched from the district's own kinds that this load fed, without what is watched already."""
    fed = (view.tables.value("select sources from load where load_id = ?", load_id) or "").split(", ")
    own = [source for name in fed if (source := view.sources.by_name.get(name)) and source.path.parent != SHIPPED]
    watched = {(d.source, d.numerator, d.denominator) for d in view.definitions}
    return [offer for source in own for offer in first_indicators(source) if (offer.source, offer.numerator, offer.denominator) not in watched]


def watched(view: View, load_id: int) -> list[Definition]:
    """The indicators made of the district's own kinds that this load fed."""
    fed = (view.tables.value("select sources from load where load_id = ?", load_id) or "").split(", ")
    return [d for d in view.definitions if d.source in fed and d.source in view.sources.by_name and view.sources[d.source].path.parent != SHIPPED]


def numbers_of(view: View, definition: Definition) -> str:
    """How many schools have a number of it, and for which week last; or why there is none yet."""
    schools, week = view.tables.rows("select count(distinct place), max(week) from point where indicator = ? and kind = ? and value is not null",
                                     definition.name, SCHOOL)[0]
    if week:
        return f"{count_words(schools, 'school')} {'has' if schools == 1 else 'have'} a number, the newest for the {week_words(week, view.as_of)}."
    if view.tables.value("select count(*) from week") == 0:
        return "It has no number yet: Headway does not know which days school was open. Load attendance or a school calendar, once."
    return "It has no number yet: none of its days is a school day Headway knows. A school calendar of that year would tell."
