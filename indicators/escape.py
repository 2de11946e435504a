"""Text that came from data, made inert for Streamlit's Markdown: it is shown as it is and does nothing."""
from __future__ import annotations

import re

# Zero width, no line break. Streamlit turns finished text into links, emoji, icons and arrows after
# the backslashes are gone, so those need something that stands between their characters.
JOINER = "\u2060"

# Controls, half characters, and what reverses or hides the text around it; white space stays.
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u200b\u202a-\u202e\u2060-\u2069\ud800-\udfff\ufeff]")
_MARKS = re.compile(r"[\\`*_{}\[\]()<>!|~$&:@#^]")
_LINKS_AND_EMOJI = re.compile(r"(?<=[:@])(?=[\w+/-])|(?<=www)(?=\.)", re.IGNORECASE)
_ARROWS = re.compile(r"(?<!\S)([<>~-])(?=(->|[>=-])(?!\S))")
_LIST_OR_UNDERLINE = re.compile(r"^(?=[-+=])|^(\d{1,9})(?=\.)")


def escaped(text: str) -> str:
    """The same words, on one line, without any power: no link, image, colour, formula, emoji or heading."""
    line = " ".join(_UNSEEN.sub("", text).split())
    apart = _ARROWS.sub(rf"\1{JOINER}", _LINKS_AND_EMOJI.sub(JOINER, line))
    return _LIST_OR_UNDERLINE.sub(r"\1\\", _MARKS.sub(r"\\\g<0>", apart))
