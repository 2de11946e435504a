"""A load is accepted whole, with its file in the archive, or it never happened; and it can be undone."""
from __future__ import annotations

import hashlib
import json
import stat
from dataclasses import replace
from datetime import datetime

import pytest

from data import facts, home, loads
from data.facts import fact, live
from data.finding import Refused
from data.home import Home
from data.store import Change, Store, quoted
from indicators.district import District
from indicators.weekly import revising

AT = datetime(2026, 11, 20, 15, 0)
ATTENDANCE = "school,date,present,enrolled\n010,2026-11-16,9,10\n010,2026-11-17,8,10\n020,2026-11-16,7,10\n"
CORRECTED = ATTENDANCE.replace("9,10", "10,10")
CALLS = """school,absence date,student id,contact date,family reached
010,2026-11-16,9007199254740,2026-11-17,yes
020,2026-11-16,ZEBULON-QUIXANO-77,2026-11-16,no
"""


def understood(district: District, text: str, name: str = "week.csv", **answers: str):
    return district.understand(district.receive(text.encode(), name, by="office", at=AT), answers)


def load(district: District, text: str, name: str = "week.csv", **answers: str) -> int:
    return district.accept(understood(district, text, name, **answers), at=AT)


def everything(store: Store) -> dict[str, list[tuple]]:
    """All rows of all tables."""
    tables = [name for (name,) in store.rows("select table_name from duckdb_tables() where not temporary order by 1")]
    return {table: store.rows(f"from {quoted(table)} order by all") for table in tables}


class Broken(Exception):
    """What goes wrong half-way in these tests."""


def breaks_at(step: str, district: District) -> dict:
    """Progress and a reviser for one load or undo, one of which breaks: at words of progress, or around the weekly numbers."""
    revise = revising(district.definitions, district.sources)

    def progress(words: str) -> None:
        if words == step:
            raise Broken

    def broken(change: Change, event: int) -> None:
        if step == "after the weekly numbers":
            revise(change, event)
        raise Broken
    return {"progress": progress, "revise": broken if step.endswith("the weekly numbers") else revise}


UNDO_STEPS = ("Deciding what stands", "Working out the weekly numbers", "before the weekly numbers", "after the weekly numbers")
LOAD_STEPS = ("Keeping the file as it came", "Storing the rows", *UNDO_STEPS)


class TestAllOrNothing:
    @pytest.mark.parametrize("step", LOAD_STEPS)
    def test_a_load_that_fails_at_any_step_never_happened(self, district, step):
        load(district, ATTENDANCE)
        before, mirror = everything(district.store), district.home.mirror.read_text()
        taken = understood(district, CORRECTED)
        with pytest.raises(Broken):
            loads.accept(district.store, district.home, district.sources, taken.upload, taken.prepared.parts, refused=0, answers={}, at=AT,
                         **breaks_at(step, district))
        assert everything(district.store) == before and district.home.mirror.read_text() == mirror
        assert district.accept(taken, at=AT) == 2, "the same upload can be accepted afterwards"

    @pytest.mark.parametrize("step", UNDO_STEPS)
    def test_an_undo_that_fails_at_any_step_never_happened(self, district, step):
        number = load(district, ATTENDANCE)
        before = everything(district.store)
        with pytest.raises(Broken):
            loads.undo(district.store, district.home, district.sources, number, by="office", at=AT, **breaks_at(step, district))
        assert everything(district.store) == before
        district.undo(number, by="office", at=AT)

    def test_a_part_the_database_cannot_take_takes_the_whole_load_along(self, district):
        taken = understood(district, ATTENDANCE)
        good = taken.prepared.parts[0]
        bad = replace(good, rows=good.rows.drop_columns(["present"]))
        before = everything(district.store)
        with pytest.raises(Exception, match="present"):
            loads.accept(district.store, district.home, district.sources, taken.upload, [good, bad], refused=0, answers={}, at=AT,
                         revise=revising(district.definitions, district.sources))
        assert everything(district.store) == before

    def test_a_preview_and_a_question_what_undo_would_do_leave_nothing(self, district):
        number = load(district, ATTENDANCE)
        before = everything(district.store)
        understood(district, CORRECTED)
        district.if_undone(number)
        assert everything(district.store) == before


