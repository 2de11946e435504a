"""First indicators for a kind of spreadsheet nobody has watched yet: offers in plain words, each a definition with an example."""
from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import permutations
from pathlib import Path

from data.finding import Finding, Level, Refused
from data.new_source import free_name
from data.source import Field, FieldKind, Source, Sources, normalised
from data.store import quoted
from data.toml_text import block, line
from indicators.definition import BETTER, read_definition
from indicators.examples import failures
from indicators.phrases import sentence_case
from indicators.words import uncapital

FILLED = {FieldKind.SCHOOL: "A", FieldKind.DATE: "2026-11-16", FieldKind.TIME: "09:00", FieldKind.DATETIME: "2026-11-16 09:00", FieldKind.COUNT: "1",
          FieldKind.NUMBER: "1", FieldKind.PERCENT: "50%", FieldKind.MINUTES: "30", FieldKind.YES_NO: "yes"}
EARLY_LATE = {FieldKind.TIME: ("09:00", "09:30"), FieldKind.DATE: ("2026-11-16", "2026-11-18"), FieldKind.DATETIME: ("2026-11-16 09:00", "2026-11-16 09:30")}
DAYS_TO_BEGIN_WITH, MOST_DAYS = 2, 60
DUE = {"due", "deadline", "cutoff", "expected", "scheduled", "planned", "promised"}
WHOLE = {"total", "enrolled", "enrollment", "enrolment", "expected", "due", "scheduled", "possible", "eligible", "planned", "assigned", "all", "membership"}


@dataclass(frozen=True)
class Offer:
    """An indicator that could be watched. `better` and `target` are the person's to say; `days` too, where it waits for something."""
    source: str
    label: str
    how: str                            # in plain words
    numerator: str
    denominator: str = ""
    unit: str = "count"
    rows: tuple[dict[str, str], ...] = ()       # of the example
    comes_to: tuple[float, float] = (0, 1)
    better: str = ""
    target: float | None = None
    days: int | None = None
    name: str = ""

    def within(self, days: int) -> Offer:
        """The same with another number of days to wait, at most MOST_DAYS: the example's late row is later."""
        was, now = f"within {self.days} days", f"within {days} days"
        return replace(self, days=days, label=self.label.replace(was, now), how=self.how.replace(was, now),
                       numerator=self.numerator.replace(f"<= {self.days}", f"<= {days}"))


def first_indicators(source: Source) -> list[Offer]:
    """What could be watched from this kind of spreadsheet, the likeliest first."""
    fields = [f for f in source.fields if f.kind not in (FieldKind.SCHOOL, FieldKind.STUDENT)]
    numbers = (FieldKind.COUNT, FieldKind.NUMBER, FieldKind.PERCENT, FieldKind.MINUTES)
    happened = [_how_many(source)]
    return [*(happened if source.events else []), *(_share_of_yes(source, f) for f in fields if f.kind == FieldKind.YES_NO), *_on_time(source, fields),
            *_parts_of(source, [f for f in fields if f.kind == FieldKind.COUNT]), *(_mean(source, f) for f in fields if f.kind in numbers),
            *([] if source.events else happened)]


def _how_many(source: Source) -> Offer:
    return Offer(source.name, f"{sentence_case(source.label)}: how many a week", "every row counts, school by school and week by week", "count(*)",
                 rows=_rows(source, {}, {}, {}), comes_to=(3, 1))


def _share_of_yes(source: Source, f: Field) -> Offer:
    column = quoted(f.name)
    return Offer(source.name, f"{sentence_case(f.label)}: share of yes", f"rows with yes in {f.label}, out of all rows with yes or no there",
                 f"count(*) filter (where {column})", f"count({column})", "percent", _rows(source, {f.name: "yes"}, {f.name: "no"}), (1, 2))


def _mean(source: Source, f: Field) -> Offer:
    column, percent = quoted(f.name), f.kind == FieldKind.PERCENT
    rows = _rows(source, {f.name: "100%"}, {f.name: "50%"}) if percent else _rows(source, {f.name: "4"}, {f.name: "2"})
    return Offer(source.name, f"{sentence_case(f.label)}: mean", f"all numbers of {f.label} added up, divided by how many there are",
                 f"0.01 * sum({column})" if percent else f"sum({column})", f"count({column})", "percent" if percent else "count", rows,
                 (1.5, 2) if percent else (6, 2))


