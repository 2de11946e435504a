"""Upload and Loads through the eyes of the person who sends spreadsheets."""
from __future__ import annotations

import csv
import io
from pathlib import Path

from streamlit.testing.v1 import AppTest
from tests.uploading import (ATTENDANCE, TODAY, WEEK, accept, ask_to_undo, drop_another, drop_in, made_up, own, plain, said, served,
                             settled, show, standing_loads, undo)

from data.finding import Finding, Level
from indicators.uploading import findings_csv
from pages import frame, upload_parts

__all__ = ["made_up", "own", "served"]      # fixtures
UNKNOWN_HEADINGS = "Wo,Wann,Da,Soll\n" + "".join(f"A,{day},190,200\n" for day in WEEK)


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
        assert ("**10 rows are ready.** Nothing is saved until you accept. "
                "We read it as daily attendance by school, week of 16 Nov, 2 schools. It only adds: nothing stands yet for what it is about.") in said(own)
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
        drop_another(own, ATTENDANCE.replace("A,2026-11-16,190,200", "A,2026-11-16,180,200"))
        assert counts(own) == {"New": "0", "Changed": "1", "Unchanged": "9", "Gone": "0"}
        assert "It replaces what stands for the 10 school-days it has; everything else stays as it is." in said(own)
        moves = next(table.value for table in own.table if "Indicator" in table.value.columns)
        assert moves.values.tolist() == [["Attendance", "A", "week of 16 Nov", "95%", "94%"]]
        altered = next(table.value for table in own.table if "Field" in table.value.columns)
        assert altered.values.tolist() == [["A", "Mon 16 Nov", "present", "190", "180"]]

    def test_an_undone_correction_brings_the_older_rows_back_and_says_so_first(self, own, empty_home):
        accept(drop_in(own, ATTENDANCE))
        accept(drop_another(own, ATTENDANCE.replace("A,2026-11-16,190,200", "A,2026-11-16,180,200")))
        assert rate(empty_home, "A") == (940, 1000)
        ask_to_undo(own, 3)
        assert "10 rows of this load would go, 10 older rows would show again." in said(own)
        own.button(key="keep").click().run()
        undo(own, 3)
        assert rate(empty_home, "A") == (950, 1000)

    def test_rows_that_are_missing_from_a_newer_file_are_said_to_go_and_where(self, own):
        by_grade = "School,Date,Grade,Present,Enrolled\n"
        accept(drop_in(own, by_grade + "A,2026-11-16,K,19,20\nA,2026-11-16,1,18,20\n"))
        drop_another(own, by_grade + "A,2026-11-16,K,19,20\n")
        assert counts(own) == {"New": "0", "Changed": "0", "Unchanged": "1", "Gone": "1"}
        assert "- A, week of 16 Nov: 1 row of daily attendance by school" in said(own)

    def test_what_another_session_has_loaded_meanwhile_is_not_loaded_twice(self, own, empty_home):
        drop_in(own, ATTENDANCE)
        district = frame._house(str(empty_home)).district
        district.accept(district.understand(district.receive(ATTENDANCE.encode(), "mine.csv", by="K. Chen", at=TODAY)), at=TODAY)
        accept(own)
        assert "This file was loaded on 21 Nov 2026 by K. Chen" in said(own) and standing_loads(empty_home) == 1

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
        drop_in(own, "School,Date,Present,Enrolled,Seated\n" + "".join(f"A,{day},190,200,180\n" for day in WEEK))
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
        assert plain(cover.options[1]) == "Every day from 16 Nov to 19 Nov at all 2 schools: where it has no row, nothing happened"
        cover.set_value("2026-11-16..2026-11-19")
        settled(own)
        assert "It replaces everything from 16 Nov to 19 Nov at all 2 schools, also where it has no rows." in said(own)
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
        files = [path.name for path in (made_up_home / "made-up spreadsheets").iterdir()]
        pages = [said(show(made_up, "loads"))]
        made_up.session_state["page"] = 2
        pages.append(said(made_up.run()))
        listed = [line.split("**")[1] for page in pages for line in page.splitlines() if "** · " in line]
        assert f"{len(files)} files count now." in said(made_up) and sorted(listed) == sorted(files)
        numbers = [int(button.label.split()[1]) for button in made_up.button if (button.key or "").startswith("load_")]
        assert numbers == sorted(numbers, reverse=True)

    def test_a_load_says_what_undoing_it_would_change_before_it_is_undone(self, made_up):
        ask_to_undo(made_up, 8)
        assert made_up.title[0].value == "attendance week of 16 Nov 2026.xlsx"
        assert "Daily attendance by school: 198 rows of this load would go, no older row would show again." in said(made_up)
        made_up.button(key="keep").click().run()
        assert "Undoing takes out all its rows" in said(made_up)

    def test_a_load_nobody_made_is_said_to_be_none(self, made_up):
        show(made_up, "loads", load="999")
        assert made_up.title[0].value == "There is no load 999"


