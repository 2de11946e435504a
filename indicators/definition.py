"""A definition: the TOML that says what one indicator is. One object renders its SQL, its prose and its examples."""
from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from data.expression import in_two, problem_with, trial
from data.facts import columns
from data.finding import Finding, Level, Refused, did_you_mean
from data.source import FieldKind, Sources
from data.source_rules import NAME
from data.toml_file import check_keys, line_of, problem, read_toml

SHIPPED = Path(__file__).parent / "definitions"
VIEWS = Path(__file__).parent / "views"
YEAR_TO_DATE = "year_to_date"
# School weeks a number looks back on; no school year has more than 53.
WINDOWS = {"week": 1, "rolling 4 weeks": 4, YEAR_TO_DATE: 53}
UNITS = ("percent", "count")
BETTER = ("higher", "lower", "neither")
EXPECTED = "expected"        # the relation of what should have arrived; built by indicators.coverage


@dataclass(frozen=True)
class Example:
    """Rows in, numbers out: run by the tests and shown in the dictionary."""
    rows: str
    numerator: float
    denominator: float


@dataclass(frozen=True)
class NewBaseline:
    """The week from which every place's usual range starts anew, and why the weeks before are no measure of those after."""
    since: date
    why: str


@dataclass(frozen=True)
class ViewFile:
    """A reviewed SQL view under indicators/views: which sources it joins, and which one says what has arrived."""
    name: str
    sql: str
    sources: tuple[str, ...]
    covered_by: str
    columns: dict[str, str]             # name to SQL type


@dataclass(frozen=True)
class Definition:
    """One indicator. `numerator` and `denominator` are aggregates over the rows that pass `where`."""
    name: str
    label: str
    short: str
    question: str
    description: str
    source: str
    numerator: str
    denominator: str = ""               # empty for a count: one a school-week
    reference: str = ""
    where: str = "true"
    percent_field: str = ""             # used for school-weeks whose file had a percentage only
    window: str = "week"
    unit: str = "percent"
    better: str = "higher"
    target: float | None = None
    settles_after_school_days: int = 0
    min_denominator: float = 1
    owner: str = ""
    examples: tuple[Example, ...] = ()
    new_baselines: tuple[NewBaseline, ...] = ()         # oldest first
    view: ViewFile | None = None
    path: Path | None = field(default=None, compare=False)

    @property
    def feeds(self) -> tuple[str, ...]:
        """The sources whose rows this indicator is made of."""
        return self.view.sources if self.view else (self.source,)

    @property
    def covered_by(self) -> str:
        """The source that says which school-days have arrived."""
        return self.view.covered_by if self.view else self.source

    @property
    def weeks(self) -> int:
        return WINDOWS[self.window]

    @property
    def judged(self) -> bool:
        """Only weekly numbers have a usual range: on rolling sums and on years to date its rules fire almost always."""
        return self.weeks == 1

    @property
    def to_date(self) -> bool:
        """Does each week's number hold the whole school year up to it?"""
        return self.window == YEAR_TO_DATE

    @property
    def of_cases(self) -> bool:
        """Is every number a number of cases that could each have gone otherwise? A sum of minutes or ratings is not."""
        return self.unit == "percent" or not re.search(r"\bsum\s*\(", self.numerator, re.IGNORECASE)

    @property
    def looks_back(self) -> str:
        """SQL: is the school week `back` part of the number of the school week `w`?"""
        return f"back.n between w.n - {self.weeks - 1} and w.n" + (" and back.year = w.year" if self.to_date else "")

    @property
    def fingerprint(self) -> str:
        """The same for as long as its weekly numbers are made in the same way."""
        view = self.view and (self.view.sql, self.view.sources, self.view.covered_by)
        made_of = (self.source, self.where, self.numerator, self.denominator, self.percent_field, self.window, view)
        return hashlib.sha256(repr(made_of).encode()).hexdigest()

    def in_words(self) -> str:
        """How the number is made, from the same fields the SQL is made of."""
        over = "" if self.weeks == 1 else ", since the school year began" if self.to_date else f", over the last {self.weeks} school weeks"
        where = "" if self.where == "true" else f" where {self.where}"
        if not self.denominator:
            return f"{self.numerator} of {self.source.replace('_', ' ')}{where}, a school{over}"
        return f"{self.numerator} ÷ {self.denominator} of {self.source.replace('_', ' ')}{where}{over}"


