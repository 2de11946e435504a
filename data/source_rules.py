"""What a source's TOML must keep to beyond its keys: each rule says which line breaks it and what to do."""
from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from data.expression import in_two, problem_with, trial
from data.facts import columns
from data.finding import Finding, did_you_mean
from data.source import ALL, WORDY, FieldKind, Source
from data.toml_file import line_of, problem

NAME = re.compile("[a-z][a-z0-9_]*")       # of a source or a field: it becomes the name of a table or a column
TAKEN = {"file_row", "file_column", "spot", "load_id", "part", "nth", "out", "school_id", "day", "week"}      # columns of our own beside the fields


def broken(path: Path, source: Source) -> list[Finding]:
    """Why this source cannot be used; empty when it can. Later rules rest on earlier ones, so the first broken one speaks."""
    for rule in (_names, _roles, _headings, _expressions):
        if found := rule(path, source):
            return found
    return []


def _names(path: Path, source: Source) -> list[Finding]:
    """Key, date, forms and recognised_by may name only fields that exist; names must do as names of tables and columns."""
    known = [f.name for f in source.fields]
    named = {"key": source.key, "parts": source.parts, "recognised_by": source.recognised_by, "date": (source.date,) if source.date else (),
             "forms": tuple(name for form in source.forms for name in form)}
    found = [problem(path, f"{key} names {name!r}, which is no field", did_you_mean(name, known), line_of(path, key))
             for key, names in named.items() for name in names if name not in known]
    found += [problem(path, f"{name!r} cannot be the name of a {what}", "Use small letters, digits and _, beginning with a letter.",
                      line_of(path, name))
              for what, names in (("source", [source.name]), ("field", known)) for name in names if not NAME.fullmatch(name)]
    clash = TAKEN | {f"{name}_is" for name in known}
    return found + [problem(path, f"a field cannot be called {name!r}: Headway has a column of that name", "Choose another name.",
                            line_of(path, name)) for name in known if name in clash]


def _roles(path: Path, source: Source) -> list[Finding]:
    """Every field must be able to do what the source asks of it."""
    key = line_of(path, "key")
    found = [problem(path, f"key leaves out {name!r}", f"Add {name!r} to key: a row belongs to one school and day.", key)
             for name in (source.date, source.school) if name and name not in source.key]
    if not source.key:
        found.append(problem(path, "key is empty", "Name the fields that make a row unique.", key))
    if source.date and source.field(source.date).kind != FieldKind.DATE:
        found.append(problem(path, f"date names {source.date!r}, which is of kind {source.field(source.date).kind}",
                             "Name a field of kind date.", line_of(path, "date")))
    found += [problem(path, f"parts names {name!r}, which is of kind {source.field(name).kind}, and only words can be {ALL!r}",
                      "Name a field of kind code, text, student or person.", line_of(path, "parts"))
              for name in source.parts if source.field(name).kind not in WORDY]
    found += [problem(path, f"parts names {name!r}, which is not in key", "Add it to key.", line_of(path, "parts"))
              for name in source.parts if name not in source.key]
    if len(source.parts) > 1:
        found.append(problem(path, "parts names more than one field", "Keep the one a row may be cut by.", line_of(path, "parts")))
    return found + [problem(path, f"{f.name!r} is a time on the day of its row, and the source has no date", "Add date = to the source.",
                            line_of(path, f.name)) for f in source.fields if f.kind == FieldKind.DATETIME and not source.date]


def _headings(path: Path, source: Source) -> list[Finding]:
    """A heading must mean one field, and a word one value: of two meanings the first would win in silence."""
    means: dict[str, str] = {}
    found = []
    for f in source.fields:
        for name in f.names:
            other = means.setdefault(name, f.name)
            if not name:
                found.append(problem(path, f"in [fields.{f.name}] a name has no letter or digit", "Remove it.", line_of(path, f.name)))
            elif other != f.name:
                found.append(problem(path, f"the heading {name!r} means both {other!r} and {f.name!r}", "Leave it to one of them.",
                                     line_of(path, f.name)))
        if f.values and f.kind not in (FieldKind.CODE, FieldKind.YES_NO):
            found.append(problem(path, f"[fields.{f.name}] has values, and its kind is {f.kind}", "Remove them, or make it a code.",
                                 line_of(path, f.name)))
        if f.kind == FieldKind.YES_NO and not {*f.values} <= {"yes", "no"}:
            found.append(problem(path, f"the values of [fields.{f.name}] should be yes and no", "Use yes = [\"…\"] and no = [\"…\"].",
                                 line_of(path, f.name)))
        words = [word for words in f.values.values() for word in {*words}]
        found += [problem(path, f"in [fields.{f.name}.values] {word!r} means two values", "Leave it to one of them.", line_of(path, f.name))
                  for word in sorted({word for word in words if words.count(word) > 1})]
    return found


def _expressions(path: Path, source: Source) -> list[Finding]:
    """The SQL of a source is held to the same allow-list as that of a definition, and tried on a row."""
    known, found = columns(source), []
    said = [(check.when, "when") for check in source.checks] + [(f.derive, "derive") for f in source.fields if f.derive]
    for text, key in [*said, (source.received, "received")]:
        if wrong := problem_with(text, known, aggregate=False):
            found.append(problem(path, f"{key}: {in_two(wrong)[0]}", in_two(wrong)[1], line_of(path, key)))
        elif wrong := trial(f"select {text} from rows", known):
            found.append(problem(path, f"{key}: {text!r} cannot be worked out: {wrong}", "Correct the expression.", line_of(path, key)))
    return found


def broken_promises(path: Path, source: Source, shipped: Source) -> list[Finding]:
    """A district's own version may add fields and headings; what definitions, views and the app build on stays."""
    own = {f.name: f.kind for f in source.fields}
    found = [problem(path, f"there is no field {f.name!r} of kind {f.kind}, which the shipped one has",
                     f"Put [fields.{f.name}] back: definitions build on it.", line_of(path, f.name))
             for f in shipped.fields if own.get(f.name) != f.kind]
    if (source.list_of, source.date) != (shipped.list_of, shipped.date):
        found.append(problem(path, "list_of or date differs from the shipped one", "Copy both from the shipped file.",
                             line_of(path, "list_of") or line_of(path, "date")))
    return found


def untold(sources: Iterable[Source]) -> list[Finding]:
    """Fields told by a column that no source has: they would be silent for ever."""
    sources = list(sources)
    known = [f"{source.name}.{f.name}" for source in sources for f in source.fields]
    return [problem(source.path, f"told_by names {f.told_by!r}, which is no field of any source", did_you_mean(f.told_by, known),
                    line_of(source.path, "told_by"))
            for source in sources for f in source.fields if f.told_by and f.told_by not in known]
