"""Bad inputs of which something may be stored: what they say stays text; what cannot be right, or is nobody's business, stays out.

The numbers go on from test_bad_inputs.py; 13 is the file too large to come in.
"""
from __future__ import annotations

import time
import tomllib
from dataclasses import replace
from io import BytesIO

import openpyxl
import pytest
from tests.test_bad_inputs import AT, CHECKOUT, CLEAN, ROWS, understood
from tests.test_definitions import LIBRARY
from tests.uploading import accept, drop_in, own, said, served, show

from data import grid, ledger, opening
from data.access import EVERYTHING
from data.finding import Refused
from data.home import Home
from data.layout import lay_out
from data.proposing import proposal
from data.receive import MAX_NAME
from indicators.district import District
from indicators.house import House
from indicators.intake import Intake
from indicators.uploading import findings_csv
from pages import upload_parts

__all__ = ["own", "served"]      # fixtures


def load(district: District, content: bytes | str, name: str = "november.csv", **answers: str) -> int:
    return district.accept(understood(district, content.encode() if isinstance(content, str) else content, name, **answers), at=AT)


def stand(district: District) -> list[tuple]:
    return district.store.rows("select school, date::varchar, present, enrolled from live_attendance order by 1, 2")


def written_on(at) -> list:
    """What is Markdown on this page, before it is drawn."""
    return [element for kind in ("title", "header", "subheader", "markdown") for element in getattr(at, kind)]


