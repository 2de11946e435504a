"""What needs a decision this week: the lights nobody has decided about, told together where they are one thing, the surest and largest first."""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from data.decisions import About, Choice
from indicators.definition import Definition
from indicators.noticed import IMPROVING
from indicators.reading import NO_GOAL, goals, week_shown
from indicators.standing import School
from indicators.view import CASELOAD, DISTRICT, SCHOOL, View, kept

MOST, MOST_A_SCHOOL = 6, 3
ONE_CASELOAD = 2                        # schools of one director that changed alike are one line
STAYS = timedelta(weeks=4)              # a light that has gone out waits so long for a decision
ACTS_FOR = timedelta(weeks=8)           # so long "we act" counts as somebody acting
ACTED_ON = 0.5                          # what a light weighs where somebody acts already: attention goes first to where nobody does


@dataclass(frozen=True)
class Action:
    """Somebody said "we act" about this indicator, at the place of the light it stands with."""
    on: Definition
    since: date


@dataclass(frozen=True)
class Light:
    """One lasting change that was noticed at one place; sizes are in the indicator's unit, against its peers."""
    definition: Definition
    kind: str
    place: str
    name: str
    director: str | None
    need: float                         # share of students in need, 0 to 1
    way: str                            # worsening, improving, changed
    noticed: date
    last: date
    still: bool
    began: date
    size: float
    unsure: float
    spread: float                       # the usual size of one week's noise here
    one_in: float                       # weeks of one series in which chance alone gives this once
    a_year_before: bool = False         # of the district: compared with its same weeks then; else with its last weeks
    back: date | None = None            # its newest week, where that is back at the level before; one week alone does not put a light out
    action: Action | None = None        # what is done there already for the same goal

    @property
    def sure(self) -> float:
        """The part of the change that is beyond doubt, in usual week-to-week movements."""
        return max(abs(self.size) - self.unsure, 0.0) / self.spread

    @property
    def weight(self) -> float:
        """What is sure of it, more where more students are in need, less where somebody acts already."""
        return self.sure * (1 + self.need) * (ACTED_ON if self.action else 1)

    @property
    def about(self) -> About:
        return About(self.definition.name, self.kind, self.place, self.way, self.noticed)


@dataclass(frozen=True)
class Decision:
    choice: Choice
    why: str
    by: str
    at: datetime


Decided = dict[tuple[str, str, str, str], list[tuple[date, Decision]]]     # by indicator, kind, place and way, the newest first


@dataclass(frozen=True)
class Item:
    """One line of the agenda: one light, or those of several schools that changed alike. The first is the surest."""
    lights: tuple[Light, ...]
    kind: str
    place: str
    name: str
    decided: Decision | None = None

    @property
    def definition(self) -> Definition:
        return self.lights[0].definition

    @property
    def way(self) -> str:
        return self.lights[0].way

    @property
    def weight(self) -> float:
        """What the agenda is ordered by."""
        return sum(light.weight for light in self.lights)

    @property
    def still(self) -> bool:
        """Is it so in the newest week? What has gone back waits for a word all the same."""
        return any(light.still for light in self.lights)

    @property
    def back_for_now(self) -> bool:
        """Is every school of it back where it was in the newest week?"""
        return self.still and all(light.back for light in self.lights if light.still)

    @property
    def lasts(self) -> bool:
        """Is it so to this day? What is not needs no visit, and no praise."""
        return self.still and not self.back_for_now

    @property
    def key(self) -> str:
        return f"{self.definition.name} {self.kind} {self.place} {self.way} {self.lights[0].noticed}"


@dataclass(frozen=True)
class Agenda:
    """`open` waits for a decision and is shown, `more` waits beyond that, `wins` are improvements, `decided` is what was decided this year."""
    open: tuple[Item, ...]
    more: tuple[Item, ...]
    wins: tuple[Item, ...]
    decided: tuple[Item, ...]
    everybody: tuple[Item, ...]         # what changed for the worse in the whole district: said of no school
    lines: int                          # judged together: one indicator at one school
    by_chance: float                    # lights a week to expect among them when nothing changes


@kept
def agenda(view: View, director: str | None = None) -> Agenda:
    """The district's, or one director's: at most MOST lines, or MOST_A_SCHOOL a school. A line is the same for both, so one decision serves both."""
    decided = _decisions(view)
    lights = _with_actions(view, _lights(view), decided)
    items = [replace(item, decided=_decision(item, decided)) for item in _items(lights) if director is None or director in {light.director for light in item.lights}]
    items.sort(key=lambda item: (not item.still, item.back_for_now, -item.weight))
    waiting = [item for item in items if not item.decided and _waits(item, week_shown(view) or view.as_of)]
    wins = tuple(item for item in waiting if item.way == IMPROVING and item.lasts)
    worse = [item for item in waiting if item.way != IMPROVING]
    shown = worse[:MOST] if director is None else _a_school(worse)
    lines, chance = _watched(view, director)
    everybody = tuple(item for item in _items(lights) if item.kind == DISTRICT and item.way != IMPROVING and item.lasts)
    return Agenda(tuple(shown), tuple(item for item in worse if item not in shown), wins,
                  tuple(sorted((item for item in items if item.decided), key=lambda item: item.decided.at, reverse=True)), everybody, lines, chance)


def in_turn(found: Agenda, schools: Iterable[School]) -> dict[School, list[Item]]:
    """A director's schools in the order to visit them, each with the lines that concern it; where the agenda says nothing the given order stays.

    A visit is for what is a school's own. What several share is one conversation, so it only decides between schools without."""
    lines = {school: [item for item in found.open if item.lasts and school.school_id in {light.place for light in item.lights}] for school in schools}

    def most(school: School) -> tuple[float, float]:
        own, shared = (sum(light.weight if kind == SCHOOL else light.sure for item in lines[school] if item.kind == kind
                           for light in item.lights if light.place == school.school_id) for kind in (SCHOOL, CASELOAD))
        return -own, -shared
    return {school: lines[school] for school in sorted(lines, key=most)}


