"""A corpus folder becomes an index: read, chunk, encode, publish; and what a build would do (`--dry-run`)."""

from __future__ import annotations

import hashlib
import json
import logging
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from faqbot import __version__
from faqbot.chunking import sentence_spans
from faqbot.config import config_meta
from faqbot.encoders.models import Model
from faqbot.encoders.pca import SCALE, to_int8
from faqbot.errors import CorpusError, IndexDamagedError, IndexMismatchError, IndexMissingError
from faqbot.index.corpus import Corpus, KnownFiles, Progress, check_words, chunking_settings, read_corpus, split_all
from faqbot.index.encoder_files import encoder_folders, keep_encoder
from faqbot.index.interface import Contents, Embedding, EncodedPassage, EncoderInfo, SourceFile
from faqbot.index.reader import open_index, store_of
from faqbot.index.store import content_hash
from faqbot.index.version_builder import KnownTexts, VersionBuilder
from faqbot.index.versions import current_database, is_index
from faqbot.readers import SkippedFile, discover
from faqbot.settings import Settings
from faqbot.variants import read_variants

if TYPE_CHECKING:
    from faqbot.encoders.encoder import Encoder
    from faqbot.encoders.models import ModelInfo
    from faqbot.index.milvus import MilvusWriter
    from faqbot.types import Document, Passage

BATCH = 256  # passages encoded together: texts of one length meet, and a killed build loses no more

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. `version` is the one in use after it; `warnings` name what of which file was not understood."""

    version: str
    documents: int
    passages: int
    skipped: tuple[SkippedFile, ...]
    warnings: tuple[str, ...] = ()


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


def build(
    corpus: Path,
    index: Path,
    *,
    settings: Settings,
    variants: Mapping[str, Sequence[str]] | None = None,
    meta: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> BuildReport:
    """Index every document below `corpus` in the folder `index`; the old version serves until the new one is whole.

    `variants` are those of questions, in place of the corpus' own variants.yaml. `meta` are texts to store with the
    version besides its faqbot.toml, which `Index.meta` gives back. A file that cannot be read is reported by name and
    reason, and the rest is built. Raises CorpusError where there is nothing to index, EncoderError for a
    model that cannot be used, and what VersionBuilder raises.
    """
    _keep_apart(corpus, index)
    store_of(index, settings.store)
    meta = config_meta(corpus, settings) | dict(meta or {})
    known = KnownFiles(current_database(index))
    found = read_corpus(corpus, known, variants=variants, progress=progress)
    if not found.documents:
        raise CorpusError(_nothing(corpus, found.skipped))
    source = describe_source(corpus, settings, variants=variants, meta=meta)
    with VersionBuilder(index) as builder:
        return _build(builder, found, known, settings, meta, source, progress)


def build_documents(
    documents: Sequence[Document],
    index: Path,
    *,
    settings: Settings,
    meta: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> BuildReport:
    """Do the same for documents that were read already. Raises CorpusError where they hold no passage."""
    store_of(index, settings.store)  # which refuses what is none
    with VersionBuilder(index) as builder:
        return _build(builder, Corpus(tuple(documents), {}, ()), KnownFiles(None), settings, meta or {}, {}, progress)


def is_current(corpus: Path, index: Path, *, settings: Settings, meta: Mapping[str, str] | None = None) -> bool:
    """Return whether the index was made from just these files with just these settings."""
    meta = config_meta(corpus, settings) | dict(meta or {})
    try:
        with closing(open_index(index, store=settings.store, token=settings.store_token, connections=1)) as opened:
            opened.check()
            return dict(opened.source) == describe_source(corpus, settings, meta=meta)
    except (IndexMissingError, IndexDamagedError, IndexMismatchError) as error:
        logger.info("the index is to be built: %s", error)
        return False


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


@dataclass(frozen=True, slots=True)
class EncodedText:
    """A text to encode, its hash, and whether its token embeddings are kept."""

    text: str
    hash: bytes
    whole: bool


def texts_of(passage: Passage, info: ModelInfo) -> list[EncodedText]:
    """Return what is encoded of a passage: all of it, then each thing it can be found by.

    Those are the question and its variants of an FAQ entry, else its sentences: a question is near the one sentence
    that answers it, and far from the rest of a passage (measured in docs/evaluation.md).
    """
    parts = [passage.text[start:end] for start, end in sentence_spans(passage.text)]
    others = [passage.question, *passage.alternates] if passage.question else parts if len(parts) > 1 else []
    return [_hashed(passage.embedded_text, info, whole=True), *(_hashed(text, info, whole=False) for text in others)]


def encode_passages(
    passages: Sequence[Passage], encoder: Encoder, info: ModelInfo, known: KnownTexts, progress: Progress | None = None
) -> Iterator[EncodedPassage]:
    """Yield the passages with their embeddings, in order, encoded a batch at a time; known texts are not encoded."""
    for start in range(0, len(passages), BATCH):
        batch = [(passage, texts_of(passage, info)) for passage in passages[start : start + BATCH]]
        texts = {text.hash: text for _, texts in batch for text in texts}
        found = known.find(texts)
        within = _share_of(progress, start, len(batch), len(passages)) if progress else None
        missing = [text for each, text in texts.items() if each not in found]
        found |= _encoded(missing, encoder, info.passage_prompt, within)
        for passage, texts_of_one in batch:
            embeddings = [found[text.hash] for text in texts_of_one]
            yield EncodedPassage(
                passage=passage,
                vectors=np.stack([each.vector for each in embeddings]),
                tokens=embeddings[0].tokens,
                token_ids=embeddings[0].token_ids,
                text_hashes=tuple(text.hash for text in texts_of_one),
            )
        if progress:
            progress("encoding", start + len(batch), len(passages))


def encoder_info(model: Model, encoder: Encoder) -> EncoderInfo:
    """Return how the index names its encoder."""
    info = model.info
    return EncoderInfo(
        name=info.name,
        fingerprint=info.fingerprint,
        dimension=info.dimension,
        token_dimension=encoder.projection.matrix.shape[1],
        token_scale=SCALE,
        token_limit=info.token_limit,
        query_prompt=info.query_prompt,
        passage_prompt=info.passage_prompt,
        vocabulary_size=encoder.tokenizer.size,
    )


def describe_source(
    corpus: Path,
    settings: Settings,
    *,
    variants: Mapping[str, Sequence[str]] | None = None,
    meta: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return what an index of this corpus is made from: compared to tell whether it is up to date."""
    found = hashlib.sha256()
    for file in discover(corpus).files:
        found.update(f"{file.document_id}\0".encode())
        with suppress(OSError):  # of a file that cannot be read, which the build reports
            found.update(hashlib.sha256(file.path.read_bytes()).digest())
    variants = read_variants(corpus) if variants is None else variants
    found.update(json.dumps({question: list(texts) for question, texts in variants.items()}, sort_keys=True).encode())
    return {
        "corpus": found.hexdigest(),
        "model": settings.model,
        "passage_words": settings.passage_words,
        "version": __version__,
        "meta": {key: hashlib.sha256(text.encode()).hexdigest() for key, text in (meta or {}).items()},
    }


