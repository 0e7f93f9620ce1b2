"""Nearest vectors: exact by comparing with all, or approximate through inverted lists. The only door to faiss."""

import math
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from faqbot.index.rows import load_bytes
from faqbot.index.writing import Writer

Vectors = NDArray[np.float32]

LISTS = 2  # times the root of the count: with twice as many, building takes four times as long
TRAINING_PER_LIST = 40
ADDED_AT_ONCE = 65_536
SAMPLE = 200
LEAST = 1e-6  # the length of what is divided by it: opposite vectors have nothing between them
RECALL_AT = 50
ENOUGH_RECALL = 0.98
PROBES = (8, 16, 32, 64, 128, 256)


def nearest_exact(vectors: Vectors, queries: Vectors, count: int, *, threads: int = 1) -> NDArray[np.int64]:
    """The numbers of the `count` vectors of highest inner product with each query, best first: (queries, count)."""
    faiss = _faiss(threads)
    found: NDArray[np.int64] = faiss.knn(queries, vectors, count, metric=faiss.METRIC_INNER_PRODUCT)[1]
    return found


class InvertedLists:
    """A saved IVF index with 8-bit vectors: 0.4 GB for a million vectors of 384 numbers."""

    def __init__(self, path: Path, probes: int) -> None:
        """The file's checksum must have been verified: faiss takes what it reads for true."""
        self._index = _faiss(1).deserialize_index(load_bytes(path))
        self._index.nprobe = probes

    def nearest(self, query: Vectors, count: int) -> NDArray[np.int64]:
        """The numbers of about the `count` nearest vectors, nearly best first; fewer where the lists hold fewer."""
        _faiss(1)
        found: NDArray[np.int64] = self._index.search(query[None], count)[1][0]
        return found[found >= 0]


def write_inverted_lists(writer: Writer, path: Path, vectors: Vectors) -> dict[str, Any]:
    """Write inverted lists over the vectors; returns how to search them, with the recall against exact search.

    Lists are probed until recall at 50 is .98 on a sample of queries (or the most are probed).
    """
    faiss = _faiss(os.cpu_count() or 1)
    index = _trained(faiss, vectors)
    for start in range(0, len(vectors), ADDED_AT_ONCE):
        index.add(np.ascontiguousarray(vectors[start : start + ADDED_AT_ONCE]))
    writer.write(path, faiss.serialize_index(index).data)
    return {"kind": "ivf", "lists": index.nlist, **_tuned(index, vectors)}


def _trained(faiss: Any, vectors: Vectors) -> Any:
    count, dimension = vectors.shape
    most = count // 39  # which is the least of each that faiss trains without complaint
    lists = max(1, min(int(LISTS * math.sqrt(count)), most))
    metric, kind = faiss.METRIC_INNER_PRODUCT, faiss.ScalarQuantizer.QT_8bit
    quantizer = faiss.IndexFlatIP(dimension)
    index = faiss.IndexIVFScalarQuantizer(quantizer, dimension, lists, kind, metric)
    quantizer.this.disown()  # the index owns it, also after this function has forgotten it
    index.own_fields = True
    index.cp.spherical = True
    index.train(np.ascontiguousarray(vectors[:: max(1, count // (TRAINING_PER_LIST * lists))]))
    return index


def _tuned(index: Any, vectors: Vectors) -> dict[str, Any]:
    queries = sample_queries(vectors)
    count = min(RECALL_AT, len(vectors))
    exact = nearest_exact(vectors, queries, count, threads=os.cpu_count() or 1)
    recall, probes = 0.0, 0
    for probes in PROBES:
        index.nprobe = probes
        found = index.search(queries, 2 * count)[1]  # of which the exact products choose
        recall = float(np.mean([np.isin(right, near).mean() for right, near in zip(exact, found, strict=True)]))
        if recall >= ENOUGH_RECALL or probes >= index.nlist:
            break
    return {"probes": probes, f"recall_at_{RECALL_AT}": round(recall, 4), "sample": len(queries)}


def sample_queries(vectors: Vectors) -> Vectors:
    """Stored vectors, evenly taken, each turned halfway to another of them.

    Their neighbours lie in as many lists as those of real questions (docs/scale.md): near no passage in particular, yet
    among them. Stored vectors with noise had all of theirs in a few lists, and promised a recall that questions missed.
    """
    chosen = np.ascontiguousarray(vectors[:: max(1, len(vectors) // SAMPLE)][:SAMPLE])
    others = vectors[np.random.default_rng(0).integers(len(vectors), size=len(chosen))]
    between = chosen + others
    queries: Vectors = between / np.maximum(np.linalg.norm(between, axis=1, keepdims=True), LEAST)
    return queries


def _faiss(threads: int) -> Any:
    import faiss

    faiss.omp_set_num_threads(threads)  # counts for the calling thread only; at answering one, lest it fight ONNX
    return faiss
