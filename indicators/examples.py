"""Run a definition's examples: rows in, numerator and denominator out, by the same SQL the district's numbers come from."""
from __future__ import annotations

import csv
import io

import pyarrow as pa

from data.checking import Setting, typed_rows
from data.layout import Header, Table
from data.matching import match_named
from data.schools import SchoolList
from data.source import Sources
from data.store import in_memory
from indicators.definition import Definition, Example
from indicators.weekly import numbers

def failures(definition: Definition, sources: Sources) -> list[str]:
    """One sentence for every example that comes out otherwise than the definition says; empty when all are right."""
    found = []
    for number, example in enumerate(definition.examples, 1):
        got = compute(definition, example, sources)
        if got != (example.numerator, example.denominator):
            found.append(f"{definition.name}.toml: example {number} gives {got[0]:g} of {got[1]:g}, not {example.numerator:g} of "
                         f"{example.denominator:g}. Correct the example or the expression.")
    return found


def compute(definition: Definition, example: Example, sources: Sources) -> tuple[float, float]:
    """Numerator and denominator of an example's rows, all places and weeks together."""
    rows = example_rows(definition, example, sources)
    sql = numbers(definition, "(select *, 1 as one from rows)", period="null::date", places="one")
    found = in_memory(rows=rows).rows(f"select numerator, denominator from ({sql})")
    return found[0] if found else (0.0, 0.0)


def example_rows(definition: Definition, example: Example, sources: Sources) -> pa.Table:
    """The example's text as typed rows, judged as an upload's cells are; columns it leaves out are empty."""
    read = list(csv.reader(io.StringIO(example.rows.strip()), skipinitialspace=True))
    cells = {name: pa.array(texts, pa.string()) for name, texts in zip(read[0], zip(*read[1:], strict=False), strict=True)}
    if definition.view:
        given = pa.table({name: cells.get(name, pa.nulls(len(read) - 1, pa.string())) for name in definition.view.columns})
        listed = ", ".join(f"nullif(trim({name}), '')::{kind} as {name}" for name, kind in definition.view.columns.items())
        return in_memory(given=given).table(f"select {listed} from given")
    headers = tuple(Header(name, name) for name in cells)
    body = pa.table({"row": pa.array(range(2, len(read) + 1), pa.int32()), **cells})
    match = match_named(sources[definition.source], headers)
    setting = Setting(SchoolList(), students=str, answers={}, file=f"{definition.name}.toml")
    return typed_rows(Table("", 1, headers, body, ()), match, setting).rows
