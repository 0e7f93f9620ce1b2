"""Words become mentions: every place where a group's phrase or number stands."""

from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

from faqbot.safety.book import Book, NumberGroup
from faqbot.safety.language import Words
from faqbot.safety.walking import walk_of

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
)
_TENS = "thirty forty fifty sixty seventy eighty ninety"
_NUMBER_WORDS = {name: float(value) for value, name in enumerate(_SMALL.split(" "))} | {
    name: 10.0 * value for value, name in enumerate(_TENS.split(" "), start=3)
}


class Mention(NamedTuple):
    """A group stands at the words from `start` up to, not including, `end`."""

    group: str
    start: int
    end: int


def find_mentions(book: Book, words: Words) -> dict[str, list[Mention]]:
    """Mentions by group, in order of their start; what a shield covers is left out."""
    found = [*_phrases(book, words), *_numbers(book, words)]
    shields: dict[int, list[Mention]] = {}
    for mention in found:
        if mention.group in book.shields:
            for position in range(mention.start, mention.end):
                shields.setdefault(position, []).append(mention)
    mentions: dict[str, list[Mention]] = {}
    for mention in found:
        group, start, end = mention
        if shields and (start in shields or end - 1 in shields) and _hides(mention, shields):
            continue
        if group in mentions:
            mentions[group].append(mention)
        else:
            mentions[group] = [mention]
    for number in book.numbers:  # they come after the phrases of a group of that name
        if number.name in mentions:
            mentions[number.name].sort()
    return mentions


def _hides(mention: Mention, shields: dict[int, list[Mention]]) -> bool:
    """Whether a shield covers a mention; not where it holds more than each shield it touches."""
    _, start, end = mention
    for position in range(start, end):
        for shield in shields.get(position, ()):
            if not (start <= shield.start and shield.end <= end and mention[1:] != shield[1:]):
                return True
    return False


def _phrases(book: Book, words: Words) -> list[Mention]:
    walk = walk_of(book)
    told, marks, last = words.words, words.marks, len(words.words)
    begin = walk.start.next
    found: list[Mention] = []
    for start, word in enumerate(told):
        state = begin[word] if word in begin else walk.step(walk.start, word)
        position = start + 1
        while state:
            if state.groups:
                found += [Mention(group, start, position) for group in state.groups]
            if not state.goes_on or position >= last or marks[position]:
                break
            word = told[position]
            state = state.next[word] if word in state.next else walk.step(state, word)
            position += 1
    return found


def _numbers(book: Book, words: Words) -> Iterator[Mention]:
    for position, word in enumerate(words.words):
        value = number_value(word) if word in _NUMBER_WORDS or word[0].isdigit() else None
        if value is None:
            continue
        first = max(0, position - 3, bisect_left(words.sentences, words.sentences[position]))
        before, after = words.words[first:position], words.words[position + 1 : position + 2]
        for group in book.numbers:
            if group.decimal and "." not in word:
                continue
            if any(low <= value <= high for low, high in group.ranges) and _stands(group, words, position, before):
                yield Mention(group.name, position, position + 1 + (not group.after.isdisjoint(after)))


def _stands(group: NumberGroup, words: Words, position: int, before: tuple[str, ...]) -> bool:
    """Whether the words beside a number say that it is of this group, and none that it is something else."""
    beside, after = words.words[max(0, position - 1) : position], words.words[position + 1 : position + 2]
    if not group.not_before.isdisjoint(beside) or not group.not_after.isdisjoint(after):
        return False
    told_before, told_after = not group.before.isdisjoint(before), not group.after.isdisjoint(after)
    if group.either:
        return told_before or told_after
    return (told_before or not group.before) and (told_after or not group.after)


def number_value(word: str) -> float | None:
    """The number that a word is, in digits or spelled out up to ninety; None for any other word."""
    if word in _NUMBER_WORDS:
        return _NUMBER_WORDS[word]
    try:
        return float(word) if word[0].isdigit() else None
    except ValueError:
        return None
