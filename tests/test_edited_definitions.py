"""A district adds, edits or removes an indicator: its weekly numbers follow when Headway next starts, and at no other time."""
from __future__ import annotations

from datetime import datetime

import pytest

from data.home import Home
from indicators.definition import SHIPPED
from indicators.district import District
from indicators.weekly import recompute

AT = datetime(2026, 11, 20, 15, 0)
ATTENDANCE = "school,date,present,enrolled\n010,2026-11-16,9,10\n010,2026-11-17,8,10\n020,2026-11-16,7,10\n"
STUDENTS_AWAY = """label = "Students away"
question = "How many days were missed?"
description = "School-days missed in a week."
source = "attendance"
numerator = "sum(enrolled - present)"
unit = "count"
better = "lower"
"""
OF = "select school_id, numerator, denominator from weekly where indicator = ? order by 1"


@pytest.fixture
def home(tmp_path) -> Home:
    home = Home(tmp_path / "home")
    with_own = District.open(home)
    with_own.begin_own(by="steward", at=AT)
    with_own.accept(with_own.understand(with_own.receive(ATTENDANCE.encode(), "week.csv", by="office", at=AT)), at=AT)
    with_own.close()
    return home


def reopened(home: Home) -> District:
    district = District.open(home)
    district.renew(at=AT)
    return district


def events(district: District) -> list[tuple]:
    return district.store.rows("select kind, detail from event order by number")


def agrees_with_a_full_recompute(district: District) -> bool:
    numbers = "select * exclude (week), week::varchar from weekly order by all"
    stands = district.store.rows(numbers)
    with district.store.trial() as trial:
        trial.run("delete from weekly")
        recompute(trial, district.definitions, district.sources, 0)
        return trial.rows(numbers) == stands


class TestDefinitionsChangeBetweenStarts:
    def test_nothing_happens_when_nothing_was_edited(self, home):
        district = reopened(home)
        assert [kind for kind, _ in events(district)] == ["own", "load"] and not district.outdated

    def test_a_new_indicator_has_numbers_for_the_weeks_that_were_loaded_before(self, home):
        (home.definitions / "students_away.toml").write_text(STUDENTS_AWAY)
        district = District.open(home)
        assert district.outdated
        district.renew(at=AT)
        assert district.store.rows(OF, "students_away") == [("010", 3, 1), ("020", 3, 1)]
        assert events(district)[-1] == ("definitions", '{"edited": ["students_away"], "gone": []}')
        assert agrees_with_a_full_recompute(district) and not district.outdated

    def test_an_edited_one_is_worked_out_anew_and_the_others_are_not_touched(self, home):
        text = (SHIPPED / "attendance_rate.toml").read_text()
        (home.definitions / "attendance_rate.toml").write_text(text.replace('"sum(present) filter', '"sum(enrolled - present) filter'))
        district = reopened(home)
        assert district.store.rows(OF, "attendance_rate") == [("010", 3, 20), ("020", 3, 10)]
        revised = district.store.rows("select distinct indicator from weekly_revision where event = 3")
        assert revised == [("attendance_rate",)] and agrees_with_a_full_recompute(district)

    def test_new_words_and_a_new_target_cost_nothing(self, home):
        text = (SHIPPED / "attendance_rate.toml").read_text()
        (home.definitions / "attendance_rate.toml").write_text(text.replace("target", "# was: target", 1).replace('label ', 'label  '))
        assert len(events(reopened(home))) == 2

    def test_a_new_baseline_moves_no_number(self, home):
        text = (SHIPPED / "attendance_rate.toml").read_text()
        (home.definitions / "attendance_rate.toml").write_text(text + '\n[[new_baselines]]\nfrom = 2026-11-02\nwhy = "A new bell schedule."\n')
        district = reopened(home)
        assert district.definitions["attendance_rate"].new_baselines and len(events(district)) == 2

    def test_a_week_that_becomes_the_year_so_far_is_worked_out_anew_and_follows_what_is_loaded_next(self, home):
        (home.definitions / "students_away.toml").write_text(STUDENTS_AWAY + 'window = "year_to_date"\n')
        district = reopened(home)
        later = ATTENDANCE.replace("2026-11-1", "2026-11-2")
        district.accept(district.understand(district.receive(later.encode(), "next.csv", by="office", at=AT)), at=AT)
        assert district.store.rows(OF, "students_away") == [("010", 3, 1), ("010", 6, 1), ("020", 3, 1), ("020", 6, 1)]
        assert agrees_with_a_full_recompute(district)

    def test_one_that_is_taken_away_takes_its_numbers_along_and_brings_them_back(self, home):
        own = home.definitions / "students_away.toml"
        own.write_text(STUDENTS_AWAY)
        reopened(home).close()
        own.unlink()
        without = reopened(home)
        assert without.store.rows(OF, "students_away") == []
        assert without.store.value("select count(*) from weekly_revision where indicator = 'students_away' and gone") == 2
        without.accept(without.understand(without.receive(ATTENDANCE.replace("9,10", "10,10").encode(), "again.csv", by="office", at=AT)), at=AT)
        without.close()
        own.write_text(STUDENTS_AWAY)
        assert reopened(home).store.rows(OF, "students_away") == [("010", 2, 1), ("020", 3, 1)]
