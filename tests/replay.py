"""Random histories of a small district: strategies for what people send, and a world that sends it and looks at the result."""
from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pyarrow as pa
from hypothesis import strategies as st

from data import facts, loads
from data.facts import Part
from data.home import Home
from data.prepare import covering
from data.receive import Kind, Upload
from data.source import Sources, load_sources
from data.store import Change, Store, quoted
from indicators.definition import Definitions, load_definitions
from indicators.weekly import revising
from tests.replay_oracle import DAILY, KEYS, Accepted, Sheet, Unit

SCHOOLS = ("010", "020", "030")
# Six weeks; 1 July, where the school year turns, lies within one. 20 June is a Saturday.
DAYS = tuple(date(2026, month, day) for month, day in ((6, 8), (6, 15), (6, 16), (6, 20), (6, 22), (6, 29), (6, 30), (7, 1), (7, 6), (7, 13)))
SENT_AT = datetime(2026, 7, 14, 9, 0)
PEOPLE = {"student": ("anna", "ben"), "coach": ("Whitfield", "Osei")}
EVERYTHING = load_sources()
SOURCES = Sources({name: EVERYTHING[name] for name in KEYS})
DEFINITIONS = Definitions({d.name: d for d in load_definitions(EVERYTHING) if {*d.feeds, d.covered_by} <= {*KEYS, "expected"}})
ARROW = {"varchar": pa.string(), "date": pa.date32(), "bigint": pa.int64(), "double": pa.float64(), "boolean": pa.bool_(),
         "integer": pa.int32(), "time": pa.time64("us"), "timestamp": pa.timestamp("us")}

# What a row can say beside its key.
SAYS = {
    "attendance": [dict(grade=grade, present=present, enrolled=enrolled, percent=percent)
                   for grade in ("all", "1", "2") for present, enrolled, percent in
                   ((9, 10, None), (7, 10, None), (None, None, 91.7), (None, None, 88.3), (None, 10, None), (0, 0, None))],
    "attendance_submission": [dict(roster="all", expected=20, on_time=18, submitted=None), dict(roster="all", expected=20, on_time=11, submitted=None),
                              dict(roster="all", expected=None, on_time=None, submitted=True), dict(roster="1", expected=None, on_time=None, submitted=True),
                              dict(roster="2", expected=None, on_time=None, submitted=False)],
    "absences": [dict(student=student, excused=excused) for student in PEOPLE["student"] for excused in (True, False, None)],
    "family_contacts": [dict(student=student, contacted_on=day, reached=reached, how=how, absences=None, attempted=None, reached_in_time=None)
                        for student in PEOPLE["student"] for day in DAYS for reached in (True, False) for how in ("call", None)]
                       + [dict(student="all", contacted_on=None, reached=None, how=None, absences=5, attempted=4, reached_in_time=n) for n in (1, 3)],
    "coaching_visits": [dict(coach=coach, minutes=minutes, focus=focus) for coach in PEOPLE["coach"]
                        for minutes in (30.0, None) for focus in ("talk", None)],
    "school_calendar": [dict(open=True), dict(open=False)],
    "schools": [dict(name="Oak"), dict(name="Elm")],
}
ONCE = {"family_contacts": lambda row: row["student"] == "all"}      # rows that a file never repeats, though its source may


@dataclass(frozen=True)
class Send:
    """One upload: for each sheet its source, its rows, the units of refused rows, and how far it claims to be complete."""
    sheets: tuple[tuple[str, tuple[dict, ...], frozenset[Unit], object], ...]


@dataclass(frozen=True)
class Undo:
    """Withdraw one of the loads that stand: the oldest is 0."""
    which: int


def rows(source: str, max_size: int = 7) -> st.SearchStrategy[tuple[dict, ...]]:
    """Rows as a file may hold them once its contradictions are refused: one a key, repeats only of things that happen."""
    schools = (None, *SCHOOLS) if source == "school_calendar" else SCHOOLS
    one = st.builds(lambda school, day, says: {"school": school, "date": day, **says} if "date" in KEYS[source] else {"school": school, **says},
                    st.sampled_from(schools), st.sampled_from(DAYS), st.sampled_from(SAYS[source]))

    def key(row: dict):
        if SOURCES[source].repeats and not ONCE.get(source, lambda row: False)(row):
            return object()
        return tuple(row[name] for name in KEYS[source])
    return st.lists(one, min_size=1, max_size=max_size, unique_by=key).map(tuple)


def sheet(source: str, max_size: int = 7) -> st.SearchStrategy:
    """A sheet that is complete for its own units, for a wider range somebody confirmed, or for nothing."""
    claims = ["own", "own", "nothing"]
    if source in DAILY:
        claims += [(DAYS[first], DAYS[last]) for first, last in ((0, 3), (4, 7), (2, 5), (0, len(DAYS) - 1))]
    refused = st.frozensets(st.tuples(st.sampled_from((None, *SCHOOLS)), st.sampled_from((None, *DAYS))), max_size=1) if source in DAILY else st.just(frozenset())
    return st.tuples(st.just(source), rows(source, max_size), refused, st.sampled_from(claims))


