"""A line of scraped text and what follows it go in, whether it is a heading comes out."""

import re

from faqbot.readers.lines import Line
from faqbot.readers.vocabulary import vocabulary

_LONGEST = 18  # words; the longest heading met in scraped health articles had 13
_LONGEST_LINE = 140  # characters
_SENTENCE_CASE_LONGEST = 9
_ORDINAL = re.compile(
    r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|step|exercise|stage|week|"
    r"phase|day|tip|reason|cause|method|stretch|part|question)\b.{0,20}?[-–—:.]|\d{1,2}[.):]\s",
    re.IGNORECASE,
)


def is_heading(text: str, following: Line | None) -> bool:
    """Whether a line that stands alone names what follows it, judged by length, end mark and capital letters."""
    if not text or len(text) > _LONGEST_LINE or following is None:
        return False
    words = text.split()
    if len(words) > _LONGEST:
        return False
    if text[-1] in ".,;…" or not (text[0].isupper() or text[0].isdigit() or text[0] in "\"“‘'¿("):
        return False
    if text[-1] == "?":
        return True
    last = words[-1].casefold().rstrip(":")
    if text[-1] == ":" or last in vocabulary("announcing"):
        return title_case(text) and last not in vocabulary("always_announcing")
    if following.look == "bullet" and "," in text and not title_case(text):
        return False
    return title_case(text) or len(words) <= _SENTENCE_CASE_LONGEST


def title_case(text: str) -> bool:
    """Whether nearly all words that could carry a capital letter do."""
    small = vocabulary("small")
    words = [word.strip("\"“”‘’'()[]:?!,.") for word in text.split()]
    big = [word for word in words if word and word.casefold() not in small and word[0].isalpha()]
    return bool(big) and sum(word[0].isupper() for word in big) >= 0.8 * len(big)


def is_ordinal(text: str) -> bool:
    """Whether a heading counts, as "Second Exercise – ..." or "Step 3: ..." do, and so has siblings."""
    return bool(_ORDINAL.match(text))
