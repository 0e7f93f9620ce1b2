"""What was found for a question goes in; the few numbers that confidence is judged by come out."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from faqbot.retrieval.late_interaction import QueryTokens, Scores

NEXT = 10  # further candidates that the best one is compared with
TOGETHER = 5  # best candidates whose cover is looked at together


def features(
    query: QueryTokens, scores: Scores, dense: NDArray[np.float32], order: NDArray[np.int64]
) -> dict[str, float]:
    """Features of the best hit, and of how it stands out. `order` sorts the candidates, best first."""
    best = int(order[0])
    total = scores.total[order]
    rest = total[1 : 1 + NEXT]
    telling = query.weights >= median(query.weights.tolist())
    together = scores.cover[order[:TOGETHER]].max(axis=0)
    return {
        "late": float(scores.late[best]),
        "sentence": float(scores.sentence[best]),
        "dense": float(dense.max()),
        "dense_best": float(dense[best]),
        "lexical": float(scores.lexical[best]),
        "margin": float(total[0] - rest[0]) if len(rest) else 0.0,
        "lead": float(total[0] - rest.mean()) if len(rest) else 0.0,
        "weakest": float(scores.cover[best][telling].min()),
        "weakest_together": float(together[telling].min()),
    }
