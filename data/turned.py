"""Columns of days and times that say less than they mean: turned around by Excel, without a year, afternoons by a clock of
twelve hours, in a time zone. Put right where the column proves it, asked about where it does not."""
from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from data.finding import Finding, Level
from data.heading import Across, moment, readings
from data.matching import Question
from data.values import CLOCK, slashed

if TYPE_CHECKING:
    from data.checking import Typed
    from data.conventions import Place

SWAPPED, CLOCKS, YEARS, ZONE = "swapped", "clock", "years", "zone"        # keys of answers
OFFSET = re.compile(r"\s*[-+]\d{2}:?\d{2}$")
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


def with_years(typed: Typed, texts: list[str | None], place: Place, answers: Mapping[str, str], today: date) -> list[str | None]:
    """Nov 3 and 11/3 get the year that their weekdays and today leave; where two years are left, a person says."""
    named = {text: found for text in texts if text and (found := moment(text)) and found.orders and not found.year and found.kind == Across.DAY}
    if not named:
        return texts
    possible = readings([*dict.fromkeys(named.values())], today)
    key, first = f"{YEARS}:{place.sheet}:{place.header}", next(iter(named))
    chosen = [days for days in possible if str(days[named[first]]) == answers.get(key)] or possible[:1] * (len(possible) == 1)
    if not chosen:
        options = {str(days[named[first]]): f"{days[named[first]].day} {days[named[first]]:%b %Y}" for days in possible}
        typed.questions += [Question(key, f"Which day is {first} in column {place.header}? No year is written.", options, holds_for_alike=False)] if options else []
        return texts
    day = chosen[0][named[first]]
    typed.findings.append(Finding(Level.NOTE, f"no year is written; {first} was read as {day.day} {day:%b %Y}", "If that is wrong, write the dates as 2026-11-16.",
                                  sheet=place.sheet, column=place.header, rows=len(named)))
    return [str(chosen[0][named[text]]) if text in named else text for text in texts]


def in_own_time(typed: Typed, texts: list[str | None], place: Place, answers: Mapping[str, str]) -> list[str | None]:
    """2026-09-14T13:46-05:00 is a quarter to two where the zone is the district's own; only a person knows."""
    zoned = {text: found for text in texts if text and (found := OFFSET.search(text.strip())) and ":" in text[:found.start()]}
    if not zoned:
        return texts
    key = f"{ZONE}:{place.sheet}:{place.header}"
    if key not in answers:
        text = next(iter(zoned))
        typed.questions.append(Question(key, f"Times in column {place.header} name a time zone ({text}). Is it the district's own?",
                                        {"own": "yes, they are our own times", "other": "no, another zone's"}))
    return [text.strip()[:zoned[text].start()] if text in zoned and answers.get(key) == "own" else text for text in texts]
