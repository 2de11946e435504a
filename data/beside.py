"""What a table leaves to its title, or to the name of its sheet or file: the school or the day that all its rows are about."""
from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import pyarrow as pa

from data.finding import Finding, Level
from data.heading import Across, moment, readings
from data.layout import Header, Table, left_out
from data.matching import NOT_USED, Question, chosen_source, lacks_only
from data.schools import SchoolList
from data.source import FieldKind, Source, Sources, normalised

SCHOOL, DAY = "school", "date"              # names of the columns this adds, and keys of answers
YOUR_ANSWER = "your answer"
NO = "-"
PRINTED = re.compile(r"\b(run|printed|generated|created|exported|downloaded|updated|as of|report date|produced)\b", re.IGNORECASE)
LABEL = re.compile(r"^[\w ]{2,20}:\s*")     # School: Lincoln Elementary
WORDS_OF_A_DATE = 4
MOST_WORDS = 8                              # of a title or name in which a school or day is looked for piece by piece


@dataclass(frozen=True)
class Text:
    """Something that is written beside the table, and what it is."""
    words: str
    where: str                              # the title in row 1, the sheet's name, the file's name


def texts_beside(table: Table, file: str) -> list[Text]:
    titles = [Text(part, f"the title in row {aside.row}") for aside in table.set_aside if aside.row < table.header_row
              for part in aside.text.split(" · ")]
    return [*titles, *([Text(name, "the sheet's name")] if (name := table.within or table.sheet) else []), Text(re.sub(r"\.\w{1,5}(\.gz)?$", "", file), "the file's name")]


def told_beside(table: Table, sources: Sources, schools: SchoolList, file: str, today: date,
                answers: Mapping[str, str]) -> tuple[Table, list[Question], list[Finding]]:
    """The table with a column for the school, or the day, where it has none and something beside it tells one.

    What a person names goes before. A day in a title that does not say when the report was printed is taken, and told; one in a name is asked about."""
    if left_out(table, answers):
        return table, [], []
    kinds = {f.kind for source in sources for f in source.fields for h in table.headers if normalised(h.text) in f.names and f.required}
    beside, questions, findings = texts_beside(table, file), [], []
    meant = sources.by_name.get(chosen_source(table.sheet, answers)) or _incomplete(table, sources)[1]
    if named := answers.get(f"{SCHOOL}:{table.sheet}"):
        table = _with(table, SCHOOL, _heading(meant, FieldKind.SCHOOL), named, Text(named, YOUR_ANSWER))
    elif FieldKind.SCHOOL not in kinds and (found := _school(beside, schools)):
        code, text = found
        table = _with(table, SCHOOL, _heading(meant, FieldKind.SCHOOL), code, text)
        findings.append(_told(table, f"there is no column of schools; {text.where} says {text.words}, so every row is about {schools.names[code]}"))
    if FieldKind.DATE not in kinds or answers.get(f"{DAY}:{table.sheet}"):
        table, asked, told = _dated(table, beside, today, answers, _heading(meant, FieldKind.DATE))
        questions, findings = questions + asked, findings + told
    return table, questions, findings


def lacking(table: Table, sources: Sources) -> set[FieldKind]:
    """What a person could name for all rows at once, and the table would be a kind we know: the school, the day, or both."""
    return _incomplete(table, sources)[0]


def _incomplete(table: Table, sources: Sources) -> tuple[set[FieldKind], Source | None]:
    """What the table lacks to be a kind we know, and that kind: the one that lacks least."""
    school_and_day = (FieldKind.SCHOOL, FieldKind.DATE)
    table = replace(table, body=table.body.slice(0, 0).append_column(NOT_USED, pa.array([], pa.string())))      # headings alone decide
    alone = [Sources({source.name: source}) for source in sources if source.school and source.date and not source.list_of]
    for one in alone:
        if lacks := {kind for kind in school_and_day if lacks_only(table, one, kind)}:
            return lacks, next(iter(one))
    there = {normalised(header.text) for header in table.headers}
    for one in alone:
        source = next(iter(one))
        given = replace(table, headers=(*table.headers, Header(NOT_USED, _heading(source, FieldKind.SCHOOL))))
        if not there & {*source.field(source.school).names} and lacks_only(given, one, FieldKind.DATE):
            return {*school_and_day}, source
    return set(), None


