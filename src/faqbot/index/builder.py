"""A corpus folder becomes an index: discover, read, chunk, encode, publish. What earlier builds know is done once."""

from __future__ import annotations

import hashlib
import json
import logging
import mimetypes
import re
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from functools import cache, partial
from importlib import metadata
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import numpy as np

from faqbot import __version__
from faqbot.chunking import SHORTEST_LIMIT, report_word_loss, sentence_spans, split
from faqbot.config import config_meta
from faqbot.digests import digest
from faqbot.encoders.models import Model
from faqbot.encoders.pca import SCALE, to_int8
from faqbot.errors import CorpusError, IndexDamagedError, IndexMismatchError, IndexMissingError, ReadError
from faqbot.index.encoder_files import encoder_folders, keep_encoder
from faqbot.index.files import Step, no_step
from faqbot.index.interface import Asset, Contents, Embedding, EncodedPassage, EncoderInfo, SourceFile
from faqbot.index.reader import open_index, store_of
from faqbot.index.store import Database
from faqbot.index.version_builder import KnownTexts, VersionBuilder
from faqbot.index.versions import current_database, is_index
from faqbot.readers import CorpusFile, ReadReport, SkippedFile, discover, read_report
from faqbot.settings import Settings
from faqbot.variants import VARIANTS_FILE, merge_variants, read_variants, unmatched_questions

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from faqbot.encoders.encoder import Encoder
    from faqbot.encoders.models import ModelInfo
    from faqbot.index.milvus import MilvusWriter
    from faqbot.types import Document, Passage

BATCH = 256  # passages encoded together: texts of one length meet, and a killed build loses no more
MOST_ASSET_BYTES = 1_000_000
# What decides how a file is read and where it is chunked: another version of any of it, and everything is read again.
CODE = ("readers", "chunking", "markdown.py", "types.py")
PACKAGES = (
    "beautifulsoup4",
    "charset-normalizer",
    "ftfy",
    "lxml",
    "lxml-html-clean",
    "mammoth",
    "markdown-it-py",
    "pdfminer.six",
    "PyYAML",
    "trafilatura",
)
_IMAGE = re.compile(r"!\[[^\]]*\]\(\s*<?([^)\s>]+)")
_IMAGE_SUFFIXES = (".svg", ".png", ".jpg", ".jpeg", ".webp")

Progress = Callable[[str, int, int], None]  # what is being done, how many of it are done, how many there are

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
class Corpus:
    """The documents of a corpus folder, their source files, the files that could not be read, and what readers said.

    `reports` are those of the files that were read now, none of those that earlier builds read.
    """

    documents: tuple[Document, ...]
    files: Mapping[str, SourceFile]
    skipped: tuple[SkippedFile, ...]
    assets: tuple[Asset, ...] = ()
    reports: Mapping[str, ReadReport] = field(default_factory=dict)


