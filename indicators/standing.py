"""Where one indicator stands at one place, as the pages get it: plain values, out of the view's table of statuses."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from indicators.definition import Definition
from indicators.trend import Assurance, Variation


@dataclass(frozen=True)
class School:
    """`label` is the name, with the code where two schools share it; it stands for the school in addresses."""
    school_id: str
    label: str
    level: str | None
    grades: str | None
    principal: str | None
    director: str | None
    students: int | None
    need: float | None


@dataclass(frozen=True)
class Newer:
    """A number younger than the newest judged week, and what is known of its week."""
    week: date
    value: float
    denominator: float
    expected: float
    received: float
    complete: bool


@dataclass(frozen=True)
class Caveats:
    """What a number is to be taken with. Differences and ends are in the indicator's unit; None where nothing is known."""
    low: float | None = None            # between these its week can still end while school-days are missing
    high: float | None = None
    could_vanish: bool = False          # the missing school-days could take its signal away
    trial: bool = False                 # its usual range is still being learned
    few: bool = False                   # so few are counted a week that only being outside its usual range says anything
    paired: float | None = None         # to the same week last year
    paired_usual: float | None = None   # how far from none such differences usually go this year
    paired_beyond: bool = False
    season: float | None = None         # how far this week of the year usually lies from its year's level
    year_end_low: float | None = None   # between these the year will end
    year_end_high: float | None = None


@dataclass(frozen=True)
class Standing:
    """One indicator at one place: the number of its newest judged week, what that week says, and any newer number.

    Before the first week that can be judged it is the newest number, and too early to judge.
    """
    definition: Definition
    kind: str
    place: str                      # the school's code, the director's name, or "all"
    name: str                       # the school's label, the director's name
    week: date
    value: float
    numerator: float
    denominator: float
    expected: float
    received: float
    last_year: float | None
    percentages: bool               # a mean of school-days' percentages, for want of counts
    lower: float | None
    upper: float | None
    centre: float | None
    signal: int
    run: int
    weeks: int                      # judged so far
    provisional: bool
    assurance: Assurance
    variation: Variation | None     # None where an indicator keeps no usual range
    newer: Newer | None
    caveats: Caveats = Caveats()

    @property
    def far(self) -> float:
        """How far from the middle of its usual range, in widths of that range."""
        known = self.centre is not None and self.lower is not None and self.upper is not None and self.upper > self.lower
        return abs(self.value - self.centre) / (self.upper - self.lower) if known else 0

    @property
    def on_the_worse_side(self) -> bool:
        """Is it on the worse side of its own usual level, however little?"""
        toward = {"higher": 1, "lower": -1, "neither": 0}[self.definition.better]
        return self.centre is not None and toward * (self.value - self.centre) < 0

    @property
    def key(self) -> tuple[str, str, str]:
        return self.definition.name, self.kind, self.place
