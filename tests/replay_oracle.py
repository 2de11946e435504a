"""The district worked out by hand: what stands and what the weeks say, from a list of loads, in plain Python.

It shares no line with the code it judges. The rule is DESIGN's: for each natural key the newest standing load that
speaks about it decides; it has a row, that row stands; its scope covers the key without a row, none does.
"""
from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

KEYS = {"attendance": ("school", "date", "grade"), "attendance_submission": ("school", "date", "roster"),
        "absences": ("school", "date", "student"), "family_contacts": ("school", "date", "student", "contacted_on"),
        "coaching_visits": ("school", "date", "coach"), "school_calendar": ("date", "school"), "schools": ("school",)}
REPEATS = {"family_contacts", "coaching_visits"}
EVENTS = {"absences", "family_contacts", "coaching_visits"}
DAILY = ("attendance", "attendance_submission", "absences", "family_contacts", "coaching_visits")
ROLLING_WEEKS = 4
Unit = tuple[str | None, date | None]


@dataclass(frozen=True)
class Sheet:
    """The rows one sheet gave one source, in file order, and the units it was complete for."""
    source: str
    rows: tuple[dict, ...]
    scope: frozenset[Unit]


@dataclass(frozen=True)
class Accepted:
    load_id: int
    sheets: tuple[Sheet, ...]


def unit_of(source: str, row: dict) -> Unit:
    return row.get("school"), row["date"] if "date" in KEYS[source] else None


def numbered(load: Accepted, source: str) -> list[dict]:
    """The rows of one load, each with its place; repeats of a key are told apart by a running number."""
    said, repeats = [], Counter()
    for part, sheet in enumerate(load.sheets):
        if sheet.source != source:
            continue
        rows = sheet.rows
        if source in REPEATS:
            told = [name for name in rows[0] if name not in (*KEYS[source], "file_row")]
            rows = sorted(rows, key=lambda row: [(row[name] is None, row[name]) for name in told])
        for row in rows:
            key = tuple(row.get(name) for name in KEYS[source])
            repeats[key] += 1
            again = source in REPEATS and row.get("student") != "all"
            said.append({**row, "key": (*key, repeats[key] if again else 1), "load_id": load.load_id, "part": part})
    return said


def live(loads: Iterable[Accepted], source: str) -> list[dict]:
    """The rows that stand. Loads are in the order they were accepted; a later sheet of one load has the last word."""
    standing: dict[tuple, dict] = {}
    for load in loads:
        covered = {unit for sheet in load.sheets if sheet.source == source for unit in sheet.scope}
        standing = {key: row for key, row in standing.items() if unit_of(source, row) not in covered}
        standing |= {row["key"]: row for row in numbered(load, source)}
    return [*standing.values()]


def week_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def year_of(day: date) -> int:
    return day.year if day >= date(day.year, 7, 1) else day.year - 1


