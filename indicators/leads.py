"""What a page opens with, and what it counts: whole sentences about many numbers. Markdown, with names made inert."""
from __future__ import annotations

from collections.abc import Sequence, Sized
from datetime import date, timedelta

from indicators import caveats
from indicators.behind import Behind
from indicators.escape import escaped
from indicators.history import History, Sum
from indicators.reading import Goal, Missing, Sent, Tally
from indicators.standing import School, Standing
from indicators.trend import Variation
from indicators.words import (TIED, amount, capital, colour, compared, count, day, day_of, listed, moved, number, said_plainly,
                              schools_of, several, status_plainly, topic, total, uncapital, week_of, why)

NO_CASELOADS = ("**Nobody has said yet who supports which school.** A spreadsheet with a column for the school and one for its senior "
                "director is enough.")
IF_NOTHING_CHANGES = "Will meet, may meet, will miss: what becomes of the target if nothing changes. Values are those of the whole district."
HOW_SORTED = ("Those that need it most come first: slipped furthest from their usual range, then furthest from good. Each picture has its own "
              "scale; grey band = usual range, dashes = target. A name opens that school in a new tab.")
TURNS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth")
LONGEST_IN_LINK = 16             # letters of a name that stay on one line beside a school's cells
OLD = timedelta(weeks=5)         # longer than any holiday within a school year: then a page says that nothing newer has come
SCHOOLS_NAMED = 4                # more who have not sent data are counted, not named


def week_line(week: date, as_of: date) -> str:
    old = " · nothing newer has come" if as_of - week > OLD else ""
    return f"{capital(week_of(week, as_of))} · as of {day(as_of, week)}{old}"


def all_sent(sent: Sent) -> str:
    return f"{sent.complete:,} of {sent.schools:,} {'school has' if sent.schools == 1 else 'schools have'} sent everything"


def about(standing: Standing, as_of: date) -> str:
    """District attendance was 91.4% in the week of 9 Nov, 0.9 points worse than the same week last year; so far this week 91.6%."""
    than, newer = compared(standing), standing.newer
    than += ", more than such weeks usually differ" if standing.caveats.paired_beyond and moved(standing) else ""
    was = f"District {escaped(topic(standing))} was **{amount(standing)}** in the {week_of(standing.week, as_of)}"
    now = "" if newer is None else f"; so far in the {week_of(newer.week, as_of)} it is {number(newer.value, standing.definition.unit)}"
    return f"{was}{', ' + than if than else ''}{now}."


def what_pictures_show(tally: Tally, as_of: date) -> str:
    judged = f"Judged up to the {week_of(tally.week, as_of)}, the newest that has settled. " if tally.week else ""
    return f"{judged}Pictures: the last weeks up to there, grey band = usual range, dashes = target."


def all_signals(tally: Tally) -> str:
    each = [f"{count(n)} {word}" for n, word in ((tally.worsening, "worsening"), (tally.improving, "improving")) if n]
    return f"Outside the usual range in the newest week, lasting or not: {listed(each)}"


def counts(tally: Tally) -> str:
    """Counts by shape and word; what does not occur is left out."""
    steady = tally.lines - tally.signals
    each = [(tally.worsening, Variation.WORSENING), (tally.improving, Variation.IMPROVING), (steady, Variation.STEADY),
            (tally.too_early, Variation.TOO_EARLY)]
    return " ".join(f":{colour(v)}[**{status_plainly(v).replace(TIED, f'{TIED}{n:,}{TIED}', 1)}**]" for n, v in each if n)


def school_lead(standings: Sequence[Standing]) -> str:
    """What changed at one school, the first of it with its reason."""
    worse, better, early, judged = (_of(standings, *kinds) for kinds in (
        (Variation.WORSENING,), (Variation.IMPROVING,), (Variation.TOO_EARLY,), (Variation.WORSENING, Variation.IMPROVING, Variation.STEADY)))
    if not judged:
        return "**It is too early to say what changed.** " + (why(early[0]) if early else "")
    improved = f"{capital(listed([escaped(topic(s)) for s in better]))} improved." if better else ""
    if not worse:
        return f"**Nothing {'slipped' if better else 'changed'} beyond its usual range.** {improved}".strip()
    reason = why(worse[0]) if len(worse) == 1 else f"{escaped(worse[0].definition.short)}: {uncapital(why(worse[0]))}"
    return f"**{capital(listed([escaped(topic(s)) for s in worse]))} slipped.** {reason} {improved} Everything else moved as it usually does."


