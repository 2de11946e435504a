"""Kinds of mess inside cells: codes, names, dates, numbers, marks, words. Each changes how a true value is written."""
from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from tests.messy_plan import Event, Plan, Styled, kind
from tests.messy_truth import COUNTED, EVERY_FORM, FORMS, SCHOOLS

SUPPRESSED, NOT_SUBMITTED = "suppressed", "not submitted"
DATES = ("date", "contacted_on", "feedback_on")
SHORTER = {
    "Elementary School": ["ES", "Elem.", "Elem", "Elementary", "Elem School", "elementary school"], "Middle School": ["MS", "Middle", "Mid. School"],
    "High School": ["HS", "High", "High Sch."], "Dr. Martin Luther King Jr.": ["MLK", "Martin Luther King Jr.", "M.L. King"],
    "Saint": ["St.", "St"], "César Chávez": ["Cesar Chavez", "César Chávez"], "Academy": ["Acad.", "Academy"], "K-8 School": ["K-8", "K8"],
}


@kind(1, *EVERY_FORM, touches="school")
def leading_zeros(p: Plan) -> None:
    """52, 0052 as text, 52 shown as 0052: one of them or all in one column."""
    ways: list[Callable[[str], Any]] = [lambda code: code, lambda code: code.lstrip("0")]
    if p.workbook:
        ways += [int, lambda code: Styled(int(code), "0000")]
    chosen = ways if p.chance(0.4) else [p.rng.choice(ways[1:])]
    p.spell["school"] = lambda code, event: p.rng.choice(chosen)(code)


def respelled(name: str, rng: Random) -> str:
    for long, short in SHORTER.items():
        if long in name and rng.random() < 0.7:
            name = name.replace(long, rng.choice(short))
    return rng.choice([str, str, str.upper, str.lower, lambda text: text + " ", lambda text: text.replace(" ", "\xa0", 1),
                       lambda text: text.replace(" ", "  ", 1)])(name)


@kind(2, *EVERY_FORM, touches="school")
def school_names(p: Plan) -> None:
    """Names as people write them; sometimes only "Lincoln", of which there are three."""
    words = {code: [respelled(SCHOOLS[code], p.rng) for _ in range(2)] for code in p.schools}
    if p.chance(0.2):
        beside = p.rng.choice(["{0} {1}", "{0} - {1}", "{1} ({0})"])
        words = {code: [beside.format(code, SCHOOLS[code])] for code in p.schools}
    lincolns = [code for code in p.schools if SCHOOLS[code].startswith("Lincoln")]
    if lincolns and p.chance(0.5):
        words[lincolns[0]] = ["Lincoln"]
    p.headers["school"] = p.rng.choice(["School", "School Name", "Campus"])
    p.answers |= {f"school: {text.strip()}": code for code, texts in words.items() for text in texts}
    p.spell["school"] = lambda code, event: p.rng.choice(words[code])


@kind(5, *COUNTED, "attendance percent", touches="numbers")
def marks(p: Plan) -> None:
    """Cells that hold no number: withheld, missing, not submitted. None of them is zero."""
    words = [("*", SUPPRESSED), ("<10", SUPPRESSED), ("n<10", SUPPRESSED), ("--", None), ("N/A", None), ("n/a", None), ("—", None), (".", None), ("", None),
             ("DNS", NOT_SUBMITTED), ("NS", NOT_SUBMITTED)]
    for event in p.events:
        for name in p.numbers:
            if p.chance(0.2):
                event.write(name, *p.rng.choice(words))
    if not p.shape and p.chance(0.2):
        event = p.rng.choice(p.events[1:])
        event.cells["school"], event.refused, event.stands = "", True, False
    if p.form == "attendance percent":
        p.also["attendance_submission"] = [
            {"school": e.values["school"], "date": frozenset(e.values["date"] + timedelta(days=n) for n in range(5 if p.spreads else 1)),
             "submitted": False if e.values["percent"] == NOT_SUBMITTED else frozenset({True, None})} for e in p.events]


def spelled_day(style: str, order: str) -> Callable[[date], str]:
    first, second = ("%m", "%d") if order == "mdy" else ("%d", "%m")
    return lambda day: {
        "iso": day.isoformat(), "stamped": f"{day} 00:00:00", "slashed": day.strftime(f"{first}/{second}/%Y"), "worded": day.strftime("%b %d, %Y"), "british": day.strftime("%d-%b-%y"),
        "short": "/".join(str(int(day.strftime(part))) for part in (first, second)) + day.strftime("/%y"), "full": day.strftime("%A, %B %d, %Y"),
        "yearless": day.strftime("%b %d").replace("Sep ", "Sept "), "dashed": day.strftime(f"{first}-{second}-%Y"),
    }[style]


