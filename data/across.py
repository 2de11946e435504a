"""Days, weeks or class periods that stand beside each other become rows below each other, each knowing its cell."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.blocks import Reading
from data.finding import Finding, Level
from data.heading import ACROSS, Across, Moment, moment, readings
from data.layout import BESIDE, CELL, VALUES, Header, Table, left_out
from data.matching import Question
from data.source import FieldKind, Source, Sources, normalised

WHEN, WHICH_DAYS, AS_ROWS = "when", "days", "across"      # a column of our own, and keys of answers
SCHOOL_DAYS = 5
MEASURED = (FieldKind.COUNT, FieldKind.NUMBER, FieldKind.PERCENT, FieldKind.MINUTES, FieldKind.YES_NO, FieldKind.TIME, FieldKind.DATETIME)
WORDS = {Across.DAY: "days", Across.WEEK: "weeks", Across.PERIOD: "class periods"}


@dataclass(frozen=True)
class Column:
    """One of the columns beside each other: what its heading says of when, and what it measures, if it says so."""
    header: Header
    when: tuple[Moment, ...]
    measure: str


@dataclass(frozen=True)
class Unfolded:
    """A table, its columns turned into rows where they stood across; and what must be asked for that, or told."""
    table: Table
    answers: Mapping[str, str]
    questions: tuple[Question, ...] = ()
    findings: tuple[Finding, ...] = ()


def unfold(table: Table, sources: Sources, answers: Mapping[str, str], *, today: date, said: Iterable[str] = ()) -> Unfolded:
    """`said` are texts beside the table, such as its titles and the names of its sheet and file: they may tell year and measure."""
    if left_out(table, answers):
        return Unfolded(table, answers)
    if table.beside and table.beside.read == Reading.UNSURE:
        return Unfolded(table, answers, (_ask_beside(table),))
    beside, columns = _told_beside(table), _across(table)
    if not (columns and table.body.num_rows) or answers.get(f"{AS_ROWS}:{table.sheet}") == "no":
        return Unfolded(table, answers, (), beside)
    said = [*said]
    kind, texts, questions = _when(columns, table, answers, today, said)
    if questions:
        return Unfolded(table, answers, tuple(questions), beside)
    rows = _as_rows(table, columns, texts, kind)
    told = Finding(Level.NOTE, f"{len(set(texts))} {WORDS[kind]} stand beside each other ({columns[0].header.text} to {columns[-1].header.text}); "
                   f"each became rows{_days_told(kind, texts)}", "Say below how to read it if that is wrong.", sheet=table.sheet, row=table.header_row)
    return _named(replace(rows), sources, answers, said, (*beside, told))


def _ask_beside(table: Table) -> Question:
    """Whether blocks of columns with an empty one between them are one table."""
    where = f" of sheet {table.within}" if table.within else ""
    return Question(f"{BESIDE}:{table.within}", f"Columns {table.beside} have an empty column between them{where}. Are they one table?",
                    {Reading.ONE: "yes, each row goes on to the right", Reading.APART: "no, each is a table of its own"}, holds_for_alike=False)


def _told_beside(table: Table) -> tuple[Finding, ...]:
    """That tables were taken for tables of their own, said once: with the first of them."""
    if not (table.beside and table.beside.read == Reading.APART and table.beside.mine == table.beside.places[0]):
        return ()
    return (Finding(Level.NOTE, f"tables stand beside each other, in columns {table.beside}; each was read by itself",
                    "Say below how to read it if that is wrong.", sheet=table.within),)


def _across(table: Table) -> list[Column]:
    """The columns that are days, weeks or periods of the same things; none where there are too few to be sure."""
    return _moments_across(table) or _numbers_across(table)


def _numbers_across(table: Table) -> list[Column]:
    """Columns headed 1, 2, 3, …: most likely class periods, and nothing is made of them before somebody said what their cells are."""
    found = [header for header in table.headers if header.text.isdigit()]
    counted = [header.text for header in found] == [str(n) for n in range(1, len(found) + 1)]
    return [Column(header, (Moment(Across.PERIOD, header.text),), "") for header in found] if counted and len(found) >= ACROSS else []


def _moments_across(table: Table) -> list[Column]:
    found = [Column(header, tuple(m for part in header.parts if (m := moment(part))),
                    " ".join(part for part in header.parts if not moment(part))) for header in table.headers]
    under: dict[str, set] = {}
    for column in found:
        under.setdefault(column.measure, set()).update(column.when[-1:])
    found = [c for c in found if c.when and (moment(c.header.parts[-1]) or len(under[c.measure]) > 1)]
    kinds = [_kind(column.when) for column in found]
    most = max(set(kinds), key=kinds.count, default=None)
    found = [column for column, kind in zip(found, kinds, strict=True) if kind == most]
    dated = most == Across.PERIOD or all(any(m.orders for m in column.when) for column in found)
    return found if len({column.when for column in found}) >= ACROSS and dated else []


def _kind(when: tuple[Moment, ...]) -> Across:
    if any(m.kind == Across.PERIOD for m in when):
        return Across.PERIOD
    return Across.WEEK if all(m.kind == Across.WEEK for m in when) else Across.DAY


def _when(columns: list[Column], table: Table, answers: Mapping[str, str], today: date, said: list[str]
          ) -> tuple[Across, list[str], list[Question]]:
    """What stands in each column's new cell: a day as 2026-11-16, or the period's name; or the question which days are meant."""
    kind = _kind(columns[0].when)
    if kind == Across.PERIOD:
        return kind, [next(m.words for m in column.when if m.kind == Across.PERIOD) for column in columns], []
    dated = [next(m for m in column.when if m.orders) for column in columns]
    possible = readings([*dict.fromkeys(dated)], today, _years_in(said))
    key = f"{WHICH_DAYS}:{table.sheet}"
    first = dated[0]
    chosen = [days for days in possible if str(days[first]) == answers.get(key)] or possible[:1] * (len(possible) == 1)
    if not chosen:
        options = {str(days[first]): f"{days[first].day} {days[first]:%b %Y} to {days[dated[-1]].day} {days[dated[-1]]:%b %Y}" for days in possible}
        ask = f"Which days are {first.words} to {dated[-1].words}?" + ("" if options else " No reading of them is a day before today.")
        return kind, [], [Question(key, ask, options or {"": "none that we can read"}, holds_for_alike=False)]
    return kind, [str(_on_weekday(chosen[0][m], column.when)) for m, column in zip(dated, columns, strict=True)], []


def _on_weekday(day: date, when: tuple[Moment, ...]) -> date:
    """A weekday under the heading of its week."""
    weekday = next((m.weekday for m in when if m.weekday is not None and not m.orders), None)
    return day if weekday is None else day - timedelta(days=day.weekday()) + timedelta(days=weekday)


def _years_in(said: list[str]) -> set[int]:
    """Years that titles and names mention, 2026 or 2026-27."""
    numbers = [int(word) for text in said for word in normalised(text).split() if word.isdigit() and len(word) == 4]
    return {number for number in numbers if 1990 <= number <= 2060}


def _days_told(kind: Across, texts: list[str]) -> str:
    if kind == Across.PERIOD:
        return ""
    first, last = date.fromisoformat(min(texts)), date.fromisoformat(max(texts))
    return f", from {first.day} {first:%b %Y} to {last.day} {last:%b %Y}"


def _as_rows(table: Table, columns: list[Column], texts: list[str], kind: Across) -> Table:
    """One row for each row and day (or week, or period) that has something in it."""
    across = {column.header.column for column in columns}
    kept = [header for header in table.headers if header.column not in across]
    measures = [*dict.fromkeys(column.measure for column in columns)]
    groups = [(text, {column.measure: column.header.column for _, column in group})
              for text, group in groupby(sorted(zip(texts, columns, strict=True), key=lambda pair: texts.index(pair[0])), key=lambda pair: pair[0])]
    count = table.body.num_rows
    order = np.arange(count * len(groups)).reshape(len(groups), count).T.ravel()          # row by row, not column by column
    again = pa.array(np.repeat(np.arange(count), len(groups)))
    cells = {name: table.body[name].take(again) for name in ("row", *(header.column for header in kept))}
    cells[WHEN] = _repeated([text for text, _ in groups], count)
    cells[CELL] = _repeated([next(iter(group.values())) for _, group in groups], count)
    names = {measure: f"{VALUES}{at}" for at, measure in enumerate(measures)}
    for measure, name in names.items():
        stacked = [pc.cast(table.body[group[measure]], pa.string()) if measure in group else pa.chunked_array([pa.nulls(count, pa.string())])
                   for _, group in groups]
        cells[name] = pa.concat_arrays([chunk for column in stacked for chunk in column.chunks]).take(pa.array(order))
    body = pa.table(cells)
    filled = np.any([body[name].is_valid().to_numpy() for name in names.values()], axis=0)
    headers = (*kept, Header(WHEN, "Period" if kind == Across.PERIOD else "Date", told="from the headings"),
               *(Header(name, measure, told="the cells below them") for measure, name in names.items()))
    return replace(table, headers=headers, body=body.filter(pa.array(filled)), across=kind)


def _repeated(texts: list[str], times: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(np.tile(np.arange(len(texts), dtype=np.int32), times)), pa.array(texts, pa.string()))


def _named(table: Table, sources: Sources, answers: Mapping[str, str], said: list[str], told: tuple[Finding, ...]) -> Unfolded:
    """Give the cells a name where their headings only say when: by a title, or by the person's answer, or ask."""
    nameless = [header for header in table.headers if header.column.startswith(VALUES) and not header.text]
    if not nameless:
        return Unfolded(table, answers, (), told)
    options = {f"{source.name}.{name}": f"{source.field(name).label}, {source.label}" for source, name in _could_be(sources, table)}
    key = f"{VALUES}:{table.sheet}"
    by_title = {option for option in options for text in said if _names(sources, option, text)}
    chosen = answers.get(key) or (next(iter(by_title)) if len(by_title) == 1 else "")
    if chosen not in options:
        ask = f"What do the cells below the {WORDS[table.across]} say?"
        return Unfolded(table, answers, (Question(key, ask, options),), told)
    source, _, name = chosen.partition(".")
    headers = tuple(replace(h, text=sources[source].field(name).label) if h in nameless else h for h in table.headers)
    more = {f"source:{table.sheet}": source, f"column:{table.sheet}:{chosen}": nameless[0].column}
    return Unfolded(replace(table, headers=headers), {**answers, **more}, (), told)


