"""What feedback is kept, one entry for each verdict or unanswered question and counts by day, and statistics of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from faqbot.types import Band, Passage

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


def feedback_entry(
    question: str, verdict: Verdict, passage: Passage | None, *, confidence: float, index_version: str
) -> FeedbackEntry:
    """Return the entry for a question and the first passage shown for it, if any."""
    return FeedbackEntry(
        question=question,
        verdict=verdict,
        passage_id=passage.id if passage else "",
        title=passage_title(passage) if passage else "",
        source=passage.document_id if passage else "",
        confidence=round(confidence, 4),
        index_version=index_version,
    )


def passage_title(passage: Passage) -> str:
    """Return a passage's title with its question or heading, by which it is found in the corpus."""
    heading = passage.question or (passage.headings[-1] if passage.headings else "")
    return " > ".join(dict.fromkeys(part for part in (passage.title, heading) if part))


@dataclass(frozen=True, slots=True)
class FeedbackStatistics:
    """Counts over all days. A share is None where there is nothing to divide by.

    `answered` is the share of questions whose band was not "none", `helpful` the share of people's verdicts that were
    "helpful". `by_day` is questions by day, oldest first.
    """

    questions: int
    answered: float | None
    by_day: dict[str, int]
    verdicts: dict[Verdict, int]
    helpful: float | None


def feedback_statistics(counts: Sequence[DailyCount], entries: Sequence[FeedbackEntry]) -> FeedbackStatistics:
    """Return the statistics of what `read_counts` and `read_entries` give."""
    by_day: Counter[str] = Counter()
    for each in counts:
        by_day[each.day] += each.count
    total = by_day.total()
    unanswered = sum(each.count for each in counts if each.band == "none")
    verdicts = Counter(entry.verdict for entry in entries)
    judged = sum(verdicts[verdict] for verdict in VERDICTS)
    return FeedbackStatistics(
        questions=total,
        answered=1 - unanswered / total if total else None,
        by_day=dict(sorted(by_day.items())),
        verdicts=dict(sorted(verdicts.items())),
        helpful=verdicts["helpful"] / judged if judged else None,
    )