def read_so(at: AppTest) -> AppTest:
    next(button for button in at.form_submit_button if button.label == "**Read it so**").click()
    return settled(at)


class TestReadDifferently:
    def test_a_row_left_out_by_hand_does_not_count(self, own):
        drop_in(own, ATTENDANCE)
        rows = ATTENDANCE.strip().count("\n")
        own.session_state["layout "] = True
        own.run()
        next(field for field in own.text_input if field.key == "leave ").set_value("2")
        next(button for button in own.button if button.key.startswith("FormSubmitter:layout form")).click()
        settled(own)
        assert counts(own)["New"] == str(rows - 1)

    def test_of_several_tables_one_can_be_left_out_and_taken_back(self, own):
        """Two schools' tables beside each other."""
        head, *lines = ATTENDANCE.strip().split("\n")
        adams, bell = ([line for line in lines if line.startswith(school)] for school in "AB")
        drop_in(own, "".join(f"{left},,{right}\n" for left, right in zip([head, *adams], [head, *bell], strict=True)))
        assert counts(own)["New"] == "10" and "Tables stand beside each other, in columns A-D and F-I; each was read by itself" in said(own)
        count(own, ["columns A-D"])
        assert counts(own)["New"] == "5" and "set aside: you left this table out" in said(own)
        count(own, ["columns A-D", "columns F-I"])
        assert counts(own)["New"] == "10"
        opened(own).radio(key="beside columns A-D").set_value("one")
        layout_said(own)
        assert [sheet.name for sheet in own.session_state[upload_parts.INTAKE].preview.sheets] == [""]

    def test_where_nobody_can_tell_whether_it_is_one_table_the_answer_reads_it(self, own):
        drop_in(own, "School,Date,Present,,School,Date,Enrolled\n" + "".join(f"A,{day},190,,A,{day},200\n" for day in WEEK))
        assert "Columns A-C and E-G have an empty column between them. Are they one table?" in said_or_asked(own) and "accept" not in [b.key for b in own.button]
        own.radio(key="answer beside:").set_value("one")
        next(button for button in own.form_submit_button if "answer" in button.label).click()
        settled(own)
        assert counts(own)["New"] == "5"


def said_or_asked(at: AppTest) -> str:
    return said(at) + "\n".join(plain(radio.label) for radio in at.radio)


def count(at: AppTest, tables: list[str]) -> None:
    """Say which tables of the sheet count, in the form of the first."""
    opened(at).pills(key="tables columns A-D").set_value(tables)
    layout_said(at)


def opened(at: AppTest) -> AppTest:
    at.session_state["layout columns A-D"] = True
    return at.run()


def layout_said(at: AppTest) -> None:
    next(button for button in at.button if button.key.startswith("FormSubmitter:layout form columns A-D")).click()
    settled(at)
