"""Real files of kinds nobody declared: each goes in as a kind of its own with the number it must come to, or is stopped for a reason a person would give.

The numbers to match were computed from the files with plain csv code (facts/realdata.md).
"""
from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from data import grid
from data.finding import Level
from data.layout import HEADINGS, Table, lay_out
from data.new_source import NewSource, RowsAre, problems
from data.proposing import proposal
from indicators.district import District
from indicators.new_definition import first_indicators

pytestmark = pytest.mark.realdata
AT = datetime(2026, 11, 21, 9, 0)
SCHOOL, DAY = "no column says which school a row is about", "no column says which day a row is about"
ONE = date(2022, 5, 31)         # the day somebody says all rows of a yearly file are about


def read(district: District, path: Path) -> tuple[object, list[Table]]:
    upload = district.receive(path.read_bytes(), path.name, by="steward", at=AT)
    return upload, [table for sheet in grid.read(upload).sheets for table in lay_out(sheet, district.sources)]


def drafted(district: District, table: Table, headings: dict[str, str], **said) -> NewSource:
    """Our guess, with what a person says otherwise; `headings` names columns for school and date by their heading."""
    letters = {f.heading: f.column for f in proposal(table, district.schools).fields}
    where = {key: letters[text] for key, text in headings.items()}
    return replace(proposal(table, district.schools), label="Something new", one_row_is="one row", **where, **said)


def calendar(district: District, first: date, last: date) -> None:
    days = [first + timedelta(n) for n in range((last - first).days + 1)]
    text = "date,open\n" + "".join(f"{day},yes\n" for day in days if day.weekday() < 5)
    district.accept(district.understand(district.receive(text.encode(), "calendar.csv", by="steward", at=AT)), at=AT)


def loaded(district: District, path: Path, new: NewSource, upload, sheet: str) -> tuple[str, int, int]:
    """The made kind's name, the rows stored and the rows that stayed out."""
    made = district.add_source(new, by="steward", at=AT)
    understood = district.understand(upload, made.answers(sheet))
    assert not understood.prepared.questions, [q.ask for q in understood.prepared.questions]
    rows, refused = understood.prepared.rows, understood.prepared.refused
    district.accept(understood, at=AT)
    return made.name, rows, refused


def watched(district: District, name: str, label: str) -> tuple[float, float]:
    """Numerator and denominator over all schools and weeks."""
    offer = next(o for o in first_indicators(district.sources[name]) if o.label == label)
    offer = district.add_definition(replace(offer, better="neither"), by="steward", at=AT)
    return district.store.rows("select sum(numerator), sum(denominator) from weekly where indicator = ?", offer.name)[0]


@dataclass(frozen=True)
class Case:
    """A file, what a person adds to our guess, indicators and what each must come to over all schools and weeks."""
    file: str
    comes_to: dict[str, float]
    rows: int
    refused: int = 0
    where: dict[str, str] = field(default_factory=dict)
    said: dict = field(default_factory=dict)
    numerator: bool = False         # the numbers are counts, not means
    within: float = 5e-5


YEARLY = dict(day=ONE, rows_are=RowsAre.REPEATS)
BY_DISTRICT = {"school": "District Code"}
GOES_IN = [
    Case("edfi_discipline_incidents.csv", {"Something new: how many a week": 20}, 21, numerator=True),     # one on a Sunday, alone in its week: nothing else came
    Case("edfi_student_school_attendance.csv", {"Something new: how many a week": 1917}, 1917, numerator=True),
    Case("nyc_class_size.csv", {"AVERAGE CLASS SIZE: mean": 22.8339}, 27_611, said=YEARLY),
    Case("co_2017-2018_ChronicAbsenteeism.xlsx", {"Number of Students with Chronic Absenteeism*: mean": 212_797,
        "Student Fall K-12 Enrollment: mean": 876_996}, 185, where=BY_DISTRICT, said=YEARLY, numerator=True),
    Case("co_2018-2019_ChronicAbsenteeism.xlsx", {"Number of Students with Chronic Absenteeism*: mean": 197_392}, 184, where=BY_DISTRICT, said=YEARLY, numerator=True),
    Case("co_2020-2021_ChronicAbsenteeism.xlsx", {"Number of Students with Chronic Absenteeism: mean": 229_963}, 184, where=BY_DISTRICT, said=YEARLY, numerator=True),
    Case("co_2021-2022_ChronicAbsenteeism.xlsx", {"2021-2022 Student Count: mean": 917_705,
        "Number of Students with Chronic Absenteeism: mean": 317_796}, 185, where=BY_DISTRICT, said=YEARLY, numerator=True),
    Case("ct_chronic-absenteeism__2011-12_grade.csv", {"% Chronically Absent: mean": 0.106961}, 2167, where=BY_DISTRICT, said=YEARLY, within=1e-6),
    Case("ct_chronic-absenteeism__2015-16_grade.csv", {"% Chronically Absent: mean": 0.098091}, 2210, where=BY_DISTRICT, said=YEARLY, within=1e-6),
    Case("ct_chronic-absenteeism__2017-18_grade.csv", {"%: mean": 0.107996}, 2225, where=BY_DISTRICT, said=YEARLY, within=1e-6),
]


