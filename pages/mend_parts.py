"""Mending the rows that stay out: in the page, or in a workbook that comes back. Draws what `indicators.to_mend` worked out."""
from __future__ import annotations

import pandas as pd
import streamlit as st

from data.mended import MOST_ROWS
from indicators import load_history, to_mend
from indicators.escape import escaped
from indicators.intake import Intake
from indicators.load_history import LoadLine
from indicators.phrases import count_words
from indicators.to_mend import LEFT_OUT, ROW, ROWS_SHOWN, WHY, ToMend
from indicators.uploading import Preview
from pages import frame, parts, tables

IN_A_WORKBOOK = ("The workbook has these rows with their numbers and what is wrong beside them. Accept the good rows first, mend the others "
                 "in it and upload it here: that completes the load.")

WHY_WIDTH, TWO_LINES = 200, 72      # pixels; from about twice the usual height on, what is wrong wraps
LISTED = 50                 # refused rows on a load's page


def mend(taken: Intake, preview: Preview) -> None:
    """The bad rows alone, to be edited here, and the way to do it elsewhere. Nothing before every question is answered."""
    prepared = preview.understood.prepared
    bad = to_mend.how_many(prepared)
    if not bad or prepared.questions:
        return
    st.subheader(f"Mend {'it' if bad == 1 else 'them'} here", anchor=False)
    _in_the_page(taken, to_mend.to_mend(prepared), bad)
    st.subheader("Or in a workbook", anchor=False)
    st.markdown(IN_A_WORKBOOK)
    st.download_button("Download the rows to mend", data=preview.understood.to_mend, key="to_mend", on_click="ignore",
                       file_name=preview.understood.name_to_mend, mime=parts.WORKBOOK)


def _in_the_page(taken: Intake, tables: list[ToMend], bad: int) -> None:
    whole = f"the first {MOST_ROWS:,}" if bad > MOST_ROWS else "all"
    more = f" These are the first {ROWS_SHOWN:,} of {bad:,}; the workbook has {whole}." if bad > ROWS_SHOWN else ""
    st.markdown(f"Change what is wrong, or tick the rows you leave out for good. The file itself is kept as it came.{more}")
    read = hash(frozenset(taken.answers.items()))        # what was edited belongs to this reading of the file alone
    with st.form("mend"):
        edited = [(table, _editor(table, f"mend {table.sheet} {read}", named=len(tables) > 1)) for table in tables]
        if st.form_submit_button("**Read it with these changes**", icon=":material/check:", key="mend_read"):
            changed = {key: text for table, rows in edited for key, text in to_mend.changes(table, rows).items()}
            if changed:
                taken.read(taken.answers | changed)
                st.rerun()
            st.markdown(":orange[**Nothing was changed yet.**] Click a cell to write in it.")


def _editor(table: ToMend, key: str, *, named: bool) -> pd.DataFrame:
    """The row's number and what is wrong with it stay as they are; every other cell is text."""
    if named:
        parts.say_quietly(f"Sheet “{escaped(table.sheet)}”")
    columns = {ROW: st.column_config.NumberColumn("Row", disabled=True, pinned=True, width=60, format="plain"),
               WHY: st.column_config.TextColumn("What is wrong", disabled=True, width=WHY_WIDTH),
               LEFT_OUT: st.column_config.CheckboxColumn("Leave out", width=90)}
    columns |= {letter: st.column_config.TextColumn(heading, width=130) for letter, heading in table.headings.items()}
    return st.data_editor(table.rows, key=key, hide_index=True, num_rows="fixed", column_config=columns, row_height=TWO_LINES,
                          alt=f"{count_words(len(table.rows), 'row')} to mend: row number, what is wrong, and the cells as they were read")


def still_to_mend(taken: Intake, load: LoadLine) -> None:
    """After the good rows were accepted: the others, to take away."""
    if taken.to_mend:
        name, workbook = taken.to_mend
        st.markdown(f"**{count_words(load.refused, 'row')} stayed out.** Mend {'it' if load.refused == 1 else 'them'} in this workbook and upload it here: "
                    "that completes the load.")
        st.download_button("Download the rows to mend", data=workbook, key="to_mend", on_click="ignore", file_name=name, mime=parts.WORKBOOK)


def stayed_out(load: LoadLine) -> None:
    """On a load's own page: which of its rows were refused, and why. Their cells are in the file alone."""
    if not load.refused:
        return
    rows = load_history.stayed_out(frame.house().district, load.load_id)
    st.header("What stayed out", anchor=False)
    if not rows:
        st.markdown(f"{count_words(load.refused, 'row')}. Which ones was not kept yet when this was loaded.")
        return
    tables.table(("Where", "Column", "What was wrong"), rows[:LISTED], alt="Rows of the file that were refused: where and why")
    if load.refused > LISTED:
        parts.say_quietly(f"The first {LISTED:,} of {load.refused:,}.")
