"""Real years through the Upload page: dropped as they are, accepted, and read on the School page."""
from __future__ import annotations

import csv
import gzip
import re
from datetime import date, datetime, timedelta
from urllib.parse import quote

import pytest

from data.home import Home
from indicators.district import District
from tests.browser import ARGUMENTS, DESKTOP, serving, settled
from tests.nightly import by_night  # noqa: F401

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = [pytest.mark.browser, pytest.mark.realdata]
SCHOOL = "01M015"
# file, rows ready (worked out with plain csv code: all but the TOTAL rows), a week of the school to follow
YEARS = [("2012-13", 98_016, date(2013, 5, 6)), ("2013-14", 288_843, date(2014, 5, 12)), ("2014-15", 244_659, date(2015, 5, 11))]


def mean_of_week(path, monday: date) -> float:
    """The school's mean percentage over the week's days, by plain csv code."""
    days = {f"{monday + timedelta(days=n):%Y%m%d}" for n in range(7)}
    with gzip.open(path, "rt") as file:
        values = [float(row["ATTN_PCT"]) for row in csv.DictReader(file)
                  if row["DBN"] == SCHOOL and row["ATTN_DATE_YMD"] in days and row["ATTN_PCT"] != "NS"]
    return sum(values) / len(values)


def test_two_years_go_in_by_the_page_and_their_weeks_are_the_files(chromium, tmp_path, shared):
    by_the_page(YEARS[:2], chromium, tmp_path, shared)


@pytest.mark.nightly
def test_so_do_all_three(by_night, chromium, tmp_path, shared):  # noqa: F811
    by_the_page(YEARS, chromium, tmp_path, shared)


def by_the_page(years, chromium, tmp_path, shared) -> None:
    home = Home(tmp_path / "home")
    district = District.open(home)
    district.begin_own(by="steward", at=datetime(2013, 1, 1))
    district.close()
    with playwright.sync_playwright() as driver, serving(home.path) as address:
        browser = driver.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        page = browser.new_page(viewport=DESKTOP)
        page.set_default_timeout(180_000)
        for year, rows, monday in years:
            path = shared / "realdata" / f"nyc_daily_attendance_{year}.csv.gz"
            page.goto(f"{address}/upload")
            settled(page)
            page.get_by_label("Your name").fill("data office")
            page.get_by_label("Your name").press("Enter")
            settled(page)
            page.locator("input[type=file]").set_input_files(str(path))
            page.get_by_role("button", name=re.compile("Accept")).wait_for()
            assert f"{rows:,} rows are ready" in page.inner_text("[data-testid='stMain']").replace("\xa0", " ")
            page.get_by_role("button", name=re.compile("Accept")).click()
            page.get_by_text("stored as load").wait_for()
            page.goto(f"{address}/school?school={quote('P.S. 015 ROBERTO CLEMENTE')}&indicator={quote('Attendance rate')}"
                      f"&years={quote('With last year')}&week={quote(f'{monday.day} {monday:%b %Y}')}")
            settled(page)
            said = page.get_by_text(re.compile("Where .* comes from")).inner_text()
            assert float(re.search(r"[\d.]+", said).group()) == pytest.approx(mean_of_week(path, monday), abs=0.051), year
        browser.close()
