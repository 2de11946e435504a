"""CPU and memory to load a text file of two million rows (106 MB) by the command. Goal: at most 800 MB in any process.

Run: python -m benchmarks.large [ROWS]
"""
import os
import resource
import sys
import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path

from benchmarks.first_start import spent
from data.__main__ import main
from data.home import Home
from indicators.district import District


SCHOOLS = 1_600


def write(path: Path, rows: int) -> None:
    """Made-up absences counted by school, day and grade, as a state's export has them."""
    days = [day for n in range(2000) if (day := date(2022, 8, 29) + timedelta(days=n)).weekday() < 5]
    grades = ["K", *map(str, range(1, 13))]
    with path.open("w") as file:
        file.write("School Code,Attendance Date,Grade,Present,Enrolled,Entered By\n")
        for at in range(rows):
            school, rest = at % SCHOOLS, at // SCHOOLS
            file.write(f"{school:06},{days[rest // len(grades)]},{grades[rest % len(grades)]},{20 + at % 7},{28},clerk {school % 40:03} at the office\n")


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000_000
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HEADWAY_HOME"] = str(Path(folder) / "home")
        district = District.open(Home.from_environment())
        district.begin_own(by="benchmark", at=datetime(2026, 11, 20, 15, 0))
        district.close()
        file = Path(folder) / "absences.csv"
        write(file, wanted)
        before = spent()
        code = main(["load", str(file), "--by", "benchmark"])
        own, reading = (resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        print(f"exit {code}: {wanted:,} rows, {file.stat().st_size / 1e6:,.0f} MB: {spent() - before:.1f} CPU s, "
              f"at most {own:,.0f} MB in the command and {reading:,.0f} MB in its reading process")
