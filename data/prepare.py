"""The way of a file from text cells to what would be stored: lay out, match, judge, check, claim. Stores nothing."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data import matching
from data.adding_up import added_up
from data.across import days_of_weeks, unfold
from data.beside import printed_on, texts_beside, told_beside
from data.blank import NOT_READ
from data.cells import Sheet
from data.checking import Setting, Typed, check_rows, typed_rows
from data.claims import certain, units
from data.filldown import filled_down, sections
from data.facts import Part
from data.finding import Finding, Level
from data.grid import Grid
from data.harvest import take_list
from data.heading import Across
from data.layout import VALUES, SetAside, Table, lay_out, left_out, without_totals
from data.matching import Match, Question
from data.memory import WORD, Lesson, Memory, lessons, shape
from data.mended import BadRows, Original, Refusal, bad_rows, mended
from data.repeats import across_sheets
from data.schools import SchoolList
from data.source import FieldKind, Source, Sources
from data.suggesting import suggested

COVERS = "covers"            # the answer that makes a file of events complete: 2026-11-09..2026-11-13, or "rows"
ONLY_ITS_ROWS = "rows"
HIDDEN = "hidden"            # the answer that says whether a hidden sheet counts: read or out


@dataclass(frozen=True)
class Prepared:
    """A file understood: what would be stored, what stays out and why, what must be asked first."""
    file: str
    tables: tuple[Table, ...] = ()
    matches: tuple[Match, ...] = ()
    parts: tuple[Part, ...] = ()
    refused: int = 0
    findings: tuple[Finding, ...] = ()
    questions: tuple[Question, ...] = ()
    lessons: tuple[Lesson, ...] = ()        # what the answers teach about files like this one
    printed: date | None = None             # when the report was run, by its own words
    bad: tuple[BadRows, ...] = ()           # the rows that stay out, table by table, with their cells
    mends: Original | None = None           # the file whose rows these are, where they were mended in a workbook of their own

    @property
    def stopped(self) -> bool:
        """Nothing of this file can be stored: no rows could be read as anything we know."""
        return not self.parts

    @property
    def set_aside(self) -> list[SetAside]:
        return [*{(table.sheet, aside.row): aside for table in self.tables for aside in table.set_aside}.values()]

    @property
    def rows(self) -> int:
        """Rows of the file ready to be stored, each counted once however many sources it feeds."""
        return rows_of(self.parts)


def rows_of(parts: Iterable[Part]) -> int:
    """The rows of a file that feed a source; lists taken along add none."""
    by_sheet: dict[str, list[np.ndarray]] = {}
    for part in parts:
        if not part.harvested:
            by_sheet.setdefault(part.sheet, []).append(part.rows["file_row"].to_numpy())
    return sum(1 + int(np.count_nonzero(np.diff(np.sort(np.concatenate(rows))))) for rows in by_sheet.values())


@dataclass
class _Work:
    """What is gathered sheet by sheet."""
    tables: list[Table] = field(default_factory=list)
    matches: list[Match] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    unsure: dict[str, set] = field(default_factory=dict)      # source name to the units of its refused rows
    lessons: list[Lesson] = field(default_factory=list)
    laid_out: dict[str, Table] = field(default_factory=dict)
    refusals: list[tuple[str, Refusal]] = field(default_factory=list)     # each with its table's name
    refused: int = 0


def prepare(grid: Grid, sources: Sources, schools: SchoolList, last_day: date | None, *, file: str, today: date,
            students: Callable[[str], str], answers: Mapping[str, str], memory: Memory | None = None) -> Prepared:
    """Understand a whole file. `last_day` is the newest day on record: an older file does not rename schools. `today` is
    the day it was handed over: dates without a year lie before it. `memory` answers what was answered before."""
    work = _Work(findings=list(grid.findings))
    setting = Setting(schools, students, answers, file, today)
    memory = memory or Memory()
    for sheet in grid.sheets:
        if _is_ours(sheet):
            work.findings.append(Finding(Level.NOTE, "this sheet explains our blank workbook and holds no rows", "Nothing to do.", file=file, sheet=sheet.name))
            continue
        tables = lay_out(sheet, sources, answers) if sheet.cells.num_rows else []
        if not tables:
            work.findings.append(Finding(Level.NOTE if len(grid.sheets) > 1 else Level.STOP, "there is no row of headings",
                                         "Put a heading above each column.", file=file, sheet=sheet.name))
        for table in tables:
            table, by_hand = mended(table, answers)
            work.findings += by_hand
            work.laid_out[table.sheet] = table
            known = memory.answers(table)
            told = {key: answer for key, answer in known.items() if key not in answers and not key.startswith(f"{WORD}:")}
            if told:
                work.findings.append(Finding(Level.NOTE, "a sheet with these headings was loaded before; what you answered then was used again",
                                             "Answer otherwise below if it is different this time.", file=file, sheet=table.sheet))
            work.lessons += (taught := lessons(table, {**told, **answers}))
            memory.learn(taught)
            _prepare_table(work, sheet, table, sources, replace(setting, answers={**known, **answers}), last_day)
    if not work.parts and not work.questions and not any(f.level == Level.STOP for f in work.findings):
        work.findings.append(Finding(Level.STOP, "there are headings but no rows below them", "Check that this is the right file.",
                                     file=file))
    _across_sheets(work)
    findings = tuple(dict.fromkeys(replace(f, file=f.file or file) for f in _left_out(work)))     # two sources say the same of one date
    questions = _asked_once(work)
    parts = tuple(certain(replace(part, unsure=frozenset(work.unsure.get(part.source.name, ())))) for part in work.parts)
    return Prepared(file, tuple(work.tables), tuple(work.matches), parts, work.refused, findings, questions, tuple(dict.fromkeys(work.lessons)),
                    max(filter(None, (printed_on(table, today) for table in work.tables)), default=None), bad_rows(work.laid_out, work.refusals))


def _is_ours(sheet: Sheet) -> bool:
    """A sheet that our own blank workbooks carry beside the table."""
    return sheet.cells.num_rows > 0 and "A" in sheet.cells.column_names and sheet.cells["A"][0].as_py() == NOT_READ


def _asked_once(work: _Work) -> tuple[Question, ...]:
    """Of sheets alike only the first is asked about: its answers hold for the others."""
    shapes = {table.sheet: shape(table) for table in work.tables}
    found: dict[tuple[str, ...], Question] = {}
    for question in work.questions:
        sheet = next((name for name in sorted(shapes, key=len, reverse=True) if f":{name}" in question.key), "")
        alike = (shapes.get(sheet, sheet), question.key.replace(f":{sheet}", ":", 1)) if question.holds_for_alike else (question.key,)
        found.setdefault(alike, question)
    return tuple(found.values())


def _across_sheets(work: _Work) -> None:
    """Let rows that several sheets have count once, and keep out those the sheets differ about."""
    work.parts, findings, unsure, refused = across_sheets(work.parts)
    work.findings += findings
    work.refused += sum(len(refusal.rows) for _, refusal in refused)
    work.refusals += refused
    for name, units_of in unsure.items():
        work.unsure.setdefault(name, set()).update(units_of)


def _left_out(work: _Work) -> list[Finding]:
    """A sheet that is nothing we know stops a file only when no other sheet could be read; beside one it is left out."""
    unread = {table.sheet for table in work.tables} - {part.sheet for part in work.parts}
    if not work.parts:
        return work.findings
    return [replace(f, level=Level.WARN, problem=f"this sheet is left out: {f.problem}")
            if f.level == Level.STOP and not f.row and f.sheet in unread else f for f in work.findings]


def _prepare_table(work: _Work, sheet: Sheet, table: Table, sources: Sources, setting: Setting, last_day: date | None) -> None:
    if left_out(table, setting.answers):
        work.tables.append(table)
        return
    matched = _matched(work, table, sources, setting)
    table, setting = matched.table, matched.setting
    if sheet.hidden and matched.matches and (said := setting.answers.get(f"{HIDDEN}:{table.sheet}")) != "read":
        if said is None:
            work.questions.append(Question(f"{HIDDEN}:{table.sheet}", f"Sheet {table.sheet} is hidden in the workbook. Read it too?",
                                           {"out": "no, leave it out", "read": "yes, read it"}))
        work.findings.append(Finding(Level.NOTE, "this sheet is hidden in the workbook and is left out", "Answer otherwise below to read it.",
                                     sheet=table.sheet))
        work.tables.append(table)
        return
    if not matched.matches:
        work.tables.append(table)
        if not matched.questions:
            work.findings.append(matching.refusal(table, sources, setting.file, setting.answers))
        return
    matches = matched.matches + [m for one in matched.matches for m in matching.told_by(table, one, sources)
                                 if m.source.name not in {other.source.name for other in matched.matches}]
    table = _rows_that_count(work, table, matches, setting)
    work.tables.append(table)
    out, dated = np.zeros(table.body.num_rows, bool), None
    used = {header.column for match in matches for header in match.columns.values()}
    for match in matches:
        typed = typed_rows(table, match, setting)
        if match.why.get(_told_field(match)) == matching.TOLD and not _tells(typed, match):
            continue
        typed = added_up(typed, match, table, sources, setting.answers)
        check_rows(typed, match, table, used)
        _take(work, table, match, typed)
        out = out | typed.out if len(out) == len(typed.out) else typed.out
        dated = dated or (typed if match.source.date else None)
    work.refused += len(np.unique(typed.rows["file_row"].to_numpy()[out])) if out.any() else 0
    if dated is not None and setting.schools.open:
        for match in matching.harvest(table, sources, setting.answers, matches[0].columns.get(matches[0].source.school)):
            if taken := take_list(table, match, dated, matches[0].source, setting, last_day):
                part, told = taken
                work.matches.append(match)
                work.parts.append(part)
                work.findings.append(told)


@dataclass(frozen=True)
class _Matched:
    """A table with the sources it feeds, the columns it was given for that, and the answers that go with it."""
    table: Table
    matches: list[Match]
    questions: list[Question]
    setting: Setting


def _matched(work: _Work, table: Table, sources: Sources, setting: Setting) -> _Matched:
    """Turn columns into rows where they are days, then match; what the columns lack is looked for beside them."""
    said = [text.words for text in texts_beside(table, setting.file)]
    unfolded = unfold(table, sources, setting.answers, today=setting.today, said=said)
    work.findings += unfolded.findings
    setting = replace(setting, answers=unfolded.answers)
    if unfolded.questions:
        work.questions += unfolded.questions
        return _Matched(unfolded.table, [], [*unfolded.questions], setting)
    table = unfolded.table
    matches, questions = matching.match(table, sources, setting.answers)
    if not matches and not questions:
        table, told = sections(table, setting.schools.is_listed)
        table, asked, more = told_beside(table, sources, setting.schools, setting.file, setting.today, setting.answers)
        matches, questions = matching.match(table, sources, setting.answers)
        if asked:
            matches, questions = [], asked if matching.lacks_only(table, sources, FieldKind.DATE) else []
        work.findings += told + more if matches else []
        if not matches and not questions:
            matches, questions = suggested(table, sources, setting.schools, setting.answers)
    work.questions += questions
    return _Matched(table, matches, questions, setting)


def _rows_that_count(work: _Work, table: Table, matches: list[Match], setting: Setting) -> Table:
    """The table without totals and notes, with empty cells filled where they mean the one above, and weeks as their days."""
    first = matches[0]
    columns = [first.columns[name].column if name in first.columns else None for name in (first.source.school, first.source.date)]
    table = without_totals(table, *columns, is_school=setting.schools.is_listed)
    for column in filter(None, columns):
        table, asked, told = filled_down(table, column, setting.answers)
        work.questions += asked
        work.findings += told
    if table.across == Across.WEEK and _only_percentages(first):
        table = days_of_weeks(table)
    return table


def _only_percentages(match: Match) -> bool:
    return all(match.source.field(name).kind == FieldKind.PERCENT for name, header in match.columns.items() if header.column.startswith(VALUES))


def _take(work: _Work, table: Table, match: Match, typed: Typed) -> None:
    """Keep a match and its good rows, with the units they are complete for."""
    work.matches.append(match)
    work.findings += [replace(f, sheet=f.sheet or table.sheet) for f in typed.findings]
    work.refusals += [(table.sheet, refusal) for refusal in typed.refusals]
    work.questions += typed.questions
    keep = ~(typed.out | typed.again)
    if keep.any():
        rows = typed.rows.filter(pa.array(keep))
        work.parts.append(Part(match.source, table.sheet, rows, units(match.source, rows)))
    out = units(match.source, typed.rows.filter(pa.array(typed.out))).to_pydict()
    work.unsure.setdefault(match.source.name, set()).update(zip(*out.values(), strict=True))


def _told_field(match: Match) -> str:
    return next((name for name, why in match.why.items() if why == matching.TOLD), "")


def _tells(typed: Typed, match: Match) -> bool:
    """A column without a single not-submitted mark says nothing about submission."""
    return pc.any(pc.equal(typed.rows[_told_field(match)], False)).as_py() is True
