"""This week: are the goals on track, what really changed, what deserves praise, who has not sent data."""
import streamlit as st

from indicators import agenda_words, leads, reading, tables, words
from indicators.agenda import agenda
from indicators.escape import escaped
from indicators.trend import Variation
from indicators.view import DISTRICT, SCHOOL, WHOLE
from pages import agenda_parts, frame, parts

WINS_SHOWN = 4

view = frame.view("pages/this_week.py")
week = reading.week_shown(view)
if week is None:
    parts.nothing_yet("This week", view.as_of)
    st.stop()

tally, sent = reading.tally(view), reading.sent(view, week)
found = agenda(view)
districts = reading.at_place(view, DISTRICT, WHOLE)
shown = [*found.open, *found.wins[:WINS_SHOWN]]
numbers = agenda_parts.standings(view, shown)
lines = agenda_parts.drawn(view, numbers)


def goal_card(goal, standings):
    with st.container(border=True, height="stretch", gap="xsmall"):
        if goal.number:
            parts.say_quietly(f"Goal {goal.number}")
        st.subheader(escaped(goal.name), anchor=False)
        for standing in standings:
            st.markdown(f"{escaped(standing.definition.short)} **{words.amount(standing)}** {words.status(standing.variation)}  \n"
                        f":small[:gray[{words.target_and_last_year(standing)}]]")
        if school_counts := leads.counts(reading.tally(view, SCHOOL, goal.indicators)):
            st.markdown(f":small[School by school: {school_counts}]")
        parts.link("All schools →", "pages/goal.py", about=goal.name, goal=goal.name)


def win(item):
    standing = numbers.get(item.key)
    with st.container(border=True, height="stretch", gap="xxsmall"):
        st.markdown(f"**{agenda_words.title(item, standing)}**")
        st.markdown(agenda_words.what(item, view.as_of))
        if standing:
            st.markdown(parts.trend(standing, lines[standing.key], parts.WIDE_PICTURE))
        with st.container(horizontal=True):
            if standing:
                parts.see_why(view, standing)
            agenda_parts.celebrate(item)


first = reading.headline(view, districts)
lead = f"{agenda_words.lead(found)} {leads.about(first, view.as_of) if first else ''}"
with parts.page(f"{leads.week_line(week, view.as_of)} · {leads.all_sent(sent)}", "This week", lead):
    st.header("Where our goals stand", anchor=False)
    with st.grid(3, min_column_width=290):
        for goal, standings in reading.under_goals(view, districts):
            goal_card(goal, standings)
    parts.say_quietly(leads.IF_NOTHING_CHANGES)

    st.header("Agenda: what really changed", anchor=False)
    st.markdown(agenda_words.by_chance(found))
    for item in found.open:
        agenda_parts.line(view, item, numbers.get(item.key), lines)
    if found.more:
        parts.say_quietly(agenda_words.more(found))
    parts.say_quietly(leads.what_pictures_show(tally, view.as_of))
    agenda_parts.decided(view, found)
    if tally.signals:
        everything = st.expander(leads.all_signals(tally), key="all_signals", on_change="rerun")
        if everything.open:
            moved = [*reading.moved(view, Variation.WORSENING), *reading.moved(view, Variation.IMPROVING)]
            parts.table(everything, tables.of_standings(moved, view.as_of), "Every line that left its usual range")

    praise, missing = st.columns([1.85, 1], gap="large")
    with praise:
        st.header("Worth celebrating", anchor=False)
        if found.wins:
            with st.grid(2, min_column_width=290):
                for item in found.wins[:WINS_SHOWN]:
                    win(item)
        else:
            st.markdown("Nothing has lastingly improved since it was last celebrated.")
    with missing:
        st.header("Who has not sent data", anchor=False)
        st.markdown("  \n".join(leads.not_sent(sent)))
        parts.link("All schools and weeks →", "pages/coverage.py")
