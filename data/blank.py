"""A blank workbook for a kind of spreadsheet nobody exports, made from its declaration alone: read back, it leaves no question."""
from __future__ import annotations

import io
import re
from collections.abc import Iterable

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.utils.datetime import to_excel
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from data.cells import letter
from data.schools import SchoolList
from data.source import WORDY, Field, FieldKind, Source
from data.values import EARLIEST, LATEST, date_orders, judge

NOT_READ = "For your information: this sheet is not read."
MEANING, SCHOOLS = "What each column means", "Schools"
TITLE_ROW, HINT_ROW, EXAMPLE_ROW, HEADER_ROW = 1, 2, 3, 4      # what stands above the headings is a title to the reader, and never data
LAST_ROW = 1_048_576
LONGEST_LIST, LONGEST_PROMPT, LONGEST_PROMPT_TITLE, LONGEST_SHEET_NAME = 255, 255, 32, 31       # Excel's own limits
NARROWEST, WIDEST, SENTENCE = 12, 34, 60                       # widths of columns, in characters
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
EVERY_ROW, WHERE_THERE, IF_AT_HAND = "yes, in every row", "yes, where there is one", "no"

FORMATS = {FieldKind.DATE: "yyyy-mm-dd", FieldKind.TIME: "hh:mm", FieldKind.DATETIME: "hh:mm", FieldKind.COUNT: "0", FieldKind.PERCENT: "0.0%",
           **dict.fromkeys(WORDY, "@")}       # "@": Excel keeps 0052 and 3-5 as they were written
WRITE = {FieldKind.SCHOOL: "The school's code, or its name where no other has it.", FieldKind.DATE: "A day, such as 2026-11-16.",
         FieldKind.TIME: "A time of day, such as 9:30.", FieldKind.COUNT: "A whole number.", FieldKind.NUMBER: "A number.",
         FieldKind.DATETIME: "A time such as 9:12; with its day where that is another one: 2026-11-17 8:05.",
         FieldKind.PERCENT: "A percentage, such as 94.5%.", FieldKind.MINUTES: "Minutes, as a number.", FieldKind.YES_NO: "Yes or no.",
         FieldKind.CODE: "A code of your own.", FieldKind.TEXT: "Any text.", FieldKind.STUDENT: "The student's number.", FieldKind.PERSON: "A name."}
EXAMPLES = {FieldKind.SCHOOL: "0052", FieldKind.DATE: "2026-11-16", FieldKind.TIME: "9:30", FieldKind.DATETIME: "9:12", FieldKind.COUNT: "24",
            FieldKind.NUMBER: "24", FieldKind.PERCENT: "94.5%", FieldKind.MINUTES: "45", FieldKind.YES_NO: "yes", FieldKind.STUDENT: "104233",
            FieldKind.PERSON: "Dana Whitfield"}

# The colours of our pages: plum for what is needed, panel for the rest, grey for what is not data.
NEEDED = (Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor="5A3A78"))
OPTIONAL = (Font(bold=True, color="1C2530"), PatternFill("solid", fgColor="E6E1D4"))
QUIET, BOLD, LARGE = Font(italic=True, color="5C6269"), Font(bold=True), Font(bold=True, size=14)
WRAPPED = Alignment(wrap_text=True, vertical="top")


