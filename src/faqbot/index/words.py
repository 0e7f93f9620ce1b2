"""Sorted words in one memory-mapped array of fixed width: a word goes in, its number comes out, nothing is loaded."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

WIDEST = 64  # bytes; longer "words" are debris, and one of them would widen every row


def fits(word: str) -> bool:
    """Whether a word is short enough to be kept."""
    return len(word) <= WIDEST and len(word.encode()) <= WIDEST


def word_array(words: Iterable[str]) -> NDArray[np.bytes_]:
    """The words, sorted, as UTF-8 of fixed width."""
    return np.sort(np.array([word.encode() for word in words], np.bytes_))


def find_word(sorted_words: NDArray[Any], word: str) -> int:
    """The number of a word, -1 where it is not among them."""
    sought = word.encode("utf-8", "surrogatepass")
    if not len(sorted_words) or len(sought) > sorted_words.dtype.itemsize or b"\0" in sought:
        return -1
    # In an array of the same width: NumPy would otherwise copy the whole list to the wider of the two.
    key = np.array([sought], sorted_words.dtype)
    number = int(np.searchsorted(sorted_words, key)[0])
    return number if number < len(sorted_words) and sorted_words[number] == key[0] else -1
