"""What a table nobody knows could be: each column's kind from its heading and its texts, what makes a row unique, what its rows are.

A guess a person looks over. Wrong the other way is worse for some: a student's number is never an amount, a child's name is left out."""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import combinations

import pyarrow as pa
import pyarrow.compute as pc

from data.layout import Header, Table, without_totals
from data.new_source import NewField, NewSource, RowsAre, repeated
from data.numerals import plainly
from data.schools import SchoolList
from data.source import Field, FieldKind, normalised
from data.values import NO, YES, date_orders, judge, mark_of, read_date

LOOKED_AT = 500             # distinct texts of a column
FITS = 0.8                  # of them that must make sense as a kind
MOST_CODES = 12             # different words a code may have
A_SENTENCE = 4              # blanks in a text, on average; in sentences anybody may be named
SEEN = 3
DENSE = 0.5                 # of all its schools and days that a file with one row each must have to be a daily state
DAYS_A_WEEK = 4             # days with rows in most weeks of a file that tells which days school was open
WHERE = {"school", "campus", "site", "dbn", "building"}
COUNTS_OR_NAMES = {"number", "no", "nr", "num"}
SAYS_ID = {"id", "ids", "code", "identifier", "key", "oid", "lasid", "sasid", "ssid", "sid", "usi", "uid", "phone", "zip", "dbn"}
STUDENT = {"student", "pupil", "learner", "child", "lasid", "sasid", "ssid", "sid"}
A_NAME = {"name", "names", "first", "last", "surname", "email", "mail", "login", "phone", "address"}
NO_AMOUNT = {"grade", "grades", "year", "period", "room", "section", "level", "course", "class", "form", "week", "month", "quarter", "term", "csd", "district"}
AN_AMOUNT = {"number", "count", "total", "of", "how", "many", "days", "hours", "sum", "size", "average", "score"}
SHORT_HEADING = 4           # words; in a longer one they stand for themselves no more
LONG_NUMBER = 6             # digits, the same number of them in every cell: no amounts are like that
MINUTES = {"minutes", "minute", "min", "mins"}
PERCENT = {"%", "percent", "percentage", "pct", "rate"}
DAY = {"date", "day", "on", "timestamp", "when"}
A_FLAG = {"ind", "indicator", "flag", "yn"}
PEOPLE = {"who", "by", "teacher", "coach", "observer", "visitor", "staff", "counselor", "director", "principal", "reporter", "caller"}
PROSE = {"comment", "comments", "note", "notes", "description", "remark", "remarks", "narrative", "details"}
MEASURED = (FieldKind.COUNT, FieldKind.NUMBER, FieldKind.PERCENT, FieldKind.MINUTES, FieldKind.YES_NO)
TELLS_APART = (FieldKind.STUDENT, FieldKind.TEXT, FieldKind.CODE, FieldKind.TIME, FieldKind.DATETIME, FieldKind.PERSON)


@dataclass(frozen=True)
class Column:
    """A column as it is looked at: the words of its heading, its different texts that say something, how many rows have one."""
    header: Header
    words: frozenset[str]
    ends: tuple[str, ...]               # the first and the last of them
    texts: tuple[str, ...]
    filled: int
    different: int


Guess = tuple[FieldKind, str, bool]         # kind, reason, whether to use it


def proposal(table: Table, schools: SchoolList) -> NewSource:
    """The best guess for every column, to be looked over by a person. It has no name yet."""
    school, day = _where([_column(table, header) for header in table.headers], schools)
    counted = without_totals(table, school or None, day or None, is_school=schools.is_listed)
    columns = [_column(counted, header) for header in table.headers]
    fields = tuple(_field(c, c.header.column == school, c.header.column == day) for c in columns)
    rows_are, key = _unique(counted, fields, [school, day]) if school and day else (RowsAre.REPEATS, ())
    daily = any(_daily(c) for c in columns if c.header.column == day)
    return NewSource("", "", fields, school=school, date=day, key=key, rows_are=rows_are, tells_school_days=daily)


def _where(columns: list[Column], schools: SchoolList) -> tuple[str, str]:
    """The columns that say school and day; empty where none does."""
    school, day = _school(columns, schools), _day(columns)
    return school.header.column if school else "", day.header.column if day else ""


def _column(table: Table, header: Header) -> Column:
    texts = pc.utf8_trim_whitespace(pc.cast(table.body[header.column], pa.string())).drop_null()
    counts = Counter({pair["values"]: pair["counts"] for pair in pc.value_counts(texts).to_pylist()})
    said = {text: n for text, n in counts.items() if not mark_of(text, FieldKind.NUMBER)}
    words = normalised(header.text).split()
    return Column(header, frozenset(words), (*words[:1], *words[-1:]), tuple([*said][:LOOKED_AT]), sum(said.values()), len(said))


