"""The made-up district: what its spreadsheets hold is what its plan says, found again by plain pandas."""
from __future__ import annotations

import ast
import gzip
import re
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from openpyxl import load_workbook

from data import sample
from data.sample import AS_OF, PLAN, SampleFile, write_district
from data.source import load_sources, normalised
from data.toml_file import read_toml

PLAN_OF = read_toml(PLAN)
SCHOOLS = pd.DataFrame(PLAN_OF["schools"], columns=PLAN_OF["school_columns"]).set_index("name")
SOURCES = load_sources()
REAL = [change for change in PLAN_OF["changes"] if change["real"]]
LOOK_ALIKES = [change for change in PLAN_OF["changes"] if not change["real"]]
REAL_FILES = Path(__file__).parents[2] / "shared" / "realdata"
TOLERANCE = 0.15      # of a planted change: what chance may take from it or add to it


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> list[SampleFile]:
    return write_district(tmp_path_factory.mktemp("district"))


@pytest.fixture(scope="module")
def rows(files) -> dict[str, pd.DataFrame]:
    """All rows of a source with its fields as columns, dates as dates, everything else as the text in the file."""
    by_source: dict[str, list[pd.DataFrame]] = {}
    for file in files:
        by_source.setdefault(file.source, []).append(read(file).rename(columns=lambda header: field_of(file.source, header)))
    return {source: _dated(pd.concat(tables, ignore_index=True)) for source, tables in by_source.items()}


def cells(path: Path) -> list[tuple]:
    return list(load_workbook(path).active.iter_rows(values_only=True))


def read(file: SampleFile) -> pd.DataFrame:
    """Every cell as text; titles and totals of a sheet left out."""
    if file.path.suffix != ".xlsx":
        return pd.read_csv(file.path, dtype=str, encoding="utf-8-sig", keep_default_na=False)
    header, *body = [row for row in cells(file.path) if None not in row]
    return pd.DataFrame([[str(cell).removesuffix(" 00:00:00") for cell in row] for row in body], columns=header)


def field_of(source: str, header: str) -> str:
    return " and ".join(field.name for field in SOURCES[source].fields if normalised(header) in field.names)


def _dated(table: pd.DataFrame) -> pd.DataFrame:
    days = [name for name in ("date", "contacted_on", "feedback_on") if name in table]
    return table.assign(**{name: pd.to_datetime(table[name].replace("", None), format="mixed") for name in days})


def weekly(table: pd.DataFrame, **sums: pd.Series) -> pd.DataFrame:
    """Sums a week and school, schools by name."""
    monday = table["date"] - pd.to_timedelta(table["date"].dt.day_of_week, unit="D")
    names = table["school"].map({code: name for name, code in SCHOOLS["school"].items()})
    return table.assign(**sums).groupby([monday, names])[list(sums)].sum().unstack(fill_value=0)


@pytest.fixture(scope="module")
def values(rows) -> dict[tuple[str, str], pd.DataFrame]:
    """Week × school: the percent, or the number of rows, of every field that a change may touch."""
    attendance, contacts, visits = (rows[source] for source in ("attendance", "family_contacts", "walkthroughs"))
    submission = rows["attendance_submission"]
    punctual = submission["submitted_at"].ne("") & (submission["submitted_at"] <= submission["cutoff"])
    counted = submission["roster"].isna()
    expected = submission["expected"].where(counted, 1).astype(int)
    on_time = submission["on_time"].where(counted, punctual.astype(int)).astype(int)
    contacts = contacts[contacts["absences"].notna()]
    sums = {
        ("attendance", "present"): weekly(attendance, n=attendance["present"].astype(int), d=attendance["enrolled"].astype(int)),
        ("attendance_submission", "on_time"): weekly(submission, n=on_time, d=expected),
        ("family_contacts", "reached_in_time"): weekly(contacts, n=contacts["reached_in_time"].astype(int),
                                                       d=contacts["absences"].astype(int)),
        ("walkthroughs", "feedback_given"): weekly(visits, n=visits["feedback_given"].str.startswith("Y").astype(int), d=1),
    }
    found = {key: 100 * both["n"] / both["d"].replace(0, np.nan) for key, both in sums.items()}
    return {**found, ("walkthroughs", "rows"): sums["walkthroughs", "feedback_given"]["d"].astype(float)}