def blank_workbook(source: Source, schools: SchoolList) -> bytes:
    """The workbook as .xlsx: a table to fill in, what each column means, and the schools to choose from."""
    fields, book = fields_in(source), Workbook()
    table, meaning = book.active, book.create_sheet(MEANING)
    table.title = source.name.replace("_", " ")[:LONGEST_SHEET_NAME]
    offered = _offered(schools) if source.list_of != "schools" and any(f.kind == FieldKind.SCHOOL for f in fields) else {}
    among = _list_schools(book.create_sheet(SCHOOLS), offered, schools) if offered else ""
    examples = [next(iter(offered), "") if f.kind == FieldKind.SCHOOL and offered else _example(f) for f in fields]
    _head(table, source)
    for at, (f, example) in enumerate(zip(fields, examples, strict=True), 1):
        _column(table, at, f, _needed(source, f), example)
        _help(table, at, f, _needed(source, f), among)
    _put(table, EXAMPLE_ROW, len(fields) + 1, "← an example, not read", QUIET)
    table.freeze_panes = table.cell(HEADER_ROW + 1, 1)
    _explain(meaning, source, fields, examples)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def fields_in(source: Source) -> tuple[Field, ...]:
    """The columns of a blank workbook: what is always needed, the source's first form, and what goes with any.

    Another form's columns beside them would stay empty, and so would a column from which a file without ours is worked out."""
    stay = {f.name for f in source.fields if f.required} | {*source.key, *(source.forms or [()])[0]}
    out = {name for form in source.forms for name in form} - stay
    out |= {name for f in source.fields if f.name not in out for name in _names_in(f.derive) - {f.name}} - stay
    out |= {name for check in source.checks if out & _names_in(check.when) for name in _names_in(check.when)} - stay
    return tuple(f for f in source.fields if f.name not in out)


def _names_in(expression: str) -> set[str]:
    return {*re.findall(r"\w+", expression)}


def _needed(source: Source, f: Field) -> str:
    first = source.forms[0] if source.forms else source.recognised_by
    if f.required or (f.name in first and f.name in source.parts):
        return EVERY_ROW
    return WHERE_THERE if f.name in first else IF_AT_HAND


def _example(f: Field) -> str:
    return f.example or EXAMPLES.get(f.kind) or next(iter(f.values), "")


def _offered(schools: SchoolList) -> dict[str, str]:
    """What the list of schools offers, to code: the name where it means one school, else the code; nothing that could be a formula."""
    words = {code: name if schools.judge(name).value == code and not name.startswith(STARTS_A_FORMULA) else code for code, name in schools.names.items()}
    return {word: code for code, word in sorted(words.items(), key=lambda pair: pair[1]) if not word.startswith(STARTS_A_FORMULA)}


def _head(table: Worksheet, source: Source) -> None:
    _put(table, TITLE_ROW, 1, f"{source.label}: one row is {source.one_row_is}.", LARGE)
    _put(table, HINT_ROW, 1, f"Write your rows below row {HEADER_ROW} and upload this file as it is. Dark columns are needed. "
         f"Row {EXAMPLE_ROW} is an example, which may stay: it is never read as data.", QUIET)


def _column(table: Worksheet, at: int, f: Field, needed: str, example: str) -> None:
    """Heading and example, and for every cell below the format in which Excel keeps what was meant."""
    number_format = FORMATS.get(f.kind, "General")
    width = min(max(NARROWEST, len(f.label) + 4, len(example) + 4), WIDEST)
    whole = table.column_dimensions[get_column_letter(at)]
    whole.width, whole.number_format = width, number_format
    _put(table, EXAMPLE_ROW, at, _typed(example, f), QUIET, number_format)
    font, fill = OPTIONAL if needed == IF_AT_HAND else NEEDED
    heading = _put(table, HEADER_ROW, at, f.label[:1].upper() + f.label[1:], font)
    heading.fill, heading.alignment = fill, WRAPPED


def _typed(text: str, f: Field) -> object:
    """An example as Excel would hold it: a day as a day, 94.5% as a share of one, a code as text."""
    if f.kind in (*WORDY, FieldKind.YES_NO):
        return text
    value = judge([text], f, dates=date_orders([text])[0])[0].value
    if value is None:
        return text
    return value / 100 if f.kind == FieldKind.PERCENT else value


