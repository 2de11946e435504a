"""What is said of schools beside each other and of the weeks to come: plain sentences, names that do nothing, no word of statistics."""
from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from tests.standings import AS_OF, DEFINITIONS
from tests.test_words import flat

from indicators import comparing_words as schools_said
from indicators import outlook_words as said
from indicators.comparing import Ahead, Alike, Asked, Compared, Comparison
from indicators.outlook import Chance
from indicators.trend import Assurance, Variation

ATTENDANCE, VISITS = DEFINITIONS["attendance_rate"], DEFINITIONS["coaching_visits"]
WEEKS = (date(2026, 9, 21), date(2026, 11, 9))
JUNE = Ahead(date(2027, 6, 7), 26, 20, 89.21, 92.94, Chance.UNLIKELY, None)
STATISTICS = re.compile(r"funnel|interval|confiden|dispers|standard (deviation|error)|sigma|significan|variance|regress|\bmean\b|median|bonferroni|p-value", re.I)


def school(name: str, value: float, low: float | None, high: float | None, outside: int = 0, moving: Variation | None = None) -> Compared:
    return Compared(name, name, value, 9000.0, low, high, outside, moving)


def beside(*schools: Compared, band: bool) -> Comparison:
    return Comparison(WEEKS, schools, 91.0, band, 0)


FORTY = beside(*[school(f"S{n}", 91, 88, 94) for n in range(37)], school("Lincoln", 86.1, 88, 94, -1, Variation.WORSENING),
               school("Adams", 87.0, 88, 94, -1), school("Bell", 96.1, 88, 94, 1), band=True)
FIVE = beside(school("Adams", 92, 91, 93), school("Lincoln", 89, 88, 90), school("Roosevelt", 94, 93.5, 95), band=False)
ALIKE = Alike(school("Lincoln", 91.1, 90, 92), ("Bell", "Carver", "Hughes"), (school("Bell", 96.1, 95, 97), school("Hughes", 94.0, 93, 95)),
              "elementary", True, True, WEEKS)


class TestTheWeeksToCome:
    def test_target_word_and_where_it_lands_are_said_in_two_sentences(self):
        assert flat(said.outlook(JUNE, ATTENDANCE, AS_OF)) == (
            "**Target 94% by the week of 7 Jun: unlikely.** If recent weeks continue, that week lands between 89.2% and 92.9% (8 in 10).")

    def test_the_first_week_that_might_meet_it_is_named_and_never_a_day_on_which_it_will(self):
        possible = replace(JUNE, high=94.5, chance=Chance.POSSIBLE, not_before=date(2027, 1, 11))
        assert flat(said.outlook(possible, ATTENDANCE, AS_OF)).endswith("(8 in 10). Not before the week of 11 Jan.")

    def test_where_the_usual_range_says_otherwise_it_says_what_it_depends_on(self):
        possible, likely = replace(JUNE, chance=Chance.POSSIBLE), replace(JUNE, chance=Chance.LIKELY)
        assert "possible by its recent weeks, not by its usual range.**" in said.outlook(possible, ATTENDANCE, AS_OF, Assurance.WILL_MISS)
        assert "unlikely by its recent weeks, though its usual range meets it.**" in said.outlook(JUNE, ATTENDANCE, AS_OF, Assurance.WILL_MEET)
        for ahead, stays in ((JUNE, Assurance.WILL_MISS), (likely, Assurance.WILL_MEET), (possible, Assurance.MAY_MEET)):
            assert " by its recent weeks" not in said.outlook(ahead, ATTENDANCE, AS_OF, stays)

    def test_under_twelve_weeks_it_is_too_early_to_say(self):
        early = replace(JUNE, low=None, high=None, used=7, chance=Chance.TOO_EARLY)
        assert said.outlook(early, ATTENDANCE, AS_OF) == (
            "**Too early to say where it will be in June.** Seven recent weeks can be judged; it takes twelve.")
        assert said.outlook(replace(early, week=None), ATTENDANCE, AS_OF).startswith("**Too early to say where it will be.**")

    def test_where_nobody_says_when_the_year_ends_weeks_are_counted(self):
        unnamed = replace(JUNE, week=None, weeks=8)
        assert flat(said.outlook(unnamed, ATTENDANCE, AS_OF)).startswith("**Target 94% in eight school weeks: unlikely.** If recent weeks continue, that week lands")

    def test_without_a_target_it_only_lands(self):
        free = replace(ATTENDANCE, target=None)
        assert flat(said.outlook(replace(JUNE, chance=Chance.NONE), free, AS_OF)) == (
            "If recent weeks continue, the week of 7 Jun lands between 89.2% and 92.9% (8 in 10).")
        assert said.heading(free) == "Where it is heading"

    def test_what_may_be_anything_is_said_to_be_and_what_never_moves_has_one_number(self):
        assert "could be anything" in said.outlook(replace(JUNE, low=0.0, high=100.0), ATTENDANCE, AS_OF)
        assert "lands at 100%" in said.outlook(replace(JUNE, low=100.0, high=100.0), ATTENDANCE, AS_OF)

    @pytest.mark.parametrize("chance", Chance)
    def test_every_chance_has_its_word_or_says_nothing(self, chance):
        assert said.chance(chance) in ("likely", "possible", "unlikely", "")

    @pytest.mark.parametrize(("gained", "now", "sentence"), [
        (0.4, 89.2, "In the same weeks last year it was 90.7%, and similar schools have risen by 0.4 points since: 91.1% could be expected, and it is 89.2%."),
        (-1.0, 90.0, "In the same weeks last year it was 90.7%, and similar schools have fallen by 1 point since: 89.7% could be expected, and it is 90%."),
        (0.01, 90.0, "In the same weeks last year it was 90.7%, and similar schools are where they were: 90.7% could be expected, and it is 90%.")])
    def test_what_could_be_expected_is_told_by_the_numbers_as_they_are_shown(self, gained, now, sentence):
        assert flat(said.asked(Asked(90.7, gained, now, WEEKS), ATTENDANCE)) == sentence


