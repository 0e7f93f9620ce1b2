"""Checks a corpus before it is built: documents and passages go in, findings come out."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from faqbot.lint.asking import Ask, check_questions
from faqbot.lint.copying import check_copies
from faqbot.lint.facts import check_facts
from faqbot.lint.findings import Bounds, Finding, Severity
from faqbot.lint.links import check_links
from faqbot.lint.marks import check_marks
from faqbot.lint.reading_ease import check_reading_ease
from faqbot.lint.repeats import check_repeats
from faqbot.types import Document, Passage

__all__ = ["Ask", "Bounds", "Finding", "Severity", "lint"]

_DEFAULT = Bounds()


def lint(
    corpus: Path,
    *,
    documents: Sequence[Document],
    passages: Sequence[Passage],
    ask: Ask | None = None,
    reference: Path | None = None,
    bounds: Bounds = _DEFAULT,
    today: date | None = None,
) -> tuple[Finding, ...]:
    """What is wrong in a corpus, by document; nothing found is an empty tuple.

    `ask` gives the ids of the passages found for a question, best first; without it questions are not asked.
    `reference` is a folder of documents of which no run of words may be taken over. Raises CorpusError if it is none.
    """
    found = [
        *check_facts(documents, bounds, today or date.today()),
        *check_marks(documents),
        *check_links(corpus, documents),
        *check_reading_ease(documents, bounds),
        *check_repeats(passages, bounds),
        *check_questions(passages, ask, bounds),
        *(check_copies(documents, reference, bounds) if reference else ()),
    ]
    return tuple(sorted(found, key=lambda finding: finding.path))