def _could_be(sources: Sources, table: Table) -> Iterable[tuple[Source, str]]:
    """Fields that can stand alone beside where and when."""
    where = {"roster"} if table.across == Across.PERIOD else set()
    for source in sources:
        known = {source.school, source.date} | where | {f.name for f in source.fields if any(normalised(h.text) in f.names for h in table.headers)}
        for f in source.fields:
            enough = {one.name for one in source.fields if one.required} <= known | {f.name}
            formed = not source.forms or any({*form} <= known | {f.name} and f.name in form for form in source.forms)
            if source.date and not (source.list_of or source.repeats) and f.kind in MEASURED and enough and formed:
                yield source, f.name


def _names(sources: Sources, option: str, text: str) -> bool:
    """Is a title the name of this field, alone or beside other words such as a school's?"""
    source, _, name = option.partition(".")
    said = f" {normalised(text)} "
    return any(f" {known} " in said for known in sources[source].field(name).names if len(known) > 3)


def cells_beside(table: Table) -> dict[tuple[str, str], str]:
    """For a table whose columns become rows: the place of such a row and one of its columns, to the letter of the cell it came from."""
    columns = _across(table)
    measures, first = [*dict.fromkeys(column.measure for column in columns)], {}
    for column in columns:
        first.setdefault(column.when, column.header.column)
    return {(first[column.when], f"{VALUES}{measures.index(column.measure)}"): column.header.column for column in columns}


def days_of_weeks(table: Table) -> Table:
    """A week's percentage stands for each of its school days: the mean of the week is that percentage."""
    mondays = [date.fromisoformat(text) for text in pc.cast(table.body[WHEN], pa.string()).to_pylist()]
    again = pa.array(np.repeat(np.arange(len(mondays)), SCHOOL_DAYS))
    body = table.body.take(again)
    days = [str(day - timedelta(days=day.weekday() - n)) for day in mondays for n in range(SCHOOL_DAYS)]
    at = body.schema.get_field_index(WHEN)
    return replace(table, body=body.set_column(at, WHEN, pa.array(days, pa.string()).dictionary_encode()))
