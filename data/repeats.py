"""Rows about the same thing twice: exact repeats count once, contradictions stay out, in one sheet and across sheets."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from data.facts import PLACE, Part, columns
from data.finding import Finding, Level
from data.layout import Table
from data.matching import Match
from data.mended import Refusal
from data.source import ALL, FieldKind, Source
from data.store import Relations, in_memory, quoted

if TYPE_CHECKING:
    from data.checking import Typed

Unit = tuple[str | None, date | None]
KEEP_ONE = "Keep the right one and upload the file again."


def find_repeats(typed: Typed, match: Match, table: Table, relations: Relations, used: set[str]) -> None:
    """Mark rows of one key that repeat an earlier one or contradict another; repeated events are both kept.

    `relations` holds the typed rows with their place `spot`; `used` names the columns of the sheet that some source reads.
    """
    source = match.source
    if source.repeats and not source.parts:
        return
    whole = ", ".join(quoted(name) for name in columns(source))
    alike = " and ".join(["not out", *(f"{quoted(name)} = '{ALL}'" for name in source.parts)]) if source.repeats else "not out"
    key = ", ".join(map(quoted, source.key))       # most keys stand once: only those that may stand twice are compared, a tenth of the memory
    groups = relations.rows(f"""select list(spot order by spot), count(distinct ({whole})) from rows
        where {alike} and hash({key}) in (select hash({key}) from rows where {alike} group by 1 having count(*) > 1)
        group by {key} having count(*) > 1 order by min(spot)""")
    same = [rows for rows, kinds in groups if kinds == 1]
    torn = [rows for rows, kinds in groups if kinds > 1]
    _tell_same(typed, source, table, same, used)
    if torn:
        typed.findings.append(Finding(
            Level.STOP, f"rows {_listed(_file_rows(typed, torn[0]))} say different things about {_key_in_words(typed, match, torn[0][0])}",
            KEEP_ONE, row=_file_rows(typed, torn[0])[0], rows=sum(map(len, torn))))
    typed.again[[at for places in same for at in places[1:]]] = True
    for places in torn:
        typed.refuse(places, f"rows {_listed(_file_rows(typed, places))} are about the same thing but differ", KEEP_ONE)


def _file_rows(typed: Typed, places: list[int]) -> list[int]:
    return typed.rows["file_row"].take(pa.array(places)).to_pylist()


def _tell_same(typed: Typed, source: Source, table: Table, same: list[list[int]], used: set[str]) -> None:
    """Say which rows count once; apart, those that differ in a column nobody reads, for they may be finer than a row should be."""
    beside = _unread_texts(table, same, used)
    exact, finer = [], []
    for places in same:
        if len({beside.get(at) for at in places}) == 1:
            exact += places[1:]
        else:
            finer.append(places)
    if exact:
        typed.findings.append(Finding(Level.NOTE, "this row repeats an earlier one exactly; it counts once", "Nothing to do.",
                                      row=_file_rows(typed, exact)[0], rows=len(exact)))
    if finer:
        first, second = finer[0][0], next(at for at in finer[0] if beside[at] != beside[finer[0][0]])
        unread = [h.text for h in table.headers if h.column not in used]
        header = next(text for text, one, other in zip(unread, beside[first], beside[second], strict=True) if one != other)
        row, other_row = _file_rows(typed, [first, second])
        typed.findings.append(Finding(
            Level.WARN, f"this row says the same as row {row} but for the column {header}, which is not used; it counts once",
            f"A row should be {source.one_row_is.split(',')[0]}: if this file is finer, add its rows up first.",
            row=other_row, rows=sum(len(places) - 1 for places in finer)))


def _unread_texts(table: Table, same: list[list[int]], used: set[str]) -> dict[int, tuple]:
    """By place, what the columns say that no source reads."""
    names = [h.column for h in table.headers if h.column not in used]
    places = [at for each in same for at in each]
    if not names or not places:
        return {}
    body = table.body.take(pa.array(places))
    return dict(zip(places, zip(*(body[name].to_pylist() for name in names), strict=True), strict=True))


def _listed(rows: list[int]) -> str:
    *most, last = map(str, rows[:4])
    return f"{', '.join(most)} and {last}"


def _key_in_words(typed: Typed, match: Match, at: int) -> str:
    """School 0012, Date 2026-11-16: the key as the uploader's headings call it; a student stays unnamed."""
    told = typed.rows.slice(at, 1).to_pylist()[0]
    named = [f"{match.columns[name].text} {told[name]}" for name in match.source.key
             if name in match.columns and told[name] is not None and match.source.field(name).kind != FieldKind.STUDENT]
    return ", ".join(named)


