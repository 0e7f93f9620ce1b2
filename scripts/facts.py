"""Facts with the keys by which a passage states them: a JSON lines file goes in, Fact values come out.

A key is a word or a short phrase; `strength*` stands for every word that begins so. A fact has groups of keys, and a
passage states it when it holds a key of every group. The first group names what the fact is about, so it may also
stand in the title, a heading or the question above the passage; all others must be in what the passage says itself.
"""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from faqbot.types import Passage

_MARK = re.compile(r"\[\d+\]")
_WORD = re.compile(r"\w+")
_APOSTROPHES = str.maketrans("", "", "'\u2019")


@dataclass(frozen=True)  # no slots: cached_property needs a __dict__
class Fact:
    """One fact of a reference document, in own words, with its groups of keys."""

    id: str
    document: str
    text: str
    keys: tuple[tuple[str, ...], ...]

    @cached_property
    def patterns(self) -> tuple[re.Pattern[str], ...]:
        """One pattern a group, for texts as `plain` gives them."""
        return tuple(re.compile(f" (?:{'|'.join(map(_pattern, group))})(?= )") for group in self.keys)


@dataclass(frozen=True, slots=True)
class Plain:
    """What a passage says, and what it is about, each as lower-case words with a space on both sides."""

    passage: Passage
    about: str
    said: str

    @classmethod
    def of(cls, passage: Passage) -> "Plain":
        """Context (a table's header, a list's lead) counts as said: it is shown with the text."""
        about = " ".join((passage.title, *passage.headings, passage.question))
        return cls(passage, plain(about), plain(f"{passage.context} {passage.text}"))


def plain(text: str) -> str:
    """Lower-case words between single spaces, without source marks, apostrophes and punctuation."""
    words = _WORD.findall(unicodedata.normalize("NFC", _MARK.sub(" ", text)).lower().translate(_APOSTROPHES))
    return f" {' '.join(words)} "


def states(fact: Fact, passage: Plain) -> bool:
    """Whether a passage holds a key of every group; only that of the first group may stand above the text."""
    subject, *others = fact.patterns
    return all(group.search(passage.said) for group in others) and (
        subject.search(passage.said) is not None or subject.search(passage.about) is not None
    )


def spread(fact: Fact, passage: Plain) -> int:
    """Over how many characters of a passage that states a fact its keys spread: the fewer, the plainer it is said."""
    found = sorted(
        (match.start(), match.end(), number)
        for number, pattern in enumerate(fact.patterns)
        for match in pattern.finditer(passage.said)
    )
    needed = {number for _, _, number in found}
    return min((_reach(found[first:], needed) for first in range(len(found))), default=0)


def _reach(found: Sequence[tuple[int, int, int]], needed: set[int]) -> int:
    missing, furthest = set(needed), 0
    for _, end, number in found:
        missing.discard(number)
        furthest = max(furthest, end)
        if not missing:
            return furthest - found[0][0]
    return 10**9


def _pattern(key: str) -> str:
    words = plain(key).strip()
    return re.escape(words) + (r"\w*" if key.endswith("*") else "")


def load_facts(path: Path) -> tuple[Fact, ...]:
    """The facts of a file, in order. Raises KeyError or ValueError for a line that is not one."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
    return tuple(Fact(row["id"], row["document"], row["fact"], tuple(map(tuple, row["keys"]))) for row in rows)
