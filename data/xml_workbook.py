"""An XML spreadsheet of 2003: some programs still save one under the name .xls."""
from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime

from defusedxml.ElementTree import iterparse
from openpyxl.styles.numbers import is_date_format
from openpyxl.utils.datetime import from_excel

from data.cells import LAST_ROW, MAX_COLUMNS, Batch, Sheet, beyond_last_column, gather, in_batches, letter
from data.finding import Finding, Refused
from data.shown import shown
from data.telling import hiding

SPREADSHEET = "{urn:schemas-microsoft-com:office:spreadsheet}"
EXCEL = "{urn:schemas-microsoft-com:office:excel}"
BUILT_IN = {"Percent": "0.00%", "Short Date": "m/d/yy", "General Date": "m/d/yy h:mm", "Long Time": "h:mm:ss"}


def read(content: bytes | bytearray, file: str) -> tuple[list[Sheet], list[Finding]]:
    """Each sheet that has cells. Raises Refused when the file cannot be read."""
    return _sheets(content, file)


def _sheets(content: bytes | bytearray, file: str) -> tuple[list[Sheet], list[Finding]]:
    sheets, findings, formats = [], [], {}
    rows = _Rows(formats)
    for _, element in iterparse(io.BytesIO(content)):
        match element.tag.removeprefix(SPREADSHEET):
            case "Style":
                written = element.find(f"{SPREADSHEET}NumberFormat")
                said = written.get(f"{SPREADSHEET}Format", "General") if written is not None else "General"
                formats[element.get(f"{SPREADSHEET}ID")] = BUILT_IN.get(said, said)
            case "Row":
                rows.add(element)
                element.clear()
            case "Worksheet":
                name = element.get(f"{SPREADSHEET}Name", "")
                visible = element.find(f"{EXCEL}WorksheetOptions/{EXCEL}Visible")
                hidden = visible is not None and visible.text != "SheetVisible"
                table, told = gather(rows.batches(), file=file, sheet=name)
                if table.num_rows:
                    sheets.append(Sheet(name, table, tuple(rows.merged), hidden, tuple(rows.hidden)))
                    findings += [*hiding(len(rows.hidden), file, name), *told]
                if rows.too_wide:
                    findings.append(beyond_last_column(rows.too_wide, file, name))
                rows = _Rows(formats)
                element.clear()
    return sheets, findings


class _Rows:
    """The rows of one sheet. A row or a cell that does not follow the one before it says where it stands."""

    def __init__(self, formats: dict[str, str]) -> None:
        self.merged: list[str] = []
        self.hidden: list[int] = []
        self.too_wide: list[int] = []
        self._formats = formats
        self._numbers: list[int] = []
        self._records: list[list[str]] = []
        self._row = 0

    def add(self, element) -> None:
        row = int(element.get(f"{SPREADSHEET}Index", self._row + 1))
        if not self._row < row <= LAST_ROW:
            raise ValueError(f"row {row} is beyond the last row of a spreadsheet or out of order")
        self._row = row + int(element.get(f"{SPREADSHEET}Span", 0))
        record: dict[int, str] = {}
        column = 0
        for cell in element.iterfind(f"{SPREADSHEET}Cell"):
            column = int(cell.get(f"{SPREADSHEET}Index", column + 1))
            wide, high = (int(cell.get(f"{SPREADSHEET}Merge{way}", 0)) for way in ("Across", "Down"))
            if text := self._text(cell):
                record[column] = text
                if wide or high:
                    self.merged.append(f"{letter(column)}{row}:{letter(column + wide)}{row + high}")
            column += wide
        if not record:
            return
        if max(record) > MAX_COLUMNS:
            self.too_wide.append(row)
        if element.get(f"{SPREADSHEET}Hidden") == "1":
            self.hidden.append(row)
        self._numbers.append(row)
        self._records.append([record.get(at, "") for at in range(1, min(max(record), MAX_COLUMNS) + 1)])

    def batches(self) -> Iterator[Batch]:
        return in_batches(zip(self._numbers, self._records, strict=True))

    def _text(self, cell) -> str:
        data = cell.find(f"{SPREADSHEET}Data")
        if data is None:
            return ""
        text = "".join(data.itertext())
        number_format = self._formats.get(cell.get(f"{SPREADSHEET}StyleID"), "General")
        match data.get(f"{SPREADSHEET}Type"):
            case "Number":
                value = float(text)
                return shown(from_excel(value) if is_date_format(number_format) else value, number_format)
            case "DateTime":
                moment = datetime.fromisoformat(text)
                return shown(moment.time()) if moment.year in (1899, 1904) else shown(moment, number_format)
            case "Boolean":
                return "TRUE" if text == "1" else "FALSE"
            case _:
                return text
