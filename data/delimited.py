"""Step 2 for text: bytes to characters, which delimiter and quotation mark, and the records as they stand."""
from __future__ import annotations

import codecs
import csv
import io
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from gzip import GzipFile
from itertools import islice
from pathlib import Path

import pyarrow as pa

from data.cells import MAX_COLUMNS, Batch, beyond_last_column, gather, letter
from data.finding import Finding, Level, Refused
from data.receive import Kind, looks_like_utf16, recognise, refusal_of

MAX_BYTES = 1 << 30             # after unpacking
BATCH = 500                     # larger ones leave the processor's cache: 2.5 times slower at 5,000
SAMPLE = 65_536                 # characters the dialect is chosen on
SAMPLE_ROWS = 300               # of them, looked at cell by cell
SWALLOWED_ROWS = 3              # so many whole rows inside one cell are no comment any more

csv.field_size_limit(2**31 - 1)     # gather cuts a long cell and says so; the module's own limit would raise


@dataclass(frozen=True)
class Dialect:
    delimiter: str = ","
    quote: str = '"'
    escape: str | None = None
    columns: int = 1            # how many most records have

    def reader(self, lines, *, strict: bool):
        return csv.reader(lines, delimiter=self.delimiter, quotechar=self.quote, escapechar=self.escape, strict=strict)


def read(path: Path, file: str, *, packed: bool, max_bytes: int = MAX_BYTES) -> tuple[pa.Table, list[Finding]]:
    """A text file as one table of text. Raises Refused where reading on would lose rows."""
    text, notes = decode(_bytes(path, file, packed, max_bytes), file)
    dialect = choose_dialect(text)
    try:
        table, findings = _table(text, dialect, file, strict=True)
    except csv.Error:
        malformed = _bad_quotes(text, dialect, file)
        table, findings = _table(text, dialect, file, strict=False)
        findings = [malformed, *findings]
    return table, notes + findings


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


def choose_dialect(text: str) -> Dialect:
    """The delimiter and quotation mark under which most of the sample is regular and its cells look like values.
    The first line alone decides nothing: it is often a title."""
    sample, whole = text[:SAMPLE], len(text) <= SAMPLE
    if not whole:
        sample = sample[:max(sample.rfind("\n"), sample.rfind("\r")) + 1] or sample
    quotes = ['"']
    if not re.search(r'(?:^|[,;\t|])"', sample, re.MULTILINE) and re.search(r"(?:^|[,;\t|])'", sample, re.MULTILINE):
        quotes.append("'")
    best, most = Dialect(), 0.0
    for delimiter in ",\t;|":
        for quote in quotes:
            for escape in (None, "\\"):
                dialect = Dialect(delimiter, quote, escape)
                score, columns, well_formed = _score(sample, dialect, whole)
                if score > most and (well_formed or quote == '"'):
                    best, most = Dialect(delimiter, quote, escape, columns), score
                if well_formed or "\\" + quote not in sample:
                    break       # backslashes are escapes only where the quotation marks make no sense without
    return best


# No delimiter except as punctuation ("Smith, Jr.") or in a number ("1,5"), and no stray quotation mark.
_CLEAN = re.compile(r"""(?![\s'"])(?:[^,;|\t"]|[,;](?=\s)|(?<=\d),(?=\d))+""")
_MALFORMED = 0.1                # what a score keeps when quotation marks are not where they belong
_DIRTY = 0.05                   # what it keeps when no cell looks like a value


def _score(sample: str, dialect: Dialect, whole: bool) -> tuple[float, int, bool]:
    """The more rows, the more columns in them, the fewer widths and the cleaner the cells, the higher."""
    well_formed = True
    try:
        records = list(dialect.reader(io.StringIO(sample, newline=""), strict=True))
    except csv.Error as problem:
        records = list(dialect.reader(io.StringIO(sample, newline=""), strict=False))
        cut_off = not whole and "end of data" in str(problem)
        well_formed = cut_off
        records = records[:-1] if cut_off else records
    records = [record for record in records if any(map(str.strip, record))]
    widths = Counter(map(len, records))
    if not widths or max(widths) == 1:
        return 0.0, 1, well_formed
    regular = sum(many * (width - 1) / width for width, many in widths.items()) / len(widths)
    filled = [cell for record in records[:SAMPLE_ROWS] for cell in record if cell.strip()]
    clean = sum(_CLEAN.fullmatch(cell) is not None for cell in filled) / len(filled)
    score = regular * max(clean, _DIRTY) * (1 if well_formed else _MALFORMED)
    return score, widths.most_common(1)[0][0], well_formed


