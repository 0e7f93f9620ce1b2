"""Markdown blocks whose headings have one level go in, the same with parts below their whole come out."""

import re
from collections.abc import Sequence
from itertools import pairwise

_SECTION, _PART = "## ", "### "
_ANNOUNCES = re.compile(
    r":$|\b(?:below (?:are|is|you)|here (?:are|is)|(?:the )?following|these (?:are|include))\b[^.!?]{0,120}[.:!?]"
    r"(?:[^.!?]{0,120}[.!?])?$",
    re.IGNORECASE,
)
_LOOK = 500  # characters at the end of a paragraph
_CLOSING = re.compile(
    r"frequently asked|faqs?\b|conclusion|summary|key (?:takeaways|points)|final (?:thoughts|words)|takeaways?\b"
    r"|(?:the )?bottom line|wrapping up|references|sources|outlook|about the author"
    r"|when (?:to|should you) (?:see|seek|call|consult|get|worry)",
    re.IGNORECASE,
)
_LONGER = 1.5  # times the words of the longest part: a heading of so many more begins something new


def nested(blocks: Sequence[str]) -> list[str]:
    """Sections after one that ends by announcing them become its parts, up to a heading that is unlike a part."""
    found = list(blocks)
    parents = {at for at, following in pairwise(_sections(found)) if _announces(found, at, following)}
    longest: int | None = None
    for at in _sections(found):
        words = len(found[at].split()) - 1
        if at in parents or (longest is not None and _unlike(found, at, words, longest)):
            longest = 0 if at in parents else None
        elif longest is not None:
            longest = max(longest, words)
            found[at] = _PART + found[at].removeprefix(_SECTION)
    return found


def closes(heading: str) -> bool:
    """Whether a heading is one of those that end an article, such as its conclusion."""
    return bool(_CLOSING.match(heading))


def _sections(blocks: Sequence[str]) -> list[int]:
    return [at for at, block in enumerate(blocks) if block.startswith(_SECTION)]


def _announces(blocks: Sequence[str], at: int, following: int) -> bool:
    """Whether the section at one heading ends in a paragraph that announces the next heading."""
    last = blocks[following - 1]
    return following - at > 1 and not last.startswith(("#", "-", "|", "1")) and bool(_ANNOUNCES.search(last[-_LOOK:]))


def _unlike(blocks: Sequence[str], at: int, words: int, longest: int) -> bool:
    """Whether a heading is no part: it closes the article, has parts of its own, or is much longer than the parts."""
    heading = blocks[at].removeprefix(_SECTION)
    has_parts = at + 1 < len(blocks) and blocks[at + 1].startswith("#")
    return closes(heading) or has_parts or (longest > 0 and words > max(5, _LONGER * longest))
