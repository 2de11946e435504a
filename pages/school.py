"""School: one indicator over time, where its number comes from, and every other indicator under its goal."""
import streamlit as st

from indicators import agenda, agenda_words, charts, history, leads, reading, tables, words
from indicators.behind import rows_behind
from indicators.escape import escaped
from indicators.view import SCHOOL
from pages import comparing_parts, frame, parts

YEARS = {"This year": 1, "With last year": 2}
WEEKS_DRAWN = 12
CARD_PICTURE = (240, 54)

view = frame.view("pages/school.py")
week, schools = reading.week_shown(view), reading.schools(view)
if week is None or not schools:
    parts.nothing_yet("School", view.as_of)
    st.stop()


def run_chart(standing, weeks):
    definition = standing.definition
    table = charts.run_chart_table(weeks.weeks, weeks.values, name=standing.name, states=weeks.states, lower=weeks.lower, upper=weeks.upper,
                                   target=definition.target, beside=weeks.last_year, y_range=history.scale(view, definition.name),
                                   low=weeks.low, high=weeks.high, anew=[one.since for one in weeks.begun])
    st.vega_lite_chart(table, charts.run_chart(definition.unit, target=definition.target is not None), key="run_chart",
                       alt=leads.chart_alt(standing, weeks))
    parts.say_quietly(leads.shapes(weeks))


def where_from(standing, weeks):
    """Any week's number, taken apart as far as file, sheet and row."""
    head = st.container()
    mondays = {words.week_label(monday): monday for monday in weeks.known}
    picked = mondays[parts.chosen("Week", list(mondays), "week", index=weeks.known.index(standing.week))]
    number = history.at_week(view, standing, picked)
    head.header(f"Where {words.amount(number)} comes from", anchor=False)
    st.markdown(f"{words.division(number)}  \n{escaped(number.definition.description)}")
    if came := words.arrived(number):
        parts.say_quietly(came)
    rows = st.expander("The rows, in their files", key="rows", on_change="rerun")
    if rows.open:
        behind = rows_behind(frame.house().district, frame.scope(), number.definition, standing.place, picked, by=frame.scope().role, at=frame.now())
        rows.markdown(leads.rows_found(behind))
        parts.table(rows, tables.of_rows(behind, {source.name: source.label for source in view.sources}),
                    f"The rows behind {words.said_plainly(number)}")
    parts.link("All files that were loaded →", "pages/loads.py")


def look_at(indicator):
    st.session_state["indicator"] = indicator


def card(standing):
    with st.container(border=True, height="stretch", gap="xxsmall"):
        st.markdown(f"**{escaped(standing.definition.short)}**  \n**{words.amount(standing)}** {words.status(standing.variation)}")
        st.markdown(parts.trend(standing, lines[standing.key], CARD_PICTURE))
        on_agenda = any(item.definition is standing.definition and item.lasts and not item.decided for item in changes)
        parts.say_quietly(f"{words.beside(standing)}{' · **on the agenda**' if on_agenda else ''}")
        st.button("Look closer →", type="tertiary", key=f"look {standing.definition.name}", help=escaped(standing.definition.label),
                  on_click=look_at, args=(labels[standing.definition.name],))


with parts.opening() as top:
    with st.container(horizontal=True, vertical_alignment="top"):
        school = schools[parts.chosen("School", list(schools), "school")]
        standings = reading.at_place(view, SCHOOL, school.school_id)
        by_label = reading.labels(standing.definition for standing in standings)
        labels = {definition.name: label for label, definition in by_label.items()}
        chosen = parts.chosen("Indicator", list(by_label), "indicator", width=300) if by_label else None
        years = YEARS[parts.switch("Weeks", list(YEARS), "years")]
    changes = agenda.changes_at(view, SCHOOL, school.school_id)
    with top:
        parts.open_with(leads.school_line(school, week, view.as_of), escaped(school.label), agenda_words.school_lead(changes, standings, view.as_of))
    if not standings:
        parts.link("Upload a spreadsheet →", "pages/upload.py")
        st.stop()

    standing = next(s for s in standings if s.definition is by_label[chosen])
    weeks = history.history(view, standing.definition, school.school_id, years)
    st.header(escaped(standing.definition.label), anchor=False)
    st.markdown(words.headline(standing, view.as_of))
    noticed = next((item for item in changes if item.definition is standing.definition), None)
    if told := agenda_words.noticed_here(noticed, standing, view.as_of):
        st.markdown(told)
    st.markdown(leads.beneath(standing, week, view.as_of, weeks, on_agenda=noticed is not None))
    run_chart(standing, weeks)
    if told := agenda_words.noticeable(agenda.noticeable(view, standing.definition, school.school_id), standing.definition):
        parts.say_quietly(told)
    comparing_parts.for_one_school(view, standing)
    where_from(standing, weeks)

    st.header("All indicators, under their goals", anchor=False)
    lines = history.lines(view, standings, WEEKS_DRAWN)
    for goal, of_goal in reading.under_goals(view, standings):
        st.subheader(leads.goal_title(goal), anchor=False)
        with st.grid(3, min_column_width=290):
            for each in of_goal:
                card(each)
    table = st.expander("The same as a table", key="as_a_table", on_change="rerun")
    if table.open:
        parts.table(table, tables.of_standings(standings, view.as_of), f"Every indicator of {school.label}")
