"""What an indicator is and what a kind of spreadsheet needs, in words and small tables, from the same TOML the numbers come from."""
from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

from data.source import Field, FieldKind, Source, Sources
from indicators.by_hand import needs
from indicators.definition import Definition, Example
from indicators.phrases import listed, sentence_case
from indicators.words import number, several, total, week_label

KIND_WORDS = {FieldKind.SCHOOL: "a school, by code or name", FieldKind.DATE: "a day", FieldKind.TIME: "a time of day",
              FieldKind.DATETIME: "a day with a time", FieldKind.COUNT: "a whole number", FieldKind.NUMBER: "a number",
              FieldKind.PERCENT: "a percentage", FieldKind.MINUTES: "minutes", FieldKind.YES_NO: "yes or no",
              FieldKind.CODE: "one of a few words", FieldKind.TEXT: "text", FieldKind.STUDENT: "a student, kept as a mark without a name",
              FieldKind.PERSON: "a person"}
BETTER_WORDS = {"higher": "Higher is better.", "lower": "Lower is better.", "neither": "Neither higher nor lower is better."}


@dataclass(frozen=True)
class ExampleTable:
    """An example's rows as a table and what they come to."""
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    result: str


def facts(definition: Definition, sources: Sources) -> list[tuple[str, str]]:
    """What there is to know about an indicator, line by line."""
    made_of = [sources[name].label for name in definition.feeds if name in sources.by_name] or ["every kind of spreadsheet a school sends"]
    lines = [("Target", target_words(definition)), ("Better", BETTER_WORDS[definition.better]), ("Time", window_words(definition)),
             ("Judged", settles_words(definition)), *((f"Usual range anew from {week_label(anew.since)}", anew.why) for anew in definition.new_baselines),
             ("Made of", "; ".join(made_of)), ("Whose it is", definition.owner),
             ("Where it comes from", definition.reference)]
    return [(name, words) for name, words in lines if words]


def target_words(definition: Definition) -> str:
    if definition.target is None:
        return "none"
    return number(definition.target, definition.unit)


def window_words(definition: Definition) -> str:
    if definition.to_date:
        return "one number a week, for the school year so far"
    return "one number a week" if definition.weeks == 1 else f"one number a week, over the last {definition.weeks} school weeks"


def settles_words(definition: Definition) -> str:
    """When a week may be judged, and from how much on."""
    days = definition.settles_after_school_days
    when = f"{several(days, 'school day')} after the week's last one" if days else "when the week is over"
    least = f", if it counts at least {total(definition.min_denominator)}" if definition.min_denominator > 1 else ""
    usual = "" if definition.judged else "; compared with its target only, since running totals have no usual range"
    return f"{when}{least}{usual}"


def example_table(definition: Definition, example: Example) -> ExampleTable:
    """The rows that the tests run, and the numbers they must come to."""
    head, *rows = list(csv.reader(io.StringIO(example.rows.strip()), skipinitialspace=True))
    width, head = len(head), [name.replace("_", " ") for name in head]
    cells = tuple(tuple(((*row, *[""] * width)[:width])) for row in rows)
    if definition.unit != "percent":
        return ExampleTable(tuple(head), cells, f"{total(example.numerator)}")
    share = number(100 * example.numerator / example.denominator, definition.unit)
    return ExampleTable(tuple(head), cells, f"{total(example.numerator)} of {total(example.denominator)} = {share}")


def field_rows(source: Source) -> Iterable[tuple[str, str, str]]:
    """Each field: its name, what it holds and whether it is needed, and the headings it is known under."""
    for field in source.fields:
        held = KIND_WORDS[field.kind] + (f": {', '.join(field.values)}" if field.values else "")
        yield sentence_case(field.label), f"{held}{' (needed)' if field.required else ''}{_otherwise(field)}", ", ".join(field.names)


def _otherwise(field: Field) -> str:
    return f", or worked out: {field.derive}" if field.derive else ""


def source_lines(source: Source, definitions: Iterable[Definition]) -> list[tuple[str, str]]:
    """What one row is, what is needed, and what a file of this kind says about days without a row."""
    feeds = [definition.label for definition in definitions if source.name in definition.feeds]
    lines = [("One row is", source.one_row_is), ("It needs", needs(source)), ("It feeds", listed(feeds)),
             ("Without a row", "a day the file covers without a row means that nothing happened" if source.events else
              "" if source.list_of else "a day without a row has not been sent; it is never counted as zero"),
             ("Stays out", "; ".join(check.say for check in source.checks))]
    return [(name, words) for name, words in lines if words]
