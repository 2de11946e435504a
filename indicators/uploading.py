"""What a page shows of an upload that was understood. Worked out once, by the worker; a rerun only draws it.

All texts are plain: the page escapes them.
"""
from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from data.facts import Part
from data.finding import Finding, Level
from data.prepare import COVERS, ONLY_ITS_ROWS
from data.preview import Altered, Effect, WeekCount
from data.schools import SchoolList
from data.source import FieldKind, Source
from indicators.definition import Definitions
from indicators.district import Understood
from indicators.moves import Moves, moves_of
from indicators.phrases import count_words, day_words, listed, sentence_case, week_words, weekday_words, weeks_words
from indicators.sheets import SheetRead, sheets_read
from indicators.words import several, uncapital

WEEKS_SHOWN = 8
LINES_SHOWN = 10
FORMULA_STARTS = ("=", "+", "-", "@", "\t")     # a spreadsheet program would run a cell that begins so


@dataclass(frozen=True)
class Changes:
    """What would happen to the rows of one kind of spreadsheet, or of several that would change alike."""
    kind: str
    new: int
    changed: int
    unchanged: int
    gone: int
    weeks: tuple[tuple[str, int, int, int, int], ...]       # week, schools, new, changed, gone: the newest first
    earlier_weeks: str
    by_school: pa.Table                                     # school, new, changed, unchanged, gone


@dataclass(frozen=True)
class Cover:
    """The days a file of events could be complete for, beyond those it has rows for."""
    first: date
    last: date
    words: str
    schools: int

    @property
    def answer(self) -> str:
        return f"{self.first}..{self.last}"


@dataclass(frozen=True)
class Preview:
    """An understood upload in words and short tables."""
    understood: Understood
    answer: str                                     # the first, bold sentence
    told: str                                       # what it was read as
    changes: tuple[Changes, ...]
    findings: tuple[Finding, ...]                   # worst first, then row by row
    findings_heading: str
    sheets: tuple[SheetRead, ...]
    altered: tuple[tuple[str, str, str, str, str], ...]     # school, day, field, was, becomes
    gone_where: tuple[str, ...]
    cover: Cover | None
    moves: Moves | None                             # None where they were not worked out
    ready: int
    new: int
    changed: int
    gone: int

    @property
    def can_be_accepted(self) -> bool:
        prepared = self.understood.prepared
        return not (prepared.stopped or prepared.questions)


def preview_of(understood: Understood, schools: SchoolList, today: date, definitions: Definitions) -> Preview:
    """Everything a page says about an upload, in the names of the district's schools."""
    prepared = understood.prepared
    effects = [effect for effect in understood.effects if not effect.harvested]
    names = {**_names_taken_along(understood), **schools.names}
    return Preview(
        understood, _answer(understood), _told(understood, effects, schools, today), tuple(_changes(effects, names, today)),
        tuple(sorted(prepared.findings, key=lambda f: (list(Level).index(f.level), f.sheet, f.row or 0))), _findings_heading(prepared.refused, prepared.findings),
        tuple(sheets_read(prepared, understood.answers)), tuple(_altered(effects, names, today)), tuple(_gone(effects, names, today)),
        _cover(understood, schools, today), None if understood.moved is None else moves_of(understood.moved, definitions, names, today), prepared.rows, *(understood.total(what) for what in ("new", "changed", "gone")))


def findings_csv(findings: Iterable[Finding]) -> str:
    """The findings as a spreadsheet to work through; no cell of it can start a formula."""
    written = io.StringIO()
    lines = csv.writer(written)
    lines.writerow(["Sheet", "Row", "Column", "Value", "What is wrong", "What to do", "Rows alike"])
    for f in findings:
        lines.writerow([_inert(cell) for cell in (f.sheet, f.row, f.column, f.value, f.problem, f.remedy, f.rows)])
    return written.getvalue()


