"""What calamine does not tell of a binary workbook (.xlsb): its records, read for formats, errors and hidden rows alone."""
from __future__ import annotations

import struct
from collections.abc import Iterator
from posixpath import join, normpath

from defusedxml.ElementTree import fromstring
from openpyxl.styles.numbers import BUILTIN_FORMATS

from data.calamine import Look, matters
from data.cells import LAST_ROW, MAX_COLUMNS
from data.old_look import ERRORS
from data.zipped import checked

SHORT_FORMS = range(12, 19)             # cells that do not say their column: calamine passes over them
ROW, SHORT_NUMBER, ERROR, NUMBER, FORMULA_NUMBER, FORMULA_ERROR = 0, 2, 3, 5, 9, 11
FORMAT, STYLE, STYLES_BEGIN, STYLES_END, SHEET = 44, 47, 617, 618, 156


def looks(content: bytes, file: str) -> dict[str, Look]:
    """By the name of the sheet. Raises Refused for a zip that is none, or claims too much."""
    archive = checked(content, file)
    members = set(archive.namelist())
    styles = _styles(archive.read("xl/styles.bin")) if "xl/styles.bin" in members else {}
    parts = {relation.get("Id"): normpath(join("xl", relation.get("Target", "")).lstrip("/"))
             for relation in fromstring(archive.read("xl/_rels/workbook.bin.rels"))}
    found = {}
    for kind, body in _records(archive.read("xl/workbook.bin")):
        if kind == SHEET:
            relation, at = _text(body, 8)
            name, _ = _text(body, at)
            if (part := parts.get(relation)) in members:
                found[name] = _look(archive.read(part), styles)
    return found


def _styles(content: bytes) -> dict[int, str]:
    formats, numbers, among_styles = dict(BUILTIN_FORMATS), [], False
    for kind, body in _records(content):
        if kind == FORMAT:
            formats[struct.unpack_from("<H", body)[0]] = _text(body, 2)[0]
        elif kind in (STYLES_BEGIN, STYLES_END):
            among_styles = kind == STYLES_BEGIN
        elif kind == STYLE and among_styles:
            numbers.append(struct.unpack_from("<H", body, 2)[0])
    return {at: text for at, number in enumerate(numbers) if matters(text := formats.get(number, "General"))}


def _look(content: bytes, styles: dict[int, str]) -> Look:
    look, row = Look(), 0
    for kind, body in _records(content):
        if kind == ROW:
            row = struct.unpack_from("<I", body)[0] + 1
            if row > LAST_ROW:
                raise ValueError(f"row {row} is beyond the last row of a spreadsheet")
            if body[11] & 0x10:
                look.hidden_rows.append(row)
        elif kind in SHORT_FORMS:
            raise ValueError("cells in a short form")
        elif kind in (SHORT_NUMBER, NUMBER, FORMULA_NUMBER, ERROR, FORMULA_ERROR):
            column, style = struct.unpack_from("<II", body)
            if column >= MAX_COLUMNS:
                continue
            if kind in (ERROR, FORMULA_ERROR):
                look.errors[row].append((column + 1, ERRORS.get(body[8], "#N/A")))
            elif (number_format := styles.get(style & 0xFFFFFF)):
                look.formats[row].append((column + 1, number_format))
    return look


def _records(content: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(content):
        kind, at = _packed(content, at, 2)
        size, at = _packed(content, at, 4)
        yield kind, content[at:at + size]
        at += size


def _packed(content: bytes, at: int, most: int) -> tuple[int, int]:
    """A number in as few bytes as it needs, seven bits each."""
    number = 0
    for place in range(most):
        byte = content[at]
        at += 1
        number |= (byte & 0x7F) << (7 * place)
        if not byte & 0x80:
            break
    return number, at


def _text(body: bytes, at: int) -> tuple[str, int]:
    count = struct.unpack_from("<I", body, at)[0]
    end = at + 4 + 2 * count
    return body[at + 4:end].decode("utf-16-le"), end