def _field(c: Column, is_school: bool, is_day: bool) -> NewField:
    kind, why, used = ((FieldKind.SCHOOL, "the school", True) if is_school else (FieldKind.DATE, "the day", True) if is_day else _kind(c))
    codes = tuple(sorted(c.texts)) if kind == FieldKind.CODE else ()
    return NewField(c.header.column, " ".join(c.header.text.split()), kind, why, used and bool(normalised(c.header.text)), is_school or is_day, codes, c.texts[:SEEN])


def _kind(c: Column) -> Guess:
    if not c.texts:
        return FieldKind.TEXT, "nothing is in it", False
    for guess in (_student, _number_of_something, _yes_no, _when, _amount, _words):
        if found := guess(c):
            return found
    return FieldKind.TEXT, "text", True


def _student(c: Column) -> Guess | None:
    """A student's number, kept without the number; a name only where somebody asks for it."""
    if c.words and c.words <= A_NAME | {"full", "middle", "preferred", "legal"}:
        return FieldKind.TEXT, "it may name a child; left out unless you choose it", False
    if "local" in c.words and c.words & SAYS_ID and c.words <= {"local", "state"} | SAYS_ID | COUNTS_OR_NAMES:
        return FieldKind.STUDENT, "most likely a student's number; kept without the number", True
    if not c.words & STUDENT:
        return None
    if c.words & A_NAME and not c.words & SAYS_ID:
        return FieldKind.STUDENT, "names of students are left out", False
    if c.words & (SAYS_ID | COUNTS_OR_NAMES) or len(c.words) == 1:
        return FieldKind.STUDENT, "it says which student; kept without the number", True
    return None


def _number_of_something(c: Column) -> Guess | None:
    """Numbers that name something: by a heading that says so, by zeros in front, all of one length, or no two alike."""
    digits = [whole for text in c.texts if (whole := text.removesuffix(".0")).isdigit()]
    if len(digits) < FITS * len(c.texts):
        return None
    ends = {*c.ends}
    named = ends & SAYS_ID or len(c.words) <= SHORT_HEADING and ends & NO_AMOUNT and not c.words & AN_AMOUNT
    alone = ends & COUNTS_OR_NAMES and not c.words & (AN_AMOUNT - COUNTS_OR_NAMES) and c.different == c.filled > 1
    one_length = min(map(len, digits)) >= LONG_NUMBER and len({*map(len, digits)}) == 1 and not (c.words & DAY)
    if named or alone or one_length or any(text[0] == "0" and len(text) > 1 for text in digits):
        return FieldKind.TEXT, "a number that names something, no amount", True
    return None


def _yes_no(c: Column) -> Guess | None:
    said = {text.lower() for text in c.texts}
    if not said <= YES | NO or said <= YES and len(said) > 1 or c.words & {"count", "total", "many"} or (len(said & {"0", "1"}) == len(said) == 1 and not c.words & A_FLAG):
        return None
    return FieldKind.YES_NO, "only 0 and 1" if said == {"0", "1"} else "only yes and no", True


def _when(c: Column) -> Guess | None:
    if all(":" in text for text in c.texts):
        if _fits(c, FieldKind.TIME):
            return FieldKind.TIME, "times of day", True
        if _fits(c, FieldKind.DATETIME):
            return FieldKind.DATETIME, "days with a time", True
    if _dates(c):
        return FieldKind.DATE, "days", True
    return None


def _dates(c: Column) -> bool:
    """Days; eight digits only where the heading says that they are a day."""
    return _fits(c, FieldKind.DATE) and (bool(c.words & DAY) or not any(text.isdigit() for text in c.texts))


def _amount(c: Column) -> Guess | None:
    texts = [text for text in plainly(list(c.texts), "", "")[0] if text]
    bare = [text.rstrip("% ") for text in texts]
    if sum(not j.problem for j in judge(bare, Field("x", FieldKind.NUMBER, "x"))) < FITS * len(bare):
        return None
    if any(text.endswith("%") for text in texts) or c.words & PERCENT:
        return FieldKind.PERCENT, "percentages", True
    if c.words & MINUTES:
        return FieldKind.MINUTES, "minutes", True
    whole = all(not j.problem for j in judge(bare, Field("x", FieldKind.COUNT, "x")))
    return (FieldKind.COUNT, "whole numbers", True) if whole else (FieldKind.NUMBER, "numbers", True)


