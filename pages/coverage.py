"""Coverage: which school has sent what, and what to ask for."""
import streamlit as st

from indicators import arrivals, reading
from pages import coverage_parts, frame, parts

view = frame.view("pages/coverage.py")
if not arrivals.arrivals(view, None).weeks:
    coverage_parts.nothing_yet(view)
    st.stop()

with parts.opening() as top:
    asked = coverage_parts.controls(view, reading.directors(view))
    found = arrivals.arrivals(view, asked.director)
    with top:
        coverage_parts.open_with(view, found)
    coverage_parts.pictures(view, found, asked)
    coverage_parts.what_to_ask_for(view, found)
