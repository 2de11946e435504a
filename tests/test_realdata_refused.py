"""Real files that are not ours to read yet: each is refused or asked about in a sentence, and nothing is stored."""
from __future__ import annotations

import pytest

from data.__main__ import run

pytestmark = pytest.mark.realdata
NOT_OURS = {
    "co_2017-2018_ChronicAbsenteeism.xlsx": "no school column and no date column that we know. Row 10 has School Year, County Code",
    "co_2018-2019_ChronicAbsenteeism.xlsx": "no school column and no date column",
    "co_2020-2021_ChronicAbsenteeism.xlsx": "no school column and no date column",
    "co_2021-2022_ChronicAbsenteeism.xlsx": "no school column and no date column",
    "ct_chronic-absenteeism__2011-12_grade.csv": "Row 4 has District, District Code, Grade, % Chronically Absent",
    "ct_chronic-absenteeism__2015-16_grade.csv": "no school column and no date column",
    "ct_chronic-absenteeism__2017-18_grade.csv": "no school column and no date column",
    "tntp_ss_data_initial.csv": "Row 1 has class_id, response_id",
    "tntp_ss_data_final.csv": "Row 1 has class_id, response_id",
    "tntp_metric_templates.xlsx": "Sheet Engagement: there is no school column",
    "dfe_daily_2022_week37_excerpt.csv": "We do not know these headings. Could this be it?",
    "edfi_student_school_attendance.csv": "no date column",
    "nyc_class_size.csv": "Only 2 of 16 columns can be used. What is this?",
    "nyc_demographics_2005-2012.csv": "columns can be used. What is this?",
    "nz_school_details.csv": "columns can be used. What is this?",
}


@pytest.mark.parametrize("name", NOT_OURS)
def test_a_file_of_another_kind_is_told_about_and_nothing_is_stored(name, district, shared):
    code, said = run(district, ["load", str(shared / "realdata" / name)])
    assert code in (1, 2)
    assert NOT_OURS[name] in said
    assert district.store.version == 0