class TestTheArchive:
    def test_the_file_is_kept_as_it_came_for_the_owner_alone_before_anything_is_promised(self, district):
        kept = []

        def look(words: str) -> None:
            kept.append([path.name for path in district.home.archive.iterdir()])
        taken = understood(district, CALLS)
        district.accept(taken, at=AT, progress=look)
        path = district.home.archive / taken.upload.sha256
        assert kept[0] == [] and all(names == [path.name] for names in kept[1:])
        assert path.read_bytes() == CALLS.encode() and hashlib.sha256(CALLS.encode()).hexdigest() == path.name
        assert stat.S_IMODE(path.stat().st_mode) == 0o600 and stat.S_IMODE(district.home.path.stat().st_mode) == 0o700

    def test_it_is_flushed_to_the_disk_before_the_load_is_stored(self, district, monkeypatch):
        flushed, by_word, flush = [], {}, home._flush
        monkeypatch.setattr(home, "_flush", lambda path: (flush(path), flushed.append(path.name)))
        taken = understood(district, ATTENDANCE)
        district.accept(taken, at=AT, progress=lambda words: by_word.update({words: [*flushed]}))
        assert by_word["Storing the rows"] == [f"{taken.upload.sha256}.new", "archive"]

    def test_nothing_of_an_accepted_upload_stays_in_the_incoming_folder(self, district):
        load(district, ATTENDANCE)
        assert [*district.home.incoming.iterdir()] == []

    def test_a_full_disk_after_the_commit_does_not_call_the_load_off(self, district):
        """The event stands; the mirror catches up with the next one."""
        district.home.mirror.unlink(missing_ok=True)
        district.home.mirror.mkdir()
        assert load(district, ATTENDANCE) == 1
        district.home.mirror.rmdir()
        assert load(district, CORRECTED) == 2
        assert [json.loads(line)["number"] for line in district.home.mirror.read_text().splitlines()] == [1, 2]


class TestTheLedger:
    def test_the_same_bytes_twice_are_refused_with_who_and_when(self, district):
        load(district, ATTENDANCE)
        with pytest.raises(Refused, match=r"loaded on 20 Nov 2026 by office \(3 rows\)\. Uploading it again would change nothing"):
            understood(district, ATTENDANCE, "another name.csv")

    def test_the_same_bytes_prepared_twice_are_accepted_once(self, district):
        first, second = understood(district, ATTENDANCE), understood(district, ATTENDANCE)
        district.accept(first, at=AT)
        before = everything(district.store)
        with pytest.raises(Refused, match="would change nothing"):
            district.accept(second, at=AT)
        assert everything(district.store) == before

    def test_an_undone_file_can_be_loaded_again(self, district):
        number = load(district, ATTENDANCE)
        rows, weeks = district.store.rows("select * exclude load_id from live_attendance order by all"), district.store.rows("from weekly order by all")
        district.undo(number, by="office", at=AT)
        assert district.store.rows("from live_attendance") == [] and district.store.rows("from weekly") == []
        assert load(district, ATTENDANCE) == 3
        assert district.store.rows("select * exclude load_id from live_attendance order by all") == rows
        assert district.store.rows("from weekly order by all") == weeks

    @pytest.mark.parametrize("load_id", [0, 2, 7, -1])
    def test_a_load_that_does_not_exist_cannot_be_undone(self, district, load_id):
        load(district, ATTENDANCE)
        with pytest.raises(Refused, match=f"load {load_id}: there is no load {load_id} that stands"):
            district.undo(load_id, by="office", at=AT)

    def test_a_load_is_undone_once(self, district):
        number = load(district, ATTENDANCE)
        undo = district.undo(number, by="office", at=AT)
        for gone in (number, undo):
            with pytest.raises(Refused, match="no load"):
                district.undo(gone, by="office", at=AT)
        assert district.store.version == 2

    def test_the_mirror_has_every_event_in_order(self, district):
        district.begin_own(by="steward", at=AT)
        first, second = load(district, ATTENDANCE, "monday.csv"), load(district, CALLS, "calls.csv", covers="2026-11-16..2026-11-20")
        district.undo(first, by="principal", at=AT)
        lines = [json.loads(line) for line in district.home.mirror.read_text().splitlines()]
        told = [(line["number"], line["kind"], line["by"], line.get("file"), line.get("load_id")) for line in lines]
        assert told == [(1, "own", "steward", None, None), (2, "load", "office", "monday.csv", None), (3, "load", "office", "calls.csv", None),
                        (4, "undo", "principal", None, first)]
        assert lines[2]["answers"] == {"covers": "2026-11-16..2026-11-20"} and (district.home.archive / lines[2]["sha256"]).exists()
        assert (first, second) == (2, 3) and {line["at"] for line in lines} == {str(AT)}

    def test_a_source_that_is_no_longer_declared_is_named(self, district):
        number = load(district, ATTENDANCE)
        fewer = replace(district.sources, by_name={name: source for name, source in district.sources.by_name.items() if name != "attendance"})
        with pytest.raises(Refused, match=r"Put attendance\.toml back"):
            loads.undo(district.store, district.home, fewer, number, by="office", at=AT, revise=lambda change, event: None)


