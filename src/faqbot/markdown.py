"""Markdown blocks with exact places, and what can be told of a text in any script: question marks, words.

Readers find titles and boilerplate in these blocks and chunking cuts passages along them, so the two agree on places.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, Literal

from faqbot.errors import need
from faqbot.types import Span

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

Kind = Literal["heading", "paragraph", "item", "row", "code", "break"]

_KINDS: Mapping[str, Kind] = {
    "heading_open": "heading",
    "paragraph_open": "paragraph",
    "blockquote_open": "paragraph",
    "html_block": "paragraph",
    "fence": "code",
    "code_block": "code",
    "hr": "break",
}
_IMAGE = re.compile(r"!\[([^\[\]\n]*)\]\([^()\s]*\)")
_LINK = re.compile(r"\[([^\[\]\n]*)\]\([^()\s]*\)")
_EMPHASIS = re.compile(r"(?<!\\)(?:(?<=\S)\*{1,3}|\*{1,3}(?=\S)|`+|~~|(?<!\w)_{1,3}|_{1,3}(?!\w))")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_INLINE_CODE = re.compile(r"(?<!`)(`{1,2})(?!`)[^`\n]+(?<!`)\1(?!`)")
_CLOSING_HASHES = re.compile(r"\s#+\s*$")
_TAG = re.compile(r"<[^<>]*>")
_ASKS = re.compile("[?\uff1f\u061f\u037e\u055e\u1367\u2e2e\ufe56][!\uff01]?[\"'\u201d\u2019\u00bb\uff09)\\]*_ ]*$")
_GREEK_ASKS = re.compile("[\u0370-\u03ff\u1f00-\u1fff][\"'\u201d\u2019\u00bb)*_ ]*;[*_ ]*$")
# Scripts without spaces between words, and how many of their letters make about one word.
_UNSPACED = (
    (re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"), 1.7),
    (re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]"), 5.0),
)


@dataclass(frozen=True, slots=True)
class Block:
    """A leaf of a document: `text[start:end]` without the blank lines and the indentation around it.

    `level` is a heading's level (1 to 6) or a list item's depth (1 is outermost). `header` is the place of the header
    row of the table that a row belongs to; header rows are no blocks of their own.
    """

    kind: Kind
    start: int
    end: int
    level: int = 0
    header: Span | None = None


def blocks(text: str) -> tuple[Block, ...]:
    """The blocks of a text in order; lines must end with a single newline character."""
    return tuple(_leaves(_parser().parse(text), _Lines(text)))


def code_spans(text: str) -> tuple[Span, ...]:
    """Return the places of code in a text: fenced or indented blocks and code in lines."""
    lines = _Lines(text)
    found = [
        (lines.starts[token.map[0]], min(lines.starts[token.map[1]], len(text)))
        for token in _parser().parse(text)
        if token.type in ("fence", "code_block") and token.map
    ]
    inline = [place.span() for place in _INLINE_CODE.finditer(text)] if "`" in text else []
    return tuple(sorted((*found, *inline)))


def html_spans(text: str) -> tuple[Span, ...]:
    """Return the places of blocks of HTML that are no part of a list or a quotation."""
    if "<" not in text:
        return ()
    lines = _Lines(text)
    return tuple(
        lines.span(token.map[0], token.map[1])
        for token in _parser().parse(text)
        if token.type == "html_block" and token.level == 0 and token.map
    )


def plain(text: str) -> str:
    """Inline Markdown as a person reads it: links by their label, without emphasis marks and backslashes."""
    text = _LINK.sub(r"\1", _IMAGE.sub(r"\1", text))
    return " ".join(_ESCAPE.sub(r"\1", _EMPHASIS.sub("", text)).split())


def is_question(text: str) -> bool:
    """Return whether a text ends in a question mark of any script."""
    return bool(_ASKS.search(text[-12:]) or _GREEK_ASKS.search(text[-12:]))


def word_count(text: str) -> int:
    """Return the number of words; letters of scripts without spaces count as parts of one."""
    words = len(text.split())
    if text.isascii():
        return words
    return words + sum(int(len(pattern.findall(text)) / letters) for pattern, letters in _UNSPACED)


def heading_text(block: Block, text: str) -> str:
    """The words of a heading, without hash marks or underline."""
    line = text[block.start : block.end]
    if line.startswith("#"):
        return plain(_CLOSING_HASHES.sub("", line.lstrip("#")))
    return plain(line.rpartition("\n")[0])


@cache
def _parser() -> "MarkdownIt":
    # Inline parsing is left out: places of blocks are all that is needed, and hostile inline text costs the most.
    try:
        from markdown_it import MarkdownIt
    except ImportError as error:
        raise need("markdown-it-py", "build", error) from error
    return MarkdownIt("commonmark").enable("table").disable(["inline"])


class _Lines:
    """Line numbers to places in the text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]

    def span(self, first: int, after: int) -> Span:
        """The place of lines first to after (exclusive), without white space around it."""
        start, end = self.starts[first], min(self.starts[after], len(self.text))
        piece = self.text[start:end]
        return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())

    def block(self, kind: Kind, lines: Span, level: int = 0, header: Span | None = None) -> Iterator[Block]:
        start, end = self.span(*lines)
        if start < end:
            yield Block(kind, start, end, level, header)


