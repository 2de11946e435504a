"""A source: one kind of upload with a fixed meaning, declared in a TOML named for it."""
from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from data.finding import Finding, Level, Refused, did_you_mean
from data.toml_file import check_keys, line_of, problem, read_toml

SHIPPED = Path(__file__).parent / "sources"
ALL = "all"        # what a missing optional part of a key counts as: every grade, every roster
LISTS = ("schools", "caseloads", "calendar", "goals")
APOSTROPHES = re.compile("['`´‘’ʻʼ]")


class FieldKind(StrEnum):
    SCHOOL = "school"
    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"
    COUNT = "count"
    NUMBER = "number"
    PERCENT = "percent"
    MINUTES = "minutes"
    YES_NO = "yes_no"
    CODE = "code"
    TEXT = "text"
    STUDENT = "student"
    PERSON = "person"


# Kinds whose cells are words, so that "NA" or "S" can be a value.
WORDY = (FieldKind.TEXT, FieldKind.CODE, FieldKind.STUDENT, FieldKind.PERSON, FieldKind.SCHOOL)


@dataclass(frozen=True)
class Field:
    """One thing a row says. `told_by` names a field of another source whose not-submitted marks answer this one.

    `says` tells people in a sentence what it is, `example` is a text it may have: both for blank workbooks and documents."""
    name: str
    kind: FieldKind
    label: str
    required: bool = False
    names: tuple[str, ...] = ()
    values: dict[str, tuple[str, ...]] = field(default_factory=dict)
    told_by: str = ""
    derive: str = ""
    says: str = ""
    example: str = ""


@dataclass(frozen=True)
class Check:
    """A rule over one row: `when` it holds, `say` what is wrong and how to `fix` it. With `aside` such a row is right but no data here."""
    when: str
    say: str
    fix: str
    level: Level
    aside: bool = False


@dataclass(frozen=True)
class Source:
    """A kind of spreadsheet. `key` says what makes a row unique; `forms` the sets of fields any one of which is enough."""
    name: str
    label: str
    one_row_is: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    date: str = ""
    events: bool = False            # rows are things that happened: a covered day without rows is zero
    repeats: bool = False           # rows with the same key are all kept and numbered
    received: str = "true"          # the row condition under which a school-day counts as sent
    tells_school_days: bool = False
    list_of: str = ""               # "schools", "caseloads", "calendar", "goals": a list, not daily data
    harvest: bool = False           # may be taken from another source's file while no list stands
    parts: tuple[str, ...] = ()     # key fields that may be missing and then count as "all"
    recognised_by: tuple[str, ...] = ()
    forms: tuple[tuple[str, ...], ...] = ()
    checks: tuple[Check, ...] = ()
    path: Path | None = field(default=None, compare=False)

    def field(self, name: str) -> Field:
        return next(f for f in self.fields if f.name == name)

    def of_kind(self, kind: FieldKind) -> str:
        """The name of the first field of this kind, or empty."""
        return next((f.name for f in self.fields if f.kind == kind), "")

    @property
    def school(self) -> str:
        return self.of_kind(FieldKind.SCHOOL)


@dataclass(frozen=True)
class Sources:
    """What this district's uploads can be; a broken file is listed in `findings` and the rest works."""
    by_name: dict[str, Source]
    findings: tuple[Finding, ...] = ()

    def __getitem__(self, name: str) -> Source:
        return self.by_name[name]

    def __iter__(self):
        return iter(self.by_name.values())

    def list_of(self, what: str) -> Source:
        return next(source for source in self if source.list_of == what)


SOURCE_KEYS = {"label": str, "one_row_is": str, "key": list, "date": str, "events": bool, "repeats": bool,
               "received": str, "tells_school_days": bool, "list_of": str, "harvest": bool,
               "parts": list, "recognised_by": list, "forms": list, "fields": dict, "checks": list}
FIELD_KEYS = {"kind": str, "label": str, "required": bool, "names": list, "values": dict, "told_by": str, "derive": str,
              "says": str, "example": str}
CHECK_KEYS = {"when": str, "say": str, "fix": str, "level": str, "aside": bool}


def load_sources(*folders: Path) -> Sources:
    """Read every source of the folders, shipped ones first; a later folder's file wins over an earlier one's."""
    from data.source_rules import broken_promises, untold
    by_name: dict[str, Source] = {}
    findings: list[Finding] = []
    for folder in (SHIPPED, *folders):
        for path in sorted(folder.glob("*.toml")) if folder.is_dir() else []:
            shipped = by_name.get(path.stem)
            try:
                source = read_source(path)
                if shipped and (found := broken_promises(path, source, shipped)):
                    raise Refused(*found)
            except Refused as refused:
                findings += refused.findings
                if shipped:
                    findings.append(Finding(Level.NOTE, f"the shipped {path.name} is used until this is put right",
                                            "Correct the file.", file=path.name))
                continue
            if shipped:
                findings.append(Finding(Level.NOTE, f"the district's own {path.name} is used instead of the shipped one",
                                        "Remove it to return to the shipped one.", file=path.name))
            by_name[source.name] = source
    return Sources(by_name, (*findings, *untold(by_name.values())))