def _inert(cell: Any) -> str:
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _answer(understood: Understood) -> str:
    """How many rows are ready, need the uploader, or were set aside."""
    prepared = understood.prepared
    first = f"{several(len(prepared.questions), 'question')} first" if prepared.questions else ""
    if prepared.stopped:
        return f"{sentence_case(first)}." if first else "We cannot read this file yet."
    parts = [f"{first}, then " * bool(first) + f"{count_words(prepared.rows, 'row')} {'is' if prepared.rows == 1 else 'are'} ready"]
    if prepared.refused:
        parts.append(f"{prepared.refused:,} {'needs' if prepared.refused == 1 else 'need'} you")
    if aside := len(prepared.set_aside):
        parts.append(f"{aside:,} {'was' if aside == 1 else 'were'} set aside")
    return sentence_case(", ".join(parts)) + "."


def _told(understood: Understood, effects: list[Effect], schools: SchoolList, today: date) -> str:
    """What the file was read as, of which weeks, from how many schools."""
    parts = [part for part in understood.prepared.parts if not part.harvested]
    if not parts:
        return ""
    kinds = listed(list(dict.fromkeys(uncapital(part.source.label) for part in parts)))
    sheets = [f"sheet “{name}”" for name in dict.fromkeys(part.sheet for part in parts) if name]
    there = [(count.school_id, count.week) for effect in effects for count in effect.weeks if count.new or count.changed or count.unchanged]
    weeks, sent = {week for _, week in there if week}, {school for school, _ in there if school}
    when = [weeks_words(min(weeks), max(weeks), today)] if weeks else []
    known = len(schools.names)
    whose = [f"{len(sent):,} of {known:,} schools" if known >= len(sent) else count_words(len(sent), "school")] if sent else []
    return ", ".join([f"We read it as {kinds}", *sheets, *when, *whose]) + f". {_reach(understood, parts, effects, known, today)}"


def _reach(understood: Understood, parts: list[Part], effects: list[Effect], known: int, today: date) -> str:
    """Whether the file only adds or takes the place of what stands, and how far."""
    said = understood.answers.get(COVERS, ONLY_ITS_ROWS)
    if completed := next((part.completes for part in parts if part.completes), 0):
        return f"It completes load {completed}: its rows come beside those already there."
    if said != ONLY_ITS_ROWS and any(part.source.events for part in parts):
        first, last = (day_words(date.fromisoformat(day), today) for day in said.split(".."))
        return f"It replaces everything from {first} to {last} at all {count_words(known, 'school')}, also where it has no rows."
    if not any(effect.total(what) for effect in effects for what in ("changed", "unchanged", "gone")):
        return "It only adds: nothing stands yet for what it is about."
    scopes = [part.scope.select(["school_id", "day"]) for part in parts if part.source.date]
    about = count_words(pa.concat_tables(scopes).group_by(["school_id", "day"]).aggregate([]).num_rows, "school-day") if scopes else "lines of the list"
    return f"It replaces what stands for the {about} it has; everything else stays as it is."


def _findings_heading(refused: int, findings: Iterable[Finding]) -> str:
    """Two rows need you, one thing to know."""
    findings = list(findings)
    others = sum(f.level != Level.STOP for f in findings)
    stops = len(findings) - others
    need = [several(refused, "row needs you", "rows need you")] if refused else []
    if stops and not refused:
        need = [several(stops, "thing stops this file", "things stop this file")]
    know = [several(others, "thing to know", "things to know")] if others else []
    return sentence_case(", ".join(need + know))


def _changes(effects: list[Effect], names: dict[str, str], today: date) -> Iterable[Changes]:
    """Kinds of spreadsheet that would change alike, such as two that are read from the same cells, are told once."""
    alike: dict[tuple, list[Effect]] = {}
    for effect in effects:
        alike.setdefault(effect.weeks, []).append(effect)
    for same in alike.values():
        kind = listed([effect.source.label for effect in same]) + (", each" if len(same) > 1 else "")
        yield Changes(kind, *(same[0].total(what) for what in ("new", "changed", "unchanged", "gone")),
                      *_by_week(same[0], today), _by_school(same[0], names))


def _by_week(effect: Effect, today: date) -> tuple[tuple[tuple[str, int, int, int, int], ...], str]:
    """The newest weeks in which something would change, and a sentence on the ones before."""
    weeks: dict[date, list] = {}
    for count in (count for count in effect.weeks if count.week and (count.new or count.changed or count.gone)):
        week = weeks.setdefault(count.week, [set(), 0, 0, 0])
        week[0].add(count.school_id)
        for at, number in enumerate((count.new, count.changed, count.gone), 1):
            week[at] += number
    newest = sorted(weeks, reverse=True)
    shown = tuple((week_words(week, today), len(weeks[week][0]), *weeks[week][1:]) for week in newest[:WEEKS_SHOWN])
    rest = newest[WEEKS_SHOWN:]
    new, changed, gone = (sum(weeks[week][at] for week in rest) for at in (1, 2, 3))
    return shown, (f"and {count_words(len(rest), 'earlier week')}: {new:,} new, {changed:,} changed, {gone:,} gone" if rest else "")


