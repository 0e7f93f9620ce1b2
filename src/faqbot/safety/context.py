"""ConText: whether a sign is negated, historical, hypothetical, or another experiencer's, by the cues around it.

The method is NegEx (Chapman et al. 2001) and ConText (Harkema et al. 2009). The triggers stand in `context.toml`; the
name of a cue says its category and direction. A forward trigger reaches from its end to the next terminator or clause,
through the items of a list; a backward trigger reaches back to the sign before it. A pseudo-trigger is none ("not
only"). A trigger that is part of a sign ("can't feel") triggers nothing.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import NamedTuple

from faqbot.safety.matcher import Match, Mention, find_matches, find_mentions
from faqbot.safety.normalize import Words, read_words
from faqbot.safety.rules import RuleSet


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


FIRST_PERSON = _set("i im ive id ill me my mine myself we us our")
_THIRD_PERSON = _set("he hes shes she his her him hers himself herself theyre")
_PERSON = FIRST_PERSON | _THIRD_PERSON
_CONJUNCTIONS = frozenset({"and", "or", "nor", "plus"})
_OR = frozenset({"or", "nor"})
_TERMINATORS = _set(
    "although apart because besides but despite except how however just only since so still then though unless until "
    "when where whereas whether which while who why yet"
)
_SUBJECTS = _set("he hes i id im it its ive she shes that there theres they theyre this we you youre")
_VERBS = _set(
    "am are broke came can cant comes could couldnt did do does feel feels fell felt gets getting goes got had has "
    "have hurt hurts is keep keeps lost makes started starts was went were will woke wont would"
)
_PREDICATES = _set(
    "asleep blue burning clumsy cold dead floppy gone heavy hot lost numb pale swollen tingly weak weaker wet white"
)
_OPENERS = _set("actually also lately now recently since still suddenly then today tonight yesterday")
_POSSESSIVES = _set("her his my our their your")
_OF_NOUNS = _set(
    "no without denies denied deny denying none neither zero nil lack absence free any have had got noticed"
)
_LONGEST_SCOPE = 60
_LONGEST_ITEM = 7
_VERB_WITHIN = 2  # words after a trigger that may be its verb: "haven't noticed any"
_BACKWARD_WITHIN = 14
_AFFIRMED_WITHIN = 6
_CUE_WITHIN = 4
_LIST_MARKS = frozenset(",/")
_ANSWER_MARKS = frozenset("?:–—-(|=")
_RESOLVED_WITHIN = 5
_RESOLVED_LATER_WITHIN = 10
_THEY = _set("hes shes he she theyre they")
_MAKES_LIGHT = _set("says said saying say insists thinks reckons claims swears told")
_NOT_RESOLVED = ("i", "im", "be")  # "I went", "can it be normal"

_RECOVERED_WITHIN = 5
_DATED_WITHIN = 3
_BACK_WITHIN = 4
_SAME = _set("it its this they same symptoms")
_BACK = _set("back again returned returning restarted")
_NOT_BACK = _set("never not wont hasnt didnt may might could can if my the his her lower")
_NOT_RETURNED = {("to",), ("pain",), ("ache",)}  # "back to normal"
_GOES_ON = {("and", word) for word in ("my", "i", "im", "then", "now", "the", "a", "his", "her", "he", "she")}
_REFERS = _set("it its this that these they both all same happened started began was were")
_PRESENT = _set("am are cannot cant doesnt dont feel feels get gets getting has have im is keep keeps wont")
_TURNS = _set("but yet however though now today recently lately")

_FAMILY_WITHIN = 6
_HAD_WITHIN = 4
_THING_WITHIN = 4
_ASKED_WITHIN = 4
_PAST = frozenset({"had", "suffered"})
_TOLD_OVER = _PAST | {"couldnt", "lost", "broke", "fell", "was", "were", "went", "got", "wet", "came"}
_TURNS_BACK = _set("when because if since though")
_BEGINS_QUESTION = _set("should shall can could would what which how any is are do does will")
_HAS = _set("has have is hes shes theyve")
_OWNED_WITHIN = 4
_ASKING_VERBS = _set("is are can could does do would will")
_QUESTION_WORDS = _ASKING_VERBS | {"why", "when", "how", "at"}
_HERE = _set("this these still suddenly help it normal ok okay")
_NEW_THOUGHT = _set("but also plus anyway anyways because since btw though")
_TIMES = _set("ago today tonight yesterday since")
_SPEAKS = _PERSON | {"now", "then", "also", "it", "its", "this", "these", "theres", "there", "cant", "still"}


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
        return _covered(mention for concept in concepts for mention in self.mentions.get(concept, ()))

    @cached_property
    def transparent(self) -> frozenset[int]:
        """The positions that a backward trigger reaches through: function words, parts of the body, other states."""
        kinds = ("part", "state")
        named = (m for concept in self.mentions for m in self.mentions[concept] if self._kind(concept) in kinds)
        return self.covered("negation_scope") | _covered(named)

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
        return _covered(heads) | self.covered("negation_pseudo")

    @cached_property
    def has_boxes(self) -> bool:
        """Whether a list of boxes is among the words."""
        return "unticked" in self.words.words

    @cached_property
    def dated(self) -> Mapping[int, list[Match]]:
        """By sentence the matches that may have a date of their own: illnesses that stay, events."""
        table: dict[int, list[Match]] = {}
        for match in self.matches:
            if match.sign.kind in ("risk", "event"):
                table.setdefault(self.words.sentences[match.start], []).append(match)
        return table

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


def counts(message: Message, match: Match) -> bool:
    """Whether a sign is somebody's own and present; it may still be hypothetical."""
    return not (
        is_other_experiencer(message, match)
        or is_historical(message, match)
        or is_negated(message, match)
        or is_excluded(message, match)
    )


