"""The commands, as a data steward types them; and handed to the app while it runs."""
from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

import data.__main__ as data_commands
import indicators.__main__ as indicator_commands
from data.home import Home
from indicators.house import House

CHECKOUT = Path(__file__).parents[1]
WEEK = """School,Date,Present,Enrolled
0012,2026-11-16,90,100
0012,2026-11-17,95,100
0031,2026-11-16,45,50
"""


def write(folder: Path, name: str, text: str | bytes) -> str:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def data(district, *arguments: str) -> tuple[int, str]:
    return data_commands.run(district, arguments)


def rate(district, school: str) -> float | None:
    return district.store.value("select 100 * numerator / denominator from weekly where indicator = 'attendance_rate' and school_id = ?", school)


class TestLoading:
    def test_a_clean_file_goes_in_without_a_question(self, district, tmp_path):
        code, said = data(district, "load", write(tmp_path, "week 47.csv", WEEK), "--by", "R. Ortiz")
        assert (code, rate(district, "0012"), rate(district, "0031")) == (0, 92.5, 90.0)
        assert "week 47.csv: 3 rows to store, 0 refused, 0 set aside." in said and said.endswith("Stored as load 1.")

    def test_the_same_file_again_changes_nothing(self, district, tmp_path):
        file = write(tmp_path, "week 47.csv", WEEK)
        data(district, "load", file, "--by", "R. Ortiz")
        code, said = data(district, "load", file)
        assert (code, district.store.version) == (1, 1)
        assert said.startswith("week 47.csv: this file was loaded on") and said.endswith("by R. Ortiz (3 rows). Uploading it again would change nothing.")

    def test_a_correction_shows_as_a_change_and_waits_for_a_yes(self, district, tmp_path):
        data(district, "load", write(tmp_path, "week 47.csv", WEEK))
        fixed = write(tmp_path, "week 47 fixed.csv", WEEK.replace("90,100", "92,100"))
        code, said = data(district, "load", fixed)
        assert (code, rate(district, "0012")) == (2, 92.5)
        assert "0 new, 1 changed, 2 unchanged, 0 gone" in said and "Add --yes to accept" in said
        assert (data(district, "load", fixed, "--yes")[0], rate(district, "0012")) == (0, 93.5)

    def test_a_row_that_vanished_from_a_corrected_day_is_gone(self, district, tmp_path):
        by_grade = "School,Date,Grade,Present,Enrolled\n0012,2026-11-16,1,40,50\n0012,2026-11-16,2,50,50\n"
        data(district, "load", write(tmp_path, "a.csv", by_grade))
        shorter = "\n".join(by_grade.splitlines()[:2]) + "\n"
        code, said = data(district, "load", write(tmp_path, "b.csv", shorter), "--yes")
        assert code == 0 and "0 new, 0 changed, 1 unchanged, 1 gone" in said
        assert rate(district, "0012") == 80.0

    def test_refused_rows_stay_out_and_never_remove_what_stands(self, district, tmp_path):
        data(district, "load", write(tmp_path, "a.csv", WEEK))
        code, said = data(district, "load", write(tmp_path, "b.csv", WEEK.replace("95,100", "195,100")), "--yes")
        assert code == 0 and "1 refused" in said and "0 gone" in said
        assert "Row 3, Present and Enrolled: more students present than enrolled ('Present 195, Enrolled 100'). Check that" in said
        assert rate(district, "0012") == 92.5

    def test_refused_rows_go_into_a_workbook_that_completes_the_load_when_it_is_mended(self, district, tmp_path):
        file, to_mend = write(tmp_path, "week.csv", "School,Date,Present,Enrolled\nA,2026-11-16,190,200\nA,2026-11-17,19O,200\n"), str(tmp_path / "mend.xlsx")
        assert "Add --mend FILE.xlsx to have the refused rows in a workbook" in data(district, "load", file)[1]
        code, text = data(district, "load", file, "--yes", "--mend", to_mend)
        assert code == 0 and f"The refused rows are in {to_mend}" in text
        book = load_workbook(to_mend)
        book["rows to mend"]["E2"] = "190"
        book.save(to_mend)
        assert data(district, "load", to_mend)[0] == 0
        assert district.store.value("select sum(present) from live_attendance") == 380

    def test_a_column_of_dates_that_could_be_either_way_is_asked_about(self, district, tmp_path):
        file = write(tmp_path, "a.csv", "School,Date,Present,Enrolled\nA,03/04/2026,9,10\n")
        code, said = data(district, "load", file)
        assert (code, district.store.version) == (2, 0)
        assert "Is 03/04/2026 in column Date month first or day first?" in said
        assert data(district, "load", file, "--answer", "dates::Date=mdy")[0] == 0
        assert district.store.value("select date from live_attendance") == date(2026, 3, 4)

    def test_one_file_feeds_two_sources_in_one_load(self, district, tmp_path):
        both = "School,Date,Present,Enrolled,Rosters expected,Rosters on time\nA,2026-11-16,90,100,20,18\n"
        code, said = data(district, "load", write(tmp_path, "a.csv", both))
        assert code == 0 and "Daily attendance by school: 1 new" in said and "Attendance submission: 1 new" in said
        assert district.store.rows("select indicator, numerator, denominator from weekly where indicator like 'attendance%' order by 1") == [
            ("attendance_rate", 90, 100), ("attendance_submitted_on_time", 18, 20)]

    def test_visits_of_a_covered_week_without_rows_are_zero_and_of_another_are_not_sent(self, district, tmp_path):
        data(district, "load", write(tmp_path, "schools.csv", "School,Name\nA,Adams\nB,Bell\n"))
        data(district, "load", write(tmp_path, "calendar.csv", "Date,School day\n" + "".join(f"2026-11-{d:02},yes\n" for d in range(2, 21) if date(2026, 11, d).weekday() < 5)))
        visits = write(tmp_path, "visits.csv", "School,Date,Coach\nA,2026-11-09,Whitfield\n")
        assert data(district, "load", visits, "--covers", "2026-11-09..2026-11-13")[0] == 0
        weeks = district.store.rows("select school_id, week, numerator from weekly where indicator = 'coaching_visits' order by 1, 2")
        assert weeks == [("A", date(2026, 11, 9), 1), ("B", date(2026, 11, 9), 0)]


