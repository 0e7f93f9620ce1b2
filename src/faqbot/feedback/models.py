"""What feedback is kept: one entry for each verdict or unanswered question, and counts of questions by day."""

from dataclasses import dataclass
from typing import Literal

from faqbot.types import Band

Verdict = Literal["helpful", "not_helpful", "did_not_answer", "unanswered"]
VERDICTS: tuple[Verdict, ...] = ("helpful", "not_helpful", "did_not_answer")  # those that a person gives


@dataclass(frozen=True, slots=True)
class FeedbackEntry:
    """A redacted question, the first passage shown for it, and the verdict.

    `day` is an ISO 8601 date in UTC, and no finer, so that no other log identifies the person. `source` is the id of
    the passage's document. `confidence` is the answer's, 0 to 1. No field says who asked, from where, or in which
    conversation.
    """

    question: str
    verdict: Verdict
    passage_id: str = ""
    title: str = ""
    source: str = ""
    confidence: float = 0.0
    index_version: str = ""
    day: str = ""


@dataclass(frozen=True, slots=True)
class DailyCount:
    """The number of questions answered with one band on one day; their words are not kept."""

    day: str
    band: Band
    count: int
