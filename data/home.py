"""The home folder: where this district's database, archive and secrets live, readable by their owner alone."""
from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

from data.finding import Finding, Level, Refused

KEY_BYTES = 32
MAKING_A_KEY = threading.Lock()
CLOUD_WORDS = ("dropbox", "onedrive", "google drive", "googledrive", "icloud", "nextcloud", "box sync")


@dataclass(frozen=True)
class Home:
    """Paths of one home folder. `ensure` makes it; everything else expects it to be there."""
    path: Path

    @classmethod
    def from_environment(cls) -> Home:
        """HEADWAY_HOME, or `var` in the folder the program runs from."""
        return cls(Path(os.environ.get("HEADWAY_HOME") or "var").resolve())

    def ensure(self) -> Home:
        """Make the folder and its parts; 0700 where the system knows such a thing."""
        for folder in (self.path, self.archive, self.inbox, self.commands, self.incoming, self.sources, self.definitions):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path.chmod(0o700)
        return self

    @property
    def database(self) -> Path:
        return self.path / "headway.duckdb"

    @property
    def archive(self) -> Path:
        return self.path / "archive"

    @property
    def incoming(self) -> Path:
        return self.path / "incoming"

    @property
    def inbox(self) -> Path:
        return self.path / "inbox"

    @property
    def commands(self) -> Path:
        return self.path / "commands"

    @property
    def sources(self) -> Path:
        return self.path / "sources"

    @property
    def definitions(self) -> Path:
        return self.path / "definitions"

    @property
    def mirror(self) -> Path:
        return self.path / "ledger.jsonl"

    def in_a_synchronised_folder(self) -> bool:
        """A folder that a service copies elsewhere is no place for children's data or for a database in use."""
        return any(word in str(self.path).lower() for word in CLOUD_WORDS)

    def keep(self, file: Path, sha256: str) -> Path:
        """Copy an accepted file into the archive under its hash and flush it to disk before returning."""
        kept = self.archive / sha256
        if not kept.exists():
            fresh = kept.with_suffix(".new")
            shutil.copyfile(file, fresh)
            fresh.chmod(0o600)
            _flush(fresh)
            fresh.rename(kept)
            _flush(self.archive)
        return kept

    def keep_mended(self, sha256: str, load_id: int, cells: Mapping[str, str]) -> None:
        """Keep cells mended by hand beside the file they belong to: like it they may name children, so no table has them."""
        self.put(self._mended(sha256, load_id), json.dumps(dict(cells), sort_keys=True))

    def mended(self, sha256: str, load_id: int) -> dict[str, str]:
        """The cells that were mended when this load was accepted."""
        path = self._mended(sha256, load_id)
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}

    def _mended(self, sha256: str, load_id: int) -> Path:
        return self.archive / f"{sha256}.{load_id}.mended"

    def put(self, path: Path, text: str) -> None:
        """Write a text file whole or not at all: under another name, flushed, then renamed."""
        fresh = path.with_suffix(".new")
        with open(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        _flush(fresh)
        fresh.replace(path)
        _flush(path.parent)

    def sweep(self) -> None:
        """Remove what a killed process left half-done. Only for the one process that owns the database."""
        for left in (*self.incoming.iterdir(), *(new for folder in (self.archive, self.commands, self.sources, self.definitions) for new in folder.glob("*.new"))):
            if left.is_file():
                left.unlink(missing_ok=True)

    def note_events(self, newest_first: Iterable[dict[str, Any]]) -> None:
        """Append to the ledger mirror, from which a database can be rebuilt, the events since the last that is in it."""
        text = self.mirror.read_text(encoding="utf-8") if self.mirror.exists() else ""
        noted = {*text.splitlines()}
        lines = [json.dumps(event, sort_keys=True, default=str) for event in newest_first]
        missing = [*takewhile(lambda line: line not in noted, lines)]
        if missing:
            torn = text and not text.endswith("\n")         # killed in the middle of a line: it is written again, whole
            with open(os.open(self.mirror, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600), "a", encoding="utf-8") as mirror:
                mirror.write("\n" * bool(torn) + "".join(f"{line}\n" for line in reversed(missing)))
                mirror.flush()
                os.fsync(mirror.fileno())

    def note_look(self, look: dict[str, Any]) -> None:
        """Append who looked at whose rows to the log of looks, readable by the owner alone."""
        path = self.path / "looks.jsonl"
        with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600), "a", encoding="utf-8") as log:
            log.write(json.dumps(look, sort_keys=True, default=str) + "\n")

    def pseudonym(self, student: str) -> str:
        """A student's stand-in: the same for the same number, of no use without this folder's key."""
        return hashlib.blake2b(student.strip().lower().encode(), key=self._key(), digest_size=12).hexdigest()

    def forget_district(self) -> None:
        """Remove database, archive and ledger of the district in this folder; sources and definitions stay."""
        for path in (self.database, self.database.with_name(self.database.name + ".wal"), self.mirror):
            path.unlink(missing_ok=True)
        for folder in (self.archive, self.incoming):
            shutil.rmtree(folder, ignore_errors=True)
        self.ensure()

    def _key(self) -> bytes:
        """This folder's own key, made whole and flushed before its first use: half a key would be a weak one for ever."""
        path = self.path / "student.key"
        with MAKING_A_KEY:
            if not path.exists():
                fresh = path.with_suffix(".new")
                with open(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
                    file.write(secrets.token_bytes(KEY_BYTES))
                _flush(fresh)
                fresh.rename(path)
                _flush(self.path)
        key = path.read_bytes()
        if len(key) != KEY_BYTES:
            raise Refused(Finding(Level.STOP, f"the key for student numbers is damaged, it has {len(key)} of {KEY_BYTES} bytes",
                                  "Put student.key back from a copy; a new one would know no student again.", file=path.name))
        return key


def _flush(path: Path) -> None:
    """Make sure the bytes, or a folder's names, are on the disk. Folders cannot be opened so on Windows."""
    if path.is_dir() and os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
