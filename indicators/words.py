"""What is said of one number: four status words, weeks by their Monday, differences in points, no word of statistics.

What is returned is Markdown, with names from data made inert; the functions called `..._plainly` return plain text.
"""
from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import assert_never

from data.calendar import school_year
from indicators.definition import EXPECTED
from indicators.escape import escaped
from indicators.standing import Standing
from indicators.trend import RUN_WEEKS, WEEKS_BEFORE_LIMITS, Assurance, Signal, Variation
from indicators.view import CASELOAD, DISTRICT

TIED = "\u00a0"                  # a space that does not break, between what belongs together
JOINED = "\u2060"                # no space, and no break either
COUNTED = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


# --- numbers and days

def number(value: float, unit: str) -> str:
    """91.6%, 94%, 1,204. What is not quite all or nothing is never rounded to it."""
    sign, ends = ("%", (0, 100)) if unit == "percent" else ("", (0,))
    shown = round(value, 1)
    if shown in ends and abs(value - shown) > 1e-9:
        shown += 0.1 if value > shown else -0.1
    return f"{shown:,.1f}".removesuffix(".0") + sign


def total(value: float) -> str:
    return f"{value:,.1f}".removesuffix(".0")


def count(n: int) -> str:
    """Small numbers as words, large ones in figures."""
    return COUNTED[n] if n < len(COUNTED) else f"{n:,}"


def several(n: int, one: str, many: str = "") -> str:
    """three schools, one school, no school."""
    return f"{count(n)} {one if n in (0, 1) else many or one + 's'}"


