"""One text, one meaning: each distinct text of a column is judged once, by its kind, with the reason when it is bad."""
from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from data.finding import did_you_mean
from data.source import WORDY, Field, FieldKind, normalised


class Mark(StrEnum):
    """Why a cell holds no value. Not submitted is never absent, suppressed is never zero."""
    MISSING = "missing"
    SUPPRESSED = "suppressed"
    NOT_SUBMITTED = "not submitted"


@dataclass(frozen=True)
class Judged:
    """What one text means: a value, a mark, or a problem with its remedy."""
    value: Any = None
    mark: Mark | None = None
    problem: str = ""
    remedy: str = ""


MARKS = {
    Mark.NOT_SUBMITTED: {"ns", "not submitted", "dns", "did not submit", "no submission"},
    Mark.SUPPRESSED: {"*", "**", "***", "s", "c", "sp", "suppressed", "redacted", "masked"},
    Mark.MISSING: {"", "-", "--", "---", "–", "—", "−", ".", "..", "?", "n/a", "na", "n/d", "n/r", "null", "none", "nan", "#n/a",
                   "no data", "not available", "missing", "no school", "holiday", "closed", "school closed", "snow day"},
}
MARK_OF = {word: mark for mark, words in MARKS.items() for word in words}
WITHHELD = re.compile(r"(n\s*)?[<>≤≥]\s*=?\s*\d+(\.\d+)?\s*%?|(fewer|less) than \d+", re.IGNORECASE)     # <10, ≥ 95 %
BLANK = {"", "-", "--", "---", "–", "—", "−"}       # all that counts as missing where a word such as "NA" can be a value
OWN_TIME = "Export it in the district's own time, without a time zone."
YES = {"y", "yes", "true", "t", "1", "x", "✓", "✔", "done"}
NO = {"n", "no", "false", "f", "0", "not done"}
LARGEST = 1e12               # a count or number beyond this is a typing error, and beyond 2**63 could not be stored
MOST_OF_ONE = 2              # among shares of one, 1.02 is an impossible share, not a percentage
ORDERS = ("mdy", "dmy")
SERIAL = "serial"            # the order of a column of Excel's day numbers: 46300 is 5 Oct 2026
SERIAL_DAY = re.compile(r"[34]\d{4}|5[0-4]\d{3}(\.\d+)?|[34]\d{4}\.\d+")
EXCEL_BEGAN = date(1899, 12, 30)
FRACTION = re.compile(r"0?\.\d{2,}")
EARLIEST, LATEST = date(1990, 1, 1), date(2060, 1, 1)
NUMBER = re.compile(r"[-+]?(\d{1,3}(,\d{3})+|\d+)?(\.\d+)?")
CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*([ap])?\.?m?\.?", re.IGNORECASE)
CLOCK_WITHIN = re.compile(r"[T ]\s*(\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s*[ap]\.?m\.?)?)\s*(Z|[A-Z]{2,5}|[-+]\d{2}:?\d{2})?$", re.IGNORECASE)
ELSEWHERE = ("z", "utc", "gmt")         # time zones in which another day may be written than the district's
# Words that may stand beside the day, month and year of a written date.
BESIDE = {"of", "the", "st", "nd", "rd", "th", "mon", "monday", "tue", "tues", "tuesday", "wed", "weds", "wednesday", "thu", "thur", "thurs",
          "thursday", "fri", "friday", "sat", "saturday", "sun", "sunday"}
MONTHS = {name: number for number, names in enumerate(
    ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
     "sep sept september", "oct october", "nov november", "dec december"), 1) for name in names.split()}


def judge(texts: Iterable[str | None], field: Field, *, dates: str = "ymd",
          students: Callable[[str], str] = str, scale: float = 1.0) -> list[Judged]:
    """Judge the distinct texts of one column. `dates` is mdy or dmy; `scale` turns shares of one into percent."""
    judges: dict[FieldKind, Callable[[str], Judged]] = {
        FieldKind.DATE: lambda text: _date(text, dates),
        FieldKind.DATETIME: lambda text: _datetime(text, dates),
        FieldKind.TIME: _time,
        FieldKind.COUNT: _count,
        FieldKind.NUMBER: _number,
        FieldKind.MINUTES: _number,
        FieldKind.PERCENT: lambda text: _percent(text, scale),
        FieldKind.YES_NO: lambda text: _yes_no(text, field),
        FieldKind.CODE: lambda text: _code(text, field),
        FieldKind.STUDENT: lambda text: Judged(students(text)),
    }
    one = judges.get(field.kind, Judged)
    own = {word for words in field.values.values() for word in words}      # "not submitted" may be this field's own word for no
    return [_judge_one(text, field.kind, one, own) for text in texts]


