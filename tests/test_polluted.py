"""Polluted text files, of every kind we know: what stands in them is read, and nothing wrong is read without a word."""
import pytest

from benchmarks.pollution import read_rows, score
from data.finding import Level
from tests.polluter import polluted
from tests.spoiling import KINDS

SEEDS = range(6)                # python -m benchmarks.pollution reads many more
AT_LEAST = 9.9                  # of 10, for the worst kind


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_polluted_file_is_read_as_it_stands(kind):
    files = [polluted(kind, seed) for seed in SEEDS]
    read = [read_rows(file) for file in files]
    assert sum(score(file, rows) for file, (rows, _) in zip(files, read)) / len(files) >= AT_LEAST
    for file, (rows, findings) in zip(files, read):
        assert rows == file.rows or findings, f"{kind}: read wrongly and nothing was told"


@pytest.mark.parametrize("kind", ["clean", "comment_lines", "cells_with_line_breaks", "decimal_commas", "row_with_more_cells",
                                  "preamble", "footnote", "rows_of_blanks", "end_mixed", "quote_inside_a_plain_cell"])
def test_what_is_only_unusual_raises_no_alarm(kind):
    for seed in SEEDS:
        assert read_rows(polluted(kind, seed))[1] == []


@pytest.mark.parametrize(("kind", "said"), [
    ("quote_never_closed", "a quotation mark stands inside a quoted cell, or is never closed"),
    ("quote_inside_a_quoted_cell", "a quotation mark stands inside a quoted cell, or is never closed"),
    ("row_with_another_delimiter", "written with other delimiters"), ("row_with_other_quotation_marks", "written with other delimiters"),
    ("delimiter_caret", "separated by an unusual mark ('^')"), ("delimiter_two_pipes", "separated by an unusual mark ('||')"),
    ("encoding_windows_1252", "it was read as Windows-1252"), ("encoding_one_stray_byte", "the first in line")])
def test_what_was_understood_otherwise_is_told(kind, said):
    for seed in SEEDS:
        rows, findings = read_rows(file := polluted(kind, seed))
        accents = any(ord(letter) > 127 for cells in file.rows.values() for cell in cells for letter in cell)
        assert said in "\n".join(map(str, findings)) or (kind == "encoding_windows_1252" and not accents)
        assert all(finding.level in (Level.WARN, Level.NOTE) and finding.remedy for finding in findings)


def test_the_same_seed_makes_the_same_file():
    assert polluted("two_kinds_at_once", 7) == polluted("two_kinds_at_once", 7) != polluted("two_kinds_at_once", 8)
