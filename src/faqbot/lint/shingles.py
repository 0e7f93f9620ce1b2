"""Texts go in, the runs of words in them come out: what copies and near-duplicates are recognised by."""

import re

from faqbot.lint.marks import without_marks

_WORD = re.compile(r"\w+")
_APOSTROPHES = re.compile(r"['’‘`]")


def words_of(text: str) -> list[str]:
    """The words of a text in lower case, without marks, punctuation and apostrophes."""
    return _WORD.findall(_APOSTROPHES.sub("", without_marks(text)).casefold())


def runs(words: list[str], length: int) -> list[tuple[str, ...]]:
    """All runs of so many words, in order."""
    return list(zip(*(words[at:] for at in range(length)), strict=False))