def _help(table: Worksheet, at: int, f: Field, needed: str, among: str) -> None:
    """What Excel says at a cell of this column, and what it offers: a list where there is one. Anything else is questioned, not forbidden."""
    words = ["yes", "no"] if f.kind == FieldKind.YES_NO else [*f.values]
    listed = among if f.kind == FieldKind.SCHOOL else _inline(words)
    given = {"type": "list", "formula1": listed} if listed else {}
    if f.kind == FieldKind.DATE:
        given = {"type": "date", "operator": "between", "formula1": f"{to_excel(EARLIEST):g}", "formula2": f"{to_excel(LATEST):g}"}
    told = " ".join(filter(None, ("" if needed == IF_AT_HAND else "Needed.", f.says, _write(f, bool(among)))))
    rule = DataValidation(**given, allow_blank=True, showInputMessage=True, promptTitle=f.label[:LONGEST_PROMPT_TITLE], prompt=told[:LONGEST_PROMPT],
                          showErrorMessage=bool(given), errorStyle="warning", errorTitle="Not what this column expects",
                          error=f"{_write(f, bool(among))} Keep it as you wrote it?"[-LONGEST_PROMPT:])
    rule.add(f"{letter(at)}{HEADER_ROW + 1}:{letter(at)}{LAST_ROW}")
    table.add_data_validation(rule)


def _inline(words: Iterable[str]) -> str:
    """A list inside a rule; nothing where Excel could not hold it."""
    written = ",".join(words)
    plain = not any(sign in word for word in words for sign in ',"') and len(written) <= LONGEST_LIST
    return f'"{written}"' if written and plain else ""


def _write(f: Field, listed: bool) -> str:
    if f.kind == FieldKind.SCHOOL and listed:
        return f"Choose from the list. {WRITE[f.kind]}"
    return f"One of: {', '.join(f.values)}." if f.kind == FieldKind.CODE and f.values else WRITE[f.kind]


def _list_schools(sheet: Worksheet, offered: dict[str, str], schools: SchoolList) -> str:
    """The schools as the list offers them, with code and name; and where the list stands."""
    _put(sheet, 1, 1, NOT_READ, QUIET)
    first = _rows(sheet, ("In the list", "Its code", "Its name"), [(word, code, schools.names[code]) for word, code in offered.items()], (WIDEST, 16, WIDEST))
    return f"{quote_sheetname(sheet.title)}!$A${first}:$A${first + len(offered) - 1}"


def _explain(sheet: Worksheet, source: Source, fields: Iterable[Field], examples: Iterable[str]) -> None:
    """Column by column: its letter and heading, its meaning, whether it is needed, an example, what may be written."""
    _put(sheet, 1, 1, NOT_READ, QUIET)
    lines = [(f"{letter(at)}: {f.label}", f.says, _needed(source, f), example, _write(f, False))
             for at, (f, example) in enumerate(zip(fields, examples, strict=True), 1)]
    _rows(sheet, ("Column", "What it means", "Needed", "Example", "What to write"), lines, (WIDEST, SENTENCE, 24, WIDEST, SENTENCE))


def _rows(sheet: Worksheet, headings: tuple[str, ...], lines: Iterable[tuple[str, ...]], widths: tuple[int, ...]) -> int:
    """A table of texts below the first row; the row in which it begins."""
    for row, line in enumerate([headings, *lines], 2):
        for at, text in enumerate(line, 1):
            _put(sheet, row, at, text, BOLD if row == 2 else None, "@").alignment = WRAPPED
    for at, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(at)].width = width
    sheet.freeze_panes = sheet.cell(3, 1)
    return 3


def _put(sheet: Worksheet, row: int, column: int, value: object, font: Font | None = None, number_format: str = "General"):
    """Write a cell that no spreadsheet program takes for a formula."""
    text = isinstance(value, str)
    cell = sheet.cell(row, column, f"'{value}" if text and value.startswith(STARTS_A_FORMULA) else value)
    cell.number_format = number_format
    if font:
        cell.font = font
    return cell
