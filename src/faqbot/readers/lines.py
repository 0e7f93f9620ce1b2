"""Scraped plain text goes in, its lines come out with what each looks like by itself: bullet, number, reference."""

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

Look = Literal["text", "bullet", "number", "rule"]

_BULLET = re.compile(r"([•◦▪■□‣·●○◆♦►▸➤➢✓✔]|[-–—*](?=\s))\s*(?=\S)")
_NUMBER = re.compile(r"(\d{1,3})[.)]\s+(?=\S)")
_RULE = re.compile(r"[-=_*~•·.\s]{3,}")
_SENTENCE_END = re.compile(r"[.!?:;][\"'”’)\]]*(?:\[\d{1,3}\])*$")
_WRAPPED_AT = 45  # shorter lines than this were not wrapped by a program
_FEW_GAPS, _FEW_WRAPPED = 0.1, 0.15  # of all lines
_MANY_LINES = 10
_SPECIAL = re.compile(r"(?=[#>+<]|[-=_*]{2,}\s*$|```|~~~|\[[^\]]*\]:)")


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its marker. `gap` is the number of blank lines before it, `number` that of a numbered line."""

    text: str
    look: Look = "text"
    indent: int = 0
    number: int = 0
    gap: int = 0

    @property
    def runs_on(self) -> bool:
        """Whether a program may have wrapped the line: it is long and ends no sentence."""
        return len(self.text) >= _WRAPPED_AT and not _SENTENCE_END.search(self.text)


def lines(text: str) -> list[Line]:
    """The lines that are not blank."""
    found: list[Line] = []
    gap = 0
    for raw in text.split("\n"):
        bare = raw.expandtabs(4).strip()
        if not bare:
            gap += 1
            continue
        found.append(_line(raw, bare, gap if found else 1))
        gap = 0
    return _set_apart(found)


def _set_apart(found: list[Line]) -> list[Line]:
    """The same lines with a gap before each, if the text has lost its blank lines and no program wrapped it."""
    gaps = sum(line.gap > 0 for line in found)
    wrapped = sum(before.runs_on and line.text[:1].islower() for before, line in pairwise(found))
    if gaps > len(found) * _FEW_GAPS or wrapped > len(found) * _FEW_WRAPPED or len(found) < _MANY_LINES:
        return found
    return [line if line.gap or line.look != "text" else replace(line, gap=1) for line in found]


def _line(raw: str, bare: str, gap: int) -> Line:
    expanded = raw.expandtabs(4)
    indent = len(expanded) - len(expanded.lstrip())
    if _RULE.fullmatch(bare):
        return Line(bare, "rule", indent, gap=gap)
    bullet = _BULLET.match(bare)
    if bullet and not bare.startswith("**"):
        return Line(bare[bullet.end() :], "bullet", indent, gap=gap)
    number = _NUMBER.match(bare)
    if number:
        return Line(bare[number.end() :], "number", indent, int(number[1]), gap)
    return Line(raw.strip(), "text", indent, gap=gap)


def tidy(text: str) -> str:
    """One line of Markdown that reads as the text does, and starts no other kind of block."""
    line = " ".join(text.split())
    return f"\\{line}" if _SPECIAL.match(line) else line
