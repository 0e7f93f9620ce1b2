"""Spelling correction: misspelt words of a question are replaced by the nearest word of the corpus."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from faqbot.retrieval.terms import is_negation, term_lists

# A word; dotted abbreviations ("T.E.N.S.") are left whole and alone.
WORD = re.compile(r"(?<![\w.])(?:[^\W\d_]\.){2,}|\b\d?[^\W\d_]+(?:['’][^\W\d_]+)*")
SHORTEST = 3
FREQUENT = 3  # passages a word must stand in for a three-letter word to be taken for it


@cache
def shorthand() -> Mapping[str, str]:
    """Return spellings of chat ("shud", "wat") with the word that is meant."""
    return _spellings("words")


@cache
def contractions() -> Mapping[str, str]:
    """Return contractions written without their apostrophe ("shouldnt") with their full form."""
    return _spellings("contractions")


@cache
def english_words() -> frozenset[str]:
    """Return base forms of English words that the bundled encoder's vocabulary does not hold whole (from SCOWL)."""
    return frozenset(files("faqbot.retrieval").joinpath("english_words.txt").read_text(encoding="utf-8").split())


def _spellings(table: str) -> Mapping[str, str]:
    data = tomllib.loads(files("faqbot.retrieval").joinpath("shorthand.toml").read_text(encoding="utf-8"))
    words: dict[str, str] = data[table]
    return words


@dataclass(frozen=True, slots=True)
class Corrected:
    """A corrected question; `corrections` are pairs of the word as typed and the word used.

    `known_share` is the share of its words, 0 to 1, that stand in the corpus as written or corrected.
    """

    text: str
    corrections: tuple[tuple[str, str], ...]
    known_share: float


@dataclass(slots=True)
class SpellingCorrector:
    """Corrects words that neither the corpus nor the language knows, by the nearest word of the corpus.

    `vocabulary` are the words of the corpus, lower case, with how often each occurs.
    `known` judges whether a word is one of the language (the encoder's vocabulary holds the common words whole); so
    are the words of english_words.txt: "acne" is no "ache", "subside" no "suicide".
    `shorthand` are spellings of chat ("shud", "wat") with what they stand for. Distance is optimal string
    alignment (Damerau 1964); ties go to the likelier by Jaro-Winkler, then to the more frequent. Negations, names
    and abbreviations stay, and nothing is corrected into its opposite ("unsafe" into "safe").
    """

    vocabulary: Mapping[str, int]
    known: Callable[[str], bool]
    shorthand: Mapping[str, str] = field(default_factory=dict)
    _found: dict[str, str | None] = field(default_factory=dict)
    _by_letter: dict[str, list[str]] = field(default_factory=dict)

    def correct(self, text: str) -> Corrected:
        """Correct each unknown word; words that are known are never touched."""
        changed: dict[str, str] = {}
        typed = [match.group() for match in WORD.finditer(text)]
        # Where all is in capitals, or every word begins with one, capitals mark no names.
        marked = any(word.islower() for word in typed if len(word) >= SHORTEST)

        def better(match: re.Match[str]) -> str:
            original = match.group()
            word = original.lower().replace("’", "'")
            if word in contractions():
                return contractions()[word]
            if marked and _is_name(original, first=not text[: match.start()].strip(" \t\n\"'(")):
                return original
            used = self._better(word)
            if used is None or used == word:
                return original
            changed[original] = used
            return used

        corrected = WORD.sub(better, text)
        known = sum(word in changed or word.lower().replace("’", "'") in self.vocabulary for word in typed)
        return Corrected(corrected, tuple(changed.items()), known / max(1, len(typed)))

    def in_corpus(self, word: str) -> bool:
        """Return whether a lower-case word or one that it is a regular form of stands in the corpus."""
        return any(each in self.vocabulary for each in (word, *_bases(word)))

    def _better(self, word: str) -> str | None:
        """The word itself where it is known, what it was meant to be, or None."""
        if word in self.vocabulary or "'" in word or "." in word or is_negation(word):
            return word
        if word in self.shorthand:
            return self.shorthand[word]
        if len(word) < SHORTEST or any(map(self._is_known, (word, *_bases(word)))):
            return word
        if word not in self._found:
            if len(self._found) > 10_000:
                self._found.clear()
            self._found[word] = self._nearest(word)
        return self._found[word]

    def _is_known(self, word: str) -> bool:
        return self.known(word) or word in english_words() or word in term_lists().medicines

    def _nearest(self, word: str) -> str | None:
        allowed = 1 if len(word) < 6 else 2
        near = process.extract(word, self._alike(word[0]), scorer=OSA.distance, score_cutoff=allowed, limit=None)
        within = [
            (distance, other)
            for other, distance, _ in near
            if self._trusted(word, other) and not are_opposites(word, other)
        ]
        if not within:
            return None
        return min(
            within, key=lambda pair: (pair[0], -JaroWinkler.similarity(word, pair[1]), -self.vocabulary[pair[1]])
        )[1]

    def _alike(self, letter: str) -> list[str]:
        """The words of the corpus that begin with a letter."""
        if not self._by_letter:
            for word in self.vocabulary:
                if len(word) >= SHORTEST:
                    self._by_letter.setdefault(word[0], []).append(word)
        return self._by_letter.get(letter, [])

    def _trusted(self, word: str, other: str) -> bool:
        return len(word) > SHORTEST or self.vocabulary[other] >= FREQUENT


def _is_name(word: str, *, first: bool) -> bool:
    """Whether a word is written as an abbreviation (TLIF) or, within a sentence, as a name."""
    if len(word) > 1 and word.isupper():
        return True
    return not first and word[0].isupper() and word[1:].islower()


def are_opposites(word: str, other: str) -> bool:
    """Return whether two words differ by what makes an opposite ("safe" and "unsafe", "painful" and "painless").

    A negation and a word that is none are opposites too ("cant" and "can").
    """
    if is_negation(word) != is_negation(other):
        return True
    (kinds, rest), (other_kinds, other_rest) = _polarity(word), _polarity(other)
    # What is left must be liker than the words are: "gabalin" of "pregabalin" says nothing of "prigabalin".
    return kinds != other_kinds and OSA.distance(rest, other_rest) < OSA.distance(word, other)


def _polarity(word: str) -> tuple[tuple[str, str], str]:
    """What kind of prefix and ending makes a word an opposite, empty where there is none, and the word without them."""
    lists = term_lists()
    prefix = next((each for each in lists.opposite_prefixes if _affixed(word.removeprefix(each), word)), "")
    ending = next((each for each in lists.opposite_endings if _affixed(word.removesuffix(each), word)), "")
    kinds = lists.opposite_prefixes.get(prefix, ""), lists.opposite_endings.get(ending, "")
    return kinds, word.removeprefix(prefix).removesuffix(ending)


def _affixed(rest: str, word: str) -> bool:
    return len(rest) >= SHORTEST and rest != word


def _bases(word: str) -> list[str]:
    """What a word may be a regular form of, so that a rare form of a known word counts as known."""
    bases = [word.removesuffix(ending) for ending in ("s", "es", "ed", "ing", "er", "ly") if word.endswith(ending)]
    longer = [f"{word.removesuffix('ing')}e"] if word.endswith("ing") else []
    return [base for base in (*bases, *longer) if len(base) >= SHORTEST]
