"""From matched text columns to typed rows: what can be right goes on, the rest is told with place and remedy."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.facts import MARKED, columns, nth
from data.finding import Finding, Level
from data.layout import Table
from data.matching import TOLD, Match, Question
from data.schools import SchoolList
from data.source import ALL, Check, Field, FieldKind, Source
from data.store import in_memory, quoted
from data.values import Judged, Mark, date_orders, judge, percent_scale

ARROW = {FieldKind.DATE: pa.date32(), FieldKind.TIME: pa.time64("us"), FieldKind.DATETIME: pa.timestamp("us"),
         FieldKind.COUNT: pa.int64(), FieldKind.NUMBER: pa.float64(), FieldKind.PERCENT: pa.float64(),
         FieldKind.MINUTES: pa.float64(), FieldKind.YES_NO: pa.bool_()}

TOLD_ONE_BY_ONE = 10        # bad values of one column with a finding each; the rest share one


@dataclass
class Typed:
    """Rows on their way: a typed table, the rows that must stay out, and what there is to say."""
    rows: pa.Table
    out: np.ndarray                                 # bool: this row is refused
    again: np.ndarray                               # bool: this row repeats an earlier one exactly
    findings: list[Finding] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)


@dataclass(frozen=True)
class Setting:
    """What judging needs to know beside the texts."""
    schools: SchoolList
    students: Callable[[str], str]
    answers: Mapping[str, str]
    file: str


def typed_rows(table: Table, match: Match, setting: Setting) -> Typed:
    """Judge every matched column and put the typed columns together; refused rows are marked, not yet removed."""
    count = table.body.num_rows
    typed = Typed(pa.table({"file_row": table.body["row"].cast(pa.int32())}), np.zeros(count, bool), np.zeros(count, bool))
    for f in match.source.fields:
        header = match.columns.get(f.name)
        if header:
            _add_column(typed, table, match, f, setting)
        else:
            _append(typed, f, pa.nulls(count, _arrow(f)))
    _put_times_on_days(typed, match.source)
    _derive(typed, match)
    _require(typed, match)
    _fill_parts(typed, match.source)
    return typed


def _add_column(typed: Typed, table: Table, match: Match, f: Field, setting: Setting) -> None:
    """Judge the distinct texts of one column, then let every row follow its text."""
    header = match.columns[f.name]
    column = pc.cast(table.body[header.column], pa.string()).combine_chunks()     # forget texts of rows set aside
    coded = pc.dictionary_encode(column, null_encoding="encode")
    texts, codes = coded.dictionary.to_pylist(), coded.indices
    if match.why[f.name] == TOLD:
        judged = [_told(mark) for mark in judge(texts, match_field(f))]
    else:
        judged = _judge_column(typed, texts, f, header.text, table.sheet, setting)
    values = [j.value for j in judged]
    if f.kind == FieldKind.DATETIME:        # held as text until _put_times_on_days: a bare time has no day yet
        typed.rows = typed.rows.append_column(f.name, pa.array([v and v.isoformat() for v in values], pa.string()).take(codes))
    else:
        _append(typed, f, pa.array(values, _arrow(f)).take(codes))
    if f.kind in MARKED:
        marks = [j.mark if j.mark in (Mark.SUPPRESSED, Mark.NOT_SUBMITTED) else None for j in judged]
        typed.rows = typed.rows.set_column(typed.rows.schema.get_field_index(f"{f.name}_is"), f"{f.name}_is",
                                           pa.array(marks, pa.string()).take(codes))
    bad = [i for i, j in enumerate(judged) if j.problem]
    if bad:
        _tell_bad(typed, codes.to_numpy(), bad, texts, judged, header.text, table.sheet)


def match_field(f: Field) -> Field:
    """The field a not-submitted mark is looked for in: a percentage, whatever the telling field is."""
    return Field(f.name, FieldKind.PERCENT, f.label)


def _told(judged: Judged) -> Judged:
    """A number says that the school had submitted, a not-submitted mark that it had not."""
    if judged.mark == Mark.NOT_SUBMITTED:
        return Judged(False)
    return Judged(mark=judged.mark) if judged.mark or judged.problem else Judged(True)


def _judge_column(typed: Typed, texts: list[str | None], f: Field, header: str, sheet: str, setting: Setting) -> list[Judged]:
    if f.kind == FieldKind.SCHOOL:
        return [setting.schools.judge(text) if text and text.strip() else Judged(mark=Mark.MISSING) for text in texts]
    dates, scale = "ymd", 1.0
    if f.kind in (FieldKind.DATE, FieldKind.DATETIME):
        dates = _date_order(typed, texts, header, sheet, setting)
    if f.kind == FieldKind.PERCENT:
        scale = _scale(typed, texts, header, sheet)
    return judge(texts, f, dates=dates, students=setting.students, scale=scale)


def _date_order(typed: Typed, texts: list[str | None], header: str, sheet: str, setting: Setting) -> str:
    """The order of day and month the column proves, or the person's answer, or a question."""
    key = f"dates:{sheet}:{header}"
    orders = date_orders(texts)
    if setting.answers.get(key) in orders or len(orders) == 1:
        return setting.answers.get(key) if setting.answers.get(key) in orders else orders[0]
    example = next(text for text in texts if text and "/" in text or text and "-" in text or text and "." in text)
    typed.questions.append(Question(key, f"Is {example} in column {header} month first or day first? Nothing in the file tells.",
                                    {"mdy": "month first", "dmy": "day first"}))
    return orders[0]


