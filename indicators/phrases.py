"""What uploads and arrivals add to the common words: short days, spans of weeks, counts in figures. Plain text."""
from __future__ import annotations

from datetime import date

from data.calendar import school_year
from indicators.words import TIED, week_of


def day_words(day: date, seen_from: date) -> str:
    """9 Nov; with its year when it lies in another school year."""
    year = "" if school_year(day) == school_year(seen_from) else f"{TIED}{day.year}"
    return f"{day.day}{TIED}{day:%b}{year}"


def weekday_words(day: date, seen_from: date) -> str:
    return f"{day:%a}{TIED}{day_words(day, seen_from)}"


def weeks_words(first: date, last: date, seen_from: date) -> str:
    """week of 9 Nov, or weeks of 31 Aug–9 Nov."""
    return week_of(first, seen_from) if first == last else f"weeks of {day_words(first, seen_from)}–{day_words(last, seen_from)}"


def figures(number: int, thing: str) -> str:
    """1 row, 1,204 rows: for counts that are to be compared."""
    return f"{number:,}{TIED}{thing if number == 1 else thing + 's'}"
