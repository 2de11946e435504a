"""What earlier answers taught, in words, for a person to look through and to take back. Plain text."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from data import memory
from data.matching import NOT_USED
from data.memory import ANY, Lesson
from data.source import Sources
from indicators.district import District

SHOWN_HEADINGS = 6
SAID = {"dates": {"mdy": "the month comes first", "dmy": "the day comes first"}, "scale": {"shares": "are shares of one", "percent": "are percentages"},
        "blanks": {"no": "an empty cell means no", "unknown": "an empty cell says nothing"}, "fill": {"yes": "an empty cell means the one above", "no": "an empty cell is missing"},
        "across": {"no": "columns stay columns"}, "hidden": {"read": "is read though it is hidden", "out": "is left out because it is hidden"},
        "addup": {"yes": "rows about single students are added up", "no": "rows about single students are not added up"},
        "swapped": {"turn": "days and months that Excel turned around are put right", "keep": "dates are right as they are"},
        "zone": {"own": "times are the district's own", "other": "times are another zone's"},
        "clock": {"afternoon": "1:58 is in the afternoon", "night": "1:58 is at night"}}


@dataclass(frozen=True)
class Learned:
    """One lesson: which files it is for, what it says, and which load taught it."""
    lesson: Lesson
    whose: str
    says: str
    taught_by: str


def learned(district: District) -> list[Learned]:
    names = district.schools.names
    return [Learned(one.lesson, _whose(one.lesson), _says(one.lesson, district.sources, names), f"load {one.load_id}, {one.file_name}")
            for one in memory.known(district.store)]


def _whose(lesson: Lesson) -> str:
    if lesson.shape == ANY:
        return "every file"
    headings = lesson.shape.split(" | ")
    more = f" and {len(headings) - SHOWN_HEADINGS} more" if len(headings) > SHOWN_HEADINGS else ""
    return f"sheets with the headings {', '.join(headings[:SHOWN_HEADINGS])}{more}"


def _says(lesson: Lesson, sources: Sources, names: dict[str, str]) -> str:
    kind, _, rest = lesson.question.partition(":")
    answer = lesson.answer
    if kind == memory.WORD:
        return _word(rest, answer, sources, names)
    if kind in ("source", "suggest"):
        return f"read as {sources[answer].label}" if answer in sources.by_name else "no suggestion is wanted"
    if kind == "values":
        return f"the cells below are {_field(answer, sources)}"
    if kind == "column":
        return f"{_field(rest, sources)} has no column" if answer == NOT_USED else f"column {answer} is {_field(rest, sources)}"
    return f"{f'column {rest}: ' if rest else ''}{SAID.get(kind, {}).get(answer, answer)}"


def _word(rest: str, answer: str, sources: Sources, names: dict[str, str]) -> str:
    where, _, word = rest.partition(":")
    if where == "school":
        return f"rows of “{word}” are left out" if answer == NOT_USED else f"“{word}” is {names.get(answer, answer)} ({answer})"
    return f"rows with “{word}” as {_field(where, sources)} are left out" if answer == NOT_USED else f"“{word}” as {_field(where, sources)} means {answer}"


def _field(dotted: str, sources: Sources) -> str:
    source, _, name = dotted.partition(".")
    fields: Iterable = sources[source].fields if source in sources.by_name else ()
    return next((f.label for f in fields if f.name == name), dotted)
