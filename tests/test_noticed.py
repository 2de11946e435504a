"""Lights as rows: who, since when, by how much, in the indicator's unit; a count is brought to a full week first."""
from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from tests.standings import DEFINITIONS

from indicators import noticed
from indicators.judging import Series, Weeks
from indicators.view import DISTRICT, SCHOOL, WHOLE

WEEKS, SCHOOLS, CHANGED = 30, 12, 20
MONDAYS = [*(date(2025, 9, 1) + timedelta(weeks=n) for n in range(WEEKS)), *(date(2026, 8, 31) + timedelta(weeks=n) for n in range(WEEKS))]
KNOWN = Weeks(MONDAYS, [99] * 2 * WEEKS, [True] * 2 * WEEKS, [*[-1] * WEEKS, *range(WEEKS)], [2025] * WEEKS + [2026] * WEEKS, [*range(1, WEEKS + 1)] * 2)


def series(drop: float, enrolled: float = 1000.0) -> Series:
    """Attendance of twelve schools and the district; the first school's falls by so many points in week CHANGED of the second year."""
    chance = np.random.default_rng(3)
    share = 0.93 + 0.008 * chance.standard_normal((SCHOOLS, 2 * WEEKS)) + 0.01 * np.sin(np.arange(2 * WEEKS) / 5)
    share[0, WEEKS + CHANGED:] -= drop / 100
    top = np.vstack([share * enrolled, (share * enrolled).sum(0)])
    bottom = np.vstack([np.full(share.shape, enrolled), np.full((1, 2 * WEEKS), enrolled * SCHOOLS)])
    days = np.vstack([np.full(share.shape, 5.0), np.full((1, 2 * WEEKS), 5.0 * SCHOOLS)])
    places = [*((SCHOOL, str(n)) for n in range(SCHOOLS)), (DISTRICT, WHOLE)]
    return Series(places, top, bottom, days, days, np.zeros(top.shape, bool))


def lights(of: Series, indicator: str = "attendance_rate"):
    return noticed.lights([(DEFINITIONS[indicator], of, np.isfinite(of.numerator))], KNOWN, ["elementary"] * SCHOOLS)


def test_a_lasting_drop_is_one_row_with_its_beginning_and_a_range_that_holds_the_truth():
    rows, _ = lights(series(3.0))
    (light,) = [row for row in rows if row["place"] == "0" and row["way"] == noticed.WORSENING]
    assert light["began"] == MONDAYS[WEEKS + CHANGED]
    assert light["noticed"] <= light["began"] + timedelta(weeks=2) and light["still"]
    assert abs(light["size"] + 3.0) <= 2 * light["unsure"] and light["one_in"] > 100


def test_a_week_that_is_back_where_it_was_does_not_put_the_light_out_but_is_told():
    def fell(back: slice) -> dict:
        of, well = series(4.0), series(0.0)
        of.numerator[0, WEEKS + 23:][back] = well.numerator[0, WEEKS + 23:][back] + 10
        of.numerator[0, WEEKS:WEEKS + 23] = well.numerator[0, WEEKS:WEEKS + 23]
        return next(row for row in lights(of)[0] if row["place"] == "0" and row["way"] == noticed.WORSENING)
    assert fell(slice(0, 0))["still"] and fell(slice(0, 0))["back"] is None
    assert fell(slice(6, None))["still"] and fell(slice(6, None))["back"] == MONDAYS[-1]


def test_where_nothing_changed_no_row_is_made_up():
    assert len(lights(series(0.0))[0]) <= 1


def test_each_school_says_how_large_a_change_it_would_notice():
    _, notices = lights(series(0.0))
    assert len(notices) == SCHOOLS and all(1.0 < notice["size"] < 4.0 for notice in notices)


def test_each_line_bears_its_part_of_the_districts_chance_whoever_looks_at_how_many():
    of = series(0.0)
    for indicators in (1, 40):
        judged = [(DEFINITIONS["attendance_rate"], of, np.isfinite(of.numerator))] * indicators
        _, notices = noticed.lights(judged, KNOWN, ["elementary"] * SCHOOLS)
        assert sum(notice["by_chance"] for notice in notices) == pytest.approx(noticed.by_chance(indicators * SCHOOLS))
        assert len({notice["by_chance"] for notice in notices}) == 1


def test_a_count_is_brought_to_a_full_week():
    visits = series(0.0)
    short = Series(visits.places, np.full(visits.numerator.shape, 4.0), np.ones(visits.denominator.shape), np.full(visits.expected.shape, 4.0),
                   np.full(visits.received.shape, 4.0), visits.percentages)
    made = noticed.numbers(DEFINITIONS["coaching_visits"], short, np.ones(short.numerator.shape, bool), KNOWN, [None] * SCHOOLS)
    assert made.value == pytest.approx(5.0)
    assert made.exposure == pytest.approx(0.8)


def test_a_small_district_bears_fewer_lights_by_chance_than_a_large_one():
    assert [noticed.by_chance(lines) for lines in (0, 36, 360, 15_000)] == [0, 0.1, 1.0, 1.0]


def test_what_is_not_sent_is_no_line_of_the_agenda():
    assert not noticed.watched(DEFINITIONS["data_received"]) and noticed.watched(DEFINITIONS["attendance_rate"])
