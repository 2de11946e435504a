"""The rows behind the charts: plain numbers in, one Arrow table out, in the columns that `charts` draws."""
from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

import pyarrow as pa

Numbers = Sequence[float | None] | None
Pin = tuple[date, Literal["step", "milestone"]]
Place = tuple[date, int | None, str | None]     # Monday, where its numbers are, the word of a long break

STATES = ("usual", "open", "worsening", "improving")
ANEW = "usual range anew"
LONG_BREAK = 4          # from this many weeks without school, they become one place on the axis, with its word
PHONE_WIDTH = 240       # pixels that a phone leaves for the weeks
PIN_WIDTH = 20          # pixels of a pin with its margin
PIN_FLOORS = 4
WEEK = timedelta(days=7)


def run_chart_table(weeks: Sequence[date], values: Sequence[float | None], *, name: str,
                    states: Sequence[str | None] = (), lower: Numbers = None, upper: Numbers = None,
                    target: float | None = None, beside: Numbers = None, beside_name: str = "last year",
                    pins: Sequence[Pin] = (), y_range: tuple[float, float] | None = None,
                    low: Numbers = None, high: Numbers = None, anew: Sequence[date] = ()) -> pa.Table:
    """One row a week, in order. A week left out had no school; a value left out did not come: both leave a gap.

    `states` are those of STATES, and all usual when left out. `beside` is the grey line. Pins are numbered as
    they come. `y_range` is shown at least: give the same for every school. A week can still end between `low` and
    `high` while days are missing. From each day of `anew` the usual range starts anew.
    """
    places = _places(weeks)
    mondays, where, pauses = zip(*places) if places else ((), (), ())
    value, bottom, top, grey, least, most = (_spread(numbers, where) for numbers in (values, lower, upper, beside, low, high))
    state = _states(states, where, value)
    opens = [each == "open" for each in state]
    begins = _begins(anew, places)
    near_open = [before or now or after for before, now, after in zip([False, *opens], opens, [*opens[1:], False])]
    return _table({
        "week": [f"{monday:%Y-%m-%d}" for monday in mondays], "value": value, "state": state,
        "lower": bottom, "upper": top, "beside": grey, "low": least, "high": most,
        "anew": [ANEW if at in begins else None for at in range(len(places))],
        "stretch": [str(sum(begin <= at for begin in begins)) for at in range(len(places))],
        "target": [target] * len(places), "pause": pauses,
        "settled": [None if now else number for number, now in zip(value, opens)],
        "unsettled": [number if near else None for number, near in zip(value, near_open)],
        **_pin_columns(pins, mondays),
        **_words(name, beside_name, value, *_firm(opens, bottom, top), grey, max(begins, default=0)),
        **_scale(y_range, [*value, *bottom, *top, *grey, target], len(places)),
    })


def coverage_table(schools: Sequence[str], weeks: Sequence[date], received: Sequence[float | None],
                   expected: Sequence[float | None]) -> pa.Table:
    """One row a square, in the order schools are to stand. Nothing expected is no gap; nothing received is one."""
    came, due = (_spread(numbers, range(len(schools))) for numbers in (received, expected))
    squares = list(map(_square, came, due))
    return _table({"school": schools, "week": [f"{week:%Y-%m-%d}" for week in weeks], "received": came, "expected": due,
                   "state": [state for state, _ in squares], "words": [words for _, words in squares]})


def by_size_table(schools: Sequence[str], sizes: Numbers, values: Sequence[float | None], lower: Numbers, upper: Numbers,
                  words: Sequence[str], outside: Sequence[int], states: Sequence[str] = (), *, whole: float, whole_name: str) -> pa.Table:
    """One row a school: what its value rests on, the band at that size, and its name where it lies `outside`."""
    rows = range(len(schools))
    value, size = _spread(values, rows), _spread(sizes, rows)
    largest = size.index(max(size)) if size else None
    return _table({"school": schools, "size": size, "value": value, "lower": _spread(lower, rows), "upper": _spread(upper, rows),
                   "state": _states(states, rows, value), "words": words,
                   "named": [school if beyond else None for school, beyond in zip(schools, outside)],
                   "whole": [whole] * len(schools), "whole_name": [whole_name if row == largest else None for row in rows]})


def dots_table(schools: Sequence[str], values: Sequence[float | None], words: Sequence[str], states: Sequence[str] = (), *,
               aims: Numbers = None, reach: tuple[Numbers, Numbers] = (None, None)) -> pa.Table:
    """One row a school, in the order they are to stand: its value, what to say beside it, and either what it aims at
    or from where to where its level may reach."""
    rows = range(len(schools))
    value = _spread(values, rows)
    begin, end = (_spread(numbers, rows) for numbers in ((values, aims) if aims is not None else reach))
    return _table({"school": schools, "value": value, "from": begin, "to": end,
                   "state": _states(states, rows, value), "words": words})


