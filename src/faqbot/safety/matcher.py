"""Phrase matcher: mentions of concepts in a message, and the places where a sign's pattern fits.

Phrases lie in a trie. It is walked as a lazily built automaton, whose states are kept between messages.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from faqbot.safety.normalize import Words
from faqbot.safety.rules import NumberConcept, Pattern, RuleSet, Sign, Step

_MOST_SKIPPED = 3  # filler words in a row between the words of a phrase
_MOST_KEPT = 200_000
_NEAREST = 3
_INTO_NEXT_SENTENCE = 5
_MOST_COMMAS = 1  # between two parts of a sign
_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
)
_TENS = "thirty forty fifty sixty seventy eighty ninety"
_NUMBER_WORDS = {name: float(value) for value, name in enumerate(_SMALL.split(" "))} | {
    name: 10.0 * value for value, name in enumerate(_TENS.split(" "), start=3)
}


class Mention(NamedTuple):
    """A concept stands at the words from `start` up to, not including, `end`."""

    concept: str
    start: int
    end: int


class Match(NamedTuple):
    """A sign fits the words from `start` up to, not including, `end`; `mentions` are its parts, in pattern order."""

    sign: Sign
    start: int
    end: int
    mentions: tuple[Mention, ...]


class _Node:
    """A node of the trie: the `concepts` of phrases that end here, and whether a phrase `goes_on`.

    The nodes that words lead to are made when they are first asked for.
    """

    __slots__ = ("_following", "_phrases", "concepts", "goes_on")

    def __init__(self, phrases: Sequence[tuple[str, str]]) -> None:
        """`phrases` are what is still to be said, "" for nothing, with the names of their concepts."""
        self.concepts = [concept for phrase, concept in phrases if not phrase]
        self.goes_on = len(self.concepts) < len(phrases)
        self._phrases = phrases
        self._following: dict[str, list[tuple[str, str]] | _Node] | None = None

    def after(self, word: str) -> "_Node | None":
        """Return the node that a word leads to."""
        following = self._following
        if following is None:
            self._following = following = _grouped(self._phrases)
        found = following.get(word)
        if isinstance(found, list):
            found = following[word] = _Node(found)
        return found


def _grouped(phrases: Iterable[tuple[str, str]]) -> dict[str, list[tuple[str, str]] | _Node]:
    """Return what follows the first word of the phrases, by that word."""
    groups: dict[str, Any] = {}
    for phrase, concept in phrases:
        first, _, rest = phrase.partition(" ")
        if first in groups:
            groups[first].append((rest, concept))
        elif first:
            groups[first] = [(rest, concept)]
    return groups


_Places = frozenset[tuple[_Node, int]]


class _State:
    """Where some words lead in the trie: the `concepts` that end there, and whether a phrase can go on."""

    __slots__ = ("concepts", "goes_on", "next", "places")

    def __init__(self, concepts: tuple[str, ...], goes_on: bool, places: _Places) -> None:
        self.concepts = concepts
        self.goes_on = goes_on
        self.places = places
        self.next: dict[str, _State | None] = {}


class _Automaton:
    """The trie of a rule set, walked with up to three filler words in a row skipped between the words of a phrase.

    A place is a node of the trie and how many fillers were skipped since; a state is all places that the same words
    lead to.
    """

    def __init__(self, rules: RuleSet) -> None:
        self._forms = rules.forms
        self._fillers = rules.vocabulary.fillers
        self._root = _Node(rules.phrases)
        self._states: dict[_Places, _State] = {}
        self._kept = 0
        self.start = self._state(frozenset({(self._root, 0)}))

    def step(self, state: _State, word: str) -> _State | None:
        """Return the state after one more word; None where no phrase goes on."""
        if word not in self._forms and word not in self._fillers:
            return None
        places = self._lead(state, word)
        found = self._state(places) if places else None
        if self._kept < _MOST_KEPT:  # whoever sends every word of the rules cannot fill the memory
            state.next[word] = found
            self._kept += 1
        return found

    def _lead(self, state: _State, word: str) -> _Places:
        keys = self._forms.get(word, ())
        places: set[tuple[_Node, int]] = set()
        for node, skipped in state.places:
            places.update((following, 0) for key in keys if (following := node.after(key)))
            if node is not self._root and skipped < _MOST_SKIPPED and word in self._fillers and node.goes_on:
                places.add((node, skipped + 1))
        return frozenset(places)

    def _state(self, places: _Places) -> _State:
        known = self._states.get(places)
        if known:
            return known
        ended = {name for node, skipped in places if not skipped for name in node.concepts}
        state = _State(tuple(sorted(ended)), any(node.goes_on for node, _ in places), places)
        if self._kept < _MOST_KEPT:
            self._states[places] = state
        return state


@lru_cache(maxsize=4)
def _automaton(rules: RuleSet) -> _Automaton:
    return _Automaton(rules)


def find_mentions(rules: RuleSet, words: Words) -> dict[str, list[Mention]]:
    """Return the mentions by concept, in order of their start, without those that an idiom covers."""
    found = [*_phrases(rules, words), *_numbers(rules, words)]
    idioms: dict[int, list[Mention]] = {}
    for mention in found:
        if mention.concept in rules.idioms:
            for position in range(mention.start, mention.end):
                idioms.setdefault(position, []).append(mention)
    mentions: dict[str, list[Mention]] = {}
    for mention in found:
        if not (idioms and _is_covered(mention, idioms)):
            mentions.setdefault(mention.concept, []).append(mention)
    for number in rules.numbers:  # they come after the phrases of a concept of that name
        if number.name in mentions:
            mentions[number.name].sort()
    return mentions


def _is_covered(mention: Mention, idioms: dict[int, list[Mention]]) -> bool:
    """Whether an idiom covers a mention; not where the mention holds more than each idiom it touches."""
    _, start, end = mention
    return any(
        not (start <= idiom.start and idiom.end <= end and mention[1:] != idiom[1:])
        for position in range(start, end)
        for idiom in idioms.get(position, ())
    )


def _phrases(rules: RuleSet, words: Words) -> list[Mention]:
    automaton = _automaton(rules)
    told, marks, last = words.words, words.marks, len(words.words)
    begin = automaton.start.next
    found: list[Mention] = []
    for start, word in enumerate(told):
        state = begin[word] if word in begin else automaton.step(automaton.start, word)
        position = start + 1
        while state:
            if state.concepts:
                found += [Mention(name, start, position) for name in state.concepts]
            if not state.goes_on or position >= last or marks[position]:
                break
            word = told[position]
            state = state.next[word] if word in state.next else automaton.step(state, word)
            position += 1
    return found


def _numbers(rules: RuleSet, words: Words) -> Iterator[Mention]:
    for position, word in enumerate(words.words):
        value = number_value(word) if word in _NUMBER_WORDS or word[0].isdigit() else None
        if value is None or _is_money_or_share(words, position):
            continue
        first = max(0, position - 3, bisect_left(words.sentences, words.sentences[position]))
        before, after = words.words[first:position], _following(words, position)
        for concept in rules.numbers:
            if concept.decimal and "." not in word:
                continue
            if any(low <= value <= high for low, high in concept.ranges) and _fits(concept, words, position, before):
                yield Mention(concept.name, position, position + 1 + (not concept.after.isdisjoint(after)))


def _preceding(words: Words, position: int) -> tuple[str, ...]:
    """Return the word before a number, and that with the one before it, as in "like_a"."""
    before = words.words[max(0, position - 2) : position]
    return (*before[-1:], "_".join(before))


def _following(words: Words, position: int) -> tuple[str, ...]:
    """Return the word behind a number, and that with the next one, as in "year_old"."""
    after = words.words[position + 1 : position + 3]
    return (*after[:1], "_".join(after))


def _is_money_or_share(words: Words, position: int) -> bool:
    beside = words.marks[position] + words.marks[position + 1]
    return any(sign in beside for sign in "$£€") or words.text[words.ends[position] :].startswith("%")


def _fits(concept: NumberConcept, words: Words, position: int, before: tuple[str, ...]) -> bool:
    """Whether the words beside a number say that it is of this concept, and none that it is something else."""
    beside, after = _preceding(words, position), _following(words, position)
    if not concept.not_before.isdisjoint(beside) or not concept.not_after.isdisjoint(after):
        return False
    told_before, told_after = not concept.before.isdisjoint(before), not concept.after.isdisjoint(after)
    if concept.either:
        return told_before or told_after
    return (told_before or not concept.before) and (told_after or not concept.after)


def number_value(word: str) -> float | None:
    """Return the number that a word is, in digits or spelled out up to ninety; None for any other word."""
    if word in _NUMBER_WORDS:
        return _NUMBER_WORDS[word]
    try:
        return float(word) if word[0].isdigit() else None
    except ValueError:
        return None


def find_matches(rules: RuleSet, words: Words, mentions: Mapping[str, list[Mention]]) -> Iterator[Match]:
    """Return every place where a pattern of a sign fits."""
    placed = frozenset(
        words.sentences[mention.start] for name in rules.shown_parts & mentions.keys() for mention in mentions[name]
    )
    reach = _Reach(words, placed)
    for name in mentions:
        for sign, pattern, needed in rules.patterns.get(name, ()):
            if needed <= mentions.keys():
                for parts in _combinations(pattern, reach, mentions):
                    yield Match(sign, *_extent(parts), parts)


@dataclass(frozen=True, slots=True)
class _Reach:
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
            return sum("," in mark for mark in self.words.marks[end : start + 1]) <= _MOST_COMMAS
        return there == here + 1 and start - end <= _INTO_NEXT_SENTENCE and not {here, there} <= self.placed


def _combinations(pattern: Pattern, reach: _Reach, mentions: Mapping[str, list[Mention]]) -> list[tuple[Mention, ...]]:
    fits: list[tuple[Mention, ...]] = [(mention,) for mention in mentions[pattern.first]]
    for step in pattern.steps:
        listed = mentions[step.concept]
        fits = [(*parts, mention) for parts in fits for mention in _beside(parts, step, listed, reach)]
    return fits


def _beside(parts: tuple[Mention, ...], step: Step, listed: list[Mention], reach: _Reach) -> list[Mention]:
    """Return the nearest mentions that continue a pattern: at most three on a side, so that time stays linear."""
    start, end = _extent(parts)
    after = bisect_left(listed, (step.concept, end))
    found = [mention for mention in listed[after : after + _NEAREST] if reach.joins(end, mention[1], step.gap)]
    if step.operator == "NEAR":
        before = bisect_left(listed, (step.concept, start), 0, after)
        earlier = listed[max(0, before - _NEAREST) : before]
        found += [m for m in earlier if m[2] <= start and reach.joins(m[2], start, step.gap)]
    return found


def _extent(parts: tuple[Mention, ...]) -> tuple[int, int]:
    if len(parts) == 1:
        return parts[0].start, parts[0].end
    return min(part.start for part in parts), max(part.end for part in parts)
