"""Historical: whether a sign lies in a distant past, and nothing says that it goes on or is back."""

from bisect import bisect_left
from collections.abc import Iterable

from faqbot.safety.context import SPEAKS, Message, word_set
from faqbot.safety.matcher import Match, Mention

_RECOVERED_WITHIN = 5
_DATED_WITHIN = 3
_BACK_WITHIN = 4
_SAME = word_set("it its this they same symptoms")
_BACK = word_set("back again returned returning restarted")
_NOT_BACK = word_set("never not wont hasnt didnt may might could can if my the his her lower")
_NOT_RETURNED = {("to",), ("pain",), ("ache",)}  # "back to normal"
_GOES_ON = {("and", word) for word in ("my", "i", "im", "then", "now", "the", "a", "his", "her", "he", "she")}
_REFERS = word_set("it its this that these they both all same happened started began was were")
_PRESENT = word_set("am are cannot cant doesnt dont feel feels get gets getting has have im is keep keeps wont")
_TURNS = word_set("but yet however though now today recently lately")


def is_historical(message: Message, match: Match) -> bool:
    """Whether it lies in a distant past and nothing beside it says that it goes on."""
    if match.sign.kind in ("risk", "context"):
        return False
    start, end = thought(message, match)
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
    if ago and (over or not message.within(("current",), start, end)):
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


def thought(message: Message, match: Match) -> tuple[int, int]:
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
    joined = words[place] in SPEAKS and words[place - 1] == "and"
    return (
        bool(message.words.marks[place]) or sentences[place] != sentences[place - 1] or words[place] in _TURNS or joined
    )
