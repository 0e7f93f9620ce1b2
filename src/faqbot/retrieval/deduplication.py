"""Near-duplicate passages: group those that say the same, and never those that differ in what counts.

Two passages are alike where the means of their token embeddings are near (cosine). Alike is not the same: a number, a
unit, a negation or an antonym changes what is said and hardly moves the mean, so `differences` compares those as words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from faqbot.retrieval.terms import is_negation, stem, term_lists, words_of

if TYPE_CHECKING:
    from faqbot.retrieval.token_layout import PreparedPassage

ALIKE = 0.93  # cosine of two passages' mean token embeddings from which they may say the same
MISSING = float("inf")  # the place of a word that a text does not have
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_SIGN = re.compile(r"[£$€%]|°[CF]")
_SAME_UNIT = {
    "£": "pounds", "$": "dollars", "€": "euros", "%": "percent",
    "sec": "seconds", "secs": "seconds", "min": "minutes", "mins": "minutes", "hr": "hours", "hrs": "hours",
    "wk": "weeks", "wks": "weeks", "kilometer": "kilometre",
    "milligram": "mg", "milligrams": "mg", "microgram": "mcg", "gram": "g", "grams": "g",
}  # fmt: skip
_NUMBER_WORDS = (
    "zero one two three four five six seven eight nine ten "
    "eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty"
)
_VALUES = {word: str(value) for value, word in enumerate(_NUMBER_WORDS.split())}


def differences(first: str, second: str) -> frozenset[str]:
    """Return in which ways two texts contradict or may contradict each other, empty where in none.

    The ways are "numbers" (other ones, or in another order), "units" (days for weeks, Monday for Tuesday),
    "negation" (one says not, no or without more often), "antonyms" (open for closed, left for right, or both with their
    places changed: "forward helps, backward hurts" and "backward helps, forward hurts") and "medicines" (other ones are
    named).
    """
    return _differences(_Claims.of(first), _Claims.of(second))


class _Claims:
    """What of a text must be equal in a duplicate."""

    __slots__ = ("antonyms", "medicines", "negations", "numbers", "units")

    def __init__(self, text: str) -> None:
        lists = term_lists()
        words = words_of(text)
        # Where each side of a pair stands first, for the pairs that are used, by their number.
        self.antonyms: dict[int, list[float]] = {}
        for place, word in enumerate(words):
            for number, side in _sides().get(word, ()):
                places = self.antonyms.setdefault(number, [MISSING, MISSING])
                places[side] = min(places[side], place)
        # In their order: "Monday 9, Tuesday 10" is not "Monday 10, Tuesday 9".
        self.numbers = [number.replace(",", "") for word in words for number in _numbers(word)]
        units = (_SAME_UNIT.get(word, word) for word in (*words, *_SIGN.findall(text.replace(" ", ""))))
        self.units = frozenset(stem(word) for word in units if word in lists.units or word.startswith("°"))
        self.negations = sum(map(is_negation, words))
        self.medicines = frozenset(lists.medicines[word] for word in words if word in lists.medicines)

    @staticmethod
    @lru_cache(maxsize=4_000)
    def of(text: str) -> _Claims:
        return _Claims(text)


def _numbers(word: str) -> list[str]:
    """The numbers that a word holds, in digits where it can be."""
    if found := _NUMBER.findall(word):
        return found
    return [_VALUES.get(word, word)] if word in _VALUES or word in term_lists().numbers else []


def _differences(first: _Claims, second: _Claims) -> frozenset[str]:
    ways = {
        "numbers": first.numbers != second.numbers,
        "units": first.units != second.units,
        "negation": first.negations != second.negations,
        "antonyms": _opposed(first.antonyms, second.antonyms),
        "medicines": first.medicines != second.medicines,
    }
    return frozenset(way for way, found in ways.items() if found)


@lru_cache(maxsize=1)
def _sides() -> Mapping[str, Sequence[tuple[int, int]]]:
    """The numbers of the pairs of antonyms that a word is of, each with its side, by word."""
    found: dict[str, list[tuple[int, int]]] = {}
    for number, pair in enumerate((*term_lists().antonyms, *term_lists().contrasts)):
        for side, words in enumerate(pair):
            for word in words:
                found.setdefault(word, []).append((number, side))
    return found


def _opposed(first: Mapping[int, Sequence[float]], second: Mapping[int, Sequence[float]]) -> bool:
    """Whether one text has a side of an antonym that the other, which uses the pair too, lacks, or their sides swap.

    The texts are the places where the sides of the pairs that they use stand first. Where the sides of every pair
    change places, only clauses do ("backward hurts, forward helps").
    """
    swapped = []
    for number in first.keys() & second.keys():
        ours, theirs = first[number], second[number]
        lacks = [place == MISSING for place in ours]
        if lacks != [place == MISSING for place in theirs]:
            return True
        if not any(lacks):
            swapped.append((ours[0] < ours[1]) != (theirs[0] < theirs[1]))
    return any(swapped) and (len(swapped) == 1 or not all(swapped))


def group_duplicates(passages: Sequence[PreparedPassage], alike: float = ALIKE) -> list[list[int]]:
    """Return groups of places in `passages`: each joins the first earlier one that says the same, or opens a group."""
    if not passages:
        return []
    means = np.stack([one.mean for one in passages])
    alike_pairs = means @ means.T >= alike
    if np.count_nonzero(alike_pairs) <= len(passages):  # each only to itself
        return [[place] for place in range(len(passages))]
    close = alike_pairs.tolist()
    groups: list[list[int]] = []
    for place in range(len(passages)):
        near = close[place]
        group = next(
            (each for each in groups if near[each[0]] and _says_same(passages[each[0]], passages[place])), None
        )
        if group is None:
            groups.append([place])
        else:
            group.append(place)
    return groups


def _says_same(first: PreparedPassage, second: PreparedPassage) -> bool:
    return not differences(first.stored.passage.embedded_text, second.stored.passage.embedded_text)
