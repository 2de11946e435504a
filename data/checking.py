"""From matched text columns to typed rows: what can be right goes on, the rest is told with place and remedy."""
from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.conventions import Place, judge_column
from data.facts import MARKED, PLACE
from data.finding import Finding, Level
from data.layout import CELL, TOTAL, VALUES, Header, Table
from data.matching import TOLD, Match, Question
from data.mended import Refusal
from data.repeats import find_repeats
from data.schools import SchoolList
from data.source import ALL, Check, Field, FieldKind, Source, normalised
from data.store import Relations, in_memory, quoted
from data.values import Judged, Mark, judge

ARROW = {FieldKind.DATE: pa.date32(), FieldKind.TIME: pa.time64("us"), FieldKind.DATETIME: pa.timestamp("us"),
         FieldKind.COUNT: pa.int64(), FieldKind.NUMBER: pa.float64(), FieldKind.PERCENT: pa.float64(),
         FieldKind.MINUTES: pa.float64(), FieldKind.YES_NO: pa.bool_()}

NOT_AVAILABLE = "#N/A"      # what a lookup shows that found nothing
TOLD_ONE_BY_ONE = 10        # bad values of one column with a finding each; the rest share one


@dataclass
class Typed:
    """Rows on their way: a typed table, the rows that must stay out, and what there is to say."""
    rows: pa.Table
    out: np.ndarray                                 # bool: this row is refused
    again: np.ndarray                               # bool: this row says nothing of its own here, or repeats an earlier one exactly
    findings: list[Finding] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    dates: str = ""                                 # how the row's own date is written, where that needed finding out
    refusals: list[Refusal] = field(default_factory=list)

    def refuse(self, out: np.ndarray | list[int], problem: str, remedy: str, *columns: Header) -> None:
        """Keep rows out: those of this mask, or at these spots."""
        self.out[out] = True
        there = self.rows.filter(pa.array(out)) if getattr(out, "dtype", None) == bool else self.rows.take(pa.array(out, pa.int64()))
        places = tuple(there[PLACE].to_pylist()) if PLACE in there.column_names else ()
        self.refusals.append(Refusal(there["file_row"].to_numpy(), places, columns, problem, remedy))


@dataclass(frozen=True)
class Setting:
    """What judging needs to know beside the texts."""
    schools: SchoolList
    students: Callable[[str], str]
    answers: Mapping[str, str]
    file: str
    today: date             # the day the file was handed over


def typed_rows(table: Table, match: Match, setting: Setting) -> Typed:
    """Judge every matched column and put the typed columns together; refused rows are marked, not yet removed."""
    count = table.body.num_rows
    place = {PLACE: table.body[CELL].cast(pa.string())} if table.across else {}
    typed = Typed(pa.table({"file_row": table.body["row"].cast(pa.int32()), **place}), np.zeros(count, bool), np.zeros(count, bool))
    for f in match.source.fields:
        header = match.columns.get(f.name)
        if header:
            _add_column(typed, table, match, f, setting)
        else:
            _append(typed, f, pa.nulls(count, _arrow(f)))
    _put_times_on_days(typed, match.source)
    _derive(typed, match)
    _require(typed, match)
    _fill_parts(typed, match)
    return typed


def _add_column(typed: Typed, table: Table, match: Match, f: Field, setting: Setting) -> None:
    """Judge the distinct texts of one column, then let every row follow its text."""
    header = match.columns[f.name]
    column = pc.cast(table.body[header.column], pa.string()).combine_chunks()     # forget texts of rows set aside
    coded = pc.dictionary_encode(column, null_encoding="encode")
    texts, codes = coded.dictionary.to_pylist(), coded.indices
    if match.why[f.name] == TOLD:
        judged = [_told(mark) for mark in judge(texts, Field(f.name, FieldKind.PERCENT, f.label))]
    else:
        judged = judge_column(typed, texts, f, match.source, Place(table.sheet, header.text), setting)
    values = [j.value for j in judged]
    if f.kind == FieldKind.DATETIME:        # held as text until _put_times_on_days: a bare time has no day yet
        typed.rows = typed.rows.append_column(f.name, pa.array([v and v.isoformat() for v in values], pa.string()).take(codes))
    else:
        _append(typed, f, pa.array(values, _arrow(f)).take(codes))
    if f.kind in MARKED:
        marks = [j.mark if j.mark in (Mark.SUPPRESSED, Mark.NOT_SUBMITTED) else None for j in judged]
        typed.rows = typed.rows.set_column(typed.rows.schema.get_field_index(f"{f.name}_is"), f"{f.name}_is",
                                           pa.array(marks, pa.string()).take(codes))
    _tell_failed(typed, codes.to_numpy(), texts, header, table.sheet)
    bad = [i for i, j in enumerate(judged) if j.problem]
    if bad:
        _tell_bad(typed, codes.to_numpy(), bad, texts, judged, header, table.sheet)


