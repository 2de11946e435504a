"""Step 1: keep the bytes exactly as they came and say, from the content, what kind of file they are."""
from __future__ import annotations

import hashlib
import mmap
import os
import re
import struct
import tempfile
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from data.finding import Finding, Level


class Kind(StrEnum):
    """What a file is by its content. Those in READABLE are tried; every other kind is refused with its own remedy."""
    WORKBOOK = "workbook"
    TEXT = "text"
    GZIP = "gzipped file"
    EMPTY = "empty file"
    PROTECTED_WORKBOOK = "password-protected workbook"
    OLD_WORKBOOK = "old workbook"
    BINARY_WORKBOOK = "binary workbook"
    OPEN_DOCUMENT = "OpenDocument spreadsheet"
    XML_WORKBOOK = "XML spreadsheet of 2003"
    OTHER_WORKBOOK = "workbook of another program"
    WEB_PAGE = "web page"
    PICTURE = "picture"
    PDF = "PDF"
    DOCUMENT = "document"
    ZIP = "zip archive"
    ARCHIVE = "archive"
    INCOMPLETE = "incomplete file"
    UNKNOWN = "unknown"


READABLE = frozenset({Kind.WORKBOOK, Kind.OLD_WORKBOOK, Kind.BINARY_WORKBOOK, Kind.OPEN_DOCUMENT, Kind.XML_WORKBOOK,
                      Kind.WEB_PAGE, Kind.TEXT, Kind.GZIP, Kind.ZIP})


@dataclass(frozen=True)
class Upload:
    """One file as it was handed over; `path` is named by the hash, `name` is only ever shown, never opened."""
    name: str
    sha256: str
    size: int
    kind: Kind
    path: Path
    by: str
    at: datetime


HEAD_BYTES = 65_536
MAX_NAME = 200

# At the very start of a file: what it is, and the words for it.
SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", Kind.PICTURE, "a picture (PNG)"),
    (b"\xff\xd8\xff", Kind.PICTURE, "a picture (JPEG)"),
    (b"GIF8", Kind.PICTURE, "a picture (GIF)"),
    (b"II*\x00", Kind.PICTURE, "a picture (TIFF)"),
    (b"MM\x00*", Kind.PICTURE, "a picture (TIFF)"),
    (b"%PDF-", Kind.PDF, "a PDF"),
    (b"{\\rtf", Kind.DOCUMENT, "a text document (RTF)"),
    (b"7z\xbc\xaf'\x1c", Kind.ARCHIVE, "an archive (7z)"),
    (b"Rar!\x1a\x07", Kind.ARCHIVE, "an archive (RAR)"),
    (b"BZh", Kind.ARCHIVE, "an archive (bzip2)"),
    (b"\xfd7zXZ\x00", Kind.ARCHIVE, "an archive (xz)"),
    (b"\x28\xb5\x2f\xfd", Kind.ARCHIVE, "an archive (zstd)"),
    (b"\x1f\x8b", Kind.GZIP, "a gzipped file"),
)

# The list at the end of a zip names its members; the first of these found there decides.
ZIP_MEMBERS = (
    (b"xl/workbook.xml", Kind.WORKBOOK, "a workbook"),
    (b"xl/workbook.bin", Kind.BINARY_WORKBOOK, "a binary Excel workbook (.xlsb)"),
    (b"word/document.xml", Kind.DOCUMENT, "a Word document"),
    (b"ppt/presentation.xml", Kind.DOCUMENT, "a PowerPoint presentation"),
    (b"Index/Document.iwa", Kind.OTHER_WORKBOOK, "an Apple Numbers spreadsheet"),
)

# Old Office files keep their parts in a little file system whose names are UTF-16.
OLE_SIGNATURE = bytes.fromhex("d0cf11e0a1b11ae1")
OLE_PARTS = (
    ("EncryptedPackage", Kind.PROTECTED_WORKBOOK, "protected by a password"),
    ("WordDocument", Kind.DOCUMENT, "an old Word document (.doc)"),
    ("PowerPoint Document", Kind.DOCUMENT, "an old PowerPoint presentation (.ppt)"),
    ("Workbook", Kind.OLD_WORKBOOK, "an old Excel workbook (.xls)"),
    ("Book", Kind.OLD_WORKBOOK, "an old Excel workbook (.xls)"),
)

UPLOAD_THE_SPREADSHEET = "Upload the spreadsheet itself, saved as .xlsx or .csv."
REMEDIES = {
    Kind.EMPTY: "Export it again, open it to see that it has rows, and upload it.",
    Kind.PROTECTED_WORKBOOK: "Open it in Excel, take the password off under File > Info > Protect Workbook, "
                             "save it and upload it again.",
    Kind.OTHER_WORKBOOK: "Open it in the program it came from, export it as Excel (.xlsx) and upload that file.",
    Kind.INCOMPLETE: "Upload it again.",
    Kind.ARCHIVE: "Unpack it and upload the spreadsheet inside.",
}


