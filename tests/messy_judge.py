"""What the product made of a messy file, judged against the truth: right, told, asked, refused or wrong."""
from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from data import grid
from data.facts import columns, live
from data.finding import Finding, Level, Refused
from data.home import Home
from data.source import Source
from data.store import Store, quoted
from indicators.district import District, Understood
from tests.messy_law import Agreement, Told
from tests.messy_plan import Fact, Messy
from tests.messy_truth import SCHOOL_LIST

ROUNDS = 5                  # of answering before a person gives up
BEGUN = datetime(2026, 8, 1, 8)
LEFT_OUT = "-"


class Outcome(StrEnum):
    """RIGHT to REFUSED keep the law: nothing was silently wrong."""
    RIGHT = "right"             # what is stored is the truth, and all of it
    TOLD = "told"               # some rows stay out, each with a reason
    ASKED = "asked"             # a question none of whose answers is true
    REFUSED = "refused"         # nothing stored, with a reason and a remedy
    WRONG = "wrong"


@dataclass
class Verdict:
    """What became of one file; `why` says it in words, with file, cell, expected and stored where it went wrong."""
    messy: Messy
    outcome: Outcome
    why: str = ""
    questions: list[str] = field(default_factory=list)


@contextmanager
def opened(folder: Path) -> Iterator[District]:
    """A district in memory that has its school list and nothing else."""
    district = District(Home(folder).ensure(), Store.open())
    upload = district.receive(SCHOOL_LIST.encode(), "schools.csv", by="steward", at=BEGUN)
    district.accept(district.understand(upload), at=BEGUN)
    yield district
    district.close()


def judge_all(district: District, files: Sequence[Messy], *, accept: Container[int] = ()) -> list[Verdict]:
    """The verdicts on files that are sent one by one; those at `accept` are accepted, judged by what then stands, and undone.

    They are read in one process, because starting one costs most of the time."""
    uploads = [district.receive(messy.content, messy.file_name, by="school", at=messy.at) for messy in files]
    verdicts = []
    for messy, upload, cells in zip(files, uploads, grid.read_each(uploads), strict=True):
        try:
            verdicts.append(_judged(district, messy, upload, cells, len(verdicts) in accept))
        except Refused as refused:
            verdicts.append(_refused(messy, refused.findings, []))
        except Exception as problem:        # a bad file is never an exception
            verdicts.append(Verdict(messy, Outcome.WRONG, f"{messy.file_name}: {type(problem).__name__}: {problem}"))
    return verdicts


def _judged(district: District, messy: Messy, upload, cells: grid.Grid, accept: bool) -> Verdict:
    first = _stand(district, messy.before) if messy.before else None
    try:
        understood, asked, stuck = _answered(district, messy, upload, cells)
        if stuck:
            return Verdict(messy, Outcome.ASKED, stuck, asked)
        if understood.prepared.stopped:
            return _refused(messy, understood.prepared.findings, asked)
        verdict = compare(messy, understood, _taken(understood), district, asked)
        if accept and verdict.outcome != Outcome.WRONG:
            number = district.accept(understood, at=messy.at)
            verdict = compare(messy, understood, _standing(district, understood), district, asked)
            district.undo(number, by="school", at=messy.at)
        return verdict
    finally:
        if first:
            district.undo(first, by="school", at=messy.at)


def _stand(district: District, messy: Messy) -> int:
    """Load what was sent before, as far as it goes in without a question the truth cannot answer."""
    upload = district.receive(messy.content, messy.file_name, by="school", at=messy.at)
    understood, _, stuck = _answered(district, messy, upload, grid.read(upload))
    return 0 if stuck or understood.prepared.stopped else district.accept(understood, at=messy.at)


def _answered(district: District, messy: Messy, upload, cells: grid.Grid) -> tuple[Understood, list[str], str]:
    """The file understood with true answers; every question asked; the question that has no true answer."""
    answers: dict[str, str] = {}
    asked: dict[str, str] = {}
    for _ in range(ROUNDS):
        understood = district._understand(upload, answers, cells)      # as a frame does, but read once
        if not understood.prepared.questions:
            return understood, [*asked], ""
        for question in understood.prepared.questions:
            if question.key in asked:
                return understood, [*asked], f"asked again: {question.ask}"
            asked[question.key] = question.ask
            said = (confirmed(question.options, messy, district) if question.key.startswith("suggest:") else
                    answer(question.key, question.ask, question.options, messy.answers))
            if said is None:
                return understood, [*asked], f"{question.key}: {question.ask} {[*question.options.values()]}"
            answers[question.key] = said
    return understood, [*asked], f"more than {ROUNDS} rounds of questions"


