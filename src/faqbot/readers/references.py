"""Reference lists: the works that numbered marks refer to, and the spans of their lists."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from faqbot.markdown import Block, heading_text
from faqbot.types import Source, Span

_HEADING = re.compile(
    r"(?:(?:article |key |selected )?(?:references?|sources?|citations?|bibliography|works cited|literature|endnotes"
    r"|footnotes)"
    r"|(?:references|sources) (?:and|&) (?:further|additional) (?:reading|resources)|further reading)(?: \(\d+\))?:?",
    re.IGNORECASE,
)
_MARKED = re.compile(r"^[ \t]*(?:[-*][ \t]+)?\\?\[\^?(\w{1,12})\\?\]:?[ \t]+(\S.*)$", re.MULTILINE)
_NUMBERED = re.compile(r"^[ \t]*(?:(\d{1,3})[.)]|[-*+])[ \t]+(\S.*)$", re.MULTILINE)
_URL = re.compile(r"https?://[^\s<>\"\]]+|\bdoi:\s?10\.\S+", re.IGNORECASE)
_LINK = re.compile(r"\[([^\[\]\n]*)\]\((https?://[^()\s]*)\)")


@dataclass(frozen=True, slots=True)
class References:
    """The sources found and the places in the text that list them."""

    sources: tuple[Source, ...] = ()
    spans: tuple[Span, ...] = ()


def find_references(blocks: Sequence[Block], text: str) -> References:
    """Sources from lines such as "[4] https://..." and from the list under a heading such as "References"."""
    sources: list[Source] = []
    spans: list[Span] = []
    listing = 0
    for block in blocks:
        piece = text[block.start : block.end]
        if block.kind == "heading":
            named = _HEADING.fullmatch(heading_text(block, text))
            listing = block.level if named else (listing if block.level > listing > 0 else 0)
            if named:
                spans.append((block.start, block.end))
            continue
        found = _marked(piece) or (_listed(piece, len(sources)) if listing else [])
        if found or (listing and block.kind != "break"):
            sources += found
            spans.append((block.start, block.end))
    return References(tuple(sources), tuple(spans))


def _marked(piece: str) -> list[Source]:
    """Sources of a block in which every line begins with a mark and, in one of two, a link follows."""
    lines = [line for line in piece.split("\n") if line.strip()]
    found = [match for line in lines if (match := _MARKED.match(line))]
    if len(found) < len(lines) or not any(_URL.search(match[2]) or len(match[2].split()) > 3 for match in found):
        return []
    return [_source(match[1], match[2]) for match in found]


def _listed(piece: str, before: int) -> list[Source]:
    """Sources of a list or of lines under a heading for references, numbered as they stand."""
    matches = _NUMBERED.findall(piece) or [("", line) for line in piece.split("\n") if _URL.search(line)]
    return [_source(mark or str(before + at), rest) for at, (mark, rest) in enumerate(matches, 1)]


def _source(mark: str, rest: str) -> Source:
    link = _LINK.search(rest)
    if link:
        return Source(title=" ".join(_LINK.sub(r"\1", rest).split()), url=link[2], mark=mark)
    url = _URL.search(rest)
    if not url:
        return Source(title=rest.strip(), mark=mark)
    address = url[0].rstrip(".,;)")
    title = " ".join(rest.replace(url[0], " ").split()).strip(" -–—:,.")
    return Source(title=title, url=address, mark=mark)
