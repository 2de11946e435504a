"""A school's name is shown as it is written, whatever is written."""
import re

import pytest
from hypothesis import given, strategies as st
from indicators.escape import JOINER, escaped

# What Streamlit 1.67 looks for in finished text, where backslashes are already gone.
FOUND_AFTERWARDS = [
    r"(?i)(https?://|www(?=\.))[-.\w]+",
    r"[-.\w+]+@[-\w]+(\.[-\w]+)+",
    r":\+1:|:-1:|:[\w-]+:|:material[_/]\w+:",
    r"(^|\s)(<->|->|<-|--|>=|<=|~=)(\s|$)",
]
NASTY = st.lists(st.sampled_from([
    "Lincoln", " ", "\n", "![x](", "http://", "https://x.example/a.png", ")", "[", "]", "<img src=x>", "www.", "WWW.x.org", "a@b.co",
    ":red[", ":smile:", ":+1:", ":material/home:", ":streamlit:", "$x$", "`", "**", "_", "~~", "|", "#", "1.", "2)", "-", "->", "--",
    "<->", ">=", "===", "&amp;", "\\", "[^1]", "{", "}", "\u202e", "\u2060", "\ufeff", "\x00", "\ud800", "é", "学校"]), max_size=8).map("".join)


def shown(markdown: str) -> str:
    """What a reader gets: Markdown drops the backslash before a mark."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", markdown)


@pytest.mark.parametrize("name", ["Lincoln", "P.S. 101", "St. Mary's K-8", "Nuñez Elementary, North/South", "No. 5 (annex)", "R&D: 8:15"])
def test_an_ordinary_name_reads_as_it_was_written(name):
    assert shown(escaped(name)).replace(JOINER, "") == name


def test_a_name_that_is_an_image_fetches_nothing():
    assert escaped("![x](http://e.example/a.png)") == rf"\!\[x\]\(http\:{JOINER}//e.example/a.png\)"


@pytest.mark.parametrize("name, start", [("1. Lincoln", r"1\."), ("- Lincoln", r"\-"), ("# Lincoln", r"\#"), ("=== ", r"\=")])
def test_a_name_at_the_start_of_a_line_is_no_list_and_no_heading(name, start):
    assert escaped(name).startswith(start)


@given(st.text() | NASTY)
def test_every_mark_is_behind_a_backslash(name):
    rest = re.sub(r"\\[!-/:-@\[-`{-~]", "", escaped(name))
    assert not re.search(r"[\\`*_{}\[\]()<>!|~$&:@#^\n\r\t]", rest)


@given(st.text() | NASTY)
def test_nothing_is_left_that_streamlit_turns_into_a_link_an_emoji_or_an_arrow(name):
    for pattern in FOUND_AFTERWARDS:
        assert not re.search(pattern, shown(escaped(name)), re.ASCII)


@given(st.text() | NASTY)
def test_the_words_stay_the_words(name):
    kept = shown(escaped(name)).replace(JOINER, "")
    assert kept == " ".join(re.sub("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u200b\u202a-\u202e\u2060-\u2069\ud800-\udfff\ufeff]", "", name).split())


@given(st.text(alphabet="\u202a\u202e\u2066\u200b\x00\ud800Ab"))
def test_a_name_cannot_turn_the_text_around_it(name):
    assert escaped(name) == re.sub("[^Ab]", "", name)
