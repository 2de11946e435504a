"""Where the headings of a table stand, in one to three rows, and which of them are days, weeks or class periods."""
from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from data.source import normalised
from data.values import MONTHS, read_date, slashed

HEADER_WITHIN = 30          # rows from the top in which headings are looked for
MOST_ROWS = 3               # that headings may take
NAMES_THAT_HEAD = 2         # names we know that make a row of numbers a row of headings
LONGEST = 60                # characters of a heading; a longer text is a sentence
ACROSS = 3                  # so many days, weeks or periods beside each other are no accident
YEARS_BACK = 3              # school years in which a date without a year is looked for
AHEAD = timedelta(days=7)   # this week's columns may stand there before the week is over
KNOWN, WHEN, OWN = 10, 6, 1     # what a heading is worth: a name we know, a day or period, a text of its own

WEEKDAYS = {name: at for at, names in enumerate(("m mon monday", "tu tue tues tuesday", "w wed weds wednesday", "th thu thur thurs thursday",
                                                 "f fri friday")) for name in names.split()}
PERIOD = re.compile(r"(?:p|per|period|hour|block|class)\s*\.?\s*(\d{1,2})(?: period)?|(\d{1,2})(?:st|nd|rd|th) (?:period|hour|block)|homeroom|advisory")
WEEK_OF = re.compile(r"^(?:week|wk|w/[bce])\.?\s*(?:of|beginning|starting|commencing|ending)?:?\s*", re.IGNORECASE)
SPAN = re.compile(r"(.+?)\s*(?:-|–|—|to|through|thru)\s*(.+)", re.IGNORECASE)
VALUE = re.compile(r"[<>~]?\s*[\d.,]+\s*%")       # 97.1% is no heading
SHORT_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})")


class Across(StrEnum):
    """What headings can be instead of names of fields."""
    DAY = "day"
    WEEK = "week"
    PERIOD = "period"


@dataclass(frozen=True)
class Moment:
    """What one heading says of when: a month and a day, with a year where it is written; of a week its first day; or a class period.

    `orders` holds month and day for both readings of 9/8 where both are dates."""
    kind: Across
    words: str
    year: int | None = None
    orders: tuple[tuple[int, int], ...] = ()       # (month, day), month first; then day first
    weekday: int | None = None                      # a heading that only says Mon, or says it beside the date


@dataclass(frozen=True)
class Heading:
    """One column's heading, from top to bottom."""
    column: str
    parts: tuple[str, ...]

    @property
    def last(self) -> str:
        return self.parts[-1]

    @property
    def whole(self) -> str:
        return " ".join(self.parts)


def moment(text: str) -> Moment | None:
    """The day, week or class period a heading names, if it names nothing else."""
    words = " ".join(text.split())
    plain = normalised(words)
    if PERIOD.fullmatch(plain):
        return Moment(Across.PERIOD, words)
    if plain in WEEKDAYS:
        return Moment(Across.DAY, words, weekday=WEEKDAYS[plain])
    rest = WEEK_OF.sub("", words)
    span = SPAN.fullmatch(rest)
    if span and _dated(span[1]) and (_dated(span[2]) or span[2].strip().isdigit()):
        year, orders = _dated(span[1])
        return Moment(Across.WEEK, words, year or (_dated(span[2]) or (None,))[0], orders)
    weekday, bare = _without_weekday(rest)
    if found := _dated(bare):
        kind = Across.WEEK if rest != words else Across.DAY
        return Moment(kind, words, *found, weekday=weekday)
    return None


def _without_weekday(words: str) -> tuple[int | None, str]:
    """Mon 9/8 and 9/8 (Mon) name the weekday beside the date."""
    first, _, rest = words.partition(" ")
    if rest and normalised(first) in WEEKDAYS:
        return WEEKDAYS[normalised(first)], rest.strip(" ,")
    rest, _, final = words.rpartition(" ")
    if rest and normalised(final) in WEEKDAYS and not normalised(final).isdigit():
        return WEEKDAYS[normalised(final)], rest.strip(" ,")
    return None, words


