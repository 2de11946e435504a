"""Which school a text means: by the district's own code, with zeros lost or kept, or by a name that is unique."""
from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property

from data.facts import live
from data.source import Sources, normalised
from data.store import Change, Relations, quoted
from data.values import Judged, Mark

MOST_SUGGESTED, ALIKE = 3, 0.75
INITIALS = re.compile(r"\b([ehm]) s\b")      # E.S., H.S., M.S.
# What school names are shortened to. Nothing that could be two words, such as "int".
SPELLINGS = {"es": "elementary", "el": "elementary", "elem": "elementary", "elementry": "elementary", "ms": "middle", "mid": "middle", "hs": "high",
             "sch": "", "schl": "", "school": "", "schools": "", "the": "", "st": "saint", "mt": "mount", "ft": "fort", "acad": "academy",
             "ctr": "center", "centre": "center", "mlk": "martin luther king", "dr": "", "k8": "k 8", "prep": "preparatory", "tech": "technical"}


@dataclass(frozen=True)
class SchoolList:
    """The schools of the district: code to name. `harvested` when no real list was ever loaded."""
    names: dict[str, str] = field(default_factory=dict)
    harvested: bool = True

    @property
    def open(self) -> bool:
        """A code not on the list may join it."""
        return not self.names or self.harvested

    def judge(self, text: str) -> Judged:
        """The school's code, or the problem with the nearest school as the remedy."""
        code = text.replace("\xa0", " ").strip()
        if code in self.names or not self.names:
            return Judged(code)
        for found in (self._by_code.get(bare(code), []), self._by_name.get(normalised(code), []),
                      [] if self.open else self._by_spelling.get(spelled_out(code), [])):
            if len(found) == 1:
                return Judged(found[0])
            if len(found) > 1:
                return Judged(problem=f"{len(found)} schools could be meant: {', '.join(found)}",
                              remedy="Write the school's code.")
        if self.open:
            return Judged(code)
        near = get_close_matches(code, [*self.names, *self.names.values()], n=1)
        hint = f"Did you mean {near[0]!r}? " if near else ""
        return Judged(problem="this is not a school we know", remedy=f"{hint}Correct it, or add it to the school list first.")

    def likely(self, text: str) -> list[str]:
        """Codes of schools a name nobody knows may mean, likeliest first: suggestions for a person, never taken."""
        said = spelled_out(text)
        if self.open or not any(word.isalpha() for word in said):
            return []
        words = {code: spelled_out(name) for code, name in self.names.items()}
        named = [code for code, name in words.items() if {*said} <= {*name} or {*name} <= {*said}]
        alike = {" ".join(name): code for code, name in words.items() if code not in named}
        return [*named, *(alike[name] for name in get_close_matches(" ".join(said), alike, n=MOST_SUGGESTED, cutoff=ALIKE))][:MOST_SUGGESTED]

    def respelled(self, texts: Iterable[str | None]) -> list[tuple[str, str]]:
        """Names that were only recognised by their abbreviations written out, each with the name on the list."""
        found = []
        for text in filter(None, texts):
            plain = text.replace("\xa0", " ").strip()
            if plain not in self.names and bare(plain) not in self._by_code and normalised(plain) not in self._by_name:
                codes = [] if self.open else self._by_spelling.get(spelled_out(plain), [])
                found += [(plain, self.names[code]) for code in codes if len(codes) == 1]
        return found

    def is_listed(self, text: str) -> bool:
        """Does the district's own list have a school of this code or name?"""
        return not self.open and not self.judge(text).problem

    def judge_all(self, texts: Iterable[str | None]) -> tuple[list[Judged], list[str]]:
        """Judge a column; and the codes new to an open list that lost their zeros or capitals beside a fuller spelling."""
        judged = [self.judge(text) if text and text.strip() else Judged(mark=Mark.MISSING) for text in texts]
        fullest: dict[str, str] = {}
        for new in sorted({j.value for j in judged if j.value and j.value not in self.names}, key=lambda code: (-len(code), code)):
            fullest.setdefault(bare(new), new)
        lost = sorted({j.value for j in judged if fullest.get(bare(j.value or ""), j.value) != j.value})
        return [Judged(fullest[bare(j.value)]) if j.value in lost else j for j in judged], lost

    @cached_property
    def _by_code(self) -> dict[str, list[str]]:
        return _grouped((bare(code), code) for code in self.names)

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        return _grouped((normalised(name), code) for code, name in self.names.items())

    @cached_property
    def _by_spelling(self) -> dict[tuple[str, ...], list[str]]:
        return _grouped((spelled_out(name), code) for code, name in self.names.items())


def spelled_out(name: str) -> tuple[str, ...]:
    """The words of a school's name with its abbreviations written out, numbers without zeros, and "school" left away."""
    plain = INITIALS.sub(r"\1s", normalised(name))
    words = " ".join(SPELLINGS.get(word, word.lstrip("0") or word) for word in plain.split()).split()
    junior = [word for at, word in enumerate(words) if word != "jr" or words[at + 1:at + 2] == ["high"]]
    return tuple("junior" if word == "jr" else word for word in junior)


def bare(code: str) -> str:
    """A code as a spreadsheet may have left it: without leading zeros where it is a number, whatever its capitals."""
    return (code.lstrip("0") or "0") if code.isdigit() else code.casefold()


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, code in pairs:
        found.setdefault(key, []).append(code)
    return found


def school_list(store: Relations | Change, sources: Sources) -> SchoolList:
    """The standing school list, empty before the first."""
    source = sources.list_of("schools")
    if not store.rows("select 1 from duckdb_tables() where table_name = ?", live(source)):
        return SchoolList()
    names = dict(store.rows(f'select school, "name" from {quoted(live(source))} order by school'))
    real = store.rows("select 1 from load_part join standing using (load_id) where source = ? and not harvested limit 1",
                      source.name)
    return SchoolList(names, harvested=not real)
