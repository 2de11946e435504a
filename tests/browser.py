"""Driving the real app in a real Chromium: a server on a free port, a page at a given width and theme, axe."""
from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CHECKOUT = Path(__file__).parents[1]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]
DESKTOP, PHONE = {"width": 1280, "height": 2200}, {"width": 390, "height": 2200}
PAGES = {"this_week": "", "caseload": "caseload", "school": "school", "goal": "goal", "upload": "upload", "loads": "loads",
         "coverage": "coverage", "dictionary": "dictionary"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serving(home: Path) -> Iterator[str]:
    """The app on a home folder, cold: the address, once it answers."""
    with server(home) as (address, _):
        yield address


@contextmanager
def server(home: Path) -> Iterator[tuple[str, int]]:
    """The same, with the number of the server's process."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "app.py", "--server.address", "127.0.0.1", "--server.port", str(port),
         "--server.headless", "true"], cwd=CHECKOUT, env={**os.environ, "HEADWAY_HOME": str(home)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_until_up(address, process)
        yield address, process.pid
    finally:
        process.terminate()
        process.wait(20)


def _wait_until_up(address: str, process: subprocess.Popen) -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError(f"the app ended with {process.returncode} before it answered")
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=1)
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the app did not answer within 30 seconds")


def settled(page) -> None:
    """Wait until the script has run and the charts are drawn."""
    page.wait_for_selector("[data-testid='stApp'][data-test-script-state='notRunning']", timeout=60_000)
    page.wait_for_selector("h1", timeout=60_000)
    page.wait_for_timeout(400)
    page.wait_for_selector("[data-testid='stApp'][data-test-script-state='notRunning']", timeout=60_000)