def listed(words: Sequence[str]) -> str:
    """a, b and c."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def uncapital(words: str) -> str:
    """For the middle of a sentence; ADA stays ADA."""
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def day_of(on: date, seen_from: date) -> str:
    """9 Nov; with its year when it lies in another school year than the day it is seen from."""
    year = "" if school_year(on) == school_year(seen_from) else f"{TIED}{on.year}"
    return f"{on.day}{TIED}{on:%b}{year}"


def day(on: date, seen_from: date) -> str:
    return f"{on:%A} {day_of(on, seen_from)}"


def week_of(monday: date, seen_from: date) -> str:
    return f"week of {day_of(monday, seen_from)}"


def usual_range(standing: Standing) -> str:
    """90.4–92.8%; one number where the range has no width; empty where there is none."""
    if standing.lower is None or standing.upper is None:
        return ""
    low, high = (number(limit, standing.definition.unit) for limit in (standing.lower, standing.upper))
    return high if low == high else f"{low.removesuffix('%')}–{high}"


def amount(standing: Standing) -> str:
    """A value as it is said: 91.6%, 5, and for several schools together 2.4 a school."""
    each = standing.definition.unit == "count" and not standing.definition.denominator and standing.kind in (CASELOAD, DISTRICT)
    return number(standing.value, standing.definition.unit) + (f"{TIED}a{TIED}school" if each else "")


def last_year(standing: Standing) -> str:
    return "" if standing.last_year is None else f"last year {number(standing.last_year, standing.definition.unit)}"


def compared(standing: Standing) -> str:
    """With the same week last year, by the numbers as they are shown; empty without one."""
    if standing.last_year is None:
        return ""
    by = moved(standing)
    if not by:
        return "the same as in the same week last year"
    toward = by if standing.definition.better == "higher" else -by
    word = ("more" if by > 0 else "less") if standing.definition.better == "neither" else "better" if toward > 0 else "worse"
    unit = (f"{TIED}point" if abs(by) == 1 else f"{TIED}points") if standing.definition.unit == "percent" else ""
    return f"{total(abs(by))}{unit} {word} than the same week last year"


def moved(standing: Standing) -> float:
    """The difference to the same week last year, of the numbers as they are shown; none without one."""
    return 0.0 if standing.last_year is None else round(round(standing.value, 1) - round(standing.last_year, 1), 1)


# --- the four status words, and the target

def status_plainly(variation: Variation) -> str:
    match variation:
        case Variation.IMPROVING:
            return f"▲{TIED}improving"
        case Variation.WORSENING:
            return f"▼{TIED}worsening"
        case Variation.STEADY:
            return f"■{TIED}steady"
        case Variation.TOO_EARLY:
            return f"○{TIED}too{TIED}early"
        case _:
            assert_never(variation)


def colour(variation: Variation) -> str:
    match variation:
        case Variation.IMPROVING:
            return "blue"
        case Variation.WORSENING:
            return "orange"
        case Variation.STEADY | Variation.TOO_EARLY:
            return "gray"
        case _:
            assert_never(variation)


def status(variation: Variation | None) -> str:
    """Shape, word and colour; empty for an indicator that keeps no usual range."""
    return "" if variation is None else f":{colour(variation)}[**{status_plainly(variation)}**]"


def verdict(assurance: Assurance) -> str:
    """What becomes of the target if nothing changes; empty where that cannot be said."""
    match assurance:
        case Assurance.WILL_MEET:
            return "will meet"
        case Assurance.MAY_MEET:
            return "may meet"
        case Assurance.WILL_MISS:
            return "will miss"
        case Assurance.NONE:
            return ""
        case _:
            assert_never(assurance)


def target_plainly(standing: Standing) -> str:
    """target 94%: will miss. Says nothing about whether anything changed."""
    definition, said = standing.definition, verdict(standing.assurance)
    if definition.target is None:
        return ""
    target = f"target {number(definition.target, definition.unit)}"
    return f"{target}: {said.replace(' ', TIED)}" if said else target


def against_target(standing: Standing) -> str:
    """target 94%: **will miss it if nothing changes**."""
    target, colon, said = target_plainly(standing).partition(": ")
    return f"{target}: **{said} it if nothing changes**" if colon else target


def why(standing: Standing) -> str:
    """Why the newest judged week is unlike the usual, or that it is not: one sentence without the place."""
    usual, low, run = usual_range(standing).replace("–", f"–{JOINED}"), standing.signal < 0, standing.run
    weeks = several(run, "week")
    match Signal(abs(standing.signal)):
        case Signal.NONE:
            return f"Within its usual range of {usual}." if usual else _too_early(standing)
        case Signal.OUTSIDE:
            side = "below" if low else "above"
            return (f"Unusually {'low' if low else 'high'} for {weeks}, now {side} its usual range of {usual}." if run > 1
                    else f"{side.capitalize()} its usual range of {usual}.")
        case Signal.TWO_OF_THREE:
            when = f"for {weeks}" if run > 1 else "in two of the last three weeks"
            return f"Close to the {'bottom' if low else 'top'} of its usual range of {usual} {when}."
        case Signal.SEVEN_ON_ONE_SIDE:
            middle = number(standing.centre or 0, standing.definition.unit)
            long = weeks if run >= RUN_WEEKS else f"{several(RUN_WEEKS, 'week')} or more"
            return f"{'Below' if low else 'Above'} its usual level of {middle} for {long}."
        case Signal.TREND:
            return f"{'Falling' if low else 'Rising'} for {several(RUN_WEEKS, 'week')} in a row."
        case other:
            assert_never(other)


def _too_early(standing: Standing) -> str:
    if standing.variation is None:
        return f"{'Counted since the school year began' if standing.definition.to_date else 'Counted over several weeks'}, so it has no usual range."
    return f"{several(standing.weeks, 'week').capitalize()} can be judged so far; a usual range needs {count(WEEKS_BEFORE_LIMITS)}."


# --- one indicator at one place

def place_plainly(standing: Standing) -> str:
    """the district, Dana Whitfield’s schools, Lincoln."""
    if standing.kind == DISTRICT:
        return "the district"
    return schools_of(standing.name) if standing.kind == CASELOAD else standing.name


def schools_of(director: str) -> str:
    return f"{director}’s schools" if any(letter.isalpha() for letter in director) else f"caseload {director}"


def topic(standing: Standing) -> str:
    """attendance, families reached: the short label inside a sentence."""
    return uncapital(standing.definition.short)


def title(standing: Standing) -> str:
    """Lincoln: attendance 88.4% ▼ worsening."""
    place = escaped(place_plainly(standing))
    return f"{place[:1].upper()}{place[1:]}: {escaped(topic(standing))} {amount(standing)} {TIED}:small[{status(standing.variation)}]"


def said_plainly(standing: Standing) -> str:
    """For those who hear a picture: Lincoln, attendance: 88.4%, worsening, usual range 88.2–93.3%."""
    usual = usual_range(standing)
    parts = [amount(standing), str(standing.variation or ""), f"usual range {usual}" if usual else ""]
    return f"{place_plainly(standing)}, {topic(standing)}: {', '.join(filter(None, parts))}"


def headline(standing: Standing, as_of: date) -> str:
    """Value, variation, target with its outlook, last year: four statements, none of which stands for another."""
    week, settled = week_of(standing.week, as_of), "" if standing.weeks else " so far"
    when = f"so far this year, up to the {week}" if standing.definition.to_date else f"in the {week}{settled}"
    same_week = "" if standing.last_year is None else f"same week {last_year(standing)}"
    vanish = ", could vanish" if standing.caveats.could_vanish else ""
    return " · ".join(filter(None, [f"**{amount(standing)}** {when}", f"{status(standing.variation)}{vanish}", against_target(standing), same_week]))


def beside(standing: Standing) -> str:
    """usual 90.4–92.8% · target 94% · last year 91.6%, as far as there is any of it."""
    usual, target = usual_range(standing), standing.definition.target
    return " · ".join(filter(None, [f"usual {usual}" if usual else "",
                                    "" if target is None else f"target {number(target, standing.definition.unit)}", last_year(standing)]))


def week_label(monday: date) -> str:
    """A week in a list and in an address, where each must be one of its kind: 9 Nov 2026."""
    return f"{monday.day} {monday:%b %Y}"


def arrived(standing: Standing) -> str:
    """How much of what was due for this number has come; nothing where the number itself says so."""
    if standing.definition.covered_by == EXPECTED:
        return ""
    came, due = total(standing.received), total(standing.expected)
    if standing.received >= standing.expected:
        return f"All {due} days are in."
    return f"{came} of {due} days are in. What is missing counts neither way."


def target_and_last_year(standing: Standing) -> str:
    """target 94%: will miss · last year 92.3%."""
    return " · ".join(filter(None, [target_plainly(standing), last_year(standing)]))


def division(standing: Standing) -> str:
    """How the number was made, with its parts."""
    said, top, bottom = f"**{amount(standing)}**", total(standing.numerator), total(standing.denominator)
    if standing.percentages:
        return f"The mean of {bottom} school-days’ percentages = {said}. This file has no counts."
    if standing.definition.denominator:
        return f"{top} ÷ {bottom} = {said}"
    return f"{said} counted" if standing.denominator == 1 else f"{top} counted ÷ {bottom} schools = {said}"
