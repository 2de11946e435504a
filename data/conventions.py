"""How a column is written: which number is the month, whether 0.95 is a share, what an empty cell means. Proven, told or asked."""
from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from data.finding import Finding, Level
from data.matching import Question
from data.turned import in_own_time, in_the_afternoon, turned_back, with_years
from data.words_asked import words_asked
from data.numerals import plainly
from data.source import Field, FieldKind, Source
from data.values import SERIAL, SERIAL_DAY, Judged, Mark, date_orders, judge, mark_of, number, percent_scale, proven, read_date, slashed

if TYPE_CHECKING:
    from data.checking import Setting, Typed

NUMBERS = (FieldKind.COUNT, FieldKind.NUMBER, FieldKind.PERCENT, FieldKind.MINUTES)
SCALES = {"shares": 100.0, "percent": 1.0}
SERIALS_BACK, SERIALS_AHEAD = timedelta(days=3 * 366), timedelta(days=366)
RARE = 0.05                 # a share of one among percentages is odd but possible; more of them are another way of writing
TICKS = {"x", "✓", "✔"}


@dataclass(frozen=True)
class Place:
    """Where a column is: its sheet and its heading as the uploader wrote it."""
    sheet: str
    header: str


def judge_column(typed: Typed, texts: list[str | None], f: Field, source: Source, place: Place, setting: Setting) -> list[Judged]:
    """Judge the distinct texts of one column by the way this column is written; what was found out or must be asked joins `typed`."""
    if f.kind == FieldKind.SCHOOL:
        return words_asked(typed, texts, _schools(typed, texts, source, place, setting), f, source, place, setting)
    dates, scale = "ymd", 1.0
    if f.kind in (FieldKind.DATE, FieldKind.DATETIME):
        own = f.name == source.date
        dates = _date_order(typed, texts, own, own and not source.list_of, place, setting)
        texts = with_years(typed, turned_back(typed, texts, place, setting.answers), place, setting.answers, setting.today)
    if f.kind in (FieldKind.TIME, FieldKind.DATETIME):
        texts = in_the_afternoon(typed, in_own_time(typed, texts, place, setting.answers), place, setting.answers)
    if f.kind in NUMBERS:
        texts, told = plainly(texts, place.sheet, place.header)
        typed.findings += told
    if f.kind == FieldKind.PERCENT:
        scale = _scale(typed, texts, place, setting)
    if f.kind == FieldKind.YES_NO and _blank_is_no(typed, texts, place, setting):
        texts = ["no" if mark_of(text, f.kind) == Mark.MISSING else text for text in texts]
    judged = judge(texts, f, dates=dates, students=setting.students, scale=scale)
    return words_asked(typed, texts, judged, f, source, place, setting) if f.kind in (FieldKind.CODE, FieldKind.YES_NO) else judged


def _schools(typed: Typed, texts: list[str | None], source: Source, place: Place, setting: Setting) -> list[Judged]:
    schools = replace(setting.schools, harvested=True) if source.list_of == "schools" else setting.schools     # a list may name new ones
    judged, lost = schools.judge_all(texts)
    if lost:
        typed.findings.append(Finding(
            Level.NOTE, f"read with the zeros or capitals that the same code has in other rows: {', '.join(lost[:5])}",
            "Load a school list if they are schools of their own.", sheet=place.sheet, column=place.header))
    if respelled := schools.respelled(texts):
        typed.findings.append(Finding(
            Level.NOTE, "abbreviated names were read as " + "; ".join(f"{text} = {name}" for text, name in respelled[:5]),
            "Write the school's code where that is wrong.", sheet=place.sheet, column=place.header, rows=len(respelled)))
    return judged


