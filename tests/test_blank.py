"""Blank workbooks: what a person types into one of ours comes in without a question, whatever they forget to delete."""
from __future__ import annotations

import io
from datetime import date, datetime, time

import openpyxl
import pytest
from openpyxl.utils import get_column_letter, range_boundaries
from tests.reading import saved
from tests.test_sources import VISITS
from tests.understanding import AT, LINCOLN, NO_LIST, SOURCES

from data.blank import EXAMPLE_ROW, HEADER_ROW, MEANING, NOT_READ, SCHOOLS, STARTS_A_FORMULA, blank_workbook, fields_in
from data.facts import live
from data.finding import Level
from data.schools import SchoolList
from data.source import FieldKind, Source, read_source
from data.store import quoted
from data.values import judge
from indicators.district import District, Understood

ALL = pytest.mark.parametrize("source", [*SOURCES], ids=lambda source: source.name)
MONDAY, TUESDAY = date(2026, 11, 16), date(2026, 11, 17)
# What somebody types, column by column, and what of it must be stored.
TYPED = {
    "absences": ([("Lincoln Elementary", MONDAY, "104233", "no", "3"), ("0112", TUESDAY, "000777", "yes", None)],
                 "school, date, excused, grade", [("0052", MONDAY, False, "3"), ("0112", TUESDAY, True, None)]),
    "attendance": ([("Lincoln Elementary", MONDAY, None, 190, 200), ("Bell High", MONDAY, None, 860, 1000)],
                   "school, date, grade, present, enrolled", [("0052", MONDAY, "all", 190, 200), ("0112", MONDAY, "all", 860, 1000)]),
    "attendance_submission": ([("Bell High", MONDAY, "Period 1", time(9, 30), time(9, 12)), ("Bell High", MONDAY, "Period 2", time(10, 30), None)],
                              "school, date, roster, cutoff, submitted_at",
                              [("0112", MONDAY, "Period 1", time(9, 30), datetime(2026, 11, 16, 9, 12)), ("0112", MONDAY, "Period 2", time(10, 30), None)]),
    "caseloads": ([("Lincoln Elementary", "Dana Whitfield", date(2026, 8, 3), None)], 'school, director, "from", "to"',
                  [("0052", "Dana Whitfield", date(2026, 8, 3), None)]),
    "coaching_visits": ([("Bell High", MONDAY, "Dana Whitfield", 45, "-3 teachers, 5/6 periods"), ("Bell High", MONDAY, "Dana Whitfield", 30, "1-2")],
                        "school, date, coach, minutes, focus",
                        [("0112", MONDAY, "Dana Whitfield", 45.0, "-3 teachers, 5/6 periods"), ("0112", MONDAY, "Dana Whitfield", 30.0, "1-2")]),
    "family_contacts": ([("Bell High", MONDAY, "104233", TUESDAY, "yes", "call"), ("Bell High", MONDAY, "000777", TUESDAY, "no", None)],
                        "school, date, contacted_on, reached, how", [("0112", MONDAY, TUESDAY, True, "call"), ("0112", MONDAY, TUESDAY, False, None)]),
    "goals": ([("Every student present", "Attendance", 1, "Who is not there cannot learn")], 'goal, indicator, "number"',
              [("Every student present", "Attendance", 1)]),
    "school_calendar": ([(MONDAY, "yes", None, None), (TUESDAY, "no", "Bell High", "Water main")], 'date, "open", school, note',
                        [(MONDAY, True, None, None), (TUESDAY, False, "0112", "Water main")]),
    "schools": ([("0052", "Lincoln Elementary", "elementary", "K to 5", 412, 0.61, None), ("0112", "Bell High", "high", "9-12", 1000, 0.4, "Maria Lopez")],
                "school, name, level, grades, students, need, principal",
                [("0052", "Lincoln Elementary", "elementary", "K to 5", 412, 61.0, None), ("0112", "Bell High", "high", "9-12", 1000, 40.0, "Maria Lopez")]),
    "walkthroughs": ([("Lincoln Elementary", MONDAY, "Room 12", "Maria Lopez", "yes", "Student talk"), ("Lincoln Elementary", MONDAY, None, "Maria Lopez", "no", None)],
                     "school, date, teacher, observer, feedback_given",
                     [("0052", MONDAY, "Room 12", "Maria Lopez", True), ("0052", MONDAY, None, "Maria Lopez", False)]),
}
LEFT_EMPTY = ("grade", "roster", "from", "to", "minutes", "focus", "how", "why", "note", "level", "principal")     # that nobody needs


