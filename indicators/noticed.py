"""The lights of all indicators at all schools, as rows: what changed, where, since when, by how much, and how rare that is by chance."""
from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np
import pyarrow as pa

from indicators.changes import FULL_WEEK, Found, Numbers, found, stretches
from indicators.definition import EXPECTED, Definition
from indicators.detecting import BEGUN_WITHIN, chance
from indicators.judging import Series, Weeks

# Of all series together, so many lights a week may come by chance alone: what a superintendent can bear. See benchmarks/README.md.
# A small district bears less: no line more than once in ten school years.
MOST_BY_CHANCE, SELDOM = 1.0, 360
LEAST = 0.05                # of the unit: less is written as 0, and no reason to talk
WORSENING, IMPROVING, OTHER = "worsening", "improving", "changed"
BETTER = {"higher": 1, "lower": -1, "neither": 0}
NOTICE = pa.schema([("indicator", pa.string()), ("place", pa.string()), ("size", pa.float64()), ("by_chance", pa.float64())])
LIGHT = pa.schema([("indicator", pa.string()), ("kind", pa.string()), ("place", pa.string()), ("way", pa.string()), ("noticed", pa.date32()),
                   ("last", pa.date32()), ("still", pa.bool_()), ("began", pa.date32()), ("size", pa.float64()), ("unsure", pa.float64()),
                   ("spread", pa.float64()), ("one_in", pa.float64()), ("a_year_before", pa.bool_()),
                   ("back", pa.date32())])


def by_chance(lines: int) -> float:
    """How many new lights a week chance alone may light among so many lines."""
    return min(MOST_BY_CHANCE, lines / SELDOM)


def watched(definition: Definition) -> bool:
    """Weekly numbers only, and none about what has not been sent: the pages tell that by school and spreadsheet."""
    return definition.judged and definition.covered_by != EXPECTED


def lights(judged: Iterable[tuple[Definition, Series, np.ndarray]], weeks: Weeks,
           level: list[str | None]) -> tuple[list[dict], list[dict]]:
    """One row a light of this school year; and one a line, a school's indicator: how large a lasting change would be noticed there, and how many
    new lights a week chance may give it, whoever looks at how many of the lines.

    Each series has a row a school, in the order of `level`, and last the district's."""
    judged = list(judged)
    together = sum(int(usable[:-1].any(axis=1).sum()) for _, _, usable in judged)
    rows: list[dict] = []
    notices: list[dict] = []
    for definition, series, usable in judged:
        if usable[:-1].any():
            seen = found(numbers(definition, series, usable, weeks, level), together, by_chance(together), BETTER[definition.better])
            rows += _rows(definition, series, seen, weeks)
            notices += [{"indicator": definition.name, "place": place, "size": float(size) if np.isfinite(size) else None,
                         "by_chance": by_chance(together) / together}
                        for (_, place), size, sent in zip(series.places[:-1], seen.noticeable[:-1, -1], usable[:-1].any(axis=1), strict=True) if sent]
    return rows, notices


def numbers(definition: Definition, series: Series, usable: np.ndarray, weeks: Weeks, level: list[str | None]) -> Numbers:
    """A count of things that happen is brought to a full week; what a value was counted over says how far to trust it."""
    scale = 100.0 if definition.unit == "percent" else 1.0
    counted = definition.denominator != "" or definition.unit == "percent"
    value = series.value * scale if counted else series.numerator * FULL_WEEK / np.where(series.expected > 0, series.expected, np.nan)
    exposure = np.where(series.percentages, series.received, series.denominator) if counted else series.received / FULL_WEEK
    whole = np.where(usable[-1], value[-1], np.nan)
    codes = np.unique([text or "" for text in level], return_inverse=True)[1]
    return Numbers(np.where(usable, value, np.nan)[:-1], exposure[:-1], usable[:-1], whole, np.array(weeks.year), np.array(weeks.last_year, int), codes,
                   definition.unit != "percent")


def _rows(definition: Definition, series: Series, seen: Found, weeks: Weeks) -> list[dict]:
    first = weeks.year.index(max(weeks.year))
    mondays = weeks.mondays[first:]
    rows = []
    for sign, lit, strength in ((1, seen.rise, seen.evidence.rise), (-1, seen.fall, seen.evidence.fall)):
        way = {1: IMPROVING, -1: WORSENING, 0: OTHER}[sign * BETTER[definition.better]]
        for row in np.flatnonzero(lit.any(axis=1)):
            (kind, place), whole = series.places[row], row == len(series.places) - 1
            for start, stop in stretches(lit[row]):
                at = _clearest(strength[row], seen.evidence.began[row], start, min(stop, start + BEGUN_WITHIN))
                if abs(seen.evidence.size[row, at]) < LEAST:
                    continue
                rows.append({"indicator": definition.name, "kind": kind, "place": place, "way": way, "noticed": mondays[start],
                             "last": mondays[stop - 1], "still": stop == len(mondays), "began": mondays[seen.evidence.began[row, at]],
                             "size": float(seen.evidence.size[row, at]), "unsure": float(seen.evidence.unsure[row, at]),
                             "spread": float(seen.evidence.spread[row, at]), "one_in": chance(float(strength[row, at]), 0.0 if whole else seen.alike),
                             "a_year_before": whole and bool(seen.a_year_before[start]),
                             "back": _back(sign * (seen.evidence.week[row] - seen.evidence.level[row, seen.evidence.began[row, at]]), mondays)
                             if stop == len(mondays) else None})
    return rows


def _back(now: np.ndarray, mondays: list[date]) -> date | None:
    """The newest week with a number, where that lies at the level before the change or beyond on the other side."""
    sent = np.flatnonzero(np.isfinite(now))
    return mondays[sent[-1]] if len(sent) and now[sent[-1]] <= 0 else None


def _clearest(strength: np.ndarray, began: np.ndarray, start: int, stop: int) -> int:
    """The week that tells most of the change noticed at `start`: the strongest that still takes it to have begun by then."""
    weeks = np.arange(start, stop)
    told = weeks[began[start:stop] <= start]
    return int(told[np.argmax(strength[told])]) if len(told) else start


def tables(rows: list[dict], notices: list[dict], shown: set[tuple[str, str]]) -> tuple[pa.Table, pa.Table]:
    """What of it a scope may see."""
    return (pa.Table.from_pylist([row for row in rows if (row["kind"], row["place"]) in shown], LIGHT),
            pa.Table.from_pylist([row for row in notices if ("school", row["place"]) in shown], NOTICE))
