"""Tables beside each other in one sheet: which blocks of columns are tables of their own, which are one, and where nobody can tell."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

import numpy as np
import pyarrow as pa

from data.cells import Sheet
from data.heading import ACROSS, HEADER_WITHIN, find, moment, ranges
from data.source import FieldKind, Source, Sources, normalised

MOST_TITLES = 10            # texts alone in their rows that a column between two tables may hold
KEYS = (FieldKind.SCHOOL, FieldKind.DATE, FieldKind.STUDENT)       # what the rows of a table are told apart by


class Reading(StrEnum):
    """How blocks beside each other are read; ONE and APART are also what a person may say."""
    ONE = "one"
    APART = "apart"
    UNSURE = "unsure"       # read as one until somebody has said


@dataclass(frozen=True)
class Beside:
    """The blocks beside each other that may be tables, as A-D, and which of them this one is."""
    places: tuple[str, ...]
    mine: str
    read: Reading

    def __str__(self) -> str:
        return " and ".join(filter(None, [", ".join(self.places[:-1]), self.places[-1]]))


@dataclass(frozen=True)
class Block:
    """Columns up to the next empty one, with their headings where they have any of their own."""
    columns: tuple[str, ...]
    place: str                          # the first and the last with a heading, as A-D
    cells: pa.Table                     # its own, blank rows left out
    headings: tuple[str, ...]           # plain; days and periods by their kind alone
    top: int                            # the rows of its headings
    header: int
    rows: np.ndarray                    # below them, without notes that stand alone in their row
    keys: frozenset[FieldKind]          # what its rows could be told apart by
    feeds: bool                         # it has all that some kind of spreadsheet needs

    @property
    def titled(self) -> bool:
        return self.cells["row"][0].as_py() < self.top


def parts(sheet: Sheet, sources: Sources, known: set[str], said: str) -> list[tuple[Sheet, Beside | None]]:
    """The sheet cut where tables stand beside each other, each part with its columns in its name; otherwise the sheet itself.

    Headings alone prove nothing: a column left empty is no end of a table. See `_judged` for what does."""
    groups = _groups(sheet.cells)
    if len(groups) < 2:
        return [(sheet, None)]
    look = _Look(sheet, sources, known)
    blocks = [look.block(columns) for columns in groups]
    tables, keyed = _may_be_tables(blocks, look, said)
    if len(tables) < 2:
        return [(sheet, None)]
    cuts = [Reading(said) if said in (Reading.ONE, Reading.APART) else _judged(left, right, look.joined([left, right])) if keyed else _unlike(left, right)
            for left, right in pairwise(tables)]
    if Reading.APART not in cuts:
        return [(sheet, Beside(tuple(table.place for table in tables), "", Reading.UNSURE if Reading.UNSURE in cuts else Reading.ONE))]
    runs = [(look.joined(run), run, unsure) for run, unsure in _runs(tables, cuts)]
    places = tuple(whole.place for whole, _, _ in runs)
    return [(replace(sheet, name=f"{sheet.name} columns {whole.place}".strip(), cells=whole.cells),
             Beside(tuple(table.place for table in run), "", Reading.UNSURE) if unsure else Beside(places, whole.place, Reading.APART))
            for whole, run, unsure in runs]


def _groups(cells: pa.Table) -> list[tuple[str, ...]]:
    """Columns up to the next empty one, which goes with those before it. A title or a note alone in its row fills no column."""
    columns = cells.column_names[1:]
    filled = {column: cells.num_rows - cells[column].null_count for column in columns}
    thin = {column for column in columns if filled[column] <= MOST_TITLES}
    if not thin or cells.num_rows < 2:
        return [tuple(columns)]
    alone = _alone(cells) if any(filled[column] for column in thin) else np.zeros(cells.num_rows, bool)
    empty = {column for column in thin if alone[cells[column].is_valid().to_numpy()].all()}
    groups: list[list[str]] = [[]]
    for before, column in pairwise([None, *columns]):
        if column not in empty and before in empty and any(c not in empty for c in groups[-1]):
            groups.append([])
        groups[-1].append(column)
    return [tuple(group) for group in groups]


def _alone(cells: pa.Table) -> np.ndarray:
    """The rows with one cell."""
    return np.sum([cells[column].is_valid().to_numpy() for column in cells.column_names[1:]], axis=0) == 1


class _Look:
    """Blocks of one sheet, as its sources see them."""

    def __init__(self, sheet: Sheet, sources: Sources, known: set[str]) -> None:
        self.cells, self.sources, self.known, self.merged = sheet.cells, sources, known, ranges(sheet.merged)
        self.key_names = {name: f.kind for source in sources for f in source.fields if f.required and f.kind in KEYS for name in f.names}
        self.alone = sheet.cells["row"].to_numpy()[_alone(sheet.cells)]

    def block(self, columns: Sequence[str]) -> Block:
        cells = self.cells.select(["row", *columns])
        cells = cells.filter(pa.array(np.any([cells[column].is_valid().to_numpy() for column in columns], axis=0)))
        found = find(cells.slice(0, HEADER_WITHIN).to_pylist(), self.merged, self.known)
        if not found or len(found[2]) < 2 or found[1] + 1 >= cells.num_rows:
            return Block(tuple(columns), f"{columns[0]}-{columns[-1]}", cells, (), 0, 0, np.array([]), frozenset(), False)
        first, last, headings = found
        numbers = cells["row"].to_numpy()
        plain = tuple(str(m.kind) if (m := moment(heading.last)) else normalised(heading.last) for heading in headings)
        keys = frozenset(self.key_names[name] for name in plain if name in self.key_names)
        across = len({heading.last for heading in headings if moment(heading.last)}) >= ACROSS and FieldKind.SCHOOL in keys
        return Block(tuple(columns), f"{headings[0].column}-{headings[-1].column}", cells, plain, int(numbers[first]), int(numbers[last]),
                     np.setdiff1d(numbers[last + 1:], self.alone), keys, across or feeds(plain, self.sources))

    def joined(self, blocks: Sequence[Block]) -> Block:
        return self.block([column for block in blocks for column in block.columns]) if len(blocks) > 1 else blocks[0]


def feeds(headings: Sequence[str], sources: Sources) -> bool:
    """Do these plain headings name all that some kind of spreadsheet needs?"""
    return any(_enough(source, {*headings}) for source in sources)


def _enough(source: Source, headings: set[str]) -> bool:
    there = {f.name for f in source.fields if headings & {*f.names}}
    return (there >= {f.name for f in source.fields if f.required} and (not source.forms or any(there >= {*form} for form in source.forms))
            and (not source.recognised_by or bool(there & {*source.recognised_by})))


def _may_be_tables(blocks: list[Block], look: _Look, said: str) -> tuple[list[Block], bool]:
    """The blocks put together to what could be a table, and whether each has something to tell its rows apart: a block without goes on from
    the one before it. Where none has, or a person says that there are several tables, every block with headings could be one."""
    first = blocks[0].headings[:1]
    again = [at for at, block in enumerate(blocks) if at and first and block.headings[:1] == first]
    keyed = [at for at, block in enumerate(blocks) if block.keys or at in again]
    headed = [at for at, block in enumerate(blocks) if block.headings]
    for starts in ([0, *again], keyed, headed):
        tables = [look.joined(blocks[begin:end]) for begin, end in pairwise([0, *starts[1:], len(blocks)])]
        repeat = len({table.headings for table in tables}) == 1
        if len(tables) > 1 and (repeat or starts is keyed or starts is headed and (said == Reading.APART or not look.joined(blocks).feeds)):
            return tables, starts is not headed
    return blocks[:1], False


def _judged(left: Block, right: Block, both: Block) -> Reading:
    """Two tables where their headings repeat, or each is all that some kind of spreadsheet needs, or they begin in other rows; or
    where both tell their rows apart by the same thing and end in different rows or have titles of their own."""
    if not (left.headings and right.headings):
        return Reading.ONE
    alike = bool(left.keys & right.keys) or left.headings[0] == right.headings[0]
    if left.headings == right.headings or left.feeds and right.feeds or alike and left.header != right.header:
        return Reading.APART
    if left.header == right.header and np.array_equal(left.rows, right.rows) and not alike:
        return Reading.ONE
    only_together = both.feeds and not (left.feeds or right.feeds)
    ends = [*left.rows[-1:]] != [*right.rows[-1:]] or left.titled and right.titled
    return Reading.APART if alike and ends and not only_together else Reading.UNSURE


def _unlike(left: Block, right: Block) -> Reading:
    """Where nothing we know tells rows apart, a block filled from its headings down, as remarks beside some rows are not, is in doubt if its rows are others."""
    body = right.cells.filter(pa.array(np.isin(right.cells["row"].to_numpy(), right.rows)))
    dense = body.num_rows > 1 and right.rows[-1] == right.header + body.num_rows and all(body[c].null_count in (0, body.num_rows) for c in right.columns)
    return Reading.UNSURE if dense and left.headings and not np.array_equal(left.rows, right.rows) else Reading.ONE


def _runs(tables: list[Block], cuts: list[Reading]) -> list[tuple[list[Block], bool]]:
    """Tables with no certain end between them, together; and whether nobody can tell if they are."""
    runs = [([tables[0]], False)]
    for table, cut in zip(tables[1:], cuts, strict=True):
        run, unsure = ([], False) if cut == Reading.APART else runs.pop()
        runs.append(([*run, table], unsure or cut == Reading.UNSURE))
    return runs