def _scale(typed: Typed, texts: list[str | None], header: str, sheet: str) -> float:
    scale, others = percent_scale(texts)
    if scale == 100:
        typed.findings.append(Finding(Level.NOTE, "the numbers are shares of one; read as percent (0.95 is 95%)",
                                      "Nothing to do.", sheet=sheet, column=header))
    elif others:
        typed.findings.append(Finding(Level.WARN, "these could be shares of one among percentages; read as percent",
                                      "Check them: 0.95 was read as 0.95%.", sheet=sheet, column=header,
                                      value=others[0], rows=len(others)))
    return scale


def _tell_bad(typed: Typed, codes: np.ndarray, bad: list[int], texts: list[str | None], judged: list[Judged],
              header: str, sheet: str) -> None:
    """One finding for each distinct bad text, at the first row that has it; all its rows stay out."""
    rows = typed.rows["file_row"].to_numpy()
    typed.out |= np.isin(codes, bad)
    for code in bad[:TOLD_ONE_BY_ONE]:
        where = rows[codes == code]
        typed.findings.append(Finding(Level.STOP, judged[code].problem, judged[code].remedy, sheet=sheet,
                                      row=int(where[0]), column=header, value=texts[code], rows=len(where)))
    rest = bad[TOLD_ONE_BY_ONE:]
    if rest:
        where = rows[np.isin(codes, rest)]
        typed.findings.append(Finding(Level.STOP, f"{len(rest):,} more values of this column cannot be read, such as", judged[rest[0]].remedy,
                                      sheet=sheet, row=int(where[0]), column=header, value=texts[rest[0]], rows=len(where)))


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
                typed.findings.append(Finding(Level.STOP, f"there is no {f.label} in this row",
                                              "Fill it in, or remove the row if it is no data.",
                                              row=int(file_rows[empty][0]), column=match.columns[f.name].text, rows=int(empty.sum())))
                typed.out |= empty


def _fill_parts(typed: Typed, source: Source) -> None:
    for name in source.parts:
        at = typed.rows.schema.get_field_index(name)
        typed.rows = typed.rows.set_column(at, name, pc.fill_null(typed.rows[name], ALL))


def check_rows(typed: Typed, match: Match) -> None:
    """Apply the source's own checks and look for two rows that say different things about the same."""
    if not typed.rows.num_rows:
        return
    relations = in_memory(rows=typed.rows.append_column("out", pa.array(typed.out)))
    for check in match.source.checks:
        _apply_check(typed, match, check, relations)
    _find_duplicates(typed, match, relations)


def _apply_check(typed: Typed, match: Match, check: Check, relations) -> None:
    found = [row for (row,) in relations.rows(f"select file_row from rows where not out and ({check.when}) order by file_row")]
    if not found:
        return
    named = [match.columns[f.name].text for f in match.source.fields
             if f.name in match.columns and f.name in check.when.replace('"', "").split()]
    at = typed.rows["file_row"].to_numpy() == found[0]
    values = [f"{name} {typed.rows[f.name].filter(pa.array(at))[0].as_py()}" for f in match.source.fields
              if f.name in match.columns and (name := match.columns[f.name].text) in named]
    typed.findings.append(Finding(check.level, check.say, check.fix, row=found[0], column=" and ".join(named),
                                  value=", ".join(values), rows=len(found)))
    if check.level == Level.STOP:
        typed.out |= np.isin(typed.rows["file_row"].to_numpy(), found)


def _find_duplicates(typed: Typed, match: Match, relations) -> None:
    """Rows of one key: exact repeats are kept once, contradictions all stay out. Repeated events are both kept."""
    source = match.source
    key = ", ".join(quoted(name) for name in source.key)
    whole = ", ".join(quoted(name) for name in columns(source))
    alike = " and ".join(["not out", *(f"{quoted(name)} = '{ALL}'" for name in source.parts)]) if source.repeats else "not out"
    if source.repeats and not source.parts:
        return
    groups = relations.rows(f"""select list(file_row order by file_row), count(distinct ({whole})) from rows
        where {alike} group by {key} having count(*) > 1 order by min(file_row)""")
    same = [row for rows, kinds in groups if kinds == 1 for row in rows[1:]]
    torn = [row for rows, kinds in groups if kinds > 1 for row in rows]
    if same:
        typed.findings.append(Finding(Level.NOTE, "this row repeats an earlier one exactly; it counts once", "Nothing to do.",
                                      row=same[0], rows=len(same)))
    if torn:
        pair = next(rows for rows, kinds in groups if kinds > 1)
        typed.findings.append(Finding(
            Level.STOP, f"rows {', '.join(map(str, pair[:4]))} are about the same {source.one_row_is.split(',')[0]} but differ",
            "Keep the right one and upload the file again.", row=pair[0], rows=len(torn)))
    typed.again |= np.isin(typed.rows["file_row"].to_numpy(), same)
    typed.out |= np.isin(typed.rows["file_row"].to_numpy(), torn)


def _append(typed: Typed, f: Field, values: pa.Array) -> None:
    typed.rows = typed.rows.append_column(f.name, values)
    if f.kind in MARKED:
        typed.rows = typed.rows.append_column(f"{f.name}_is", pa.nulls(len(values), pa.string()))


def _arrow(f: Field) -> pa.DataType:
    return ARROW.get(f.kind, pa.string())
