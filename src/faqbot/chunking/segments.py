"""Sentences, and units of a section: the smallest parts of a passage, each with what it needs when cut off."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from faqbot.markdown import Block, is_question, word_count
from faqbot.types import Span

# Sentences, by rules that hold for many scripts

_LATIN = r"(?<=[.!?…])[\"'”’»)\]*_]{0,3}(?:\[[\w,;–\- ]{1,12}\]){0,8}\s+(?=[\"'“‘«(*_\[]{0,3}[^\W_a-z])"
# Full stops and question marks of other scripts end a sentence whatever follows: Chinese and Japanese write no space,
# Arabic, Urdu, Hindi, Armenian, Amharic, Burmese, Khmer and Tibetan have no capital letters.
_STOPS = "。！？｡．؟۔।॥։፧።၊။៕།"
_OTHER = (
    rf"(?<=[{_STOPS}])[\"'”’»」』）)\]*_]{{0,3}}(?:\[[\w,;–\- ]{{1,12}}\]){{0,8}}\s*(?=\S)(?![{_STOPS}”’»」』）)\]])"
)
_END = re.compile(f"{_LATIN}|{_OTHER}")
_ABBREVIATION = re.compile(
    r"\b(?:dr|prof|mr|mrs|ms|st|jr|sr|vs|no|fig|e\.g|i\.e|etc|approx|dept|ca|cf|al|[a-z]|u\.s|u\.k|ph\.d|m\.d)\.$",
    re.IGNORECASE,
)


def sentences(text: str, start: int, end: int) -> list[Span]:
    """The sentences of text[start:end], which together cover all of it but the space between them."""
    spans: list[Span] = []
    for found in _END.finditer(text, start, end):
        stop = found.start() + len(found[0].rstrip())
        if stop > start and not _ABBREVIATION.search(text[max(start, stop - 8) : stop]):
            spans.append((start, stop))
            start = found.end()
    if text[start:end].strip():
        spans.append((start, end))
    return spans


_LINE = re.compile(r"[^\n]+")
_MARKER = re.compile(r"\s*(?:(?:[-*+•>]|\d{1,3}[.)]|#{1,6})\s+)*")


def sentence_spans(text: str) -> list[Span]:
    """Return the spans of sentences and list items of a Markdown text, markers left out, in order."""
    found: list[Span] = []
    for line in _LINE.finditer(text):
        marker = _MARKER.match(text, line.start(), line.end())
        start = marker.end() if marker else line.start()
        found += [span for span in sentences(text, start, line.end()) if any(map(str.isalnum, text[slice(*span)]))]
    return found


# Units

Count = Callable[[str], int]
Bond = Literal["free", "item", "lead", "row", "sentence"]

_WORD = re.compile(r"\S+")
_CHUNK = 200  # characters; white space is looked for within so many when a sentence must be cut
_SHORT_LEAD = 30  # words
_LONGEST_LEAD = 60


@dataclass(frozen=True, slots=True)
class Unit:
    """A place in the text. `bond` says how it hangs on the unit before it, `context` what it needs when cut off.

    `tokens` is its length in tokens without those that every text has.
    """

    start: int
    end: int
    words: int
    tokens: int
    bond: Bond
    context: str = ""


def units(text: str, blocks: Sequence[Block], count: Count, *, words: int, room: int) -> list[Unit]:
    """Units of at most `room` tokens; blocks of more than `words` words are taken sentence by sentence."""
    found: list[Unit] = []
    empty = count("")
    for block, bond, context in _leaning(text, blocks):
        for at, span in enumerate(_spans(text, block, count, words, room + empty)):
            piece = text[slice(*span)]
            found.append(Unit(*span, word_count(piece), count(piece) - empty, "sentence" if at else bond, context))
    return found


def _leaning(text: str, blocks: Sequence[Block]) -> Iterator[tuple[Block, Bond, str]]:
    """Each block with its bond and context: a row its table's header, an item the lead or the item above it."""
    leads: list[str] = [""]
    before: Block | None = None
    for block in blocks:
        if block.kind == "row":
            first = before is None or before.kind != "row"
            yield block, "lead" if first and before else ("row" if before else "free"), _header(text, block, leads[0])
        elif block.kind == "item":
            del leads[block.level :]
            bond: Bond = "item" if before and before.kind == "item" else ("lead" if leads[0] else "free")
            yield block, bond, leads[-1]
            leads += [text[block.start : block.end]] * (block.level + 1 - len(leads))
        else:
            # An answer is not cut off the question right above it.
            yield block, "lead" if before and _asks(text, before) else "free", ""
            leads = [_lead(text, block)]
        before = block


