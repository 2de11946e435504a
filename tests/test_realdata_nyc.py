"""Three years of New York City's daily attendance, as its schools sent it, through the command, no column renamed.

The numbers to match were computed from the files with plain csv code before Headway existed (facts/realdata.md).
"""
from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from data.access import EVERYTHING
from data.home import Home
from indicators.district import District
from indicators.weekly import countable_rows, numbers

pytestmark = pytest.mark.realdata
YEARS = ("2013-14", "2014-15", "2012-13")
ATTENDANCE, ON_TIME = "attendance_rate", "attendance_submitted_on_time"
CHECKOUT = Path(__file__).parents[1]


def command(home: Path, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-m", *arguments], cwd=CHECKOUT, capture_output=True, text=True,
                          env={**os.environ, "HEADWAY_HOME": str(home)}, timeout=300)


@pytest.fixture(scope="module")
def city(tmp_path_factory, shared):
    """A home with all three files, loaded by the command; and what the command said of each."""
    home = tmp_path_factory.mktemp("city") / "home"
    said = {}
    for year in YEARS:
        ran = command(home, "data", "load", str(shared / "realdata" / f"nyc_daily_attendance_{year}.csv.gz"), "--by", "data office")
        assert ran.returncode == 0, ran.stderr
        said[year] = ran.stdout
    district = District.open(Home(home))
    district.said = said
    yield district
    district.close()


def percent(city, indicator: str, first: date, last: date, *, period: str = "null::date", places: str = "'all'", schools: str = "true"):
    """Period to percent, from the same rows and the same SQL the weekly numbers come from."""
    definition = city.definitions[indicator]
    rows = (f"(select x.*, c.director from {countable_rows(definition, city.store, city.sources)} x "
            f"left join live_caseloads c on c.school = x.school_id where x.day between '{first}' and '{last}' and {schools})")
    sql = numbers(definition, rows, period=period, places=f"{places} as place")
    return {(place, period): 100 * top / bottom for place, period, top, bottom in
            city.store.rows(f"select place, week, numerator, denominator from ({sql}) order by 1, 2")}


YEAR_OF = {"2013-14": (date(2013, 7, 1), date(2014, 6, 30)), "2014-15": (date(2014, 7, 1), date(2015, 6, 30)),
           "2012-13": (date(2012, 7, 1), date(2013, 6, 30))}
MONTHS = {
    "2013-14": {"mean": [89.672, 90.702, 89.737, 89.098, 85.920, 83.827, 89.128, 89.780, 88.968, 85.121],
                "late": [5.258, 3.884, 3.590, 4.027, 3.496, 2.024, 1.857, 1.789, 1.920, 2.638]},
    "2014-15": {"mean": [90.188, 89.684, 88.632, 88.569, 88.204, 88.922, 90.302, 88.841, 85.144],
                "late": [1.720, 1.551, 1.787, 1.541, 1.947, 2.094, 1.794, 2.063, 2.590]},
}


class TestTheYear:
    @pytest.mark.parametrize(("year", "mean", "late"), [("2013-14", 88.3117, 3.0297), ("2014-15", 88.6598, 1.9182)])
    def test_mean_attendance_and_late_rate_on_operating_days(self, city, year, mean, late):
        assert percent(city, ATTENDANCE, *YEAR_OF[year])["all", None] == pytest.approx(mean, abs=5e-5)
        assert 100 - percent(city, ON_TIME, *YEAR_OF[year])["all", None] == pytest.approx(late, abs=5e-5)

    @pytest.mark.parametrize("year", MONTHS)
    def test_every_month(self, city, year):
        month = {"period": "date_trunc('month', day)::date"}
        means = [*percent(city, ATTENDANCE, *YEAR_OF[year], **month).values()]
        lates = [100 - on_time for on_time in percent(city, ON_TIME, *YEAR_OF[year], **month).values()]
        assert means == pytest.approx(MONTHS[year]["mean"], abs=5e-4)
        assert lates == pytest.approx(MONTHS[year]["late"], abs=5e-4)

    def test_the_half_year_that_starts_in_march_on_every_day_it_has(self, city):
        """2012-13, all dates: 88.6473, 3,839 not submitted."""
        numeric, total, missing = city.store.rows("""select count(percent), sum(percent), count(*) filter (percent_is = 'not submitted')
            from live_attendance where date between '2012-07-01' and '2013-06-30'""")[0]
        assert (total / numeric, missing) == (pytest.approx(88.6473, abs=5e-5), 3839)

    def test_a_lone_holiday_row_and_a_day_when_nobody_could_submit_are_no_school_days(self, city):
        days = {day for (day,) in city.store.rows("select day from school_day")}
        assert not days & {date(2014, 1, 3), date(2014, 6, 5), date(2015, 6, 4), date(2013, 3, 25), date(2013, 6, 6)}
        assert [sum(first <= day <= last for day in days) for first, last in (YEAR_OF["2013-14"], YEAR_OF["2014-15"])] == [180, 153]