# -- negation ---------------------------------------------------------------------------------------------------------


def is_negated(message: Message, match: Match) -> bool:
    """Whether the person says that this is not so, or no longer so.

    Only the words that say what is wrong can be negated, not the part of the body: "no weakness, groin numb".
    """
    words = message.words
    if "yet" in words.words[match.end : match.end + 1]:  # what is "not yet" may come
        return False
    sentence = words.sentences[match.start]
    if _is_affirmed(message, match) or _is_retracted(message, match):
        return False
    if any(_lists(message, trigger, match) for trigger in message.near("negation_list", sentence)):
        return True
    if _unticked(message, match):
        return True
    lasts = match.sign.kind == "risk"  # a cancer that is cured, bones that were treated: the risk stays
    claimed = max((claim.start for claim in message.near("claim", sentence)), default=-1)  # "but actually I am"
    behind = message.near("negation_backward_sentence", sentence)  # "none of that applies to me" is no claim
    if not lasts and any(match.end <= trigger.start and claimed < trigger.end for trigger in behind):
        return True
    if _next_sentence_negates(message, match):
        return True
    heads = [part for part in match.mentions if not message.is_beside(part)] or list(match.mentions)
    scopes = [
        scope
        for near in range(sentence, words.sentences[match.end - 1] + 1)
        for scope in message.negation_scopes.get(near, ())
    ]
    if any(scope.start <= head.start < scope.end for scope in scopes for head in heads):
        return True
    if any(_parts_cut(match, scope) for scope in scopes):
        return True
    if match.sign.kind == "plea":  # only "I don't want to die" negates it, not a "fine" that follows
        return False
    ends = {match.end, *(head.end for head in heads)}
    return any(_answered(message, end, "negation_backward") for end in ends) or (
        not lasts and (_is_resolved(message, match) or _is_resolved_later(message, match))
    )


def _scope(message: Message, trigger: Mention) -> Scope:
    """Return the scope of a forward negation trigger: up to a terminator, a new clause, or the end of the sentence."""
    words, marks = message.words.words, message.words.marks
    last = bisect_right(message.words.sentences, message.words.sentences[trigger.start])
    listed = not _OR.isdisjoint(words[trigger.end : last])
    commas = sum("," in mark for mark in marks[trigger.end : last])
    listing = listed or commas > 1 or "and" in words[trigger.end : last]  # "no fever, chills" may mean either
    of_nouns = listed or not _OF_NOUNS.isdisjoint(words[trigger.start : trigger.end + 1])
    position = item_start = trigger.end
    while position < min(last, trigger.end + _LONGEST_SCOPE):
        word, mark = words[position], marks[position]
        if mark and not (set(mark) <= _LIST_MARKS and position > trigger.end):
            break
        if (mark or word in _CONJUNCTIONS) and position > trigger.end:
            item_start = position + (word in _CONJUNCTIONS)
            if not (of_nouns and listing) or not _is_list_item(
                message, item_start, last, alternative=word in _OR, listed=listed
            ):
                break
            position = max(item_start, position + 1)
            continue
        if word in _TERMINATORS or position - item_start > _LONGEST_ITEM or _new_clause(message, trigger, position):
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


