"""How a truth becomes a file: a plan that each kind of mess changes a little, its pages of lines, and the bytes in the end."""
from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tests.messy_truth import FORMS, NUMBERS, school_days, some_schools

MAIN = "Sheet1"


@dataclass(frozen=True)
class Styled:
    """A cell of a workbook with a number format."""
    value: Any
    number_format: str


@dataclass(frozen=True)
class Fact:
    """What one row, or one cell of a wide row, truly says. A frozenset allows any of its members.

    `refused` must be told; it may be stored only as `values` says, and not at all where `values` is empty.
    """
    values: dict[str, Any]
    refused: bool = False
    header: str = ""            # of a wide table: over the cell
    sheet: str = ""
    row: int = 0


@dataclass
class Line:
    """One row of a sheet; `merged` lists (first cell, cells across, rows down)."""
    cells: list[Any]
    facts: list[Fact] = field(default_factory=list)
    heading: bool = False
    hidden: bool = False
    merged: list[tuple[int, int, int]] = field(default_factory=list)


@dataclass
class Page:
    """One sheet on its way."""
    name: str = MAIN
    lines: list[Line] = field(default_factory=list)
    hidden: bool = False
    hidden_columns: list[int] = field(default_factory=list)
    far: tuple[int, int] | None = None          # row and column of a cell with a colour and nothing in it

    def add(self, *cells: Any, **about: Any) -> Line:
        self.lines.append(Line([*cells], **about))
        return self.lines[-1]

    @property
    def heading(self) -> Line:
        return next(line for line in self.lines if line.heading)

    @property
    def data(self) -> list[Line]:
        return [line for line in self.lines if line.facts]


@dataclass
class Event:
    """One row of the truth; `cells` holds what is written in place of a value. One that does not stand is never stored."""
    values: dict[str, Any]
    cells: dict[str, Any] = field(default_factory=dict)
    refused: bool = False
    stands: bool = True

    def fact(self, header: str = "", **other: Any) -> Fact:
        return Fact(self.values | other if self.stands else {}, self.refused, header)

    def write(self, name: str, cell: Any, meaning: Any) -> None:
        self.cells[name], self.values[name] = cell, meaning


@dataclass(frozen=True)
class Messy:
    """One file and what is true about it."""
    name: str
    file_name: str
    content: bytes
    source: str
    fields: tuple[str, ...]             # what the file tells; of other fields nothing, or the truth, may be stored
    facts: tuple[Fact, ...]
    answers: dict[str, str]
    at: datetime                        # when it is sent
    also: dict[str, list[dict[str, Any]]] = field(default_factory=dict)      # rows other sources may take from it
    spreads: bool = False               # one fact may be stored once for each of its days
    before: Messy | None = None         # a file that was loaded first
    grid: tuple[tuple[str, tuple[tuple[Any, ...], ...]], ...] = ()         # for showing a cell that went wrong


@dataclass
class Plan:
    """Everything a kind of mess may change before the file is written."""
    rng: Random
    form: str
    workbook: bool
    schools: list[str] = field(default_factory=list)
    days: list[date] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)         # columns, in order
    headers: dict[str, str] = field(default_factory=dict)
    spell: dict[str, Callable[[Any, Event], Any]] = field(default_factory=dict)
    shape: Callable[[Plan], list[Page]] | None = None
    finish: list[Callable[[Page], None]] = field(default_factory=list)       # done to every page once it has its rows
    add_pages: list[Callable[[list[Page]], None]] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    also: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)           # fields told elsewhere than in a column
    encoding: str = "utf-8"
    delimiter: str = ","
    quoting: int = csv.QUOTE_MINIMAL
    epoch_1904: bool = False
    spreads: bool = False
    title: str = ""             # the file's name without its ending
    before: Messy | None = None

    @classmethod
    def drawn(cls, rng: Random, form: str, workbook: bool) -> Plan:
        plan = cls(rng, form, workbook)
        plan.headers = dict(FORMS[form].headers)
        plan.fields, plan.title = [*plan.headers], f"{form} export"
        plan.draw(some_schools(rng), school_days(rng, rng.randint(3, 6)))
        return plan

    def draw(self, schools: list[str], days: list[date]) -> None:
        """The truth anew, for these schools and days."""
        self.schools, self.days = schools, days
        self.events = [Event(values) for values in FORMS[self.form].draw(self.rng, schools, days)]

    @property
    def source(self) -> str:
        return FORMS[self.form].source

    @property
    def numbers(self) -> list[str]:
        return [name for name in self.fields if name in NUMBERS]

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def cell(self, event: Event, name: str) -> Any:
        if name in event.cells:
            return event.cells[name]
        value = event.values[name]
        if value is None:
            return ""
        return self.spell[name](value, event) if name in self.spell else plainly(value, self.workbook)

    def cells(self, event: Event) -> list[Any]:
        return [self.cell(event, name) for name in self.fields]

    def pages(self) -> list[Page]:
        pages = self.shape(self) if self.shape else [self.long_page(MAIN, self.events)]
        for change in self.finish:
            for page in pages:
                change(page)
        for change in self.add_pages:
            change(pages)
        return pages

    def long_page(self, name: str, events: Iterable[Event], but: tuple[str, ...] = ()) -> Page:
        """A heading, then a row for each event."""
        page = Page(name)
        names = [each for each in self.fields if each not in but]
        page.add(*(self.headers[each] for each in names), heading=True)
        for event in events:
            page.add(*(self.cell(event, each) for each in names), facts=[event.fact()])
        return page

    def messy(self, name: str) -> Messy:
        pages = self.pages()
        facts = tuple(Fact(fact.values, fact.refused, fact.header, page.name if self.workbook else "", number)
                      for page in pages for number, line in enumerate(page.lines, 1) for fact in line.facts)
        columns = {}
        for page in pages:
            for each in self.fields:
                cells = next((line.cells for line in page.lines if line.heading), [])
                if self.headers[each] in cells:
                    columns.setdefault(f"column: {self.source}.{each}", get_column_letter(cells.index(self.headers[each]) + 1))
        headings = {f"heading: {' '.join(text.lower().split())}": each for each, text in self.headers.items() if each in self.fields}
        content = as_workbook(pages, self.epoch_1904) if self.workbook else as_text(pages[0], self)
        return Messy(name, f"{self.title}.{'xlsx' if self.workbook else 'csv'}", content, self.source, (*self.fields, *self.told), facts,
                     {"source": self.source} | columns | headings | self.answers, datetime.combine(max(self.days) + timedelta(days=2), time(15)),
                     self.also, self.spreads, self.before, tuple((page.name if self.workbook else "", tuple(tuple(line.cells) for line in page.lines)) for page in pages))