class TestBadInput:
    @pytest.mark.parametrize(("name", "content", "sentence"), [
        ("empty.csv", b"", "empty.csv: this is empty. Export it again"),
        ("attendance.csv", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "attendance.csv: this is a picture (PNG), not a spreadsheet"),
        ("undated.csv", b"School,Present,Enrolled\nA,9,10\n", "there is no date column that we know. Row 1 has School, Present, Enrolled. Say which column"),
        ("bare.csv", b"School,Date,Present,Enrolled\n", "bare.csv: there are headings but no rows below them"),
    ])
    def test_each_gets_a_sentence_and_nothing_is_stored(self, district, tmp_path, name, content, sentence):
        code, said = data(district, "load", write(tmp_path, name, content))
        assert (code, district.store.version) == (1, 0)
        assert sentence in said

    def test_a_file_that_is_not_there(self, district):
        code, said = data(district, "load", "nowhere.csv")
        assert (code, said) == (1, f"{Path('nowhere.csv')}: there is no such file. Check the path.")

    def test_an_unknown_kind_of_spreadsheet_names_the_nearest(self, district, tmp_path):
        code, said = data(district, "load", write(tmp_path, "a.csv", WEEK), "--source", "attendence")
        assert code == 1 and "there is no kind of spreadsheet named 'attendence'. Did you mean 'attendance'?" in said

    def test_a_definition_with_a_typo_is_listed_and_the_rest_works(self, tmp_path):
        home = Home(tmp_path / "home").ensure()
        shipped = (CHECKOUT / "indicators/definitions/attendance_rate.toml").read_text()
        (home.definitions / "attendance_rate.toml").write_text(shipped.replace("numerator   =", "numerater   =", 1))
        house = House(home)
        code, said = indicator_commands.run(house.district, ["check"])
        house.close()
        assert code == 1 and "coaching_visits: 1 examples, all right" in said
        assert "attendance_rate.toml, line 8: there is no key 'numerater'. Did you mean 'numerator'?" in said