def receive(content: bytes | Path, name: str, folder: Path, *, by: str, at: datetime) -> Upload:
    """Keep the bytes under their hash, readable by the owner only; the same bytes twice are kept once."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    handle, arriving = tempfile.mkstemp(dir=folder, prefix="arriving-")      # mkstemp: readable by the owner only
    try:
        with os.fdopen(handle, "wb") as kept:
            sha256, size = _copy(content, kept)
        path = folder / sha256
        os.replace(arriving, path)
    except BaseException:
        Path(arriving).unlink(missing_ok=True)
        raise
    return Upload(_shown(name), sha256, size, _recognise(path)[0], path, by, at)


def refusal(upload: Upload) -> Finding | None:
    """Why this kind of file cannot be read and what to do instead; nothing when it can be tried."""
    return refusal_of(upload.kind, _recognise(upload.path)[1], upload.name)


def refusal_of(kind: Kind, words: str, file: str) -> Finding | None:
    if kind in READABLE:
        return None
    says_enough = kind in (Kind.OTHER_WORKBOOK, Kind.PROTECTED_WORKBOOK, Kind.EMPTY, Kind.INCOMPLETE, Kind.UNKNOWN)
    problem = f"this is {words}" + ("" if says_enough else ", not a spreadsheet")
    return Finding(Level.STOP, problem, REMEDIES.get(kind, UPLOAD_THE_SPREADSHEET), file=file)


def recognise(content: bytes | mmap.mmap) -> tuple[Kind, str]:
    """The kind of a file and the words for it, by searching its bytes; nothing in it is unpacked or parsed."""
    head = content[:HEAD_BYTES]
    if not head:
        return Kind.EMPTY, "empty"
    for signature, kind, words in SIGNATURES:
        if head.startswith(signature):
            return kind, words
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _recognise_zip(content, head)
    if head.startswith(OLE_SIGNATURE):
        parts = [(part.encode("utf-16-le"), kind, words) for part, kind, words in OLE_PARTS]
        return _first_found(content, parts) or (Kind.UNKNOWN, "an old Office file without a table")
    if head[4:8] == b"ftyp" or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        return Kind.PICTURE, "a picture or a film"
    return _text_or_not(head)


def looks_like_utf16(head: bytes) -> str:
    """Text without a byte-order mark whose every second byte is nearly always zero: which order, or nothing."""
    zeros = head[0::2].count(0), head[1::2].count(0)
    half = max(len(head) // 2, 1)
    if zeros[1] > 0.4 * half and zeros[0] < 0.02 * half:
        return "utf-16-le"
    if zeros[0] > 0.4 * half and zeros[1] < 0.02 * half:
        return "utf-16-be"
    return ""


def _recognise_zip(content: bytes | mmap.mmap, head: bytes) -> tuple[Kind, str]:
    end = content.rfind(b"PK\x05\x06")
    if end < 0 or len(content) < end + 22:
        return Kind.INCOMPLETE, "incomplete, its end is missing"
    size, at = struct.unpack_from("<II", content, end + 12)
    members = content[at:at + size]
    if b"content.xml" in members and b"META-INF/manifest.xml" in members:
        if b"opendocument." in head and b"opendocument.spreadsheet" not in head:
            return Kind.DOCUMENT, "an OpenDocument text or presentation"
        return Kind.OPEN_DOCUMENT, "an OpenDocument spreadsheet (.ods)"
    return _first_found(members, ZIP_MEMBERS) or (Kind.ZIP, "a zip archive")


# Tab, line ends, page feed, the old end-of-file mark: control characters that text files do have.
_CONTROLS = bytes(c for c in range(32) if c not in b"\t\n\x0b\x0c\r\x1a")
_MAX_CONTROLS = 0.005
WEB_PAGE_START = re.compile(rb"(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype html|html|table|meta|head|style|body|div|center)\b", re.DOTALL)


def _text_or_not(head: bytes) -> tuple[Kind, str]:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or looks_like_utf16(head):
        return Kind.TEXT, "text"
    unprintable = len(head) - len(head.translate(None, _CONTROLS))
    if b"\x00" in head or unprintable > _MAX_CONTROLS * len(head):
        return Kind.UNKNOWN, "neither a workbook nor a text file"
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1000].lower()
    if start.startswith(b"<?xml") and b"urn:schemas-microsoft-com:office:spreadsheet" in head:
        return Kind.XML_WORKBOOK, "an XML spreadsheet of 2003"
    if WEB_PAGE_START.match(start):
        return Kind.WEB_PAGE, "a web page"
    if start.startswith(b"<?xml"):
        return Kind.DOCUMENT, "an XML file"
    return Kind.TEXT, "text"


def _first_found(content: bytes | mmap.mmap, names) -> tuple[Kind, str] | None:
    return next(((kind, words) for name, kind, words in names if content.find(name) >= 0), None)


def _recognise(path: Path) -> tuple[Kind, str]:
    if path.stat().st_size == 0:
        return recognise(b"")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return recognise(content)


def _copy(content: bytes | Path, kept) -> tuple[str, int]:
    """Write and hash in one go, and flush to the disk, since the upload is acknowledged on the strength of it."""
    digest, size = hashlib.sha256(), 0
    if isinstance(content, Path):
        with content.open("rb") as source:
            while block := source.read(1 << 20):
                digest.update(block)
                size += kept.write(block)
    else:
        digest.update(content)
        size = kept.write(content)
    kept.flush()
    os.fsync(kept.fileno())
    return digest.hexdigest(), size


def _shown(name: str) -> str:
    """The uploader's name for the file, as text for people: without line breaks or marks that turn text around."""
    return "".join(filter(str.isprintable, name))[-MAX_NAME:].strip() or "file without a name"