def answer(key: str, ask: str, options: Mapping[str, str], truth: Mapping[str, str]) -> str | None:
    """The option that is true, or nothing. The truth is told by topic, or by topic and what the question is about."""
    topic, parts, said = key.partition(":")[0], key.split(":"), _plain(f"{key} {ask}")
    about = [name for name in truth if ": " in name and name.partition(": ")[0] in parts and _plain(name.partition(": ")[2]) in said]
    for name in [*sorted(about, key=lambda name: (_plain(name.partition(": ")[2]) == parts[-1], len(name)), reverse=True), topic]:
        if truth.get(name) in options:
            return truth[name]
    return LEFT_OUT if topic == "column" and not about and LEFT_OUT in options else None


def confirmed(options: Mapping[str, str], messy: Messy, district: District) -> str:
    """The suggestion that is true of every heading it names, or none of them."""
    labels = {f.label: f.name for f in district.sources[messy.source].fields}
    pairs = re.findall("“(.+?)” is (.+?)(?=, “|$)", options.get(messy.source, ""))
    right = pairs and all(messy.answers.get(f"heading: {_plain(heading)}") == labels.get(label, "") for heading, label in pairs)
    return messy.source if right else LEFT_OUT


def _plain(text: str) -> str:
    return " ".join(text.lower().replace("\\xa0", " ").split())


def _refused(messy: Messy, findings: Iterable[Finding], asked: list[str]) -> Verdict:
    """Refused whole is lawful when a finding says why and what to do."""
    said = [finding for finding in findings if finding.level == Level.STOP and finding.problem and finding.remedy]
    return Verdict(messy, Outcome.REFUSED if said else Outcome.WRONG, str(said[0]) if said else f"{messy.file_name}: nothing stored, nothing said", asked)


Stored = list[tuple[Source, list[tuple[str, dict[str, Any]]]]]        # by source: the sheet a row is from, and its fields


def _taken(understood: Understood) -> Stored:
    """What would be stored, by source."""
    found: dict[str, list] = {}
    by_name = {part.source.name: part.source for part in understood.prepared.parts}
    for part in understood.prepared.parts:
        if not part.harvested:
            found.setdefault(part.source.name, []).extend((part.sheet, row) for row in part.rows.to_pylist())
    return [(by_name[name], rows) for name, rows in found.items()]


def _standing(district: District, understood: Understood) -> Stored:
    """What is stored: the live rows of every source the file fed."""
    sheets = dict(enumerate(part.sheet for part in understood.prepared.parts))
    found = []
    for source in {part.source.name: part.source for part in understood.prepared.parts if not part.harvested}.values():
        names = ["part", "file_row", *columns(source)]
        rows = district.store.rows(f"select {', '.join(map(quoted, names))} from {quoted(live(source))}")
        found.append((source, [(sheets.get(row[0], ""), dict(zip(names, row))) for row in rows]))
    return found


def compare(messy: Messy, understood: Understood, stored: Stored, district: District, asked: list[str]) -> Verdict:
    """Every stored row must be one of the truth's, and every row of the truth stored or told."""
    lost = [fact for fact in messy.facts if fact.values or fact.refused]
    spread: set[tuple[int, Any]] = set()
    told, unread = Told(understood), _unread(messy, understood, stored)
    for source, rows in stored:
        agrees = Agreement(source, {*messy.fields}, unread, district)
        for sheet, row in rows:
            if source.name != messy.source:
                if not any(Agreement(source, {*other}, set(), district).holds(row, other) for other in messy.also.get(source.name, [])):
                    return Verdict(messy, Outcome.WRONG, f"{messy.file_name}: stored as {source.name} too: {_words(row)}", asked)
                continue
            near = [fact for fact in messy.facts if (fact.sheet, fact.row) == (sheet, row["file_row"])]
            match = next((fact for fact in [*near, *lost] if fact.values and (fact in lost or messy.spreads) and agrees.holds(row, fact.values)), None)
            if match is None or (id(match), row.get("date")) in spread:
                return Verdict(messy, Outcome.WRONG, _went_wrong(messy, agrees, sheet, row, near), asked)
            if match.refused and told.silent([match]) and not told.hinted(match):
                return Verdict(messy, Outcome.WRONG, f"{_place(messy, match)}: stored without a word about the bad cell: {_words(row)}", asked)
            if match in lost:
                lost.remove(match)
            if messy.spreads:
                spread.add((id(match), row.get("date")))
    return _about_lost(messy, lost, understood, unread, asked)


