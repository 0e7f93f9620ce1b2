"""A question goes in, the question with its misspelt words repaired comes out, with what was changed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Protocol

from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

WORD = re.compile(r"\b\d?[^\W\d_]+(?:['’][^\W\d_]+)*")
SHORTEST = 3
FREQUENT = 3  # passages a word must stand in for a three-letter word to be taken for it


class Vocabulary(Protocol):
    """The surface words of a corpus, lower case, and how often they occur."""

    @property
    def words(self) -> Sequence[str]:
        """Every word."""
        ...

    def __contains__(self, word: str) -> bool: ...

    def count(self, word: str) -> int:
        """How often a word occurs; 0 for an unknown one."""
        ...


@cache
def shorthand() -> Mapping[str, str]:
    """Spellings of chat ("shud", "wat") with the word that is meant."""
    words: dict[str, str] = tomllib.loads(
        files("faqbot.retrieval").joinpath("shorthand.toml").read_text(encoding="utf-8")
    )["words"]
    return words


@dataclass(frozen=True, slots=True)
class Repaired:
    """A question after repair; `corrections` are pairs of the word as typed and the word used."""

    text: str
    corrections: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Speller:
    """Repairs words that neither the corpus nor the language knows, by the nearest word of the corpus.

    `known` judges whether a word is one of the language (the encoder's vocabulary holds the common words whole);
    `shorthand` are spellings of chat ("shud", "wat") with what they stand for. Distance is optimal string
    alignment (Damerau 1964); ties go to the likelier by Jaro-Winkler, then to the more frequent.
    """

    vocabulary: Vocabulary
    known: Callable[[str], bool]
    shorthand: Mapping[str, str] = field(default_factory=dict)
    _found: dict[str, str | None] = field(default_factory=dict)
    _by_letter: dict[str, list[str]] = field(default_factory=dict)

    def repair(self, text: str) -> Repaired:
        """Repair each unknown word; words that are known are never touched."""
        changed: dict[str, str] = {}

        def better(match: re.Match[str]) -> str:
            word = match.group().lower().replace("’", "'")
            used = self._better(word)
            if used is None or used == word:
                return match.group()
            changed[match.group()] = used
            return used

        return Repaired(WORD.sub(better, text), tuple(changed.items()))

    def _better(self, word: str) -> str | None:
        """The word itself where it is known, what it was meant to be, or None."""
        if word in self.vocabulary or "'" in word or (len(word) < SHORTEST and word not in self.shorthand):
            return word
        if word in self.shorthand:
            return self.shorthand[word]
        if self.known(word) or any(self.known(base) for base in _bases(word)):
            return word
        if word not in self._found:
            if len(self._found) > 10_000:
                self._found.clear()
            self._found[word] = self._nearest(word)
        return self._found[word]

    def _nearest(self, word: str) -> str | None:
        allowed = 1 if len(word) < 6 else 2
        near = process.extract(word, self._alike(word[0]), scorer=OSA.distance, score_cutoff=allowed, limit=None)
        within = [(distance, other) for other, distance, _ in near if self._trusted(word, other)]
        if not within:
            return None
        return min(
            within, key=lambda pair: (pair[0], -JaroWinkler.similarity(word, pair[1]), -self.vocabulary.count(pair[1]))
        )[1]

    def _alike(self, letter: str) -> list[str]:
        """The words of the corpus that begin with a letter."""
        if not self._by_letter:
            for word in self.vocabulary.words:
                if len(word) >= SHORTEST:
                    self._by_letter.setdefault(word[0], []).append(word)
        return self._by_letter.get(letter, [])

    def _trusted(self, word: str, other: str) -> bool:
        return len(word) > SHORTEST or self.vocabulary.count(other) >= FREQUENT


def _bases(word: str) -> list[str]:
    """What a word may be a regular form of, so that a rare form of a known word counts as known."""
    bases = [word.removesuffix(ending) for ending in ("s", "es", "ed", "ing", "er", "ly") if word.endswith(ending)]
    longer = [f"{word.removesuffix('ing')}e"] if word.endswith("ing") else []
    return [base for base in (*bases, *longer) if len(base) >= SHORTEST]
