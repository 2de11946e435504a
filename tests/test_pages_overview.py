"""The four pages people read, through the eyes of the person, with numbers worked out again from the spreadsheets."""
from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest
from tests.driving import on_this_computer, said, show, started  # noqa: F401: a fixture
from tests.test_words import flat

from indicators import comparing
from pages import frame

WEEK = [f"2026-11-{day:02}" for day in (9, 10, 12, 13)]       # the newest that is judged; 11 Nov is Veterans Day


@pytest.fixture
def app(on_this_computer, made_up_home):
    """The app on a copy of the made-up district."""
    yield from started()


@pytest.fixture(scope="module")
def files(made_up_original) -> Path:
    return made_up_original / "made-up spreadsheets"


def rate(path: Path, school: str, day: str, top: str, bottom: str, schools=None) -> tuple[int, int, str]:
    """Numerator, denominator and the percentage as people write it, straight from a spreadsheet."""
    rows = pd.read_csv(path, dtype={school: str})
    rows = rows[rows[day].isin(WEEK) & (rows[school].isin(schools) if schools else True)]
    over, under = int(rows[top].sum()), int(rows[bottom].sum())
    return over, under, f"{round(100 * over / under, 1):.1f}%".replace(".0%", "%")


def attendance(files: Path, *schools: str) -> tuple[int, int, str]:
    return rate(files / "attendance 2026-27.csv", "Building", "School Day", "In Attendance", "Membership", schools=schools)


def calls(files: Path, *schools: str) -> tuple[int, int, str]:
    return rate(files / "calls home 2026-27.csv", "School Code", "Absence Date", "Reached within 2 days", "Absences to follow up",
                schools=schools)


def eight_weeks(files: Path, *schools: str) -> str:
    """Attendance over the eight newest judged weeks, added up."""
    rows = pd.read_csv(files / "attendance 2026-27.csv", dtype={"Building": str})
    rows = rows[rows["School Day"].between("2026-09-21", "2026-11-13") & rows["Building"].isin(schools)]
    return f"{round(100 * rows['In Attendance'].sum() / rows['Membership'].sum(), 1):.1f}%".replace(".0%", "%")


def caseload(files: Path, director: str) -> list[str]:
    rows = pd.read_csv(files / "senior directors.csv", dtype=str)
    return rows[rows["Senior Director"] == director]["School Code"].tolist()


def drawn(at: AppTest) -> pa.Table:
    """The table under the page's chart."""
    return pa.ipc.open_stream(at.get("vega_lite_chart")[0].proto.data.data).read_all()


def decide(at: AppTest, choice: str, why: str, line: str = "attendance_rate school 0204 worsening 2026-11-02") -> None:
    """Open a line of the agenda, that about attendance at Lincoln unless another is named, and press a button."""
    at.session_state[f"decide {line}"] = True
    at.run()
    at.text_input(key=f"why {line}").set_value(why)
    at.button(key=f"{choice} {line}").click()
    at.run()