def goal_lead(standings: Sequence[Standing], whom: str) -> str:
    """What changed over all schools together; their own changes are counted apart."""
    worse, better = _of(standings, Variation.WORSENING), _of(standings, Variation.IMPROVING)
    said = [f"{listed([escaped(topic(s)) for s in found])} {word}" for found, word in ((worse, "slipped"), (better, "improved")) if found]
    if not said and not _of(standings, Variation.STEADY):
        return "**It is too early to say what changed.**"
    return f"**{capital(' and '.join(said) or 'nothing changed beyond its usual range')} over {escaped(whom)} as a whole.**"


def turn(place: int, school: School, to_visit: bool) -> str:
    """Visit first, second, … where the agenda has something; else what school it is."""
    return f"Visit {TURNS[place]}" if to_visit and place < len(TURNS) else about_school(school)


def owed_by(sent: Sent, school: str) -> str:
    """What one school still owes for the week, to stand after `in_a_word`."""
    owed = [_owes(missing) for missing in sent.missing if missing.school == school]
    return f"; {listed(owed)}" if owed else ""


def so_many_schools(schools: Sized) -> str:
    return capital(several(len(schools), "school"))


def open_school(school: School) -> str:
    name = escaped(school.label) if len(school.label) <= LONGEST_IN_LINK else "this school"
    return f"Open {name} →"


def about_school(school: School) -> str:
    """Grades 6–8 · 612 students, as far as the school list says."""
    said = [f"Grades {school.grades.replace('-', '–')}" if school.grades else school.level or "",
            f"{school.students:,} students" if school.students else ""]
    return escaped(" · ".join(filter(None, said)))


def side_by_side(judged: date | None, as_of: date) -> str:
    week = f" The numbers are those of the {week_of(judged, as_of)}, the newest that has settled." if judged else ""
    return f"One scale for each indicator, so that schools can be compared. Grey band: the school’s usual range; ▼ and ▲ left it, and what lasts is on the agenda.{week}"


def school_line(school: School, week: date, as_of: date) -> str:
    director = escaped(schools_of(school.director)) if school.director else ""
    return capital(" · ".join(filter(None, [director, about_school(school), uncapital(week_line(week, as_of))])))


def beneath(standing: Standing, week: date, as_of: date, drawn: History | None = None, *, on_agenda: bool = False) -> str:
    """Under a headline: why it is so, the number that is still open or that none has come; quietly, what it is to be taken with."""
    late = standing.newer is None and standing.week < week
    nothing = f"Nothing has come yet for the {week_of(week, as_of)}." if late else ""
    first = [why(standing), caveats.missing(standing), caveats.year_end(standing), caveats.so_far(standing, as_of), nothing]
    earlier = " ".join(filter(None, [caveats.than_last_year(standing, on_agenda), caveats.season(standing)]))
    quiet = filter(None, [caveats.usual_range(standing, drawn.begun if drawn else (), as_of), earlier])
    return "  \n".join([" ".join(filter(None, first)), *(f":small[:gray[{line}]]" for line in quiet)])


def across_schools(tally: Tally) -> str:
    """Counts by shape and word, to stand after a lead."""
    return f" School by school: {counts(tally)}" if tally.lines or tally.too_early else ""


def goal_title(goal: Goal) -> str:
    return f"Goal {goal.number} · {escaped(goal.name)}" if goal.number else escaped(goal.name)


def unknown(goal: Goal) -> str:
    """Names in the goals' spreadsheet that no indicator has: said, not passed over."""
    if not goal.unknown:
        return ""
    return f" No indicator is called {listed([f'‘{escaped(name)}’' for name in goal.unknown])}: correct it in the spreadsheet of goals."


