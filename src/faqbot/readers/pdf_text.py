"""The lines of printed pages go in, running text with blank lines between paragraphs comes out."""

import re
from collections import Counter
from collections.abc import Sequence

from faqbot.readers.headings import title_case

_PAGE_NUMBER = re.compile(r"(?:page |p\. ?)?\d{1,4}(?: ?(?:/|of) ?\d{1,4})?|[-–—] ?\d{1,4} ?[-–—]", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")
_ENDS = re.compile(r"[.!?:;][\"'”’)\]]*(?:\[\d{1,3}\])*$")
_LISTED = re.compile(r"\s*(?:[•◦▪■●○*]|[-–—]\s|\d{1,3}[.)]\s|\[\d{1,3}\])")
_HYPHEN = re.compile(r"\b([^\W\d_]{2,40})-\n([^\W\d_A-Z][^\W\d_]{1,40})")
_EDGE = 2  # lines at the head and the foot of a page that may be repeated on others
_SHORT = 0.85  # of a full line; a shorter line that ends a sentence ends its paragraph


def joined(pages: Sequence[Sequence[str]]) -> str:
    """One text without page numbers and running heads, in which a hyphen at a line's end is undone."""
    bodies = [[line.rstrip() for line in page] for page in _without_edges(pages)]
    full = _full_line([line for body in bodies for line in body])
    lines = [line for body in bodies for line in body if line.strip()]
    text = "\n".join(_spaced(lines, full))
    known = set(re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)?", text.casefold()))
    return _HYPHEN.sub(lambda found: _unhyphenated(found, known), text)


def _without_edges(pages: Sequence[Sequence[str]]) -> list[list[str]]:
    """Pages without lines that stand, but for their digits, at the edge of most of them."""
    counts: Counter[str] = Counter()
    for page in pages:
        filled = [line for line in page if line.strip()]
        counts.update({_DIGITS.sub("0", line.strip()) for line in (*filled[:_EDGE], *filled[-_EDGE:])})
    repeated = {line for line, times in counts.items() if times >= max(3, len(pages) / 2)}
    return [_trimmed([line for line in page if line.strip()], repeated) for page in pages]


def _trimmed(lines: list[str], repeated: set[str]) -> list[str]:
    edges = {*range(_EDGE), *range(len(lines) - _EDGE, len(lines))}
    return [
        line
        for at, line in enumerate(lines)
        if at not in edges or not (_DIGITS.sub("0", line.strip()) in repeated or _PAGE_NUMBER.fullmatch(line.strip()))
    ]


def _full_line(lines: Sequence[str]) -> int:
    """The usual length of a line that was wrapped: nine of ten are shorter."""
    lengths = sorted(len(line) for line in lines)
    return lengths[len(lengths) * 9 // 10] if lengths else 0


def _spaced(lines: Sequence[str], full: int) -> list[str]:
    """The lines with a blank one wherever a paragraph, a heading or a list seems to begin."""
    found: list[str] = []
    for at, line in enumerate(lines):
        before = lines[at - 1] if at else ""
        if at and _begins(before, line, full):
            found.append("")
        found.append(line)
    return found


def _begins(before: str, line: str, full: int) -> bool:
    short = len(before) < _SHORT * full
    if _LISTED.match(line):
        return not _LISTED.match(before) and short
    if _ENDS.search(before):
        return short
    heading_before = short and title_case(before) and not _LISTED.match(before) and line.lstrip()[:1].isupper()
    return heading_before or (short and before.lstrip()[:1].isupper() and line.lstrip()[:1].isupper())


def _unhyphenated(found: re.Match[str], known: set[str]) -> str:
    """One word, unless the document writes it with the hyphen elsewhere and never without."""
    first, second = found.groups()
    hyphenated = f"{first}-{second}".casefold()
    return f"{first}-{second}" if hyphenated in known and f"{first}{second}".casefold() not in known else first + second