def _build(
    builder: VersionBuilder,
    corpus: Corpus,
    known: KnownFiles,
    settings: Settings,
    meta: Mapping[str, str],
    source: Mapping[str, Any],
    progress: Progress | None,
) -> BuildReport:
    with tempfile.TemporaryDirectory(prefix="faqbot-") as folder:
        model = Model(settings.model, encoder_folders(builder.index, settings.encoder_cache))
        passages = split_all(corpus.documents, model, settings, known)
        corpus = check_words(corpus, passages)
        if not passages:
            raise CorpusError(
                f"No text to index in {len(corpus.documents)} documents. Run: faqbot inspect FILE, to see why"
            )
        exported = model.export([passage.embedded_text for passage in passages], Path(folder))
        if exported != model.installed:
            keep_encoder(settings.encoder_cache, exported, model.info.fingerprint)
        encoder = model.encoder(exported, threads=settings.threads)
        chunking = chunking_settings(model.info, settings)
        contents = Contents(
            documents=corpus.documents,
            passages=encode_passages(passages, encoder, model.info, builder.known, progress),
            encoder=encoder_info(model, encoder),
            calibration=builder.calibration_for(model.info.fingerprint),
            source=source,
            meta=meta,
            files={name: SourceFile(each.content_hash, chunking, each.parsed) for name, each in corpus.files.items()},
            assets=corpus.assets,
        )
        with _milvus_writer(builder, settings) as store:
            version = builder.write(contents, encoder_folder=exported, keep=settings.keep_versions, store=store)
    warnings = (f"{document.id}, {warning}" for document in corpus.documents for warning in document.warnings)
    return BuildReport(version.id, version.documents, version.passages, corpus.skipped, tuple(warnings))


@contextmanager
def _milvus_writer(builder: VersionBuilder, settings: Settings) -> Iterator[MilvusWriter | None]:
    """What puts the passages where the settings or the version in use say, None for the index itself."""
    place = store_of(builder.index, settings.store)
    if not place:
        yield None
        return
    from faqbot.index.milvus import MilvusWriter, read_address

    owner = builder.previous.milvus.get("owner", "") if builder.previous else ""
    with closing(MilvusWriter(read_address(place), token=settings.store_token, owner=owner)) as writer:
        yield writer


def _hashed(text: str, info: ModelInfo, *, whole: bool) -> EncodedText:
    parts = (text, info.fingerprint, f"{info.passage_prompt}\0{'tokens' if whole else 'vector'}")
    return EncodedText(text, content_hash(*(part.encode() for part in parts)), whole)


def _share_of(progress: Progress, start: int, batch: int, total: int) -> Callable[[float], None]:
    """Progress inside a batch, as a share of it, told in passages."""
    return lambda share: progress("encoding", start + int(share * batch), total)


def _encoded(
    texts: Sequence[EncodedText], encoder: Encoder, prompt: str, progress: Callable[[float], None] | None
) -> dict[bytes, Embedding]:
    made = encoder.encode([text.text for text in texts], prompt=prompt, progress=progress)
    return {
        text.hash: Embedding(
            vector=one.vector,
            tokens=to_int8(one.tokens if text.whole else one.tokens[:0]),
            token_ids=one.token_ids if text.whole else one.token_ids[:0],
        )
        for text, one in zip(texts, made, strict=True)
    }


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
