"""A chart shows what came and only that; its colours are the theme's."""
import json
import re
import tomllib
from datetime import date, timedelta
from pathlib import Path

import altair as alt
import numpy as np
import pytest
from hypothesis import given, strategies as st
from indicators.chart_tables import LONG_BREAK, STATES
from indicators.charts import ROLES, by_size, by_size_table, coverage_grid, coverage_table, dots, dots_table, run_chart, run_chart_table
from streamlit.testing.v1 import AppTest

MONDAY = date(2026, 8, 31)
FALL = [MONDAY + timedelta(weeks=n) for n in range(6)]
VALUES = [92.0, 91.7, 91.2, 90.2, 89.8, 89.1]
RUN = run_chart_table(FALL, VALUES, name="Lincoln", states=["usual"] * 3 + ["worsening"] * 2 + ["open"], lower=[90.4] * 6,
                      upper=[92.8] * 6, target=94.0, beside=[92.0] * 6, pins=[(FALL[1], "step")], y_range=(88, 95))
CHARTS = {
    "percent with target": (run_chart("percent", target=True), RUN),
    "percent": (run_chart("percent", target=False), RUN),
    "count with target": (run_chart("count", target=True), RUN),
    "coverage": (coverage_grid(), coverage_table(["Adams"], [MONDAY], [3], [5])),
    "reach dots": (dots("percent"), dots_table(["Adams"], [89.1], ["89.1%"], reach=([88.0], [90.2]))),
    "need dots": (dots("count", aim="need"), dots_table(["Adams"], [2], ["made 2, needs 5"], aims=[5])),
    "by size": (by_size("percent"), by_size_table(["Adams"], [900], [89.1], [88.0], [93.0], ["89.1%"], [0], whole=91.0, whole_name="all")),
}
every_chart = pytest.mark.parametrize("spec, table", CHARTS.values(), ids=CHARTS)


def marks(spec: dict) -> list[str]:
    return [layer["mark"]["type"] for layer in spec["layer"]]


def layer(spec: dict, **wanted: str) -> dict:
    """The first layer with this mark whose position is this field."""
    return next(each for each in spec["layer"] if each["mark"]["type"] == wanted["mark"]
                and each["encoding"].get("y", {}).get("field") == wanted["y"])


def rows(table) -> dict[str, dict]:
    return {row["week"]: row for row in table.to_pylist()}


@every_chart
def test_the_spec_is_what_altair_allows(spec, table):
    assert alt.LayerChart.from_dict({**spec, "data": {"name": "rows"}}).to_dict()["layer"]


@every_chart
def test_a_spec_holds_no_data_and_only_the_pages_table_fills_it(spec, table):
    assert "data" not in spec and "datasets" not in spec
    assert not any("data" in each for each in spec["layer"])


@every_chart
def test_every_number_a_chart_draws_is_in_its_table(spec, table):
    text = json.dumps(spec["layer"]) + json.dumps(spec["encoding"])
    drawn = set(re.findall(r'"field": "(\w+)"', text)) | set(re.findall(r"datum\.(\w+)", text)) - {"value", "label"}
    made = set(re.findall(r'"as": "(\w+)"', text)) | {name for names in re.findall(r'"as": \[([^\]]+)\]', text)
                                                       for name in re.findall(r"\w+", names)}
    assert drawn <= {*table.column_names, *made, *re.findall(r'"flatten": \["(\w+)"', text)}


@every_chart
def test_every_mark_takes_its_colour_from_a_role(spec, table):
    first, *others = spec["layer"]
    assert first["encoding"]["color"]["scale"] == {"domain": ROLES, "range": "category"}
    assert first["encoding"]["color"]["legend"] is None
    for each in others:
        by_mark = [each["mark"][key]["expr"] for key in ("fill", "stroke", "color") if key in each["mark"]]
        assert each["encoding"].get("color", {}).get("datum") in ROLES or by_mark
        assert all("scale('color'" in expression for expression in by_mark)
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b", json.dumps(spec))


@every_chart
def test_a_tooltip_says_what_each_line_of_it_is(spec, table):
    tooltips = [line for each in spec["layer"] for line in each["encoding"].get("tooltip", [])]
    assert all(line["title"] and line["type"] == "nominal" for line in tooltips)


@every_chart
def test_only_points_are_read_out_beside_the_pages_sentence(spec, table):
    assert spec["config"]["mark"]["aria"] is False and spec["config"]["axis"]["aria"] is False
    for each in spec["layer"]:
        assert "description" in each["mark"] or not each["mark"].get("aria")


