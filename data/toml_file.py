"""Read a TOML file against the keys we know. A typo is explained, never ignored."""
from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from data.finding import Finding, Level, Refused, did_you_mean

NAMES = {str: "text in quotes", bool: "true or false", int: "a whole number", float: "a number",
         list: "a list in [ ]", dict: "a table", date: "a day without quotes, such as 2026-01-05"}


def read_toml(path: Path) -> dict[str, Any]:
    """The file as a dictionary, or Refused with the line that cannot be read."""
    try:
        return tomllib.loads(_text(path))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        line = re.search(r"at line (\d+)", str(error))
        raise Refused(problem(path, f"this is not readable TOML: {error}", "Compare the line with a shipped file.",
                              int(line[1]) if line else None)) from None


def check_keys(path: Path, table: Any, known: dict[str, type], required: tuple[str, ...] = (), inside: str = "") -> None:
    """Refuse unknown keys, wrong types and missing keys of one table, all in one go."""
    if not isinstance(table, dict):
        raise Refused(problem(path, f"{inside} should hold tables, not {table!r}", f"Write it under [[{inside}]].", line_of(path, inside)))
    found = [*unknown_keys(path, table, known, inside), *wrong_types(path, table, known, inside)]
    found += [problem(path, f"{_there(inside)}there is no key {key!r}", f"Add {key} = {NAMES[known[key]]}.", line_of(path, inside))
              for key in required if key not in table]
    if found:
        raise Refused(*found)


def unknown_keys(path: Path, table: dict[str, Any], known: dict[str, type], inside: str) -> list[Finding]:
    return [problem(path, f"{_there(inside)}there is no key {key!r}", did_you_mean(key, known), line_of(path, key))
            for key in table if key not in known]


def wrong_types(path: Path, table: dict[str, Any], known: dict[str, type], inside: str) -> list[Finding]:
    return [problem(path, f"{_there(inside)}{key} should be {NAMES[known[key]]}, not {table[key]!r}",
                    f"Write it as {NAMES[known[key]]}.", line_of(path, key))
            for key in table if key in known and not _is(table[key], known[key])]


def problem(path: Path, what: str, remedy: str, line: int | None = None) -> Finding:
    """A stop finding whose place is the file and, where known, its line."""
    place = f"{path.name}, line {line}" if line else path.name
    return Finding(Level.STOP, what, remedy, file=place)


def line_of(path: Path, key: str) -> int | None:
    """The first line that names `key`, as key, as table or as list of tables."""
    if not key:
        return None
    word = re.compile(rf"^\s*(\[+[^\]]*)?\b{re.escape(key.split('.')[-1])}\b")
    lines = _text(path).splitlines()
    return next((number for number, line in enumerate(lines, 1) if word.match(line)), None)


def _text(path: Path) -> str:
    """The file's text, without the mark that Windows editors put at its beginning."""
    return path.read_text(encoding="utf-8-sig")


def _is(value: Any, kind: type) -> bool:
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if kind is date:
        return type(value) is date          # a datetime is a date too, but has a time
    return isinstance(value, kind)


def _there(inside: str) -> str:
    return f"in [{inside}] " if inside else ""
