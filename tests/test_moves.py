"""Before a file is accepted a person sees which weekly numbers it would move; what was promised is what happens."""
from __future__ import annotations

from datetime import date, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from data.home import Home
from data.loads import Moved
from data.source import load_sources
from data.store import Store
from indicators.definition import load_definitions
from indicators.district import District
from indicators.moves import moves_of


AT = datetime(2026, 11, 20, 15, 0)
DEFINITIONS = load_definitions(load_sources())
HEADER = "school,date,present,enrolled\n"
DAY = st.tuples(st.sampled_from(["A", "B"]), st.sampled_from(["2026-11-09", "2026-11-10", "2026-11-16"]), st.integers(0, 10))
FILE = st.lists(DAY, min_size=1, max_size=5, unique_by=lambda row: row[:2])


def text(rows) -> str:
    return HEADER + "".join(f"{school},{day},{present},10\n" for school, day, present in rows)


def understood(district: District, content: str, name: str):
    return district.understand(district.receive(content.encode(), name, by="office", at=AT), numbers=True)


def values(district: District) -> dict[tuple, float | None]:
    rows = district.store.rows("select indicator, school_id, week, numerator / nullif(denominator, 0) from weekly")
    return {(indicator, school, week): value for indicator, school, week, value in rows}


class TestWhatIsPromised:
    @settings(deadline=None, max_examples=6)
    @given(files=st.lists(FILE, min_size=2, max_size=3))
    def test_is_what_happens_and_looking_changes_nothing(self, files, tmp_path_factory):
        district = District(Home(tmp_path_factory.mktemp("d") / "home").ensure(), Store.open())
        for at, rows in enumerate(files):
            before, version = values(district), district.store.version
            found = understood(district, text(rows) + "\n" * at, f"{at}.csv")
            assert values(district) == before and district.store.version == version
            district.accept(found, at=AT)
            after = values(district)
            promised = {(one.indicator, one.school_id, one.week): (one.was, one.becomes) for one in found.moved}
            really = {key: (before.get(key), after.get(key)) for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
            assert {key: promised[key] for key in really} == really
            assert all(was == becomes for key, (was, becomes) in promised.items() if key not in really)
        district.close()

    def test_a_command_does_not_pay_for_it(self, district):
        upload = district.receive(text([("A", "2026-11-09", 9)]).encode(), "a.csv", by="office", at=AT)
        assert district.understand(upload).moved is None


class TestInWords:
    def moves(self, *moved: Moved):
        return moves_of(moved, DEFINITIONS, {"A": "Adams"}, AT.date())

    def test_from_what_to_what_the_largest_first(self):
        monday = date(2026, 11, 9)
        found = self.moves(Moved("attendance_rate", "A", monday, 0.931, 0.924), Moved("attendance_rate", "B", monday, 0.90, 0.80),
                           Moved("attendance_rate", "C", monday, 0.9, 0.90001), Moved("attendance_rate", "D", monday, 0.9, None))
        assert found.lines == (("Attendance", "D", "week of 9\u00a0Nov", "90%", "no number"), ("Attendance", "B", "week of 9\u00a0Nov", "90%", "80%"),
                               ("Attendance", "Adams", "week of 9\u00a0Nov", "93.1%", "92.4%"))
        assert found.first == ()

    def test_numbers_there_were_none_of_are_counted(self):
        found = self.moves(*(Moved("attendance_rate", school, date(2026, 11, 9), None, 0.9) for school in "AB"))
        assert found.lines == () and found.first == ("Attendance: 2\u00a0schools get 2\u00a0new numbers, week of 9\u00a0Nov",)