class TestStudents:
    NUMBERS = ("9007199254740", "zebulon-quixano-77")

    @pytest.fixture
    def on_disk(self, tmp_path):
        district = District.open(Home(tmp_path / "home"))
        load(district, CALLS, "calls.csv")
        yield district
        district.close()

    def test_no_table_holds_a_student_number(self, on_disk):
        told = str(everything(on_disk.store)).lower()
        assert not any(number in told for number in self.NUMBERS)
        for table in (fact, live):
            found = on_disk.store.rows(f"select student from {table(on_disk.sources['family_contacts'])} order by file_row")
            assert found == [(on_disk.home.pseudonym("9007199254740"),), (on_disk.home.pseudonym(" Zebulon-Quixano-77 "),)]

    def test_no_byte_of_the_database_or_the_mirror_tells_one_and_the_archive_keeps_the_file(self, on_disk):
        archive = on_disk.home.archive
        on_disk.close()
        for path in (path for path in on_disk.home.path.rglob("*") if path.is_file() and path.parent != archive):
            assert not any(number.encode() in path.read_bytes().lower() for number in self.NUMBERS), path.name
        assert (archive / hashlib.sha256(CALLS.encode()).hexdigest()).read_bytes() == CALLS.encode()

    def test_another_home_knows_the_same_student_by_another_name(self, on_disk, tmp_path):
        other = Home(tmp_path / "other").ensure()
        assert other.pseudonym("9007199254740") != on_disk.home.pseudonym("9007199254740")
        assert stat.S_IMODE((other.path / "student.key").stat().st_mode) == 0o600

    def test_a_key_cut_short_is_told_and_not_used(self, on_disk):
        (on_disk.home.path / "student.key").write_bytes(b"")
        with pytest.raises(Refused, match=r"student\.key: the key for student numbers is damaged, it has 0 of 32 bytes\. Put student\.key back"):
            understood(on_disk, CALLS + "010,2026-11-17,5,2026-11-17,yes\n")


def test_a_source_that_gains_a_field_keeps_its_rows(district):
    load(district, ATTENDANCE)
    source = district.sources["attendance"]
    grown = replace(source, fields=(*source.fields, replace(source.fields[-1], name="lates")))
    with district.store.change() as change:
        facts.ensure_tables(change, [grown])
    assert district.store.rows("select count(*), count(lates), count(lates_is) from live_attendance") == [(3, 0, 0)]


def test_a_cell_mended_by_hand_is_kept_in_the_archive_and_in_no_table(district):
    """A mended student number is as private as the file it was mended in."""
    bad = CALLS.replace("010,2026-11-16,9007199254740,2026-11-17,yes", "010,2026-11-16,9007199254740,2026-11-97,yes")
    cells = {"cell::2:D": "2026-11-17", "cell::3:C": "QUIXOTE-ALONSO-78"}
    number = district.accept(understood(district, bad, **cells), at=AT)
    everywhere = f"{everything(district.store)}{district.home.mirror.read_text()}"
    assert "QUIXOTE" not in everywhere and "2026, 11, 17" in everywhere
    (kept,) = district.home.archive.glob("*.mended")
    assert district.home.mended(kept.name.partition(".")[0], number) == cells and stat.S_IMODE(kept.stat().st_mode) == 0o600
