"""Random histories of a small district: strategies for what people send, and a world that sends it and looks at the result."""
from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import product

import pyarrow as pa
from hypothesis import strategies as st

from data import facts, loads
from data.calendar import monday
from data.facts import Part
from data.home import Home
from data.claims import covering
from data.receive import Kind, Upload
from data.source import Sources, load_sources
from data.store import Change, Store, quoted
from indicators.definition import YEAR_TO_DATE, Definitions, load_definitions
from indicators.weekly import revising
from tests.replay_oracle import DAILY, KEYS, Accepted, Sheet, Unit

SCHOOLS = ("010", "020", "030")
# Every history is lived five times side by side, in years so far apart that they hardly meet: each load has sheets for
# all five. Six weeks each; 1 July, where the school year turns, lies within one of them; the fourth day is a Saturday.
YEARS = tuple(tuple(monday(date(year, 7, 1)) + timedelta(days=n) for n in (-21, -14, -13, -9, -7, 0, 1, 2, 7, 14))
              for year in (2026, 2031, 2037, 2043, 2048))
SENT_AT = datetime(2048, 7, 20, 9, 0)
EVERYTHING = load_sources()
SOURCES = Sources({name: EVERYTHING[name] for name in KEYS})
SHIPPED = {d.name: d for d in load_definitions(EVERYTHING) if {*d.feeds, d.covered_by} <= {*KEYS, "expected"}}
SO_FAR = [replace(SHIPPED["attendance_rate"], name="attendance_so_far", percent_field="", window=YEAR_TO_DATE),
          replace(SHIPPED["coaching_visits"], name="visits_so_far", window=YEAR_TO_DATE)]
DEFINITIONS = Definitions(SHIPPED | {d.name: d for d in SO_FAR})
ARROW = {"varchar": pa.string(), "date": pa.date32(), "bigint": pa.int64(), "double": pa.float64(), "boolean": pa.bool_(),
         "integer": pa.int32(), "time": pa.time64("us"), "timestamp": pa.timestamp("us")}


def sayings(source: str, days: tuple[date, ...]) -> list[dict]:
    """What a row can say beside its school and day."""
    def every(**fields) -> list[dict]:
        return [dict(zip(fields, values, strict=True)) for values in product(*fields.values())]

    match source:
        case "attendance":
            numbers = ((9, 10, None), (7, 10, None), (None, None, 91.7), (None, None, 88.3), (None, 10, None), (0, 0, None))
            return [dict(grade=grade, present=present, enrolled=enrolled, percent=percent)
                    for grade, (present, enrolled, percent) in product(("all", "1", "2"), numbers)]
        case "attendance_submission":
            return every(roster=["all"], expected=[20], on_time=[18, 11]) + every(roster=["all", "1", "2"], submitted=[True, False])
        case "absences":
            return every(student=["anna", "ben"], excused=[True, False, None])
        case "family_contacts":
            return (every(student=["anna", "ben"], contacted_on=days, reached=[True, False], how=["call", None])
                    + every(student=["all"], absences=[5], attempted=[4], reached_in_time=[1, 3]))
        case "coaching_visits":
            return every(coach=["Whitfield", "Osei"], minutes=[30.0, None], focus=["talk", None])
        case "school_calendar":
            return every(open=[True, False])
        case "schools":
            return every(name=["Oak", "Elm"])


SAYINGS = {(source, days): sayings(source, days) for source in KEYS for days in YEARS}


@dataclass(frozen=True)
class Send:
    """One upload: for each sheet its source, its rows, the units of refused rows, and how far it claims to be complete."""
    sheets: tuple[tuple[str, tuple[dict, ...], frozenset[Unit], object], ...]


@dataclass(frozen=True)
class Undo:
    """Withdraw one of the loads that stand: the oldest is 0."""
    which: int


def rows(source: str, days: tuple[date, ...]) -> st.SearchStrategy[tuple[dict, ...]]:
    """Rows as a file may hold them once its contradictions are refused: one a key, repeats only of things that happen."""
    schools = (None, *SCHOOLS) if source == "school_calendar" else SCHOOLS
    dated = st.sampled_from(days) if "date" in KEYS[source] else st.none()
    one = st.builds(lambda school, day, said: {"school": school, "date": day, **said}, st.sampled_from(schools), dated,
                    st.sampled_from(SAYINGS[source, days]))

    def key(row: dict) -> object:
        repeated = SOURCES[source].repeats and row.get("student") != "all"
        return object() if repeated else tuple(row.get(name) for name in KEYS[source])
    return st.lists(one, min_size=1, max_size=7, unique_by=key).map(tuple)


