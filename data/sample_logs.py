"""The made-up district's daily records as rows, named as the plan's files ask for them."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from data.sample_district import District, one_row_each, share, shuffled, visits

STUDENT_NUMBERS = 10_000       # ids are drawn from S000001 up to this many
UNEVEN = 1.2                   # shape of the gamma spread of how often single students are absent


def logs(district: District) -> dict[str, pd.DataFrame]:
    """Every daily record; days a school has not sent are left out. The finer grain adds up to the counts."""
    enrolled, present = attendance(district)
    absent = enrolled - present
    unexcused, tried, reached = contacts(district, absent)
    expected, on_time = submissions(district)
    by_roster, by_student = (_finer(district, district.plan[part]) for part in ("rosters", "contacts"))
    absences = absence_rows(district, np.where(by_student, absent, 0), enrolled, unexcused)
    found = {
        "attendance": _counts(district, np.full(enrolled.shape, True), enrolled=enrolled, present=present),
        "attendance_submission": _counts(district, ~by_roster, expected=expected, on_time=on_time),
        "rosters": roster_rows(district, np.where(by_roster, expected, 0), on_time),
        "family_contacts": _counts(district, ~by_student, absences=unexcused, attempted=tried, reached_in_time=reached),
        "absences": absences,
        "student_contacts": contact_rows(district, absences, tried, reached),
        "walkthroughs": walkthroughs(district),
        "coaching_visits": coaching_visits(district),
    }
    return {name: _come(district, name, rows) for name, rows in found.items()}


def attendance(district: District) -> tuple[np.ndarray, np.ndarray]:
    """Students enrolled and present, day × school. A student more or less each week."""
    rng = district.rng("attendance counts")
    weeks, week_of = np.unique(district.weeks, return_inverse=True)
    moves = rng.integers(-1, 2, (len(weeks), len(district.schools))).cumsum(axis=0)
    enrolled = district.schools["students"].to_numpy() + moves[week_of]
    return enrolled, rng.binomial(enrolled, share(district, "attendance", "present"))


def submissions(district: District) -> tuple[np.ndarray, np.ndarray]:
    """Rosters expected and rosters on time, day × school."""
    expected = np.tile([len(rosters) for rosters in _rosters(district)], (len(district.days), 1))
    on_time = share(district, "attendance_submission", "on_time")
    return expected, district.rng("submission counts").binomial(expected, on_time)


def contacts(district: District, absent: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Unexcused absences, families tried, families reached in time, day × school."""
    spec, rng = district.plan["contacts"], district.rng("contact counts")
    unexcused = rng.binomial(absent, spec["unexcused"])
    tried = rng.binomial(unexcused, spec["tried"])
    reached = np.minimum(1, share(district, "family_contacts", "reached_in_time") / spec["tried"])
    return unexcused, tried, rng.binomial(tried, reached)


def roster_rows(district: District, expected: np.ndarray, on_time: np.ndarray) -> pd.DataFrame:
    """A row a roster: when it was due and when it came, empty where it never did."""
    spec, rng = district.plan["rosters"], district.rng("rosters")
    day, school, number = one_row_each(expected)
    late = shuffled(rng, day, school, number) >= on_time[day, school]
    rosters = _rosters(district)
    named = [rosters[place][position] for place, position in zip(school, number)]
    due = np.array([int(time[:2]) * 60 + int(time[3:]) for _, time in named])
    minute = due + np.where(late, rng.integers(1, 90, len(late)), -rng.integers(0, 30, len(late)))
    never = late & (rng.random(len(late)) < spec["never_submitted"])
    submitted = ["" if missing else f"{at // 60:02d}:{at % 60:02d}" for at, missing in zip(minute, never)]
    return district.rows(day, school, roster=[name for name, _ in named], cutoff=[time for _, time in named],
                         submitted_at=submitted)


def absence_rows(district: District, absent: np.ndarray, enrolled: np.ndarray, unexcused: np.ndarray) -> pd.DataFrame:
    """A row an absent student. Some students are absent far more often than others, nobody twice on a day."""
    rng = district.rng("absences")
    day, school, number = one_row_each(absent)
    student = np.zeros(len(day), dtype=int)
    unused = rng.permutation(STUDENT_NUMBERS) + 1
    for place in np.unique(school):
        ids, unused = np.split(unused, [enrolled[:, place].max()])
        turns = rng.exponential(size=(len(district.days), len(ids))) / rng.gamma(UNEVEN, size=len(ids))
        here = school == place
        student[here] = ids[turns.argsort(axis=1)[day[here], number[here]]]
    rank = shuffled(rng, day, school, number)
    return district.rows(day, school, student=[f"S{number:06d}" for number in student],
                         excused=rank >= unexcused[day, school], day=day, place=school, rank=rank)


