"""Step 2 begins here, in the reading process: which reader the bytes are for, unpacking them first where they are packed."""
from __future__ import annotations

import zlib
from dataclasses import replace
from gzip import GzipFile
from pathlib import Path

from data.cells import Sheet
from data.finding import Finding, Level, Refused
from data.receive import Kind, recognise, refusal_of
from data.telling import SAVE_AGAIN, refused

MAX_BYTES = 1 << 30             # after unpacking

Read = tuple[list[Sheet], list[Finding]]


def read(path: Path, file: str, *, max_bytes: int = MAX_BYTES) -> Read:
    """Every sheet of the file that has cells. Raises Refused where reading on would lose rows."""
    if path.stat().st_size > max_bytes:
        raise _too_long(file, max_bytes)
    content = path.read_bytes()
    if recognise(content)[0] is Kind.GZIP:
        content = _unpacked(path, file, max_bytes)
        if recognise(content)[0] is Kind.GZIP:
            raise Refused(Finding(Level.STOP, "this is packed with gzip twice", "Unpack it and upload the file inside.", file))
    if recognise(content)[0] is Kind.ZIP:
        return _archive(content, file)
    return _read(content, file)


def _read(content: bytes | bytearray, file: str) -> Read:
    kind, words = recognise(content)
    if stop := refusal_of(kind, words, file):
        raise Refused(stop)
    try:
        return _by_its_reader(content, file, kind)
    except (Refused, MemoryError):
        raise
    except Exception as problem:        # whatever a broken file makes a parser do, the file is at fault
        raise refused(f"the file cannot be read ({type(problem).__name__}: {str(problem)[:200]})", SAVE_AGAIN, file) from problem


def _by_its_reader(content: bytes | bytearray, file: str, kind: Kind) -> Read:
    match kind:                         # readers are imported here: text must not wait for openpyxl
        case Kind.WORKBOOK:
            from data import workbook
            return workbook.read(content, file)
        case Kind.OLD_WORKBOOK | Kind.BINARY_WORKBOOK:
            from data import calamine
            return calamine.read(content, file, kind)
        case Kind.OPEN_DOCUMENT:
            from data import open_document
            return open_document.read(content, file)
        case Kind.XML_WORKBOOK:
            from data import xml_workbook
            return xml_workbook.read(content, file)
        case Kind.WEB_PAGE:
            from data import web_page
            return web_page.read(content, file)
        case _:
            from data import delimited
            return delimited.read(content, file)


def _archive(content: bytes, file: str) -> Read:
    """The sheets of every spreadsheet in the archive, named by it: "north.xlsx / November", or "north.csv" alone."""
    from data import zipped
    sheets: list[Sheet] = []
    findings: list[Finding] = []
    for name, inside in zipped.spreadsheets(content, file, findings):
        try:
            read_, told = _read(inside, file)
        except Refused as refused:
            raise Refused(*(replace(finding, sheet=_within(name, finding.sheet)) for finding in refused.findings)) from None
        sheets += [replace(sheet, name=_within(name, sheet.name)) for sheet in read_]
        findings += [replace(finding, sheet=_within(name, finding.sheet)) for finding in told]
    if not sheets:
        raise Refused(*findings, Finding(Level.STOP, "there is no spreadsheet with cells in this archive",
                                         "Upload the spreadsheet itself, saved as .xlsx or .csv.", file))
    return sheets, findings


def _within(name: str, sheet: str) -> str:
    return f"{name} / {sheet}" if sheet else name


def _unpacked(path: Path, file: str, max_bytes: int) -> bytearray:
    """Never more than `max_bytes`: a small gzip can unpack to anything."""
    content = bytearray()
    try:
        with GzipFile(path) as unpacking:
            while block := unpacking.read(1 << 20):
                content += block
                if len(content) > max_bytes:
                    raise _too_long(file, max_bytes)
    except (OSError, EOFError, zlib.error):
        raise Refused(Finding(Level.STOP, "the gzip file is incomplete or damaged", "Upload it again.", file)) from None
    return content


def _too_long(file: str, max_bytes: int) -> Refused:
    return Refused(Finding(Level.STOP, f"the file holds more than {max_bytes >> 20:,} MB",
                           "Split it, for example by month or by school, and upload the parts.", file))
