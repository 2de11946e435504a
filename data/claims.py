"""Which school-days a file is complete for: those of its rows, but for its refused ones, and those somebody says."""
from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pyarrow as pa

from data.facts import Part
from data.source import Source


def units(source: Source, rows: pa.Table) -> pa.Table:
    """The school-days these rows belong to: what a file is complete for, but for its refused rows."""
    school = rows[source.school] if source.school else pa.nulls(rows.num_rows, pa.string())
    day = rows[source.date] if source.date else pa.nulls(rows.num_rows, pa.date32())
    return pa.table({"school_id": school, "day": day}).group_by(["school_id", "day"]).aggregate([])


def certain(part: Part) -> Part:
    """The same part without a claim on any unit that a refused row, of whatever sheet, may belong to."""
    if not part.unsure:
        return part
    here = zip(part.scope["school_id"].to_pylist(), part.scope["day"].to_pylist(), strict=True)
    sure = [part.unsure.isdisjoint({(school, day), (school, None), (None, day), (None, None)}) for school, day in here]
    return replace(part, scope=part.scope.filter(pa.array(sure, pa.bool_())))


def covering(part: Part, first: date, last: date, schools: list[str]) -> Part:
    """The same part, complete for every day from `first` to `last` and every school given: a confirmed wider scope.

    Units that a refused row may belong to stay out of it."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    wide = pa.table({"school_id": pa.array([s for s in schools for _ in days], pa.string()),
                     "day": pa.array(days * len(schools), pa.date32())})
    both = pa.concat_tables([part.scope.select(["school_id", "day"]), wide])
    return certain(replace(part, scope=both.group_by(["school_id", "day"]).aggregate([])))
