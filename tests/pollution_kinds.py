"""Ways the polluter spoils a whole file, each a function of its own name: it changes a clean draft in place."""
from __future__ import annotations

import codecs
from random import Random

from tests.spoiling import HEADER, Draft, Row, kind, written_with

written_with("delimiter_semicolon", delimiter=";")
written_with("delimiter_tab", delimiter="\t")
written_with("delimiter_pipe", delimiter="|")
written_with("delimiter_colon", delimiter=":")
written_with("delimiter_caret", delimiter="^")
written_with("delimiter_tilde", delimiter="~")
written_with("delimiter_comma_space", delimiter=", ")
written_with("delimiter_two_tabs", delimiter="\t\t")
written_with("delimiter_two_pipes", delimiter="||")
written_with("delimiter_two_colons", delimiter="::")
written_with("delimiter_backslash_t", delimiter="\\t")
written_with("delimiter_space", delimiter=" ")
written_with("quote_every_cell", quote_all=True)
written_with("quote_apostrophe", quote="'", quote_all=True)
written_with("quote_apostrophe_semicolon", quote="'", quote_all=True, delimiter=";")
written_with("escape_backslash", escape="\\", quote_all=True)
written_with("end_cr", end="\r")
written_with("end_lf", end="\n")
written_with("encoding_utf8_mark", mark=codecs.BOM_UTF8)
written_with("encoding_utf16_little", encoding="utf-16-le", mark=codecs.BOM_UTF16_LE)
written_with("encoding_utf16_big", encoding="utf-16-be", mark=codecs.BOM_UTF16_BE)
written_with("encoding_utf16_no_mark", encoding="utf-16-le")
written_with("encoding_windows_1252", encoding="cp1252")


@kind
def encoding_one_stray_byte(draft, rng):
    draft.rows[1].cells[1] = draft.rows[2].cells[1] = "Peña Middle School"
    draft.rows.append(Row(["0077", "Muñoz"], raw="", end=""))
    draft.stray = "0077,Muñoz\r\n".encode("cp1252")


@kind
def end_mixed(draft, rng):
    for row in draft.rows:
        row.end = rng.choice(["\r\n", "\n", "\r"])


@kind
def end_of_one_row(draft, rng):
    draft.some(rng).end = rng.choice(["\r\n", "\n", "\r"])


@kind
def end_missing_at_last_row(draft, rng):
    draft.rows[-1].end = ""


@kind
def end_doubled_at_last_row(draft, rng):
    draft.rows[-1].end = draft.end * 2


def words_around(draft: Draft, rng: Random, word: str, top: bool) -> None:
    full, gap = rng.random() < 0.5, rng.random() < 0.5
    rows = [Row([f"{word} {at}", *[""] * (len(HEADER) - 1 if full else 0)]) for at in range(1, rng.randrange(2, 5))]
    blank = [Row([""] * (len(HEADER) if rng.random() < 0.5 else 1), raw=None if full else "")] * gap
    draft.put(0 if top else len(draft.rows), *(rows + blank if top else blank + rows))


@kind
def preamble(draft, rng):
    words_around(draft, rng, "Attendance by school, run on 9/5/2026 3:14 PM, part" if rng.random() < 0.5 else "Preamble", top=True)


@kind
def footnote(draft, rng):
    words_around(draft, rng, "* fewer than 10 students; source: SIS, note", top=False)


@kind
def header_of_several_rows(draft, rng):
    band = ["", "", "", "Students", "Students", "", ""]
    draft.put(0, *[Row(list(rng.choice([HEADER, band])), header=True) for _ in range(rng.randrange(1, 3))])


@kind
def header_missing(draft, rng):
    del draft.rows[0]


@kind
def header_alone(draft, rng):
    del draft.rows[1:]


@kind
def header_twice_the_same(draft, rng):
    draft.rows[0].cells = [*HEADER]
    draft.rows[0].cells[rng.randrange(7)] = draft.rows[0].cells[rng.randrange(7)]


@kind
def header_blank_or_odd(draft, rng):
    draft.rows[0].cells = [*HEADER]
    for at in rng.sample(range(1, 7), 2):
        draft.rows[0].cells[at] = rng.choice(["", "% / #", "Days\nAbsent", "=1+1", 'x"; drop table fact; --', "<b>School</b>"])


@kind
def header_very_long(draft, rng):
    draft.rows[0].cells = [*HEADER[:-1], "HEADER" * 5000]


@kind
def one_data_row(draft, rng):
    del draft.rows[2:]


@kind
def one_column(draft, rng):
    for row in draft.rows:
        row.cells = row.cells[:1]


@kind
def two_columns(draft, rng):
    for row in draft.rows:
        row.cells = row.cells[:2]


@kind
def many_columns(draft, rng):
    for row in draft.rows:
        row.cells = row.cells[:-1] + row.cells[:-1] * 60


@kind
def many_rows(draft, rng):
    draft.rows += draft.body() * 60
