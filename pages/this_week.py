"""This week: are the goals on track, what really changed, what deserves praise, who has not sent data."""
import streamlit as st

from indicators import history, leads, reading, tables, words
from indicators.escape import escaped
from indicators.trend import Variation
from indicators.view import DISTRICT, SCHOOL, WHOLE
from pages import frame, parts

SIGNALS_SHOWN, WINS_SHOWN, WEEKS_DRAWN = 6, 4, 12

view = frame.view("pages/this_week.py")
week = reading.week_shown(view)
if week is None:
    parts.nothing_yet("This week", view.as_of)
    st.stop()

tally, sent = reading.tally(view), reading.sent(view, week)
slipped, improved = (reading.moved(view, way, most) for way, most in ((Variation.WORSENING, SIGNALS_SHOWN), (Variation.IMPROVING, WINS_SHOWN)))
districts = reading.at_place(view, DISTRICT, WHOLE)
lines = history.lines(view, [*slipped, *improved], WEEKS_DRAWN)


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


def signal(standing):
    with st.container(border=True):
        said, drawn, way = st.columns([6.2, 2.3, 1.3], vertical_alignment="center")
        with said.container(gap="xxsmall"):
            st.subheader(words.title(standing), anchor=False)
            st.markdown(f"{words.why(standing)} {leads.elsewhere(standing, reading.alike_elsewhere(view, standing))}")
        drawn.markdown(parts.trend(standing, lines[standing.key], parts.WIDE_PICTURE))
        with way:
            parts.see_why(view, standing)


def win(standing):
    with st.container(border=True, height="stretch", gap="xxsmall"):
        st.markdown(f"**{words.title(standing)}**")
        st.markdown(f"{words.why(standing)}")
        st.markdown(parts.trend(standing, lines[standing.key], parts.WIDE_PICTURE))
        parts.see_why(view, standing)


first = reading.headline(view, districts)
lead = f"{leads.what_moved(slipped, tally)} {leads.about(first, view.as_of) if first else ''}"
with parts.page(f"{leads.week_line(week, view.as_of)} · {leads.all_sent(sent)}", "This week", lead):
    st.header("Where our goals stand", anchor=False)
    with st.grid(3, min_column_width=290):
        for goal, standings in reading.under_goals(view, districts):
            goal_card(goal, standings)
    parts.say_quietly(leads.IF_NOTHING_CHANGES)

    st.header("What really changed", anchor=False)
    st.markdown(leads.chance(tally))
    for standing in slipped:
        signal(standing)
    parts.say_quietly(leads.what_pictures_show(tally, view.as_of))
    if tally.signals:
        everything = st.expander(leads.all_signals(tally), key="all_signals", on_change="rerun")
        if everything.open:
            moved = [*reading.moved(view, Variation.WORSENING), *reading.moved(view, Variation.IMPROVING)]
            parts.table(everything, tables.of_standings(moved, view.as_of), "Every line that left its usual range")

    praise, missing = st.columns([1.85, 1], gap="large")
    with praise:
        st.header("Worth celebrating", anchor=False)
        if improved:
            with st.grid(2, min_column_width=290):
                for standing in improved:
                    win(standing)
        else:
            st.markdown("Nothing improved beyond its usual range in the newest week.")
    with missing:
        st.header("Who has not sent data", anchor=False)
        st.markdown("  \n".join(leads.not_sent(sent)))
        parts.link("All schools and weeks →", "pages/coverage.py")
