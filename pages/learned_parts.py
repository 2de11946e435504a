"""What answers about earlier files taught, and the way to take one back."""
from __future__ import annotations

import streamlit as st

from indicators.escape import escaped
from indicators.learned import learned
from indicators.phrases import count_words
from pages import frame, parts, upload_parts


def what_was_learned() -> None:
    """Each lesson with the button that forgets it; nothing where there is none."""
    lessons = learned(frame.house().district)
    if not lessons:
        return
    st.header("What your answers taught", anchor=False)
    with st.expander(f"{count_words(len(lessons), 'answer')} used again", key="learned", on_change="rerun") as opened:
        if not opened.open:
            return
        parts.say_quietly("Files like these are read without asking again. Forget an answer and you are asked the next time; what is loaded stays as it is.")
        by = upload_parts.who()
        for at, one in enumerate(lessons):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"**{escaped(one.says)}**  \n:small[:gray[{escaped(one.whose)} · {escaped(one.taught_by)}]]", width="stretch")
                if st.button("Forget", key=f"forget {at}", type="tertiary", help=f"Ask again: {one.says}") and by:
                    frame.house().district.forget(one.lesson, by=by, at=frame.now())
                    st.rerun()
        if not by:
            parts.say_quietly("Write your name above to forget one.")