def _asks(text: str, block: Block) -> bool:
    piece = text[block.start : block.end]
    return block.kind == "paragraph" and is_question(piece) and word_count(piece) <= _SHORT_LEAD


def _header(text: str, row: Block, lead: str) -> str:
    header = text[slice(*row.header)].strip("| ") if row.header else ""
    return "\n".join(part for part in (lead if lead.endswith(":") else "", header) if part)


def _lead(text: str, block: Block) -> str:
    """The last sentence of a paragraph, with as many before it as make it a short text."""
    if block.kind != "paragraph":
        return ""
    start = block.end
    for before, _ in reversed(sentences(text, block.start, block.end)):
        if start < block.end and len(text[before : block.end].split()) > _SHORT_LEAD:
            break
        start = before
    lead = text[start : block.end]
    return lead if len(lead.split()) <= _LONGEST_LEAD else ""


def _spans(text: str, block: Block, count: Count, words: int, most: int) -> Iterator[Span]:
    """The block whole if it is short enough, else its sentences, else parts of a sentence."""
    whole = text[block.start : block.end]
    if word_count(whole) <= words and len(whole) <= 20 * words and count(whole) <= most:
        yield block.start, block.end
        return
    for start, end in sentences(text, block.start, block.end):
        yield from _fitting(text, start, end, count, most)


def _fitting(text: str, start: int, end: int, count: Count, most: int) -> Iterator[Span]:
    """A sentence cut between words, or within a word where there is no space, into parts of at most `most` tokens.

    Works in steps of a few hundred characters, so that one endless line costs no more than many short ones.
    """
    if end - start <= _CHUNK * 10 and count(text[start:end]) <= most:
        yield start, end
        return
    first = start
    for step in _steps(text, start, end):
        if first < step[0] and count(text[first : step[1]]) > most:
            yield first, step[0] - (len(text[first : step[0]]) - len(text[first : step[0]].rstrip()))
            first = step[0]
        if count(text[first : step[1]]) > most:
            *whole, last = _halved(text, step[0], step[1], count, most)
            yield from whole
            first = last[0]
    yield first, end


def _steps(text: str, start: int, end: int) -> Iterator[Span]:
    """Words; those that are too long for any passage in runs of characters."""
    for word in _WORD.finditer(text, start, end):
        for at in range(word.start(), word.end(), _CHUNK):
            yield at, min(at + _CHUNK, word.end())


def _halved(text: str, start: int, end: int, count: Count, most: int) -> list[Span]:
    if end - start <= 1 or count(text[start:end]) <= most:
        return [(start, end)]
    middle = (start + end) // 2
    return [*_halved(text, start, middle, count, most), *_halved(text, middle, end, count, most)]


def halved(unit: Unit, text: str) -> list[Unit]:
    """Two units of one, cut at the space nearest to its middle, else in its middle."""
    middle = (unit.start + unit.end) // 2
    space = text.find(" ", middle, unit.end)
    cut = space if space > 0 else max(text.rfind(" ", unit.start, middle), 0) or middle
    halves = ((unit.start, cut), (cut + len(text[cut : unit.end]) - len(text[cut : unit.end].lstrip()), unit.end))
    return [replace(unit, start=start, end=end) for start, end in halves if start < end]
