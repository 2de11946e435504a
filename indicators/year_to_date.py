"""Sums of the school year so far, one a week: what each week added, and where the year will end if the coming weeks are like these."""
from __future__ import annotations

import numpy as np

from indicators.outlook import Outlook, year_end


def added(so_far: np.ndarray, year: np.ndarray) -> np.ndarray:
    """What each week added to its year's sum; NaN where it has none. A week after a gap holds what came since the last known one."""
    alone = np.full(np.shape(so_far), np.nan)
    for one in np.unique(year):
        weeks = np.flatnonzero(year == one)
        sums = so_far[:, weeks]
        last_known = np.maximum.accumulate(np.where(np.isfinite(sums), np.arange(len(weeks)), -1), axis=1)
        before = np.hstack([np.full((len(sums), 1), -1), last_known[:, :-1]])
        alone[:, weeks] = sums - np.where(before >= 0, np.take_along_axis(sums, np.maximum(before, 0), axis=1), 0.0)
    return alone


def ends(numerator: np.ndarray, denominator: np.ndarray, usable: np.ndarray, coming: int, *, count: bool) -> Outlook:
    """Where this year's sum over sum, or its count, will end: one column. From the weeks alone (`added`), this year's only.

    Each of the `coming` weeks is taken to be as large as the middle one of those so far.
    """
    known = np.isfinite(numerator) & np.isfinite(denominator)
    size = np.array([np.median(row[there]) if there.any() else np.nan for row, there in zip(denominator, known, strict=True)])
    end = year_end(numerator, denominator, usable, np.broadcast_to(size[:, None], (len(size), coming)))
    weeks = (known.sum(axis=1) + coming)[:, None] if count else 1
    return Outlook(*(edge * weeks for edge in (end.middle, end.lower, end.upper)))
