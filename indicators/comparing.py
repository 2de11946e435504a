"""What the pages ask about schools beside each other and about the weeks to come: plain values, by `compare` and `outlook`."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from data.calendar import school_year, year_of
from indicators import compare, outlook
from indicators.compare import FEWEST_SCHOOLS, Kind
from indicators.definition import Definition
from indicators.outlook import Chance
from indicators.reading import FRESH
from indicators.trend import WEEKS_BEFORE_LIMITS, Variation
from indicators.view import SCHOOL, View, kept

WINDOW = 8                  # judged weeks added up: of fewer one bad week decides, more are no longer about now
RECENT = 20                 # weeks an outlook looks back on: how often it holds was measured with so many (docs/decisions/0010)
AHEAD = 8                   # school weeks it looks ahead where nobody can say when the year ends; measured as well
WHOLE_YEAR = 36             # calendar weeks that a school year lasts at least; a shorter one was not uploaded whole
BEGAN_ALIKE = timedelta(days=21)    # two years that began further apart have no same weeks, as in `judging`
YEAR = timedelta(weeks=52)


@dataclass(frozen=True)
class Compared:
    """One school's judged weeks added up. `low` and `high` are of the band between schools, or of its own level."""
    school: str
    place: str
    value: float
    size: float                     # what the value was divided by
    low: float | None
    high: float | None
    outside: int                    # 1 above and -1 below the band
    moving: Variation | None        # its own line is worsening or improving just now: it has no one level


@dataclass(frozen=True)
class Comparison:
    """Schools beside each other in a fixed window, by name; with a band from ten schools on."""
    weeks: tuple[date, ...]
    schools: tuple[Compared, ...]
    whole: float                    # of all of them together
    band: bool
    left_out: int                   # schools with percentages only beside those with counts, or the other way round

    @property
    def outside(self) -> list[Compared]:
        return [school for school in self.schools if school.outside]

    @property
    def moving(self) -> list[Compared]:
        return [school for school in self.schools if school.moving]

    @property
    def apart(self) -> list[tuple[Compared, list[Compared]]]:
        """Each school with those that lie above it by more than both levels are known, the lowest first."""
        known = sorted((s for s in self.schools if s.low is not None and s.high is not None), key=lambda school: school.value)
        pairs = [(low, [high for high in known if high.low > low.high]) for low in known]
        return [(low, above) for low, above in pairs if above]


@dataclass(frozen=True)
class Alike:
    """The schools most like one, those of them that do better, and by what they are alike."""
    own: Compared
    similar: tuple[str, ...]
    better: tuple[Compared, ...]
    level: str | None
    by_size: bool
    by_need: bool
    weeks: tuple[date, ...]


@dataclass(frozen=True)
class Ahead:
    """Where a number will be if recent weeks continue; without `low` and `high` it is too early to say."""
    week: date | None               # the year's last, None where nobody can say which that is
    weeks: int                      # school weeks until then
    used: int                       # judged weeks it rests on
    low: float | None
    high: float | None
    chance: Chance
    not_before: date | None         # the first week that might meet the target, where it is not the next one


@dataclass(frozen=True)
class Asked:
    """What a school may be asked to reach: the same weeks last year, and what schools like it have gained since."""
    last_year: float
    gained: float
    now: float
    weeks: tuple[date, date]

    @property
    def expected(self) -> float:
        return self.last_year + self.gained


@dataclass(frozen=True)
class _Window:
    """A row a school by name, a column a week; NaN where a week is not judged."""
    weeks: tuple[date, ...]
    places: tuple[str, ...]
    labels: tuple[str, ...]
    numerator: np.ndarray
    denominator: np.ndarray
    kind: Kind
    left_out: tuple[str, ...]


def comparable(definition: Definition) -> bool:
    """Rolling sums cannot be added up again, and a plain count grows with its school."""
    return definition.judged and bool(definition.denominator)


@kept
def compared(view: View, indicator: str, director: str | None = None) -> Comparison | None:
    """The schools (of one director) beside each other; None with fewer than two, or where they cannot be compared."""
    window, theirs = _window(view, indicator), _theirs(view, director)
    if window is None or not comparable(view.definitions[indicator]):
        return None
    rows = [row for row, place in enumerate(window.places) if place in theirs]
    if len(rows) < 2:
        return None
    top, size = window.numerator[rows], window.denominator[rows]
    funnel = compare.funnel(top, size, window.kind)
    found = funnel or compare.intervals(top, size, window.kind)
    low, high = (funnel.lower_998, funnel.upper_998) if funnel else (found.lower, found.upper)
    outside = funnel.outside if funnel else np.zeros(len(rows), int)
    return Comparison(window.weeks, _compared(view, indicator, window, rows, found.value, low, high, outside),
                      float(_scale(view, indicator) * np.nansum(top) / np.nansum(size)), funnel is not None,
                      len(theirs & {*window.left_out}))


