"""The indicator commands: check, weekly, trend, agenda, planted. `python -m indicators COMMAND --help` explains each."""
from __future__ import annotations

import argparse
import contextlib
import csv
import io
import json
import sys
from collections.abc import Sequence
from datetime import date, datetime

from data.access import EVERYTHING
from data.commands import hand_over
from data.finding import Finding, Level, Refused, did_you_mean
from data.home import Home
from data.store import Damaged, InUse
from indicators.agenda import Item
from indicators.agenda import agenda as agenda_of
from indicators.district import District
from indicators.examples import failures
from indicators.reading import directors

COLUMNS = ("indicator", "school_id", "week", "numerator", "denominator", "value", "received", "expected")
LIGHT_COLUMNS = ("part", "indicator", "kind", "name", "way", "noticed", "began", "size", "still")


def parser() -> argparse.ArgumentParser:
    commands = argparse.ArgumentParser(prog="python -m indicators", description="What the numbers mean, on the home folder of this district.")
    chosen = commands.add_subparsers(dest="command", required=True, metavar="COMMAND")
    chosen.add_parser("check", help="read every definition and run its examples")
    weekly = chosen.add_parser("weekly", help="weekly numbers of schools")
    weekly.add_argument("--csv", action="store_true")
    trend = chosen.add_parser("trend", help="judged weeks: value, usual range, state")
    trend.add_argument("--json", action="store_true")
    trend.add_argument("--caseload", metavar="DIRECTOR", help="a caseload instead of schools")
    trend.add_argument("--district", action="store_true", help="the district instead of schools")
    agenda = chosen.add_parser("agenda", help="what waits for a decision")
    agenda.add_argument("--json", action="store_true")
    agenda.add_argument("--director", metavar="NAME", help="of one director's schools")
    for one in (weekly, trend):
        one.add_argument("--indicator", metavar="NAME")
        one.add_argument("--school", metavar="ID")
    for one in (trend, agenda):
        one.add_argument("--as-of", type=date.fromisoformat, default=None, metavar="DATE")
    planted = chosen.add_parser("planted", help="made-up districts with known changes: what our lights and other rules find, and how often in vain")
    planted.add_argument("--seed", type=int, default=0, help="of the first district (default 0)")
    planted.add_argument("--seeds", type=int, default=20, metavar="K", help="how many districts (default 20; the published figures are of 200)")
    planted.add_argument("--autocorrelation", type=_alike, default=0.0, metavar="A", help="how alike neighbouring weeks are, from 0 to 0.8 (default 0)")
    return commands


def _alike(text: str) -> float:
    if not 0 <= float(text) <= 0.8:
        raise argparse.ArgumentTypeError(f"{text} is not from 0 to 0.8")
    return float(text)


def run(district: District, arguments: Sequence[str], folder: str = ".") -> tuple[int, str]:
    """Do one command on an open district: the exit code and what to print. Never raises for bad input."""
    printed = io.StringIO()
    try:
        with contextlib.redirect_stderr(printed):
            asked = parser().parse_args(arguments)
        return COMMANDS[asked.command](district, asked)
    except SystemExit as stop:
        return int(stop.code or 0), printed.getvalue()
    except Refused as refused:
        return 1, "\n".join(map(str, refused.findings))


def check(district: District, asked: argparse.Namespace) -> tuple[int, str]:
    """Every definition with its examples; code 1 when one is broken or computes something else than it says."""
    found = [str(finding) for finding in district.definitions.findings]
    for definition in district.definitions:
        wrong = failures(definition, district.sources)
        found += wrong or [f"{definition.name}: {len(definition.examples)} examples, all right"]
    broken = any(f.level == Level.STOP for f in district.definitions.findings) or any("all right" not in line for line in found)
    return int(broken), "\n".join(found)


def weekly(district: District, asked: argparse.Namespace) -> tuple[int, str]:
    rows = district.store.rows("""select indicator, school_id, week, numerator, denominator, numerator / nullif(denominator, 0), received, expected
        from weekly where coalesce(indicator = ?, true) and coalesce(school_id = ?, true) order by indicator, school_id, week""",
                               _known(district, asked.indicator), asked.school)
    if asked.csv:
        return 0, _as_csv(COLUMNS, rows)
    return 0, "\n".join("  ".join(str(cell) for cell in row) for row in [COLUMNS, *rows])


