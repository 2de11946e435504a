"""The last chapter of docs/uploading.md as the sources say it. `python -m tests.guide` writes it there; a test holds it so."""
from __future__ import annotations

from pathlib import Path

from data.source import Field, FieldKind, Source, load_sources

GUIDE = Path(__file__).parents[1] / "docs" / "uploading.md"
CHAPTER = "## The kinds of spreadsheet we know\n"
NAMES_SHOWN = 8
HOLDS = {FieldKind.SCHOOL: "the school's code, or its name where that is unique", FieldKind.DATE: "a day", FieldKind.TIME: "a time of day",
         FieldKind.DATETIME: "a day with a time, or a time of the row's day", FieldKind.COUNT: "a whole number", FieldKind.NUMBER: "a number",
         FieldKind.PERCENT: "a percentage", FieldKind.MINUTES: "minutes", FieldKind.YES_NO: "yes or no", FieldKind.CODE: "one of", FieldKind.TEXT: "any text",
         FieldKind.STUDENT: "a student number; stored only as a keyed stand-in", FieldKind.PERSON: "a person's name"}


def chapter() -> str:
    return "\n".join([CHAPTER, "A district adds its own on the Upload page, or with a file in the `sources/` folder of its home folder; see "
                      "`data/sources/` for the shipped\nones.\n", *(_section(source) for source in sorted(load_sources(), key=lambda source: source.label))])


def _section(source: Source) -> str:
    lines = [f"### {source.label}\n", f"One row is {source.one_row_is}. `{source.name}`\n"]
    if source.forms:
        lines.append(f"Enough is: {', or '.join(' and '.join(f'`{source.field(name).label}`' for name in form) for form in source.forms)}.\n")
    rows = [f"| `{f.label}`{' (needed)' if f.required else ''} | {_holds(f)} | {f.says} | {_names(f)} |" for f in source.fields]
    return "\n".join([*lines, "| column | what it holds | what it means | also known as |", "|---|---|---|---|", *rows, ""])


def _holds(f: Field) -> str:
    return f"{HOLDS[f.kind]} {', '.join(f.values)}" if f.kind == FieldKind.CODE and f.values else "a code" if f.kind == FieldKind.CODE else HOLDS[f.kind]


def _names(f: Field) -> str:
    names = [name for name in f.names if name != f.label]
    return ", ".join(names[:NAMES_SHOWN]) + (", …" if len(names) > NAMES_SHOWN else "")


if __name__ == "__main__":
    text = GUIDE.read_text()
    GUIDE.write_text(text[:text.index(CHAPTER)] + chapter())