@kept
def alike(view: View, indicator: str, place: str) -> Alike | None:
    """The schools like one and which do better; None under ten schools, and where no side is better."""
    window, definition = _window(view, indicator), view.definitions[indicator]
    if window is None or place not in window.places or not comparable(definition) or definition.better == "neither":
        return None
    if len(window.places) < FEWEST_SCHOOLS:
        return None
    row, near, known = _similar(view, window.places, place)
    found = compare.intervals(window.numerator, window.denominator, window.kind)
    best = compare.doing_better(found, row, near, definition.better)
    rows = [row, *best]
    own, *better = _compared(view, indicator, window, rows, found.value[rows], found.lower[rows], found.upper[rows], np.zeros(len(rows), int))
    return Alike(own, tuple(window.labels[each] for each in near), tuple(better), *known, window.weeks)


@kept
def ahead(view: View, indicator: str, kind: str, place: str) -> Ahead | None:
    """The outlook to the year's end, or some weeks on; None for rolling sums, old numbers and when the year is over."""
    definition, coming = view.definitions[indicator], weeks_to_come(view)
    rows = view.tables.rows("""select w.week, p.value, coalesce(p.usable, 0) > 0 from week w left join point p
        on p.week = w.week and p.indicator = ? and p.kind = ? and p.place = ? order by w.week""", indicator, kind, place)
    judged = [at for at, (_, _, usable) in enumerate(rows) if usable]
    if not definition.judged or not judged or rows[-1][0] - rows[judged[-1]][0] > FRESH or not coming[1]:
        return None
    recent = rows[max(0, judged[-1] + 1 - RECENT):]
    value, usable = (np.array([[row[at] for row in recent]], kind) for at, kind in ((1, float), (2, bool)))
    foretold = outlook.outlook(value, usable, coming[1])
    chance = outlook.chance(foretold, definition.target, definition.better)[0, -1]
    first = outlook.not_before(foretold, definition.target, definition.better)[0]
    low, high = (_or_none(edge[0, -1], definition) for edge in (foretold.lower, foretold.upper))
    weeks = coming[0]
    if low is None:
        chance = Chance.TOO_EARLY
    return Ahead(weeks[-1] if weeks else None, coming[1], int(usable.sum()), low, high, chance, weeks[first] if weeks and first else None)


@kept
def asked(view: View, indicator: str, place: str) -> Asked | None:
    """What may be expected of a school by its last year and by its similar schools; None where either is not known."""
    definition, shift = view.definitions[indicator], _since_last_year(view)
    if not comparable(definition) or shift is None:
        return None
    rows = view.tables.rows(f"""select n.place, sum(n.numerator) / sum(n.denominator), sum(o.numerator) / sum(o.denominator), min(n.week), max(n.week)
        from point n join point o on o.indicator = n.indicator and o.kind = n.kind and o.place = n.place and o.week = n.week - {shift.days}
            and o.percentages = n.percentages join school s on s.school_id = n.place
        where n.indicator = ? and n.kind = ? and n.usable > 0 and o.usable > 0 and {year_of('n.week')} = ?
        group by n.place having count(*) >= {WEEKS_BEFORE_LIMITS} order by n.place""", indicator, SCHOOL, school_year(_weeks(view)[-1]))
    places = [row[0] for row in rows]
    if place not in places or len(places) < FEWEST_SCHOOLS:
        return None
    scale, (row, near, _) = _scale(view, indicator), _similar(view, places, place)
    now, before = (scale * np.array([each[at] for each in rows], float) for at in (1, 2))
    gains = (now - before)[near][None, :]
    reached = float(outlook.expected(before[[row]], gains)[0]) if near else np.nan
    return None if np.isnan(reached) else Asked(before[row], reached - before[row], now[row], rows[row][3:])


