"""Files that the last build read too: a file goes in, its document and passages come out unread, if nothing changed."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import metadata
from importlib.resources import files
from typing import TYPE_CHECKING

from faqbot.digests import digest
from faqbot.errors import IndexWriteError
from faqbot.index import Reading, Readings, write_readings

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from faqbot.encoders.models import Facts
    from faqbot.readers import CorpusFile
    from faqbot.settings import Settings
    from faqbot.types import Document, Passage

logger = logging.getLogger(__name__)
# What decides how a file is read and where it is cut: another version of any of it, and everything is read again.
CODE = ("readers", "chunking", "markdown.py", "types.py")
PACKAGES = (
    "beautifulsoup4",
    "charset-normalizer",
    "lxml",
    "lxml-html-clean",
    "mammoth",
    "markdown-it-py",
    "markdownify",
    "pypdf",
    "PyYAML",
    "trafilatura",
)


class Known:
    """What the last build of an index made of its files; what this one makes of them is kept for the next."""

    def __init__(self, index: Path, variants: Mapping[str, Sequence[str]] | None = None) -> None:
        """`variants` were merged into the documents: with others, every file is read again."""
        self._variants = repr(variants or {}).encode()
        self._index = index
        self._readings = Readings(index)
        self._keys: dict[str, bytes] = {}
        self._found: dict[str, Reading] = {}

    def document(self, file: CorpusFile) -> Document | None:
        """The document of a file whose content was read before by the same code, else None."""
        try:
            content = file.path.read_bytes()
        except OSError:
            return None  # reading it says why
        self._keys[file.document_id] = key = digest(
            _code(), self._variants, file.document_id.encode(errors="surrogatepass"), content
        )
        if found := self._readings.get(key):
            self._found[file.document_id] = found
        return found.document if found else None

    def passages(self, document: Document, recipe: str) -> tuple[Passage, ...] | None:
        """The passages of a document that was not read anew, cut as `recipe` says, else None."""
        found = self._unchanged(document, recipe)
        return found.passages if found else None

    def keep(self, documents: Sequence[Document], passages: Iterable[Passage], recipe: str) -> None:
        """Keep what was made of the files; where that cannot be, the next build reads them again."""
        cut: dict[str, list[Passage]] = {document.id: [] for document in documents}
        for passage in passages:
            cut[passage.document_id].append(passage)
        readings = (self._reading(document, tuple(cut[document.id]), recipe) for document in documents)
        try:
            write_readings(self._index, readings)
        except IndexWriteError as error:
            logger.warning("%s. The next build reads every file again", error)

    def _reading(self, document: Document, passages: tuple[Passage, ...], recipe: str) -> Reading:
        new = Reading(self._keys[document.id], recipe, document, passages)
        return self._unchanged(document, recipe) or new

    def _unchanged(self, document: Document, recipe: str) -> Reading | None:
        found = self._found.get(document.id)
        return found if found and found.document is document and found.recipe == recipe else None


def recipe_of(facts: Facts, settings: Settings) -> str:
    """What decides, besides the code, where a document is cut."""
    return f"{facts.fingerprint} {facts.token_limit} {settings.passage_words}"


@cache
def _code() -> bytes:
    package = files("faqbot")
    sources = sorted((each for name in CODE for each in _sources(package / name)), key=str)
    versions = (f"{name} {_version(name)}".encode() for name in PACKAGES)
    return digest(*(source.read_bytes() for source in sources), *versions)


def _sources(place: Traversable) -> list[Traversable]:
    if place.is_file():
        return [place] if place.name.endswith((".py", ".toml")) else []
    return [source for inner in place.iterdir() for source in _sources(inner)]


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""
