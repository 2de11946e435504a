"""Bad cells are mended: by answers, as the page gives them, or in the workbook that goes back to the uploader."""
from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime

import pytest
from hypothesis import given, settings, strategies as st
from openpyxl import Workbook, load_workbook
from tests.understanding import LINCOLN, rows, scope, told, understood

from data import ledger
from data.finding import Level, Refused
from data.home import Home
from data.mended import BadRows, Original, Why, answers_of
from data.returned import returned_workbook
from data.store import Store
from indicators.district import District, Understood

AT = datetime(2026, 11, 21, 9, 0)
DAYS = [f"2026-11-{day}" for day in (16, 17, 18, 19, 20)]
CLEAN = "School,Date,Present,Enrolled\n" + "".join(f"A,{day},190,200\nB,{day},86,100\n" for day in DAYS)
SPOILT = CLEAN.replace("B,2026-11-18,86,100", "B,2026-11-18,8O,100").replace("A,2026-11-20,190,200", "A,2026-11-20,290,200")      # rows 7 and 10
MENDED = {"cell::7:C": "86", "cell::10:C": "190"}


def bad(text: str, **how) -> BadRows:
    found = understood(text, **how).bad
    assert len(found) == 1
    return found[0]


def read(district: District, content: str | bytes, name: str = "week 47.csv", **answers: str) -> Understood:
    upload = district.receive(content.encode() if isinstance(content, str) else content, name, by="R. Ortiz", at=AT)
    return district.understand(upload, answers)


def load(district: District, content: str | bytes, name: str = "week 47.csv", **answers: str) -> int:
    return district.accept(read(district, content, name, **answers), at=AT)


def to_mend(understood: Understood) -> bytes:
    upload, prepared = understood.upload, understood.prepared
    return returned_workbook(prepared.bad, prepared.mends or Original(upload.sha256, upload.name))


def edited(content: bytes, change: Callable[[Workbook], object]) -> bytes:
    """As a person does it: opened, changed, saved."""
    book, saved = load_workbook(io.BytesIO(content)), io.BytesIO()
    change(book)
    book.save(saved)
    return saved.getvalue()


def in_column(heading: str, texts: dict[int, object]) -> Callable[[Workbook], object]:
    """Write under a heading, in the rows that have these numbers in the first column."""
    def write(book: Workbook) -> None:
        for sheet in book.worksheets:
            at = next((cell.column for cell in sheet[1] if cell.value == heading), None)
            for row in sheet.iter_rows(min_row=2) if at and sheet.sheet_state == "visible" else ():
                if int(row[0].value) in texts:
                    row[at - 1].value = texts[int(row[0].value)]
    return write


def standing(district: District) -> list[tuple]:
    return district.store.rows("select school, date::varchar, present, enrolled from live_attendance order by school, date")


WIDE = "School,16 Nov 2026,17 Nov 2026,18 Nov 2026,19 Nov 2026,20 Nov 2026\n0052,91%,92%,9X%,94%,95%\n0120,90%,90%,90%,90%,90%\n"
PERCENT = {"values:": "attendance.percent"}      # what the cells of WIDE are

CLEAN_ROWS = sorted((line.split(",")[0], line.split(",")[1], int(line.split(",")[2]), int(line.split(",")[3])) for line in CLEAN.splitlines()[1:])


class TestWhatStaysOut:
    def test_each_row_says_where_what_is_wrong_and_what_it_says_now(self):
        found = bad(SPOILT)
        assert [(row.row, row.wrong) for row in found.rows] == [(7, {"C": "Present"}), (10, {"C": "Present", "D": "Enrolled"})]
        assert found.rows[0].cells == {"A": "B", "B": "2026-11-18", "C": "8O", "D": "100"}
        assert found.rows[0].why == (Why("Present", "this is not a number", "Write a plain number or leave the cell empty."),)

    def test_every_row_of_one_bad_text_is_named_not_only_the_first(self):
        assert [row.row for row in bad(CLEAN.replace("86,100", "8O,100")).rows] == [3, 5, 7, 9, 11]

    def test_rows_that_contradict_each_other_are_named_all(self):
        assert [row.row for row in bad(CLEAN + "A,2026-11-16,100,200\n").rows] == [2, 12]

    def test_so_are_those_of_two_sheets(self):
        found = understood(CLEAN, "School,Date,Present,Enrolled\nA,2026-11-16,100,200\n")
        assert [(one.sheet, [row.row for row in one.rows]) for one in found.bad] == [("1", [2]), ("2", [2])] and found.refused == 2

    def test_a_row_with_two_bad_cells_is_one_row(self):
        found = bad(CLEAN.replace("B,2026-11-18,86,100", "B,2026-11-98,8O,100"))
        assert [row.row for row in found.rows] == [7] and found.rows[0].wrong == {"B": "Date", "C": "Present"}
        assert [(why.where, why.problem) for why in found.rows[0].why] == [("Date", "this is not a date"), ("Present", "this is not a number")]

    def test_no_reason_quotes_a_cell_that_may_name_a_child(self):
        text = "School,Date,Student,Excused\nA,2026-11-16,Ada Lovelace,perhaps\n"
        assert [why.problem for why in bad(text).rows[0].why] == ["this is neither yes nor no"]


