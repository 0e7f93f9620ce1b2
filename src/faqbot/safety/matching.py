"""Mentions become matches: every place where a finding's pattern fits within one sentence."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from faqbot.safety.book import Book, Finding, Pattern, Step
from faqbot.safety.language import Words
from faqbot.safety.phrases import Mention

_NEAREST = 3
_INTO_NEXT = 5


class Match(NamedTuple):
    """A finding fits the words from `start` up to, not including, `end`; `mentions` are its parts, in pattern order."""

    finding: Finding
    start: int
    end: int
    mentions: tuple[Mention, ...]


def find_matches(book: Book, words: Words, mentions: dict[str, list[Mention]]) -> Iterator[Match]:
    """All matches of all findings whose groups are mentioned."""
    reach = Reach(words, _placed_sentences(book, words, mentions))
    there = frozenset(mentions)
    for group in mentions:
        for finding, pattern, needed in book.patterns.get(group, ()):
            if needed <= there:
                for parts in _fits(pattern, reach, mentions):
                    yield Match(finding, *_extent(parts), parts)


def _placed_sentences(book: Book, words: Words, mentions: dict[str, list[Mention]]) -> frozenset[int]:
    return frozenset(
        words.sentences[mention.start]
        for group, listed in mentions.items()
        if book.groups[group].kind == "part"
        for mention in listed
    )


@dataclass(frozen=True, slots=True)
class Reach:
    """How far apart the parts of a pattern may stand.

    Within one sentence, as many words as the pattern says. Into the next sentence a few words, if that one names no
    part of the body itself: "My groin. Can't feel it."
    """

    words: Words
    placed: frozenset[int]

    def joins(self, end: int, start: int, gap: int) -> bool:
        """Whether what starts at word `start` stands near enough after what ends before word `end`."""
        if start - end > gap:
            return False
        here, there = self.words.sentences[end - 1], self.words.sentences[start]
        if here == there:
            return True
        return there == here + 1 and start - end <= _INTO_NEXT and not {here, there} <= self.placed


def _fits(pattern: Pattern, reach: Reach, mentions: dict[str, list[Mention]]) -> list[tuple[Mention, ...]]:
    fits: list[tuple[Mention, ...]] = [(mention,) for mention in mentions[pattern.first]]
    for step in pattern.steps:
        listed = mentions[step.group]
        fits = [(*parts, mention) for parts in fits for mention in _beside(parts, step, listed, reach)]
    return fits


def _beside(parts: tuple[Mention, ...], step: Step, listed: list[Mention], reach: Reach) -> list[Mention]:
    """The nearest mentions that continue a pattern from the parts it has: at most three, so that time stays linear."""
    start, end = _extent(parts)
    after = bisect_left(listed, (step.group, end))
    found = [mention for mention in listed[after : after + _NEAREST] if reach.joins(end, mention[1], step.gap)]
    if step.join == "&":
        before = bisect_left(listed, (step.group, start), 0, after)
        earlier = listed[max(0, before - _NEAREST) : before]
        found += [m for m in earlier if m[2] <= start and reach.joins(m[2], start, step.gap)]
    return found


def _extent(parts: tuple[Mention, ...]) -> tuple[int, int]:
    if len(parts) == 1:
        return parts[0].start, parts[0].end
    return min(part.start for part in parts), max(part.end for part in parts)
