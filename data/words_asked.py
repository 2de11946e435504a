"""Words a column has that nobody knows yet, a school's nickname or a code of the district's own: asked once, then known."""
from __future__ import annotations

from typing import TYPE_CHECKING

from data.matching import Question
from data.memory import WORD
from data.source import Field, FieldKind, Source, normalised
from data.values import Judged

if TYPE_CHECKING:
    from data.checking import Setting, Typed
    from data.conventions import Place

LEAVE_OUT = "-"             # the answer that keeps a word's rows out of this load
MOST_ASKED = 5              # names of one column; with more it is the wrong column, and they are refused with their rows
MOST_CODES = 15             # a district may have codes of its own
LEFT_OUT = "its rows are left out, as you said"


def words_asked(typed: Typed, texts: list[str | None], judged: list[Judged], f: Field, source: Source, place: Place, setting: Setting) -> list[Judged]:
    """The column as judged, with the words a person has explained; the others join `typed` as questions where there is something to choose."""
    explained, open_words = list(judged), []
    for at, (text, found) in enumerate(zip(texts, judged, strict=True)):
        if not found.problem or not text:
            continue
        said = setting.answers.get(_key(source, f, text))
        if said == LEAVE_OUT:
            explained[at] = Judged(problem=LEFT_OUT, remedy="Load the file again to take them in.")
        elif said:
            explained[at] = Judged(said == "yes" if f.kind == FieldKind.YES_NO else said)
        elif options := _options(text, f, setting):
            open_words.append((text, options))
    if 0 < len(open_words) <= (MOST_CODES if f.kind == FieldKind.CODE else MOST_ASKED):
        typed.questions += [_question(text, options, f, source, place) for text, options in open_words]
    return explained


def _question(text: str, options: dict[str, str], f: Field, source: Source, place: Place) -> Question:
    ask = f"What does {text.strip()!r} in column {place.header} mean?" if f.kind != FieldKind.SCHOOL else f"Which school is {text.strip()!r} in column {place.header}?"
    return Question(_key(source, f, text), ask, options | {LEAVE_OUT: "leave those rows out"})


def _key(source: Source, f: Field, text: str) -> str:
    """Schools have the same names in every feed; a code may mean one thing here and another there."""
    return f"{WORD}:{'school' if f.kind == FieldKind.SCHOOL else f'{source.name}.{f.name}'}:{normalised(text)}"


def _options(text: str, f: Field, setting: Setting) -> dict[str, str]:
    if f.kind == FieldKind.SCHOOL:
        schools = setting.schools
        return {code: f"{schools.names[code]} ({code})" for code in schools.likely(text)}
    if f.kind == FieldKind.YES_NO:
        return {"yes": "yes", "no": "no"}
    return {value: value for value in f.values}
