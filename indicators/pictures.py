"""Word-sized pictures of a trend as Markdown images: they cost no chart, no request and no tab stop."""
from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from itertools import groupby
from math import hypot
from numbers import Real
from typing import Literal

from indicators.escape import escaped

Status = Literal["improving", "worsening", "steady", "too early", "open"]
Numbers = Sequence[float | None]
Point = tuple[float, float]

# One picture serves the light and the dark page: mid-tones that keep 3:1 on both.
INK, BAND = "#7A8088", "#8A8F98"
RING = 4.2      # radius of a mark that is not filled; the line stops at it
HOLLOW = f'<circle cx="{{x:.1f}}" cy="{{y:.1f}}" r="{RING}" fill="none" stroke="{INK}" stroke-width="1.8"/>'
MARKS = {
    "improving": '<path d="M{x:.1f} {y:.1f}m0-6 5.5 9.5h-11z" fill="#3A7FC6"/>',
    "worsening": '<path d="M{x:.1f} {y:.1f}m0 6 5.5-9.5h-11z" fill="#C96F1A"/>',
    "steady": f'<path d="M{{x:.1f}} {{y:.1f}}m-4-4h8v8h-8z" fill="{INK}"/>',
    "too early": HOLLOW,
    "open": HOLLOW,
}
START, MARGIN = 3, 7      # room for the first point, and for the last mark and everything else


def picture(values: Numbers, lower: float | Numbers | None, upper: float | Numbers | None, target: float | None,
            status: Status, *, alt: str, width: int = 136, height: int = 54,
            y_range: tuple[float, float] | None = None) -> str:
    """Usual range, target, line, last mark. A missing value leaves a gap; `y_range` makes pictures comparable."""
    weeks = len(values)
    values, low, high, (target,) = map(_numbers, (values, lower, upper, target), (weeks, weeks, weeks, 1))
    known = [number for number in (*values, *low, *high, target) if number is not None]
    bottom, top = y_range or (min(known, default=0), max(known, default=0))

    def place(week: int, number: float) -> Point:
        share = (number - bottom) / (top - bottom) if top > bottom else 0.5
        return (START + week * (width - START - MARGIN) / max(weeks - 1, 1),
                height - MARGIN - min(max(share, 0), 1) * (height - 2 * MARGIN))

    line = [None if value is None else place(week, value) for week, value in enumerate(values)]
    band = [(place(week, a), place(week, b)) for week, (a, b) in enumerate(zip(low, high)) if None not in (a, b)]
    parts = [_band(band, width), _target(place(0, target)[1], width) if target is not None else "", _line(line, status)]
    svg = (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
           f'viewBox="0 0 {width} {height}">{"".join(parts)}</svg>')
    return f"![{escaped(alt)}](data:image/svg+xml;base64,{b64encode(svg.encode()).decode()})"


def _numbers(given: float | Numbers | None, weeks: int) -> list[float | None]:
    """One number a week; NaN, numpy's way of saying nothing, becomes None."""
    each = [given] * weeks if given is None or isinstance(given, Real) else given
    return [None if number is None or number != number else float(number) for number in each]


def _through(points: Sequence[Point]) -> str:
    return " ".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _band(band: Sequence[tuple[Point, Point]], width: int) -> str:
    if not band:
        return ""
    low, high = ([edge[side] for edge in band] for side in (0, 1))
    for edge in (low, high):        # the range holds for the whole first and last week, under the whole mark
        y_first, y_last = edge[0][1], edge[-1][1]
        level = all(y == y_first for _, y in edge)
        edge[:] = [(edge[0][0] - START, y_first), *([] if level else edge), (width, y_last)]
    return f'<path d="M{_through([*low, *reversed(high)])}z" fill="{BAND}" fill-opacity=".24"/>'


def _target(y: float, width: int) -> str:
    return f'<path d="M0 {y:.1f}H{width}" stroke="{INK}" stroke-width="1.2" stroke-dasharray="3"/>'


def _line(points: Sequence[Point | None], status: Status) -> str:
    """The line in its unbroken pieces, then the mark; a week that is still open hangs on by dots."""
    pieces = [list(piece) for seen, piece in groupby(points, bool) if seen]
    if not pieces:
        return ""
    x, y = pieces[-1][-1]
    tail = ""
    if MARKS[status] is HOLLOW and len(pieces[-1]) > 1:
        *pieces[-1], end = pieces[-1]
        dots = ' stroke-dasharray=".1 3.2"' if status == "open" else ""
        tail = f'<path d="M{_through([pieces[-1][-1], _short_of(pieces[-1][-1], end)])}"{dots}/>'
    elif MARKS[status] is HOLLOW:
        pieces.pop()
    firm = "".join(f"M{_through(piece)}{'h0' if len(piece) == 1 else ''}" for piece in pieces)
    return (f'<g fill="none" stroke="{INK}" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round">'
            f'<path d="{firm}"/>{tail}</g>{MARKS[status].format(x=x, y=y)}')


def _short_of(a: Point, b: Point) -> Point:
    """The end of a line from a towards b that stops at the ring around b."""
    left = max(1 - RING / hypot(b[0] - a[0], b[1] - a[1]), 0)
    return a[0] + left * (b[0] - a[0]), a[1] + left * (b[1] - a[1])
