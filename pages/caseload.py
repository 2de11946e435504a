"""Caseload: one senior director's schools side by side, and whom to visit first, for what."""
import streamlit as st

from indicators import agenda_words, history, leads, reading, tables, words
from indicators.agenda import agenda, in_turn, of_its_own
from indicators.escape import escaped
from indicators.view import CASELOAD
from pages import agenda_parts, comparing_parts, frame, parts

MOST_DRAWN = 12             # more schools stand in the table
BY_NEED, BY_NAME = "By need", "By name"
WEEKS = {"12": 12, "36": 36}

view = frame.view("pages/caseload.py")
week, directors = reading.week_shown(view), reading.directors(view)
if week is None:
    parts.nothing_yet("Caseload", view.as_of)
    st.stop()
if not directors:
    with parts.page(leads.week_line(week, view.as_of), "Caseload", leads.NO_CASELOADS):
        parts.link("Upload who supports which school →", "pages/upload.py")
    st.stop()


def cells(standings):
    with st.grid(4, min_column_width=130):
        for standing in standings:
            picture = parts.trend(standing, lines[standing.key], y_range=scales.get(standing.definition.name), target=False)
            st.markdown(f":small[:gray[{leads.cell_label(standing, judged)}]]  \n"
                        f"**{words.amount(standing)}** {words.status(standing.variation)}  \n{picture}")


def row(quiet, name, visit_for, said, standings, link, to, **filters):
    with st.container(border=True):
        who, what = st.columns([1.65, 6.1])
        with who.container(gap="xxsmall"):
            parts.say_quietly(quiet)
            st.subheader(name, anchor=False)
            if visit_for:
                st.markdown(visit_for)
            parts.say_quietly(said)
            parts.link(link, to, **filters)
        with what:
            cells(standings)


with parts.opening() as top:
    with st.container(horizontal=True, vertical_alignment="top"):
        director = parts.chosen("Senior director", directors, "director")
        order = parts.switch("Order", [BY_NEED, BY_NAME], "order")
        weeks = WEEKS[parts.switch("Weeks shown", list(WEEKS), "weeks")]

    theirs = reading.schools_of(view, director)
    found = agenda(view, director)
    to_visit = in_turn(found, reading.by_need(theirs))
    ordered = {school: theirs[school] for school in (to_visit if order == BY_NEED else theirs)}
    together = reading.at_place(view, CASELOAD, director)
    drawn = dict(list(ordered.items())[:MOST_DRAWN])
    standings_drawn = [standing for standings in drawn.values() for standing in standings]
    numbers = agenda_parts.standings(view, [*found.open, *found.wins])
    lines = history.lines(view, [*together, *standings_drawn, *numbers.values()], weeks)
    scales, judged, sent = history.scales(lines), reading.tally(view).week, reading.sent(view, week)

    with top:
        parts.open_with(f"Senior director {escaped(director)} · {leads.week_line(week, view.as_of)}", leads.so_many_schools(theirs),
                        agenda_words.visit_lead(found, to_visit, theirs))

    st.header("Agenda: what really changed at these schools", anchor=False)
    st.markdown(" ".join(filter(None, ["" if found.open else agenda_words.nothing_open(found), agenda_words.by_chance(found)])))
    for item in found.open:
        agenda_parts.line(view, item, numbers.get(item.key), lines)
    if found.more:
        parts.say_quietly(agenda_words.more(found))
    agenda_parts.decided(view, found)

    if found.wins:
        st.header("Worth celebrating", anchor=False)
        for item in found.wins:
            agenda_parts.line(view, item, numbers.get(item.key), lines)

    st.header("Side by side, most need first" if order == BY_NEED else "Side by side, by name", anchor=False)
    st.markdown(leads.side_by_side(judged, view.as_of))
    for place, (school, standings) in enumerate(drawn.items()):
        turn = leads.turn(place, school, bool(of_its_own(to_visit[school]) or not place and to_visit[school])) if order == BY_NEED else leads.about_school(school)
        said = leads.in_a_word(standings) + leads.owed_by(sent, school.label)
        row(turn, escaped(school.label), agenda_words.visit_for(to_visit[school]), said, standings, leads.open_school(school), "pages/school.py", school=school.label)
    if len(drawn) < len(theirs):
        parts.say_quietly(leads.more_than_drawn(len(drawn), len(theirs)))

    st.header("Do these schools differ?", anchor=False)
    by_label = reading.labels(standing.definition for standing in together)
    by_which = parts.chosen("Compared by", list(by_label), "indicator", width=300)
    comparing_parts.beside_each_other(view, by_label[by_which], director)

    st.header("All together", anchor=False)
    row("Added up first, divided last", words.capital(escaped(words.schools_of(director))), "", leads.in_a_word(together), together,
        "Where these come from →", "pages/goal.py", of=director)

    table = st.expander("The same as a table", key="as_a_table", on_change="rerun")
    if table.open:
        parts.table(table, tables.side_by_side({school.label: standings for school, standings in ordered.items()}),
                    f"The schools of {director}, an indicator a column")
