"""What is said of the weeks to come and of what a school may be asked: sentences without a word of statistics."""
from __future__ import annotations

from datetime import date
from typing import assert_never

from indicators.comparing import AHEAD, Ahead, Asked
from indicators.definition import Definition
from indicators.outlook import IN_TEN, Chance
from indicators.trend import WEEKS_BEFORE_SURE, Assurance
from indicators.words import TIED, capital, count, number, several, total, week_of

# Of 100 weeks so many came to lie inside what was said: eight weeks ahead and half a year ahead, of twelve or twenty weeks that
# stood still, resembled their neighbours, drifted or levelled off. Simulated in tests/test_comparing.py.
HELD = (79, 100)


def heading(definition: Definition) -> str:
    return "Where it is heading" if definition.target is None else "Will it reach the target?"


def outlook(ahead: Ahead, definition: Definition, as_of: date, stays: Assurance = Assurance.NONE) -> str:
    """Target 94% by the week of 7 Jun: unlikely. If recent weeks continue, that week lands between 85.4% and 93.7% (8 in 10).

    `stays` is what becomes of the target if nothing changes: where that differs, the words say what it depends on."""
    if ahead.low is None or ahead.high is None:
        return (f"**Too early to say where it will be{f' in {ahead.week:%B}' if ahead.week else ''}.** "
                f"{capital(several(ahead.used, 'recent week'))} can be judged; it takes {count(WEEKS_BEFORE_SURE)}.")
    return " ".join(filter(None, [_verdict(ahead, definition, as_of, stays), _lands(ahead, definition, as_of), _not_before(ahead, as_of)]))


def _verdict(ahead: Ahead, definition: Definition, as_of: date, stays: Assurance) -> str:
    word = chance(ahead.chance)
    if not word or definition.target is None:
        return ""
    return f"**Target {number(definition.target, definition.unit)} {'by' if ahead.week else 'in'} {_when(ahead, as_of)}: {word}{_if(ahead.chance, stays)}.**"


def _if(said: Chance, stays: Assurance) -> str:
    """Which of the two says so, where recent weeks and the usual range point apart."""
    if stays is Assurance.WILL_MISS and said in (Chance.LIKELY, Chance.POSSIBLE):
        return " by its recent weeks, not by its usual range"
    if stays is Assurance.WILL_MEET and said in (Chance.POSSIBLE, Chance.UNLIKELY):
        return " by its recent weeks, though its usual range meets it"
    return ""


def chance(said: Chance) -> str:
    """One of three words; empty where there is no target to reach."""
    match said:
        case Chance.LIKELY | Chance.POSSIBLE | Chance.UNLIKELY:
            return said.value
        case Chance.NONE | Chance.TOO_EARLY:
            return ""
        case _:
            assert_never(said)


def _when(ahead: Ahead, as_of: date) -> str:
    return f"the {week_of(ahead.week, as_of)}" if ahead.week else several(ahead.weeks, "school week")


def _lands(ahead: Ahead, definition: Definition, as_of: date) -> str:
    low, high = (number(edge, definition.unit) for edge in (ahead.low, ahead.high))
    said = bool(chance(ahead.chance))
    when = "that week" if said else _when(ahead, as_of) if ahead.week else f"the week in {_when(ahead, as_of)}"
    if definition.unit == "percent" and (ahead.low, ahead.high) == (0, 100):
        return f"Its weeks vary so much that {when} could be anything."
    where = f"at {low}" if low == high else f"between {low} and {high}"
    return f"If recent weeks continue, {when} lands {where} ({IN_TEN}{TIED}in{TIED}10)."


def _not_before(ahead: Ahead, as_of: date) -> str:
    return f"Not before the {week_of(ahead.not_before, as_of)}." if ahead.not_before else ""


def asked(found: Asked, definition: Definition) -> str:
    """What may be expected of this school by its own last year, and whether it is there."""
    last_year, expected, now = (number(value, definition.unit) for value in (found.last_year, found.expected, found.now))
    moved = round(round(found.expected, 1) - round(found.last_year, 1), 1)      # by the numbers as they are shown
    by = f"{total(abs(moved))}{'' if definition.unit != 'percent' else f'{TIED}point' if abs(moved) == 1 else f'{TIED}points'}"
    since = f"similar schools have {'risen' if moved > 0 else 'fallen'} by {by} since" if moved else "similar schools are where they were"
    return f"In the same weeks last year it was {last_year}, and {since}: {expected} could be expected, and it is {now}."


def how(ahead: Ahead | None, found: Asked | None) -> list[str]:
    """How the outlook and what is expected are worked out, and by whose rule."""
    ended = (f"By the calendar, or as last year did, the year ends {count(ahead.weeks)} school weeks from now." if ahead and ahead.week else
             f"Nobody has said when the school year ends, so it looks {count(AHEAD)} school weeks ahead.")
    outlook = [
        f"**Where it lands.** A line is drawn through the last {several(ahead.used, 'judged week')}, and we go half as far as it "
        "points: midway between staying at their average and going on as straight as before (the half-trend). The wider of "
        f"the two margins is kept, and it grows with every week ahead. {ended} In trials {HELD[0]} to {HELD[1]} of 100 weeks came to lie "
        "between the two numbers. Likely: the middle of them meets the target. Unlikely: not even the better end does. This looks at "
        "where the line points; “if nothing changes”, above, looks at the usual range alone."] if ahead and ahead.low is not None else []
    expected = [
        "**What could be expected.** Its own number over the same weeks last year, plus the middle one of what similar schools gained "
        "since. All weeks are added up first, divided last."] if found else []
    return outlook + expected
