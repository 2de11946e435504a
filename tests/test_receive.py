"""What is kept of an upload, and what people are told when it is not a spreadsheet."""
import gzip
import hashlib
import io
import os
import stat
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.finding import Level
from data.receive import Kind, Upload, receive, refusal

MONDAY = datetime(2026, 11, 16, 8, 5)


def keep(content: bytes | Path, name: str, folder: Path) -> Upload:
    return receive(content, name, folder, by="R. Ortiz", at=MONDAY)


def workbook() -> bytes:
    content = io.BytesIO()
    openpyxl.Workbook().save(content)
    return content.getvalue()


def zipped(*members: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for member in members:
            archive.writestr(member, "x")
    return content.getvalue()


def old_office(part: str) -> bytes:
    return bytes.fromhex("d0cf11e0a1b11ae1") + bytes(2000) + part.encode("utf-16-le") + bytes(500)


class TestKeeping:
    def test_the_bytes_are_kept_as_they_came_under_their_hash(self, tmp_path):
        upload = keep(b"School,Present\n0052,30\n", "attendance.csv", tmp_path / "uploads")
        assert upload.path.read_bytes() == b"School,Present\n0052,30\n"
        assert upload.path.name == upload.sha256 == hashlib.sha256(b"School,Present\n0052,30\n").hexdigest()
        assert (upload.name, upload.size, upload.by, upload.at) == ("attendance.csv", 23, "R. Ortiz", MONDAY)

    def test_a_file_on_disk_is_kept_the_same_way_as_bytes(self, tmp_path):
        (tmp_path / "export.csv").write_bytes(b"a,b\n" * 400_000)
        upload = keep(tmp_path / "export.csv", "export.csv", tmp_path / "uploads")
        assert upload.sha256 == hashlib.sha256(b"a,b\n" * 400_000).hexdigest()
        assert upload.size == 1_600_000

    def test_the_same_file_twice_is_kept_once(self, tmp_path):
        first = keep(b"a,b\n", "monday.csv", tmp_path / "uploads")
        again = keep(b"a,b\n", "tuesday.csv", tmp_path / "uploads")
        assert first.path == again.path
        assert [path.name for path in (tmp_path / "uploads").iterdir()] == [first.sha256]

    @pytest.mark.skipif(os.name == "nt", reason="Windows has no owner-only permission bits")
    def test_only_the_owner_can_read_what_was_uploaded(self, tmp_path):
        (tmp_path / "uploads").mkdir(mode=0o755)
        upload = keep(b"a,b\n", "a.csv", tmp_path / "uploads")
        assert stat.S_IMODE(upload.path.parent.stat().st_mode) == 0o700
        assert stat.S_IMODE(upload.path.stat().st_mode) == 0o600

    def test_nothing_stays_behind_when_the_file_cannot_be_read(self, tmp_path):
        with pytest.raises(OSError):
            keep(tmp_path / "gone.csv", "gone.csv", tmp_path / "uploads")
        assert list((tmp_path / "uploads").iterdir()) == []


class TestKind:
    """The content says what a file is; its name does not."""

    @pytest.mark.parametrize("name", ["november.xlsx", "november.csv", "november"])
    def test_a_workbook_is_a_workbook_under_any_name(self, name, tmp_path):
        upload = keep(workbook(), name, tmp_path)
        assert upload.kind is Kind.WORKBOOK and refusal(upload) is None

    @pytest.mark.parametrize("content", [
        b"School,Present\n", b"\xef\xbb\xbfSchool,Present\n", "Schule;Pr\xe4sent\n".encode("cp1252"),
        "School\tPresent\n".encode("utf-16"), "School\tPresent\n".encode("utf-16-le"), b"School,Present\n\x1a", b"52"])
    def test_text_is_text_in_any_encoding(self, content, tmp_path):
        upload = keep(content, "november.xlsx", tmp_path)
        assert upload.kind is Kind.TEXT and refusal(upload) is None

    @pytest.mark.parametrize("content, kind", [
        (old_office("Workbook"), Kind.OLD_WORKBOOK), (old_office("Book"), Kind.OLD_WORKBOOK),
        (zipped("xl/workbook.bin"), Kind.BINARY_WORKBOOK), (zipped("content.xml", "META-INF/manifest.xml"), Kind.OPEN_DOCUMENT),
        (zipped("november.csv"), Kind.ZIP), (b"<html><table><tr><td>1</td></tr></table>", Kind.WEB_PAGE),
        (b"\xef\xbb\xbf <!-- SIS -->\n<TABLE border=1>", Kind.WEB_PAGE), (b'<?xml version="1.0"?>\n<html>', Kind.WEB_PAGE),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', Kind.XML_WORKBOOK)])
    def test_every_kind_that_is_read_is_recognised_under_any_name(self, content, kind, tmp_path):
        upload = keep(content, "november.csv", tmp_path)
        assert upload.kind is kind and refusal(upload) is None

    def test_a_workbook_inside_an_archive_does_not_make_it_a_workbook(self, tmp_path):
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            archive.writestr("november.xlsx", workbook())
        assert keep(content.getvalue(), "november.zip", tmp_path).kind is Kind.ZIP

    def test_gzipped_text_is_recognised(self, tmp_path):
        assert keep(gzip.compress(b"a,b\n"), "a.csv", tmp_path).kind is Kind.GZIP

    REFUSED = [
        (b"\xff\xd8\xff\xe0" + bytes(90), Kind.PICTURE, "a picture (JPEG)", "saved as .xlsx or .csv"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(90), Kind.PICTURE, "a picture or a film", "saved as .xlsx or .csv"),
        (old_office("WordDocument"), Kind.DOCUMENT, "an old Word document (.doc)", ".xlsx"),
        (b"7z\xbc\xaf'\x1c" + bytes(90), Kind.ARCHIVE, "an archive (7z)", "Unpack it"),
        (b"<?xml version='1.0'?><rows/>", Kind.DOCUMENT, "an XML file", ".xlsx or .csv"),
        (b"\x7fELF" + bytes(range(256)) * 4, Kind.UNKNOWN, "neither a workbook nor a text file", ".xlsx or .csv"),
    ]

    @pytest.mark.parametrize("content, kind, problem, remedy", REFUSED, ids=lambda v: v[:30] if isinstance(v, str) else "")
    def test_what_is_no_spreadsheet_is_named_and_has_a_remedy(self, content, kind, problem, remedy, tmp_path):
        upload = keep(content, "survey.csv", tmp_path)
        stop = refusal(upload)
        assert upload.kind is kind and stop.level is Level.STOP
        assert str(stop).startswith("survey.csv: this is ")
        assert problem in stop.problem and remedy in stop.remedy

    @given(content=st.binary(max_size=300))
    @settings(max_examples=200, deadline=None)
    def test_any_bytes_are_kept_and_judged(self, content, tmp_path_factory):
        upload = keep(content, "x", tmp_path_factory.getbasetemp() / "any")
        assert refusal(upload) is None or refusal(upload).remedy
