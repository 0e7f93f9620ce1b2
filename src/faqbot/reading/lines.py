"""Scraped plain text goes in, its lines come out with what each looks like by itself: bullet, number, reference."""

import re
from dataclasses import dataclass
from typing import Literal

Look = Literal["text", "bullet", "number", "rule"]

_BULLET = re.compile(r"([•◦▪■□‣·●○◆♦►▸➤➢✓✔]|[-–—*](?=\s))\s*(?=\S)")
_NUMBER = re.compile(r"(\d{1,3})[.)]\s+(?=\S)")
_RULE = re.compile(r"[-=_*~•·.\s]{3,}")
_SPECIAL = re.compile(r"(?=[#>+<]|[-=_*]{2,}\s*$|```|~~~|\[[^\]]*\]:)")


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its marker. `gap` is the number of blank lines before it, `number` that of a numbered line."""

    text: str
    look: Look = "text"
    indent: int = 0
    number: int = 0
    gap: int = 0


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
    return found


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
