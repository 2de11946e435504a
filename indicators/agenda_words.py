"""What is said of the agenda: what changed, by how much, since when, compared with what, and how we know. Markdown, with names made inert."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from data.decisions import Choice
from indicators.agenda import Agenda, Item, Light
from indicators.definition import Definition
from indicators.detecting import BEGUN_WITHIN, NOTICED_WITHIN
from indicators.escape import escaped
from indicators.noticed import IMPROVING, WORSENING
from indicators.standing import Standing
from indicators.trend import Variation
from indicators.view import CASELOAD, DISTRICT
from indicators.words import TIED, amount, capital, count, day_of, listed, number, schools_of, several, status, total, uncapital, week_of

SURE = 2                                # standard errors either way: so the range holds the truth in 19 of 20 cases
NAMED = 3
SHAPES = {WORSENING: Variation.WORSENING, IMPROVING: Variation.IMPROVING}
GONE_BACK = f":gray[○{TIED}gone{TIED}back]"
DECIDED = {Choice.ACT: "we act", Choice.WATCH: "we watch it", Choice.CELEBRATE: "celebrated", Choice.DISMISS: "dismissed"}


def lead(agenda: Agenda) -> str:
    """The page in one breath."""
    waiting = [item for item in (*agenda.open, *agenda.more) if item.still]
    better = f"{capital(several(len(agenda.wins), 'thing'))} got better." if agenda.wins else ""
    if not agenda.lines:
        return "**It is too early to say what changed.**"
    if not waiting:
        return f"**Nothing needs a decision{' but praise' if agenda.wins else ''}.** {better}".strip()
    named = [_in_short(item) for item in waiting[:NAMED]]
    rest = len(waiting) - len(named)
    which = listed([*named, *([f"{count(rest)} more"] if rest else [])])
    return f"**{capital(several(len(waiting), 'thing'))} {'needs' if len(waiting) == 1 else 'need'} a decision: {which}.** {better} Everything else moved as it usually does."


def _in_short(item: Item) -> str:
    return f"{escaped(uncapital(item.definition.short))} {'across' if item.kind == DISTRICT else 'at'} {escaped(_place(item))}"


def _place(item: Item) -> str:
    return "the district" if item.kind == DISTRICT else schools_of(item.name) if item.kind == CASELOAD else item.name


def by_chance(agenda: Agenda) -> str:
    """How many lines are watched, and how many lights chance alone lights among them."""
    if not agenda.lines:
        return ""
    month = round(4 * agenda.by_chance)
    about = "about one new one a week" if month == 4 else f"about {several(month, 'new one')} in four weeks" if month else "hardly one a year"
    return (f"{agenda.lines:,} lines are watched, a line being one indicator at one school. If nothing changed anywhere, chance alone would light "
            f"{about}: take each as a question, not a verdict.")


def title(item: Item, standing: Standing | None) -> str:
    """Lincoln: attendance 88.4% ▼ worsening."""
    value = f" {amount(standing)}" if standing else ""
    place = escaped(_place(item))
    way = GONE_BACK if not item.still else status(SHAPES[item.way]) if item.way in SHAPES else "**changed**"
    return f"{capital(place)}: {escaped(uncapital(item.definition.short))}{value} {TIED}:small[{way}]"


def what(item: Item, as_of: date) -> str:
    """Since the week of 26 Oct about 3 points lower (between 1.8 and 4.3) than its own level and the other schools’ weeks would give."""
    light = item.lights[0]
    if item.kind == CASELOAD:
        where = listed([escaped(one.name) for one in item.lights])
        return f"{capital(several(len(item.lights), 'school'))} together: {where}. Most at {escaped(light.name)}: {uncapital(_moved(light, as_of))}"
    return _moved(light, as_of)


def _moved(light: Light, as_of: date) -> str:
    low, high = (total(round(size, 1)) for size in (max(abs(light.size) - SURE * light.unsure, 0.0), abs(light.size) + SURE * light.unsure))
    size, unit = abs(light.size), light.definition.unit
    about = f"{total(round(size, 1))}{TIED}points" if unit == "percent" else number(size, unit)
    week = week_of(light.began, as_of)
    when = f"Since the {week}" if light.still else f"From the {week} on"
    than = "than a year before, beyond what such weeks usually differ by" if light.kind == DISTRICT else "than its own level and the other schools’ weeks would give"
    return f"{when} about {about} {'higher' if light.size > 0 else 'lower'} (between {low} and {high}) {than}."


def at_school(light: Light | None, noticeable: float | None, definition: Definition, as_of: date) -> str:
    """What was noticed here, and how large a lasting change would be."""
    said = [_moved(light, as_of)] if light else []
    if noticeable:
        size = f"{total(round(noticeable, 1))}{TIED}{'point' if round(noticeable, 1) == 1 else 'points'}" if definition.unit == "percent" else f"{number(noticeable, definition.unit)} a week"
        said.append(f"A lasting change for the worse of about {size} or more would be noticed here within {count(NOTICED_WITHIN)} weeks, eight times in ten.")
    return " ".join(said)


def whose(item: Item, week: date, as_of: date) -> str:
    """Its own or everybody's, and how long it has been waiting."""
    noticed = min(light.noticed for light in item.lights)
    own = {DISTRICT: "It is everybody’s, so no school is listed for it.", CASELOAD: "What the other schools did is taken off already."}.get(
        item.kind, "It is this school’s own: what the others did is taken off already.")
    when = "New this week." if noticed >= week else f"Noticed in the {week_of(noticed, as_of)}."
    gone = "" if item.still else f"After the {week_of(max(light.last for light in item.lights), as_of)} it went back."
    return " ".join(filter(None, [own, when, gone]))


