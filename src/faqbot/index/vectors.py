"""FAISS: the vectors of a version in one file, searched exactly up to FLAT_LIMIT vectors and through IVF above."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from faqbot.errors import IndexDamagedError, IndexWriteError
from faqbot.index.files import write_error

Vectors = NDArray[np.float32]

FLAT_LIMIT = 100_000  # vectors; up to here all are compared: 10-20 ms, and exact
LISTS_PER_ROOT = 2  # lists for each unit of the root of the count: twice as many train four times as long
LEAST_PER_LIST = 39  # vectors that FAISS trains a list on without complaint
TRAINING_PER_LIST = 40
ADDED_AT_ONCE = 65_536
SAMPLE = 200
LEAST_LENGTH = 1e-6  # opposite vectors have nothing between them
RECALL_AT = 50
ENOUGH_RECALL = 0.98
PROBES = (8, 16, 32, 64, 128, 256)


class VectorIndex:
    """A FAISS file open for search. Safe for many threads."""

    def __init__(self, path: Path, *, probes: int = 0) -> None:
        """`probes` is the number of lists that an approximate search looks into.

        The file's SHA-256 must have been compared before: FAISS believes what it reads. Raises IndexDamagedError.
        """
        faiss = load_faiss()
        try:
            self._index = faiss.read_index(str(path))
        except RuntimeError as error:
            raise IndexDamagedError(f"{path} cannot be read by FAISS ({_reason(error)}). Run: faqbot build") from error
        self.exact = isinstance(self._index, faiss.IndexFlat)
        if not self.exact:
            faiss.extract_index_ivf(self._index).nprobe = max(1, probes)
        self.vectors = _flat_vectors(faiss, self._index) if self.exact else np.empty((0, self._index.d), np.float32)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def search(self, query: Vectors, count: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the numbers of about the `count` vectors of highest inner product with a (d,) query, best first.

        Their products come with them, which are those of what is stored: approximate where that is compressed.
        """
        if not count:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        load_faiss()
        products, numbers = self._index.search(query[None], count)
        found = numbers[0] >= 0
        return numbers[0][found], products[0][found]


def write_vectors(
    path: Path, batches: Iterable[Vectors], count: int, dimension: int, *, flat_limit: int = FLAT_LIMIT
) -> dict[str, Any]:
    """Write the FAISS file over `count` vectors that come in batches; return how to search them.

    With an IVF index that is {"kind", "lists", "probes", "recall_at_50", "sample"}: lists are probed until the recall
    against exact search reaches ENOUGH_RECALL on a sample of queries, or the most are probed. Raises IndexWriteError.
    """
    faiss = load_faiss(os.cpu_count() or 1)
    if count <= flat_limit:
        index = faiss.index_factory(dimension, "Flat", faiss.METRIC_INNER_PRODUCT)
        for batch in batches:
            index.add(batch)
        search: dict[str, Any] = {"kind": "flat"}
    else:
        vectors = _gathered(batches, count, dimension)
        index = _trained(faiss, vectors)
        for start in range(0, count, ADDED_AT_ONCE):
            index.add(vectors[start : start + ADDED_AT_ONCE])
        search = {"kind": "ivf", "lists": int(index.nlist), **_tuned(faiss, index, vectors)}
    try:
        faiss.write_index(index, str(path))
    except RuntimeError as error:
        raise _refused(path, error) from error
    return search


def sample_queries(vectors: Vectors) -> Vectors:
    """Return stored vectors, evenly taken, each turned halfway to another of them.

    Their neighbours lie in as many lists as those of real questions (docs/performance.md). Stored vectors with noise
    had all of theirs in a few lists, and promised a recall that questions did not get.
    """
    chosen = vectors[:: max(1, len(vectors) // SAMPLE)][:SAMPLE]
    others = vectors[np.random.default_rng(0).integers(len(vectors), size=len(chosen))]
    between = chosen + others
    queries: Vectors = between / np.maximum(np.linalg.norm(between, axis=1, keepdims=True), LEAST_LENGTH)
    return queries


def search_exactly(vectors: Vectors, queries: Vectors, count: int, *, threads: int = 1) -> NDArray[np.int64]:
    """Return the numbers of the `count` vectors of highest inner product with each query: (queries, count)."""
    faiss = load_faiss(threads)
    found: NDArray[np.int64] = faiss.knn(queries, vectors, count, metric=faiss.METRIC_INNER_PRODUCT)[1]
    return found


def load_faiss(threads: int = 1) -> Any:
    """Return faiss with so many threads for the calling thread; one for questions, lest it fight ONNX Runtime."""
    import faiss

    faiss.omp_set_num_threads(threads)
    return faiss


def _flat_vectors(faiss: Any, index: Any) -> Vectors:
    """The vectors inside a flat index, not copied."""
    if not index.ntotal:
        return np.empty((0, index.d), np.float32)
    found: Vectors = faiss.rev_swig_ptr(index.get_xb(), index.ntotal * index.d).reshape(index.ntotal, index.d)
    return found


def _gathered(batches: Iterable[Vectors], count: int, dimension: int) -> Vectors:
    vectors = np.empty((count, dimension), np.float32)
    start = 0
    for batch in batches:
        vectors[start : start + len(batch)] = batch
        start += len(batch)
    return vectors


def _trained(faiss: Any, vectors: Vectors) -> Any:
    count, dimension = vectors.shape
    lists = max(1, min(int(LISTS_PER_ROOT * math.sqrt(count)), count // LEAST_PER_LIST))
    index = faiss.index_factory(dimension, f"IVF{lists},SQ8", faiss.METRIC_INNER_PRODUCT)
    index.cp.spherical = True
    index.train(np.ascontiguousarray(vectors[:: max(1, count // (TRAINING_PER_LIST * lists))]))
    return index


def _tuned(faiss: Any, index: Any, vectors: Vectors) -> dict[str, Any]:
    queries = sample_queries(vectors)
    count = min(RECALL_AT, len(vectors))
    exact = search_exactly(vectors, queries, count, threads=os.cpu_count() or 1)
    recall, probes = 0.0, 0
    for probes in PROBES:
        index.nprobe = probes
        found = index.search(queries, 2 * count)[1]  # exact products choose among them
        recall = float(np.mean([np.isin(right, near).mean() for right, near in zip(exact, found, strict=True)]))
        if recall >= ENOUGH_RECALL or probes >= index.nlist:
            break
    return {"probes": probes, f"recall_at_{RECALL_AT}": round(recall, 4), "sample": len(queries)}


def _refused(path: Path, error: RuntimeError) -> IndexWriteError:
    reason = str(error).rpartition("(")[2].rstrip(") \n") if "write error" in str(error) else _reason(error)
    return write_error(path, reason)


def _reason(error: RuntimeError) -> str:
    return str(error).rpartition("failed: ")[2].strip().split("\n", 1)[0][:200]
