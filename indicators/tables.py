"""The same as a table: what the pages show in words and pictures, as columns. Plain text, save for `link_to`: most cells read no Markdown."""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode

from indicators.behind import Behind
from indicators.escape import escaped
from indicators.history import Sum
from indicators.standing import Standing
from indicators.words import amount, capital, number, place_plainly, status_plainly, target_plainly, usual_range, week_of

Columns = dict[str, list[Any]]

PLAIN = ("Day", "Row", "When")      # kept as dates and numbers, for the page to format


def link_to(standing: Standing) -> str:
    """A school's name as the way to its page, for cells."""
    return f"[{escaped(standing.name)}](school?{urlencode({'school': standing.name, 'indicator': standing.definition.label}, quote_via=quote)})"


def of_standings(standings: Iterable[Standing], as_of: date) -> Columns:
    """A row for each number, whatever its unit: so numbers are text."""
    rows = [{
        "Where": capital(place_plainly(s)), "Indicator": s.definition.label, "Week": week_of(s.week, as_of), "Value": amount(s),
        "Status": (status_plainly(s.variation) if s.variation else "") + (", could vanish" if s.caveats.could_vanish else ""),
        "Usual range": usual_range(s), "Target": target_plainly(s),
        "Last year": "" if s.last_year is None else number(s.last_year, s.definition.unit),
    } for s in standings]
    return _columns(rows)


def of_schools(standings: Sequence[Standing], as_of: date) -> Columns:
    """One indicator at many schools: numbers stay numbers, so that the table can be sorted by them."""
    return _columns([{"School": s.name, "Value": _short(s.value), "Status": status_plainly(s.variation) if s.variation else "",
                      "Usual from": _short(s.lower), "to": _short(s.upper), "Last year": _short(s.last_year), "Week": week_of(s.week, as_of)}
                     for s in standings])


def side_by_side(schools: Mapping[str, Sequence[Standing]]) -> Columns:
    """A row a school, a value and a status for each indicator."""
    rows = [{"School": school} | {s.definition.short: " ".join(filter(None, [amount(s), status_plainly(s.variation) if s.variation else ""]))
                                  for s in standings} for school, standings in schools.items()]
    return _columns(rows)


def of_parts(sum_: Sum) -> Columns:
    return _columns([{"School": p.school, "Numerator": p.numerator, "Denominator": p.denominator, "Value": _short(p.value)} for p in sum_.parts])


def of_rows(behind: Behind, labels: Mapping[str, str]) -> Columns:
    """The rows behind a number: day, cells under the names of their columns, and where each stands."""
    if behind.arrived:
        return _columns([{"Day": day, "Spreadsheet": labels.get(source, source), "Arrived": "yes" if came else "no"}
                         for source, day, came in behind.arrived])
    several = len({row.source for row in behind.rows}) > 1
    cells = [{"Day": row.day} | ({"Spreadsheet": row.source} if several else {}) | {capital(name): cell for name, cell in row.values.items()}
             for row in behind.rows]
    places = [{"File": row.file_name, "Sheet": row.sheet, "Row": row.file_row, "Column": row.file_column or "", "Sent by": row.by, "When": row.at} for row in behind.rows]
    columns = _columns(cells) | _columns(places)
    return {name: column if name in PLAIN else _alike(column) for name, column in columns.items() if any(cell != "" for cell in column)}


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _alike(column: list[Any]) -> list[Any]:
    """A column of numbers stays numbers; with a word among them everything becomes text."""
    known = [cell for cell in column if cell is not None]
    if all(isinstance(cell, (int, float)) and not isinstance(cell, bool) for cell in known):
        return column
    return ["" if cell is None else "yes" if cell is True else "no" if cell is False else str(cell) for cell in column]


def _columns(rows: Sequence[Mapping[str, Any]]) -> Columns:
    """Columns in the order they first occur; empty where a row has none."""
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name) for row in rows] for name in names}
