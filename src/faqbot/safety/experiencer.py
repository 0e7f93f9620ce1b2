"""Experiencer: whether a sign is an animal's, a thing's, a story's, or from another person's past."""

from collections.abc import Iterable, Iterator

from faqbot.safety.context import FIRST_PERSON, THIRD_PERSON, TURNS_BACK, Message, word_set
from faqbot.safety.historical import thought
from faqbot.safety.matcher import Match, Mention
from faqbot.safety.negation import MAKES_LIGHT

_FAMILY_WITHIN = 6
_HAD_WITHIN = 4
_THING_WITHIN = 4
_PAST = frozenset({"had", "suffered"})
_TOLD_OVER = _PAST | {"couldnt", "lost", "broke", "fell", "was", "were", "went", "got", "wet", "came"}
_HAS = word_set("has have is hes shes theyve")


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
    start, end = thought(message, match)
    if _is_well_again(message, match, sentence) and not _TOLD_OVER.isdisjoint(
        message.words.words[relatives[-1].end : match.end]
    ):
        return True
    return message.within(("historical", "year"), start, end) or (
        _in_past_tense(message.words.words[relatives[-1].end : match.start])
        and match.start - relatives[-1].end <= _HAD_WITHIN
        and not (message.mentions.get("relative_current") or message.within(("current",), start, end))
    )


def _is_well_again(message: Message, match: Match, sentence: int) -> bool:
    """Whether they are said to be well after it: not when it is they who say so ("he says he's fine")."""
    words = message.words.words
    return any(
        match.end <= over.start and MAKES_LIGHT.isdisjoint(words[max(0, over.start - 2) : over.start])
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
        turned = any(message.words.marks[between]) or not TURNS_BACK.isdisjoint(message.words.words[between])
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
    it = bool(words & {*THIRD_PERSON, "it", "its", "they"})
    return it and FIRST_PERSON.isdisjoint(words) and "experiencer_relative" not in message.mentions
