"""The text of printed pages as Markdown: heads and feet, paragraphs, headings, hyphens, direction of writing."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from faqbot.errors import ReadError
from faqbot.markdown import is_question
from faqbot.readers.lines import BULLETS, SENTENCE_END, tidy, title_case
from faqbot.readers.pdf_layout import Line, Page, in_reading_order, line_rows, page_lines

_PAGE_NUMBER = re.compile(r"(?:page |p\. ?)?\d{1,4}(?: ?(?:/|of) ?\d{1,4})?|[-–—] ?\d{1,4} ?[-–—]", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")
_BULLET = re.compile(rf"\s*([{BULLETS}*]|[-–—](?=\s))\s*(?=\S)")
_NUMBER = re.compile(r"\s*(\d{1,3})[.)]\s+(?=\S)")
_LISTED = re.compile(rf"\s*(?:[{BULLETS}*]|[-–—]\s|\d{{1,3}}[.)]\s|\[\d{{1,3}}\])")
_CITED = re.compile(r"\s*\[\d{1,3}\](?!\s+[^\W\d_a-z])")  # the rest of a sentence
# What begins a word more often than a compound.
_PREFIXES = ("any", "every", "here", "in", "on", "out", "over", "some", "there", "to", "under", "up", "where", "with")
_TABLE = re.compile("\ue001(\\d+)\ue001")
_HYPHEN = re.compile(r"\b([^\W\d_]{2,40})[-\u2010]\n([^\W\d_A-Z][^\W\d_]{1,40})")
_SHORT = 0.85  # of a full line; a shorter line that ends a sentence ends its paragraph
_EDGE = 0.25  # of the height of the text; running heads and feet stand within as much of its top and bottom
_REPEATED = 0.3  # of the pages; a line in the same place at the edge of as many is a running head or foot
_SAME_PLACE = 6.0  # points
_GAP = 1.35  # of the usual distance of lines; a wider one parts paragraphs
_LARGER = 1.12  # of the size of running text; headings are larger
_LONGEST_HEADING = 22  # words


@dataclass(frozen=True, slots=True)
class PdfText:
    """Markdown, whether headings were told by their looks, what was left out, and all text in reading order.

    Tables are no more than marks in the text until `with_tables`.
    """

    text: str
    has_headings: bool
    tables: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]
    extracted: str

    def with_tables(self, text: str) -> str:
        """The text, or one made of it, with the tables in their places."""
        return _TABLE.sub(lambda found: self.tables[int(found[1])], text)


def document_text(pages: Sequence[Page]) -> PdfText:
    """Return the text of printed pages. Raises ReadError for right-to-left text whose order cannot be told."""
    left_out: list[tuple[str, str]] = []
    by_page: list[list[Line]] = []
    for number, page in enumerate(pages):
        lines, turned = page_lines(page, number)
        by_page.append(lines)
        if turned:
            left_out.append(("turned text", " ".join(turned)))
    by_page = in_writing_order(by_page)
    by_page, edges = _without_edges(by_page)
    if edges:
        left_out.append(("page head or foot", " / ".join(edges)))
    ordered = [line for lines in by_page for line in in_reading_order(lines)]
    joined = _HYPHEN.sub(" ", "\n".join(line.text for line in ordered))
    known = set(re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)?", joined.casefold()))
    blocks: list[str] = []
    text, has_headings = _markdown(ordered, known, blocks)
    extracted = _joined_hyphens("\n".join(line.text for line in ordered), known).replace("\n", " ")
    return PdfText(text, has_headings, tuple(blocks), tuple(left_out), " ".join((extracted, *edges)))


def _without_edges(pages: Sequence[Sequence[Line]]) -> tuple[list[list[Line]], list[str]]:
    """Pages without lines that stand, but for their digits, in the same place at the edge of many, and those lines."""
    if len(pages) == 1:
        return [list(page) for page in pages], []
    places: dict[str, list[tuple[int, float]]] = {}
    for number, page in enumerate(pages):
        for line in page:
            if not line.block:
                places.setdefault(_DIGITS.sub("0", line.text), []).append((number, line.y))
    need = max(2, round(_REPEATED * len(pages)))

    def repeated(line: Line) -> bool:
        there = places.get(_DIGITS.sub("0", line.text), ()) if not line.block else ()
        return len({number for number, y in there if abs(y - line.y) <= _SAME_PLACE}) >= need

    removed: list[str] = []
    kept: list[list[Line]] = []
    heights = [line.y for page in pages for line in page] or [0.0]
    bottom, height = min(heights), max(heights) - min(heights)
    for page in pages:
        rows = line_rows(page)
        same = all(repeated(line) or _PAGE_NUMBER.fullmatch(line.text) for line in page)  # as other pages, all of it
        gone: set[int] = set()
        for direction in (rows, rows[::-1]):
            for at, row in enumerate(direction):
                number_only = at < 2 and all(_PAGE_NUMBER.fullmatch(line.text) for line in row)
                middle = bottom + _EDGE * height < row[0].y < bottom + (1 - _EDGE) * height
                running = all(repeated(line) for line in row) and not middle and not same
                if not (running or number_only):
                    break
                gone.update(id(line) for line in row)
        removed += [line.text for line in page if id(line) in gone]
        kept.append([line for line in page if id(line) not in gone])
    return kept, removed


# Paragraphs and headings


def _markdown(lines: Sequence[Line], known: set[str], tables: list[str]) -> tuple[str, bool]:
    """The blocks of the text, and whether any heading was told by its looks; tables are put aside."""
    body = _body_size(lines)
    bold_share = sum(len(line.text) for line in lines if line.bold) / max(1, sum(len(line.text) for line in lines))
    paragraphs = list(_paragraphs(lines))
    heads = [
        _is_heading(group, following, body, bold_share)
        for group, following in zip(paragraphs, [*paragraphs[1:], None], strict=False)
    ]
    has_headings = any(heads)
    levels = _levels([group for group, head in zip(paragraphs, heads, strict=True) if head], paragraphs, heads, body)
    blocks: list[str] = []
    for group, head in zip(paragraphs, heads, strict=True):
        if group[0].block:
            blocks.append(f"\ue001{len(tables)}\ue001")
            tables.append(group[0].block)
            continue
        text = _joined_hyphens("\n".join(line.text for line in group), known)
        flat = " ".join(text.split())
        if head:
            blocks.append(f"{'#' * levels.pop(0)} {tidy(flat).rstrip(':').strip()}")
            continue
        item = _item(flat) if not is_question(flat) or not _NUMBER.match(flat) else ""
        if item and blocks and blocks[-1].startswith(("- ", "1. ")) and _same_kind(blocks[-1], item):
            blocks[-1] += f"\n{item}"
        elif item:
            blocks.append(item)
        else:
            blocks.append(tidy(flat) if has_headings else flat)
    return "\n\n".join(blocks) + "\n", has_headings


def _item(text: str) -> str:
    bullet = _BULLET.match(text)
    if bullet:
        return f"- {text[bullet.end() :]}"
    number = _NUMBER.match(text)
    return f"{number[1]}. {text[number.end() :]}" if number else ""


def _same_kind(block: str, item: str) -> bool:
    return block.startswith("- ") == item.startswith("- ")


def _body_size(lines: Sequence[Line]) -> float:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(line.size * 2) / 2] += len(line.text)
    return max(sizes, key=lambda size: sizes[size]) if sizes else 12.0


def _paragraphs(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Lines that belong together, by their distance, their looks, and how full they are."""
    of_size: dict[int, list[float]] = {}
    for before, line in pairwise(lines):
        if before.page == line.page and 0 < before.y - line.y < 3 * line.size and abs(before.size - line.size) < 0.6:
            of_size.setdefault(round(line.size), []).append(before.y - line.y)
    usual = {size: _usual_step(steps) for size, steps in of_size.items()}
    count = sum(map(len, of_size.values()))
    wide = sum(step > _GAP * usual[size] for size, steps in of_size.items() for step in steps)
    spaced = wide >= 0.08 * count and count > 3
    lengths = sorted(len(line.text) for line in lines)
    full = lengths[len(lengths) * 9 // 10] if lengths else 0
    group: list[Line] = []
    for line in lines:
        step = usual.get(round(line.size), 1.2 * line.size)
        if group and _begins(group[-1], line, step, spaced=spaced, full=full, first=group[0]):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _usual_step(steps: Sequence[float]) -> float:
    """The distance of lines within paragraphs: the smallest that is common."""
    tight = Counter(round(step) for step in steps)
    return min((step for step, count in tight.items() if count >= 0.2 * len(steps)), default=median(steps))


def _begins(before: Line, line: Line, usual: float, *, spaced: bool, full: int, first: Line) -> bool:
    """Whether a line begins a paragraph."""
    if before.block or line.block or abs(before.size - line.size) > 0.6 or before.bold != line.bold:
        return True
    if _LISTED.match(line.text) and (_LISTED.match(before.text) or not _CITED.match(line.text)):
        return spaced or not _LISTED.match(before.text) or bool(_BULLET.match(line.text) or _NUMBER.match(line.text))
    asked = is_question(before.text) and before is first
    if asked and (before.bold or len(before.text) < _SHORT * max(full, len(line.text))):
        return True
    step = before.y - line.y
    if before.page != line.page or step < 0:  # the next column or page
        return bool(SENTENCE_END.search(before.text)) or not line.text[:1].islower()
    if step > _GAP * max(usual, 0.9 * line.size):
        return True
    if spaced:
        return False
    short = len(before.text) < _SHORT * full
    if SENTENCE_END.search(before.text):
        return short
    heading_before = short and title_case(before.text) and not _LISTED.match(before.text) and line.text[:1].isupper()
    return heading_before or (
        short and before.text[:1].isupper() and line.text[:1].isupper() and not _LISTED.match(first.text)
    )


def _is_heading(group: Sequence[Line], following: Sequence[Line] | None, body: float, bold_share: float) -> bool:
    text = " ".join(line.text for line in group)
    if group[0].block or following is None or len(group) > 3 or len(text.split()) > _LONGEST_HEADING:
        return False
    if text[-1] in ".,;" or _BULLET.match(text) or not any(map(str.isalpha, text)):
        return False
    larger = all(line.size >= _LARGER * body for line in group)
    return larger or (
        all(line.bold for line in group) and bold_share < 0.4 and all(line.size >= 0.9 * body for line in group)
    )


def _levels(
    heads: Sequence[Sequence[Line]], paragraphs: Sequence[Sequence[Line]], marks: Sequence[bool], body: float
) -> list[int]:
    """The level of each heading: by size, bold ones of the text's own size last; the first by itself is the title."""
    sizes = [max(round(group[0].size), round(body)) for group in heads]
    ranks = sorted(set(sizes), reverse=True)
    levels = [min(ranks.index(size) + 2, 6) for size in sizes]
    if not heads:
        return levels
    title = marks[0] and not is_question(" ".join(line.text for line in heads[0]))
    alone = sizes.count(sizes[0]) == 1 and sizes[0] == ranks[0]
    above = len(marks) > 1 and marks[1]
    if title and (alone or above):
        levels[0] = 1
        if alone:
            levels[1:] = [level - 1 if level > 2 else level for level in levels[1:]]
    return levels


def _joined_hyphens(text: str, known: set[str]) -> str:
    """The text with words in one piece again that were cut at the end of a line."""
    return _HYPHEN.sub(lambda found: _unhyphenated(found, known), text)


def _unhyphenated(found: re.Match[str], known: set[str]) -> str:
    """One word, unless the document writes it with the hyphen elsewhere, or only its two halves, and never without."""
    first, second = found.groups()
    parts, one = (first.casefold(), second.casefold()), f"{first}{second}".casefold()
    compound = "-".join(parts) in known or (known.issuperset(parts) and parts[0] not in _PREFIXES and len(second) > 2)
    return f"{first}-{second}" if compound and one not in known else first + second


# Direction of writing

_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_OTHER = r"[^\s\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]*"
_LATIN_WORD = rf"{_OTHER}[A-Za-z0-9\u00c0-\u024f]{_OTHER}"
_LEFT_TO_RIGHT = re.compile(rf"{_LATIN_WORD}(?: {_LATIN_WORD})*")
_WORD = re.compile("[\u0590-\u08ff]{2,}")
_MIRRORED = str.maketrans("()[]{}«»<>", ")(][}{»«><")
_HEBREW_FINAL = "ךםןףץ"
_ARABIC_FINAL = "ةى"
_SHARE = 0.3  # of the letters; a document with more is written from right to left
_CLEAR = 0.75  # of the signs must speak for one order
_FEWEST = 3  # signs


def in_writing_order(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Return lines of right-to-left text in the order they are read, others as they are.

    Some programs write such text as it is read, others as it is seen, from left to right. Letters that only end words
    tell which. Raises ReadError where they do not.
    """
    text = " ".join(line.text for page in pages for line in page)
    letters = sum(map(str.isalpha, text))
    if not letters or len(_RIGHT_TO_LEFT.findall(text)) < _SHARE * letters:
        return [list(page) for page in pages]
    lines = [line.text for page in pages for line in page]
    orders: tuple[Callable[[str], str], ...] = (_as_written, _reversed, _words_reversed)
    signs = [_signs(" ".join(order(line) for line in lines)) for order in orders]
    right, wrong = max(signs, key=lambda each: each[0] - each[1])
    if right < _FEWEST or right < _CLEAR * (right + wrong):
        raise ReadError("right-to-left text whose order cannot be told. Save the document as DOCX, HTML or text")
    order = orders[signs.index((right, wrong))]
    return [[replace(line, text=order(line.text)) for line in page] for page in pages]


def _as_written(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _reversed(text: str) -> str:
    """Text seen from left to right as it is read; numbers and Latin words in it keep their own order."""
    if not _RIGHT_TO_LEFT.search(text):
        return text
    turned = text[::-1].translate(_MIRRORED)
    return unicodedata.normalize("NFKC", _LEFT_TO_RIGHT.sub(lambda found: found[0][::-1].translate(_MIRRORED), turned))


def _words_reversed(text: str) -> str:
    """Words that are written as they are read but stand from left to right."""
    return unicodedata.normalize("NFKC", " ".join(text.split()[::-1])) if _RIGHT_TO_LEFT.search(text) else text


def _signs(text: str) -> tuple[int, int]:
    """How many words look right and how many wrong: by letters that end words, and by the Arabic article."""
    right = wrong = 0
    for word in _WORD.findall(text):
        if word[-1] in _HEBREW_FINAL or word[-1] in _ARABIC_FINAL or word.startswith("ال"):
            right += 1
        if (
            word[0] in _HEBREW_FINAL
            or word[0] in _ARABIC_FINAL
            or word.endswith("لا")
            or any(letter in _HEBREW_FINAL for letter in word[:-1])
        ):
            wrong += 1
    return right, wrong