def _parts_cut(match: Match, scope: Scope) -> bool:
    """Whether a trigger stands between the parts of a sign and reaches the later one: "it aches but no chest ..."."""
    return match.start < scope.start and any(scope.start <= part.start < scope.end for part in match.mentions)


def _lists(message: Message, trigger: Mention, match: Match) -> bool:
    """Whether a trigger such as "none of these:" comes before a sign, and no "except" in between."""
    between = message.words.words[trigger.end : match.start]
    return trigger.start < match.start and _TERMINATORS.isdisjoint(between) and "from" not in between


def _is_list_item(message: Message, start: int, last: int, *, alternative: bool, listed: bool) -> bool:
    """Whether the words from `start` are a further item of a negated list, and not a new clause."""
    words, marks = message.words.words, message.words.marks
    end = start
    while end < last and (end == start or not marks[end]) and words[end] not in _CONJUNCTIONS:
        end += 1
    item = words[start:end]
    cut = next((place for place, word in enumerate(item) if place and word in _TERMINATORS), len(item))
    item = item[:cut]  # "no numbness or weakness, just pain when I walk"
    if not item or len(item) > _LONGEST_ITEM or item[0] in _OPENERS or not _SUBJECTS.isdisjoint(item):
        return False
    if alternative:
        return not (item[0] in _POSSESSIVES and not _VERBS.isdisjoint(item))
    if item[-1] in _PREDICATES if listed else not _PREDICATES.isdisjoint(item):  # "no weakness, groin numb"
        return False
    return _VERBS.isdisjoint(item) and _TERMINATORS.isdisjoint(item[:1])


def _unticked(message: Message, match: Match) -> bool:
    """Whether the sign is an item of a list of boxes that is not ticked."""
    words = message.words.words
    if not message.has_boxes:
        return False
    for position in range(match.start - 1, max(-1, match.start - _LONGEST_ITEM), -1):
        if words[position] in ("ticked", "unticked"):
            return words[position] == "unticked"
    return False


def _next_sentence_negates(message: Message, match: Match) -> bool:
    """Whether the next sentence begins by saying that none of it is so: "None of that is me." """
    sentences = message.words.sentences
    first = bisect_right(sentences, sentences[match.end - 1])
    behind = message.starts_at("negation_next_sentence", first) if first < len(sentences) else None
    return behind is not None and message.ends_clause(behind.end)  # not "None of these tablets help"


def _is_affirmed(message: Message, match: Match) -> bool:
    """Whether an answer right behind affirms: "numb groin: yes"."""
    words = message.words
    if "affirmation_backward" not in message.mentions:
        return False
    for position in range(match.end, min(match.end + _AFFIRMED_WITHIN, len(words.words))):
        if message.starts_at("affirmation_backward", position) and words.marks[position]:
            return True
        if words.words[position] in ("a", "answer") and words.marks[position]:  # "Q: any numbness? A: yes"
            continue
        if message.starts_at("negation_backward", position):
            return False
    return False


def _answered(message: Message, end: int, cue: str) -> bool:
    """Whether an answer right behind negates: "fever? no", "numbness: none", "chills no", "fever, chills: none"."""
    words = message.words
    if cue not in message.mentions:
        return False
    listed = False
    for position in range(end, min(end + _BACKWARD_WITHIN, len(words.words))):
        mark = words.marks[position]
        answer = message.starts_at(cue, position)
        if answer and words.words[position - 1] != "be" and _ends_answer(message, answer, cue):
            return not listed or not _ANSWER_MARKS.isdisjoint(mark)
        if not set(mark) <= _LIST_MARKS:
            return False
        listed = listed or bool(mark) or words.words[position] in _OR or position - end >= 4
        if position not in message.transparent and words.words[position] not in _OR:
            return False
    return False


