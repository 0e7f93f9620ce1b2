"""What a build would do, without doing it: a corpus folder and an index go in, the documents by their fate come out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from faqbot.building import read_all, split_all
from faqbot.encoding.models import Model
from faqbot.errors import IndexMissingError
from faqbot.index import open_generation
from faqbot.reading import Skipped, find

if TYPE_CHECKING:
    from collections.abc import Iterable

    from faqbot.settings import Settings
    from faqbot.types import Document, Passage


@dataclass(frozen=True, slots=True)
class Preview:
    """Ids of documents that the next build adds, changes, removes and keeps; what of it is new to the encoder.

    `passages` is how many the new index has, `encoded` how many of them hold text that the old one does not.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    kept: tuple[str, ...]
    skipped: tuple[Skipped, ...]
    passages: int
    encoded: int


@dataclass(frozen=True, slots=True)
class _Served:
    """What the index in use holds; nothing where there is none."""

    documents: dict[str, Document]
    texts: frozenset[str]


def preview(corpus: Path, index: Path, *, settings: Settings) -> Preview:
    """Compare a corpus folder with the index made from it; writes nothing.

    Raises IndexDamagedError or IndexMismatchError for an index that cannot be read.
    """
    found = find(corpus)
    documents, unread = read_all(found.files)
    model = Model(settings.model, index / "encoders")
    passages = split_all(documents, model, settings)
    served = _served(index, model.facts.fingerprint)
    now = {document.id: document for document in documents}
    both = [name for name in now if name in served.documents]
    return Preview(
        added=tuple(name for name in now if name not in served.documents),
        changed=tuple(name for name in both if now[name] != served.documents[name]),
        removed=tuple(name for name in served.documents if name not in now),
        kept=tuple(name for name in both if now[name] == served.documents[name]),
        skipped=(*found.skipped, *unread),
        passages=len(passages),
        encoded=sum(_embedded(passage) not in served.texts for passage in passages),
    )


def _served(index: Path, fingerprint: str) -> _Served:
    try:
        with open_generation(index) as generation:
            same = generation.encoder.fingerprint == fingerprint
            return _Served(
                {document.id: document for document in generation.documents},
                _texts(generation.passages()) if same else frozenset(),
            )
    except IndexMissingError:
        return _Served({}, frozenset())


def _texts(passages: Iterable[Passage]) -> frozenset[str]:
    return frozenset(map(_embedded, passages))


def _embedded(passage: Passage) -> str:
    """All that is encoded of a passage."""
    return "\0".join((passage.embedded_text, *passage.alternates))
