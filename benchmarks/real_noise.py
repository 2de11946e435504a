"""The noise of real weekly attendance, New York City's 2013-14: as it is, less the city's median, and less what peers did; and what
a planted lasting drop keeps of itself in the gap.

Run: python -m benchmarks.real_noise FOLDER_OF_FILES
"""
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from indicators.peers import gaps

LEARNED, PLANTED_FROM, POINTS = 20, 24, 2.0
IRREGULAR = ("2013-12-30", "2014-06-23")        # one school day after a holiday; the year's last days


def weekly(folder: Path, without: tuple[str, ...]) -> pd.DataFrame:
    """Schools with every week, the mean percentage of each; days on which few schools reported are no school days."""
    days = pd.read_csv(folder / "nyc_daily_attendance_2013-14.csv.gz", dtype=str)
    days["date"] = pd.to_datetime(days["ATTN_DATE_YMD"], format="%Y%m%d")
    days["percent"] = pd.to_numeric(days["ATTN_PCT"], errors="coerce")
    days = days[(days["DBN"] != "TOTAL") & days["DBN"].notna() & (days["date"] < "2014-07-01")]
    reported = days.groupby("date")["percent"].count()
    days = days[days["date"].isin(reported[reported > reported.max() / 2].index)]
    monday = days["date"].dt.to_period("W-SUN").dt.start_time
    table = days.groupby(["DBN", monday])["percent"].mean().unstack().drop(columns=[pd.Timestamp(day) for day in without])
    return table[table.notna().all(axis=1)]


def noise(matrix: np.ndarray) -> float:
    """The middle school's sd: from moving ranges or the plain one, whichever is larger (as in the project's facts)."""
    ranges = np.abs(np.diff(matrix, axis=1)).mean(1) / 1.128
    return float(np.median(np.maximum(ranges, matrix.std(1, ddof=1))))


def kept(values: np.ndarray, learned: np.ndarray) -> float:
    """The part of a planted lasting drop that stays in its school's gap: the mean of forty schools, one at a time."""
    def gap(of: np.ndarray) -> np.ndarray:
        return gaps(of, np.isfinite(of), learned, np.zeros(len(of)))
    plain, shares = gap(values), []
    for school in range(0, len(values), len(values) // 40):
        changed = values.copy()
        changed[school, PLANTED_FROM:] -= POINTS
        shares.append(float((plain - gap(changed))[school, PLANTED_FROM:].mean() / POINTS))
    return float(np.mean(shares))


if __name__ == "__main__":
    for without in (IRREGULAR[:1], IRREGULAR):
        table = weekly(Path(sys.argv[1]), without)
        values = table.to_numpy()
        learned = np.arange(values.shape[1]) < LEARNED
        by_level = gaps(values, np.isfinite(values), learned, np.zeros(len(values)))
        by_district = gaps(values, np.isfinite(values), learned, table.index.str[:2].to_numpy())
        print(f"{values.shape[0]:,} schools, {values.shape[1]} weeks (without {', '.join(without)}): as it is {noise(values):.2f}, "
              f"less the city's median {noise(values - np.median(values, 0)):.2f}, gap to peers {noise(by_level):.2f}, "
              f"with districts as groups {noise(by_district):.2f}; a planted drop keeps {kept(values, learned):.0%}")
