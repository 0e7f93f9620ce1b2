"""Counts over a feedback file: questions by day, the share answered, the share found helpful."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from faqbot.feedback.models import VERDICTS, DailyCount, FeedbackEntry, Verdict


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
