"""School days and weeks. A week is named by its Monday; a school year by the calendar year it begins in.

Where a calendar was uploaded for a year it decides. Where none was, a day counts when at least half of the schools
that report in that year reported it: a lone holiday row or one closed day otherwise passes for a bad day.
"""
from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from data.facts import live
from data.source import Source, Sources
from data.store import Change, quoted

YEAR_STARTS_IN = 7            # July: every school year here lies between two Julys
SHARE_THAT_OPENS_A_DAY = 0.5  # see docs/decisions/0005


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def school_year(day: date) -> int:
    """The calendar year in which the school year of this day began."""
    return day.year if day.month >= YEAR_STARTS_IN else day.year - 1


def year_of(day: str) -> str:
    """SQL: the school year of a day."""
    return f"(year({day}) - (month({day}) < {YEAR_STARTS_IN})::int)"


YEAR = year_of("day")


def revise_days(change: Change, sources: Sources) -> list[date]:
    """Work the school days out anew and return the days that became, or stopped being, school days.

    A day whose opening changed for one school only is among them.
    """
    before = _days(change)
    calendar = sources.list_of("calendar")
    change.run("delete from school_day")
    change.run("delete from school_day_exception")
    change.run(f"""insert into school_day by name
        select day, {YEAR} as year, row_number() over (order by day) as n, uploaded from (
            select "date" as day, true as uploaded from {quoted(live(calendar))}
            where school is null and open
            union all
            select day, false from ({_reported_days(sources)}) r
            where {YEAR} not in (select {YEAR} from (select "date" as day from {quoted(live(calendar))} where school is null)))""")
    change.run(f"""insert into school_day_exception
        select school, "date", open from {quoted(live(calendar))} c where school is not null
        and open <> ("date" in (select day from school_day))""")
    return sorted({day for day, *_ in before ^ _days(change)})


def _days(change: Change) -> set[tuple]:
    return {*change.rows("select day, null, true from school_day"),
            *change.rows("select day, school_id, open from school_day_exception")}


def _reported_days(sources: Iterable[Source]) -> str:
    """SQL: the days on which at least half of the year's reporting schools reported."""
    telling = ", ".join(f"'{source.name}'" for source in sources if source.tells_school_days) or "null"
    return f"""
        with told as (select distinct school_id, day from received where source in ({telling})),
        per_year as (select {YEAR} as year, count(distinct school_id) as schools from told group by 1)
        select day from told join per_year on per_year.year = {YEAR}
        group by day, schools having count(*) >= {SHARE_THAT_OPENS_A_DAY} * schools"""


# SQL over `school_day`: the school weeks of every year, numbered over all years (n) and within the year (number:
# calendar weeks since the week school began, so that a week keeps its number whatever breaks came before).
SCHOOL_WEEKS = f"""
    select week, min(year) as year, count(*) as days, row_number() over (order by week) as n,
           (week - min(min(week)) over (partition by min(year))) // 7 + 1 as number, max(day) as last_day
    from (select day, year, date_trunc('week', day)::date as week from school_day) group by week"""
def open_rows(relation: str) -> str:
    """SQL: the rows of a relation with school_id and day that fall on school days of that school."""
    return f"""(select r.* from {relation} r
        left join school_day_exception e on e.school_id = r.school_id and e.day = r.day
        left join school_day d on d.day = r.day
        where coalesce(e.open, d.day is not null))"""
