"""Texts to embeddings: a pooled vector and a matrix of token vectors each, whichever backend computes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from faqbot.encoders.tokenizer import EncoderTokenizer, Tokenized

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from faqbot.encoders.pca import Projection
    from faqbot.types import Span

BATCH_TOKENS = 1024  # measured for MiniLM: more of them leave the processor's caches, fewer are no faster


class Backend(Protocol):
    """What computes: ONNX Runtime, or sentence-transformers where it builds faster or the model has no graph."""

    def run(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Token ids and mask, both (texts, tokens); token vectors (texts, tokens, d) and pooled (texts, d)."""
        ...


@dataclass(frozen=True, slots=True)
class Encoded:
    """One text as the encoder sees it.

    `vector` is (d,) float32 of length 1. `tokens` is (t, p) float32, rows of length 1, one for each token that
    stands for text; `token_ids` are their vocabulary ids, `spans` their places in the text, `words` the number of the
    word each belongs to.
    """

    vector: NDArray[np.float32]
    tokens: NDArray[np.float32]
    token_ids: NDArray[np.int32]
    spans: tuple[Span, ...]
    words: tuple[int, ...]


class Encoder:
    """One model with its tokenizer: prompts, batches sorted by length, and long texts in windows instead of cut."""

    def __init__(self, backend: Backend, tokenizer: EncoderTokenizer, projection: Projection, token_limit: int) -> None:
        self.tokenizer = tokenizer
        self.projection = projection
        self.token_limit = token_limit
        self._backend = backend

    def encode(
        self,
        texts: Sequence[str],
        *,
        prompt: str = "",
        batch_tokens: int = BATCH_TOKENS,
        progress: Callable[[float], None] | None = None,
    ) -> list[Encoded]:
        """Encode texts, in order. `prompt` is read before each text; `progress` is told the share that is done.

        Up to `batch_tokens` tokens are computed together, padding included.
        A text of more than `token_limit` tokens is read in windows: its vector is the mean of theirs, its tokens
        are all of theirs.
        """
        cuts = self.tokenizer.tokenize([prompt + text for text in texts])
        windows = [(number, window) for number, cut in enumerate(cuts) for window in _windows(cut, self.token_limit)]
        windows.sort(key=lambda pair: len(pair[1].ids))
        found: list[list[tuple[int, Encoded]]] = [[] for _ in texts]
        done = 0
        for batch in _batches(windows, batch_tokens):
            for (number, window), encoded in zip(batch, self._encode_batch([w for _, w in batch], prompt), strict=True):
                found[number].append((window.spans[1][0] if len(window.spans) > 1 else 0, encoded))
            done += len(batch)
            if progress:
                progress(done / len(windows))
        return [_joined([encoded for _, encoded in sorted(parts, key=lambda part: part[0])]) for parts in found]

    def _encode_batch(self, batch: Sequence[Tokenized], prompt: str) -> Iterator[Encoded]:
        ids, mask = _padded(batch)
        tokens, pooled = self._backend.run(ids, mask)
        for row, tokenized in enumerate(batch):
            kept = [i for i, span in enumerate(tokenized.spans) if not tokenized.special[i] and span[1] > len(prompt)]
            yield Encoded(
                vector=_unit(pooled[row]),
                tokens=self.projection.apply(tokens[row, kept]),
                token_ids=np.array([tokenized.ids[i] for i in kept], dtype=np.int32),
                spans=tuple((tokenized.spans[i][0] - len(prompt), tokenized.spans[i][1] - len(prompt)) for i in kept),
                words=tuple(tokenized.words[i] for i in kept),
            )


def _batches(windows: Sequence[tuple[int, Tokenized]], most: int) -> Iterator[Sequence[tuple[int, Tokenized]]]:
    """The windows, which come sorted by length, in as many as fit together into `most` tokens."""
    start = 0
    for end in range(1, len(windows) + 1):
        if end == len(windows) or (end + 1 - start) * len(windows[end][1].ids) > most:
            yield windows[start:end]
            start = end


def _padded(batch: Sequence[Tokenized]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    width = max(len(tokenized.ids) for tokenized in batch)
    ids = np.zeros((len(batch), width), dtype=np.int64)
    mask = np.zeros((len(batch), width), dtype=np.int64)
    for row, tokenized in enumerate(batch):
        ids[row, : len(tokenized.ids)] = tokenized.ids
        mask[row, : len(tokenized.ids)] = 1
    return ids, mask


def _windows(tokenized: Tokenized, limit: int) -> list[Tokenized]:
    """One token list as it is, or several of at most `limit` tokens, each with the special tokens around it."""
    if len(tokenized.ids) <= limit:
        return [tokenized]
    inner = [i for i, special in enumerate(tokenized.special) if not special]
    first = [i for i in range(len(tokenized.ids)) if tokenized.special[i] and i < inner[0]]
    last = [i for i in range(len(tokenized.ids)) if tokenized.special[i] and i > inner[-1]]
    size = limit - len(first) - len(last)
    chosen = [[*first, *inner[start : start + size], *last] for start in range(0, len(inner), size)]
    return [
        Tokenized(
            ids=tuple(tokenized.ids[i] for i in places),
            spans=tuple(tokenized.spans[i] for i in places),
            special=tuple(tokenized.special[i] for i in places),
            words=tuple(tokenized.words[i] for i in places),
        )
        for places in chosen
    ]


def _joined(parts: Sequence[Encoded]) -> Encoded:
    if len(parts) == 1:
        return parts[0]
    return Encoded(
        vector=_unit(np.mean([part.vector for part in parts], axis=0, dtype=np.float32)),
        tokens=np.concatenate([part.tokens for part in parts]),
        token_ids=np.concatenate([part.token_ids for part in parts]),
        spans=tuple(span for part in parts for span in part.spans),
        words=tuple(word for part in parts for word in part.words),
    )


def _unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    length = float(np.linalg.norm(vector))
    return (vector / (length or 1.0)).astype(np.float32)
