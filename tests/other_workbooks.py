"""Small workbooks of other kinds, record by record: .xls, .xlsb and .ods, since nothing we have writes them.

A sheet is {(row, column): cell}, counted from 1. A cell is a text, a number, or a number with its number format; ERROR is #N/A.
"""
from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterable

Cell = str | float | tuple[float, str] | object
Cells = dict[tuple[int, int], Cell]
ERROR = object()
FIRST_FORMAT = 164              # of those that are not built in


def formats_of(sheets: Iterable[Cells]) -> list[str]:
    return ["General", *dict.fromkeys(cell[1] for cells in sheets for cell in cells.values() if isinstance(cell, tuple))]


def value_and_style(cell: Cell, formats: list[str]) -> tuple[Cell, int]:
    return (cell[0], formats.index(cell[1])) if isinstance(cell, tuple) else (cell, 0)


def record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def old_workbook(sheets: dict[str, Cells], *, hidden_sheet: str = "", hidden_row: int = 0, merged: tuple[int, ...] = ()) -> bytes:
    """.xls as of Excel 97. `merged`: first and last row, first and last column, counted from 0."""
    formats = formats_of(sheets.values())
    begin = struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0)
    head = record(0x809, begin) + b"".join(
        record(0x41E, struct.pack("<HHB", FIRST_FORMAT + at, len(text), 0) + text.encode("latin-1")) for at, text in enumerate(formats)) + b"".join(
        record(0xE0, struct.pack("<HH", 0, FIRST_FORMAT + at) + bytes(16)) for at in range(len(formats)))
    parts = []
    for name, cells in sheets.items():
        body = record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
        rows, columns = max(row for row, _ in cells), max(column for _, column in cells)
        body += record(0x200, struct.pack("<IIHHH", 0, rows, 0, columns, 0))
        if hidden_row:
            body += record(0x208, struct.pack("<HHHHHHI", hidden_row - 1, 0, columns, 255, 0, 0, 0x120))
        for (row, column), cell in sorted(cells.items()):
            value, style = value_and_style(cell, formats)
            where = struct.pack("<HHH", row - 1, column - 1, style)
            if value is ERROR:
                body += record(0x205, where + b"\x2a\x01")
            elif isinstance(value, str):
                body += record(0x204, where + struct.pack("<HB", len(value), 1) + value.encode("utf-16-le"))
            else:
                body += record(0x203, where + struct.pack("<d", value))
        if merged:
            body += record(0xE5, struct.pack("<H4H", 1, *merged))
        parts.append((name, body + record(0x0A)))
    size = len(head) + sum(12 + 2 * len(name) for name, _ in parts) + 4
    places, at = b"", size
    for name, body in parts:
        places += record(0x85, struct.pack("<IBBBB", at, name == hidden_sheet, 0, len(name), 1) + name.encode("utf-16-le"))
        at += len(body)
    return old_office_file("Workbook", head + places + record(0x0A) + b"".join(body for _, body in parts))


def old_office_file(name: str, stream: bytes) -> bytes:
    """A little file system with one file in it: header, table of sectors, directory, the file."""
    stream = stream.ljust(max(4096, -len(stream) % 512 + len(stream)), b"\0")
    sectors = len(stream) // 512
    chain = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, sectors + 2), 0xFFFFFFFE]
    table = struct.pack(f"<{len(chain)}I", *chain).ljust(512, b"\xff")
    assert len(table) == 512, "one sector of the table is all this writes"

    def entry(title: str, kind: int, first: int, size: int, child: int) -> bytes:
        written = title.encode("utf-16-le") + b"\0\0"
        return struct.pack("<64sHBBIII16sIQQII", written.ljust(64, b"\0"), len(written), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child,
                           b"", 0, 0, 0, first, size).ljust(128, b"\0")

    directory = (entry("Root Entry", 5, 0xFFFFFFFE, 0, 1) + entry(name, 2, 2, len(stream), 0xFFFFFFFF)).ljust(512, b"\0")
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH6sIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, b"", 0, 1, 1, 0, 4096,
                                                                       0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    return head + struct.pack("<I", 0) + b"\xff" * 432 + table + directory + stream


def zipped(members: dict[str, str | bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, inside in members.items():
            archive.writestr(name, inside, zipfile.ZIP_STORED if name == "mimetype" else None)
    return content.getvalue()


def packed(number: int) -> bytes:
    written = b""
    while number > 0x7F:
        written, number = written + bytes([number & 0x7F | 0x80]), number >> 7
    return written + bytes([number])


def short(kind: int, body: bytes = b"") -> bytes:
    return packed(kind) + packed(len(body)) + body


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def binary_workbook(sheets: dict[str, Cells], *, hidden_sheet: str = "", hidden_row: int = 0) -> bytes:
    """.xlsb"""
    formats = formats_of(sheets.values())
    styles = short(278) + short(615, struct.pack("<I", len(formats))) + b"".join(
        short(44, struct.pack("<H", FIRST_FORMAT + at) + wide(text)) for at, text in enumerate(formats)) + short(616) + short(
        617, struct.pack("<I", len(formats))) + b"".join(
        short(47, struct.pack("<HH", 0xFFFF, FIRST_FORMAT + at) + bytes(12)) for at in range(len(formats))) + short(618) + short(279)
    relations, places, members = "", b"", {"xl/styles.bin": styles}
    for number, (name, cells) in enumerate(sheets.items(), 1):
        rows, columns = max(row for row, _ in cells), max(column for _, column in cells)
        body = short(129) + short(148, struct.pack("<IIII", 0, rows - 1, 0, columns - 1)) + short(145)
        for row in sorted({row for row, _ in cells}):
            body += short(0, struct.pack("<IIHBBBI", row - 1, 0, 300, 0, 0x10 * (row == hidden_row), 0, 0))
            for (at, column), cell in sorted(cells.items()):
                if at == row:
                    value, style = value_and_style(cell, formats)
                    where = struct.pack("<II", column - 1, style)
                    body += short(3, where + b"\x2a") if value is ERROR else short(6, where + wide(value)) if isinstance(value, str) else short(
                        5, where + struct.pack("<d", value))
        members[f"xl/worksheets/sheet{number}.bin"] = body + short(146) + short(130)
        places += short(156, struct.pack("<II", name == hidden_sheet, number) + wide(f"rId{number}") + wide(name))
        relations += (f'<Relationship Id="rId{number}" Target="worksheets/sheet{number}.bin" '
                      'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/>')
    members["xl/workbook.bin"] = short(131) + short(143) + places + short(144) + short(132)
    members["xl/_rels/workbook.bin.rels"] = (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{relations}</Relationships>')
    return zipped(members)


def open_document(rows: str, *, styles: str = "", table: str = 'table:name="November"') -> bytes:
    """.ods, its rows as they are written in it."""
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text", "style"))
    return zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "META-INF/manifest.xml": "<manifest/>", "content.xml": (
        f"<office:document-content {spaces}><office:automatic-styles>{styles}</office:automatic-styles><office:body><office:spreadsheet>"
        f"<table:table {table}>{rows}</table:table></office:spreadsheet></office:body></office:document-content>")})
