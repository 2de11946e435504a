"""Coverage: which school has sent what, and what to ask for."""
import streamlit as st

from indicators import arrivals
from indicators.phrases import count_words
from pages import coverage_parts, frame, parts

view = frame.view("pages/coverage.py")
caseload = coverage_parts.caseload_in_address(view)
found = arrivals.arrivals(view, caseload)

if not found.weeks:
    coverage_parts.nothing_yet()
else:
    with parts.page(*coverage_parts.opening(view, found)):
        coverage_parts.controls(view, found)
        coverage_parts.pictures(view, found, caseload)
        coverage_parts.what_to_ask_for(view, found)