def _told(judged: Judged) -> Judged:
    """A number says that the school had submitted, a not-submitted mark that it had not."""
    if judged.mark == Mark.NOT_SUBMITTED:
        return Judged(False)
    return Judged(mark=judged.mark) if judged.mark or judged.problem else Judged(True)


def _tell_bad(typed: Typed, codes: np.ndarray, bad: list[int], texts: list[str | None], judged: list[Judged],
              header: Header, sheet: str) -> None:
    """One finding for each distinct bad text, at the first row that has it; all its rows stay out."""
    rows = typed.rows["file_row"].to_numpy()
    alike: dict[tuple[str, str], list[int]] = {}
    for code in bad:
        alike.setdefault((judged[code].problem, judged[code].remedy), []).append(code)
    for (problem, remedy), same in alike.items():
        typed.refuse(np.isin(codes, same), problem, remedy, header)
    for code in bad[:TOLD_ONE_BY_ONE]:
        where = np.flatnonzero(codes == code)
        typed.findings.append(Finding(Level.STOP, judged[code].problem, judged[code].remedy, sheet=sheet, row=int(rows[where[0]]),
                                      column=_in_cell(typed, int(where[0]), header), value=texts[code], rows=_file_rows(rows[where])))
    rest = bad[TOLD_ONE_BY_ONE:]
    if rest:
        where = rows[np.isin(codes, rest)]
        typed.findings.append(Finding(Level.STOP, f"{len(rest):,} more values of this column cannot be read, such as", judged[rest[0]].remedy,
                                      sheet=sheet, row=int(where[0]), column=header.text, value=texts[rest[0]], rows=_file_rows(where)))


def _tell_failed(typed: Typed, codes: np.ndarray, texts: list[str | None], header: Header, sheet: str) -> None:
    """A formula that found nothing counts as an empty cell; the file's sender should know."""
    failed = [code for code, text in enumerate(texts) if text and text.strip().upper() == NOT_AVAILABLE]
    where = np.flatnonzero(np.isin(codes, failed))
    if len(where):
        rows = typed.rows["file_row"].to_numpy()[where]
        typed.findings.append(Finding(Level.WARN, "the spreadsheet could not work this cell out; it was read as empty",
                                      "Mend the formula and upload it again, if a number belongs there.", sheet=sheet, row=int(rows[0]),
                                      column=_in_cell(typed, int(where[0]), header), value=texts[failed[0]], rows=_file_rows(rows)))


def _file_rows(rows: np.ndarray) -> int:
    """How many rows of the file these are: rows made of its cells count once."""
    return len(np.unique(rows))


def _in_cell(typed: Typed, at: int, header: Header) -> str:
    """The heading, and the letter of the cell's column where the row was made of that cell."""
    return f"{header.text} (column {typed.rows[PLACE][at].as_py()})" if header.column.startswith(VALUES) else header.text


def _put_times_on_days(typed: Typed, source: Source) -> None:
    """A bare time in a date-and-time field belongs to the day of its row."""
    for f in source.fields:
        if f.kind != FieldKind.DATETIME or typed.rows.schema.field(f.name).type != pa.string():
            continue
        days = typed.rows[source.date].to_pylist()
        whole = [datetime.combine(day, value) if isinstance(value, time) and day else value if isinstance(value, datetime) else None
                 for day, value in zip(days, map(_clock, typed.rows[f.name].to_pylist()), strict=True)]
        typed.rows = typed.rows.set_column(typed.rows.schema.get_field_index(f.name), f.name, pa.array(whole, pa.timestamp("us")))


def _clock(text: str | None) -> time | datetime | None:
    if text is None:
        return None
    return datetime.fromisoformat(text) if len(text) > 15 else time.fromisoformat(text)


def _derive(typed: Typed, match: Match) -> None:
    """Work out the fields a source can derive from others, where the file has no column for them."""
    derived = {f.name: f.derive for f in match.source.fields if f.derive and f.name not in match.columns}
    if not derived:
        return
    listed = ", ".join(f"({expression}) as {quoted(name)}" for name, expression in derived.items())
    found = in_memory(rows=typed.rows).table(f"select {listed} from rows")
    for name in derived:
        at = typed.rows.schema.get_field_index(name)
        typed.rows = typed.rows.set_column(at, name, found[name].cast(typed.rows.schema.field(name).type))


