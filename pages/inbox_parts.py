"""Files that wait in the inbox for a person: why, and the way to look at them."""
from __future__ import annotations

import streamlit as st

from indicators.escape import escaped
from indicators.intake import Intake
from indicators.phrases import count_words
from pages import frame, parts

FILES_SHOWN = 20


def waiting(by: str, session_key: str) -> None:
    """Nothing where no file waits."""
    files = frame.house().inbox.waiting
    if not files:
        return
    st.header(f"{count_words(len(files), 'file')} {'waits' if len(files) == 1 else 'wait'} in the inbox", anchor=False)
    parts.say_quietly("Files put into the inbox folder are loaded by themselves when they are recognised and only add rows. These need you.")
    for at, file in enumerate(files[:FILES_SHOWN]):
        with st.container(border=True):
            st.markdown(f"**{escaped(file.name)}**  \n{escaped(file.why)}")
            if st.button("Look at it", key=f"inbox {at}", help=f"Look at {file.name}") and by:
                st.session_state[session_key] = Intake.of_waiting(frame.house(), file.path, by=by, at=frame.now())
                st.rerun()
    if not by:
        parts.say_quietly("Write your name above to look at one.")
