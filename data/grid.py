"""Step 2: a file becomes sheets of text cells, read in a process of its own that may die without harm to the app."""
from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

if __name__ == "__main__":
    # pyarrow and openpyxl pull in numpy and pandas where they find them: 1.3 CPU-seconds the reading process saves.
    sys.modules["numpy"] = sys.modules["pandas"] = None

import pyarrow as pa

from data import opening
from data.cells import Sheet
from data.finding import Finding, Level, Refused
from data.receive import Kind, Upload, refusal

ROOT = Path(__file__).resolve().parents[1]
MEMORY_BYTES = 2 << 30
RESULT, PARTIAL = "result.json", "result.partial"
# What each kind is called, and the endings of names that promise it.
KINDS = {
    Kind.WORKBOOK: ("a workbook", (".xlsx", ".xlsm", ".xltx", ".xltm")),
    Kind.OLD_WORKBOOK: ("an old Excel workbook", (".xls", ".xlt")),
    Kind.BINARY_WORKBOOK: ("a binary Excel workbook", (".xlsb",)),
    Kind.OPEN_DOCUMENT: ("an OpenDocument spreadsheet", (".ods",)),
    Kind.XML_WORKBOOK: ("an XML spreadsheet of 2003", (".xml",)),
    Kind.WEB_PAGE: ("a web page", (".htm", ".html")),
    Kind.TEXT: ("a text file", (".csv", ".tsv", ".tab", ".txt")),
    Kind.ZIP: ("a zip archive", (".zip",)),
}


@dataclass(frozen=True)
class Grid:
    """What a file holds, before anyone guesses what it means. A finding at STOP means no sheets."""
    sheets: tuple[Sheet, ...]
    findings: tuple[Finding, ...]
    file: str = ""


def read(upload: Upload, *, seconds: float = 60, memory_bytes: int = MEMORY_BYTES) -> Grid:
    """The file's sheets, or why there are none. Whatever the bytes do to the process that reads them, this returns."""
    if stop := refusal(upload):
        return Grid((), (stop,), upload.name)
    with _folder() as folder:
        death = _run([_job(upload, folder, seconds, memory_bytes)])
        return _read_back(upload, folder) or Grid((), (_death(upload.name, death),), upload.name)


def read_each(uploads: Sequence[Upload], *, seconds: float = 60, memory_bytes: int = MEMORY_BYTES) -> Iterator[Grid]:
    """The same for several files in their order, all in one process: starting one costs more than most files do. The
    files it did not get to, because one of them killed it, are read one by one."""
    with _folder() as folder:
        folders = [folder / str(at) for at in range(len(uploads))]
        if jobs := [_job(upload, where, seconds, memory_bytes) for upload, where in zip(uploads, folders) if not refusal(upload)]:
            _run(jobs)
        for upload, where in zip(uploads, folders):
            yield _read_back(upload, where) or read(upload, seconds=seconds, memory_bytes=memory_bytes)


def as_json(grid: Grid) -> str:
    """The text cells as read, a blank one as "", for people who want to see what the reader saw."""
    sheets = []
    for sheet in grid.sheets:
        numbers, *columns = (column.to_pylist() for column in sheet.cells.columns)
        rows = [{"row": number, "cells": [text or "" for text in cells]} for number, *cells in zip(numbers, *columns)]
        sheets.append({"name": sheet.name, "rows": rows})
    findings = [{**asdict(finding), "message": str(finding)} for finding in grid.findings]
    return json.dumps({"file": grid.file, "sheets": sheets, "findings": findings}, ensure_ascii=False)


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="headway-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _job(upload: Upload, folder: Path, seconds: float, memory_bytes: int) -> dict:
    return {"path": str(upload.path.resolve()), "file": upload.name, "folder": str(folder),
            "memory_bytes": memory_bytes, "seconds": seconds}


