"""As many passages as wanted: those of an index go in, copies come out, each turned towards another of them.

A copy has its passage's vectors, each with a share of one of the other's and a little noise, its passage's token rows
with noise, and its text with some words of the other's. So copies lie between passages that people wrote, as those of a
larger corpus would, and not in tight heaps around them. Nothing is encoded.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from faqbot.encoders.tokenizer import WordPieces
from faqbot.index import EncodedPassage, Generation, Stored

SHARE = 0.5  # of the other's vector
NOISE = 0.1  # the length of the noise of a vector
TOKEN_NOISE = 6  # at most, for each number of a token row; one is 22 on average
WORDS = 0.1  # of a text's words are the other's
POOL = 1 << 24  # random numbers that are drawn once


@dataclass(frozen=True, slots=True)
class Pattern:
    """A passage to copy. `places` are those of its words that are one word piece each, which take the other's place
    without moving anything."""

    stored: Stored
    vectors: NDArray[np.float32]
    words: Sequence[str]
    places: Sequence[int]


def copies(source: Generation, size: int) -> Iterator[EncodedPassage]:
    """So many passages, the same ones every time."""
    chance = np.random.default_rng(0)
    patterns = _patterns(source)
    noise = chance.normal(size=POOL).astype(np.float32) * np.float32(NOISE / source.encoder.dimension**0.5)
    token_noise = chance.integers(-TOKEN_NOISE, TOKEN_NOISE + 1, POOL, dtype=np.int16)
    for number in range(size):
        own, other = patterns[number % len(patterns)], patterns[int(chance.integers(len(patterns)))]
        start = int(chance.integers(POOL - (1 << 20)))
        yield EncodedPassage(
            passage=replace(own.stored.passage, id=f"{number:016x}", text=_mixed(own, other, chance)),
            vectors=_turned(own.vectors, other.vectors, noise[start:]),
            tokens=_shaken(own.stored.tokens, token_noise[start:]),
            pieces=own.stored.pieces,
        )


def _patterns(source: Generation) -> list[Pattern]:
    pieces = WordPieces.from_file(source.encoder_folder / "tokenizer.json")
    found = []
    for row, stored in enumerate(source.fetch([passage.id for passage in source.passages()])):
        words = stored.passage.text.split(" ")
        places = [place for place, word in enumerate(words) if word.isalpha() and pieces.knows(word)]
        found.append(Pattern(stored, source._dense._vectors[row], words, places))
    return found


def _turned(own: NDArray[np.float32], other: NDArray[np.float32], noise: NDArray[np.float32]) -> NDArray[np.float32]:
    """Vectors of length 1."""
    turned: NDArray[Any] = own + SHARE * other[np.arange(len(own)) % len(other)] + noise[: own.size].reshape(own.shape)
    turned /= np.linalg.norm(turned, axis=1, keepdims=True)
    return turned


def _shaken(tokens: NDArray[np.int8], noise: NDArray[np.int16]) -> NDArray[np.int8]:
    shaken: NDArray[np.int8] = np.clip(tokens + noise[: tokens.size].reshape(tokens.shape), -127, 127).astype(np.int8)
    return shaken


def _mixed(own: Pattern, other: Pattern, chance: np.random.Generator) -> str:
    if not own.places or not other.places:
        return own.stored.passage.text
    words = list(own.words)
    for drawn in chance.integers(len(own.places) * len(other.places), size=int(WORDS * len(words)) or 1).tolist():
        place, taken = divmod(drawn, len(other.places))
        words[own.places[place]] = other.words[other.places[taken]]
    return " ".join(words)
