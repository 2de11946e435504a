"""Which kinds of spreadsheet a table is, and which of its columns is which field. Certain, or asked."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from data.finding import Finding, Level, did_you_mean
from data.layout import Header, Table
from data.source import Field, FieldKind, Source, Sources, normalised

CHOSEN, EXACT, SYNONYM, TOLD = "your choice", "exact name", "a known name for it", "its not-submitted marks"
NOT_USED = "-"               # the answer that leaves a field without a column
MOSTLY_USED = 0.5            # a list that uses fewer of a table's columns than this is asked about, not taken


@dataclass(frozen=True)
class Question:
    """Something only a person can say. `key` names it for an answer; `options` maps an answer to its words."""
    key: str
    ask: str
    options: dict[str, str]
    holds_for_alike: bool = True        # the answer goes for every sheet with the same headings


@dataclass(frozen=True)
class Match:
    """One source a table feeds: field name to column, with the reason for each."""
    source: Source
    columns: dict[str, Header]
    why: dict[str, str]
    harvested: bool = False
    sheet: str = ""
    doubts: dict[str, list[Header]] = field(default_factory=dict)      # columns as good as the one taken, itself among them

    @property
    def own_columns(self) -> set[str]:
        """Columns that say more than where and when."""
        shared = (FieldKind.SCHOOL, FieldKind.DATE, FieldKind.STUDENT)
        return {header.column for name, header in self.columns.items() if self.source.field(name).kind not in shared}


def match(table: Table, sources: Sources, answers: Mapping[str, str]) -> tuple[list[Match], list[Question]]:
    """The sources this table feeds. More than one claim on the same column is a question, never a guess."""
    matches, questions = _claims(table, sources, answers)
    return matches, questions + [_ask_column(table, m, name) for m in matches for name in m.doubts]


def _claims(table: Table, sources: Sources, answers: Mapping[str, str]) -> tuple[list[Match], list[Question]]:
    matches = [m for source in sources if (m := _match_one(table, source, answers))]
    chosen = chosen_source(table.sheet, answers)
    if chosen:
        return [m for m in matches if m.source.name == chosen], []
    daily = _meant([m for m in matches if not m.source.harvest])
    if daily:
        return _only_one(table, daily)
    lists = [m for m in matches if m.source.harvest]
    for one in lists:
        if len(one.columns) < MOSTLY_USED * len(table.headers):
            return [], [_ask_source(table, f"Only {len(one.columns)} of {len(table.headers)} columns can be used. What is this?", lists)]
    return _only_one(table, lists)


def _meant(matches: list[Match]) -> list[Match]:
    """Without those all of whose columns another match reads too, and more: school, day and student alone are in every list of students."""
    columns = {m.source.name: {header.column for header in m.columns.values()} for m in matches}
    return [m for m in matches if not any(columns[m.source.name] < other for other in columns.values())]


def chosen_source(sheet: str, answers: Mapping[str, str]) -> str:
    """The kind of spreadsheet the person said this sheet is; empty when nothing was said."""
    return answers.get(f"source:{sheet}") or answers.get("source") or ""


def match_named(source: Source, headers: tuple[Header, ...]) -> Match:
    """A match of headers that are the source's own field names, as in a definition's examples."""
    columns = {h.text: h for h in headers if h.text in {f.name for f in source.fields}}
    return Match(source, columns, dict.fromkeys(columns, EXACT))


def harvest(table: Table, sources: Sources, answers: Mapping[str, str], school: Header | None = None) -> list[Match]:
    """Lists that can be taken from a table of another kind: its schools and who supports them, and nothing besides.

    `school` is the column its own kind takes for the school, whatever its heading."""
    found = [_needed(table, source, answers) or _by_code(table, source, answers, school) for source in sources if source.harvest]
    return [replace(m, harvested=True) for m in found if m]


def _needed(table: Table, source: Source, answers: Mapping[str, str]) -> Match | None:
    """The fields a list needs, from columns that leave no doubt: a plain "Name" may be a student's."""
    m = _match_one(table, source, answers)
    needed = {f.name for f in source.fields if f.required} | {*source.recognised_by}
    columns = {name: header for name, header in m.columns.items() if name in needed and name not in m.doubts
               and normalised(header.text) != "name"} if m else {}
    return replace(m, columns=columns, doubts={}) if m and needed == columns.keys() else None


