"""What was found for a question goes in; the few numbers that confidence is judged by come out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from faqbot.retrieval.scoring import QueryTokens, Scores

MET = 0.6  # a piece of the question with this cosine to some piece of the passage counts as covered


def features(
    query: QueryTokens, scores: Scores, dense: NDArray[np.float32], order: NDArray[np.int64], unknown_share: float
) -> dict[str, float]:
    """Features of the best hit, and of how it stands out.

    `order` sorts the candidates, best first; `unknown_share` is the share of the question's words that neither the
    corpus nor the language knows.
    """
    best = int(order[0])
    total = scores.total[order]
    cover = scores.cover[best]
    rest = total[1:11]
    return {
        "late": float(scores.late[best]),
        "sentence": float(scores.sentence[best]),
        "dense": float(dense.max()),
        "dense_best": float(dense[best]),
        "lexical": float(scores.lexical[best]),
        "margin": float(total[0] - rest[0]) if len(rest) else 0.0,
        "lead": float(total[0] - rest.mean()) if len(rest) else 0.0,
        "covered": float(query.weights @ (cover >= MET)),
        "weakest": float(np.min(cover[query.weights >= np.median(query.weights)])),
        "unknown": unknown_share,
        "length": float(np.log(len(cover))),
    }
