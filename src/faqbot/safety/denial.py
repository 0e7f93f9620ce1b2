"""Whether a finding is denied where it stands: "no numbness", "fever? none", "isn't numb", "the tingling went away"."""

from bisect import bisect_right
from itertools import pairwise

from faqbot.safety.book import Book
from faqbot.safety.context import MAKES_LIGHT
from faqbot.safety.matching import Match
from faqbot.safety.phrases import Mention
from faqbot.safety.reading import Reading

_FARTHEST = 14
_OVER_WITHIN = 5
_OVER_ANYWAY_WITHIN = 7
_NAMES_A_STATE = ("ness", "ing", "aches")
_OR = frozenset({"or", "nor"})
_LISTED_WITHIN = 3
_ASKING_MARKS = "?:–—-("
_THEY = frozenset({"hes", "shes", "he", "she", "theyre", "they"})
_NOT_OVER = ("i", "im", "be")  # "I went", "can it be normal"


def is_denied(book: Book, reading: Reading, match: Match) -> bool:
    """Whether the person says that this is not so, or no longer so.

    Only the words that say what is wrong can be denied, not the part of the body: "no weakness, groin numb". And
    what is "not yet" may come.
    """
    if "yet" in reading.words.words[match.end : match.end + 1]:
        return False
    sentence = reading.words.sentences[match.start]
    if any(denial.start < match.start for denial in reading.near("list_denial", sentence)):
        return True
    lasts = match.finding.kind == "risk"  # a cancer that is cured, bones that were treated: the risk stays
    retracted = max((claim.start for claim in reading.near("claims", sentence)), default=-1)  # "but actually I am"
    behind = (denial.start for denial in reading.near("denial_behind", sentence))
    if not lasts and any(match.end <= start and retracted < start for start in behind):
        return True
    if _none_behind(reading, match):
        return True
    heads = [part for part in match.mentions if book.groups[part.group].kind not in ("part", "beside")]
    heads = heads or list(match.mentions)
    if match.finding.kind == "plea":  # only "I don't want to die" denies it, not a "fine" that follows
        return any(_denied_before(reading, head) for head in heads)
    return (
        any(_denied_before(reading, head) for head in heads)
        or _denied_after(reading, match.end)
        or (not lasts and (_over(book, reading, match) or _over_anyway(reading, match)))
    )


def _none_behind(reading: Reading, match: Match) -> bool:
    """Whether the next sentence begins by saying that none of it is so: "None of that is me." """
    sentences = reading.words.sentences
    sentence = sentences[match.end - 1]
    first = bisect_right(sentences, sentence)
    behind = reading.starts_at("none_behind", first) if first < len(sentences) else None
    return behind is not None and _ends_clause(reading, behind.end)  # not "None of these tablets help"


def _denied_before(reading: Reading, head: Mention) -> bool:
    """Walk left from a head over words that let a denial through; whether a negator is met."""
    if not reading.negator_ends:
        return False
    words = reading.words
    noun = head.end - 1 in reading.nouns
    listing = int(not _OR.isdisjoint(words.words[head.end : head.end + _LISTED_WITHIN]))
    commas = 0
    listed = noun
    for position in range(head.start, max(-1, head.start - _FARTHEST), -1):
        if _breaks(reading, position, noun):
            return False
        if position in reading.negator_ends:
            return not commas or bool(listing) or commas > 1
        if position == 0:
            return False
        commas += bool(words.marks[position])
        previous = words.words[position - 1]
        if previous in _OR:
            listing, listed = 1, True
        if previous == "and":
            if not (noun and _ends_clause(reading, head.end)):
                return False
        elif not (
            position - 1 in reading.see_through
            or (listed and (position - 1 in reading.states or previous.endswith(_NAMES_A_STATE)))
        ):
            return False
    return False


def _breaks(reading: Reading, position: int, noun: bool) -> bool:
    """Whether a denial stops before this word: at the end of a sentence, and for all but nouns at a comma."""
    mark = reading.words.marks[position]
    return bool(mark) and not (noun and set(mark) <= {",", "/"})


def _ends_clause(reading: Reading, position: int) -> bool:
    return position >= len(reading.words.words) or bool(reading.words.marks[position])


def _denied_after(reading: Reading, end: int) -> bool:
    """An answer right behind: "fever? no", "numbness: none", "chills no"."""
    words = reading.words
    if "denying_answer" not in reading.mentions:
        return False
    for position in range(end, min(end + 4, len(words.words))):
        answer = reading.starts_at("denying_answer", position)
        if answer and words.words[position - 1] != "be" and _ends_answer(reading, answer):  # not "can it be normal"
            return True
        if set(words.marks[position]) & set(_ASKING_MARKS) or position not in reading.see_through:
            return False
    return False


def _ends_answer(reading: Reading, answer: Mention) -> bool:
    return _ends_clause(reading, answer.end) or reading.starts_at("denying_answer", answer.end) is not None


def _over_anyway(reading: Reading, match: Match) -> bool:
    """A few words on, also behind a comma: "but was normal", "gone now"."""
    words = reading.words
    if "is_over_anyway" not in reading.mentions:
        return False
    near = range(match.end, min(match.end + _OVER_ANYWAY_WITHIN, len(words.words)))
    return any(
        words.sentences[position] == words.sentences[match.start]
        and reading.starts_at("is_over_anyway", position)
        and not _they_say(words.words[max(0, position - 2) : position + 1])
        for position in near
    )


def _they_say(words: tuple[str, ...]) -> bool:
    """Whether it is the ill who make light of it: "he says he's fine now"."""
    return any(said in MAKES_LIGHT and who in _THEY for said, who in pairwise(words))


def _over(book: Book, reading: Reading, match: Match) -> bool:
    """A few words on, in the same clause: "has gone", "went away", "better now", "was ruled out"."""
    words = reading.words
    if not {"is_over", "is_over_at_end"} & reading.mentions.keys():
        return False
    for position in range(match.end, min(match.end + _OVER_WITHIN, len(words.words))):
        if words.sentences[position] != words.sentences[match.start]:
            return False
        if words.marks[position]:
            return False
        if reading.starts_at("is_over", position):
            return True
        if _ended(reading, position):
            return True
        if position not in reading.see_through and words.words[position] not in book.fillers:
            return False
    return False


def _ended(reading: Reading, position: int) -> bool:
    """Whether the clause closes with "gone", "stopped": not "I went", nor "since my back went"."""
    ended = reading.starts_at("is_over_at_end", position)
    return (
        bool(ended and _ends_clause(reading, ended.end))
        and reading.words.words[position - 1] not in _NOT_OVER
        and position not in reading.covers("back_went")
    )
