"""Days, weeks and counts as people say them: week of 9 Nov, two schools, 1,204 rows. Plain text."""
from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from data.calendar import school_year

NO_BREAK = "\u00a0"


def day_words(day: date, seen_from: date) -> str:
    """9 Nov; with its year when it lies in another school year."""
    year = "" if school_year(day) == school_year(seen_from) else f"{NO_BREAK}{day.year}"
    return f"{day.day}{NO_BREAK}{day:%b}{year}"


def weekday_words(day: date, seen_from: date) -> str:
    """Mon 9 Nov."""
    return f"{day:%a}{NO_BREAK}{day_words(day, seen_from)}"


def week_words(monday: date, seen_from: date) -> str:
    return f"week of {day_words(monday, seen_from)}"


def weeks_words(first: date, last: date, seen_from: date) -> str:
    """week of 9 Nov, or weeks of 31 Aug–9 Nov."""
    return week_words(first, seen_from) if first == last else f"weeks of {day_words(first, seen_from)}–{day_words(last, seen_from)}"


def count_words(number: int, thing: str) -> str:
    """1 row, 1,204 rows: for counts that are to be compared."""
    return f"{number:,}{NO_BREAK}{thing if number == 1 else thing + 's'}"


def listed(words: Sequence[str]) -> str:
    """a, b and c."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def sentence_case(words: str) -> str:
    return words[:1].upper() + words[1:]
