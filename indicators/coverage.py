"""What should have arrived, and what did. A school owes a source from the first day it sent it in that school year.

Where the district has loaded its own school list and at least half of its schools send a source in a year, every
school on the list owes it from the first day anybody sent it.
"""
from __future__ import annotations

import numpy as np

from data.calendar import year_of
from data.facts import live
from data.schools import school_list
from data.source import Sources
from data.store import Change, Relations, quoted

SHARE_THAT_OBLIGES_ALL = 0.5


def expected_days(store: Relations | Change, sources: Sources) -> str:
    """SQL: source, school_id, day, received for every school-day that is owed."""
    year = year_of("day")
    by_school = f"select source, school_id, {year} as year, min(day) as since from received group by 1, 2, 3"
    if not school_list(store, sources).open:
        listed = quoted(live(sources.list_of("schools")))
        by_school = f"""select source, school_id, year, min(since) as since from (
                {by_school}
                union all by name
                select u.source, l.school as school_id, u.year, u.since from {listed} l cross join (
                    select source, {year} as year, min(day) as since from received group by 1, 2
                    having count(distinct school_id) >= {SHARE_THAT_OBLIGES_ALL} * (select count(*) from {listed})) u)
            group by source, school_id, year"""
    return f"""(select o.source, o.school_id, d.day, r.day is not null as received
        from ({by_school}) o
        join school_day d on d.year = o.year and d.day >= o.since
        left join school_day_exception e on e.school_id = o.school_id and e.day = d.day
        left join received r on r.source = o.source and r.school_id = o.school_id and r.day = d.day
        where coalesce(e.open, true))"""


def worst_and_best(numerator: np.ndarray, denominator: np.ndarray, expected: np.ndarray, received: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Between which two shares a number of a week will lie once everything has come: none or all of what is missing counts.

    A missing school-day is taken to be as large as those that came. NaN where nothing is missing, or nothing has come.
    """
    gap = np.where((received > 0) & (expected > received) & (denominator > 0), expected - received, np.nan)
    missing = denominator / np.where(received > 0, received, np.nan) * gap
    whole = denominator + missing
    return numerator / whole, (numerator + missing) / whole
