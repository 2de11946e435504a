"""Saying better where the table is: its headings, rows that count and rows that do not, days across. Nothing starts over."""
from __future__ import annotations

import streamlit as st

from data.across import AS_ROWS
from data.layout import HEADINGS, KEEP, LEAVE
from indicators.escape import escaped
from indicators.intake import Intake
from indicators.sheets import SheetRead
from pages import parts

ROWS_OFFERED = 200


def read_differently(taken: Intake, sheet: SheetRead) -> None:
    """What we guessed of one sheet's layout, each guess open to correction."""
    with st.expander("Read the rows differently", key=f"layout {sheet.name}", on_change="rerun") as opened:
        if not opened.open:
            return
        with st.form(f"layout form {sheet.name}"):
            said = {**_headings(sheet), **_rows(taken, sheet), **_across(taken, sheet)}
            if st.form_submit_button("**Read it so**", icon=":material/check:"):
                mine = {key.split(":", 1)[0] for key in said}
                others = {key: answer for key, answer in taken.answers.items() if not (key.partition(":")[0] in mine and key.partition(":")[2] == sheet.name)}
                taken.read(others | {key: answer for key, answer in said.items() if answer})
                st.rerun()


def _headings(sheet: SheetRead) -> dict[str, str]:
    last, count = sheet.table.header_row, sheet.table.heading_rows
    with st.container(horizontal=True):
        first = st.number_input("The headings begin in row", min_value=1, value=last - count + 1, step=1, key=f"first {sheet.name}", width=220)
        end = st.number_input("and end in row", min_value=1, value=last, step=1, key=f"last {sheet.name}", width=220)
    unchanged = (first, end) == (last - count + 1, last)
    return {f"{HEADINGS}:{sheet.name}": "" if unchanged and not sheet.headings_said else f"{first}-{end}" if end > first else f"{first}"}


def _rows(taken: Intake, sheet: SheetRead) -> dict[str, str]:
    table = sheet.table
    below = {aside.row: f"{aside.row}: {aside.text[:60]} ({aside.reason})" for aside in table.set_aside if aside.row > table.header_row}
    kept = [*table.kept]
    offered = [*dict.fromkeys([*kept, *below])][:ROWS_OFFERED]
    picked = st.multiselect("Rows set aside that do count", offered, default=kept, key=f"keep {sheet.name}",
                            format_func=lambda row: escaped(below.get(row, f"{row}")), placeholder="None") if offered else kept
    out = st.text_input("Rows to leave out", value=taken.answers.get(f"{LEAVE}:{sheet.name}", ""), key=f"leave {sheet.name}", placeholder="for example 12, 40-44",
                        width=parts.READING_WIDTH // 2)
    return {f"{KEEP}:{sheet.name}": ",".join(map(str, picked)), f"{LEAVE}:{sheet.name}": out}


def _across(taken: Intake, sheet: SheetRead) -> dict[str, str]:
    key = f"{AS_ROWS}:{sheet.name}"
    if sheet.table.across is None and key not in taken.answers:
        return {}
    words = {"": "become rows", "no": "stay columns"}
    return {key: st.radio("Days, weeks or periods beside each other", [*words], index=[*words].index(taken.answers.get(key, "")), format_func=words.get,
                          key=f"across {sheet.name}", horizontal=True)}
