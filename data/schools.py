"""Which school a text means: by the district's own code, with zeros lost or kept, or by a name that is unique."""
from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches

from data.facts import live
from data.source import Sources, normalised
from data.store import Change, Relations, quoted
from data.values import Judged


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
        bare = [known for known in self.names if known.lstrip("0") == code.lstrip("0") and code.isdigit()]
        named = [known for known, name in self.names.items() if normalised(name) == normalised(code)]
        for found in (bare, named):
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


def school_list(store: Relations | Change, sources: Sources) -> SchoolList:
    """The standing school list, empty before the first."""
    source = sources.list_of("schools")
    if not store.rows("select 1 from duckdb_tables() where table_name = ?", live(source)):
        return SchoolList()
    names = dict(store.rows(f'select school, "name" from {quoted(live(source))} order by school'))
    real = store.rows("select 1 from load_part join standing using (load_id) where source = ? and not harvested limit 1",
                      source.name)
    return SchoolList(names, harvested=not real)