class TestThePage:
    def test_13_a_file_of_300_mb_meets_the_limit_that_page_and_server_state(self, own, tmp_path):
        show(own, "upload")
        assert own.file_uploader[0].proto.max_upload_size_mb == upload_parts.LARGEST_MB < 300
        assert f"up to {upload_parts.LARGEST_MB} MB. For a larger one run python -m data load FILE" in said(own).replace("`", "")
        server = tomllib.loads((CHECKOUT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["server"]
        assert server["maxUploadSize"] == upload_parts.LARGEST_MB, "what a browser does not stop, the server must"
        with (tmp_path / "long.csv").open("wb") as holed:
            holed.truncate(opening.MAX_BYTES + 1)           # takes no room on the disk
        with pytest.raises(Refused, match=r"long\.csv: the file holds more than 1,024 MB\. Split it, for example by month or by school"):
            opening.read(tmp_path / "long.csv", "long.csv")

    def test_18_markup_in_names_is_shown_as_it_is_written(self, own):
        name, school = "<script>alert(1)</script>.csv", "$x$ **b** <b>"
        drop_in(own, CLEAN.replace("Bell", school).replace("Adams", "[A](http://x.example)"), name=name)
        assert name in said(own)
        shown = written_on(own) + written_on(accept(own))
        assert name in said(own)
        shown += written_on(show(own, "school", school=school))
        assert school in said(own)
        assert not any(element.allow_html for element in shown if element.type == "markdown")
        assert not [raw for raw in ("<script>", "$x$", "**b**", "<b>", "](http") for element in shown if raw in element.value]


class TestTextThatWouldDoSomething:
    def test_17_a_formula_stays_text_and_starts_nothing_in_any_file_that_is_given_out(self, district):
        formula = "=cmd|' /C calc'!A0"
        content = CLEAN.replace("Adams,2026-11-17,87", f"{formula},2026-11-17,=1+1").replace("Bell", '"=HYPERLINK(""http://x.example"")"')
        found = understood(district, content.encode())
        given_out = openpyxl.load_workbook(BytesIO(found.to_mend()))
        cells = [cell for sheet in given_out for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert formula in [cell.value for cell in cells] and all(cell.data_type == "s" and cell.quotePrefix for cell in cells)
        assert "'=1+1" in findings_csv(found.prepared.findings) and ",=" not in findings_csv(found.prepared.findings)
        district.accept(found, at=AT)
        assert {school for school, *_ in stand(district)} == {"Adams", '=HYPERLINK("http://x.example")'}

    def test_19_a_heading_that_would_be_sql_is_only_a_heading(self, district):
        content = CLEAN.replace("Present", '"x""; drop table event; --"')
        load(district, content, source="attendance", **{"column::attendance.present": "C"})
        assert stand(district) == [(school, day, int(present), 100) for school, day, present, _ in ROWS[1:]]

    def test_19_nor_is_it_more_in_a_kind_of_spreadsheet_made_of_it(self, district):
        upload = district.receive(CLEAN.replace("Present", '"x""; drop table event; --"').replace("Enrolled", "' or 1=1").encode(), "new.csv", by="steward", at=AT)
        [table] = lay_out(grid.read(upload).sheets[0], district.sources)
        made = district.add_source(replace(proposal(table, district.schools), label="x'; drop table event; --", one_row_is="one day"), by="steward", at=AT)
        district.accept(district.understand(upload, made.answers("")), at=AT)
        assert district.store.rows(f"select sum(x_drop_table_event), sum(or_1_1) from live_{made.name}") == [(880, 1000)]
        assert [kind for (kind,) in district.store.rows("select kind from event order by number")] == ["added", "load"]

    @pytest.mark.parametrize("name", ["../../app.py", "/etc/passwd", "C:\\app.py", "a" * 300 + ".csv", "📚.csv", "", "\n", "fdp.\u202evsc\n"])
    def test_20_the_uploaders_name_is_kept_as_text_and_never_reaches_the_disk(self, district, tmp_path, name):
        (tmp_path / "sent").write_text(CLEAN)
        upload = district.receive(tmp_path / "sent", name, by="R. Ortiz", at=AT)
        assert [path for path in tmp_path.rglob("*") if path.is_file() and path != tmp_path / "sent"] == [upload.path]
        assert 0 < len(upload.name) <= MAX_NAME and upload.name.isprintable()

    def test_20_nor_does_it_when_the_file_is_loaded(self, district, tmp_path):
        name = "../../" + "a" * 300 + "/../📚\u202e.csv"
        load(district, CLEAN, name)
        assert district.store.rows("select file_name from load") == [((name.replace("\u202e", ""))[-MAX_NAME:],)]
        assert {path.name for path in tmp_path.rglob("*") if "📚" in path.name or "aaa" in path.name} == set()


class TestTheSameFileAgain:
    def test_21_it_is_said_when_and_by_whom_it_was_loaded_and_nothing_changes(self, district):
        load(district, CLEAN)
        events = district.store.version
        with pytest.raises(Refused, match=r"again\.csv: this file was loaded on 21 Nov 2026 by R\. Ortiz \(10 rows\)\. Uploading it again would change nothing\."):
            load(district, CLEAN, "again.csv")
        assert (len(stand(district)), district.store.version) == (10, events)

    def test_22_of_two_users_at_once_one_stores_it_and_the_other_is_told(self, tmp_path):
        house = House(Home(tmp_path / "home"))
        both = [Intake.of(house, CLEAN.encode(), f"{who}.csv", by=who, at=AT) for who in ("mine", "yours")]
        for intake in both:
            assert intake.reading.ended.wait(60) and intake.preview.can_be_accepted
        for intake in both:
            intake.accept(EVERYTHING, at=AT)
        assert all(intake.storing.ended.wait(60) for intake in both)
        assert [intake.load for intake in both] == [1, None] and not both[0].refused
        assert [str(finding) for finding in both[1].refused] == [
            "yours.csv: this file was loaded on 21 Nov 2026 by mine (10 rows). Uploading it again would change nothing."]
        both[1].read({})
        assert both[1].reading.ended.wait(60) and "would change nothing" in str(both[1].refused[0])
        assert len(stand(house.district)) == 10 and house.district.store.version == 1
        house.close()


class TestStudentsWhereTotalsAreExpected:
    """Three students of one school-day, with what nobody asked for: their names, social security numbers and birthdays."""
    FILE = ("School,Date,Student ID,Student Name,SSN,Birth date,Present,Enrolled\n"
            "Adams,2026-11-16,4071001,Mary Quixano,123-45-6789,2015-03-02,1,1\nAdams,2026-11-16,4071002,Jo Zebulon,987-65-4321,2014-07-09,0,1\n"
            "Adams,2026-11-16,4071003,Ada Wintergreen,555-44-3333,2015-11-30,1,1\n")
    SECRETS = ("407100", "Quixano", "Zebulon", "Wintergreen", "123-45", "987-65", "555-44", "2015-03-02", "2014-07-09")

    @pytest.mark.parametrize("heading", ["Student Name", "SSN", "Birth date"])
    def test_23_it_is_asked_too_where_names_or_other_private_things_tell_them_apart(self, district, heading):
        file = f"School,Date,{heading},Present,Enrolled\nAdams,2026-11-16,Mary,1,1\nAdams,2026-11-16,Jo,0,1\n"
        assert [question.key for question in understood(district, file.encode()).prepared.questions] == ["addup:"]

    def test_23_it_is_asked_first_and_of_each_student_only_the_sum_is_stored(self, tmp_path):
        district = District.open(Home(tmp_path / "home"))
        asked = understood(district, self.FILE.encode()).prepared
        assert asked.stopped and [question.ask for question in asked.questions] == [
            "Each row is about one student (column Student ID), and Daily attendance by school has one school on one school day a row. Add the rows up?"]
        assert "rows about single students (column Student ID) are finer than one school on one school day" in "\n".join(map(str, asked.findings))
        load(district, self.FILE, **{"addup:": "yes"})
        assert stand(district) == [("Adams", "2026-11-16", 2, 3)]
        archive = district.home.archive
        district.close()
        stored = [path for path in district.home.path.rglob("*") if path.is_file() and path.parent != archive]
        assert stored and not [(path.name, secret) for path in stored for secret in self.SECRETS if secret.encode() in path.read_bytes()]


class TestWhatCannotBeRight:
    def test_24_each_such_row_stays_out_with_its_reason_and_the_right_one_goes_in(self, district):
        bad = ("School,Date,Present,Absent,Enrolled,Attendance rate\nAdams,2026-11-16,9,1,10,90%\nAdams,1900-01-01,9,1,10,90%\nAdams,2099-11-16,9,1,10,90%\n"
               "Adams,2026-11-17,-9,1,10,90%\nAdams,2026-11-18,9,19,10,90%\nAdams,2026-11-19,9,1,10,945%\n")
        found = understood(district, bad.encode())
        assert [str(finding) for finding in found.prepared.findings if finding.level == "stop"] == [
            "Row 3, Date: this date lies outside 1990 to 2060 ('1900-01-01'). Check the year.",
            "Row 4, Date: this date lies outside 1990 to 2060 ('2099-11-16'). Check the year.",
            "Row 5, Present: this number is below zero ('-9'). Check the number in the file.",
            "Row 6, Absent and Enrolled: more students absent than enrolled ('Absent 19, Enrolled 10'). Check that the two columns are not swapped.",
            "Row 7, Attendance rate: an attendance rate above 100 % ('Attendance rate 945.0'). Check the number in the file."]
        number = district.accept(found, at=AT)
        assert stand(district) == [("Adams", "2026-11-16", 9, 10)]
        assert [row for _, row, *_ in ledger.refused(district.store, number)] == [3, 4, 5, 6, 7]


class TestExpressionsOfTheDistrictsOwn:
    """In a definition of its own; tests/test_expression.py has every attack we know."""
    MOST_SECONDS = 5

    @pytest.mark.parametrize(("old", "new", "named"), [
        ("feedback_given is not null", "(select count(*) from event) > 0", "subquery"),
        ("count(*) filter (where feedback_given)", "sum(length(repeat('x', 2000000000)))", "repeat()"),
        ("count(*) filter (where feedback_given)", "(select count(*) from range(1000000000) a, range(1000000000) b)", "subquery")])
    def test_25_what_is_not_allowed_is_named_and_everything_else_works(self, tmp_path, old, new, named):
        home = Home(tmp_path / "home").ensure()
        (home.definitions / "calm.toml").write_text(LIBRARY.replace(old, new))
        begun = time.monotonic()
        district = District.open(home)
        [told] = district.definitions.findings
        assert told.file.startswith("calm.toml, line") and named in str(told) and told.remedy and "calm" not in district.definitions
        load(district, CLEAN)
        assert district.store.rows("select sum(numerator), sum(denominator) from weekly where indicator = 'attendance_rate'") == [(880, 1000)]
        district.close()
        assert time.monotonic() - begun < self.MOST_SECONDS
