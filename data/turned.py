"""Columns in which some cells were turned around before we saw them: days and months by Excel, afternoons by a clock of twelve hours."""
from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from data.matching import Question
from data.values import CLOCK, slashed

if TYPE_CHECKING:
    from data.checking import Typed
    from data.conventions import Place

SWAPPED, CLOCKS = "swapped", "clock"        # keys of answers
ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)(.*)", re.DOTALL)
FIRST_MONTHS = 12
SATURDAY = 5
SCHOOL_BEGINS = 7                           # by a clock of twelve hours, what comes before is the afternoon


def turned_back(typed: Typed, texts: list[str | None], place: Place, answers: Mapping[str, str]) -> list[str | None]:
    """Where 13/4/2027 stayed text and its neighbours are dates up to the 12th, Excel has read those month first: asked, then put right."""
    dates = {text: found for text in texts if text and (found := ISO.fullmatch(text.strip()))}
    left = [found for text in texts if text and (found := slashed(text))]
    early = dates and all(int(found[3]) <= FIRST_MONTHS for found in dates.values())
    if not early or not all(first > FIRST_MONTHS for first, _, _ in left) or not (left or _weekends_go(dates)):
        return texts
    key = f"{SWAPPED}:{place.sheet}:{place.header}"
    said, example = answers.get(key), next((text for text, found in dates.items() if found[2] != found[3]), "")
    if example and said is None:
        turned = _turned(dates[example])
        because = "has days after the 12th as text, day first, and the others as dates" if left else "has days on weekends, all up to the 12th"
        typed.questions.append(Question(key, f"Column {place.header} {because}. Excel may have turned days and months around: "
                                        f"is {example[:10]} really {turned[:10]}?", {"turn": f"yes, {example[:10]} is {turned[:10]}", "keep": "no, they are right"}))
    return [_turned(dates[text]) if said == "turn" and text in dates else text for text in texts]


def _weekends_go(dates: Mapping[str, re.Match[str]]) -> bool:
    """Are some of these days on a weekend, and none when day and month change places?"""
    def weekend(text: str) -> bool:
        return date.fromisoformat(text[:10]).weekday() >= SATURDAY

    return len(dates) > 1 and any(map(weekend, dates)) and not any(weekend(_turned(found)) for found in dates.values())


def _turned(found: re.Match[str]) -> str:
    return f"{found[1]}-{found[3]}-{found[2]}{found[4]}"


def in_the_afternoon(typed: Typed, texts: list[str | None], place: Place, answers: Mapping[str, str]) -> list[str | None]:
    """1:58 among times that never pass 12:59 may be two minutes to two in the afternoon: asked, then said."""
    clocks = {text: found for text in texts if text and (found := CLOCK.fullmatch(text.strip())) and not found[4]}
    early = [text for text, found in clocks.items() if 1 <= int(found[1]) < SCHOOL_BEGINS and not found[1].startswith("0")]
    if not early or any(int(found[1]) > FIRST_MONTHS or found[1].startswith("0") for found in clocks.values()):
        return texts
    key = f"{CLOCKS}:{place.sheet}:{place.header}"
    if key not in answers:
        typed.questions.append(Question(key, f"Is {early[0]} in column {place.header} in the afternoon?",
                                        {"afternoon": f"yes, {early[0]} PM", "night": f"no, {early[0]} at night"}))
    return [f"{text.strip()} PM" if text in early and answers.get(key) == "afternoon" else text for text in texts]
