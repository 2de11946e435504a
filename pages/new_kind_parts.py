"""A new kind of spreadsheet, said in words: what it is, what its columns say, and what should be watched from it."""
from __future__ import annotations

import streamlit as st

from data.beside import DAY, SCHOOL, lacking
from data.new_source import NewSource, problems
from data.source import FieldKind, Sources
from indicators import by_hand, own_kinds
from indicators.definition import BETTER
from indicators.escape import escaped
from indicators.intake import Intake
from indicators.new_definition import MOST_DAYS, Offer
from indicators.own_kinds import COLUMN_WORDS, LEAVE_OUT, ONE_DAY, ONE_SCHOOL, ROWS_WORDS, Said
from indicators.phrases import count_words, sentence_case
from indicators.sheets import SheetRead
from indicators.view import View
from pages import frame, parts, tables

DRAFT, REFUSED = "new_kind", "not_watched"      # session keys: the draft of one sheet; why an indicator could not be watched
LONGEST = 60
OFFERED = 4                 # indicators at once; the others are behind a word
BETTER_WORDS = {"higher": "higher", "lower": "lower", "neither": "neither, just watch"}


def offer(taken: Intake, sheet: SheetRead, sources: Sources) -> None:
    """The ways out for a sheet that is none of the kinds we know."""
    if not sheet.kinds:
        said_once(taken, sheet, sources)
    made = taken.made_of(own_kinds.as_it_came(sheet.table))
    with st.expander("Change what you said about it" if made else "This is something new", key=f"new {sheet.name}", on_change="rerun") as opened:
        if opened.open:
            form(taken, sheet, sources)


def said_once(taken: Intake, sheet: SheetRead, sources: Sources) -> None:
    """All that is missing is the school, or the day, or both: one that every row is about."""
    lacks, schools = lacking(sheet.table, sources), schools_here(taken)
    if not lacks:
        return
    with st.form(f"once {sheet.name}"):
        school = one_of(schools, "No column says the school. Is every row about one? Then which?", None, f"one_school {sheet.name}") if FieldKind.SCHOOL in lacks else None
        day = st.date_input("No column says a day. Is every row about one? Then which?", value=None, key=f"one_day {sheet.name}",
                            width=360) if FieldKind.DATE in lacks else None
        these = "this school and day" if len(lacks) > 1 else "this day" if FieldKind.DATE in lacks else "this school"
        said = {f"{SCHOOL}:{sheet.name}": school, f"{DAY}:{sheet.name}": day and day.isoformat()}
        if st.form_submit_button(f"**Use {these}**", icon=":material/check:") and any(said.values()):
            taken.read(taken.answers | {key: answer for key, answer in said.items() if answer})
            st.rerun()


def schools_here(taken: Intake) -> dict[str, str]:
    return own_kinds.schools_offered(taken.house.district.schools, frame.scope())


def one_of(schools: dict[str, str], ask: str, before: str | None, key: str) -> str | None:
    """One of the district's schools."""
    return st.selectbox(ask, [*schools], index=[*schools].index(before) if before in schools else None, format_func=lambda code: escaped(schools[code]), key=key,
                        placeholder="Choose one" if schools else "No school is known yet: load a list of schools first", width=360, disabled=not schools)


def draft_of(taken: Intake, sheet: SheetRead) -> NewSource:
    """Worked out once for each sheet and each time something was said of it."""
    of = (taken.upload.sha256, sheet.name, sheet.table.headers, taken.made)
    if st.session_state.get(DRAFT, (None,))[0] != of:
        st.session_state[DRAFT] = (of, taken.draft(own_kinds.as_it_came(sheet.table)))
    return st.session_state[DRAFT][1]


@st.fragment
def form(taken: Intake, sheet: SheetRead, sources: Sources) -> None:
    """Three short steps: what it is, what its columns say, what makes a row unique."""
    draft = draft_of(taken, sheet)
    st.markdown("**Say it once, and the next file with these headings is known.** Nothing of it is saved as data before you have seen what it would change.")
    label, one_row_is = what_it_is(draft, sheet.name)
    school, one_school, date, day = where_and_when(draft, sheet, schools_here(taken))
    kinds, needed = what_columns_say(draft, sheet.name, {school, date})
    rows_are, key = what_is_unique(draft, sheet.name, {school, date}, kinds)
    new = own_kinds.as_said(draft, Said(label, one_row_is, school, one_school, date, day, kinds, needed, key, rows_are), sheet.table)
    if not st.button("**Save and read the file so**", icon=":material/check:", key=f"save {sheet.name}"):
        return
    if found := problems(new, sheet.table, sources):
        for finding in found:
            tables.finding_card(finding, place=finding.column or "In what you said above")
        return
    taken.read_as_new(new, sheet.name, at=frame.now())
    st.rerun()


def what_it_is(draft: NewSource, sheet: str) -> tuple[str, str]:
    st.subheader("1. What is it?", anchor=False)
    with st.grid(2, min_column_width=260):
        label = st.text_input("What do you call it?", draft.label, max_chars=LONGEST, key=f"label {sheet}", placeholder="Family visits")
        one_row_is = st.text_input("What is one row?", draft.one_row_is, max_chars=LONGEST, key=f"row {sheet}", placeholder="one visit to one family")
    return label, one_row_is


