"""Numbers as people write them: with a footnote's mark behind, or with a comma where others have a point. Told, never guessed."""
from __future__ import annotations

import re

from data.finding import Finding, Level

FOOTNOTE = re.compile(r"(?<=[\d%])\s*(\*{1,3}|[†‡§^]+|\[\w{1,2}\]|\([a-z]\))$")          # 1457*, 93.1 [2]
COMMA = re.compile(r"\d{1,3}(\.\d{3})*,\d+|\d+(,\d+)?")                                # 1.234,5: a comma before the decimals
TELLING = re.compile(r"[\d.]*\d,(\d{1,2}|\d{4,})")                                       # no thousands could be meant
POINT = re.compile(r"[\d,]*\.(\d{1,2}|\d{4,})")


def plainly(texts: list[str | None], sheet: str, column: str) -> tuple[list[str | None], list[Finding]]:
    """The texts of one column of numbers without footnote marks and with decimal points, and what was done to them."""
    findings = []
    marked = [text for text in texts if text and FOOTNOTE.search(text.strip())]
    texts = [text and FOOTNOTE.sub("", text.strip()) if text in marked else text for text in texts]
    if marked:
        findings.append(Finding(Level.NOTE, "a mark behind the number, as for a footnote, was left away", "Look the footnote up: if it takes the number "
                                "back, empty the cell.", sheet=sheet, column=column, value=marked[0], rows=len(marked)))
    bare = [text.strip().rstrip("%").strip() for text in texts if text]
    numbers = [text for text in bare if text[:1].isdigit()]
    if any(map(TELLING.fullmatch, numbers)) and not any(map(POINT.fullmatch, numbers)) and all(map(COMMA.fullmatch, numbers)):
        first = next(text for text in numbers if TELLING.fullmatch(text))
        findings.append(Finding(Level.NOTE, f"commas were read as decimal points ({first} is {_pointed(first)})", "Nothing to do.", sheet=sheet, column=column))
        texts = [text and (_pointed(text) if text.strip()[:1].isdigit() else text) for text in texts]
    return texts, findings


def _pointed(text: str) -> str:
    return text.replace(".", "").replace(",", ".")
