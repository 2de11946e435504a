"""One line of the agenda with what can be decided about it; shared by the pages that have an agenda."""
from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from data.decisions import Choice
from indicators import agenda_words, history, reading
from indicators.agenda import Agenda, Item
from indicators.escape import escaped
from indicators.noticed import IMPROVING
from indicators.standing import Standing
from indicators.view import View
from pages import frame, parts

WEEKS_DRAWN = 12
WHY_NOT = "Say in a few words why it is dismissed: whoever looks at it later will ask."
TAKEN_BACK = 6              # of the newest decisions have a button to take them back
TOLD = "agenda told"        # session key: what the page has to say about the last click


def standings(view: View, items: Sequence[Item]) -> dict[str, Standing]:
    """Where the indicator of each line stands, by the line's key."""
    found = {item.key: reading.one(view, item.definition.name, item.kind, item.place) for item in items}
    return {key: standing for key, standing in found.items() if standing}


def line(view: View, item: Item, standing: Standing | None, lines: dict) -> None:
    """What changed, a picture, and the decision; of what got better, one click to celebrate it."""
    with st.container(border=True):
        said, drawn, way = st.columns([6.2, 2.3, 1.3], vertical_alignment="center")
        with said.container(gap="xxsmall"):
            st.subheader(agenda_words.title(item, standing), anchor=False)
            st.markdown(f"{agenda_words.what(item, view.as_of)} {agenda_words.whose(item, reading.week_shown(view), view.as_of)}")
        if standing:
            drawn.markdown(parts.trend(standing, lines[standing.key], parts.WIDE_PICTURE))
        with way.container(horizontal=True, gap="xsmall"):
            if standing:
                parts.see_why(view, standing)
            (celebrate if item.way == IMPROVING else decide)(item)


def decided(view: View, found: Agenda) -> None:
    """What was decided, behind one line that says how much; the newest can be taken back."""
    if found.decided:
        with st.expander(f"Decided this year ({len(found.decided)})", key="decided"):
            parts.table(st, agenda_words.decided(found.decided, view.as_of), "What was decided, newest first")
            with st.container(horizontal=True):
                for item in found.decided[:TAKEN_BACK]:
                    st.button(f"Take back: {escaped(agenda_words.about_plainly(item))}", key=f"{Choice.TAKE_BACK} {item.key}", type="tertiary",
                              on_click=_decided, args=(item, Choice.TAKE_BACK))


def drawn(view: View, found: dict[str, Standing]) -> dict:
    """The last weeks of each line, for its picture."""
    return history.lines(view, list(found.values()), WEEKS_DRAWN)


def decide(item: Item) -> None:
    """Act, watch or dismiss, with a word on why; behind one button, so that the agenda stays a list to read."""
    popover = st.popover("Decide", key=f"decide {item.key}", help=f"Decide about {agenda_words.about_plainly(item)}", on_change="rerun")
    if not popover.open and f"why {item.key}" not in st.session_state:     # what was typed stays when it is closed for a look
        return
    with popover:
        st.text_input("What will be done, or why not", key=f"why {item.key}", placeholder="Principal and director meet on Friday")
        if told := st.session_state.get(TOLD, {}).get(item.key):
            st.markdown(f":orange[{told}]")
        with st.container(horizontal=True):
            for choice, label in ((Choice.ACT, "We act"), (Choice.WATCH, "Watch"), (Choice.DISMISS, "Dismiss")):
                st.button(label, key=f"{choice} {item.key}", on_click=_decided, args=(item, choice))
        with st.container(gap="xxsmall"):
            st.markdown("**How do we know?**")
            st.markdown(":small[" + "  \n".join(agenda_words.how_known(item)) + "]")


def celebrate(item: Item) -> None:
    st.button("Celebrate", key=f"{Choice.CELEBRATE} {item.key}", type="tertiary", on_click=_decided, args=(item, Choice.CELEBRATE),
              help=f"Celebrate {agenda_words.about_plainly(item)}")


def _decided(item: Item, choice: Choice) -> None:
    why = st.session_state.get(f"why {item.key}", "").strip()
    if choice == Choice.DISMISS and not why:
        st.session_state[TOLD] = {item.key: WHY_NOT}
        return
    st.session_state.pop(TOLD, None)
    frame.house().district.decide([light.about for light in item.lights], choice, why=why, by=frame.scope().role, at=frame.now())
