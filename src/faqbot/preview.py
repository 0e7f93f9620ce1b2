"""What a build would do, without doing it: a corpus folder and an index go in, the documents by their fate come out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from faqbot.building import Known, read_all, split_all
from faqbot.building.embedding import texts_of
from faqbot.encoders.models import Model
from faqbot.errors import IndexMissingError
from faqbot.index import documents_of, encoder_folders, known_texts
from faqbot.readers import SkippedFile, discover
from faqbot.variants import merge_variants, read_variants

if TYPE_CHECKING:
    from faqbot.settings import Settings
    from faqbot.types import Document


@dataclass(frozen=True, slots=True)
class Preview:
    """Ids of documents that the next build adds, changes, removes and keeps; what of it is new to the encoder.

    `passages` is how many the new index has, `encoded` how many of them hold text that was not encoded before.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    kept: tuple[str, ...]
    skipped: tuple[SkippedFile, ...]
    passages: int
    encoded: int


def preview(corpus: Path, index: Path, *, settings: Settings) -> Preview:
    """Compare a corpus folder with the index made from it, wherever its passages are; writes nothing, asks no engine.

    Raises IndexDamagedError or IndexMismatchError for an index that cannot be read.
    """
    found = discover(corpus)
    variants = read_variants(corpus)
    before = Known(index, variants)
    read, unread = read_all(found.files, known=before)
    documents = merge_variants(read, variants)
    model = Model(settings.model, encoder_folders(index, settings.encoder_cache))
    passages = split_all(documents, model, settings, before)
    served, known = _served(index), known_texts(index)
    now = {document.id: document for document in documents}
    both = [name for name in now if name in served]
    return Preview(
        added=tuple(name for name in now if name not in served),
        changed=tuple(name for name in both if now[name] != served[name]),
        removed=tuple(name for name in served if name not in now),
        kept=tuple(name for name in both if now[name] == served[name]),
        skipped=(*found.skipped, *unread),
        passages=len(passages),
        encoded=sum(any(text.key not in known for text in texts_of(passage, model.facts)) for passage in passages),
    )


def _served(index: Path) -> dict[str, Document]:
    """The documents of the index in use, none where there is none."""
    try:
        return {document.id: document for document in documents_of(index)}
    except IndexMissingError:
        return {}