def test_both_themes_have_a_colour_for_every_role():
    theme = tomllib.loads((Path(__file__).parents[1] / ".streamlit" / "config.toml").read_text())["theme"]
    for page in ("light", "dark"):
        colours = dict(zip(ROLES, theme[page]["chartCategoricalColors"], strict=True))
        assert colours["ink"] == theme[page]["textColor"] and colours["paper"] == theme[page]["backgroundColor"]
        assert colours["worsening"] == theme[page]["orangeTextColor"] and colours["improving"] == theme[page]["blueTextColor"]


def test_a_spec_is_built_once_and_streamlit_leaves_it_alone():
    def page():
        import streamlit
        from indicators.charts import coverage_grid, coverage_table, run_chart, run_chart_table
        from datetime import date
        week = [date(2026, 8, 31)]
        streamlit.vega_lite_chart(run_chart_table(week, [92.0], name="Lincoln"), run_chart("percent", target=True), key="a", alt="a")
        streamlit.vega_lite_chart(coverage_table(["Adams"], week, [3], [5]), coverage_grid(), key="b", alt="b")

    before = json.dumps([run_chart("percent", target=True), coverage_grid()])
    assert not AppTest.from_function(page, default_timeout=30).run().exception
    assert json.dumps([run_chart("percent", target=True), coverage_grid()]) == before


class TestRunChart:
    spec = run_chart("percent", target=True)

    def test_the_layers_lie_from_the_usual_range_below_to_the_words_above(self):
        assert marks(self.spec) == ["rule", "rule", "area", "rule", "text", "rule", "line", "line", "rule", "rule", "line", "line", "point",
                                     "text", "text", "text", "text", "text", "text", "text", "point", "text"]

    def test_without_a_target_there_is_neither_its_line_nor_its_words(self):
        assert len(run_chart("percent", target=False)["layer"]) == len(self.spec["layer"]) - 2

    def test_a_rate_does_not_start_at_zero_and_a_count_does(self):
        assert layer(self.spec, mark="rule", y="from")["encoding"]["y"]["scale"] == {"zero": False}
        assert layer(run_chart("count", target=False), mark="rule", y="from")["encoding"]["y"]["scale"] == {"zero": True}

    def test_every_tick_of_a_rate_has_its_percent_sign(self):
        assert layer(self.spec, mark="rule", y="from")["encoding"]["y"]["axis"]["labelExpr"] == "datum.label + '%'"

    def test_weeks_stand_in_order_as_their_mondays(self):
        week = self.spec["encoding"]["x"]
        assert (week["field"], week["type"], week["scale"]["type"]) == ("week", "ordinal", "point")
        assert "utcFormat" in week["axis"]["labelExpr"]

    def test_a_week_that_is_still_open_hangs_on_by_dots(self):
        assert layer(self.spec, mark="line", y="unsettled")["mark"]["strokeDash"] == [2, 3]
        assert [row["unsettled"] for row in RUN.to_pylist()] == [None, None, None, None, 89.8, 89.1]
        assert [row["settled"] for row in RUN.to_pylist()] == [*VALUES[:5], None]

    def test_one_layer_draws_the_points_of_every_state(self):
        points = layer(self.spec, mark="point", y="value")["mark"]
        assert "triangle-down" in points["shape"]["expr"] and "triangle-up" in points["shape"]["expr"]
        assert "'open': 'paper'" in points["fill"]["expr"]

    def test_both_ends_are_named_in_the_last_row_with_their_last_value(self):
        last = RUN.to_pylist()[-1]
        assert (last["name"], last["last"], last["beside_name"], last["beside_last"]) == ("Lincoln", 89.1, "last year", 92.0)

    def test_the_words_tell_the_newest_usual_range_where_the_range_begins(self):
        table = run_chart_table(FALL, VALUES, name="Lincoln", lower=[None, 90.0, 90.1, 90.2, 90.3, 90.4],
                                upper=[None, 92.0, 92.1, 92.2, 92.3, 92.8])
        assert [(row["range_low"], row["range_high"]) for row in table.to_pylist()][:3] == [(None, None), (90.4, 92.8), (None, None)]

    def test_the_scale_reaches_what_all_schools_share(self):
        assert (RUN.to_pylist()[0]["from"], RUN.to_pylist()[0]["to"]) == (88, 95)


