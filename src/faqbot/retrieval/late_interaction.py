"""Late interaction: score candidates by token embeddings, fused with their dense and BM25 scores.

Late interaction is ColBERT's MaxSim (Khattab & Zaharia 2020): for each token of the question the best cosine with any
token of the passage, averaged with weights between uniform and inverse document frequency (Sparck Jones 1972).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from faqbot.encoders.pca import SCALE
from faqbot.encoders.products import product

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from faqbot.index import Candidates
    from faqbot.retrieval.token_layout import PreparedPassage


@dataclass(frozen=True, slots=True)
class Weights:
    """How the parts of a score are mixed; chosen by measurement, the same for every corpus (docs/evaluation.md)."""

    late: float = 1.0
    sentence: float = 1.0
    dense: float = 1.5
    lexical: float = 0.4
    idf: float = 0.5  # 0: every token of the question counts the same; 1: by its inverse document frequency


@dataclass(frozen=True, slots=True)
class QueryTokens:
    """The question's token embeddings (t, p), length 1, and what each counts, (t,), summing to 1."""

    rows: NDArray[np.float32]
    weights: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Scores:
    """One number a candidate, each (n,) float32: the total, and the parts that confidence is judged by.

    `token_coverage` is (n, t): how well each candidate meets each token of the question. `similar` is (tokens of all
    candidates, t), the cosines behind it; those of candidate i begin at row `starts[i]`.
    """

    total: NDArray[np.float32]
    late: NDArray[np.float32]
    sentence: NDArray[np.float32]
    lexical: NDArray[np.float32]
    token_coverage: NDArray[np.float32]
    similar: NDArray[np.float32]
    starts: NDArray[np.int64]

    def similar_to(self, candidate: int) -> NDArray[np.float32]:
        """(its tokens, t): the cosines of one candidate."""
        return self.similar[self.starts[candidate] : self.starts[candidate + 1]]


def score(query: QueryTokens, candidates: Candidates, prepared: Sequence[PreparedPassage], weights: Weights) -> Scores:
    """Score candidates, in their order; BM25 counts as a share of its ceiling for this question."""
    starts = np.cumsum([0, *(len(one.stored.token_ids) for one in prepared)])
    similar = _similarities(query, prepared)
    sentences, firsts = _sentences(prepared, starts)
    met = np.maximum.reduceat(similar, sentences, axis=0)
    coverage = np.maximum.reduceat(met, firsts, axis=0)
    late = coverage @ query.weights
    # The late interaction of each candidate's best sentence: all that is asked, in one place.
    sentence = np.maximum.reduceat(met @ query.weights, firsts)
    lexical = candidates.lexical / max(candidates.ceiling, 1e-6)
    total = weights.late * late + weights.sentence * sentence
    total = total + weights.dense * candidates.dense + weights.lexical * lexical
    return Scores(total.astype(np.float32), late, sentence, lexical.astype(np.float32), coverage, similar, starts)


def _similarities(query: QueryTokens, prepared: Sequence[PreparedPassage]) -> NDArray[np.float32]:
    rows = np.concatenate([one.stored.tokens for one in prepared], dtype=np.float32)
    return product(rows, query.rows.T / SCALE)


def _sentences(
    prepared: Sequence[PreparedPassage], starts: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The rows at which the sentences of all candidates start, and which sentence is each candidate's first."""
    counts = [len(one.starts) for one in prepared]
    sentences = np.concatenate([one.starts for one in prepared]) + np.repeat(starts[:-1], counts)
    return sentences, np.cumsum([0, *counts[:-1]])
