"""Values on both sides of an index, and what a store of passages must offer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from faqbot.types import Document, Passage


@dataclass(frozen=True, slots=True)
class EncoderInfo:
    """The encoder that made an index. Another one is refused when the index is loaded.

    `token_dimension` is that of the stored token embeddings, `token_scale` what their int8 values are divided by.
    """

    name: str
    fingerprint: str
    dimension: int
    token_dimension: int
    token_scale: float
    token_limit: int
    query_prompt: str = ""
    passage_prompt: str = ""
    vocabulary_size: int = 0


@dataclass(frozen=True, slots=True)
class Embedding:
    """What the encoder made of one text.

    `vector` is (d,) float32 of length 1, `tokens` (t, p) int8, `token_ids` (t,) int32. Where only the vector is
    needed, as for a question variant or a sentence, the other two have no rows.
    """

    vector: NDArray[np.float32]
    tokens: NDArray[np.int8]
    token_ids: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class EncodedPassage:
    """A passage with its embeddings.

    `vectors` is (1 or more, d) float32, rows of length 1: the passage's own, then those of its questions or sentences.
    `tokens` is (t, p) int8 and `token_ids` (t,) int32. `text_hashes` identify the texts behind the vectors, in their
    order, so that the next build need not encode them; left out, it does.
    """

    passage: Passage
    vectors: NDArray[np.float32]
    tokens: NDArray[np.int8]
    token_ids: NDArray[np.int32]
    text_hashes: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceFile:
    """Where a document comes from: the hash of the file and of what read it, and the settings it was chunked with.

    `parsed` is the document as it was read, where the one in the index differs: question variants were merged in.
    """

    content_hash: bytes
    chunking: str
    parsed: Document | None = None


@dataclass(frozen=True, slots=True)
class Asset:
    """A picture that a document shows; `path` is that below the corpus folder, with forward slashes."""

    path: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything that a version of an index holds. `passages` is read once, in order.

    `source` tells what the index was made from; `meta` are texts of the caller, given back by `Index.meta`.
    `files` are the source files by document id, for the next build.
    """

    documents: Sequence[Document]
    passages: Iterable[EncodedPassage]
    encoder: EncoderInfo
    calibration: Mapping[str, Any] = field(default_factory=dict)
    source: Mapping[str, Any] = field(default_factory=dict)
    meta: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, SourceFile] = field(default_factory=dict)
    assets: Iterable[Asset] = ()


@dataclass(frozen=True, slots=True)
class Matches:
    """Passages found by one search, best first: their ids, and (n,) float32 scores, higher is better."""

    ids: tuple[str, ...]
    scores: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Passages worth a closer look, with the two first scores of each, higher is better.

    `dense` is the best inner product over the passage's vectors; `lexical` the BM25 score, 0 where no term is shared.
    Order: by the better rank in the two searches. `ceiling` is the most that BM25 can reach for the question: the sum
    of the IDFs of its terms, unknown ones included.
    """

    ids: tuple[str, ...]
    dense: NDArray[np.float32]
    lexical: NDArray[np.float32]
    ceiling: float = 0.0


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage with its int8 token embeddings (t, p) and their token ids (t,) int32."""

    passage: Passage
    tokens: NDArray[np.int8]
    token_ids: NDArray[np.int32]


class PassageStore(Protocol):
    """Where the passages of an index are searched: EmbeddedStore, or MilvusStore."""

    def search_vector(self, vector: NDArray[np.float32], k: int) -> Matches:
        """Return the k passages of highest inner product with a (d,) vector."""

    def search_text(self, terms: Mapping[str, int], k: int) -> Matches:
        """Return the k passages of highest BM25 score for terms with their counts."""

    def dense_scores(self, vector: NDArray[np.float32], ids: Sequence[str]) -> NDArray[np.float32]:
        """Return the best inner product of each of these passages."""

    def text_scores(self, terms: Mapping[str, int], ids: Sequence[str]) -> NDArray[np.float32]:
        """Return the BM25 score of each of these passages."""

    def ceiling(self, terms: Mapping[str, int]) -> float:
        """Return the sum of the IDFs of the terms."""

    def fetch(self, ids: Sequence[str]) -> tuple[StoredPassage, ...]:
        """Return passages in the order of their ids. Raises IndexMismatchError for an unknown id."""

    def check(self) -> None:
        """Raise EngineError while passages cannot be had."""

    def problems(self) -> tuple[str, ...]:
        """Return what is wrong with passages that are outside the index folder."""

    def close(self) -> None:
        """Release what the store holds."""
