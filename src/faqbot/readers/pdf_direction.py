"""Right-to-left text of PDFs: put into reading order where its letters tell the order, refused where they do not."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from faqbot.errors import ReadError

if TYPE_CHECKING:
    from faqbot.readers.pdf_text import Line

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


def in_reading_order(pages: Sequence[Sequence["Line"]]) -> list[list["Line"]]:
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
