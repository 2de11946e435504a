"""Server CPU of a page's rerun on the made-up district: median of 20, through app.py. Goal: 80 ms.

Run: python -m benchmarks.pages
"""
import os
import statistics
import tempfile
import time
from datetime import datetime
from pathlib import Path

from streamlit.testing.v1 import AppTest

from data.home import Home
from indicators.district import District

PAGES = ("this_week", "caseload", "school", "goal", "upload", "loads", "coverage", "dictionary")
APP = Path(__file__).parents[1] / "app.py"
RERUNS = 20


def measured(page: str) -> tuple[float, float, float]:
    """Minimum, median and maximum CPU milliseconds of a rerun, after two to warm up."""
    at = AppTest.from_file(str(APP), default_timeout=120).run()
    at.switch_page(f"pages/{page}.py").run()
    at.run()
    spent = []
    for _ in range(RERUNS):
        begun = time.process_time()
        at.run()
        spent.append(1000 * (time.process_time() - begun))
    assert not at.exception, at.exception
    return min(spent), statistics.median(spent), max(spent)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        district = District.open(home)
        district.begin_made_up(at=datetime(2026, 11, 20, 15, 0))
        district.close()
        os.environ["HEADWAY_HOME"] = str(home.path)
        print("page            min  median  max   (CPU ms of a rerun)")
        for name in PAGES:
            print("{:<12} {:6.0f} {:7.0f} {:4.0f}".format(name, *measured(name)))
