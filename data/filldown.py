"""Cells that were written once and left empty below: the school at the head of its rows, or over them on a line of its own."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.finding import Finding, Level
from data.layout import Header, SetAside, Table
from data.matching import Question

FILL = "fill"               # the answer that says whether empty cells mean the one above: yes or no
SECTION = "section"         # the column this adds
FEWEST_ROWS = 2             # with two rows an empty cell is as likely to be a missing one


def filled_down(table: Table, column: str, answers: Mapping[str, str]) -> tuple[Table, list[Question], list[Finding]]:
    """The table with a column's empty cells filled from above, where every text in it begins a block of its own.

    Where a text stands on row after row, an empty cell is a missing one and stays empty. One text alone could be either: asked."""
    texts, key = table.body[column], f"{FILL}:{table.sheet}:{column}"
    there = texts.is_valid().to_numpy()
    said = answers.get(key, "")
    if said == "no" or there.all() or not there.any() or not there[0]:
        return table, [], []
    written = pc.cast(texts, pa.string()).to_pylist()
    heads = np.flatnonzero(there)
    blocks = np.diff([*heads, len(there)])
    begins = [written[at] for at in heads]
    blockwise = all(one != other for one, other in pairwise(begins)) and len(there) >= 2 * len(heads) and (blocks > 1).sum() > len(heads) / 2
    if said != "yes" and not (blockwise and len(there) > FEWEST_ROWS):
        return table, [], []
    heading = next(h.text for h in table.headers if h.column == column)
    if said != "yes" and len(heads) == 1:
        return table, [Question(key, f"Column {heading} has {begins[0]} in its first row and nothing below. Are the other rows about {begins[0]} too?",
                                {"yes": "yes, they belong to it", "no": "no, those cells are missing"})], []
    above = np.maximum.accumulate(np.where(there, np.arange(len(there)), 0))
    at = table.body.schema.get_field_index(column)
    filled = replace(table, body=table.body.set_column(at, column, texts.take(pa.array(above))))
    first = int(np.flatnonzero(~there)[0])
    return filled, [], [Finding(Level.NOTE, f"empty cells were read as the one above them ({written[above[first]]})",
                            "If an empty cell means something else, fill it in.", sheet=table.sheet,
                            row=table.body["row"][first].as_py(), column=heading, rows=int((~there).sum()))]


def sections(table: Table, is_school: Callable[[str], bool]) -> tuple[Table, list[Finding]]:
    """The table with a column of schools taken from lines that hold nothing but a school's name, above the rows they speak for."""
    names = [h.column for h in table.headers]
    filled = np.sum([table.body[name].is_valid().to_numpy() for name in names], axis=0)
    alone = np.flatnonzero(filled == 1)
    lines = {int(at): text for at in alone if (text := _only_text(table, int(at), names)) and is_school(text)}
    if not lines or len(lines) > table.body.num_rows / 2:
        return table, []
    current, per_row = None, []
    for at in range(table.body.num_rows):
        current = lines.get(at, current)
        per_row.append(None if at in lines else current)
    aside = tuple(SetAside(table.body["row"][at].as_py(), "names the school of the rows below", text) for at, text in lines.items())
    body = table.body.append_column(SECTION, pa.array(per_row, pa.string()).dictionary_encode())
    keep = np.ones(table.body.num_rows, bool)
    keep[[*lines]] = False
    told = Finding(Level.NOTE, f"{len(lines)} lines name a school; it was taken for the rows below each", "If that is wrong, add a column of schools.",
                   sheet=table.sheet, row=aside[0].row, rows=len(lines))
    header = Header(SECTION, "School", told="the line above the rows")
    return replace(table, headers=(*table.headers, header), body=body.filter(pa.array(keep)), set_aside=table.set_aside + aside), [told]


def _only_text(table: Table, at: int, names: list[str]) -> str:
    return next((text.strip() for name in names if (text := table.body[name][at].as_py())), "")
