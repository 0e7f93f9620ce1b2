"""Words that are in a file but in no text made of it: the check that nothing is lost in silence."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

from faqbot.markdown import plain

LOSS_THRESHOLD = 0.02  # of a file's words
_FEWEST = 3  # words; labels such as "Q:" are no loss
_WORD = re.compile(r"[^\W_]+")
# What stands before a question or its answer, and goes when they become a pair.
_LABEL = re.compile(r"[qa]\d{1,3}|question|answer|frage|antwort|pregunta|respuesta|réponse|domanda|risposta")
_SHOWN = 5


def words_of(text: str) -> Counter[str]:
    """Return how often each word stands in a text, letter case and forms of letters aside; single letters are none."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    words = (word for word in _WORD.findall(folded) if len(word) > 1 or not word.isascii() or word.isdigit())
    return Counter(word for word in words if not _LABEL.fullmatch(word))


def loss_warning(extracted: str, kept: Iterable[str]) -> str:
    """Return what to say about the words of a file that are in no text kept of it, "" for a loss within 2 %."""
    there = words_of(extracted)
    total = there.total()
    for text in kept:
        there.subtract(words_of(plain(text)))
    lost = +there
    if lost.total() < _FEWEST or lost.total() <= LOSS_THRESHOLD * total:
        return ""
    shown = ", ".join(word for word, _ in lost.most_common(_SHOWN))
    return f"{lost.total()} of {total} words are in no passage and not listed as left out, such as: {shown}"
