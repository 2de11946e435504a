"""A cell's value as the text a person sees, as far as that carries meaning."""
from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache

from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE

Value = str | int | float | bool | datetime | date | time | timedelta


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


def format_of(workbook, number: int) -> str:
    """The number format of a style in openpyxl's workbook."""
    if number < BUILTIN_FORMATS_MAX_SIZE:
        return BUILTIN_FORMATS.get(number, "General")
    return workbook._number_formats[number - BUILTIN_FORMATS_MAX_SIZE]
