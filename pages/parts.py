"""Elements every page is made of: the quiet line, the lead, words with shapes. Text from data goes through `escaped`."""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from indicators.escape import escaped
from indicators.history import Line
from indicators.house import House
from indicators.pictures import picture
from indicators.reading import goal_of
from indicators.standing import Standing
from indicators.trend import Variation
from indicators.view import CASELOAD, SCHOOL, View
from indicators.words import said_plainly
from pages import frame

LOGO = (Path(__file__).parent / "logo.svg").read_text(encoding="utf-8")     # mark and name as paths: no font to miss
PRINT_STYLE = """<style>@media print {
  header, [data-testid="stToolbar"], [data-testid="stElementToolbar"], button, [data-testid="stFileUploader"] {display: none !important}
  [data-testid="stVerticalBlock"] > * {break-inside: avoid}
  .stApp, .main {background: white !important}
}</style>"""
WIDTH, READING_WIDTH = 1100, 760
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"     # what an .xlsx is to a browser
PICTURE, WIDE_PICTURE = (136, 54), (224, 64)
MADE_UP = "Made-up data: every school and number here is invented."
NO_SIGN_IN = "No sign-in is set up: anyone at this computer sees every school."
BEGUN = "begun"             # session key: what came of starting with one's own data


@contextmanager
def page(quiet: str, title: str, lead: str = "") -> Iterator[None]:
    """A page's column: a quiet line (who, week, as of), the title, one paragraph whose bold first sentence is the answer."""
    with opening() as top:
        with top:
            open_with(quiet, title, lead)
        yield


@contextmanager
def opening() -> Iterator[DeltaGenerator]:
    """A page's column for pages whose controls decide what stands above them: fill what is yielded with `open_with`."""
    with st.container(horizontal_alignment="center"), st.container(width=WIDTH, gap="small"):
        yield st.container(width=READING_WIDTH, gap="small")


def open_with(quiet: str, title: str, lead: str = "") -> None:
    say_quietly(quiet)
    st.title(title, anchor=False)
    if lead:
        st.markdown(lead)


def nothing_yet(title: str, as_of: date) -> None:
    """The page before the first upload: what it will show, and the way there."""
    with page(f"As of {as_of:%A} {as_of.day} {as_of:%b}", title, "**There are no numbers yet.** Drop in a spreadsheet you already have, "
              "attendance for example: nothing needs to be renamed, and nothing is saved until you accept it."):
        link("Upload a spreadsheet →", "pages/upload.py")


def say_quietly(words: str) -> None:
    st.markdown(f":small[:gray[{words}]]")


def link(label: str, to: str, about: str = "", **filters: str) -> None:
    """A way to another page, with its filters. `about` tells apart what reads the same."""
    if st.button(label, type="tertiary", key=" ".join([to, label, about or " ".join(filters.values())]), help=escaped(about) or None):
        st.switch_page(to, query_params=filters)


def table(place: DeltaGenerator, columns: Mapping[str, Sequence], alt: str) -> None:
    """The same as a table, to be sorted and searched; the first column stays in sight."""
    first, *_ = columns or [""]
    formats = {"Day": st.column_config.DateColumn(format="ddd D MMM YYYY"), "When": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm"),
               first: st.column_config.Column(pinned=True)}
    place.dataframe(columns, hide_index=True, column_config={name: formats[name] for name in columns if name in formats}, alt=alt)


def chosen(label: str, options: Sequence[str], key: str, *, width: int = 240, index: int = 0) -> str:
    """A choice from a list that stands in the address."""
    return st.selectbox(label, options, index, key=key, width=width, bind="query-params")


def switch(label: str, options: Sequence[str], key: str) -> str:
    """A choice of two or three that stands in the address; the first until another is made."""
    return st.segmented_control(label, options, key=key, default=options[0], required=True, bind="query-params")


def see_why(view: View, standing: Standing) -> None:
    """The way to where this number comes from: the school's page, or the goal's with the schools it is added up from."""
    about, here = said_plainly(standing), {"indicator": standing.definition.label}
    if standing.kind == SCHOOL:
        link("See why →", "pages/school.py", about, school=standing.name, **here)
    else:
        director = {"of": standing.name} if standing.kind == CASELOAD else {}
        link("See why →", "pages/goal.py", about, goal=goal_of(view, standing.definition).name, **director, **here)


def trend(standing: Standing, line: Line, size: tuple[int, int] = PICTURE, y_range: tuple[float, float] | None = None, *,
          target: bool = True) -> str:
    """The word-sized picture of a standing, up to its newest judged week."""
    width, height = size
    return picture(line.values, line.lower, line.upper, standing.definition.target if target else None,
                   (standing.variation or Variation.TOO_EARLY).value, alt=said_plainly(standing), width=width, height=height, y_range=y_range)


def banner(house: House) -> None:
    """Say on every page what may not be what it seems: made-up data, and that nobody signed in."""
    made_up = house.district.made_up_as_of is not None
    with st.container(horizontal_alignment="center"), st.container(width=WIDTH, horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":small[:gray[{MADE_UP + ' ' if made_up else ''}{NO_SIGN_IN}]]", width="content")
        if made_up:
            with st.popover("Start with my own data", type="tertiary"):
                st.markdown("**The invented schools go, and Headway begins empty.** Your own spreadsheets come in on the page Upload.")
                st.button("**Remove the made-up data and begin**", icon=":material/check:", key="start-own", on_click=_start_own, args=(house,))
        for finding in st.session_state.pop(BEGUN, ()):
            st.markdown(f":orange[**✕ stop**] {finding}")


def _start_own(house: House) -> None:
    """Have the worker remove the made-up district, and wait: every page needs the district that comes after it."""
    by, at = frame.scope().role, frame.now()
    job = house.worker.do("Start with own data", lambda say: house.district.start_own(by=by, at=at))
    job.ended.wait()
    st.session_state[BEGUN] = job.findings