def _by_school(effect: Effect, names: dict[str, str]) -> pa.Table:
    schools: dict[str, list[int]] = {}
    for count in (count for count in effect.weeks if count.school_id):
        school = schools.setdefault(count.school_id, [0, 0, 0, 0])
        for at, number in enumerate((count.new, count.changed, count.unchanged, count.gone)):
            school[at] += number
    order = sorted(schools, key=lambda school: (names.get(school) or school, school))
    numbers = {what: [schools[school][at] for school in order] for at, what in enumerate(("New", "Changed", "Unchanged", "Gone"))}
    return pa.table({"School": pa.array([names.get(school) or school for school in order], pa.string())}
                    | {what: pa.array(column, pa.int64()) for what, column in numbers.items()})


def _altered(effects: list[Effect], names: dict[str, str], today: date) -> Iterable[tuple[str, str, str, str, str]]:
    """The first values that would change. A student's mark is never shown."""
    for effect in effects:
        shown = [altered for altered in effect.altered if _field_words(effect.source, altered.field)]
        for altered in shown[:LINES_SHOWN]:
            yield (_place(altered, names), weekday_words(altered.day, today) if altered.day else "",
                   _field_words(effect.source, altered.field), value_words(altered.was, today), value_words(altered.becomes, today))


def _field_words(source: Source, field: str) -> str:
    """The field's label; empty for students. Beside a number stands why it is not there."""
    name = field.removesuffix("_is") if field not in {f.name for f in source.fields} else field
    found = source.field(name)
    if found.kind == FieldKind.STUDENT:
        return ""
    return found.label if name == field else f"{found.label}, why not there"


def value_words(value: Any, today: date) -> str:
    """A stored value as a person would write it."""
    match value:
        case None: return "nothing"
        case bool(): return "yes" if value else "no"
        case datetime(): return f"{day_words(value.date(), today)} {value:%H:%M}"
        case date(): return day_words(value, today)
        case float(): return f"{value:,.10g}"
        case int(): return f"{value:,}"
        case _: return str(value)


def _gone(effects: list[Effect], names: dict[str, str], today: date) -> Iterable[str]:
    """Where rows would go, school by school and week by week."""
    found = [(effect.source, count) for effect in effects for count in effect.weeks if count.gone]
    for source, count in found[:LINES_SHOWN]:
        where = ", ".join(filter(None, (_place(count, names), week_words(count.week, today) if count.week else "")))
        yield f"{where}: {count_words(count.gone, 'row')} of {uncapital(source.label)}"
    if len(found) > LINES_SHOWN:
        yield f"and {count_words(len(found) - LINES_SHOWN, 'more school-week')}"


def _place(of: WeekCount | Altered, names: dict[str, str]) -> str:
    return names.get(of.school_id) or of.school_id or "every school"


def _names_taken_along(understood: Understood) -> dict[str, str]:
    """Names of schools that the file itself brings."""
    lists = [part for part in understood.prepared.parts if part.source.list_of == "schools"]
    return {code: name for part in lists
            for code, name in zip(part.rows["school"].to_pylist(), part.rows["name"].to_pylist(), strict=True) if name}


def _cover(understood: Understood, schools: SchoolList, today: date) -> Cover | None:
    """For a file of events with a school list to speak for: from its first to its last day."""
    days = [part.rows[part.source.date] for part in understood.prepared.parts if part.source.events and not part.harvested]
    if not days or not schools.names:
        return None
    ends = [pc.min_max(column).as_py() for column in days]
    first, last = min(end["min"] for end in ends), max(end["max"] for end in ends)
    words = f"Every day from {day_words(first, today)} to {day_words(last, today)}" if first < last else f"All of {day_words(first, today)}"
    return Cover(first, last, words, len(schools.names))
