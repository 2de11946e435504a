"""Upload, Loads, Coverage and Dictionary through the eyes of the person who uses them."""
from __future__ import annotations

import csv
import io
import time
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest
from streamlit import config
from streamlit.testing.v1 import AppTest

from data.finding import Finding, Level
from data.source import load_sources
from indicators.definition import load_definitions
from indicators.uploading import findings_csv
from pages import frame, load_parts, upload_parts

CHECKOUT = Path(__file__).parents[1]
WEEK = [f"2026-11-{day}" for day in (16, 17, 18, 19, 20)]
# Two schools, five days: 950 of 1,000 student-days present at A, 430 of 500 at B.
ATTENDANCE = "School,Date,Present,Enrolled\n" + "".join(f"A,{day},190,200\nB,{day},86,100\n" for day in WEEK)
UNKNOWN_HEADINGS = "Wo,Wann,Da,Soll\n" + "".join(f"A,{day},190,200\n" for day in WEEK)


@pytest.fixture
def served(monkeypatch):
    """As run.py serves it: on this computer only."""
    monkeypatch.setattr(frame, "now", lambda: datetime(2026, 11, 21, 9, 0))
    before = config.get_option("server.address")
    config.set_option("server.address", "127.0.0.1")
    yield
    config.set_option("server.address", before)


@pytest.fixture
def own(served, empty_home):
    """The app on a district that has begun with its own data."""
    yield from _app(empty_home)


@pytest.fixture
def made_up(served, made_up_home):
    yield from _app(made_up_home)


def _app(home: Path):
    at = AppTest.from_file(str(CHECKOUT / "app.py"), default_timeout=60).run()
    yield at
    frame._house(str(home)).close()
    frame._house.clear()


def show(at: AppTest, page: str, **filters: str) -> AppTest:
    at.switch_page(f"pages/{page}.py")
    at.query_params.clear()
    for name, value in filters.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception
    return at


def drop_in(at: AppTest, content: str | bytes, name: str = "week 47.csv", by: str = "R. Ortiz") -> AppTest:
    """Give the file to the uploader and wait until it is read."""
    show(at, "upload")
    at.text_input(key="your_name").set_value(by)
    at.file_uploader[0].upload(name, content.encode() if isinstance(content, str) else content)
    return settled(at)


def settled(at: AppTest, what: str = upload_parts.INTAKE) -> AppTest:
    """Look again until the worker has done what it was asked."""
    at.run()
    end = time.monotonic() + 60
    while what in at.session_state and at.session_state[what].at_work:
        assert time.monotonic() < end, "the worker is not done after a minute"
        time.sleep(0.05)
    at.run()
    assert not at.exception
    return at


def accept(at: AppTest) -> AppTest:
    at.button(key="accept").click()
    return settled(at)


def said(at: AppTest) -> str:
    """Everything written on the page, headings and tables included, with the marks of Markdown taken off."""
    texts = [element.value for kind in ("title", "header", "subheader", "markdown") for element in getattr(at, kind)]
    texts += [str(cell) for table in at.table for row in table.value.itertuples(index=True) for cell in row]
    return "\n".join(texts).replace("\\", "").replace("\u2060", "").replace("\u00a0", " ")


def counts(at: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in at.metric}


def rate(home: Path, school: str) -> tuple[float, float] | None:
    """The weekly attendance of a school as it stands in the store."""
    found = frame._house(str(home)).district.store.rows(
        "select numerator, denominator from weekly where indicator = 'attendance_rate' and school_id = ? and week = '2026-11-16'", school)
    return found[0] if found else None


