"""Step 2 for workbooks: every cell as the text a person sees, by openpyxl, after a look at what the zip claims."""
from __future__ import annotations

import io
import warnings
import zipfile
import zlib
from collections.abc import Iterator

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.worksheet._reader import FORMULA_TAG, MERGE_TAG, ROW_TAG, WorkSheetParser
from openpyxl.xml.functions import iterparse

from data import large_workbook
from data.cells import LAST_ROW, MAX_COLUMNS, Batch, Sheet, beyond_last_column, gather, in_batches
from data.finding import Finding, Level, Refused
from data.shown import format_of, shown
from data.telling import SAVE_AGAIN, hiding, refused, unsaved
from data.zipped import checked, damaged

LARGE = 8_000_000               # bytes of one sheet's XML: about 20,000 rows of 8 cells, 2 CPU-seconds here
BLANK_ROWS = 10_000             # formatted but blank, one after the other: the rest is taken for blank and not parsed


def read(content: bytes, file: str) -> tuple[list[Sheet], list[Finding]]:
    """Each sheet that has cells, hidden ones too. Raises Refused when the file cannot be read."""
    archive = checked(content, file)
    try:
        if b"http://purl.oclc.org/ooxml/" in archive.read("xl/workbook.xml"):
            raise refused('this is a "Strict Open XML" workbook, which is not read here', SAVE_AGAIN, file)
        with warnings.catch_warnings(action="ignore"):
            if _large(archive) and (found := large_workbook.read(content, file)):
                return found
            return _sheets(ExcelReader(io.BytesIO(content), read_only=True, data_only=True, keep_links=False), file)
    except (zipfile.BadZipFile, EOFError, zlib.error):
        raise damaged(file) from None


def _large(archive: zipfile.ZipFile) -> bool:
    return max((member.file_size for member in archive.infolist() if "/worksheets/" in member.filename), default=0) > LARGE


def _sheets(reader: ExcelReader, file: str) -> tuple[list[Sheet], list[Finding]]:
    """openpyxl's own steps, less those that concern no cell: a damaged property, name or chart refuses no workbook."""
    reader.read_manifest()
    reader.read_strings()
    reader.read_workbook()
    apply_stylesheet(reader.archive, reader.wb)
    sheets, findings = [], []
    for sheet, part in reader.parser.find_sheets():
        if not part.Type.endswith("/worksheet"):
            continue                                                            # a chart or a macro has no cells
        if part.target not in reader.valid_files:
            findings.append(Finding(Level.WARN, "the workbook names this sheet but does not hold it", SAVE_AGAIN,
                                    file, sheet.name))
            continue
        with reader.archive.open(part.target) as xml:
            cells = _Cells(xml, reader, file, sheet.name)
            table, more = gather(cells.batches(), file=file, sheet=sheet.name)
        if table.num_rows:
            hidden = sheet.state != "visible"
            sheets.append(Sheet(sheet.name, table, cells.merged, hidden, tuple(cells.hidden_rows)))
            findings += [*hiding(len(cells.hidden_rows), file, sheet.name), *cells.findings(), *more]
    return sheets, findings


class _Cells(WorkSheetParser):
    """openpyxl's parser of one sheet. Its public way to the cells trusts the size a sheet claims, drops rows that are
    out of order, fills gaps row by row and cannot tell a blank cell from a formula saved without its result."""

    def __init__(self, xml, reader: ExcelReader, file: str, sheet: str) -> None:
        workbook = reader.wb
        super().__init__(xml, reader.shared_strings, data_only=True, epoch=workbook.epoch,
                         date_formats=workbook._date_formats, timedelta_formats=workbook._timedelta_formats)
        self._formats = [format_of(workbook, style.numFmtId) for style in workbook._cell_styles]
        self._file, self._sheet = file, sheet
        self._unsaved: dict[int, list[tuple[int, str]]] = {}        # column: (row, formula)
        self._too_wide: list[int] = []
        self.merged: tuple[str, ...] = ()
        self.hidden_rows: list[int] = []
        self._stopped_at = 0

    def batches(self) -> Iterator[Batch]:
        return in_batches(self._rows())

    def findings(self) -> Iterator[Finding]:
        yield from unsaved(self._unsaved, self._file, self._sheet)
        if self._too_wide:
            yield beyond_last_column(self._too_wide, self._file, self._sheet)
        if self._stopped_at:
            yield Finding(Level.WARN, f"reading stopped after {BLANK_ROWS:,} blank rows", "Move what stands further "
                          "down to a sheet of its own, if there is anything.", self._file, self._sheet, self._stopped_at)

    def parse_cell(self, element) -> dict:
        cell = super().parse_cell(element)
        # t="str" without a value is a formula whose saved result is the empty text.
        if cell["value"] is None and element.get("t") != "str":
            formula = element.find(FORMULA_TAG)
            if formula is not None:
                self._unsaved.setdefault(cell["column"], []).append((cell["row"], f"={formula.text or ''}"))
        return cell

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        blank = 0
        for _, element in iterparse(self.source):
            if element.tag == MERGE_TAG:
                self.merged = tuple(filter(None, (cells.get("ref") for cells in element)))
            if element.tag != ROW_TAG:
                continue
            number, cells = self.parse_row(element)
            element.clear()
            if not 0 < number <= LAST_ROW:
                raise ValueError(f"row {number} is beyond the last row of a spreadsheet")
            record = self._record(number, [cell for cell in cells if cell["value"] is not None])
            hidden = self.row_dimensions.pop(str(number), {}).get("hidden") in ("1", "true")
            if record:
                self.hidden_rows += [number] * hidden
                blank = 0
                yield number, record
            elif (blank := blank + 1) == BLANK_ROWS:
                self._stopped_at = number
                return

    def _record(self, number: int, cells: list[dict]) -> list[str]:
        if not cells:
            return []
        width = max(cell["column"] for cell in cells)
        if width > MAX_COLUMNS:
            self._too_wide.append(number)
        record = [""] * min(width, MAX_COLUMNS)
        for cell in cells:
            if cell["column"] <= MAX_COLUMNS:
                record[cell["column"] - 1] = shown(cell["value"], self._formats[cell["style_id"]])
        return record
