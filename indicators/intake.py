"""One file on its way in, of one session: what the worker was asked to do with it and what came of it; and blank ones to begin with."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from data.access import Scope
from data.blank import blank_workbook
from data.finding import Finding
from data.jobs import Job
from data.layout import Table
from data.loads import Progress, Withdrawal
from data.new_source import NewSource
from data.proposing import proposal
from data.receive import Upload
from data.schools import SchoolList
from data.source import Source
from indicators.house import House
from indicators.new_definition import Offer
from indicators.uploading import Preview, preview_of
from indicators.view import View, kept


def by_need(view: View) -> list[Source]:
    """The kinds of spreadsheet, first those nobody exports: logs of what happened, then what a day was, then lists."""
    return sorted(view.sources, key=lambda source: (bool(source.list_of), not source.repeats, source.label))


@kept
def blank(view: View, name: str) -> bytes:
    """A blank workbook of this kind, with the schools this person may see."""
    schools = dict(view.tables.rows("select school_id, name from school"))
    return blank_workbook(view.sources[name], SchoolList(schools))


def pasted_name(at: datetime) -> str:
    """What rows without a file are called."""
    return f"pasted rows {at:%Y-%m-%d %H.%M}.txt"


@dataclass
class Intake:
    """Read, looked at, answered, accepted or thrown away. Pages keep one in their session and only look at it."""
    house: House
    upload: Upload
    answers: dict[str, str] = field(default_factory=dict)
    reading: Job | None = None
    storing: Job | None = None
    origin: Path | None = None          # the file in the inbox it was taken from
    to_mend: tuple[str, bytes] | None = None        # once it is stored, a workbook of the rows that stayed out, and its name
    made: NewSource | None = None       # the kind of spreadsheet it was said to be, where nobody knew it before

    @classmethod
    def of(cls, house: House, content: bytes, name: str, *, by: str, at: datetime) -> Intake:
        """Keep the bytes and have the worker read them."""
        intake = cls(house, house.district.receive(content, name, by=by, at=at))
        intake.read({})
        return intake

    @classmethod
    def of_waiting(cls, house: House, path: Path, *, by: str, at: datetime) -> Intake:
        """Take up a file that waits in the inbox. It stays there until it is loaded or put aside."""
        intake = cls(house, house.district.receive(path, path.name, by=by, at=at), origin=path)
        intake.read({})
        return intake

    @property
    def at_work(self) -> Job | None:
        """What is being done now, or nothing."""
        return next((job for job in (self.storing, self.reading) if job and not job.done), None)

    @property
    def preview(self) -> Preview | None:
        return self.reading.result if self.reading else None

    @property
    def refused(self) -> tuple[Finding, ...]:
        """Why the file cannot be had at all."""
        return next((job.findings for job in (self.storing, self.reading) if job and job.findings), ())

    @property
    def load(self) -> int | None:
        """The number it was stored under."""
        return self.storing.result if self.storing else None

    def read(self, answers: Mapping[str, str]) -> None:
        """Understand the file with these answers; what was understood before counts no more."""
        self.answers = dict(answers)
        self.reading, self.storing = self.house.worker.do(self.upload.name, self._read), None

    def accept(self, scope: Scope, *, at: datetime) -> None:
        """Have the worker store what was understood and work out the pages, so that nobody waits for them later."""
        def store(say: Progress) -> int:
            number = self.house.district.accept(self.preview.understood, at=at, progress=say)
            say("Working out the pages")
            self.house.view(scope, self.house.as_of(at.date()))
            understood = self.preview.understood
            self.to_mend = (understood.name_to_mend, understood.to_mend()) if understood.prepared.bad else None
            self.reading = None         # its rows are stored; a session need not hold them
            if self.origin:
                self.house.inbox.taken(self.origin)
            return number

        self.storing = self.house.worker.do(self.upload.name, store)

    def made_of(self, table: Table) -> NewSource | None:
        """The kind this table was said to be, where it was said of this one."""
        mine = self.made and [(f.column, f.heading) for f in self.made.fields]
        return self.made if mine == [(h.column, " ".join(h.text.split())) for h in table.headers] else None

    def draft(self, table: Table) -> NewSource:
        """What was said last of a table nobody knows, or our guess."""
        return self.made_of(table) or proposal(table, self.house.district.schools)

    def read_as_new(self, new: NewSource, sheet: str, *, at: datetime) -> None:
        """Have the kind written into the district's folder and the sheet read as it."""
        def read(say: Progress) -> Preview:
            self.made = self.house.district.add_source(new, by=self.upload.by, at=at)
            mine = (f"source:{sheet}", f"suggest:{sheet}", f"date:{sheet}", f"column:{sheet}:")
            self.answers = {key: answer for key, answer in self.answers.items() if not key.startswith(mine)} | self.made.answers(sheet)
            return self._read(say)

        self.reading, self.storing = self.house.worker.do(self.upload.name, read), None

    def watch(self, offer: Offer, *, better: str, target: float | None, days: int | None, at: datetime) -> tuple[Finding, ...]:
        """Have an indicator written into the district's folder and its numbers made; why not, where that cannot be. Waits for it."""
        wanted = replace(offer.within(days) if days else offer, better=better, target=target)
        job = self.house.worker.do(offer.label, lambda say: self.house.district.add_definition(wanted, by=self.upload.by, at=at))
        job.ended.wait()
        return job.findings

    def begin_own(self, *, at: datetime) -> None:
        """Remove the made-up district, begin with one's own, and read this file again.

        Waits for the first part: every page needs the district that comes after it."""
        content, by = self.upload.path.read_bytes(), self.upload.by
        self.reading = self.house.worker.do(self.upload.name, lambda say: self.house.district.start_own(by=by, at=at))
        self.reading.ended.wait()
        if not self.reading.findings:
            self.upload = self.house.district.receive(content, self.upload.name, by=by, at=at)
            self.read({})

    def discard(self) -> None:
        """Throw the upload away; a file from the inbox is put aside there."""
        self.house.district.discard(self.upload)
        if self.origin and self.origin.exists():
            self.house.inbox.put_aside(self.origin)

    def _read(self, say: Progress) -> Preview:
        say("Reading the file and comparing it with what is there")
        district, upload = self.house.district, self.upload
        understood = district.understand(upload, self.answers, numbers=True)
        return preview_of(understood, district.schools, self.house.as_of(upload.at.date()), district.definitions)


@dataclass
class Undoing:
    """One load on its way out: first what that would change, then, when confirmed, that it is done."""
    house: House
    load_id: int
    asking: Job
    undoing: Job | None = None

    @classmethod
    def of(cls, house: House, load_id: int) -> Undoing:
        return cls(house, load_id, house.worker.do(f"load {load_id}", lambda say: house.district.if_undone(load_id)))

    @property
    def at_work(self) -> Job | None:
        return next((job for job in (self.undoing, self.asking) if job and not job.done), None)

    @property
    def would_change(self) -> list[Withdrawal]:
        return self.asking.result or []

    @property
    def refused(self) -> tuple[Finding, ...]:
        return next((job.findings for job in (self.undoing, self.asking) if job and job.findings), ())

    def confirm(self, scope: Scope, *, by: str, at: datetime) -> None:
        house, load_id = self.house, self.load_id

        def undo(say: Progress) -> int:
            number = house.district.undo(load_id, by=by, at=at, progress=say)
            say("Working out the pages")
            house.view(scope, house.as_of(at.date()))
            return number

        self.undoing = house.worker.do(f"undo load {load_id}", undo)
