"""The way of a file from text cells to what would be stored: lay out, match, judge, check, claim. Stores nothing."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data import matching
from data.checking import Setting, Typed, check_rows, typed_rows
from data.facts import Part
from data.finding import Finding, Level
from data.grid import Grid
from data.layout import SetAside, Table, lay_out, without_totals
from data.matching import Match, Question
from data.repeats import across_sheets
from data.schools import SchoolList
from data.source import Source, Sources

COVERS = "covers"            # the answer that makes a file of events complete: 2026-11-09..2026-11-13, or "rows"
ONLY_ITS_ROWS = "rows"


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

    @property
    def stopped(self) -> bool:
        """Nothing of this file can be stored: no rows could be read as anything we know."""
        return not self.parts

    @property
    def set_aside(self) -> list[SetAside]:
        return [aside for table in self.tables for aside in table.set_aside]

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
    return sum(len(np.unique(np.concatenate(rows))) for rows in by_sheet.values())


@dataclass
class _Work:
    """What is gathered sheet by sheet."""
    tables: list[Table] = field(default_factory=list)
    matches: list[Match] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    unsure: dict[str, set] = field(default_factory=dict)      # source name to the units of its refused rows
    refused: int = 0


def prepare(grid: Grid, sources: Sources, schools: SchoolList, last_day: date | None, *, file: str,
            students: Callable[[str], str], answers: Mapping[str, str]) -> Prepared:
    """Understand a whole file. `last_day` is the newest day on record: an older file does not rename schools."""
    work = _Work(findings=list(grid.findings))
    setting = Setting(schools, students, answers, file)
    for sheet in grid.sheets:
        table = lay_out(sheet, sources) if sheet.cells.num_rows else None
        if table is None:
            work.findings.append(Finding(Level.NOTE if len(grid.sheets) > 1 else Level.STOP, "there is no row of headings",
                                         "Put a heading above each column.", file=file, sheet=sheet.name))
            continue
        _prepare_sheet(work, table, sources, setting, last_day)
    if not work.parts and not work.questions and not any(f.level == Level.STOP for f in work.findings):
        work.findings.append(Finding(Level.STOP, "there are headings but no rows below them", "Check that this is the right file.",
                                     file=file))
    _across_sheets(work)
    findings = tuple(dict.fromkeys(replace(f, file=f.file or file) for f in _left_out(work)))     # two sources say the same of one date
    questions = tuple({question.key: question for question in work.questions}.values())
    parts = tuple(certain(replace(part, unsure=frozenset(work.unsure.get(part.source.name, ())))) for part in work.parts)
    return Prepared(file, tuple(work.tables), tuple(work.matches), parts, work.refused, findings, questions)


def _across_sheets(work: _Work) -> None:
    """Let rows that several sheets have count once, and keep out those the sheets differ about."""
    work.parts, findings, unsure, refused = across_sheets(work.parts)
    work.findings += findings
    work.refused += refused
    for name, units_of in unsure.items():
        work.unsure.setdefault(name, set()).update(units_of)


def _left_out(work: _Work) -> list[Finding]:
    """A sheet that is nothing we know stops a file only when no other sheet could be read; beside one it is left out."""
    unread = {table.sheet for table in work.tables} - {part.sheet for part in work.parts}
    if not work.parts:
        return work.findings
    return [replace(f, level=Level.WARN, problem=f"this sheet is left out: {f.problem}")
            if f.level == Level.STOP and not f.row and f.sheet in unread else f for f in work.findings]


def _prepare_sheet(work: _Work, table: Table, sources: Sources, setting: Setting, last_day: date | None) -> None:
    matches, questions = matching.match(table, sources, setting.answers)
    work.questions += questions
    if not matches:
        work.tables.append(table)
        if not questions:
            work.findings.append(matching.refusal(table, sources, setting.file, setting.answers))
        return
    matches += [m for one in list(matches) for m in matching.told_by(table, one, sources)
                if m.source.name not in {other.source.name for other in matches}]
    first = matches[0]
    columns = [first.columns[name].column if name in first.columns else None for name in (first.source.school, first.source.date)]
    table = without_totals(table, *columns, is_school=setting.schools.is_listed)
    work.tables.append(table)
    out, dated = np.zeros(table.body.num_rows, bool), None
    used = {header.column for match in matches for header in match.columns.values()}
    for match in matches:
        typed = typed_rows(table, match, setting)
        if match.why.get(_told_field(match)) == matching.TOLD and not _tells(typed, match):
            continue
        check_rows(typed, match, table, used)
        _take(work, table, match, typed)
        out |= typed.out
        dated = dated or (typed if match.source.date else None)
    work.refused += int(out.sum())
    if dated is not None and setting.schools.open:
        for match in matching.harvest(table, sources, setting.answers):
            _take_list(work, table, match, dated, matches[0].source, setting, last_day)


def _take(work: _Work, table: Table, match: Match, typed: Typed) -> None:
    """Keep a match and its good rows, with the units they are complete for."""
    work.matches.append(match)
    work.findings += [replace(f, sheet=f.sheet or table.sheet) for f in typed.findings]
    work.questions += typed.questions
    keep = ~(typed.out | typed.again)
    if keep.any():
        rows = typed.rows.filter(pa.array(keep))
        work.parts.append(Part(match.source, table.sheet, rows, units(match.source, rows)))
    out = units(match.source, typed.rows.filter(pa.array(typed.out))).to_pydict()
    work.unsure.setdefault(match.source.name, set()).update(zip(*out.values(), strict=True))


def units(source: Source, rows: pa.Table) -> pa.Table:
    """The school-days these rows belong to: what a file is complete for, but for its refused rows."""
    school = rows[source.school] if source.school else pa.nulls(rows.num_rows, pa.string())
    day = rows[source.date] if source.date else pa.nulls(rows.num_rows, pa.date32())
    return pa.table({"school_id": school, "day": day}).group_by(["school_id", "day"]).aggregate([])


def certain(part: Part) -> Part:
    """The same part without a claim on any unit that a refused row, of whatever sheet, may belong to."""
    if not part.unsure:
        return part
    here = zip(part.scope["school_id"].to_pylist(), part.scope["day"].to_pylist(), strict=True)
    sure = [part.unsure.isdisjoint({(school, day), (school, None), (None, day), (None, None)}) for school, day in here]
    return replace(part, scope=part.scope.filter(pa.array(sure, pa.bool_())))


def _told_field(match: Match) -> str:
    return next((name for name, why in match.why.items() if why == matching.TOLD), "")


def _tells(typed: Typed, match: Match) -> bool:
    """A column without a single not-submitted mark says nothing about submission."""
    return pc.any(pc.equal(typed.rows[_told_field(match)], False)).as_py() is True


def _take_list(work: _Work, table: Table, match: Match, dated: Typed, daily: Source, setting: Setting,
               last_day: date | None) -> None:
    """Take schools or caseloads along from a daily file: one row a school, from its newest day, and say so."""
    typed = typed_rows(table, match, setting)
    days = dated.rows[daily.date].to_numpy(zero_copy_only=False)
    order = np.lexsort((typed.rows["file_row"].to_numpy(), days.astype("datetime64[D]").astype(int)))[::-1]
    codes = typed.rows[match.source.school].to_pylist()
    newer = last_day is None or days.astype("datetime64[D]").max() > np.datetime64(last_day)
    first: dict[str, int] = {}
    for at in order:
        if not (typed.out[at] or dated.out[at]) and codes[at] not in first and (newer or codes[at] not in setting.schools.names):
            first[codes[at]] = int(at)
    if not first:
        return
    rows = typed.rows.take(pa.array(sorted(first.values())))
    work.matches.append(match)
    work.parts.append(Part(match.source, table.sheet, rows, pa.table({"school_id": rows[match.source.school],
                                                                     "day": pa.nulls(rows.num_rows, pa.date32())}), harvested=True))
    used = next(header.text for name, header in match.columns.items() if name != match.source.school)
    what = match.source.list_of.replace("schools", "school list")
    told = (f"no {what} of your own is loaded, so {len(rows):,} schools of this file become it" if not setting.schools.names else
            f"{len(rows):,} schools of this file join the {what} or bring it up to date")
    work.findings.append(Finding(Level.NOTE, f"{told} (column {used})", "Load your own list when you have it; it takes over.",
                                 sheet=table.sheet))


def covering(part: Part, first: date, last: date, schools: list[str]) -> Part:
    """The same part, complete for every day from `first` to `last` and every school given: a confirmed wider scope.

    Units that a refused row may belong to stay out of it."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    wide = pa.table({"school_id": pa.array([s for s in schools for _ in days], pa.string()),
                     "day": pa.array(days * len(schools), pa.date32())})
    both = pa.concat_tables([part.scope.select(["school_id", "day"]), wide])
    return certain(replace(part, scope=both.group_by(["school_id", "day"]).aggregate([])))
