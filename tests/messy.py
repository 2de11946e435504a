"""Spreadsheets as schools send them, by kind and seed, each with what is true about it. Shares no code with the product."""
from __future__ import annotations

from random import Random

from tests import messy_shapes, messy_sheets, messy_values          # each puts its kinds on the list
from tests.messy_plan import KINDS, Kind, Messy, Plan

assert messy_shapes and messy_sheets and messy_values
KINDS = dict(sorted(KINDS.items(), key=lambda item: item[1].number))
APART = {"student_rows", "google_form", "attendance_codes", "unquoted_commas", "grades", "half_swapped_dates", "periods_across"}       # alone they leave no room for another kind
LAST = {"sent_again", "duplicate_keys", "marks", "errors_and_formulas", "no_school_days", "unknown_school"}      # they keep the rows drawn before


def case(kind: int | str, seed: int) -> Messy:
    """One file of a kind, which is named by its word or by its number in the list of cases."""
    found = KINDS[kind] if isinstance(kind, str) else next(one for one in KINDS.values() if one.number == kind)
    return _written(found.name, [found], found.forms[seed % len(found.forms)], Random(f"{found.name} {seed}"))


def mixture(seed: int) -> Messy:
    """Two or three kinds in one file, where none undoes another."""
    rng = Random(f"mixture {seed}")
    kinds = [kind for kind in KINDS.values() if kind.name not in APART]
    wanted, chosen = rng.choice([2, 3]), [rng.choice(kinds)]
    for other in rng.sample(kinds, len(kinds)):
        if len(chosen) < wanted and _goes_with(other, chosen):
            chosen.append(other)
    forms = [form for form in chosen[0].forms if all(form in kind.forms for kind in chosen)]
    chosen.sort(key=lambda kind: (kind.name in LAST, kind.name == "sent_again"))
    return _written(" + ".join(kind.name for kind in chosen), chosen, rng.choice(forms), rng)


def _goes_with(other: Kind, chosen: list[Kind]) -> bool:
    books = {kind.workbook for kind in (other, *chosen)} - {None}
    return (all(other.touches.isdisjoint(kind.touches) for kind in chosen) and len(books) < 2
            and any(all(form in kind.forms for kind in chosen) for form in other.forms))


def _written(name: str, kinds: list[Kind], form: str, rng: Random) -> Messy:
    book = next((kind.workbook for kind in kinds if kind.workbook is not None), rng.random() < 0.5)
    plan = Plan.drawn(rng, form, book)
    for kind in kinds:
        kind.do(plan)
    return plan.messy(name)
