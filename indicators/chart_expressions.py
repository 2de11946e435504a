"""Vega expressions: the words and distances of a chart, worked out in the browser where its scales and its theme are known."""
from __future__ import annotations

from typing import Literal

Unit = Literal["percent", "count"]

UNIT_MARK = {"percent": "%", "count": ""}
LINE = 14                                   # pixels from one line of words to the next
DAY = "utcFormat(toDate({}), '%-d %b{}')"


def case(cases: dict[str, str], otherwise: str) -> str:
    """The text for the row's state."""
    pairs = ", ".join(f"'{state}': '{text}'" for state, text in cases.items())
    return f"({{{pairs}}}[datum.state] || '{otherwise}')"


def spoken(number: str, unit: Unit) -> str:
    """A number with its unit: 94%, 91.6%, 1,204."""
    return f"format({number}, ',.1~f') + '{UNIT_MARK[unit]}'"


def in_lines(words: str, letters: int = 14) -> str:
    """The words in lines that a phone has room for beside a chart."""
    return f"split(trim(replace({words}, regexp('(.{{1,{letters}}})(\\\\s+|$)', 'g'), '$1\\n')), '\\n')"


def span(low: str, high: str, unit: Unit) -> str:
    return f"format({low}, ',.1~f') + '–' + {spoken(high, unit)}"


def apart(mine: str, other: str, lines: str, others: str) -> str:
    """How far to move words, so that they neither run into the other words nor into the weeks."""
    y, z = f"scale('y', datum.{mine})", f"scale('y', datum.{other})"
    need = f"({LINE / 2} * ({lines} + {others}) + 2)"
    push = f"max(0, {need} - abs({y} - {z})) / 2"
    lowest, others_lowest = (f"height - {LINE / 2} * {each}" for each in (lines, others))
    above = f"min({y} - {push}, min({z} + {push}, {others_lowest}) - {need})"
    is_above = f"({y} < {z} || {y} === {z} && '{mine}' === 'last')"
    where = f"!isValid(datum.{other}) ? min({y}, {lowest}) : {is_above} ? {above} : min({y} + {push}, {lowest})"
    return f"(({where}) - {y})"
