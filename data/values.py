"""One text, one meaning: each distinct text of a column is judged once, by its kind, with the reason when it is bad."""
from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from data.finding import did_you_mean
from data.source import Field, FieldKind, normalised


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
    Mark.SUPPRESSED: {"*", "**", "s", "c", "sp", "suppressed", "redacted", "masked", "n<10", "<10", "<5", "<20", "n < 10"},
    Mark.MISSING: {"", "-", "--", "---", "–", "—", ".", "..", "?", "n/a", "na", "n/d", "n/r", "null", "none", "nan", "#n/a",
                   "no data", "not available", "missing"},
}
MARK_OF = {word: mark for mark, words in MARKS.items() for word in words}
# In these kinds a word such as "NA" or "S" can be a real value, so only blank and dashes count as missing.
WORDY = (FieldKind.TEXT, FieldKind.CODE, FieldKind.STUDENT, FieldKind.PERSON, FieldKind.SCHOOL)
BLANK = {"", "-", "--", "---", "–", "—"}
YES = {"y", "yes", "true", "t", "1", "x", "✓", "✔", "done"}
NO = {"n", "no", "false", "f", "0", "not done"}
EARLIEST, LATEST = date(1990, 1, 1), date(2060, 1, 1)
NUMBER = re.compile(r"[-+]?(\d{1,3}(,\d{3})+|\d+)?(\.\d+)?")
CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*([ap])?\.?m?\.?", re.IGNORECASE)
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
        FieldKind.YES_NO: _yes_no,
        FieldKind.CODE: lambda text: _code(text, field),
        FieldKind.STUDENT: lambda text: Judged(students(text)),
    }
    one = judges.get(field.kind, Judged)
    return [_judge_one(text, field.kind, one) for text in texts]


def mark_of(text: str | None, kind: FieldKind) -> Mark | None:
    """The mark a text stands for in a column of this kind, or None when it is a value."""
    word = (text or "").replace("\xa0", " ").strip().lower()
    if kind in WORDY:
        return Mark.MISSING if word in BLANK else None
    return MARK_OF.get(word)


def _judge_one(text: str | None, kind: FieldKind, one: Callable[[str], Judged]) -> Judged:
    mark = mark_of(text, kind)
    return Judged(mark=mark) if mark else one((text or "").replace("\xa0", " ").strip())


def number(text: str) -> float | None:
    """A plain number, thousands separated by commas or not; None for anything else."""
    return float(text.replace(",", "")) if text and NUMBER.fullmatch(text) and any(c.isdigit() for c in text) else None


def _number(text: str) -> Judged:
    value = number(text)
    if value is None:
        return Judged(problem="this is not a number", remedy="Write a plain number or leave the cell empty.")
    if value < 0:
        return Judged(problem="this number is below zero", remedy="Check the number in the file.")
    return Judged(value)


def _count(text: str) -> Judged:
    judged = _number(text)
    if judged.problem or judged.value == int(judged.value):
        return judged if judged.problem else Judged(int(judged.value))
    return Judged(problem="this is not a whole number", remedy="Check that the column holds a count.")


def _percent(text: str, scale: float) -> Judged:
    signed = text.endswith("%")
    judged = _number(text.rstrip("%").strip())
    return judged if judged.problem else Judged(judged.value if signed else round(judged.value * scale, 10))


def percent_scale(texts: Iterable[str | None]) -> tuple[float, list[str]]:
    """100 when every plain number is a share of one, else 1; and the texts that fit the other reading."""
    plain = {t: number(t.strip()) for t in texts if t and number(t.strip()) is not None}
    shares = [t for t, value in plain.items() if 0 < value <= 1]
    others = [t for t, value in plain.items() if value > 1]
    if shares and not others:
        return 100.0, []
    return 1.0, shares


def _yes_no(text: str) -> Judged:
    word = text.lower()
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
    if not EARLIEST <= day <= LATEST:
        return Judged(problem=f"this date lies outside {EARLIEST.year} to {LATEST.year}", remedy="Check the year.")
    return Judged(day)


def read_date(text: str, order: str) -> date | None:
    """A date without guessing: ISO and 20261116 as they are, slashes by `order`, month names by their name."""
    text = text.strip()
    clock = re.search(r"[T ]\d{1,2}:\d{2}", text)
    text = text[:clock.start()] if clock else text
    if found := re.fullmatch(r"(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})", text):
        return _day(*map(int, found.groups()))
    if found := slashed(text):
        first, second, year = found
        return _day(year, *((first, second) if order != "dmy" else (second, first)))
    return _worded(text)


def slashed(text: str) -> tuple[int, int, int] | None:
    """First number, second number and year of 3/4/2026, 03-04-26 and the like."""
    found = re.match(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?=$|[T ])", text.strip())
    if not found:
        return None
    first, second, year = map(int, found.groups())
    return first, second, year + 2000 if year < 100 else year


def _worded(text: str) -> date | None:
    words = re.findall(r"[A-Za-z]+|\d+", text.lower())
    month = [MONTHS[w] for w in words if w in MONTHS]
    numbers = [int(w) for w in words if w.isdigit()]
    if len(month) != 1 or len(numbers) != 2:
        return None
    day, year = sorted(numbers)
    return _day(year + 2000 if year < 100 else year, month[0], day) if year > 31 else None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _time(text: str) -> Judged:
    clock = read_time(text)
    return Judged(clock) if clock else Judged(problem="this is not a time of day", remedy="Write it as 9:30 or 2:15 PM.")


def read_time(text: str) -> time | None:
    """A time of day: 9:30, 09:30:00, 2:15 PM."""
    found = CLOCK.fullmatch(text.strip())
    if not found:
        return None
    hour, minute, second, half = found.groups()
    hour = int(hour) % 12 + (12 if half in "pP" else 0) if half else int(hour)
    try:
        return time(hour, int(minute), int(second or 0))
    except ValueError:
        return None


def _datetime(text: str, order: str) -> Judged:
    """A day with a time, or a bare time, which the caller puts on the row's own day."""
    if clock := read_time(text):
        return Judged(clock)
    day = read_date(text, order)
    clock = read_time(re.split(r"[T ]", text, maxsplit=1)[-1])
    if day and clock:
        return Judged(datetime.combine(day, clock))
    return Judged(problem="this is not a time of day", remedy="Write it as 9:30 or 2026-11-16 09:30.")


def date_orders(texts: Iterable[str | None]) -> tuple[str, ...]:
    """The orders all slashed dates of a column allow, most likely first: by days above 12, then by weekends.

    Two orders left means that the column cannot tell: the person must.
    """
    seen = [found for text in texts if text and (found := slashed(text))]
    if not seen:
        return ("ymd",)
    read = {"mdy": [_day(y, a, b) for a, b, y in seen], "dmy": [_day(y, b, a) for a, b, y in seen]}
    possible = {order: days for order, days in read.items() if all(days)}
    weekday_only = {order: days for order, days in possible.items() if all(d.weekday() < 5 for d in days)}
    if len(possible) == 2 and len(weekday_only) == 1:
        return tuple(weekday_only)
    if len(possible) == 2 and len({*map(tuple, possible.values())}) == 1:
        return ("mdy",)
    return tuple(possible) or ("mdy",)