def across_sheets(parts: Iterable[Part]) -> tuple[list[Part], list[Finding], dict[str, set[Unit]], list[tuple[str, Refusal]]]:
    """The parts without what sheets of one file repeat or contradict; what to say; the units of rows taken out, and those rows by sheet."""
    parts, findings, unsure, refused = list(parts), [], {}, []
    for source in {part.source.name: part.source for part in parts}.values():
        mine = [at for at, part in enumerate(parts) if part.source.name == source.name]
        if len(mine) < 2:
            continue
        again, torn = _shared_rows(source, [parts[at].rows for at in mine])
        sheets, numbers = [parts[at].sheet for at in mine], [parts[at].rows["file_row"] for at in mine]

        def file_row(sheet: int, at: int, numbers=numbers) -> int:
            return numbers[sheet][at].as_py()

        if again:
            at, row = again[0]
            findings.append(Finding(Level.NOTE, "this row stands in an earlier sheet too; it counts once", "Nothing to do.",
                                    sheet=sheets[at], row=file_row(at, row), rows=len(again)))
        if torn:
            (one, row), (other, second) = torn[0], next(place for place in torn if place[0] != torn[0][0])
            findings.append(Finding(Level.STOP, f"this row and row {file_row(other, second)} of sheet {sheets[other]} are about the same thing but differ",
                                    KEEP_ONE, sheet=sheets[one], row=file_row(one, row), rows=len(torn)))
            refused += [(sheets[at], _torn(parts[mine[at]].rows.slice(spot, 1))) for at, spot in torn]
        for at, place in enumerate(mine):
            places = np.arange(parts[place].rows.num_rows)
            out = np.isin(places, [row for sheet, row in again + torn if sheet == at])
            bad = np.isin(places, [row for sheet, row in torn if sheet == at])
            unsure.setdefault(source.name, set()).update(_units(source, parts[place].rows.filter(pa.array(bad))))
            parts[place] = replace(parts[place], rows=parts[place].rows.filter(pa.array(~out)))
    return [part for part in parts if part.rows.num_rows], findings, unsure, refused


def _torn(row: pa.Table) -> Refusal:
    places = tuple(row[PLACE].to_pylist()) if PLACE in row.column_names else ()
    return Refusal(row["file_row"].to_numpy(), places, (), "a row of another sheet is about the same thing but differs", KEEP_ONE)


def _shared_rows(source: Source, sheets: list[pa.Table]) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Sheet and place in it of what repeats a row of an earlier sheet, and of what contradicts a row of another.

    Where a source keeps repeats, only a row that is the same in everything repeats one, each as often as it stands there.
    """
    whole = ", ".join(map(quoted, columns(source)))
    rows = pa.concat_tables([rows.select([*columns(source)]).append_column("sheet", pa.repeat(pa.scalar(at, pa.int32()), rows.num_rows))
                             .append_column("spot", pa.array(np.arange(rows.num_rows))) for at, rows in enumerate(sheets)])
    key = f"{whole}, nth" if source.repeats else ", ".join(map(quoted, source.key))
    kinds = "1" if source.repeats else f"count(distinct ({whole}))"
    groups = in_memory(rows=rows).rows(f"""
        select list((sheet, spot) order by sheet, spot), {kinds} from (
            select *, row_number() over (partition by sheet, {whole} order by spot) as nth from rows)
        group by {key} having count(distinct sheet) > 1 order by min((sheet, spot))""")
    places = [([tuple(place) for place in places], count) for places, count in groups]
    return ([place for found, count in places if count == 1 for place in found[1:]],
            [place for found, count in places if count > 1 for place in found])


def _units(source: Source, rows: pa.Table) -> Iterable[Unit]:
    return zip(*(rows[name].to_pylist() if name else [None] * rows.num_rows for name in (source.school, source.date)), strict=True)
