"""Passages go in; how much of what two of them say is the same, from 0 to 1, comes out."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from faqbot.lint.shingles import words_of
from faqbot.types import Passage


def word_weights(passages: Sequence[Passage]) -> Mapping[str, float]:
    """What each word counts: the more, the fewer passages hold it (inverse document frequency)."""
    holders = Counter(word for passage in passages for word in set(words_of(passage.text)))
    return {word: math.log(1 + len(passages) / count) for word, count in holders.items()}


def shared(first: Passage, second: Passage, weights: Mapping[str, float]) -> float:
    """The weight of the words that both passages have, as a share of the shorter one's. Both must have been weighed."""
    words, others = set(words_of(first.text)), set(words_of(second.text))
    least = min(sum(map(weights.__getitem__, words)), sum(map(weights.__getitem__, others)))
    return sum(map(weights.__getitem__, words & others)) / least if least else 0.0
