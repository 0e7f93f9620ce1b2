"""BM25 on an engine that knows inner products only: texts go in, sparse vectors with the same scores come out.

A passage's vector holds what BM25 says of its words, a question's their inverse document frequencies, so that a change
of the corpus changes the vectors of no other passage. Each word keeps its number from generation to generation.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from faqbot.index import layout
from faqbot.index.lexical import K1, B, analyse, indexed_text
from faqbot.index.rows import load_array, offsets_name
from faqbot.index.words import find_word
from faqbot.index.writing import Writer
from faqbot.types import Passage

NOTHING = {0: 1.0}  # the vector of a passage without words, for an empty one is refused; no word has the number 0
DRIFT = 0.02  # so far the mean length may move before every passage's vector is computed anew

Sparse = dict[int, float]


class Terms:
    """The words of a generation, with their numbers and the passages that have each."""

    def __init__(self, folder: Path, *, passages: int, mean_length: float) -> None:
        self.words = load_array(folder / layout.TERMS)
        self.numbers: NDArray[np.int64] = load_array(folder / layout.TERM_NUMBERS)
        self._counts: NDArray[np.int64] = load_array(folder / layout.TERM_COUNTS)
        self._passages, self.mean_length = passages, mean_length

    def question(self, text: str) -> tuple[Sparse, float]:
        """The sparse vector of a question, and the highest score that its words could give."""
        vector, ceiling = {}, 0.0
        for term, count in Counter(find_word(self.words, term) for term in analyse(text)).items():
            frequency = int(self._counts[term]) if term >= 0 else 0
            rarity = math.log(1 + (self._passages - frequency + 0.5) / (frequency + 0.5))
            ceiling += count * rarity
            if frequency:
                vector[int(self.numbers[term])] = count * rarity
        return vector, ceiling

    def passage(self, passage: Passage) -> Sparse:
        """The sparse vector of a passage (BM25 as Lucene has it; Kamphuis et al., ECIR 2020)."""
        terms = Counter(find_word(self.words, term) for term in analyse(indexed_text(passage)))
        saturation = K1 * (1 - B + B * terms.total() / self.mean_length)
        return {
            int(self.numbers[term]): float(np.float32(count / (count + saturation)))
            for term, count in sorted(terms.items())
        } or NOTHING


def write_terms(writer: Writer, folder: Path, passages: Iterable[Passage], earlier: Terms | None) -> float:
    """Turn a folder's postings into what a question needs; returns the mean length that passages are weighed by."""
    words = load_array(folder / layout.TERMS)
    numbers = np.zeros(len(words), np.int64)
    if earlier is not None and len(earlier.words):
        places = np.minimum(np.searchsorted(earlier.words, words), len(earlier.words) - 1)
        numbers = np.where(earlier.words[places] == words, earlier.numbers[places], 0)
    used = max(int(numbers.max(initial=0)), int(earlier.numbers.max(initial=0)) if earlier else 0)
    numbers[numbers == 0] = used + 1 + np.arange(np.count_nonzero(numbers == 0))
    writer.write_array(folder / layout.TERM_NUMBERS, numbers)
    writer.write_array(folder / layout.TERM_COUNTS, np.diff(load_array(folder / offsets_name(layout.POSTINGS))))
    lengths = [len(analyse(indexed_text(passage))) for passage in passages]
    mean = sum(lengths) / max(len(lengths), 1) or 1.0
    near = earlier is not None and abs(earlier.mean_length / mean - 1) <= DRIFT
    return earlier.mean_length if earlier is not None and near else mean
