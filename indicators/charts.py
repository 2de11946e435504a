"""Charts as Vega-Lite specs without data: each is built once, and a page draws it over a table of `chart_tables`.

Colours are roles. The theme lists a colour for each role, so a spec never asks whether the page is light or dark.
The functions give the same dict every time; `st.vega_lite_chart(table, spec, key=, alt=)` leaves it as it is.
"""
from __future__ import annotations

from functools import lru_cache
from typing import Literal

import altair as alt

from indicators.chart_expressions import DAY, LINE, UNIT_MARK, Unit, apart, case, in_lines, span, spoken
from indicators.chart_tables import by_size_table, coverage_table, dots_table, run_chart_table

__all__ = ["by_size", "by_size_table", "coverage_grid", "coverage_table", "dots", "dots_table", "run_chart", "run_chart_table"]

# In the order of chartCategoricalColors in .streamlit/config.toml.
ROLES = ["ink", "improving", "worsening", "steady", "band", "pin", "paper", "faint"]
ROWS = alt.Chart(alt.NamedData("rows"))     # stands for the table that the page gives
BETWEEN = "width / length(domain('x'))"     # pixels from one week to the next
SEEN = 5                                    # pixels; a shorter upright line hides behind its point
PIN_FLOOR = "-20 * toNumber(datum.floor)"    # pixels that a pin stands above the lowest
CONFIG = {
    "view": {"stroke": None},
    "mark": {"aria": False},                # the page's sentence and the points are read out, lines and bands are not
    "axis": {
        "labelFontSize": 12, "title": None, "labelFlush": False, "domain": False, "ticks": False, "aria": False,
        "labelColor": {"expr": "scale('color','steady')"}, "gridColor": {"expr": "scale('color','faint')"},
    },
    "axisX": {"grid": False},
    "text": {"fontSize": 12},
}


# --- one line over time

@lru_cache
def run_chart(unit: Unit, *, target: bool, height: int = 330) -> dict:
    """One school and indicator over time, drawn over a `run_chart_table`. Where no value came, say so instead."""
    frame = ROWS.mark_rule(opacity=0).encode(
        y=alt.Y("from:Q", scale=alt.Scale(zero=unit == "count"), axis=_number_axis(unit, 4)),
        y2=alt.Y2("to:Q"), color=_roles("state"))
    dashes, promise = ([_target_line()], [_target_words(unit)]) if target else ([], [])
    layers = [
        frame, *_band(), *_breaks(), _begun_anew(), *dashes, _line("beside", "steady", 1.3), _pin_rules(), _whiskers(),
        _line("settled", "ink", 2.2), _line("unsettled", "ink", 2.2, (2, 3)), _week_points(unit),
        *promise, *_range_words(unit), *_anew_words(), *_end_words(unit), *_pins(),
    ]
    weeks = alt.X("week:O", scale=alt.Scale(type="point", padding=0.4), axis=_week_axis(
        labelSeparation=14, labelPadding=8))
    return _spec(alt.layer(*layers).encode(x=weeks).properties(height=height))


def _line(field: str, role: str, width: float, dash: tuple[int, int] = (1, 0)) -> alt.Chart:
    return ROWS.mark_line(strokeWidth=width, strokeDash=dash).encode(y=alt.Y(f"{field}:Q"), color=_role(role))


def _band() -> tuple[alt.Chart, alt.Chart]:
    """The usual range. It passes over weeks without one, as it still holds; a long break and a new beginning interrupt.

    The short rule below it is all there is to see of a range that holds for one week between two breaks.
    """
    ends = {"y": alt.Y("lower:Q"), "y2": alt.Y2("upper:Q"), "color": _role("band")}
    return (ROWS.transform_filter("isValid(datum.lower)").mark_rule(strokeWidth=6).encode(**ends),
            ROWS.transform_filter("isValid(datum.lower) || isValid(datum.pause)").mark_area().encode(**ends, detail=alt.Detail("stretch:N")))