def _parts_of(source: Source, counts: list[Field]) -> Iterable[Offer]:
    """One count out of another: where a heading says which is the whole; both ways round where there are just two."""
    wholes = [f for f in counts if {*normalised(f.label).split()} & WHOLE]
    pairs = [(part, whole) for whole in wholes for part in counts if part not in wholes] or ([*permutations(counts, 2)] if len(counts) == 2 else [])
    for part, whole in pairs:
        a, b = quoted(part.name), quoted(whole.name)
        yield Offer(source.name, f"{sentence_case(part.label)} out of {uncapital(whole.label)}", f"{part.label} of all rows added up, divided by {whole.label} of the same rows",
                    f"sum({a}) filter (where {b} is not null)", f"sum({b}) filter (where {a} is not null)", "percent",
                    _rows(source, {part.name: "3", whole.name: "4"}, {part.name: "1", whole.name: "4"}), (4, 8))


def _on_time(source: Source, fields: list[Field]) -> Iterable[Offer]:
    """By a due date or time beside another of its kind; otherwise another day within some days of the row's own."""
    due = [f for f in fields if f.kind in EARLY_LATE and {*normalised(f.label).split()} & DUE]
    for limit in due:
        for done in (f for f in fields if f.kind == limit.kind and f not in due and f.name != source.date):
            a, b, (early, late) = quoted(done.name), quoted(limit.name), EARLY_LATE[done.kind]
            yield Offer(source.name, f"{sentence_case(done.label)}: on time", f"rows where {done.label} is no later than {limit.label}, out of all rows with {limit.label}; "
                        f"nothing in {done.label} is late", f"count(*) filter (where {a} <= {b})", f"count({b})", "percent",
                        _rows(source, {done.name: early, limit.name: early}, {done.name: late, limit.name: early}), (1, 2))
    for done in (f for f in fields if f.kind == FieldKind.DATE and f.name != source.date and f not in due and source.date):
        own, a = quoted(source.date), quoted(done.name)
        n = DAYS_TO_BEGIN_WITH
        yield Offer(source.name, f"{sentence_case(done.label)}: within {n} days", f"rows where {done.label} is within {n} days of {source.field(source.date).label}, "
                    f"out of all rows; nothing in {done.label} is late", f"count(*) filter (where {a} - {own} <= {n})", "count(*)", "percent",
                    _rows(source, {done.name: "2026-11-16"}, {done.name: "2027-11-16"}), (1, 2), days=n)


def _rows(source: Source, *said: dict[str, str]) -> tuple[dict[str, str], ...]:
    """Rows with these cells, and something in every field a row must have."""
    needed = [f for f in source.fields if f.required]
    names = {name for row in said for name in row}
    return tuple({f.name: row.get(f.name) or _filled(f, at) for f in source.fields if f in needed or f.name in names} for at, row in enumerate(said, 1))


def _filled(f: Field, at: int) -> str:
    return FILLED.get(f.kind) or next(iter(f.values), f"{f.kind} {at}")


def as_toml(offer: Offer) -> str:
    """The definition's file, with the example that proves it."""
    lines = [line("label", offer.label), line("question", f"{offer.label}?"), line("description", f"{sentence_case(offer.how)}."), line("source", offer.source),
             line("numerator", offer.numerator), *([line("denominator", offer.denominator)] if offer.denominator else []),
             line("unit", offer.unit), line("better", offer.better or "neither")]
    lines += [line("target", float(offer.target))] if offer.target is not None else []
    lines += [line("settles_after_school_days", offer.days)] if offer.days else []
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows([[*offer.rows[0]], *([*row.values()] for row in offer.rows)])
    return "\n".join([*lines, "", "[[examples]]", block("rows", written.getvalue()), line("numerator", float(offer.comes_to[0])),
                      line("denominator", float(offer.comes_to[1])), ""])


def named(offer: Offer, taken: Iterable[str]) -> Offer:
    return replace(offer, name=free_name(offer.label, taken, "own_indicator"))


def problems(offer: Offer, sources: Sources) -> list[Finding]:
    """Why this cannot be watched; empty when it can: its file loads and its example comes out as it says."""
    if offer.better not in BETTER:
        return [Finding(Level.STOP, "nobody has said yet whether more of it is better", "Choose higher, lower or neither.")]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{offer.name or 'own_indicator'}.toml"
        path.write_text(as_toml(offer), encoding="utf-8")
        try:
            said = failures(read_definition(path, sources), sources)
        except Refused as refused:
            return list(refused.findings)
    return [Finding(Level.STOP, words, "Choose another indicator.") for words in said]
