"""A hit's passage and the question's tokens go in; the sentence that answers and the words that met come out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from faqbot.retrieval.token_layout import Layout
    from faqbot.types import Span

SHORT = 13  # characters: "Usually not." before the chosen sentence is the answer itself, and is marked with it
LEAST_LIKENESS = 0.45  # of two words to be shown as having met
MOST_PAIRS = 8


def highlight(layout: Layout, similar: NDArray[np.float32], weights: NDArray[np.float32]) -> tuple[Span, ...]:
    """The sentence of a passage's text that answers best, as offsets.

    `similar` is (t, q), the cosines of the pieces of its `embedded_text` (special ones left out) with those of the
    question, `weights` (q,) what those count.
    """
    found = layout.statements
    values = [similar[first:past].max(axis=0) @ weights if past > first else -1.0 for first, past in layout.pieces]
    if not found or max(values) < 0:
        return ()
    best = int(np.argmax(values))
    first = best - 1 if best and _leads_into(found[best - 1], found[best]) else best
    return ((found[first][0], found[best][1]),)


def _leads_into(before: Span, after: Span) -> bool:
    return before[1] - before[0] <= SHORT and after[0] - before[1] <= 1


def matched(
    asked: Layout, layout: Layout, similar: NDArray[np.float32], weights: NDArray[np.float32]
) -> tuple[tuple[str, str], ...]:
    """Which words of the question met which of the passage, those that count most first."""
    best = similar.argmax(axis=0).tolist()
    likeness = similar.max(axis=0).tolist()
    found: dict[str, str] = {}
    for column in np.argsort(-weights).tolist():
        if len(found) == MOST_PAIRS:
            break
        if likeness[column] < LEAST_LIKENESS:
            continue
        word, met = asked.word(column), layout.word(best[column])
        if word[:1].isalnum() and met[:1].isalnum():
            found.setdefault(word, met)
    return tuple(found.items())
