"""Uploading as a person does: the app on a home folder, a file dropped in, a wait for the worker, what the page says."""
from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from streamlit import config
from streamlit.testing.v1 import AppTest

from pages import frame, load_parts, upload_parts
from tests.driving import show

CHECKOUT = Path(__file__).parents[1]
TODAY = datetime(2026, 11, 21, 9, 0)
WEEK = [f"2026-11-{day}" for day in (16, 17, 18, 19, 20)]
# Two schools, five days: 950 of 1,000 student-days present at A, 430 of 500 at B.
ATTENDANCE = "School,Date,Present,Enrolled\n" + "".join(f"A,{day},190,200\nB,{day},86,100\n" for day in WEEK)


@pytest.fixture
def served(monkeypatch):
    """As run.py serves it: on this computer only."""
    monkeypatch.setattr(frame, "now", lambda: TODAY)
    before = config.get_option("server.address")
    config.set_option("server.address", "127.0.0.1")
    yield
    config.set_option("server.address", before)


@pytest.fixture
def own(served, empty_home) -> Iterator[AppTest]:
    """The app on a district that has begun with its own data."""
    yield from started(empty_home)


@pytest.fixture
def made_up(served, made_up_home) -> Iterator[AppTest]:
    """The app on a copy of the made-up district."""
    yield from started(made_up_home)


def started(home: Path) -> Iterator[AppTest]:
    at = AppTest.from_file(str(CHECKOUT / "app.py"), default_timeout=60).run()
    yield at
    frame._house(str(home)).close()
    frame._house.clear()


def drop_in(at: AppTest, content: str | bytes, name: str = "week 47.csv", by: str = "R. Ortiz") -> AppTest:
    """Give the file to the uploader and wait until it is read."""
    show(at, "upload")
    at.text_input(key="your_name").set_value(by)
    at.file_uploader[0].upload(name, content.encode() if isinstance(content, str) else content)
    return settled(at)


def settled(at: AppTest, what: str = upload_parts.INTAKE) -> AppTest:
    """Look again until the worker has done what it was asked."""
    at.run()
    end = time.monotonic() + 60
    while what in at.session_state and at.session_state[what].at_work:
        assert time.monotonic() < end, "the worker is not done after a minute"
        time.sleep(0.05)
    at.run()
    assert not at.exception
    return at


def accept(at: AppTest) -> AppTest:
    at.button(key="accept").click()
    return settled(at)


def said(at: AppTest) -> str:
    """Everything written on the page, headings and tables included, with the marks of Markdown taken off."""
    texts = [element.value for kind in ("title", "header", "subheader", "markdown") for element in getattr(at, kind)]
    texts += [str(cell) for table in at.table for row in table.value.itertuples(index=True) for cell in row]
    return plain("\n".join(texts))


def plain(text: str) -> str:
    """As it is read: without what keeps Markdown from working."""
    return text.replace("\\", "").replace("\u2060", "").replace("\u00a0", " ")


def drop_another(at: AppTest, content: str, name: str = "week 47.csv", by: str = "R. Ortiz") -> AppTest:
    """Come back to the page Upload, which still shows what became of the last file, and give it another."""
    show(at, "upload")
    at.button(key="another").click().run()
    return drop_in(at, content, name, by)


def ask_to_undo(at: AppTest, load: int) -> AppTest:
    show(at, "loads", load=str(load))
    at.button(key="undo").click()
    return settled(at, load_parts.UNDOING)


def undo(at: AppTest, load: int) -> AppTest:
    """Ask what it would change, and confirm."""
    ask_to_undo(at, load)
    at.text_input(key="your_name").set_value("R. Ortiz")
    at.button(key="confirm").click()
    return settled(at, load_parts.UNDOING)


def standing_loads(home: Path) -> int:
    return frame._house(str(home)).district.store.value("select count(*) from standing")
