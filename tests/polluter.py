"""A seeded polluter for delimited text: a clean table, spoilt in one named way, and the cells a person still reads there.

Ours; the kinds are those the public Pollock benchmark names, and the ones school exports are known for.
"""
from __future__ import annotations

from dataclasses import dataclass
from random import Random

from tests import pollution_cells, pollution_kinds  # noqa: F401  (they add their kinds)
from tests.spoiling import KINDS, clean


@dataclass(frozen=True)
class Polluted:
    """A spoilt file; `rows` by their number as a spreadsheet program counts them, blank ones left out."""
    kind: str
    content: bytes
    rows: dict[int, tuple[str, ...]]
    headers: frozenset[int]


def polluted(kind: str, seed: int) -> Polluted:
    rng = Random(f"{kind} {seed}")
    draft = clean(rng)
    KINDS[kind](draft, rng)
    rows = {at: cells for at, row in enumerate(draft.rows, 1) if (cells := trimmed(row.cells))}
    return Polluted(kind, draft.content(), rows, frozenset(at for at, row in enumerate(draft.rows, 1) if row.header and at in rows))


def trimmed(cells) -> tuple[str, ...]:
    """Without blank cells at the end; a cell of blanks alone is blank."""
    texts = [cell if cell and cell.strip() else "" for cell in cells]
    while texts and not texts[-1]:
        texts.pop()
    return tuple(texts)
