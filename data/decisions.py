"""What people decided about a light on the agenda: an event of the ledger, so it has a number, a day and a name, and is never changed."""
from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum

import pyarrow as pa

from data import ledger
from data.home import Home
from data.store import Store

DECISION = "decision"       # the kind of event


class Choice(StrEnum):
    """What can be decided with one click."""
    ACT = "act"
    WATCH = "watch"
    CELEBRATE = "celebrate"
    DISMISS = "dismiss"
    TAKE_BACK = "take back"     # of what was decided before; the light waits again


@dataclass(frozen=True)
class About:
    """The lights a decision is about: those of one indicator, at one place, one way, noticed by a week."""
    indicator: str
    kind: str
    place: str
    way: str
    noticed: date


def decide(store: Store, home: Home, about: list[About], choice: Choice, *, why: str, by: str, at: datetime) -> int:
    """Write down one decision about one light or several that are told as one; its event's number."""
    with store.change() as change:
        number = ledger.next_number(change)
        ledger.write(change, number, DECISION, by, at, detail={"choice": choice, "why": why, "about": [asdict(one) | {"noticed": str(one.noticed)} for one in about]})
    home.note_events(ledger.mirrored(store))
    return number


def decisions(store: Store, schools: pa.Table) -> pa.Table:
    """Each decision on each light it is about, newest first; of schools only those given."""
    shown = set(schools["school_id"].to_pylist())
    rows = [{**about, "noticed": date.fromisoformat(about["noticed"]), "choice": detail["choice"], "why": detail["why"], "who": by, "happened": at, "number": number}
            for number, by, at, detail in ((number, by, at, json.loads(detail)) for number, by, at, detail in store.rows(
                "select number, who, happened, detail from event where kind = ? order by number desc", DECISION))
            for about in detail["about"] if about["place"] in shown or (shown and about["kind"] != "school")]
    return pa.Table.from_pylist(rows, pa.schema([(name, pa.string()) for name in ("indicator", "kind", "place", "way")] + [
        ("noticed", pa.date32()), ("choice", pa.string()), ("why", pa.string()), ("who", pa.string()), ("happened", pa.timestamp("us")), ("number", pa.int64())]))