@dataclass(frozen=True)
class Definitions:
    """The indicators of this district; a broken file is listed in `findings` and the rest works."""
    by_name: dict[str, Definition]
    findings: tuple[Finding, ...] = ()

    def __getitem__(self, name: str) -> Definition:
        return self.by_name[name]

    def __iter__(self) -> Iterator[Definition]:
        return iter(self.by_name.values())

    def __contains__(self, name: str) -> bool:
        return name in self.by_name


KEYS = {"label": str, "short": str, "question": str, "description": str, "reference": str, "source": str, "where": str,
        "numerator": str, "denominator": str, "percent_field": str, "window": str, "unit": str, "better": str,
        "target": float, "settles_after_school_days": int, "min_denominator": float, "owner": str, "examples": list,
        "new_baselines": list}
EXAMPLE_KEYS = {"rows": str, "numerator": float, "denominator": float}
BASELINE_KEYS = {"from": date, "why": str}
REQUIRED = ("label", "question", "description", "source", "numerator")


def load_definitions(sources: Sources, *folders: Path) -> Definitions:
    """Read every definition of the folders, shipped ones first; a district's own of the same name wins, visibly."""
    by_name: dict[str, Definition] = {}
    findings: list[Finding] = []
    for folder in (SHIPPED, *folders):
        for path in sorted(folder.glob("*.toml")) if folder.is_dir() else []:
            shipped = by_name.get(path.stem)
            try:
                definition = read_definition(path, sources)
            except Refused as refused:
                findings += refused.findings
                if shipped:
                    findings.append(Finding(Level.NOTE, f"the shipped {path.name} is used until this is put right", "Correct the file.",
                                            file=path.name))
                continue
            if shipped:
                findings.append(Finding(Level.NOTE, f"the district's own {path.name} is used instead of the shipped one",
                                        "Remove it to return to the shipped one.", file=path.name))
            by_name[definition.name] = definition
    return Definitions(by_name, tuple(findings))


def read_definition(path: Path, sources: Sources) -> Definition:
    """One definition from its TOML; Refused names every key, word and column that is wrong."""
    raw = read_toml(path)
    check_keys(path, raw, KEYS, REQUIRED)
    for key, allowed in (("window", WINDOWS), ("unit", UNITS), ("better", BETTER)):
        if raw.get(key, next(iter(allowed))) not in allowed:
            raise Refused(problem(path, f"there is no {key} {raw[key]!r}", did_you_mean(raw[key], allowed), line_of(path, key)))
    examples = tuple(_example(path, spec) for spec in raw.get("examples", []))
    baselines = sorted((_new_baseline(path, spec) for spec in raw.get("new_baselines", [])), key=lambda baseline: baseline.since)
    definition = Definition(**{"short": raw["label"], **raw, "name": path.stem, "examples": examples, "new_baselines": tuple(baselines),
                               "view": _view(path, raw["source"], sources), "path": path})
    _check_expressions(path, definition, sources)
    return definition


def row_columns(definition: Definition, sources: Sources) -> dict[str, str]:
    """The columns a definition's expressions may name, with their SQL types."""
    return definition.view.columns if definition.view else columns(sources[definition.source])


def _check_expressions(path: Path, definition: Definition, sources: Sources) -> None:
    """Refuse what is not allowed, does not add up, or cannot be worked out on a row."""
    known = row_columns(definition, sources)
    found = [problem(path, f"{key}: {in_two(said)[0]}", in_two(said)[1], line_of(path, key))
             for key, aggregate in (("where", False), ("numerator", True), ("denominator", True))
             if (text := getattr(definition, key)) and (said := problem_with(text, known, aggregate=aggregate))]
    sums = f"coalesce({definition.numerator}, 0)::double, coalesce({definition.denominator or '1'}, 0)::double"
    if not found and (said := trial(f"select {sums} from rows where {definition.where}", known)):
        found.append(problem(path, f"its expressions cannot be worked out: {said}", "Correct the expression.", line_of(path, "numerator")))
    if found := found + _check_percent(path, definition, sources) + _check_numbers(path, definition) + _check_baselines(path, definition):
        raise Refused(*found)


def _check_percent(path: Path, definition: Definition, sources: Sources) -> list[Finding]:
    """A percentage without counts is a mean of school-days: of a percentage, of one week, and never mixed with counts."""
    name = definition.percent_field
    if not name:
        return []
    percents = [] if definition.view else [f.name for f in sources[definition.source].fields if f.kind == FieldKind.PERCENT]
    found = [] if name in percents else [problem(path, f"percent_field names {name!r}, which is no percentage here",
                                                 did_you_mean(name, percents or ["none"]), line_of(path, "percent_field"))]
    if definition.weeks > 1:
        found.append(problem(path, f"percent_field cannot go with the window {definition.window!r}: weeks of counts and of percentages would be "
                             "mixed", "Use window = \"week\".", line_of(path, "window")))
    if definition.unit != "percent":
        found.append(problem(path, "percent_field needs a percent", "Use unit = \"percent\".", line_of(path, "unit")))
    return found


