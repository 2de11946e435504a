"""Coverage: which school has sent what, and what to ask for."""
import streamlit as st

from indicators import arrivals
from pages import coverage_parts, frame, parts

view = frame.view("pages/coverage.py")

with parts.page(coverage_parts.seen_from(view), "Who has sent what"):
    lead = st.container(width=parts.READING_WIDTH)
    asked = coverage_parts.controls(view)
    found = arrivals.arrivals(view, asked.director)
    with lead:
        coverage_parts.answer(view, found)
    if found.weeks:
        coverage_parts.pictures(view, found, asked)
        coverage_parts.what_to_ask_for(view, found)