class TestAFileFromDropToNumber:
    def test_what_it_would_change_is_said_before_anything_is_saved(self, own, empty_home):
        drop_in(own, ATTENDANCE)
        assert own.title[0].value == "week 47.csv"
        assert "10 rows are ready. Nothing is saved until you accept. We read it as daily attendance by school, week of 16 Nov, 2 schools." in said(own).replace("**", "")
        assert counts(own) == {"New": "10", "Changed": "0", "Unchanged": "0", "Gone": "0"}
        assert own.button(key="accept").label == "**Accept 10\u00a0rows**"
        assert rate(empty_home, "A") is None

    def test_every_column_says_what_it_is_read_as_and_why(self, own):
        drop_in(own, ATTENDANCE.replace("Present", "In attendance"))
        columns = next(table.value for table in own.table if "Why" in table.value.columns)
        assert columns.values.tolist() == [["School", "school", "exact name"], ["Date", "date", "exact name"],
                                           ["In attendance", "present", "a known name for it"], ["Enrolled", "enrolled", "exact name"]]

    def test_accepted_its_number_is_there_and_undone_it_is_gone(self, own, empty_home):
        accept(drop_in(own, ATTENDANCE))
        assert "10 rows are stored as load 2." in said(own)
        assert rate(empty_home, "A") == (950, 1000) and rate(empty_home, "B") == (430, 500)
        assert "95%" in said(show(own, "school", school="A"))
        undo(own, 2)
        assert rate(empty_home, "A") is None
        assert "Load 2 is undone." in said(own)

    def test_a_second_copy_is_told_when_the_first_was_loaded_and_by_whom(self, own, empty_home):
        accept(drop_in(own, ATTENDANCE))
        drop_another(own, ATTENDANCE, name="the same.csv", by="K. Chen")
        assert "This file was loaded on 21 Nov 2026 by R. Ortiz (10 rows)" in said(own)
        assert "Uploading it again would change nothing." in said(own)
        assert standing_loads(empty_home) == 1

    def test_the_same_bytes_can_come_again_after_an_undo(self, own, empty_home):
        accept(drop_in(own, ATTENDANCE))
        undo(own, 2)
        accept(drop_another(own, ATTENDANCE))
        assert rate(empty_home, "A") == (950, 1000)

    def test_a_correction_shows_old_and_new_value_and_what_would_go(self, own):
        accept(drop_in(own, ATTENDANCE))
        corrected = ATTENDANCE.replace("A,2026-11-16,190,200", "A,2026-11-16,180,200").replace("B,2026-11-20,86,100\n", "B,2026-11-20,86,100\n")
        drop_another(own, corrected)
        assert counts(own) == {"New": "0", "Changed": "1", "Unchanged": "9", "Gone": "0"}
        altered = next(table.value for table in own.table if "Becomes" in table.value.columns)
        assert altered.values.tolist() == [["A", "Mon 16 Nov", "present", "190", "180"]]

    def test_a_file_that_is_there_already_in_other_bytes_says_that_nothing_would_change(self, own):
        accept(drop_in(own, ATTENDANCE))
        drop_another(own, ATTENDANCE + "\n")
        assert "Nothing: every row of it is there already." in said(own)

    def test_a_discarded_file_leaves_nothing_behind(self, own, empty_home):
        drop_in(own, ATTENDANCE)
        own.button(key="discard").click().run()
        assert own.title[0].value == "Upload a spreadsheet"
        assert [*(empty_home / "incoming").iterdir()] == [] and standing_loads(empty_home) == 0

    def test_a_file_waits_until_its_sender_has_a_name(self, own):
        drop_in(own, ATTENDANCE, by="  ")
        assert "Write your name above" in said(own) and upload_parts.INTAKE not in own.session_state

    def test_what_was_read_is_still_there_after_a_look_at_another_page(self, own):
        drop_in(own, ATTENDANCE)
        show(own, "dictionary")
        assert show(own, "upload").title[0].value == "week 47.csv" and counts(own)["New"] == "10"


