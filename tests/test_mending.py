"""Bad cells are mended: by answers, as the page gives them, or in the workbook that goes back to the uploader."""
from __future__ import annotations

from datetime import date

from hypothesis import given, settings, strategies as st
from tests.mending import CLEAN, MENDED, PERCENT, SPOILT, WIDE, load
from tests.understanding import LINCOLN, rows, scope, told, understood

from data import ledger
from data.finding import Level
from data.mended import BadRows, Why, answers_of


def bad(text: str, **how) -> BadRows:
    found = understood(text, **how).bad
    assert len(found) == 1
    return found[0]


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
        sha256 = district.store.value("select sha256 from load where load_id = ?", number)
        assert district.home.mended(sha256, number) == MENDED
