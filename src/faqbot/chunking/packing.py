"""Packing units into passages by dynamic programming over the cost of each cut."""

from collections.abc import Mapping, Sequence

from faqbot.chunking.segments import Bond, Unit

# What it costs to cut before a unit, in passages: one passage more costs 1.
_CUT: Mapping[Bond, float] = {"free": 0.0, "row": 0.0, "item": 0.3, "sentence": 0.5, "lead": 1.5}
_OVER = 4.0  # for a passage twice as long as wished
_UNDER = 0.15  # for an empty one: of two ways to cut, the more even one is taken
_MOST_UNITS = 64


def pack(units: Sequence[Unit], contexts: Sequence[int], *, words: int, room: int) -> list[tuple[int, int]]:
    """Ranges of units, each at most `room` tokens with the context of its first unit and about `words` words.

    Dynamic programming over the last cut. `contexts` are the tokens of each unit's context.
    """
    best = [0.0] + [float("inf")] * len(units)
    cuts = [0] * (len(units) + 1)
    for start, first in enumerate(units):
        length, tokens = 0, contexts[start]
        base = best[start] + 1 + (_CUT[first.bond] if start else 0.0)
        for end in range(start + 1, min(start + _MOST_UNITS, len(units)) + 1):
            length += units[end - 1].words
            tokens += units[end - 1].tokens
            if end > start + 1 and (tokens > room or length > 2 * words):
                break
            cost = base + _fit(length, words)
            if cost < best[end]:
                best[end], cuts[end] = cost, start
    ranges: list[tuple[int, int]] = []
    end = len(units)
    while end:
        ranges.append((cuts[end], end))
        end = cuts[end]
    return ranges[::-1]


def _fit(length: int, words: int) -> float:
    """How far a passage's length is from what is wished: long ones cost more and more."""
    share = length / words - 1
    return (_OVER if share > 0 else _UNDER) * share * share
