"""The two searches on a pair of collections: a query goes in, passage ids with scores come out, best first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from faqbot.index.milvus.engine import Engine
from faqbot.index.milvus.pairs import vectors_of
from faqbot.index.milvus.rows import passage_of
from faqbot.index.milvus.terms import Sparse

VECTORS_A_PASSAGE = 4  # so many nearest vectors are asked for at first, for each passage wanted
MOST_HITS = 16_384  # that Milvus gives


class Search:
    """Searches one pair of collections; `breadth` is how far a graph is explored, 0 where all vectors are compared."""

    def __init__(self, engine: Engine, name: str, *, vectors: int, breadth: int) -> None:
        self._engine, self._name = engine, name
        self._most, self._breadth = min(vectors, MOST_HITS), breadth

    def nearest(self, query: NDArray[np.float32], wanted: int, deadline: float) -> dict[str, float]:
        """The nearest passages with the inner product of the nearest vector of each."""
        asked = min(VECTORS_A_PASSAGE * wanted, self._most)
        while True:
            params = {"ef": max(self._breadth, 2 * asked)} if self._breadth else {}
            hits = self._hits(vectors_of(self._name), "vector", query.tolist(), asked, deadline, params)
            best: dict[str, float] = {}
            for hit in hits:
                best.setdefault(passage_of(hit["id"]), float(hit["distance"]))
            if len(best) >= wanted or asked >= self._most:
                return dict(list(best.items())[:wanted])
            asked = min(4 * asked, self._most)  # a passage's vectors took several places

    def sharing(self, words: Sparse, wanted: int, deadline: float) -> dict[str, float]:
        """The passages that share the rarest words, with their BM25 scores."""
        hits = self._hits(self._name, "words", words, wanted, deadline, {}) if words else ()
        return {str(hit["id"]): float(hit["distance"]) for hit in hits}

    def _hits(
        self, collection: str, field: str, query: Any, limit: int, deadline: float, params: Mapping[str, int]
    ) -> Sequence[Mapping[str, Any]]:
        found = self._engine.call(
            "search",
            collection_name=collection,
            data=[query],
            anns_field=field,
            limit=limit,
            output_fields=[],
            search_params={"metric_type": "IP", "params": dict(params)},
            deadline=deadline,
        )
        hits: Sequence[Mapping[str, Any]] = found[0]
        return hits