def _by_code(table: Table, source: Source, answers: Mapping[str, str], school: Header | None) -> Match | None:
    """A school list from a file that has no names: until a real list comes, a school is called by its code."""
    columns, why = matched_columns(table, source, answers)
    code = columns.get(source.school) or school
    if source.list_of != "schools" or code is None:
        return None
    return Match(source, {source.school: code, "name": code}, {source.school: why.get(source.school, CHOSEN), "name": "the code serves as the name"},
                 sheet=table.sheet)


def told_by(table: Table, match: Match, sources: Sources) -> list[Match]:
    """Sources that a matched column answers through its not-submitted marks, unless the table cuts its days into parts."""
    found = []
    if any(part in match.columns for part in match.source.parts):
        return found
    for source in sources:
        for f in source.fields:
            other, _, name = f.told_by.partition(".")
            if other == match.source.name and name in match.columns:
                where = {n: match.columns[match.source.of_kind(source.field(n).kind)] for n in (source.school, source.date)}
                found.append(Match(source, where | {f.name: match.columns[name]},
                                   {**dict.fromkeys(where, EXACT), f.name: TOLD}, sheet=table.sheet))
    return found


def refusal(table: Table, sources: Sources, file: str, answers: Mapping[str, str]) -> Finding:
    """Why no kind of spreadsheet fits, by the chosen or the nearest one: which columns are missing, which are there."""
    there = ", ".join(h.text for h in table.headers[:12]) + (", …" if len(table.headers) > 12 else "")
    nearest = sources.by_name.get(chosen_source(table.sheet, answers)) or max(
        (s for s in sources if not s.list_of),
        key=lambda s: (len(matched_columns(table, s, answers)[0]), -sum(f.required for f in s.fields)))
    columns = matched_columns(table, nearest, answers)[0]
    missing = [f.label for f in nearest.fields if f.required and f.name not in columns]
    if not missing:
        forms = [" and ".join(nearest.field(name).label for name in form) for form in nearest.forms]
        missing = [" or ".join(forms)] if forms else ["known"]
    lacks = " and ".join(f"no {label} column" for label in missing)
    return Finding(Level.STOP, f"there is {lacks} that we know. Row {table.header_row} has {there}",
                   "Say which column is which, or choose what kind of spreadsheet this is.", file=file, sheet=table.sheet)


def _only_one(table: Table, matches: list[Match]) -> tuple[list[Match], list[Question]]:
    """All matches that claim different columns; a question where two claim the same."""
    for one in matches:
        rivals = [other for other in matches if other is not one and one.own_columns & other.own_columns]
        better = [r for r in rivals if one.own_columns < r.own_columns]
        if better:
            return _only_one(table, [m for m in matches if m is not one])
        if rivals:
            return [], [_ask_source(table, "This could be more than one kind of spreadsheet. Which is it?", [one, *rivals])]
    return matches, []


def _ask_source(table: Table, ask: str, matches: list[Match]) -> Question:
    return Question(f"source:{table.sheet}", ask, {m.source.name: m.source.label for m in matches})


def _ask_column(table: Table, match: Match, name: str) -> Question:
    """Which of several columns with a good name is the field; told apart by what is in them."""
    options = {}
    for header in match.doubts[name]:
        seen = [text for text in table.body[header.column].slice(0, 50).to_pylist() if text][:3]
        options[header.column] = f"column {header.column}, {header.text} ({', '.join([*seen, '…'])})"
    if not match.source.field(name).required:
        options[NOT_USED] = "neither"
    listed = " and ".join(f"{h.text} (column {h.column})" for h in match.doubts[name])
    return Question(f"column:{table.sheet}:{match.source.name}.{name}",
                    f"{listed} could both be {match.source.field(name).label}. Which one is it?", options)