def _ends_answer(message: Message, answer: Mention, cue: str) -> bool:
    return message.ends_clause(answer.end) or message.starts_at(cue, answer.end) is not None


def _is_retracted(message: Message, match: Match) -> bool:
    """Whether a negation is taken back behind it: "I said no numbness earlier, but there is"."""
    if "negation_retracted" not in message.mentions:
        return False
    sentence = message.words.sentences[match.end - 1]
    return any(
        match.end <= claim.start <= match.end + _BACKWARD_WITHIN
        for near in (sentence, sentence + 1)
        for claim in message.near("negation_retracted", near)
    )


def _is_resolved(message: Message, match: Match) -> bool:
    """Whether the same clause goes on "has gone", "went away", "better now", "was ruled out"."""
    words = message.words
    if not {"resolved_backward", "resolved_at_end"} & message.mentions.keys():
        return False
    for position in range(match.end, min(match.end + _RESOLVED_WITHIN, len(words.words))):
        if words.sentences[position] != words.sentences[match.start] or words.marks[position]:
            return False
        if message.starts_at("resolved_backward", position) or _ended(message, position):
            return True
        if position not in message.transparent and words.words[position] not in message.rules.vocabulary.fillers:
            return False
    return False


def _ended(message: Message, position: int) -> bool:
    """Whether the clause closes with "gone", "stopped": not "I went", nor "since my back went"."""
    ended = message.starts_at("resolved_at_end", position)
    return (
        bool(ended and message.ends_clause(ended.end))
        and message.words.words[position - 1] not in _NOT_RESOLVED
        and position not in message.covered("resolved_pseudo")
    )


def _is_resolved_later(message: Message, match: Match) -> bool:
    """Whether it is resolved a few words on, also behind a comma: "but was normal", "gone now"."""
    words = message.words
    if "resolved_later" not in message.mentions:
        return False
    return any(
        words.sentences[position] == words.sentences[match.start]
        and message.starts_at("resolved_later", position)
        and not _they_say(words.words[max(0, position - 2) : position + 1])
        for position in range(match.end, min(match.end + _RESOLVED_LATER_WITHIN, len(words.words)))
    )


def _they_say(words: tuple[str, ...]) -> bool:
    """Whether it is the ill who make light of it: "he says he's fine now"."""
    return any(said in _MAKES_LIGHT and who in _THEY for said, who in pairwise(words))


def _is_negated_cue(message: Message, mention: Mention) -> bool:
    """Whether a negation trigger reaches a mention that stands at most four words behind it."""
    scopes = message.negation_scopes.get(message.words.sentences[mention.start], ())
    return any(
        scope.start <= mention.start < max(scope.end, scope.start + 3)
        and mention.start - scope.start <= _CUE_WITHIN
        and mention.start - scope.start <= _CUE_WITHIN
        for scope in scopes
    )


# -- historical -------------------------------------------------------------------------------------------------------


def is_historical(message: Message, match: Match) -> bool:
    """Whether it lies in a distant past and nothing beside it says that it goes on."""
    if match.sign.kind in ("risk", "context"):
        return False
    start, end = _thought(message, match)
    if match.sign.kind == "event":
        return _long_before(message, match, start, end) or _in_youth(message, match)
    if _is_long_unchanged(message, match):
        return True
    ago = any(not _dates_other(message, match, date) for date in _dates(message, start, end))
    over = message.near("resolved_forward", message.words.sentences[match.start])
    if match.sign.kind == "plea":
        return ago and bool(over)
    if _is_back(message, match):
        return False
    if ago and (over or not _within(message, ("current",), start, end)):
        return True
    return any(start <= recovery.start and _recovered_from(message, recovery, match) for recovery in over)


def _is_long_unchanged(message: Message, match: Match) -> bool:
    """Whether it has been there for years and is said to be as it was: "numb since 2011, never changed"."""
    first, last = message.words.sentences[match.start], message.words.sentences[match.end - 1] + 1
    near = range(first, last + 1)
    old = any(message.near(cue, place) for cue in ("year", "for_years") for place in near)
    return old and any(message.near("unchanged", place) for place in near)


