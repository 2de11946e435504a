"""The nine indicators of the planted district: their levels, their noise, their counts.

"facts" marks a number taken from the project's notes (real, published or simulated there); every other number is ours.
"""
from __future__ import annotations

from dataclasses import dataclass

LEVELS = ("elementary", "middle", "high")
LEVEL_OF_FIVE = (0, 0, 0, 1, 2)             # a director's five schools: three elementary, one middle, one high


@dataclass(frozen=True)
class Kind:
    """One indicator: value = scale * numerator / denominator, in its unit."""
    name: str
    unit: str
    better: int                             # +1 when higher is better, -1 when lower is
    source: str                             # indicators of one source go missing together
    counted: str                            # what the denominator counts
    sampling: str                           # how one week's counting scatters: binomial, poisson or mean
    centre: tuple[float, float, float]      # usual value by level of school
    between: float                          # sd of schools of one level around it
    week_sd: tuple[float, float]            # a school's own week-to-week sd beyond counting: the range over schools
    floor: float                            # no usual value, season and planted change included, goes below
    ceiling: float
    target: float
    design_effect: float = 1.0              # children of one family and class are absent together: counting scatters more
    within: float = 0.0                     # sd of one measurement, where the value is a mean

    @property
    def scale(self) -> float:
        return {"percent": 100.0, "per 100 student-days": 100.0}.get(self.unit, 1.0)

    @property
    def shared_in_points(self) -> bool:
        """Percentages move together by points; counts, rates and means by a share of themselves."""
        return self.unit == "percent"


KINDS = (
    # facts: real gaps to a city's median have a weekly sd of 1.60 points, 1.26 after common movements; design effect 2.
    Kind("attendance_rate", "percent", +1, "attendance", "student-days", "binomial", (94.0, 93.2, 91.5), 1.3, (0.8, 1.6),
         40.0, 99.0, 94.0, design_effect=2.0),
    Kind("submitted_on_time", "percent", +1, "submission", "class-periods", "binomial", (93.0, 90.0, 88.0), 2.0, (1.2, 2.4),
         20.0, 99.0, 95.0, design_effect=1.5),
    Kind("families_reached", "percent", +1, "calls", "absences", "binomial", (78.0, 74.0, 70.0), 5.0, (2.0, 5.0), 5.0, 98.0, 90.0),
    Kind("contact_tried", "percent", +1, "calls", "absences", "binomial", (88.0, 86.0, 84.0), 3.0, (1.5, 3.5), 10.0, 98.0, 95.0),
    Kind("walkthroughs_with_feedback", "percent", +1, "walkthroughs", "walkthroughs", "binomial", (66.0, 66.0, 62.0), 6.0, (2.0, 6.0),
         4.0, 96.0, 80.0),
    Kind("coaching_conversations", "count", +1, "coaching", "nothing", "poisson", (9.0, 10.0, 11.0), 1.5, (0.6, 1.4), 0.5, 60.0, 10.0),
    Kind("minutes_lost_when_late", "minutes", -1, "tardies", "late arrivals", "mean", (13.0, 15.0, 17.0), 1.5, (0.6, 1.5),
         3.0, 60.0, 12.0, within=9.0),
    Kind("absent_two_days", "percent", -1, "attendance", "students", "binomial", (9.0, 10.5, 13.0), 1.5, (0.6, 1.3),
         0.8, 60.0, 9.0),
    # facts: .34, .85 and 1.27 referrals per 100 students and school day by level; here with a little more, so that weeks are not all zero.
    Kind("referrals", "per 100 student-days", -1, "referrals", "student-days", "poisson", (0.5, 0.85, 1.27), 0.1, (0.05, 0.15),
         0.1, 9.0, 0.6),
)