class TestWeeksThatAreNotThere:
    def test_a_week_without_school_keeps_its_place_and_breaks_the_line(self):
        table = rows(run_chart_table([FALL[0], FALL[2]], [92.0, 91.0], name="Lincoln"))
        assert list(table) == ["2026-08-31", "2026-09-07", "2026-09-14"]
        assert table["2026-09-07"]["settled"] is None and table["2026-09-07"]["pause"] is None

    def test_a_summer_is_one_place_with_its_word(self):
        table = rows(run_chart_table([date(2026, 6, 15), date(2026, 8, 31)], [92.0, 91.0], name="Lincoln", lower=[90, 90], upper=[93, 93]))
        assert list(table) == ["2026-06-15", "2026-08-24", "2026-08-31"]
        assert (table["2026-08-24"]["pause"], table["2026-08-24"]["lower"]) == ("summer", None)

    def test_a_chart_of_several_years_says_which_summer(self):
        table = run_chart_table([date(2025, 6, 16), date(2025, 9, 1), date(2026, 6, 15), date(2026, 8, 31)], [92.0] * 4, name="Lincoln")
        assert [row["pause"] for row in table.to_pylist() if row["pause"]] == ["summer 2025", "no school 2026", "summer 2026"]

    def test_a_long_closure_is_no_summer(self):
        table = run_chart_table([date(2026, 3, 2), date(2026, 4, 27)], [92.0, 91.0], name="Lincoln")
        assert [row["pause"] for row in table.to_pylist()] == [None, "no school", None]

    def test_a_value_that_did_not_come_is_a_gap_with_its_usual_range(self):
        row = run_chart_table(FALL, [92, 91, None, 90, 90, float("nan")], name="Lincoln", lower=[88] * 6, upper=[93] * 6).to_pylist()
        assert [each["state"] for each in row] == ["usual", "usual", None, "usual", "usual", None]
        assert row[2]["lower"] == 88 and row[2]["settled"] is None and row[5]["value"] is None

    def test_an_open_week_after_a_gap_hangs_on_nothing(self):
        table = run_chart_table(FALL[:3], [92, None, 90], name="Lincoln", states=["usual", None, "open"])
        assert [row["unsettled"] for row in table.to_pylist()] == [None, None, 90]

    def test_a_school_without_any_week_has_an_empty_table(self):
        assert run_chart_table([], [], name="Lincoln").num_rows == 0

    @pytest.mark.parametrize("weeks", [[date(2026, 9, 1)], [FALL[1], FALL[0]], [FALL[0], FALL[0]]])
    def test_weeks_that_are_no_mondays_in_order_are_refused(self, weeks):
        with pytest.raises(ValueError, match="Sort them and take the Monday of each"):
            run_chart_table(weeks, [1.0] * len(weeks), name="Lincoln")

    def test_an_unknown_state_is_refused_with_the_known_ones(self):
        with pytest.raises(ValueError, match="'steady'. Choose one of: usual, open, worsening, improving"):
            run_chart_table(FALL[:1], [92.0], name="Lincoln", states=["steady"])

    @given(st.data())
    def test_no_line_is_ever_drawn_across_a_week_that_is_not_there(self, data):
        numbers = data.draw(st.lists(st.integers(0, 90), unique=True, max_size=30).map(sorted))
        weeks = [MONDAY + timedelta(weeks=n) for n in numbers]
        values = data.draw(st.lists(st.none() | st.floats(0, 100), min_size=len(weeks), max_size=len(weeks)))
        states = data.draw(st.lists(st.sampled_from(STATES), min_size=len(weeks), max_size=len(weeks)))
        table = run_chart_table(weeks, np.array(values, float), name="Lincoln", states=np.array(states, object)).to_pylist()
        came = {f"{week:%Y-%m-%d}": value for week, value in zip(weeks, values)}

        assert [row["week"] for row in table] == sorted({*came, *(row["week"] for row in table)})
        assert {row["week"]: row["value"] for row in table if row["week"] in came} == came
        for row in table:
            assert row["week"] in came or row["value"] is row["settled"] is row["unsettled"] is None
        for row, after in zip(table, table[1:]):
            one_week = date.fromisoformat(after["week"]) - date.fromisoformat(row["week"]) == timedelta(weeks=1)
            assert one_week or after["pause"]
            firm, dotted = (row[line] is not None and after[line] is not None for line in ("settled", "unsettled"))
            both_came, one_is_open = row["value"] is not None and after["value"] is not None, "open" in (row["state"], after["state"])
            assert firm == (both_came and not one_is_open)
            assert dotted if both_came and one_is_open else firm or not dotted
        assert sum(row["pause"] is not None for row in table) == sum(b - a > LONG_BREAK for a, b in zip(numbers, numbers[1:]))


