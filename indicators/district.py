"""One district, opened: its home, store, sources and definitions, and everything a frame may do with them."""
from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from data import facts, grid, ledger, loads, memory
from data.access import Scope
from data.decisions import About, Choice, decide
from data.facts import Part
from data.finding import Finding, Level, Refused
from data.home import Home
from data.loads import Progress
from data.matching import Question, unknown_source
from data.mended import Original
from data.memory import Lesson, remembered
from data.claims import covering
from data.completing import completing, first_load
from data.new_source import NewSource
from data.prepare import COVERS, ONLY_ITS_ROWS, Prepared, prepare
from data.preview import Effect, preview
from data.receive import Upload, receive, refusal
from data.returned import returned, returned_workbook
from data.sample import AS_OF, write_district
from data.schools import SchoolList, school_list
from data.source import Sources, load_sources
from data.store import Store
from indicators.definition import Definitions, load_definitions
from indicators.new_definition import Offer
from indicators.own_files import forget_tables, put_definition, put_source
from indicators.view import View, build_view
from indicators.weekly import edited, renew, revising

MADE_UP = "made-up"          # the kind of event that says: nothing in this home is real
OLDER = "older"              # the answer that lets an older report take the place of a newer one
ROWS_TRIED = 50_000          # of a file, for which the preview works out the weekly numbers; a larger one would take twice as long to load
ADDED = "added"              # the kind of event that says: the district has a kind of spreadsheet, or an indicator, of its own
OWN = "own"                  # the kind of event that says: this home was emptied for a district's own data


@dataclass(frozen=True)
class Understood:
    """An upload, read and compared with what stands: what would be stored and what that would change."""
    upload: Upload
    prepared: Prepared
    effects: tuple[Effect, ...]
    answers: Mapping[str, str]
    moved: tuple[loads.Moved, ...] | None = None        # weekly numbers that would move; None when nobody asked, or the file is too large to try it

    @property
    def original(self) -> Original:
        """The file that the rows are from: this one, or the one whose rows to mend came in a workbook of their own."""
        return self.prepared.mends or Original(self.upload.sha256, self.upload.name)

    @property
    def name_to_mend(self) -> str:
        return f"{Path(self.original.name).stem} to mend.xlsx"

    def to_mend(self) -> bytes:
        """The rows that stay out as a workbook: mended in a spreadsheet program and uploaded, it completes the load."""
        return returned_workbook(self.prepared.bad, self.original)

    def total(self, what: str) -> int:
        return sum(effect.total(what) for effect in self.effects if not effect.harvested)


