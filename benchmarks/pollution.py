"""How much of polluted text files is read as it stands there, without being told anything, out of 10. Goal: 9.95 simple.

The score has the parts of the public Pollock benchmark's: read at all, then precision, recall and F1 of the header, of
whole rows and of cells; here each with its row number. The files are our own (tests/polluter.py), not Pollock's.
Run: python -m benchmarks.pollution [SEEDS]
"""
import sys
from collections import Counter
from collections.abc import Iterable
from statistics import mean

from data import delimited
from data.cells import Sheet
from data.finding import Finding, Refused
from tests.polluter import Polluted, polluted, trimmed
from tests.spoiling import KINDS

Rows = dict[int, tuple[str, ...]]


def read_rows(file: Polluted) -> tuple[Rows, list[Finding]]:
    """The rows by their numbers, and what was told; no rows where the file was refused."""
    try:
        sheets, findings = delimited.read(file.content, file.kind)
    except Refused as refused:
        return {}, list(refused.findings)
    return {at: cells for sheet in sheets for at, cells in rows_of(sheet)}, findings


def rows_of(sheet: Sheet) -> Iterable[tuple[int, tuple[str, ...]]]:
    numbers, *columns = (column.to_pylist() for column in sheet.cells.columns)
    return ((at, trimmed(cells)) for at, *cells in zip(numbers, *columns))


def score(file: Polluted, read: Rows) -> float:
    parts = [float(bool(read))]
    for pick in (lambda at: at in file.headers, lambda at: at not in file.headers):
        expected, found = ({at: cells for at, cells in rows.items() if pick(at)} for rows in (file.rows, read))
        if pick(-1):
            parts += _measures(expected.items(), found.items())
        parts += _measures(_cells(expected), _cells(found))
    return sum(parts)


def _cells(rows: Rows) -> list[tuple[int, int, str]]:
    return [(at, place, cell) for at, cells in rows.items() for place, cell in enumerate(cells)]


def _measures(expected: Iterable, found: Iterable) -> tuple[float, float, float]:
    expected, found = Counter(expected), Counter(found)
    if not expected and not found:
        return 1.0, 1.0, 1.0
    right = (expected & found).total()
    if not right:
        return 0.0, 0.0, 0.0
    precision, recall = right / found.total(), right / expected.total()
    return precision, recall, 2 * precision * recall / (precision + recall)


if __name__ == "__main__":
    seeds = range(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
    by_kind = {}
    for kind in KINDS:
        files = [polluted(kind, seed) for seed in seeds]
        by_kind[kind] = mean(score(file, read_rows(file)[0]) for file in files)
    for kind, value in sorted(by_kind.items(), key=lambda item: item[1]):
        print(f"{value:6.3f}  {kind}")
    print(f"{mean(by_kind.values()):6.3f}  simple, {len(by_kind)} kinds of {len(seeds)} files each; the worst kind {min(by_kind.values()):.3f}")