class TestUndo:
    def test_an_undone_load_leaves_no_number(self, district, tmp_path):
        data(district, "load", write(tmp_path, "a.csv", WEEK))
        assert data(district, "undo", "1")[0] == 0
        assert district.store.rows("select * from weekly") == []

    def test_the_history_names_file_sender_and_undo(self, district, tmp_path):
        data(district, "load", write(tmp_path, "a.csv", WEEK), "--by", "R. Ortiz")
        data(district, "undo", "1", "--by", "K. Chen")
        [load] = json.loads(data(district, "loads", "--json")[1])
        assert (load["file_name"], load["by"], load["rows"], load["undone_by"]) == ("a.csv", "R. Ortiz", 3, "K. Chen")

    def test_there_is_nothing_to_undo(self, district):
        assert data(district, "undo", "7") == (1, "load 7: there is no load 7 that stands. Look at the list of loads for its number; it may be undone already.")


class TestIndicatorCommands:
    def test_weekly_numbers_as_csv(self, district, tmp_path):
        data(district, "load", write(tmp_path, "a.csv", WEEK))
        code, said = indicator_commands.run(district, ["weekly", "--csv", "--indicator", "attendance_rate", "--school", "0012"])
        assert (code, said.splitlines()) == (0, ["indicator,school_id,week,numerator,denominator,value,received,expected",
                                                 "attendance_rate,0012,2026-11-16,185.0,200.0,0.925,2,2"])

    def test_a_trend_as_json(self, district, tmp_path):
        data(district, "load", write(tmp_path, "a.csv", WEEK))
        code, said = indicator_commands.run(district, ["trend", "--json", "--school", "0031", "--indicator", "attendance_rate", "--as-of", "2026-11-20"])
        assert (code, [(row["value"], row["state"]) for row in json.loads(said)]) == (0, [(90.0, "open")])

    def test_an_unknown_indicator_names_the_nearest(self, district):
        assert indicator_commands.run(district, ["weekly", "--indicator", "attendance_rat"]) == (
            1, "there is no indicator 'attendance_rat'. Did you mean 'attendance_rate'?")


class TestHandedToTheRunningApp:
    @pytest.fixture
    def app(self, tmp_path):
        """A running app, as far as commands go: it owns the database and listens."""
        modules = {"data": data_commands, "indicators": indicator_commands}
        house = House(Home(tmp_path / "home"), lambda district, module, arguments, folder: modules[module].run(district, arguments, folder))
        yield house
        house.close()

    def command(self, app: House, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run([sys.executable, "-m", *arguments], cwd=CHECKOUT, capture_output=True, text=True, timeout=120,
                              env={**os.environ, "HEADWAY_HOME": str(app.district.home.path)})

    def test_a_load_is_done_by_the_app_and_says_so(self, app, tmp_path):
        ran = self.command(app, "data", "load", write(tmp_path, "week 47.csv", WEEK), "--by", "night job")
        assert ran.returncode == 0 and ran.stdout.startswith("(done by the running app)") and "Stored as load 1." in ran.stdout
        assert rate(app.district, "0012") == 92.5

    def test_indicator_commands_are_answered_too(self, app, tmp_path):
        self.command(app, "data", "load", write(tmp_path, "week 47.csv", WEEK))
        ran = self.command(app, "indicators", "weekly", "--csv", "--indicator", "attendance_rate")
        assert ran.stdout.splitlines()[1:] == ["attendance_rate,0012,2026-11-16,185.0,200.0,0.925,2,2", "attendance_rate,0031,2026-11-16,45.0,50.0,0.9,1,2"]

    def test_no_file_is_left_behind(self, app):
        self.command(app, "data", "status")
        assert list(app.district.home.commands.iterdir()) == []


def test_reading_prints_the_cells_and_needs_no_district(tmp_path):
    ran = subprocess.run([sys.executable, "-m", "data", "read", write(tmp_path, "a.csv", "Code,When\n0052,03/04\n"), "--json"], cwd=CHECKOUT,
                         capture_output=True, text=True, env={**os.environ, "HEADWAY_HOME": str(tmp_path / "none")}, timeout=60)
    assert [row["cells"] for row in json.loads(ran.stdout)["sheets"][0]["rows"]] == [["Code", "When"], ["0052", "03/04"]]
    assert not (tmp_path / "none").exists()