def mark_of(text: str | None, kind: FieldKind) -> Mark | None:
    """The mark a text stands for in a column of this kind, or None when it is a value."""
    word = (text or "").replace("\xa0", " ").strip().lower()
    if kind in WORDY:
        return Mark.MISSING if word in BLANK else None
    return MARK_OF.get(word) or (Mark.SUPPRESSED if WITHHELD.fullmatch(word) else None)


def _judge_one(text: str | None, kind: FieldKind, one: Callable[[str], Judged], own: set[str]) -> Judged:
    mark = None if own and text and normalised(text) in own else mark_of(text, kind)
    return Judged(mark=mark) if mark else one((text or "").replace("\xa0", " ").strip())


def number(text: str) -> float | None:
    """A plain number, thousands separated by commas or not; None for anything else."""
    return float(text.replace(",", "")) if text and NUMBER.fullmatch(text) and any(c.isdigit() for c in text) else None


def _number(text: str) -> Judged:
    value = number(text)
    if value is None:
        return Judged(problem="this is not a number", remedy="Write a plain number or leave the cell empty.")
    if value < 0 or value > LARGEST:
        return Judged(problem=f"this number is {'below zero' if value < 0 else 'too large to be right'}", remedy="Check the number in the file.")
    return Judged(value)


def _count(text: str) -> Judged:
    judged = _number(text)
    if judged.problem or judged.value == int(judged.value):
        return judged if judged.problem else Judged(int(judged.value))
    return Judged(problem="this is not a whole number", remedy="Check that the column holds a count.")


def _percent(text: str, scale: float) -> Judged:
    signed = text.endswith("%")
    judged = _number(text.rstrip("%").strip())
    if judged.problem or signed or judged.value > MOST_OF_ONE:
        return judged
    return Judged(round(judged.value * scale, 10))


def percent_scale(texts: Iterable[str | None]) -> tuple[float, list[str]]:
    """100 when the plain numbers are shares of one, else 1; and the texts that fit the other reading."""
    read = {text: number(text.replace("\xa0", " ").strip()) for text in texts if text}
    shares = [text for text, value in read.items() if value is not None and 0 < value <= 1]
    if shares and not any(value is not None and value > MOST_OF_ONE for value in read.values()):
        return 100.0, []
    return 1.0, shares


def _yes_no(text: str, field: Field) -> Judged:
    word = text.lower()
    if own := next((value for value, words in field.values.items() if normalised(text) in words), None):
        return Judged(own == "yes")
    if word in YES or word in NO:
        return Judged(word in YES)
    return Judged(problem="this is neither yes nor no", remedy="Write yes or no.")


def _code(text: str, field: Field) -> Judged:
    word = normalised(text)
    for value, words in field.values.items():
        if word in words:
            return Judged(value)
    if not field.values:
        return Judged(text)
    return Judged(problem=f"this is not one of the values of {field.label}", remedy=did_you_mean(text, field.values))


def _date(text: str, order: str) -> Judged:
    day = read_date(text, order)
    if day is None:
        return Judged(problem="this is not a date", remedy="Write it as 2026-11-16.")
    within = CLOCK_WITHIN.search(text)
    if within and (within[2] or "").lower() in ELSEWHERE and read_time(within[1]) != time():
        return Judged(problem="this is a time in another time zone, where it may be another day", remedy=OWN_TIME)
    if not EARLIEST <= day <= LATEST:
        return Judged(problem=f"this date lies outside {EARLIEST.year} to {LATEST.year}", remedy="Check the year.")
    return Judged(day)


def read_date(text: str, order: str) -> date | None:
    """A date without guessing: ISO and 20261116 as they are, slashes by `order`, month names by their name."""
    text = CLOCK_WITHIN.sub("", text.strip()).strip()
    if order == SERIAL:
        return EXCEL_BEGAN + timedelta(days=int(float(text))) if SERIAL_DAY.fullmatch(text) else None
    if found := re.fullmatch(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})|(\d{4})(\d{2})(\d{2})", text):
        return _day(*(int(part) for part in found.groups() if part and part.isdigit()))
    if found := slashed(text):
        first, second, year = found
        return _day(year, *((first, second) if order != "dmy" else (second, first)))
    return _worded(text)