class TestPlaces:
    @pytest.mark.parametrize(("code", "mean", "late"), [("07", 83.7434, 3.8893), ("20", 93.7147, 0.1175), ("26", 94.0523, 0.5094),
                                                        ("75", 82.3901, 1.9032), ("04", 89.7842, 7.2842)])
    def test_the_district_code_serves_as_the_caseload(self, city, code, mean, late):
        whole = {"places": "director", "schools": f"c.director = '{code}'"}
        assert percent(city, ATTENDANCE, *YEAR_OF["2013-14"], **whole)[code, None] == pytest.approx(mean, abs=5e-5)
        assert 100 - percent(city, ON_TIME, *YEAR_OF["2013-14"], **whole)[code, None] == pytest.approx(late, abs=5e-5)

    def test_school_01m015_month_by_month(self, city):
        here = {"period": "date_trunc('month', day)::date", "places": "school_id", "schools": "school_id = '01M015'"}
        months = [*percent(city, ATTENDANCE, *YEAR_OF["2013-14"], **here).values()]
        assert months == pytest.approx([87.982, 92.0732, 90.4547, 92.2127, 85.335, 86.2353, 89.809, 93.8033, 92.39, 85.2367], abs=5e-5)
        late = [100 - value for value in percent(city, ON_TIME, *YEAR_OF["2013-14"], **here).values()]
        assert late == pytest.approx([100 / 16] + [0] * 9)

    def test_the_weeks_of_the_five_school_caseload(self, city):
        """The week of 17 February has no school: it is absent, not zero."""
        weeks = city.store.rows("""select week, 100 * sum(numerator) / sum(denominator) from weekly where indicator = 'attendance_rate'
            and school_id in ('07X001', '07X005', '07X018', '07X025', '07X029') and week between '2014-01-06' and '2014-02-24' group by 1 order by 1""")
        assert [week for week, _ in weeks] == [date(2014, 1, d) for d in (6, 13, 20, 27)] + [date(2014, 2, d) for d in (3, 10, 24)]
        assert [value for _, value in weeks] == pytest.approx([85.3376, 93.0432, 79.6389, 92.8629, 82.6404, 79.8821, 93.1720], abs=5e-5)


class TestWhatTheUploaderIsTold:
    def test_total_rows_are_set_aside_and_said_so(self, city):
        assert ["220 set aside" in city.said["2013-14"], "196 set aside" in city.said["2014-15"]] == [True, True]

    def test_the_files_schools_become_the_school_list_and_a_note_says_so(self, city):
        assert "1,635 schools of this file become the school list, since you have loaded none of your own (column SCHOOL_NAME)" in city.said["2013-14"]

    def test_not_submitted_drives_timeliness_in_the_same_load(self, city):
        assert "Daily attendance by school: 288,843 new" in city.said["2013-14"]
        assert "Attendance submission: 288,843 new" in city.said["2013-14"]

    def test_values_that_could_be_shares_of_one_are_never_silent(self, city):
        assert "could be shares of one" in city.said["2012-13"]


class TestWhatThePagesSay:
    def test_better_submission_in_2014_15_shows_as_improvement(self, city):
        view = city.view(EVERYTHING, date(2015, 6, 30))
        assert view.tables.value("select variation from status where indicator = ? and kind = 'district'", ON_TIME) == "improving"

    def test_a_percentage_is_never_presented_as_counts(self, city):
        assert city.store.rows("select distinct measure from weekly where indicator = 'attendance_rate'") == [("percentages",)]

    def test_the_same_file_again_changes_nothing(self, city, shared):
        events = city.store.version
        city.close()
        ran = command(city.home.path, "data", "load", str(shared / "realdata" / "nyc_daily_attendance_2014-15.csv.gz"))
        city._use(type(city.store).open(city.home.database))
        assert ran.returncode == 1
        assert "this file was loaded on" in ran.stderr and "by data office (244,659 rows). Uploading it again would change nothing." in ran.stderr
        assert city.store.version == events
