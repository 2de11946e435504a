"""Kinds of mess around a table: titles, notes, headings, hidden things, encodings, forms."""
from __future__ import annotations

import csv
from datetime import datetime, time, timedelta

from tests.messy_plan import Line, Page, Plan, kind
from tests.messy_truth import COUNTED, EVERY_FORM, FOCUS, SCHOOLS

# Other headings a district may have for a field; each is clear to a person who sees the column.
OTHER_WORDS = {
    "school": ["School Code", "Sch", "Bldg", "Site Number", "School #", "Campus ID", "Loc Code", "SCHOOL_ID"],
    "date": ["Day", "Att Date", "Date of Record", "Cal Date", "SchoolDay", "DATE_"],
    "present": ["Students Present", "# Present", "Pupils in attendance", "Present Count", "In Attendance", "Prsnt"],
    "absent": ["# Absent", "Absences", "Students Absent", "Abs", "Total Absences"],
    "enrolled": ["Enrollment", "Membership", "Headcount", "On roll", "Enrl", "Total Enrollment"],
    "percent": ["Attendance %", "ADA", "Pct Present", "Rate", "Att. Rate (%)"],
    "expected": ["Sections", "# of rosters", "Rosters Due", "Classes"],
    "on_time": ["On time", "Submitted by deadline", "Timely", "Rosters In By Cutoff"],
    "absences": ["Absences", "Unexcused", "# Unexcused", "Students to call"],
    "attempted": ["Attempted", "Calls tried", "Calls made", "# Families tried"],
    "reached_in_time": ["Families reached", "Reached in 2 days", "Reached within 2 days", "Contacted"],
    "teacher": ["Teacher visited", "Room", "Tchr", "Teacher Name"], "observer": ["Observed by", "Visitor", "Admin", "Completed by"],
    "feedback_given": ["Feedback?", "Feedback", "Gave feedback", "Debriefed"], "focus": ["Notes", "Look-fors", "Comments", "Topic"],
    "coach": ["Coached by", "Senior Director", "Coach Name", "Director"], "minutes": ["Duration", "Length (min)", "Mins", "Time spent"],
}


@kind(3, *EVERY_FORM, touches="titles")
def title_rows(p: Plan) -> None:
    """A few lines above the heading, one of them the day the report was run, which is no day of the data."""
    run = datetime.combine(max(p.days) + timedelta(days=1), time(15, 14))
    above = [["Oak Valley Unified School District"], ["Daily report by school"], [f"Report run {run.month}/{run.day}/{run.year} 3:14 PM"],
             ["Filters:", "School = All", "Grade = All"]]
    chosen = p.rng.sample(above, p.rng.randint(1, 4)) + [[]] * p.rng.randint(0, 1)
    p.finish.append(lambda page: page.lines.__setitem__(slice(0, 0), [Line([*cells]) for cells in chosen]))


@kind(17, *EVERY_FORM, touches="footnotes")
def footnotes(p: Plan) -> None:
    """Lines below the table, some with two cells."""
    below = [["* fewer than 10 students"], ["Source: student information system"], ["NOTE: preliminary, see page 2"], ["NS", "not submitted"],
             ["Prepared by", "R. Ortiz"], ["Data as of", f"{max(p.days):%m/%d/%Y}"], ["*", "Fewer than 10"]]
    p.answers.setdefault("dates", "mdy")
    chosen = [[]] * p.rng.randint(0, 1) + p.rng.sample(below, p.rng.randint(1, 3))
    p.finish.append(lambda page: page.lines.extend(Line([*cells]) for cells in chosen))


@kind(18, *EVERY_FORM, touches="far")
def phantom_cells(p: Plan) -> None:
    """Blank rows and columns that somebody formatted, to the last row of the sheet."""
    def change(page: Page) -> None:
        if p.workbook:
            page.far = p.rng.choice([(1_048_576, 1), (40_000, 30), (3, 400)])
        for line in page.lines:
            line.cells += [" " if p.chance(0.1) else "" for _ in range(4)]
        page.lines += [Line([""] * p.rng.randint(1, 8)) for _ in range(p.rng.randint(3, 30))]
    p.finish.append(change)


