"""A corpus folder goes in, a sealed index comes out: find, read, split, encode, publish."""

from __future__ import annotations

import hashlib
import logging
import tempfile
from collections.abc import Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from faqbot import __version__
from faqbot.building.documents import read_all, split_all
from faqbot.building.embedding import Progress, encoded, texts_of
from faqbot.building.known import Known, recipe_of
from faqbot.encoders.models import Model
from faqbot.encoders.pca import SCALE
from faqbot.errors import CorpusError, IndexDamagedError, IndexMismatchError, IndexMissingError
from faqbot.index import (
    Contents,
    EncoderCard,
    calibration_of,
    encoder_folders,
    is_index,
    keep_encoder,
    keeper_of,
    open_cache,
    open_index,
    publish,
    store_of,
)
from faqbot.readers import SkippedFile, discover
from faqbot.settings import Settings
from faqbot.types import Document
from faqbot.variants import VARIANTS_FILE, merge_variants, read_variants, unmatched_questions

if TYPE_CHECKING:
    from faqbot.encoders.encoder import Encoder

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Report:
    """What a build did. `generation` is the one in use after it."""

    generation: str
    documents: int
    passages: int
    skipped: tuple[SkippedFile, ...]


def build(corpus: Path, index: Path, *, settings: Settings, progress: Progress | None = None) -> Report:
    """Index every document below `corpus` into the folder `index`; the old index serves until the new one is whole.

    A file that cannot be read is reported by name and reason, and the rest is built. Raises CorpusError where there
    is nothing to index, EncoderError for a model that cannot be used.
    """
    _keep_apart(corpus, index)
    found = discover(corpus)
    variants = read_variants(corpus)
    known = Known(index, variants)
    read, unread = read_all(found.files, progress, known)
    documents = merge_variants(read, variants)
    for question in unmatched_questions(documents, variants):
        logger.warning("%s: no entry of the corpus asks %r", corpus / VARIANTS_FILE, question)
    skipped = (*found.skipped, *unread)
    if not documents:
        raise CorpusError(_nothing(corpus, skipped))
    notes = _notes(corpus, settings)
    return build_documents(
        documents, index, settings=settings, skipped=skipped, notes=notes, known=known, progress=progress
    )


def build_documents(
    documents: Sequence[Document],
    index: Path,
    *,
    settings: Settings,
    skipped: tuple[SkippedFile, ...] = (),
    notes: dict[str, Any] | None = None,
    known: Known | None = None,
    progress: Progress | None = None,
) -> Report:
    """The same for documents that were read already, by `known` if that is given.

    Raises CorpusError where they hold no passage.
    """
    with tempfile.TemporaryDirectory(prefix="faqbot-") as folder, open_cache(index) as cache:
        # In that order: the cache drops an encoder that is damaged, which the model would else take for installed.
        model = Model(settings.model, encoder_folders(index, settings.encoder_cache))
        passages = split_all(documents, model, settings, known)
        if not passages:
            raise CorpusError(f"No text to index in {len(documents)} documents. Run: faqbot inspect FILE, to see why")
        exported = model.export([passage.embedded_text for passage in passages], Path(folder))
        if exported != model.installed:
            keep_encoder(settings.encoder_cache, exported, model.facts.fingerprint)
        unknown = sum(text.key not in cache for passage in passages for text in texts_of(passage, model.facts))
        encoder = model.encoder(exported, unknown, threads=settings.threads)
        contents = Contents(
            documents=documents,
            passages=encoded(passages, encoder, model.facts, cache, progress),
            encoder=_card(model, encoder),
            calibration=_calibration(index, model.facts.fingerprint),
            notes=notes or {},
        )
        keeper = keeper_of(index, settings.store, token=settings.store_token)
        with closing(keeper) if keeper else nullcontext():
            manifest = publish(
                index, contents, encoder_folder=exported, keep=settings.keep_versions, cache=cache, store=keeper
            )
        if known:
            known.keep(documents, passages, recipe_of(model.facts, settings))
    return Report(manifest.id, manifest.documents, manifest.passages, skipped)


def _calibration(index: Path, fingerprint: str) -> dict[str, Any]:
    """The calibration that the index was given, which a rebuild with the same encoder keeps."""
    try:
        return calibration_of(index, fingerprint)
    except (IndexMissingError, IndexDamagedError, IndexMismatchError):
        return {}


def is_current(corpus: Path, index: Path, *, settings: Settings) -> bool:
    """Whether the index was made from just these files with just these settings."""
    try:
        with closing(open_index(index, store=settings.store, token=settings.store_token)) as generation:
            generation.check()
            made = (generation.manifest.notes, generation.manifest.store.get("address", ""))
        return made == (_notes(corpus, settings), store_of(index, settings.store))
    except (IndexMissingError, IndexDamagedError, IndexMismatchError) as error:
        logger.info("the index is to be built: %s", error)
        return False


def _card(model: Model, encoder: Encoder) -> EncoderCard:
    facts = model.facts
    return EncoderCard(
        name=facts.name,
        fingerprint=facts.fingerprint,
        dimension=facts.dimension,
        token_dimension=encoder.projection.matrix.shape[1],
        token_scale=SCALE,
        token_limit=facts.token_limit,
        query_prompt=facts.query_prompt,
        passage_prompt=facts.passage_prompt,
        vocabulary_size=encoder.word_pieces.size,
    )


def _notes(corpus: Path, settings: Settings) -> dict[str, Any]:
    """What the index was made from: compared to tell whether it is up to date."""
    digest = hashlib.sha256()
    for file in discover(corpus).files:
        digest.update(f"{file.document_id}\0".encode())
        digest.update(_digest(file.path))
    digest.update(repr(read_variants(corpus)).encode())
    return {
        "corpus": digest.hexdigest(),
        "model": settings.model,
        "passage_words": settings.passage_words,
        "version": __version__,
    }


def _digest(path: Path) -> bytes:
    """That of a file's content; of one that cannot be read, which the build reports, that of its path."""
    try:
        return hashlib.sha256(path.read_bytes()).digest()
    except OSError:
        return hashlib.sha256(bytes(path)).digest()


def _keep_apart(corpus: Path, index: Path) -> None:
    """Raise CorpusError where an index would be read as documents, now or by the next build."""
    if is_index(corpus):
        raise CorpusError(
            f"{corpus} is an index, expected a folder of documents. Run: faqbot build FOLDER --index INDEX"
        )
    if index.resolve().is_relative_to(corpus.resolve()):
        raise CorpusError(
            f"The index {index} would lie in the corpus {corpus} and be read as documents. "
            "Name a folder elsewhere with --index"
        )


def _nothing(corpus: Path, skipped: Sequence[SkippedFile]) -> str:
    reasons = "; ".join(f"{skip.document_id}: {skip.reason}" for skip in skipped[:3])
    return (
        f"Nothing to index in {corpus}{f' ({reasons})' if reasons else ''}. Put Markdown, text, HTML or PDF files there"
    )