def of_its_own(items: Iterable[Item]) -> list[Item]:
    """Those that are one school's own, and so a visit's reason. What several share is one conversation."""
    return [item for item in items if item.kind == SCHOOL]


def changes_at(view: View, kind: str, place: str) -> list[Item]:
    """The lights that are on at one place, each by itself, with what was decided about it; the surest first."""
    decided = _decisions(view)
    alone = [Item((light,), light.kind, light.place, light.name) for light in _lights(view) if light.still and (light.kind, light.place) == (kind, place)]
    return sorted((replace(item, decided=_decision(item, decided)) for item in alone), key=lambda item: (item.back_for_now, -item.weight))


def lines_about(view: View, definition: Definition, kind: str, place: str) -> list[Item]:
    """The lines of the agenda about this indicator at a director's schools together, or in the whole district."""
    found = agenda(view)
    return [item for item in (*found.open, *found.more, *found.wins, *found.decided) if item.lasts and (item.definition, item.kind, item.place) == (definition, kind, place)]


def noticeable(view: View, definition: Definition, school_id: str) -> float | None:
    """How large a lasting change for the worse would be noticed there within four weeks."""
    return view.tables.value("select size from notice where indicator = ? and place = ?", definition.name, school_id)


@kept
def _lights(view: View) -> list[Light]:
    found = view.tables.rows("""
        select l.indicator, l.kind, l.place, coalesce(s.label, l.place), s.director, coalesce(s.need, avg(s.need) over (), 0) / 100,
               l.way, l.noticed, l.last, l.still, l.began, l.size, l.unsure, l.spread, l.one_in, l.a_year_before, l.back
        from light l left join school s on l.kind = 'school' and s.school_id = l.place order by l.noticed, l.indicator, l.place""")
    return [Light(view.definitions[name], *rest) for name, *rest in found]


def _items(lights: Sequence[Light]) -> list[Item]:
    """Lights of one director's schools that are on together, in one indicator and one way, are one line."""
    together: dict[tuple, list[Light]] = {}
    for light in lights:
        if light.kind == SCHOOL and light.director and light.still:
            together.setdefault((light.definition.name, light.way, light.director), []).append(light)
    merged = {key: some for key, some in together.items() if len({light.place for light in some}) >= ONE_CASELOAD}
    grouped = {id(light) for some in merged.values() for light in some}
    items = [Item(tuple(sorted(some, key=lambda light: -light.sure)), CASELOAD, director, director) for (_, _, director), some in merged.items()]
    return items + [Item((light,), light.kind, light.place, light.name) for light in lights if id(light) not in grouped]


def _waits(item: Item, week: date) -> bool:
    return item.still or max(light.last for light in item.lights) >= week - STAYS


def _a_school(items: Sequence[Item]) -> list[Item]:
    """At most MOST_A_SCHOOL lines at each school, what is a school's own before what several share; that stands where any of them has room."""
    counted: dict[str, int] = {}
    shown = []
    for item in sorted(items, key=lambda item: item.kind == CASELOAD):
        places = {light.place for light in item.lights}
        if any(counted.get(place, 0) < MOST_A_SCHOOL for place in places):
            shown.append(item)
            counted |= {place: counted.get(place, 0) + 1 for place in places}
    return sorted(shown, key=lambda item: (not item.lasts, item.kind == CASELOAD))


def _watched(view: View, director: str | None) -> tuple[int, float]:
    """Lines judged, of the director's schools alone where there is one, and what chance lights among them: their part of what it lights in the district."""
    return view.tables.rows("""select count(*), coalesce(sum(by_chance), 0) from notice join school on school_id = place
        where director = $1 or $1 is null""", director)[0]


def _with_actions(view: View, lights: Sequence[Light], decided: Decided) -> list[Light]:
    """Each light with what somebody does already at its place for a goal its indicator serves; an early win loses nothing by it."""
    alike = [set(goal.indicators) for goal in goals(view) if goal.name != NO_GOAL]
    acting = [(kind, place, Action(view.definitions[indicator], newest.at.date())) for (indicator, kind, place, _), [(_, newest), *_] in decided.items()
              if newest.choice == Choice.ACT and newest.at.date() >= view.as_of - ACTS_FOR and indicator in view.definitions]

    def action(light: Light) -> Action | None:
        name = light.definition.name
        return next((one for kind, place, one in acting if (kind, place) == (light.kind, light.place)
                     and (one.on.name == name or any({one.on.name, name} <= some for some in alike))), None)
    return [light if light.way == IMPROVING else replace(light, action=action(light)) for light in lights]


def _decisions(view: View) -> Decided:
    found: Decided = {}
    for one in view.decided.to_pylist():
        of = one["indicator"], one["kind"], one["place"], one["way"]
        found.setdefault(of, []).append((one["noticed"], Decision(Choice(one["choice"]), one["why"], one["who"], one["happened"])))
    return found


def _decision(item: Item, decided: Decided) -> Decision | None:
    """The newest decision about all of its lights; a light that was noticed later is new."""
    newest = []
    for light in item.lights:
        about = decided.get((light.definition.name, light.kind, light.place, light.way), [])
        newest.append(next((decision for noticed, decision in about if light.noticed <= noticed), None))
    if not all(newest) or Choice.TAKE_BACK in {decision.choice for decision in newest}:
        return None
    return max(newest, key=lambda decision: decision.at)


