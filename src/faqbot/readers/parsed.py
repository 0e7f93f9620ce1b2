"""What a reader of one format makes: Markdown and the facts that the file states about itself."""

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
class ParsedFile:
    """Markdown text, what it says about itself, and the pairs whose answers are places in it."""

    text: str
    metadata: Metadata = Metadata()
    pairs: tuple[Pair, ...] = ()
    warnings: tuple[ReadWarning, ...] = ()
