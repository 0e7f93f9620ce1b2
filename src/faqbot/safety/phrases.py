"""Words become mentions: every place where a group's phrase or number stands."""

from bisect import bisect_left
from collections.abc import Iterator
from typing import Any, NamedTuple

from faqbot.safety.book import Book, NumberGroup
from faqbot.safety.language import Words

_MOST_SKIPPED = 3
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
        if book.groups[mention.group].kind == "shield":
            for position in range(mention.start, mention.end):
                shields.setdefault(position, []).append(mention)
    mentions: dict[str, list[Mention]] = {}
    for mention in found:
        if shields.keys().isdisjoint(range(mention.start, mention.end)) or _shows(mention, shields):
            mentions.setdefault(mention.group, []).append(mention)
    for listed in mentions.values():
        listed.sort()
    return mentions


def _shows(mention: Mention, shields: dict[int, list[Mention]]) -> bool:
    """Whether a mention holds more than each shield it touches, so that it is more than the saying."""
    return all(
        mention.start <= shield.start and shield.end <= mention.end and mention[1:] != shield[1:]
        for position in range(mention.start, mention.end)
        for shield in shields.get(position, ())
    )


def _phrases(book: Book, words: Words) -> Iterator[Mention]:
    seen: set[Mention] = set()
    trie, forms = book.trie, book.forms
    for start, word in enumerate(words.words):
        for key in forms.get(word, ()):
            child = trie.get(key)
            if child is None:
                continue
            if _goes_on(book, words, child, start + 1):
                seen.update(_walk(book, words, child, start))
            else:
                seen.update([Mention(group, start, start + 1) for group in child.get("", ())])
    return iter(seen)


def _goes_on(book: Book, words: Words, node: dict[str, Any], position: int) -> bool:
    """Whether a phrase that has come this far can go on with the next word: mostly it cannot, which saves a walk."""
    if position >= len(words.words) or words.marks[position]:
        return False
    word = words.words[position]
    return word in book.fillers or any(key in node for key in book.forms.get(word, ()))


def _walk(book: Book, words: Words, first: dict[str, Any], start: int) -> Iterator[Mention]:
    """Follow the trie from the word after `start`, skipping up to three filler words in a row."""
    stack = [(first, start + 1, 0)]
    while stack:
        node, position, skipped = stack.pop()
        if not skipped:
            for group in node.get("", ()):
                yield Mention(group, start, position)
        if position >= len(words.words) or words.marks[position] or (len(node) == 1 and "" in node):
            continue
        word = words.words[position]
        for key in book.forms.get(word, ()):
            if key in node:
                stack.append((node[key], position + 1, 0))
        if skipped < _MOST_SKIPPED and word in book.fillers:
            stack.append((node, position + 1, skipped + 1))


def _numbers(book: Book, words: Words) -> Iterator[Mention]:
    for position, word in enumerate(words.words):
        value = number_value(word) if word in _NUMBER_WORDS or word[0].isdigit() else None
        if value is None:
            continue
        for group in book.numbers:
            end = _number_end(group, words, position, value)
            if end:
                yield Mention(group.name, position, end)


def _number_end(group: NumberGroup, words: Words, position: int, value: float) -> int:
    """Where the mention of a number group ends that starts at `position`; 0 where there is none."""
    if not any(low <= value <= high for low, high in group.ranges) or _ruled_out(group, words, position):
        return 0
    first = max(0, position - 3, bisect_left(words.sentences, words.sentences[position]))
    before = bool(group.before.intersection(words.words[first:position]))
    following = words.words[position + 1 : position + 2]
    after = bool(group.after.intersection(following))
    wanted_before, wanted_after = bool(group.before), bool(group.after)
    fits = (before or after) if group.either else (before or not wanted_before) and (after or not wanted_after)
    return (position + 1 + after) if fits else 0


def _ruled_out(group: NumberGroup, words: Words, position: int) -> bool:
    """Whether the number's form or the words right beside it say that it is something else."""
    if group.decimal and "." not in words.words[position]:
        return True
    before, after = words.words[max(0, position - 1) : position], words.words[position + 1 : position + 2]
    return not group.not_before.isdisjoint(before) or not group.not_after.isdisjoint(after)


def number_value(word: str) -> float | None:
    """The number that a word is, in digits or spelled out up to ninety; None for any other word."""
    if word in _NUMBER_WORDS:
        return _NUMBER_WORDS[word]
    try:
        return float(word) if word[0].isdigit() else None
    except ValueError:
        return None
