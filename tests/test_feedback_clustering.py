"""Unanswered questions are grouped by average linkage, and a group's id is a hash of its questions."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from faqbot.errors import FeedbackError
from faqbot.feedback import FeedbackEntry, cluster_questions, clustering, unique_questions
from faqbot.feedback.clustering import average_linkage


def unit(*rows: tuple[float, ...]) -> np.ndarray:
    found: np.ndarray = np.array(rows, np.float32)
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    return found


def entry(question: str, verdict: str = "unanswered", day: str = "2026-11-22") -> FeedbackEntry:
    return FeedbackEntry(question, verdict, day=day)  # type: ignore[arg-type]


def by_definition(vectors: np.ndarray, similar: float) -> set[frozenset[int]]:
    """Average linkage as it is defined: join the nearest two until no two are near enough."""
    groups = [frozenset((row,)) for row in range(len(vectors))]
    closeness = (vectors @ vectors.T).astype(np.float64)
    while len(groups) > 1:
        means = {pair: closeness[np.ix_(sorted(pair[0]), sorted(pair[1]))].mean() for pair in combinations(groups, 2)}
        best = max(means, key=lambda pair: means[pair])
        if means[best] < similar:
            break
        groups = [each for each in groups if each not in best] + [best[0] | best[1]]
    return set(groups)


@settings(deadline=None)  # the first call imports scikit-learn
@given(
    arrays(np.float32, st.tuples(st.integers(1, 14), st.just(3)), elements=st.floats(-1, 1, width=16)),
    st.sampled_from([0.203, 0.507, 0.811]),
    st.integers(0, 10_000),
)
def test_clusters_are_those_of_average_linkage_by_its_definition(rows: np.ndarray, similar: float, seed: int) -> None:
    # A little noise, so that no two pairs are equally near: then there is one right answer.
    noisy = rows + np.random.default_rng(seed).normal(0, 0.05, rows.shape).astype(np.float32)
    vectors = noisy / (np.linalg.norm(noisy, axis=1, keepdims=True) + 1e-9)
    found = average_linkage(vectors.astype(np.float32), similar)
    assert sorted(row for rows_ in found for row in rows_) == list(range(len(vectors)))
    assert {frozenset(each) for each in found} == by_definition(vectors, similar)


def test_one_question_is_one_group_and_none_is_none() -> None:
    assert average_linkage(unit((1.0, 0.0)), 0.5) == [[0]]
    assert average_linkage(np.zeros((0, 3), np.float32), 0.5) == []


ENTRIES = (
    entry("Is yoga good?"),
    entry("yoga ok for backs"),
    entry("is  YOGA good?", "not_helpful", "2026-11-24"),
    entry("parking?"),
    entry("is yoga fine", "did_not_answer", "2026-11-23"),
)


def test_a_question_counts_once_whatever_its_case_and_spaces() -> None:
    assert unique_questions(ENTRIES) == ("Is yoga good?", "yoga ok for backs", "parking?", "is yoga fine")
    assert unique_questions([entry(" "), entry("")]) == ()


def test_an_entry_without_a_day_adds_none() -> None:
    entries = [entry("Is yoga good?", day=""), entry("is yoga good?", day="2026-11-22")]
    (found,) = cluster_questions(entries, unique_questions(entries), unit((1.0, 0.0)))
    assert (found.count, found.days) == (2, ("2026-11-22",))


def test_a_group_has_its_counts_days_and_the_most_central_question_first() -> None:
    vectors = unit((1.0, 0.1), (1.0, 0.5), (-1.0, 0.0), (1.0, 0.25))
    yoga, parking = cluster_questions(ENTRIES, unique_questions(ENTRIES), vectors, min_similarity=0.9)
    assert yoga.name == "is yoga fine"
    assert set(yoga.questions) == {"Is yoga good?", "yoga ok for backs", "is yoga fine"}
    assert yoga.count == 4
    assert yoga.verdicts == {"did_not_answer": 1, "not_helpful": 1, "unanswered": 2}
    assert yoga.days == ("2026-11-22", "2026-11-23", "2026-11-24")
    assert (parking.questions, parking.count) == (("parking?",), 1)


def test_a_group_id_changes_with_its_questions_and_with_nothing_else() -> None:
    vectors = unit((1.0, 0.1), (1.0, 0.5), (-1.0, 0.0), (1.0, 0.25))
    before = [each.id for each in cluster_questions(ENTRIES, unique_questions(ENTRIES), vectors, min_similarity=0.9)]
    again = [*ENTRIES, entry("parking?"), entry("IS YOGA FINE")]
    assert sorted(
        each.id for each in cluster_questions(again, unique_questions(again), vectors, min_similarity=0.9)
    ) == sorted(before)
    more = [*ENTRIES, entry("yoga?")]
    grown = cluster_questions(more, unique_questions(more), np.vstack([vectors, unit((1.0, 0.3))]), min_similarity=0.9)
    assert grown[0].id != before[0]
    assert grown[1].id == before[1]
    assert len(before[0]) == 8


def test_too_many_to_group_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clustering, "MAX_QUESTIONS", 3)
    with pytest.raises(
        FeedbackError, match=r"Found 4 different questions, at most 3 can be grouped\. Take a later --since"
    ):
        unique_questions(ENTRIES)
