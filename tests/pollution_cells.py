"""Ways the polluter spoils single rows and cells, each a function of its own name: it changes a clean draft in place."""
from __future__ import annotations

from collections.abc import Callable
from random import Random

from tests.spoiling import HEADER, KINDS, Draft, Row, kind


@kind
def row_with_more_cells(draft, rng):
    row = draft.some(rng)
    row.cells = row.cells + ["extra"] * rng.randrange(1, 6)


@kind
def row_with_fewer_cells(draft, rng):
    row = draft.some(rng)
    row.cells = row.cells[:rng.randrange(1, 6)]


@kind
def row_with_a_delimiter_too_many(draft, rng):
    row = draft.some(rng)
    row.cells = [*row.cells]
    row.cells.insert(rng.randrange(8), "")


@kind
def row_with_a_delimiter_too_few(draft, rng):
    row, at = draft.some(rng), rng.choice([2, 3, 4])                # neither cell needs quotation marks
    row.cells = [*row.cells[:at], row.cells[at] + row.cells[at + 1], *row.cells[at + 2:]]


@kind
def row_with_another_delimiter(draft, rng):
    draft.some(rng).delimiter = rng.choice(";\t|")


@kind
def row_with_other_quotation_marks(draft, rng):
    row = draft.some(rng)
    row.quote, row.cells = "'", [cell.replace("'", "") or "none" for cell in row.cells]


@kind
def row_with_another_escape(draft, rng):
    row = draft.some(rng)
    row.escape, row.cells = "\\", [*row.cells[:-1], 'principal said "fine"']


@kind
def rows_end_with_a_delimiter(draft, rng):
    for row in draft.rows:
        row.cells = [*row.cells, ""]


@kind
def rows_of_blanks(draft, rng):
    for _ in range(rng.randrange(1, 5)):
        draft.put(rng.randrange(1, len(draft.rows) + 1), rng.choice([Row([], raw=""), Row([""] * 7), Row([" "], raw="  ")]))


@kind
def rows_ragged_by_unquoted_commas(draft, rng):
    for row in rng.sample(draft.body(), 3):
        row.cells = [row.cells[0], "King", " Jr.", *row.cells[2:6]]
        row.raw = draft.delimiter.join(row.cells)


@kind
def cells_with_line_breaks(draft, rng):
    for row in rng.sample(draft.body(), 3):
        row.cells = [*row.cells[:-1], rng.choice(["good\nvery good", "first\r\nsecond, third", "a\n\nb", 'he said\n"fine"'])]


@kind
def cells_with_every_delimiter(draft, rng):
    for row in rng.sample(draft.body(), 4):
        row.cells = [*row.cells[:-1], rng.choice(["math; art, music | gym", "a,b;c", "one\ttwo", "9:05, 10:15", "- , -"])]


@kind
def cells_padded_with_blanks(draft, rng):
    for row in draft.body():
        row.cells = [cell + " " if cell else cell for cell in row.cells]


@kind
def cells_protected_for_excel(draft, rng):
    for row in draft.body():
        code = draft.line(Row([f'="{row.cells[0]}"'])) if draft.quote_all else f'="{row.cells[0]}"'
        row.raw = code + draft.delimiter + draft.line(Row(row.cells[1:]))


@kind
def comment_lines(draft, rng):
    for _ in range(rng.randrange(1, 4)):
        at = rng.choice([0, 0, rng.randrange(1, len(draft.rows))])
        text = rng.choice(["# exported by the SIS", "# do not edit", "// draft"])
        draft.put(at, Row([text], raw=text))


@kind
def decimal_commas(draft, rng):
    draft.delimiter = rng.choice([";", ",", "\t"])
    for row in draft.body():
        row.cells = [*row.cells[:5], row.cells[5].replace(".", ",").rstrip("%"), row.cells[6]]


@kind
def numbers_with_thousands(draft, rng):
    for row in draft.body():
        row.cells = [*row.cells[:3], f"{int(row.cells[3]) + 1000:,}", *row.cells[4:]]


def stray(draft: Draft, rng: Random, write: Callable[[list[str], int], tuple[str, str]], *, quoted: bool) -> None:
    """One cell of one row spoilt: `write` gives what stands in the file and what it should be read as."""
    draft.quote_all = quoted
    row, at = draft.some(rng), rng.randrange(7)
    row.cells = [cell.replace('"', "").replace(draft.delimiter, "") or "none" for cell in row.cells]
    written, read = write(row.cells, at)
    cells = (written if place == at else draft.cell(cell, row, draft.delimiter) for place, cell in enumerate(row.cells))
    row.raw = draft.delimiter.join(cells)
    row.cells = [*row.cells[:at], read, *row.cells[at + 1:]]


@kind
def quote_inside_a_plain_cell(draft, rng):
    def write(cells: list[str], at: int) -> tuple[str, str]:
        marked = cells[at][:2] + '"' + cells[at][2:] + "x"
        return marked, marked

    stray(draft, rng, write, quoted=False)


@kind
def quote_inside_a_quoted_cell(draft, rng):
    stray(draft, rng, lambda cells, at: (f'"{cells[at][:2]}"{cells[at][2:]}x"', cells[at][:2] + '"' + cells[at][2:] + "x"), quoted=True)


@kind
def quote_doubled_at_the_start(draft, rng):
    stray(draft, rng, lambda cells, at: (f'""{cells[at]}"', f'"{cells[at]}'), quoted=True)


@kind
def quotes_around_a_part(draft, rng):
    stray(draft, rng, lambda cells, at: (f'"A" {cells[at]}', f'"A" {cells[at]}'), quoted=False)


@kind
def quote_never_closed(draft, rng):
    stray(draft, rng, lambda cells, at: ('"' + cells[at], cells[at]), quoted=rng.random() < 0.5)


@kind
def quote_never_opened(draft, rng):
    stray(draft, rng, lambda cells, at: (cells[at] + '"', cells[at] + '"'), quoted=rng.random() < 0.5)


WORDS = ["students", "engaged;", "well,", "teacher", "asked:", "why?", "(see notes)", "- on task", "90%", "3/4", "room 12", "it's", "\"wow\""]


@kind
def cells_of_many_words(draft, rng):
    for row in draft.body():
        row.cells = [*row.cells[:-1], " ".join(rng.choices(WORDS, k=rng.randrange(0, 40)))]


@kind
def two_kinds_at_once(draft, rng):
    """The way all rows are written, and then something odd about some of them."""
    KINDS[rng.choice([name for name in KINDS if name.startswith(("delimiter_semi", "delimiter_tab", "delimiter_pipe", "quote_every", "end_mixed", "end_cr", "enc"))
                      and name != "encoding_one_stray_byte"])](draft, rng)
    KINDS[rng.choice([name for name in KINDS if name.startswith(("row", "cells", "quote_", "footnote", "preamble", "header", "comment"))
                      and not name.startswith("quote_apostrophe")])](draft, rng)


@kind
def two_tables(draft, rng):
    narrow = rng.random() < 0.5
    second = [Row(["Staff", "Days", "Visits"][:3 if narrow else 2] + ([] if narrow else HEADER)), *(
        Row([f"Person {at}", str(at), str(2 * at)] + ([] if narrow else row.cells[:6])) for at, row in enumerate(draft.body()[:6]))]
    draft.rows += [Row([], raw=""), *second]
