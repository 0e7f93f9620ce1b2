"""What goes into a generation and what a query gets back: the shapes on both sides of the index."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from faqbot.digests import BYTES
from faqbot.types import Document, Passage

KEY_BYTES = BYTES  # of a cache key


@dataclass(frozen=True, slots=True)
class EncoderCard:
    """How a manifest names its encoder; loading refuses another one.

    `token_dimension` is that of the stored token rows, `token_scale` what an int8 row is divided by.
    `vocabulary_size` is how many word pieces the tokenizer knows: counts of pieces are that long.
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
class EncodedPassage:
    """A passage with its vectors: the first is its own, the others are those of its questions or its sentences.

    `vectors` is (1 or more, dimension) float32, each of length 1. `tokens` is (pieces, token_dimension) int8.
    `pieces` is (pieces,) int32, the vocabulary id of each token row. `keys` are the cache keys of the texts behind
    the vectors, in their order, by which the next build finds them again; left out, it encodes them anew.
    """

    passage: Passage
    vectors: NDArray[np.float32]
    tokens: NDArray[np.int8]
    pieces: NDArray[np.int32]
    keys: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Contents:
    """All that a generation is made of, before it is sealed. `passages` is read once, in order."""

    documents: Sequence[Document]
    passages: Iterable[EncodedPassage]
    encoder: EncoderCard
    calibration: dict[str, Any] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Candidates:
    """The passages worth a closer look, with the two first scores of each, higher is better.

    `ids` are passage ids; `dense` is the best inner product over the passage's vectors; `lexical` the BM25 score,
    0 where no word is shared. The three have one length. Order: by rank in either list, best first. `ceiling` is the
    sum of the inverse document frequencies of the question's words, unknown ones included: what BM25 can reach.
    """

    ids: tuple[str, ...]
    dense: NDArray[np.float32]
    lexical: NDArray[np.float32]
    ceiling: float = 0.0


@dataclass(frozen=True, slots=True)
class Stored:
    """A passage as fetched, with its token rows (memory-mapped int8) and their vocabulary ids."""

    passage: Passage
    tokens: NDArray[np.int8]
    pieces: NDArray[np.int32]