def where_and_when(draft: NewSource, sheet: SheetRead, schools: dict[str, str]):
    """The column of the school and of the day; or the one school, or the one day, of all rows."""
    st.subheader("2. What do its columns say?", anchor=False)
    words = {column: text for column, text in by_hand.column_words(own_kinds.as_it_came(sheet.table)).items() if column != LEAVE_OUT}
    places = words | {ONE_SCHOOL: "no column: all rows are about one school"}
    days = words | {ONE_DAY: "no column: all rows are about one day"}
    said_school, said_day = ONE_SCHOOL if draft.one_school else draft.school, ONE_DAY if draft.day else draft.date
    with st.grid(2, min_column_width=260):
        school = st.selectbox("Which column says the school?", [*places], index=[*places].index(said_school) if said_school else None, format_func=places.get,
                              key=f"school {sheet.name}", placeholder="Choose one")
        date = st.selectbox("Which column says the day?", [*days], index=[*days].index(said_day) if said_day else None, format_func=days.get,
                            key=f"date {sheet.name}", placeholder="Choose one")
        one = one_of(schools, "The school all rows are about", draft.one_school, f"school_of_all {sheet.name}") if school == ONE_SCHOOL else None
        day = st.date_input("The day all rows are about", draft.day, key=f"day_of_all {sheet.name}") if date == ONE_DAY else None
    return school or "", one or "", date or "", day


def what_columns_say(draft: NewSource, sheet: str, where: set[str]) -> tuple[dict[str, str], list[str]]:
    """Every other column that has something in it: what it is, or that it is left out; and which a row must have."""
    asked = [f for f in draft.fields if f.column not in where and f.seen]
    kinds = {}
    with st.grid(3, min_column_width=220):
        for f in asked:
            with st.container(gap="xxsmall"):
                before = str(f.kind) if f.used and str(f.kind) in COLUMN_WORDS else str(FieldKind.TEXT) if f.used else LEAVE_OUT
                kinds[f.column] = st.selectbox(escaped(f.heading) or f"Column {f.column}", [*COLUMN_WORDS], index=[*COLUMN_WORDS].index(before),
                                               format_func=COLUMN_WORDS.get, key=f"kind {sheet} {f.column}")
                parts.say_quietly(escaped(own_kinds.seen(f)))
    if empty := sum(not f.seen for f in draft.fields):
        parts.say_quietly(f"{count_words(empty, 'column')} without anything in {'it is' if empty == 1 else 'them are'} left out.")
    headings = {f.column: f.heading for f in asked if kinds[f.column] != LEAVE_OUT}
    needed = several("Which must every row have, beside school and day? A row without one stays out.", headings,
                     [f.column for f in asked if f.needed], f"needed {sheet}")
    return kinds, needed


def what_is_unique(draft: NewSource, sheet: str, where: set[str], kinds: dict[str, str]):
    st.subheader("3. What makes a row unique?", anchor=False)
    rows_are = st.radio("What are its rows?", [*ROWS_WORDS], index=[*ROWS_WORDS].index(draft.rows_are), format_func=ROWS_WORDS.get, key=f"rows {sheet}")
    headings = {f.column: f.heading for f in draft.fields if kinds.get(f.column, LEAVE_OUT) != LEAVE_OUT and f.column not in where}
    return rows_are, several("What tells two rows of one school and day apart? None where school and day are enough.", headings, draft.key, f"unique {sheet}")


def several(ask: str, headings: dict[str, str], chosen, key: str) -> list[str]:
    """Any number of columns."""
    return st.pills(ask, [*headings], selection_mode="multi", default=[c for c in chosen if c in headings],
                    format_func=lambda column: escaped(headings[column]), key=key) if headings else []


def watch(view: View, taken: Intake) -> None:
    """After its rows are stored: what is watched from them, and what could be."""
    offered, already = own_kinds.offers(view, taken.load), own_kinds.watched(view, taken.load)
    if not (offered or already):
        return
    st.header("What should be watched from it?", anchor=False)
    for finding in st.session_state.pop(REFUSED, ()):
        tables.finding_card(finding, place="Not watched yet")
    for definition in already:
        with st.container(border=True, gap="xxsmall"):
            st.markdown(f"**{escaped(definition.label)}** is watched.  \n{escaped(own_kinds.numbers_of(view, definition))}")
            parts.link("See it school by school →", "pages/school.py", definition.label, indicator=definition.label)
    if offered and not already:
        st.markdown("Headway can work these out every week, for every school. Choose one; more can follow later.")
    with st.grid(2, min_column_width=320):
        for each in offered[:OFFERED]:
            offered_card(each, taken)
    if more := offered[OFFERED:]:
        with st.expander(f"{len(more)} more", key="more_offers", on_change="rerun") as opened:
            if opened.open:
                with st.grid(2, min_column_width=320):
                    for each in more:
                        offered_card(each, taken)


def offered_card(each: Offer, taken: Intake) -> None:
    """One indicator: how it is made, what the person must say, one button."""
    with st.form(f"watch {each.source} {each.label}", height="stretch"):
        st.markdown(f"**{escaped(each.label)}**  \n{escaped(sentence_case(each.how))}.")
        better = st.radio("What is better?", BETTER, index=None, horizontal=True, format_func=BETTER_WORDS.get, key=f"better {each.label}")
        target = st.number_input("Target, if there is one" + (", in percent" if each.unit == "percent" else ""), value=None, min_value=0.0,
                                 max_value=100.0 if each.unit == "percent" else None, key=f"target {each.label}", width=240)
        days = st.number_input("Within how many days?", 1, MOST_DAYS, each.days, key=f"days {each.label}", width=240) if each.days else None
        if st.form_submit_button("**Watch this**", icon=":material/check:"):
            st.session_state[REFUSED] = taken.watch(each, better=better or "", target=target, days=days, at=frame.now())
            st.rerun()
