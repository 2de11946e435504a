"""CPU of a page's rerun on the made-up district, median of 20. Goal: 80 ms of the server's.

Two ways: the whole server process while a real Chromium asks for reruns (Linux only: it reads /proc), and the scripts alone, in
this process. Run: python -m benchmarks.pages
"""
import os
import shutil
import statistics
import tempfile
import time
from datetime import datetime
from pathlib import Path

from playwright.sync_api import sync_playwright
from streamlit.testing.v1 import AppTest

from data.home import Home
from indicators.district import District
from tests.browser import ARGUMENTS, DESKTOP, PAGES, server, settled

APP = Path(__file__).parents[1] / "app.py"
RERUNS = 20
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def scripts_alone(name: str) -> float:
    """Median CPU milliseconds of a rerun through app.py in this process, after two to warm up."""
    at = AppTest.from_file(str(APP), default_timeout=120).run()
    at.switch_page(f"pages/{name}.py").run()
    at.run()
    spent = []
    for _ in range(RERUNS):
        begun = time.process_time()
        at.run()
        spent.append(1000 * (time.process_time() - begun))
    assert not at.exception and not at.error, (at.exception, at.error)
    return statistics.median(spent)


def whole_server(address: str, pid: int, path: str, chrome) -> float:
    """Median CPU milliseconds of the server process for one rerun, asked for by the browser's own shortcut."""
    page = chrome.new_page(viewport=DESKTOP)
    page.goto(f"{address}/{path}")
    settled(page)
    spent = []
    for turn in range(RERUNS + 2):
        begun = used(pid)
        page.keyboard.press("r")
        page.wait_for_timeout(50)
        settled(page)
        if turn > 1:
            spent.append(used(pid) - begun)
    page.close()
    return statistics.median(spent)


def used(pid: int) -> float:
    """CPU milliseconds a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return 1000 * (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        district = District.open(home)
        district.begin_made_up(at=datetime(2026, 11, 20, 15, 0))
        district.close()
        print("page          server  scripts alone   (median CPU ms of a rerun)")
        chromium = next(filter(None, map(shutil.which, BROWSERS)))
        whole = {}
        with server(home.path) as (address, pid), sync_playwright() as driver:
            chrome = driver.chromium.launch(executable_path=chromium, args=ARGUMENTS)
            whole = {name: whole_server(address, pid, path, chrome) for name, path in PAGES.items()}
            chrome.close()
        os.environ["HEADWAY_HOME"] = str(home.path)
        for name in PAGES:
            print(f"{name:<12} {whole[name]:7.0f} {scripts_alone(name):8.0f}")


if __name__ == "__main__":
    main()
