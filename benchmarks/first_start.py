"""CPU from an empty home folder to the made-up district and its first view, reading processes included. Goal: 10 s.

Run: python -m benchmarks.first_start
"""
import resource
import tempfile
import time
from datetime import datetime
from pathlib import Path

from data.access import EVERYTHING
from data.home import Home
from data.sample import AS_OF
from indicators.district import District


def spent() -> float:
    """CPU seconds of this process and of its finished children."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        district = District.open(Home(Path(folder) / "home"))
        district.begin_made_up(at=datetime(2026, 11, 20, 15, 0))
        loaded = spent()
        district.view(EVERYTHING, AS_OF)
        print(f"made-up district loaded: {loaded:.1f} CPU s since the process began; with its first view: {spent():.1f} CPU s")
        district.close()
