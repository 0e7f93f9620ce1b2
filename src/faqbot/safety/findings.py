"""What one message says: its findings, each told or only asked about; denied and foreign ones are left out."""

from dataclasses import dataclass
from functools import lru_cache

from faqbot.safety.asking import is_asked
from faqbot.safety.book import Book
from faqbot.safety.classifier import CALM, packaged_classifier
from faqbot.safety.context import is_elsewhere, is_explained
from faqbot.safety.denial import is_denied
from faqbot.safety.matching import Match
from faqbot.safety.past import is_past
from faqbot.safety.reading import Reading, read_message
from faqbot.types import Span


@dataclass(frozen=True, slots=True)
class Said:
    """A finding in a message: `told` as somebody's own, or else asked about; `text` is the person's words.

    `calm` is the message where the classifier holds that to be harmless, else "".
    """

    finding: str
    told: bool
    text: str
    calm: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """All that a message says.

    `claims` is set where it takes earlier findings as its own ("I think I have it"), `unplaced` where it goes on with
    what was said before.
    """

    said: tuple[Said, ...]
    claims: bool
    unplaced: bool
    places: bool


@lru_cache(maxsize=4096)
def hear(book: Book, message: str) -> Heard:
    """The findings of one message, each with the fewest words that say it."""
    reading = read_message(book, message)
    likeness = packaged_classifier().judge(reading.words, reading.mentions)
    calm = message if likeness and likeness.alarm < CALM else ""
    said: dict[tuple[str, bool], Said] = {}
    left_out: set[tuple[str, frozenset[Span]]] = set()
    for match in sorted(reading.matches, key=_length):
        if (match.finding.id, True) in said:
            continue
        place = match.finding.id, frozenset((part.start, part.end) for part in match.mentions)
        if place in left_out:  # the same words, found by another group
            continue
        left_out.add(place)
        if _counts(book, reading, match):
            told = not is_asked(reading, match)
            text = reading.words.between(match.start, match.end)
            said.setdefault((match.finding.id, told), Said(match.finding.id, told, text, calm))
    return Heard(
        tuple(said.values()),
        claims=bool(reading.mentions.get("claims")),
        unplaced="corrects" in reading.mentions or (_has(book, reading, "state") and not _has(book, reading, "part")),
        places=_has(book, reading, "part"),
    )


def _length(match: Match) -> tuple[int, int]:
    return match.end - match.start, match.start


def _counts(book: Book, reading: Reading, match: Match) -> bool:
    return not (
        is_elsewhere(reading, match)
        or is_past(reading, match)
        or is_denied(book, reading, match)
        or is_explained(reading, match)
    )


def _has(book: Book, reading: Reading, kind: str) -> bool:
    return any(book.groups[group].kind == kind for group in reading.mentions)