def write_dates(p: Plan, styles: list[str], order: str) -> None:
    for name in DATES:
        p.spell[name] = lambda day, event: spelled_day(p.rng.choice(styles), order)(day)
    p.answers |= {"dates": order, "year": "2026-27"}


@kind(6, *EVERY_FORM, touches="dates")
def date_spellings(p: Plan) -> None:
    """9/8/26, 09/08/2026, Sept 8, 8-Sep-26, 2026-09-08, several in one column; one district in five writes the day first."""
    styles = p.rng.sample(["iso", "slashed", "short", "worded", "british", "full", "dashed", "stamped"], p.rng.randint(1, 3))
    write_dates(p, styles + ["yearless"] * p.chance(0.15), "dmy" if p.chance(0.2) else "mdy")


@kind(6, *EVERY_FORM, touches="dates days", workbook=True)
def half_swapped_dates(p: Plan) -> None:
    """A day-first file opened where months come first: 3/9 became a real 9 March, 25/9 stayed a text."""
    month = p.rng.choice([9, 10, 11, 12])
    days = [day for n in range(9, 18) if (day := date(2026, month, n)).weekday() < 5]
    p.draw(p.schools, [day for day in days if day.day <= 12][-1:] + [day for day in days if day.day > 12][:2])
    for name in DATES:
        p.spell[name] = lambda day, event: date(day.year, day.day, day.month) if day.day <= 12 else day.strftime("%d/%m/%Y")
    p.answers |= {"dates": "dmy", "swapped": "turn"}


@kind(7, *EVERY_FORM, touches="dates days")
def ambiguous_week(p: Plan) -> None:
    """Every day of the file is a twelfth or earlier; some districts write the day first."""
    mondays = [date(2026, 9, 7) + timedelta(weeks=n) for n in range(36)]
    week = p.rng.choice([monday for monday in mondays if monday.day <= 12])
    days = [day for n in range(5) if (day := week + timedelta(days=n)).day <= 12]
    p.draw(p.schools, p.rng.sample(days, 1) if p.chance(0.3) else days)
    for event in p.events:
        if "contacted_on" in event.values:
            event.values["contacted_on"] = event.values["date"]
    write_dates(p, [p.rng.choice(["slashed", "short"])], "dmy" if p.chance(0.3) else "mdy")


@kind(10, "attendance percent", touches="numbers")
def percent_spellings(p: Plan) -> None:
    """94.5%, 0.945, 94.5 and 94.5 %: one of them, or all in one column."""
    ways: list[Callable[[float], Any]] = [lambda v: f"{v}%", lambda v: f"{v} %", lambda v: v, lambda v: round(v / 100, 5)]
    if p.workbook:
        ways.append(lambda v: Styled(round(v / 100, 5), "0.0%"))
    chosen = p.rng.sample(ways, p.rng.choice([1, 1, 2, len(ways)]))
    if p.chance(0.3):
        p.events[0].values["percent"] = 100.0
    p.spell["percent"] = lambda value, event: p.rng.choice(chosen)(value)
    p.answers["scale"] = "shares" if ways[3] in chosen else "percent"


@kind(23, *EVERY_FORM, touches="dates")
def serial_dates(p: Plan) -> None:
    """The number a spreadsheet program keeps for a day, because the column was formatted as General."""
    for name in DATES:
        p.spell[name] = lambda day, event: (day - date(1899, 12, 30)).days
    p.answers["dates"] = "serial"


@kind(23, *EVERY_FORM, touches="dates", workbook=True)
def book_of_1904(p: Plan) -> None:
    """A workbook that counts its days from 1904; now and then with bare numbers."""
    p.epoch_1904 = True
    if p.chance(0.4):
        for name in DATES:
            p.spell[name] = lambda day, event: (day - date(1904, 1, 1)).days
    p.answers["dates"] = "serial"


@kind(24, "submission times", touches="times")
def clock_times(p: Plan) -> None:
    """8:05, 8:05 AM, a fraction of the day, with the day, with a zone."""
    ways: list[Callable[[datetime], Any]] = [
        lambda at: f"{at.hour}:{at.minute:02}", lambda at: at.strftime("%I:%M %p").lstrip("0"), lambda at: at.strftime("%I:%M%p").lower(),
        lambda at: at.strftime("%m/%d/%Y %I:%M %p"), lambda at: at.isoformat(sep=" "), lambda at: at.isoformat() + "-05:00",
        lambda at: round((at.hour * 60 + at.minute) / 1440, 10)]
    chosen = p.rng.sample(ways, p.rng.choice([1, 2, 3]))
    if p.chance(0.2):           # on a twelve-hour clock without AM and PM
        chosen = [lambda at: f"{(at.hour - 1) % 12 + 1}:{at.minute:02}"]
    p.answers["clock"] = "afternoon"        # nobody submits at night
    p.spell["submitted_at"] = lambda at, event: p.rng.choice(chosen)(at)
    cut = p.rng.choice([lambda at: "9:30", lambda at: "9:30 AM", lambda at: 0.3958333333, lambda at: "09:30:00"])
    p.spell["cutoff"] = lambda at, event: cut(at)
    p.answers["dates"] = "mdy"


