"""The documentation says what the program does: every source, field, key, command and module is in it."""
from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest

import data.__main__ as data_commands
import indicators.__main__ as indicator_commands
from data.source import CHECK_KEYS, FIELD_KEYS, SOURCE_KEYS, FieldKind, read_source
from indicators.definition import KEYS
from tests.guide import CHAPTER, chapter

CHECKOUT = Path(__file__).parents[1]
DOCS = CHECKOUT / "docs"


def test_every_kind_of_spreadsheet_is_explained_as_it_is():
    text = (DOCS / "uploading.md").read_text()
    assert text.partition(CHAPTER)[2].strip() == chapter().partition(CHAPTER)[2].strip(), "docs/uploading.md is not what the sources say; python -m tests.guide writes it"


@pytest.mark.parametrize("key", KEYS)
def test_every_key_of_a_definition_is_explained(key):
    assert f"`{key}`" in (DOCS / "defining.md").read_text(), f"docs/defining.md does not explain the key {key}"


@pytest.mark.parametrize("key", [*SOURCE_KEYS, *FIELD_KEYS, *CHECK_KEYS, *FieldKind])
def test_every_key_of_a_kind_of_spreadsheet_is_explained(key):
    rows = [line for line in (DOCS / "defining.md").read_text().partition("# What a kind of spreadsheet is")[2].splitlines() if line.startswith("|")]
    assert any(f"`{key}`" in row for row in rows), f"docs/defining.md does not explain the key {key}"


def test_the_kind_of_spreadsheet_it_shows_can_be_used(tmp_path):
    shown = re.findall(r"```toml\n(.*?)```", (DOCS / "defining.md").read_text(), re.DOTALL)[-1]
    (tmp_path / "library_visits.toml").write_text(shown)
    assert read_source(tmp_path / "library_visits.toml").field("class").example == "3B"


def commands(parser: argparse.ArgumentParser):
    """Every command of a parser with its options."""
    chosen = next(a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    for name, one in chosen.choices.items():
        yield name, [option for action in one._actions for option in action.option_strings if option.startswith("--") and option != "--help"]


@pytest.mark.parametrize("module", [data_commands, indicator_commands], ids=["data", "indicators"])
def test_every_command_and_option_is_explained(module):
    guide = (DOCS / "commands.md").read_text()
    parser = module.parser()
    missing = [word for name, options in commands(parser) for word in (f"{parser.prog} {name}", *options) if word not in guide]
    assert not missing, f"docs/commands.md does not explain {missing}"


def test_the_map_names_every_module_and_no_other():
    text = (CHECKOUT / "ARCHITECTURE.md").read_text()
    for package in ("data", "indicators"):
        there = {path.name for path in (CHECKOUT / package).glob("*.py")} - {"__init__.py"}
        rows = "\n".join(line for line in text.splitlines() if line.startswith(f"| `{package}/"))
        named = set(re.findall(r"`(?:\w+/)?(\w+\.py)`", rows))
        named |= {name for name in there if "sample*" in rows and name.startswith("sample")}
        assert named == there, f"ARCHITECTURE.md and {package}/ differ: {sorted(named ^ there)}"


def test_the_documents_link_to_files_that_are_there():
    broken = [f"{page.name}: {link}" for page in [CHECKOUT / "README.md", CHECKOUT / "ARCHITECTURE.md", *DOCS.glob("**/*.md")]
              for link in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text()) if not (page.parent / link).exists()]
    assert broken == []


def test_no_file_names_an_index_or_a_path_of_a_machine():
    text_files = [p for p in CHECKOUT.rglob("*") if p.suffix in (".py", ".md", ".toml", ".sql", ".lock", ".txt") and
                  not {".venv", "var", ".git", ".pytest_cache", ".hypothesis"} & {*p.relative_to(CHECKOUT).parts}]
    host = re.compile(r"pypi\.(?:org|io)|pythonhosted|/(?:root|home/\w+)/")
    assert [str(p.relative_to(CHECKOUT)) for p in text_files if p.name != "test_docs.py" and host.search(p.read_text(errors="ignore"))] == []
