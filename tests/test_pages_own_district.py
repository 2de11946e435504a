"""The four pages people read, before the first upload and on a district that has little."""
from __future__ import annotations

from datetime import date, datetime

import pandas as pd
import pytest
from tests.driving import on_this_computer, said, show, started  # noqa: F401: a fixture

from data.home import Home
from indicators.district import District
from pages import frame, parts

PAGES = ("this_week", "caseload", "school", "goal")


@pytest.fixture
def app(on_this_computer, made_up_home):
    """The app on a copy of the made-up district."""
    yield from started()


@pytest.fixture
def own(on_this_computer, empty_home):
    """The app on a district of its own, in which nothing is loaded."""
    yield from started()


class TestEveryPage:
    def test_says_that_the_data_is_made_up_and_that_nobody_signed_in(self, app):
        """The frame says it before any page. AppTest runs app.py only for the first; tests/test_browser.py sees the others."""
        assert f"{parts.MADE_UP} {parts.NO_SIGN_IN}" in said(app)

    @pytest.mark.parametrize("page", PAGES)
    def test_says_what_to_do_while_there_are_no_numbers(self, own, page):
        show(own, page)
        assert "**There are no numbers yet.**" in said(own) and parts.MADE_UP not in said(own)
        assert [b.label for b in own.button] == ["Upload a spreadsheet →"]

    def test_starting_with_own_data_leaves_nothing_of_the_made_up_district(self, app, made_up_home):
        next(b for b in app.button if b.key == "start-own").click().run()
        assert not app.exception and "**There are no numbers yet.**" in said(app)
        assert not frame.house().district.schools.names
        assert not (made_up_home / "made-up spreadsheets").exists()


class TestADistrictOfItsOwn:
    """Two schools, eight weeks, no goals, no caseloads; B sends percentages only. A school's name tries to be a picture."""

    @pytest.fixture
    def loaded(self, empty_home):
        mondays = pd.date_range("2026-09-07", periods=8, freq="7D")
        days = [day for monday in mondays for day in pd.date_range(monday, periods=5)]
        files = {
            "schools.csv": "School,School Name\nA,![x](http://evil.example/y)\nB,Bell\n",
            "counts.csv": "School,Date,Present,Enrolled\n" + "".join(f"A,{day:%Y-%m-%d},{180 + at % 3},200\n" for at, day in enumerate(days)),
            "percentages.csv": "School,Date,Attendance Rate\n" + "".join(f"B,{day:%Y-%m-%d},{92 + at % 2}\n" for at, day in enumerate(days)),
        }
        district, at = District.open(Home(empty_home)), datetime(2026, 11, 2, 8, 0)
        for name, text in files.items():
            district.accept(district.understand(district.receive(text.encode(), name, by="steward", at=at)), at=at)
        district.close()

    @pytest.fixture
    def two(self, loaded, own, monkeypatch):
        monkeypatch.setattr(frame, "now", lambda: datetime(2026, 11, 2, 9, 0))
        return own.run()

    def test_goals_and_caseloads_are_not_missed(self, two):
        assert "Indicators without a goal yet" in said(show(two, "this_week"))
        assert "Nobody has said yet who supports which school" in said(show(two, "caseload"))
        assert show(two, "goal").title[0].value == "Indicators without a goal yet"

    def test_percentages_only_are_called_a_mean_and_not_added_to_counts(self, two):
        """Five days of 92 and 93 percent in turn: B's mean of the last week, and A alone makes the district's number."""
        last = [92 + at % 2 for at in range(35, 40)]
        show(two, "school", school="Bell")
        assert f"The mean of 5 school-days’ percentages = **{sum(last) / 5:.1f}%**. This file has no counts." in said(two)
        present = sum(180 + at % 3 for at in range(35, 40))
        assert f"{present} ÷ 1,000 = **{present / 10:.1f}%**" in said(show(two, "goal"))
        assert "One school sent percentages only and cannot be added." in said(two)

    @pytest.mark.parametrize("page", PAGES)
    def test_a_schools_name_is_shown_and_does_nothing(self, two, page):
        assert "![x](http" not in said(show(two, page))

    def test_the_day_is_todays_and_the_week_the_newest_that_came(self, two):
        assert frame.as_of() == date(2026, 11, 2)
        assert "Week of 26 Oct · as of Monday 2 Nov" in said(show(two, "this_week"))