def _check_numbers(path: Path, definition: Definition) -> list[Finding]:
    """Refuse numbers in the wrong unit: a target of 0.95 % would be met for ever."""
    target, found = definition.target, []
    if definition.unit == "percent" and not definition.denominator:
        found.append(problem(path, "a percent needs a denominator", "Add denominator = \"…\".", line_of(path, "unit")))
    if target is not None and definition.unit == "percent":
        if not 0 <= target <= 100:
            found.append(problem(path, f"the target {target:g} is no percentage", "Write a number from 0 to 100.", line_of(path, "target")))
        elif 0 < target <= 1 and definition.better == "higher":
            found.append(problem(path, f"the target {target:g} looks like a share of one", f"Write {target * 100:g}.", line_of(path, "target")))
    found += [problem(path, f"{key} is below zero", "Write 0 or more.", line_of(path, key))
              for key in ("settles_after_school_days", "min_denominator") if getattr(definition, key) < 0]
    if not NAME.fullmatch(definition.name):
        found.append(problem(path, f"{definition.name!r} cannot be the name of an indicator", "Use small letters, digits and _."))
    return found


def _example(path: Path, spec: Any) -> Example:
    check_keys(path, spec, EXAMPLE_KEYS, ("rows", "numerator", "denominator"), inside="examples")
    return Example(**spec)


def _new_baseline(path: Path, spec: Any) -> NewBaseline:
    check_keys(path, spec, BASELINE_KEYS, tuple(BASELINE_KEYS), inside="new_baselines")
    return NewBaseline(spec["from"], spec["why"])


def _check_baselines(path: Path, definition: Definition) -> list[Finding]:
    """A usual range starts anew at the Monday of a week, once, and with a reason people can read beside it."""
    found, dates = [], [baseline.since for baseline in definition.new_baselines]
    if dates and not definition.judged:
        found.append(problem(path, f"new_baselines cannot go with the window {definition.window!r}, which has no usual range to start anew",
                             "Remove them.", line_of(path, "new_baselines")))
    for baseline in definition.new_baselines:
        if baseline.since.weekday():
            week = baseline.since - timedelta(days=baseline.since.weekday())
            found.append(problem(path, f"in [new_baselines] from {baseline.since} is a {baseline.since:%A}, and weeks begin on Monday",
                                 f"Write {week}, or {week + timedelta(weeks=1)} for the week after.", line_of(path, "from")))
        if not baseline.why.strip():
            found.append(problem(path, f"in [new_baselines] nothing says why the usual range starts anew from {baseline.since}",
                                 "Write the reason in a sentence: it stands beside the chart.", line_of(path, "why")))
    found += [problem(path, f"in [new_baselines] from {day} is there twice", "Keep one of the two.", line_of(path, "from"))
              for day in sorted({day for day in dates if dates.count(day) > 1})]
    return found


def _view(path: Path, source: str, sources: Sources) -> ViewFile | None:
    """The view a definition reads, or None when it reads a source directly."""
    if source in sources.by_name:
        return None
    file = VIEWS / f"{source}.sql"
    if not file.exists():
        known = [*sources.by_name, *(view.stem for view in VIEWS.glob("*.sql"))]
        raise Refused(problem(path, f"there is no source {source!r}", did_you_mean(source, known), line_of(path, "source")))
    view = read_view(file)
    gone = [name for name in view.sources if name not in sources.by_name]
    if gone:
        raise Refused(problem(path, f"its view needs the source {gone[0]!r}, which is not declared", f"Put {gone[0]}.toml back."))
    return view


def read_view(file: Path) -> ViewFile:
    """A view file: SQL under a head of comments that name its sources, its coverage and its columns."""
    text = file.read_text(encoding="utf-8")
    head = {key: tuple(filter(None, (part.strip() for part in value.split(","))))
            for key, value in re.findall(r"^-- ([a-z ]+):[ ]*(.*)$", text, re.MULTILINE)}
    typed = dict(column.split(" ", 1) for column in head["columns"])
    return ViewFile(file.stem, text, head.get("sources", ()), *head["covered by"], typed)
