"""An OpenDocument spreadsheet (.ods): it keeps the text a person sees beside each value, which calamine drops."""
from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from defusedxml.ElementTree import iterparse

from data.cells import LAST_ROW, MAX_COLUMNS, Batch, Sheet, beyond_last_column, gather, in_batches, letter
from data.finding import Finding, Refused
from data.receive import REMEDIES, Kind
from data.shown import shown
from data.telling import hiding, refused
from data.zipped import checked, damaged

MAX_REPEATED = 10_000           # a row with cells, repeated so often, is no table's row

OASIS = "{urn:oasis:names:tc:opendocument:xmlns:"
TABLE, OFFICE, TEXT, STYLE = (f"{OASIS}{part}:1.0}}" for part in ("table", "office", "text", "style"))


def read(content: bytes, file: str) -> tuple[list[Sheet], list[Finding]]:
    """Each sheet that has cells, hidden ones too. Raises Refused when the file cannot be read."""
    archive = checked(content, file)
    try:
        if b"encryption-data" in archive.read("META-INF/manifest.xml"):
            raise refused("this is protected by a password", REMEDIES[Kind.PROTECTED_WORKBOOK], file)
        return _sheets(archive.read("content.xml"), file)
    except KeyError:
        raise damaged(file) from None


def _sheets(content: bytes, file: str) -> tuple[list[Sheet], list[Finding]]:
    sheets, findings, hidden_styles, depth = [], [], set(), 0
    rows = _Rows()
    for event, element in iterparse(io.BytesIO(content), ("start", "end")):
        if element.tag == f"{TABLE}table":
            depth += 1 if event == "start" else -1
            if depth > 1 or event == "start":               # a table within a cell is part of a chart
                continue
            name = element.get(f"{TABLE}name", "")
            table, told = gather(rows.batches(), file=file, sheet=name)
            hidden = element.get(f"{TABLE}style-name") in hidden_styles
            if table.num_rows:
                sheets.append(Sheet(name, table, tuple(rows.merged), hidden, tuple(rows.hidden)))
                findings += [*hiding(len(rows.hidden), file, name), *told]
            if rows.too_wide:
                findings.append(beyond_last_column(rows.too_wide, file, name))
            rows = _Rows()
            element.clear()
        elif event == "end" and element.tag == f"{STYLE}style":
            if any(part.get(f"{TABLE}display") == "false" for part in element):
                hidden_styles.add(element.get(f"{STYLE}name"))
        elif event == "end" and element.tag == f"{TABLE}table-row" and depth == 1:
            rows.add(element)
            element.clear()
    return sheets, findings


class _Rows:
    """The rows of one sheet. A cell or a row that repeats is written once with a count."""

    def __init__(self) -> None:
        self.merged: list[str] = []
        self.hidden: list[int] = []
        self.too_wide: list[int] = []
        self._numbers: list[int] = []
        self._records: list[list[str]] = []
        self._row = 0

    def add(self, element) -> None:
        times = int(element.get(f"{TABLE}number-rows-repeated", 1))
        first, self._row = self._row + 1, self._row + times
        record, merged = self._record(element, first)
        if not any(record):
            return
        if self._row > LAST_ROW or times > MAX_REPEATED:
            raise ValueError(f"row {self._row} is beyond the last row of a table")
        if len(record) > MAX_COLUMNS:
            self.too_wide += range(first, self._row + 1)
        self.merged += merged
        self._numbers += range(first, self._row + 1)
        self._records += [record[:MAX_COLUMNS]] * times
        if element.get(f"{TABLE}visibility", "visible") != "visible":
            self.hidden += range(first, self._row + 1)

    def batches(self) -> Iterator[Batch]:
        return in_batches(zip(self._numbers, self._records, strict=True))

    def _record(self, element, row: int) -> tuple[list[str], list[str]]:
        record, merged, blanks = [], [], 0
        for cell in element:
            if cell.tag not in (f"{TABLE}table-cell", f"{TABLE}covered-table-cell"):
                continue
            times = int(cell.get(f"{TABLE}number-columns-repeated", 1))
            text = "" if cell.tag == f"{TABLE}covered-table-cell" else _text(cell)
            if not text:
                blanks += times
                continue
            record += [""] * min(blanks, MAX_COLUMNS + 1)
            blanks = 0
            wide, high = (int(cell.get(f"{TABLE}number-{what}-spanned", 1)) for what in ("columns", "rows"))
            if wide > 1 or high > 1:
                at = len(record) + 1
                merged.append(f"{letter(at)}{row}:{letter(at + wide - 1)}{row + high - 1}")
            record += [text] * min(times, MAX_COLUMNS + 1)
        return record, merged


def _text(cell) -> str:
    """What the cell holds, as exactly as it holds it, in the way the document shows it."""
    lines = "\n".join(_words(line) for line in cell if line.tag == f"{TEXT}p")
    match cell.get(f"{OFFICE}value-type"):
        case "float":
            if lines.isdigit() and lines.startswith("0") and len(lines) > 1:
                return lines                                        # 52 shown as 0052
            return shown(float(cell.get(f"{OFFICE}value")))
        case "percentage":
            decimals = re.search(r"[.,](\d+)\s*%", lines)
            return shown(float(cell.get(f"{OFFICE}value")), f"0.{'0' * len(decimals[1])}%" if decimals else "0%")
        case "currency":
            return shown(float(cell.get(f"{OFFICE}value")))
        case "date":
            written = cell.get(f"{OFFICE}date-value")
            return shown(datetime.fromisoformat(written), "h" if "T" in written else "General")
        case "time":
            return _duration(cell.get(f"{OFFICE}time-value"), lines)
        case "boolean":
            return cell.get(f"{OFFICE}boolean-value", lines).upper()
        case _:
            return lines


def _duration(written: str, lines: str) -> str:
    parts = re.fullmatch(r"(-?)P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,]\d+)?S)?", written)
    if not parts:
        return lines
    days, hours, minutes, seconds = (int(part or 0) for part in parts.groups()[1:])
    length = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    return shown(-length if parts[1] else length)


def _words(element) -> str:
    """The text of a paragraph: runs, repeated blanks, tabs, line breaks; not the notes attached to it."""
    text = element.text or ""
    for part in element:
        if part.tag == f"{TEXT}s":
            text += " " * min(int(part.get(f"{TEXT}c", 1)), 1000)
        elif part.tag in (f"{TEXT}tab", f"{TEXT}line-break"):
            text += "\t" if part.tag == f"{TEXT}tab" else "\n"
        elif part.tag not in (f"{OFFICE}annotation", f"{TEXT}note"):
            text += _words(part)
        text += part.tail or ""
    return text
