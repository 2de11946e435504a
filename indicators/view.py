"""What a page is handed: a locked database in memory that holds only what one scope may see, judged and rolled up."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import wraps

import numpy as np
import pyarrow as pa

from data.access import EVERYTHING, Scope
from data.calendar import SCHOOL_WEEKS
from data.decisions import DECISION, decisions
from data.facts import live
from data.source import Sources
from data.store import Relations, Store, in_memory, quoted
from indicators import judging, noticed
from indicators.coverage import expected_days
from indicators.definition import Definition, Definitions
from indicators.judging import Weeks

DISTRICT, CASELOAD, SCHOOL = "district", "caseload", "school"
WHOLE = "all"                # the district's place

STATUS = pa.schema([("indicator", pa.string()), ("kind", pa.string()), ("place", pa.string()), ("name", pa.string()),
                    ("director", pa.string()), ("week", pa.date32()), ("complete", pa.bool_()), ("judged_week", pa.date32()),
                    ("value", pa.float64()), ("numerator", pa.float64()), ("denominator", pa.float64()),
                    ("expected", pa.float64()), ("received", pa.float64()), ("last_year", pa.float64()), ("lower", pa.float64()),
                    ("upper", pa.float64()), ("centre", pa.float64()), ("signal", pa.int64()), ("run", pa.int64()),
                    ("judged_value", pa.float64()), ("judged_numerator", pa.float64()), ("judged_denominator", pa.float64()),
                    ("judged_expected", pa.float64()), ("judged_received", pa.float64()), ("judged_last_year", pa.float64()),
                    ("open", pa.bool_()), ("percentages", pa.bool_()), ("judged_percentages", pa.bool_()), ("variation", pa.string()),
                    ("provisional", pa.bool_()), ("assurance", pa.string()), ("weeks", pa.int64()), ("trial", pa.bool_()), ("few", pa.bool_()),
                    ("baseline_since", pa.date32()), ("baseline_why", pa.string()), ("low", pa.float64()), ("high", pa.float64()),
                    ("could_vanish", pa.bool_()), ("paired", pa.float64()), ("paired_usual", pa.float64()), ("paired_beyond", pa.bool_()),
                    ("season", pa.float64()), ("year_end_low", pa.float64()), ("year_end_high", pa.float64())])


@dataclass(frozen=True)
class View:
    """One scope's picture of the district as of a day. Holds no row it may not show.

    Tables: school, status (the newest number of every place and indicator, judged), point (every week of them),
    coverage (source, school_id, week, expected, received, missing days), week, goal, load, light, notice. `decided` stands beside them:
    a decision changes nothing else.
    """
    scope: Scope
    as_of: date
    version: int
    made_up: bool
    definitions: Definitions
    sources: Sources
    tables: Relations
    decided: pa.Table           # what was decided about lights of the agenda, the newest first
    answers: dict = field(default_factory=dict, compare=False, repr=False)      # what `kept` questions have found

    @property
    def week(self) -> date | None:
        """The newest week with any number."""
        return self.tables.value("select max(week) from status")


def kept(question: Callable) -> Callable:
    """A question about a view is worked out once for each view: nothing in it ever changes, and it carries its scope."""
    @wraps(question)
    def answer(view: View, *given):
        asked = question, given
        if asked not in view.answers:
            view.answers[asked] = question(view, *given)
        return view.answers[asked]
    return answer


def build_view(store: Store, sources: Sources, definitions: Definitions, scope: Scope, as_of: date, made_up: bool) -> View:
    """Copy what the scope may see out of the store, roll it up, judge it, and lock it in."""
    version = store.version
    schools = _schools(store, sources, scope, as_of)
    school_weeks = store.rows(f"select week, year, number, last_day from ({SCHOOL_WEEKS}) order by week")
    weeks = judging.weeks_up_to(as_of, school_weeks, [day for (day,) in store.rows("select day from school_day")])
    status, points = _judged(store, definitions, schools, weeks)
    everybody = schools if scope.schools is None else _schools(store, sources, EVERYTHING, as_of)
    tables = in_memory(school=schools, status=pa.Table.from_pylist(status, STATUS), point=points,
                       week=_weeks(weeks), coverage=_coverage(store, sources, schools, as_of),
                       goal=_goals(store, sources), load=_loads(store, scope),
                       **_lights(store, definitions, everybody, schools, weeks),
                       to_come=pa.table({"week": pa.array([row[0] for row in school_weeks if row[0] > as_of], pa.date32())}))
    return View(scope, as_of, version, made_up, definitions, sources, tables, decisions(store, schools))


def with_decisions_since(view: View, store: Store) -> View | None:
    """The same view with what was decided since; None where anything else has happened, so that it must be built anew."""
    version = store.version
    if store.value("select count(*) from event where number > ? and kind <> ?", view.version, DECISION):
        return None
    return replace(view, version=version, decided=decisions(store, view.tables.table("select school_id from school")), answers={})


def _schools(store: Store, sources: Sources, scope: Scope, as_of: date) -> pa.Table:
    """The schools in scope, each with the senior director who supports it as of the day.

    `label` is the name, with the code where two schools share it.
    """
    listed, caseloads = live(sources.list_of("schools")), live(sources.list_of("caseloads"))
    if not _there(store, listed):
        return pa.table({name: pa.array([], pa.string()) for name in ("school_id", "name", "label", "level", "grades", "principal", "director")}
                        | {"students": pa.array([], pa.int64()), "need": pa.array([], pa.float64())})
    allowed = "" if scope.schools is None else "where school in (select unnest(?::varchar[]))"
    given = [] if scope.schools is None else [sorted(scope.schools)]
    return store.table(f"""select s.school as school_id, s.name,
            case when count(*) over (partition by s.name) > 1 then s.name || ' (' || s.school || ')' else s.name end as label,
            s.level, s.grades, s.principal, c.director, s.students, s.need
        from {quoted(listed)} s left join (
            select school, director from {quoted(caseloads)}
            where coalesce("from" <= ?, true) and coalesce("to" >= ?, true)
            qualify row_number() over (partition by school order by "from" desc nulls last) = 1) c on c.school = s.school
        {allowed.replace('school in', 's.school in')} order by s.name, s.school""", as_of, as_of, *given)


def _judged(store: Store, definitions: Definitions, schools: pa.Table, weeks: Weeks) -> tuple[list[dict], pa.Table]:
    """Every place of every indicator: schools, and the caseloads and the district they add up to."""
    directors = dict(zip(schools["school_id"].to_pylist(), schools["director"].to_pylist(), strict=True))
    labels = {(SCHOOL, s): label for s, label in zip(directors, schools["label"].to_pylist(), strict=True)}
    groups = [(CASELOAD, d) for d in sorted({d for d in directors.values() if d})] + [(DISTRICT, WHOLE)]
    places = [(SCHOOL, s) for s in directors] + groups
    status, tables = [], []
    for definition in definitions:
        weekly = _weekly(store, definition, schools)
        if not weekly.num_rows:
            continue
        series = judging.dense(places, weekly, weeks)
        points, said = judging.judge(definition, series, weeks)
        status += [row | {"name": labels.get((row["kind"], row["place"]), row["place"]),
                          "director": directors.get(row["place"]) if row["kind"] == SCHOOL else None} for row in said if "week" in row]
        tables.append(_long(definition, places, points, weeks))
    return status, pa.concat_tables(tables) if tables else _long(None, [], {}, weeks)


def _lights(store: Store, definitions: Definitions, everybody: pa.Table, shown: pa.Table,
            weeks: Weeks) -> dict[str, pa.Table]:
    """What changed at the schools shown and in the whole district, and what would be noticed there. Peers are all schools, whoever looks; only lights leave this function."""
    if not weeks.mondays or not shown.num_rows:
        return dict(zip(("light", "notice"), noticed.tables([], [], set()), strict=True))
    places = [(SCHOOL, s) for s in everybody["school_id"].to_pylist()] + [(DISTRICT, WHOLE)]
    judged = []
    for definition in definitions:
        if noticed.watched(definition) and (weekly := _weekly(store, definition, everybody)).num_rows:
            series = judging.dense(places, weekly, weeks)
            judged.append((definition, series, judging.usable_weeks(definition, series, weeks)))
    found = noticed.lights(judged, weeks, everybody["level"].to_pylist())
    shown_places = {(SCHOOL, s) for s in shown["school_id"].to_pylist()} | {(DISTRICT, WHOLE)}
    return dict(zip(("light", "notice"), noticed.tables(*found, shown_places), strict=True))


def _weekly(store: Store, definition: Definition, schools: pa.Table) -> pa.Table:
    """Weekly numbers by kind of place: schools as stored, caseloads and the district added up from counts.

    Percentages are never mixed with counts: a roll-up uses them only in weeks where no school has counts.
    """
    with_director = schools.select(["school_id", "director"])
    stored = store.table("select school_id, week, measure, numerator, denominator, expected, received from weekly where indicator = ?",
                         definition.name)
    return in_memory(weekly=stored, school=with_director).table("""
        with mine as (select w.*, s.director from weekly w join school s using (school_id)),
        grouped as (
            select 'caseload' as kind, director as place, * from mine where director is not null
            union all by name select 'district' as kind, 'all' as place, * from mine),
        rolled as (
            select kind, place, week, measure, sum(numerator) as numerator, sum(denominator) as denominator,
                   sum(expected)::double as expected, sum(received)::double as received
            from grouped group by kind, place, week, measure
            qualify row_number() over (partition by kind, place, week order by measure) = 1)
        select 'school' as kind, school_id as place, week, measure, numerator, denominator,
               expected::double as expected, received::double as received from mine
        union all by name select * from rolled""")


def _long(definition: Definition | None, places: list[tuple[str, str]], points: dict[str, np.ndarray], weeks: Weeks) -> pa.Table:
    """The judged matrices as rows, without the weeks that have no number."""
    names = ("value", "numerator", "denominator", "expected", "received", "lower", "upper", "centre", "signal", "usable", "last_year",
             "percentages", "baseline", "low", "high", "could_vanish", "paired")
    if definition is None:
        return pa.table({"indicator": pa.array([], pa.string()), "kind": pa.array([], pa.string()), "place": pa.array([], pa.string()),
                         "week": pa.array([], pa.date32()), "state": pa.array([], pa.string())}
                        | {name: pa.array([], pa.float64()) for name in names})
    row, column = np.nonzero(np.isfinite(points["value"]) | (points["received"] > 0))
    kinds, names_of = (pa.array([place[i] for place in places], pa.string()) for i in (0, 1))
    usable, signal = points["usable"][row, column] > 0, np.sign(points["signal"][row, column]).astype(int)
    toward = signal * {"higher": 1, "lower": -1, "neither": 0}[definition.better]
    state = np.select([~usable, toward > 0, toward < 0], [judging.OPEN, "improving", "worsening"], judging.USUAL)
    return pa.table({"indicator": pa.array([definition.name] * len(row)), "kind": kinds.take(pa.array(row)), "place": names_of.take(pa.array(row)),
                     "week": pa.array(weeks.mondays, pa.date32()).take(pa.array(column)), "state": pa.array(state.astype(str))}
                    | {name: pa.array(points[name][row, column], from_pandas=True) for name in names})


def _weeks(weeks: Weeks) -> pa.Table:
    return pa.table({"week": pa.array(weeks.mondays, pa.date32()), "complete": pa.array(weeks.complete, pa.bool_())})


def _coverage(store: Store, sources: Sources, schools: pa.Table, as_of: date) -> pa.Table:
    """What each school owed of each source, week by week, and how much of it came, up to the as-of date."""
    everything = store.table(f"""select source, school_id, date_trunc('week', day)::date as week, count(*)::int as expected,
        count(*) filter (where received)::int as received, list(day order by day) filter (where not received) as missing
        from {expected_days(store, sources)} where day <= ? group by all""", as_of)
    return in_memory(everything=everything, school=schools.select(["school_id"])).table(
        "select e.* from everything e semi join school s on s.school_id = e.school_id")


def _goals(store: Store, sources: Sources) -> pa.Table:
    """Goals with the indicators watched for them, in the district's order."""
    table = live(sources.list_of("goals"))
    if not _there(store, table):
        return pa.table({"goal": pa.array([], pa.string()), "indicator": pa.array([], pa.string()), "number": pa.array([], pa.int64()),
                         "why": pa.array([], pa.string())})
    return store.table(f"select goal, indicator, number, why from {quoted(table)} order by number nulls last, file_row")


def _loads(store: Store, scope: Scope) -> pa.Table:
    """The history of loads, which names files and people but no school's numbers; for those who see everything."""
    seen = "" if scope.schools is None else "where false"
    return store.table(f"""select l.load_id, l.file_name, l.accepted, l.refused, e.who, e.happened, u.who as undone_by, u.happened as undone_at,
        (select string_agg(distinct source, ', ') from load_part p where p.load_id = l.load_id and not harvested) as sources
        from load l join event e on e.number = l.load_id left join event u on u.kind = 'undo' and u.load_id = l.load_id
        {seen} order by l.load_id desc""")


def _there(store: Store, table: str) -> bool:
    return bool(store.rows("select 1 from duckdb_tables() where table_name = ?", table))