def _recovered_from(message: Message, recovery: Mention, match: Match) -> bool:
    """Whether it is the sign that was got over, and not what came before ("over the flu, my groin is numb")."""
    if not 0 <= match.start - recovery.end <= _RECOVERED_WITHIN:
        return False
    words = message.words
    anew = (words.words[place : place + 2] in _GOES_ON for place in range(recovery.end, match.start))
    return not any(words.marks[recovery.end : match.start + 1]) and not any(anew)


def _is_back(message: Message, match: Match) -> bool:
    """Whether a clause behind it, or the next sentence, says that it is there again: "years ago. Now it is back."."""
    words, last = message.words, message.words.sentences[match.end - 1] + 1
    return any(
        words.words[place] in _SAME
        and _begins_clause(message, place)
        and _returns(message, place + 1)
        and not any(over.start >= place for over in message.near("resolved_forward", words.sentences[place]))
        for place in range(match.end, bisect_left(words.sentences, last + 1))
    )


def _begins_clause(message: Message, place: int) -> bool:
    """Whether a clause begins at a word, or one word before it: "now the same"."""
    words, sentences = message.words, message.words.sentences
    return any(
        words.marks[at] or sentences[at - 1] != sentences[at] or not _TURNS.isdisjoint(words.words[at - 1 : at + 1])
        for at in (place, place - 1)
    )


def _returns(message: Message, start: int) -> bool:
    """Whether the next few words say that something is back, and not that it is not, nor "my back"."""
    words = message.words
    for place in range(start, min(start + _BACK_WITHIN, len(words.words))):
        if words.marks[place] or words.words[place] in _NOT_BACK:
            return False
        if words.words[place] in _BACK:
            return words.words[place + 1 : place + 2] not in _NOT_RETURNED
    return False


def _long_before(message: Message, match: Match, start: int, end: int) -> bool:
    """Whether an event was long ago: the date beside it counts, in "crashed yesterday, had surgery years ago" not."""
    near = (*message.near("current_date", message.words.sentences[match.start]), *_dates(message, start, end))
    nearest = min(near, key=lambda date: max(date.start - match.end, match.start - date.end), default=None)
    return nearest is not None and nearest.concept != "current_date"


def _thought(message: Message, match: Match) -> tuple[int, int]:
    """Return the part of the sentence around a sign, up to words such as "but" or "now" that turn it.

    A sign that itself holds such a turn ("used to be one leg, now both") is told from there on.
    """
    words, sentences = message.words.words, message.words.sentences
    start, end = match.start, match.end
    turn = max((place for place in range(start + 1, end) if words[place] in _TURNS), default=0)
    if turn:
        start = turn
    while start > 0 and sentences[start - 1] == sentences[start] and words[start] not in _TURNS:
        start -= 1
    while end < len(words) and sentences[end] == sentences[end - 1] and words[end] not in _TURNS:
        end += 1
    return start, end


def _in_youth(message: Message, match: Match) -> bool:
    """Whether it happened at an age that is long past: "fell off a horse at 15, now 63", "at 12 ..., fine since"."""
    sentence = message.words.sentences[match.start]
    then = message.near("age_then", sentence)
    if not then or message.near("current_date", sentence):
        return False
    now = message.mentions.get("age_now")
    return bool((now and now[-1].start > then[0].start) or message.near("resolved_forward", sentence))


def _dates(message: Message, start: int, end: int) -> Iterable[Mention]:
    sentence = message.words.sentences[start]
    listed = (*message.near("historical", sentence), *message.near("year", sentence))
    return [mention for mention in listed if start <= mention.start < end]


def _dates_other(message: Message, match: Match, date: Mention) -> bool:
    """Whether a past date is of something else: "cancer in 2010, now numb", "an ulcer last month, feeling shivery"."""
    words = message.words
    if _in_other_clause(message, match, date):
        return True
    return any(
        (0 <= date.start - other.end <= _DATED_WITHIN or 0 <= other.start - date.end <= _DATED_WITHIN)
        and not (other.start < match.end and match.start < other.end)
        for other in message.dated.get(words.sentences[date.start], ())
    )


