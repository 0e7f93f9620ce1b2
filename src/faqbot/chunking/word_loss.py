"""Words of a document that are in no passage of it, headings and boilerplate counted as kept."""

import re
from collections import Counter
from collections.abc import Sequence

from faqbot.types import Document, Passage

LOSS_THRESHOLD = 0.02  # of a document's words; more is reported
_WORD = re.compile(r"[^\W_]+")


def word_loss(document: Document, passages: Sequence[Passage]) -> float:
    """Return the share (0 to 1) of a document's words that no passage, heading, context or boilerplate has."""
    there = Counter(_WORD.findall(document.text.casefold()))
    total = there.total()
    seen = [document.title, *(document.text[start:end] for start, end in document.boilerplate)]
    for passage in passages:
        seen += (passage.text, *passage.headings, passage.question, passage.context)
    for text in seen:
        there.subtract(_WORD.findall(text.casefold()))
    return (+there).total() / total if total else 0.0
