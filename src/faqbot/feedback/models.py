"""What is kept of feedback: one Entry for each verdict or unanswered question, and counts of what was asked."""

from dataclasses import dataclass
from typing import Literal

from faqbot.types import Band

Verdict = Literal["helpful", "not_helpful", "did_not_answer", "unanswered"]
JUDGED: tuple[Verdict, ...] = (
    "helpful",
    "not_helpful",
    "did_not_answer",
)  # what a person may say


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: a question without personal data, the passage that was shown first for it, and how that was judged.

    `day` is ISO 8601 in UTC: no finer, so that no other log tells who it was. `source` is the id of the passage's
    document. `confidence` is the answer's, 0..1. Nothing says who asked, from where, or in which conversation.
    """

    question: str
    verdict: Verdict
    passage_id: str = ""
    title: str = ""
    source: str = ""
    confidence: float = 0.0
    generation: str = ""
    day: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """How many questions got an answer of one band on one day; their words are not kept."""

    day: str
    band: Band
    count: int