class TestThisWeek:
    def test_the_lead_gives_the_districts_attendance_added_up_over_all_schools(self, app, files):
        assert f"District attendance was **{attendance(files)[2]}** in the week of 9 Nov" in said(app)

    def test_the_planted_changes_lead_the_agenda(self, app, files):
        slowed = calls(files, *caseload(files, "Dana Whitfield"))
        titles = [flat(heading.value) for heading in app.subheader][3:]
        assert titles[0].startswith(f"Dana Whitfield’s schools: families reached {slowed[2]}") and "▼ worsening" in titles[0]
        assert titles[1].startswith(f"Lincoln: attendance {attendance(files, '0204')[2]}") and "▼ worsening" in titles[1]
        assert "**Roosevelt: submitted on time" in said(app).split("Worth celebrating")[1]

    def test_a_line_says_since_when_how_much_and_compared_with_what(self, app):
        """2.5 points were planted in the week of 26 Oct: data/sample_plan.toml."""
        told = re.search(r"Since the week of 26 Oct about ([\d.]+) points lower \(between ([\d.]+) and ([\d.]+)\)\. "
                         r"Its own: what other schools did is taken off\.", said(app))
        about, low, high = map(float, told.groups())
        assert low <= 2.5 <= high and low < about < high

    def test_at_most_six_lines_are_shown_and_it_says_how_many_chance_would_light(self, app):
        assert len(app.subheader) - 3 <= 6
        assert "lines are watched" in said(app) and re.search(r"chance alone would light about \w+ new ones in four weeks", said(app))

    def test_what_was_decided_leaves_the_agenda_and_stands_in_the_ledger(self, app, made_up_home):
        decide(app, "act", "The director visits on Friday")
        assert not any("Lincoln: attendance" in heading.value for heading in app.subheader)
        assert "The director visits on Friday" in app.dataframe[0].value["Why"].tolist()
        event = frame.house().district.store.rows("select who, detail from event where kind = 'decision'")
        (about,) = json.loads(event[0][1])["about"]
        assert about.pop("noticed") in ("2026-10-26", "2026-11-02")
        assert about == {"indicator": "attendance_rate", "kind": "school", "place": "0204", "way": "worsening"}

    def test_a_line_is_dismissed_only_with_a_reason(self, app):
        decide(app, "dismiss", "")
        assert "Say in a few words why it is dismissed" in said(app)
        assert any("Lincoln: attendance" in heading.value for heading in app.subheader)
        assert not frame.house().district.store.rows("select 1 from event where kind = 'decision'")

    def test_an_improvement_is_celebrated_with_one_click(self, app):
        next(b for b in app.button if b.label == "Celebrate" and "0209" in b.key).click().run()
        assert "**Roosevelt: submitted on time" not in said(app).split("Worth celebrating")[1]

    def test_goals_stand_with_their_number_and_indicators(self, app):
        assert [h.value for h in app.subheader][:3] == ["Every student present", "Families as partners", "Leaders in classrooms"]
        assert "Coaching visits **" in said(app) and "a school" in said(app)

    def test_who_has_not_sent_data_is_named_with_what_is_missing(self, app):
        assert "38 of 40 schools have sent everything" in said(app)
        assert "**Adams**: daily attendance by school, two days of five missing" in said(app)
        assert "**Bell**: contacts with families of absent students, nothing yet" in said(app)

    def test_see_why_leads_to_the_school_and_the_indicator(self, app):
        next(b for b in app.button if b.label == "See why →" and "Lincoln" in b.key).click().run()
        assert app.title[0].value == "Lincoln"
        assert app.header[0].value == "Attendance rate"

    def test_every_line_outside_its_usual_range_stands_in_one_table(self, app):
        app.session_state["all_signals"] = True
        app.run()
        view = frame.house().view(frame.scope(), frame.as_of())
        assert len(app.dataframe[0].value) == view.tables.value("select count(*) from status where variation in ('improving', 'worsening')")


class TestCaseload:
    def test_the_first_sentence_says_whom_to_visit_and_for_what(self, app):
        show(app, "caseload", director="Dana Whitfield")
        assert app.title[0].value == "Five schools"
        assert "**Visit Lincoln first, for attendance.** Families reached slipped at two of five schools together" in said(app)

    def test_each_school_has_its_own_number_in_every_cell(self, app, files):
        show(app, "caseload", director="Dana Whitfield")
        for school in caseload(files, "Dana Whitfield"):
            assert f":small[:gray[Attendance]]  \n**{attendance(files, school)[2]}**" in said(app)

    def test_order_and_weeks_stand_in_the_address(self, app):
        show(app, "caseload", director="Elena Castellanos", order="By name", weeks="36")
        assert [h.value for h in app.subheader][:5] == ["Harbor View", "Keller", "Longfellow", "Meadow", "Nightingale"]
        assert app.segmented_control(key="weeks").value == "36"

    def test_the_caseloads_own_number_is_added_up_not_averaged(self, app, files):
        show(app, "caseload", director="Samuel Kekoa")
        together = attendance(files, *caseload(files, "Samuel Kekoa"))[2]
        assert f":small[:gray[Attendance]]  \n**{together}**" in said(app)

    def test_five_schools_stand_beside_each_other_without_ranks_and_two_are_told_apart_only_where_their_weeks_do(self, app, files):
        show(app, "caseload", director="Dana Whitfield", indicator="Attendance rate")
        low, high = (eight_weeks(files, code) for code in ("0303", "0209"))
        assert "**Of these five schools, some differ by more than their weeks vary:** Washington" in said(app)
        assert f"Lincoln ({eight_weeks(files, '0204')}) lies below Roosevelt ({high})." in said(app)
        assert drawn(app)["school"].to_pylist() == ["Adams", "Bell", "Lincoln", "Roosevelt", "Washington"]
        assert drawn(app)["words"].to_pylist()[3:] == [high, low]
        app.selectbox(key="indicator").select("Coaching visits, last 4 weeks").run()
        assert "Schools are not compared by it: it is counted over several weeks at a time." in said(app)


