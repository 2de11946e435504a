"""Accepting and undoing loads: one transaction from archive to weekly numbers, or nothing."""
from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from data import calendar, facts, ledger, memory
from data.facts import Part
from data.finding import Finding, Level, Refused
from data.home import Home
from data.memory import Lesson
from data.mended import CELL_IS, BadRows
from data.prepare import rows_of
from data.receive import Upload
from data.source import Source, Sources
from data.store import Change, Store, quoted

log = logging.getLogger("headway")

# What the frames pass in: revise the weekly numbers for what the temp tables `touched_week` and `touched_year` name.
Revise = Callable[[Change, int], None]
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Withdrawal:
    """What undoing a load would do to one source: its rows that stand now and go, and older rows that show again."""
    source: Source
    goes: int
    returns: int


@dataclass(frozen=True)
class Moved:
    """One weekly number that would move: numerator over denominator, None where there was none or will be none."""
    indicator: str
    school_id: str
    week: date
    was: float | None
    becomes: float | None


def begin(store: Store, home: Home, sources: Sources) -> None:
    """Make an opened store ready: tables for every source, and nothing left of a process that was killed."""
    with store.change() as change:
        facts.ensure_tables(change, sources)
    home.sweep()
    _mirror(store, home)


def accept(store: Store, home: Home, sources: Sources, upload: Upload, parts: Iterable[Part], *, refused: int,
           answers: dict[str, str], at: datetime, revise: Revise, progress: Progress = lambda words: None, lessons: Iterable[Lesson] = (),
           printed: date | None = None, bad: Iterable[BadRows] = ()) -> int:
    """Store one load, all or nothing, and return its number. The file is in the archive before anything is promised.

    `lessons` are what its answers teach about files like it, believed for as long as the load stands. Cells mended by hand
    are kept in the archive; the ledger has the other answers."""
    parts = tuple(parts)
    progress("Keeping the file as it came")
    home.keep(upload.path, upload.sha256)
    cells = {key: text for key, text in answers.items() if key.startswith(f"{CELL_IS}:")}
    said = {key: answer for key, answer in answers.items() if key not in cells}
    detail = {"file": upload.name, "sha256": upload.sha256, "answers": said} | ({"printed": str(printed)} if printed else {})
    with store.change() as change:
        facts.ensure_tables(change, sources)
        _refuse_second_copy(change, upload)
        number = ledger.next_number(change)
        if cells:
            home.keep_mended(upload.sha256, number, cells)
        ledger.write(change, number, "load", upload.by, at, detail=detail)
        memory.write(change, number, lessons)
        ledger.write_load(change, number, upload.name, upload.sha256, upload.size, rows_of(parts), refused, parts)
        ledger.write_refused(change, number, bad)
        progress("Storing the rows")
        for part_number, part in enumerate(parts):
            facts.append(change, number, part_number, part)
        _settle(change, number, number, sources, {part.source.name: part.source for part in parts}.values(), revise, progress)
    _mirror(store, home)
    return number


def undo(store: Store, home: Home, sources: Sources, load_id: int, *, by: str, at: datetime, revise: Revise,
         progress: Progress = lambda words: None) -> int:
    """Withdraw a load as if it had never been accepted; what older or newer loads say shows again. All or nothing."""
    with store.change() as change:
        facts.ensure_tables(change, sources)
        touched = _sources_of(change, sources, load_id)
        number = ledger.next_number(change)
        ledger.write(change, number, "undo", by, at, load_id=load_id)
        _settle(change, number, load_id, sources, touched, revise, progress)
    _mirror(store, home)
    return number


def if_accepted(store: Store, sources: Sources, parts: Iterable[Part], revise: Revise) -> list[Moved]:
    """What accepting would do to the weekly numbers, found by trying it. The store is as it was afterwards."""
    parts = tuple(parts)
    with store.trial() as trial:
        facts.ensure_tables(trial, sources)
        number = ledger.next_number(trial)
        ledger.write(trial, number, "load", "", datetime.min)
        ledger.write_load(trial, number, "", "", 0, 0, 0, parts)
        for part_number, part in enumerate(parts):
            facts.append(trial, number, part_number, part)
        _settle(trial, number, number, sources, {part.source.name: part.source for part in parts}.values(), revise, lambda words: None)
        return [Moved(*row) for row in trial.rows("""
            with before as (select * from weekly_revision where event < ? qualify row_number() over (
                    partition by indicator, school_id, week order by event desc) = 1)
            select r.indicator, r.school_id, r.week, b.numerator / nullif(b.denominator, 0), r.numerator / nullif(r.denominator, 0)
            from weekly_revision r left join before b using (indicator, school_id, week)
            where r.event = ? order by r.indicator, r.week desc, r.school_id""", number, number)]