def _in_other_clause(message: Message, match: Match, date: Mention) -> bool:
    """Whether a date belongs to another clause: "can't feel my legs, last year I had an operation".

    A clause that only refers to the sign ("it was last year") or is a date alone ("last year, my legs went numb")
    dates the sign, and one before it dates what is told in the past.
    """
    words = message.words.words
    first, last = date.start, date.end
    while first > 0 and not _clause_begins(message, first):
        first -= 1
    while last < len(words) and not _clause_begins(message, last):
        last += 1
    if first >= match.end:
        told = words[first : date.start] + words[date.end : last]
        return len(told) > 1 and _REFERS.isdisjoint(told)
    if last > match.start:
        return False
    present = not _PRESENT.isdisjoint(words[max(first, match.start - 1) : match.end])
    return date.start - first > 1 or (present and last - date.end > 1)


def _clause_begins(message: Message, place: int) -> bool:
    """Whether a clause begins at a word: at a mark, a sentence, a word such as "but", or "and I"."""
    words, sentences = message.words.words, message.words.sentences
    joined = words[place] in _SPEAKS and words[place - 1] == "and"
    return (
        bool(message.words.marks[place]) or sentences[place] != sentences[place - 1] or words[place] in _TURNS or joined
    )


def _within(message: Message, concepts: tuple[str, ...], start: int, end: int) -> bool:
    """Whether a mention of one of the concepts starts at a word from `start` up to, not including, `end`."""
    return any(
        start <= mention.start < end
        for concept in concepts
        for mention in message.near(concept, message.words.sentences[start])
    )


# -- experiencer ------------------------------------------------------------------------------------------------------


def is_other_experiencer(message: Message, match: Match) -> bool:
    """Whether it is about an animal, a thing, a story, or another person's past."""
    sentence = message.words.sentences[match.start]
    return (
        _is_subject(message, match, message.near("experiencer_animal", sentence), _begun_by(match))
        or _is_subject(message, match, _near_things(message, match, sentence), match.end)
        or _in_story(message, match, message.near("experiencer_story", sentence))
        or _is_written(message, match)
        or (match.sign.kind in ("risk", "condition") and _in_family(message, match, sentence))
        or _was_theirs(message, match, sentence)
    )


def _was_theirs(message: Message, match: Match, sentence: int) -> bool:
    """Somebody else's and long ago, whatever they do now: "Dad had a heart attack in 2003 and walks daily now"."""
    relatives = [person for person in message.near("experiencer_relative", sentence) if person.end <= match.start]
    if not relatives or not FIRST_PERSON.isdisjoint(message.words.words[relatives[0].end : _begun_by(match)]):
        return False
    if match.sign.kind == "risk" and message.mentions.get("relative_current"):
        return False
    if any(departed.start < match.end for departed in message.near("relative_departed", sentence)):
        return True
    if any(match.end <= mine.start for mine in message.near("relative_not_me", sentence)):
        return True
    if message.near("current_date", sentence):
        return False
    start, end = _thought(message, match)
    if _is_well_again(message, match, sentence) and not _TOLD_OVER.isdisjoint(
        message.words.words[relatives[-1].end : match.end]
    ):
        return True
    return _within(message, ("historical", "year"), start, end) or (
        _in_past_tense(message.words.words[relatives[-1].end : match.start])
        and match.start - relatives[-1].end <= _HAD_WITHIN
        and not (message.mentions.get("relative_current") or _within(message, ("current",), start, end))
    )


def _is_well_again(message: Message, match: Match, sentence: int) -> bool:
    """Whether they are said to be well after it: not when it is they who say so ("he says he's fine")."""
    words = message.words.words
    return any(
        match.end <= over.start and _MAKES_LIGHT.isdisjoint(words[max(0, over.start - 2) : over.start])
        for over in message.near("resolved_forward", sentence)
    )


def _in_past_tense(words: tuple[str, ...]) -> bool:
    """Whether "had" or "suffered" is said, and not "has had": that lasts."""
    return any(word in _PAST and words[max(0, place - 1)] not in _HAS for place, word in enumerate(words))


def _is_subject(message: Message, match: Match, subjects: Iterable[Mention], end: int) -> bool:
    """An animal or thing that the sentence is about: before the sign, nobody handles it, and no "I" up to `end`."""
    words = message.words.words
    held = {mention.end for mention in message.near("experiencer_handled", message.words.sentences[match.start])}
    return any(
        subject.start < match.end
        and not _is_simile(words, subject)
        and not any(part.start < subject.end and subject.start < part.end for part in match.mentions)
        and held.isdisjoint(range(subject.start - 2, subject.start + 1))
        and FIRST_PERSON.isdisjoint(words[subject.end : end])
        for subject in subjects
    )


