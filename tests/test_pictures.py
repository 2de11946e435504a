"""A word-sized picture is drawn from the numbers, reads on both pages, and takes its name from data unharmed."""
import re
import tomllib
from base64 import b64decode
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, strategies as st
from indicators.pictures import MARKS, picture

STATUSES = list(MARKS)
VALUES = [91.6, 91.9, 91.3, 90.2, 89.8, 89.1]
MIDDLE = st.none() | st.just(float("nan")) | st.floats(-1e6, 1e6)


def drawn(markdown: str) -> ElementTree.Element:
    """The picture inside the Markdown image."""
    return ElementTree.fromstring(b64decode(re.fullmatch(r"!\[.*\]\(data:image/svg\+xml;base64,([\w+/=]+)\)", markdown)[1]))


def paths(markdown: str) -> list[str]:
    return [element.get("d") for element in drawn(markdown).iter("{http://www.w3.org/2000/svg}path")]


def luminance(colour: str) -> float:
    parts = [int(colour[at:at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_range_target_line_and_mark_lie_in_this_order():
    band, target, line, mark = paths(picture(VALUES, 90.4, 92.8, 94.0, "worsening", alt="Lincoln"))
    assert band.endswith("z") and target.startswith("M0 ") and line.count("M") == 1 and mark.endswith("h-11z")


def test_a_week_that_did_not_come_leaves_a_gap():
    *_, line, mark = paths(picture([1, 2, None, 3, 4], None, None, None, "steady", alt="Lincoln"))
    assert line.count("M") == 2


def test_a_week_between_two_gaps_is_a_dot():
    line, _ = paths(picture([1, 2, None, 3, None, 5, 6], None, None, None, "steady", alt="Lincoln"))
    assert line.count("h0") == 1


def test_the_mark_stands_at_the_last_week_that_came():
    line, mark = paths(picture([1, 2, 3, None], None, None, None, "steady", alt="Lincoln"))
    assert mark.split("m")[0][1:] == " ".join(line.split()[-2:])


def test_a_week_that_is_still_open_hangs_on_by_dots_and_a_ring():
    image = drawn(picture([3, 2, 3], None, None, None, "open", alt="Lincoln"))
    assert [e.get("stroke-dasharray") for e in image.iter("{http://www.w3.org/2000/svg}path")] == [None, ".1 3.2"]
    assert image.find("{http://www.w3.org/2000/svg}circle").get("fill") == "none"


def test_a_range_that_moves_is_drawn_as_it_moves():
    level, moving = (paths(picture(VALUES, lower, 92.8, None, "steady", alt=""))[0] for lower in (90.4, [90, 90.1, 90, 90.2, 90, 90]))
    assert len(moving) > len(level)


def test_too_early_has_no_range():
    assert len(paths(picture([41, 42], None, None, None, "too early", alt=""))) == 2


def test_nothing_came_so_nothing_is_drawn_but_the_target():
    assert len(paths(picture([None, None], None, None, 94.0, "too early", alt=""))) == 1
    assert paths(picture([], None, None, None, "too early", alt="")) == []


def test_the_same_range_puts_the_same_number_at_the_same_height():
    heights = [paths(picture(values, None, None, None, "steady", alt="", y_range=(0, 10)))[-1].split("m")[0].split()[1]
               for values in ([1, 5], [9, 8, 5])]
    assert heights[0] == heights[1]


def test_the_marks_are_told_apart_without_colour():
    shapes = {re.sub(r"(fill|stroke)=\"#\w+\"", "", mark) for mark in MARKS.values()}
    assert len(shapes) == 4


@pytest.mark.parametrize("page", ["light", "dark"])
def test_every_line_and_mark_holds_three_to_one_on_both_pages(page):
    theme = tomllib.loads((Path(__file__).parents[1] / ".streamlit" / "config.toml").read_text())["theme"][page]
    for colour in set(re.findall(r"#\w{6}", "".join(MARKS.values()))):
        assert contrast(colour, theme["backgroundColor"]) >= 3, colour


@pytest.mark.parametrize("alt", ["a](http://e.example)", "![x](y)", "`a`", "a\nb", "\\"])
def test_a_name_in_the_alternative_text_stays_text(alt):
    image = picture([1, 2], None, None, None, "steady", alt=alt)
    bare = re.sub(r"\\.", "", image)
    assert bare.count("](") == 1 and bare.count("[") == 1 and "\n" not in image and "`" not in bare


@given(st.lists(MIDDLE, max_size=40), MIDDLE, MIDDLE, MIDDLE, st.sampled_from(STATUSES), st.none() | st.just((0.0, 1.0)))
def test_every_picture_is_whole_and_stays_inside_its_frame(values, lower, upper, target, status, y_range):
    image = drawn(picture(values, lower, upper, target, status, alt="Lincoln", width=136, height=54, y_range=y_range))
    assert (image.get("width"), image.get("height")) == ("136", "54")
    for element in image.iter("{http://www.w3.org/2000/svg}path"):
        numbers = [float(number) for number in re.findall(r"-?\d+\.\d", element.get("d").split("m")[0])]
        assert all(0 <= number <= 136 for number in numbers)
        if "H" not in element.get("d") and "m" not in element.get("d"):
            assert all(number <= 54 for number in numbers[1::2])


@given(st.lists(st.none() | st.floats(0, 100), min_size=1, max_size=30), st.sampled_from(STATUSES))
def test_the_line_has_a_piece_for_each_run_of_weeks_that_came(values, status):
    runs = "".join(" " if value is None else "x" for value in values).split()
    alone = bool(runs) and len(runs[-1]) == 1 and status in ("too early", "open")     # the ring itself is the week
    assert "".join(paths(picture(values, None, None, None, status, alt=""))[:1]).count("M") == len(runs) - alone
