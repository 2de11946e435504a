"""Step 2 for workbooks: every cell as the text a person sees, by openpyxl, after a look at what the zip claims."""
from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

import pyarrow as pa
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.worksheet._reader import FORMULA_TAG, ROW_TAG, WorkSheetParser
from openpyxl.xml.functions import iterparse

from data.cells import MAX_COLUMNS, Batch, beyond_last_column, gather, letter
from data.finding import Finding, Level, Refused

# A real sheet of 200,000 rows unpacks to 7.5 times its size; bombs were seen at 258 and 1,028 times.
MAX_UNPACKED = 300_000_000
MAX_RATIO = 100
MAX_MEMBERS = 2_000
LAST_ROW = 1_048_576            # of any spreadsheet program
BLANK_ROWS = 10_000             # formatted but blank, one after the other: the rest is taken for blank and not parsed
BATCH = 500
SAVE_AGAIN = "Open it in Excel, save it again as Excel Workbook (.xlsx) and upload that file."

Value = str | int | float | bool | datetime | date | time | timedelta


def read(path: Path, file: str) -> tuple[list[tuple[str, pa.Table]], list[Finding]]:
    """Each sheet that has cells, hidden ones too, as a table of text. Raises Refused when the file cannot be read."""
    try:
        _check_zip(path, file)
        with warnings.catch_warnings(action="ignore"), path.open("rb") as content:
            return _sheets(ExcelReader(content, read_only=True, data_only=True, keep_links=False), file)
    except (Refused, MemoryError):
        raise
    except (zipfile.BadZipFile, EOFError):
        raise _refused("the workbook is incomplete or damaged", "Upload it again.", file) from None
    except Exception as problem:        # whatever a broken file makes a parser do, the file is at fault
        raise _refused(f"the workbook cannot be read ({type(problem).__name__}: {str(problem)[:200]})",
                       SAVE_AGAIN, file) from problem


def shown(value: Value, number_format: str = "General") -> str:
    """The cell as a person sees it, as far as that carries meaning: leading zeros, per cent, dates. Never rounded to
    the digits on display, because what is cut off there is data; and never in the order of days and months that the
    format asks for, because ISO dates cannot be misread."""
    match value:
        case str():
            return value.replace("_x000D_", "\r") if "_x" in value else value      # how XML spells a carriage return
        case bool():
            return str(value).upper()
        case int() | float():
            return _number(value, *_digits(number_format))
        case datetime():
            value = _whole_second(value)
            plain_date = value.time() == time() and not re.search("[hs]", _bare(number_format), re.IGNORECASE)
            return str(value.date()) if plain_date else str(value)
        case timedelta():
            seconds = round(value.total_seconds())
            minutes, hours = abs(seconds) // 60, abs(seconds) // 3600
            return f"{'-' if seconds < 0 else ''}{hours:02}:{minutes % 60:02}:{abs(seconds) % 60:02}"
        case time():
            return str(_whole_second(datetime.combine(date(2000, 1, 1), value)).time())
        case _:
            return str(value)


def _whole_second(moment: datetime) -> datetime:
    return (moment + timedelta(milliseconds=500)).replace(microsecond=0)


def _number(value: int | float, zeros: int, percent_decimals: int | None) -> str:
    exact = Decimal(value if isinstance(value, int) else f"{value:.15g}")      # 15 digits, as spreadsheet programs keep
    if percent_decimals is not None:
        percent = (exact * 100).normalize()
        places = max(percent_decimals, -percent.as_tuple().exponent)
        return f"{percent:.{places}f}%"
    if zeros and exact >= 0 and exact == exact.to_integral_value():
        return f"{exact:f}".zfill(zeros)
    return f"{exact:f}" if exact else "0"


@cache
def _digits(number_format: str) -> tuple[int, int | None]:
    """How many digits a whole number is padded to (0: not at all), and the decimals of a percentage, if it is one."""
    bare = _bare(number_format)
    if "%" in bare:
        decimals = re.search(r"\.([0#?]+)", bare)
        return 0, decimals[1].count("0") if decimals else 0
    return (len(bare) if re.fullmatch("00+", bare) else 0), None


@cache
def _bare(number_format: str) -> str:
    """The part for positive numbers, without colours, quoted words and spacing."""
    return re.sub(r'\[[^\]]*\]|"[^"]*"|\\.|_.|\*.', "", number_format).split(";")[0].strip()


