"""What the overview pages ask of a view, as plain values: where each indicator stands, what moved, what has not come."""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any

from indicators.definition import EXPECTED, Definition
from indicators.standing import Caveats, Newer, School, Standing
from indicators.trend import Assurance, Variation
from indicators.view import View, kept

# A verdict older than this is no news. Two weeks of holidays lie between the newest judged week and the one begun.
FRESH = timedelta(weeks=3)
NO_GOAL = "Indicators without a goal yet"

# Ways to sort, as SQL over `status`: the whole before its parts, then how far from the middle of the usual range.
WHOLE_FIRST = "case kind when 'district' then 0 when 'caseload' then 1 else 2 end"
FAR = "abs(judged_value - centre) / nullif(upper - lower, 0)"
MOST_MOVED = f"{WHOLE_FIRST}, {FAR} desc nulls last, name, indicator"
AS_LISTED = "name, indicator"
WORSE = {"higher": "-judged_value", "lower": "judged_value", "neither": "0"}


@dataclass(frozen=True)
class Goal:
    """A goal with the indicators watched for it that we know, and the names it gives that we do not."""
    number: int | None
    name: str
    indicators: tuple[str, ...]
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tally:
    """How many lines are judged and fresh, and how many of them moved beyond their usual range."""
    lines: int
    improving: int
    worsening: int
    too_early: int
    week: date | None               # the newest judged

    @property
    def signals(self) -> int:
        return self.improving + self.worsening


@dataclass(frozen=True)
class Missing:
    """What one school owes of one source in one week."""
    school: str
    source: str
    expected: int
    received: int


@dataclass(frozen=True)
class Sent:
    """Who has sent everything for a week, and who has not."""
    week: date
    schools: int
    complete: int
    missing: tuple[Missing, ...]


@kept
def week_shown(view: View) -> date | None:
    """The newest week of which anything has arrived; None before the first upload."""
    return view.tables.value("select max(week) from coverage where received > 0") or view.week


@kept
def schools(view: View) -> dict[str, School]:
    """The schools by label, in alphabetical order."""
    found = view.tables.rows("select school_id, label, level, grades, principal, director, students, need from school order by label")
    return {row[1]: School(*row) for row in found}


@kept
def directors(view: View) -> list[str]:
    return [name for (name,) in view.tables.rows("select distinct director from school where director is not null order by 1")]


def labels(definitions: Iterable[Definition]) -> dict[str, Definition]:
    """Definitions by a label that is theirs alone: it stands for the indicator in addresses."""
    given = list(definitions)
    shared = [d.label for d in given]
    return {d.label if shared.count(d.label) == 1 else f"{d.label} ({d.name})": d for d in given}


@kept
def at_place(view: View, kind: str, place: str) -> list[Standing]:
    """Every indicator of one place, in the order of the goals."""
    return in_order(view, _standings(view, "kind = ? and place = ?", kind, place))


def at_schools(view: View, school_ids: Sequence[str]) -> dict[str, list[Standing]]:
    """Every indicator of these schools, by school, in the order of the goals."""
    found: dict[str, list[Standing]] = {school_id: [] for school_id in school_ids}
    for standing in in_order(view, _standings(view, "kind = 'school' and place in (select unnest(?::varchar[]))", list(school_ids))):
        found[standing.place].append(standing)
    return found


@kept
def one(view: View, indicator: str, kind: str, place: str) -> Standing | None:
    """Where one indicator stands at one place."""
    return next(iter(_standings(view, "indicator = ? and kind = ? and place = ?", indicator, kind, place)), None)


def schools_of(view: View, director: str) -> dict[School, list[Standing]]:
    """A director's schools by name, with every indicator of each."""
    theirs = [school for school in schools(view).values() if school.director == director]
    standings = at_schools(view, [school.school_id for school in theirs])
    return {school: standings[school.school_id] for school in theirs}


def across(view: View, definition: Definition, director: str | None = None, most: int | None = None) -> list[Standing]:
    """One indicator at every school (of one director), those that need it most first: slipped furthest, then furthest from good."""
    order = f"""(judged_week >= date '{_fresh_since(view)}') desc, (variation = 'worsening') desc,
        case when variation = 'worsening' then {FAR} end desc nulls last, {WORSE[definition.better]} desc, name"""
    where, given = _schools_with(definition, director)
    return _standings(view, where, *given, order=order, limit="" if most is None else f"limit {most}")


def how_many(view: View, definition: Definition, director: str | None = None) -> int:
    """At how many schools (of one director) this indicator has a number."""
    where, given = _schools_with(definition, director)
    return view.tables.value(f"select count(*) from status where {where}", *given)


def _schools_with(definition: Definition, director: str | None) -> tuple[str, list[str]]:
    theirs = ("", []) if director is None else (" and director = ?", [director])
    return f"kind = 'school' and indicator = ?{theirs[0]}", [definition.name, *theirs[1]]


@kept
def moved(view: View, variation: Variation, most: int | None = None) -> list[Standing]:
    """What left its usual range this way in its newest judged week, the whole before its parts, furthest first.

    What is missing comes last: the pages tell it by school and spreadsheet anyway.
    """
    arrivals = [d.name for d in view.definitions if d.covered_by == EXPECTED]
    return _standings(view, f"variation = ? and judged_week >= date '{_fresh_since(view)}'", variation.value,
                      order=f"list_contains({arrivals}::varchar[], indicator), {MOST_MOVED}", limit="" if most is None else f"limit {most}")


