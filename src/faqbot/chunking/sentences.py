"""Sentence boundaries, by rules that hold for many scripts."""

import re

from faqbot.types import Span

_LATIN = r"(?<=[.!?…])[\"'”’»)\]*_]{0,3}(?:\[[\w,;–\- ]{1,12}\]){0,8}\s+(?=[\"'“‘«(*_\[]{0,3}[^\W_a-z])"
# Full stops and question marks of other scripts end a sentence whatever follows: Chinese and Japanese write no space,
# Arabic, Urdu, Hindi, Armenian, Amharic, Burmese, Khmer and Tibetan have no capital letters.
_STOPS = "。！？｡．؟۔।॥։፧።၊။៕།"
_OTHER = (
    rf"(?<=[{_STOPS}])[\"'”’»」』）)\]*_]{{0,3}}(?:\[[\w,;–\- ]{{1,12}}\]){{0,8}}\s*(?=\S)(?![{_STOPS}”’»」』）)\]])"
)
_END = re.compile(f"{_LATIN}|{_OTHER}")
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


_LINE = re.compile(r"[^\n]+")
_MARKER = re.compile(r"\s*(?:(?:[-*+•>]|\d{1,3}[.)]|#{1,6})\s+)*")


def sentence_spans(text: str) -> list[Span]:
    """Return the spans of sentences and list items of a Markdown text, markers left out, in order."""
    found: list[Span] = []
    for line in _LINE.finditer(text):
        marker = _MARKER.match(text, line.start(), line.end())
        start = marker.end() if marker else line.start()
        found += [span for span in sentences(text, start, line.end()) if any(map(str.isalnum, text[slice(*span)]))]
    return found
