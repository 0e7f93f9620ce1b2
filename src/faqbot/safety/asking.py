"""Whether a finding is told or only asked about: supposed, read of, or a question about nobody."""

from bisect import bisect_left, bisect_right

from faqbot.safety.context import FIRST_PERSON
from faqbot.safety.matching import Match
from faqbot.safety.phrases import Mention
from faqbot.safety.reading import Reading

_THIRD_PERSON = frozenset({"he", "hes", "shes", "she", "his", "her", "him", "hers", "himself", "herself", "theyre"})
_PERSON = FIRST_PERSON | _THIRD_PERSON
_OWNED_WITHIN = 4
_ASKING_VERBS = frozenset({"is", "are", "can", "could", "does", "do", "would", "will"})
_QUESTION_WORDS = _ASKING_VERBS | {"why", "when", "how", "at"}
_HERE = frozenset({"this", "these", "still", "suddenly", "help", "it", "normal", "ok", "okay"})
_NEW_THOUGHT = frozenset({"but", "also", "plus", "anyway", "anyways", "because", "since", "btw", "though"})
_TIMES = frozenset({"ago", "today", "tonight", "yesterday", "since"})
_SPEAKS = _PERSON | {"now", "then", "also", "it", "its", "this", "these", "theres", "there", "cant", "still"}


def is_asked(reading: Reading, match: Match) -> bool:
    """Whether the finding is only asked about, supposed or read of, and nobody has it."""
    sentence = reading.words.sentences[match.start]
    if reading.near("studies", sentence) or (_quoted(reading, sentence) and not _is_personal(reading, sentence)):
        return True
    if match.finding.kind == "plea":
        return False
    if any(_supposed(reading, cue, match) for cue in reading.near("supposes", sentence)):
        return True
    if match.finding.kind == "condition" and not _is_owned(reading, match):
        return True
    general = _asked_beside(reading, match, sentence) or _asked_at_large(reading, sentence)
    return general and not _is_personal(reading, sentence) and not _is_timed(reading, sentence)


def _quoted(reading: Reading, sentence: int) -> bool:
    """Whether the sentence before or behind says that it is quoted: "It's a flashcard I'm making." """
    return bool(reading.near("quoting", sentence - 1) or reading.near("quoting", sentence + 1))


def _is_timed(reading: Reading, sentence: int) -> bool:
    """Whether it has begun at some time, so that somebody has it: "is this normal, came on 20 minutes ago"."""
    return not _TIMES.isdisjoint(_sentence_words(reading, sentence))


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
    """Whether a supposition comes before the finding; "as if somebody" is none, "laugh if you like but" is over."""
    words = reading.words.words
    return (
        cue.start <= match.start and words[max(0, cue.start - 1)] != "as" and "but" not in words[cue.end : match.start]
    )


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
    if any(words.marks[start : end + 1]) or not _NEW_THOUGHT.isdisjoint(words.words[start:end]):
        return True
    joined = (p for p in range(start, end) if words.words[p] == "and")
    return any(words.words[p + 1] in _SPEAKS for p in joined)


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
        position not in polite and (reading.words.words[position] in _PERSON or position in people)
        for position in range(first, last)
    )


def _positions(mentions: list[Mention]) -> set[int]:
    return {position for mention in mentions for position in range(mention.start, mention.end)}
