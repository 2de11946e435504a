"""The steps of an upload: choose a file, wait, see what it would change, and what came of it."""
from __future__ import annotations

import streamlit as st

from data.jobs import Job
from data.receive import MAX_NAME
from indicators import load_history
from indicators.escape import escaped
from indicators.intake import Intake, blank, by_need, pasted_name
from indicators.phrases import count_words
from indicators.view import View
from pages import frame, inbox_parts, mend_parts, new_kind_parts, parts, tables

INTAKE, CHOSEN = "intake", "files_chosen"       # session keys: the file on its way in; how many came before it
LARGEST_MB = 100
LONGEST_NAME = 60
PASTE_HEIGHT = 160


def intake() -> Intake | None:
    """The file this session is about to load."""
    return st.session_state.get(INTAKE)


def forget() -> None:
    """Make room for another file: the uploader forgets what it held."""
    st.session_state.pop(INTAKE, None)
    st.session_state[CHOSEN] = st.session_state.get(CHOSEN, 0) + 1


def who() -> str:
    """The name that goes with everything this session loads or undoes."""
    name = st.text_input("Your name", key="your_name", max_chars=LONGEST_NAME, persist_state="session", width=360,
                         placeholder="kept with each load, for example R. Ortiz")
    return " ".join((name or "").split())


def choose(view: View) -> None:
    """Step 1: who you are and which file."""
    lead = "**Drop in the spreadsheet you already have.** No column needs renaming, and nothing is saved until you have seen what it would change."
    with parts.page("Upload · step 1 of 3: choose a file", "Upload a spreadsheet", lead), st.container(width=parts.READING_WIDTH):
        by = who()
        file = st.file_uploader("Spreadsheet", key=f"file_{st.session_state.get(CHOSEN, 0)}", max_upload_size=LARGEST_MB)
        parts.say_quietly(f"Excel, OpenDocument or text (.xlsx, .xls, .xlsb, .ods, .csv), also as .zip or .gz, up to {LARGEST_MB} MB. For a larger one run "
                          "`python -m data load FILE` on the computer Headway runs on.")
        if file:
            take(file.getvalue(), file.name[-MAX_NAME:], by, f"{escaped(file.name)} is read")
        inbox_parts.waiting(by, INTAKE)
        paste(by)
        start_from_ours(view)
        st.header("What we can read", anchor=False)
        st.markdown(f"{escaped(' · '.join(source.label for source in view.sources))}. A sheet may have titles above its headings, totals below, "
                    "and its columns in any order.")
        parts.link("Which columns each of them needs →", "pages/dictionary.py", show="Spreadsheets")


def take(content: bytes, name: str, by: str, then: str) -> None:
    """Have it read, once there is a name that goes with it."""
    if by:
        st.session_state[INTAKE] = Intake.of(frame.house(), content, name, by=by, at=frame.now())
        st.rerun()
    st.markdown(f":orange[**Write your name above**], then {then}.")


def paste(by: str) -> None:
    """Rows copied from a spreadsheet go the way of a file."""
    with st.expander("Paste rows instead"):
        rows = st.text_area("Rows copied from a spreadsheet, with their headings", key=f"pasted_{st.session_state.get(CHOSEN, 0)}",
                            height=PASTE_HEIGHT)
        if not st.button("Read these rows", key="read_pasted"):
            return
        if rows.strip():
            take(rows.encode(), pasted_name(frame.now()), by, "press the button again")
        else:
            st.markdown(":orange[**There are no rows yet.**] Copy them in the spreadsheet, headings included, and paste them above.")


def start_from_ours(view: View) -> None:
    """A blank workbook for what nobody exports."""
    st.header("No file? Start from ours", anchor=False)
    st.markdown("For what nobody exports, such as visits and calls: a workbook with headings, lists to choose from and what each column means. "
                "Fill it in and drop it here.")
    labels = {source.name: source.label for source in by_need(view)}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.selectbox("Kind of spreadsheet", [*labels], format_func=labels.get, key="blank_kind", width=360)
        st.download_button("Download a blank workbook", data=lambda: blank(view, kind), file_name=f"{kind.replace('_', ' ')}.xlsx", mime=parts.WORKBOOK,
                           key="blank", on_click="ignore")


@st.fragment(run_every=0.5)
def wait_for(job: Job, title: str) -> None:
    """Say what the worker does, until it has done it."""
    if job.done:
        st.rerun()
    with parts.page("Nothing is lost if you leave this page: it goes on, and you find it here again.", escaped(title)):
        st.markdown(f"**{escaped(job.words)} …**")


def refused(view: View, taken: Intake) -> None:
    """The file cannot be had: why, and what to do instead."""
    lead = "**Nothing was saved.** " + ("Here is why, and what to do." if not view.made_up else "Real spreadsheets go into a district of your own.")
    with parts.page("Upload · not loaded", escaped(taken.upload.name), lead):
        for finding in taken.refused:
            tables.finding_card(finding)
        with st.container(horizontal=True):
            if view.made_up:
                start_own(taken)
            if st.button("Choose another file", key="another"):
                taken.discard()
                forget()
                st.rerun()
            if not view.made_up:
                parts.link("See what is loaded →", "pages/loads.py")


def start_own(taken: Intake) -> None:
    """The way out of the made-up district, with the file that is waiting."""
    with st.popover("Start with my own data and this file"):
        st.markdown("This removes the made-up schools from this folder and reads your file. They do not come back.")
        if st.button("**Remove them and read my file**", icon=":material/check:", key="start_own"):
            taken.begin_own(at=frame.now())
            st.rerun()


def stored(view: View, taken: Intake) -> None:
    """It is in: how much, where to see it, how to undo it."""
    load = load_history.one(view, taken.load)
    lead = (f"**{count_words(load.rows, 'row')} {'is' if load.rows == 1 else 'are'} stored as load {load.load_id}.** "
            "The file is kept as it came, and every number it feeds has been worked out again.")
    with parts.page("Upload · step 3 of 3: done", escaped(load.file), lead):
        mend_parts.still_to_mend(taken, load)
        with st.container(horizontal=True):
            if st.button("**Upload another**", icon=":material/add:", key="another"):
                forget()
                st.rerun()
            parts.link("See it in This week →", "pages/this_week.py")
            parts.link("See it school by school →", "pages/school.py")
            parts.link("What is still missing →", "pages/coverage.py")
            parts.link(f"Undo it in Loads: load {load.load_id} →", "pages/loads.py", load=str(load.load_id))
        new_kind_parts.watch(view, taken)
