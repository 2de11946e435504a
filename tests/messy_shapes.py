"""Kinds of mess in the shape of a table: across, by sheet, in groups, twice, too fine, too coarse."""
from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.messy_plan import MAIN, Event, Fact, Line, Page, Plan, kind
from tests.messy_truth import COUNTED, EVERY_FORM, SCHOOLS

RATES = ("attendance percent",)


def by_school(p: Plan) -> list[tuple[str, list[Event]]]:
    schools = dict.fromkeys(event.values["school"] for event in p.events)
    return [(school, [event for event in p.events if event.values["school"] == school]) for school in schools]


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


@kind(8, *RATES, touches="shape dates days")
def weeks_across(p: Plan) -> None:
    """One row a school, one column a week: a week's rate may stand for any of its school days, or for each."""
    start = monday_of(p.days[0])
    weeks = [start + timedelta(weeks=n) for n in range(p.rng.randint(3, 6))]
    p.draw(p.schools, weeks)
    style = p.rng.choice(["Week of {0.month}/{0.day}", "{0.month}/{0.day}-{1.month}/{1.day}", "Wk {2}", "Week of {0:%b} {0.day}", "{0.month}/{0.day}/{0.year}"])
    heads = [style.format(week, week + timedelta(days=4), n) for n, week in enumerate(weeks, 3)]
    average = p.chance(0.4)
    p.answers |= {"dates": "mdy", "year": "2026-27", "days": weeks[0].isoformat(), "values": "attendance.percent"}
    p.spreads = True            # a rate of a week is the rate of each of its school days

    def shape(p: Plan) -> list[Page]:
        page = Page(MAIN)
        page.add(p.headers["school"], *heads, *["Average"] * average, heading=True)
        for _, events in by_school(p):
            facts = [e.fact(head, date=frozenset(e.values["date"] + timedelta(days=n) for n in range(5)))
                     for e, head in zip(events, heads)]
            mean = [summed(p, events)[p.fields.index("percent")]] * average
            page.add(p.cell(events[0], "school"), *(p.cell(e, "percent") for e in events), *mean, facts=facts)
        return [page]
    p.shape = shape


@kind(9, *RATES, touches="shape dates days")
def days_across(p: Plan) -> None:
    """Days across, under a merged band that names the week, or each with its own date."""
    start = monday_of(p.days[0])
    weeks = [start + timedelta(weeks=n) for n in range(p.rng.randint(1, 2))]
    p.draw(p.schools, [week + timedelta(days=n) for week in weeks for n in range(5)])
    style = p.rng.choice(["names", "numbers", "dates"])
    p.answers |= {"dates": "mdy", "year": "2026-27", "days": weeks[0].isoformat(), "values": "attendance.percent"}

    def shape(p: Plan) -> list[Page]:
        page, days = Page(MAIN), [event.values["date"] for event in by_school(p)[0][1]]
        if style != "dates":
            band = [f"Week of {week:%B} {week.day}, {week.year}" for week in weeks]
            page.add("", *(cell for text in band for cell in (text, "", "", "", "")), merged=[(1 + 5 * n, 5, 1) for n in range(len(weeks))])
        heads: list[Any] = [{"names": f"{day:%a}", "numbers": f"{day.month}/{day.day}",
                             "dates": day if p.workbook else f"{day.month}/{day.day}/{day.year}"}[style] for day in days]
        page.add(p.headers["school"], *heads, heading=True)
        for _, events in by_school(p):
            page.add(p.cell(events[0], "school"), *(p.cell(e, "percent") for e in events),
                     facts=[e.fact(str(head)) for e, head in zip(events, heads)])
        return [page]
    p.shape = shape


def summed(p: Plan, events: list[Event]) -> list[Any]:
    """The cells of a row that adds these up, rates averaged; an empty cell for what cannot be added."""
    found = []
    for name in p.fields:
        numbers = [e.values[name] for e in events if isinstance(e.values.get(name), int | float) and not isinstance(e.values.get(name), bool)]
        found.append("" if name not in p.numbers or not numbers else round(sum(numbers) / len(numbers), 1) if name == "percent" else sum(numbers))
    return found


def put(p: Plan, cells: list[Any], **texts: Any) -> list[Any]:
    return [texts.get(name, cell) for name, cell in zip(p.fields, cells)]


@kind(4, *COUNTED, *RATES, touches="shape")
def totals(p: Plan) -> None:
    """Rows that add others up: below each school, for each day, at the end; beside a school whose name is Total."""
    way = p.rng.choice(["school", "school named", "day", "end"])
    word = p.rng.choice(["Total", "Grand Total", "District", "District Total", "Average", "District Average", "TOTALS", "All Schools", ""])

    def shape(p: Plan) -> list[Page]:
        page = p.long_page(MAIN, p.events)
        heading, rows = page.lines[0], page.lines[1:]
        page.lines = [heading]
        if way == "day":
            for day in p.days:
                page.lines += [line for line, e in zip(rows, p.events) if e.values["date"] == day]
                some = [e for e in p.events if e.values["date"] == day]
                page.add(*put(p, summed(p, some), school=word, date=p.cell(some[0], "date")))
        else:
            for school, events in by_school(p):
                page.lines += [line for line, e in zip(rows, p.events) if e.values["school"] == school]
                if way == "school":
                    page.add(*put(p, summed(p, events), school=p.cell(events[0], "school"), date="Total"))
                if way == "school named":
                    page.add(*put(p, summed(p, events), school=f"{SCHOOLS.get(school, school)} Total"))
        page.add(*put(p, summed(p, p.events), school=word))
        return [page]
    p.shape = shape


