"""The graph that many vectors are searched by: a filled pair goes in, a whole graph and how to explore it come out."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from faqbot.errors import EngineError
from faqbot.index import layout
from faqbot.index.milvus import pairs
from faqbot.index.milvus.engine import PATIENCE, Engine
from faqbot.index.milvus.rows import vector_id
from faqbot.index.nearest import ENOUGH_RECALL, RECALL_AT, nearest_exact, sample_queries
from faqbot.index.rows import Rows, load_array

BREADTHS = (128, 256, 512, 1024, 2048)  # vectors that a question looks at on its way, `ef` to Milvus
TOGETHER = 50  # questions in one call
BUILDING = 7200.0  # seconds; a graph of millions of vectors takes an hour
PAUSE = 1.0
NOT_LOADED = "NotLoad"


def release(engine: Engine, name: str) -> None:
    """Let Milvus Lite build nothing while rows come in: it builds a graph of every piece, and throws it away again."""
    if engine.address.kind == "milvus-lite":
        for each in (name, pairs.vectors_of(name)):
            engine.work("release_collection", collection_name=each)


def settle(engine: Engine, name: str) -> None:
    """Load a filled pair and wait until its graph holds all vectors, which takes longer than a call may last.

    Raises EngineError where the engine gives up, or takes two hours.
    """
    release(engine, name)
    ends = time.monotonic() + BUILDING
    while time.monotonic() < ends:
        try:
            pairs.load(engine, name, time.monotonic() + PATIENCE)
        except EngineError:
            time.sleep(PAUSE)
            states = [engine.work("get_load_state", collection_name=each) for each in (name, pairs.vectors_of(name))]
            if all(state["state"].name == NOT_LOADED for state in states):
                raise
        else:
            described = engine.work("describe_index", collection_name=pairs.vectors_of(name), index_name="vector")
            if not int(described.get("pending_index_rows", 0)):
                return
            time.sleep(PAUSE)
    raise EngineError(f"{engine.address} has not built its index in {BUILDING:.0f} s. Run the build again")


def tuned(engine: Engine, name: str, folder: Path) -> dict[str, Any]:
    """How to explore the graph over the vectors of a written folder, with the recall against exact search.

    More is explored until recall at 50 is .98 on a sample of queries (or the most is explored).
    """
    vectors = Rows(folder, layout.VECTORS, checked=True, advice="")
    queries, count = sample_queries(vectors.data), min(RECALL_AT, len(vectors.data))
    exact = nearest_exact(vectors.data, queries, count, threads=os.cpu_count() or 1)
    ids = load_array(folder / layout.IDS)
    right = [_named(numbers, vectors, ids) for numbers in exact]
    recall, breadth = 0.0, 0
    for breadth in BREADTHS:
        found = _found(engine, name, queries, 2 * count, breadth)
        recall = float(np.mean([len(wanted & near) / count for wanted, near in zip(right, found, strict=True)]))
        if recall >= ENOUGH_RECALL:
            break
    return {"kind": "hnsw", "ef": breadth, f"recall_at_{RECALL_AT}": round(recall, 4), "sample": len(queries)}


def _named(numbers: NDArray[np.int64], vectors: Rows, ids: NDArray[np.uint64]) -> set[str]:
    rows = np.searchsorted(vectors.offsets, numbers, side="right") - 1
    places = numbers - vectors.offsets[rows]
    return {
        vector_id(f"{passage:016x}", place) for passage, place in zip(ids[rows].tolist(), places.tolist(), strict=True)
    }


def _found(engine: Engine, name: str, queries: NDArray[np.float32], wanted: int, breadth: int) -> list[set[str]]:
    found: list[set[str]] = []
    for start in range(0, len(queries), TOGETHER):
        hits = engine.work(
            "search",
            collection_name=pairs.vectors_of(name),
            data=queries[start : start + TOGETHER].tolist(),
            anns_field="vector",
            limit=wanted,
            search_params={"metric_type": "IP", "params": {"ef": breadth}},
        )
        found += [{str(hit["id"]) for hit in each} for each in hits]
    return found
