"""Corpus discovery: the files of a folder to read, and those that are skipped with the reason."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from faqbot.errors import CorpusError
from faqbot.readers.registry import SUFFIXES

# Files at the root of a corpus that are about it: its description, its licence, its settings.
_NOT_DOCUMENTS = frozenset(
    ("readme.md", "license", "licence", "license.md", "license.txt", "faqbot.toml", "variants.yaml")
)

_PICTURES = frozenset((".gif", ".jpeg", ".jpg", ".png", ".svg", ".webp"))  # shown by the pages that name them


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """A file to read; `document_id` is its path below the corpus folder, with forward slashes."""

    document_id: str
    path: Path


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A file or folder that is not read, and why, in words for the person who keeps the corpus."""

    document_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class CorpusFiles:
    """The files of a corpus folder; hidden ones, pictures, README, licence and settings are in neither list."""

    files: tuple[CorpusFile, ...]
    skipped: tuple[SkippedFile, ...]


def discover(corpus: Path) -> CorpusFiles:
    """Return all readable files below a folder, sorted by document id; a single file is a corpus of one.

    Raises CorpusError if there is no such folder. Links that leave it are skipped, with the reason.
    """
    if corpus.is_file():
        return CorpusFiles((CorpusFile(corpus.name, corpus),), ())
    if not corpus.is_dir():
        raise CorpusError(f"No corpus at {corpus}, expected a folder of documents. Run: faqbot build FOLDER")
    files: list[CorpusFile] = []
    skipped: list[SkippedFile] = []
    for document_id, path in _walk(corpus, skipped):
        reason = _reason(path, corpus)
        if reason:
            skipped.append(SkippedFile(document_id, reason))
        else:
            files.append(CorpusFile(document_id, path))
    return CorpusFiles(tuple(sorted(files, key=_by_id)), tuple(sorted(skipped, key=_by_id)))


def _by_id(entry: CorpusFile | SkippedFile) -> str:
    return entry.document_id


def _walk(corpus: Path, skipped: list[SkippedFile]) -> Iterator[tuple[str, Path]]:
    """Paths below the corpus that are not hidden: files, and links to folders, which are never followed.

    A folder that cannot be listed is added to `skipped`.
    """

    def refused(error: OSError) -> None:
        name = Path(error.filename).relative_to(corpus).as_posix()
        skipped.append(SkippedFile(name, f"a folder that cannot be read ({error.strerror}). Change its permissions"))

    for folder, inner, names in os.walk(corpus, onerror=refused):
        inner[:] = [name for name in inner if not name.startswith(".")]
        links = [name for name in inner if (Path(folder) / name).is_symlink()]
        for name in (*names, *links):
            path = Path(folder) / name
            document_id = path.relative_to(corpus).as_posix()
            if name.startswith(".") or path.suffix.casefold() in _PICTURES:
                continue
            if document_id.casefold() not in _NOT_DOCUMENTS:
                yield document_id, path


def _reason(path: Path, corpus: Path) -> str:
    """Why a path is not read; empty if it is."""
    if not path.resolve().is_relative_to(corpus.resolve()):
        return f"a link to {path.resolve()}, outside the corpus folder. Copy the file in"
    if path.is_symlink() and path.is_dir():
        return "a link to a folder. Copy the folder in"
    if not path.exists():
        return "a link to nothing"
    if not path.is_file():
        return "not a regular file"
    if path.suffix.casefold() not in SUFFIXES:
        return f"its suffix {path.suffix or '(none)'} is none of {', '.join(sorted(SUFFIXES))}"
    return ""