class TestPins:
    def test_pins_are_numbered_as_they_come_and_neighbours_do_not_lie_on_each_other(self):
        table = run_chart_table(FALL, VALUES, name="Lincoln", pins=[(FALL[3], "milestone"), (FALL[1], "step"), (FALL[1], "step")])
        told = [(row["pins"], row["pin_kinds"], row["pin_floors"]) for row in table.to_pylist() if row["pins"]]
        assert told == [("2 3", "step step", "0 1"), ("1", "milestone", "0")]

    def test_a_pin_on_any_day_stands_at_its_week(self):
        table = rows(run_chart_table(FALL, VALUES, name="Lincoln", pins=[(date(2026, 9, 10), "step")]))
        assert table["2026-09-07"]["pins"] == "1"

    def test_a_pin_in_the_summer_stands_at_the_summer_and_one_outside_the_chart_is_not_drawn(self):
        pins = [(date(2026, 7, 6), "step"), (date(2026, 1, 5), "step"), (date(2026, 12, 7), "step")]
        table = run_chart_table([date(2026, 6, 15), date(2026, 8, 31)], [92.0, 91.0], name="Lincoln", pins=pins)
        assert [row["pins"] for row in table.to_pylist()] == [None, "1", None]


class TestCoverage:
    """
    received  expected
    5         5         everything
    3         5         part: 3/5
    0         5         nothing
    (none)    5         nothing: silence is not data
    (none)    (none)    not expected
    """
    def test_each_square_has_its_state_and_says_how_much_is_missing(self):
        table = coverage_table(["Adams"] * 5, FALL[:5], [5, 3, 0, None, None], [5, 5, 5, 5, None])
        assert table["state"].to_pylist() == ["everything", "part", "nothing", "nothing", "not expected"]
        assert table["words"].to_pylist() == ["", "3/5", "0", "0", "–"]

    def test_schools_stand_in_the_order_given(self):
        assert coverage_grid()["encoding"]["y"]["sort"] is None
        assert "transform" not in coverage_grid()["layer"][1]


class TestDots:
    def test_a_school_that_sent_nothing_keeps_its_row_and_its_words(self):
        table = dots_table(["Adams", "Bell"], [None, 92.0], ["not sent", "92%"], reach=([None, 91.0], [None, 93.0]))
        assert table["words"].to_pylist() == ["not sent", "92%"] and table["state"].to_pylist() == [None, "usual"]
        assert "transform" not in dots("percent")["layer"][0] and "field" not in dots("percent")["layer"][0]["encoding"]["x"]

    def test_a_level_is_a_line_and_a_need_a_diamond(self):
        assert marks(dots("percent")) == ["rule", "rule", "point", "text"]
        assert dots("count", aim="need")["layer"][2]["mark"]["shape"] == "diamond"

    def test_the_line_runs_as_far_as_the_level_may_reach_or_from_made_to_needed(self):
        reach = dots_table(["Adams"], [89.1], ["89.1%"], reach=([88.0], [90.2])).to_pylist()[0]
        need = dots_table(["Adams"], [2], ["made 2, needs 5"], aims=[5]).to_pylist()[0]
        assert ((reach["from"], reach["to"]), (need["from"], need["to"])) == ((88.0, 90.2), (2, 5))


class TestBySize:
    """
    school   rests on   value   grey band
    Adams    900        89.1    90–93      below: named
    Bell     2,000      92.0    90–93      within
    """
    table = by_size_table(["Adams", "Bell"], [900, 2000], [89.1, 92.0], [90, 90], [93, 93], ["89.1%", "92%"], [-1, 0],
                          ["worsening", "usual"], whole=91.0, whole_name="all|together")

    def test_only_who_is_outside_the_band_is_named_and_the_whole_at_the_right_end(self):
        rows = self.table.to_pylist()
        assert [row["named"] for row in rows] == ["Adams", None]
        assert [(row["whole"], row["whole_name"]) for row in rows] == [(91.0, None), (91.0, "all|together")]

    def test_the_band_lies_below_the_line_and_the_points_above_it(self):
        assert marks(by_size("percent")) == ["rule", "rule", "area", "line", "text", "text", "point", "text", "text"]

    def test_a_point_says_its_school_value_band_and_what_it_rests_on(self):
        told = next(layer for layer in by_size("percent")["layer"] if layer["mark"]["type"] == "point")["encoding"]["tooltip"]
        assert [line["title"] for line in told] == ["school", "value", "grey band", "rests on"]

    def test_without_a_school_there_is_no_row(self):
        assert by_size_table([], [], [], [], [], [], [], whole=0, whole_name="all").num_rows == 0
