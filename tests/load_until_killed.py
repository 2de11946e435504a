"""A process that loads, corrects and undoes until it is killed. It prints what it was promised, line by line."""
from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from data.home import Home
from indicators.district import District

AT = datetime(2026, 11, 20, 15, 0)
SCHOOLS, DAYS, FILES_AT_A_TIME = 60, 5, 3


def week(number: int) -> bytes:
    """One of three weeks of daily attendance; no two files are the same, so later ones correct earlier ones."""
    rows = (f"{school:04d},2026-11-{2 + 7 * (number % 3) + day:02d},{80 + (school + day + number) % 20},100"
            for school in range(SCHOOLS) for day in range(DAYS))
    return ("school,date,present,enrolled\n" + "\n".join(rows) + f"\n9999,2026-11-02,{number},100000\n").encode()


def main(home: Path, first: int) -> None:
    district = District.open(Home(home))
    ready = [district.understand(district.receive(week(number), f"week {number}.csv", by="data office", at=AT))
             for number in range(first, first + FILES_AT_A_TIME)]
    print("ready", flush=True)
    for turn in range(FILES_AT_A_TIME):
        number = district.accept(ready[turn], at=AT)
        print("load", number, ready[turn].upload.sha256, flush=True)
        if turn % 3 == 1:
            print("undo", district.undo(number, by="data office", at=AT), number, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