@kind(30, *COUNTED, touches="numbers")
def number_marks(p: Plan) -> None:
    """1,234 and "412 " and 5* are numbers; (5) is five below zero in accounts, which no count can be."""
    for event in p.events:
        for name, value in event.values.items():
            if name in p.numbers and isinstance(value, int):
                event.values[name] = value + 1000
    ways: list[Callable[[int], Any]] = [lambda n: f"{n:,}", lambda n: f"{n} ", lambda n: n, lambda n: f"\xa0{n}"]
    if p.workbook:
        ways.append(lambda n: Styled(n, "#,##0"))
    starred = p.chance(0.4)
    chosen = p.rng.sample(ways, 2) + [lambda n: f"{n}*"] * starred
    for name in p.numbers:
        p.spell[name] = lambda value, event: p.rng.choice(chosen)(value)
    if p.chance(0.4):
        event = p.rng.choice(p.events)
        event.cells[p.numbers[-1]], event.refused, event.stands = "(5)", True, False


@kind(31, "submission said", "walkthroughs", "calls", touches="yes_no")
def yes_no(p: Plan) -> None:
    """Y/N, Yes/No, a tick or nothing, TRUE/FALSE, 1/0, or several of them."""
    pairs: list[tuple[Any, Any]] = [("Y", "N"), ("Yes", "No"), ("yes", "NO "), (1, 0), (True, False) if p.workbook else ("TRUE", "FALSE")]
    ticks: list[tuple[Any, Any]] = [("X", ""), ("x", ""), ("✓", "")]
    chosen = [p.rng.choice(ticks)] if p.chance(0.4) else p.rng.sample(pairs, p.rng.choice([1, 1, 2]))
    for name in ("submitted", "feedback_given", "reached"):
        p.spell[name] = lambda value, event: p.rng.choice(chosen)[0 if value else 1]
    p.answers["blanks"] = "no"


@kind(32, "attendance grade", touches="grade")
def grades(p: Plan) -> None:
    """PK, Pre-K, K, KG, 0, 01, 1st, Grade 1, 1."""
    ways = {"PK": ["PK", "Pre-K", "PreK"], "K": ["K", "KG", "Kindergarten", "0", "00"], "1": ["01", "1st", "Grade 1", "1"], "2": ["02", "2nd", "2"],
            "3": ["03", "3rd", "Grade 3"]} | {str(n): [f"{n:02}", f"{n}th", f"Grade {n}", str(n)] for n in range(4, 13)}
    p.spell["grade"] = lambda grade, event: p.rng.choice(ways[grade] + ([int(grade)] if p.workbook and grade.isdigit() else []))


@kind(35, *COUNTED, "walkthroughs", "coaching", touches="school")
def unknown_school(p: Plan) -> None:
    """A school that closed, or a new one that is not on the list yet."""
    stranger = p.rng.choice(["9876", "0053", "Northgate Charter School", "Lincoln Park School", "12345"])
    p.answers[f"school: {stranger}"] = "-"
    for values in FORMS[p.form].draw(p.rng, [stranger], p.days[:2]):
        p.events.insert(p.rng.randrange(len(p.events) + 1), Event(values, {"school": stranger}, refused=True, stands=False))


@kind(36, "attendance", "attendance percent", "attendance absent", touches="numbers days")
def no_school_days(p: Plan) -> None:
    """Words where a number should be, on a day without school."""
    day, said = p.rng.choice(p.days), p.rng.choice(["No School", "Holiday", "PD Day", "Snow day", "No school - weather", "Labor Day"])
    for event in p.events:
        if event.values["date"] == day:         # stored as nothing known, or kept out with a word
            event.write(p.numbers[0], said, None)
            for name in p.numbers[1:]:
                if p.chance(0.5):
                    event.write(name, "", None)


@kind(38, *COUNTED, "attendance percent", touches="numbers")
def errors_and_formulas(p: Plan) -> None:
    """#REF!, #DIV/0!, and formulas that an export saved without their results."""
    words = ["#REF!", "#DIV/0!", "#VALUE!", "#NAME?"] + ["=B2/C2"] * p.workbook
    for event in p.rng.sample(p.events, max(1, len(p.events) // 5)):
        event.write(p.rng.choice(p.numbers), p.rng.choice(words), None)
        event.refused = True
    if p.chance(0.3):
        p.events[-1].write(p.numbers[-1], "#N/A", None)
