"""When it was: whether a finding lies in a past that is over, by the dates and recoveries that stand beside it."""

from bisect import bisect_left
from collections.abc import Iterable

from faqbot.safety.matching import Match
from faqbot.safety.phrases import Mention
from faqbot.safety.reading import Reading

_RECOVERED_WITHIN = 5
_DATED_WITHIN = 3
_BACK_WITHIN = 4
_SAME = frozenset({"it", "its", "this", "they", "same", "symptoms"})
_BACK = frozenset({"back", "again", "returned", "returning", "restarted"})
_NOT_BACK = frozenset(
    ("never", "not", "wont", "hasnt", "didnt", "may", "might", "could", "can", "if", "my", "the", "his", "her", "lower")
)
_NOT_RETURNED = {("to",), ("pain",), ("ache",)}  # "back to normal"
_GOES_ON = {("and", word) for word in ("my", "i", "im", "then", "now", "the", "a", "his", "her", "he", "she")}
_TURNS = frozenset({"but", "yet", "however", "though", "now", "today", "recently", "lately"})


def is_past(reading: Reading, match: Match) -> bool:
    """Whether it lies in a distant past and nothing beside it says that it goes on."""
    if match.finding.kind in ("risk", "context"):
        return False
    start, end = thought(reading, match)
    if match.finding.kind == "event":
        return _long_before(reading, match, start, end) or _in_youth(reading, match)
    ago = any(not _dates_other(reading, match, date) for date in _dates(reading, start, end))
    over = reading.near("got_over", reading.words.sentences[match.start])
    if match.finding.kind == "plea":
        return ago and bool(over)
    if _is_back(reading, match):
        return False
    if ago and (over or not within(reading, ("still",), start, end)):
        return True
    return any(start <= recovery.start and _reaches(reading, recovery, match) for recovery in over)


def _reaches(reading: Reading, recovery: Mention, match: Match) -> bool:
    """Whether it is the finding that was got over, and not what came before ("over the flu, my groin is numb")."""
    if not 0 <= match.start - recovery.end <= _RECOVERED_WITHIN:
        return False
    words = reading.words
    anew = (words.words[place : place + 2] in _GOES_ON for place in range(recovery.end, match.start))
    return not any(words.marks[recovery.end : match.start + 1]) and not any(anew)


def _is_back(reading: Reading, match: Match) -> bool:
    """Whether a clause behind it, or the next sentence, says that it is there again: "years ago. Now it is back."."""
    words, last = reading.words, reading.words.sentences[match.end - 1] + 1
    return any(
        words.words[place] in _SAME
        and _begins(reading, place)
        and _returns(reading, place + 1)
        and not any(over.start >= place for over in reading.near("got_over", words.sentences[place]))
        for place in range(match.end, bisect_left(words.sentences, last + 1))
    )


def _begins(reading: Reading, place: int) -> bool:
    """Whether a clause begins at a word, or one word before it: "now the same"."""
    words, sentences = reading.words, reading.words.sentences
    return any(
        words.marks[at] or sentences[at - 1] != sentences[at] or not _TURNS.isdisjoint(words.words[at - 1 : at + 1])
        for at in (place, place - 1)
    )


def _returns(reading: Reading, start: int) -> bool:
    """Whether the next few words say that something is back, and not that it is not, nor "my back"."""
    words = reading.words
    for place in range(start, min(start + _BACK_WITHIN, len(words.words))):
        if words.marks[place] or words.words[place] in _NOT_BACK:
            return False
        if words.words[place] in _BACK:
            return words.words[place + 1 : place + 2] not in _NOT_RETURNED
    return False


def _long_before(reading: Reading, match: Match, start: int, end: int) -> bool:
    """Whether an event was long ago: the date beside it counts, in "crashed yesterday, had surgery years ago" not."""
    near = (*reading.near("this_day", reading.words.sentences[match.start]), *_dates(reading, start, end))
    nearest = min(near, key=lambda date: max(date.start - match.end, match.start - date.end), default=None)
    return nearest is not None and nearest.group != "this_day"


def thought(reading: Reading, match: Match) -> tuple[int, int]:
    """The part of the sentence around a finding, up to words such as "but" or "now" that turn it.

    A finding that itself holds such a turn ("used to be one leg, now both") is told from there on.
    """
    words, sentences = reading.words.words, reading.words.sentences
    start, end = match.start, match.end
    turn = max((place for place in range(start + 1, end) if words[place] in _TURNS), default=0)
    if turn:
        start = turn
    while start > 0 and sentences[start - 1] == sentences[start] and words[start] not in _TURNS:
        start -= 1
    while end < len(words) and sentences[end] == sentences[end - 1] and words[end] not in _TURNS:
        end += 1
    return start, end


def _in_youth(reading: Reading, match: Match) -> bool:
    """Whether it happened at an age that is long past: "fell off a horse at 15, now 63", "at 12 ..., fine since"."""
    sentence = reading.words.sentences[match.start]
    then = reading.near("age_then", sentence)
    if not then or reading.near("this_day", sentence):
        return False
    now = reading.mentions.get("age_now")
    return bool((now and now[-1].start > then[0].start) or reading.near("got_over", sentence))


def _dates(reading: Reading, start: int, end: int) -> Iterable[Mention]:
    sentence = reading.words.sentences[start]
    listed = (*reading.near("long_ago", sentence), *reading.near("year", sentence))
    return [mention for mention in listed if start <= mention.start < end]


def _dates_other(reading: Reading, match: Match, date: Mention) -> bool:
    """Whether a past date is of something else: "cancer in 2010, now numb", "an ulcer last month, feeling shivery"."""
    words = reading.words
    if date.end <= match.start and any(words.marks[date.end : match.start + 1]):
        clause = date.start
        while clause > 0 and not words.marks[clause] and words.sentences[clause - 1] == words.sentences[clause]:
            clause -= 1
        if date.start - clause > 1:
            return True
    return any(
        (0 <= date.start - other.end <= _DATED_WITHIN or 0 <= other.start - date.end <= _DATED_WITHIN)
        and not (other.start < match.end and match.start < other.end)
        for other in reading.dated.get(words.sentences[date.start], ())
    )


def within(reading: Reading, groups: tuple[str, ...], start: int, end: int) -> bool:
    """Whether a mention of one of the groups starts at a word from `start` up to, not including, `end`."""
    return any(
        start <= mention.start < end
        for group in groups
        for mention in reading.near(group, reading.words.sentences[start])
    )
