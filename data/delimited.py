"""Step 2 for text: bytes to characters, which delimiter and quotation mark, and the records as they stand."""
from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from itertools import islice

import pyarrow as pa

from data.cells import BATCH, MAX_COLUMNS, Batch, Sheet, beyond_last_column, gather, letter
from data.dialect import SAMPLE, STAND_IN, UNUSUAL, Dialect, choose_dialect
from data.finding import Finding, Level, Refused
from data.mending import SWALLOWED_ROWS, Mending, in_another_dialect, swallowed
from data.receive import looks_like_utf16



def read(content: bytes | bytearray, file: str) -> tuple[list[Sheet], list[Finding]]:
    """A text file as one sheet without a name, none when it is blank. Raises Refused where reading on would lose rows."""
    text, notes = decode(content, file)
    dialect = choose_dialect(text)
    text = dialect.prepared(text)
    try:
        table, findings = _table(_by_the_rules(text, dialect, file, notes), dialect, file)
    except (csv.Error, _NotAlike):
        mending = Mending(text, dialect, file)
        table, findings = _table(mending.records(), dialect, file)
        notes += mending.findings()
    if dialect.written in UNUSUAL:
        notes.append(Finding(Level.NOTE, "columns are taken to be separated by an unusual mark",
                             "Check in the preview that the columns came out right.", file, value=dialect.written))
    return [Sheet("", table)] if table.num_rows else [], notes + findings


def decode(content: bytes | bytearray, file: str) -> tuple[str, list[Finding]]:
    """The characters, and a note on the encoding where it is not UTF-8."""
    try:
        text, findings = _decoded(content, file)
    except UnicodeDecodeError as problem:
        raise Refused(Finding(Level.STOP, f"the text is damaged or in an unknown encoding (byte {problem.start + 1:,})",
                              'Open it in Excel, save it as "CSV UTF-8" and upload that file.', file)) from None
    if "\0" in text:
        raise Refused(Finding(Level.STOP, "this is not a text file, it holds NUL bytes",
                              "Upload the spreadsheet itself, saved as .xlsx or .csv.", file))
    return text.rstrip("\x1a"), findings


def _decoded(content: bytes | bytearray, file: str) -> tuple[str, list[Finding]]:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16"), [_encoding("UTF-16", file)]
    if order := looks_like_utf16(content[:SAMPLE]):
        return content.decode(order), [_encoding("UTF-16 without a byte-order mark", file)]
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        loose = content.decode("utf-8-sig", "surrogateescape")
    strays = re.findall("[\udc80-\udcff]", loose)
    if len(re.findall("[^\x00-\x7f\udc80-\udcff]", loose)) < len(strays):
        return content.decode("cp1252"), [_encoding("Windows-1252", file)]
    line = loose.count("\n", 0, loose.index(strays[0])) + 1
    mended = re.sub("[\udc80-\udcff]", lambda stray: bytes([ord(stray[0]) - 0xdc00]).decode("cp1252", "replace"), loose)
    return mended, [Finding(
        Level.WARN, f"the text is UTF-8, but {len(strays):,} characters are not, the first in line {line:,}; "
        "they were read as Windows-1252", "Check the accents and dashes there.", file)]


def _encoding(name: str, file: str) -> Finding:
    return Finding(Level.NOTE, f"the text is not UTF-8, it was read as {name}",
                   'If accented letters look wrong, save the file as "CSV UTF-8" and upload that.', file)


class _NotAlike(Exception):
    """Some rows are written otherwise than the rest."""


def _by_the_rules(text: str, dialect: Dialect, file: str, findings: list[Finding]) -> Iterator[list[str]]:
    """The records of a text all of whose rows are written alike. Raises csv.Error or _NotAlike for another."""
    if dialect.quote == '"' and dialect.columns > 2 and re.search(rf"^'[^'\r\n]*'{re.escape(dialect.delimiter)}", text, re.MULTILINE):
        raise _NotAlike
    reader = dialect.reader(io.StringIO(text, newline=""), strict=True)
    told, row, line = [], 0, 0
    while records := list(islice(reader, BATCH)):
        if reader.line_num - line != len(records):
            told += _swallowed(records, row + 1, dialect, file)
        row, line = row + len(records), reader.line_num
        if {*map(len, records)} - {dialect.columns, 0}:
            ragged = (dialect.delimiter.join(record) for record in records if len(record) not in (dialect.columns, 0))
            if any(in_another_dialect(line, dialect) for line in ragged):
                raise _NotAlike
        yield from records
    findings += told


def _table(records: Iterator[list[str]], dialect: Dialect, file: str) -> tuple[pa.Table, list[Finding]]:
    """Records numbered as a spreadsheet program numbers its rows: blank lines count, line breaks in a cell do not."""
    too_wide: list[int] = []

    def batches() -> Iterator[Batch]:
        row = 0
        while batch := list(islice(records, BATCH)):
            first, row = row + 1, row + len(batch)
            if max(map(len, batch)) > MAX_COLUMNS:
                too_wide.extend(at for at, record in enumerate(batch, first) if any(map(str.strip, record[MAX_COLUMNS:])))
                batch = [record[:MAX_COLUMNS] for record in batch]
            yield range(first, row + 1), batch

    def tidy(text: str) -> str:
        return _unprotected(text.replace(STAND_IN, dialect.written) if dialect.delimiter == STAND_IN else text)

    table, findings = gather(batches(), file=file, tidy=tidy)
    return table, findings + ([beyond_last_column(too_wide, file)] if too_wide else [])


def _swallowed(records: list[list[str]], first: int, dialect: Dialect, file: str) -> Iterator[Finding]:
    """A well-formed cell that holds whole rows is more likely two stray quotation marks."""
    for row, record in enumerate(records, first):
        for at, cell in enumerate(record, 1):
            rows = swallowed(cell, dialect)
            if rows >= SWALLOWED_ROWS:
                raise _NotAlike
            if rows:
                yield Finding(Level.WARN, f"one cell holds {len(cell.splitlines()):,} lines, {rows:,} of which look like rows of "
                              "their own", "Look for a stray quotation mark in this row and delete it.", file, "", row,
                              f"column {letter(at)}")


def _unprotected(text: str) -> str:
    """Exports write ="0640011" so that spreadsheet programs keep the leading zero; a person sees 0640011."""
    if text.startswith('="') and text.endswith('"') and len(text) > 3:
        return text[2:-1].replace('""', '"')
    return text
