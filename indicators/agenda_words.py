"""What is said of the agenda: what changed, by how much, since when, compared with what, and how we know. Markdown, with names made inert."""
from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from data.decisions import Choice
from indicators import leads
from indicators.agenda import Agenda, Item, Light, of_its_own
from indicators.definition import Definition
from indicators.detecting import BEGUN_WITHIN, NOTICED_WITHIN
from indicators.escape import escaped
from indicators.noticed import IMPROVING, WORSENING
from indicators.standing import School, Standing
from indicators.trend import Variation
from indicators.view import CASELOAD, DISTRICT, SCHOOL
from indicators.words import TIED, amount, capital, count, day_of, listed, number, schools_of, several, status, total, uncapital, week_of

SURE = 2                                # standard errors either way: so the range holds the truth in 19 of 20 cases
NAMED = 3
WEEKS_A_YEAR = 36                       # of school
SHAPES = {WORSENING: Variation.WORSENING, IMPROVING: Variation.IMPROVING}
GONE_BACK, BACK_FOR_NOW = (f":gray[○{TIED}{word}]" for word in (f"gone{TIED}back", f"back{TIED}for{TIED}now"))
DECIDED = {Choice.ACT: "we act", Choice.WATCH: "we watch it", Choice.CELEBRATE: "celebrated", Choice.DISMISS: "dismissed", Choice.TAKE_BACK: "taken back"}


def lead(agenda: Agenda) -> str:
    """The page in one breath."""
    waiting = [item for item in (*agenda.open, *agenda.more) if item.lasts]
    settled = [item for item in agenda.decided if item.lasts and item.way != IMPROVING]
    done = f"{capital(several(len(settled), 'thing'))} {'is' if len(settled) == 1 else 'are'} decided about." if settled else ""
    better = f"{capital(several(len(agenda.wins), 'thing'))} got better." if agenda.wins else ""
    if not agenda.lines:
        return "**It is too early to say what changed.**"
    if not waiting:
        return " ".join(filter(None, [f"**Nothing {'more ' if settled else ''}needs a decision{' but praise' if agenda.wins else ''}.**", done, better]))
    named = [_in_short(item) for item in waiting[:NAMED]]
    rest = len(waiting) - len(named)
    which = listed([*named, *([f"{count(rest)} more"] if rest else [])])
    need = f"**{capital(several(len(waiting), 'thing'))} {'needs' if len(waiting) == 1 else 'need'} a decision: {which}.**"
    return " ".join(filter(None, [need, done, better, "Nothing else changed lastingly."]))


def _in_short(item: Item) -> str:
    return f"{escaped(uncapital(item.definition.short))} {'across' if item.kind == DISTRICT else 'at'} {escaped(_place(item))}"


def _place(item: Item) -> str:
    return "the district" if item.kind == DISTRICT else schools_of(item.name) if item.kind == CASELOAD else item.name


def visit_lead(agenda: Agenda, in_turn: Mapping[School, Sequence[Item]], standings: Mapping[School, Sequence[Standing]]) -> str:
    """Whom a director visits first and for what, and what several of the schools share. Only what is on the agenda counts."""
    (school, lines), *others = in_turn.items()
    these = "this school" if len(in_turn) == 1 else f"these {several(len(in_turn), 'school')}"
    if not agenda.lines:
        return f"**It is too early to say what changed at {these}.**"
    if not lines:
        return " ".join(filter(None, [f"**Nobody stands out.** {_nothing(agenda, these)}", _for_now(standings.values())]))
    first = of_its_own(lines) or lines
    then = [f"{escaped(other.label)} for {_topics(of_its_own(theirs))}" for other, theirs in others if of_its_own(theirs)]
    shared = " ".join(_together(item, standings.values()) for item in agenda.open if item.kind == CASELOAD and item.lasts)
    return " ".join(filter(None, [f"**Visit {escaped(school.label)} first, for {_topics(first)}.**", f"Then {listed(then)}." if then else "", shared]))


def _for_now(schools: Collection[Sequence[Standing]]) -> str:
    """What left its usual range for a while, where nothing says yet that it lasts: so that no row below seems to say otherwise."""
    worse = sum(any(standing.variation is Variation.WORSENING for standing in standings) for standings in schools)
    return f"{capital(several(worse, 'school'))} {'is' if worse == 1 else 'are'} on the worse side of a usual range just now; whether it lasts is open." if worse else ""


