"""What is true before anybody writes it down badly: schools, school days, and what happened there. Knows nothing of the product."""
from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

SCHOOLS = {
    "0012": "Lincoln Elementary School", "0013": "Lincoln Middle School", "0014": "Lincoln High School",
    "0052": "Roosevelt Elementary School", "0105": "Dr. Martin Luther King Jr. Elementary School", "0112": "Jefferson Elementary School",
    "0230": "César Chávez Academy", "0301": "Saint Paul High School", "0347": "Washington K-8 School", "0666": "Total Wellness Academy",
    "1012": "Peña Middle School", "1450": "Oak Street School, North Campus",
}
SCHOOL_LIST = "School Code,School Name\n" + "".join(f'{code},"{name}"\n' for code, name in SCHOOLS.items())
FIRST_WEEK, LAST_WEEK = date(2026, 8, 31), date(2027, 5, 10)
PEOPLE = ["R. Ortiz", "José Núñez", "Dana O'Neil", "M. Peña", "Lee, Grace", "T. Brown", "Ana Muñoz", "K. Smith"]
FOCUS = ["Engagement", "Questioning", "Small groups", "Checks for understanding", "Pacing"]
GRADES = ["PK", "K", *map(str, range(1, 13))]


@dataclass(frozen=True)
class Form:
    """One way in which a source is kept: its source, its fields with a plain heading each, and how its truth is drawn."""
    source: str
    headers: dict[str, str]
    draw: Callable[[Random, list[str], list[date]], list[dict[str, Any]]]


