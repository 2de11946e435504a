"""The main path in a real browser: upload, preview, accept, see the point, follow numbers to their rows, undo, see it gone."""
from __future__ import annotations

import csv
import random
import re
from datetime import date, timedelta
from urllib.parse import quote

import pytest
from tests.browser import ARGUMENTS, DESKTOP, serving, settled

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.browser

SCHOOLS = ["Lincoln", "Adams", "Bell", "Carver", "Douglass"]
MONDAYS = [date(2026, 8, 31) + timedelta(weeks=n) for n in range(11)]
TITLES = [["Daily attendance, week by week (made up for a test)"], [], ["School", "Date", "Students present", "Enrolled"]]


@pytest.fixture(scope="module")
def spreadsheet(tmp_path_factory):
    """Five schools, eleven weeks, two title rows: and the lines as a spreadsheet numbers them."""
    chance = random.Random(47)
    rows = [[school, (monday + timedelta(days=day)).isoformat(), str(chance.randint(430, 480)), "500"]
            for monday in MONDAYS for school in SCHOOLS for day in range(5)]
    path = tmp_path_factory.mktemp("made") / "attendance autumn.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([*TITLES, *rows])
    return path, [*TITLES, *rows]


@pytest.fixture(scope="module")
def page(chromium, tmp_path_factory, spreadsheet):
    """A browser before an own, empty district that has just taken in the spreadsheet."""
    from datetime import datetime

    from data.home import Home
    from indicators.district import District
    home = Home(tmp_path_factory.mktemp("own") / "home")
    district = District.open(home)
    district.begin_own(by="steward", at=datetime(2026, 8, 1))
    district.close()
    with playwright.sync_playwright() as driver, serving(home.path) as address:
        browser = driver.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        page = browser.new_page(viewport=DESKTOP)
        page.address = address
        upload(page, spreadsheet[0])
        yield page
        browser.close()


def go(page, path: str) -> None:
    page.goto(f"{page.address}/{path}")
    settled(page)


def upload(page, path) -> None:
    go(page, "upload")
    page.get_by_label("Your name").fill("R. Ortiz")
    page.get_by_label("Your name").press("Enter")
    settled(page)
    page.locator("input[type=file]").set_input_files(str(path))
    accept = page.get_by_role("button", name="Accept")
    accept.wait_for(timeout=60_000)
    page.said_before = page.inner_text("[data-testid='stMain']")
    accept.click()
    page.get_by_text("stored as load").wait_for(timeout=60_000)


def school_page(page, school: str, monday: date) -> None:
    week = f"{monday.day} {monday:%b %Y}"
    go(page, f"school?school={quote(school)}&indicator={quote('Attendance rate')}&week={quote(week)}")


def cells_of(page, label: str) -> list[list[str]]:
    """The rows of the data grid with this label, from the table it keeps for screen readers."""
    grid = page.locator("canvas table[role=grid]").first
    grid.wait_for(state="attached", timeout=30_000)
    return grid.locator("tbody tr").evaluate_all("rows => rows.map(row => [...row.querySelectorAll('td')].map(cell => cell.textContent))")


def test_the_preview_says_what_would_happen_before_anything_is_stored(page):
    assert "275 rows are ready" in page.said_before and "Nothing is saved until you accept" in page.said_before


def test_the_accepted_week_is_a_point_on_the_chart(page, spreadsheet):
    school_page(page, "Lincoln", MONDAYS[3])
    weeks = [row for row in spreadsheet[1] if row[0:1] == ["Lincoln"] and MONDAYS[3].isoformat() <= row[1] < MONDAYS[4].isoformat()]
    value = 100 * sum(int(row[2]) for row in weeks) / sum(int(row[3]) for row in weeks)
    point = page.locator(f"[aria-label*='week of 21 Sep 2026: {value:.1f}'], [aria-label*='week of 21 Sep 2026: {value:g}']").first
    point.wait_for(state="attached", timeout=30_000)


@pytest.mark.parametrize("pick", range(5))
def test_a_random_number_leads_to_rows_that_add_up_to_it(page, spreadsheet, pick):
    chance = random.Random(1000 + pick)
    school, monday = chance.choice(SCHOOLS), chance.choice(MONDAYS[:-1])
    school_page(page, school, monday)
    division = page.get_by_text(re.compile(r"[\d,]+ ÷ [\d,]+ =")).first.inner_text()
    top, bottom = (int(number.replace(",", "")) for number in re.match(r"([\d,]+) ÷ ([\d,]+)", division).groups())
    page.get_by_text("The rows, in their files").click()
    rows = cells_of(page, "rows")
    headers = page.locator("canvas table[role=grid] thead th").first.locator("xpath=..").locator("th").all_text_contents()
    line_column = next(i for i, header in enumerate(headers) if "row" in header.lower())
    lines = [spreadsheet[1][int(row[line_column].replace(",", "")) - 1] for row in rows]
    assert [line[0] for line in lines] == [school] * 5
    assert (sum(int(line[2]) for line in lines), sum(int(line[3]) for line in lines)) == (top, bottom)


def test_undone_it_is_gone_from_every_page(page):
    go(page, "loads?load=2")
    page.get_by_role("button", name="Undo this load").click()
    page.get_by_label("Your name").fill("K. Chen")
    page.get_by_label("Your name").press("Enter")
    page.get_by_role("button", name=re.compile("Yes, undo load")).click()
    page.get_by_text(re.compile("undone")).first.wait_for(timeout=60_000)
    go(page, "school")
    assert "÷" not in page.inner_text("[data-testid='stMain']")