def trend(district: District, asked: argparse.Namespace) -> tuple[int, str]:
    """Judged weeks of schools, of a caseload or of the district, as of a day (default: the newest day on record)."""
    as_of = _as_of(district, asked)
    if as_of is None:
        return 0, "[]" if asked.json else "Nothing was loaded yet."
    kind, place = ("district", None) if asked.district else ("caseload", asked.caseload) if asked.caseload else ("school", asked.school)
    view = district.view(EVERYTHING, as_of)
    names = ("indicator", "place", "week", "value", "lower", "upper", "state", "last_year")
    rows = view.tables.rows(f"""select {', '.join(names)} from point where kind = ? and coalesce(place = ?, true)
        and coalesce(indicator = ?, true) order by indicator, place, week""", kind, place, _known(district, asked.indicator))
    if asked.json:
        return 0, json.dumps([dict(zip(names, row, strict=True)) for row in rows], default=str)
    return 0, _as_csv(names, rows)


def agenda(district: District, asked: argparse.Namespace) -> tuple[int, str]:
    """What waits for a decision as of a day, the surest and largest first, then what got better and what was decided."""
    as_of = _as_of(district, asked)
    if as_of is None:
        return 0, "{}" if asked.json else "Nothing was loaded yet."
    view = district.view(EVERYTHING, as_of)
    if asked.director is not None and asked.director not in directors(view):
        raise Refused(Finding(Level.STOP, f"there is no senior director {asked.director!r}", did_you_mean(asked.director, directors(view))))
    found = agenda_of(view, asked.director)
    if not asked.json:
        return 0, _as_csv(LIGHT_COLUMNS, [(part, item.definition.name, item.kind, light.name, item.way, light.noticed, light.began, round(light.size, 2), light.still)
                                          for part in ("open", "more", "wins", "decided") for item in getattr(found, part) for light in item.lights])
    return 0, json.dumps({part: [_item(item) for item in getattr(found, part)] for part in ("open", "more", "wins", "decided")} |
                         {"lines": found.lines, "by_chance": found.by_chance}, default=str)


def _item(item: Item) -> dict:
    lights = [{name: getattr(light, name) for name in ("place", "name", "noticed", "last", "still", "began", "size", "unsure", "one_in")} for light in item.lights]
    return {"indicator": item.definition.name, "kind": item.kind, "place": item.place, "way": item.way, "weight": item.weight, "lights": lights,
            "decided": item.decided and item.decided.choice}


def _as_of(district: District, asked: argparse.Namespace) -> date | None:
    """The day asked for, the day the made-up district stands at, or the newest on record."""
    return asked.as_of or district.made_up_as_of or district.store.value("select max(day) from received")


def _known(district: District, name: str | None) -> str | None:
    """The indicator asked for, when there is one; Refused with the nearest name otherwise."""
    if name is not None and name not in district.definitions:
        raise Refused(Finding(Level.STOP, f"there is no indicator {name!r}", did_you_mean(name, district.definitions.by_name)))
    return name


def _as_csv(header: Sequence[str], rows: Sequence[tuple]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().rstrip("\n")


def planted(_: District | None, asked: argparse.Namespace) -> tuple[int, str]:
    """Made-up districts alone, no home; what measures is imported only when it is asked for, never by the app."""
    from benchmarks.ours import lights
    from benchmarks.planted import report
    return 0, report(range(asked.seed, asked.seed + max(asked.seeds, 1)), {"ours": lights}, autocorrelation=asked.autocorrelation)


COMMANDS = {"check": check, "weekly": weekly, "trend": trend, "agenda": agenda, "planted": planted}


def main(arguments: Sequence[str]) -> int:
    asked = parser().parse_args(arguments)
    if asked.command == "planted":
        print(planted(None, asked)[1])
        return 0
    home = Home.from_environment().ensure()
    try:
        district = District.open(home)
    except InUse:
        code, text = hand_over(home, "indicators", arguments)
    except Damaged as damaged:
        code, text = 1, f"The database in {home.path} cannot be read: {damaged}. Set it aside and load the archive again."
    else:
        district.renew(at=datetime.now())
        code, text = run(district, arguments)
        district.close()
    print(text, file=sys.stdout if code == 0 else sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
