"""The frame: who is here, what they may see, and the way between pages. `python3 run.py` starts it."""
import streamlit as st

from pages import frame, parts

st.set_page_config(page_title="Headway", page_icon="📈", layout="wide")
st.logo(parts.LOGO, size="medium")
st.html(parts.PRINT_STYLE)

pages = [
    st.Page("pages/this_week.py", title="This week", default=True, help="What really changed, and which schools need a word."),
    st.Page("pages/caseload.py", title="Caseload", help="One senior director's schools side by side."),
    st.Page("pages/school.py", title="School", help="One school: every indicator, and where each number comes from."),
    st.Page("pages/goal.py", title="Goal", help="All schools on one goal."),
    st.Page("pages/upload.py", title="Upload", help="Drop in a spreadsheet and see what it would change."),
    st.Page("pages/loads.py", title="Loads", help="What was loaded, by whom, and undo."),
    st.Page("pages/coverage.py", title="Coverage", help="Which school has sent what, and what is missing."),
    st.Page("pages/dictionary.py", title="Dictionary", help="What each indicator is, in words and by example."),
]
page = st.navigation(pages, position="top")
frame.enter()
frame.go_where_wanted()
parts.banner(frame.house())
frame.show(page)