def _topics(items: Sequence[Item]) -> str:
    return listed([escaped(uncapital(item.definition.short)) for item in items])


def _together(item: Item, schools: Collection[Sequence[Standing]]) -> str:
    """One conversation with whoever runs what they share, not one with each principal; said, too, when the others only lean that way."""
    some, every = len(item.lights), len(schools)
    same = [standing for standings in schools for standing in standings if standing.definition is item.definition]
    leaning = some < every == sum(standing.on_the_worse_side for standing in same)
    at_which = f"all {count(every)} schools" if some == every else f"{count(some)} of {count(every)} schools"
    others = f", and all {count(every)} are on the worse side of their usual level" if leaning else ""
    slipped = "slipped" if item.way == WORSENING else "changed"
    return f"{capital(_topics([item]))} {slipped} at {at_which} together{others}: one conversation, not {count(every if leaning else some)}."


def _nothing(agenda: Agenda, these: str) -> str:
    """Why a director's agenda names no school to visit."""
    if agenda.open:
        return "What had changed went back; it waits for a word below."
    if any(item.still and item.way != IMPROVING for item in agenda.decided):
        return f"What changed lastingly at {these} has been decided about."
    if agenda.everybody:
        return f"{capital(_topics(agenda.everybody))} changed across the whole district, so no school is listed for it; nothing else at {these} changed lastingly for the worse."
    return f"Nothing at {these} changed lastingly for the worse."


def nothing_open(agenda: Agenda) -> str:
    """An empty agenda in one sentence, to stand before `by_chance`."""
    return _nothing(agenda, "these schools") if agenda.lines else "The first weeks have to come in before anything can be said to last."


def visit_for(items: Sequence[Item]) -> str:
    """For attendance; with four others, for families reached: what a school's row begins with. Empty where nothing is on the agenda."""
    own = f"for {_topics(of_its_own(items))}" if of_its_own(items) else ""
    shared = [f"with {several(len(item.lights) - 1, 'other')}, for {_topics([item])}" for item in items if item.kind == CASELOAD]
    return capital("; ".join(filter(None, [own, *shared])))


def by_chance(agenda: Agenda) -> str:
    """How many lines are watched, and how many lights chance alone lights among them."""
    if not agenda.lines:
        return ""
    month, year = round(4 * agenda.by_chance), round(WEEKS_A_YEAR * agenda.by_chance)
    about = ("about one new one a week" if month == 4 else f"about {several(month, 'new one')} in four weeks" if month
             else f"about {several(year, 'new one')} in a school year" if year else "hardly one in a school year")
    return (f"{capital(several(agenda.lines, 'line'))} {'is' if agenda.lines == 1 else 'are'} watched, a line being one indicator at one school. "
            f"If nothing changed anywhere, chance alone would light {about}: take each as a question, not a verdict.")


def title(item: Item, standing: Standing | None) -> str:
    """Lincoln: attendance 88.4% ▼ worsening."""
    value = f" {amount(standing)}" if standing else ""
    place = escaped(_place(item))
    way = (GONE_BACK if not item.still else BACK_FOR_NOW if item.back_for_now
           else status(SHAPES[item.way]) if item.way in SHAPES else "**changed**")
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
    than = ("" if light.kind != DISTRICT else " than a year before, beyond what such weeks usually differ by" if light.a_year_before
            else " than in the weeks before")
    return f"{when} about {about} {'higher' if light.size > 0 else 'lower'} (between {low} and {high}){than}."


def school_lead(changes: Sequence[Item], standings: Sequence[Standing], as_of: date) -> str:
    """What changed at one school: what lasts before what one week says."""
    worse = [item for item in changes if item.way != IMPROVING and item.lasts]
    if not worse:
        return leads.school_lead(standings)
    better = [item for item in changes if item.way == IMPROVING and item.lasts]
    improved = f"{capital(_topics(better))} lastingly improved." if better else ""
    moved = _moved(worse[0].lights[0], as_of)
    first = f"{escaped(worse[0].definition.short)}: {uncapital(moved)}" if len(worse) > 1 else moved
    return " ".join(filter(None, [f"**{capital(_topics(worse))} lastingly {'slipped' if worse[0].way == WORSENING else 'changed'}.**",
                                  first, improved]))


def on_the_agenda(item: Item, week: date, as_of: date) -> str:
    """The line of the agenda that led here, with its reason."""
    return f"**On the agenda.** {what(item, as_of)} {whose(item, week, as_of)}"


