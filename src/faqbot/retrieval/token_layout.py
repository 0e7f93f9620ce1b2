"""Token layouts: what every question needs to know of a stored passage, worked out once while it is kept in memory."""

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

    from faqbot.encoders.tokenizer import Tokenized
    from faqbot.index import StoredPassage
    from faqbot.types import Passage, Span

SHORTEST_SENTENCE = 4  # tokens; a numbered list's "1." is no sentence


@dataclass(frozen=True, slots=True)
class PreparedPassage:
    """A passage with its token embeddings, where sentences start among them, and their mean, (p,) of length 1."""

    stored: StoredPassage
    starts: NDArray[np.int64]
    mean: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each token of a text starts and ends, and the number of the word that it belongs to.

    `sentences` are spans of the passage's text, which is the last `text_length` characters of `text`; `tokens` are the
    tokens (from, to) of each.
    """

    text: str
    starts: Sequence[int]
    ends: Sequence[int]
    words: Sequence[int]
    sentences: tuple[Span, ...] = ()
    tokens: tuple[Span, ...] = ()
    text_length: int = 0

    def word(self, token: int) -> str:
        """Return the whole word that a token belongs to, as written; a word's tokens stand side by side."""
        first, last = self.word_tokens(token)
        return self.text[self.starts[first] : self.ends[last]]

    def word_tokens(self, token: int) -> Span:
        """Return the first and the last token of the word that a token belongs to."""
        number, first, last = self.words[token], token, token
        if number >= 0:
            while first and self.words[first - 1] == number:
                first -= 1
            while last + 1 < len(self.words) and self.words[last + 1] == number:
                last += 1
        return first, last


def prepare(stored: StoredPassage, sentence_ends: NDArray[np.int32]) -> PreparedPassage:
    """Prepare a passage for scoring; `sentence_ends` are the ids of tokens that end a sentence."""
    mean = stored.tokens.sum(axis=0, dtype=np.int32).astype(np.float32)
    starts = sentence_starts(stored.token_ids, sentence_ends)
    return PreparedPassage(stored, np.array(starts, np.int64), mean / (np.linalg.norm(mean) + 1e-9))


def sentence_starts(tokens: NDArray[np.int32], sentence_ends: NDArray[np.int32]) -> list[int]:
    """Return where sentences start among tokens, judged by the tokens that end one."""
    starts = [0]
    for end in np.flatnonzero((tokens[:-1, None] == sentence_ends).any(axis=1)).tolist():
        if end + 1 - starts[-1] >= SHORTEST_SENTENCE:
            starts.append(end + 1)
    return starts


def layout_tokens(passage: Passage, cut: Tokenized) -> Layout:
    """Lay a passage out; `cut` are the tokens of its `embedded_text`."""
    lead = len(passage.embedded_text) - len(passage.text)
    kept = [place for place, special in enumerate(cut.special) if not special]
    # Arrays: thousands of layouts are kept, and tuples of numbers would take ten times as much.
    starts, ends, words = (
        array("i", numbers)
        for numbers in ((cut.spans[i][0] for i in kept), (cut.spans[i][1] for i in kept), (cut.words[i] for i in kept))
    )
    found = sentence_spans(passage.text)
    tokens = tuple((bisect_left(starts, start + lead), bisect_right(ends, end + lead)) for start, end in found)
    return Layout(passage.embedded_text, starts, ends, words, tuple(found), tokens, len(passage.text))


def layout_question(text: str, spans: Sequence[Span], words: Sequence[int]) -> Layout:
    """Lay a question out, word by word only."""
    return Layout(text, [start for start, _ in spans], [end for _, end in spans], words)
