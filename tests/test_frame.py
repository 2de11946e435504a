"""The frame before every page: nothing without it, nobody from elsewhere, no traceback on a screen."""
from __future__ import annotations

import ast
from pathlib import Path

import pytest
from streamlit import config
from streamlit.testing.v1 import AppTest

from pages import frame
from tests.driving import on_this_computer, started  # noqa: F401

CHECKOUT = Path(__file__).parents[1]
SCRIPTS = ("this_week", "caseload", "school", "goal", "upload", "loads", "coverage", "dictionary")


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_page_asks_the_frame_before_it_does_anything(name):
    """On a cold server a deep link runs a page by itself: its first act must be to ask for its view, by its own name."""
    body = ast.parse((CHECKOUT / "pages" / f"{name}.py").read_text()).body
    harmless = (ast.Expr, ast.Import, ast.ImportFrom, ast.FunctionDef)
    acts = [node for node in body if not isinstance(node, harmless) and not (isinstance(node, ast.Assign) and "frame." not in ast.unparse(node)
            and "st." not in ast.unparse(node))]
    docstring_only = [node for node in body if isinstance(node, ast.Expr)][0]
    assert isinstance(docstring_only.value, ast.Constant)
    assert ast.unparse(acts[0]) == f"view = frame.view('pages/{name}.py')"


@pytest.fixture
def app(made_up_home, on_this_computer):  # noqa: F811
    yield from started()


def test_a_fault_of_ours_becomes_a_sentence_with_a_number(app):
    """A database that lost a table: nobody foresaw it, and nobody reads its name on the screen."""
    with frame.house().district.store.change() as change:
        change.run("drop table weekly")
        change.run("insert into event values (9999, '2026-11-20 16:00', 'fate', 'fault', null, null)")
    fresh = AppTest.from_file(str(CHECKOUT / "app.py"), default_timeout=60).run()
    assert not fresh.exception
    assert "Something went wrong on this page" in fresh.error[0].value and "weekly" not in fresh.error[0].value


def test_served_to_others_without_sign_in_no_page_shows_a_number(app):
    config.set_option("server.address", "0.0.0.0")
    fresh = AppTest.from_file(str(CHECKOUT / "app.py"), default_timeout=60).run()
    assert [title.value for title in fresh.title] == []
    assert "Sign-in is not configured, so Headway answers only on the computer it runs on" in fresh.error[0].value
