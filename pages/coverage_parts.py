"""The squares of who has sent what, and the list of what to ask for."""
from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from indicators import arrivals, charts
from indicators.arrivals import Arrivals
from indicators.escape import escaped
from indicators.phrases import count_words, listed, weekday_words
from indicators.view import View
from pages import parts, tables

EVERY_SCHOOL, THOSE_WITH_GAPS = "All schools", "Those with gaps"
WITH_GAPS = "Schools with gaps"


@dataclass(frozen=True)
class Asked:
    """What the controls say: whose schools, all or those with gaps, and which kind of spreadsheet."""
    director: str | None
    everyone: bool
    kind: str | None


def seen_from(view: View) -> str:
    return f"As of {weekday_words(view.as_of, view.as_of)}"


def controls(view: View) -> Asked:
    """Nothing to choose before anything was loaded."""
    expected = arrivals.expected_sources(view)
    if not expected:
        return Asked(None, False, None)
    labels = {arrivals.label_of(view, source): source for source in expected}
    with st.container(horizontal=True, vertical_alignment="top"):
        shown = st.segmented_control("Show", [WITH_GAPS, EVERY_SCHOOL], default=WITH_GAPS, required=True, key="schools", bind="query-params")
        kind = st.selectbox("Spreadsheets", [THOSE_WITH_GAPS, *labels], key="kind", bind="query-params", width=300, format_func=escaped)
        directors = arrivals.directors(view)
        director = st.selectbox("Senior director", [EVERY_SCHOOL, *directors], key="supported_by", bind="query-params", width=220,
                                format_func=escaped) if directors else EVERY_SCHOOL
    return Asked(None if director == EVERY_SCHOOL else director, shown == EVERY_SCHOOL, labels.get(kind))


def answer(view: View, found: Arrivals) -> None:
    if not found.weeks:
        st.markdown("**Nothing was loaded yet, so nothing is missing.** A school owes a kind of spreadsheet from the first day it sent one.")
        st.page_link("pages/upload.py", label="Upload a spreadsheet →")
        return
    st.markdown(f"**{escaped(arrivals.answer(view, found))}** {escaped(arrivals.told(found))}")


def pictures(view: View, found: Arrivals, asked: Asked) -> None:
    """One picture a kind of spreadsheet, the same schools in the same rows."""
    sources = [asked.kind] if asked.kind else found.sources_with_gaps
    complete = [arrivals.label_of(view, source) for source in found.sources if source not in found.sources_with_gaps]
    if not (found.gaps or asked.everyone):
        return
    st.header("School by week", anchor=False)
    st.markdown("Filled orange: nothing came. Outlined: part came, with how many days of how many. Plain: everything came. –: not expected.")
    if complete:
        st.markdown(f"Everything came of: {escaped(listed(complete))}.")
    left = 0
    with st.grid(max(2, min(3, len(sources))), min_column_width=330):
        for source in sources:
            grid, left = arrivals.grid(view, found, source, asked.director, everyone=asked.everyone)
            with st.container(gap="small"):
                st.subheader(escaped(grid.label), anchor=False)
                st.vega_lite_chart(grid.table, charts.coverage_grid(), key=f"squares_{source}", alt=escaped(grid.alt))
    if left:
        parts.say_quietly(f"{count_words(left, 'more school')} not drawn. Choose a senior director to see fewer at a time.")


def what_to_ask_for(view: View, found: Arrivals) -> None:
    if not found.gaps:
        return
    st.header("What to ask for", anchor=False)
    shown = found.gaps[:arrivals.ASKED]
    tables.table(("Missing", "Ask", "It holds up"),
                 [(f"{gap.school}, {arrivals.short(view, gap.source)}: {arrivals.missing_words(gap, view.as_of)}", gap.principal or "the school",
                   arrivals.holds_up(view, gap.source)) for gap in shown], alt="What is missing, whom to ask, and what waits for it")
    if more := found.gaps[arrivals.ASKED:]:
        parts.say_quietly(f"and {len(more):,} more, older or smaller.")
    st.page_link("pages/upload.py", label="Upload what came →")
