"""What is in an index, in numbers: `faqbot stats`."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from faqbot.index.reader import Index, open_index

if TYPE_CHECKING:
    from faqbot.settings import Settings
    from faqbot.types import Document, Source


@dataclass(frozen=True, slots=True)
class Stats:
    """Counts of an index. `words` are the mean and the most of a passage.

    `sources` and `dated` count the works that documents and pairs name, and those of them with a date. `oldest_review`
    is the earliest day on which a document was reviewed, `unreviewed` how many have none. `bytes` is the whole folder.
    """

    documents: int
    passages: int
    pairs: int
    alternates: int
    words: tuple[float, int]
    sources: int
    dated: int
    oldest_review: str
    unreviewed: int
    version: str
    created: str
    encoder: str
    bytes: int


def count(index: Path, *, settings: Settings) -> Stats:
    """Return the numbers of the version in use. Raises what is wrong with the index, naming what to run."""
    store, token = settings.store, settings.store_token
    with closing(open_index(index, store=store, token=token, timeout=settings.store_timeout)) as opened:
        documents = list(opened.documents())
        sources = [source for each in documents for source in _sources(each)]
        reviews = sorted(each.reviewed for each in documents if each.reviewed)
        return Stats(
            documents=len(documents),
            passages=len(opened),
            pairs=sum(len(each.pairs) for each in documents),
            alternates=sum(len(pair.alternates) for each in documents for pair in each.pairs),
            words=_words(opened),
            sources=len(sources),
            dated=sum(bool(source.date) for source in sources),
            oldest_review=reviews[0] if reviews else "",
            unreviewed=len(documents) - len(reviews),
            version=opened.version.id,
            created=opened.version.created,
            encoder=opened.encoder.name,
            bytes=_size(index),
        )


def _sources(document: Document) -> list[Source]:
    return [*document.sources, *(source for pair in document.pairs for source in pair.sources)]


def _words(opened: Index) -> tuple[float, int]:
    """How many words a passage has, in the mean and at most."""
    counts = [len(passage.text.split()) for passage in opened.passages()]
    return round(sum(counts) / max(1, len(counts)), 1), max(counts, default=0)


def _size(index: Path) -> int:
    """The bytes of all files below a folder; one that a build deletes meanwhile counts for nothing."""
    total = 0
    for path in index.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:
            continue
    return total
