"""A place in a text goes in, the places of its sentences come out."""

import re

from faqbot.types import Span

_END = re.compile(r"(?<=[.!?…])[\"'”’»)\]*_]{0,3}(?:\[[\w,;–\- ]{1,12}\]){0,8}\s+(?=[\"'“‘«(*_\[]{0,3}[^\W_a-z])")
_ABBREVIATION = re.compile(
    r"\b(?:dr|prof|mr|mrs|ms|st|jr|sr|vs|no|fig|e\.g|i\.e|etc|approx|dept|ca|cf|al|[a-z]|u\.s|u\.k|ph\.d|m\.d)\.$",
    re.IGNORECASE,
)


def sentences(text: str, start: int, end: int) -> list[Span]:
    """The sentences of text[start:end], which together cover all of it but the space between them."""
    spans: list[Span] = []
    for found in _END.finditer(text, start, end):
        stop = found.start() + len(found[0].rstrip())
        if stop > start and not _ABBREVIATION.search(text[max(start, stop - 8) : stop]):
            spans.append((start, stop))
            start = found.end()
    if text[start:end].strip():
        spans.append((start, end))
    return spans
