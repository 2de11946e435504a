"""How a text file is written: its delimiter, quotation mark and escape, chosen by how well the whole sample fits them."""
from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

SAMPLE = 65_536                 # characters the dialect is chosen on
SAMPLE_ROWS = 300               # of them, looked at cell by cell
STAND_IN = "\x1f"               # for a delimiter of several characters, which Python's csv does not read

USUAL = (",", "\t", ";", "|")
# Believed only when nearly every row has the same three or more cells under it, the first row too, most of them filled.
UNUSUAL = (":", "^", "~", " ", "\t\t", "||", "::", "\\t")
UNUSUAL_SHARE = 0.9
ENOUGH = 10                     # delimiters with a blank after them, before that blank is taken for a part of them
UNUSUAL_SCORE = 0.5             # of what a usual delimiter would score

csv.field_size_limit(2**31 - 1)     # gather cuts a long cell and says so; the module's own limit would raise


@dataclass(frozen=True)
class Dialect:
    delimiter: str = ","
    quote: str = '"'
    escape: str | None = None
    blank_after: bool = False   # a blank after each delimiter is no part of the cell
    written: str = ","          # the delimiter as it stands in the file
    columns: int = 1            # how many most records have

    def reader(self, lines, *, strict: bool):
        return csv.reader(lines, delimiter=self.delimiter, quotechar=self.quote, escapechar=self.escape,
                          skipinitialspace=self.blank_after, strict=strict)

    def prepared(self, text: str) -> str:
        return text.replace(self.written, STAND_IN) if self.delimiter == STAND_IN else text

    def split(self, line: str, *, never_closed: bool = False) -> list[str]:
        """The cells of one line with quotation marks out of place: one closes a cell only where a delimiter or the
        line's end follows it; any other is a character of the cell, save a single one at its beginning. With
        `never_closed`, a cell also ends before a delimiter and the mark that opens the next cell."""
        cells, at = [], 0
        while True:
            while self.blank_after and line.startswith(" ", at):
                at += 1
            end = self._closing(line, at + 1) if line.startswith(self.quote, at) else -1
            next_opens = line.find(self.delimiter + self.quote, at + 1) if never_closed else -1
            if 0 <= next_opens < end and line.startswith(self.quote, at):
                cells.append(line[at + 1:next_opens])
                stop = next_opens
            elif end >= 0:
                cells.append(self._unescaped(line[at + 1:end]))
                stop = line.find(self.delimiter, end)
            else:
                stop = line.find(self.delimiter, at)
                cell = line[at:stop] if stop >= 0 else line[at:]
                cells.append(cell[1:] if cell.startswith(self.quote) and cell.count(self.quote) == 1 else cell)
            if stop < 0:
                return cells
            at = stop + 1

    def _closing(self, line: str, at: int) -> int:
        while (at := line.find(self.quote, at)) >= 0:
            if line.startswith(self.quote, at + 1):
                at += 2
                continue
            after = line[at + 1:].lstrip(" ")
            if not after or after.startswith(self.delimiter):
                return at
            at += 1
        return -1

    def _unescaped(self, inside: str) -> str:
        return inside.replace(self.quote * 2, self.quote).replace("\\" + self.quote, self.quote)


def choose_dialect(text: str) -> Dialect:
    """The delimiter and quotation mark under which most of the sample is regular and its cells look like values.
    The first line alone decides nothing: it is often a title."""
    sample, whole = text[:SAMPLE], len(text) <= SAMPLE
    if not whole:
        sample = sample[:max(sample.rfind("\n"), sample.rfind("\r")) + 1] or sample
    best, most = Dialect(), 0.0
    for candidate in _candidates(sample):
        if candidate.delimiter == STAND_IN and STAND_IN in text:
            continue
        score, columns = _score(candidate.prepared(sample), candidate, whole)
        if score > most:
            best, most = replace(candidate, columns=columns), score
    return best