class TestSchool:
    def test_value_variation_target_and_last_year_are_four_statements(self, app, files):
        show(app, "school", school="Lincoln")
        assert (f"**{attendance(files, '0204')[2]}** in the week of 9 Nov · :orange[**▼ worsening**] · target 94%: "
                "**will miss it if nothing changes** · same week last year") in said(app)

    def test_where_it_is_heading_and_whom_to_ask_stand_beside_each_other(self, app, files):
        show(app, "school", school="Lincoln")
        view = frame.house().view(frame.scope(), frame.as_of())
        ahead = comparing.ahead(view, "attendance_rate", "school", "0204")
        assert (f"**Target 94% by the week of 7 Jun: unlikely.** If recent weeks continue, that week lands between {ahead.low:.1f}% and "
                f"{ahead.high:.1f}% (8 in 10).") in said(app)
        assert (f"**One similar school does better: whom to ask.** Birchwood {eight_weeks(files, '0222')}, against {eight_weeks(files, '0204')} here, "
                "over eight judged weeks. Similar means middle, about as large, about as many students in need.") in said(app)
        assert "In the same weeks last year it was " in said(app) and "half-trend" not in said(app)
        app.session_state["how"] = True
        app.run()
        assert "half-trend" in said(app) and "Newcombe" in said(app)
        app.selectbox(key="indicator").select("Coaching visits, last 4 weeks").run()
        assert not app.exception and "If recent weeks continue" not in said(app)

    def test_the_number_is_taken_apart_and_the_rows_are_where_it_says(self, app, files):
        """Every row of the table is looked up in the file it names, at the row it names."""
        show(app, "school", school="Lincoln")
        present, enrolled, percent = attendance(files, "0204")
        assert f"{present:,} ÷ {enrolled:,} = **{percent}**" in said(app)
        app.session_state["rows"] = True
        app.run()
        rows = app.dataframe[0].value
        assert (rows["Present"].sum(), rows["Enrolled"].sum()) == (present, enrolled)
        for _, row in rows.iterrows():
            line = list(csv.reader(io.StringIO((files / row["File"]).read_text())))[row["Row"] - 1]
            assert line == [str(row["Day"]), "0204", str(row["Enrolled"]), str(row["Present"])]

    def test_looking_at_rows_is_logged_and_a_closed_expander_looks_at_none(self, app, made_up_home):
        show(app, "school", school="Lincoln")
        assert not (made_up_home / "looks.jsonl").exists()
        app.session_state["rows"] = True
        app.run()
        look = json.loads((made_up_home / "looks.jsonl").read_text().splitlines()[0])
        assert (look["school"], look["indicator"], look["week"]) == ("0204", "attendance_rate", "2026-11-09")

    def test_any_weeks_number_can_be_taken_apart(self, app, files):
        """Adams has sent three of five days of the week of 16 Nov, in a workbook with its header in a lower row."""
        show(app, "school", school="Adams", week="16 Nov 2026")
        sheet = pd.read_excel(files / "attendance week of 16 Nov 2026.xlsx", header=None, dtype=str)
        mine = sheet[sheet.apply(lambda row: row.isin(["0112"]).any(), axis=1)]
        numbers = sorted({int(cell) for cell in mine.to_numpy().ravel() if str(cell).isdigit() and cell != "0112"})
        assert len(mine) == 3 and "3 of 5 days are in." in said(app)
        app.session_state["rows"] = True
        app.run()
        rows = app.dataframe[0].value
        assert sorted({*rows["Present"], *rows["Enrolled"]}) == numbers
        assert f"{rows['Present'].sum():,} ÷ {rows['Enrolled'].sum():,} = **" in said(app)

    def test_a_week_that_is_not_over_is_said_apart(self, app):
        show(app, "school", school="Adams")
        assert "Week of 16 Nov so far: **" in said(app) and "not judged yet: 3 of 5 days are in" in said(app)
        app.selectbox(key="school").select("Bell")
        app.selectbox(key="indicator").select("Families reached within 2 school days").run()
        assert "Nothing has come yet for the week of 16 Nov." in said(app)

    def test_the_chart_has_every_week_of_the_year_and_last_year_as_its_grey_line(self, app):
        show(app, "school", school="Lincoln")
        table = drawn(app)
        assert table["week"].to_pylist()[:: len(table) - 1] == ["2026-08-24", "2026-11-16"]
        assert table["beside"].null_count == 0
        app.segmented_control(key="years").set_value("With last year").run()
        assert drawn(app)["week"][0].as_py() == "2025-08-25"

    def test_every_indicator_stands_under_its_goal(self, app):
        show(app, "school", school="Lincoln")
        assert [h.value for h in app.subheader] == [
            "Will it reach the target?", "Who does better?",
            "Goal 1 · Every student present", "Goal 2 · Families as partners", "Goal 3 · Leaders in classrooms"]
        assert len([b for b in app.button if b.label == "Look closer →"]) == 7
        next(b for b in app.button if b.key == "look coaching_visits").click().run()
        assert app.header[0].value == "Coaching visits, last 4 weeks"


