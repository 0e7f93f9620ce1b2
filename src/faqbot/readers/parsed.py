"""What the reader of one format gives: Markdown, and what the file states about itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

from faqbot.types import Pair, ReadWarning, Source


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a document says about itself. `alternates` are other ways to ask the question of a heading."""

    title: str = ""
    url: str = ""
    author: str = ""
    date: str = ""
    reviewed: str = ""
    licence: str = ""
    tags: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    alternates: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def or_else(self, other: "Metadata") -> "Metadata":
        """These facts, and those of `other` where nothing is stated here."""
        found = {entry.name: getattr(self, entry.name) or getattr(other, entry.name) for entry in fields(self)}
        return replace(self, **found)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Text of a file that is in no passage, and why: "navigation", "comment", "hidden text" and the like."""

    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """Markdown text, what it says about itself, and the pairs whose answers are places in it.

    `questions` are headings that the format marks as questions, whatever they end in. `extracted` is all text that the
    format holds, by the plainest way of getting it, for counting the words that were lost; empty where it is `text`.
    """

    text: str
    metadata: Metadata = Metadata()
    pairs: tuple[Pair, ...] = ()
    warnings: tuple[ReadWarning, ...] = ()
    questions: frozenset[str] = frozenset()
    left_out: tuple[LeftOut, ...] = ()
    extracted: str = ""