def _words(c: Column) -> Guess | None:
    """A few words again and again are a code, unless they are people, of whom there may be more; sentences are left out."""
    if c.words & PEOPLE:
        return FieldKind.TEXT, "who it was", True
    if not c.words & PROSE and 2 <= c.different <= MOST_CODES and c.filled >= 2 * c.different and not c.words & (A_NAME | SAYS_ID):
        return FieldKind.CODE, "the same few words again and again", True
    if c.words & PROSE or sum(text.count(" ") for text in c.texts) >= A_SENTENCE * len(c.texts):
        return FieldKind.TEXT, "sentences, in which a child may be named, are left out", False
    return None


def _fits(c: Column, kind: FieldKind) -> bool:
    judged = judge(c.texts, Field("x", kind, "x"), dates=date_orders(c.texts)[0])
    return bool(judged) and sum(not j.problem for j in judged) >= FITS * len(judged)


def _school(columns: Iterable[Column], schools: SchoolList) -> Column | None:
    """The column of schools: by the district's own list, then by a heading that says so, codes before names."""
    columns = [c for c in columns if c.texts]
    if not schools.open:
        listed = [c for c in columns if sum(not schools.judge(text).problem for text in c.texts) >= FITS * len(c.texts)]
        if listed:
            return max(listed, key=lambda c: (bool(c.words & WHERE), bool(c.words & SAYS_ID)))
    named = [c for c in columns if c.words & WHERE and len(c.words) <= SHORT_HEADING and not c.words & {"year", "day", "days", "level", "type", "duration", "term", "wide", "time", "attendance"}]
    return max(named, key=lambda c: (bool(c.words & SAYS_ID), "district" not in c.words), default=None)


def _day(columns: Iterable[Column]) -> Column | None:
    """The day a row is about: of several the one whose heading says least else, and in which most rows have one."""
    found = [c for c in columns if c.texts and _dates(c)]
    return max(found, key=lambda c: (c.filled, bool(c.words & DAY), -len(c.words)), default=None)


def _unique(table: Table, fields: tuple[NewField, ...], where: list[str]) -> tuple[RowsAre, tuple[str, ...]]:
    """The fewest columns beside school and day that tell all rows apart; otherwise rows that may look alike."""
    students = [f.column for f in fields if f.used and f.kind == FieldKind.STUDENT]
    wordy = {f.column for f in fields if f.used and f.column not in where and f.kind not in MEASURED}
    parts = {f.column for f in fields if f.kind == FieldKind.CODE or {*normalised(f.heading).split()} & NO_AMOUNT}     # a state may be cut by
    if not wordy and not repeated(table, where, ["row"]) and _dense(table, where):
        return RowsAre.STATE, ()
    own_number = [f.column for f in fields if f.used and f.kind == FieldKind.TEXT and {*normalised(f.heading).split()} & (SAYS_ID | COUNTS_OR_NAMES)
                  and _different(table, f.column) == table.body.num_rows]
    if own_number:
        return RowsAre.EVENTS, (own_number[0],)
    may = [f.column for f in fields if f.column not in where and f.used and f.kind in TELLS_APART and f.column not in students]
    for more in [()] * bool(students) + [*combinations(may, 1)] + [*combinations(may, 2)]:
        if not repeated(table, [*where, *students, *more], ["row"]):
            stood = not students and wordy <= {*more} & parts and _dense(table, [*where, *more])
            return RowsAre.EVENTS if students else RowsAre.STATE if stood else RowsAre.REPEATS, (*students, *more)
    return RowsAre.REPEATS, tuple(students)


def _dense(table: Table, key: list[str]) -> bool:
    """Are most combinations of what the key has there? Things that happen are sparse, states are not."""
    possible = 1
    for column in key:
        possible *= max(_different(table, column), 1)
    return _different(table, key[1]) > 1 and table.body.num_rows >= DENSE * possible


def _different(table: Table, column: str) -> int:
    return pc.count_distinct(pc.cast(table.body[column], pa.string())).as_py()


def _daily(c: Column) -> bool:
    """Do its days look like the days school is open: Mondays to Fridays, most of them in most weeks?"""
    order = date_orders(c.texts)[0]
    days = {day for text in c.texts if isinstance(day := read_date(text, order), date)}
    weeks = Counter(day.isocalendar()[:2] for day in days)
    return bool(days) and all(day.weekday() < 5 for day in days) and sum(n >= DAYS_A_WEEK for n in weeks.values()) > len(weeks) / 2
