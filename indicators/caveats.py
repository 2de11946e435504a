"""What a number must be taken with: days that are missing, a usual range still being learned or begun anew, last year, the season.

What is returned is Markdown, with text from data made inert; each is empty where there is nothing to say.
"""
from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from indicators.coverage import worst_and_best
from indicators.definition import EXPECTED, Definition, NewBaseline
from indicators.escape import escaped
from indicators.standing import Newer, Standing
from indicators.trend import FREEZE_AFTER
from indicators.view import SCHOOL
from indicators.words import TIED, capital, compared, moved, number, several, total, week_of

# Ours, in the unit: less is not worth a sentence.
WORTH_SAYING = 0.5


# --- days that are missing

def so_far(standing: Standing, as_of: date) -> str:
    """The number that is younger than the judged one, why it is not judged yet, and what it can still become; empty without one."""
    newer, definition = standing.newer, standing.definition
    if newer is None:
        return ""
    value, week, waits = number(newer.value, definition.unit), week_of(newer.week, as_of), waits_for(definition, newer)
    low, high = _reach(definition, newer)
    reach = f" It could still become anything between {_between(low, high, definition)}." if high - low >= WORTH_SAYING else ""
    if definition.to_date:
        return f"Up to the {week} it is **{value}**: {waits}.{reach}"
    return f"{capital(week)} so far: **{value}**, not judged yet: {waits}.{reach}"


def waits_for(definition: Definition, newer: Newer) -> str:
    """What keeps a week from being judged."""
    if newer.received < newer.expected:
        return f"{total(newer.received)} of {total(newer.expected)} days are in"
    if not newer.complete:
        return "the week is not over"
    if newer.denominator < definition.min_denominator:
        return f"it rests on {total(newer.denominator)}, and less than {total(definition.min_denominator)} is too few"
    return f"it can still change until {several(definition.settles_after_school_days, 'school day')} after the week"


def _reach(definition: Definition, newer: Newer) -> tuple[float, float]:
    """Where the newer week can still end; the value itself where nothing is missing, or nobody can say."""
    if definition.unit != "percent" or definition.covered_by == EXPECTED or newer.received >= newer.expected:
        return newer.value, newer.value
    week = newer.value / 100 * newer.denominator, newer.denominator, newer.expected, newer.received
    low, high = worst_and_best(*map(np.float64, week))
    return 100 * float(low), 100 * float(high)


def missing(standing: Standing) -> str:
    """That the signal could vanish, and between what its week could still end."""
    known, definition = standing.caveats, standing.definition
    if known.low is None or known.high is None or definition.covered_by == EXPECTED:
        return ""
    vanish = "This could vanish when the missing days arrive." if known.could_vanish else ""
    gone, due = standing.expected - standing.received, total(standing.expected)
    days = f"{total(gone)} of {due} {'days' if standing.kind == SCHOOL else 'school-days'}"
    reach = f"With {days} missing it could still be anything between {_between(known.low, known.high, definition)}."
    return " ".join(filter(None, [vanish, reach if known.high - known.low >= WORTH_SAYING else ""]))


def _between(low: float, high: float, definition: Definition) -> str:
    return f"{number(low, definition.unit)} and {number(high, definition.unit)}"


# --- the usual range

def usual_range(standing: Standing, begun: Sequence[NewBaseline], as_of: date) -> str:
    """Where the usual range starts anew and why, that it is still being learned, and that it is one of few cases."""
    anew = [f"Its usual range starts anew in the {week_of(one.since, as_of)}: {escaped(one.why.rstrip('. '))}." for one in begun]
    learned = f"Its usual range is still being learned: it rests on {several(standing.weeks, 'week')} and stands from {FREEZE_AFTER} on."
    few = "So few are counted a week that only a week outside its usual range stands out."
    return " ".join([*anew, *([learned] if standing.caveats.trial else []), *([few] if standing.caveats.few else [])])


# --- the same week of earlier years

def than_last_year(standing: Standing, on_agenda: bool = False) -> str:
    """How far this week is from the same week last year, and whether that is more than such weeks differ by.

    Of a number that is not judged by its usual range it is all there is to compare; of others the size alone is not worth a sentence.
    """
    than, usual = compared(standing), standing.caveats.paired_usual
    if than and not standing.definition.judged:
        return f"{capital(than)}."
    if standing.caveats.paired is None or usual is None or not round(usual, 1) or not moved(standing) or standing.definition.covered_by == EXPECTED:
        return ""
    return f"{capital(than)}; this year such differences usually stay within about {_size(usual, standing.definition)}, {_so(standing, usual, on_agenda)}."


def _so(standing: Standing, usual: float, on_agenda: bool) -> str:
    if standing.caveats.paired_beyond:
        return "so this is more than they usually are"
    if abs(standing.caveats.paired or 0) > usual:
        return "but last year that week was unlike those around it"
    return "so by itself that says little" if standing.signal or on_agenda else "so that is nothing unusual"


def season(standing: Standing) -> str:
    """What this week of the year brought in earlier years, where it is not like the rest of the year."""
    lies = standing.caveats.season
    if lies is None or abs(lies) < WORTH_SAYING or not standing.definition.judged:
        return ""
    side = "above" if lies > 0 else "below"
    return f"In earlier years this week of the year lay about {_size(abs(lies), standing.definition)} {side} the rest of its year."


def _size(size: float, definition: Definition) -> str:
    """A difference as it is said: 1.2 points, 1 point, 3."""
    shown = total(round(size, 1))
    return shown if definition.unit != "percent" else f"{shown}{TIED}{'point' if shown == '1' else 'points'}"


def year_end(standing: Standing) -> str:
    """Between which two numbers a sum of the year so far will end."""
    low, high, unit = standing.caveats.year_end_low, standing.caveats.year_end_high, standing.definition.unit
    if low is None or high is None:
        return ""
    if number(low, unit) == number(high, unit):
        return f"The year will likely end at about {number(high, unit)}."
    return f"The year will likely end between {_between(low, high, standing.definition)}."