def _require(typed: Typed, match: Match) -> None:
    """A row without a required field stays out."""
    file_rows = typed.rows["file_row"].to_numpy()
    for f in match.source.fields:
        if f.required:
            empty = typed.rows[f.name].is_null().to_numpy() & ~typed.out
            if empty.any():
                problem, remedy = f"there is no {f.label} in this row", "Fill it in, or remove the row if it is no data."
                typed.findings.append(Finding(Level.STOP, problem, remedy, row=int(file_rows[empty][0]), column=match.columns[f.name].text,
                                              rows=int(empty.sum())))
                typed.refuse(empty, problem, remedy, match.columns[f.name])


def _fill_parts(typed: Typed, match: Match) -> None:
    """A part the file has no column for counts as "all", and so does the word for it. A blank beside parts stays out:

    counted as "all" it would silence every other row of its school-day.
    """
    for name in match.source.parts:
        f, column = match.source.field(name), typed.rows[name]
        words = [text for text in column.unique().to_pylist() if text and f.kind == FieldKind.TEXT and TOTAL.fullmatch(normalised(text))]
        whole = pc.or_(pc.is_null(column), pc.is_in(column, pa.array(words, pa.string())))
        if name in match.columns and column.null_count:
            _leave_out_blanks(typed, match, f, column.is_null().to_numpy() & ~typed.out, ~whole.to_numpy() & ~typed.out)
        typed.rows = typed.rows.set_column(typed.rows.schema.get_field_index(name), name, pc.if_else(whole, ALL, column))


def _leave_out_blanks(typed: Typed, match: Match, f: Field, blank: np.ndarray, part: np.ndarray) -> None:
    """Refuse the rows without a part where others of their school-day have one, or where the file's form needs it."""
    source, rows = match.source, typed.rows
    unit = [*zip(rows[source.school].to_pylist(), rows[source.date].to_pylist(), strict=True)]
    cut = {unit[at] for at in np.flatnonzero(part)}
    forms = [form for form in source.forms if {*form} <= match.columns.keys()]
    needed = bool(forms) and all(f.name in form for form in forms)
    blank &= needed | np.array([where in cut for where in unit], bool)
    if blank.any():
        beside = "" if needed else ", and other rows of its school and day have one"
        problem = f"there is no {f.label} in this row{beside}"
        remedy = "Fill it in." if needed else f"Fill it in, or write {ALL} if the row is about all of them."
        typed.findings.append(Finding(Level.STOP, problem, remedy, row=int(rows["file_row"].to_numpy()[blank][0]),
                                      column=match.columns[f.name].text, rows=int(blank.sum())))
        typed.refuse(blank, problem, remedy, match.columns[f.name])


def check_rows(typed: Typed, match: Match, table: Table, used: set[str]) -> None:
    """Apply the source's own checks and look for rows about the same thing. `used` names the columns some source reads."""
    if not typed.rows.num_rows:
        return
    refused, relations = int(typed.out.sum()), _standing(typed)
    for check in match.source.checks:
        _apply_check(typed, match, check, relations)
    if typed.out.sum() > refused:           # a row that cannot be right contradicts no other
        relations = _standing(typed)
    find_repeats(typed, match, table, relations, used)


def _standing(typed: Typed) -> Relations:
    """The typed rows with their place among them, `spot`, and whether they are out."""
    return in_memory(rows=typed.rows.append_column("out", pa.array(typed.out)).append_column("spot", pa.array(np.arange(typed.rows.num_rows))))


def _apply_check(typed: Typed, match: Match, check: Check, relations: Relations) -> None:
    found = [at for (at,) in relations.rows(f"select spot from rows where not out and ({check.when}) order by spot")]
    if not found:
        return
    named = {f.name: match.columns[f.name] for f in match.source.fields
             if f.name in match.columns and f.name in re.findall(r"\w+", check.when)}
    told = typed.rows.slice(found[0], 1).to_pylist()[0]
    values = ", ".join(f"{header.text} {told[name]}" for name, header in named.items())
    typed.findings.append(Finding(check.level, check.say, check.fix, row=told["file_row"], column=" and ".join(header.text for header in named.values()),
                                  value=values or None, rows=len(found)))
    if check.level == Level.STOP:
        typed.refuse(found, check.say, check.fix, *named.values())
    if check.aside:
        typed.again[found] = True


def _append(typed: Typed, f: Field, values: pa.Array) -> None:
    typed.rows = typed.rows.append_column(f.name, values)
    if f.kind in MARKED:
        typed.rows = typed.rows.append_column(f"{f.name}_is", pa.nulls(len(values), pa.string()))


def _arrow(f: Field) -> pa.DataType:
    return ARROW.get(f.kind, pa.string())
