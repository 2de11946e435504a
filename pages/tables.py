"""Tables and findings as elements. Every text that came from data is escaped here."""
from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd
import streamlit as st

from data.finding import Finding, Level
from indicators.escape import escaped
from indicators.phrases import count_words, sentence_case

THOUSAND = 1000
WEIGHT = {Level.STOP: ":orange[**✕\u00a0stop**]", Level.WARN: ":gray[**◇\u00a0check**]", Level.NOTE: ":gray[**note**]"}


Cell = str | int | tuple[str, str]      # a text, a number, or a text whose first part is bold


def table(headings: Sequence[str], rows: Iterable[Sequence[Cell]], *, alt: str, quiet: Iterable[int] = (), counts: bool = False) -> None:
    """Rows of plain texts and numbers; numbers stand to the right, counts with their thousands set apart. Rows numbered `quiet` are grey."""
    grey = set(quiet)
    written = [[_cell(cell, at in grey) for cell in row] for at, row in enumerate(rows)]
    cells = pd.DataFrame(written, columns=[escaped(heading) for heading in headings])
    numbers = cells.select_dtypes("number").columns
    long = counts and bool((cells[numbers] >= THOUSAND).any(axis=None))          # a styled table takes twice as long
    st.table(cells.style.format("{:,}", subset=numbers) if long else cells, border="horizontal", hide_index=True, alt=alt)


def finding_card(finding: Finding, place: str = "") -> None:
    """One finding: what is wrong, what to do, and where, quietly; the place is worked out unless it is given."""
    with st.container(border=True):
        st.markdown(f"{WEIGHT[finding.level]}\u2002**{escaped(_problem(finding))}**  \n{escaped(finding.remedy)}  \n"
                    f":small[:gray[{escaped(place or _place(finding))}]]")


def findings_table(findings: Iterable[Finding], *, alt: str) -> None:
    table(("Where", "What is wrong", "What to do"),
          [(_place(f), _problem(f), f.remedy) for f in findings], alt=alt)


def _problem(finding: Finding) -> str:
    return sentence_case(finding.problem) + (f": “{finding.value}”" if finding.value else "")


def _place(finding: Finding) -> str:
    """Row and column as the spreadsheet has them, and how many rows are alike."""
    alike = f"the same in {count_words(finding.rows - 1, 'more row')}" if finding.rows > 1 else ""
    where = [f"row {finding.row}" if finding.row else "", f"column {finding.column}" if finding.column else "",
             f"sheet {finding.sheet}" if finding.sheet else "", alike]
    return sentence_case(" · ".join(filter(None, where))) or "The whole file"


def _cell(cell: Cell, grey: bool) -> str | int:
    if isinstance(cell, int):
        return cell
    if isinstance(cell, tuple):
        return f"**{escaped(cell[0])}**{escaped(cell[1])}"
    return f":gray[{escaped(cell)}]" if grey and cell else escaped(cell)