class District:
    """Everything the stored numbers should be, for one list of standing loads."""

    def __init__(self, loads: list[Accepted]) -> None:
        self.rows = {source: live(loads, source) for source in KEYS}
        self.received = {source: self._received(loads, source) for source in DAILY}
        self.days = self._school_days()
        self.exceptions = {(r["school"], r["date"]): r["open"] for r in self.rows["school_calendar"] if r["school"]}
        self.weeks = sorted({week_of(day) for day in self.days})
        self.year = {week_of(day): year_of(day) for day in reversed(self.days)}         # of a week: its first school day's

    def _received(self, loads: list[Accepted], source: str) -> set[Unit]:
        said = {unit_of(source, r) for r in self.rows[source] if source != "attendance" or r["percent"] is not None
                or (r["present"] is not None and r["enrolled"] is not None)}
        scopes = {u for load in loads for sheet in load.sheets if sheet.source == source for u in sheet.scope}
        return said | (scopes if source in EVENTS else set())

    def _school_days(self) -> list[date]:
        uploaded = [r for r in self.rows["school_calendar"] if r["school"] is None]
        decided = {year_of(r["date"]) for r in uploaded}
        by_day, by_year = defaultdict(set), defaultdict(set)
        for school, day in self.received["attendance"]:
            by_day[day].add(school)
            by_year[year_of(day)].add(school)
        derived = {day for day, schools in by_day.items() if year_of(day) not in decided and 2 * len(schools) >= len(by_year[year_of(day)])}
        return sorted({r["date"] for r in uploaded if r["open"]} | derived)

    def is_open(self, school: str, day: date) -> bool:
        return self.exceptions.get((school, day), day in self.days)

    def owed_days(self, school: str, week: date) -> int:
        """School days of the week for this school: the district's, less those on which it alone is closed, and with its own."""
        return sum(self.is_open(school, week + timedelta(days=n)) for n in range(7))

    def expected(self) -> list[tuple[str, str, date, bool]]:
        """Source, school, day and whether it came, for all that is owed."""
        since: dict[tuple, date] = {}
        anybody, senders = {}, defaultdict(set)
        for source in DAILY:
            for school, day in self.received[source]:
                mine, all_ = (source, school, year_of(day)), (source, year_of(day))
                since[mine], anybody[all_] = min(day, since.get(mine, day)), min(day, anybody.get(all_, day))
                senders[all_].add(school)
        listed = [r["school"] for r in self.rows["schools"]]
        for (source, year), first in anybody.items():
            if listed and 2 * len(senders[source, year]) >= len(listed):
                since |= {(source, school, year): min(first, since.get((source, school, year), first)) for school in listed}
        return [(source, school, day, (school, day) in self.received[source]) for (source, school, year), first in since.items()
                for day in self.days if day >= first and year_of(day) == year and self.exceptions.get((school, day), True)]

    def weekly(self) -> dict[tuple, tuple]:
        """(indicator, school, week) → measure, numerator, denominator, expected, received."""
        found = {}
        for name, source, counted in (("attendance_rate", "attendance", self._attendance), ("attendance_submitted_on_time", "attendance_submission", self._on_time),
                                      ("families_reached_within_2_days", "family_contacts", self._reached), ("absences_with_contact", "family_contacts", self._tried)):
            for (school, week), days in self._arrived(self.received[source]).items():
                found[name, school, week] = (*counted(school, week), self.owed_days(school, week), len(days))
        return found | self._visits() | self._so_far() | self._data_received()

    def _arrived(self, units: Iterable[Unit]) -> dict[tuple[str, date], set[date]]:
        weeks = defaultdict(set)
        for school, day in units:
            if self.is_open(school, day) and week_of(day) in self.weeks:
                weeks[school, week_of(day)].add(day)
        return weeks

    def _in(self, source: str, school: str, week: date, part: str = "") -> list[dict]:
        """A school's rows of a week on its school days; beside an "all" row its parts do not count."""
        rows = [r for r in self.rows[source] if r["school"] == school and week_of(r["date"]) == week and self.is_open(school, r["date"])]
        whole = {r["date"] for r in rows if part and r[part] == "all"}
        return [r for r in rows if r["date"] not in whole or r[part] == "all"]

    def _attendance(self, school: str, week: date) -> tuple:
        rows = self._in("attendance", school, week, "grade")
        counts = [r for r in rows if r["present"] is not None and r["enrolled"] is not None]
        percents = [r["percent"] for r in rows if r["percent"] is not None]
        if sum(r["enrolled"] for r in counts) == 0 and percents:
            return "percentages", round(sum(percents) / 100, 9), len(percents)
        return "counts", sum(r["present"] for r in counts), sum(r["enrolled"] for r in counts)

    def _on_time(self, school: str, week: date) -> tuple:
        rows = self._in("attendance_submission", school, week, "roster")
        singles = [r for r in rows if r["expected"] is None and r["submitted"] is not None]
        totals = [r for r in rows if r["expected"] is not None]
        return ("counts", sum(r["on_time"] for r in totals) + sum(r["submitted"] for r in singles),
                sum(r["expected"] for r in totals) + len(singles))

    def _follow_up(self, school: str, week: date) -> list[tuple[int | None, bool]]:
        """Each unexcused absence: school days until the family was reached, and whether anybody tried.

        Absences of a day without a log are not known to be neglected; of a day told in counts they stand there already."""
        contacts, told = self._in("family_contacts", school, week, "student"), []
        counted = {c["date"] for c in contacts if c["student"] == "all"}
        for absence in self._in("absences", school, week):
            if absence["excused"] is True or absence["date"] in counted or (school, absence["date"]) not in self.received["family_contacts"]:
                continue
            calls = [c for c in contacts if c["date"] == absence["date"] and c["student"] == absence["student"]]
            done = [self._up_to(c["contacted_on"]) - self._up_to(absence["date"]) for c in calls
                    if c["reached"] and self._known(c["contacted_on"]) and self._known(absence["date"])]
            told.append((min(done, default=None), bool(calls)))
        for c in contacts:
            if c["student"] == "all":
                told += [(2, True)] * c["reached_in_time"] + [(None, True)] * (c["attempted"] - c["reached_in_time"])
                told += [(None, False)] * (c["absences"] - c["attempted"])
        return told

    def _known(self, day: date) -> bool:
        return bool(self.days) and self.days[0] <= day <= self.days[-1]

    def _up_to(self, day: date) -> int:
        """School days up to and with this day: a Saturday counts as the Friday before."""
        return sum(d <= day for d in self.days)

    def _reached(self, school: str, week: date) -> tuple:
        told = self._follow_up(school, week)
        return "counts", sum(after is not None and after <= 2 for after, _ in told), len(told)

    def _tried(self, school: str, week: date) -> tuple:
        told = self._follow_up(school, week)
        return "counts", sum(tried for _, tried in told), len(told)

    def _visits(self) -> dict[tuple, tuple]:
        """Visits of the last four school weeks, on whatever day of the week; from the first of them that sent anything."""
        found, arrived = {}, self._arrived(self.received["coaching_visits"])
        for school, week in arrived:
            at = self.weeks.index(week)
            window = self.weeks[max(0, at - ROLLING_WEEKS + 1):at + 1]
            window = window[next(i for i, w in enumerate(window) if (school, w) in arrived):]
            visits = sum(r["school"] == school and week_of(r["date"]) in window and (school, week_of(r["date"])) in arrived
                         for r in self.rows["coaching_visits"])
            found["coaching_visits", school, week] = ("counts", visits, 1, sum(self.owed_days(school, w) for w in window),
                                                      sum(len(arrived.get((school, w), ())) for w in window))
        return found

    def _so_far(self) -> dict[tuple, tuple]:
        """Attendance and visits from the first week of the school year that sent anything, up to each week that sent anything."""
        found = {}
        for name, source in (("attendance_so_far", "attendance"), ("visits_so_far", "coaching_visits")):
            arrived = self._arrived(self.received[source])
            for school, week in arrived:
                sent = [w for w in self.weeks if w <= week and self.year[w] == self.year[week] and (school, w) in arrived]
                rows = [r for r in self.rows[source] if r["school"] == school and week_of(r["date"]) in sent]
                if source == "attendance":
                    rows = [r for w in sent for r in self._in(source, school, w, "grade") if r["present"] is not None and r["enrolled"] is not None]
                top, bottom = (sum(r["present"] for r in rows), sum(r["enrolled"] for r in rows)) if source == "attendance" else (len(rows), 1)
                owed = [w for w in self.weeks if sent[0] <= w <= week and self.year[w] == self.year[week]]
                found[name, school, week] = ("counts", top, bottom, sum(self.owed_days(school, w) for w in owed), sum(len(arrived[school, w]) for w in sent))
        return found

    def _data_received(self) -> dict[tuple, tuple]:
        owed = defaultdict(list)
        for _, school, day, came in self.expected():
            owed[school, week_of(day)].append((day, came))
        return {("data_received", school, week): ("counts", sum(came for _, came in days), len(days), self.owed_days(school, week),
                                                  len({day for day, _ in days})) for (school, week), days in owed.items()}
