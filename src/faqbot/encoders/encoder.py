"""Texts go in, Encoded come out: a pooled vector and a matrix of token vectors each, whichever engine does the work."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from faqbot.encoders.tokenizer import Pieces, WordPieces

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from faqbot.encoders.pca import Projection
    from faqbot.types import Span

BATCH_PIECES = 1024  # measured for MiniLM: more of them leave the processor's caches, fewer are no faster


class Engine(Protocol):
    """What computes: ONNX Runtime, or sentence-transformers where it builds faster or the model has no graph."""

    def run(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Word piece ids and mask, both (texts, pieces); token vectors (texts, pieces, d) and pooled (texts, d)."""
        ...


@dataclass(frozen=True, slots=True)
class Encoded:
    """One text as the encoder sees it.

    `vector` is (d,) float32 of length 1. `tokens` is (t, p) float32, rows of length 1, one for each word piece that
    stands for text; `pieces` are their vocabulary ids, `spans` their places in the text, `words` the number of the
    word each belongs to.
    """

    vector: NDArray[np.float32]
    tokens: NDArray[np.float32]
    pieces: NDArray[np.int32]
    spans: tuple[Span, ...]
    words: tuple[int, ...]


class Encoder:
    """One model with its tokenizer: prompts, batches sorted by length, and long texts in windows instead of cut."""

    def __init__(self, engine: Engine, word_pieces: WordPieces, projection: Projection, token_limit: int) -> None:
        self.word_pieces = word_pieces
        self.projection = projection
        self.token_limit = token_limit
        self._engine = engine

    def encode(
        self,
        texts: Sequence[str],
        *,
        prompt: str = "",
        batch_pieces: int = BATCH_PIECES,
        progress: Callable[[float], None] | None = None,
    ) -> list[Encoded]:
        """Encode texts, in order. `prompt` is read before each text; `progress` is told the share that is done.

        Up to `batch_pieces` pieces are computed together, padding included.
        A text of more than `token_limit` pieces is read in windows: its vector is the mean of theirs, its tokens
        are all of theirs.
        """
        cuts = self.word_pieces.cut([prompt + text for text in texts])
        windows = [(number, window) for number, cut in enumerate(cuts) for window in _windows(cut, self.token_limit)]
        windows.sort(key=lambda pair: len(pair[1].ids))
        found: list[list[tuple[int, Encoded]]] = [[] for _ in texts]
        done = 0
        for batch in _batches(windows, batch_pieces):
            for (number, window), encoded in zip(batch, self._encode_batch([w for _, w in batch], prompt), strict=True):
                found[number].append((window.spans[1][0] if len(window.spans) > 1 else 0, encoded))
            done += len(batch)
            if progress:
                progress(done / len(windows))
        return [_joined([encoded for _, encoded in sorted(parts, key=lambda part: part[0])]) for parts in found]

    def _encode_batch(self, batch: Sequence[Pieces], prompt: str) -> Iterator[Encoded]:
        ids, mask = _padded(batch)
        tokens, pooled = self._engine.run(ids, mask)
        for row, pieces in enumerate(batch):
            kept = [i for i, span in enumerate(pieces.spans) if not pieces.special[i] and span[1] > len(prompt)]
            yield Encoded(
                vector=_unit(pooled[row]),
                tokens=self.projection.apply(tokens[row, kept]),
                pieces=np.array([pieces.ids[i] for i in kept], dtype=np.int32),
                spans=tuple((pieces.spans[i][0] - len(prompt), pieces.spans[i][1] - len(prompt)) for i in kept),
                words=tuple(pieces.words[i] for i in kept),
            )


def _batches(windows: Sequence[tuple[int, Pieces]], most: int) -> Iterator[Sequence[tuple[int, Pieces]]]:
    """The windows, which come sorted by length, in as many as fit together into `most` pieces."""
    start = 0
    for end in range(1, len(windows) + 1):
        if end == len(windows) or (end + 1 - start) * len(windows[end][1].ids) > most:
            yield windows[start:end]
            start = end


def _padded(batch: Sequence[Pieces]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    width = max(len(pieces.ids) for pieces in batch)
    ids = np.zeros((len(batch), width), dtype=np.int64)
    mask = np.zeros((len(batch), width), dtype=np.int64)
    for row, pieces in enumerate(batch):
        ids[row, : len(pieces.ids)] = pieces.ids
        mask[row, : len(pieces.ids)] = 1
    return ids, mask


def _windows(pieces: Pieces, limit: int) -> list[Pieces]:
    """One piece list as it is, or several of at most `limit` pieces, each with the special pieces around it."""
    if len(pieces.ids) <= limit:
        return [pieces]
    inner = [i for i, special in enumerate(pieces.special) if not special]
    first = [i for i in range(len(pieces.ids)) if pieces.special[i] and i < inner[0]]
    last = [i for i in range(len(pieces.ids)) if pieces.special[i] and i > inner[-1]]
    size = limit - len(first) - len(last)
    chosen = [[*first, *inner[start : start + size], *last] for start in range(0, len(inner), size)]
    return [
        Pieces(
            ids=tuple(pieces.ids[i] for i in places),
            spans=tuple(pieces.spans[i] for i in places),
            special=tuple(pieces.special[i] for i in places),
            words=tuple(pieces.words[i] for i in places),
        )
        for places in chosen
    ]


def _joined(parts: Sequence[Encoded]) -> Encoded:
    if len(parts) == 1:
        return parts[0]
    return Encoded(
        vector=_unit(np.mean([part.vector for part in parts], axis=0, dtype=np.float32)),
        tokens=np.concatenate([part.tokens for part in parts]),
        pieces=np.concatenate([part.pieces for part in parts]),
        spans=tuple(span for part in parts for span in part.spans),
        words=tuple(word for part in parts for word in part.words),
    )


def _unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    length = float(np.linalg.norm(vector))
    return (vector / (length or 1.0)).astype(np.float32)
