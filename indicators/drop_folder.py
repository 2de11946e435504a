"""The home folder's inbox: a file that is recognised and only adds is loaded, any other waits there for a person."""
from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from data.finding import Finding, Level, Refused
from data.receive import Upload
from indicators.district import District, Understood

log = logging.getLogger("headway")
BY = "drop folder"
PASSED_OVER = (".", "~$")                   # hidden files, and the lock a spreadsheet program leaves beside an open one
UNFINISHED = (".part", ".tmp", ".crdownload", ".download")
NOT_LOADED = "not loaded"                   # where a file goes that a person has looked at and not wanted

Seen = tuple[str, int, int]                 # name, size and time of the last change


@dataclass(frozen=True)
class Waiting:
    """A file in the inbox that a person must look at, and why."""
    path: Path
    why: str
    seen: Seen

    @property
    def name(self) -> str:
        return self.path.name


class DropFolder:
    """Looks at the inbox again and again. A file is touched only when it lay still since the last look; none is lost."""

    def __init__(self, inbox: Path) -> None:
        self.inbox = inbox
        self.waiting: tuple[Waiting, ...] = ()
        self._last: set[Seen] = set()
        self._judged_at = (0, 0)            # the district's life and version when files were last told to wait

    def look(self, district: District, at: datetime) -> int:
        """Take in what only adds and let the rest wait. How many files were loaded."""
        if self._judged_at != (district.life, district.store.version):
            self.waiting = ()               # what a file waited for may have come
        now = {_seen(path): path for path in sorted(self._files())}
        known = {waiting.seen: waiting for waiting in self.waiting if waiting.seen in now}
        loaded = 0
        for seen in [seen for seen in now if seen in self._last and seen not in known]:
            why = self._take(district, now[seen], at)
            if why:
                known[seen] = Waiting(now[seen], why, seen)
            else:
                loaded += 1
        self.waiting = tuple(known[seen] for seen in sorted(known))
        self._last, self._judged_at = set(now), (district.life, district.store.version)
        return loaded

    def taken(self, path: Path) -> None:
        """A person has loaded this file; the archive has it."""
        path.unlink(missing_ok=True)
        self._forget(path)

    def put_aside(self, path: Path) -> None:
        """A person does not want this file: it stays, out of the way."""
        aside = self.inbox / NOT_LOADED
        aside.mkdir(mode=0o700, exist_ok=True)
        free = next(name for name in _names(path) if not (aside / name).exists())
        path.rename(aside / free)
        self._forget(path)

    def _forget(self, path: Path) -> None:
        self.waiting = tuple(waiting for waiting in self.waiting if waiting.path != path)

    def _files(self) -> Iterable[Path]:
        return (path for path in self.inbox.iterdir() if path.is_file() and not path.is_symlink()
                and not path.name.startswith(PASSED_OVER) and not path.name.lower().endswith(UNFINISHED))

    def _take(self, district: District, path: Path, at: datetime) -> str:
        """Load the file and remove it from the inbox; or why a person must look at it. The same bytes again are only removed."""
        try:
            upload = district.receive(path, path.name, by=BY, at=at)
            why = "" if _stands(district, upload) else _load(district, upload, at)
            if not why:
                path.unlink(missing_ok=True)
            district.discard(upload)
            return why
        except OSError:
            log.exception("a file in the inbox could not be read")
            return "The file cannot be opened. Close the program that holds it, or copy it here again."


def _load(district: District, upload: Upload, at: datetime) -> str:
    """Store what only adds; or why it was not stored."""
    try:
        understood = district.understand(upload)
        if not (why := _why_not(understood)):
            district.accept(understood, at=at)
        return why
    except Refused as refused:
        return _first(refused.findings)


def _stands(district: District, upload: Upload) -> bool:
    return bool(district.store.rows("select 1 from load join standing using (load_id) where sha256 = ?", upload.sha256))


def _why_not(understood: Understood) -> str:
    """Why these rows must not go in without a person; empty when they only add and nothing about them is doubtful."""
    prepared = understood.prepared
    if prepared.questions:
        return f"A question is open: {prepared.questions[0].ask}"
    if prepared.stopped or prepared.refused:
        return _first(f for f in prepared.findings if f.level == Level.STOP)
    doubts = [f"{understood.total(what):,} {what}" for what in ("changed", "gone") if understood.total(what)]
    if doubts:
        return f"It would not only add rows: {' and '.join(doubts)}."
    return _first(f for f in prepared.findings if f.level != Level.NOTE)


def _first(findings: Iterable[Finding]) -> str:
    return next(map(str, findings), "")


def _seen(path: Path) -> Seen:
    stat = path.stat()
    return path.name, stat.st_size, stat.st_mtime_ns


def _names(path: Path) -> Iterable[str]:
    yield path.name
    number = 2
    while True:
        yield f"{path.stem} {number}{path.suffix}"
        number += 1
