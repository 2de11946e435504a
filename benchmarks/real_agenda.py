"""The agenda of every week of two real years, New York City's, as a page to judge; and how storms, June and planted drops fare.

Run: python -m benchmarks.real_agenda FOLDER_OF_FILES [--write docs/real-agendas.md]
"""
from __future__ import annotations

import argparse
import contextlib
import io
import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa

from data.__main__ import run
from data.access import EVERYTHING
from data.home import Home
from indicators.changes import OF_IMPROVEMENTS
from indicators.district import District
from indicators.noticed import MOST_BY_CHANCE, WORSENING
from indicators.view import DISTRICT, SCHOOL, View

YEARS = ("2012-13", "2013-14", "2014-15")
SHOWN = (date(2013, 9, 2), date(2015, 6, 29))
FRIDAY, SETTLED = timedelta(days=4), timedelta(days=10)
STORMS = ("2014-02-03", "2014-02-10")       # the weeks of 3 and 10 Feb 2014: 43.6 % attendance on the worst day (facts)
JUNE = ("2014-06-02", "2014-06-09", "2014-06-16", "2014-06-23")


def loaded(folder: Path, home: Path) -> District:
    district = District.open(Home(home))
    if not district.begun:
        district.begin_own(by="benchmark", at=datetime(2026, 11, 20, 15, 0))
        for year in YEARS:
            with contextlib.redirect_stdout(io.StringIO()):
                code, said = run(district, ["load", str(folder / f"nyc_daily_attendance_{year}.csv.gz"), "--by", "benchmark", "--yes"])
            assert code == 0, said
    return district


def lights_of(view: View) -> list[tuple]:
    return view.tables.rows("select indicator, kind, place, way, noticed, began, size, unsure, spread from light order by noticed, indicator, place")


def week_by_week(view: View, weeks: list[date]) -> list[dict]:
    """What each week's agenda said newly: from the lights as they stand at the year's end, each in the week it was noticed."""
    found = lights_of(view)
    return [{"week": week, "own": [light for light in found if light[4] == week and light[1] == SCHOOL],
             "everybody": [light for light in found if light[4] == week and light[1] == DISTRICT]} for week in weeks]


def page(district: District, ends: list[date]) -> tuple[str, dict[date, dict]]:
    lines, told = [], {}
    for end in ends:
        view = district.view(EVERYTHING, end)
        names = dict(view.tables.rows("select school_id, label from school"))
        weeks = [week for (week,) in view.tables.rows("select distinct week from point where week >= ? order by 1", date(end.year - 1, 8, 15))]
        lines += ["", f"## {end.year - 1}-{end.year % 100}", "", "| week | the whole city | worse at one school | better at one school | the surest of them |", "|---|---|---|---|---|"]
        for one in week_by_week(view, weeks):
            told[one["week"]] = one
            worse = [light for light in one["own"] if light[3] == WORSENING]
            surest = sorted(worse, key=lambda light: -(abs(light[6]) - light[7]) / light[8])[:3]
            lines.append(f"| {one['week']:%-d %b %Y} | {_whole(one['everybody'])} | {len(worse)} | {len(one['own']) - len(worse)} | {'; '.join(_light(light, names) for light in surest)} |")
    return "\n".join(lines), told


def _whole(lights: list[tuple]) -> str:
    return "; ".join(f"{light[0].replace('_', ' ')} {light[3]} by {abs(light[6]):.1f} points since {light[5]:%-d %b}" for light in lights)


def _light(light: tuple, names: dict[str, str]) -> str:
    what = {"attendance_rate": "attendance", "attendance_submitted_on_time": "on time"}.get(light[0], light[0])
    return f"{names.get(light[2], light[2]).title()}: {what} {light[6]:+.1f} since {light[5]:%-d %b}".replace("|", "/")


def figures(told: dict[date, dict]) -> list[str]:
    first = {week: len(one["own"]) for week, one in told.items() if week < date(2014, 8, 1)}
    judged = [week for week in first if week >= date(2013, 9, 23)]
    mean = np.mean([first[week] for week in judged])
    storm, june = ([first.get(date.fromisoformat(week), 0) for week in weeks] for weeks in (STORMS, JUNE))
    return [f"own lights of schools in the mean week of 2013-14: {mean:.1f}",
            f"in the storm weeks of February: {', '.join(map(str, storm))}", f"in the weeks of June: {', '.join(map(str, june))}",
            f"expected by chance alone: {MOST_BY_CHANCE:g} a week for the worse, {MOST_BY_CHANCE * OF_IMPROVEMENTS:g} for the better"]


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("folder", type=Path)
    wanted.add_argument("--home", type=Path, help="keep the loaded files here")
    wanted.add_argument("--write", type=Path)
    asked = wanted.parse_args()
    with tempfile.TemporaryDirectory() as made:
        district = loaded(asked.folder, asked.home or Path(made) / "home")
        text, told = page(district, [date(2014, 7, 7), date(2015, 7, 6)])
        district.close()
    print("\n".join(figures(told)))
    if asked.write:
        asked.write.write_text(HEAD + "\n".join(f"- {line}" for line in figures(told)) + "\n" + text + "\n")
    else:
        print(text)


HEAD = """# Two real years, week by week

What the agenda would have said in New York City: daily attendance of about 1,600 schools as published each day, loaded without renaming a
column. A line stands in the week it was noticed. Made by `python -m benchmarks.real_agenda FOLDER --write docs/real-agendas.md`; judge it.

"""

if __name__ == "__main__":
    main()
