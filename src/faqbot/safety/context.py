"""Whose finding it is, when, and whether it is told or only asked about."""

from collections.abc import Iterable

from faqbot.safety.book import Book
from faqbot.safety.matching import Match
from faqbot.safety.phrases import Mention
from faqbot.safety.reading import Reading

_FAMILY_WITHIN = 6
_OWNED_WITHIN = 4
FIRST_PERSON = frozenset(["i", "im", "ive", "id", "ill", "me", "my", "mine", "myself", "we", "us", "our"])
PERSON = FIRST_PERSON | frozenset(
    ["he", "hes", "shes", "she", "his", "her", "him", "hers", "himself", "herself", "they", "theyre", "their", "them"]
)


def is_elsewhere(reading: Reading, match: Match) -> bool:
    """Whether it is about an animal, a thing, a story, or somebody else's past."""
    sentence = reading.words.sentences[match.start]
    return (
        _is_subject(reading, match, reading.near("not_a_person", sentence))
        or _in_story(reading, match, reading.near("story", sentence))
        or (match.finding.kind in ("risk", "condition") and _in_family(reading, match, sentence))
    )


def _is_subject(reading: Reading, match: Match, animals: Iterable[Mention]) -> bool:
    """An animal or thing that the sentence is about: before the finding, nobody walks it, and no "I" in between."""
    for animal in animals:
        held = {mention.end for mention in reading.mentions.get("handles", ())}
        if animal.start < match.end and not held & {animal.start, animal.start - 1, animal.start - 2}:
            between = reading.words.words[animal.end : match.end]
            if not FIRST_PERSON.intersection(between):
                return True
    return False


def _in_story(reading: Reading, match: Match, stories: Iterable[Mention]) -> bool:
    for story in stories:
        low, high = min(story.end, match.end), max(story.start, match.start)
        inside = reading.words.words[low:high] + reading.words.words[match.start : match.end]
        watched = any(mention.end == story.start for mention in reading.mentions.get("watches", ()))
        if not watched and not FIRST_PERSON.intersection(inside):
            return True
    return False


def _in_family(reading: Reading, match: Match, sentence: int) -> bool:
    """A risk that runs in the family, and nobody of the family is ill now."""
    if any(True for _ in reading.near("in_the_family", sentence)):
        return True
    if reading.mentions.get("their_trouble"):
        return False
    return any(0 <= match.start - person.end <= _FAMILY_WITHIN for person in reading.near("relative", sentence))


def is_past(reading: Reading, match: Match) -> bool:
    """Whether the sentence puts it in a distant past and nothing in it says that it goes on."""
    if match.finding.kind == "risk":
        return False
    sentence = reading.words.sentences[match.start]
    ago = list(reading.near("long_ago", sentence)) + list(reading.near("year", sentence))
    if match.finding.kind == "event":
        return bool(ago)
    if any(True for _ in reading.near("still", sentence)):
        return False
    return bool(ago) or any(0 <= match.start - over.end <= 5 for over in reading.near("got_over", sentence))


def is_asked(book: Book, reading: Reading, match: Match) -> bool:
    """Whether the finding is only asked about, supposed or read of, and nobody has it."""
    sentence = reading.words.sentences[match.start]
    if any(True for _ in reading.near("studies", sentence)):
        return True
    if any(cue.start <= match.start for cue in reading.near("supposes", sentence)):
        return True
    if match.finding.kind == "condition":
        return not _is_owned(reading, match)
    return any(True for _ in reading.near("asks", sentence)) and not _is_personal(book, reading, match, sentence)


def _is_owned(reading: Reading, match: Match) -> bool:
    """A named disease that somebody has, not one that somebody wonders about."""
    return any(
        0 <= match.start - has.end <= _OWNED_WITHIN and not reading.starts_at("wonders", has.start)
        for has in reading.mentions.get("has_it", ())
    )


def _is_personal(book: Book, reading: Reading, match: Match, sentence: int) -> bool:
    """Whether a person stands in the sentence other than as the one who asks ("can you tell me")."""
    polite = reading.covers("polite")
    people = {p for mention in reading.mentions.get("relative", ()) for p in range(mention.start, mention.end)}
    for position, word in enumerate(reading.words.words):
        if reading.words.sentences[position] == sentence and (word in PERSON or position in people):
            if position not in polite:
                return True
    return False
