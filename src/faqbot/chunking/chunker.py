"""Cut a Document into Passages that the encoder reads whole, each with the sources that it names."""

import logging
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

from faqbot.chunking.sections import Section, sections
from faqbot.chunking.segments import Bond, Count, Unit, halved, units
from faqbot.errors import EncoderError
from faqbot.types import Document, Pair, Passage, Source

SHORTEST_LIMIT = 32  # tokens; a passage with its heading needs them
_LEAST_CONTEXT = 8  # tokens; less of a context says nothing
_LONGEST = 4_000  # characters of a heading or context that are looked at

logger = logging.getLogger(__name__)


def split(document: Document, count: Callable[[str], int], *, limit: int = 256, words: int = 80) -> tuple[Passage, ...]:
    """Return the passages of a document, in order; together they hold all of its text but headings and boilerplate.

    `count` gives the number of tokens of a text, special tokens included; `embedded_text` of a passage never has
    more than `limit`: headings and context are shortened for it, text is cut at sentence ends. A question-answer pair
    is one passage if it fits; other passages have about `words` words.
    """
    if limit < SHORTEST_LIMIT:
        raise ValueError(f"limit is {limit}; a passage with its heading needs at least {SHORTEST_LIMIT} tokens")
    return tuple(
        passage for section in sections(document) for passage in _Cutter(document, count, limit, words).cut(section)
    )


