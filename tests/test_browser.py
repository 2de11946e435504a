"""The app as a person meets it, in a real Chromium, on the made-up district."""
from __future__ import annotations

import pytest
from tests.browser import ARGUMENTS, DESKTOP, PAGES, PHONE, serving, settled
from tests.nightly import by_night  # noqa: F401

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.browser

# Faults of the elements themselves, seen upstream and not to be mended from Python.
UPSTREAM = {
    "presentation-role-conflict": "the file uploader's drop zone (Streamlit)",
}


@pytest.fixture(scope="module")
def chrome(chromium):
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def app(made_up_original, tmp_path_factory):
    """The made-up district, served; read only by these tests."""
    import shutil
    home = tmp_path_factory.mktemp("served") / "home"
    shutil.copytree(made_up_original, home)
    with serving(home) as address:
        yield address


def opened(chrome, address: str, path: str, *, size=DESKTOP, scheme="light"):
    """A page that has come to rest, and every request that went elsewhere."""
    page = chrome.new_page(viewport=size, color_scheme=scheme)
    page.elsewhere = []
    page.on("request", lambda request: None if request.url.startswith((address, "data:", "blob:")) or
            request.url.startswith(address.replace("http", "ws")) else page.elsewhere.append(request.url))
    page.goto(f"{address}/{path}")
    settled(page)
    return page


@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop-light", "phone-dark"])
@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_readable_by_everybody(chrome, app, name, size, scheme):
    readable(chrome, app, name, size, scheme)


@pytest.mark.nightly
@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "dark"), (PHONE, "light")], ids=["desktop-dark", "phone-light"])
@pytest.mark.parametrize("name", PAGES)
def test_nor_does_the_other_light_hide_anything(by_night, chrome, app, name, size, scheme):  # noqa: F811
    readable(chrome, app, name, size, scheme)


def readable(chrome, app, name, size, scheme) -> None:
    """No accessibility fault that is ours, no sideways scroll, no request to anywhere else."""
    from axe_playwright_python.sync_playwright import Axe
    page = opened(chrome, app, PAGES[name], size=size, scheme=scheme)
    faults = [f"{v['id']}: {v['help']} at {v['nodes'][0]['target']}" for v in Axe().run(page).response["violations"] if v["id"] not in UPSTREAM]
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    elsewhere = page.elsewhere
    page.close()
    assert (faults, wide, elsewhere) == ([], 0, [])


@pytest.mark.parametrize(("path", "heading"), [("coverage", "Who has sent what"), ("school?school=Lincoln", "Lincoln")])
def test_a_deep_link_on_a_cold_server_ends_on_that_page_with_its_filters(chrome, made_up_home, path, heading):
    """The first page a fresh server is asked for runs without the frame: it must wait for it, then come back."""
    with serving(made_up_home) as address:
        page = opened(chrome, address, path)
        page.wait_for_timeout(1500)
        settled(page)
        address_shown, title = page.url, page.inner_text("h1")
        page.close()
    assert address_shown.startswith(f"{address}/{path}")
    assert title == heading
