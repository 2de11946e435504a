"""The workbook with the rows to mend: it goes back to the uploader, is mended, and completes the load."""
from __future__ import annotations

import io

import pytest
from hypothesis import given, settings, strategies as st
from openpyxl import load_workbook
from tests.mending import AT, CLEAN, CLEAN_ROWS, PERCENT, SPOILT, WIDE, edited, in_column, load, read, standing
from tests.understanding import told

from data import ledger
from data.finding import Level, Refused
from data.home import Home
from data.store import Store
from indicators.district import District


class TestTheWorkbookThatGoesBack:
    def test_it_has_the_original_headings_and_rows_with_numbers_and_reasons(self, district):
        book = load_workbook(io.BytesIO(read(district, SPOILT).to_mend()))
        sheet = book["rows to mend"]
        assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
            ["Row in your file", "What is wrong, what to do", "School", "Date", "Present", "Enrolled"],
            ["7", "Present: This is not a number. Write a plain number or leave the cell empty.", "B", "2026-11-18", "8O", "100"],
            ["10", "Present and Enrolled: More students present than enrolled. Check that the two columns are not swapped.", "A", "2026-11-20", "290", "200"]]
        assert sheet["E2"].comment.text.startswith("Present: This is not a number") and sheet["E2"].fill.fgColor.rgb == "00F8DCC0"
        assert sheet["C2"].comment is None and book["as it came"].sheet_state == "hidden"

    @pytest.mark.parametrize("text", ["=1+1", "+1+1", "-x", "@SUM(A1)", '=HYPERLINK("http://x.example")', "=cmd|' /C calc'!A0"])
    def test_no_cell_of_it_is_a_formula_and_each_keeps_its_text(self, district, text):
        spoilt = CLEAN.replace("B,2026-11-18,86,100", f'B,2026-11-18,"{text.replace(chr(34), chr(34) * 2)}",100').replace("Enrolled", "=Enrolled")
        book = load_workbook(io.BytesIO(read(district, spoilt, **{"source": "attendance", "column::attendance.enrolled": "D"}).to_mend()))
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert {cell.data_type for cell in cells} == {"s"} and {cell.number_format for cell in cells} == {"@"} and all(cell.quotePrefix for cell in cells)
        assert text in [cell.value for cell in cells]

    def test_mended_and_uploaded_it_completes_the_load(self, district):
        first = read(district, SPOILT)
        workbook = first.to_mend()
        number = district.accept(first, at=AT)
        assert len(standing(district)) == 8
        second = read(district, edited(workbook, in_column("Present", {7: "86", 10: 190})), "mended.xlsx")
        assert (second.total("new"), second.total("changed"), second.total("gone"), second.prepared.refused) == (2, 0, 0, 0)
        load_2 = district.accept(second, at=AT)
        assert standing(district) == CLEAN_ROWS
        where = district.store.rows("""select l.file_name, sheet, file_row, present from live_attendance r join load l using (load_id)
            join load_part p on p.load_id = r.load_id and p.part = r.part where r.load_id = ? order by file_row""", load_2)
        assert where == [("mended.xlsx", "rows to mend", 2, 86), ("mended.xlsx", "rows to mend", 3, 190)]
        district.undo(load_2, by="R. Ortiz", at=AT)
        assert len(standing(district)) == 8
        load_3 = load(district, edited(workbook, in_column("Present", {7: "86", 10: "190"})), "mended again.xlsx")
        district.undo(number, by="R. Ortiz", at=AT)
        assert standing(district) == sorted(row for row in CLEAN_ROWS if row[:2] in (("B", "2026-11-18"), ("A", "2026-11-20")))
        district.undo(load_3, by="R. Ortiz", at=AT)
        assert standing(district) == []

    def test_the_good_rows_of_the_same_school_and_day_are_never_gone(self, district):
        by_grade = "School,Date,Grade,Present,Enrolled\nA,2026-11-16,K,19,20\nA,2026-11-16,1,1O,20\nA,2026-11-16,2,20,20\n"
        workbook = read(district, by_grade).to_mend()
        load(district, by_grade)
        load(district, edited(workbook, in_column("Present", {3: "10"})), "mended.xlsx")
        assert district.store.rows("select grade, present from live_attendance order by 1") == [("1", 10), ("2", 20), ("K", 19)]

    def test_before_the_good_rows_were_accepted_it_says_what_to_do_first(self, district):
        workbook = read(district, SPOILT).to_mend()
        with pytest.raises(Refused, match=r"these are rows of week 47.csv, and that file is not loaded. Upload week 47.csv first and accept its good rows"):
            read(district, workbook, "mended.xlsx")

    def test_what_is_still_wrong_stays_out_and_comes_back_once_more(self, district):
        first = read(district, SPOILT)
        workbook = first.to_mend()
        district.accept(first, at=AT)
        second = read(district, edited(workbook, in_column("Present", {7: "86"})), "mended.xlsx")
        assert (second.prepared.rows, second.prepared.refused) == (1, 1)
        again = second.to_mend()
        number = district.accept(second, at=AT)
        assert ledger.refused(district.store, number) == [("rows to mend", 3, "Present and Enrolled", "more students present than enrolled")]
        load(district, edited(again, in_column("Present", {10: "190"})), "mended once more.xlsx")
        assert standing(district) == CLEAN_ROWS

    def test_a_row_deleted_in_it_is_left_out_and_the_other_of_the_two_stands(self, district):
        first = read(district, CLEAN + "A,2026-11-16,100,200\n")
        workbook = first.to_mend()
        district.accept(first, at=AT)
        load(district, edited(workbook, lambda book: book["rows to mend"].delete_rows(3)), "mended.xlsx")
        assert standing(district) == CLEAN_ROWS

    def test_a_date_that_only_the_whole_file_explains_is_read_as_in_the_whole_file(self, district):
        text = "School,Date,Present,Enrolled\nA,25/11/2025,190,200\nA,26/11/2025,190,200\nA,03/12/2025,19O,200\n"
        first = read(district, text)
        workbook = first.to_mend()
        district.accept(first, at=AT)
        load(district, edited(workbook, in_column("Present", {4: "190"})), "mended.xlsx")
        assert [row[1] for row in standing(district)] == ["2025-11-25", "2025-11-26", "2025-12-03"]

    def test_two_visits_on_one_day_stay_two_when_one_of_them_was_mended(self, district):
        visits = "School,Visit date,Coach,Minutes\nA,2026-11-16,Dana,30\nA,2026-11-16,Dana,4O\nA,2026-11-17,Dana,20\n"
        first = read(district, visits, "visits.csv")
        workbook = first.to_mend()
        district.accept(first, at=AT)
        second = read(district, edited(workbook, in_column("Minutes", {3: "40"})), "mended.xlsx")
        assert (second.total("new"), second.total("changed")) == (1, 0)
        number = district.accept(second, at=AT)
        minutes = "select minutes from live_coaching_visits order by date, minutes"
        assert district.store.rows(minutes) == [(30,), (40,), (20,)]
        district.undo(number, by="R. Ortiz", at=AT)
        assert district.store.rows(minutes) == [(30,), (20,)]

    def test_a_good_day_beside_a_bad_one_comes_only_when_it_was_changed_too(self, district):
        load(district, "School Code,School Name\n0052,Lincoln\n0120,Bell\n", "schools.csv")
        first = read(district, WIDE, **PERCENT)
        workbook = first.to_mend()
        district.accept(first, at=AT)
        only = edited(workbook, in_column("18 Nov 2026", {2: "93%"}))
        assert read(district, only, "mended.xlsx").prepared.parts[0].rows["percent"].to_pylist() == [93.0]
        also = read(district, edited(only, in_column("20 Nov 2026", {2: "97%"})), "mended.xlsx")
        assert (also.total("new"), also.total("changed"), also.total("unchanged")) == (1, 1, 3)

    def test_a_new_row_in_it_is_told_and_left_out(self, district):
        first = read(district, SPOILT)
        workbook = first.to_mend()
        district.accept(first, at=AT)
        more = read(district, edited(workbook, lambda book: book["rows to mend"].append(["", "", "A", "2026-11-23", "190", "200"])), "mended.xlsx")
        assert "Row 4: this row is none of those that were returned, so it is left out. Put new rows into a file of their own." in told(more.prepared, Level.WARN)

    def test_without_its_hidden_sheet_it_is_no_file_of_its_own(self, district):
        load(district, SPOILT)
        lone = edited(to_mend_from(district), lambda book: book.remove(book["as it came"]))
        with pytest.raises(Refused, match="the hidden sheet that says of which file is gone"):
            read(district, lone, "mended.xlsx")

    def test_a_file_mended_in_the_page_and_accepted_is_completed_from_there(self, district):
        first = read(district, SPOILT, **{"cell::7:C": "86"})
        workbook = first.to_mend()
        district.accept(first, at=AT)
        load(district, edited(workbook, in_column("Present", {10: "190"})), "mended.xlsx")
        assert standing(district) == CLEAN_ROWS

    @given(st.dictionaries(st.integers(2, 11), st.sampled_from(["8O", "x", "-5", "1.5", "=1+1", "'7", " 8 8 8 x"]), min_size=1, max_size=9))
    @settings(deadline=None, max_examples=6)
    def test_however_many_are_bad_the_mended_workbook_gives_the_rows_of_the_clean_file(self, tmp_path_factory, spoilt):
        with_home = fresh(tmp_path_factory)
        lines = [line.split(",") for line in CLEAN.splitlines()]
        true = {row: lines[row - 1][2] for row in spoilt}
        for row, text in spoilt.items():
            lines[row - 1][2] = text
        first = read(with_home, "\n".join(map(",".join, lines)) + "\n")
        workbook = first.to_mend()
        with_home.accept(first, at=AT)
        load(with_home, edited(workbook, in_column("Present", true)), "mended.xlsx")
        assert standing(with_home) == CLEAN_ROWS
        with_home.close()

    def test_a_column_or_a_sheet_that_was_moved_is_said_and_nothing_is_mended(self, district):
        load(district, SPOILT)
        for change in (lambda book: book["rows to mend"].insert_cols(4), lambda book: book["rows to mend"].delete_cols(1),
                       lambda book: setattr(book["rows to mend"], "title", "mine")):
            with pytest.raises(Refused, match="is not where it was in the workbook that Headway gave you"):
                read(district, edited(to_mend_from(district), change), "mended.xlsx")


def to_mend_from(district: District) -> bytes:
    return read(district, SPOILT + "\n", "the same but for a line.csv").to_mend()


def fresh(tmp_path_factory) -> District:
    return District(Home(tmp_path_factory.mktemp("district") / "home").ensure(), Store.open())
