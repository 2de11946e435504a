"""What a chart of weeks shows of what its numbers must be taken with."""
from __future__ import annotations

import json
from datetime import date

from tests.test_charts import FALL, VALUES, layer

from indicators.charts import run_chart, run_chart_table


class TestWeeksWithMissingDays:
    """
    week of    31 Aug   7 Sep              14 Sep
    value      92       91.7, or 55–95     91.2
    """
    table = run_chart_table(FALL[:3], VALUES[:3], name="Lincoln", low=[None, 55.0, None], high=[None, 95.0, None], y_range=(88, 95))
    upright = next(each for each in run_chart("percent", target=False)["layer"] if "datum.low" in json.dumps(each["encoding"].get("y", {})))

    def test_an_upright_line_runs_between_what_the_week_can_still_become(self):
        assert [(row["low"], row["high"]) for row in self.table.to_pylist()] == [(None, None), (55, 95), (None, None)]
        assert "datum.low" in self.upright["encoding"]["y"]["value"]["expr"] and "datum.high" in self.upright["encoding"]["y2"]["value"]["expr"]

    def test_it_is_cut_off_at_the_ends_and_does_not_stretch_the_scale(self):
        first = self.table.to_pylist()[0]
        assert (first["from"], first["to"]) == (88, 95)
        assert "field" not in self.upright["encoding"]["y"] and "clamp(" in self.upright["encoding"]["y"]["value"]["expr"]

    def test_the_point_says_it_for_ear_and_pointer(self):
        points = layer(run_chart("percent", target=False), mark="point", y="value")
        assert [line["title"] for line in points["encoding"]["tooltip"]][-1] == "could still become"


class TestARangeThatStartsAnew:
    RANGE = {"lower": [90.0] * 3 + [88.0] * 3, "upper": [94.0] * 3 + [92.0] * 3}

    def test_the_band_is_interrupted_with_a_word_and_the_newest_range_is_told_where_it_begins(self):
        table = run_chart_table(FALL, VALUES, name="Lincoln", anew=[FALL[3]], **self.RANGE).to_pylist()
        assert [row["stretch"] for row in table] == ["0", "0", "0", "1", "1", "1"]
        assert [row["week"] for row in table if row["anew"]] == [f"{FALL[3]}"] and table[3]["anew"] == "usual range anew"
        assert [(row["range_low"], row["range_high"]) for row in table] == [(None, None)] * 3 + [(88.0, 92.0)] + [(None, None)] * 2
        band = next(each for each in run_chart("percent", target=False)["layer"] if each["mark"]["type"] == "area")
        assert band["encoding"]["detail"]["field"] == "stretch"

    def test_on_a_day_without_school_it_begins_with_the_next_week_of_school(self):
        table = run_chart_table([date(2026, 6, 15), *FALL], [92.0, *VALUES], name="Lincoln", anew=[date(2026, 7, 6)]).to_pylist()
        assert [(row["week"], row["pause"]) for row in table if row["anew"]] == [("2026-08-31", None)]
        assert [row["stretch"] for row in table][:3] == ["0", "0", "1"]

    def test_while_the_new_range_is_not_known_no_range_is_told(self):
        table = run_chart_table(FALL, VALUES, name="Lincoln", anew=[FALL[3]], lower=[90.0] * 3 + [None] * 3, upper=[94.0] * 3 + [None] * 3)
        assert table["range_low"].null_count == 6
