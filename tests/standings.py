"""A standing to say something about: Lincoln's attendance as the tests need it."""
from __future__ import annotations

from dataclasses import replace
from datetime import date

from data.source import load_sources
from indicators.definition import load_definitions
from indicators.standing import Newer, Standing
from indicators.trend import Assurance, Variation
from indicators.view import SCHOOL

DEFINITIONS = load_definitions(load_sources())
AS_OF = date(2026, 11, 20)
LINCOLN = Standing(DEFINITIONS["attendance_rate"], SCHOOL, "0204", "Lincoln", date(2026, 11, 9), 88.3527, 2124, 2404, 4, 4, 90.71, False,
                   88.2, 93.34, 90.7, -2, 3, 51, False, Assurance.WILL_MISS, Variation.WORSENING,
                   Newer(date(2026, 11, 16), 89.83, 3010, 5, 5, complete=False))


def standing(indicator: str = "attendance_rate", **changed) -> Standing:
    return replace(LINCOLN, definition=DEFINITIONS[indicator], **changed)