def _check_zip(path: Path, file: str) -> None:
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        if "xl/workbook.xml" not in archive.namelist():
            raise _refused("this is a zip archive, not a workbook", "Unpack it and upload the spreadsheet inside.",
                           file)
        if any(member.flag_bits & 1 for member in members):
            raise _refused("the workbook is protected by a password", "Save it without one and upload it again.", file)
        unpacked = sum(member.file_size for member in members)
        if unpacked > min(MAX_UNPACKED, MAX_RATIO * path.stat().st_size) or len(members) > MAX_MEMBERS:
            raise _refused(f"the workbook would unpack to {unpacked / 1e6:,.0f} MB in {len(members):,} parts, "
                           "far more than its table can need",
                           "Copy only the table into a new workbook and upload that.", file)
        if b"http://purl.oclc.org/ooxml/" in archive.read("xl/workbook.xml"):
            raise _refused('this is a "Strict Open XML" workbook, which is not read here', SAVE_AGAIN, file)


def _sheets(reader: ExcelReader, file: str) -> tuple[list[tuple[str, pa.Table]], list[Finding]]:
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
            sheets.append((sheet.name, table))
            if sheet.state != "visible":
                findings.append(Finding(Level.NOTE, "this sheet is hidden in the workbook, it was read as well",
                                        "Leave it out below if it does not belong here.", file, sheet.name))
            findings += [*cells.findings(), *more]
    return sheets, findings


class _Cells(WorkSheetParser):
    """openpyxl's parser of one sheet. Its public way to the cells trusts the size a sheet claims, drops rows that are
    out of order, fills gaps row by row and cannot tell a blank cell from a formula saved without its result."""

    def __init__(self, xml, reader: ExcelReader, file: str, sheet: str) -> None:
        workbook = reader.wb
        super().__init__(xml, reader.shared_strings, data_only=True, epoch=workbook.epoch,
                         date_formats=workbook._date_formats, timedelta_formats=workbook._timedelta_formats)
        self._formats = [_format(workbook, style.numFmtId) for style in workbook._cell_styles]
        self._file, self._sheet = file, sheet
        self._unsaved: dict[int, list[tuple[int, str]]] = {}        # column: (row, formula)
        self._too_wide: list[int] = []
        self._hidden_rows = 0
        self._stopped_at = 0

    def batches(self) -> Iterator[Batch]:
        numbers, records = [], []
        for number, record in self._rows():
            numbers.append(number)
            records.append(record)
            if len(records) == BATCH:
                yield numbers, records
                numbers, records = [], []
        yield numbers, records

    def findings(self) -> Iterator[Finding]:
        where = {"file": self._file, "sheet": self._sheet}
        for column, cells in self._unsaved.items():
            row, formula = cells[0]
            yield Finding(Level.WARN, "the formula was saved without its result, the cell was read as blank",
                          "Open the workbook in Excel, save it and upload it again.", **where, row=row,
                          column=f"column {letter(column)}", value=formula[:80], rows=len(cells))
        if self._too_wide:
            yield beyond_last_column(self._too_wide, self._file, self._sheet)
        if self._hidden_rows:
            yield Finding(Level.NOTE, f"{self._hidden_rows:,} hidden or filtered-out rows were read as well",
                          "Delete them in the workbook if they do not belong here.", **where)
        if self._stopped_at:
            yield Finding(Level.WARN, f"reading stopped after {BLANK_ROWS:,} blank rows", "Move what stands further "
                          "down to a sheet of its own, if there is anything.", **where, row=self._stopped_at)

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
            if element.tag != ROW_TAG:
                continue
            number, cells = self.parse_row(element)
            element.clear()
            if not 0 < number <= LAST_ROW:
                raise ValueError(f"row {number} is beyond the last row of a spreadsheet")
            record = self._record(number, [cell for cell in cells if cell["value"] is not None])
            hidden = self.row_dimensions.pop(str(number), {}).get("hidden") in ("1", "true")
            if record:
                self._hidden_rows += hidden
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


def _format(workbook, number: int) -> str:
    if number < BUILTIN_FORMATS_MAX_SIZE:
        return BUILTIN_FORMATS.get(number, "General")
    return workbook._number_formats[number - BUILTIN_FORMATS_MAX_SIZE]


def _refused(problem: str, remedy: str, file: str) -> Refused:
    return Refused(Finding(Level.STOP, problem, remedy, file))
