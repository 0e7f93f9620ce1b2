"""Hypothetical: whether a sign is only asked about, supposed or read of."""

from bisect import bisect_left, bisect_right

from faqbot.safety.context import FIRST_PERSON, SPEAKS, THIRD_PERSON, Message, positions, word_set
from faqbot.safety.matcher import Match, Mention
from faqbot.safety.negation import is_affirmed

_PERSON = FIRST_PERSON | THIRD_PERSON
_OWNED_WITHIN = 4
_ASKING_VERBS = word_set("is are can could does do would will")
_QUESTION_WORDS = _ASKING_VERBS | {"why", "when", "how", "at"}
_HERE = word_set("this these still suddenly help it normal ok okay")
_NEW_THOUGHT = word_set("but also plus anyway anyways because since btw though")
_TIMES = word_set("ago today tonight yesterday since")


def is_hypothetical(message: Message, match: Match) -> bool:
    """Whether the sign is only asked about, supposed or read of, and nobody has it."""
    sentence = message.words.sentences[match.start]
    if is_affirmed(message, match):
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
    return any(words.words[place + 1] in SPEAKS for place in joined)


def _is_owned(message: Message, match: Match) -> bool:
    """Whether somebody has a named disease, and does not only wonder about it."""
    sentence = message.words.sentences[match.start]
    wondered = positions(message.near("possession_asked", sentence))
    return any(
        0 <= match.start - has.end <= _OWNED_WITHIN and has.start not in wondered
        for has in message.near("possession", sentence)
    )


def _is_personal(message: Message, sentence: int) -> bool:
    """Whether a person stands in the sentence other than as the one who asks ("can you tell me")."""
    polite = positions(message.near("question_polite", sentence))
    people = positions(message.near("experiencer_relative", sentence))
    first = bisect_left(message.words.sentences, sentence)
    last = bisect_right(message.words.sentences, sentence)
    return any(
        position not in polite and (message.words.words[position] in _PERSON or position in people)
        for position in range(first, last)
    )