def _target_line() -> alt.Chart:
    return _line("promised", "ink", 1.3, (6, 3)).transform_calculate(
        promised="isValid(datum.pause) ? null : datum.target")


def _breaks() -> tuple[alt.Chart, alt.Chart]:
    """A rule with its word at the foot, or above the target's words where these are at the foot."""
    pause = ROWS.transform_filter("isValid(datum.pause)")
    target = "scale('y', datum.target) - height"
    return (pause.mark_rule(strokeDash=[1, 3]).encode(color=_role("steady")),
            pause.mark_text(align="left", dx=5, dy=alt.expr(
                f"isValid(datum.target) && inrange({target}, [-30, 0]) ? {target} - 23 : -7")).encode(
                y=alt.YValue("height"), text=alt.Text("pause:N"), color=_role("steady")))


def _begun_anew() -> alt.Chart:
    """A thin rule before the week with which the usual range starts anew; it leaves the foot to the words of breaks."""
    return ROWS.transform_filter("isValid(datum.anew)").mark_rule(xOffset=alt.expr(f"-{BETWEEN} / 2")).encode(
        y=alt.YValue(0), y2=alt.Y2Value(alt.expr("height - 18")), color=_role("steady"))


def _anew_words() -> list[alt.Chart]:
    """At the top of the rule, or below the target's dashes where these are at the top."""
    target, far = "scale('y', datum.target)", "scale('x', datum.week) + 120 > width"
    return _on_paper("anew", alt.YValue(0), "steady", align=alt.expr(f"{far} ? 'right' : 'left'"),
                     dx=alt.expr(f"({far} ? -5 : 5) - {BETWEEN} / 2"),
                     dy=alt.expr(f"isValid(datum.target) && inrange({target}, [-2, 30]) ? {target} + 12 : 8"), text=alt.expr("datum.anew"))


def _whiskers() -> alt.Chart:
    """From where to where a week with missing days can still move; cut off at the chart's ends, so that it does not stretch the scale."""
    low, high = (f"clamp(scale('y', datum.{end}), 0, height)" for end in ("low", "high"))
    return ROWS.transform_filter("isValid(datum.low) && isValid(datum.value)").mark_rule(
        strokeWidth=1, opacity=alt.expr(f"{low} - {high} > {SEEN} ? 1 : 0")).encode(
        y=alt.YValue(alt.expr(low)), y2=alt.Y2Value(alt.expr(high)), color=_role("steady"))


def _week_points(unit: Unit) -> alt.Chart:
    """Every week's value once, smaller where weeks are crowded, with the words for ear and pointer."""
    said = case({"open": ", not settled", "worsening": ", worsening", "improving": ", improving"}, "")
    return _points(
        ROWS.transform_filter("isValid(datum.value)").transform_calculate(
            week_said=DAY.format("datum.week", " %Y"), value_said=spoken("datum.value", unit),
            range_said=f"isValid(datum.lower) ? {span('datum.lower', 'datum.upper', unit)} : '–'",
            beside_said=f"isValid(datum.beside) ? {spoken('datum.beside', unit)} : '–'",
            reach_said=f"isValid(datum.low) ? {span('datum.low', 'datum.high', unit)} : '–'"),
        size=f"datum.state === 'usual' ? clamp({BETWEEN}, 4, 22) : clamp(6 * {BETWEEN}, 44, 84)",
        description=f"'week of ' + datum.week_said + ': ' + datum.value_said + {said}",
    ).encode(y=alt.Y("value:Q"), tooltip=[
        alt.Tooltip("week_said:N", title="week of"), alt.Tooltip("value_said:N", title="value"),
        alt.Tooltip("range_said:N", title="usual range"), alt.Tooltip("beside_said:N", title="grey line"),
        alt.Tooltip("reach_said:N", title="could still become")])