class TestAFileWithSomethingWrong:
    def test_a_row_that_cannot_be_right_stays_out_and_the_rest_is_loaded(self, own, empty_home):
        drop_in(own, ATTENDANCE.replace("B,2026-11-18,86,100", "B,2026-11-18,186,100"))
        assert "9 rows are ready, 1 needs you." in said(own)
        assert "More students present than enrolled: “Present 186, Enrolled 100”" in said(own)
        assert "Row 7 · column Present and Enrolled" in said(own)
        accept(own)
        assert rate(empty_home, "B") == (344, 400)

    def test_a_picture_under_a_spreadsheets_name_is_refused_with_a_remedy(self, own, empty_home):
        drop_in(own, b"\x89PNG\r\n\x1a\n" + bytes(200), name="attendance.csv")
        assert "This is a picture (PNG), not a spreadsheet" in said(own)
        assert "Upload the spreadsheet itself, saved as .xlsx or .csv." in said(own)
        assert standing_loads(empty_home) == 0
        own.button(key="another").click().run()
        assert own.title[0].value == "Upload a spreadsheet"

    def test_a_file_without_a_date_says_so_and_offers_to_match_by_hand(self, own):
        drop_in(own, "School,Present,Enrolled\nA,190,200\n")
        assert "We cannot read this file yet." in said(own)
        assert "There is no date column that we know. Row 1 has School, Present, Enrolled" in said(own)
        assert own.selectbox(key="kind ").options[:2] == ["Absences, a row a student and day", "Daily attendance by school"]

    def test_columns_nobody_could_guess_are_matched_by_hand(self, own, empty_home):
        drop_in(own, UNKNOWN_HEADINGS)
        own.selectbox(key="kind ").select("attendance").run()
        for field, column in (("school", "A"), ("date", "B"), ("present", "C"), ("enrolled", "D")):
            own.selectbox(key=f"match  attendance.{field}").select(column)
        read_so(own)
        assert "5 rows are ready." in said(own)
        columns = next(table.value for table in own.table if "Why" in table.value.columns)
        assert columns.values.tolist() == [[heading, field, "your choice"] for heading, field in
                                           (("Wo", "school"), ("Wann", "date"), ("Da", "present"), ("Soll", "enrolled"))]
        accept(own)
        assert rate(empty_home, "A") == (950, 1000)

    def test_a_match_by_hand_that_lacks_a_column_says_which_and_keeps_the_rest(self, own):
        drop_in(own, UNKNOWN_HEADINGS)
        own.selectbox(key="kind ").select("attendance").run()
        own.selectbox(key="match  attendance.school").select("A")
        read_so(own)
        assert "There is no date column that we know" in said(own)
        assert own.selectbox(key="match  attendance.school").value == "A"

    def test_a_match_can_be_changed(self, own, empty_home):
        drop_in(own, ATTENDANCE.replace("Present,Enrolled", "Present,Enrolled,Seated").replace(",200\n", ",200,180\n").replace(",100\n", ",100,80\n"))
        own.session_state["change "] = True
        own.run()
        own.selectbox(key="match  attendance.present").select("E")
        read_so(own)
        accept(own)
        assert rate(empty_home, "A") == (900, 1000)

    def test_dates_that_could_be_read_two_ways_are_asked_about_before_anything_can_be_accepted(self, own, empty_home):
        drop_in(own, "School,Date,Present,Enrolled\nA,3/4/2026,190,200\n")
        assert "One question first, then 1 row is ready." in said(own) and "accept" not in [button.key for button in own.button]
        own.radio(key="answer dates::Date").set_value("mdy")
        next(button for button in own.form_submit_button if "answer" in button.label).click()
        settled(own)
        assert "1 row is ready." in said(own) and "week of 2 Mar" in said(own)

    def test_the_list_of_what_to_fix_cannot_run_a_formula(self):
        listed = findings_csv([Finding(Level.STOP, "not a number", "Correct it.", row=7, column="Present", value="=HYPERLINK(1)")])
        assert [*csv.reader(io.StringIO(listed))][1] == ["", "7", "Present", "'=HYPERLINK(1)", "not a number", "Correct it.", "1"]


class TestAFileOfThingsThatHappened:
    VISITS = "School,Visit date,Coach\nA,2026-11-16,Dana\nB,2026-11-19,Dana\n"

    def test_it_is_complete_only_for_its_own_rows_unless_the_sender_says_more(self, own, empty_home):
        accept(drop_in(own, "School Code,School Name\nA,Adams\nB,Bell\n", name="schools.csv"))
        drop_another(own, self.VISITS, name="visits.csv")
        cover = own.radio(key="covers rows")
        assert cover.options[1].replace("\u00a0", " ").replace("\\", "") == "Every day from 16 Nov to 19 Nov at all 2 schools: where it has no row, nothing happened"
        cover.set_value("2026-11-16..2026-11-19")
        settled(own)
        accept(own)
        store = frame._house(str(empty_home)).district.store
        assert store.value("select count(*) from received where source = 'coaching_visits'") == 2 * 4


class TestTheMadeUpDistrict:
    def test_real_data_never_joins_it_and_the_way_out_reads_the_file_that_waits(self, made_up, made_up_home):
        before = standing_loads(made_up_home)
        drop_in(made_up, ATTENDANCE, by="made-up")
        assert "This is the made-up district, and real data never joins it" in said(made_up)
        assert standing_loads(made_up_home) == before
        made_up.button(key="start_own").click()
        settled(made_up)
        assert counts(made_up)["New"] == "10"
        assert frame._house(str(made_up_home)).district.made_up_as_of is None

    def test_its_history_lists_every_file_newest_first(self, made_up, made_up_home):
        files = sorted(path.name for path in (made_up_home / "made-up spreadsheets").iterdir())
        show(made_up, "loads")
        assert f"{len(files)} files count now." in said(made_up)
        listed = [markdown.value for markdown in made_up.markdown if " rows" in markdown.value and markdown.value.startswith("**") and ".**" not in markdown.value]
        numbers = [int(button.label.split()[1]) for button in made_up.button if (button.key or "").startswith("load_")]
        assert numbers == sorted(numbers, reverse=True) and len(numbers) == len(listed) == 12

    def test_a_load_says_what_undoing_it_would_change_before_it_is_undone(self, made_up):
        show(made_up, "loads", load="8")
        assert made_up.title[0].value == "attendance week of 16 Nov 2026.xlsx"
        made_up.button(key="undo").click()
        settled(made_up, load_parts.UNDOING)
        assert "Daily attendance by school: 198 rows of this load would go, no older row would show again." in said(made_up)
        made_up.button(key="keep").click().run()
        assert "Undoing takes out all its rows" in said(made_up)

    def test_a_load_nobody_made_is_said_to_be_none(self, made_up):
        show(made_up, "loads", load="999")
        assert made_up.title[0].value == "There is no load 999"