class TestGoal:
    def test_all_schools_stand_most_need_first(self, app):
        show(app, "goal")
        table = app.table[0].value
        assert len(table) == 40
        assert [name.split("]")[0][1:] for name in table["School"][:2]] == ["Juniper", "Lincoln"]
        assert all("▼" in value for value in table["Value"][:2]) and not any("▼" in value for value in table["Value"][2:])
        assert "**None of 40 schools differs more than schools usually do.**" in said(app)
        assert "**Target 94% by the week of 7 Jun: unlikely.**" in said(app)

    def test_a_school_unlike_the_rest_is_named_in_words_in_the_picture_and_in_the_table(self, app):
        show(app, "goal", goal="Families as partners")
        assert "**1 of 40 schools differs more than schools usually do:** Lakeside (90.6%) above the grey band. Chance alone would give fewer than one." in said(app)
        assert [name for name in drawn(app)["named"].to_pylist() if name] == ["Lakeside"] and len(drawn(app)) == 40
        app.session_state["how"] = True
        app.run()
        table = app.dataframe[0].value.set_index("School")
        assert table[table["So"] != "within the band"].index.tolist() == ["Lakeside"] and table.at["Lakeside", "Value"] == 90.6
        assert "Spiegelhalter’s (2005)" in said(app)

    def test_the_districts_number_is_the_sum_of_its_schools(self, app, files):
        show(app, "goal")
        present, enrolled, percent = attendance(files)
        assert f"{present:,} ÷ {enrolled:,} = **{percent}**" in said(app)
        app.session_state["added_up"] = True
        app.run()
        parts_of = app.dataframe[0].value
        assert (parts_of["Numerator"].sum(), parts_of["Denominator"].sum(), len(parts_of)) == (present, enrolled, 40)

    def test_one_directors_schools_have_a_number_of_their_own(self, app, files):
        show(app, "goal", goal="Families as partners", of="Dana Whitfield")
        over, under, percent = calls(files, *caseload(files, "Dana Whitfield"))
        assert f"{over:,} ÷ {under:,} = **{percent}**" in said(app)
        assert len(app.table[0].value) == 5