def _target_words(unit: Unit) -> alt.Chart:
    return ROWS.transform_filter("isValid(datum.from)").mark_text(
        align="left", dy=-9, text=alt.expr(f"'Target ' + {spoken('datum.target', unit)}")).encode(
        y=alt.Y("target:Q"), color=_role("ink"))


def _range_words(unit: Unit) -> list[alt.Chart]:
    """Below the band, or above it where the target's words or dashes would run through them; on a ground of paper."""
    target = "scale('y', datum.target) - scale('y', datum.lower)"
    above = "scale('y', datum.upper) - scale('y', datum.lower) - 10"
    return _on_paper("range_low", alt.Y("lower:Q"), "steady", align=alt.expr("scale('x', datum.week) + 100 > width ? 'right' : 'left'"),
                     dy=alt.expr(f"isValid(datum.target) && inrange({target}, [-2, 34]) ? {above} : 12"),
                     text=alt.expr(f"'usual range ' + {span('datum.range_low', 'datum.range_high', unit)}"))


def _end_words(unit: Unit) -> tuple[alt.Chart, alt.Chart]:
    """Name and last value at the end of both lines."""
    def words(last: str, name: str, other: str, other_name: str, role: str, weight: str) -> alt.Chart:
        lines, others = (f"(length({in_lines(f'datum.{each}')}) + 1)" for each in (name, other_name))
        return ROWS.transform_filter(f"isValid(datum.{last})").mark_text(
            align="left", dx=10, lineBreak="\n", lineHeight=LINE, fontWeight=weight,
            dy=alt.expr(f"{apart(last, other, lines, others)} - {LINE / 2} * ({lines} - 1)"),
            text=alt.expr(f"join({in_lines(f'datum.{name}')}, '\\n') + '\\n' + {spoken(f'datum.{last}', unit)}")).encode(
            y=alt.Y(f"{last}:Q"), color=_role(role))

    return (words("beside_last", "beside_name", "last", "name", "steady", "normal"),
            words("last", "name", "beside_last", "beside_name", "ink", "bold"))


def _each_pin() -> alt.Chart:
    """One row a pin, as several may share a week."""
    return ROWS.transform_filter("isValid(datum.pins)").transform_calculate(
        pin="split(datum.pins, ' ')", kind="split(datum.pin_kinds, ' ')", floor="split(datum.pin_floors, ' ')",
    ).transform_flatten(["pin", "kind", "floor"])


def _pin_rules() -> alt.Chart:
    return _each_pin().mark_rule(opacity=0.7, yOffset=alt.expr(PIN_FLOOR)).encode(
        y=alt.YValue(-4), y2=alt.Y2Value("height"), color=_role("pin"))


def _pins() -> tuple[alt.Chart, alt.Chart]:
    """Numbers above the chart, where no line runs: a disc for a step, a diamond for a milestone."""
    up, shape = alt.expr(PIN_FLOOR), alt.expr("datum.kind === 'step' ? 'circle' : 'diamond'")
    return (_each_pin().mark_point(filled=True, opacity=1, yOffset=up, shape=shape, size=300).encode(
                y=alt.YValue(-12), color=_role("pin")),
            _each_pin().mark_text(fontWeight="bold", yOffset=up).encode(
                y=alt.YValue(-12), text=alt.Text("pin:N"), color=_role("paper")))


# --- what came, school by week

