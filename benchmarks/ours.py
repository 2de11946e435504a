"""Headway's own detector as the planted-effects benchmark takes it: a made-up district in, lights out."""
from __future__ import annotations

import numpy as np

from benchmarks.planted_district import District
from indicators.changes import FULL_WEEK, Found, Numbers, found
from indicators.judging import ENOUGH_ARRIVED

BY_CHANCE = 1.0             # new lights for the worse a week


def lights(district: District) -> np.ndarray:
    """+1 improving, -1 worsening, 0 none: (indicators, schools and the district, weeks of this year)."""
    return np.array([_lights(district, i) for i in range(len(district.name))])


def _lights(district: District, indicator: int) -> np.ndarray:
    seen = judged(district, indicator)
    return (int(district.better[indicator]) * (seen.rise.astype(np.int8) - seen.fall.astype(np.int8))).astype(np.int8)


def judged(district: District, indicator: int) -> Found:
    return found(numbers(district, indicator), district.noise_sd.size, BY_CHANCE, int(district.better[indicator]))


def noticed(district: District, week: int) -> np.ndarray:
    """What we say we would notice of a drop in that week, from what was known before it: (indicators, schools), in the indicator's unit."""
    return np.array([judged(district, i).noticeable[:-1, week - 1] for i in range(len(district.name))])


def numbers(district: District, indicator: int) -> Numbers:
    """As a view has them: plain counts are brought to a full week, weeks mostly not there are left out."""
    top, bottom, received = district.numerator[indicator], district.denominator[indicator], district.received[indicator]
    plain = district.unit[indicator] == "count"
    exposure = received / FULL_WEEK if plain else bottom
    counted = np.where(exposure > 0, exposure, np.nan)
    usable = np.isfinite(top / counted) & (received >= ENOUGH_ARRIVED * district.expected[indicator])
    whole = district.scale[indicator] * _sum(top, usable) / _sum(counted, usable)
    weeks = np.arange(len(district.year))
    return Numbers(district.scale[indicator] * top / counted, counted, usable, whole, district.year,
                   np.where(district.year == 1, weeks - district.weeks, -1), np.unique(district.level, return_inverse=True)[1],
                   district.unit[indicator] != "percent")


def _sum(matrix: np.ndarray, usable: np.ndarray) -> np.ndarray:
    return np.where(usable, matrix, 0.0).sum(0)
