"""Something new, through the eyes of a principal: said on the Upload page, loaded at once, watched without leaving the page."""
from __future__ import annotations

from datetime import date

from tests.uploading import accept, drop_another, drop_in, own, plain, said, served, settled, show

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


def offers(at) -> list[str]:
    return [b.form_id.removeprefix("watch family_visits ") for b in at.form_submit_button if b.form_id.startswith("watch ")]


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

    def test_what_is_guessed_stands_there_to_be_changed(self, own):
        say_it_is_new(drop_in(own, VISITS, name="visits.csv"))
        assert (own.selectbox(key="school ").value, own.selectbox(key="date ").value) == ("A", "B")
        assert [own.selectbox(key=f"kind  {column}").value for column in "CDE"] == ["text", "minutes", "yes_no"]
        assert "yes, no, …: only yes and no" in said(own)
        assert own.radio(key="rows ").value == "repeats"

    def test_the_next_file_of_this_shape_is_known(self, own):
        drop_in(own, VISITS, name="visits.csv")
        accept(save(name_it(say_it_is_new(own))))
        drop_another(own, VISITS.replace("2026-11", "2026-10"), name="more visits.csv")
        assert "We read it as family visits" in said(own)

    def test_a_column_left_out_is_not_stored(self, own, empty_home):
        say_it_is_new(drop_in(own, VISITS, name="visits.csv"))
        own.selectbox(key="kind  C").select("-")
        accept(save(name_it(own)))
        source = frame._house(str(empty_home)).district.sources["family_visits"]
        assert [f.label for f in source.fields] == ["Campus", "Visited on", "Minutes", "Heard back"]

    def test_a_column_that_told_rows_apart_and_is_left_out_tells_nothing_apart_any_more(self, own, empty_home):
        say_it_is_new(drop_in(own, VISITS, name="visits.csv"))
        own.pills(key="unique ").set_value(["C"]).run()
        own.selectbox(key="kind  C").select("-").run()
        assert not own.exception
        accept(save(name_it(own)))
        assert frame._house(str(empty_home)).district.sources["family_visits"].key == ("campus", "visited_on")

    def test_what_was_said_wrong_is_changed_before_anything_is_accepted(self, own, empty_home):
        drop_in(own, VISITS, name="visits.csv")
        save(name_it(say_it_is_new(own)))
        assert "Change what you said about it" in [e.label for e in own.expander]
        say_it_is_new(own)
        assert own.text_input(key="label ").value == "Family visits"
        own.selectbox(key="kind  D").select("text")
        save(own)
        district = frame._house(str(empty_home)).district
        assert district.sources["family_visits"].field("minutes").kind == "text" and "family_visits_2" not in district.sources.by_name
        accept(own)
        assert "Minutes: mean" not in offers(own)

    def test_a_kind_without_a_calendar_says_why_it_has_no_number_yet(self, own):
        drop_in(own, VISITS, name="visits.csv")
        accept(save(name_it(say_it_is_new(own))))
        watch(own, "Minutes: mean", "neither")
        assert "It has no number yet: Headway does not know which days school was open." in said(own)

    def test_the_dictionary_knows_it_at_once(self, own):
        drop_in(own, VISITS, name="visits.csv")
        accept(save(name_it(say_it_is_new(own))))
        watch(own, "Minutes: mean", "neither")
        assert "Minutes: mean" in str([e.label for e in show(own, "dictionary").expander]) + said(own)


