"""Lines go in from where a list may begin; its items as Markdown, and where it ends, come out."""

from collections.abc import Callable, Sequence

from faqbot.readers.boilerplate import is_notice
from faqbot.readers.lines import Line, tidy

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
