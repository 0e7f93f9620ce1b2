"""Embeddings of some texts in one file: either the whole file is what was written, or it counts as not there.

The file: SHA-256 of the rest (32 bytes); how many texts, vector dimension, token dimension, token rows (int64 each);
keys; where each text's token rows end; vectors; word pieces; token rows.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from faqbot.index.contents import KEY_BYTES
from faqbot.index.rows import load_bytes
from faqbot.index.writing import Writer

DIGEST_BYTES = 32


@dataclass(frozen=True, slots=True)
class Embedding:
    """What an encoder made of one text.

    `vector` is (d,) float32 of length 1, `tokens` (pieces, token dimension) int8, `pieces` (pieces,) int32. Where
    only the vector is needed (an alternate question), the other two may have no rows.
    """

    vector: NDArray[np.float32]
    tokens: NDArray[np.int8]
    pieces: NDArray[np.int32]


def write_segment(writer: Writer, path: Path, embeddings: Mapping[bytes, Embedding]) -> None:
    """Write embeddings (at least one, all of one encoder) by their keys."""
    made = list(embeddings.values())
    ends = np.cumsum([0, *(len(each.pieces) for each in made)], dtype=np.int64)
    shape = np.array([len(made), len(made[0].vector), made[0].tokens.shape[1], ends[-1]], np.int64)
    body = b"".join(
        (
            shape.tobytes(),
            *embeddings,
            ends.tobytes(),
            *(np.asarray(each.vector, np.float32).tobytes() for each in made),
            *(np.asarray(each.pieces, np.int32).tobytes() for each in made),
            *(np.asarray(each.tokens, np.int8).tobytes() for each in made),
        )
    )
    writer.write(path, hashlib.sha256(body).digest() + body)


class Segment:
    """A file of embeddings, memory-mapped; `keys` is (texts, KEY_BYTES) uint8."""

    def __init__(self, path: Path) -> None:
        """Raises ValueError for a file that is torn or damaged."""
        data = load_bytes(path)
        body = data[DIGEST_BYTES:]
        if not len(body) or hashlib.sha256(body.data).digest() != data[:DIGEST_BYTES].tobytes():
            raise ValueError(f"{path} is not whole")
        self._body, self._read = body, 0
        texts, dimension, token_dimension, rows = self._take((4,), np.int64).tolist()
        self.keys: NDArray[np.uint8] = self._take((texts, KEY_BYTES), np.uint8)
        self._ends = self._take((texts + 1,), np.int64)
        self._vectors = self._take((texts, dimension), np.float32)
        self._pieces = self._take((rows,), np.int32)
        self._tokens = self._take((rows, token_dimension), np.int8)

    def read(self, number: int) -> Embedding:
        """The embedding of one of its texts."""
        rows = slice(self._ends[number], self._ends[number + 1])
        return Embedding(self._vectors[number], self._tokens[rows], self._pieces[rows])

    def _take(self, shape: tuple[int, ...], kind: DTypeLike) -> NDArray[Any]:
        size = int(np.prod(shape)) * np.dtype(kind).itemsize
        part = self._body[self._read : self._read + size].view(kind).reshape(shape)
        self._read += size
        return part
