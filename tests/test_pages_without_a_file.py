"""Upload for those who have no file: rows pasted from the clipboard, and a blank workbook of ours."""
from __future__ import annotations

import io

import openpyxl
from streamlit.testing.v1 import AppTest
from tests.test_blank import MONDAY, filled
from tests.test_pages_intake import counts, rate
from tests.uploading import ATTENDANCE, accept, drop_another, drop_in, made_up, own, said, served, settled, show, standing_loads

from data.blank import SCHOOLS
from data.schools import SchoolList
from data.source import SHIPPED, read_source
from indicators.intake import blank, by_need
from indicators.view import View
from pages import frame, upload_parts

__all__ = ["made_up", "own", "served"]      # fixtures


class TestRowsWithoutAFile:
    COPIED = ATTENDANCE.replace(",", "\t")

    def test_pasted_rows_go_the_way_of_a_file(self, own, empty_home):
        paste(own, self.COPIED)
        assert own.title[0].value == "pasted rows 2026-11-21 09.00.txt" and counts(own)["New"] == "10"
        accept(own)
        assert rate(empty_home, "A") == (950, 1000)
        own.button(key="another").click().run()
        assert own.text_area[0].value == ""

    def test_a_copied_cell_of_several_lines_stays_one_cell(self, own):
        paste(own, 'School\tVisit date\tCoach\tFocus\nA\t2026-11-16\tDana\t"Hallways,\nthen ""exit tickets"""\nB\t2026-11-17\tDana\t\n')
        assert "2 rows are ready." in said(own)

    def test_they_wait_until_their_sender_has_a_name(self, own):
        paste(own, self.COPIED, by="", wait=False)
        assert "Write your name above" in said(own) and upload_parts.INTAKE not in own.session_state
        assert own.text_area[0].value == self.COPIED
        paste(own, self.COPIED)
        assert counts(own)["New"] == "10"

    def test_nothing_pasted_is_said_to_be_nothing(self, own):
        paste(own, "  ", wait=False)
        assert "There are no rows yet." in said(own) and upload_parts.INTAKE not in own.session_state

    def test_without_headings_nothing_is_taken_from_them(self, own, empty_home):
        paste(own, "".join(self.COPIED.splitlines(keepends=True)[1:]))
        assert "accept" not in [button.key for button in own.button] and standing_loads(empty_home) == 0


class TestStartingFromOurs:
    def test_what_nobody_exports_is_offered_first(self, own):
        show(own, "upload")
        kinds = own.selectbox(key="blank_kind").options
        assert kinds[:3] == ["Classroom walkthroughs", "Coaching visits by senior directors", "Contacts with families of absent students"]
        assert len(kinds) == len([*SHIPPED.glob("*.toml")]) and own.download_button[0].label == "Download a blank workbook"

    def test_it_offers_the_schools_of_the_view_and_is_made_once_for_each(self, made_up):
        view = seen()
        made = blank(view, "walkthroughs")
        sheet = openpyxl.load_workbook(io.BytesIO(made))[SCHOOLS]
        assert [cell.value for cell in sheet["B"][2:]] == [code for (code,) in view.tables.rows("select school_id from school order by name")]
        assert blank(view, "walkthroughs") is made and blank(view, "coaching_visits") is not made

    def test_a_school_that_joins_the_list_is_in_the_next_one(self, own):
        before = blank(seen(), "walkthroughs")
        accept(drop_in(own, "School Code,School Name\nA,Adams\nB,Bell\n", name="schools.csv"))
        assert SCHOOLS not in openpyxl.load_workbook(io.BytesIO(before)).sheetnames
        assert [cell.value for cell in openpyxl.load_workbook(io.BytesIO(blank(seen(), "walkthroughs")))[SCHOOLS]["A"][2:]] == ["Adams", "Bell"]

    def test_filled_in_and_dropped_it_is_ready_to_accept(self, own, empty_home):
        accept(drop_in(own, "School Code,School Name\nA,Adams\nB,Bell\n", name="schools.csv"))
        rows = [("Adams", MONDAY, "Room 12", "M. Lopez", "yes", None), ("Bell", MONDAY, "Room 3", "K. Chen", "no", None)]
        source = read_source(SHIPPED / "walkthroughs.toml")
        drop_another(own, filled(source, rows, SchoolList({"A": "Adams", "B": "Bell"})), name="walkthroughs.xlsx")
        assert "2 rows are ready" in said(own) and "set aside: a title" in said(own)
        accept(own)
        store = frame._house(str(empty_home)).district.store
        assert store.rows("select school, teacher, feedback_given from live_walkthroughs order by school") == [("A", "Room 12", True), ("B", "Room 3", False)]

    def test_kinds_go_from_logs_to_lists(self, made_up):
        assert [source.name for source in by_need(seen())][-4:] == ["caseloads", "goals", "school_calendar", "schools"]


def paste(at: AppTest, rows: str, by: str = "R. Ortiz", *, wait: bool = True) -> AppTest:
    """Put copied rows into the page, press its button, and wait until they are read."""
    show(at, "upload")
    at.text_input(key="your_name").set_value(by)
    at.text_area[0].set_value(rows)
    at.button(key="read_pasted").click()
    return settled(at) if wait else at.run()


def seen() -> View:
    """The view that the page has."""
    return frame.house().view(frame.scope(), frame.as_of())
