"""What needs a decision this week: the lights nobody has decided about, told together where they are one thing, the surest and largest first."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from data.decisions import About, Choice
from indicators.definition import Definition
from indicators.noticed import IMPROVING, by_chance, watched
from indicators.reading import week_shown
from indicators.view import CASELOAD, SCHOOL, View, kept

MOST, MOST_A_SCHOOL = 6, 3
ONE_CASELOAD = 2                        # schools of one director that changed alike are one line
STAYS = timedelta(weeks=4)              # a light that has gone out waits so long for a decision


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

    @property
    def sure(self) -> float:
        """The part of the change that is beyond doubt, in usual week-to-week movements."""
        return max(abs(self.size) - self.unsure, 0.0) / self.spread

    @property
    def about(self) -> About:
        return About(self.definition.name, self.kind, self.place, self.way, self.noticed)


@dataclass(frozen=True)
class Decision:
    choice: Choice
    why: str
    by: str
    at: datetime


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
        """What is sure of it, more where more students are in need: what the agenda is ordered by."""
        return sum(light.sure * (1 + light.need) for light in self.lights)

    @property
    def still(self) -> bool:
        """Is it so in the newest week? What has gone back waits for a word all the same."""
        return any(light.still for light in self.lights)

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
    lines: int                          # judged together: one indicator at one school
    by_chance: float                    # lights a week to expect among them when nothing changes


@kept
def agenda(view: View, director: str | None = None) -> Agenda:
    """The district's, or one director's: at most MOST lines, or MOST_A_SCHOOL a school."""
    items = [item for item in _items(_lights(view)) if director is None or director in {light.director for light in item.lights}]
    decided = _decisions(view)
    items = sorted((Item(item.lights, item.kind, item.place, item.name, _decision(item, decided)) for item in items), key=lambda item: (not item.still, -item.weight))
    waiting = [item for item in items if not item.decided and _waits(item, week_shown(view) or view.as_of)]
    worse = [item for item in waiting if item.way != IMPROVING]
    shown = worse[:MOST] if director is None else _a_school(worse)
    lines = view.tables.value("""select count(distinct (indicator, place)) from point where kind = 'school' and usable > 0
        and indicator in (select unnest(?::varchar[]))""", [definition.name for definition in view.definitions if watched(definition)])
    return Agenda(tuple(shown), tuple(item for item in worse if item not in shown), tuple(item for item in waiting if item.way == IMPROVING),
                  tuple(sorted((item for item in items if item.decided), key=lambda item: item.decided.at, reverse=True)), lines, by_chance(lines))


def at_school(view: View, definition: Definition, school_id: str) -> tuple[Light | None, float | None]:
    """The newest light that is on for one indicator at one school, and how large a lasting change would be noticed there within four weeks."""
    on = [light for light in _lights(view) if light.still and (light.definition.name, light.kind, light.place) == (definition.name, SCHOOL, school_id)]
    return (on[-1] if on else None), view.tables.value("select size from notice where indicator = ? and place = ?", definition.name, school_id)


@kept
def _lights(view: View) -> list[Light]:
    found = view.tables.rows("""
        select l.indicator, l.kind, l.place, coalesce(s.label, l.place), s.director, coalesce(s.need, avg(s.need) over (), 0) / 100,
               l.way, l.noticed, l.last, l.still, l.began, l.size, l.unsure, l.spread, l.one_in
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
    counted: dict[str, int] = {}
    shown = []
    for item in items:
        counted[item.place] = counted.get(item.place, 0) + 1
        if counted[item.place] <= MOST_A_SCHOOL:
            shown.append(item)
    return shown


def _decisions(view: View) -> dict[tuple[str, str, str, str], list[tuple[date, Decision]]]:
    found: dict[tuple[str, str, str, str], list[tuple[date, Decision]]] = {}
    for *of, noticed, choice, why, by, at in view.tables.rows(
            "select indicator, kind, place, way, noticed, choice, why, who, happened from decision order by number desc"):
        found.setdefault(tuple(of), []).append((noticed, Decision(Choice(choice), why, by, at)))
    return found


def _decision(item: Item, decided: dict[tuple[str, str, str, str], list[tuple[date, Decision]]]) -> Decision | None:
    """The newest decision about all of its lights; a light that was noticed later is new."""
    newest = []
    for light in item.lights:
        about = decided.get((light.definition.name, light.kind, light.place, light.way), [])
        newest.append(next((decision for noticed, decision in about if light.noticed <= noticed), None))
    return max(newest, key=lambda decision: decision.at) if all(newest) else None