def _leaves(tokens: Sequence["Token"], lines: _Lines) -> Iterator[Block]:
    """Goes over the parser's flat list of openings and closings; what a quotation holds stays one block."""
    items: list[_Item] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        span = (token.map[0], token.map[1]) if token.map else (0, 0)
        own = bool(items) and items[-1].own
        at = _closing(tokens, at) if token.type in ("blockquote_open", "table_open") else at
        if token.type == "list_item_open":
            items.append(_Item(span, len(items) + 1))
        elif token.type == "list_item_close":
            yield from items.pop().rest(lines)
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            yield from items[-1].until(span[0], lines) if own else ()
        elif token.type == "table_open" and not own:
            yield from _rows(span, lines)
        elif token.type in _KINDS and not own:
            yield from _leaf(token, span, lines)
        at += 1


@dataclass(slots=True)
class _Item:
    """A list item; `own` until its first nested list begins."""

    span: Span
    depth: int
    own: bool = True

    def until(self, line: int, lines: _Lines) -> Iterator[Block]:
        """What stands before a nested list."""
        self.own = False
        if line > self.span[0]:
            yield from lines.block("item", (self.span[0], line), self.depth)

    def rest(self, lines: _Lines) -> Iterator[Block]:
        """The whole item, if there was no nested list."""
        if self.own:
            yield from lines.block("item", self.span, self.depth)


def _leaf(token: "Token", span: Span, lines: _Lines) -> Iterator[Block]:
    kind = _KINDS[token.type]
    if token.type == "html_block":
        start, end = lines.span(*span)
        kind = "paragraph" if _TAG.sub("", lines.text[start:end]).strip() else "break"
    yield from lines.block(kind, span, int(token.tag[1]) if kind == "heading" else 0)


def _rows(table: Span, lines: _Lines) -> Iterator[Block]:
    """The rows of a table with the place of its header; a header alone is a row."""
    header = lines.span(table[0], table[0] + 1)
    # Every body row is one line, after the header and the line of dashes.
    if table[1] - table[0] <= 2:
        yield from lines.block("row", (table[0], table[0] + 1))
    for line in range(table[0] + 2, table[1]):
        yield from lines.block("row", (line, line + 1), header=header)


def _closing(tokens: Sequence["Token"], at: int) -> int:
    """The place of the token that closes the one here."""
    level = tokens[at].level
    return next(after for after in range(at + 1, len(tokens)) if tokens[after].level == level)
