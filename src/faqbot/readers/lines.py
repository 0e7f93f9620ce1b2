"""Lines of plain text: lists, and headings recognised by length, end mark and capital letters, put into levels."""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Literal

from faqbot.readers.postprocess import is_notice

Look = Literal["text", "bullet", "number", "rule"]

BULLETS = "•◦▪■□‣·●○◆♦►▸➤➢✓✔\uf0b7\uf0a7"  # the last two stand in Word's symbol fonts
SENTENCE_END = re.compile(r"[.!?:;。！？：；؟।][\"'”’)\]]*(?:\[\d{1,3}\]|[⁰¹²³⁴-⁹])*$")
_BULLET = re.compile(rf"([{BULLETS}]|[-–—*](?=\s))\s*(?=\S)")
_NUMBER = re.compile(r"(\d{1,3})[.)]\s+(?=\S)")
_RULE = re.compile(r"[-=_*~•·.\s]{3,}")
_CLAUSES = re.compile(r"[，。、；：،؛।,;.!！]")
_WIDE = r"[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]"
_WIDE_BREAK = re.compile(rf"(?<={_WIDE}) (?={_WIDE})")
_WRAPPED_AT = 45  # shorter lines than this were not wrapped by a program
_FEW_GAPS, _FEW_WRAPPED = 0.1, 0.15  # of all lines
_MANY_LINES = 10
_SPECIAL = re.compile(r"(?=[#>+<]|[-=_*]{2,}\s*$|```|~~~|\[[^\]]*\]:)")


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its marker. `gap` is the number of blank lines before it, `number` that of a numbered line."""

    text: str
    look: Look = "text"
    indent: int = 0
    number: int = 0
    gap: int = 0

    @property
    def runs_on(self) -> bool:
        """Whether a program may have wrapped the line: it is long and ends no sentence."""
        return _width(self.text) >= _WRAPPED_AT and not SENTENCE_END.search(self.text)


def lines(text: str) -> list[Line]:
    """The lines that are not blank."""
    found: list[Line] = []
    gap = 0
    for raw in text.split("\n"):
        bare = raw.expandtabs(4).strip()
        if not bare:
            gap += 1
            continue
        found.append(_line(raw, bare, gap if found else 1))
        gap = 0
    return _set_apart(found)


def _set_apart(found: list[Line]) -> list[Line]:
    """The same lines with a gap before each, if the text has lost its blank lines and no program wrapped it."""
    gaps = sum(line.gap > 0 for line in found)
    wrapped = sum(before.runs_on and _goes_on(line.text) for before, line in pairwise(found))
    if gaps > len(found) * _FEW_GAPS or wrapped > len(found) * _FEW_WRAPPED or len(found) < _MANY_LINES:
        return found
    return [line if line.gap or line.look != "text" else replace(line, gap=1) for line in found]


def _line(raw: str, bare: str, gap: int) -> Line:
    expanded = raw.expandtabs(4)
    indent = len(expanded) - len(expanded.lstrip())
    if _RULE.fullmatch(bare):
        return Line(bare, "rule", indent, gap=gap)
    bullet = _BULLET.match(bare)
    if bullet and not bare.startswith("**"):
        return Line(bare[bullet.end() :], "bullet", indent, gap=gap)
    number = _NUMBER.match(bare)
    if number:
        return Line(bare[number.end() :], "number", indent, int(number[1]), gap)
    return Line(raw.strip(), "text", indent, gap=gap)


def _width(text: str) -> int:
    """How many columns a text takes; Chinese and Japanese letters are twice as wide as others."""
    return len(text) + (0 if text.isascii() else sum(unicodedata.east_asian_width(letter) in "WF" for letter in text))


def _goes_on(text: str) -> bool:
    """Whether a line may go on with a sentence: it begins with a small letter, or one of a script without these."""
    return text[:1].islower() or (not text.isascii() and unicodedata.category(text[0]) == "Lo")


def joined_lines(texts: Sequence[str]) -> str:
    """Lines that a program wrapped as one, with no space between letters of scripts that are written without."""
    line = " ".join(texts)
    return line if line.isascii() else _WIDE_BREAK.sub("", line)


def tidy(text: str) -> str:
    """One line of Markdown that reads as the text does, and starts no other kind of block."""
    line = " ".join(text.split())
    return f"\\{line}" if _SPECIAL.match(line) else line


Taken = tuple[list[str], int]

_LONGEST_BARE = 200  # characters of an item that lost its bullet
_DEEPEST = 8
_STEP = 2  # spaces that make a bullet a deeper one


def take_items(lines: Sequence[Line], at: int, is_heading_at: Callable[[int], bool]) -> Taken:
    """Bulleted or numbered items with the lines that they were wrapped onto; deeper ones by their indentation."""
    if lines[at].look not in ("bullet", "number"):
        return [], at
    look, indents, items = lines[at].look, list[int](), list[str]()
    while at < len(lines) and lines[at].look in ("bullet", "number"):
        line = lines[at]
        while indents and line.indent < indents[-1]:
            indents.pop()
        if not indents or line.indent >= indents[-1] + _STEP:
            indents.append(line.indent)
        if items and ((len(indents) == 1 and line.look != look) or is_heading_at(at)):
            break
        text, at = _continued(lines, at)
        marker = "-" if line.look == "bullet" else f"{line.number}."
        items.append(f"{'   ' * min(len(indents) - 1, _DEEPEST)}{marker} {tidy(text)}")
    return items, at


def take_bare_items(lines: Sequence[Line], at: int) -> Taken:
    """Items that lost their bullets: two or more lines below text, each by itself, that begin with a small letter."""
    end = at
    while end < len(lines) and _is_bare(lines[end]):
        end += 1
    if end - at < 2 or not at or lines[at - 1].look != "text":
        return [], at
    return [f"- {tidy(line.text)}" for line in lines[at:end]], end


def _is_bare(line: Line) -> bool:
    alone = line.look == "text" and bool(line.gap) and len(line.text) <= _LONGEST_BARE
    return alone and line.text[0].islower() and line.text[-1] not in ".!?:"


def _continued(lines: Sequence[Line], at: int) -> tuple[str, int]:
    """The text of an item, and the line after it."""
    item, parts = lines[at], [lines[at].text]
    for after in range(at + 1, len(lines)):
        line = lines[after]
        wrapped = Line(parts[-1]).runs_on or line.indent > item.indent
        if line.look != "text" or line.gap or is_notice(line.text) or not wrapped:
            break
        parts.append(line.text)
    return " ".join(parts), at + len(parts)


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
    whole = _width(text) <= _LONGEST_UNCASED and first == "Lo" and (last[0] in "LMN" or text[-1] in "?？؟")
    return whole and not _CLAUSES.search(text)


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