@kind(19, *EVERY_FORM, touches="columns headers shape numbers")
def duplicate_headers(p: Plan) -> None:
    """A second column of the same name: the day of entry, the year to date. Which is meant, only a person can say."""
    name = p.rng.choice(["date", *p.numbers])
    first = p.chance(0.5)

    def change(page: Page) -> None:
        place = page.heading.cells.index(p.headers[name]) + (0 if first else 1)
        page.heading.cells.insert(place, p.headers[name])
        for line, event in zip(page.data, p.events):
            value = event.values[name]
            other = p.spell["date"](value + timedelta(days=1), event) if name == "date" and name in p.spell else (
                p.cell(type(event)(event.values | {name: value + timedelta(days=1)}), name) if name == "date" else value * 7)
            line.cells.insert(place, other)
        letter = chr(65 + place + (1 if first else -1))
        p.answers[f"column: {p.source}.{name}"] = letter
    p.finish.append(change)


@kind(20, *EVERY_FORM, touches="headers")
def line_breaks_in_headers(p: Plan) -> None:
    """Headings over several lines, with doubled blanks and brackets."""
    ways = [lambda text: text.replace(" ", "\n"), lambda text: f" {text} ", lambda text: text.replace(" ", "  "), lambda text: f"{text}\n", str.upper,
            lambda text: text.replace(" ", "\r\n")]
    signs = {name: [lambda text, sign="(%)" if name == "percent" else "(#)": f"{text}\n{sign}"] for name in p.numbers}
    p.headers = {name: p.rng.choice(ways + signs.get(name, []))(text) for name, text in p.headers.items()}


@kind(21, *EVERY_FORM, touches="headers order")
def renamed_columns(p: Plan) -> None:
    """The same table next month: other words, another order."""
    p.rng.shuffle(p.fields)
    p.headers = {name: p.rng.choice([text, *OTHER_WORDS.get(name, [])]) for name, text in p.headers.items()}


@kind(25, "walkthroughs", "coaching", "attendance", "contacts", touches="file school words yes_no", workbook=False)
def cp1252(p: Plan) -> None:
    """Windows text with curly quotes and accents."""
    p.encoding = "cp1252"
    p.draw(sorted({*p.schools, "1012", "0230"}), p.days)
    p.spell["school"] = lambda code, event: SCHOOLS[code]
    p.answers |= {f"school: {SCHOOLS[code]}": code for code in p.schools}
    for event in p.events:
        if "focus" in event.values:
            event.values["focus"] = p.rng.choice(["“Wait time” – better", "Students’ questions", "Piñata façade"])


@kind(26, *EVERY_FORM, touches="file", workbook=False)
def unicode_text(p: Plan) -> None:
    """A byte-order mark, or what a spreadsheet program saves as Unicode Text."""
    p.encoding, p.delimiter = p.rng.choice([("utf-8-sig", ","), ("utf-16", "\t"), ("utf-16-le", "\t"), ("utf-8-sig", ";")])


@kind(27, *EVERY_FORM, touches="file numbers", workbook=False)
def delimiters(p: Plan) -> None:
    """Semicolon, pipe or tab; with the semicolon sometimes a decimal comma."""
    p.delimiter = p.rng.choice([";", ";", "|", "\t"])
    if p.form in COUNTED and p.delimiter == ";" and p.chance(0.3):        # where the comma is decimal, the dot marks thousands
        for event in p.events:
            event.values |= {name: event.values[name] + 1000 for name in p.numbers}
        p.spell |= {name: lambda value, event: f"{value:,}".replace(",", ".") for name in p.numbers}
    if p.form == "attendance percent" and p.delimiter == ";" or p.form == "coaching" and p.chance(0.3):
        share = p.form == "attendance percent" and p.chance(0.5)
        if p.form == "coaching":
            for event in p.events:
                event.values["minutes"] += 0.5
        p.answers["scale"] = "shares" if share else "percent"
        for name in ("percent", "minutes"):
            p.spell[name] = lambda value, event: (f"{value / 100:.3f}" if share else f"{value:.1f}").replace(".", ",")