def _run(jobs: list[dict]) -> str:
    """Let a reading process do the jobs. What killed it, if something did: then some have no result."""
    environment = {
        **os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
        # Address space is what is limited, and these reserve gigabytes of it without using them.
        "ARROW_DEFAULT_MEMORY_POOL": "system", "MALLOC_ARENA_MAX": "1",
    }
    seconds = sum(job["seconds"] for job in jobs)
    try:
        done = subprocess.run([sys.executable, "-m", "data.grid"], input=json.dumps(jobs).encode(), cwd=ROOT,
                              env=environment, timeout=seconds, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    except subprocess.TimeoutExpired:
        return f"reading it took longer than {seconds:g} seconds and was stopped"
    if done.returncode < 0:             # killed by the system: what it said last is for a programmer
        return "reading it took more memory or time than a table can need, and the reader was stopped"
    last_words = done.stderr.decode(errors="replace").strip().rpartition("\n")[2][:200]
    return f"reading it failed ({last_words or f'the reading process ended with {done.returncode}'})"


def _read_back(upload: Upload, folder: Path) -> Grid | None:
    """What the reading process left in the folder; None when it did not get to the end of this file."""
    try:
        result = json.loads((folder / RESULT).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    sheets = tuple(Sheet(name, _table(folder / f"{at}.arrow"), tuple(merged), hidden, tuple(rows))
                   for at, (name, merged, hidden, rows) in enumerate(result["sheets"]))
    findings = [Finding(**{**found, "level": Level(found["level"])}) for found in result["findings"]]
    return Grid(sheets, (*(_misnamed(upload) if sheets else ()), *findings), upload.name)


def _death(file: str, problem: str) -> Finding:
    return Finding(Level.STOP, problem, "Copy only the table into a new workbook, or save the sheet as .csv, "
                   "and upload that.", file)


def _table(path: Path) -> pa.Table:
    """Mapped, not copied; on Windows copied, since a mapped file cannot be deleted there."""
    source = pa.memory_map(str(path)) if os.name != "nt" else pa.BufferReader(path.read_bytes())
    return pa.ipc.open_file(source).read_all()


def _misnamed(upload: Upload) -> list[Finding]:
    """A name may promise nothing; one that promises another kind of file is told."""
    if upload.kind not in KINDS:
        return []
    words, endings = KINDS[upload.kind]
    others = tuple(ending for _, promised in KINDS.values() for ending in promised if ending not in endings)
    return [Finding(Level.NOTE, f"in spite of its name this is {words}, it was read as that",
                    "Check in the preview that the columns came out right.",
                    upload.name)] if upload.name.lower().endswith(others) else []


def _read_here(job: dict) -> None:
    """In the reading process: the tables as Arrow files, then the result that says they are complete."""
    try:
        # Bytes, characters and columns are in memory together.
        limit = min(opening.MAX_BYTES, job["memory_bytes"] // 2)
        sheets, findings = opening.read(Path(job["path"]), job["file"], max_bytes=limit)
        if not sheets:
            raise Refused(*findings, Finding(Level.STOP, "there is nothing in this file, every cell is blank",
                                             "Check that you exported the right table.", job["file"]))
    except Refused as refused:
        sheets, findings = [], list(refused.findings)
    except MemoryError:
        sheets, findings = [], [_death(job["file"], f"reading it takes more than {job['memory_bytes'] >> 20:,} MB of memory")]
    folder = Path(job["folder"])
    folder.mkdir(exist_ok=True)
    for at, sheet in enumerate(sheets):
        with pa.OSFile(str(folder / f"{at}.arrow"), "wb") as file, pa.ipc.new_file(file, sheet.cells.schema) as writer:
            writer.write_table(sheet.cells)
    result = {"sheets": [(sheet.name, sheet.merged, sheet.hidden, sheet.hidden_rows) for sheet in sheets],
              "findings": [asdict(finding) for finding in findings]}
    (folder / PARTIAL).write_text(json.dumps(result), encoding="utf-8")
    (folder / PARTIAL).rename(folder / RESULT)


def _limit(memory_bytes: int, seconds: float) -> None:
    """Limits the system itself enforces, where there is one that does; the time is for when the parent is gone."""
    try:
        import resource
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
        resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(seconds) + 5, math.ceil(seconds) + 10))
    except (ImportError, ValueError, OSError):
        return


def _read_all_here() -> None:
    jobs = json.load(sys.stdin)
    _limit(max(job["memory_bytes"] for job in jobs), sum(job["seconds"] for job in jobs))
    for job in jobs:
        _read_here(job)


if __name__ == "__main__":
    _read_all_here()
