"""School: what a number must be taken with, on a district with three school years, missing days and definitions of its own."""
from __future__ import annotations

import re
from datetime import date, datetime

import pandas as pd
import pyarrow as pa
import pytest
from tests.driving import said, show
from tests.uploading import served, started

from data.home import Home
from indicators.district import District

__all__ = ["served"]      # a fixture

AT = datetime(2026, 11, 20, 18, 0)
YEARS = (date(2024, 9, 2), date(2025, 9, 1), date(2026, 8, 31))
WEEKS, ENROLLED, SEASON = 38, 200, 10       # the eleventh week, that of 9 Nov, is low in every year
MISSING = ("2026-11-12", "2026-11-18", "2026-11-19", "2026-11-20")
BY_CHANCE = (0, 1, -1, 2, -2, 1, -1)        # students more or less a day
SO_FAR = """
label = "Attendance so far"
question = "Are students in school this year?"
description = "Student-days present out of student-days enrolled since the school year began."
source = "attendance"
where = "present is not null and enrolled is not null"
numerator = "sum(present)"
denominator = "sum(enrolled)"
window = "year_to_date"
"""
ANEW = SO_FAR.replace("so far", "by second period").replace('window = "year_to_date"\n', """
[[new_baselines]]
from = 2026-09-07
why = "Rosters are taken in the second period *now*."
""")


def rows() -> pd.DataFrame:
    """186 of 200 students a day but for chance, in the week of 9 Nov 180, this year 174."""
    found = []
    for year, monday in enumerate(YEARS):
        for week in range(WEEKS):
            for day in pd.date_range(monday, periods=5) + pd.Timedelta(weeks=week):
                low = 0 if week != SEASON else 12 if year == 2 else 6
                found.append((f"{day:%Y-%m-%d}", 186 - low + BY_CHANCE[week % 7] + (year == 2) * (-1) ** week, year, week))
    return pd.DataFrame(found, columns=["day", "present", "year", "week"])


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    home = Home(tmp_path_factory.mktemp("three-years") / "home").ensure()
    (home.definitions / "attendance_so_far.toml").write_text(SO_FAR)
    (home.definitions / "attendance_by_second_period.toml").write_text(ANEW)
    district = District.open(home)
    district.begin_own(by="steward", at=AT)
    past = rows()[lambda r: r.day <= f"{AT:%Y-%m-%d}"]
    lines = [f"{school},{row.day},{row.present},{ENROLLED}" for row in past.itertuples() for school in "AB" if school == "B" or row.day not in MISSING]
    for name, text in (("schools.csv", "School,School Name\nA,Adams\nB,Bell\n"),
                       ("calendar.csv", "Date,School day\n" + "".join(f"{day},yes\n" for day in rows().day)),
                       ("attendance.csv", "School,Date,Present,Enrolled\n" + "\n".join(lines))):
        understood = district.understand(district.receive(text.encode(), name, by="steward", at=AT))
        district.accept(understood, at=AT)
    district.close()
    return home.path


@pytest.fixture
def app(served, original, monkeypatch):
    monkeypatch.setenv("HEADWAY_HOME", str(original))
    yield from started(original)


def weekly() -> pd.Series:
    """Adams' percentage by year and week, from the rows that came."""
    came = rows()[lambda r: (r.day <= f"{AT:%Y-%m-%d}") & ~r.day.isin(MISSING)]
    return came.groupby(["year", "week"])["present"].mean() / ENROLLED * 100


def drawn(at) -> pa.Table:
    return pa.ipc.open_stream(at.get("vega_lite_chart")[0].proto.data.data).read_all()


class TestAWeekWithMissingDays:
    """Of the week of 9 Nov one of Adams' five days is missing, of the week of 16 Nov three. Bell sent all."""

    def test_it_says_between_what_it_could_still_end(self, app):
        show(app, "school", school="Adams")
        present = rows()[lambda r: r.day.between("2026-11-09", "2026-11-13") & ~r.day.isin(MISSING)]["present"].sum()
        low, high = present / 10, (present + ENROLLED) / 10
        assert f"With 1 of 5 days missing it could still be anything between {low:g}% and {high:g}%." in said(app)

    def test_a_signal_that_could_vanish_says_so_and_one_that_could_not_does_not(self, app):
        show(app, "school", school="Adams")
        assert ":orange[**▼ worsening**], could vanish" in said(app) and "This could vanish when the missing days arrive." in said(app)
        app.selectbox(key="school").select("Bell").run()
        low = next(row for row in drawn(app).to_pylist() if row["week"] == "2026-11-09")
        assert low["state"] == "worsening" and low["low"] is None and "vanish" not in said(app)

    def test_the_newest_week_is_open_and_says_what_it_could_become(self, app):
        show(app, "school", school="Adams")
        present = rows()[lambda r: r.day.between("2026-11-16", "2026-11-17")]["present"].sum()
        assert (f"Week of 16 Nov so far: **{present / 4:g}%**, not judged yet: 2 of 5 days are in. It could still become anything between "
                f"{present / 10:g}% and {(present + 3 * ENROLLED) / 10:g}%.") in said(app)
        weeks = {row["week"]: row for row in drawn(app).to_pylist()}
        assert weeks["2026-11-16"]["state"] == "open" and weeks["2026-11-16"]["low"] == pytest.approx(present / 10)
        assert [week for week, row in weeks.items() if row["low"] is not None] == ["2026-11-09", "2026-11-16"]
        assert "upright line: what a week with missing days could still become" in said(app)

    def test_it_stands_in_the_table_of_everything_outside_its_usual_range(self, app):
        show(app, "this_week")
        app.session_state["all_signals"] = True
        app.run()
        table = app.dataframe[0].value
        status = table[(table["Where"] == "Adams") & (table["Indicator"] == "Attendance rate")]["Status"]
        assert [text.replace("\u00a0", " ") for text in status] == ["▼ worsening, could vanish"]


