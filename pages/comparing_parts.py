"""Schools beside each other, schools that do better, and where a number is heading: parts of Goal, School and Caseload."""
import streamlit as st

from indicators import charts, comparing, comparing_words, outlook_words
from pages import parts

HOW = "How do we know?"


def heading(view, standing):
    """Where this number is heading, in a paragraph."""
    if ahead := comparing.ahead(view, *standing.key):
        st.markdown(outlook_words.outlook(ahead, standing.definition, view.as_of, standing.assurance))
    return ahead


def beside_each_other(view, definition, director, ahead=None):
    """Who differs more than schools usually do, in words, as a picture and as a table."""
    found = comparing.compared(view, definition.name, director)
    if found is None:
        parts.say_quietly(comparing_words.not_compared(definition))
        return
    st.markdown(comparing_words.differ(found, definition))
    chart = charts.by_size if found.band else charts.dots
    st.vega_lite_chart(comparing_words.drawn(found, definition), chart(definition.unit), key="beside_each_other",
                       alt=comparing_words.picture_alt(found, definition))
    parts.say_quietly(comparing_words.picture(found, view.as_of))
    how = st.expander(HOW, key="how", on_change="rerun")
    if how.open:
        how.markdown("\n\n".join([f"**Which schools differ.** {comparing_words.how(found)}", *outlook_words.how(ahead, None)]))
        parts.table(how, comparing_words.as_table(found), f"{definition.label} of schools beside each other")


def for_one_school(view, standing):
    """Will it reach its target, and who does better: two cards and how they are worked out."""
    definition = standing.definition
    ahead, alike = comparing.ahead(view, *standing.key), comparing.alike(view, definition.name, standing.place)
    asked = comparing.asked(view, definition.name, standing.place)
    if not (ahead or alike):
        return
    with st.grid(2, min_column_width=330):
        if ahead:
            with st.container(border=True, height="stretch", gap="xxsmall"):
                st.subheader(outlook_words.heading(definition), anchor=False)
                st.markdown(outlook_words.outlook(ahead, definition, view.as_of, standing.assurance))
                if asked:
                    parts.say_quietly(outlook_words.asked(asked, definition))
        if alike:
            with st.container(border=True, height="stretch", gap="xxsmall"):
                st.subheader("Who does better?", anchor=False)
                st.markdown(comparing_words.whom_to_ask(alike, definition))
    how = st.expander(HOW, key="how", on_change="rerun")
    if how.open:
        how.markdown("\n\n".join([*outlook_words.how(ahead, asked), *([comparing_words.how_alike(alike, view.as_of)] if alike else [])]))