@pytest.mark.parametrize("case", GOES_IN, ids=lambda case: case.file)
def test_goes_in_as_a_kind_of_its_own_with_its_numbers(case, district, shared):
    calendar(district, date(2021, 8, 1), date(2022, 6, 30))
    upload, tables = read(district, shared / "realdata" / case.file)
    new = drafted(district, tables[0], case.where, **case.said)
    assert not (found := problems(new, tables[0], district.sources)), [str(f) for f in found]
    name, rows, refused = loaded(district, shared / "realdata" / case.file, new, upload, tables[0].sheet)
    assert (rows, refused) == (case.rows, case.refused)
    for label, comes_to in case.comes_to.items():
        top, bottom = watched(district, name, label)
        assert (top if case.numerator else top / bottom) == pytest.approx(comes_to, abs=case.within), label


def test_excused_and_unexcused_absences_are_the_known_ones_by_school(district, shared):
    path = shared / "realdata" / "edfi_student_school_attendance.csv"
    upload, tables = read(district, path)
    name, *_ = loaded(district, path, drafted(district, tables[0], {}), upload, tables[0].sheet)
    source = district.sources[name]
    category = next(f.name for f in source.fields if f.label == "AttendanceEventCategory")
    found = district.store.rows(f"""select "{source.school}", count(*) from live_{name} where "{category}" like '%Excused Absence' or "{category}" like '%Unexcused Absence'
        group by 1 order by 1""")
    assert found == [("255901001", 619), ("255901044", 466), ("255901107", 765)]


FIXTURES = "studentinsights_fixtures"
# A file and the year in the middle of its days, where a person says its headings are, which column its school; its rows, why others stay out, and what an indicator comes to.
SAID = [
    ("fake_behavior_export.csv", 2015, "1", {}, 3, ["there is no event_date in this row"], "Something new: how many a week", (3, 1)),
    ("fake_x2_assessments.csv", 2014, "1", {}, 8, [], "Assessment_scale_score: mean", (222 + 222 + 214 + 368 + 367 + 367, 6)),
    ("attendance_dump.csv", 2005, None, {"school": "ATT_SKL_OID"}, 2, [], "ATT_TARDY_IND: share of yes", (2, 2)),
]


@pytest.mark.parametrize(("file", "year", "headings", "where", "rows", "stays_out", "label", "comes_to"), SAID, ids=[case[0] for case in SAID])
def test_goes_in_once_a_person_has_said_where_its_headings_or_its_school_stand(file, year, headings, where, rows, stays_out, label, comes_to, district, shared):
    """Four incidents, the last without a day; eight assessments; two tardies at a school whose code is a number of the system it came from."""
    calendar(district, date(year - 1, 1, 1), date(year + 1, 12, 31))
    path = shared / "realdata" / FIXTURES / file
    upload = district.receive(path.read_bytes(), path.name, by="steward", at=AT)
    first_row = {f"{HEADINGS}:": headings} if headings else {}
    table = lay_out(grid.read(upload).sheets[0], district.sources, first_row)[0]
    new = drafted(district, table, where)
    assert not problems(new, table, district.sources)
    made = district.add_source(new, by="steward", at=AT)
    understood = district.understand(upload, {**first_row, **made.answers("")})
    assert (understood.prepared.rows, [f.problem for f in understood.prepared.findings if f.level == Level.STOP]) == (rows, stays_out)
    district.accept(understood, at=AT)
    assert watched(district, made.name, label) == comes_to


STOPPED = [
    ("tntp_ipg_data.csv", [SCHOOL, DAY]), ("oulad_assessments.csv", [SCHOOL, DAY]), ("oulad_courses.csv", [SCHOOL, DAY]),
    ("oulad_studentAssessment.csv.gz", [SCHOOL, DAY]), ("ct_chronic-absenteeism__2016-17_grade_ct.csv", [SCHOOL, DAY]),
    ("studentinsights_fixtures/bad_x2_assessments.csv", [DAY]),
    ("studentinsights_fixtures/educator_section_assignment_export.csv", [DAY]), ("studentinsights_fixtures/fake_no_headers.csv", [SCHOOL, DAY]),
    ("studentinsights_fixtures/form_to_notes_fixture_wide.csv", [SCHOOL]), ("studentinsights_fixtures/homework_help_fixture.csv", [SCHOOL]),
    ("studentinsights_fixtures/service_upload_example.csv", [SCHOOL, DAY]), ("studentinsights_fixtures/student_meeting_fixture.csv", [SCHOOL]),
    ("studentinsights_fixtures/student_section_grades_fixture.csv", [SCHOOL, DAY]), ("studentinsights_fixtures/student_voice_survey.csv", [SCHOOL]),
]


@pytest.mark.parametrize(("file", "reasons"), STOPPED)
def test_is_stopped_for_a_reason_a_person_would_give(file, reasons, district, shared):
    path = shared / "realdata" / file
    prepared = district.understand(district.receive(path, path.name, by="steward", at=AT)).prepared
    assert prepared.stopped and "there is no school column " in "\n".join(map(str, prepared.findings))
    assert "Say which column is which, or choose what kind of spreadsheet this is." in "\n".join(map(str, prepared.findings))
    [table] = prepared.tables
    found = problems(drafted(district, table, {}), table, district.sources)
    assert [finding.problem for finding in found] == reasons
    assert all(finding.remedy for finding in found) and district.store.version == 0
