"""A messy workbook, from drop to chart, by somebody who has never seen Headway: at most six clicks, and no question the second time."""
from __future__ import annotations

import os
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook

from tests.browser import ARGUMENTS, DESKTOP, serving, settled

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.browser

MOST_CLICKS = 6
SCHOOLS = {"0052": "Lincoln Elementary School", "0112": "Adams Middle School", "0120": "Bell High School"}
AS_WRITTEN = ["Lincoln ES", "ADAMS MIDDLE SCH.", "Bell H.S. "]
MONDAYS = [date(2026, 9, 14) + timedelta(weeks=n) for n in range(9)]


def messy(path: Path, mondays: list[date]) -> Path:
    """Weeks merged over their days, abbreviated names, marks, a total, a footnote: made up for this test."""
    book = Workbook()
    sheet = book.active
    sheet.title = "By day"
    sheet.append(["Our district, fall (made up for a test)"])
    sheet.append([f"Report run {mondays[-1] + timedelta(days=4):%m/%d/%Y} 3:14 PM"])
    sheet.append([])
    sheet.append(["", *(text for monday in mondays for text in (f"Week of {monday.month}/{monday.day}/{monday.year}", *[""] * 4))])
    sheet.append(["Building", *("Mon Tue Wed Thu Fri".split() * len(mondays))])
    for n, name in enumerate(AS_WRITTEN):
        sheet.append([name, *(f"{90 + (n * 3 + at * 7) % 9 + at % 5 / 10:.1f}%" if (n + at) % 17 else "NS" for at in range(5 * len(mondays)))])
    sheet.append(["District average", *(f"{93}%" for _ in range(5 * len(mondays)))])
    sheet.append(["NS: not submitted by 10 am"])
    for at in range(len(mondays)):
        sheet.merge_cells(start_row=4, start_column=2 + 5 * at, end_row=4, end_column=6 + 5 * at)
    book.save(path)
    return path


class Person:
    """Counts what a person has to click; keeps pictures where HEADWAY_PICTURES names a folder."""

    def __init__(self, page) -> None:
        self.page, self.clicks = page, 0

    def click(self, what) -> None:
        what.click()
        self.clicks += 1

    def picture(self, name: str) -> None:
        if folder := os.environ.get("HEADWAY_PICTURES"):
            height = self.page.locator("[data-testid='stMainBlockContainer']").bounding_box()["height"]
            self.page.screenshot(path=str(Path(folder) / f"{name}.png"), clip={"x": 0, "y": 0, "width": DESKTOP["width"], "height": min(height, DESKTOP["height"])})


@pytest.fixture(scope="module")
def page(chromium, tmp_path_factory):
    """A browser before a district that has its list of schools and nothing else."""
    from data.home import Home
    from indicators.district import District
    home = Home(tmp_path_factory.mktemp("own") / "home")
    district = District.open(home)
    at = datetime(2026, 8, 1)
    district.begin_own(by="steward", at=at)
    listed = "School ID,School Name\n" + "".join(f"{code},{name}\n" for code, name in SCHOOLS.items())
    district.accept(district.understand(district.receive(listed.encode(), "schools.csv", by="steward", at=at)), at=at)
    district.close()
    with playwright.sync_playwright() as driver, serving(home.path) as address:
        browser = driver.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        page = browser.new_page(viewport=DESKTOP)
        page.address = address
        yield page
        browser.close()


def drop(page, path: Path) -> None:
    page.goto(f"{page.address}/upload")
    settled(page)
    page.get_by_label("Your name").fill("R. Ortiz")
    page.get_by_label("Your name").press("Enter")
    settled(page)
    page.locator("input[type=file]").set_input_files(str(path))


def test_from_drop_to_chart_and_the_second_time_without_a_question(page, tmp_path):
    person = Person(page)
    drop(page, messy(tmp_path / "fall.xlsx", MONDAYS[:-1]))
    page.get_by_text("What do the cells below the days say?").wait_for(timeout=60_000)
    person.picture("upload-question")
    person.click(page.get_by_text("attendance rate, Daily attendance by school").or_(page.get_by_text("percent, Daily attendance by school")).first)
    person.click(page.get_by_role("button", name="Use this answer"))
    page.get_by_role("button", name="Accept").wait_for(timeout=60_000)
    said = page.inner_text("[data-testid='stMain']")
    assert "Lincoln ES = Lincoln Elementary School" in said and "Week of 9/14/2026" in said
    person.picture("upload-preview")
    person.click(page.get_by_role("button", name="Accept"))
    page.get_by_text("stored as load").wait_for(timeout=60_000)
    person.click(page.get_by_role("button", name="See it school by school"))
    page.locator("[data-testid='stVegaLiteChart'] canvas, [data-testid='stVegaLiteChart'] svg").first.wait_for(timeout=60_000)
    settled(page)
    person.picture("upload-chart")
    assert person.clicks <= MOST_CLICKS

    drop(page, messy(tmp_path / "fall, next week.xlsx", MONDAYS[-1:]))
    page.get_by_role("button", name="Accept").wait_for(timeout=60_000)
    said = page.inner_text("[data-testid='stMain']")
    assert "sheet with these headings was loaded before" in said and "Use this answer" not in said
