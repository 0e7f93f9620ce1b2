"""Passages read back from a pair of collections: ids go in, rows and vectors come out, as the engine has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from faqbot.index.contents import EncoderCard
from faqbot.index.milvus.engine import Engine
from faqbot.index.milvus.pairs import vectors_of
from faqbot.index.milvus.rows import Row, digest_of, passage_fields, read_row, vector_id

Vectors = NDArray[np.float32]


def read_rows(
    engine: Engine, name: str, encoder: EncoderCard, ids: Sequence[str], deadline: float | None = None
) -> dict[str, Row]:
    """The passages with these ids; one that is not there is left out."""
    if not ids:
        return {}
    found = engine.call(
        "get", collection_name=name, ids=list(ids), output_fields=list(passage_fields(encoder)), deadline=deadline
    )
    rows = (read_row(each, encoder) for each in found)
    return {row.stored.passage.id: row for row in rows}


def read_vectors(
    engine: Engine, name: str, counts: Mapping[str, int], deadline: float | None = None
) -> dict[str, Vectors]:
    """All vectors of passages, of which it is known how many each has; one that is not there is left out."""
    ids = [vector_id(passage, number) for passage, count in counts.items() for number in range(count)]
    if not ids:
        return {}
    found = engine.call(
        "get", collection_name=vectors_of(name), ids=ids, output_fields=["id", "vector"], deadline=deadline
    )
    vectors = {row["id"]: np.array(row["vector"], np.float32) for row in found}
    return {
        passage: np.stack([vectors[vector_id(passage, number)] for number in range(count)])
        for passage, count in counts.items()
        if all(vector_id(passage, number) in vectors for number in range(count))
    }


def read_digests(engine: Engine, name: str, rows: Mapping[str, Row]) -> dict[str, bytes]:
    """The digests of all there is of passages; one whose vectors are not all there is left out."""
    vectors = read_vectors(engine, name, {passage: row.vectors for passage, row in rows.items()})
    return {passage: digest_of(rows[passage].digest, vectors[passage], rows[passage].words) for passage in vectors}


def read_said(engine: Engine, name: str, ids: Sequence[str]) -> Sequence[Mapping[str, str]]:
    """The ids and digests that rows carry, as they were sent."""
    said: Sequence[Mapping[str, str]] = engine.call(
        "get", collection_name=name, ids=list(ids), output_fields=["id", "digest"]
    )
    return said
