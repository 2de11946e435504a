"""What the tests share: an empty store, the made-up district loaded once, and loud skips that CI turns into failures."""
from __future__ import annotations

import os
import shutil
from datetime import datetime
from pathlib import Path

import pytest

from data.home import Home
from data.store import Store
from indicators.district import District

SHARED = Path(__file__).parents[2] / "shared"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


# Files of tests that take longest, longest first: begun first, no core waits for one of them at the end.
LONG = ("test_browser", "test_messy_again", "test_pages_intake", "test_realdata_nyc", "test_replay", "test_browser_realdata", "test_killed",
        "test_layout", "test_browser_messy", "test_browser_main_path", "test_store", "test_planted", "test_run", "test_bad_inputs")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    place = {name: at for at, name in enumerate(LONG)}
    items.sort(key=lambda item: place.get(item.path.stem, len(LONG)))


def absent(what: str, required_by: str) -> None:
    """Skip loudly; where CI demands the thing, fail."""
    if os.environ.get(required_by):
        pytest.fail(f"{what} is required here ({required_by} is set)")
    pytest.skip(what)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference cases and real files beside the checkout."""
    if not SHARED.is_dir():
        absent("the folder ../shared with real files and reference cases is not here", "HEADWAY_REQUIRE_SHARED")
    return SHARED


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium to drive."""
    found = os.environ.get("HEADWAY_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found:
        absent("no Chromium was found; install one (Debian: apt-get install chromium) or set HEADWAY_CHROMIUM", "HEADWAY_REQUIRE_BROWSER")
    return found


@pytest.fixture
def store():
    """A district's empty store, in memory."""
    with Store.open() as store:
        yield store


@pytest.fixture
def district(tmp_path):
    """An empty district of its own, in memory, with a home folder for its archive."""
    opened = District(Home(tmp_path / "home").ensure(), Store.open())
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def made_up_original(tmp_path_factory) -> Path:
    """A home folder with the made-up district, loaded once in a session; never written to by a test."""
    home = Home(tmp_path_factory.mktemp("made-up") / "home")
    opened = District.open(home)
    opened.begin_made_up(at=datetime(2026, 11, 20, 15, 0))
    opened.close()
    return home.path


@pytest.fixture
def made_up_home(made_up_original, tmp_path, monkeypatch) -> Path:
    """A copy of the made-up district's home that this test may do anything to; HEADWAY_HOME points at it."""
    copy = tmp_path / "home"
    shutil.copytree(made_up_original, copy)
    monkeypatch.setenv("HEADWAY_HOME", str(copy))
    return copy


@pytest.fixture
def empty_home(tmp_path, monkeypatch) -> Path:
    """The home of a district that has begun with its own data and loaded nothing yet."""
    home = Home(tmp_path / "home")
    opened = District.open(home)
    opened.begin_own(by="steward", at=datetime(2026, 9, 1, 8, 0))
    opened.close()
    monkeypatch.setenv("HEADWAY_HOME", str(home.path))
    return home.path