@dataclass(frozen=True, slots=True)
class _Cutter:
    document: Document
    count: Count
    limit: int
    words: int

    def cut(self, section: Section) -> Iterator[Passage]:
        """The passages of one section."""
        frame = self._frame(section)
        room = self.limit - self.count(frame.embedded_text)
        found = units(self.document.text, section.blocks, self.count, words=self.words, room=room)
        empty = self.count("")
        short = {
            context: shortened(context, self.count, room // 2 + empty) for context in {unit.context for unit in found}
        }
        contexts = [short[unit.context] for unit in found]
        sizes = [self.count(context) - empty for context in contexts]
        whole = section.pair is not None and sum(unit.tokens for unit in found) <= room
        ranges = [(0, len(found))] if whole else pack(found, sizes, words=self.words, room=room)
        for start, end in ranges:
            yield from self._passages(frame, section, found[start:end], contexts[start])
            # Other ways to ask lead to where an answer begins.
            frame = replace(frame, alternates=())

    def _frame(self, section: Section) -> Passage:
        """A passage without text; its headings and question take at most half of what the encoder reads."""
        about, pair, headings = self.document, section.pair, section.headings
        frame = Passage(
            id="",
            document_id=about.id,
            text="",
            start=0,
            end=0,
            title=about.title,
            headings=headings,
            question=pair.question if pair else "",
            alternates=pair.alternates if pair else (),
            url=about.url,
            author=about.author,
            date=about.date,
            tags=tuple(dict.fromkeys((*about.tags, *(pair.tags if pair else ())))),
        )
        if self._fits(frame, self.limit // 2):
            return frame
        logger.warning("%s: the headings or the question above a passage are shortened", about.id)
        while len(frame.headings) > 1 and not self._fits(frame, self.limit // 2):
            frame = replace(frame, headings=frame.headings[1:])
        return replace(
            frame,
            headings=tuple(shortened(heading, self.count, self.limit // 4) for heading in frame.headings),
            question=shortened(frame.question, self.count, self.limit // 4),
        )

    def _fits(self, passage: Passage, limit: int) -> bool:
        return self.count(passage.embedded_text) <= limit

    def _passages(self, frame: Passage, section: Section, group: Sequence[Unit], context: str) -> Iterator[Passage]:
        """One passage, or more where the encoder's tokens do not add up as its parts did."""
        passage = self._passage(frame, section, group[0].start, group[-1].end, context)
        if self._fits(passage, self.limit):
            yield passage
        elif context:
            left = self.limit - self.count(replace(passage, context="").embedded_text)
            less = shortened(context, self.count, left) if left > _LEAST_CONTEXT else ""
            yield from self._passages(frame, section, group, less if less != context else "")
        elif len(group) > 1:
            middle = len(group) // 2
            yield from self._passages(frame, section, group[:middle], "")
            yield from self._passages(frame, section, group[middle:], group[middle].context)
        elif group[0].end - group[0].start > 1:
            yield from self._passages(frame, section, halved(group[0], self.document.text), "")
        else:
            raise EncoderError(f"{self.document.id}: the encoder reads {self.limit} tokens, too few for one character")

    def _passage(self, frame: Passage, section: Section, start: int, end: int, context: str) -> Passage:
        text = self.document.text[start:end]
        name = "\0".join((self.document.id, str(start), str(end), text))
        return replace(
            frame,
            id=blake2b(name.encode(), digest_size=8).hexdigest(),
            text=text,
            start=start,
            end=end,
            context=context,
            sources=sources_of(self.document, text, section.pair),
        )


def shortened(text: str, count: Count, most: int) -> str:
    """The text, or as much of its beginning as has at most `most` tokens, with an ellipsis."""
    if not text or (len(text) <= _LONGEST and count(text) <= most):
        return text
    length = bisect_right(range(min(len(text), _LONGEST)), most, key=lambda length: count(f"{text[:length]}…"))
    return f"{text[: max(length - 1, 0)].rstrip()}…"


# Packing units into passages

# What it costs to cut before a unit, in passages: one passage more costs 1.
_CUT: Mapping[Bond, float] = {"free": 0.0, "row": 0.0, "item": 0.3, "sentence": 0.5, "lead": 1.5}
_OVER = 4.0  # for a passage twice as long as wished
_UNDER = 0.15  # for an empty one: of two ways to cut, the more even one is taken
_MOST_UNITS = 64


def pack(units: Sequence[Unit], contexts: Sequence[int], *, words: int, room: int) -> list[tuple[int, int]]:
    """Ranges of units, each at most `room` tokens with the context of its first unit and about `words` words.

    Dynamic programming over the last cut. `contexts` are the tokens of each unit's context.
    """
    best = [0.0] + [float("inf")] * len(units)
    cuts = [0] * (len(units) + 1)
    for start, first in enumerate(units):
        length, tokens = 0, contexts[start]
        base = best[start] + 1 + (_CUT[first.bond] if start else 0.0)
        for end in range(start + 1, min(start + _MOST_UNITS, len(units)) + 1):
            length += units[end - 1].words
            tokens += units[end - 1].tokens
            if end > start + 1 and (tokens > room or length > 2 * words):
                break
            cost = base + _fit(length, words)
            if cost < best[end]:
                best[end], cuts[end] = cost, start
    ranges: list[tuple[int, int]] = []
    end = len(units)
    while end:
        ranges.append((cuts[end], end))
        end = cuts[end]
    return ranges[::-1]


def _fit(length: int, words: int) -> float:
    """How far a passage's length is from what is wished: long ones cost more and more."""
    share = length / words - 1
    return (_OVER if share > 0 else _UNDER) * share * share


# Sources of a passage: those that the marks in its text name

_MARKS = re.compile(r"\[\^?([^\[\]\n]{1,40})\](?![(:])")
_RANGE = re.compile(r"(\d{1,3})\s?[-–—]\s?(\d{1,3})")
_WIDEST_RANGE = 30


def sources_of(document: Document, text: str, pair: Pair | None) -> tuple[Source, ...]:
    """The sources marked in the text and those of its pair; where there are none, the document itself."""
    named = {source.mark: source for source in document.sources if source.mark}
    marked = [named[mark] for mark in dict.fromkeys(_marks(text)) if mark in named] if named else []
    found = (*marked, *(pair.sources if pair else ()))
    return found or (Source(document.title, document.url, document.author, document.date),)


def _marks(text: str) -> Iterator[str]:
    """Each mark of "[2]", "[2][4]", "[2, 4]" and "[2-4]" by itself."""
    for group in _MARKS.findall(text):
        for part in (part.strip() for part in group.split(",")):
            ends = _RANGE.fullmatch(part)
            if ends and 0 <= int(ends[2]) - int(ends[1]) <= _WIDEST_RANGE:
                yield from map(str, range(int(ends[1]), int(ends[2]) + 1))
            else:
                yield part
