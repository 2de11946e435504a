"""What earlier answers taught: a sheet with the same headings is read the same way, a word means what it meant before.

Kept with the load that taught it, and believed for as long as that load stands.
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from data.heading import moment
from data.layout import Table
from data.matching import NOT_USED
from data.source import normalised
from data.store import Change, Relations

ANY = ""                    # the shape of what holds for every file of a feed: what a word means
WORD = "value"              # value:SOURCE.FIELD:WORD, the key of what a word means
BY_SHEET = ("source", "column", "dates", "scale", "blanks", "values", "across", "fill", "suggest", "hidden", "addup", "swapped", "clock", "zone")     # kinds of answers that hold for a shape
BY_LETTER = ("column", "fill")                                                             # those that name a column by its letter


class Lesson(NamedTuple):
    """One answer without the sheet it was given for: columns by their headings, not by their letters."""
    shape: str
    question: str
    answer: str


@dataclass
class Memory:
    """Lessons by shape. `learn` takes the newest last."""
    by_shape: dict[str, dict[str, str]] = field(default_factory=dict)

    def learn(self, lessons: Iterable[Lesson]) -> Memory:
        for shape, question, answer in lessons:
            self.by_shape.setdefault(shape, {})[question] = answer
        return self

    def answers(self, table: Table) -> dict[str, str]:
        """What was answered for a sheet of this shape, as answers for this one; and what words mean."""
        letters = {normalised(header.text): header.column for header in table.headers} | {NOT_USED: NOT_USED}
        found = dict(self.by_shape.get(ANY, {}))
        for question, answer in self.by_shape.get(shape(table), {}).items():
            kind, _, rest = question.partition(":")
            if kind == "fill":
                rest = letters.get(rest, "")
            if kind == "column":
                answer = letters.get(answer, "")
            if answer and (rest or ":" not in question):
                found[f"{kind}:{table.sheet}{':' * bool(rest)}{rest}"] = answer
        return found


def shape(table: Table) -> str:
    """What sheets of one feed have in common: their headings, whatever their order and the days among them."""
    said = {" ".join(str(found.kind) if (found := moment(part)) else normalised(part) for part in header.parts) for header in table.headers}
    return " | ".join(sorted(said))


def lessons(table: Table, answers: Mapping[str, str]) -> list[Lesson]:
    """What these answers teach about sheets like this one."""
    headings = {header.column: normalised(header.text) for header in table.headers}
    found = []
    for key, answer in answers.items():
        kind, _, rest = key.partition(":")
        if kind == WORD:
            found.append(Lesson(ANY, key, answer))
        sheet, _, rest = rest.partition(":")
        if kind not in BY_SHEET or (":" in key and sheet != table.sheet):
            continue
        if kind in BY_LETTER:
            rest, answer = (headings.get(rest, ""), answer) if kind == "fill" else (rest, headings.get(answer, answer))
        found.append(Lesson(shape(table), f"{kind}:{rest}" if rest else kind, answer))
    return found


def write(change: Change, load_id: int, learned: Iterable[Lesson]) -> None:
    columns = [list(column) for column in zip(*learned, strict=True)]
    if columns:
        change.run("insert into remembered select ?, unnest(?::varchar[]), unnest(?::varchar[]), unnest(?::varchar[])", load_id, *columns)


def remembered(store: Relations | Change) -> Memory:
    """All that standing loads taught; of two answers to one question the newer counts."""
    return Memory().learn(Lesson(*row) for row in store.rows(
        "select shape, question, answer from remembered join standing using (load_id) order by load_id"))


@dataclass(frozen=True)
class Known:
    """A lesson that counts now, and the load that taught it."""
    lesson: Lesson
    load_id: int
    file_name: str


def known(store: Relations) -> list[Known]:
    """Every lesson that counts, words first, then shape by shape."""
    rows = store.rows("""select shape, question, answer, r.load_id, file_name from remembered r join standing using (load_id) join load using (load_id)
        qualify row_number() over (partition by shape, question order by r.load_id desc) = 1 order by shape, question""")
    return [Known(Lesson(shape, question, answer), load_id, file_name) for shape, question, answer, load_id, file_name in rows]


def forget(change: Change, lesson: Lesson) -> None:
    """Let a question be asked again, whatever loads have answered it."""
    change.run("delete from remembered where shape = ? and question = ?", lesson.shape, lesson.question)