class TestWhoHasSentWhat:
    def test_the_missing_days_are_those_without_a_row_in_any_attendance_file(self, made_up, made_up_home):
        folder = made_up_home / "made-up spreadsheets"
        sent = set(attendance_days(folder))
        calendar = pd.read_csv(folder / "school calendar 2025-27.csv")
        owed = [day for day in calendar[calendar["School in session"] == "yes"]["Calendar Date"] if "2026-08-31" <= day <= "2026-11-20"]
        names = pd.read_excel(folder / "schools.xlsx", header=2, dtype=str).set_index("School ID")["School Name"]
        missing = {names[school]: [day for day in owed if (school, day) not in sent] for school in names.index}
        show(made_up, "coverage")
        asked = [row for row in made_up.table[0].value["Missing"].tolist() if ", attendance: " in row]
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
        accept(drop_another(own, "School Code,School Name\n" + "".join(f"S{n:03d},School {n:03d}\n" for n in range(60)), name="schools.csv"))
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
                assert (f"{example.numerator:g} of {example.denominator:g} = " if definition.unit == "percent" else f"{example.numerator:g}.") in said(made_up)

    def test_an_address_names_one_indicator(self, made_up):
        show(made_up, "dictionary", indicator="Attendance rate")
        assert "95 of 110 = 86.4%" in said(made_up) and "94%" in said(made_up) and "TSDS metric 1345" in said(made_up)

    def test_every_kind_of_spreadsheet_lists_its_columns_and_the_names_it_knows(self, made_up):
        show(made_up, "dictionary", show="Spreadsheets", spreadsheet="Daily attendance by school")
        columns = made_up.table[1].value
        assert columns["Column"].tolist() == ["School", "Date", "Grade", "Present", "Absent", "Enrolled", "Percent"]
        assert "site code" in columns["Known as"][0] and "(needed)" in columns["It holds"][0].replace("\\", "")

    def test_a_broken_definition_is_listed_with_its_place_and_the_rest_works(self, served, empty_home):
        (empty_home / "definitions" / "mine.toml").write_text('label = "Mine"\nquestion = "?"\ndescription = "x"\nsource = "attendance"\nnumerater = "1"\n')
        for at in _app(empty_home):
            show(at, "dictionary")
            assert "There is no key 'numerater'" in said(at) and "Did you mean 'numerator'?" in said(at)
            assert "Attendance rate" in at.selectbox(key="indicator").options


@pytest.mark.parametrize(("page", "words"), [
    ("upload", "Drop in the spreadsheet you already have."), ("loads", "Nothing was loaded yet."),
    ("coverage", "Nothing was loaded yet, so nothing is missing."), ("dictionary", "What each number means")])
def test_before_the_first_upload_every_page_says_something_useful(own, page, words):
    assert words in said(show(own, page))


def drop_another(at: AppTest, content: str, name: str = "week 47.csv", by: str = "R. Ortiz") -> AppTest:
    """Come back to the page Upload, which still shows what became of the last file, and give it another."""
    show(at, "upload")
    at.button(key="another").click().run()
    return drop_in(at, content, name, by)


def read_so(at: AppTest) -> AppTest:
    next(button for button in at.form_submit_button if button.label == "**Read it so**").click()
    return settled(at)


def undo(at: AppTest, load: int) -> AppTest:
    show(at, "loads", load=str(load))
    at.button(key="undo").click()
    settled(at, load_parts.UNDOING)
    at.text_input(key="your_name").set_value("R. Ortiz")
    at.button(key="confirm").click()
    return settled(at, load_parts.UNDOING)


def standing_loads(home: Path) -> int:
    return frame._house(str(home)).district.store.value("select count(*) from standing")


def attendance_days(folder: Path):
    """School and day of every attendance row in the made-up spreadsheets, read with pandas alone."""
    for name, school, day in (("attendance 2025-26.csv.gz", "School Code", "Attendance Date"), ("attendance 2026-27.csv", "Building", "School Day")):
        rows = pd.read_csv(folder / name, dtype=str)
        yield from zip(rows[school], pd.to_datetime(rows[day]).dt.strftime("%Y-%m-%d"), strict=True)
    rows = pd.read_excel(folder / "attendance week of 16 Nov 2026.xlsx", header=3, dtype=str)
    rows = rows[rows["Site"] != "Total"]
    yield from zip(rows["Site"], rows["Date"].str[:10], strict=True)


def in_iso(row: str) -> list[str]:
    """The days a line of what to ask for names: Thu 19 Nov and Fri 20 Nov."""
    named = row.split(": ")[1].replace("\u00a0", " ").replace(" and ", ", ").split(", ")
    return [f"{datetime.strptime(f'{day} 2026', '%a %d %b %Y'):%Y-%m-%d}" for day in named]