def school_days(rng: Random, count: int) -> list[date]:
    """Days in a row, without weekends, from some Monday of the school year 2026-27."""
    monday = FIRST_WEEK + timedelta(weeks=rng.randrange((LAST_WEEK - FIRST_WEEK).days // 7))
    return [monday + timedelta(days=7 * (n // 5) + n % 5) for n in range(count)]


def some_schools(rng: Random) -> list[str]:
    return sorted(rng.sample(list(SCHOOLS), rng.randint(3, 5)))


def attendance(rng: Random, schools: Iterable[str], days: list[date]) -> list[dict[str, Any]]:
    found = []
    for school in schools:
        enrolled = rng.randint(180, 950)
        for day in days:
            absent = rng.randint(max(1, enrolled // 50), enrolled // 8)
            found.append({"school": school, "date": day, "enrolled": enrolled, "absent": absent, "present": enrolled - absent,
                          "percent": 100 * (enrolled - absent) / enrolled})
    return found


def attendance_rates(rng: Random, schools: Iterable[str], days: list[date]) -> list[dict[str, Any]]:
    return [{"school": school, "date": day, "percent": rng.randint(820, 995) / 10} for school in schools for day in days]


def attendance_by_grade(rng: Random, schools: Iterable[str], days: list[date]) -> list[dict[str, Any]]:
    found = []
    for school in schools:
        grades = sorted(rng.sample(GRADES, 3), key=GRADES.index)
        for day in days:
            found += [{"grade": grade, **attendance(rng, [school], [day])[0]} for grade in grades]
    return found


def submission(rng: Random, schools: Iterable[str], days: list[date]) -> list[dict[str, Any]]:
    found = []
    for school in schools:
        expected = rng.randint(15, 60)
        found += [{"school": school, "date": day, "expected": expected, "on_time": rng.randint(expected // 2, expected)} for day in days]
    return found


def submission_said(rng: Random, schools: Iterable[str], days: list[date]) -> list[dict[str, Any]]:
    return [{"school": school, "date": day, "submitted": rng.random() < 0.8} for school in schools for day in days]


def submission_times(rng: Random, schools: Iterable[str], days: list[date]) -> list[dict[str, Any]]:
    found = []
    for school in schools:
        rosters = rng.sample(PEOPLE, 3)
        for day in days:
            found += [{"school": school, "date": day, "roster": roster, "cutoff": time(9, 30),
                       "submitted_at": datetime.combine(day, time(rng.choice([7, 8, 9, 10, 13]), rng.randint(0, 59)))} for roster in rosters]
    return found


def contacts(rng: Random, schools: Iterable[str], days: list[date]) -> list[dict[str, Any]]:
    found = []
    for school in schools:
        for day in days:
            absences = rng.randint(12, 60)
            tried = rng.randint(absences // 2, absences)
            found.append({"school": school, "date": day, "absences": absences, "attempted": tried, "reached_in_time": rng.randint(3, tried)})
    return found


def calls(rng: Random, schools: Iterable[str], days: list[date]) -> list[dict[str, Any]]:
    return [{"school": school, "date": day, "student": str(rng.randint(100_000, 999_999)), "contacted_on": day + timedelta(days=rng.randint(0, 2)),
             "reached": rng.random() < 0.6, "how": rng.choice(["Phone", "Text message", "Home visit"])}
            for school in schools for day in days[:3] for _ in range(2)]


def walkthroughs(rng: Random, schools: Iterable[str], days: list[date]) -> list[dict[str, Any]]:
    return [{"school": school, "date": day, "teacher": teacher, "observer": rng.choice(["Principal Adams", "AP Rivera"]),
             "feedback_given": rng.random() < 0.7, "focus": rng.choice(FOCUS)}
            for school in schools for day in days[:3] for teacher in rng.sample(PEOPLE, 2)]


def coaching(rng: Random, schools: Iterable[str], days: list[date]) -> list[dict[str, Any]]:
    return [{"school": school, "date": day, "coach": rng.choice(PEOPLE), "minutes": rng.choice([20, 30, 45, 60, 90]), "focus": rng.choice(FOCUS)}
            for school in schools for day in rng.sample(days, min(3, len(days)))]


def absences(rng: Random, schools: Iterable[str], days: list[date]) -> list[dict[str, Any]]:
    """Every student of a short class list on every day, present or not: A, U and E are absences, T and P are none."""
    found = []
    for school in schools:
        students = [str(rng.randint(100_000, 999_999)) for _ in range(4)]
        for day in days[:3]:
            codes = ["A", "U", "E", "T", "P"] if day == days[0] else rng.choices("PPPTAUE", k=4)
            found += [{"school": school, "date": day, "student": student, "absence_code": code, "excused": {"E": True, "U": False}.get(code)}
                      for student, code in zip(students, codes)]
    return found


WHERE = {"school": "School", "date": "Date"}
FORMS = {
    "attendance": Form("attendance", WHERE | {"present": "Present", "enrolled": "Enrolled"}, attendance),
    "attendance absent": Form("attendance", WHERE | {"absent": "Absent", "enrolled": "Enrolled"}, attendance),
    "attendance percent": Form("attendance", WHERE | {"percent": "Attendance Rate"}, attendance_rates),
    "attendance grade": Form("attendance", WHERE | {"grade": "Grade", "present": "Present", "enrolled": "Enrolled"}, attendance_by_grade),
    "submission": Form("attendance_submission", WHERE | {"expected": "Rosters expected", "on_time": "Rosters on time"}, submission),
    "submission said": Form("attendance_submission", WHERE | {"submitted": "Submitted on time"}, submission_said),
    "submission times": Form("attendance_submission", WHERE | {"roster": "Teacher", "cutoff": "Cut-off", "submitted_at": "Submitted at"},
                             submission_times),
    "contacts": Form("family_contacts", {"school": "School", "date": "Absence date", "absences": "Unexcused absences",
                                         "attempted": "Families tried", "reached_in_time": "Families reached in time"}, contacts),
    "calls": Form("family_contacts", {"school": "School", "date": "Absence date", "student": "Student ID", "contacted_on": "Contact date",
                                      "reached": "Family reached", "how": "How"}, calls),
    "walkthroughs": Form("walkthroughs", {"school": "School", "date": "Visit date", "teacher": "Teacher", "observer": "Observer",
                                          "feedback_given": "Feedback given", "focus": "Focus"}, walkthroughs),
    "coaching": Form("coaching_visits", {"school": "School", "date": "Visit date", "coach": "Coach", "minutes": "Minutes", "focus": "Focus"},
                     coaching),
    "absences": Form("absences", {"school": "School", "date": "Date", "student": "Student ID", "absence_code": "Code"}, absences),
}
COUNTED = ("attendance", "submission", "contacts", "attendance absent")      # whole numbers by school and day
EVERY_FORM = ("attendance", "submission", "contacts", "walkthroughs", "coaching", "calls", "attendance percent", "submission times")
NUMBERS = {"present", "absent", "enrolled", "expected", "on_time", "absences", "attempted", "reached_in_time", "minutes", "percent"}
