"""A large .xlsx: the cells by calamine, ten times faster than openpyxl; formats, errors and hidden rows from its XML."""
from __future__ import annotations

import io
import re
from collections.abc import Iterator
from functools import cache

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from python_calamine import CalamineError

from data import calamine
from data.calamine import Look, matters
from data.cells import LAST_ROW, MAX_COLUMNS, Sheet
from data.finding import Finding
from data.shown import format_of

BLOCK = 1 << 20
ENTITIES = {b"&lt;": b"<", b"&gt;": b">", b"&quot;": b'"', b"&apos;": b"'", b"&amp;": b"&"}

CELL = rb'<c r="([A-Z]+)(\d+)"'
FORMULA = re.compile(CELL + rb'([^>]*)><f(?:\s[^>]*)?(?:/>|>([^<]*)</f>)(?:<v ?/>|<v></v>)?</c>')
ERROR = re.compile(CELL + rb'[^>]*\st="e"[^>]*>(?:<f(?:\s[^>]*)?(?:/>|>[^<]*</f>))?<v>([^<]*)</v>')
HIDDEN_ROW = re.compile(rb'<row r="(\d+)"[^>]*\shidden="(?:1|true)"')
FAR_COLUMN = re.compile(rb'<c r="([A-Z]{3,})')
ODD = (b"<!--", b"<![CDATA[", b"<!DOCTYPE", b"<!ENTITY")


class Unusual(Exception):
    """The XML is not as spreadsheet programs write it: openpyxl must read it all."""


def read(content: bytes, file: str) -> tuple[list[Sheet], list[Finding]] | None:
    """The sheets; None where the XML is so unusual that a quick look at it could miss something, or calamine fails."""
    reader = ExcelReader(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    reader.read_manifest()
    reader.read_workbook()
    apply_stylesheet(reader.archive, reader.wb)
    styles = {at: text for at, style in enumerate(reader.wb._cell_styles)
              if matters(text := format_of(reader.wb, style.numFmtId))}
    looks = {}
    try:
        for sheet, part in reader.parser.find_sheets():
            if part.Type.endswith("/worksheet"):
                if part.target not in reader.valid_files:
                    return None
                with reader.archive.open(part.target) as xml:
                    looks[sheet.name] = look_at(xml, styles)
        return calamine.sheets(content, file, looks)
    except (Unusual, CalamineError, KeyError):
        return None


def look_at(xml, styles: dict[int, str]) -> Look:
    """What calamine loses, by text patterns over whole rows of the XML. Raises Unusual."""
    look = Look()
    styled = re.compile(CELL + rb'[^>]*?\ss="(%s)"' % b"|".join(b"%d" % at for at in styles)) if styles else None
    for block in _blocks(xml):
        for row in HIDDEN_ROW.findall(block):
            look.hidden_rows.append(int(row))
        for column, row, style in styled.findall(block) if styled else ():
            look.formats[_row(row)].append((_number(column), styles[int(style)]))
        if b't="e"' in block:
            for column, row, error in ERROR.findall(block):
                look.errors[_row(row)].append((_number(column), error.decode()))
        if b"<f" in block:
            for column, row, attributes, formula in FORMULA.findall(block):
                if b't="str"' not in attributes:
                    look.unsaved[_number(column)].append((_row(row), f"={_plain(formula)}"))
    return look


def _blocks(xml) -> Iterator[bytes]:
    """Pieces of about a megabyte that end with a row, each as spreadsheet programs write it."""
    rest = b""
    while more := xml.read(BLOCK):
        block = rest + more
        cut = block.rfind(b"</row>")
        block, rest = (block[:cut + 6], block[cut + 6:]) if cut >= 0 else (b"", block)
        _check(block)
        yield block
        if len(rest) > 64 * BLOCK:
            raise Unusual
    _check(rest)
    yield rest


def _check(block: bytes) -> None:
    cells = block.count(b"<c ")
    if cells != block.count(b'<c r="') or block.count(b"<c>") or block.count(b":c ") or any(odd in block for odd in ODD):
        raise Unusual
    if block.count(b"<row ") != block.count(b'<row r="') or b"<row>" in block or b"\x00" in block:
        raise Unusual
    if any(_number(column) > MAX_COLUMNS for column in set(FAR_COLUMN.findall(block))):
        raise Unusual


def _row(digits: bytes) -> int:
    if len(digits) > 7 or not 0 < (row := int(digits)) <= LAST_ROW:
        raise Unusual
    return row


@cache
def _number(letters: bytes) -> int:
    """A is 1, AA is 27."""
    number = 0
    for byte in letters[:4]:
        number = number * 26 + byte - 64
    return number


def _plain(formula: bytes) -> str:
    for entity, text in ENTITIES.items():
        formula = formula.replace(entity, text)
    return formula.decode("utf-8", "replace")