def _match_one(table: Table, source: Source, answers: Mapping[str, str]) -> Match | None:
    columns, why, doubts = _columns(table, source, answers)
    enough = all(f.name in columns for f in source.fields if f.required)
    formed = not source.forms or any(set(form) <= columns.keys() for form in source.forms)
    known = not source.recognised_by or any(name in columns for name in source.recognised_by)
    asked = chosen_source(table.sheet, answers) == source.name
    return Match(source, columns, why, sheet=table.sheet, doubts=doubts) if enough and formed and (known or asked) else None


def matched_columns(table: Table, source: Source, answers: Mapping[str, str]) -> tuple[dict[str, Header], dict[str, str]]:
    """Field to column, by choice, then exact name, then known name, where no other column is as good."""
    columns, why, doubts = _columns(table, source, answers)
    return {name: header for name, header in columns.items() if name not in doubts}, {n: w for n, w in why.items() if n not in doubts}


def _columns(table: Table, source: Source, answers: Mapping[str, str]) -> tuple[dict[str, Header], dict[str, str], dict[str, list[Header]]]:
    """Field to column with the reason, and the fields for which several columns are equally good. A column serves one field."""
    columns: dict[str, Header] = {}
    why: dict[str, str] = {}
    doubts: dict[str, list[Header]] = {}
    free = list(table.headers)
    chosen = {f.name: answers.get(f"column:{table.sheet}:{source.name}.{f.name}") for f in source.fields}
    for f in source.fields:
        if header := next((h for h in free if h.column == chosen[f.name]), None):
            columns[f.name], why[f.name] = header, CHOSEN
            free.remove(header)
    for closeness, reason in ((_is_code_of, SYNONYM), (_is_name_of, EXACT), (_is_known_for, SYNONYM)):
        for f in source.fields:
            if f.name in columns or chosen[f.name] == NOT_USED:
                continue
            if good := [h for h in free if closeness(f, normalised(h.text))]:
                different = _different(table, good)
                columns[f.name], why[f.name] = different[0], different[0].told or reason
                free.remove(different[0])
                if len(different) > 1:
                    doubts[f.name] = different
    return columns, why, doubts


def _different(table: Table, headers: list[Header]) -> list[Header]:
    """Of several columns with a good name, those that say something, each text once: a copy is no rival."""
    if len(headers) == 1:
        return headers
    found: dict[tuple, Header] = {}
    for header in headers:
        texts = tuple(table.body[header.column].to_pylist())
        if any(texts):
            found.setdefault(texts, header)
    return [*found.values()] or headers[:1]


def _is_code_of(field: Field, text: str) -> bool:
    """A column of school codes beats one of school names: a code means one school, a name may mean three."""
    return field.kind == FieldKind.SCHOOL and text in field.names and bool({"code", "id", "number", "dbn"} & {*text.split()})


def _is_name_of(field: Field, text: str) -> bool:
    return text in (normalised(field.name), normalised(field.label))


def _is_known_for(field: Field, text: str) -> bool:
    return text in field.names


def lacks_only(table: Table, sources: Sources, kind: FieldKind) -> bool:
    """Would this table feed a source if it had a column of this kind?"""
    name = {f.names[0] for source in sources for f in source.fields if f.kind == kind and f.required} - {normalised(h.text) for h in table.headers}
    return any(_match_one(replace(table, headers=(*table.headers, Header(NOT_USED, text))), source, {}) for source in sources
               if not source.list_of for text in name)


def unknown_source(name: str, sources: Sources) -> Finding:
    return Finding(Level.STOP, f"there is no kind of spreadsheet named {name!r}", did_you_mean(name, sources.by_name))
