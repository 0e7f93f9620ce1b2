"""A hit's passage and the question's tokens go in; the sentence that answers and the words that met come out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from faqbot.splitting import statements

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from faqbot.encoding.encoder import Encoded
    from faqbot.encoding.tokens import Pieces
    from faqbot.types import Passage, Span

LEAST_LIKENESS = 0.45  # of two words to be shown as having met
MOST_PAIRS = 8


def highlight(
    passage: Passage, similar: NDArray[np.float32], weights: NDArray[np.float32], cut: Pieces
) -> tuple[Span, ...]:
    """The sentence of `passage.text` that answers best, as offsets.

    `similar` is (t, q), the cosines of the pieces of `passage.embedded_text` (special ones left out) with those of
    the question, `weights` (q,) what those count, `cut` the pieces' places in `embedded_text`.
    """
    lead = len(passage.embedded_text) - len(passage.text)
    spans = [span for span, special in zip(cut.spans, cut.special, strict=True) if not special]
    places = np.array([(start - lead, end - lead) for start, end in spans]).reshape(-1, 2)
    best: tuple[float, Span] | None = None
    for start, end in statements(passage.text):
        inside = (places[:, 0] >= start) & (places[:, 1] <= end)
        if inside.any():
            value = float(similar[inside].max(axis=0) @ weights)
            best = max(best, (value, (start, end))) if best else (value, (start, end))
    return (best[1],) if best else ()


def matched(
    question: str,
    query: Encoded,
    passage: Passage,
    similar: NDArray[np.float32],
    weights: NDArray[np.float32],
    cut: Pieces,
) -> tuple[tuple[str, str], ...]:
    """Which words of the question met which of the passage, those that count most first."""
    kept = [index for index, special in enumerate(cut.special) if not special]
    text = passage.embedded_text
    found: dict[str, str] = {}
    for column in np.argsort(-weights):
        row = int(similar[:, column].argmax())
        asked = _word(question, query.spans, query.words, int(column))
        met = _word(text, [cut.spans[i] for i in kept], [cut.words[i] for i in kept], row)
        if similar[row, column] >= LEAST_LIKENESS and asked[:1].isalnum() and met[:1].isalnum():
            found.setdefault(asked, met)
    return tuple(found.items())[:MOST_PAIRS]


def _word(text: str, spans: Sequence[Span], words: Sequence[int], index: int) -> str:
    """The whole word that a piece belongs to, as written."""
    number = words[index]
    same = [span for span, word in zip(spans, words, strict=True) if word == number] if number >= 0 else [spans[index]]
    return text[same[0][0] : same[-1][1]]
