"""What a build would do, without doing it: `faqbot build --dry-run`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from faqbot.encoders.models import Model
from faqbot.index.builder import KnownFiles, check_words, read_corpus, split_all, texts_of
from faqbot.index.encoder_files import encoder_folders
from faqbot.index.versions import current_database

if TYPE_CHECKING:
    from faqbot.readers import SkippedFile
    from faqbot.settings import Settings


@dataclass(frozen=True, slots=True)
class BuildPlan:
    """Ids of documents that the next build adds, changes, removes and keeps, and of files that it cannot read.

    `passages` is how many the new version has, `encoded` how many of them hold text that was not encoded before.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    kept: tuple[str, ...]
    skipped: tuple[SkippedFile, ...]
    passages: int
    encoded: int


def plan_build(corpus: Path, index: Path, *, settings: Settings) -> BuildPlan:
    """Compare a corpus folder with the index made from it. Writes nothing."""
    previous = current_database(index)
    known = KnownFiles(previous)
    found = read_corpus(corpus, known)
    model = Model(settings.model, encoder_folders(index, settings.encoder_cache))
    passages = split_all(found.documents, model, settings, known)
    found = check_words(found, passages)
    before = {document.id: document for document in previous.documents()} if previous else {}
    now = {document.id: document for document in found.documents}
    both = [name for name in now if name in before]
    return BuildPlan(
        added=tuple(name for name in now if name not in before),
        changed=tuple(name for name in both if now[name] != before[name]),
        removed=tuple(name for name in before if name not in now),
        kept=tuple(name for name in both if now[name] == before[name]),
        skipped=found.skipped,
        passages=len(passages),
        encoded=sum(
            not previous or any(not previous.has_text(text.hash) for text in texts_of(passage, model.info))
            for passage in passages
        ),
    )
