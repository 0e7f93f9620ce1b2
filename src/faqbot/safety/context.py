"""Whose finding it is, when, and whether it is told or only asked about."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from faqbot.safety.matching import Match
from faqbot.safety.phrases import Mention
from faqbot.safety.reading import Reading

_FAMILY_WITHIN = 6
_OWNED_WITHIN = 4
_THING_WITHIN = 4
_RECOVERED_WITHIN = 5
_QUESTION_WORDS = frozenset({"does", "do", "is", "are", "can", "could", "would", "will", "why", "when", "how", "at"})
_HERE = frozenset({"this", "these", "still", "suddenly", "help", "it", "normal", "ok", "okay"})
_PAST = frozenset({"had", "suffered"})
_ASKING_VERBS = frozenset({"is", "are", "can", "could", "does", "do", "would", "will"})
_TURNS = frozenset({"but", "yet", "however", "though", "now", "today", "recently", "lately"})
FIRST_PERSON = frozenset({"i", "im", "ive", "id", "ill", "me", "my", "mine", "myself", "we", "us", "our"})
THIRD_PERSON = frozenset({"he", "hes", "shes", "she", "his", "her", "him", "hers", "himself", "herself", "theyre"})
PERSON = FIRST_PERSON | THIRD_PERSON
_NEW_THOUGHT = frozenset({"but", "also", "plus", "anyway", "anyways", "because", "since", "btw", "though", "and"})


def is_elsewhere(reading: Reading, match: Match) -> bool:
    """Whether it is about an animal, a thing, a story, or somebody else's past."""
    sentence = reading.words.sentences[match.start]
    return (
        _is_subject(reading, match, reading.near("not_a_person", sentence))
        or _is_subject(reading, match, _near_things(reading, match, sentence))
        or _in_story(reading, match, reading.near("story", sentence))
        or (match.finding.kind in ("risk", "condition") and _in_family(reading, match, sentence))
        or _was_theirs(reading, match, sentence)
    )


def _was_theirs(reading: Reading, match: Match, sentence: int) -> bool:
    """Somebody else's and long ago, whatever they do now: "Dad had a heart attack in 2003 and walks daily now"."""
    relatives = [person for person in reading.near("relative", sentence) if person.end <= match.start]
    if not relatives or not FIRST_PERSON.isdisjoint(reading.words.words[relatives[0].end : match.end]):
        return False
    if match.finding.kind == "risk" and reading.mentions.get("their_trouble"):
        return False
    start, end = _thought(reading, match)
    told_as_past = _PAST.intersection(reading.words.words[relatives[-1].end : match.start])
    return _within(reading, ("long_ago", "year"), start, end) or (
        bool(told_as_past)
        and match.start - relatives[-1].end <= _OWNED_WITHIN
        and not (reading.mentions.get("their_trouble") or _within(reading, ("still",), start, end))
    )


def is_explained(reading: Reading, match: Match) -> bool:
    """Whether a word in the sentence explains the finding away: wet from the rain, weight lost by dieting."""
    sentence = reading.words.sentences[match.start]
    return any(
        not reading.is_negated(reason) and not _inside(reason, match)
        for group in match.finding.unless
        for reason in reading.near(group, sentence)
    )


def _is_subject(reading: Reading, match: Match, subjects: Iterable[Mention]) -> bool:
    """An animal or thing that the sentence is about: before the finding, nobody walks it, and no "I" in between."""
    held = {mention.end for mention in reading.near("handles", reading.words.sentences[match.start])}
    return any(
        subject.start < match.end
        and not _overlaps(subject, match)
        and held.isdisjoint(_before(subject))
        and FIRST_PERSON.isdisjoint(reading.words.words[subject.end : match.end])
        for subject in subjects
    )


def _before(subject: Mention) -> range:
    """Where a word may end that handles the subject: right before it, or before its article."""
    return range(subject.start - 2, subject.start + 1)


def _overlaps(mention: Mention, match: Match) -> bool:
    return any(part.start < mention.end and mention.start < part.end for part in match.mentions)


def _inside(mention: Mention, match: Match) -> bool:
    return any(part.start <= mention.start and mention.end <= part.end for part in match.mentions)


def _near_things(reading: Reading, match: Match, sentence: int) -> Iterable[Mention]:
    """Things in the clause of the finding, close before it: "the drone lost control", not a car before a comma."""
    for thing in reading.near("thing", sentence):
        if match.start - thing.end <= _THING_WITHIN and not any(reading.words.marks[thing.end : match.start + 1]):
            yield thing


def _in_story(reading: Reading, match: Match, stories: Iterable[Mention]) -> bool:
    for story in stories:
        low, high = min(story.end, match.end), max(story.start, match.start)
        inside = reading.words.words[low:high] + reading.words.words[match.start : match.end]
        watched = any(
            watch.end == story.start for watch in reading.near("watches", reading.words.sentences[story.start])
        )
        if not watched and not FIRST_PERSON.intersection(inside):
            return True
    return False


def _in_family(reading: Reading, match: Match, sentence: int) -> bool:
    """A risk that runs in the family, and nobody of the family is ill now."""
    if reading.near("in_the_family", sentence):
        return True
    if reading.mentions.get("their_trouble"):
        return False
    return any(0 <= match.start - person.end <= _FAMILY_WITHIN for person in reading.near("relative", sentence))


