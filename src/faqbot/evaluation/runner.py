"""Run questions through a rank function and label what was found."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from faqbot.errors import QuestionError
from faqbot.evaluation.metrics import Question, first_hit
from faqbot.evaluation.selective import Case
from faqbot.types import Ranking

DEPTH = 10
Rank = Callable[[str, Sequence[str], int], Ranking]


def label(rank: Rank, questions: Sequence[Question], out_of_scope: Sequence[Question]) -> list[Case]:
    """Every question with the features of what was found; a refused input has none."""
    cases = []
    for question in (*questions, *out_of_scope):
        ranking = ranked(rank, question)
        passages = [hit.passage for hit in ranking.hits] if ranking else []
        cases.append(
            Case(
                id=question.id,
                kind=question.kind,
                in_scope=bool(question.gold),
                right=first_hit(question, passages) == 1,
                features=(dict(ranking.features) or None) if ranking else None,
            )
        )
    return cases


def ranked(rank: Rank, question: Question) -> Ranking | None:
    """What is found for a question; None where it was refused as input."""
    try:
        return rank(question.text, question.history, DEPTH)
    except QuestionError:
        return None
