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

SHORT = 13  # characters: "Usually not." before the chosen sentence is the answer itself, and is marked with it
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
    found = statements(passage.text)
    values = [_met(similar, weights, (places[:, 0] >= start) & (places[:, 1] <= end)) for start, end in found]
    if not found or max(values) < 0:
        return ()
    best = int(np.argmax(values))
    first = best - 1 if best and _leads_into(found[best - 1], found[best]) else best
    return ((found[first][0], found[best][1]),)


def _met(similar: NDArray[np.float32], weights: NDArray[np.float32], inside: NDArray[np.bool_]) -> float:
    """How well a statement's pieces meet the question; -1 where it has none."""
    return float(similar[inside].max(axis=0) @ weights) if inside.any() else -1.0


def _leads_into(before: Span, after: Span) -> bool:
    return before[1] - before[0] <= SHORT and after[0] - before[1] <= 1


def matched(
    question: str,
    query: Encoded,
    passage: Passage,
    similar: NDArray[np.float32],
    weights: NDArray[np.float32],
    cut: Pieces,
) -> tuple[tuple[str, str], ...]:
    """Which words of the question met which of the passage, those that count most first."""
    text = passage.embedded_text
    spans = [span for span, special in zip(cut.spans, cut.special, strict=True) if not special]
    words = [word for word, special in zip(cut.words, cut.special, strict=True) if not special]
    best = similar.argmax(axis=0).tolist()
    found: dict[str, str] = {}
    for column in np.argsort(-weights).tolist():
        row = best[column]
        if len(found) == MOST_PAIRS or similar[row, column] < LEAST_LIKENESS:
            continue
        asked, met = _word(question, query.spans, query.words, column), _word(text, spans, words, row)
        if asked[:1].isalnum() and met[:1].isalnum():
            found.setdefault(asked, met)
    return tuple(found.items())


def _word(text: str, spans: Sequence[Span], words: Sequence[int], index: int) -> str:
    """The whole word that a piece belongs to, as written; its pieces stand side by side."""
    number, first, last = words[index], index, index
    while number >= 0 and first > 0 and words[first - 1] == number:
        first -= 1
    while number >= 0 and last + 1 < len(words) and words[last + 1] == number:
        last += 1
    return text[spans[first][0] : spans[last][1]]
