"""Handing a command to the running app: it owns the database, so it does the work and answers. Owner-only files."""
from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

from data.home import Home

Run = Callable[[str, Sequence[str], str], tuple[int, str]]      # module, arguments, folder → exit code, what to print
PICKED_UP_WITHIN = 10.0
LOOK_EVERY = 0.1


def hand_over(home: Home, module: str, arguments: Sequence[str]) -> tuple[int, str]:
    """Leave a command for the app and wait for its answer; code 1 when no app picks it up."""
    request = home.commands / f"{uuid.uuid4().hex}.request"
    _write(request, {"module": module, "arguments": list(arguments), "folder": os.getcwd()})
    answer, taken, begun = request.with_suffix(".answer"), request.with_suffix(".taken"), time.monotonic()
    while not answer.exists():
        if not taken.exists() and request.exists() and time.monotonic() - begun > PICKED_UP_WITHIN:
            request.unlink(missing_ok=True)
            return 1, "The database is in use by another program, and no running app answers. Close that program and try again."
        time.sleep(LOOK_EVERY)
    said = json.loads(answer.read_text(encoding="utf-8"))
    for path in (answer, taken):
        path.unlink(missing_ok=True)
    return said["code"], said["text"]


def answer_waiting(home: Home, run: Run) -> int:
    """Do every waiting command, in the order they were left, and say how many there were."""
    waiting = sorted(home.commands.glob("*.request"), key=lambda path: path.stat().st_mtime)
    for request in waiting:
        taken = request.with_suffix(".taken")
        request.rename(taken)
        asked = json.loads(taken.read_text(encoding="utf-8"))
        code, text = run(asked["module"], asked["arguments"], asked["folder"])
        _write(request.with_suffix(".answer"), {"code": code, "text": text})
    return len(waiting)


def _write(path: Path, what: dict) -> None:
    """Write whole or not at all, readable by the owner alone."""
    fresh = path.with_suffix(".new")
    with open(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(what, file)
    fresh.rename(path)