def _is_simile(words: tuple[str, ...], subject: Mention) -> bool:
    """Whether something is only likened: "lifts his knee like a pony"."""
    return not {"like", "as"}.isdisjoint(words[max(0, subject.start - 2) : subject.start])


def _begun_by(match: Match) -> int:
    """Return the word by which a sign has begun: who speaks of themselves after it begins something else."""
    return min(part.end for part in match.mentions)


def _near_things(message: Message, match: Match, sentence: int) -> Iterator[Mention]:
    """Things in the clause of the sign, close before it: "the drone lost control", not a car before a comma."""
    for thing in message.near("experiencer_thing", sentence):
        between = slice(thing.end, match.start + 1)
        turned = any(message.words.marks[between]) or not _TURNS_BACK.isdisjoint(message.words.words[between])
        if match.start - thing.end <= _THING_WITHIN and not turned:
            yield thing


def _in_story(message: Message, match: Match, stories: Iterable[Mention]) -> bool:
    for story in stories:
        low, high = min(story.end, match.end), max(story.start, match.start)
        inside = message.words.words[low:high] + message.words.words[match.start : match.end]
        sentence = message.words.sentences[story.start]
        told = message.words.words[story.end : story.end + 1] == ("where",)  # "watching a film where he cannot walk"
        watched = not told and any(watch.end == story.start for watch in message.near("experiencer_watched", sentence))
        if not watched and not FIRST_PERSON.intersection(inside):
            return True
    return False


def _is_written(message: Message, match: Match) -> bool:
    """Whether the person says that they write a novel, an article or a poster, and the sign is not of themselves."""
    words = message.sentence_words(message.words.sentences[match.start])
    return "experiencer_written" in message.mentions and FIRST_PERSON.isdisjoint(words)


def _in_family(message: Message, match: Match, sentence: int) -> bool:
    """A risk that runs in the family, and nobody of the family is ill now ("my wife has cauda equina")."""
    if message.near("family_history", sentence):
        return True
    if message.mentions.get("relative_current"):
        return False
    words, ill = message.words.words, match.sign.kind == "condition"
    return any(
        0 <= match.start - person.end <= _FAMILY_WITHIN
        and not (ill and not _HAS.isdisjoint(words[person.end : match.start]))
        for person in message.near("experiencer_relative", sentence)
    )


def is_about_animal(message: Message) -> bool:
    """Whether a message names an animal, not as a simile, and no relative."""
    animals = message.mentions.get("experiencer_animal", ())
    named = any(not _is_simile(message.words.words, animal) for animal in animals)
    return named and "experiencer_relative" not in message.mentions


def is_third_person(message: Message) -> bool:
    """Whether a message is about him, her or it: it names no relative and nobody of the first person."""
    words = set(message.words.words)
    it = bool(words & {*_THIRD_PERSON, "it", "its", "they"})
    return it and FIRST_PERSON.isdisjoint(words) and "experiencer_relative" not in message.mentions


# -- exclusions -------------------------------------------------------------------------------------------------------


def is_excluded(message: Message, match: Match) -> bool:
    """Whether a word in the sentence explains the sign away: wet from the rain, weight lost by dieting."""
    sentence = message.words.sentences[match.start]
    return any(
        not _is_negated_cue(message, reason)
        and not any(part.start <= reason.start and reason.end <= part.end for part in match.mentions)
        and not _is_apart(message, reason, match)
        for concept in match.sign.exclusions
        for reason in message.near(concept, sentence)
    )


def _is_apart(message: Message, reason: Mention, match: Match) -> bool:
    """Whether a reason is of another thought: "should I do squats when my legs are weak", "..., should I stretch?"."""
    words, marks = message.words.words, message.words.marks
    if reason.end <= match.start:
        return not _TURNS_BACK.isdisjoint(words[reason.end : match.start])
    asked = "?" in "".join(marks[reason.end : reason.end + _ASKED_WITHIN])
    return any(
        marks[place] and (asked or words[place] in _BEGINS_QUESTION) for place in range(match.end, reason.start + 1)
    )


# -- hypothetical -----------------------------------------------------------------------------------------------------


