"""Kept entries and counts go in; how many questions came on which day, and how they fared, come out."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from faqbot.feedback.models import JUDGED, Asked, Entry, Verdict


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts over all days. The shares are None where there is nothing to divide by.

    `answered` is the share of questions whose band was not "none", `helpful` the share of what people said that was
    "helpful". `by_day` is questions by day, oldest first.
    """

    questions: int
    answered: float | None
    by_day: dict[str, int]
    verdicts: dict[Verdict, int]
    helpful: float | None


def tally(asked: Sequence[Asked], entries: Sequence[Entry]) -> Tally:
    """Count what was asked and said."""
    by_day: Counter[str] = Counter()
    for each in asked:
        by_day[each.day] += each.count
    total = by_day.total()
    refused = sum(each.count for each in asked if each.band == "none")
    verdicts = Counter(entry.verdict for entry in entries)
    said = sum(verdicts[verdict] for verdict in JUDGED)
    return Tally(
        questions=total,
        answered=1 - refused / total if total else None,
        by_day=dict(sorted(by_day.items())),
        verdicts=dict(sorted(verdicts.items())),
        helpful=verdicts["helpful"] / said if said else None,
    )
