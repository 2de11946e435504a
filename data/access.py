"""Who may see what. Sign-in is not built yet: with none configured the scope is everything, on loopback only."""
from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Scope:
    """The schools a person may see. None means every school; an empty set means none."""
    role: str
    schools: frozenset[str] | None = frozenset()

    @property
    def fingerprint(self) -> str:
        """Stands for this scope in cache keys: equal scopes share, different ones never meet."""
        listed = "*" if self.schools is None else "\n".join(sorted(self.schools))
        return hashlib.sha256(f"{self.role}\0{listed}".encode()).hexdigest()[:16]

    def may_see(self, school_id: str) -> bool:
        return self.schools is None or school_id in self.schools


EVERYTHING = Scope("local", None)
NOTHING = Scope("unknown")