def opened(source: Source, schools: SchoolList = LINCOLN) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(blank_workbook(source, schools)))


def filled(source: Source, rows: list[tuple], schools: SchoolList = LINCOLN) -> bytes:
    """The workbook with rows typed in: a program keeps the format that the column has."""
    book = opened(source, schools)
    table = book.worksheets[0]
    for row, cells in enumerate(rows, HEADER_ROW + 1):
        for at, value in enumerate(cells, 1):
            if value is not None:
                table.cell(row, at, value).number_format = table.column_dimensions[get_column_letter(at)].number_format
    return saved(book)


def understood(district: District, content: bytes) -> Understood:
    return district.understand(district.receive(content, "ours.xlsx", by="R. Ortiz", at=AT))


def with_schools(district: District) -> District:
    """The same district with its school list loaded, from our own workbook too."""
    district.accept(understood(district, filled(SOURCES["schools"], TYPED["schools"][0], NO_LIST)), at=AT)
    return district


class TestWhatIsTypedIn:
    @ALL
    def test_it_comes_in_without_a_question_and_as_it_was_meant(self, district, source):
        typed, fields, stored = TYPED[source.name]
        if source.list_of != "schools":
            with_schools(district)
        found = understood(district, filled(source, typed, district.schools))
        assert found.prepared.questions == () and found.prepared.refused == 0
        district.accept(found, at=AT)
        rows = district.store.rows(f"select {fields} from {quoted(live(source))}")
        assert sorted(rows, key=str) == sorted(stored, key=str)

    @ALL
    def test_nothing_is_said_of_it_but_that_the_other_sheets_are_left_out(self, district, source):
        if source.list_of != "schools":
            with_schools(district)
        prepared = understood(district, filled(source, TYPED[source.name][0], district.schools)).prepared
        assert {part.sheet for part in prepared.parts} == {source.name.replace("_", " ")}
        assert [str(f) for f in prepared.findings if f.level is Level.STOP or f.sheet not in (MEANING, SCHOOLS)] == []

    @ALL
    def test_the_example_above_the_headings_is_never_stored(self, district, source):
        table = next(t for t in understood(district, filled(source, TYPED[source.name][0], NO_LIST)).prepared.tables if t.header_row == HEADER_ROW)
        assert EXAMPLE_ROW in [aside.row for aside in table.set_aside] and table.body["row"].to_pylist()[0] == HEADER_ROW + 1

    @ALL
    def test_a_workbook_without_rows_stores_nothing(self, district, source):
        assert understood(district, blank_workbook(source, LINCOLN)).prepared.stopped

    @ALL
    def test_the_example_is_such_that_it_could_be_a_row(self, district, source):
        """People copy the example down and change it."""
        table = opened(source, NO_LIST).worksheets[0]
        example = tuple(cell.value for cell in table[EXAMPLE_ROW])[:len(fields_in(source))]
        prepared = understood(district, filled(source, [example], NO_LIST)).prepared
        assert prepared.questions == () and prepared.rows == 1 and prepared.refused == 0


