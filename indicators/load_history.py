"""The history of loads, from a view: which file came when, from whom, and whether it still counts. Plain text."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from data import ledger
from data.loads import Withdrawal
from indicators.district import District
from indicators.phrases import count_words, day_words, listed, sentence_case
from indicators.view import View

PAGE = 12                # loads on a page of the history


@dataclass(frozen=True)
class LoadLine:
    """One load as the history shows it."""
    load_id: int
    file: str
    rows: int
    refused: int
    by: str
    at: datetime
    kinds: str
    undone_by: str | None
    undone_at: datetime | None
    seen_from: date

    @property
    def stands(self) -> bool:
        return self.undone_at is None

    @property
    def when(self) -> str:
        return f"{day_words(self.at.date(), self.seen_from)}, {self.at:%H:%M}"

    @property
    def rows_words(self) -> str:
        out = f", {self.refused:,} stayed out" if self.refused else ""
        return f"{count_words(self.rows, 'row')}{out}"

    @property
    def undone(self) -> str:
        """Who undid it and when; empty while it stands."""
        return "" if self.undone_at is None else f"undone by {self.undone_by} on {day_words(self.undone_at.date(), self.seen_from)}"


def how_many(view: View) -> tuple[int, int]:
    """Loads that stand, and loads ever accepted."""
    return view.tables.rows("select count(*) filter (where undone_by is null), count(*) from load")[0]


def page(view: View, number: int) -> list[LoadLine]:
    """One page of the history, newest first; pages count from one."""
    return [*_lines(view, f"order by load_id desc limit {PAGE} offset {PAGE * (number - 1)}")]


def one(view: View, load_id: int) -> LoadLine | None:
    """One load; None where there is none or this person may not see it."""
    return next(iter(_lines(view, "where load_id = ?", load_id)), None)


def _lines(view: View, which: str, *given: int) -> Iterable[LoadLine]:
    for load_id, file, rows, refused, by, at, sources, undone_by, undone_at in view.tables.rows(
            f"select load_id, file_name, accepted, refused, who, happened, sources, undone_by, undone_at from load {which}", *given):
        kinds = [view.sources[name].label if name in view.sources.by_name else name for name in (sources or "").split(", ")]
        yield LoadLine(load_id, file, rows, refused, by, at, listed(kinds), undone_by, undone_at, view.as_of)


def stored(district: District, load_id: int) -> list[tuple[str, str, int]]:
    """What a load stored: kind of spreadsheet, sheet, rows."""
    found = district.store.rows("select source, sheet, accepted, harvested from load_part where load_id = ? order by part", load_id)
    return [(_label(district, source) + (", taken along" if harvested else ""), sheet or "–", rows) for source, sheet, rows, harvested in found]


def stayed_out(district: District, load_id: int) -> list[tuple[str, str, str]]:
    """The rows that stayed out of a load: where, in which columns, why. As many as were kept with it."""
    return [(f"Row {row:,}" + (f", sheet {sheet}" if sheet else ""), columns or "–", sentence_case(problem))
            for sheet, row, columns, problem in ledger.refused(district.store, load_id)]


def undo_words(withdrawals: Iterable[Withdrawal]) -> list[str]:
    """What undoing would do, a sentence for each kind of spreadsheet."""
    return [f"{w.source.label}: {count_words(w.goes, 'row')} of this load would go, "
            f"{count_words(w.returns, 'older row') if w.returns else 'no older row'} would show again." for w in withdrawals]


def _label(district: District, source: str) -> str:
    return district.sources[source].label if source in district.sources.by_name else source