def _candidates(sample: str) -> Iterator[Dialect]:
    filled = [line for line in sample.splitlines() if line.strip()]
    lines = max(len(filled), 1)
    usual = any(sum(delimiter in line for line in filled) >= UNUSUAL_SHARE * lines for delimiter in USUAL)
    for written in (*USUAL, *UNUSUAL):
        if written not in sample or (written in UNUSUAL and sample.count(written) < 2 * UNUSUAL_SHARE * lines):
            continue
        if usual and written in UNUSUAL and len(written) == 1:
            continue
        before = f"(?:^|{re.escape(written)} ?)"
        doubled = re.search(before + '"', sample, re.MULTILINE)
        quotes = "'\"" if not doubled and re.search(before + "'", sample, re.MULTILINE) else '"'
        for quote in quotes:
            for escape in (None, "\\") if "\\" + quote in sample else (None,):
                plain = Dialect(written if len(written) == 1 else STAND_IN, quote, escape, written=written)
                yield plain
                if _blank_follows(sample, written):
                    yield replace(plain, blank_after=True)


def _blank_follows(sample: str, written: str) -> bool:
    """Whether nearly every delimiter has a blank after it, which then belongs to none of the cells."""
    return written not in ("\t", " ") and sample.count(written + " ") >= max(ENOUGH, 0.9 * sample.count(written))


# No delimiter except as punctuation ("Smith, Jr.") or in a number ("1,5"), and no stray quotation mark.
_CLEAN = re.compile(r"""(?![\s'"])(?:[^,;|\t"\x1f]|[,;](?=\s)|(?<=\d),(?=\d))+""")
_MALFORMED = 0.1                # what a score keeps when quotation marks are not where they belong
_DIRTY = 0.05                   # what it keeps when no cell looks like a value


def _score(sample: str, dialect: Dialect, whole: bool) -> tuple[float, int]:
    """The more rows, the more columns in them, the fewer widths and the cleaner the cells, the higher."""
    records, well_formed = _parsed(sample, dialect, whole)
    records = [record for record in records if any(map(str.strip, record))]
    widths = Counter(map(len, records))
    if not widths or max(widths) == 1 or not (well_formed or dialect.quote == '"'):
        return 0.0, 1
    columns, often = widths.most_common(1)[0]
    regular = sum(many * (width - 1) / width for width, many in widths.items()) / len(widths)
    filled = [cell for record in records[:SAMPLE_ROWS] for cell in record if cell.strip()]
    clean = sum(_CLEAN.fullmatch(cell) is not None for cell in filled) / len(filled)
    score = regular * max(clean, _DIRTY) * (1 if well_formed else _MALFORMED)
    if dialect.written in UNUSUAL:
        sparse = len(filled) < 0.5 * sum(map(len, records[:SAMPLE_ROWS]))
        if columns < 3 or often < max(2, UNUSUAL_SHARE * len(records)) or len(records[0]) != columns or sparse:
            return 0.0, 1
        score *= 2 if _in_pairs(sample, dialect) else UNUSUAL_SCORE
    return score, columns


def _in_pairs(sample: str, dialect: Dialect) -> bool:
    """Whether a delimiter of two equal characters leaves next to none of them single."""
    one = dialect.written[0]
    return len(dialect.written) == 2 and dialect.written == 2 * one and sample.count(one) <= 0.2 * sample.count(STAND_IN)


def _parsed(sample: str, dialect: Dialect, whole: bool) -> tuple[list[list[str]], bool]:
    """The sample's records, line by line where the quotation marks make no sense; and whether they do."""
    try:
        return list(dialect.reader(io.StringIO(sample, newline=""), strict=True)), True
    except csv.Error as problem:
        if not whole and "end of data" in str(problem):         # the sample ends inside a cell
            return list(dialect.reader(io.StringIO(sample, newline=""), strict=False))[:-1], True
        return [dialect.split(line.rstrip("\r\n")) for line in io.StringIO(sample, newline="")], False
