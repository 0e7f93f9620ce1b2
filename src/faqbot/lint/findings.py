"""What a check reports, and the numbers that checks compare with."""

from dataclasses import dataclass
from typing import Literal

from faqbot.types import Document, Passage

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend: `path` is the document's id, `place` a heading or question in it, or "front matter"."""

    path: str
    place: str
    rule: str
    message: str
    severity: Severity = "error"


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is too much.

    `age` in days since the review, `words` in a passage, `grade` the US school grade that a page asks of its reader,
    `run` the words in a row that may not be those of a reference document, `alike` the resemblance (0 to 1) from
    which two passages of different pages repeat each other, `same` the share of the shorter one's words (rare ones
    count more) from which a passage answers in place of another; of the shipped corpus's pairs one in a hundred has it.
    """

    age: int = 730
    words: int = 120
    grade: float = 9.0
    run: int = 8
    alike: float = 0.5
    same: float = 0.3


def place_of(document: Document, at: int) -> str:
    """The heading above a place of a document's text, or its title where there is none."""
    above = [line for line in document.text[:at].split("\n") if line.startswith("#")]
    return above[-1].lstrip("# ") if above else document.title


def name_of(passage: Passage) -> str:
    """What a person looks for to find a passage: its question, else the heading above it, else the page."""
    return passage.question or (passage.headings[-1] if passage.headings else passage.title)