@kind(28, "walkthroughs", "coaching", "submission times", touches="file words", workbook=False)
def unquoted_commas(p: Plan) -> None:
    """Names with a comma and no quotation marks around them, so that some rows are a cell longer."""
    p.quoting = csv.QUOTE_NONE
    for event in p.events:
        for name in ("teacher", "coach", "roster", "observer", "focus"):
            if name in event.values:
                event.values[name] = p.rng.choice(["Smith, Jr.", "Lee, Grace", "Brown"]) if name in ("teacher", "coach", "roster") else (
                    event.values[name].replace(",", ""))
        if any("," in str(event.values.get(name, "")) for name in p.fields):
            event.refused = True


@kind(29, "walkthroughs", "coaching", touches="words")
def multi_line(p: Plan) -> None:
    """Notes over several lines, some of which look like rows."""
    notes = ["Good start.\nSee again on 9/15.", "Pacing\n\nTotal,,,\nask Ms. Lee", "Line one\r\nLine two; three", "0012,2026-09-08,12,14\nwas said", "“quoted”\n\"and\" more"]
    for event in p.events:
        if p.chance(0.6):
            event.values["focus"] = p.rng.choice(notes)


@kind(39, *COUNTED, "walkthroughs", touches="hidden", workbook=True)
def hidden(p: Plan) -> None:
    """Rows filtered away, a hidden column, a hidden sheet with older numbers."""
    way = p.rng.choice(["rows", "column", "sheet"])

    def change(page: Page) -> None:
        if way == "rows":
            for line in p.rng.sample(page.data, min(3, len(page.data))):
                line.hidden = True
        if way == "column":
            page.hidden_columns = [p.rng.randrange(len(page.heading.cells))]
    p.finish.append(change)

    def older(pages: list[Page]) -> None:
        page = p.long_page("old", [])
        page.hidden = True
        for event in p.events:
            values = event.values | {name: event.values[name] - 2 for name in p.numbers[:1] if isinstance(event.values[name], int)}
            cells = [p.cell(type(event)(values), name) for name in p.fields]
            page.add(*cells)
        pages.append(page)
    if way == "sheet" and p.numbers:
        p.answers["hidden"] = "out"
        p.add_pages.append(older)


@kind(40, "walkthroughs", "coaching", touches="headers order dates school shape columns", workbook=False)
def google_form(p: Plan) -> None:
    """Answers to a form: the questions are the headings, and the first column is when it was filled in, which is no visit."""
    asked = {"school": "Which school did you visit?", "date": "Date of the visit", "teacher": "Teacher visited (last name)", "observer": "Your name",
             "feedback_given": "Did you give feedback within 24 hours?", "focus": "What did you look for? (check all that apply)", "coach": "Your name",
             "minutes": "How many minutes did you stay?"}
    p.headers = {name: asked[name] for name in p.headers}
    p.spell["school"] = lambda code, event: SCHOOLS[code]
    p.spell["date"] = lambda day, event: f"{day.month}/{day.day}/{day.year}"
    p.answers |= {"dates": "mdy"} | {f"school: {SCHOOLS[code]}": code for code in p.schools}
    for event in p.events:
        event.values["focus"] = ", ".join(p.rng.sample(FOCUS, p.rng.randint(1, 3)))

    def shape(p: Plan) -> list[Page]:
        page = Page()
        page.add("Timestamp", *(p.headers[name] for name in p.fields), heading=True)
        for event in p.events:
            filled = datetime.combine(event.values["date"] + timedelta(days=p.rng.randint(0, 3)), time(16, p.rng.randint(0, 59), 22))
            page.add(f"{filled.month}/{filled.day}/{filled.year} {filled:%H:%M:%S}", *p.cells(event), facts=[event.fact()])
        return [page]
    p.shape = shape
