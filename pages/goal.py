"""Goal: each indicator watched for it, then every school on one of them, and the schools a number is added up from."""
import streamlit as st

from indicators import agenda, agenda_words, history, leads, reading, tables, words
from indicators.escape import escaped
from indicators.view import CASELOAD, DISTRICT, SCHOOL, WHOLE
from pages import comparing_parts, frame, parts

MOST_DRAWN, FEWER_DRAWN = 45, 20        # up to so many schools all are drawn; of more, those that need it most
WEEKS_DRAWN, SMALL = 12, (136, 32)
EVERYONE = "The whole district"

view = frame.view("pages/goal.py")
week = reading.week_shown(view)
if week is None:
    parts.nothing_yet("Goal", view.as_of)
    st.stop()


def card(standing):
    with st.container(border=True, height="stretch", gap="xxsmall"):
        st.markdown(f"**{escaped(standing.definition.label)}**  \n**{words.amount(standing)}** {words.status(standing.variation)}")
        st.markdown(parts.trend(standing, lines[standing.key], parts.WIDE_PICTURE))
        parts.say_quietly(words.beside(standing))
        parts.say_quietly(escaped(standing.definition.question))


def school_table(definition, director):
    schools = reading.how_many(view, definition, director)
    drawn = reading.across(view, definition, director, MOST_DRAWN if schools <= MOST_DRAWN else FEWER_DRAWN)
    if not drawn:
        return
    of_each = history.lines(view, drawn, WEEKS_DRAWN)
    parts.say_quietly(leads.HOW_SORTED)
    st.table({"School": [tables.link_to(each) for each in drawn],
              "Value": [f"**{words.amount(each)}** {words.status(each.variation)}" for each in drawn],
              "Last weeks": [parts.trend(each, of_each[each.key], SMALL) for each in drawn]},
             border="horizontal", hide_index=True, hide_header=False, alt=f"{definition.label}, school by school")
    if len(drawn) < schools:
        parts.say_quietly(leads.more_than_drawn(len(drawn), schools))
    every = st.expander(f"All {schools:,} schools as a table", key="every_school", on_change="rerun")
    if every.open:
        parts.table(every, tables.of_schools(reading.across(view, definition, director), view.as_of), f"{definition.label} at every school")


def added_up(standing):
    st.header(f"Where {words.amount(standing)} comes from", anchor=False)
    found = history.added_up(view, standing)
    st.markdown(f"{words.division(standing)}  \n{leads.sum_of(standing, found)} {escaped(standing.definition.description)}")
    parts_of = st.expander("The schools it is added up from", key="added_up", on_change="rerun")
    if parts_of.open:
        parts.table(parts_of, tables.of_parts(found), f"The schools behind {words.said_plainly(standing)}")


goals = {goal.name: goal for goal in reading.goals(view)}
with parts.opening() as top:
    with st.container(horizontal=True, vertical_alignment="top"):
        goal = goals[parts.chosen("Goal", list(goals), "goal", width=300)]
        of = parts.chosen("Schools of", [EVERYONE, *reading.directors(view)], "of")
        of_whom = "the district" if of == EVERYONE else words.schools_of(of)
        place = (DISTRICT, WHOLE) if of == EVERYONE else (CASELOAD, of)
        standings = [s for s in reading.at_place(view, *place) if s.definition.name in goal.indicators]
        by_label = reading.labels(standing.definition for standing in standings)
        chosen = parts.chosen("Indicator", list(by_label), "indicator", width=300) if by_label else None
    lines = history.lines(view, standings, WEEKS_DRAWN)
    tally = reading.tally(view, SCHOOL, goal.indicators, None if of == EVERYONE else of)
    with top:
        parts.open_with(leads.week_line(week, view.as_of), leads.goal_title(goal),
                        leads.goal_lead(standings, of_whom) + leads.across_schools(tally) + leads.unknown(goal))
    if not standings:
        st.stop()
    with st.grid(3, min_column_width=290):
        for standing in standings:
            card(standing)

    standing = next(s for s in standings if s.definition is by_label[chosen])
    st.header(f"{escaped(standing.definition.label)}, school by school", anchor=False)
    st.markdown(f"{words.headline(standing, view.as_of)}  \n{leads.beneath(standing, week, view.as_of)}")
    for item in agenda.lines_about(view, standing.definition, *place):
        st.markdown(agenda_words.on_the_agenda(item, week, view.as_of))
    ahead = comparing_parts.heading(view, standing)
    st.subheader("Do schools differ?", anchor=False)
    comparing_parts.beside_each_other(view, standing.definition, None if of == EVERYONE else of, ahead)
    school_table(standing.definition, None if of == EVERYONE else of)
    added_up(standing)