def _date_order(typed: Typed, texts: list[str | None], own: bool, school_days: bool, place: Place, setting: Setting) -> str:
    """The order of day and month the column proves, or the person's answer, or that of the row's own date, or a question."""
    key = f"dates:{place.sheet}:{place.header}"
    if _are_serials(texts, setting):
        text = next(text for text in texts if text and SERIAL_DAY.fullmatch(text.strip()))
        day = read_date(text, SERIAL)
        typed.findings.append(Finding(Level.NOTE, f"{text} was read as {day.day} {day:%b %Y}: it is Excel's number for that day",
                                      "Nothing to do.", sheet=place.sheet, column=place.header))
        return SERIAL
    orders = date_orders(texts, school_days=school_days)
    if setting.answers.get(key) in orders:
        order = setting.answers[key]
    elif len(orders) == 1:
        order = orders[0]
        if not proven(texts):
            _tell_order(typed, texts, order, place, "the other order would put school days on a weekend")
    elif not own and typed.dates in orders:
        order = typed.dates
        _tell_order(typed, texts, order, place, "as in the column with the row's own date")
    else:
        order = orders[0]
        typed.questions.append(Question(key, f"Is {_slashed_text(texts)} in column {place.header} month first or day first? Nothing in the file tells.",
                                        {"mdy": "month first", "dmy": "day first"}))
    if own and any(map(slashed, filter(None, texts))):
        typed.dates = order
    return order


def _are_serials(texts: list[str | None], setting: Setting) -> bool:
    """Only day numbers, all of the last years: another number would be a year that nobody sends, or a count."""
    written = [text.strip() for text in texts if text and not mark_of(text, FieldKind.DATE)]
    days = [read_date(text, SERIAL) for text in written]
    return bool(days) and all(day and setting.today - SERIALS_BACK <= day <= setting.today + SERIALS_AHEAD for day in days)


def _slashed_text(texts: list[str | None]) -> str:
    """A date of the column that reads differently in the two orders, or the first one where none does."""
    written = [text for text in texts if text and slashed(text)]
    return next((text for text in written if not proven([text])), written[0])


def _tell_order(typed: Typed, texts: list[str | None], order: str, place: Place, because: str) -> None:
    text = _slashed_text(texts)
    day = read_date(text, order)
    first = {"mdy": "month first", "dmy": "day first"}[order]
    typed.findings.append(Finding(Level.NOTE, f"{text} was read {first}, {day.day} {day:%b %Y}: {because}",
                                  "If that is wrong, write the dates as 2026-11-16.", sheet=place.sheet, column=place.header))


def _scale(typed: Typed, texts: list[str | None], place: Place, setting: Setting) -> float:
    """1 for percentages, 100 for shares of one; where a column holds both, the person's answer, or a question."""
    key = f"scale:{place.sheet}:{place.header}"
    scale, others = percent_scale(texts)
    if setting.answers.get(key) in SCALES:
        return SCALES[setting.answers[key]]
    if scale == 100:
        typed.findings.append(Finding(Level.NOTE, "the numbers are shares of one; read as percent (0.95 is 95%)",
                                      "Nothing to do.", sheet=place.sheet, column=place.header))
    elif len(others) > RARE * len(texts):
        typed.questions.append(Question(key, f"Column {place.header} has percentages, and also {', '.join(others[:3])}. Are those shares of one?",
                                        {"shares": f"shares of one: {others[0]} is {number(others[0].strip()) * 100:g} %",
                                         "percent": f"percentages: {others[0]} is {others[0]} %"}))
    elif others:
        typed.findings.append(Finding(Level.WARN, "these could be shares of one among percentages; read as percent",
                                      "Check them: 0.95 was read as 0.95%.", sheet=place.sheet, column=place.header,
                                      value=others[0], rows=len(others)))
    return scale


def _blank_is_no(typed: Typed, texts: list[str | None], place: Place, setting: Setting) -> bool:
    """Does a cell without a tick mean no? Only a person can say; where yes and no are written, a blank is neither."""
    key = f"blanks:{place.sheet}:{place.header}"
    blank = [text for text in texts if mark_of(text, FieldKind.YES_NO) == Mark.MISSING]
    said = {text.strip().lower() for text in texts if text not in blank}
    if not said or not said <= TICKS or not blank:
        return False
    if key not in setting.answers:
        typed.questions.append(Question(key, f"Column {place.header} has only ticks and empty cells. Does an empty cell mean no?",
                                        {"no": "yes: not ticked is a no", "unknown": "no: an empty cell says nothing"}))
    return setting.answers.get(key) == "no"
