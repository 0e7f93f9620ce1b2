"""Sections of a document: what stands together under one heading, without boilerplate."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

from faqbot.markdown import Block, blocks, heading_text
from faqbot.types import Document, Pair, Span

# Headings that say only that questions follow.
GENERIC = frozenset(
    (
        "faq",
        "faqs",
        "faqs and answers",
        "frequently asked questions",
        "common questions",
        "questions and answers",
        "q&a",
        "q & a",
        "questions",
    )
)


@dataclass(frozen=True, slots=True)
class Section:
    """Blocks with nothing but white space between them, under one path of headings, outermost first."""

    headings: tuple[str, ...]
    blocks: tuple[Block, ...]
    pair: Pair | None = None


def sections(document: Document) -> Iterator[Section]:
    """The sections in order. Headings above a pair that say no more than "FAQ" are left out."""
    path: list[tuple[int, str]] = []
    at = 0
    for pair in sorted(document.pairs, key=lambda pair: pair.start):
        yield from _plain_sections(document, at, pair.start, path)
        yield from _pair_section(document, pair, path)
        at = max(at, pair.end)
    yield from _plain_sections(document, at, len(document.text), path)


def _pair_section(document: Document, pair: Pair, path: Sequence[tuple[int, str]]) -> Iterator[Section]:
    """An answer is taken whole, with whatever headings it holds."""
    said = (*GENERIC, document.title.casefold(), pair.question.casefold())
    headings = tuple(text for _, text in path if text.casefold().rstrip(":") not in said)
    kept = [
        replace(block, kind="paragraph") if block.kind == "heading" else block
        for block in _region(document, pair.start, pair.end)
    ]
    for group in _touching(document, kept):
        yield Section(headings, tuple(group), pair)


def _region(document: Document, start: int, end: int) -> Iterator[Block]:
    """Answers are parsed one by one, so that an unclosed code fence in one cannot swallow the next."""
    for block in blocks(document.text[start:end]):
        header = (block.header[0] + start, block.header[1] + start) if block.header else None
        yield replace(block, start=block.start + start, end=block.end + start, header=header)


def _plain_sections(document: Document, start: int, end: int, path: list[tuple[int, str]]) -> Iterator[Section]:
    """Sections of a region without pairs; `path` is carried along, with the level of each heading."""
    gathered: list[Block] = []
    for block in _region(document, start, end):
        if block.kind not in ("heading", "break"):
            gathered.append(block)
            continue
        yield from _gathered(document, gathered, path)
        gathered = []
        level = block.level if block.kind == "heading" else 2
        path[:] = [(above, text) for above, text in path if above < level]
        if block.kind == "heading" and not any(_boilerplate_in(block, document)):
            path.append((level, heading_text(block, document.text)))
    yield from _gathered(document, gathered, path)


def _gathered(document: Document, gathered: Sequence[Block], path: Sequence[tuple[int, str]]) -> Iterator[Section]:
    headings = tuple(text for _, text in path if text and text != document.title)
    for group in _touching(document, gathered):
        yield Section(headings, tuple(group))


def _touching(document: Document, gathered: Sequence[Block]) -> Iterator[list[Block]]:
    """Runs of blocks that follow one another with only white space between; boilerplate and rules end a run."""
    run: list[Block] = []
    for block in gathered:
        for piece in _kept(block, document):
            if run and (piece.kind == "break" or not _joins(run[-1], piece, document.text)):
                yield run
                run = []
            if piece.kind != "break":
                run.append(piece)
    if run:
        yield run


def _joins(before: Block, after: Block, text: str) -> bool:
    """Whether only white space is between two blocks; a table's header belongs to its first row."""
    start = after.header[0] if after.header and before.header != after.header else after.start
    return not text[before.end : start].strip()


def _kept(block: Block, document: Document) -> Iterator[Block]:
    """What is left of a block; a break stands for boilerplate."""
    at = block.start
    for start, end in _boilerplate_in(block, document):
        yield from _trimmed(block, at, start, document.text)
        yield Block("break", max(start, block.start), min(end, block.end))
        at = end
    yield from _trimmed(block, at, block.end, document.text)


def _trimmed(block: Block, start: int, end: int, text: str) -> Iterator[Block]:
    piece = text[start:end]
    if piece.strip():
        yield replace(block, start=end - len(piece.lstrip()), end=start + len(piece.rstrip()))


def _boilerplate_in(block: Block, document: Document) -> Iterator[Span]:
    """The boilerplate spans that touch a block; they are sorted and apart from each other."""
    at = bisect_right(document.boilerplate, block.start, key=itemgetter(1))
    while at < len(document.boilerplate) and document.boilerplate[at][0] < block.end:
        yield document.boilerplate[at]
        at += 1
