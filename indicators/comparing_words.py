"""What is said of schools beside each other: who differs more than schools usually do, and whom to ask. Names are made inert."""
from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pyarrow as pa

from indicators.chart_tables import by_size_table, dots_table
from indicators.compare import OUTSIDE_BY_CHANCE
from indicators.comparing import Alike, Compared, Comparison
from indicators.definition import Definition
from indicators.escape import escaped
from indicators.phrases import weeks_words
from indicators.trend import Variation
from indicators.words import capital, count, listed, number, several, status_plainly

NAMES_DRAWN = 5             # of the schools outside the band, the furthest: more names would cover each other
NAMED = 4                   # more schools than these are counted, not named
USUAL_OF_100 = round(100 * (1 - OUTSIDE_BY_CHANCE))


def differ(found: Comparison, definition: Definition) -> str:
    """Which schools differ more than schools usually do; of fewer than ten, which two differ at all."""
    return " ".join(filter(None, [_beyond_the_band(found, definition) if found.band else _apart(found, definition), _moving(found)]))


def _beyond_the_band(found: Comparison, definition: Definition) -> str:
    schools, outside = len(found.schools), found.outside
    by_chance = round(OUTSIDE_BY_CHANCE * schools)
    chance = f"Chance alone would give {'fewer than one' if OUTSIDE_BY_CHANCE * schools < 1 else f'about {count(by_chance)}'}."
    if not outside:
        return f"**None of {schools:,} schools differs more than schools usually do.**"
    sides = [f"{_named(side, definition)} {word} the grey band" for word, side in (
        ("below", [s for s in outside if s.outside < 0]), ("above", [s for s in outside if s.outside > 0])) if side]
    verb = "differs" if len(outside) == 1 else "differ"
    return f"**{len(outside):,} of {schools:,} schools {verb} more than schools usually do:** {', '.join(sides)}. {chance}"


def _apart(found: Comparison, definition: Definition) -> str:
    """Which of a few schools are told apart by their weeks."""
    schools, pairs = len(found.schools), sum(len(above) for _, above in found.apart)
    if not pairs:
        return f"**{'These two' if schools == 2 else f'No two of these {count(schools)}'} schools {'do not ' if schools == 2 else ''}differ by more than their own weeks vary.**"
    said = [f"{_named([low], definition)} lies below {_named(above, definition)}" for low, above in found.apart[:NAMED]]
    more = len(found.apart) - NAMED
    said += [f"{several(more, 'more school')} {'lies' if more == 1 else 'lie'} below others"] if more > 0 else []
    who = "These two schools" if schools == 2 else f"Of these {count(schools)} schools, some"
    rest = " Of any other two nobody can say which is ahead." if pairs < schools * (schools - 1) // 2 else ""
    return f"**{who} differ by more than their weeks vary:** {'; '.join(said)}.{rest}"


def _moving(found: Comparison) -> str:
    """Schools whose weeks are no one level, so that their place beside the others may not last."""
    if not found.moving:
        return ""
    who = [f"{escaped(s.school)} ({status_plainly(s.moving)})" for s in found.moving] if len(found.moving) <= NAMED else [
        f"{several(n, 'school')} ({status_plainly(way)})" for way in (Variation.WORSENING, Variation.IMPROVING)
        if (n := sum(s.moving is way for s in found.moving))]
    one = len(found.moving) == 1
    return f"Moving just now, so {'its place' if one else 'their places'} may not last: {listed(who)}."


def _named(schools: Sequence[Compared], definition: Definition) -> str:
    if len(schools) > NAMED:
        return several(len(schools), "school")
    return listed([f"{escaped(school.school)} ({number(school.value, definition.unit)})" for school in schools])


def not_compared(definition: Definition) -> str:
    """Why schools are not put beside each other by this indicator."""
    if not definition.judged:
        return "Schools are not compared by it: it is counted over several weeks at a time."
    if not definition.denominator:
        return "Schools are not compared by it: a plain count grows with the school."
    return "There are no two schools here with weeks that can be judged."


def picture(found: Comparison, as_of: date) -> str:
    """What the picture shows, under it."""
    weeks = f"The {weeks_words(found.weeks[0], found.weeks[-1], as_of)} together."
    left_out = f" {capital(several(found.left_out, 'school'))} cannot be put beside the others: counts and percentages do not mix." if found.left_out else ""
    shapes = " ▼ ▲ moving just now." if found.moving else ""
    if found.band:
        return (f"{weeks} Further right: rests on more, so chance moves it less. Grey band: where {USUAL_OF_100} of 100 schools lie that "
                f"differ as schools usually do.{shapes}{left_out}")
    return f"{weeks} Grey line: where the school’s own level lies, 19 times in 20. No order but the alphabet’s.{shapes}{left_out}"


def picture_alt(found: Comparison, definition: Definition) -> str:
    """The picture as a sentence, for those who hear it."""
    values = [school.value for school in found.schools]
    low, high = (number(end, definition.unit) for end in (min(values), max(values)))
    outside = f"; outside the grey band: {listed([s.school for s in found.outside])}" if found.outside else ""
    return (f"{definition.label} of {several(len(values), 'school')}, between {low} and {high}, all together "
            f"{number(found.whole, definition.unit)}{outside}")