class TestWhatStopsIt:
    def test_what_is_not_said_is_asked_for_and_nothing_is_written(self, own, empty_home):
        say_it_is_new(drop_in(own, VISITS, name="visits.csv"))
        own.button(key="save ").click().run()
        assert "It has no name yet" in said(own) and "Nobody has said what one row is" in said(own)
        assert not [*(empty_home / "sources").iterdir()]

    def test_a_file_without_a_school_is_stopped_with_the_reason(self, own, empty_home):
        name_it(say_it_is_new(drop_in(own, "When,Seen\n2026-11-16,4\n2026-11-17,6\n")))
        own.button(key="save ").click().run()
        assert "No column says which school a row is about" in said(own) and not [*(empty_home / "sources").iterdir()]

    def test_a_file_without_a_day_is_about_one_that_is_named_and_so_is_the_next(self, own, empty_home):
        name_it(say_it_is_new(drop_in(own, "Campus,Books\nA,40\nB,60\n")), "Library books", "school's shelf")
        own.button(key="save ").click().run()
        assert "No column says which day a row is about" in said(own)
        own.selectbox(key="date ").select("one day").run()
        own.date_input(key="day_of_all ").set_value(date(2026, 11, 16))
        accept(save(own))
        store = frame._house(str(empty_home)).district.store
        assert store.rows('select campus, "date", books from live_library_books order by 1') == [("A", date(2026, 11, 16), 40), ("B", date(2026, 11, 16), 60)]
        drop_another(own, "Campus,Books\nA,41\nB,66\n")
        own.date_input(key="one_day ").set_value(date(2026, 11, 17))
        next(b for b in own.form_submit_button if "Use this day" in b.label).click()
        accept(settled(own))
        assert store.rows('select sum(books) from live_library_books') == [(207,)]

    def test_a_survey_of_one_school_is_about_the_one_that_is_named_and_the_next_is_asked_about_again(self, own, empty_home):
        """Adams: two of three families feel welcome; Bell's file comes a week later."""
        accept(drop_in(own, "School Code,School Name\nA,Adams\nB,Bell\n", name="schools.csv"))
        accept(drop_another(own, CALENDAR, name="calendar.csv"))
        survey = "Asked on,Feels welcome\n2026-11-16,yes\n2026-11-16,no\n2026-11-17,yes\n"
        name_it(say_it_is_new(drop_another(own, survey, name="survey.csv")), "Family visits", "one family")
        own.selectbox(key="school ").select("one school").run()
        own.button(key="save ").click().run()
        assert "No column says which school a row is about" in said(own)
        assert [plain(option) for option in own.selectbox(key="school_of_all ").options] == ["Adams (A)", "Bell (B)"]
        own.selectbox(key="school_of_all ").select("A")
        save(own)
        assert "3 rows are ready." in said(own) and "1 of 2 schools" in said(own)
        say_it_is_new(own)
        assert (own.text_input(key="label ").value, own.selectbox(key="school ").value, own.selectbox(key="school_of_all ").value) == ("Family visits", "one school", "A")
        accept(own)
        watch(own, "Feels welcome: share of yes", "higher")
        assert weekly(empty_home, "feels_welcome_share_of_yes") == {"A": (2, 3)}
        drop_another(own, survey.replace("no", "yes"), name="the next survey.csv")
        assert "We cannot read this file yet." in said(own) and "accept" not in [button.key for button in own.button]
        own.selectbox(key="one_school ").select("B")
        next(b for b in own.form_submit_button if "Use this school" in b.label).click()
        accept(settled(own))
        assert weekly(empty_home, "feels_welcome_share_of_yes") == {"A": (2, 3), "B": (3, 3)}

    def test_an_indicator_waits_until_it_is_said_what_is_better(self, own, empty_home):
        drop_in(own, VISITS, name="visits.csv")
        accept(save(name_it(say_it_is_new(own))))
        next(b for b in own.form_submit_button if b.form_id == "watch family_visits Minutes: mean").click().run()
        assert "Nobody has said yet whether more of it is better" in said(own) and not [*(empty_home / "definitions").iterdir()]

    def test_a_heading_that_tries_to_be_a_picture_is_shown_and_does_nothing(self, own):
        drop_in(own, "Campus,Day,![x](http://evil.example/y)\nA,2026-11-16,4\nA,2026-11-17,6\n")
        accept(save(name_it(say_it_is_new(own))))
        shown = [e.value for e in own.markdown] + [e.label for e in (*own.selectbox, *own.radio, *own.number_input, *own.expander)]
        assert not [text for text in shown if "![x](http" in text]