def is_hypothetical(message: Message, match: Match) -> bool:
    """Whether the sign is only asked about, supposed or read of, and nobody has it."""
    sentence = message.words.sentences[match.start]
    if _is_affirmed(message, match):
        return False
    if message.near("hypothetical_sentence", sentence):
        return True
    if _is_quoted(message, sentence) and not _is_personal(message, sentence):
        return True
    if match.sign.kind == "plea":
        return False
    if any(_is_supposed(message, cue, match) for cue in message.near("hypothetical_forward", sentence)):
        return True
    if match.sign.kind == "condition" and not _is_owned(message, match):
        return True
    general = _is_questioned(message, match, sentence) or _is_general_question(message, sentence)
    timed = not _TIMES.isdisjoint(message.sentence_words(sentence))  # "is this normal, came on 20 minutes ago"
    return general and not _is_personal(message, sentence) and not timed


def _is_quoted(message: Message, sentence: int) -> bool:
    """Whether the sentence before or behind says that it is quoted: "It's a flashcard I'm making." """
    return bool(message.near("hypothetical_near", sentence - 1) or message.near("hypothetical_near", sentence + 1))


def _is_general_question(message: Message, sentence: int) -> bool:
    """Whether the whole sentence is a question about no one and no time: "does bone cancer hurt at rest"."""
    words = message.sentence_words(sentence)
    asks = words[0] in _QUESTION_WORDS and words[1:2] != ("to",)
    return asks and not message.near("current", sentence) and _HERE.isdisjoint(words)


def _is_supposed(message: Message, cue: Mention, match: Match) -> bool:
    """Whether a supposition comes before the sign; "as if somebody" is none, "laugh if you like but" is over."""
    words = message.words.words
    return (
        cue.start <= match.start and words[max(0, cue.start - 1)] != "as" and "but" not in words[cue.end : match.start]
    )


def _is_questioned(message: Message, match: Match, sentence: int) -> bool:
    """Whether the question before the sign, or the one behind it, is about it: nothing new begins in between."""
    before = (cue.end for cue in message.near("question_forward", sentence) if cue.start <= match.start)
    behind = [*message.near("question_backward", sentence), *_asks_if(message, sentence)]
    after = (cue.start for cue in behind if cue.start >= match.start)
    return any(not _begins_anew(message, end, match.start) for end in before) or any(
        not _begins_anew(message, match.end, start) for start in after
    )


def _asks_if(message: Message, sentence: int) -> list[Mention]:
    """Return what makes a question of a sentence that begins with a verb: "is numbness serious"."""
    first = bisect_left(message.words.sentences, sentence)
    return message.near("question_if", sentence) if message.words.words[first] in _ASKING_VERBS else []


def _begins_anew(message: Message, start: int, end: int) -> bool:
    """Whether between two words another thought begins: at a comma or a word such as "but", lists apart."""
    words = message.words
    if all(place in message.transparent or words.words[place] == "and" for place in range(start, end)):
        return False
    if any(words.marks[start : end + 1]) or not _NEW_THOUGHT.isdisjoint(words.words[start:end]):
        return True
    joined = (place for place in range(start, end) if words.words[place] == "and")
    return any(words.words[place + 1] in _SPEAKS for place in joined)


def _is_owned(message: Message, match: Match) -> bool:
    """Whether somebody has a named disease, and does not only wonder about it."""
    sentence = message.words.sentences[match.start]
    wondered = _covered(message.near("possession_asked", sentence))
    return any(
        0 <= match.start - has.end <= _OWNED_WITHIN and has.start not in wondered
        for has in message.near("possession", sentence)
    )


def _is_personal(message: Message, sentence: int) -> bool:
    """Whether a person stands in the sentence other than as the one who asks ("can you tell me")."""
    polite = _covered(message.near("question_polite", sentence))
    people = _covered(message.near("experiencer_relative", sentence))
    first = bisect_left(message.words.sentences, sentence)
    last = bisect_right(message.words.sentences, sentence)
    return any(
        position not in polite and (message.words.words[position] in _PERSON or position in people)
        for position in range(first, last)
    )


def _covered(mentions: Iterable[Mention]) -> frozenset[int]:
    return frozenset(position for _, start, end in mentions for position in range(start, end))
