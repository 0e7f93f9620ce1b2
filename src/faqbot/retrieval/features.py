"""Features of a ranking: the few numbers that confidence is judged by."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from faqbot.retrieval.follow_up import question_similarity
from faqbot.retrieval.unmatched import is_opposed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from faqbot.retrieval.late_interaction import QueryTokens, Scores
    from faqbot.retrieval.unmatched import Mention, Subject
    from faqbot.types import Passage

NEXT = 10  # further candidates that the best one is compared with
TOGETHER = 5  # best candidates whose coverage is looked at together
MAX_WORDS = 6  # informative words of a question that are counted
_SYMBOL = re.compile(r"[^\w\s.,?!'’\"“”\-–—:;/&%£$€]|\w[(\[{_]")  # as in code


def features(
    query: QueryTokens, scores: Scores, dense: NDArray[np.float32], order: NDArray[np.int64], *, size: int
) -> dict[str, float]:
    """Return features of the best hit and of how it stands out.

    `order` sorts the candidates, best first. `size` is how many passages there are: the more, the better is the best
    of them by chance.
    """
    best = int(order[0])
    total = scores.total[order]
    rest = total[1 : 1 + NEXT]
    telling = query.weights >= median(query.weights.tolist())
    together = scores.token_coverage[order[:TOGETHER]].max(axis=0)
    return {
        "late": float(scores.late[best]),
        "sentence": float(scores.sentence[best]),
        "dense": float(dense.max()),
        "dense_best": float(dense[best]),
        "lexical": float(scores.lexical[best]),
        "margin": float(total[0] - rest[0]) if len(rest) else 0.0,
        "lead": float(total[0] - rest.mean()) if len(rest) else 0.0,
        "weakest": float(scores.token_coverage[best][telling].min()),
        "size": math.log(size),
        "weakest_together": float(together[telling].min()),
    }


def word_features(question: str, passage: Passage, found: Sequence[Mention], about: Subject) -> dict[str, float]:
    """Return features of the words of a question and its best passage: what is missing, how like its question it is."""
    weight = sum(each.weight for each in found)
    missing = [each for each in found if not each.mentioned]
    stored = (passage.question, *passage.alternates)
    return {
        "informative": float(min(len(found), MAX_WORDS)),
        "missing": sum(each.weight for each in missing) / weight if weight else 0.0,
        "missing_count": float(min(len(missing), MAX_WORDS)),
        "reported": float(sum(each.is_missing for each in found)),
        "least_covered": min((each.coverage for each in found), default=1.0),
        "same_question": max((question_similarity(question, each) for each in stored if each), default=0.0),
        "opposed": float(is_opposed(question, passage)),
        "no_subject": float(about.words == 0),
        "subject_met": about.met,
        "unknown": about.unknown,
        "symbols": min(len(_SYMBOL.findall(question)) / max(1, len(question.split())), 1.0),
    }