def how_known(item: Item) -> Sequence[str]:
    """The working, in sentences."""
    light = item.lights[0]
    unit = light.definition.unit
    return (f"The usual difference from one week to the next is {number(light.spread, unit).removesuffix('%')}{TIED}{'points' if unit == 'percent' else ''} at {escaped(_place(item) if item.kind != CASELOAD else light.name)}, "
            "learned from last year’s weeks, from similar schools and from this year so far.",
            "What all schools did in the same weeks is taken off first, so that a snow week or the slide in June lights nobody."
            if light.kind != DISTRICT else "Each week is compared with the same school week a year before, so that the season lights nothing.",
            f"For each of the last {count(BEGUN_WITHIN)} weeks we ask how much likelier the numbers are if a lasting change began then than if none did. "
            f"Chance alone gives so much once in about {_rounded(light.one_in)} weeks of one line.",
            "The rule is that of Shiryaev (1963) and Roberts (1966); how often it is right is measured on districts whose changes are known: "
            "`python -m indicators planted`.")


def _rounded(weeks: float) -> str:
    """1,200: two digits are all one knows of so rare a thing."""
    if weeks >= 1e6:
        return "a million or more"
    digits = 10 ** max(len(str(int(weeks))) - 2, 0)
    return f"{int(round(weeks / digits) * digits):,}"


def decided(items: Sequence[Item], as_of: date) -> Mapping[str, Sequence[str]]:
    """What was decided, newest first, as a table."""
    rows = [(capital(_place(item)), item.definition.short, item.way, DECIDED[item.decided.choice], item.decided.why, item.decided.by,
             day_of(item.decided.at.date(), as_of)) for item in items if item.decided]
    return {name: [row[at] for row in rows] for at, name in enumerate(("Where", "Indicator", "What", "Decision", "Why", "By", "On"))}


def more(agenda: Agenda) -> str:
    named, rest = [_in_short(item) for item in agenda.more[:NAMED]], len(agenda.more) - NAMED
    which = listed([*named, *([f"{count(rest)} more"] if rest > 0 else [])])
    return f"{capital(several(len(agenda.more), 'more line'))} {'waits' if len(agenda.more) == 1 else 'wait'} below these: {which}."


def about_plainly(item: Item) -> str:
    """For those who hear a button: attendance, Lincoln."""
    return f"{uncapital(item.definition.short)}, {_place(item)}"
