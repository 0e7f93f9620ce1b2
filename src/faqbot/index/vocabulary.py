"""The words of a corpus as they are written: passages go in at the build, membership and counts come out."""

import re
from collections import Counter
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

import numpy as np

from faqbot.index import layout
from faqbot.index.lexical import indexed_text
from faqbot.index.rows import load_array
from faqbot.index.words import find_word, fits, word_array
from faqbot.index.writing import Writer
from faqbot.types import Passage

_SURFACE = re.compile(r"[^\W_]+(?:['’\-‐‑][^\W_]+)*")
_PLAIN = str.maketrans("’‐‑", "'--")


def surface_words(text: str) -> list[str]:
    """The words of a text: lower case, letters and digits with hyphens and straight apostrophes inside."""
    return _SURFACE.findall(text.lower().translate(_PLAIN))


def write_vocabulary(writer: Writer, folder: Path, passages: Iterable[Passage]) -> None:
    """Write each word of the passages once, sorted, with how often it occurs."""
    counts: Counter[str] = Counter()
    for passage in passages:
        counts.update(surface_words(indexed_text(passage)))
    words = word_array(word for word in counts if fits(word))
    writer.write_array(folder / layout.WORDS, words)
    writer.write_array(
        folder / layout.WORD_COUNTS, np.array([counts[word.decode()] for word in words.tolist()], np.int64)
    )


class Vocabulary:
    """The words of a corpus, memory-mapped; give them in lower case."""

    def __init__(self, words: Path, counts: Path) -> None:
        self._words, self._counts = load_array(words), load_array(counts)

    def __len__(self) -> int:
        return len(self._words)

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and find_word(self._words, word) >= 0

    def count(self, word: str) -> int:
        """How often a word occurs in the corpus, 0 where it does not."""
        number = find_word(self._words, word)
        return int(self._counts[number]) if number >= 0 else 0

    @cached_property
    def words(self) -> list[str]:
        """Every word, sorted by its UTF-8; loaded when first asked for."""
        return [word.decode() for word in self._words.tolist()]
