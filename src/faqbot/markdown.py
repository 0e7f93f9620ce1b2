"""Markdown goes in, its blocks with exact places come out; the only door to markdown-it-py.

Reading finds titles and boilerplate in these blocks, splitting cuts passages along them, so the two agree on places.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, Literal

from faqbot.errors import need
from faqbot.types import Span

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.tree import SyntaxTreeNode

Kind = Literal["heading", "paragraph", "item", "row", "code", "break"]

_IMAGE = re.compile(r"!\[([^\[\]\n]*)\]\([^()\s]*\)")
_LINK = re.compile(r"\[([^\[\]\n]*)\]\([^()\s]*\)")
_EMPHASIS = re.compile(r"(?<!\\)(?:\*{1,3}|`+|~~|(?<!\w)_{1,3}|_{1,3}(?!\w))")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_TAG = re.compile(r"<[^<>]*>")


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
    from markdown_it.tree import SyntaxTreeNode

    lines = _Lines(text)
    return tuple(block for node in SyntaxTreeNode(_parser().parse(text)).children for block in _walk(node, lines, 0))


def plain(text: str) -> str:
    """Inline Markdown as a person reads it: links by their label, without emphasis marks and backslashes."""
    text = _LINK.sub(r"\1", _IMAGE.sub(r"\1", text))
    return " ".join(_ESCAPE.sub(r"\1", _EMPHASIS.sub("", text)).split())


def heading_text(block: Block, text: str) -> str:
    """The words of a heading, without hash marks or underline."""
    line = text[block.start : block.end]
    if line.startswith("#"):
        return plain(line.strip("#"))
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


def _walk(node: "SyntaxTreeNode", lines: _Lines, depth: int) -> Iterator[Block]:
    if node.map is None:
        return
    if node.type == "heading":
        yield from lines.block("heading", node.map, int(node.tag[1]))
    elif node.type == "hr":
        yield from lines.block("break", node.map)
    elif node.type in ("bullet_list", "ordered_list"):
        for item in node.children:
            yield from _walk_item(item, lines, depth + 1)
    elif node.type == "table":
        yield from _walk_table(node, lines)
    elif node.type == "html_block":
        start, end = lines.span(*node.map)
        words = _TAG.sub("", lines.text[start:end]).strip()
        yield from lines.block("paragraph" if words else "break", node.map)
    else:
        yield from lines.block("code" if node.type in ("fence", "code_block") else "paragraph", node.map)


def _walk_item(item: "SyntaxTreeNode", lines: _Lines, depth: int) -> Iterator[Block]:
    """The item up to its first nested list, then the nested items, then what else it holds."""
    first, after = item.map or (0, 0)
    inner = [child for child in item.children if child.map]
    nested = [at for at, child in enumerate(inner) if child.type.endswith("_list")]
    own = inner[: nested[0]] if nested else inner
    own_end = own[-1].map[1] if own and own[-1].map else (first + 1 if nested else after)
    if not nested or own or (inner[0].map or (0,))[0] > first:
        yield from lines.block("item", (first, own_end if nested else after), depth)
    for child in inner[len(own) :]:
        yield from _walk(child, lines, depth)


def _walk_table(table: "SyntaxTreeNode", lines: _Lines) -> Iterator[Block]:
    rows = [row for part in table.children for row in part.children if row.map]
    header = lines.span(*(rows[0].map or (0, 0)))
    if len(rows) == 1:
        yield from lines.block("row", rows[0].map or (0, 0))
    for row in rows[1:]:
        yield from lines.block("row", row.map or (0, 0), header=header)