class TestManySchools:
    def test_those_outside_the_band_are_named_by_side_with_how_many_chance_gives(self):
        assert flat(schools_said.differ(FORTY, ATTENDANCE)) == (
            "**3 of 40 schools differ more than schools usually do:** Lincoln (86.1%) and Adams (87%) below the grey band, Bell (96.1%) above the grey "
            "band. Chance alone would give fewer than one. Moving just now, so its place may not last: Lincoln (▼ worsening).")

    def test_nobody_outside_is_said_as_plainly(self):
        assert schools_said.differ(beside(*[school(f"S{n}", 91, 88, 94) for n in range(12)], band=True), ATTENDANCE) == (
            "**None of 12 schools differs more than schools usually do.**")

    def test_of_many_schools_chance_gives_some(self):
        many = beside(*[school(f"S{n}", 91, 88, 94, -1 if n < 6 else 0) for n in range(120)], band=True)
        assert schools_said.differ(many, ATTENDANCE).endswith("six schools below the grey band. Chance alone would give about two.")


class TestFewSchools:
    def test_two_differ_where_their_levels_do_not_touch(self):
        assert schools_said.differ(FIVE, ATTENDANCE) == (
            "**Of these three schools, some differ by more than their weeks vary:** Lincoln (89%) lies below Adams (92%) and Roosevelt (94%); "
            "Adams (92%) lies below Roosevelt (94%).")
        assert schools_said.differ(replace(FIVE, schools=(*FIVE.schools, school("Bell", 91, 90, 92))), ATTENDANCE).endswith(
            " Of any other two nobody can say which is ahead.")

    def test_touching_levels_are_no_difference(self):
        assert schools_said.differ(beside(school("Adams", 92, 90, 94), school("Bell", 90, 88, 92), band=False), ATTENDANCE) == (
            "**These two schools do not differ by more than their own weeks vary.**")
        same = [school(name, 92, 90, 94) for name in ("Adams", "Bell", "Cole")]
        assert schools_said.differ(beside(*same, band=False), ATTENDANCE) == "**No two of these three schools differ by more than their own weeks vary.**"

    def test_of_many_pairs_only_the_lowest_are_named(self):
        eight = beside(*[school(f"S{n}", 10 * n, 10 * n - 1, 10 * n + 1) for n in range(1, 9)], band=False)
        assert schools_said.differ(eight, ATTENDANCE).endswith("S4 (40%) lies below S5 (50%), S6 (60%), S7 (70%) and S8 (80%); three more schools lie below others.")

    def test_of_many_schools_outside_the_band_the_five_furthest_are_named_and_no_band_goes_beyond_all(self):
        many = beside(*[school(f"S{n}", 80 - n, 88, 104, -1) for n in range(30)], band=True)
        drawn = schools_said.drawn(many, ATTENDANCE)
        assert [name for name in drawn["named"].to_pylist() if name] == [f"S{n}" for n in range(25, 30)]
        assert set(drawn["upper"].to_pylist()) == {100.0} and schools_said.as_table(many)["Band to"][0] == 104

    def test_nothing_is_ranked(self):
        assert schools_said.drawn(FIVE, ATTENDANCE)["school"].to_pylist() == ["Adams", "Lincoln", "Roosevelt"]

    def test_why_schools_are_not_compared_is_said(self):
        assert "over several weeks" in schools_said.not_compared(VISITS)
        assert "grows with the school" in schools_said.not_compared(replace(VISITS, window="week"))
        assert "no two schools" in schools_said.not_compared(ATTENDANCE)


