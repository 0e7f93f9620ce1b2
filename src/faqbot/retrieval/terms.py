"""Words of a text as retrieval compares them: normalised, stemmed, and looked up in the lists of terms.toml."""

from __future__ import annotations

import re
import threading
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

_WORD = re.compile(r"[^\W_]+(?:[.,]\d+)*(?:['’\-‐‑][^\W_]+)*")
_DOTTED = re.compile(r"\b(?:[^\W\d_]\.){2,}")  # "T.E.N.S."
_PLAIN = str.maketrans("’‐‑", "'--")
MAX_KEPT = 500  # characters of a text whose words are kept: a question is looked at from many sides
_local = threading.local()  # a stemmer is not safe for two threads


@dataclass(frozen=True, slots=True)
class TermLists:
    """The lists of terms.toml. Antonyms and contrasts are pairs of sets; medicines map a name to its class's number."""

    negations: frozenset[str]
    numbers: frozenset[str]
    units: frozenset[str]
    antonyms: tuple[tuple[frozenset[str], frozenset[str]], ...]
    contrasts: tuple[tuple[frozenset[str], frozenset[str]], ...]
    opposite_prefixes: dict[str, str]
    opposite_endings: dict[str, str]
    medicines: dict[str, int]
    medicine_words: frozenset[str]
    alcohol: frozenset[str]
    uninformative: frozenset[str]
    complaints: frozenset[str]
    alarming: frozenset[str]
    alarming_phrases: tuple[str, ...]
    asks_alarming: frozenset[str]


@cache
def term_lists() -> TermLists:
    """Return the word lists."""
    data = tomllib.loads(files("faqbot.retrieval").joinpath("terms.toml").read_text(encoding="utf-8"))
    words = {name: frozenset(text.split()) for name, text in data.items() if isinstance(text, str)}
    return TermLists(
        **words,
        antonyms=_pairs(data["antonyms"]),
        contrasts=_pairs(data["contrasts"]),
        opposite_prefixes=data["opposite_prefixes"],
        opposite_endings=data["opposite_endings"],
        medicines={name: number for number, line in enumerate(data["medicines"]) for name in line.split()},
        alarming_phrases=tuple(data["alarming_phrases"]),
    )


def _pairs(lines: Sequence[str]) -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    halves = (line.split("/") for line in lines)
    return tuple((frozenset(one.split()), frozenset(other.split())) for one, other in halves)


def words_of(text: str) -> list[str]:
    """Return the words of a text: lower case, hyphens and straight apostrophes inside, "T.E.N.S." as "tens".

    >>> words_of("Don’t take 2.5 mg T.E.N.S. or X-rays")
    ["don't", 'take', '2.5', 'mg', 'tens', 'or', 'x-rays']
    """
    return list(_words_of(text) if len(text) <= MAX_KEPT else _words_of.__wrapped__(text))


@lru_cache(maxsize=4_000)
def _words_of(text: str) -> tuple[str, ...]:
    joined = _DOTTED.sub(lambda match: match.group().replace(".", "") + " ", text)
    return tuple(_WORD.findall(joined.lower().translate(_PLAIN)))


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Return the Snowball stem of a lower-case word; a possessive ending does not count."""
    if not hasattr(_local, "stemmer"):
        import Stemmer

        _local.stemmer = Stemmer.Stemmer("english")
    stemmed: str = _local.stemmer.stemWord(word.removesuffix("'s").replace("'", ""))
    return stemmed


def stems_of(text: str) -> set[str]:
    """Return the stems of a text's words; of a hyphenated word those of its parts, and of the parts in one."""
    return {stem(part) for word in words_of(text) for part in word_parts(word)}


def word_parts(word: str) -> Sequence[str]:
    """Return a hyphenated word's parts and the parts in one, or the word itself."""
    return (*word.split("-"), word.replace("-", "")) if "-" in word else (word,)


def is_negation(word: str) -> bool:
    """Return whether a word turns a statement round ("not", "shouldn't", "shouldnt")."""
    return word.endswith("n't") or word.replace("'", "") in term_lists().negations
