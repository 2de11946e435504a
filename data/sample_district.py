"""The made-up district of a plan: its schools, its school days, and what is usual there, planted changes included."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import pandas as pd

from data.toml_file import read_toml

MOST_PERCENT = 99.5        # no school is perfect every day
SCHOOL_WEEK = 5            # days, for what the plan gives a week
MID_MONTHS = 15 + 365 / 12 * np.arange(12)


@dataclass(frozen=True)
class District:
    """A plan, with its schools in the order of their codes and its school days up to the as-of date."""
    plan: Mapping[str, Any]
    schools: pd.DataFrame
    days: pd.DatetimeIndex

    @property
    def weeks(self) -> pd.DatetimeIndex:
        """The Monday of each school day."""
        return self.days - pd.to_timedelta(self.days.day_of_week, unit="D")

    def rng(self, what: str) -> np.random.Generator:
        """Chance of its own for each kind of record: adding a kind leaves the others as they were."""
        return np.random.default_rng([self.plan["seed"], crc32(what.encode())])

    def supported_by(self, director: str) -> np.ndarray:
        return (self.schools["director"] == director).to_numpy()

    def rows(self, day: np.ndarray, school: np.ndarray, /, **columns: Any) -> pd.DataFrame:
        """Rows from positions of days and schools, in the order given."""
        return pd.DataFrame({"date": self.days[day], "school": self.schools["school"].to_numpy()[school], **columns})


def read_district(path: Path) -> District:
    plan = read_toml(path)
    schools = pd.DataFrame(plan["schools"], columns=plan["school_columns"]).sort_values("school", ignore_index=True)
    open_days = [day for day, note in every_weekday(plan) if not note and day.date() <= plan["as_of"]]
    return District(plan, schools, pd.DatetimeIndex(open_days).as_unit("s"))


def every_weekday(plan: Mapping[str, Any]) -> list[tuple[pd.Timestamp, str]]:
    """Monday to Friday of every school year, each with why it is closed, or nothing."""
    notes = {day: spell["note"] for spell in plan["closed"] for day in pd.bdate_range(spell["first"], spell["last"])}
    return [(day, notes.get(day, "")) for year in plan["years"] for day in pd.bdate_range(year["first"], year["last"])]


def usual(district: District, source: str, field: str) -> np.ndarray:
    """Day × school: what each school tends to, changes included. The chance of the single student or visit comes after."""
    spec, rng = district.plan["usual"][source][field], district.rng(f"{source}.{field}")
    weeks, week_of = np.unique(district.weeks, return_inverse=True)
    schools, memory = len(district.schools), spec["memory"]
    own = _own_levels(district, source, field, rng)
    moving = _wandering(rng, len(weeks), schools, spec["spread"]["week"], memory)
    shared = _wandering(rng, len(weeks), 1, spec["spread"].get("shared", 0.0), memory)
    by_day = rng.normal(0, spec["spread"].get("day", 0.0), (len(district.days), schools))
    weekday = np.array(spec.get("weekday", [0.0] * SCHOOL_WEEK))[district.days.day_of_week]
    season = np.interp(district.days.day_of_year, MID_MONTHS, spec.get("season", [0.0] * 12), period=365)
    times, points = _planted(district, source, field)
    return (own + (moving + shared)[week_of] + by_day + (weekday + season)[:, None]) * times + points


def share(district: District, source: str, field: str) -> np.ndarray:
    """What is usual in percent, as a share between 0 and 1."""
    return np.clip(usual(district, source, field), 0, MOST_PERCENT) / 100


def visits(district: District, source: str, rng: np.random.Generator) -> np.ndarray:
    """Day × school: how many visits of a kind that is usually so many a week."""
    most = district.plan["usual"][source]["rows"]["most_a_day"]
    return rng.binomial(most, np.clip(usual(district, source, "rows") / SCHOOL_WEEK / most, 0, 1))


def one_row_each(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """As many rows as each cell counts: position of the day, of the school, and a number from 0 within the cell."""
    day, school = np.nonzero(counts)
    size = counts[day, school]
    number = np.arange(size.sum()) - np.repeat(size.cumsum() - size, size)
    return np.repeat(day, size), np.repeat(school, size), number


def shuffled(rng: np.random.Generator, day: np.ndarray, school: np.ndarray, number: np.ndarray) -> np.ndarray:
    """The numbers of one_row_each, left to chance within each day and school."""
    order = np.lexsort((rng.random(len(number)), school, day))
    mixed = np.empty_like(number)
    mixed[order] = number
    return mixed


def _own_levels(district: District, source: str, field: str, rng: np.random.Generator) -> np.ndarray:
    """Each school's own level: what its kind and need suggest with some luck, or what the plan sets."""
    spec, schools = district.plan["usual"][source][field], district.schools
    level = spec["level"]
    expected = schools["level"].map(level).to_numpy() if isinstance(level, dict) else np.full(len(schools), level)
    expected = expected + spec.get("need", 0.0) * (schools["need"].to_numpy() - 50) / 10
    own = np.clip(expected + rng.normal(0, spec["spread"]["school"], len(schools)), *spec["between"])
    for set_source, set_field, name, set_level in district.plan["own_levels"]:
        if (set_source, set_field) == (source, field):
            own[schools["name"] == name] = set_level
    return own


def _wandering(rng: np.random.Generator, weeks: int, schools: int, sd: float, memory: float) -> np.ndarray:
    """Week × school deviations of spread `sd`, of which the share `memory` is left in the week after."""
    deviation = rng.normal(0, sd, (weeks, schools))
    for week in range(1, weeks):
        deviation[week] = memory * deviation[week - 1] + (1 - memory**2) ** 0.5 * deviation[week]
    return deviation


def _planted(district: District, source: str, field: str) -> tuple[np.ndarray, np.ndarray]:
    """Day × school: what the plan multiplies by and what it adds."""
    times = np.ones((len(district.days), len(district.schools)))
    points = np.zeros_like(times)
    for change in district.plan["changes"]:
        if (change["source"], change["field"]) != (source, field):
            continue
        weeks_in = ((district.weeks - pd.Timestamp(change["from"])).days // 7).to_numpy()
        grown = np.clip((weeks_in + 1) / change.get("over_weeks", 1), 0, 1)
        lasting = weeks_in < change.get("weeks", len(weeks_in))
        part = np.outer(grown * lasting, _touched(district, change))
        times *= 1 + (change.get("times", 1.0) - 1) * part
        points += change.get("points", 0.0) * part
    return times, points


def _touched(district: District, change: Mapping[str, Any]) -> np.ndarray:
    """The schools of a change: one, a director's, or all."""
    if "school" in change:
        return (district.schools["name"] == change["school"]).to_numpy()
    if "director" in change:
        return district.supported_by(change["director"])
    return np.full(len(district.schools), True)
