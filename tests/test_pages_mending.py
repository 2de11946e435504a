"""Rows that stay out are mended in the page, or taken away in a workbook and brought back."""
from __future__ import annotations

import io
from pathlib import Path

from openpyxl import load_workbook
from streamlit.testing.v1 import AppTest
from tests.uploading import ATTENDANCE, accept, drop_another, drop_in, own, said, served, settled, show

from indicators.to_mend import LEFT_OUT, ROW, ROWS_SHOWN, WHY
from pages import frame, upload_parts

__all__ = ["own", "served"]      # fixtures
SPOILT = ATTENDANCE.replace("B,2026-11-18,86,100", "B,2026-11-18,8O,100").replace("A,2026-11-20,190,200", "A,2026-11-20,290,200")      # rows 7 and 10


def edit(at: AppTest, rows: dict[int, dict]) -> AppTest:
    """Write in the cells of the table, by place among its rows, and have the file read with that."""
    at.session_state[at.data_editor[0].key] = {"edited_rows": rows, "added_rows": [], "deleted_rows": []}
    next(button for button in at.form_submit_button if "with these changes" in button.label).click()
    return settled(at)


def standing(home: Path) -> list[tuple]:
    return frame._house(str(home)).district.store.rows("select school, present, file_row, load_id from live_attendance order by school, date")


class TestMendingInThePage:
    def test_only_the_bad_rows_are_shown_with_their_numbers_and_reasons(self, own):
        drop_in(own, SPOILT)
        shown = own.data_editor[0].value
        assert [*shown.columns] == [ROW, WHY, "A", "B", "C", "D", LEFT_OUT]
        assert shown.values.tolist() == [
            [7, "Present: this is not a number", "B", "2026-11-18", "8O", "100", False],
            [10, "Present and Enrolled: more students present than enrolled", "A", "2026-11-20", "290", "200", False]]
        assert "You can accept now: these rows stay out until they are mended, here or later." in said(own)

    def test_mended_they_are_read_again_and_all_ten_rows_stand(self, own, empty_home):
        edit(drop_in(own, SPOILT), {0: {"C": "86"}, 1: {"C": "190"}})
        assert "**10 rows are ready.**" in said(own) and not own.data_editor
        assert "2 cells were mended by hand: row 7 Present '8O' is now '86'; row 10 Present '290' is now '190'" in said(own)
        accept(own)
        assert [row[:2] for row in standing(empty_home)] == [("A", 190)] * 5 + [("B", 86)] * 5

    def test_one_mended_the_other_is_still_shown_and_mended_after_it(self, own):
        edit(drop_in(own, SPOILT), {0: {"C": "86"}})
        assert own.data_editor[0].value[ROW].tolist() == [10] and "9 rows are ready, 1 needs you." in said(own)
        edit(own, {0: {"C": "190"}})
        assert "**10 rows are ready.**" in said(own)

    def test_a_row_may_be_left_out_for_good(self, own, empty_home):
        edit(drop_in(own, SPOILT), {0: {LEFT_OUT: True}, 1: {"C": "190"}})
        assert "9 rows are ready, 1 was set aside." in said(own) and "set aside: left out by hand" in said(own)
        assert len(standing(accept(own) and empty_home)) == 9

    def test_without_a_change_nothing_is_read_again_and_it_says_so(self, own):
        drop_in(own, SPOILT)
        next(button for button in own.form_submit_button if "with these changes" in button.label).click().run()
        assert "Nothing was changed yet." in said(own) and len(own.data_editor[0].value) == 2

    def test_a_file_without_bad_rows_has_nothing_to_mend(self, own):
        drop_in(own, ATTENDANCE)
        assert not own.data_editor and "Mend" not in said(own)

    def test_at_most_two_hundred_rows_are_mended_here(self, own):
        drop_in(own, ATTENDANCE + "".join(f"A,2026-{month:02}-{day:02},x,200\n" for month in range(1, 10) for day in range(1, 29)))
        assert len(own.data_editor[0].value) == ROWS_SHOWN
        assert "These are the first 200 of 252; the workbook has all." in said(own)


class TestGoodRowsFirst:
    def test_the_load_says_what_stayed_out_and_the_workbook_completes_it(self, own, empty_home):
        accept(drop_in(own, SPOILT))
        assert "2 rows stayed out." in said(own)
        name, workbook = own.session_state[upload_parts.INTAKE].to_mend
        assert name == "week 47 to mend.xlsx"
        show(own, "loads", load="2")
        refused = next(table.value for table in own.table if "What was wrong" in table.value.columns)
        assert refused.values.tolist() == [["Row 7", "Present", "This is not a number"],
                                           ["Row 10", "Present and Enrolled", "More students present than enrolled"]]
        book, saved = load_workbook(io.BytesIO(workbook)), io.BytesIO()
        book["rows to mend"]["E2"], book["rows to mend"]["E3"] = "86", 190
        book.save(saved)
        drop_another(own, saved.getvalue(), name=name)
        assert "**2 rows are ready.**" in said(own) and "These are rows that stayed out of week 47.csv, load 2" in said(own)
        accept(own)
        assert standing(empty_home) == [("A", 190, 2, 2), ("A", 190, 4, 2), ("A", 190, 6, 2), ("A", 190, 8, 2), ("A", 190, 3, 3),
                                        ("B", 86, 3, 2), ("B", 86, 5, 2), ("B", 86, 2, 3), ("B", 86, 9, 2), ("B", 86, 11, 2)]

    def test_a_load_without_refused_rows_says_nothing_of_it(self, own):
        accept(drop_in(own, ATTENDANCE))
        assert "stayed out" not in said(own)
        assert "What stayed out" not in said(show(own, "loads", load="2"))