class TestEarlierYears:
    def test_the_difference_to_the_same_week_last_year_is_told_with_what_is_usual(self, app):
        """Three times 1.4826 of the middle difference: docs/decisions/0008."""
        show(app, "school", school="Adams")
        this, last = (weekly()[year][:SEASON + 1] for year in (2, 1))
        usual = 3 * 1.4826 * (this - last).abs().median()
        told = re.search(r"([\d.]+) points worse than the same week last year; this year such differences usually stay within about "
                         r"([\d.]+) points, so this is more than they usually are\.", said(app))
        assert float(told[1]) == pytest.approx(round(last[SEASON], 1) - round(this[SEASON], 1)) and float(told[2]) == pytest.approx(usual, abs=0.05)

    def test_a_week_that_is_low_every_year_is_told(self, app):
        show(app, "school", school="Adams")
        lower = weekly()[[0, 1]].groupby("year").median() - weekly()[[0, 1]].xs(SEASON, level="week")
        told = re.search(r"In earlier years this week of the year lay about ([\d.]+) points below the rest of its year\.", said(app))
        assert float(told[1]) == pytest.approx(lower.median(), abs=0.3)


class TestARangeThatStartedAnew:
    def test_the_chart_shows_it_and_the_page_says_why_and_that_it_is_still_learned(self, app):
        show(app, "school", school="Adams", indicator="Attendance by second period")
        weeks = len([week for week in weekly()[2].index if 1 <= week <= SEASON])
        assert ("Its usual range starts anew in the week of 7 Sep: Rosters are taken in the second period \\*now\\*. "
                f"Its usual range is still being learned: it rests on {({10: 'ten'})[weeks]} weeks and stands from 20 on.") in said(app)
        assert [row["week"] for row in drawn(app).to_pylist() if row["anew"]] == ["2026-09-07"]

    def test_elsewhere_nothing_of_the_kind_is_said(self, app):
        show(app, "school", school="Adams", indicator="Attendance rate")
        assert "anew" not in said(app) and "still being learned" not in said(app)
        assert drawn(app)["anew"].null_count == drawn(app).num_rows


class TestTheYearSoFar:
    def test_it_is_never_on_a_chart_of_signals(self, app):
        show(app, "school", school="Adams", indicator="Attendance so far")
        table = drawn(app)
        assert table["lower"].null_count == table.num_rows and set(table["state"].to_pylist()) <= {"usual", "open", None}
        assert "Counted since the school year began, so it has no usual range." in said(app)

    def test_it_says_the_same_week_last_year_and_where_the_year_will_end(self, app):
        """All days so far added up; if the coming weeks are like the middle one of those so far, it ends within."""
        show(app, "school", school="Bell", indicator="Attendance so far")
        so_far = {year: rows()[lambda r, y=year: (r.year == y) & (r.week <= SEASON + 1)]["present"] for year in (1, 2)}
        last, this = (present.mean() / ENROLLED * 100 for present in so_far.values())
        assert f"**{this:.1f}%** so far this year, up to the week of 16 Nov" in said(app) and f"same week last year {last:.1f}%" in said(app)
        assert f"{round(last, 1) - round(this, 1):.1f} points worse than the same week last year." in said(app)
        low, high = map(float, re.search(r"The year will likely end between ([\d.]+)% and ([\d.]+)%\.", said(app)).groups())
        days, coming = len(so_far[2]), 5 * (WEEKS - SEASON - 2)
        middle = (this * days + 100 * so_far[2].median() / ENROLLED * coming) / (days + coming)
        assert low < middle < high


def test_no_word_of_statistics_is_on_the_page(app):
    show(app, "school", school="Adams")
    for indicator in ("Attendance rate", "Attendance so far", "Attendance by second period"):
        app.selectbox(key="indicator").select(indicator).run()
        assert indicator == app.header[0].value
        assert not [word for word in ("median", "deviation", "baseline", "interval", "confidence", "profile", "paired") if word in said(app).lower()]