def build(
    corpus: Path,
    index: Path,
    *,
    settings: Settings,
    variants: Mapping[str, Sequence[str]] | None = None,
    meta: Mapping[str, str] | None = None,
    progress: Progress | None = None,
    step: Step = no_step,
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
    with VersionBuilder(index, step=step) as builder:
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


def read_corpus(
    corpus: Path,
    known: KnownFiles | None = None,
    *,
    variants: Mapping[str, Sequence[str]] | None = None,
    progress: Progress | None = None,
) -> Corpus:
    """Read every document of a corpus folder, and merge question variants into its entries.

    A file that `known` knows is not read again. `variants` take the place of the corpus' variants.yaml. Raises
    CorpusError where there is no such folder, or its variants.yaml cannot be read.
    """
    found = discover(corpus)
    variants = read_variants(corpus) if variants is None else variants
    known = known or KnownFiles(None)
    within = partial(progress, "reading") if progress else None
    read = _read(found.files, known.document, within)
    documents, skipped = read.documents, (*found.skipped, *read.skipped)
    merged = merge_variants(documents, variants)
    for question in unmatched_questions(documents, variants):
        logger.warning("%s: no entry of the corpus asks %r", corpus / VARIANTS_FILE, question)
    for before, after in zip(documents, merged, strict=True):
        if before != after:
            known.files[before.id] = replace(known.files[before.id], parsed=before)
    return Corpus(merged, known.files, skipped, tuple(_assets(corpus, documents)), read.reports)


def read_all(files: Sequence[CorpusFile]) -> Corpus:
    """Return the documents of those files that can be read, and the others with the reason."""
    return _read(files, lambda _: None, None)


def _read(
    files: Sequence[CorpusFile],
    known: Callable[[CorpusFile], Document | None],
    progress: Callable[[int, int], None] | None,
) -> Corpus:
    documents: list[Document] = []
    skipped: list[SkippedFile] = []
    reports: dict[str, ReadReport] = {}
    for number, file in enumerate(files, 1):
        try:
            document = known(file)
            if document is None:
                reports[file.document_id] = report = read_report(file.path, document_id=file.document_id)
                document = report.document
            documents.append(document)
        except ReadError as error:
            skipped.append(SkippedFile(file.document_id, str(error)))
        if progress:
            progress(number, len(files))
    return Corpus(tuple(documents), {}, tuple(skipped), reports=reports)


def check_words(corpus: Corpus, passages: Iterable[Passage]) -> Corpus:
    """Return the corpus with a warning for each file read now that has words which are in none of its passages."""
    of_document: dict[str, list[Passage]] = defaultdict(list)
    for passage in passages:
        of_document[passage.document_id].append(passage)
    documents = []
    files = dict(corpus.files)
    for document in corpus.documents:
        if report := corpus.reports.get(document.id):
            left_out = [part.text for part in report.left_out]
            passages_of = of_document[document.id]
            document = report_word_loss(document, passages_of, extracted=report.extracted, left_out=left_out)
            if (file := files.get(document.id)) and file.parsed:
                files[document.id] = replace(file, parsed=replace(file.parsed, warnings=document.warnings))
        documents.append(document)
    return replace(corpus, documents=tuple(documents), files=files)


def split_all(
    documents: Sequence[Document], model: Model, settings: Settings, known: KnownFiles | None = None
) -> list[Passage]:
    """Return the passages of all documents, in order, none longer than the model reads; known ones are taken over."""
    chunking = chunking_settings(model.info, settings)
    if known:
        known.load_passages(documents, chunking)
    prompt = model.tokenizer.count(model.info.passage_prompt) - model.tokenizer.count("")
    limit, words = max(SHORTEST_LIMIT, model.info.token_limit - prompt), settings.passage_words
    passages: list[Passage] = []
    for document in documents:
        found = known.passages(document) if known else None
        if found is None:
            found = split(document, model.tokenizer.count, limit=limit, words=words)
        passages.extend(found)
    return passages


class KnownFiles:
    """Files that the last build read too: their documents, and the passages of those that are chunked alike."""

    def __init__(self, previous: Database | None) -> None:
        """`previous` is the database of the version in use, None where there is none."""
        self.files: dict[str, SourceFile] = {}  # those of this build
        self._previous = previous
        self._before: dict[str, SourceFile] = {}
        self._passages: dict[str, list[Passage]] = {}
        self._documents: dict[str, Document] = {}
        if previous:
            try:
                self._before = previous.source_files()
            except IndexDamagedError as error:
                logger.warning("%s. Every file is read again", error)

    def document(self, file: CorpusFile) -> Document | None:
        """Return the document of a file whose content was read before by the same code, else None."""
        try:
            content = file.path.read_bytes()
        except OSError:
            return None  # reading it says why
        found = digest(code_hash(), file.document_id.encode(), content)
        before = self._before.get(file.document_id)
        self.files[file.document_id] = SourceFile(found, "")
        if not before or before.content_hash != found or not self._previous:
            return None
        try:
            document = self._previous.document(file.document_id)
        except IndexDamagedError as error:
            logger.warning("%s. The file is read again", error)
            return None
        if document:
            self._documents[file.document_id] = document
        return before.parsed or document

    def load_passages(self, documents: Iterable[Document], chunking: str) -> None:
        """Load the passages of the documents that are as they were and were chunked with these settings."""
        same = [
            each.id
            for each in documents
            if each == self._documents.get(each.id) and self._before[each.id].chunking == chunking
        ]
        if not self._previous or not same:
            return
        try:
            self._passages = self._previous.passages_of(same)
        except IndexDamagedError as error:
            logger.warning("%s. Every document is chunked again", error)

    def passages(self, document: Document) -> Sequence[Passage] | None:
        """Return the passages of a document that need not be chunked, else None."""
        return self._passages.get(document.id)


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
        found.update(_content_hash(file.path))
    variants = read_variants(corpus) if variants is None else variants
    found.update(json.dumps({question: list(texts) for question, texts in variants.items()}, sort_keys=True).encode())
    return {
        "corpus": found.hexdigest(),
        "model": settings.model,
        "passage_words": settings.passage_words,
        "version": __version__,
        "meta": {key: hashlib.sha256(text.encode()).hexdigest() for key, text in (meta or {}).items()},
    }


def chunking_settings(info: ModelInfo, settings: Settings) -> str:
    """Return what decides, besides the code, where a document is chunked."""
    return f"{info.fingerprint} {info.token_limit} {settings.passage_words}"


@cache
def code_hash() -> bytes:
    """Return the hash of the code that reads and chunks files, and of the versions of the packages it uses."""
    package = files("faqbot")
    sources = sorted((each for name in CODE for each in _sources(package / name)), key=str)
    versions = (f"{name} {_package_version(name)}".encode() for name in PACKAGES)
    return digest(*(source.read_bytes() for source in sources), *versions)


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
    return EncodedText(text, digest(*(part.encode() for part in parts)), whole)


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


def _assets(corpus: Path, documents: Sequence[Document]) -> Iterator[Asset]:
    """The pictures inside the corpus folder that documents show."""
    root = corpus.resolve()
    seen: set[str] = set()
    for document in documents:
        for target in _IMAGE.findall(document.text):
            name, content = _picture(root, document.id, target)
            if content and name not in seen:
                seen.add(name)
                yield Asset(name, mimetypes.guess_type(name)[0] or "application/octet-stream", content)


def _picture(root: Path, document_id: str, target: str) -> tuple[str, bytes]:
    """The path below the corpus folder of a picture and its content, empty for one that is not to be shown."""
    try:
        path = (root / PurePosixPath(document_id).parent / unquote(target)).resolve()
        if not path.is_relative_to(root) or path.suffix.lower() not in _IMAGE_SUFFIXES or not path.is_file():
            return "", b""
        if path.stat().st_size > MOST_ASSET_BYTES:
            logger.warning("%s is larger than %d bytes and not shown", path, MOST_ASSET_BYTES)
            return "", b""
        return path.relative_to(root).as_posix(), path.read_bytes()
    except (OSError, ValueError):  # a name that no file can have, or a file that cannot be read
        return "", b""


def _content_hash(path: Path) -> bytes:
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


def _sources(place: Traversable) -> list[Traversable]:
    if place.is_file():
        return [place] if place.name.endswith((".py", ".toml")) else []
    return [source for inner in place.iterdir() for source in _sources(inner)]


def _package_version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""
