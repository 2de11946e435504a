"""Coverage and Dictionary through the eyes of the person who asks what is missing and what a number means."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest
from tests.uploading import ATTENDANCE, WEEK, accept, drop_another, drop_in, made_up, own, said, served, show, started

from data.source import load_sources
from indicators.definition import load_definitions

__all__ = ["made_up", "own", "served"]      # fixtures


class TestWhoHasSentWhat:
    def test_the_missing_days_are_those_without_a_row_in_any_attendance_file(self, made_up, made_up_home):
        folder = made_up_home / "made-up spreadsheets"
        sent = set(attendance_days(folder))
        calendar = pd.read_csv(folder / "school calendar 2025-27.csv")
        owed = [day for day in calendar[calendar["School in session"] == "yes"]["Calendar Date"] if "2026-08-31" <= day <= "2026-11-20"]
        names = pd.read_excel(folder / "schools.xlsx", header=2, dtype=str, engine="openpyxl").set_index("School ID")["School Name"]
        missing = {names[school]: [day for day in owed if (school, day) not in sent] for school in names.index}
        show(made_up, "coverage")
        asked = [row for cell in made_up.table[0].value["Missing"] if ", attendance: " in (row := cell.replace("\\", "").replace("\u2060", ""))]
        assert {row.split("**")[1]: in_iso(row) for row in asked} == {school: days for school, days in missing.items() if days}

    def test_only_kinds_with_gaps_are_drawn_and_the_rest_is_said_to_be_complete(self, made_up):
        show(made_up, "coverage")
        assert len(made_up.get("vega_lite_chart")) == 2
        assert "Everything came of: absences, attendance submission, coaching visits and walkthroughs." in said(made_up)

    def test_one_senior_directors_schools(self, made_up, made_up_home):
        show(made_up, "coverage", supported_by="Samuel Kekoa", schools="All schools")
        folder = made_up_home / "made-up spreadsheets"
        directors = pd.read_csv(folder / "senior directors.csv", dtype=str)
        theirs = directors[directors["Senior Director"] == "Samuel Kekoa"]
        assert "Everything that was due for the week of 16 Nov has come." in said(made_up)
        assert made_up.selectbox(key="supported_by").value == "Samuel Kekoa" and len(theirs) > 0

    def test_a_day_the_calendar_closed_is_not_missed(self, own):
        calendar = "Date,Open\n" + "".join(f"{day},{'no' if day == '2026-11-18' else 'yes'}\n" for day in WEEK)
        accept(drop_in(own, calendar, name="calendar.csv"))
        accept(drop_another(own, "\n".join(line for line in ATTENDANCE.splitlines() if "2026-11-18" not in line)))
        show(own, "coverage")
        assert "Everything that was due for the week of 16 Nov has come." in said(own)

    def test_many_schools_are_drawn_up_to_forty_and_the_others_counted(self, own):
        rows = [f"S{school:03d},{day},90,100" for school in range(60) for day in WEEK if school % 10 or day != WEEK[2]]
        accept(drop_in(own, "School,Date,Present,Enrolled\n" + "\n".join(rows)))
        names = "School Code,School Name\n" + "".join(f"S{n:03d},School {n:03d}\n" for n in range(60))
        accept(drop_another(own, names, name="schools.csv"))
        show(own, "coverage", schools="All schools")
        assert "20 more schools not drawn." in said(own)
        assert len(own.table[0].value) == 6 and "Wed 18 Nov" in said(own)

    def test_a_schools_name_is_shown_and_does_nothing(self, own):
        accept(drop_in(own, "School Code,School Name\nA,![x](http://x.test/y.png)\nB,Bell\n", name="schools.csv"))
        accept(drop_another(own, ATTENDANCE.replace("A,2026-11-20,190,200\n", "")))
        show(own, "coverage")
        written = "\n".join([*(markdown.value for markdown in own.markdown), *own.table[0].value["Missing"]])
        assert "](http" not in written and "x.test" in written


class TestTheDictionary:
    def test_every_indicator_shows_its_rule_and_what_its_examples_come_to(self, made_up):
        show(made_up, "dictionary")
        for definition in load_definitions(load_sources()):
            made_up.selectbox(key="indicator").select(definition.label).run()
            assert not made_up.exception and made_up.header[0].value.replace("\\", "") == definition.label
            assert definition.in_words() in [code.value for code in made_up.code] and definition.question in said(made_up)
            for example in definition.examples:
                parts = f"{example.numerator:g} of {example.denominator:g} = " if definition.unit == "percent" else f"{example.numerator:g}."
                assert parts in said(made_up)

    def test_an_address_names_one_indicator(self, made_up):
        show(made_up, "dictionary", indicator="Attendance rate")
        assert "95 of 110 = 86.4%" in said(made_up) and "94%" in said(made_up) and "TSDS metric 1345" in said(made_up)

    def test_every_kind_of_spreadsheet_lists_its_columns_and_the_names_it_knows(self, made_up):
        show(made_up, "dictionary", show="Spreadsheets", spreadsheet="Daily attendance by school")
        columns = made_up.table[1].value
        assert columns["Column"].tolist() == ["School", "Date", "Grade", "Present", "Absent", "Enrolled", "Attendance rate"]
        assert "site code" in columns["Known as"][0] and "(needed)" in columns["It holds"][0].replace("\\", "")

    def test_a_broken_definition_is_listed_with_its_place_and_the_rest_works(self, served, empty_home):
        (empty_home / "definitions" / "mine.toml").write_text('label = "Mine"\nquestion = "?"\ndescription = "x"\n'
                                                             'source = "attendance"\nnumerater = "1"\n')
        for at in started(empty_home):
            show(at, "dictionary")
            assert "mine.toml, line 5" in said(at) and "There is no key 'numerater'" in said(at) and "Did you mean 'numerator'?" in said(at)
            assert "Attendance rate" in at.selectbox(key="indicator").options


@pytest.mark.parametrize(("page", "words"), [
    ("upload", "Drop in the spreadsheet you already have."), ("loads", "Nothing was loaded yet."),
    ("coverage", "Nothing was loaded yet, so nothing is missing."), ("dictionary", "What each number means")])
def test_before_the_first_upload_every_page_says_something_useful(own, page, words):
    assert words in said(show(own, page))


def attendance_days(folder: Path) -> Iterator[tuple[str, str]]:
    """School and day of every attendance row in the made-up spreadsheets, read with pandas alone."""
    for name, school, day in (("attendance 2025-26.csv.gz", "School Code", "Attendance Date"), ("attendance 2026-27.csv", "Building", "School Day")):
        rows = pd.read_csv(folder / name, dtype=str)
        yield from zip(rows[school], pd.to_datetime(rows[day]).dt.strftime("%Y-%m-%d"), strict=True)
    rows = pd.read_excel(folder / "attendance week of 16 Nov 2026.xlsx", header=3, dtype=str, engine="openpyxl")
    rows = rows[rows["Site"] != "Total"]
    yield from zip(rows["Site"], rows["Date"].str[:10], strict=True)


def in_iso(row: str) -> list[str]:
    """The days a line of what to ask for names: Thu 19 Nov and Fri 20 Nov."""
    named = row.split(": ")[1].replace(" and ", ", ").split(", ")
    return [f"{datetime.strptime(f'{day} 2026', '%a %d %b %Y'):%Y-%m-%d}" for day in named]
