"""Documents go in; inline marks such as [3] without a source, and sources that no mark names, come out."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from faqbot.lint.findings import Finding, place_of
from faqbot.types import Document, Source

# [3], [3, 4] and [3][4], but no link's label, no definition and no footnote of Markdown's own.
MARKS = re.compile(r"\[(\d{1,3}(?:\s*[,;]\s*\d{1,3})*)\](?![(:])")


def without_marks(text: str) -> str:
    """A text as it reads without its marks."""
    return MARKS.sub("", text)


def check_marks(documents: Sequence[Document]) -> Iterator[Finding]:
    """Every mark names a source of its document, every source is named by a mark, and no two sources share one."""
    for document in documents:
        given = Counter(source.mark for source in _sources(document) if source.mark)
        for mark, times in given.items():
            if times > 1:
                yield Finding(
                    document.id, "front matter", "mark", f"{times} sources have the mark {mark}. Give each its own"
                )
        used = [(mark, found.start()) for found in MARKS.finditer(document.text) for mark in _split(found[1])]
        for mark, at in used:
            if mark not in given:
                message = f"[{mark}] names no source. Marks: {', '.join(given) or 'none'}"
                yield Finding(document.id, place_of(document, at), "mark", message)
        for mark in sorted(given.keys() - {mark for mark, _ in used}):
            message = f"no sentence carries the mark [{mark}]. Use it or leave the source out"
            yield Finding(document.id, "front matter", "unused-source", message, "warning")


def _split(marks: str) -> list[str]:
    return re.split(r"\s*[,;]\s*", marks)


def _sources(document: Document) -> Iterator[Source]:
    yield from document.sources
    for pair in document.pairs:
        yield from pair.sources