class TestTheTable:
    @ALL
    def test_its_headings_are_bold_frozen_and_coloured_where_needed(self, source):
        table = opened(source).worksheets[0]
        assert table.freeze_panes == f"A{HEADER_ROW + 1}"
        cells = [*zip(fields_in(source), table[HEADER_ROW])]
        assert all(cell.font.bold and cell.value.lower() == f.label for f, cell in cells)
        dark = {cell.fill.fgColor.rgb for f, cell in cells if f.required}
        pale = {cell.fill.fgColor.rgb for f, cell in cells if f.name in LEFT_EMPTY}
        assert len(dark) == 1 and not dark & pale

    @ALL
    def test_no_cell_could_be_a_formula(self, source):
        evil = SchoolList({"0052": "=HYPERLINK(1)", "-12": "@cmd", "+7": "-1 School", "Q": "Quiet"}, harvested=False)
        cells = [cell for sheet in opened(source, evil) for row in sheet.iter_rows() for cell in row]
        assert [cell.coordinate for cell in cells if cell.data_type == "f" or str(cell.value or "").startswith(STARTS_A_FORMULA)] == []

    @ALL
    def test_days_and_codes_keep_what_was_typed(self, source):
        table = opened(source).worksheets[0]
        formats = {f.kind: table.column_dimensions[get_column_letter(at)].number_format for at, f in enumerate(fields_in(source), 1)}
        assert formats.get(FieldKind.DATE, "yyyy-mm-dd") == "yyyy-mm-dd" and {formats.get(FieldKind.SCHOOL, "@"), formats.get(FieldKind.TEXT, "@")} == {"@"}

    @ALL
    def test_every_list_to_choose_from_has_only_what_we_read(self, source):
        book = opened(source)
        rules = {str(rule.sqref).split(":")[0]: rule for rule in book.worksheets[0].data_validations.dataValidation}
        for at, f in enumerate(fields_in(source), 1):
            rule = rules[f"{get_column_letter(at)}{HEADER_ROW + 1}"]
            words = offered(book, rule)
            if f.kind in (FieldKind.YES_NO, FieldKind.CODE):
                assert words == (["yes", "no"] if f.kind == FieldKind.YES_NO else [*f.values])
                assert not any(judged.problem for judged in judge(words, f))
            elif f.kind == FieldKind.SCHOOL and source.list_of != "schools":
                assert [LINCOLN.judge(word).value for word in words] == ["0120", "0052", "0112"]
            else:
                assert words == []

    def test_a_school_whose_name_is_not_its_own_is_offered_by_its_code(self):
        book = opened(SOURCES["walkthroughs"], SchoolList({"01": "Lincoln", "02": "Lincoln", "03": "Bell"}, harvested=False))
        assert offered(book, book.worksheets[0].data_validations.dataValidation[0]) == ["01", "02", "Bell"]
        assert [[cell.value for cell in row] for row in book[SCHOOLS].iter_rows(min_row=3)][0] == ["01", "01", "Lincoln"]

    def test_before_there_is_a_school_list_there_is_none_to_choose_from(self):
        assert opened(SOURCES["walkthroughs"], NO_LIST).sheetnames == ["walkthroughs", MEANING]

    def test_of_several_forms_it_is_the_first_and_nothing_we_would_work_out(self):
        """Beside an empty column of ours a value is not worked out from another: only one of the two is asked for."""
        names = {source.name: [f.name for f in fields_in(source)] for source in SOURCES}
        assert names["attendance"] == ["school", "date", "grade", "present", "enrolled"]
        assert names["walkthroughs"] == ["school", "date", "teacher", "observer", "feedback_given", "focus"]
        assert names["family_contacts"] == ["school", "date", "student", "contacted_on", "reached", "how"]
        assert names["absences"] == ["school", "date", "student", "excused", "grade"]


class TestWhatEachColumnMeans:
    @ALL
    def test_every_column_is_explained_in_a_sentence_with_an_example(self, source):
        note, headings, *lines = [[cell.value for cell in row] for row in opened(source)[MEANING].iter_rows()]
        assert note[0] == NOT_READ and headings == ["Column", "What it means", "Needed", "Example", "What to write"]
        assert [line[0] for line in lines] == [f"{get_column_letter(at)}: {f.label}" for at, f in enumerate(fields_in(source), 1)]
        assert all(said and said.endswith(".") and example for _, said, _, example, _ in lines)
        assert {f.label for f in source.fields if f.required} <= {line[0][3:] for line in lines if line[2].startswith("yes")}

    @ALL
    def test_every_field_of_a_shipped_source_says_what_it_is(self, source):
        assert [f.name for f in source.fields if not f.says.endswith(".")] == []


class TestADistrictsOwnSource:
    def test_one_without_a_word_of_explanation_has_a_workbook_too(self, tmp_path, district):
        path = tmp_path / "library_visits.toml"
        path.write_text(VISITS)
        district.sources.by_name["library_visits"] = source = read_source(path)
        found = understood(district, filled(source, [("0052", MONDAY, 12, "no")], NO_LIST))
        assert found.prepared.questions == () and found.prepared.rows == 1


def offered(book: openpyxl.Workbook, rule) -> list[str]:
    """What a list in Excel would show."""
    if rule.type != "list":
        return []
    if rule.formula1.startswith('"'):
        return rule.formula1.strip('"').split(",")
    sheet, _, cells = rule.formula1.partition("!")
    left, top, _, bottom = range_boundaries(cells)
    return [book[sheet.strip("'")].cell(row, left).value for row in range(top, bottom + 1)]