@kept
def weeks_to_come(view: View) -> tuple[tuple[date, ...], int]:
    """The school weeks until the year's end, by the calendar or as last year's lay, and how many; without such a year no weeks, and AHEAD."""
    weeks, shift = _weeks(view), _since_last_year(view)
    if not weeks:
        return (), 0
    if told := tuple(week for (week,) in view.tables.rows("select week from to_come order by week") if school_year(week) == school_year(weeks[-1])):
        return told, len(told)
    first, newest = min(week for week in weeks if school_year(week) == school_year(weeks[-1])), weeks[-1]
    before = [week for week in weeks if school_year(week) == school_year(newest) - 1]
    if shift and before[-1] - before[0] >= timedelta(weeks=WHOLE_YEAR):
        coming = tuple(week + shift for week in before if week + shift > newest)
        return coming, len(coming)
    return (), AHEAD if newest - first <= timedelta(weeks=WHOLE_YEAR - AHEAD) else 0


def _weeks(view: View) -> list[date]:
    return [week for (week,) in view.tables.rows("select week from week order by week")]


def _since_last_year(view: View) -> timedelta | None:
    """From a week of last year to the same one of this year; None where the two years did not begin alike."""
    begun: dict[int, date] = {}
    for week in _weeks(view):
        begun.setdefault(school_year(week), week)
    this = max(begun, default=0)
    return begun[this] - begun[this - 1] if this - 1 in begun and abs(begun[this] - begun[this - 1] - YEAR) <= BEGAN_ALIKE else None


@kept
def _window(view: View, indicator: str) -> _Window | None:
    """The newest judged weeks of one indicator at every school that has any."""
    rows = view.tables.rows("""
        with mine as (select * from point where indicator = ? and kind = ? and usable > 0),
        recent as (select distinct week from mine order by week desc limit ?)
        select s.label, m.place, m.week, m.numerator, m.denominator, m.percentages > 0
        from mine m join recent using (week) join school s on s.school_id = m.place order by s.label, m.week""", indicator, SCHOOL, WINDOW)
    measure = {place: percentages for _, place, *_, percentages in rows}
    if not rows:
        return None
    usual = 2 * sum(measure.values()) > len(measure)
    labels = {place: label for label, place, *_ in rows if measure[place] == usual}
    weeks, places = sorted({row[2] for row in rows}), list(labels)
    top, size = (np.full((len(places), len(weeks)), np.nan) for _ in range(2))
    for _, place, week, numerator, denominator, _ in rows:
        if place in labels:
            at = places.index(place), weeks.index(week)
            top[at], size[at] = numerator, denominator
    share = view.definitions[indicator].unit == "percent" and not usual and not (top > size).any()
    return _Window(tuple(weeks), tuple(places), tuple(labels.values()), top, size, Kind.SHARE if share else Kind.MEAN,
                   tuple(place for place in measure if place not in labels))


def _compared(view: View, indicator: str, window: _Window, rows: list[int], value: np.ndarray, low: np.ndarray, high: np.ndarray,
              outside: np.ndarray) -> tuple[Compared, ...]:
    """The schools in these rows of the window, with what was found for them."""
    scale, size = _scale(view, indicator), np.nansum(window.denominator, axis=1)
    moving = dict(view.tables.rows("""select place, variation from status where indicator = ? and kind = ? and judged_week >= ?
        and variation in ('worsening', 'improving')""", indicator, SCHOOL, window.weeks[-1] - FRESH))
    return tuple(Compared(window.labels[row], window.places[row], float(scale * value[at]), float(size[row]),
                          *(None if np.isnan(edge[at]) else float(scale * edge[at]) for edge in (low, high)), int(outside[at]),
                          Variation(moving[window.places[row]]) if window.places[row] in moving else None) for at, row in enumerate(rows))


def _similar(view: View, places: tuple[str, ...] | list[str], place: str) -> tuple[int, list[int], tuple[str | None, bool, bool]]:
    """The row of a school, the rows of those most like it, and by what: the level if known, size, need."""
    known = {row[0]: row[1:] for row in view.tables.rows("select school_id, level, students, need from school")}
    level, students, need = zip(*(known[each] for each in places))
    size, needed = (np.array(numbers, float) for numbers in (students, need))
    row = list(places).index(place)
    near = compare.similar(level, size, needed, row)
    return row, near, (level[row], bool(size[row] > 0), bool(np.isfinite(needed[row])))


@kept
def _theirs(view: View, director: str | None) -> frozenset[str]:
    where, given = ("", []) if director is None else ("where director = ?", [director])
    return frozenset(school_id for (school_id,) in view.tables.rows(f"select school_id from school {where}", *given))


def _scale(view: View, indicator: str) -> float:
    return 100.0 if view.definitions[indicator].unit == "percent" else 1.0


def _or_none(number: float, definition: Definition) -> float | None:
    """Within what is possible; None where nothing can be said."""
    return None if np.isnan(number) else float(np.clip(number, 0, 100 if definition.unit == "percent" else None))