def _dated(text: str) -> tuple[int | None, tuple[tuple[int, int], ...]] | None:
    """Year, if any, and the month and day in every order in which they are a date."""
    text = text.strip(" ,()")
    if found := slashed(text):
        return found[2], _orders(found[0], found[1])
    if found := SHORT_DATE.fullmatch(text):
        orders = _orders(int(found[1]), int(found[2]))
        return (None, orders) if orders else None
    if day := read_date(text, "mdy"):
        return day.year, ((day.month, day.day),)
    words = re.findall(r"[^\W\d_]+|\d+", text.lower())
    months = [MONTHS[word] for word in words if word in MONTHS]
    numbers = [int(word) for word in words if word.isdigit()]
    if len(months) == 1 and len(numbers) == 1 and 1 <= numbers[0] <= 31 and len(words) <= 3:
        return None, ((months[0], numbers[0]),)
    return None


def _orders(first: int, second: int) -> tuple[tuple[int, int], ...]:
    return tuple(dict.fromkeys((month, day) for month, day in ((first, second), (second, first)) if 1 <= month <= 12 and 1 <= day <= 31))


def find(rows: Sequence[dict], merged: Iterable[tuple[int, str, str]], known: set[str]) -> tuple[int, int, list[Heading]] | None:
    """The first and the last of the heading rows, as places in `rows`, and the headings; None where nothing looks like any.

    `rows` are the sheet's first filled rows as column to text, with their number under "row".
    """
    merged = list(merged)
    best: tuple[float, int, int, int, list[Heading]] | None = None
    for last in range(min(len(rows), HEADER_WITHIN)):
        if not _may_head(rows[last], known):
            continue
        for first in range(last, max(last - MOST_ROWS, -1), -1):
            if first < last and (rows[first + 1]["row"] - rows[first]["row"] != 1 or not _may_head_above(rows[first])):
                break
            headings = joined(rows[first:last + 1], merged)
            worth = _worth(headings, known) - (last - first) * KNOWN / 2       # more rows must tell more
            if worth > 0 and (best is None or (worth, -last, first) > best[:3]):
                best = (worth, -last, first, last, headings)
    return None if best is None else (best[2], best[3], best[4])


def _cells(row: dict) -> dict[str, str]:
    return {column: text for column, text in row.items() if column != "row" and text and text.strip()}


def _may_head(row: dict, known: set[str]) -> bool:
    """Short texts, mostly not plain numbers, or days beside each other, or names we know beside whatever there is."""
    cells = list(_cells(row).values())
    if len(cells) < 2:
        return False
    if sum(normalised(cell) in known for cell in cells) >= NAMES_THAT_HEAD:
        return True
    wordy = sum(_wordy(cell) for cell in cells)
    when = sum(moment(cell) is not None for cell in cells)
    return wordy + (when if when >= ACROSS else 0) >= len(cells) / 2


def _may_head_above(row: dict) -> bool:
    return all(_wordy(cell) or moment(cell) for cell in _cells(row).values())


def _wordy(cell: str) -> bool:
    return bool(re.search(r"[A-Za-z#%]", cell)) and len(cell) < LONGEST and not VALUE.fullmatch(cell.strip()) and moment(cell) is None


def _worth(headings: list[Heading], known: set[str]) -> float:
    """How much these headings tell: names we know count most, then days and periods, then short texts, each once."""
    names = [h.last if normalised(h.last) in known else h.whole for h in headings]
    hits = sum(normalised(name) in known for name in names)
    moments = [tuple(m for part in h.parts if (m := moment(part))) for h in headings]
    if any(len({m for m in each if m.kind == Across.DAY and m.orders}) > 1 for each in moments):
        return 0            # two days below each other are data
    when = sum(map(bool, moments)) if len({*filter(None, moments)}) >= ACROSS else 0
    dated = sum(any(m.orders for m in each) for each in moments) if when else 0
    wordy = sum(_wordy(h.last) for h in headings)
    if 2 * (wordy + when) < len(headings) and hits < NAMES_THAT_HEAD:
        return 0
    return KNOWN * hits + WHEN * (when + dated) + OWN * wordy * len({normalised(h.whole) for h in headings}) / len(headings)


