"""The history of loads, and one load with its undo."""
from __future__ import annotations

import streamlit as st

from indicators import load_history
from indicators.escape import escaped
from indicators.load_history import LoadLine
from indicators.intake import Undoing
from indicators.phrases import count_words, sentence_case
from indicators.view import View
from indicators.words import several
from pages import frame, mend_parts, parts, tables, upload_parts

NOTHING_YET = "**Nothing was loaded yet.** What you upload is listed here, with who and when, and can be undone."
LOAD = "load"            # the query parameter that names one load
UNDOING = "undoing"      # session key: the load on its way out


def chosen() -> int | None:
    """The load the address names."""
    named = st.query_params.get(LOAD, "")
    return int(named) if named.isdigit() else None


def show_history(view: View) -> None:
    standing, ever = load_history.how_many(view)
    undone = f" {count_words(ever - standing, 'load')} {'was' if ever - standing == 1 else 'were'} undone." if ever > standing else ""
    lead = (f"**{sentence_case(several(standing, 'file counts', 'files count'))} now.**{undone} Newest first. "
            "Each file is kept as it came, and each can be undone.") if ever else NOTHING_YET
    with parts.page("Every upload that was accepted", "Loads", lead):
        if not ever:
            parts.link("Upload a spreadsheet →", "pages/upload.py")
            return
        place = st.container(gap="small")
        number = st.pagination(-(-ever // load_history.PAGE), key="page", bind="query-params") if ever > load_history.PAGE else 1
        with place:
            for load in load_history.page(view, number):
                _line(load)


def _line(load: LoadLine) -> None:
    """One load of the history: what, when, who, how much."""
    with st.container(border=True), st.container(horizontal=True, vertical_alignment="center"):
        undone = f" · :orange[**{escaped(load.undone)}**]" if load.undone else ""
        st.markdown(f"**{escaped(load.file)}** · {escaped(load.rows_words)}{undone}  \n"
                    f":small[:gray[{escaped(load.when)} · {escaped(load.by)} · {escaped(load.kinds)}]]", width="stretch")
        if st.button(f"Load {load.load_id} →", key=f"load_{load.load_id}", type="tertiary", help=f"What load {load.load_id} stored, and undo."):
            _go_to(load.load_id)


def no_such_load(load_id: int) -> None:
    with parts.page("Loads", f"There is no load {load_id}", "**The history does not have this number.** Look for it in the list."):
        _back()


def show_load(view: View, load: LoadLine) -> None:
    """One load: what it stored, and the way to withdraw it."""
    state = f"**It was {escaped(load.undone)}.** None of its rows count." if load.undone else f"**{escaped(load.rows_words)}.**"
    quiet = f"Load {load.load_id} · {escaped(load.when)} · by {escaped(load.by)}"
    with parts.page(quiet, escaped(load.file), f"{state} The file is kept as it came."):
        st.header("What it stored", anchor=False)
        tables.table(("Kind of spreadsheet", "Sheet", "Rows"), load_history.stored(frame.house().district, load.load_id),
                     alt="What this load stored: kind of spreadsheet, sheet, rows", counts=True)
        mend_parts.stayed_out(load)
        st.header("Undo", anchor=False)
        undoing = st.session_state.get(UNDOING)
        _undo(load, undoing if undoing and undoing.load_id == load.load_id else None)
        _back()


def _undo(load: LoadLine, undoing: Undoing | None) -> None:
    """Ask what it would change, say it, and do it only when that is confirmed."""
    if undoing and undoing.at_work:
        _wait(undoing)
    elif undoing and undoing.refused:
        for finding in undoing.refused:
            tables.finding_card(finding)
    elif not load.stands:
        st.markdown(f"**Load {load.load_id} is undone.** Every number it fed has been worked out again without it. "
                    "The same file can be uploaded again.")
    elif undoing:
        _confirm(load, undoing)
    else:
        st.markdown("Undoing takes out all its rows, as if it had never been loaded. You see first what that would change.")
        if st.button("Undo this load", key="undo"):
            st.session_state[UNDOING] = Undoing.of(frame.house(), load.load_id)
            st.rerun()


def _confirm(load: LoadLine, undoing: Undoing) -> None:
    with st.container(border=True):
        lines = [f"- {escaped(line)}" for line in load_history.undo_words(undoing.would_change)]
        st.markdown("\n".join([f"**If you undo load {load.load_id}:**", "", *lines]))
        by = upload_parts.who()
        with st.container(horizontal=True):
            if st.button(f"**Yes, undo load {load.load_id}**", icon=":material/check:", key="confirm"):
                if by:
                    undoing.confirm(frame.scope(), by=by, at=frame.now())
                    st.rerun()
                st.markdown(":orange[**Write your name above first.**]")
            if st.button("Keep it", type="tertiary", key="keep"):
                del st.session_state[UNDOING]
                st.rerun()


@st.fragment(run_every=0.5)
def _wait(undoing: Undoing) -> None:
    if not (job := undoing.at_work):
        st.rerun()
    st.markdown(f"**{escaped(job.words)} …**")


def _back() -> None:
    if st.button("← All loads", type="tertiary", key="all_loads"):
        _go_to(None)


def _go_to(load_id: int | None) -> None:
    st.session_state.pop(UNDOING, None)
    st.switch_page("pages/loads.py", query_params={} if load_id is None else {LOAD: str(load_id)})
