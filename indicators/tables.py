"""The same as a table: what the pages show in words and pictures, as columns. Plain text, for cells that read no Markdown."""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from indicators.behind import Behind
from indicators.history import Sum
from indicators.reading import Standing
from indicators.words import amount, capital, number, place_plainly, status_plainly, target_plainly, total, usual_range, week_of

Columns = dict[str, list[Any]]


def of_standings(standings: Iterable[Standing], as_of: date) -> Columns:
    """A row for each number, whatever its unit: so numbers are text."""
    rows = [{
        "Where": capital(place_plainly(s)), "Indicator": s.definition.label, "Week": week_of(s.week, as_of), "Value": amount(s),
        "Status": status_plainly(s.variation) if s.variation else "", "Usual range": usual_range(s),
        "Target": target_plainly(s),
        "Last year": "" if s.last_year is None else number(s.last_year, s.definition.unit),
    } for s in standings]
    return _columns(rows)


def of_schools(standings: Sequence[Standing], as_of: date) -> Columns:
    """One indicator at many schools: numbers stay numbers, so that the table can be sorted by them."""
    return _columns([{"School": s.name, "Value": s.value, "Status": status_plainly(s.variation) if s.variation else "",
                      "Usual from": s.lower, "to": s.upper, "Last year": s.last_year, "Week": week_of(s.week, as_of)} for s in standings])


def side_by_side(schools: Mapping[str, Sequence[Standing]]) -> Columns:
    """A row a school, a value and a status for each indicator."""
    headers = list(dict.fromkeys(s.definition.short for standings in schools.values() for s in standings))
    rows = []
    for school, standings in schools.items():
        by_short = {s.definition.short: s for s in standings}
        cells = {header: by_short.get(header) for header in headers}
        rows.append({"School": school} | {header: "" if s is None else " ".join(filter(None, [
            amount(s), status_plainly(s.variation) if s.variation else ""])) for header, s in cells.items()})
    return _columns(rows)


def of_parts(sum_: Sum) -> Columns:
    return _columns([{"School": p.school, "Numerator": p.numerator, "Denominator": p.denominator, "Value": p.value} for p in sum_.parts])


def of_rows(behind: Behind, labels: Mapping[str, str]) -> Columns:
    """The rows behind a number: day, cells under the names of their columns, and where each stands."""
    if behind.arrived:
        return _columns([{"Day": day, "Spreadsheet": labels.get(source, source), "Arrived": "yes" if came else "no"}
                         for source, day, came in behind.arrived])
    several = len({row.source for row in behind.rows}) > 1
    return _columns([{"Day": row.day} | ({"Spreadsheet": row.source} if several else {})
                     | {capital(name): _said(cell) for name, cell in row.values.items()}
                     | {"File": row.file_name, "Sheet": row.sheet, "Row": row.file_row, "Sent by": row.by, "When": row.at}
                     for row in behind.rows])


def _said(cell: Any) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return total(cell) if isinstance(cell, (int, float)) else str(cell)


def _columns(rows: Sequence[Mapping[str, Any]]) -> Columns:
    """Columns in the order they first occur; where and when a row stands come last."""
    last = ("File", "Sheet", "Row", "Sent by", "When")
    names = dict.fromkeys(name for row in rows for name in row if name not in last) | dict.fromkeys(
        name for row in rows[:1] for name in row if name in last)
    return {name: [row.get(name) for row in rows] for name in names}
