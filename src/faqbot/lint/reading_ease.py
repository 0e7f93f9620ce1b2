"""Documents go in; pages that ask too much schooling of their reader come out."""

import re
from collections.abc import Iterator, Sequence

from faqbot.lint.findings import Bounds, Finding
from faqbot.lint.marks import without_marks
from faqbot.markdown import blocks, plain
from faqbot.types import Document

_SENTENCE_END = re.compile(r"(?<=[.!?:;])[\"')\]*]*\s+")
_ENOUGH = 100  # words; the formula is made for samples of about this length


def check_reading_ease(documents: Sequence[Document], bounds: Bounds) -> Iterator[Finding]:
    """A warning for each page above the grade that is allowed; pages of under 100 words are not judged."""
    for document in documents:
        sentences = _sentences(document.text)
        words = [word for sentence in sentences for word in sentence.split() if any(map(str.isalnum, word))]
        if len(words) < _ENOUGH:
            continue
        letters = sum(map(str.isalnum, "".join(words)))
        grade = coleman_liau(letters=letters, words=len(words), sentences=len(sentences))
        if grade > bounds.grade:
            message = f"reads at school grade {grade:.1f}, at most {bounds.grade:g} is wanted. Use shorter words"
            yield Finding(document.id, document.title, "reading-ease", message, "warning")


def coleman_liau(*, letters: int, words: int, sentences: int) -> float:
    """The US school grade that a text asks for: Coleman and Liau 1975, Journal of Applied Psychology 60(2), 283-284."""
    return 0.0588 * (100 * letters / words) - 0.296 * (100 * sentences / words) - 15.8


def _sentences(text: str) -> list[str]:
    """Sentences of paragraphs and list items, in which headings, tables and marks count for nothing."""
    pieces = (plain(without_marks(text[b.start : b.end])) for b in blocks(text) if b.kind in ("paragraph", "item"))
    parts = (part for piece in pieces for part in _SENTENCE_END.split(piece))
    return [part for part in parts if any(map(str.isalnum, part))]
