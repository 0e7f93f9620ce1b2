"""Whose finding it is, when, and whether it is told or only asked about."""

from collections.abc import Iterable

from faqbot.safety.matching import Match
from faqbot.safety.phrases import Mention
from faqbot.safety.reading import Reading

_FAMILY_WITHIN = 6
_OWNED_WITHIN = 4
_THING_WITHIN = 4
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
    ago = [*reading.near("long_ago", sentence), *reading.near("year", sentence)]
    return bool(relatives and ago) and FIRST_PERSON.isdisjoint(reading.words.words[relatives[0].end : match.end])


def is_explained(reading: Reading, match: Match) -> bool:
    """Whether a word in the sentence explains the finding away: wet from the rain, weight lost by dieting."""
    sentence = reading.words.sentences[match.start]
    return any(
        not reading.is_negated(reason) and not _overlaps(reason, match)
        for group in match.finding.unless
        for reason in reading.near(group, sentence)
    )


def _is_subject(reading: Reading, match: Match, subjects: Iterable[Mention]) -> bool:
    """An animal or thing that the sentence is about: before the finding, nobody walks it, and no "I" in between."""
    held = {mention.end for mention in reading.mentions.get("handles", ())}
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


def _near_things(reading: Reading, match: Match, sentence: int) -> Iterable[Mention]:
    """Things in the clause of the finding, close before it: "the drone lost control", not a car before a comma."""
    for thing in reading.near("thing", sentence):
        if match.start - thing.end <= _THING_WITHIN and not any(reading.words.marks[thing.end : match.start + 1]):
            yield thing


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


def is_asked(reading: Reading, match: Match) -> bool:
    """Whether the finding is only asked about, supposed or read of, and nobody has it."""
    sentence = reading.words.sentences[match.start]
    if any(True for _ in reading.near("studies", sentence)):
        return True
    if any(cue.start <= match.start for cue in reading.near("supposes", sentence)):
        return True
    if match.finding.kind == "condition":
        return not _is_owned(reading, match)
    return _asked_beside(reading, match, sentence) and not _is_personal(reading, sentence)


def _asked_beside(reading: Reading, match: Match, sentence: int) -> bool:
    """Whether the question before the finding, or the one behind it, is about it: nothing new begins in between."""
    before = (cue.end for cue in reading.near("asks", sentence) if cue.start <= match.start)
    after = (cue.start for cue in reading.near("asks_after", sentence) if cue.start >= match.start)
    return any(not _begins_anew(reading, end, match.start) for end in before) or any(
        not _begins_anew(reading, match.end, start) for start in after
    )


def _begins_anew(reading: Reading, start: int, end: int) -> bool:
    """Whether between two words a comma or a word such as "but" starts another thought."""
    words = reading.words
    return any(words.marks[start : end + 1]) or not _NEW_THOUGHT.isdisjoint(words.words[start:end])


def _is_owned(reading: Reading, match: Match) -> bool:
    """A named disease that somebody has, not one that somebody wonders about."""
    return any(
        0 <= match.start - has.end <= _OWNED_WITHIN and not reading.starts_at("wonders", has.start)
        for has in reading.mentions.get("has_it", ())
    )


def _is_personal(reading: Reading, sentence: int) -> bool:
    """Whether a person stands in the sentence other than as the one who asks ("can you tell me")."""
    polite = reading.covers("polite")
    people = reading.covers("relative")
    return any(
        place == sentence and position not in polite and (word in PERSON or position in people)
        for position, (word, place) in enumerate(zip(reading.words.words, reading.words.sentences, strict=True))
    )
