"""A stored passage goes in, what every question needs of it comes out, worked out once while it is kept in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from faqbot.splitting import statements

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from faqbot.encoding.tokens import Pieces
    from faqbot.index.contents import Stored
    from faqbot.types import Passage, Span

SHORTEST_SENTENCE = 4  # pieces; a numbered list's "1." is no sentence


@dataclass(frozen=True, slots=True)
class Prepared:
    """A passage with its token rows, where sentences start among them, and their mean direction, (p,) of length 1."""

    stored: Stored
    starts: NDArray[np.int64]
    mean: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Layout:
    """How a passage is shown: the word of each piece, its statements, and the pieces (from, to) of each statement."""

    words: tuple[str, ...]
    statements: tuple[Span, ...]
    pieces: tuple[Span, ...]


def prepare(stored: Stored, sentence_ends: NDArray[np.int32]) -> Prepared:
    """Look a passage over; `sentence_ends` are the ids of pieces that end a sentence."""
    mean = stored.tokens.sum(axis=0, dtype=np.int32).astype(np.float32)
    starts = sentence_starts(stored.pieces, sentence_ends)
    return Prepared(stored, np.array(starts, np.int64), mean / (np.linalg.norm(mean) + 1e-9))


def sentence_starts(pieces: NDArray[np.int32], sentence_ends: NDArray[np.int32]) -> list[int]:
    """Where sentences start among pieces, judged by the pieces that end one."""
    starts = [0]
    for end in np.flatnonzero(np.isin(pieces[:-1], sentence_ends)).tolist():
        if end + 1 - starts[-1] >= SHORTEST_SENTENCE:
            starts.append(end + 1)
    return starts


def lay_out(passage: Passage, cut: Pieces) -> Layout:
    """Lay a passage out; `cut` are the pieces of its `embedded_text`."""
    lead = len(passage.embedded_text) - len(passage.text)
    kept = [place for place, special in enumerate(cut.special) if not special]
    spans = np.array([cut.spans[place] for place in kept], np.int64).reshape(-1, 2) - lead
    found = statements(passage.text)
    first = np.searchsorted(spans[:, 0], [start for start, _ in found])
    past = np.searchsorted(spans[:, 1], [end for _, end in found], side="right")
    words = whole_words(passage.embedded_text, [cut.spans[i] for i in kept], [cut.words[i] for i in kept])
    return Layout(words, tuple(found), tuple(zip(first.tolist(), past.tolist(), strict=True)))


def whole_words(text: str, spans: Sequence[Span], words: Sequence[int]) -> tuple[str, ...]:
    """For each piece the whole word that it belongs to, as written; a word's pieces stand side by side."""
    found: list[str] = []
    start = 0
    for end in range(1, len(spans) + 1):
        if end == len(spans) or words[end] != words[start] or words[start] < 0:
            found += [text[spans[start][0] : spans[end - 1][1]]] * (end - start)
            start = end
    return tuple(found)
