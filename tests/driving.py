"""Driving the pages without a browser: started as run.py starts them, shown with their filters, read as one text."""
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit import config
from streamlit.testing.v1 import AppTest
from tests.test_words import flat

from pages import frame

CHECKOUT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def on_this_computer():
    """As run.py serves it: on this computer only."""
    before = config.get_option("server.address")
    config.set_option("server.address", "127.0.0.1")
    yield
    config.set_option("server.address", before)


def started() -> Iterator[AppTest]:
    yield AppTest.from_file(str(CHECKOUT / "app.py"), default_timeout=60).run()
    frame.house().close()
    frame._house.clear()


def show(at: AppTest, page: str, /, **filters: str) -> AppTest:
    at.switch_page(f"pages/{page}.py")
    at.query_params.clear()
    for name, value in filters.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception
    return at


def said(at: AppTest) -> str:
    return flat("\n".join(element.value for element in (*at.title, *at.header, *at.subheader, *at.markdown)))