def touched(change: dict, schools: pd.Index) -> np.ndarray:
    if "school" in change:
        return schools == change["school"]
    return SCHOOLS.loc[schools, "director"].to_numpy() == change["director"]


class TestTheSameEveryTime:
    def test_two_runs_write_the_same_spreadsheets(self, files, tmp_path):
        again = write_district(tmp_path)
        assert [(file.path.name, file.source, file.covers) for file in again] == [
            (file.path.name, file.source, file.covers) for file in files]
        for first, second in zip(files, again):
            if first.path.suffix == ".xlsx":
                assert cells(first.path) == cells(second.path), first.path.name
            else:
                assert first.path.read_bytes() == second.path.read_bytes(), first.path.name

    def test_the_district_ends_on_the_friday_the_plan_names(self, rows):
        assert AS_OF == date(2026, 11, 20) == PLAN_OF["as_of"]
        for source, table in rows.items():
            if source != "school_calendar":
                for day in table.columns.intersection(["date", "contacted_on", "feedback_on"]):
                    assert table[day].max() <= pd.Timestamp(AS_OF), (source, day)

    def test_nothing_is_planted_in_code(self):
        """No school, director or change is named there, no clock is read, no indicator is known."""
        indicators = {goal[2] for goal in PLAN_OF["goals"]} - set(SOURCES.by_name)
        names = {*SCHOOLS.index, *SCHOOLS["school"], *SCHOOLS["director"], *indicators}
        for path in Path(sample.__file__).parent.glob("sample*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
            asked = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
            modules = {node.module.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
            assert not texts & names and not asked & {"today", "now"} and "indicators" not in modules, path.name


class TestTheDistrict:
    def test_there_are_forty_schools_and_eight_directors_with_five_each(self, rows):
        assert rows["schools"]["school"].nunique() == len(rows["schools"]) == 40
        assert set(Counter(rows["caseloads"]["director"]).values()) == {5}
        assert set(rows["caseloads"]["school"]) == set(rows["schools"]["school"])
        dana = SCHOOLS[SCHOOLS["director"] == "Dana Whitfield"].index
        assert set(dana) == {"Lincoln", "Adams", "Bell", "Washington", "Roosevelt"}

    def test_three_schools_share_a_word(self, rows):
        assert Counter(name.split()[0] for name in rows["schools"]["name"])["Oak"] == 3

    def test_codes_are_text_and_keep_their_leading_zero(self, files, rows):
        for file in files:
            if "school" in rows[file.source] and file.source != "school_calendar":
                codes = set(read(file).rename(columns=lambda header: field_of(file.source, header))["school"])
                assert codes <= set(SCHOOLS["school"]), file.path.name
                assert all(re.fullmatch(r"0\d{3}", code) for code in codes), file.path.name

    def test_every_source_has_a_spreadsheet_and_every_header_is_known_to_it(self, files):
        assert {file.source for file in files} == set(SOURCES.by_name)
        for file in files:
            source, headers = SOURCES[file.source], list(read(file).columns)
            fields = [field_of(file.source, header) for header in headers]
            known = {field.name for field in source.fields}
            assert set(fields) <= known and len(set(fields)) == len(fields), f"{file.path.name}: {dict(zip(headers, fields))}"
            assert {field.name for field in source.fields if field.required} <= set(fields), file.path.name
            assert not source.forms or any(set(form) <= set(fields) for form in source.forms), file.path.name

    def test_nobody_in_it_is_real(self, files, rows):
        """Titles say made up; every person comes from the plan, and none bears the name of a school's namesake."""
        for file in files:
            if file.path.suffix == ".xlsx":
                assert "(made up)" in cells(file.path)[0][0], file.path.name
        people = {*SCHOOLS["principal"], *SCHOOLS["director"]}
        seen = {*rows["schools"]["principal"], *rows["caseloads"]["director"], *rows["coaching_visits"]["coach"],
                *rows["walkthroughs"]["observer"]} - {PLAN_OF["walkthroughs"]["other_observer"]}
        assert seen <= people
        assert not {person.split()[-1] for person in people} & {word for name in SCHOOLS.index for word in name.split()}

    def test_no_real_file_names_the_district(self):
        if not REAL_FILES.is_dir():
            pytest.skip("the real files are not beside this checkout, so the district's name is not compared with theirs")
        name = PLAN_OF["district"].encode().lower()
        for path in REAL_FILES.rglob("*.csv*"):
            content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            assert name not in content.lower(), path.name

    def test_it_is_small_enough_to_load_at_first_start(self, files):
        assert 50_000 <= sum(len(read(file)) for file in files) <= 70_000


class TestDays:
    def test_nothing_happens_on_a_day_without_school(self, rows):
        calendar = rows["school_calendar"]
        open_days = set(calendar.loc[calendar["open"] == "yes", "date"])
        assert set(calendar["open"]) == {"yes", "no"} and pd.Timestamp(2026, 2, 10) not in open_days
        for source in set(rows) - {"schools", "caseloads", "goals", "school_calendar"}:
            assert set(rows[source]["date"]) <= open_days, source

    def test_dates_are_unambiguous_in_every_file(self, files):
        for file in files:
            table, source = read(file), SOURCES[file.source]
            dated = [header for header in table if source.field(field_of(file.source, header)).kind == "date"]
            texts = {text for header in dated for text in table[header].unique() if text}
            if not all(re.fullmatch(r"\d{4}-\d\d-\d\d", text) for text in texts):
                month, day, _ = zip(*(map(int, text.split("/")) for text in texts))
                assert max(month) <= 12 < max(day), file.path.name

    def test_only_the_planned_school_days_have_not_come(self, rows):
        calendar = rows["school_calendar"]
        days = calendar.loc[(calendar["open"] == "yes") & (calendar["date"] <= pd.Timestamp(AS_OF)), "date"]
        for source in ("attendance", "attendance_submission", "family_contacts"):
            sent = set(zip(rows[source]["school"], rows[source]["date"]))
            planned = {(SCHOOLS["school"][school], day) for owed, school, first, last in PLAN_OF["missing"] if owed == source
                       for day in days if first <= day.date() <= last}
            assert {(code, day) for code in SCHOOLS["school"] for day in days} - sent == planned, source

    def test_for_the_week_of_16_nov_38_of_40_schools_have_sent_everything(self):
        late = {school for _, school, first, _ in PLAN_OF["missing"] if first >= date(2026, 11, 16)}
        assert late == {"Adams", "Bell"}

    def test_only_visits_claim_that_a_day_without_a_row_is_a_day_without_a_visit(self, files):
        assert {file.source for file in files if file.covers} == {"walkthroughs", "coaching_visits"}
        for source in ("walkthroughs", "coaching_visits"):
            spans = [file.covers for file in files if file.source == source]
            assert (spans[0][0], spans[-1][1]) == (date(2025, 8, 25), AS_OF)


class TestFinerGrain:
    def test_absent_students_add_up_to_the_school_s_count(self, rows):
        absences, attendance = rows["absences"], rows["attendance"].set_index(["school", "date"])
        counted = attendance["enrolled"].astype(int) - attendance["present"].astype(int)
        by_day = absences.groupby(["school", "date"]).size()
        assert by_day.index.get_level_values("school").nunique() == 5
        assert (counted[by_day.index] == by_day).all()
        assert not absences.duplicated(["date", "student"]).any()
        assert absences["student"].str.fullmatch(r"S\d{6}").all()
        assert (absences.groupby("student")["school"].nunique() == 1).all()

    def test_families_are_called_about_unexcused_absences_and_not_before_them(self, rows):
        called = rows["family_contacts"].dropna(subset="student")
        absences = rows["absences"].set_index(["date", "student"])["excused"]
        assert (called["contacted_on"] >= called["date"]).all()
        assert set(absences[list(zip(called["date"], called["student"]))]) == {"N"}

    def test_feedback_has_a_date_exactly_when_it_was_given_and_never_before_the_visit(self, rows):
        visits = rows["walkthroughs"]
        given = visits["feedback_given"].str.startswith("Y")
        assert (visits["feedback_on"].notna() == given).all()
        assert (visits["feedback_on"] >= visits["date"])[given].all()


class TestPlantedChanges:
    @pytest.mark.parametrize("change", PLAN_OF["changes"], ids=lambda change: change["sentence"][:40])
    def test_a_change_says_only_what_the_sample_understands(self, change):
        assert set(change) <= {"source", "field", "school", "director", "from", "weeks", "over_weeks", "points", "times",
                               "real", "sentence"}
        assert change["from"].weekday() == 0 and change["field"] in PLAN_OF["usual"][change["source"]]
        assert "school" not in change or change["school"] in SCHOOLS.index
        assert "director" not in change or change["director"] in set(SCHOOLS["director"])

    @pytest.mark.parametrize("change", REAL, ids=lambda change: change["sentence"][:40])
    def test_a_real_change_is_in_the_data_at_its_size(self, change, values):
        """Mean after it is full less mean before, at the schools it touches less at the others."""
        table = values[change["source"], change["field"]]
        full = pd.Timestamp(change["from"]) + pd.Timedelta(weeks=change.get("over_weeks", 1) - 1)
        before, after = table[table.index < pd.Timestamp(change["from"])].mean(), table[table.index >= full].mean()
        here = touched(change, table.columns)
        if "times" in change:
            size = after[here].mean() / before[here].mean() * before[~here].mean() / after[~here].mean()
        else:
            size = (after - before)[here].mean() - (after - before)[~here].mean()
        assert size == pytest.approx(change.get("times", change.get("points")), rel=TOLERANCE)

    @pytest.mark.parametrize("change", LOOK_ALIKES, ids=lambda change: change["sentence"][:40])
    def test_a_storm_lowers_everybody_and_nobody_against_the_others(self, change, values):
        table = values[change["source"], change["field"]]
        week = pd.Timestamp(change["from"])
        fell = table.loc[week] - table.loc[[week - pd.Timedelta(weeks=1), week + pd.Timedelta(weeks=1)]].mean()
        chance = 3 * PLAN_OF["usual"]["attendance"]["present"]["spread"]["shared"]
        assert fell.median() == pytest.approx(change["points"], abs=chance)
        assert (fell < 0).mean() >= 0.95


class TestNoiseOfRealSchools:
    def test_most_weeks_lie_where_real_ones_do(self, values):
        """The middle nine tenths of school-weeks, in percent or rows."""
        expected = {("attendance", "present"): (87, 96), ("attendance_submission", "on_time"): (86, 99),
                    ("family_contacts", "reached_in_time"): (69, 93), ("walkthroughs", "rows"): (2, 11)}
        for key, (low, high) in expected.items():
            assert low <= values[key].stack().quantile(0.05) <= values[key].stack().quantile(0.95) <= high, key

    def test_a_week_resembles_the_one_before_a_little(self, values):
        attendance = values["attendance", "present"].loc["2025-08":"2026-06"]
        gap = attendance.sub(attendance.median(axis=1), axis=0)
        assert 0.08 <= gap.apply(lambda school: school.autocorr()).median() <= 0.34     # quartiles of real schools

    def test_attendance_dips_in_winter_and_slides_in_june(self, values):
        district = values["attendance", "present"].mean(axis=1)
        autumn = district["2025-09":"2025-10"].mean()
        assert autumn - district["2026-01"].mean() == pytest.approx(2.0, abs=0.6)
        assert autumn - district["2026-06"].mean() >= 1.2

    def test_a_director_coaches_a_school_three_times_a_week_at_most(self, rows):
        assert weekly(rows["coaching_visits"], visits=1)["visits"].to_numpy().max() == 3
