"""Writing TOML: texts with whatever a heading may hold, lists of texts, true and false, numbers."""
from __future__ import annotations

import re
from collections.abc import Iterable

BARE = re.compile("[A-Za-z0-9_-]+")
SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
Value = str | bool | int | float | tuple


def line(key: str, value: Value) -> str:
    return f"{key_text(key)} = {value_text(value)}"


def block(key: str, text: str) -> str:
    """A text of several lines, line by line."""
    return f'{key} = """\n{"".join(c if c == chr(10) else _character(c) for c in text)}"""'


def key_text(key: str) -> str:
    return key if BARE.fullmatch(key) else value_text(key)


def value_text(value: Value) -> str:
    match value:
        case bool(): return "true" if value else "false"
        case int() | float(): return repr(value)
        case str(): return '"' + "".join(map(_character, value)) + '"'
        case tuple(): return f"[{_listed(value)}]"


def _listed(values: Iterable[Value]) -> str:
    return ", ".join(map(value_text, values))


def _character(c: str) -> str:
    """As it may stand between quotes; half a character, which no file can hold, becomes the mark for one."""
    if c in SHORT:
        return SHORT[c]
    if "\ud800" <= c <= "\udfff":
        return "\ufffd"
    return f"\\u{ord(c):04x}" if c < " " or c == "\x7f" else c
