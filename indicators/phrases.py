"""Days, weeks and counts as people say them: week of 9 Nov, two schools, 1,204 rows."""
from __future__ import annotations

from collections.abc import Sequence
from datetime import date

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
SAYS_ITS_YEAR = 300      # days away from which a day is no longer told without its year
NO_BREAK = "\u00a0"


def day_words(day: date, seen_from: date) -> str:
    """9 Nov; with its year when that is far from the day it is seen from."""
    year = f" {day.year}" if abs((day - seen_from).days) > SAYS_ITS_YEAR else ""
    return f"{day.day} {day:%b}{year}".replace(" ", NO_BREAK)


def weekday_words(day: date, seen_from: date) -> str:
    return f"{day:%a}{NO_BREAK}{day_words(day, seen_from)}"


def week_words(monday: date, seen_from: date) -> str:
    return f"week of {day_words(monday, seen_from)}"


def weeks_words(first: date, last: date, seen_from: date) -> str:
    """week of 9 Nov, or weeks of 31 Aug–9 Nov."""
    return week_words(first, seen_from) if first == last else f"weeks of {day_words(first, seen_from)}–{day_words(last, seen_from)}"


def number_words(number: int) -> str:
    """Small numbers as words, large ones in figures."""
    return NUMBERS[number] if number < len(NUMBERS) else f"{number:,}"


def count_words(number: int, thing: str) -> str:
    """1 row, 1,204 rows."""
    return f"{number:,}{NO_BREAK}{thing if number == 1 else thing + 's'}"


def listed(words: Sequence[str]) -> str:
    """a, b and c."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def sentence_case(words: str) -> str:
    return words[:1].upper() + words[1:]
