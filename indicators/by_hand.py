"""Matching columns by hand: what a person may choose for a sheet, and the answers their choice becomes."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from data.layout import Table
from data.matching import NOT_USED, chosen_source, matched_columns
from data.source import Source
from indicators.phrases import listed, sentence_case

LOOKED_AT = 50           # rows in which a column's first text is looked for


@dataclass(frozen=True)
class Choice:
    """One field of a kind of spreadsheet and the column taken for it: its letter, or NOT_USED."""
    field: str
    label: str
    column: str


def choices(table: Table, source: Source, answers: Mapping[str, str]) -> list[Choice]:
    """Every field of the source, the needed ones first, with the column it has so far."""
    columns = matched_columns(table, source, answers)[0]
    needed = {f.name for f in source.fields if f.required} | {name for form in source.forms for name in form}
    found = [Choice(f.name, sentence_case(f"{f.label} (needed)" if f.required else f.label),
                    columns[f.name].column if f.name in columns else NOT_USED) for f in source.fields]
    return sorted(found, key=lambda choice: choice.field not in needed)


def answers_of(table: Table, source: Source, picked: Mapping[str, str], answers: Mapping[str, str],
               read_as: tuple[str, ...]) -> dict[str, str]:
    """The answers so far with this choice in them. What would be matched anyway stays a match, with its own reason."""
    mine = f"column:{table.sheet}:{source.name}."
    kept = {key: value for key, value in answers.items() if not key.startswith(mine)}
    if read_as[:1] != (source.name,) or chosen_source(table.sheet, answers):
        kept[f"source:{table.sheet}"] = source.name
    alone = matched_columns(table, source, kept)[0]
    return kept | {f"{mine}{field}": column for field, column in picked.items()
                   if column != (alone[field].column if field in alone else NOT_USED)}


def column_words(table: Table) -> dict[str, str]:
    """What each answer means: a column by its letter, its heading and the first thing in it, or none."""
    first = {header.column: next(filter(None, table.body[header.column].slice(0, LOOKED_AT).to_pylist()), "nothing") for header in table.headers}
    return {NOT_USED: "no column"} | {header.column: f"{header.column}: {header.text} ({first[header.column]}, …)" for header in table.headers}


def needs(source: Source) -> str:
    """Which fields a spreadsheet of this kind must have: the required ones, and one of several sets."""
    required = listed([f.label for f in source.fields if f.required])
    forms = [listed([source.field(name).label for name in form]) for form in source.forms]
    if not forms:
        return required
    return f"{required}; and " + (forms[0] if len(forms) == 1 else f"either {', or '.join(forms)}")


def rows_said(first: int, last: int) -> str:
    """One row, or several from first to last, as an answer names them."""
    return f"{first}-{last}" if last > first else f"{first}"


def read_so(said: Mapping[str, str], answers: Mapping[str, str]) -> dict[str, str]:
    """The answers so far with these in their places; an empty one takes back what was said."""
    return {key: answer for key, answer in {**answers, **said}.items() if answer}
