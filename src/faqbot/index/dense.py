"""Search by meaning: a query vector goes in, the rows of the nearest passages and their scores come out."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from faqbot.index import layout
from faqbot.index.nearest import InvertedLists, nearest_exact, write_inverted_lists
from faqbot.index.rows import Rows
from faqbot.index.writing import Writer

ASKED = 4  # vectors for each passage that is wanted: one with several takes several places
FLAT_LIMIT = 100_000  # vectors; up to here all are compared: 10-20 ms, and exact


def write_search(writer: Writer, folder: Path, vectors: Rows, *, flat_limit: int = FLAT_LIMIT) -> dict[str, Any]:
    """Write what a search among so many vectors needs, which is nothing for few; returns the manifest's `search`."""
    if len(vectors.data) <= flat_limit:
        return {"kind": "flat"}
    return write_inverted_lists(writer, folder / layout.LISTS, vectors.data)


class Dense:
    """The vectors of all passages, memory-mapped; passage i has the vectors of row i."""

    def __init__(self, vectors: Rows, folder: Path, search: Mapping[str, Any]) -> None:
        self._vectors = vectors
        self._lists = InvertedLists(folder / layout.LISTS, search["probes"]) if search["kind"] == "ivf" else None

    def search(self, query: NDArray[np.float32], k: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The rows of the k passages with the highest inner product, best first, and that; all if there are fewer.

        Approximate search only proposes: twice as many are compared exactly.
        """
        wanted, most = min(k, len(self._vectors)), len(self._vectors.data)
        asked = min(wanted * ASKED, most)
        rows = self._owners(self._nearest(query, asked))
        while len(rows) < wanted and asked < most:
            asked = min(2 * asked, most)
            rows = self._owners(self._nearest(query, asked))
        products = self.scores(query, rows)
        order = np.lexsort((rows, -products))[:wanted]
        return rows[order], products[order]

    def scores(self, query: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """The best inner product of each of these rows."""
        if not len(rows):
            return np.empty(0, np.float32)
        vectors, starts = self._vectors.take(rows)
        # Not `@`: with it, equal vectors may get scores that differ in the last bit, by where they stand.
        best: NDArray[np.float32] = np.maximum.reduceat(np.einsum("ij,j->i", vectors, query), starts)
        return best

    def _nearest(self, query: NDArray[np.float32], count: int) -> NDArray[np.int64]:
        if not count:
            return np.empty(0, np.int64)
        if self._lists:
            return self._lists.nearest(query, count)
        nearest: NDArray[np.int64] = nearest_exact(self._vectors.data, query[None], count)[0]
        return nearest

    def _owners(self, vectors: NDArray[np.int64]) -> NDArray[np.int64]:
        """The passages that the vectors belong to, in order, each once."""
        rows = np.sort(np.searchsorted(self._vectors.offsets, vectors, side="right") - 1)
        return rows[np.diff(rows, prepend=-1) > 0]  # np.unique would load masked arrays, a hundredth of a start
