"""What stands before every page: who is here, what they may see, and the one place that keeps things between reruns."""
from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import streamlit as st

import data.__main__ as data_commands
import indicators.__main__ as indicator_commands
from data.access import EVERYTHING, Scope
from data.home import Home
from data.store import Damaged, InUse
from indicators.district import District
from indicators.house import EDITED, House
from indicators.view import View

log = logging.getLogger("headway")
LOOPBACK = {"localhost", "127.0.0.1", "::1", "[::1]"}
FRAME, WANTED = "frame", "wanted"        # session keys: the frame has run; the page a deep link asked for


@st.cache_resource(show_spinner=False)
def _house(home: str) -> House:
    """One house for each home folder and process. The only thing kept; what people see is keyed by scope inside it."""
    return House(Home(Path(home)), _run_command, now)


def house() -> House:
    return _house(str(Home.from_environment().path))


def _run_command(district: District, module: str, arguments: Sequence[str], folder: str) -> tuple[int, str]:
    commands = {"data": data_commands, "indicators": indicator_commands}[module]
    return commands.run(district, arguments, folder)


def enter() -> None:
    """Let this session in, or stop with the one sentence that says why not. Called by app.py before any page."""
    if not _on_loopback():
        st.error("Sign-in is not configured, so Headway answers only on the computer it runs on. Open it there, at the address it printed.")
        st.stop()
    try:
        job = house().prepare(now())
    except InUse:
        st.error("The database is in use by another program. Close the other Headway, or the command that is running, and reload this page.")
        st.stop()
    except Damaged:
        st.error("The database cannot be read. Set headway.duckdb in the home folder aside, start again and load the files of archive/ again.")
        st.stop()
    if job:
        _wait_for(job)
        st.stop()
    st.session_state[FRAME] = True


def scope() -> Scope:
    """What the person here may see. Without sign-in, which is loopback only, everything."""
    return EVERYTHING


def now() -> datetime:
    return datetime.now()


def as_of() -> date:
    return house().as_of(now().date())


def view(page: str) -> View:
    """This person's view for a page of pages/, which stops here unless the frame has run before it.

    A deep link on a freshly started server runs a page without app.py: remember the page, let the frame run first.
    """
    if not st.session_state.get(FRAME):
        st.session_state[WANTED] = (page, dict(st.query_params))
        st.switch_page("app.py")
    return house().view(scope(), as_of())


def go_where_wanted() -> None:
    """Continue to the page a deep link asked for, with its filters."""
    if wanted := st.session_state.pop(WANTED, None):
        page, filters = wanted
        st.switch_page(page, query_params=filters)


def show(page) -> None:
    """Run a page. A fault of ours becomes a sentence with a number; what happened goes to the log, never to the screen."""
    try:
        page.run()
    except Exception:       # the last boundary: whatever it is, nobody is shown a traceback or a cell of somebody's file
        number = f"{now():%m%d-%H%M%S}"
        log.exception("page failed: %s (%s)", page.title, number)
        st.error(f"Something went wrong on this page that we did not foresee. Nothing was changed. Reload it; if it happens again, "
                 f"tell your data office the number {number}: the log has the rest.")


def _on_loopback() -> bool:
    """Is everything about this request local: the address served, the host asked for, no proxy in between?"""
    headers = st.context.headers
    host = (headers.get("Host") or "localhost").rsplit(":", 1)[0]
    served = st.get_option("server.address") or "0.0.0.0"
    forwarded = any(name.lower().startswith(("x-forwarded", "forwarded")) for name in headers)
    return served in LOOPBACK and host in LOOPBACK and not forwarded


@st.fragment(run_every=0.7)
def _wait_for(job) -> None:
    """Say what the worker does until the first page can be shown, then start over."""
    if job.done:
        st.rerun()
    if job.name == EDITED:
        st.markdown("### Working out edited indicators")
        st.write("Definitions were added or edited since Headway last ran. Their weekly numbers are made anew, once.")
        return
    st.markdown("### Preparing a made-up district")
    st.write("Headway opens with invented schools, so that you can look around. This takes about ten seconds, once.")
    st.markdown(f":gray[{job.words}]")