class TestMendingByAnswers:
    def test_a_mended_file_reads_as_if_it_had_come_so(self):
        mended, clean = understood(SPOILT, answers=MENDED), understood(CLEAN)
        assert mended.refused == 0 and mended.bad == ()
        assert [part.rows for part in mended.parts] == [part.rows for part in clean.parts] and scope(mended, "attendance") == scope(clean, "attendance")

    def test_it_says_what_was_mended(self):
        assert ("2 cells were mended by hand: row 7 Present '8O' is now '86'; row 10 Present '290' is now '190'. The file itself is kept as it came."
                in told(understood(SPOILT, answers=MENDED), Level.NOTE)[0])

    def test_what_was_mended_badly_stays_out_and_shows_what_it_says_now(self):
        assert bad(SPOILT, answers=MENDED | {"cell::7:C": "9O"}).rows[0].cells["C"] == "9O"

    def test_a_row_left_out_for_good_is_set_aside_with_the_reason(self):
        found = understood(SPOILT, answers={"row::7": "out", "cell::10:C": "190"})
        assert found.refused == 0 and [(aside.row, aside.reason) for aside in found.set_aside] == [(7, "left out by hand")]
        assert len(rows(found, "attendance", "school")) == 9

    def test_of_two_rows_that_contradict_each_other_one_may_be_left_out(self):
        found = understood(CLEAN + "A,2026-11-16,100,200\n", answers={"row::12": "out"})
        assert found.refused == 0 and ("A", 190) in rows(found, "attendance", "school", "present")

    def test_an_answer_for_another_sheet_or_no_cell_at_all_mends_nothing_and_the_second_is_said(self):
        found = understood(SPOILT, answers={"cell:other:7:C": "86", "cell::99:C": "86", "cell::7:Z": "1"})
        assert found.refused == 2
        assert "there is no row 99 C, column Z in this table, so nothing was mended there" in " ".join(told(found, Level.WARN))

    def test_it_teaches_nothing_about_other_files(self):
        assert understood(SPOILT, answers=MENDED).lessons == ()

    def test_days_across_are_mended_cell_by_cell_and_the_good_days_of_a_row_stand(self):
        found = bad(WIDE, schools=LINCOLN, answers=PERCENT)
        row = found.rows[0]
        assert (row.row, row.wrong, row.made_of) == (2, {"D": "18 Nov 2026"}, ("D",))
        mended = understood(WIDE, schools=LINCOLN, answers=PERCENT | {"cell::2:D": "93%"})
        assert ("0052", date(2026, 11, 18), 93.0) in rows(mended, "attendance", "school", "date", "percent") and mended.refused == 0
        left_out = understood(WIDE, schools=LINCOLN, answers=PERCENT | answers_of(found, {}, {2}))
        assert len(rows(left_out, "attendance", "school")) == 9 and left_out.refused == 0

    @given(st.dictionaries(st.tuples(st.integers(2, 11), st.sampled_from("ABCD")),
                           st.sampled_from(["8O", "x", "-5", "", "1.5", "=1+1", "2026-13-40", "999999", "n/a"]), max_size=8))
    @settings(deadline=None, max_examples=60)
    def test_mending_every_spoilt_cell_with_its_true_text_gives_the_rows_of_the_clean_file(self, spoilt):
        lines = [line.split(",") for line in CLEAN.splitlines()]
        true = {f"cell::{row}:{column}": lines[row - 1]["ABCD".index(column)] for row, column in spoilt}
        for (row, column), text in spoilt.items():
            lines[row - 1]["ABCD".index(column)] = text
        mended, clean = understood("\n".join(map(",".join, lines)) + "\n", answers=true), understood(CLEAN)
        if any(not any(line) for line in lines):
            return          # a row without a single cell is no row of the sheet any more
        names = ("school", "date", "present", "enrolled", "file_row")
        assert rows(mended, "attendance", *names) == rows(clean, "attendance", *names) and mended.refused == 0


