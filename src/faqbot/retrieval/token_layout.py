"""A stored passage goes in, what every question needs of it comes out, worked out once while it is kept in memory."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from faqbot.chunking import sentence_spans

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from faqbot.encoders.tokenizer import Pieces
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
    """How a text is shown: where each piece of it starts and ends, and the number of the word that it belongs to.

    `statements` are places in the passage's text, `pieces` the pieces (from, to) of each.
    """

    text: str
    starts: Sequence[int]
    ends: Sequence[int]
    words: Sequence[int]
    statements: tuple[Span, ...] = ()
    pieces: tuple[Span, ...] = ()

    def word(self, piece: int) -> str:
        """The whole word that a piece belongs to, as written; a word's pieces stand side by side."""
        number, first, last = self.words[piece], piece, piece
        if number >= 0:
            while first and self.words[first - 1] == number:
                first -= 1
            while last + 1 < len(self.words) and self.words[last + 1] == number:
                last += 1
        return self.text[self.starts[first] : self.ends[last]]


def prepare(stored: Stored, sentence_ends: NDArray[np.int32]) -> Prepared:
    """Look a passage over; `sentence_ends` are the ids of pieces that end a sentence."""
    mean = stored.tokens.sum(axis=0, dtype=np.int32).astype(np.float32)
    starts = sentence_starts(stored.pieces, sentence_ends)
    return Prepared(stored, np.array(starts, np.int64), mean / (np.linalg.norm(mean) + 1e-9))


def sentence_starts(pieces: NDArray[np.int32], sentence_ends: NDArray[np.int32]) -> list[int]:
    """Where sentences start among pieces, judged by the pieces that end one."""
    starts = [0]
    for end in np.flatnonzero((pieces[:-1, None] == sentence_ends).any(axis=1)).tolist():
        if end + 1 - starts[-1] >= SHORTEST_SENTENCE:
            starts.append(end + 1)
    return starts


def lay_out(passage: Passage, cut: Pieces) -> Layout:
    """Lay a passage out; `cut` are the pieces of its `embedded_text`."""
    lead = len(passage.embedded_text) - len(passage.text)
    kept = [place for place, special in enumerate(cut.special) if not special]
    # Arrays: thousands of layouts are kept, and tuples of numbers would take ten times as much.
    starts, ends, words = (
        array("i", numbers)
        for numbers in ((cut.spans[i][0] for i in kept), (cut.spans[i][1] for i in kept), (cut.words[i] for i in kept))
    )
    found = sentence_spans(passage.text)
    pieces = tuple((bisect_left(starts, start + lead), bisect_right(ends, end + lead)) for start, end in found)
    return Layout(passage.embedded_text, starts, ends, words, tuple(found), pieces)


def lay_out_question(text: str, spans: Sequence[Span], words: Sequence[int]) -> Layout:
    """The same for a question, which is shown word by word only."""
    return Layout(text, [start for start, _ in spans], [end for _, end in spans], words)
