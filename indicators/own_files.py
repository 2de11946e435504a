"""What a district adds of its own: a kind of spreadsheet or an indicator, as a file in its folder. It loads, or it is not written."""
from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from data import facts
from data.finding import Finding, Level, Refused
from data.home import Home
from data.new_source import NewSource, as_toml, named, read_text
from data.source import Source, Sources
from data.store import Change, Relations, quoted
from indicators import new_definition
from indicators.definition import EXPECTED, VIEWS, Definitions
from indicators.new_definition import Offer
from indicators.weekly import NUMBERED


def put_source(home: Home, store: Relations, sources: Sources, new: NewSource) -> tuple[NewSource, Path, str]:
    """The kind with its name, its file and its text; Refused where it would not load or would change what stored rows mean."""
    if not new.name:
        new = named(new, {*_names_in_use(store, sources), *(path.stem for path in home.sources.glob("*.toml"))})
    elif new.name in sources.by_name and not may_be_replaced(home, store, sources, new.name):
        raise Refused(Finding(Level.STOP, "rows of this kind are stored already, and what they mean cannot change under them",
                              "Give the kind another name, or correct its file by hand.", file=f"{new.name}.toml"))
    text = as_toml(new)
    if found := read_text(text, new.name)[1]:
        raise Refused(*found)
    return new, home.sources / f"{new.name}.toml", text


def may_be_replaced(home: Home, store: Relations, sources: Sources, name: str) -> bool:
    """The district's own, and never a row stored as it."""
    source = sources.by_name.get(name)
    if source is None or source.path is None or source.path.parent != home.sources:
        return False
    return not _there(store, facts.fact(source)) or not store.rows(f"select 1 from {quoted(facts.fact(source))} limit 1")


def forget_tables(change: Change, source: Source) -> None:
    """Make room for another shape of the same, empty kind."""
    for table in (facts.fact(source), facts.live(source)):
        change.run(f"drop table if exists {quoted(table)}")


def put_definition(home: Home, sources: Sources, definitions: Definitions, offer: Offer) -> tuple[Offer, Path, str]:
    """The offer with its name, its file and its text; Refused where it would not load or its example comes out otherwise."""
    offer = offer if offer.name else new_definition.named(offer, [*definitions.by_name, *(path.stem for path in home.definitions.glob("*.toml"))])
    same = {definition.label for definition in definitions}
    if offer.label in same:
        offer = replace(offer, label=f"{offer.label} ({sources[offer.source].label})")
    if offer.label in same:
        raise Refused(Finding(Level.STOP, f"{offer.label!r} is watched already", "Nothing to do.", file=f"{offer.name}.toml"))
    if found := new_definition.problems(offer, sources):
        raise Refused(*found)
    return offer, home.definitions / f"{offer.name}.toml", new_definition.as_toml(offer)


def _names_in_use(store: Relations, sources: Sources) -> set[str]:
    """Sources there are and were (their tables keep their shape), and words of the views."""
    were = {table.removeprefix("fact_") for (table,) in store.rows("select table_name from duckdb_tables() where table_name like 'fact_%'")}
    return {*sources.by_name, *were, *(view.stem for view in VIEWS.glob("*.sql")), EXPECTED, NUMBERED}


def _there(store: Relations, table: str) -> bool:
    return bool(store.rows("select 1 from duckdb_tables() where table_name = ?", table))