@lru_cache
def coverage_grid() -> dict:
    """A square for each school and week of one source, drawn over a `coverage_table`."""
    weeks = alt.X("week:O", scale=alt.Scale(type="band", paddingInner=0.12, paddingOuter=0),
                  axis=_week_axis(orient="top", labelSeparation=8, labelPadding=4))
    schools = alt.Y("school:N", sort=None, scale=alt.Scale(type="band", paddingInner=0.16, paddingOuter=0),
                    axis=_name_axis(grid=False))
    edge = case({"everything": "band", "part": "worsening", "nothing": "worsening"}, "paper")
    squares = ROWS.transform_calculate(
        inside=case({"everything": "band", "nothing": "worsening"}, "paper"),
        week_said=DAY.format("datum.week", " %Y"),
        came="isValid(datum.expected) ? (datum.received || 0) + ' of ' + datum.expected : '–'",
    ).mark_rect(cornerRadius=2, strokeWidth=1.6, stroke=alt.expr(f"scale('color', {edge})")).encode(
        color=_roles("inside"), tooltip=[
            alt.Tooltip("school:N", title="school"), alt.Tooltip("week_said:N", title="week of"),
            alt.Tooltip("came:N", title="received"), alt.Tooltip("state:N", title="so")])
    letters = case({"part": "worsening", "nothing": "paper"}, "steady")
    words = ROWS.mark_text(fontSize=11, color=alt.expr(f"scale('color', {letters})")).encode(text=alt.Text("words:N"))
    return _spec(alt.layer(squares, words).encode(x=weeks, y=schools).properties(height=alt.Step(26)))


# --- schools on one scale

@lru_cache
def by_size(unit: Unit) -> dict:
    """A point for each school over what its value rests on, named outside the band: drawn over a `by_size_table`."""
    sizes = alt.X("size:Q", scale=alt.Scale(zero=False, padding=18), axis=alt.Axis(
        labelExpr="datum.value < 1000 ? datum.label : format(datum.value / 1000, '~f') + 'k'", tickCount=5, labelPadding=8))
    ends = {"y": alt.Y("lower:Q"), "y2": alt.Y2("upper:Q")}
    frame = ROWS.mark_rule(opacity=0).encode(y=alt.Y("lower:Q", scale=alt.Scale(zero=False), axis=_number_axis(unit, 5)),
                                             y2=alt.Y2("upper:Q"), color=_roles("state"))
    band = [ROWS.mark_rule(strokeWidth=6).encode(**ends, color=_role("band")),
            ROWS.mark_area(interpolate="monotone").encode(**ends, color=_role("band"))]
    told = ROWS.transform_calculate(band_said=span("datum.lower", "datum.upper", unit), size_said="format(datum.size, ',.0f')")
    points = _points(told, size="datum.named ? 90 : datum.state === 'usual' ? 36 : 60", description="datum.school + ': ' + datum.words",
                     ).encode(y=alt.Y("value:Q"), tooltip=[
        alt.Tooltip("school:N", title="school"), alt.Tooltip("words:N", title="value"), alt.Tooltip("band_said:N", title="grey band"),
        alt.Tooltip("size_said:N", title="rests on")])
    far = "scale('x', datum.size) > 0.6 * width"
    names = _on_paper("named", alt.Y("value:Q"), "ink", fontWeight="bold", align=alt.expr(f"{far} ? 'right' : 'left'"),
                      dx=alt.expr(f"{far} ? -9 : 9"), text=alt.expr("datum.named"))
    every = _on_paper("whole_name", alt.Y("whole:Q"), "steady", align="left", dx=10, dy=-LINE, lineBreak="|", lineHeight=LINE,
                      text=alt.expr(f"datum.whole_name + '|' + {spoken('datum.whole', unit)}"))
    layers = alt.layer(frame, *band, _line("whole", "steady", 1.3), *every, points, *names)
    return _spec(layers.encode(x=sizes).properties(height=330))