@kind(12, "attendance", *RATES, "submission", touches="shape columns")
def levels(p: Plan) -> None:
    """State, district and school rows in one table, told apart by a column."""
    words = p.rng.choice([("T", "D", "S"), ("State", "District", "School"), ("STATE", "DISTRICT", "SCHOOL")])
    nobody = p.rng.choice(["", "All", "0000000", "District Office", "0000"])
    header = p.rng.choice(["Aggregate Level", "Level", "Reporting Level"])

    def shape(p: Plan) -> list[Page]:
        page = p.long_page(MAIN, p.events)
        heading, rows = page.lines[0], page.lines[1:]
        page.lines = [Line([header, *heading.cells], heading=True)]
        for day in p.days:
            some = [e for e in p.events if e.values["date"] == day]
            for level, times in ((words[0], 40), (words[1], 1)):
                cells = [cell * times if isinstance(cell, int) else cell for cell in summed(p, some)]
                page.add(level, *put(p, cells, school=nobody, date=p.cell(some[0], "date")))
            page.lines += [Line([words[2], *line.cells], line.facts) for line, e in zip(rows, p.events) if e.values["date"] == day]
        return [page]
    p.shape = shape


@kind(13, *EVERY_FORM, touches="shape school", workbook=True)
def sheet_per_school(p: Plan) -> None:
    """One sheet a school, which only the sheet's name tells."""
    named = {code: p.rng.choice([code, SCHOOLS[code].split(",")[0][:31]]) for code in p.schools}
    p.answers |= {f"school: {name}": code for code, name in named.items()}
    p.fields.remove("school")
    p.told.append("school")
    p.shape = lambda p: [p.long_page(named[school], events) for school, events in by_school(p)]


@kind(14, *COUNTED, touches="shape days", workbook=True)
def sheet_per_month(p: Plan) -> None:
    """One sheet a month, then notes and a pivot table of the very same numbers."""
    p.draw(p.schools, [day for month in p.rng.sample([9, 10, 11], 2) for day in (date(2026, month, 16), date(2026, month, 17))])
    p.shape = lambda p: [p.long_page(f"{first:%b}", [e for e in p.events if e.values["date"].month == first.month])
                         for first in sorted({day.replace(day=1) for day in p.days})]
    names = p.rng.choice([["Row Labels", *(f"Sum of {p.headers[name]}" for name in p.numbers)], ["School", *(p.headers[name] for name in p.numbers)]])

    def extras(pages: list[Page]) -> None:
        notes = Page("Notes")
        notes.add("Please send questions to the data office.")
        notes.add("Numbers are final after ten days.")
        pivot = Page("Pivot")
        pivot.add(*names)
        for label, events in [*by_school(p), ("Grand Total", p.events)]:
            pivot.add(label, *(cell for name, cell in zip(p.fields, summed(p, events)) if name in p.numbers))
        pages += [notes, pivot]
    p.add_pages.append(extras)


@kind(15, *COUNTED, "walkthroughs", *RATES, touches="shape dates days")
def date_in_file_name(p: Plan) -> None:
    """The day stands in the name of the file and nowhere else."""
    p.draw(p.schools, p.days[:1])
    day = p.days[0]
    p.fields.remove("date")
    p.told.append("date")
    p.title = p.rng.choice(["attendance {0.month}-{0.day}", "report {0:%Y-%m-%d}", "Daily {0:%b} {0.day} {0.year}", "{0.month}_{0.day}_{0:%y} export"]).format(day)
    p.answers |= {"date": day.isoformat(), "year": "2026-27"}
    if p.chance(0.2):
        p.finish.append(lambda page: page.lines.insert(0, Line(["Attendance policy in force since 7/1/2026"])))


@kind(16, *EVERY_FORM, touches="shape")
def school_once(p: Plan) -> None:
    """The school stands in the first row of its group only, or in a cell merged over all of them."""
    merge = p.workbook and p.chance(0.5)
    ending = p.rng.choice(["", "", "Total", "District Total"])
    p.answers["fill"] = "yes"

    def shape(p: Plan) -> list[Page]:
        page, place = p.long_page(MAIN, p.events), p.fields.index("school")
        start = 1
        for _, events in by_school(p):
            group = page.lines[start:start + len(events)]
            for line in group[1:]:
                line.cells[place] = ""
            if merge and len(group) > 1:
                group[0].merged.append((place, 1, len(group)))
            start += len(events)
        if p.numbers and ending:
            page.add(*put(p, summed(p, p.events), school=ending))
        return [page]
    p.shape = shape


