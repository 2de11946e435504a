"""Lists taken along from daily files: the schools and caseloads that attendance and the like name on every row."""
from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.checking import Setting, Typed, typed_rows
from data.facts import Part
from data.finding import Finding, Level
from data.layout import Table
from data.matching import Match
from data.source import Source


def take_list(table: Table, match: Match, dated: Typed, daily: Source, setting: Setting, last_day: date | None) -> tuple[Part, Finding] | None:
    """One row a school, from its newest day, and the note that says so; None when no row is new.

    `dated` are the rows of the daily source. A file older than `last_day` names only schools nobody has listed."""
    if dated.rows.num_rows != table.body.num_rows:          # rows that were added up stand at the first of them
        table = replace(table, body=table.body.filter(pc.is_in(table.body["row"], pa.array(dated.rows["file_row"].to_numpy()))))
    days = dated.rows[daily.date].to_numpy(zero_copy_only=False).astype("datetime64[D]")
    newest = _newest_of_each_text(table, match, days, dated.out)
    typed = typed_rows(replace(table, body=table.body.take(pa.array(newest))), match, setting)
    newer = last_day is None or days.max() > np.datetime64(last_day)
    first: dict[str, int] = {}
    for at, code in enumerate(typed.rows[match.source.school].to_pylist()):
        if not typed.out[at] and code not in first and (newer or code not in setting.schools.names):
            first[code] = at
    if not first:
        return None
    rows = typed.rows.take(pa.array(sorted(first.values(), key=newest.__getitem__)))
    scope = pa.table({"school_id": rows[match.source.school], "day": pa.nulls(rows.num_rows, pa.date32())})
    used = next(header.text for name, header in match.columns.items() if name != match.source.school)
    what = match.source.list_of.replace("schools", "school list")
    told = (f"{len(rows):,} schools of this file become the {what}, since you have loaded none of your own" if not setting.schools.names else
            f"{len(rows):,} schools of this file join the {what} or bring it up to date")
    return (Part(match.source, table.sheet, rows, scope, harvested=True),
            Finding(Level.NOTE, f"{told} (column {used})", "Load your own list when you have it; it takes over.", sheet=table.sheet))


def _newest_of_each_text(table: Table, match: Match, days: np.ndarray, out: np.ndarray) -> np.ndarray:
    """Of the rows that say the same in a list's columns only the newest, newest first: a daily file says it every day."""
    spots = np.lexsort((table.body["row"].to_numpy(), days.astype(int)))[::-1]
    spots = spots[~out[spots]]
    texts = np.zeros(len(spots), int)
    for header in match.columns.values():
        column = pc.cast(table.body[header.column], pa.string()).combine_chunks()
        codes = pc.dictionary_encode(column, null_encoding="encode")
        _, texts = np.unique(texts * len(codes.dictionary) + codes.indices.to_numpy()[spots], return_inverse=True)
    return spots[np.sort(np.unique(texts, return_index=True)[1])]