@lru_cache
def dots(unit: Unit, *, aim: Literal["reach", "need"] = "reach") -> dict:
    """A row for each school, drawn over a `dots_table`: its value, how far its level may reach or a diamond for its need."""
    several_lines = in_lines("datum.label", 16)
    schools = alt.Y("school:N", sort=None, scale=alt.Scale(type="point", padding=0.5), axis=_name_axis(
        grid=True, labelExpr=several_lines, labelLineHeight=13, labelOffset=alt.expr(f"-6.5 * (length({several_lines}) - 1)")))
    values = alt.X("from:Q", scale=alt.Scale(zero=unit == "count", padding=14), axis=_number_axis(unit, 4))
    frame = ROWS.mark_rule(opacity=0).encode(x=alt.XValue(0), color=_roles("state"))     # all rows, so that none moves
    between = ROWS.transform_filter("isValid(datum.from) && isValid(datum.to)").mark_rule(
        strokeWidth=1.3 if aim == "need" else 3, strokeCap="round").encode(x=values, x2=alt.X2("to:Q"), color=_role("steady"))
    diamonds = ROWS.mark_point(shape="diamond", size=140, strokeWidth=1.8, opacity=1, fill=alt.expr("scale('color','paper')")).encode(
        x=alt.X("to:Q"), color=_role("ink"))
    colour = case({"worsening": "worsening", "improving": "improving"}, "steady")
    words = ROWS.mark_text(
        align="left", dx=10, lineBreak="\n", lineHeight=LINE, color=alt.expr(f"scale('color', {colour})"),
        dy=alt.expr(f"-{LINE / 2} * (length({in_lines('datum.words', 18)}) - 1)"),
        text=alt.expr(f"join({in_lines('datum.words', 18)}, '\\n')")).encode(x=alt.XValue("width"))
    points = _points(ROWS, size="90", description="datum.school + ': ' + datum.words").encode(x=alt.X("value:Q"))
    layers = alt.layer(frame, between, *([diamonds] if aim == "need" else []), points, words)
    return _spec(layers.encode(y=schools).properties(height=alt.Step(36)))


# --- what they share

def _spec(chart: alt.LayerChart) -> dict:
    """The chart without its data. Tests validate it; validating here would take most of the time."""
    spec = chart.to_dict(validate=False)
    del spec["data"]
    return {**spec, "config": CONFIG, "padding": {"left": 2, "top": 2, "right": 6, "bottom": 4}}


def _role(name: str) -> alt.ColorDatum:
    return alt.ColorDatum(name, type="nominal")


def _roles(field: str) -> alt.Color:
    """The theme's colours for all layers. Belongs on the first layer, so that the roles keep their order."""
    return alt.Color(f"{field}:N", legend=None, scale=alt.Scale(domain=ROLES, range="category"))


def _on_paper(where: str, y: alt.Y | alt.YValue, role: str, **style) -> list[alt.Chart]:
    """Words where this field has something, on a ground of paper that keeps lines and points off them."""
    words = ROWS.transform_filter(f"isValid(datum.{where})")
    return [words.mark_text(**style, **ground).encode(y=y, color=_role(role))
            for ground in ({"stroke": alt.expr("scale('color','paper')"), "strokeWidth": 4, "strokeJoin": "round"}, {})]


def _points(rows: alt.Chart, *, size: str, description: str) -> alt.Chart:
    """By state: a dot, a ring while open, ▼ worsening, ▲ improving. The one layer that is read out."""
    shape = case({"worsening": "triangle-down", "improving": "triangle-up"}, "circle")
    inside = case({"open": "paper", "worsening": "worsening", "improving": "improving"}, "ink")
    edge = case({"worsening": "worsening", "improving": "improving"}, "ink")
    return rows.mark_point(
        aria=True, description=alt.expr(description), opacity=1, strokeWidth=1.8,
        shape=alt.expr(shape), size=alt.expr(size),
        fill=alt.expr(f"scale('color', {inside})"), stroke=alt.expr(f"scale('color', {edge})"))


def _number_axis(unit: Unit, ticks: int) -> alt.Axis:
    return alt.Axis(format=",.1~f", labelExpr=f"datum.label + '{UNIT_MARK[unit]}'", tickCount=ticks, labelPadding=8)


def _week_axis(**style) -> alt.Axis:
    return alt.Axis(labelExpr=DAY.format("datum.value", ""), labelOverlap="greedy", labelAngle=0, **style)


def _name_axis(**style) -> alt.Axis:
    return alt.Axis(labelColor=alt.expr("scale('color','ink')"), labelLimit=120, labelPadding=10, **style)
