"""A corpus folder for a build: its files are read, or known from the last build, and chunked into passages."""

from __future__ import annotations

import logging
import mimetypes
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from importlib import metadata
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import unquote

from faqbot.chunking import SHORTEST_LIMIT, report_word_loss, split
from faqbot.encoders.models import Model
from faqbot.errors import IndexDamagedError, ReadError
from faqbot.index.interface import Asset, SourceFile
from faqbot.index.store import Database, content_hash
from faqbot.readers import CorpusFile, ReadReport, SkippedFile, discover, read_report
from faqbot.settings import Settings
from faqbot.variants import VARIANTS_FILE, merge_variants, read_variants, unmatched_questions

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from faqbot.encoders.models import ModelInfo
    from faqbot.types import Document, Passage

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

Read = TypeVar("Read")

logger = logging.getLogger(__name__)


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
        if previous:
            self._before = _unless_damaged(previous.source_files, {}, "Every file is read again")
        self._passages: dict[str, list[Passage]] = {}
        self._documents: dict[str, Document] = {}

    def document(self, file: CorpusFile) -> Document | None:
        """Return the document of a file whose content was read before by the same code, else None."""
        try:
            content = file.path.read_bytes()
        except OSError:
            return None  # reading it says why
        found = content_hash(code_hash(), file.document_id.encode(), content)
        before = self._before.get(file.document_id)
        self.files[file.document_id] = SourceFile(found, "")
        if not before or before.content_hash != found or not self._previous:
            return None
        stored = partial(self._previous.document, file.document_id)
        document = _unless_damaged(stored, None, "The file is read again")
        if document is None:
            return None
        self._documents[file.document_id] = document
        return before.parsed or document

    def load_passages(self, documents: Iterable[Document], chunking: str) -> None:
        """Load the passages of the documents that are as they were and were chunked with these settings."""
        same = [
            each.id
            for each in documents
            if each == self._documents.get(each.id) and self._before[each.id].chunking == chunking
        ]
        if self._previous and same:
            stored = partial(self._previous.passages_of, same)
            self._passages = _unless_damaged(stored, {}, "Every document is chunked again")

    def passages(self, document: Document) -> Sequence[Passage] | None:
        """Return the passages of a document that need not be chunked, else None."""
        return self._passages.get(document.id)


def chunking_settings(info: ModelInfo, settings: Settings) -> str:
    """Return what decides, besides the code, where a document is chunked."""
    return f"{info.fingerprint} {info.token_limit} {settings.passage_words}"


@cache
def code_hash() -> bytes:
    """Return the hash of the code that reads and chunks files, and of the versions of the packages it uses."""
    package = files("faqbot")
    sources = sorted((each for name in CODE for each in _sources(package / name)), key=str)
    versions = (f"{name} {_package_version(name)}".encode() for name in PACKAGES)
    return content_hash(*(source.read_bytes() for source in sources), *versions)


def _unless_damaged(read: Callable[[], Read], otherwise: Read, consequence: str) -> Read:
    """What is read from the last build's database; where that is damaged, another value, and a line in the log."""
    try:
        return read()
    except IndexDamagedError as error:
        logger.warning("%s. %s", error, consequence)
        return otherwise


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
        name = path.relative_to(root).as_posix()
        name.encode()  # which a name that is not UTF-8 refuses
        return name, path.read_bytes()
    except (OSError, ValueError):  # such a name, one that no file can have, or a file that cannot be read
        return "", b""


def _sources(place: Traversable) -> list[Traversable]:
    if place.is_file():
        return [place] if place.name.endswith((".py", ".toml")) else []
    return [source for inner in place.iterdir() for source in _sources(inner)]


def _package_version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""
