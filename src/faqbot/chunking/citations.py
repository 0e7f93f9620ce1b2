"""Sources of a passage: those that the marks in its text name."""

import re
from collections.abc import Iterator

from faqbot.types import Document, Pair, Source

_MARKS = re.compile(r"\[\^?([^\[\]\n]{1,40})\](?![(:])")
_RANGE = re.compile(r"(\d{1,3})\s?[-–—]\s?(\d{1,3})")
_WIDEST_RANGE = 30


def sources_of(document: Document, text: str, pair: Pair | None) -> tuple[Source, ...]:
    """The sources marked in the text and those of its pair; where there are none, the document itself."""
    named = {source.mark: source for source in document.sources if source.mark}
    marked = [named[mark] for mark in dict.fromkeys(_marks(text)) if mark in named] if named else []
    found = (*marked, *(pair.sources if pair else ()))
    return found or (Source(document.title, document.url, document.author, document.date),)


def _marks(text: str) -> Iterator[str]:
    """Each mark of "[2]", "[2][4]", "[2, 4]" and "[2-4]" by itself."""
    for group in _MARKS.findall(text):
        for part in (part.strip() for part in group.split(",")):
            ends = _RANGE.fullmatch(part)
            if ends and 0 <= int(ends[2]) - int(ends[1]) <= _WIDEST_RANGE:
                yield from map(str, range(int(ends[1]), int(ends[2]) + 1))
            else:
                yield part