def more_than_drawn(drawn: int, schools: int) -> str:
    return f"These are the first {drawn:,}. All {schools:,} stand in the table below, which can be searched and sorted."


def sum_of(standing: Standing, found: Sum) -> str:
    """Which schools a number is the sum of, and which could not be added."""
    schools = several(len(found.parts), "school")
    if standing.percentages:
        return f"From {schools}."
    left_out = f" {capital(several(found.left_out, 'school'))} sent percentages only and cannot be added." if found.left_out else ""
    return f"Added up over {schools} first, divided last.{left_out}"


def rows_found(behind: Behind) -> str:
    if behind.arrived:
        return f"{total(behind.total)} school-days were due, one row each."
    if not behind.total:
        return "No row stands behind this number: nothing of the kind happened in these days."
    more = f" The first {total(len(behind.rows))} are shown." if len(behind.rows) < behind.total else ""
    return f"{capital(several(behind.total, 'row'))}.{more}"


def shapes(history: History) -> str:
    """What the shapes of one chart mean, only those that occur in it."""
    said = {"worsening": "▼ worse than usual", "improving": "▲ better than usual", "open": "○ not judged yet"}
    gap = "gap: nothing came" if None in history.values[:-1] else ""
    reach = "upright line: what a week with missing days could still become" if any(low is not None for low in history.low) else ""
    return " · ".join(filter(None, [*(words for state, words in said.items() if state in history.states), reach, gap]))


def chart_alt(standing: Standing, history: History) -> str:
    """The chart as a sentence, for those who hear it."""
    known = [value for value in history.values if value is not None]
    unit = standing.definition.unit
    span = f", between {number(min(known), unit)} and {number(max(known), unit)} over {several(len(known), 'week')}" if known else ""
    return f"{said_plainly(standing)}{span}"


def cell_label(standing: Standing, judged: date | None) -> str:
    """The indicator, and its week where that is not the week of the others."""
    older = "" if standing.week == judged or judged is None else f", {day_of(standing.week, judged)}"
    return f"{escaped(standing.definition.short)}{older}"


def in_a_word(standings: Sequence[Standing]) -> str:
    """How many indicators left their usual range, to stand quietly: what lasts is on the agenda."""
    worse, better = (len(_of(standings, v)) for v in (Variation.WORSENING, Variation.IMPROVING))
    said = [f"{count(worse)} worse" if worse else "", f"{count(better)} better" if better else ""]
    outside = ", ".join(filter(None, said))
    return f"Outside the usual range just now: {outside}" if outside else "Week by week all in their usual range" if _of(standings, Variation.STEADY) else "Too early to say"


def not_sent(sent: Sent) -> list[str]:
    """A line a school with what it owes; counted by source where they are many."""
    by_school: dict[str, list[Missing]] = {}
    for missing in sent.missing:
        by_school.setdefault(missing.school, []).append(missing)
    if not by_school:
        return ["Every school has sent everything."] if sent.schools else ["Nothing was expected this week."]
    if len(by_school) <= SCHOOLS_NAMED:
        return [f"**{escaped(school)}**: {listed([_owes(missing) for missing in owed])}" for school, owed in by_school.items()]
    sources: dict[str, int] = {}
    for missing in sent.missing:
        sources[missing.source] = sources.get(missing.source, 0) + 1
    return [f"**{len(by_school):,} of {sent.schools:,} schools** have not sent everything.",
            *(f"{escaped(source)}: {several(n, 'school')}" for source, n in sorted(sources.items(), key=lambda pair: -pair[1]))]


def _owes(missing: Missing) -> str:
    gone = missing.expected - missing.received
    much = "nothing yet" if not missing.received else f"{several(gone, 'day')} of {count(missing.expected)} missing"
    return f"{escaped(uncapital(missing.source))}, {much}"


def _of(standings: Sequence[Standing], *variations: Variation) -> list[Standing]:
    return [standing for standing in standings if standing.variation in variations]
