"""Something new, through the eyes of a principal: said on the Upload page, loaded at once, watched without leaving the page."""
from __future__ import annotations

from tests.uploading import accept, drop_another, drop_in, own, said, served, settled, show

from pages import frame

__all__ = ["own", "served"]      # fixtures
DAYS = [f"2026-11-{day}" for day in (16, 17, 18, 19, 20)]
CALENDAR = "date,open\n" + "".join(f"{day},yes\n" for day in DAYS)
# Two schools; Adams is visited every day and hears back on three, Bell on two days and never.
VISITS = "Campus,Visited on,Who came,Minutes,Heard back\n" + "".join(
    f"A,{day},Dana,{10 * at},{'yes' if at <= 3 else 'no'}\n" for at, day in enumerate(DAYS, 1)) + "B,2026-11-16,Noor,30,no\nB,2026-11-17,Noor,50,no\n"


def say_it_is_new(at, sheet: str = ""):
    at.session_state[f"new {sheet}"] = True
    return at.run()


def name_it(at, label: str = "Family visits", one_row: str = "one visit", sheet: str = ""):
    at.text_input(key=f"label {sheet}").set_value(label)
    at.text_input(key=f"row {sheet}").set_value(one_row)
    return at


def save(at, sheet: str = ""):
    at.button(key=f"save {sheet}").click()
    return settled(at)


def watch(at, label: str, better: str, target: float | None = None):
    at.radio(key=f"better {label}").set_value(better)
    if target is not None:
        at.number_input(key=f"target {label}").set_value(target)
    form = next(b for b in at.form_submit_button if b.form_id == f"watch family_visits {label}")
    form.click()
    at.run()
    assert not at.exception
    return at


def weekly(home, indicator: str) -> dict[str, tuple[float, float]]:
    rows = frame._house(str(home)).district.store.rows("select school_id, numerator, denominator from weekly where indicator = ? order by 1", indicator)
    return {school: (numerator, denominator) for school, numerator, denominator in rows}


class TestFamilyVisits:
    def test_a_file_nobody_knows_is_named_loaded_and_watched_without_leaving_the_page(self, own, empty_home):
        accept(drop_in(own, CALENDAR, name="calendar.csv"))
        drop_another(own, VISITS, name="visits.csv")
        assert "We cannot read this file yet." in said(own)
        save(name_it(say_it_is_new(own)))
        assert "7 rows are ready." in said(own) and "We read it as family visits, week of 16 Nov, 2 schools." in said(own)
        accept(own)
        assert "What should be watched from it?" in said(own)
        watch(own, "Heard back: share of yes", "higher", 80.0)
        assert weekly(empty_home, "heard_back_share_of_yes") == {"A": (3, 5), "B": (0, 2)}
        assert "Heard back: share of yes** is watched." in said(own)
        assert "2 schools have a number, the newest for the week of 16 Nov." in said(own)
        show(own, "school", school="A", indicator="Heard back: share of yes")
        assert "60%" in said(own) and "target 80%" in said(own)