class TestTheWorkbookThatGoesBack:
    def test_it_has_the_original_headings_and_rows_with_numbers_and_reasons(self, district):
        book = load_workbook(io.BytesIO(to_mend(read(district, SPOILT))))
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
        book = load_workbook(io.BytesIO(to_mend(read(district, spoilt, **{"source": "attendance", "column::attendance.enrolled": "D"}))))
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert {cell.data_type for cell in cells} == {"s"} and {cell.number_format for cell in cells} == {"@"} and all(cell.quotePrefix for cell in cells)
        assert text in [cell.value for cell in cells]

    def test_mended_and_uploaded_it_completes_the_load(self, district):
        first = read(district, SPOILT)
        workbook = to_mend(first)
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
        workbook = to_mend(read(district, by_grade))
        load(district, by_grade)
        load(district, edited(workbook, in_column("Present", {3: "10"})), "mended.xlsx")
        assert district.store.rows("select grade, present from live_attendance order by 1") == [("1", 10), ("2", 20), ("K", 19)]

    def test_before_the_good_rows_were_accepted_it_says_what_to_do_first(self, district):
        workbook = to_mend(read(district, SPOILT))
        with pytest.raises(Refused, match=r"these are rows of week 47.csv, and that file is not loaded. Upload week 47.csv first and accept its good rows"):
            read(district, workbook, "mended.xlsx")

    def test_what_is_still_wrong_stays_out_and_comes_back_once_more(self, district):
        first = read(district, SPOILT)
        workbook = to_mend(first)
        district.accept(first, at=AT)
        second = read(district, edited(workbook, in_column("Present", {7: "86"})), "mended.xlsx")
        assert (second.prepared.rows, second.prepared.refused) == (1, 1)
        again = to_mend(second)
        number = district.accept(second, at=AT)
        assert ledger.refused(district.store, number) == [("rows to mend", 3, "Present and Enrolled", "more students present than enrolled")]
        load(district, edited(again, in_column("Present", {10: "190"})), "mended once more.xlsx")
        assert standing(district) == CLEAN_ROWS

    def test_a_row_deleted_in_it_is_left_out_and_the_other_of_the_two_stands(self, district):
        first = read(district, CLEAN + "A,2026-11-16,100,200\n")
        workbook = to_mend(first)
        district.accept(first, at=AT)
        load(district, edited(workbook, lambda book: book["rows to mend"].delete_rows(3)), "mended.xlsx")
        assert standing(district) == CLEAN_ROWS

    def test_a_date_that_only_the_whole_file_explains_is_read_as_in_the_whole_file(self, district):
        text = "School,Date,Present,Enrolled\nA,25/11/2025,190,200\nA,26/11/2025,190,200\nA,03/12/2025,19O,200\n"
        first = read(district, text)
        workbook = to_mend(first)
        district.accept(first, at=AT)
        load(district, edited(workbook, in_column("Present", {4: "190"})), "mended.xlsx")
        assert [row[1] for row in standing(district)] == ["2025-11-25", "2025-11-26", "2025-12-03"]

    def test_two_visits_on_one_day_stay_two_when_one_of_them_was_mended(self, district):
        visits = "School,Visit date,Coach,Minutes\nA,2026-11-16,Dana,30\nA,2026-11-16,Dana,4O\nA,2026-11-17,Dana,20\n"
        first = read(district, visits, "visits.csv")
        workbook = to_mend(first)
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
        workbook = to_mend(first)
        district.accept(first, at=AT)
        only = edited(workbook, in_column("18 Nov 2026", {2: "93%"}))
        assert read(district, only, "mended.xlsx").prepared.parts[0].rows["percent"].to_pylist() == [93.0]
        also = read(district, edited(only, in_column("20 Nov 2026", {2: "97%"})), "mended.xlsx")
        assert (also.total("new"), also.total("changed"), also.total("unchanged")) == (1, 1, 3)

    def test_a_new_row_in_it_is_told_and_left_out(self, district):
        first = read(district, SPOILT)
        workbook = to_mend(first)
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
        workbook = to_mend(first)
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
        workbook = to_mend(first)
        with_home.accept(first, at=AT)
        load(with_home, edited(workbook, in_column("Present", true)), "mended.xlsx")
        assert standing(with_home) == CLEAN_ROWS
        with_home.close()


class TestTheLedger:
    def test_it_keeps_where_rows_stayed_out_and_why_but_no_cell(self, district):
        number = load(district, SPOILT)
        assert ledger.refused(district.store, number) == [("", 7, "Present", "this is not a number"),
                                                          ("", 10, "Present and Enrolled", "more students present than enrolled")]

    def test_at_most_the_first_thousand(self, district):
        days = [date.fromordinal(date(2020, 1, 1).toordinal() + at) for at in range(1100)]
        number = load(district, CLEAN + "".join(f"A,{day},x,200\n" for day in days))
        assert len(ledger.refused(district.store, number)) == ledger.REFUSED_KEPT
        assert district.store.value("select refused from load where load_id = ?", number) == 1100

    def test_the_answers_that_mended_it_are_kept_with_the_load(self, district):
        number = load(district, SPOILT, **MENDED)
        assert '"cell::7:C": "86"' in district.store.value("select detail from event where number = ?", number)


def to_mend_from(district: District) -> bytes:
    return to_mend(read(district, SPOILT + "\n", "the same but for a line.csv"))


def fresh(tmp_path_factory) -> District:
    return District(Home(tmp_path_factory.mktemp("district") / "home").ensure(), Store.open())
