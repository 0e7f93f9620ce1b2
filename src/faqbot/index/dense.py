"""Search by meaning: a query vector goes in, the rows of the nearest passages come out. The only door to faiss."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from faqbot.index.rows import Rows


class Dense:
    """The vectors of all passages, memory-mapped; passage i has the vectors of row i."""

    def __init__(self, vectors: Rows) -> None:
        self._vectors = vectors

    def search(self, query: NDArray[np.float32], k: int) -> NDArray[np.int64]:
        """The rows of the k passages with the highest inner product, best first; all if there are fewer."""
        wanted = min(k, len(self._vectors))
        asked = wanted
        while True:  # a passage with several vectors may take several places
            owners = self._owners(self._nearest(query, asked))
            if len(owners) >= wanted or asked >= len(self._vectors.data):
                return owners[:wanted]
            asked = min(2 * asked, len(self._vectors.data))

    def scores(self, query: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """The best inner product of each of these rows."""
        if not len(rows):
            return np.empty(0, np.float32)
        vectors = [self._vectors[row] for row in rows.tolist()]
        starts = np.cumsum([0, *(len(each) for each in vectors[:-1])])
        best: NDArray[np.float32] = np.maximum.reduceat(np.concatenate(vectors) @ query, starts)
        return best

    def _nearest(self, query: NDArray[np.float32], count: int) -> NDArray[np.int64]:
        faiss = _faiss()
        data = self._vectors.data
        _, found = faiss.knn(query[None], data, count, metric=faiss.METRIC_INNER_PRODUCT)
        nearest: NDArray[np.int64] = found[0]
        return nearest[nearest >= 0]

    def _owners(self, vectors: NDArray[np.int64]) -> NDArray[np.int64]:
        owners = np.searchsorted(self._vectors.offsets, vectors, side="right") - 1
        return np.array(list(dict.fromkeys(owners.tolist())), np.int64)


def _faiss() -> Any:
    import faiss

    faiss.omp_set_num_threads(1)  # counts for this thread only; two of them would fight with ONNX Runtime's
    return faiss
