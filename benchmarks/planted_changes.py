"""What is planted: a mixture for each seed. One indicator moves for everybody, one for a caseload, the rest at single schools."""
from __future__ import annotations

import numpy as np

from benchmarks.planted_district import Change
from benchmarks.planted_kinds import KINDS

ATTENDANCE = 0                      # its changes are wished in points as well: a two-point drop is what people ask about
POINTS, OF_POINTS = (0.5, 1.0, 2.0, 4.0), (0.2, 0.2, 0.4, 0.2)
SDS, OF_SDS = (1.0, 2.0, 3.0), (0.25, 0.6, 0.15)
GRADUAL, WORSENING = 0.25, 0.75     # shares
FIRST_WEEK, LAST_WEEK = 8, 27       # so that a baseline exists and eight weeks are left to find it
SINGLE_SCHOOLS = 3                  # changed schools an indicator: few enough that peers stay peers
DIRECTORS_SCHOOLS = 5


def mixture(seed: int, schools: int = 40) -> tuple[Change, ...]:
    """About 22 single schools, one caseload and one change for everybody, in a district of 360 series."""
    chance = np.random.default_rng([seed, 8])
    everybody, caseload = chance.choice(np.arange(1, len(KINDS)), 2, replace=False)
    director = int(chance.integers(schools // DIRECTORS_SCHOOLS))
    own = tuple(range(director * DIRECTORS_SCHOOLS, (director + 1) * DIRECTORS_SCHOOLS))
    changes = [_one(chance, int(everybody), None), _one(chance, int(caseload), own)]
    for indicator in range(len(KINDS)):
        if indicator in (everybody, caseload):
            continue
        for number, school in enumerate(chance.choice(schools, SINGLE_SCHOOLS, replace=False)):
            changes.append(_one(chance, indicator, (int(school),), in_sd=indicator != ATTENDANCE or number == 0))
    return tuple(changes)


def _one(chance: np.random.Generator, indicator: int, schools: tuple[int, ...] | None, in_sd: bool = True) -> Change:
    size = chance.choice(SDS, p=OF_SDS) if in_sd else chance.choice(POINTS, p=OF_POINTS)
    return Change(indicator, schools, int(chance.integers(FIRST_WEEK, LAST_WEEK + 1)), float(size), in_sd,
                  bool(chance.random() < GRADUAL), -1 if chance.random() < WORSENING else 1)
