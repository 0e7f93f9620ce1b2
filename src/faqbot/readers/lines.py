"""Lines of plain text and the lists they form: markers, indentation, wrapping."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from faqbot.readers.boilerplate import is_notice

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


Taken = tuple[list[str], int]

_LONGEST_BARE = 200  # characters of an item that lost its bullet
_DEEPEST = 8
_STEP = 2  # spaces that make a bullet a deeper one


def take_items(lines: Sequence[Line], at: int, is_heading_at: Callable[[int], bool]) -> Taken:
    """Bulleted or numbered items with the lines that they were wrapped onto; deeper ones by their indentation."""
    if lines[at].look not in ("bullet", "number"):
        return [], at
    look, indents, items = lines[at].look, list[int](), list[str]()
    while at < len(lines) and lines[at].look in ("bullet", "number"):
        line = lines[at]
        while indents and line.indent < indents[-1]:
            indents.pop()
        if not indents or line.indent >= indents[-1] + _STEP:
            indents.append(line.indent)
        if items and ((len(indents) == 1 and line.look != look) or is_heading_at(at)):
            break
        text, at = _continued(lines, at)
        marker = "-" if line.look == "bullet" else f"{line.number}."
        items.append(f"{'   ' * min(len(indents) - 1, _DEEPEST)}{marker} {tidy(text)}")
    return items, at


def take_bare_items(lines: Sequence[Line], at: int) -> Taken:
    """Items that lost their bullets: two or more lines below text, each by itself, that begin with a small letter."""
    end = at
    while end < len(lines) and _is_bare(lines[end]):
        end += 1
    if end - at < 2 or not at or lines[at - 1].look != "text":
        return [], at
    return [f"- {tidy(line.text)}" for line in lines[at:end]], end


def _is_bare(line: Line) -> bool:
    alone = line.look == "text" and bool(line.gap) and len(line.text) <= _LONGEST_BARE
    return alone and line.text[0].islower() and line.text[-1] not in ".!?:"


def _continued(lines: Sequence[Line], at: int) -> tuple[str, int]:
    """The text of an item, and the line after it."""
    item, parts = lines[at], [lines[at].text]
    for after in range(at + 1, len(lines)):
        line = lines[after]
        wrapped = Line(parts[-1]).runs_on or line.indent > item.indent
        if line.look != "text" or line.gap or is_notice(line.text) or not wrapped:
            break
        parts.append(line.text)
    return " ".join(parts), at + len(parts)
