"""The squares of who has sent what, and the list of what to ask for."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from indicators import arrivals, charts
from indicators.arrivals import Arrivals
from indicators.escape import escaped
from indicators.phrases import count_words, listed, sentence_case, week_words
from indicators.view import View
from indicators.words import day
from pages import parts, tables

TITLE = "Who has sent what"
CHARTS_ABREAST = 3
EVERY_SCHOOL, WITH_GAPS, THOSE_WITH_GAPS = "All schools", "Schools with gaps", "Those with gaps"


@dataclass(frozen=True)
class Asked:
    """What the controls say: whose schools, all or those with gaps, and which kind of spreadsheet."""
    director: str | None
    everyone: bool
    kind: str | None


def nothing_yet(view: View) -> None:
    lead = "**Nothing was loaded yet, so nothing is missing.** A school owes a kind of spreadsheet from the first day it sent one."
    with parts.page(f"As of {day(view.as_of, view.as_of)}", TITLE, lead):
        parts.link("Upload a spreadsheet →", "pages/upload.py")


def controls(view: View, directors: Sequence[str]) -> Asked:
    kinds = {arrivals.label_of(view, source): source for source in arrivals.arrivals(view, None).sources}
    with st.container(horizontal=True, vertical_alignment="top"):
        shown = parts.switch("Show", [WITH_GAPS, EVERY_SCHOOL], "schools")
        kind = parts.chosen("Spreadsheets", [THOSE_WITH_GAPS, *kinds], "kind", width=300)
        director = parts.chosen("Senior director", [EVERY_SCHOOL, *directors], "supported_by") if directors else EVERY_SCHOOL
    return Asked(None if director == EVERY_SCHOOL else director, shown == EVERY_SCHOOL, kinds.get(kind))


def open_with(view: View, found: Arrivals) -> None:
    quiet = f"{sentence_case(week_words(found.weeks[-1], view.as_of))} · as of {day(view.as_of, view.as_of)}"
    parts.open_with(quiet, TITLE, f"**{escaped(arrivals.answer(view, found))}** {escaped(arrivals.told(found))}")


def pictures(view: View, found: Arrivals, asked: Asked) -> None:
    """One picture a kind of spreadsheet, the same schools in the same rows."""
    sources = [asked.kind] if asked.kind else found.sources_with_gaps
    grids = [arrivals.grid(view, asked.director, source, asked.everyone) for source in sources]
    drawn = [grid for grid in grids if grid.table.num_rows]
    complete = [arrivals.in_short(source) for source in found.sources if source not in found.sources_with_gaps]
    st.header("School by week", anchor=False)
    if drawn:
        st.markdown("Filled orange: nothing came. Outlined: part came, with how many days of how many. Plain: everything came. –: not expected.")
    if complete:
        st.markdown(f"Everything came of: {escaped(listed(complete))}.")
    with st.grid(min(max(len(drawn), 2), CHARTS_ABREAST), min_column_width=330):
        for grid in drawn:
            with st.container(gap="small"):
                st.subheader(escaped(grid.label), anchor=False)
                st.vega_lite_chart(grid.table, charts.coverage_grid(), key=f"squares_{grid.label}", alt=grid.alt)
    if left_out := max((grid.left_out for grid in grids), default=0):
        smaller = "" if asked.everyone else " with smaller gaps"
        parts.say_quietly(f"{count_words(left_out, 'more school')}{smaller} not drawn. Choose a senior director to see fewer at a time.")


def what_to_ask_for(view: View, found: Arrivals) -> None:
    if not found.gaps:
        return
    st.header("What to ask for", anchor=False)
    lines = [((gap.school, f", {arrivals.in_short(gap.source)}: {arrivals.missing_words(gap, view.as_of)}"), gap.principal or "the school",
              arrivals.holds_up(view, gap.source)) for gap in found.gaps[:arrivals.ASKED]]
    tables.table(("Missing", "Ask", "It holds up"), lines, alt="What is missing, whom to ask, and what waits for it")
    if more := found.gaps[arrivals.ASKED:]:
        parts.say_quietly(f"and {len(more):,} more, older or smaller.")
    parts.link("Upload what came →", "pages/upload.py")
