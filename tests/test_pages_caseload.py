"""The director's agenda on the page Caseload: whom to visit first and for what, decided with one click."""
from __future__ import annotations

import json

import pytest
from tests.driving import on_this_computer, said, show  # noqa: F401: a fixture
from tests.test_pages_overview import app, attendance, calls, caseload, decide, files  # noqa: F401: fixtures

from pages import frame

DANA = "Dana Whitfield"
NOTHING = "Nothing at these schools changed lastingly for the worse."


@pytest.fixture
def page(app):  # noqa: F811
    return lambda director=DANA, **filters: show(app, "caseload", director=director, **filters)


SHARED = "families_reached_within_2_days caseload Dana Whitfield worsening 2026-11-02"


class TestTheDirectorsAgenda:
    def test_the_lead_visits_first_for_what_leads_the_agenda(self, page, files):  # noqa: F811
        at = page()
        assert "**Visit Lincoln first, for attendance.**" in said(at)
        assert at.subheader[0].value.startswith(f"Lincoln: attendance {attendance(files, '0204')[2]}")
        assert at.subheader[1].value.startswith(f"Dana Whitfield’s schools: families reached {calls(files, *caseload(files, DANA))[2]}")
        assert "Two schools together: Washington and Lincoln." in said(at)

    def test_the_rows_stand_in_the_order_of_the_visits_and_say_for_what(self, page):
        at = page()
        assert [heading.value for heading in at.subheader][3:5] == ["Lincoln", "Washington"]
        assert "For attendance; with one other, for families reached" in said(at) and "Visit second" not in said(at)

    def test_what_merely_left_its_usual_range_is_said_quietly(self, page):
        at = page()
        assert ":small[:gray[Outside the usual range just now: one worse]]" in said(at)
        assert "▼ and ▲ left it, and what lasts is on the agenda" in said(at)

    def test_chance_is_told_for_the_lines_of_these_five_schools(self, page):
        assert ("25 lines are watched, a line being one indicator at one school. If nothing changed anywhere, chance alone would light about two new ones "
                "in a school year: take each as a question, not a verdict.") in said(page())

    def test_where_nothing_changed_one_sentence_says_so(self, page):
        at = page("Elena Castellanos")
        assert "**Nobody stands out.** Nothing at these five schools changed lastingly for the worse." in said(at)
        assert f"{NOTHING} 25 lines are watched" in said(at) and "Visit first" not in said(at)
        assert not [button for button in at.button if button.label in ("We act", "Celebrate")]

    def test_what_got_better_has_its_own_place_and_is_celebrated_with_one_click(self, page):
        at = page()
        assert at.header[1].value == "Worth celebrating" and at.subheader[2].value.startswith("Roosevelt: submitted on time")
        next(button for button in at.button if button.label == "Celebrate").click().run()
        assert "Worth celebrating" not in [heading.value for heading in at.header]
        assert at.dataframe[0].value[["Where", "Decision"]].values.tolist() == [["Roosevelt", "celebrated"]]

    def test_what_was_decided_here_is_gone_from_this_week_and_the_next_school_is_first(self, page, app):  # noqa: F811
        at = page()
        decide(at, "act", "The director visits on Friday")
        assert "Lincoln: attendance" not in said(at) and "**Visit Washington first, for families reached.**" in said(at)
        assert at.dataframe[0].value["Why"].tolist() == ["The director visits on Friday"]
        show(app, "this_week")
        assert "Lincoln: attendance" not in said(app)

    def test_a_decision_about_a_shared_line_names_each_of_its_schools_in_the_ledger(self, page):
        at = page()
        decide(at, "watch", "", SHARED)
        ((detail,),) = frame.house().district.store.rows("select detail from event where kind = 'decision'")
        assert [about["place"] for about in json.loads(detail)["about"]] == ["0303", "0204"]
        assert "Families reached slipped" not in said(at)

    def test_when_all_was_decided_nobody_stands_out(self, page):
        at = page()
        decide(at, "act", "")
        decide(at, "act", "", SHARED)
        assert "**Nobody stands out.** What changed lastingly at these five schools has been decided about." in said(at)
        assert len(at.dataframe[0].value) == 2