class District:
    """The district in one home folder. Every method is whole: it happens, or nothing did."""

    def __init__(self, home: Home, store: Store) -> None:
        self.home, self.life = home, 0          # one life ends when the made-up district is removed
        self.sources: Sources = load_sources(home.sources)
        self.definitions: Definitions = load_definitions(self.sources, home.definitions)
        self._use(store)

    @classmethod
    def open(cls, home: Home) -> District:
        return cls(home.ensure(), Store.open(home.database))

    def close(self) -> None:
        self.store.close()

    @property
    def outdated(self) -> bool:
        """Are there definitions that the weekly numbers do not follow yet?"""
        return any(edited(self.store, self.definitions))

    def renew(self, *, at: datetime) -> None:
        """Let the weekly numbers follow definitions that were added, edited or taken away since they were made."""
        renew(self.store, self.definitions, self.sources, at=at)

    def add_source(self, new: NewSource, *, by: str, at: datetime) -> NewSource:
        """Let spreadsheets be of this kind from now on: its file goes into the home folder. Returns it with its name.

        One with a name takes the place of the district's own of that name, as long as no row is stored as it."""
        new, path, text = put_source(self.home, self.store, self.sources, new)
        with self.store.change() as change:
            if new.name in self.sources.by_name:
                forget_tables(change, self.sources[new.name])
            ledger.write(change, ledger.next_number(change), ADDED, by, at, detail={"source": new.name, "label": new.label})
        self.home.put(path, text)
        self._read_own_files()
        return new

    def add_definition(self, offer: Offer, *, by: str, at: datetime) -> Offer:
        """Watch this from now on: its file goes into the home folder, and its weekly numbers are made. Returns it with its name."""
        offer, path, text = put_definition(self.home, self.sources, self.definitions, offer)
        self.home.put(path, text)
        self._read_own_files()
        with self.store.change() as change:
            ledger.write(change, ledger.next_number(change), ADDED, by, at, detail={"indicator": offer.name, "label": offer.label})
        self.renew(at=at)
        return offer

    def _read_own_files(self) -> None:
        self.sources = load_sources(self.home.sources)
        self.definitions = load_definitions(self.sources, self.home.definitions)
        with self.store.change() as change:
            facts.ensure_tables(change, self.sources)

    @property
    def made_up_as_of(self) -> date | None:
        """The day the made-up district stands still at; None when this district is real."""
        found = self.store.value("select detail from event where kind = ?", MADE_UP)
        return date.fromisoformat(json.loads(found)["as_of"]) if found else None

    @property
    def begun(self) -> bool:
        return self.store.version > 0

    def receive(self, content: bytes | Path, name: str, *, by: str, at: datetime) -> Upload:
        return receive(content, name, self.home.incoming, by=by, at=at)

    def understand(self, upload: Upload, answers: Mapping[str, str] | None = None, *, numbers: bool = False) -> Understood:
        """Read and prepare an upload and compare it with what stands. Stores nothing. Refused says why it cannot be.

        With `numbers` it also works out which weekly numbers would move; that takes about as long as storing the file."""
        if self.made_up_as_of:
            raise Refused(Finding(Level.STOP, "this is the made-up district, and real data never joins it",
                                  "Start with your own data first: the button at the top of every page, or --start-own.", file=upload.name))
        understood = self._understand(upload, dict(answers or {}))
        parts = understood.prepared.parts
        if not numbers or sum(part.rows.num_rows for part in parts) > ROWS_TRIED:
            return understood
        return replace(understood, moved=tuple(loads.if_accepted(self.store, self.sources, parts, revising(self.definitions, self.sources))))

    def _understand(self, upload: Upload, answers: dict[str, str], cells: grid.Grid | None = None) -> Understood:
        if (named := answers.get("source")) and named not in self.sources.by_name:
            raise Refused(unknown_source(named, self.sources))
        if standing := ledger.standing_load_of(self.store, upload.sha256):
            raise Refused(loads.already_loaded(upload.name, *standing[1:]))
        if stop := refusal(upload):
            raise Refused(stop)
        return self._prepared(upload, cells or grid.read(upload), answers)

    def _prepared(self, upload: Upload, cells: grid.Grid, answers: dict[str, str]) -> Understood:
        if back := returned(cells.sheets):
            first = first_load(self.store, self.home, back, upload.name)
            whole = self._prepare(first.upload, grid.read(first.upload), {**first.answers, **back.answers, **answers})
            prepared = completing(self.store, whole, back, first, upload.name)
        else:
            prepared = self._prepare(upload, cells, answers)
            prepared = replace(prepared, parts=tuple(self._covered(part, answers) for part in prepared.parts))
        effects = tuple(preview(self.store, self.sources, prepared.parts))
        if older := self._older(prepared, effects, answers):
            prepared = replace(prepared, questions=(*prepared.questions, older))
        return Understood(upload, prepared, effects, answers)

    def _prepare(self, upload: Upload, cells: grid.Grid, answers: dict[str, str]) -> Prepared:
        return prepare(cells, self.sources, self.schools, self._last_day(), file=upload.name, today=upload.at.date(), memory=remembered(self.store),
                       students=self.home.pseudonym, answers=answers)

    def _older(self, prepared: Prepared, effects: tuple[Effect, ...], answers: Mapping[str, str]) -> Question | None:
        """Ask before a report takes the place of one that was run later: by its own date it knows less."""
        if prepared.printed is None or OLDER in answers:
            return None
        touched = {(effect.source.name, week.school_id, week.week) for effect in effects for week in effect.weeks if week.changed or week.gone}
        for number, day, weeks in ledger.printed_later(self.store, prepared.printed):
            if touched & weeks:
                return Question(OLDER, f"This report was run on {prepared.printed.day} {prepared.printed:%b %Y}, and load {number}, of the same schools and weeks, on "
                                f"{day.day} {day:%b %Y}. Should the older one take its place?", {"yes": "yes, use this one"}, holds_for_alike=False)
        return None

    def accept(self, understood: Understood, *, at: datetime, progress: Progress = lambda words: None) -> int:
        """Store what was understood, all or nothing, and return the load's number."""
        prepared = understood.prepared
        if prepared.stopped or prepared.questions:
            raise Refused(*prepared.findings)
        number = loads.accept(self.store, self.home, self.sources, understood.upload, prepared.parts, refused=prepared.refused,
                              answers=dict(understood.answers), at=at, revise=revising(self.definitions, self.sources), progress=progress,
                              lessons=prepared.lessons, printed=prepared.printed, bad=prepared.bad)
        understood.upload.path.unlink(missing_ok=True)
        return number

    def decide(self, about: list[About], choice: Choice, *, why: str, by: str, at: datetime) -> int:
        """Write down what was decided about lights on the agenda."""
        return decide(self.store, self.home, about, choice, why=why, by=by, at=at)

    def undo(self, load_id: int, *, by: str, at: datetime, progress: Progress = lambda words: None) -> int:
        return loads.undo(self.store, self.home, self.sources, load_id, by=by, at=at,
                          revise=revising(self.definitions, self.sources), progress=progress)

    def if_undone(self, load_id: int) -> list[loads.Withdrawal]:
        return loads.if_undone(self.store, self.sources, load_id)

    def forget(self, lesson: Lesson, *, by: str, at: datetime) -> None:
        """Let a question be asked again; the loads that were read with its answer stay as they are."""
        with self.store.change() as change:
            ledger.write(change, ledger.next_number(change), "forget", by, at, detail=lesson._asdict())
            memory.forget(change, lesson)

    def discard(self, upload: Upload) -> None:
        """Forget the bytes of an upload that nobody accepted."""
        upload.path.unlink(missing_ok=True)

    def begin_made_up(self, *, at: datetime, progress: Progress = lambda words: None) -> None:
        """Fill an empty home with the made-up district: its spreadsheets come in through the same load as any upload."""
        self.renew(at=at)
        with self.store.change() as change:
            ledger.write(change, ledger.next_number(change), MADE_UP, MADE_UP, at, detail={"as_of": AS_OF.isoformat()})
        folder = self.home.path / "made-up spreadsheets"
        files = write_district(folder)
        uploads = [self.receive(file.path, file.path.name, by=MADE_UP, at=at) for file in files]
        for file, upload, cells in zip(files, uploads, grid.read_each(uploads)):
            progress(f"Made-up district: {file.path.name}")
            answers = {COVERS: f"{file.covers[0]}..{file.covers[1]}"} if file.covers else {}
            self.accept(self._understand(upload, answers, cells), at=at)

    def start_own(self, *, by: str, at: datetime) -> None:
        """Remove the made-up district and begin empty in the same home. Refused when the district is real."""
        if not self.made_up_as_of:
            raise Refused(Finding(Level.STOP, "this is a real district, not the made-up one", "Undo single loads instead.", file="start-own"))
        self.close()
        self.home.forget_district()
        shutil.rmtree(self.home.path / "made-up spreadsheets", ignore_errors=True)
        self._use(Store.open(self.home.database))
        self.begin_own(by=by, at=at)

    def begin_own(self, *, by: str, at: datetime) -> None:
        """Begin an empty home for a district's own data, so that no made-up district fills it."""
        self.renew(at=at)
        with self.store.change() as change:
            ledger.write(change, ledger.next_number(change), OWN, by, at)

    def _use(self, store: Store) -> None:
        self.store, self.life = store, self.life + 1
        loads.begin(store, self.home, self.sources)

    def view(self, scope: Scope, as_of: date) -> View:
        return build_view(self.store, self.sources, self.definitions, scope, as_of, self.made_up_as_of is not None)

    @property
    def schools(self) -> SchoolList:
        return school_list(self.store, self.sources)

    def _last_day(self) -> date | None:
        return self.store.value("select max(day) from received")

    def _covered(self, part: Part, answers: Mapping[str, str]) -> Part:
        """A file of things that happened is complete for the days it is said to cover, at every school on the list."""
        said = answers.get(COVERS, ONLY_ITS_ROWS)
        if said == ONLY_ITS_ROWS or not part.source.events:
            return part
        first, last = map(date.fromisoformat, said.split(".."))
        return covering(part, first, last, sorted(self.schools.names))