def if_undone(store: Store, sources: Sources, load_id: int) -> list[Withdrawal]:
    """What undoing a load would change, source by source, found by trying it. The store is as it was afterwards."""
    with store.trial() as trial:
        facts.ensure_tables(trial, sources)
        touched = _sources_of(trial, sources, load_id)
        facts.touch(trial, load_id, touched)
        before = {source.name: _standing(trial, source, load_id) for source in touched}
        ledger.write(trial, ledger.next_number(trial), "undo", "", datetime.min, load_id=load_id)
        found = []
        for source in touched:
            facts.rewrite_live(trial, source)
            rows, goes = before[source.name]
            found.append(Withdrawal(source, goes, _standing(trial, source, load_id)[0] - rows + goes))
        return found


def _standing(change: Change, source: Source, load_id: int) -> tuple[int, int]:
    """How many rows of a source stand now, and how many of them came with this load."""
    return change.rows(f"select count(*), count(*) filter (where load_id = ?) from {quoted(facts.live(source))}", load_id)[0]


def _mirror(store: Store, home: Home) -> None:
    """Bring the ledger mirror up to date. The event stands already, so a full disk is no reason to call it off."""
    try:
        home.note_events(ledger.mirrored(store))
    except OSError:
        log.exception("the ledger mirror could not be written; it catches up with the next event")


def _settle(change: Change, event: int, load_id: int, sources: Sources, touched: Iterable[Source], revise: Revise,
            progress: Progress) -> None:
    """Bring live rows, received days, school days and weekly numbers in line with the standing loads."""
    touched = list(touched)
    facts.touch(change, load_id, touched)
    progress("Deciding what stands")
    for source in touched:
        facts.rewrite_live(change, source)
        if source.date and source.school and not source.list_of:
            facts.rewrite_received(change, source)
    flipped = calendar.revise_days(change, sources)
    _touched_weeks(change, flipped, whole=_list_matters(change, sources, load_id))
    progress("Working out the weekly numbers")
    revise(change, event)


def _touched_weeks(change: Change, flipped: list[date], *, whole: bool) -> None:
    """Fill `touched_week` (source, school_id, week) and `touched_year` (year): what must be revised.

    A null means every one: a flipped school day touches its week for every source and school; a changed school
    list touches everything.
    """
    change.run("""create or replace temp table touched_week as
        select distinct source, school_id, date_trunc('week', day)::date as week from touched where day is not null""")
    change.run("insert into touched_week select distinct null, null, date_trunc('week', d)::date from unnest(?::date[]) as t(d)",
               flipped)
    if whole:
        change.run("insert into touched_week values (null, null, null)")
    years = f"select distinct {calendar.YEAR} as year from (select unnest([week, week + 6]) as day from touched_week where week is not null)"
    every = f"select distinct {calendar.YEAR} as year from received"
    change.run(f"create or replace temp table touched_year as {years} union {every} where "
               "exists (from touched_week where week is null)")


def _list_matters(change: Change, sources: Sources, load_id: int) -> bool:
    """Does this load alter the schools that owe data: does it bring a school list of the district's own?"""
    return bool(change.rows("""select 1 from load_part p where source = ? and load_id = ? and (not harvested or exists (
        from load_part q join standing using (load_id) where q.source = p.source and not q.harvested))""",
                            sources.list_of("schools").name, load_id))


def _refuse_second_copy(change: Change, upload: Upload) -> None:
    standing = ledger.standing_load_of(change, upload.sha256)
    if standing:
        raise Refused(already_loaded(upload.name, *standing[1:]))


def already_loaded(name: str, by: str, at: datetime, rows: int) -> Finding:
    """The one sentence for a file whose very bytes stand already."""
    return Finding(Level.STOP, f"this file was loaded on {at.day} {at:%b %Y} by {by} ({rows:,} rows)",
                   "Uploading it again would change nothing.", file=name)


def _sources_of(change: Change, sources: Sources, load_id: int) -> list[Source]:
    """The sources a standing load fed; Refused when there is no such load or it was undone."""
    if not change.rows("select 1 from standing where load_id = ?", load_id):
        raise Refused(Finding(Level.STOP, f"there is no load {load_id} that stands",
                              "Look at the list of loads for its number; it may be undone already.", file=f"load {load_id}"))
    names = change.rows("select distinct source from load_part where load_id = ?", load_id)
    unknown = [name for (name,) in names if name not in sources.by_name]
    if unknown:
        raise Refused(Finding(Level.STOP, f"it fed the source {unknown[0]!r}, which is not declared any more",
                              f"Put {unknown[0]}.toml back, then undo again.", file=f"load {load_id}"))
    return [sources[name] for (name,) in names]
