"""Elements every page is made of: the quiet line, the lead, words with shapes. Text from data goes through `escaped`."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

import streamlit as st

from indicators.escape import escaped
from indicators.house import House
from indicators.view import View

LOGO = ""
PRINT_STYLE = """<style>@media print {
  header, [data-testid="stToolbar"], [data-testid="stElementToolbar"], button, [data-testid="stFileUploader"] {display: none !important}
  [data-testid="stVerticalBlock"] > * {break-inside: avoid}
  .stApp, .main {background: white !important}
}</style>"""
WIDTH, READING_WIDTH = 1100, 760


@contextmanager
def page(quiet: str, title: str, lead: str = "") -> Iterator[None]:
    """A page's column: a quiet line (who, week, as of), the title, one paragraph whose bold first sentence is the answer."""
    with st.container(horizontal_alignment="center"), st.container(width=WIDTH, gap="small"):
        with st.container(width=READING_WIDTH, gap="small"):
            say_quietly(quiet)
            st.title(title, anchor=False)
            if lead:
                st.markdown(lead)
        yield


def say_quietly(words: str) -> None:
    st.markdown(f":small[:gray[{words}]]")


def banner(house: House) -> None:
    """Say on every page what may not be what it seems: made-up data, and that nobody signed in."""