def whole_days() -> st.SearchStrategy:
    """Attendance of every school on some days, so that days open by who reported."""
    def fill(days, says):
        return ("attendance", tuple({"school": s, "date": d, **says} for d in sorted(days) for s in SCHOOLS), frozenset(), "own")
    return st.builds(fill, st.sets(st.sampled_from(DAYS), min_size=2), st.sampled_from(SAYS["attendance"][:3]))


def sends() -> st.SearchStrategy[Send]:
    daily = st.sampled_from(DAILY).flatmap(sheet)
    lists = st.sampled_from(("school_calendar", "school_calendar", "schools")).flatmap(sheet)
    two = st.tuples(daily, daily)
    return st.one_of(whole_days().map(lambda s: (s,)), daily.map(lambda s: (s,)), two, lists.map(lambda s: (s,))).map(Send)


def histories(max_size: int) -> st.SearchStrategy[list]:
    return st.lists(st.one_of(sends(), sends(), st.builds(Undo, st.integers(0, 3))), min_size=1, max_size=max_size)


def one_of_each() -> st.SearchStrategy:
    """A first upload that opens days, so that most histories have weekly numbers to get wrong."""
    return st.builds(lambda days, visits, calls: Send((days, visits, calls)), whole_days(), sheet("coaching_visits"), sheet("family_contacts"))


@dataclass
class World:
    """A district that is sent things, and beside it the list of what it accepted, from which everything follows."""
    home: Home
    store: Store
    loads: list[Accepted] = field(default_factory=list)
    parts: dict[int, tuple[Part, ...]] = field(default_factory=dict)

    def step(self, what: Send | Undo, revise: loads.Revise) -> None:
        if isinstance(what, Send):
            parts, sheets = zip(*(part_and_sheet(*one) for one in what.sheets), strict=True)
            number = self.accept(parts, revise)
            self.parts[number] = parts
            self.loads.append(Accepted(number, sheets))
        elif self.loads:
            gone = self.loads.pop(what.which % len(self.loads))
            loads.undo(self.store, self.home, SOURCES, gone.load_id, by="steward", at=SENT_AT, revise=revise)

    def accept(self, parts: tuple[Part, ...], revise: loads.Revise) -> int:
        content = f"file after event {self.store.version} with {len(parts)} sheets".encode()
        sha256 = hashlib.sha256(content).hexdigest()
        path = self.home.incoming / sha256
        path.write_bytes(content)
        return loads.accept(self.store, self.home, SOURCES, Upload("week.csv", sha256, len(content), Kind.TEXT, path, "steward", SENT_AT),
                            parts, refused=0, answers={}, at=SENT_AT, revise=revise)

    def table(self, source: str) -> list[dict]:
        """The live rows as the store has them."""
        names = ["load_id", "part", "file_row", "nth", *facts.columns(SOURCES[source])]
        listed = ", ".join(map(quoted, names))
        return [dict(zip(names, row, strict=True)) for row in self.store.rows(f"select {listed} from {quoted(facts.live(SOURCES[source]))}")]


REVISE = revising(DEFINITIONS, SOURCES)


def nothing(change: Change, event: int) -> None:
    """For histories in which only rows matter."""


def part_and_sheet(source: str, said: tuple[dict, ...], refused: frozenset[Unit], claims) -> tuple[Part, Sheet]:
    """What one sheet hands to the store, and the same for the oracle, its scope worked out apart from the code."""
    said = tuple({**dict.fromkeys(facts.columns(SOURCES[source])), **row, "file_row": at} for at, row in enumerate(said, 2))
    own = {(row.get("school"), row["date"] if "date" in KEYS[source] else None) for row in said} if claims != "nothing" else set()
    wide = {(school, DAYS[0] + timedelta(days=n)) for school in SCHOOLS for n in range(40)
            if claims[0] <= DAYS[0] + timedelta(days=n) <= claims[1]} if isinstance(claims, tuple) else set()
    part = Part(SOURCES[source], "Sheet1", typed(source, said), units({u for u in own if sure(u, refused)}), unsure=refused)
    if wide:
        part = covering(part, *claims, list(SCHOOLS))
    return part, Sheet(source, said, frozenset(u for u in own | wide if sure(u, refused)))


def sure(unit: Unit, refused: frozenset[Unit]) -> bool:
    """No refused row may belong to this school and day; one without a school or day may belong to any."""
    return not any(school in (None, unit[0]) and day in (None, unit[1]) for school, day in refused)


def typed(source: str, said: tuple[dict, ...]) -> pa.Table:
    kinds = facts.columns(SOURCES[source]) | {"file_row": "integer"}
    return pa.table({name: pa.array([row[name] for row in said], ARROW[kind]) for name, kind in kinds.items()})


def units(found: set[Unit]) -> pa.Table:
    schools, days = zip(*found, strict=True) if found else ((), ())
    return pa.table({"school_id": pa.array(schools, pa.string()), "day": pa.array(days, pa.date32())})


def empty(store: Store) -> None:
    """Nothing in any table, as on the store's first day."""
    with store.change() as change:
        for (table,) in change.rows("select table_name from duckdb_tables() where not temporary and table_name <> 'migration'"):
            change.run(f"delete from {quoted(table)}")
