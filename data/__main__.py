"""The data commands: load, read, loads, undo, status, prepare. `python -m data COMMAND --help` explains each.

A frame, like app.py: it may ask the clock and brings indicators and data together.
"""
from __future__ import annotations

import argparse
import contextlib
import getpass
import io
import json
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from data import grid, ledger
from data.commands import hand_over
from data.finding import Finding, Level, Refused
from data.home import Home
from data.prepare import COVERS
from data.receive import receive, refusal
from data.store import Damaged, InUse
from indicators.district import District, Understood

ASKED = 2                    # exit code: nothing was stored, a question is open


def parser() -> argparse.ArgumentParser:
    commands = argparse.ArgumentParser(prog="python -m data", description="Spreadsheets in, on the home folder of this district.")
    chosen = commands.add_subparsers(dest="command", required=True, metavar="COMMAND")
    load = chosen.add_parser("load", help="load spreadsheets; what is already there changes nothing")
    load.add_argument("files", nargs="+", metavar="FILE")
    load.add_argument("--source", help="what kind of spreadsheet it is, where that is not certain")
    load.add_argument("--by", default=None, help="who loads it (default: this account)")
    load.add_argument("--covers", metavar="FROM..TO", help="a file of visits or calls is complete from day to day (2026-11-09..2026-11-13)")
    load.add_argument("--answer", action="append", default=[], metavar="KEY=VALUE", help="the answer to a question")
    load.add_argument("--yes", action="store_true", help="store the good rows, also when rows are refused, changed or gone")
    load.add_argument("--mend", metavar="FILE.xlsx", help="write the rows that are refused into a workbook, to be mended and loaded")
    load.add_argument("--start-own", action="store_true", help="remove the made-up district first")
    load.add_argument("--json", action="store_true")
    read = chosen.add_parser("read", help="print the text cells of a file as read; stores nothing")
    read.add_argument("file", metavar="FILE")
    read.add_argument("--json", action="store_true")
    chosen.add_parser("loads", help="the history of loads").add_argument("--json", action="store_true")
    undo = chosen.add_parser("undo", help="withdraw a load, as if it had never been accepted")
    undo.add_argument("load", type=int, metavar="LOAD")
    undo.add_argument("--by", default=None)
    chosen.add_parser("status", help="what is in this home folder").add_argument("--json", action="store_true")
    chosen.add_parser("prepare", help="fill an empty home folder with the made-up district")
    return commands


def run(district: District, arguments: Sequence[str], folder: str = ".") -> tuple[int, str]:
    """Do one command on an open district: the exit code and what to print. Never raises for bad input."""
    printed = io.StringIO()
    try:
        with contextlib.redirect_stderr(printed):
            asked = parser().parse_args(arguments)
        return COMMANDS[asked.command](district, asked, Path(folder))
    except SystemExit as stop:
        return int(stop.code or 0), printed.getvalue()
    except Refused as refused:
        return 1, "\n".join(str(finding) for finding in refused.findings)


def load(district: District, asked: argparse.Namespace, folder: Path) -> tuple[int, str]:
    """Load each file in turn; the first question or refusal ends it, and what came before stays loaded."""
    if asked.mend and len(asked.files) > 1:
        raise Refused(Finding(Level.STOP, "--mend writes the refused rows of one file", "Load the files one by one.", file=asked.mend))
    if asked.start_own and district.made_up_as_of:
        district.start_own(by=asked.by or getpass.getuser(), at=datetime.now())
    said: list[dict] = []
    for name in asked.files:
        code, report = _load_one(district, asked, folder / name, folder)
        said.append(report)
        if code:
            break
    text = json.dumps(said, indent=1, default=str) if asked.json else "\n".join(report["text"] for report in said)
    return code, text


def _load_one(district: District, asked: argparse.Namespace, file: Path, folder: Path) -> tuple[int, dict]:
    if not file.is_file():
        raise Refused(Finding(Level.STOP, "there is no such file", "Check the path.", file=str(file)))
    upload = district.receive(file, file.name, by=asked.by or getpass.getuser(), at=datetime.now())
    answers = dict(answer.split("=", 1) for answer in asked.answer if "=" in answer)
    if asked.covers:
        answers[COVERS] = asked.covers
    if asked.source:
        answers["source"] = asked.source
    understood = district.understand(upload, answers)
    report = _report(understood)
    if understood.prepared.bad:
        report["text"] += _to_mend(understood, folder, asked.mend)
    doubts = [what for what in ("changed", "gone") if understood.total(what)] + (["refused"] if understood.prepared.refused else [])
    if understood.prepared.questions:
        return ASKED, report
    if understood.prepared.stopped:
        return 1, report
    if doubts and not asked.yes:
        return ASKED, report | {"text": report["text"] + f"\nNothing was stored: there are {' and '.join(doubts)} rows. Add --yes to accept."}
    number = district.accept(understood, at=datetime.now())
    return 0, report | {"load": number, "text": report["text"] + f"\nStored as load {number}."}


