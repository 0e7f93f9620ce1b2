"""Lint issues, the limits that checks compare with, and text helpers that checks share."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from faqbot.types import Document, Passage

Severity = Literal["error", "warning"]
Profile = Literal["articles", "plain"]
Ranker = Callable[[str], Sequence[str]]
"""Return the ids of the passages found for a question, best first."""

# [3], [3, 4] and [3][4], but no link's label, no definition and no footnote of Markdown's own.
MARKS = re.compile(r"\[(\d{1,3}(?:\s*[,;]\s*\d{1,3})*)\](?![(:])")
_WORD = re.compile(r"\w+")
_APOSTROPHES = re.compile(r"['’‘`]")


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing to mend: `path` is the document's id, `place` a heading or question in it, or "front matter"."""

    path: str
    place: str
    rule: str
    message: str
    severity: Severity = "error"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is too much.

    `review_days` since the review, `passage_words` in a passage, `school_grade` the US grade that an article asks of
    its reader, `copied_words` in a row that may not be those of a reference document, `duplicate_share` the resemblance
    (0 to 1) from which two passages repeat each other, `contradiction_share` that of their words without numbers and
    negations from which a difference in these is reported, `answer_share` the share of the shorter one's words (rare
    ones count more) from which a passage answers in place of another; of the shipped corpus's pairs one in a hundred.
    """

    review_days: int = 730
    passage_words: int = 120
    school_grade: float = 9.0
    copied_words: int = 8
    duplicate_share: float = 0.5
    contradiction_share: float = 0.7
    answer_share: float = 0.3


def place_of(document: Document, at: int) -> str:
    """Return the heading above a place of a document's text, or its title where there is none."""
    above = [line for line in document.text[:at].split("\n") if line.startswith("#")]
    return above[-1].lstrip("# ") if above else document.title or document.id


def name_of(passage: Passage) -> str:
    """Return what a person looks for to find a passage: its question, else the heading above it, else its document."""
    return passage.question or (passage.headings[-1] if passage.headings else passage.title)


def without_marks(text: str) -> str:
    """Return a text as it reads without its source marks."""
    return MARKS.sub("", text)


def words_of(text: str) -> list[str]:
    """Return the words of a text in lower case, without marks, punctuation and apostrophes."""
    return _WORD.findall(_APOSTROPHES.sub("", without_marks(text)).casefold())


def shingles(words: list[str], length: int) -> list[tuple[str, ...]]:
    """Return all runs of `length` words, in order."""
    return list(zip(*(words[at:] for at in range(length)), strict=False))
