"""Workbooks by python-calamine: fast, and the only way to old and binary ones. What it loses comes from a second look."""
from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cache, lru_cache

from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from data.cells import MAX_COLUMNS, Sheet, beyond_last_column, gather, in_batches, letter
from data.finding import Finding, Refused
from data.receive import REMEDIES, Kind
from data.shown import Value, shown
from data.telling import hiding, refused, unsaved


@dataclass
class Look:
    """What calamine does not tell of a sheet: row by row the cells whose number format or error matters."""
    formats: defaultdict[int, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))
    errors: defaultdict[int, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))
    hidden_rows: list[int] = field(default_factory=list)
    unsaved: defaultdict[int, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))


@cache
def matters(number_format: str) -> bool:
    """Whether cells in this format are shown otherwise than as plain numbers and dates."""
    return any(shown(value, number_format) != shown(value) for value in (5, 0.5, datetime(2026, 11, 16)))


def read(content: bytes, file: str, kind: Kind) -> tuple[list[Sheet], list[Finding]]:
    """An old or a binary workbook. Raises Refused when it cannot be read."""
    try:
        if kind is Kind.BINARY_WORKBOOK:
            from data import binary_look as second
        else:
            from data import old_look as second
        looks = second.looks(content, file)
        return sheets(content, file, looks)
    except PasswordError:
        raise refused("this is protected by a password", REMEDIES[Kind.PROTECTED_WORKBOOK], file) from None


def sheets(content: bytes, file: str, looks: dict[str, Look]) -> tuple[list[Sheet], list[Finding]]:
    """Each sheet that has cells, hidden ones too, with what the second look saw of it."""
    read_, findings = [], []
    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
        for about in book.sheets_metadata:
            if about.typ is not SheetTypeEnum.WorkSheet:
                continue
            sheet = book.get_sheet_by_name(about.name)
            look = looks[about.name]
            too_wide: list[int] = []
            table, told = gather(in_batches(_rows(sheet, look, too_wide)), file=file, sheet=about.name)
            if not table.num_rows:
                continue
            hidden = about.visible is not SheetVisibleEnum.Visible
            read_.append(Sheet(about.name, table, _merged(sheet), hidden, tuple(look.hidden_rows)))
            findings += [*hiding(len(look.hidden_rows), file, about.name),
                         *unsaved(look.unsaved, file, about.name), *told]
            if too_wide:
                findings.append(beyond_last_column(too_wide, file, about.name))
    return read_, findings


def _merged(sheet) -> tuple[str, ...]:
    return tuple(f"{letter(left + 1)}{top + 1}:{letter(right + 1)}{bottom + 1}"
                 for (top, left), (bottom, right) in sheet.merged_cell_ranges or ())


class _Texts(dict):
    """The text of a number or a date in a plain format, worked out once."""

    def __missing__(self, value: Value) -> str:
        text = self[value] = shown(value)
        return text


def _rows(sheet, look: Look, too_wide: list[int]) -> Iterator[tuple[int, list[str]]]:
    left = [""] * (sheet.start[1] if sheet.start else 0)
    text_of = _Texts()
    for number, values in enumerate(sheet.iter_rows(), 1):
        record = left + [value if type(value) is str else str(value).upper() if type(value) is bool else text_of[value]
                         for value in values]
        for column, number_format in look.formats.get(number, ()):
            if column - len(left) <= len(values):
                record[column - 1] = _formatted(values[column - len(left) - 1], number_format)
        for column, error in look.errors.get(number, ()):
            record += [""] * (column - len(record))
            record[column - 1] = error
        if not any(record):
            continue
        if len(record) > MAX_COLUMNS:
            if any(record[MAX_COLUMNS:]):
                too_wide.append(number)
            record = record[:MAX_COLUMNS]
        yield number, record


@lru_cache(100_000, typed=True)
def _formatted(value: Value, number_format: str) -> str:
    if type(value) is date:             # calamine's word for midnight, whatever the format shows
        value = datetime.combine(value, time())
    return shown(value, number_format)
