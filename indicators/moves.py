"""What an upload would do to the numbers people look at: which would move, from what to what, and which would be new."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from data.loads import Moved
from indicators.definition import Definition, Definitions
from indicators.phrases import count_words, week_words, weeks_words
from indicators.words import number

LINES_SHOWN = 12


@dataclass(frozen=True)
class Moves:
    """Plain texts. `lines` are indicator, school, week, was, becomes, the largest move first; `others` how many more there are."""
    lines: tuple[tuple[str, str, str, str, str], ...]
    others: int
    first: tuple[str, ...]          # numbers there were none of before


def moves_of(moved: Iterable[Moved], definitions: Definitions, names: Mapping[str, str], today: date) -> Moves:
    """Numbers that stay the same to the digits shown do not move."""
    found = [one for one in moved if one.indicator in definitions]
    was_there = [one for one in found if one.was is not None and _shown(one.was, definitions[one.indicator]) != _shown(one.becomes, definitions[one.indicator])]
    was_there.sort(key=lambda one: -_size(one, definitions[one.indicator]))
    lines = tuple((definitions[one.indicator].short, names.get(one.school_id) or one.school_id, week_words(one.week, today),
                   _shown(one.was, definitions[one.indicator]), _shown(one.becomes, definitions[one.indicator])) for one in was_there[:LINES_SHOWN])
    return Moves(lines, max(len(was_there) - LINES_SHOWN, 0), tuple(_first(found, definitions, today)))


def _size(one: Moved, definition: Definition) -> float:
    """How far it moves, in points of its own unit; a number that goes moves furthest."""
    if one.becomes is None:
        return float("inf")
    return abs(one.becomes - one.was) * (100 if definition.unit == "percent" else 1)


def _shown(value: float | None, definition: Definition) -> str:
    if value is None:
        return "no number"
    return number(100 * value if definition.unit == "percent" else value, definition.unit)


def _first(found: list[Moved], definitions: Definitions, today: date) -> Iterable[str]:
    """Attendance: 40 schools get their first numbers, weeks of 31 Aug–9 Nov."""
    for definition in definitions:
        new = [one for one in found if one.indicator == definition.name and one.was is None and one.becomes is not None]
        if new:
            weeks = [one.week for one in new]
            schools = len({one.school_id for one in new})
            yield (f"{definition.short}: {count_words(schools, 'school')} {'gets' if schools == 1 else 'get'} {count_words(len(new), 'new number')}, "
                   f"{weeks_words(min(weeks), max(weeks), today)}")
