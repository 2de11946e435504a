"""One indicator or one kind of spreadsheet at a time, chosen in the address."""
from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from data.finding import Finding
from indicators import dictionary
from indicators.definition import Definition
from indicators.escape import escaped
from indicators.phrases import sentence_case
from indicators.view import View
from pages import parts, tables

INDICATORS, SPREADSHEETS = "Indicators", "Spreadsheets"


def broken_files(view: View) -> None:
    """Definitions and sources that could not be read, and shipped ones the district has replaced."""
    found: list[Finding] = [*view.definitions.findings, *view.sources.findings]
    if found:
        st.header("Files that need a look", anchor=False)
        for finding in found:
            tables.finding_card(finding, finding.file)


def shows_spreadsheets() -> bool:
    return st.segmented_control("Look up", [INDICATORS, SPREADSHEETS], default=INDICATORS, required=True, key="show",
                                bind="query-params") == SPREADSHEETS


def indicator(view: View) -> None:
    """The chosen indicator, then all of them at a glance."""
    by_label = {definition.label: definition for definition in view.definitions}
    if not by_label:
        st.markdown("No indicator is defined.")
        return
    chosen = by_label[st.selectbox("Indicator", [*by_label], key="indicator", bind="query-params", width=parts.READING_WIDTH // 2)]
    st.header(escaped(chosen.label), anchor=False)
    with st.container(width=parts.READING_WIDTH):
        st.markdown(f"**{escaped(chosen.question)}** {escaped(chosen.description)}")
        st.subheader("The formula", anchor=False)
        st.code(chosen.in_words(), language=None, wrap_lines=True)
    _lines(dictionary.facts(chosen, view.sources), alt=f"What there is to know about {chosen.label}")
    for number, example in enumerate(chosen.examples, 1):
        _example(chosen, dictionary.example_table(chosen, example), number)
    st.header("All indicators", anchor=False)
    tables.table(("Indicator", "It answers", "Target"), [(d.label, d.question, dictionary.target_words(d)) for d in view.definitions],
                 alt="Every indicator, the question it answers, and its target")


def spreadsheet(view: View) -> None:
    """The chosen kind of spreadsheet, field by field."""
    by_label = {source.label: source for source in view.sources}
    chosen = by_label[st.selectbox("Kind of spreadsheet", [*by_label], key="spreadsheet", bind="query-params",
                                   width=parts.READING_WIDTH // 2)]
    st.header(escaped(chosen.label), anchor=False)
    _lines(dictionary.source_lines(chosen, view.definitions), alt=f"What there is to know about {chosen.label}")
    st.subheader("Its columns", anchor=False)
    st.markdown("A heading is known by any of these names; capitals, accents and punctuation do not matter. Other headings are matched by hand.")
    tables.table(("Column", "It holds", "Known as"), dictionary.field_rows(chosen), alt="Each column, what it holds, and the headings it is known by")


def _example(definition: Definition, example: dictionary.ExampleTable, number: int) -> None:
    st.subheader("For example" if number == 1 else "And", anchor=False)
    tables.table(example.headings, example.rows, alt=f"Example {number} of {definition.label}: {example.result}")
    st.markdown(f"**{escaped(example.result)}.**")


def _lines(lines: Iterable[tuple[str, str]], *, alt: str) -> None:
    st.table({escaped(name): escaped(sentence_case(words)) for name, words in lines}, border="horizontal", hide_header=True, alt=alt)
