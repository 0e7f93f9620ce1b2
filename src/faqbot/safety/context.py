"""Whose finding it is: an animal's, a thing's, a story's, somebody else's past; and whether something explains it."""

from collections.abc import Iterable

from faqbot.safety.matching import Match
from faqbot.safety.past import thought, within
from faqbot.safety.phrases import Mention
from faqbot.safety.reading import Reading

FIRST_PERSON = frozenset({"i", "im", "ive", "id", "ill", "me", "my", "mine", "myself", "we", "us", "our"})
_FAMILY_WITHIN = 6
_HAD_WITHIN = 4
_THING_WITHIN = 4
_ASKED_WITHIN = 4
_PAST = frozenset({"had", "suffered"})
_TOLD_OVER = _PAST | {"couldnt", "lost", "broke", "fell", "was", "were", "went", "got", "wet", "came"}
_TURNS_BACK = frozenset({"when", "because", "if", "since", "though"})
_BEGINS_QUESTION = frozenset(
    {"should", "shall", "can", "could", "would", "what", "which", "how", "any", "is", "are", "do", "does", "will"}
)
MAKES_LIGHT = frozenset({"says", "said", "saying", "say", "insists", "thinks", "reckons", "claims", "swears", "told"})
_HAS = frozenset({"has", "have", "is", "hes", "shes", "theyve"})


def is_elsewhere(reading: Reading, match: Match) -> bool:
    """Whether it is about an animal, a thing, a story, or somebody else's past."""
    sentence = reading.words.sentences[match.start]
    return (
        _is_subject(reading, match, reading.near("not_a_person", sentence), _told_by(match))
        or _is_subject(reading, match, _near_things(reading, match, sentence), match.end)
        or _in_story(reading, match, reading.near("story", sentence))
        or (match.finding.kind in ("risk", "condition") and _in_family(reading, match, sentence))
        or _was_theirs(reading, match, sentence)
    )


def _was_theirs(reading: Reading, match: Match, sentence: int) -> bool:
    """Somebody else's and long ago, whatever they do now: "Dad had a heart attack in 2003 and walks daily now"."""
    relatives = [person for person in reading.near("relative", sentence) if person.end <= match.start]
    if not relatives or not FIRST_PERSON.isdisjoint(reading.words.words[relatives[0].end : _told_by(match)]):
        return False
    if match.finding.kind == "risk" and reading.mentions.get("their_trouble"):
        return False
    if any(departed.start < match.end for departed in reading.near("departed", sentence)):
        return True
    if any(match.end <= mine.start for mine in reading.near("mine_only", sentence)):
        return True
    if reading.near("this_day", sentence):
        return False
    start, end = thought(reading, match)
    if _is_well_again(reading, match, sentence) and not _TOLD_OVER.isdisjoint(
        reading.words.words[relatives[-1].end : match.end]
    ):
        return True
    return within(reading, ("long_ago", "year"), start, end) or (
        _told_as_past(reading.words.words[relatives[-1].end : match.start])
        and match.start - relatives[-1].end <= _HAD_WITHIN
        and not (reading.mentions.get("their_trouble") or within(reading, ("still",), start, end))
    )


def _is_well_again(reading: Reading, match: Match, sentence: int) -> bool:
    """Whether they are said to be well after it: not when it is they who say so ("he says he's fine")."""
    words = reading.words.words
    return any(
        match.end <= over.start and MAKES_LIGHT.isdisjoint(words[max(0, over.start - 2) : over.start])
        for over in reading.near("got_over", sentence)
    )


def _told_as_past(words: tuple[str, ...]) -> bool:
    """Whether "had" or "suffered" is said, and not "has had": that lasts."""
    return any(word in _PAST and words[max(0, place - 1)] not in _HAS for place, word in enumerate(words))


def is_explained(reading: Reading, match: Match) -> bool:
    """Whether a word in the sentence explains the finding away: wet from the rain, weight lost by dieting."""
    sentence = reading.words.sentences[match.start]
    return any(
        not reading.is_negated(reason) and not _inside(reason, match) and not _apart(reading, reason, match)
        for group in match.finding.unless
        for reason in reading.near(group, sentence)
    )


def _apart(reading: Reading, reason: Mention, match: Match) -> bool:
    """Whether a reason is of another thought: "should I do squats when my legs are weak", "..., should I stretch?"."""
    words, marks = reading.words.words, reading.words.marks
    if reason.end <= match.start:
        return not _TURNS_BACK.isdisjoint(words[reason.end : match.start])
    asked = "?" in "".join(marks[reason.end : reason.end + _ASKED_WITHIN])
    return any(
        marks[place] and (asked or words[place] in _BEGINS_QUESTION) for place in range(match.end, reason.start + 1)
    )


def _is_subject(reading: Reading, match: Match, subjects: Iterable[Mention], end: int) -> bool:
    """An animal or thing that the sentence is about: before the finding, nobody walks it, and no "I" up to `end`."""
    held = {mention.end for mention in reading.near("handles", reading.words.sentences[match.start])}
    return any(
        subject.start < match.end
        and not _overlaps(subject, match)
        and held.isdisjoint(_before(subject))
        and FIRST_PERSON.isdisjoint(reading.words.words[subject.end : end])
        for subject in subjects
    )


def _told_by(match: Match) -> int:
    """The word by which a finding has begun: who speaks of themselves after it begins something else."""
    return min(part.end for part in match.mentions)


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
        between = slice(thing.end, match.start + 1)
        turned = any(reading.words.marks[between]) or not _TURNS_BACK.isdisjoint(reading.words.words[between])
        if match.start - thing.end <= _THING_WITHIN and not turned:
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
    """A risk that runs in the family, and nobody of the family is ill now ("my wife has cauda equina")."""
    if reading.near("in_the_family", sentence):
        return True
    if reading.mentions.get("their_trouble"):
        return False
    words, ill = reading.words.words, match.finding.kind == "condition"
    return any(
        0 <= match.start - person.end <= _FAMILY_WITHIN
        and not (ill and not _HAS.isdisjoint(words[person.end : match.start]))
        for person in reading.near("relative", sentence)
    )