def _table(text: str, dialect: Dialect, file: str, *, strict: bool) -> tuple[pa.Table, list[Finding]]:
    findings: list[Finding] = []
    table, more = gather(_batches(text, dialect, file, findings, strict), file=file, tidy=_unprotected)
    return table, findings + more


def _batches(text: str, dialect: Dialect, file: str, findings: list[Finding], strict: bool) -> Iterator[Batch]:
    """Records numbered as a spreadsheet program numbers its rows: blank lines count, line breaks in a cell do not."""
    reader = dialect.reader(io.StringIO(text, newline=""), strict=strict)
    row = line = 0
    too_wide: list[int] = []
    while records := list(islice(reader, BATCH)):
        first, row = row + 1, row + len(records)
        if reader.line_num - line != len(records):
            findings += _swallowed(records, first, dialect, file)
        line = reader.line_num
        if max(map(len, records)) > MAX_COLUMNS:
            too_wide += [at for at, record in enumerate(records, first) if any(map(str.strip, record[MAX_COLUMNS:]))]
            records = [record[:MAX_COLUMNS] for record in records]
        yield range(first, row + 1), records
    if too_wide:
        findings.append(beyond_last_column(too_wide, file))


def _swallowed(records: list[list[str]], first: int, dialect: Dialect, file: str) -> Iterator[Finding]:
    """Two stray quotation marks can be a well-formed cell that holds whole rows: lines that have a row's delimiters."""
    for row, record in enumerate(records, first):
        for at, cell in enumerate(record, 1):
            lines = cell.splitlines()[1:]
            rows = sum(line.count(dialect.delimiter) == dialect.columns - 1 for line in lines)
            if rows and dialect.columns > 2:
                finding = Finding(
                    Level.STOP if rows >= SWALLOWED_ROWS else Level.WARN,
                    f"one cell holds {len(lines) + 1:,} lines, {rows:,} of which look like rows of their own",
                    "Look for a stray quotation mark in this row and delete it.", file, "", row, f"column {letter(at)}")
                if finding.level is Level.STOP:
                    raise Refused(finding)
                yield finding


def _bad_quotes(text: str, dialect: Dialect, file: str) -> Finding:
    """Which rows have a quotation mark out of place. One that runs over a line end took other rows with it: Refused."""
    lines = list(io.StringIO(text, newline=""))
    reader = dialect.reader(iter(lines), strict=False)
    done, bad = 0, []
    for row, _ in enumerate(reader, 1):
        record, opened, done = lines[done:reader.line_num], done + 1, reader.line_num
        if not any(dialect.quote in line for line in record):
            continue
        try:
            list(dialect.reader(record, strict=True))
        except csv.Error:
            if len(record) > 1:
                raise Refused(Finding(
                    Level.STOP, f"the quotation mark opened in line {opened:,} of the file is not closed there, "
                    f"{len(record):,} lines would become one row", "Delete or close it and upload the file again.",
                    file, "", row, value=record[0].strip()[:80])) from None
            bad.append(row)
    return Finding(Level.WARN, "a quotation mark stands inside a quoted cell, or is never closed",
                   "Compare this row in the preview with the file.", file, "", bad[0] if bad else None,
                   rows=max(len(bad), 1))


def _unprotected(text: str) -> str:
    """Exports write ="0640011" so that spreadsheet programs keep the leading zero; a person sees 0640011."""
    if text.startswith('="') and text.endswith('"') and len(text) > 3:
        return text[2:-1].replace('""', '"')
    return text


def _bytes(path: Path, file: str, packed: bool, max_bytes: int) -> bytes | bytearray:
    """The file's bytes, unpacked if need be, never more than `max_bytes`: a small gzip can unpack to anything."""
    too_long = Refused(Finding(Level.STOP, f"the file holds more than {max_bytes >> 20:,} MB of text",
                               "Split it, for example by month or by school, and upload the parts.", file))
    if not packed:
        if path.stat().st_size > max_bytes:
            raise too_long
        return path.read_bytes()
    content = bytearray()
    try:
        with GzipFile(path) as unpacking:
            while block := unpacking.read(1 << 20):
                content += block
                if len(content) > max_bytes:
                    raise too_long
    except (OSError, EOFError, zlib.error):
        raise Refused(Finding(Level.STOP, "the gzip file is incomplete or damaged", "Upload it again.", file)) from None
    kind, words = recognise(content)
    if kind is not Kind.TEXT:
        raise Refused(refusal_of(kind, f"{words}, packed with gzip", file) or Finding(
            Level.STOP, f"this is {words}, packed with gzip", "Unpack it and upload the file inside.", file))
    return content
