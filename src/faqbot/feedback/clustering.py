"""Groups of questions that ask the same: average linkage over cosine similarity (Sokal and Michener 1958, UPGMA)."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from faqbot.errors import FeedbackError, need
from faqbot.feedback.models import FeedbackEntry, Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

MIN_SIMILARITY = 0.65  # mean cosine from which two groups are joined; measured in docs/decisions.md
MAX_QUESTIONS = 5_000  # different ones; the distances of all pairs then take 100 MB


@dataclass(frozen=True, slots=True)
class QuestionGroup:
    """Questions that ask much the same: all different, the one nearest to the others first.

    `id` is a hash of the questions, so that a group that has changed since it was looked at has another one.
    """

    id: str
    questions: tuple[str, ...]
    count: int
    verdicts: dict[Verdict, int]
    days: tuple[str, ...]

    @property
    def name(self) -> str:
        """The question that stands for the others."""
        return self.questions[0]


def unique_questions(entries: Sequence[FeedbackEntry]) -> tuple[str, ...]:
    """Return each question once, whatever its letter case and spaces, in order.

    Raises FeedbackError for more than MAX_QUESTIONS.
    """
    found: dict[str, str] = {}
    for entry in entries:
        if entry.question.strip():
            found.setdefault(_key(entry.question), entry.question)
    if len(found) > MAX_QUESTIONS:
        raise FeedbackError(
            f"Found {len(found):,} different questions, at most {MAX_QUESTIONS:,} can be grouped. Take a later --since"
        )
    return tuple(found.values())


def cluster_questions(
    entries: Sequence[FeedbackEntry],
    questions: Sequence[str],
    embeddings: NDArray[np.float32],
    *,
    min_similarity: float = MIN_SIMILARITY,
) -> tuple[QuestionGroup, ...]:
    """Return groups of `unique_questions(entries)`, the largest first, then by name.

    `embeddings` is (n, d) with rows of length 1, one row a question.
    """
    by_key: dict[str, list[FeedbackEntry]] = {}
    for entry in entries:
        by_key.setdefault(_key(entry.question), []).append(entry)
    groups = [_group(rows, questions, embeddings, by_key) for rows in average_linkage(embeddings, min_similarity)]
    return tuple(sorted(groups, key=lambda each: (-each.count, each.name)))


def average_linkage(embeddings: NDArray[np.float32], min_similarity: float) -> list[list[int]]:
    """Return row numbers by cluster: two clusters are joined while their mean cosine is `min_similarity` or more.

    Raises MissingExtraError without scikit-learn.
    """
    if len(embeddings) < 2:
        return [[row] for row in range(len(embeddings))]
    try:
        from sklearn.cluster import AgglomerativeClustering
    except ImportError as error:
        raise need("scikit-learn", "build", error) from error

    # Joined below the threshold, and a mean cosine of exactly `min_similarity` is near enough.
    distances = np.clip(1 - embeddings @ embeddings.T, 0, None)
    threshold = np.nextafter(np.float32(1 - min_similarity), np.float32(2))
    model = AgglomerativeClustering(None, metric="precomputed", linkage="average", distance_threshold=float(threshold))
    clusters: dict[int, list[int]] = {}
    for row, label in enumerate(model.fit_predict(distances)):
        clusters.setdefault(int(label), []).append(row)
    return list(clusters.values())


def _group(
    rows: Sequence[int],
    questions: Sequence[str],
    embeddings: NDArray[np.float32],
    by_key: Mapping[str, Sequence[FeedbackEntry]],
) -> QuestionGroup:
    members = embeddings[list(rows)]
    order = np.argsort(-(members @ members.sum(axis=0)), kind="stable")
    ordered = tuple(questions[rows[place]] for place in order)
    entries = [entry for question in ordered for entry in by_key[_key(question)]]
    digest = hashlib.sha256("\0".join(sorted(map(_key, ordered))).encode()).hexdigest()
    verdicts = Counter(entry.verdict for entry in entries)
    days = sorted({entry.day for entry in entries if entry.day})
    return QuestionGroup(digest[:8], ordered, len(entries), dict(sorted(verdicts.items())), tuple(days))


def _key(text: str) -> str:
    return " ".join(text.casefold().split())