def plainly(value: Any, workbook: bool) -> Any:
    """As somebody careful writes it: real dates in a workbook, ISO in a text file."""
    match value:
        case bool():
            return "Yes" if value else "No"
        case datetime():
            return value if workbook else value.strftime("%Y-%m-%d %H:%M")
        case date():
            return value if workbook else value.isoformat()
        case time():
            return value if workbook else value.strftime("%H:%M")
        case float():
            return round(value, 1)
        case _:
            return value


def as_text(page: Page, plan: Plan) -> bytes:
    """One page as delimited text, in the plan's encoding."""
    out = io.StringIO(newline="")
    if plan.quoting == csv.QUOTE_NONE:
        out.write("".join(plan.delimiter.join(map(bare, line.cells)) + "\r\n" for line in page.lines))
    else:
        csv.writer(out, delimiter=plan.delimiter, quoting=plan.quoting).writerows([*map(bare, line.cells)] for line in page.lines)
    return out.getvalue().encode(plan.encoding)


def bare(cell: Any) -> str:
    return str(cell.value) if isinstance(cell, Styled) else "" if cell is None else str(cell)


def as_workbook(pages: list[Page], epoch_1904: bool) -> bytes:
    book = Workbook()
    book.remove(book.active)
    if epoch_1904:
        book.epoch = CALENDAR_MAC_1904
    for page in pages:
        sheet = book.create_sheet(page.name)
        for number, line in enumerate(page.lines, 1):
            _write(sheet, number, line)
        for column in page.hidden_columns:
            sheet.column_dimensions[get_column_letter(column + 1)].hidden = True
        if page.far:
            sheet.cell(*page.far).fill = PatternFill("solid", fgColor="FFFF00")
        sheet.sheet_state = "hidden" if page.hidden else "visible"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _write(sheet, number: int, line: Line) -> None:
    for column, cell in enumerate(line.cells, 1):
        if cell in ("", None):
            continue
        there = sheet.cell(number, column, cell.value if isinstance(cell, Styled) else cell)
        if isinstance(cell, Styled):
            there.number_format = cell.number_format
    if line.hidden:
        sheet.row_dimensions[number].hidden = True
    for first, across, down in line.merged:
        sheet.merge_cells(start_row=number, start_column=first + 1, end_row=number + down - 1, end_column=first + across)


@dataclass(frozen=True)
class Kind:
    """One kind of mess: what it does to a plan, which forms it can be done to, and what it leaves to no other kind."""
    number: int
    name: str
    do: Callable[[Plan], None]
    forms: tuple[str, ...]
    touches: frozenset[str]
    workbook: bool | None


KINDS: dict[str, Kind] = {}


def kind(number: int, *forms: str, touches: str, workbook: bool | None = None) -> Callable:
    """Put a function on the list of kinds under its own name; `touches` names what two kinds cannot both change."""
    def put(do: Callable[[Plan], None]) -> Callable[[Plan], None]:
        KINDS[do.__name__] = Kind(number, do.__name__, do, forms, frozenset(touches.split()), workbook)
        return do
    return put