def sheet(source: str, days: tuple[date, ...]) -> st.SearchStrategy:
    """A sheet that is complete for its own units, for a wider range somebody confirmed, or for nothing; some rows refused."""
    daily = source in DAILY
    wide = [(days[first], days[last]) for first, last in ((0, 3), (4, 7), (2, 5), (0, 9))] if daily else []
    bad = st.tuples(st.sampled_from((None, *SCHOOLS)), st.sampled_from((None, *days)))
    return st.tuples(st.just(source), rows(source, days), st.frozensets(bad, max_size=1 if daily else 0),
                     st.sampled_from(["own", "own", "nothing", *wide]))


def whole_days(days: tuple[date, ...]) -> st.SearchStrategy:
    """Attendance of every school on some days, so that days open by who reported."""
    def fill(chosen: set[date], said: dict):
        return "attendance", tuple({"school": s, "date": d, **said} for d in sorted(chosen) for s in SCHOOLS), frozenset(), "own"
    return st.builds(fill, st.sets(st.sampled_from(days), min_size=2), st.sampled_from(SAYINGS["attendance", days][:3]))


def a_year_of(days: tuple[date, ...]) -> st.SearchStrategy[tuple]:
    """What one year gets from one load: a sheet, or two of one kind, and now and then a calendar or a school list."""
    daily = st.sampled_from(DAILY).flatmap(lambda source: sheet(source, days))
    two = st.sampled_from(DAILY).flatmap(lambda source: st.tuples(sheet(source, days), sheet(source, days)))
    lists = st.sampled_from(("school_calendar", "school_calendar", "schools")).flatmap(lambda source: sheet(source, days))
    return st.one_of(st.tuples(whole_days(days)), st.tuples(daily), two, st.tuples(lists))


def follow_up(days: tuple[date, ...]) -> st.SearchStrategy[tuple]:
    """Absences and the calls that reached the family a few days later, so that school days are counted across weeks."""
    def tell(missed: set[tuple[str, int, int]]) -> tuple:
        once = {(school, at): after for school, at, after in missed}
        absences = tuple({"school": s, "date": days[at], "student": "anna", "excused": False} for s, at in once)
        calls = tuple({"school": s, "date": days[at], "student": "anna", "contacted_on": days[at + after], "reached": True} for (s, at), after in once.items())
        return ("absences", absences, frozenset(), "own"), ("family_contacts", calls, frozenset(), "own")
    return st.builds(tell, st.sets(st.tuples(st.sampled_from(SCHOOLS), st.integers(0, 5), st.integers(1, 4)), min_size=2, max_size=5))


def first_loads() -> st.SearchStrategy[Send]:
    """A first upload that opens days and has something to count, so that most histories have weekly numbers to get wrong."""
    return st.builds(lambda opened, told, *visits: Send((*opened, *(sheet for pair in told for sheet in pair), *visits)),
                     st.tuples(*map(whole_days, YEARS)), st.tuples(*map(follow_up, YEARS)),
                     sheet("coaching_visits", YEARS[0]), sheet("coaching_visits", YEARS[1]))


def histories(max_size: int) -> st.SearchStrategy[list[Send | Undo]]:
    """A first load and what may follow it: more loads, and any of them withdrawn again."""
    send = st.tuples(*map(a_year_of, YEARS)).map(lambda years: Send(tuple(sheet for year in years for sheet in year)))
    later = st.lists(st.one_of(send, send, st.builds(Undo, st.integers(0, 3))), min_size=2, max_size=max_size)
    return st.builds(lambda first, then: [first, *then], first_loads(), later)


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
    fields = ("file_row", "school", *facts.columns(SOURCES[source]))
    said = tuple({name: {**row, "file_row": at}.get(name) for name in fields} for at, row in enumerate(said, 2))
    own = {(row["school"], row["date"] if "date" in KEYS[source] else None) for row in said} if claims != "nothing" else set()
    span = range((claims[1] - claims[0]).days + 1) if isinstance(claims, tuple) else ()
    wide = {(school, claims[0] + timedelta(days=n)) for school in SCHOOLS for n in span}
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