def contact_rows(district: District, absences: pd.DataFrame, tried: np.ndarray, reached: np.ndarray) -> pd.DataFrame:
    """A row an absence whose family was tried, unless that contact lies after the as-of date."""
    spec, rng = district.plan["contacts"], district.rng("contacts")
    day, place, rank = (absences[name].to_numpy() for name in ("day", "place", "rank"))
    in_time = rank < reached[day, place]
    late = rng.random(len(day)) < spec["reached_late"]
    soon = rng.choice(len(spec["days_in_time"]), len(day), p=spec["days_in_time"])
    contacted = day + np.where(~in_time & late, rng.choice(spec["days_late"], len(day)), soon)
    made = (rank < tried[day, place]) & (contacted < len(district.days))
    return absences[made].assign(contacted_on=district.days[contacted[made]], reached=(in_time | late)[made],
                                 how=rng.choice(spec["how"], made.sum(), p=spec["how_often"]))


def walkthroughs(district: District) -> pd.DataFrame:
    """A row a visit to a classroom. Feedback comes the same day or a few school days later."""
    spec, rng = district.plan["walkthroughs"], district.rng("walkthroughs")
    day, school, _ = one_row_each(visits(district, "walkthroughs", rng))
    rooms = district.schools["students"].to_numpy() // district.plan["rosters"]["students"]
    given = rng.random(len(day)) < share(district, "walkthroughs", "feedback_given")[day, school]
    told = day + rng.choice(len(spec["days_to_feedback"]), len(day), p=spec["days_to_feedback"])
    by_principal = rng.random(len(day)) < spec["by_principal"]
    principal = district.schools["principal"].to_numpy()[school]
    return district.rows(day, school, teacher=[f"Room {room}" for room in 1 + rng.integers(0, rooms[school])],
                         observer=np.where(by_principal, principal, spec["other_observer"]), feedback_given=given,
                         feedback_on=district.days[np.minimum(told, len(district.days) - 1)].where(given))


def coaching_visits(district: District) -> pd.DataFrame:
    """A row a visit of the senior director, never more in a week than the plan allows."""
    spec, rng = district.plan["coaching"], district.rng("coaching visits")
    day, school, _ = one_row_each(visits(district, "coaching_visits", rng))
    earlier = pd.DataFrame({"week": district.weeks[day], "school": school}).groupby(["week", "school"]).cumcount()
    kept = (earlier < spec["most_a_week"]).to_numpy()
    day, school = day[kept], school[kept]
    return district.rows(day, school, coach=district.schools["director"].to_numpy()[school],
                         minutes=rng.choice(spec["minutes"], len(day)), focus=rng.choice(spec["focus"], len(day)))


def _finer(district: District, spec: Mapping[str, Any]) -> np.ndarray:
    """The school-days, day × school, that one director's schools send roster by roster or student by student."""
    return np.outer(district.days >= pd.Timestamp(spec["from"]), district.supported_by(spec["director"]))


def _rosters(district: District) -> list[list[tuple[str, str]]]:
    """Each school's rosters, with the time each is due."""
    spec = district.plan["rosters"]
    return [[(f"{period} {number:02d}", time) for period, time in spec["cutoffs"][school.level].items()
             for number in range(1, 1 + school.students // spec["students"])] for school in district.schools.itertuples()]


def _counts(district: District, sent: np.ndarray, **counts: np.ndarray) -> pd.DataFrame:
    """One row a school and day, for the school-days sent this way."""
    day, school = np.nonzero(sent)
    return district.rows(day, school, **{name: count[day, school] for name, count in counts.items()})


def _come(district: District, name: str, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows without the school-days that the plan says are still owed."""
    code = dict(zip(district.schools["name"], district.schools["school"]))
    for source, school, first, last in district.plan["missing"]:
        if source == name:
            owed = rows["date"].between(pd.Timestamp(first), pd.Timestamp(last)) & (rows["school"] == code[school])
            rows = rows[~owed]
    return rows
