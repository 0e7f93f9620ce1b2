"""Mentions become matches: every place where a finding's pattern fits within one sentence."""

from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

from faqbot.safety.book import Book, Finding, Pattern, Step
from faqbot.safety.language import Words
from faqbot.safety.phrases import Mention

_NEAREST = 3


class Match(NamedTuple):
    """A finding fits the words from `start` up to, not including, `end`; `mentions` are its parts, in pattern order."""

    finding: Finding
    start: int
    end: int
    mentions: tuple[Mention, ...]


def find_matches(book: Book, words: Words, mentions: dict[str, list[Mention]]) -> Iterator[Match]:
    """All matches of all findings whose groups are mentioned."""
    for group in mentions:
        for finding, pattern in book.patterns.get(group, ()):
            if all(name in mentions for name in pattern.groups):
                for parts in _fits(pattern, words, mentions):
                    yield Match(finding, min(p.start for p in parts), max(p.end for p in parts), parts)


def _fits(pattern: Pattern, words: Words, mentions: dict[str, list[Mention]]) -> list[tuple[Mention, ...]]:
    fits: list[tuple[Mention, ...]] = [(mention,) for mention in mentions[pattern.first]]
    for step in pattern.steps:
        listed = mentions[step.group]
        fits = [(*parts, mention) for parts in fits for mention in _beside(parts, step, listed, words)]
    return fits


def _beside(parts: tuple[Mention, ...], step: Step, listed: list[Mention], words: Words) -> list[Mention]:
    """The nearest mentions that continue a pattern from the parts it has: at most three, so that time stays linear."""
    start, end = min(p.start for p in parts), max(p.end for p in parts)
    sentence = words.sentences[start]
    found = []
    after = bisect_left(listed, end, key=lambda mention: mention.start)
    for mention in listed[after : after + _NEAREST]:
        if mention.start - end > step.gap or words.sentences[mention.start] != sentence:
            break
        found.append(mention)
    if step.join == "&":
        before = bisect_left(listed, start, key=lambda mention: mention.start)
        for mention in reversed(listed[max(0, before - _NEAREST) : before]):
            if mention.end <= start and start - mention.end <= step.gap and words.sentences[mention.start] == sentence:
                found.append(mention)
    return found