def read_source(path: Path) -> Source:
    """One source from its TOML; Refused names every key that is wrong."""
    from data import source_rules           # which knows facts, which are built on this module
    raw = read_toml(path)
    check_keys(path, raw, SOURCE_KEYS, ("label", "one_row_is", "key", "fields"))
    _check_words(path, raw, "", ("key", "parts", "recognised_by"))
    _check_lists(path, raw)
    fields = tuple(_field(path, name, spec) for name, spec in raw["fields"].items())
    checks = tuple(_check(path, spec) for spec in raw.get("checks", []))
    plain = {key: raw[key] for key in SOURCE_KEYS if key in raw and key not in ("fields", "checks")}
    listed = {key: tuple(plain[key]) for key in ("key", "parts", "recognised_by") if key in plain}
    forms = tuple(tuple(form) for form in raw.get("forms", []))
    source = Source(**{**plain, **listed, "name": path.stem, "fields": fields, "checks": checks,
                       "forms": forms, "path": path})
    if found := source_rules.broken(path, source):
        raise Refused(*found)
    return source


def normalised(header: str) -> str:
    """A header or word as people mean it: case, accents, apostrophes, line breaks, punctuation and doubled blanks set aside."""
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", unicodedata.normalize("NFKD", header)).casefold()
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w%#]+|_", " ", APOSTROPHES.sub("", text).replace("%", " % ")).split())


def _field(path: Path, name: str, spec: Any) -> Field:
    check_keys(path, {name: spec}, {name: dict}, inside="fields")
    inside = f"fields.{name}"
    check_keys(path, spec, FIELD_KEYS, ("kind",), inside=inside)
    _check_words(path, spec, inside, ("names",))
    _check_words(path, spec.get("values", {}), f"{inside}.values", tuple(spec.get("values", {})))
    if spec["kind"] not in list(FieldKind):
        raise Refused(problem(path, f"in [{inside}] there is no kind {spec['kind']!r}",
                              did_you_mean(spec["kind"], map(str, FieldKind)), line_of(path, name)))
    label = spec.get("label", name.replace("_", " "))
    names = tuple(dict.fromkeys(normalised(n) for n in [name, label, *spec.get("names", [])]))
    values = {value: tuple(normalised(word) for word in [value, *words])
              for value, words in spec.get("values", {}).items()}
    return Field(name, FieldKind(spec["kind"]), label, spec.get("required", False), names, values,
                 *(spec.get(key, "") for key in ("told_by", "derive", "says", "example")))


def _check(path: Path, spec: Any) -> Check:
    check_keys(path, spec, CHECK_KEYS, ("when", "say", "fix"), inside="checks")
    level = spec.get("level", Level.STOP)
    if level not in list(Level):
        raise Refused(problem(path, f"in [checks] there is no level {level!r}", did_you_mean(level, map(str, Level)), line_of(path, "level")))
    aside = spec.get("aside", False)
    return Check(spec["when"], spec["say"], spec["fix"], Level.NOTE if aside else Level(level), aside)


def _check_words(path: Path, table: dict[str, Any], inside: str, keys: tuple[str, ...]) -> None:
    """Refuse what should be a list of words and is not: a lone word would be taken letter by letter."""
    found = [problem(path, f"{f'in [{inside}] ' if inside else ''}{key} should be a list of words, not {table[key]!r}",
                     f'Write it as {key} = ["…", "…"].', line_of(path, key))
             for key in keys if key in table and not _words(table[key])]
    if found:
        raise Refused(*found)


def _check_lists(path: Path, raw: dict[str, Any]) -> None:
    """Refuse a form that is no list of words and a list the app does not keep."""
    found = [problem(path, f"a form should be a list of fields, not {form!r}", 'Write forms = [["…", "…"], ["…"]].', line_of(path, "forms"))
             for form in raw.get("forms", []) if not _words(form)]
    if raw.get("list_of", LISTS[0]) not in LISTS:
        found.append(problem(path, f"there is no list of {raw['list_of']!r}", did_you_mean(raw["list_of"], LISTS), line_of(path, "list_of")))
    if found:
        raise Refused(*found)


def _words(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(word, str) for word in value)
