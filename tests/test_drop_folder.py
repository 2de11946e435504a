"""A spreadsheet put into the inbox is loaded when it is recognised and only adds; any other waits; none is lost or loaded twice."""
from __future__ import annotations

import os
from datetime import datetime

import pytest

from indicators.drop_folder import NOT_LOADED, DropFolder

AT = datetime(2026, 11, 20, 15, 0)
WEEK = "school,date,present,enrolled\n010,2026-11-16,9,10\n010,2026-11-17,8,10\n"
NEXT = WEEK.replace("2026-11-16", "2026-11-18").replace("2026-11-17", "2026-11-19")


@pytest.fixture
def inbox(district):
    return DropFolder(district.home.inbox)


@pytest.fixture
def look(district, inbox):
    """Two looks: a file is touched when it lay still from one to the next."""
    def twice() -> int:
        inbox.look(district, AT)
        return inbox.look(district, AT)
    return twice


def loads(district) -> list[tuple]:
    return district.store.rows("select file_name, accepted, who from load join event on number = load.load_id order by 1")


def names(inbox) -> list[str]:
    return sorted(path.name for path in inbox.inbox.iterdir())


class TestAFileThatOnlyAdds:
    def test_is_loaded_with_the_same_ledger_and_leaves_the_inbox(self, district, inbox, look):
        (inbox.inbox / "week.csv").write_text(WEEK)
        assert look() == 1 and loads(district) == [("week.csv", 2, "drop folder")] and names(inbox) == []
        assert len([*district.home.archive.iterdir()]) == 1 and not inbox.waiting

    def test_is_not_touched_while_it_still_grows(self, district, inbox):
        file = inbox.inbox / "week.csv"
        for lines in (1, 2, 3):
            file.write_text("\n".join(WEEK.splitlines()[:lines]) + "\n")
            os.utime(file, ns=(lines, lines))
            assert inbox.look(district, AT) == 0 and not inbox.waiting
        assert inbox.look(district, AT) == 1 and loads(district)[0][1] == 2

    def test_several_are_loaded_in_the_order_of_their_names(self, district, inbox, look):
        (inbox.inbox / "2.csv").write_text(NEXT)
        (inbox.inbox / "1.csv").write_text(WEEK)
        assert look() == 2 and [name for name, *_ in loads(district)] == ["1.csv", "2.csv"]

    def test_sent_again_it_is_removed_and_changes_nothing(self, district, inbox, look):
        (inbox.inbox / "week.csv").write_text(WEEK)
        look()
        (inbox.inbox / "again.csv").write_text(WEEK)
        version = district.store.version
        look()
        assert district.store.version == version and names(inbox) == [] and not inbox.waiting


class TestAFileThatNeedsAPerson:
    @pytest.mark.parametrize(("text", "why"), [
        (WEEK.replace("9,10", "7,10"), "It would not only add rows: 1 changed."),
        (NEXT.replace("9,10", "19,10"), "more students present than enrolled"),
        (NEXT.replace("2026-11-18", "03/04/2026").replace("2026-11-19", "05/06/2026"), "A question is open: Is 03/04/2026"),
        ("a,b\n1,2\n", "there is no"),
        ("", "this is empty"),
    ])
    def test_waits_with_its_reason_and_nothing_is_stored(self, district, inbox, look, text, why):
        (inbox.inbox / "week.csv").write_text(WEEK)
        look()
        (inbox.inbox / "second.csv").write_text(text)
        look()
        look()
        (waiting,) = inbox.waiting
        assert why in waiting.why and waiting.name == "second.csv" and names(inbox) == ["second.csv"]
        assert len(loads(district)) == 1 and not [*district.home.incoming.iterdir()]

    def test_is_looked_at_again_when_it_changes(self, district, inbox, look):
        (inbox.inbox / "week.csv").write_text(WEEK.replace("9,10", "19,10"))
        look()
        assert inbox.waiting
        (inbox.inbox / "week.csv").write_text(WEEK + "020,2026-11-16,7,10\n")
        assert look() == 1 and not inbox.waiting

    def test_is_loaded_when_what_it_waited_for_has_come(self, district, inbox, look):
        (inbox.inbox / "1 schools.csv").write_text("School ID,School Name,School Level\n010,Adams,Elementary\n")
        look()
        (inbox.inbox / "week.csv").write_text(WEEK + "020,2026-11-16,7,10\n")
        look()
        assert "this is not a school we know" in inbox.waiting[0].why
        upload = district.receive(b"School ID,School Name,School Level\n010,Adams,Elementary\n020,Bell,High\n", "schools 2.csv", by="office", at=AT)
        district.accept(district.understand(upload), at=AT)
        look()
        assert [name for name, *_ in loads(district)] == ["1 schools.csv", "schools 2.csv", "week.csv"] and not inbox.waiting

    def test_not_wanted_it_is_kept_out_of_the_way(self, inbox, look):
        for _ in range(2):
            (inbox.inbox / "a.csv").write_text("a,b\n1,2\n")
            look()
            inbox.put_aside(inbox.waiting[0].path)
        assert names(inbox) == [NOT_LOADED] and sorted(path.name for path in (inbox.inbox / NOT_LOADED).iterdir()) == ["a 2.csv", "a.csv"]
        look()
        assert not inbox.waiting

    def test_a_made_up_district_takes_no_real_file(self, made_up_home):
        from data.home import Home
        from indicators.district import District
        district = District.open(Home(made_up_home))
        inbox = DropFolder(district.home.inbox)
        (inbox.inbox / "week.csv").write_text(WEEK)
        version = district.store.version
        inbox.look(district, AT)
        inbox.look(district, AT)
        assert "this is the made-up district" in inbox.waiting[0].why and district.store.version == version
        district.close()


@pytest.mark.parametrize("name", [".week.csv", "~$week.xlsx", "week.csv.part", "Unconfirmed 1.crdownload"])
def test_files_that_are_not_there_yet_are_passed_over(district, inbox, look, name):
    (inbox.inbox / name).write_text(WEEK)
    assert look() == 0 and not inbox.waiting and names(inbox) == [name]