def slashed(text: str) -> tuple[int, int, int] | None:
    """First number, second number and year of 3/4/2026, 03-04-26 and the like, with or without a time of day."""
    found = re.fullmatch(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})", CLOCK_WITHIN.sub("", text.strip()).strip())
    if not found:
        return None
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    return first, second, year + 2000 if year < 100 else year


def _worded(text: str) -> date | None:
    """Sept 5, 2026 or 5-Sep-26: the year comes last where it has two digits. Any other word may change the meaning."""
    words = re.findall(r"[^\W\d_]+|\d+", text.lower())
    months = [MONTHS[word] for word in words if word in MONTHS]
    numbers = [word for word in words if word.isdigit()]
    if len(months) != 1 or len(numbers) != 2 or not {*words} - {*numbers} <= MONTHS.keys() | BESIDE:
        return None
    day, year = numbers if len(numbers[0]) <= 2 else numbers[::-1]
    if len(day) > 2 or len(year) not in (2, 4):
        return None
    return _day(int(year) + 2000 if len(year) == 2 else int(year), months[0], int(day))


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _time(text: str) -> Judged:
    clock = read_time(text)
    return Judged(clock) if clock else Judged(problem="this is not a time of day", remedy="Write it as 9:30 or 2:15 PM.")


def read_time(text: str) -> time | None:
    """A time of day: 9:30, 09:30:00, 2:15 PM, or Excel's fraction of a day, 0.3958333."""
    if FRACTION.fullmatch(text.strip()):
        return (datetime.min + timedelta(seconds=round(float(text) * 86_400))).time()
    found = CLOCK.fullmatch(text.strip())
    if not found:
        return None
    hour, minute, second, half = int(found[1]), found[2], found[3], (found[4] or "").lower()
    if half and not 1 <= hour <= 12 and not (half == "p" and 12 < hour < 24):      # 13:30 PM is clear, 13:30 AM is not
        return None
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return time(hour, int(minute), int(second or 0))
    except ValueError:
        return None


def _datetime(text: str, order: str) -> Judged:
    """A day with a time, or a bare time, which the caller puts on the row's own day."""
    if clock := read_time(text):
        return Judged(clock)
    day = read_date(text, order)
    within = CLOCK_WITHIN.search(text)
    if day and within and within[2]:
        return Judged(problem="this time names a time zone", remedy=OWN_TIME)
    clock = read_time(within[1]) if within else None
    if day and clock and EARLIEST <= day <= LATEST:
        return Judged(datetime.combine(day, clock))
    return Judged(problem="this is not a time of day", remedy="Write it as 9:30 or 2026-11-16 09:30.")


def date_orders(texts: Iterable[str | None], *, school_days: bool = False) -> tuple[str, ...]:
    """The orders all slashed dates of a column allow, most likely first: by days above 12, for school days then by weekends.

    Two orders left means that the column cannot tell, or speaks for both: the person must.
    """
    seen = [found for text in texts if text and (found := slashed(text))]
    read = [pair for a, b, year in seen if any(pair := (_day(year, a, b), _day(year, b, a)))]
    if not read:
        return ("ymd",)
    possible = {order: days for order, days in zip(ORDERS, zip(*read, strict=True), strict=True) if all(days)}
    if len(possible) == 1:
        return tuple(possible)
    if not possible:
        return ORDERS
    if possible["mdy"] == possible["dmy"]:
        return ("mdy",)
    if not school_days:
        return ORDERS
    return tuple(order for order, days in possible.items() if all(day.weekday() < 5 for day in days)) or ORDERS


def proven(texts: Iterable[str | None]) -> bool:
    """Is the order of a column's slashed dates beyond doubt: by a day above 12, or because both orders say the same?"""
    read = [(_day(y, a, b), _day(y, b, a)) for a, b, y in filter(None, map(slashed, filter(None, texts)))]
    return not any(both[0] and both[1] and both[0] != both[1] for both in read) or any(bool(one) != bool(other) for one, other in read)
