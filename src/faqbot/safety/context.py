"""ConText: a message's mentions, and the scope of the triggers among them.

The method is NegEx (Chapman et al. 2001) and ConText (Harkema et al. 2009): by the triggers around it a sign is negated
(`negation.py`), historical (`historical.py`), hypothetical (`hypothetical.py`) or another experiencer's
(`experiencer.py`). The triggers stand in `context.toml`; the name of a cue says its category and direction. A forward
trigger reaches from its end to the next terminator or clause, through the items of a list; a backward trigger reaches
back to the sign before it. A pseudo-trigger is none ("not only"). A trigger that is part of a sign ("can't feel")
triggers nothing.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import NamedTuple

from faqbot.safety.matcher import Match, Mention, find_matches, find_mentions
from faqbot.safety.normalize import Words, read_words
from faqbot.safety.rules import RuleSet


def word_set(words: str) -> frozenset[str]:
    """Return words with spaces between as a set."""
    return frozenset(words.split())


FIRST_PERSON = word_set("i im ive id ill me my mine myself we us our")
THIRD_PERSON = word_set("he hes shes she his her him hers himself herself theyre")
LIST_MARKS = frozenset(",/")
LONGEST_ITEM = 7  # words of an item of a list
OR = frozenset({"or", "nor"})
SPEAKS = (
    FIRST_PERSON
    | THIRD_PERSON
    | {"now", "then", "also", "it", "its", "this", "these", "theres", "there", "cant", "still"}
)  # after "and" they begin a clause
TERMINATORS = word_set(
    "although apart because besides but despite except how however just only since so still then though unless until "
    "when where whereas whether which while who why yet"
)
TURNS_BACK = frozenset({"when", "because", "if", "since", "though"})  # what stands before is of another clause
_CONJUNCTIONS = frozenset({"and", "or", "nor", "plus"})
_SUBJECTS = word_set("he hes i id im it its ive she shes that there theres they theyre this we you youre")
_VERBS = word_set(
    "am are broke came can cant comes could couldnt did do does feel feels fell felt gets getting goes got had has "
    "have hurt hurts is keep keeps lost makes started starts was went were will woke wont would"
)
_PREDICATES = word_set(
    "asleep blue burning clumsy cold dead floppy gone heavy hot lost numb pale swollen tingly weak weaker wet white"
)
_OPENERS = word_set("actually also lately now recently since still suddenly then today tonight yesterday")
_POSSESSIVES = word_set("her his my our their your")
_OF_NOUNS = word_set(
    "no without denies denied deny denying none neither zero nil lack absence free any have had got noticed"
)
_LONGEST_SCOPE = 60
_VERB_WITHIN = 2  # words after a trigger that may be its verb: "haven't noticed any"


class Scope(NamedTuple):
    """The words that a trigger reaches, from `start` up to, not including, `end`."""

    start: int
    end: int


@dataclass(frozen=True)
class Message:
    """One message, read: its words, its mentions by concept, and every place where a sign fits."""

    rules: RuleSet
    words: Words
    mentions: Mapping[str, list[Mention]]
    matches: tuple[Match, ...]
    _by_sentence: dict[str, dict[int, list[Mention]]] = field(default_factory=dict)
    _by_start: dict[str, dict[int, Mention]] = field(default_factory=dict)

    def near(self, concept: str, sentence: int) -> list[Mention]:
        """Return the mentions of a concept in one sentence."""
        if concept not in self.mentions:
            return []
        if concept not in self._by_sentence:
            table = self._by_sentence[concept] = {}
            for mention in self.mentions[concept]:
                table.setdefault(self.words.sentences[mention.start], []).append(mention)
        return self._by_sentence[concept].get(sentence, [])

    def starts_at(self, concept: str, position: int) -> Mention | None:
        """Return the longest mention of a concept that starts at a word, if any."""
        if concept not in self.mentions:
            return None
        if concept not in self._by_start:
            self._by_start[concept] = {mention.start: mention for mention in self.mentions[concept]}
        return self._by_start[concept].get(position)

    def sentence_words(self, sentence: int) -> tuple[str, ...]:
        """Return the words of a sentence."""
        sentences = self.words.sentences
        return self.words.words[bisect_left(sentences, sentence) : bisect_right(sentences, sentence)]

    def ends_clause(self, position: int) -> bool:
        """Whether no word of the same clause stands at a position."""
        return position >= len(self.words.words) or bool(self.words.marks[position])

    def covered(self, *concepts: str) -> frozenset[int]:
        """Return the positions that mentions of some concepts lie on."""
        return positions(mention for concept in concepts for mention in self.mentions.get(concept, ()))

    @cached_property
    def transparent(self) -> frozenset[int]:
        """The positions that a backward trigger reaches through: function words, parts of the body, other states."""
        kinds = ("part", "state")
        named = (m for concept in self.mentions for m in self.mentions[concept] if self._kind(concept) in kinds)
        return self.covered("negation_scope") | positions(named)

    @cached_property
    def negation_scopes(self) -> Mapping[int, list[Scope]]:
        """By sentence what the forward negation triggers reach."""
        table: dict[int, list[Scope]] = {}
        for trigger in self.mentions.get("negation_forward", ()):
            if not self.taken.issuperset(range(trigger.start, trigger.end)):
                table.setdefault(self.words.sentences[trigger.start], []).append(_scope(self, trigger))
        return table

    @cached_property
    def taken(self) -> frozenset[int]:
        """The positions of words that are part of a sign or of a pseudo-trigger and so trigger nothing."""
        heads = {part for match in self.matches for part in match.mentions if not self.is_beside(part)}
        return positions(heads) | self.covered("negation_pseudo")

    @cached_property
    def dated(self) -> Mapping[int, list[Match]]:
        """By sentence the matches that may have a date of their own: illnesses that stay, events."""
        table: dict[int, list[Match]] = {}
        for match in self.matches:
            if match.sign.kind in ("risk", "event"):
                table.setdefault(self.words.sentences[match.start], []).append(match)
        return table

    def within(self, concepts: tuple[str, ...], start: int, end: int) -> bool:
        """Whether a mention of one of the concepts starts at a word from `start` up to, not including, `end`."""
        sentence = self.words.sentences[start]
        return any(start <= mention.start < end for concept in concepts for mention in self.near(concept, sentence))

    def is_beside(self, mention: Mention) -> bool:
        """Whether a mention is a part of the body or a modifier, which cannot be negated by itself."""
        return self._kind(mention.concept) in ("part", "modifier")

    def has_kind(self, kind: str) -> bool:
        """Whether a concept of a kind is mentioned."""
        return any(self._kind(concept) == kind for concept in self.mentions)

    def _kind(self, concept: str) -> str:
        return self.rules.concepts[concept].kind


@lru_cache(maxsize=256)
def read_message(rules: RuleSet, message: str) -> Message:
    """Return a message with its mentions and matches."""
    words = read_words(rules, message)
    mentions = find_mentions(rules, words)
    return Message(rules, words, mentions, tuple(find_matches(rules, words, mentions)))


def _scope(message: Message, trigger: Mention) -> Scope:
    """Return the scope of a forward negation trigger: up to a terminator, a new clause, or the end of the sentence."""
    words, marks = message.words.words, message.words.marks
    last = bisect_right(message.words.sentences, message.words.sentences[trigger.start])
    listed = not OR.isdisjoint(words[trigger.end : last])
    commas = sum("," in mark for mark in marks[trigger.end : last])
    listing = listed or commas > 1 or "and" in words[trigger.end : last]  # "no fever, chills" may mean either
    of_nouns = listed or not _OF_NOUNS.isdisjoint(words[trigger.start : trigger.end + 1])
    position = item_start = trigger.end
    while position < min(last, trigger.end + _LONGEST_SCOPE):
        word, mark = words[position], marks[position]
        if mark and not (set(mark) <= LIST_MARKS and position > trigger.end):
            break
        if (mark or word in _CONJUNCTIONS) and position > trigger.end:
            item_start = position + (word in _CONJUNCTIONS)
            if not (of_nouns and listing) or not _is_list_item(
                message, item_start, last, alternative=word in OR, listed=listed
            ):
                break
            position = max(item_start, position + 1)
            continue
        if word in TERMINATORS or position - item_start > LONGEST_ITEM or _new_clause(message, trigger, position):
            break
        position += 1
    return Scope(trigger.end, position)


def _new_clause(message: Message, trigger: Mention, position: int) -> bool:
    """Whether a clause begins at a word of the scope; right behind the trigger stands its own verb or subject."""
    word = message.words.words[position]
    if position - trigger.end < _VERB_WITHIN:
        return False
    verb = word in _VERBS and word not in ("have", "had", "has", "feel", "get")  # "not at all now have any"
    return verb or word in _SUBJECTS or (word in _POSSESSIVES and position - 1 not in message.transparent)


def _is_list_item(message: Message, start: int, last: int, *, alternative: bool, listed: bool) -> bool:
    """Whether the words from `start` are a further item of a negated list, and not a new clause."""
    words, marks = message.words.words, message.words.marks
    end = start
    while end < last and (end == start or not marks[end]) and words[end] not in _CONJUNCTIONS:
        end += 1
    item = words[start:end]
    cut = next((place for place, word in enumerate(item) if place and word in TERMINATORS), len(item))
    item = item[:cut]  # "no numbness or weakness, just pain when I walk"
    if not item or len(item) > LONGEST_ITEM or item[0] in _OPENERS or not _SUBJECTS.isdisjoint(item):
        return False
    if alternative:
        return not (item[0] in _POSSESSIVES and not _VERBS.isdisjoint(item))
    if item[-1] in _PREDICATES if listed else not _PREDICATES.isdisjoint(item):  # "no weakness, groin numb"
        return False
    return _VERBS.isdisjoint(item) and TERMINATORS.isdisjoint(item[:1])


def positions(mentions: Iterable[Mention]) -> frozenset[int]:
    """Return the positions of the words that mentions lie on."""
    return frozenset(position for _, start, end in mentions for position in range(start, end))
