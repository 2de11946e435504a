"""The second time a shape comes nothing is asked but what is new each time: which days a sheet is about."""
from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from statistics import median

import pytest

from data import grid
from tests.messy import KINDS, case
from tests.messy_judge import _answered, opened

ASKED_EACH_TIME = {"days", "date", "years", "older"}
CLEAN = ("leading_zeros", "title_rows", "totals", "marks", "footnotes", "phantom_cells", "cp1252", "unicode_text", "multi_line", "grades")


@pytest.fixture(scope="module")
def listed(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("again") / "home") as district:
        yield district


@lru_cache(maxsize=None)
def asked_twice(district, kind: str) -> tuple[list[str], list[str]]:
    """The keys of the questions the first time, and those that are still asked once its answers were accepted; the load is undone."""
    messy = case(kind, 1)
    upload = district.receive(messy.content, messy.file_name, by="school", at=messy.at)
    cells = grid.read(upload)
    understood, asked, stuck = _answered(district, messy, upload, cells)
    if stuck or understood.prepared.stopped:
        return asked, []
    load = district.accept(understood, at=messy.at)
    upload = district.receive(messy.content, messy.file_name, by="school", at=messy.at)
    again = district._understand(replace(upload, sha256="0" * 64), {}, cells)       # as if one byte nobody sees were another
    district.undo(load, by="school", at=messy.at)
    return asked, [question.key for question in again.prepared.questions]


@pytest.mark.parametrize("kind", KINDS)
def test_a_shape_that_was_answered_is_not_asked_again(kind, listed):
    first, second = asked_twice(listed, kind)
    assert {key.partition(":")[0] for key in second} <= ASKED_EACH_TIME and {*second} <= {*first}


@pytest.mark.parametrize("kind", CLEAN)
def test_a_clean_file_brings_no_question_but_on_days_that_nothing_tells(kind, listed):
    first, _ = asked_twice(listed, kind)
    assert {key.partition(":")[0] for key in first} <= {"dates"}


def test_the_median_file_brings_one_question_at_most(listed):
    assert median(len(asked_twice(listed, kind)[0]) for kind in KINDS) <= 1