class TestWhomToAsk:
    def test_similar_schools_that_do_better_are_named_with_their_numbers_and_by_what_they_are_alike(self):
        assert flat(schools_said.whom_to_ask(ALIKE, ATTENDANCE)) == (
            "**Two similar schools do better: whom to ask.** Bell 96.1% and Hughes 94%, against 91.1% here, over two judged weeks. Similar means "
            "elementary, about as large, about as many students in need.")

    def test_nobody_better_and_nobody_similar_are_two_statements(self):
        assert schools_said.whom_to_ask(replace(ALIKE, better=()), ATTENDANCE).startswith("**None of three similar schools does clearly better.**")
        assert schools_said.whom_to_ask(replace(ALIKE, better=(), similar=()), ATTENDANCE).startswith("**No school here is similar to it.**")

    def test_what_the_list_of_schools_does_not_say_is_not_claimed(self):
        assert schools_said.whom_to_ask(replace(ALIKE, by_need=False), ATTENDANCE).endswith("Similar means elementary, about as large.")
        assert schools_said.whom_to_ask(replace(ALIKE, level=None, by_size=False, by_need=False), ATTENDANCE).endswith("neither its level, its size nor its need.")


def test_no_word_of_statistics_is_on_screen_not_even_where_it_is_explained():
    everything = [*(said.outlook(replace(JUNE, chance=chance), ATTENDANCE, AS_OF) for chance in Chance), *said.how(JUNE, Asked(90, 1, 91, WEEKS)),
                  *(word for found in (FORTY, FIVE) for word in (
                      schools_said.differ(found, ATTENDANCE), schools_said.picture(found, AS_OF), schools_said.picture_alt(found, ATTENDANCE),
                      schools_said.how(found), *schools_said.as_table(found))),
                  schools_said.whom_to_ask(ALIKE, ATTENDANCE), schools_said.how_alike(ALIKE, AS_OF)]
    assert [word for word in everything if STATISTICS.search(word)] == []


def test_how_we_know_names_the_rules_by_their_source():
    assert "Spiegelhalter’s (2005)" in schools_said.how(FORTY) and "half-trend" in said.how(JUNE, None)[0]
    assert "Newcombe 1998" in schools_said.how_alike(ALIKE, AS_OF)


def test_a_schools_name_does_nothing_in_any_sentence():
    evil = school("![x](http://evil.example/y)", 86.1, 84, 85, -1, Variation.WORSENING)
    sentences = [schools_said.differ(beside(evil, school("Bell", 91, 90, 92), band=band), ATTENDANCE) for band in (True, False)]
    sentences += [schools_said.whom_to_ask(replace(ALIKE, better=(evil,)), ATTENDANCE), schools_said.how_alike(replace(ALIKE, similar=(evil.school,)), AS_OF)]
    assert all("![x](" not in sentence and "](http" not in sentence for sentence in sentences)
