"""Saying better where the table is: its headings, rows that count and rows that do not, days across. Nothing starts over."""
from __future__ import annotations

import streamlit as st

from data.across import AS_ROWS
from data.blocks import Reading
from data.layout import ALL, BESIDE, HEADINGS, KEEP, LEAVE
from indicators import by_hand
from indicators.escape import escaped
from indicators.intake import Intake
from indicators.sheets import SheetRead
from pages import parts

ROWS_OFFERED = 200
BESIDE_WORDS = {Reading.ONE: "are one table", Reading.APART: "are tables of their own"}


def read_differently(taken: Intake, sheet: SheetRead) -> None:
    """What we guessed of one sheet's layout, each guess open to correction."""
    with st.expander("Read the rows differently", key=f"layout {sheet.name}", on_change="rerun") as opened:
        if not opened.open:
            return
        with st.form(f"layout form {sheet.name}"):
            said = {**_headings(sheet), **_rows(taken, sheet), **_across(taken, sheet), **_beside(sheet), **_tables(taken, sheet)}
            if st.form_submit_button("**Read it so**", icon=":material/check:"):
                taken.read(by_hand.read_so(said, taken.answers))
                st.rerun()


def _headings(sheet: SheetRead) -> dict[str, str]:
    begin, end = sheet.table.headings
    with st.container(horizontal=True):
        first = st.number_input("The headings begin in row", min_value=1, value=begin, step=1, key=f"first {sheet.name}", width=220)
        last = st.number_input("and end in row", min_value=1, value=end, step=1, key=f"last {sheet.name}", width=220)
    return {f"{HEADINGS}:{sheet.name}": "" if (first, last) == (begin, end) and not sheet.headings_said else by_hand.rows_said(first, last)}


def _rows(taken: Intake, sheet: SheetRead) -> dict[str, str]:
    table = sheet.table
    below = {aside.row: f"{aside.row}: {aside.text[:60]} ({aside.reason})" for aside in table.set_aside if aside.row > table.header_row}
    kept = [*table.kept]
    offered = [*dict.fromkeys([*kept, *below])][:ROWS_OFFERED]
    picked = st.multiselect("Rows set aside that do count", offered, default=kept, key=f"keep {sheet.name}",
                            format_func=lambda row: escaped(below.get(row, f"{row}")), placeholder="None") if offered else kept
    before = taken.answers.get(f"{LEAVE}:{sheet.name}", "")
    out = st.text_input("Rows to leave out", value="" if before == ALL else before, key=f"leave {sheet.name}", placeholder="for example 12, 40-44",
                        width=parts.READING_WIDTH // 2)
    return {f"{KEEP}:{sheet.name}": ",".join(map(str, picked)), f"{LEAVE}:{sheet.name}": out}


def _across(taken: Intake, sheet: SheetRead) -> dict[str, str]:
    key = f"{AS_ROWS}:{sheet.name}"
    if sheet.table.across is None and key not in taken.answers:
        return {}
    words = {"": "become rows", "no": "stay columns"}
    return {key: st.radio("Days, weeks or periods beside each other", [*words], index=[*words].index(taken.answers.get(key, "")), format_func=words.get,
                          key=f"across {sheet.name}", horizontal=True)}


def _beside(sheet: SheetRead) -> dict[str, str]:
    """Whether blocks of columns with an empty one between them are one table."""
    beside = sheet.table.beside
    if beside is None or beside.read == Reading.UNSURE:
        return {}
    picked = st.radio(f"Columns {beside}", [*BESIDE_WORDS], index=[*BESIDE_WORDS].index(beside.read), format_func=BESIDE_WORDS.get, key=f"beside {sheet.name}",
                      horizontal=True)
    return {f"{BESIDE}:{sheet.table.within}": str(picked)} if picked != beside.read else {}


def _tables(taken: Intake, sheet: SheetRead) -> dict[str, str]:
    """Which of several tables of the sheet count. Of one left out no other row need be named."""
    words = {table.name: table.words for table in sheet.tables}
    if not words:
        return {}
    counted = st.pills("Tables of this sheet that count", [*words], selection_mode="multi", default=[table.name for table in sheet.tables if table.counts],
                       format_func=lambda name: escaped(words[name]), key=f"tables {sheet.name}")
    back = {table.name for table in sheet.tables if not table.counts and table.name in counted and table.name != sheet.name}
    return {f"{LEAVE}:{name}": ALL for name in words if name not in counted} | {f"{LEAVE}:{name}": "" for name in back}