def ranges(merged: Iterable[str]) -> list[tuple[int, str, str]]:
    """Merged cells such as B2:D2 as row, first and last column."""
    found = [re.fullmatch(r"([A-Z]+)(\d+):([A-Z]+)\d+", cells) for cells in merged]
    return [(int(each[2]), each[1], each[3]) for each in found if each]


def downward(merged: Iterable[str]) -> list[tuple[int, str, int]]:
    """Merged cells such as B2:B9 that reach over several rows, as top row, column and bottom row."""
    found = [re.fullmatch(r"([A-Z]+)(\d+):[A-Z]+(\d+)", cells) for cells in merged]
    return [(int(each[2]), each[1], int(each[3])) for each in found if each and each[2] != each[3]]


def joined(rows: Sequence[dict], merged: Iterable[tuple[int, str, str]]) -> list[Heading]:
    """One heading a column, from top to bottom. An upper text stands over its merged cells, or over all up to the next one."""
    reach = {(row, first): last for row, first, last in merged}
    columns = [column for column in rows[0] if column != "row"]
    parts: dict[str, list[str]] = {column: [] for column in columns if any(_has(row, column) for row in rows)}
    for row in rows:
        band, until = "", None
        for column in columns:
            if _has(row, column):
                band, until = " ".join(row[column].split()), reach.get((row["row"], column))
            elif until and (len(column), column) > (len(until), until):
                band = ""
            if column in parts and (_has(row, column) or (band and row is not rows[-1] and _has(rows[-1], column))):
                parts[column].append(band)
    return [Heading(column, tuple(dict.fromkeys(texts))) for column, texts in parts.items()]


def _has(row: dict, column: str) -> bool:
    return bool((row[column] or "").strip())


def readings(moments: Sequence[Moment], today: date, years: Iterable[int] = ()) -> list[dict[Moment, date]]:
    """The days these headings can mean, of a week its first; more than one reading where nothing tells them apart.

    Evidence, strongest first: a written year, a weekday beside the date, a year written elsewhere (`years`), school days
    are no weekends, weeks begin on Mondays, days ascend without leaps. Nothing is about the future."""
    years = {*years}
    found = [days for school_year in _school_years(moments, today) for order in (0, 1) if (days := _read(moments, order, school_year, today))]
    best = max((_likelihood(days, years) for days in found), default=None)
    likely = [days for at, days in enumerate(found) if _likelihood(days, years) == best and days not in found[:at]]
    if likely and not any(m.year or m.weekday is not None for m in moments) and not years & {day.year for day in likely[0].values()}:
        likely += [days for days in found[:1] if days not in likely]       # weekdays alone do not make it an earlier year's
    return likely


def _school_years(moments: Sequence[Moment], today: date) -> Sequence[int]:
    """School years the headings may lie in, by their first calendar year."""
    current = today.year if today.month >= 7 else today.year - 1
    return [current] if all(m.year for m in moments) else range(current, current - YEARS_BACK, -1)


def _read(moments: Sequence[Moment], order: int, school_year: int, today: date) -> dict[Moment, date]:
    """Every heading as a day, in this order of day and month and in this school year; empty where one cannot be."""
    found = {}
    for m in moments:
        month, day = m.orders[min(order, len(m.orders) - 1)]
        try:
            read = date(m.year or (school_year if month >= 7 else school_year + 1), month, day)
        except ValueError:
            return {}
        if read > today + AHEAD or (m.weekday is not None and read.weekday() != m.weekday):
            return {}
        found[m] = read
    return found


def _likelihood(days: dict[Moment, date], years: set[int]) -> tuple[int, ...]:
    in_order = list(days.values())
    steps = [(later - earlier).days for earlier, later in pairwise(in_order)]
    mondays = sum(day.weekday() == 0 for moment, day in days.items() if moment.kind == Across.WEEK)
    return (sum(day.year in years for day in in_order), sum(day.weekday() < 5 for day in in_order), mondays,
            sum(step > 0 for step in steps), -max(map(abs, steps), default=0))