@kept
def tally(view: View, kind: str | None = None, indicators: tuple[str, ...] | None = None, director: str | None = None) -> Tally:
    """Lines and signals: of everything, or of one kind of place, some indicators, one director's schools."""
    limits = {"kind = ?": kind, "indicator in (select unnest(?::varchar[]))": list(indicators) if indicators is not None else None,
              "director = ?": director}
    asked = {limit: given for limit, given in limits.items() if given is not None}
    return Tally(*view.tables.rows(f"""
        select count(*) filter (where variation <> 'too early'), count(*) filter (where variation = 'improving'),
               count(*) filter (where variation = 'worsening'), count(*) filter (where variation = 'too early'), max(judged_week)
        from status where {' and '.join(["variation <> ''", f"judged_week >= date '{_fresh_since(view)}'", *asked])}""", *asked.values())[0])


def headline(view: View, districts: Sequence[Standing]) -> Standing | None:
    """The number a superintendent is asked for first: attendance, as the source that tells school days; else the first."""
    telling = [s for s in districts if s.definition.source in view.sources.by_name
               and view.sources[s.definition.source].tells_school_days]
    return next(iter([*telling, *districts]), None)


@kept
def goals(view: View) -> list[Goal]:
    """The district's goals in its order, then the indicators with numbers that no goal watches."""
    with_numbers = {name for (name,) in view.tables.rows("select distinct indicator from status")}
    known = {text: d.name for d in view.definitions for text in (d.label.casefold(), d.short.casefold(), d.name)}
    listed: dict[tuple[int | None, str], dict[str, str | None]] = {}
    for goal, indicator, number in view.tables.rows("select goal, indicator, number from goal"):
        listed.setdefault((number, goal), {})[indicator] = known.get(indicator.strip().casefold())
    found = [Goal(number, name, tuple(filter(None, named.values())), tuple(text for text, it in named.items() if not it))
             for (number, name), named in listed.items()]
    watched = {indicator for goal in found for indicator in goal.indicators}
    rest = tuple(d.name for d in view.definitions if d.name in with_numbers and d.name not in watched)
    return [*found, *([Goal(None, NO_GOAL, rest)] if rest else [])]


def goal_of(view: View, definition: Definition) -> Goal:
    """The first goal this indicator is watched for."""
    return next(goal for goal in goals(view) if definition.name in goal.indicators)


def under_goals(view: View, standings: Iterable[Standing]) -> list[tuple[Goal, list[Standing]]]:
    """The same standings under their goals; a goal without any is left out."""
    by_name = {standing.definition.name: standing for standing in standings}
    grouped = [(goal, [by_name[name] for name in goal.indicators if name in by_name]) for goal in goals(view)]
    return [(goal, found) for goal, found in grouped if found]


def in_order(view: View, standings: Iterable[Standing]) -> list[Standing]:
    """In the order in which the goals name the indicators."""
    place = {name: at for at, name in enumerate(name for goal in goals(view) for name in goal.indicators)}
    return sorted(standings, key=lambda standing: place[standing.definition.name])


def by_need(theirs: dict[School, list[Standing]]) -> dict[School, list[Standing]]:
    """Most need first: most that slipped, then what slipped furthest, then targets out of reach, then students in need."""
    def need(school: School) -> tuple:
        slipped = [s for s in theirs[school] if s.variation is Variation.WORSENING]
        missed = sum(s.assurance is Assurance.WILL_MISS for s in theirs[school])
        return -len(slipped), -max((s.far for s in slipped), default=0), -missed, -(school.need or 0), school.label
    return {school: theirs[school] for school in sorted(theirs, key=need)}


@kept
def sent(view: View, week: date) -> Sent:
    """Who owed anything for this week, who sent all of it, and what is missing from whom."""
    owed, complete = view.tables.rows("""select count(*), count(*) filter (where all_of_it) from (
        select school_id, bool_and(received >= expected) as all_of_it from coverage where week = ? group by 1)""", week)[0]
    missing = view.tables.rows("""select l.label, c.source, c.expected, c.received from coverage c join school l using (school_id)
        where c.week = ? and c.received < c.expected order by l.label, c.source""", week)
    return Sent(week, owed, complete, tuple(Missing(school, view.sources[source].label, *days) for school, source, *days in missing))


NUMBERS = "judged_week, judged_value, judged_numerator, judged_denominator, judged_expected, judged_received, judged_last_year, judged_percentages"
CAVEATS = ", ".join(field.name for field in fields(Caveats))


def _standings(view: View, where: str, *given: Any, order: str = AS_LISTED, limit: str = "") -> list[Standing]:
    found = view.tables.rows(f"""
        select indicator, kind, place, name, {NUMBERS}, lower, upper, centre, signal, run, weeks, provisional,
               {CAVEATS}, assurance, variation, week, value, denominator, expected, received, complete
        from status where {where} order by {order} {limit}""", *given)
    return [_standing(view, *row) for row in found]


def _standing(view: View, indicator: str, kind: str, place: str, name: str, judged_week: date, *cells: Any) -> Standing:
    *known, assurance, variation, week, value, denominator, expected, received, complete = cells
    judged, caveats = known[:-len(fields(Caveats))], Caveats(*known[-len(fields(Caveats)):])
    newer = Newer(week, value, denominator, expected, received, bool(complete)) if week > judged_week else None
    return Standing(view.definitions[indicator], kind, place, name, judged_week, *judged, Assurance(assurance),
                    Variation(variation) if variation else None, newer, caveats)


def _fresh_since(view: View) -> date:
    return (week_shown(view) or view.as_of) - FRESH

