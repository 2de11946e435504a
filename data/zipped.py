"""What a zip claims before anything in it is unpacked, and the spreadsheets an archive holds."""
from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from data.finding import Finding, Level, Refused
from data.receive import READABLE, Kind, recognise

# A real sheet of 200,000 rows unpacks to 7.5 times its size; bombs were seen at 258 and 1,028 times.
MAX_UNPACKED = 300_000_000
MAX_RATIO = 100
MAX_MEMBERS = 2_000
SMALL = 1_000_000               # so little may unpack at any ratio: a short table of blanks packs very well


def checked(content: bytes, file: str) -> zipfile.ZipFile:
    """The zip, once its declared sizes are such as a spreadsheet can need. Raises Refused when they are not; what a
    member holds beyond its declared size, Python's zipfile does not unpack."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, OSError, OverflowError):
        raise damaged(file) from None
    members = archive.infolist()
    if any(member.flag_bits & 1 for member in members):
        raise Refused(Finding(Level.STOP, "it is protected by a password", "Save it without one and upload it again.", file))
    unpacked = sum(member.file_size for member in members)
    if unpacked > max(min(MAX_UNPACKED, MAX_RATIO * len(content)), SMALL) or len(members) > MAX_MEMBERS:
        raise Refused(Finding(Level.STOP, f"it would unpack to {unpacked / 1e6:,.0f} MB in {len(members):,} parts, "
                              "far more than a table can need", "Copy only the table into a new workbook and upload that.", file))
    return archive


def damaged(file: str) -> Refused:
    return Refused(Finding(Level.STOP, "the file is incomplete or damaged", "Upload it again.", file))


def spreadsheets(content: bytes, file: str, notes: list[Finding]) -> Iterator[tuple[str, bytes]]:
    """Each member that can be read, by the name it has in the archive, which is shown and never opened; what is left
    out is told in `notes`."""
    archive = checked(content, file)
    for member in archive.infolist():
        name = "".join(filter(str.isprintable, member.filename))
        if member.is_dir():
            continue
        if _is_junk(name):
            notes.append(_left_out(file, name, "a system's own file", Level.NOTE))
            continue
        try:
            inside = archive.read(member)
        except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, OSError, zlib.error):
            raise Refused(replace(damaged(file).findings[0], sheet=name)) from None
        kind, words = recognise(inside)
        if kind in READABLE - {Kind.ZIP, Kind.GZIP}:
            yield name, inside
        elif kind in (Kind.INCOMPLETE, Kind.PROTECTED_WORKBOOK):
            raise Refused(Finding(Level.STOP, f"this is {words}", "Put a whole one without a password into the archive, or "
                                  "leave it out.", file, name))
        else:
            notes.append(_left_out(file, name, f"{words} inside the archive", Level.WARN))


def _is_junk(name: str) -> bool:
    path = PurePosixPath(name)
    return "__MACOSX" in path.parts or path.name.startswith(".") or path.name in ("Thumbs.db", "desktop.ini")


def _left_out(file: str, name: str, what: str, level: Level) -> Finding:
    return Finding(level, f"{what}, it was left out", "Upload it by itself if there is a table in it.", file, name)