def one_less(p: Plan, event: Event) -> dict[str, Any]:
    """The same row with another number that could be right too."""
    name = next(name for name in ("reached_in_time", "on_time", "percent", "absent", "present") if name in p.fields)
    more = {"present": event.values["present"] + 1} if name == "absent" else {}
    return event.values | {name: event.values[name] - 1} | more


@kind(22, *COUNTED, *RATES, touches="rows shape numbers")
def duplicate_keys(p: Plan) -> None:
    """A row twice: the same counts once; one that differs means that neither can be believed."""
    for event in p.rng.sample(p.events, 2):         # an event added here has the same school and comes last
        if p.chance(0.5):
            p.events.append(Event(event.values, {name: p.cell(event, name) for name in p.fields}, stands=False))
        else:
            other = one_less(p, event)
            cells = [{name: p.cell(Event(values), name) for name in p.fields} for values in (event.values, other)]
            event.cells, event.refused, event.stands = cells[0], True, False
            p.events.append(Event(other, cells[1], refused=True, stands=False))


@kind(11, *COUNTED, touches="rows numbers")
def sent_again(p: Plan) -> None:
    """Last week's file, and now the same with some numbers corrected."""
    p.before = p.messy("sent_again")
    for event in p.rng.sample(p.events, min(5, len(p.events))):
        event.values = one_less(p, event)
    p.title += " (corrected)"


@kind(37, "attendance", touches="shape numbers")
def student_rows(p: Plan) -> None:
    """A row a student where a row a school is expected: each says one of one, or none of one."""
    way = p.rng.choice(["counts", "marks"])
    p.answers["addup"] = "yes"

    def shape(p: Plan) -> list[Page]:
        page = Page(MAIN)
        page.add("School", "Date", "Student ID", *(["Present", "Enrolled"] if way == "counts" else ["Present"]), heading=True)
        for event in p.events:
            present = [p.chance(0.8) for _ in range(5)]
            whole = Fact({"school": event.values["school"], "date": event.values["date"], "present": sum(present), "absent": 5 - sum(present),
                          "enrolled": 5 if way == "counts" else frozenset({5, None}), "percent": 20.0 * sum(present)})
            for n, here in enumerate(present):
                tail = [int(here), 1] if way == "counts" else ["Y" if here else "N"]
                page.add(p.cell(event, "school"), p.cell(event, "date"), str(10_000 + n), *tail, facts=[whole] if not n else [])
        return [page]
    p.shape = shape


@kind(33, "absences", touches="shape")
def attendance_codes(p: Plan) -> None:
    """Every student every day with a letter, and a legend that says which of them are absences."""
    legend = p.rng.choice([
        {"A": ("Absent", None), "U": ("Unexcused", False), "E": ("Excused", True), "T": ("Tardy", ...), "P": ("Present", ...)},
        {"A": ("Absent excused", True), "U": ("Absent unexcused", False), "E": ("Early dismissal", ...), "T": ("Tardy", ...), "P": ("Present", ...)}])
    for event in p.events:
        code = event.values["absence_code"]
        words, excused = legend[code]
        event.cells["absence_code"], event.stands = code, excused is not ...
        kept = {True: "excused", False: "unexcused"}.get(excused, "absent")
        event.values |= {"absence_code": frozenset({code, words, kept, "absent"}), "excused": frozenset({excused, None})}
        p.answers[f"absences.absence_code: {code}"] = kept if event.stands else "present"

    def extras(pages: list[Page]) -> None:
        page = Page("Legend") if p.workbook else pages[0]
        page.add("Code", "Meaning")
        for code, (words, _) in legend.items():
            page.add(code, words)
        if p.workbook:
            pages.append(page)
    p.add_pages.append(extras)


@kind(34, "submission said", touches="shape yes_no")
def periods_across(p: Plan) -> None:
    """A column a class period, as student systems print it."""
    count = p.rng.randint(4, 8)
    name = p.rng.choice(["P{}", "Period {}", "Per {}", "{}"])
    p.told.append("roster")
    p.answers["values"] = "attendance_submission.submitted"

    def shape(p: Plan) -> list[Page]:
        page = Page(MAIN)
        heads = [name.format(n) for n in range(1, count + 1)]
        page.add(p.headers["school"], p.headers["date"], *heads, heading=True)
        for event in p.events:
            said = [p.chance(0.8) for _ in heads]
            facts = [event.fact(head, submitted=yes, roster=frozenset({head, f"P{n}", f"Period {n}", str(n), f"Per {n}"}))
                     for n, (head, yes) in enumerate(zip(heads, said), 1)]
            page.add(p.cell(event, "school"), p.cell(event, "date"), *("Y" if yes else "N" for yes in said), facts=facts)
        return [page]
    p.shape = shape