def _to_mend(understood: Understood, folder: Path, name: str | None) -> str:
    """Write the refused rows into a workbook where one was asked for; say where they are, or how to have them."""
    if not name:
        return "\n  Add --mend FILE.xlsx to have the refused rows in a workbook, with what is wrong beside them."
    (folder / name).write_bytes(understood.to_mend())
    return f"\n  The refused rows are in {name}: when the good ones are stored (--yes), mend them there and load it."


def _report(understood: Understood) -> dict:
    prepared = understood.prepared
    fates = ("new", "changed", "unchanged", "gone")
    totals = {what: understood.total(what) for what in fates}
    lines = [f"{prepared.file}: {prepared.rows:,} rows to store, {prepared.refused:,} refused, {len(prepared.set_aside):,} set aside."]
    lines += [f"  {effect.source.label}: " + ", ".join(f"{effect.total(what):,} {what}" for what in fates) for effect in understood.effects]
    lines += [f"  {finding.level}: {finding}" for finding in prepared.findings]
    for question in prepared.questions:
        lines.append(f"  question: {question.ask} Nothing was stored. Answer with:")
        lines += [f"    --answer '{question.key}={value}'   ({words})" for value, words in question.options.items()]
    return {"file": prepared.file, "rows": prepared.rows, **totals, "refused": prepared.refused, "set_aside": len(prepared.set_aside),
            "findings": [str(finding) for finding in prepared.findings],
            "questions": [{"key": q.key, "ask": q.ask, "options": q.options} for q in prepared.questions], "text": "\n".join(lines)}


def history(district: District, asked: argparse.Namespace, folder: Path) -> tuple[int, str]:
    found = ledger.loads(district.store)
    if asked.json:
        return 0, json.dumps([vars(one) | {"rows": one.rows} for one in found], indent=1, default=str)
    return 0, "\n".join(f"{one.load_id:>4}  {one.at:%Y-%m-%d %H:%M}  {one.by:<12}  {one.rows:>9,} rows  {one.file_name}"
                        + (f"  (undone by {one.undone_by})" if one.undone_by else "") for one in found) or "Nothing was loaded yet."


def undo(district: District, asked: argparse.Namespace, folder: Path) -> tuple[int, str]:
    district.undo(asked.load, by=asked.by or getpass.getuser(), at=datetime.now())
    return 0, f"Load {asked.load} is undone: its rows no longer count. The file stays in the archive."


def status(district: District, asked: argparse.Namespace, folder: Path) -> tuple[int, str]:
    store = district.store
    found = {"home": str(district.home.path), "made_up": district.made_up_as_of is not None, "events": store.version,
             "schools": len(district.schools.names), "loads": store.value("select count(*) from standing"),
             "first_day": store.value("select min(day) from received"), "last_day": store.value("select max(day) from received"),
             "problems": [str(f) for f in (*district.sources.findings, *district.definitions.findings)]}
    if district.home.in_a_synchronised_folder():
        found["problems"].append("The home folder lies in a folder that is copied elsewhere. Set HEADWAY_HOME to one that is not.")
    return 0, json.dumps(found, indent=1, default=str) if asked.json else "\n".join(f"{key.replace('_', ' ')}: {value}" for key, value in found.items())


def prepare(district: District, asked: argparse.Namespace, folder: Path) -> tuple[int, str]:
    if district.begun:
        return 0, "This home folder has data already; nothing was changed."
    district.begin_made_up(at=datetime.now(), progress=lambda words: print(words, flush=True))
    return 0, "The made-up district is ready."


COMMANDS = {"load": load, "loads": history, "undo": undo, "status": status, "prepare": prepare}


def read(asked: argparse.Namespace) -> tuple[int, str]:
    """Print the cells of a file. Needs no district: it works while the app runs, and stores nothing."""
    import tempfile
    with tempfile.TemporaryDirectory() as folder:
        upload = receive(Path(asked.file), Path(asked.file).name, Path(folder), by=getpass.getuser(), at=datetime.now())
        stop = refusal(upload)
        cells = grid.Grid((), (stop,)) if stop else grid.read(upload)
        if asked.json:
            return int(bool(stop)), grid.as_json(cells)
        lines = [str(finding) for finding in cells.findings]
        for sheet in cells.sheets:
            lines += [f"{sheet.name}: {sheet.cells.num_rows:,} rows"] + ["\t".join(str(v or "") for v in row.values())
                                                                         for row in sheet.cells.slice(0, 20).to_pylist()]
        return int(bool(stop)), "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    asked = parser().parse_args(arguments)
    if asked.command == "read":
        code, text = read(asked)
    else:
        code, text = on_this_home(arguments)
    print(text, file=sys.stdout if code == 0 or getattr(asked, "json", False) else sys.stderr)
    return code


def on_this_home(arguments: Sequence[str]) -> tuple[int, str]:
    """Do the command here, or hand it to the app that owns the database."""
    home = Home.from_environment().ensure()
    try:
        district = District.open(home)
    except InUse:
        code, text = hand_over(home, "data", arguments)
        return code, f"(done by the running app)\n{text}" if "--json" not in arguments else text
    except Damaged as damaged:
        return 1, f"The database in {home.path} cannot be read: {damaged}. Set it aside and load the archive again."
    try:
        district.renew(at=datetime.now())
        return run(district, arguments)
    finally:
        district.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