def _about_lost(messy: Messy, lost: list[Fact], understood: Understood, unread: set[str], asked: list[str]) -> Verdict:
    silent = Told(understood).silent(lost)
    if silent:
        return Verdict(messy, Outcome.WRONG, f"{_place(messy, silent[0])}: lost without a word: {_words(silent[0].values) or 'a row that must be told'}", asked)
    good = [fact for fact in lost if not fact.refused]
    if not good:
        return Verdict(messy, Outcome.TOLD if unread else Outcome.RIGHT, f"{messy.file_name}: no column was taken for {', '.join(sorted(unread))}" if unread else "", asked)
    said = next((str(f) for f in understood.prepared.findings if f.level != Level.NOTE), "") or next(
        (f"row {aside.row} set aside: {aside.reason}" for aside in understood.prepared.set_aside if aside.reason != "a title"), "")
    return Verdict(messy, Outcome.TOLD, f"{messy.file_name}: {len(good)} of {len(messy.facts)} rows kept out: {said}", asked)


def _unread(messy: Messy, understood: Understood, stored: Stored) -> set[str]:
    """Fields the file tells in a column that nothing read: the page shows such a column as not used."""
    read = {name for match in understood.prepared.matches if match.source.name == messy.source for name in match.columns}
    rows = [row for source, rows in stored if source.name == messy.source for _, row in rows]
    return {name for name in {*messy.fields} - read if rows and all(row.get(name) is None and row.get(f"{name}_is") is None for row in rows)}


def _went_wrong(messy: Messy, agrees: Agreement, sheet: str, row: dict[str, Any], near: list[Fact]) -> str:
    """File, cell, expected and stored, by the fact that is nearest to the row that was stored."""
    where = f"{messy.file_name}{f', sheet {sheet}' if sheet else ''}, row {row['file_row']}"
    facts = [fact.values for fact in near if fact.values]
    reads = f"the row reads {_line(messy, sheet, row['file_row'])}"
    if not facts:
        return f"{where}: stored though it is no data: {_words(row)}; {reads}"
    truth = min(facts, key=lambda values: len(agrees.off(row, values)))
    if not (names := agrees.off(row, truth)):
        return f"{where}: stored twice: {_words(row)}; {reads}"
    return "; ".join([where, *(f"{name}: expected {truth.get(name)!r}, stored {row.get(name)!r}" for name in names), reads])


def _place(messy: Messy, fact: Fact) -> str:
    return f"{messy.file_name}{f', sheet {fact.sheet}' if fact.sheet else ''}, row {fact.row} {_line(messy, fact.sheet, fact.row)}"


def _line(messy: Messy, sheet: str, row: int) -> list[Any]:
    return next(([*lines[row - 1]] for name, lines in messy.grid if name == sheet and row <= len(lines)), [])


def _words(row: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in row.items() if value is not None and name not in ("file_row", "part"))


def table(verdicts: Iterable[Verdict]) -> str:
    """Kinds by outcome, the median number of questions, and one example of what went wrong."""
    by_kind: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        by_kind.setdefault("mixtures" if "+" in verdict.messy.name else verdict.messy.name, []).append(verdict)
    lines = [f"{'':<24}{''.join(f'{outcome:>9}' for outcome in Outcome)}   questions (median, most)"]
    examples = []
    for name, found in by_kind.items():
        counts = Counter(verdict.outcome for verdict in found)
        asked = sorted(len(verdict.questions) for verdict in found)
        numbers = "".join(f"{counts[outcome] or '.':>9}" for outcome in Outcome)
        lines.append(f"{name:<24}{numbers}   {asked[len(asked) // 2]}, {asked[-1]}")
        for outcome in (Outcome.WRONG, Outcome.ASKED, Outcome.REFUSED, Outcome.TOLD):
            examples += [f"{v.messy.name}, {outcome}: {v.why}" for v in found if v.outcome == outcome][:8 if name == "mixtures" else 1]
    return "\n".join([*lines, "", *examples])
