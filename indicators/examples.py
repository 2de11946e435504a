"""Run a definition's examples: rows in, numerator and denominator out, by the same SQL the district's numbers come from."""
from __future__ import annotations

import csv
import io
from datetime import date
from collections.abc import Iterable, Mapping

import pyarrow as pa

from data.checking import Setting, typed_rows
from data.finding import Finding, Level, Refused, did_you_mean
from data.layout import Header, Table
from data.matching import match_named
from data.schools import SchoolList
from data.source import Sources
from data.store import in_memory
from indicators.definition import Definition, Example, row_columns
from indicators.weekly import numbers


def failures(definition: Definition, sources: Sources) -> list[str]:
    """One sentence for every example that comes out otherwise than the definition says; empty when all are right."""
    found = []
    for number, example in enumerate(definition.examples, 1):
        place = f"{definition.name}.toml: example {number}"
        try:
            got = compute(definition, example, sources)
        except Refused as refused:
            found += [f"{place}: {finding}" for finding in refused.findings]
            continue
        if got != (example.numerator, example.denominator):
            found.append(f"{place} gives {got[0]:g} of {got[1]:g}, not {example.numerator:g} of "
                         f"{example.denominator:g}. Correct the example or the expression.")
    return found


def compute(definition: Definition, example: Example, sources: Sources) -> tuple[float, float]:
    """Numerator and denominator of an example's rows, all places and weeks together."""
    rows = example_rows(definition, example, sources)
    sql = numbers(definition, "(select *, 1 as one from rows)", period="null::date", places="one")
    found = in_memory(rows=rows).rows(f"select numerator, denominator from ({sql}) order by measure")
    return found[0] if found else (0.0, 0.0)


def example_rows(definition: Definition, example: Example, sources: Sources) -> pa.Table:
    """The example's text as typed rows, judged as an upload's cells are; columns it leaves out are empty.

    Refused where a cell cannot be read: an example that leaves a row out in silence proves nothing.
    """
    heads, *lines = list(csv.reader(io.StringIO(example.rows.strip()), skipinitialspace=True)) or [[]]
    _check_shape(heads, lines, row_columns(definition, sources))
    cells = {name: pa.array([line[at].strip() for line in lines], pa.string()) for at, name in enumerate(heads)}
    if definition.view:
        return _view_rows(definition.view.columns, cells, len(lines))
    body = pa.table({"row": pa.array(range(2, len(lines) + 2), pa.int32()), **cells})
    headers = tuple(Header(name, name) for name in heads)
    setting = Setting(SchoolList(), students=str, answers={}, file=f"{definition.name}.toml", today=date.max)
    typed = typed_rows(Table("", 1, headers, body, ()), match_named(sources[definition.source], headers), setting)
    if typed.out.any():
        raise Refused(*(finding for finding in typed.findings if finding.level == Level.STOP))
    return typed.rows


def _check_shape(heads: list[str], lines: list[list[str]], known: Iterable[str]) -> None:
    known = [*known]
    found = [Finding(Level.STOP, f"there is no column {head!r}", did_you_mean(head, known), row=1) for head in heads if head not in known]
    found += [Finding(Level.STOP, f"there are {len(line)} cells under {len(heads)} headings", "Separate the cells with commas.", row=at)
              for at, line in enumerate(lines, 2) if len(line) != len(heads)]
    if found:
        raise Refused(*found)


def _view_rows(columns: Mapping[str, str], cells: Mapping[str, pa.Array], count: int) -> pa.Table:
    """Typed as the view's own columns are; NULL where a cell is empty."""
    given = in_memory(given=pa.table({name: cells.get(name, pa.nulls(count, pa.string())) for name in columns}))
    for name, kind in columns.items():
        wrong = given.value(f"select {name} from given where {name} <> '' and try_cast({name} as {kind}) is null")
        if wrong is not None:
            raise Refused(Finding(Level.STOP, f"this is no {kind}", "Correct the cell.", column=name, value=wrong))
    return given.table("select " + ", ".join(f"nullif({name}, '')::{kind} as {name}" for name, kind in columns.items()) + " from given")
