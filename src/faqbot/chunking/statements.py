"""A text goes in; the places of its statements come out: sentences and list items, without their markers."""

import re

from faqbot.chunking.sentences import sentences
from faqbot.types import Span

_LINE = re.compile(r"[^\n]+")
_MARKER = re.compile(r"\s*(?:(?:[-*+•>]|\d{1,3}[.)]|#{1,6})\s+)*")


def statements(text: str) -> list[Span]:
    """The statements of a Markdown text, in order, none without a letter or digit."""
    found: list[Span] = []
    for line in _LINE.finditer(text):
        marker = _MARKER.match(text, line.start(), line.end())
        start = marker.end() if marker else line.start()
        found += [span for span in sentences(text, start, line.end()) if any(map(str.isalnum, text[slice(*span)]))]
    return found
