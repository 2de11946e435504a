"""What calamine does not tell of an old workbook (.xls): its records, read for formats, errors and hidden rows alone."""
from __future__ import annotations

import struct
from collections.abc import Iterator

from openpyxl.styles.numbers import BUILTIN_FORMATS

from data.calamine import Look, matters
from data.cells import MAX_COLUMNS
from data.receive import REMEDIES, Kind
from data.telling import SAVE_AGAIN, refused

SECTOR_OF_NOTHING = 0xFFFF_FFF0         # this and above: no sector follows
BEGIN, END_OF_PART, SHEET, FORMAT, STYLE, ROW = 0x809, 0x0A, 0x85, 0x41E, 0xE0, 0x208
PROTECTED, NUMBER, SHORT_NUMBER, SHORT_NUMBERS, FORMULA, YES_NO_OR_ERROR = 0x2F, 0x203, 0x27E, 0xBD, 0x06, 0x205
BEFORE_97, SINCE_97 = 0x500, 0x600      # versions; the later one's texts are Unicode
ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}


def looks(content: bytes, file: str) -> dict[str, Look]:
    """By the name of the sheet. Raises Refused for a workbook with a password."""
    book = _stream(content, "Workbook") or _stream(content, "Book")
    if _u16(book, 4) not in (BEFORE_97, SINCE_97):
        raise refused("this workbook is from before Excel 5", SAVE_AGAIN, file)
    unicode = _u16(book, 4) == SINCE_97
    formats, styles, places = dict(BUILTIN_FORMATS), [], []
    for kind, body in _records(book, 0):
        if kind == PROTECTED and body[:2] != b"\0\0":
            raise refused("this is protected by a password", REMEDIES[Kind.PROTECTED_WORKBOOK], file)
        elif kind == FORMAT:
            formats[_u16(body, 0)] = _text(body[2:], unicode, wide_count=unicode)
        elif kind == STYLE:
            styles.append(_u16(body, 2))
        elif kind == SHEET:
            places.append((_text(body[6:], unicode, wide_count=False), struct.unpack_from("<I", body)[0]))
    shown_so = {at: text for at, number in enumerate(styles) if matters(text := formats.get(number, "General"))}
    return {name: _look(book, place, shown_so) for name, place in places}


def _look(book: bytes, place: int, styles: dict[int, str]) -> Look:
    look = Look()
    for kind, body in _records(book, place):
        if kind == ROW:
            if body[12] & 0x20:
                look.hidden_rows.append(_u16(body, 0) + 1)
            continue
        if kind not in (NUMBER, SHORT_NUMBER, SHORT_NUMBERS, FORMULA, YES_NO_OR_ERROR):
            continue
        row, column = _u16(body, 0) + 1, _u16(body, 2) + 1
        if kind == SHORT_NUMBERS:
            for at in range((len(body) - 6) // 6):
                _note(look, row, column + at, styles.get(_u16(body, 4 + 6 * at)))
        elif kind == YES_NO_OR_ERROR and body[7]:
            look.errors[row].append((column, ERRORS.get(body[6], "#N/A")))
        elif kind == FORMULA and body[12:14] == b"\xff\xff" and body[6] == 2:       # its result is an error
            look.errors[row].append((column, ERRORS.get(body[8], "#N/A")))
        else:
            _note(look, row, column, styles.get(_u16(body, 4)))
    return look


def _note(look: Look, row: int, column: int, number_format: str | None) -> None:
    if number_format and column <= MAX_COLUMNS:
        look.formats[row].append((column, number_format))


def _records(book: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """From the beginning of a part to its end. A part may hold others, such as charts, which are passed over."""
    depth = 0
    while at + 4 <= len(book):
        kind, size = struct.unpack_from("<HH", book, at)
        body = book[at + 4:at + 4 + size]
        at += 4 + size
        if kind == BEGIN:
            depth += 1
        elif kind == END_OF_PART:
            depth -= 1
            if not depth:
                return
        elif depth == 1:
            yield kind, body


def _text(body: bytes, unicode: bool, *, wide_count: bool) -> str:
    count, at = (_u16(body, 0), 2) if wide_count else (body[0], 1)
    if not unicode:
        return body[at:at + count].decode("cp1252")
    return body[at + 1:at + 1 + 2 * count].decode("utf-16-le") if body[at] & 1 else body[at + 1:at + 1 + count].decode("latin-1")


def _stream(content: bytes, name: str) -> bytes:
    """One part of the little file system an old Office file is; empty where there is none of that name."""
    size = 1 << _u16(content, 30)
    first_directory, _, smallest, first_small, _ = struct.unpack_from("<5I", content, 48)
    fat_sectors = [at for at in struct.unpack_from("<109I", content, 76) if at < SECTOR_OF_NOTHING]
    more, per_sector = struct.unpack_from("<I", content, 68)[0], size // 4
    while more < SECTOR_OF_NOTHING and len(fat_sectors) * size < len(content):
        *further, more = struct.unpack_from(f"<{per_sector}I", content, size * (more + 1))
        fat_sectors += [at for at in further if at < SECTOR_OF_NOTHING]
    fat = [entry for at in fat_sectors for entry in struct.unpack_from(f"<{per_sector}I", content, size * (at + 1))]

    def chain(first: int) -> bytes:
        parts, seen = [], 0
        while first < SECTOR_OF_NOTHING and seen <= len(fat):
            parts.append(content[size * (first + 1):size * (first + 2)])
            first, seen = fat[first], seen + 1
        return b"".join(parts)

    directory = chain(first_directory)
    entries, root = {}, struct.unpack_from("<I", directory, 116)[0]
    for at in range(0, len(directory) - 127, 128):
        length = max(_u16(directory, at + 64) - 2, 0)
        first, bytes_ = struct.unpack_from("<II", directory, at + 116)
        entries.setdefault(directory[at:at + length].decode("utf-16-le", "replace"), (first, bytes_))
    if name not in entries:
        return b""
    first, bytes_ = entries[name]
    if bytes_ >= smallest:
        return chain(first)[:bytes_]
    small, links = chain(root), chain(first_small)
    parts = []
    while first < SECTOR_OF_NOTHING and len(parts) * 64 < bytes_:
        parts.append(small[64 * first:64 * (first + 1)])
        first = struct.unpack_from("<I", links, 4 * first)[0]
    return b"".join(parts)[:bytes_]


def _u16(body: bytes, at: int) -> int:
    return struct.unpack_from("<H", body, at)[0]