def _table(columns: dict[str, Sequence]) -> pa.Table:
    """Types are fixed, so that a column without any value is still what the chart expects."""
    numbers = {"value", "lower", "upper", "beside", "target", "settled", "unsettled", "range_low", "range_high", "last",
               "beside_last", "low", "high", "from", "to", "received", "expected", "size", "whole"}
    return pa.table({name: pa.array(column, pa.float64() if name in numbers else pa.string(), from_pandas=True)
                     for name, column in columns.items()})


def _places(weeks: Sequence[date]) -> list[Place]:
    """The places on the axis: each week, a place for each week without school, one for a long break."""
    if any(week.weekday() for week in weeks) or any(a >= b for a, b in pairwise(weeks)):
        raise ValueError("weeks are Mondays, each once, in order. Sort them and take the Monday of each.")
    several_years = bool(weeks) and weeks[-1] - weeks[0] > 52 * WEEK
    places: list[Place] = []
    for at, week in enumerate(weeks):
        if places and (missing := (week - weeks[at - 1]).days // 7 - 1) >= LONG_BREAK:
            places.append((week - WEEK, None, _break_word(weeks[at - 1], week, several_years)))
        elif places:
            places += [(weeks[at - 1] + n * WEEK, None, None) for n in range(1, missing + 1)]
        places.append((week, at, None))
    return places


def _break_word(last: date, first: date, with_year: bool) -> str:
    word = "summer" if last < date(first.year, 7, 15) < first else "no school"
    return f"{word} {first.year}" if with_year else word


def _spread(numbers: Numbers, where: Iterable[int | None]) -> list[float | None]:
    """Each number at its place; NaN, numpy's way of saying nothing, becomes None."""
    found = (None if numbers is None or not len(numbers) or at is None else numbers[at] for at in where)
    return [None if number is None or number != number else float(number) for number in found]


def _states(states: Sequence[str | None], where: Iterable[int | None], values: list[float | None]) -> list[str | None]:
    found = [None if value is None else states[at] if len(states) else "usual" for at, value in zip(where, values)]
    if unknown := set(found) - {*STATES, None}:
        raise ValueError(f"A point cannot be {unknown.pop()!r}. Choose one of: {', '.join(STATES)}.")
    return found


def _begins(anew: Iterable[date], places: Sequence[Place]) -> set[int]:
    """The places of the first weeks from which the usual range starts anew."""
    firsts = (next((at for at, (monday, where, _) in enumerate(places) if where is not None and monday >= day), None) for day in anew)
    return {at for at in firsts if at is not None}


def _firm(opens: Sequence[bool], *numbers: list) -> list[list]:
    """Without the open weeks: their usual range widens with what is missing."""
    return [[None if now else number for now, number in zip(opens, each)] for each in numbers]


def _words(name: str, beside_name: str, value: list, low: list, high: list, grey: list, newest: int) -> dict[str, list]:
    """Names and last values in the last row, the usual range where its newest stretch begins to be seen."""
    last = len(value) - 1
    begin = next((at for at, both in enumerate(pairwise(low)) if at >= newest and None not in both), None)
    cells = {"name": (last, name), "last": (last, _newest(value)),
             "beside_name": (last, beside_name), "beside_last": (last, _newest(grey)),
             "range_low": (begin, _newest(low)), "range_high": (begin, _newest(high))}
    return {column: [cell if at == row else None for row in range(len(value))] for column, (at, cell) in cells.items()}


def _newest(numbers: list[float | None]) -> float | None:
    return next((number for number in reversed(numbers) if number is not None), None)


def _scale(y_range: tuple[float, float] | None, numbers: list[float | None], rows: int) -> dict[str, list]:
    """What the scale must reach, in the first row."""
    known = [number for number in numbers if number is not None]
    ends = y_range or (min(known, default=0), max(known, default=1))
    return {column: [end, *[None] * (rows - 1)][:rows] for column, end in zip(("from", "to"), ends)}


def _pin_columns(pins: Sequence[Pin], mondays: Sequence[date]) -> dict[str, list[str | None]]:
    """Numbers, kinds and floors of a week's pins, each list as one text; neighbours go to different floors."""
    near = -(-PIN_WIDTH * len(mondays) // PHONE_WIDTH)
    free = [-near] * PIN_FLOORS         # where each floor had its last pin
    cells: list[list[tuple[str, str, str]]] = [[] for _ in mondays]
    for number, (day, kind) in sorted(enumerate(pins, 1), key=lambda pin: pin[1][0]):
        monday = day - timedelta(days=day.weekday())
        if mondays and mondays[0] <= monday <= mondays[-1]:
            place = bisect_left(mondays, monday)
            floor = next((floor for floor, last in enumerate(free) if place - last >= near), free.index(min(free)))
            free[floor] = place
            cells[place].append((str(number), kind, str(floor)))
    return {column: [" ".join(pin[at] for pin in cell) or None for cell in cells]
            for at, column in enumerate(("pins", "pin_kinds", "pin_floors"))}


def _square(received: float | None, expected: float | None) -> tuple[str, str]:
    """The state of a square and what is written in it."""
    if not expected:
        return "not expected", "–"
    if not received:
        return "nothing", "0"
    return ("everything", "") if received >= expected else ("part", f"{received:g}/{expected:g}")