def _heading(source: Source | None, kind: FieldKind) -> str:
    """What a column of schools or days must be called to be found: as everybody calls it, if this kind of spreadsheet knows that."""
    usual = {FieldKind.SCHOOL: "School", FieldKind.DATE: "Date"}[kind]
    f = next((f for f in source.fields if f.kind == kind and f.required), None) if source else None
    return f.label if f and normalised(usual) not in f.names else usual


def printed_on(table: Table, today: date) -> date | None:
    """When a title says that the report was run; None where none does, or it could be two days."""
    days = {days for aside in table.set_aside if aside.row < table.header_row for text in aside.text.split(" · ")
            if PRINTED.search(text) for days in _days(text, today)}
    return max((day for days in days for day in days), default=None) if all(len(each) == 1 for each in days) else None


def _dated(table: Table, beside: list[Text], today: date, answers: Mapping[str, str], heading: str) -> tuple[Table, list[Question], list[Finding]]:
    key = f"{DAY}:{table.sheet}"
    said = answers.get(key, "")
    if re.fullmatch(r"\d{4}-\d\d-\d\d", said):
        return _with(table, DAY, heading, said, Text(said, YOUR_ANSWER)), [], []
    if said:
        return table, [], []
    sure = {day: text for text in beside if text.where.startswith("the title") and not PRINTED.search(text.words)
            for day in _days(text.words, today) if len(day) == 1}
    if len(sure) == 1:
        (days, text), = sure.items()
        day = days[0]
        return (_with(table, DAY, heading, str(day), text), [],
                [_told(table, f"there is no column of dates; {text.where} says {text.words}, so every row is about {day.day} {day:%b %Y}")])
    maybe = {day: text for text in reversed(beside) for days in _days(text.words, today) for day in days}
    if not maybe:
        return table, [], []
    options = {str(day): f"{day.day} {day:%b %Y}, as in {text.where} ({text.words})" for day, text in sorted(maybe.items())}
    return table, [Question(key, "There is no column of dates. Which day is every row about?", options | {NO: "none of these"}, holds_for_alike=False)], []


def _days(words: str, today: date) -> Iterable[tuple[date, ...]]:
    """The days a text may mean, for each piece of it that is a date; two where day and month could be either way round."""
    pieces = re.sub(r"(?<=\d)_(?=\d)", "/", words).replace("_", " ").replace(",", " ").split()
    at = 0
    while at < len(pieces):
        for length in range(min(WORDS_OF_A_DATE, len(pieces) - at), 0, -1):
            found = moment(" ".join(pieces[at:at + length]))
            if found and found.orders and found.kind == Across.DAY:
                days = tuple({day[found] for day in readings([found], today)})
                if days:
                    yield days
                at += length - 1
                break
        at += 1


def _school(beside: Sequence[Text], schools: SchoolList) -> tuple[str, Text] | None:
    """The one school on the district's own list that something beside the table names; the nearest text decides."""
    for text in sorted(beside, key=lambda text: not text.where.startswith("the sheet")):
        whole = LABEL.sub("", text.words)
        if schools.is_listed(whole):
            return schools.judge(whole).value, text
        said = f" {normalised(text.words)} "
        named = {code for code, name in schools.names.items() if not schools.open and f" {normalised(name)} " in said}
        if len(named) == 1:
            return named.pop(), text
    return None


def _with(table: Table, name: str, heading: str, value: str, text: Text) -> Table:
    values = pa.DictionaryArray.from_arrays(pa.array([0] * table.body.num_rows, pa.int32()), pa.array([value], pa.string()))
    return replace(table, headers=(*table.headers, Header(name, heading, told=text.where)), body=table.body.append_column(name, values))


def _told(table: Table, problem: str) -> Finding:
    return Finding(Level.NOTE, problem, "If that is wrong, add the column and upload the file again.", sheet=table.sheet)