def noticed_here(item: Item | None, standing: Standing, as_of: date) -> str:
    """What the agenda says of this number, how that goes with its usual range, and what was decided; empty where nothing was noticed."""
    if item is None:
        return ""
    light, decided = item.lights[0], item.decided
    alone = "Week by week it stays within its usual range; the weeks together do not:" if not standing.signal and item.lasts else ""
    moved = _moved(light, as_of)
    own = "What other schools did is taken off." if light.kind == SCHOOL else ""
    back = f"In the {week_of(light.back, as_of)} it was back where it had been." if light.back else ""
    why = f": {escaped(decided.why)}" if decided and decided.why else ""
    said = f"Decided on {day_of(decided.at.date(), as_of)}: **{DECIDED[decided.choice]}**{why}." if decided else ""
    head = "**Noticed.**" if decided else "**On the agenda.**"
    return " ".join(filter(None, [head, alone, uncapital(moved) if alone else moved, own, back, said]))


def noticeable(size: float | None, definition: Definition) -> str:
    """How large a lasting change would be noticed here; empty where nobody can say."""
    if not size:
        return ""
    shown = total(round(size, 1))
    about = f"{shown}{TIED}{'point' if shown == '1' else 'points'}" if definition.unit == "percent" else f"{number(size, definition.unit)} a week"
    return f"A lasting change for the worse of about {about} or more would be noticed here within {count(NOTICED_WITHIN)} weeks, eight times in ten."


def whose(item: Item, week: date, as_of: date) -> str:
    """Its own or everybody's, how long it has been waiting, and whether its newest week is back where it was."""
    noticed = min(light.noticed for light in item.lights)
    own = {DISTRICT: "It is everybody’s, so no school is listed for it.", CASELOAD: "What other schools did is taken off."}.get(
        item.kind, "Its own: what other schools did is taken off.")
    when = "New this week." if noticed >= week else f"Noticed in the {week_of(noticed, as_of)}."
    newest = week_of(max(light.last for light in item.lights), as_of)
    gone = "" if item.still else f"After the {newest} it went back."
    back = (f"In the {week_of(max(light.back for light in item.lights if light.back), as_of)} it was back where it had been: one week alone does not settle it."
            if item.back_for_now else "")
    return " ".join(filter(None, [own, when, gone, back, _acted(item, as_of)]))


def _acted(item: Item, as_of: date) -> str:
    """Where somebody already does something for the same goal: why the line stands lower than it would."""
    lights = [light for light in item.lights if light.action]
    if not lights:
        return ""
    if item.kind == CASELOAD:
        return f"Somebody already acts at {listed([escaped(light.name) for light in lights])}."
    action = lights[0].action
    where = "across the district" if item.kind == DISTRICT else "at this school"
    return f"Somebody already acts {where} on {escaped(uncapital(action.on.short))}, since {day_of(action.since, as_of)}."


def how_known(item: Item) -> Sequence[str]:
    """The working, in sentences."""
    light = item.lights[0]
    unit = light.definition.unit
    return (f"The usual difference from one week to the next is {number(light.spread, unit).removesuffix('%')}{TIED}{'points' if unit == 'percent' else ''} at {escaped(_place(item) if item.kind != CASELOAD else light.name)}, "
            + _learned_from(light),
            _compared(light),
            f"For each of the last {count(BEGUN_WITHIN)} weeks we ask how much likelier the numbers are if a lasting change began then than if none did. "
            f"Chance alone gives so much once in about {_rounded(light.one_in)} weeks of one line.",
            "The rule is that of Shiryaev (1963) and Roberts (1966); how often it is right is measured on districts whose changes are known: "
            "`python -m indicators planted`.")


def _learned_from(light: Light) -> str:
    if light.kind != DISTRICT:
        return "learned from last year’s weeks, from similar schools and from this year so far."
    return f"learned from {'last year’s weeks' if light.a_year_before else 'this year’s weeks so far'}."


def _compared(light: Light) -> str:
    if light.kind != DISTRICT:
        return "What all schools did in the same weeks is taken off first, so that a snow week or the slide in June lights nobody."
    if light.a_year_before:
        return "Each week is compared with the same school week a year before, so that the season lights nothing."
    return ("The same weeks of a year before are not here yet, so each week is compared with the middle of those before it: "
            "a storm or the season cannot be told from a change.")


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
