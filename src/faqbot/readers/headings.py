"""Headings of plain text: recognised by length, end mark and capital letters, and put into levels."""

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from functools import cache
from importlib import resources
from itertools import pairwise

from faqbot.readers.lines import Line


@cache
def vocabulary(name: str) -> frozenset[str]:
    """The words of a list, in small letters."""
    lists = tomllib.loads(resources.files("faqbot.readers").joinpath("vocabulary.toml").read_text(encoding="utf-8"))
    return frozenset(lists[name].split())


_LONGEST_HEADING = 18  # words; the longest heading met in scraped health articles had 13
_LONGEST_HEADING_LINE = 140  # characters
_SENTENCE_CASE_LONGEST = 9
_LONGEST_UNCASED = 40  # characters
_ORDINAL = re.compile(
    r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|step|exercise|stage|week|"
    r"phase|day|tip|reason|cause|method|stretch|part|question)\b.{0,20}?[-–—:.]|\d{1,2}[.):]\s",
    re.IGNORECASE,
)


def is_heading(text: str, following: Line | None) -> bool:
    """Whether a line that stands alone names what follows it, judged by length, end mark and capital letters."""
    if not text or len(text) > _LONGEST_HEADING_LINE or following is None:
        return False
    words = text.split()
    if len(words) > _LONGEST_HEADING:
        return False
    if text[-1] in ".,;…" or not (text[0].isupper() or text[0].isdigit() or text[0] in "\"“‘'¿("):
        return _is_uncased(text) and bool(following.gap)
    if text[-1] == "?":
        return True
    last = words[-1].casefold().rstrip(":")
    if text[-1] == ":" or last in vocabulary("announcing"):
        return title_case(text) and last not in vocabulary("always_announcing")
    if following.look == "bullet" and "," in text and not title_case(text):
        return False
    return title_case(text) or len(words) <= _SENTENCE_CASE_LONGEST


def _is_uncased(text: str) -> bool:
    """Whether a line is a short one in a script without capital letters, such as Hindi, Arabic or Chinese."""
    first, last = unicodedata.category(text[0]), unicodedata.category(text[-1])
    return len(text) <= _LONGEST_UNCASED and first == "Lo" and (last[0] in "LMN" or text[-1] in "?？؟")


def title_case(text: str) -> bool:
    """Whether nearly all words that could carry a capital letter do."""
    small = vocabulary("small")
    words = [word.strip("\"“”‘’'()[]:?!,.") for word in text.split()]
    big = [word for word in words if word and word.casefold() not in small and word[0].isalpha()]
    return bool(big) and sum(word[0].isupper() for word in big) >= 0.8 * len(big)


def is_ordinal(text: str) -> bool:
    """Whether a heading counts, as "Second Exercise – ..." or "Step 3: ..." do, and so has siblings."""
    return bool(_ORDINAL.match(text))


_SECTION, _PART = "## ", "### "
_ANNOUNCES = re.compile(
    r":$|\b(?:below (?:are|is|you)|here (?:are|is)|(?:the )?following|these (?:are|include))\b[^.!?]{0,120}[.:!?]"
    r"(?:[^.!?]{0,120}[.!?])?$",
    re.IGNORECASE,
)
_ANNOUNCEMENT_LENGTH = 500  # characters at the end of a paragraph
_CLOSING = re.compile(
    r"frequently asked|faqs?\b|conclusion|summary|key (?:takeaways|points)|final (?:thoughts|words)|takeaways?\b"
    r"|(?:the )?bottom line|wrapping up|references|sources|outlook|about the author"
    r"|when (?:to|should you) (?:see|seek|call|consult|get|worry)",
    re.IGNORECASE,
)
_LONGER = 1.5  # times the words of the longest part: a heading of so many more begins something new


def nested(blocks: Sequence[str]) -> list[str]:
    """Sections after one that ends by announcing them become its parts, up to a heading that is unlike a part."""
    found = list(blocks)
    parents = {at for at, following in pairwise(_sections(found)) if _announces(found, at, following)}
    longest: int | None = None
    for at in _sections(found):
        words = len(found[at].split()) - 1
        if at in parents or (longest is not None and _unlike(found, at, words, longest)):
            longest = 0 if at in parents else None
        elif longest is not None:
            longest = max(longest, words)
            found[at] = _PART + found[at].removeprefix(_SECTION)
    return found


def closes(heading: str) -> bool:
    """Whether a heading is one of those that end an article, such as its conclusion."""
    return bool(_CLOSING.match(heading))


def _sections(blocks: Sequence[str]) -> list[int]:
    return [at for at, block in enumerate(blocks) if block.startswith(_SECTION)]


def _announces(blocks: Sequence[str], at: int, following: int) -> bool:
    """Whether the section at one heading ends in a paragraph that announces the next heading."""
    last = blocks[following - 1]
    return (
        following - at > 1
        and not last.startswith(("#", "-", "|", "1"))
        and bool(_ANNOUNCES.search(last[-_ANNOUNCEMENT_LENGTH:]))
    )


def _unlike(blocks: Sequence[str], at: int, words: int, longest: int) -> bool:
    """Whether a heading is no part: it closes the article, has parts of its own, or is much longer than the parts."""
    heading = blocks[at].removeprefix(_SECTION)
    has_parts = at + 1 < len(blocks) and blocks[at + 1].startswith("#")
    return closes(heading) or has_parts or (longest > 0 and words > max(5, _LONGER * longest))