def is_past(reading: Reading, match: Match) -> bool:
    """Whether it lies in a distant past and nothing beside it says that it goes on."""
    if match.finding.kind in ("risk", "context"):
        return False
    start, end = _thought(reading, match)
    ago = _within(reading, ("long_ago", "year"), start, end)
    if match.finding.kind == "event":
        return ago
    over = reading.near("got_over", reading.words.sentences[match.start])
    if ago and (over or not _within(reading, ("still",), start, end)):
        return True
    return any(0 <= match.start - recovery.end <= _RECOVERED_WITHIN for recovery in over)


def _thought(reading: Reading, match: Match) -> tuple[int, int]:
    """The part of the sentence around a finding, up to words such as "but" or "now" that turn it."""
    words, sentences = reading.words.words, reading.words.sentences
    start, end = match.start, match.end
    while start > 0 and sentences[start - 1] == sentences[start] and words[start] not in _TURNS:
        start -= 1
    while end < len(words) and sentences[end] == sentences[end - 1] and words[end] not in _TURNS:
        end += 1
    return start, end


def _within(reading: Reading, groups: tuple[str, ...], start: int, end: int) -> bool:
    return any(
        start <= mention.start < end
        for group in groups
        for mention in reading.near(group, reading.words.sentences[start])
    )


def is_asked(reading: Reading, match: Match) -> bool:
    """Whether the finding is only asked about, supposed or read of, and nobody has it."""
    sentence = reading.words.sentences[match.start]
    if reading.near("studies", sentence):
        return True
    if match.finding.kind == "plea":
        return False
    if any(_supposed(reading, cue, match) for cue in reading.near("supposes", sentence)):
        return True
    if match.finding.kind == "condition" and not _is_owned(reading, match):
        return True
    general = _asked_beside(reading, match, sentence) or _asked_at_large(reading, sentence)
    return general and not _is_personal(reading, sentence)


def _asked_at_large(reading: Reading, sentence: int) -> bool:
    """Whether the whole sentence is a question about no one and no time: "does bone cancer hurt at rest"."""
    words = reading.words.words
    first = bisect_left(reading.words.sentences, sentence)
    asks = words[first] in _QUESTION_WORDS and words[first + 1 : first + 2] != ("to",)
    return asks and not reading.near("still", sentence) and _HERE.isdisjoint(_sentence_words(reading, sentence))


def _sentence_words(reading: Reading, sentence: int) -> tuple[str, ...]:
    sentences = reading.words.sentences
    return reading.words.words[bisect_left(sentences, sentence) : bisect_right(sentences, sentence)]


def _supposed(reading: Reading, cue: Mention, match: Match) -> bool:
    """Whether a supposition comes before the finding; "as if somebody" is none."""
    return cue.start <= match.start and reading.words.words[max(0, cue.start - 1)] != "as"


def _asked_beside(reading: Reading, match: Match, sentence: int) -> bool:
    """Whether the question before the finding, or the one behind it, is about it: nothing new begins in between."""
    before = (cue.end for cue in reading.near("asks", sentence) if cue.start <= match.start)
    behind = [*reading.near("asks_after", sentence), *_asks_if(reading, sentence)]
    after = (cue.start for cue in behind if cue.start >= match.start)
    return any(not _begins_anew(reading, end, match.start) for end in before) or any(
        not _begins_anew(reading, match.end, start) for start in after
    )


def _asks_if(reading: Reading, sentence: int) -> list[Mention]:
    """What makes a question of a sentence that begins with a verb: "is numbness serious"."""
    first = bisect_left(reading.words.sentences, sentence)
    return reading.near("asks_if", sentence) if reading.words.words[first] in _ASKING_VERBS else []


def _begins_anew(reading: Reading, start: int, end: int) -> bool:
    """Whether between two words another thought begins: at a comma or a word such as "but", lists apart."""
    words = reading.words
    if all(p in reading.see_through | reading.states or words.words[p] == "and" for p in range(start, end)):
        return False
    return any(words.marks[start : end + 1]) or not _NEW_THOUGHT.isdisjoint(words.words[start:end])


def _is_owned(reading: Reading, match: Match) -> bool:
    """A named disease that somebody has, not one that somebody wonders about."""
    return any(
        0 <= match.start - has.end <= _OWNED_WITHIN and not reading.starts_at("wonders", has.start)
        for has in reading.near("has_it", reading.words.sentences[match.start])
    )


def _is_personal(reading: Reading, sentence: int) -> bool:
    """Whether a person stands in the sentence other than as the one who asks ("can you tell me")."""
    polite = _positions(reading.near("polite", sentence))
    people = _positions(reading.near("relative", sentence))
    first = bisect_left(reading.words.sentences, sentence)
    last = bisect_right(reading.words.sentences, sentence)
    return any(
        position not in polite and (reading.words.words[position] in PERSON or position in people)
        for position in range(first, last)
    )


def _positions(mentions: list[Mention]) -> set[int]:
    return {position for mention in mentions for position in range(mention.start, mention.end)}