def at_dot(school: Compared, definition: Definition) -> str:
    """91.1% ▼ worsening: beside a school’s dot, plain text."""
    return " ".join(filter(None, [number(school.value, definition.unit), status_plainly(school.moving) if school.moving else ""]))


def drawn(found: Comparison, definition: Definition) -> pa.Table:
    """What the picture is drawn from: over what it rests on with a band, else a row a school."""
    schools = found.schools
    low, high = ([_possible(end, definition) for end in ends] for ends in zip(*((school.low, school.high) for school in schools)))
    names, values, words = [s.school for s in schools], [s.value for s in schools], [at_dot(s, definition) for s in schools]
    states = [s.moving.value if s.moving else "usual" for s in schools]
    if not found.band:
        return dots_table(names, values, words, states, reach=(low, high))
    named = sorted(found.outside, key=_beyond, reverse=True)[:NAMES_DRAWN]
    return by_size_table(names, [s.size for s in schools], values, low, high, words, [s.outside if s in named else 0 for s in schools], states,
                         whole=found.whole, whole_name="all|together")


def _possible(end: float | None, definition: Definition) -> float | None:
    """An end of a band as it is drawn: no share is above 100."""
    return end if end is None or definition.unit != "percent" else min(max(end, 0.0), 100.0)


def _beyond(school: Compared) -> float:
    """How far a school lies outside its band, in widths of the band."""
    if school.low is None or school.high is None:
        return 0.0
    return max(school.low - school.value, school.value - school.high) / max(school.high - school.low, 1e-9)


def as_table(found: Comparison) -> dict[str, list[Any]]:
    """The same as a table, numbers as numbers."""
    places = {1: "above the band", -1: "below the band", 0: "within the band"}
    ends = ("Band from", "Band to") if found.band else ("Level from", "Level to")
    columns = {"School": [s.school for s in found.schools], "Value": [round(s.value, 1) for s in found.schools],
               ends[0]: [None if s.low is None else round(s.low, 1) for s in found.schools],
               ends[1]: [None if s.high is None else round(s.high, 1) for s in found.schools],
               "Rests on": [round(s.size, 1) for s in found.schools],
               "Just now": [status_plainly(s.moving) if s.moving else "" for s in found.schools]}
    return columns | ({"So": [places[s.outside] for s in found.schools]} if found.band else {})


def how(found: Comparison) -> str:
    """How schools are told apart, and by whose rule."""
    added = f"Each school’s {several(len(found.weeks), 'judged week')} are added up first, divided last; “rests on” is what was divided by."
    if found.band:
        return (f"{added} The grey band is as wide as chance makes it for a school of that size, and schools’ usual differences besides: "
                f"they are worked out from all {len(found.schools):,} schools, the outermost pulled in. Of schools that differ as schools "
                f"usually do, {100 - USUAL_OF_100} in 100 lie outside all the same. The rule is Spiegelhalter’s (2005), for comparing "
                "institutions; under ten schools we give no such verdict.")
    return (f"{added} The grey line says how surely a school’s level is known, from how much its weeks vary (Wilson 1927 for shares). Two "
            "schools are told apart only where their lines do not touch. With fewer than ten schools nobody can say how much schools "
            "usually differ.")


def whom_to_ask(found: Alike, definition: Definition) -> str:
    """Which similar schools do better: whom to ask."""
    like, similar, better = _like(found), len(found.similar), len(found.better)
    if not similar:
        return f"**No school here is similar to it.** {like}"
    if not better:
        none = "The one similar school does not do clearly better" if similar == 1 else f"None of {count(similar)} similar schools does clearly better"
        return f"**{none}.** {like}"
    who = listed([f"{escaped(school.school)} {at_dot(school, definition)}" for school in found.better])
    return (f"**{capital(several(better, 'similar school'))} {'does' if better == 1 else 'do'} better: whom to ask.** {who}, against "
            f"{number(found.own.value, definition.unit)} here, over {several(len(found.weeks), 'judged week')}. {like}")


def _like(found: Alike) -> str:
    """Similar: middle, about as large, about as many students in need; as far as the list of schools says."""
    said = [escaped(found.level) if found.level else "", "about as large" if found.by_size else "",
            "about as many students in need" if found.by_need else ""]
    known = ", ".join(filter(None, said))
    return f"Similar means {known}." if known else "The list of schools gives neither its level, its size nor its need."


def how_alike(found: Alike, as_of: date) -> str:
    """How similar schools are found and when one does better, and by whose rule."""
    names = listed([escaped(name) for name in found.similar])
    return (f"**Who does better.** Similar schools are of the same level and nearest in students and need{': ' + names if names else ''}. "
            f"Over the {weeks_words(found.weeks[0], found.weeks[-1], as_of)}, added up first and divided last, one does better when it is "
            "ahead by more than both schools’ weeks vary (Newcombe 1998, stricter the more schools are looked at).")
