"""The files of a corpus: which are read and by which reader, and which are skipped with the reason."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from operator import attrgetter
from pathlib import Path

from faqbot.config import named_files
from faqbot.errors import CorpusError, ReadError, need
from faqbot.readers.csv_rows import read_csv, read_tsv
from faqbot.readers.decoding import decode
from faqbot.readers.docx import read_docx
from faqbot.readers.html import read_html
from faqbot.readers.limits import Limits, ended_after, refuse_lines, refuse_over
from faqbot.readers.markdown import read_markdown
from faqbot.readers.parsed import LeftOut, ParsedFile
from faqbot.readers.pdf import read_pdf
from faqbot.readers.plaintext import read_plain
from faqbot.readers.postprocess import finish
from faqbot.readers.question_answers import read_json, read_jsonl, read_yaml
from faqbot.types import Document

_TEXT: Mapping[str, Callable[[str, Limits], ParsedFile]] = {
    ".txt": read_plain,
    ".text": read_plain,
    ".csv": read_csv,
    ".tsv": read_tsv,
    ".json": read_json,
    ".jsonl": read_jsonl,
    ".ndjson": read_jsonl,
    ".yaml": read_yaml,
    ".yml": read_yaml,
}
_BINARY: Mapping[str, Callable[[bytes, Limits], ParsedFile]] = {
    ".html": read_html,
    ".htm": read_html,
    ".xhtml": read_html,
    ".pdf": read_pdf,
    ".docx": read_docx,
}
_ROWS = (".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".yaml", ".yml")  # whose number is limited besides
_MARKDOWN = (".md", ".markdown")
SUFFIXES = frozenset((*_TEXT, *_BINARY, *_MARKDOWN))
_DEFAULT = Limits()


@dataclass(frozen=True, slots=True)
class ReadReport:
    """A document and what of its file is in no text of it, with the reason: navigation, comments, hidden text.

    `extracted` is all text of the file by the plainest way of getting it, empty where that is the document's.
    """

    document: Document
    left_out: tuple[LeftOut, ...] = ()
    extracted: str = ""


def read(path: Path, *, document_id: str, limits: Limits = _DEFAULT) -> Document:
    """Return the file as a Document. Raises ReadError with the reason, which names no path: the caller knows it."""
    return read_report(path, document_id=document_id, limits=limits).document


def read_report(path: Path, *, document_id: str, limits: Limits = _DEFAULT) -> ReadReport:
    """Return the file as a Document with what was left out of its text. Raises ReadError as `read` does."""
    suffix = path.suffix.casefold()
    if suffix not in SUFFIXES:
        raise ReadError(f"the suffix {suffix or '(none)'} is none of {', '.join(sorted(SUFFIXES))}")
    if document_id != _printable(document_id):
        raise ReadError(_ODD_NAME)
    try:
        with ended_after(limits.seconds):
            return _read(path, suffix, document_id, limits)
    except ImportError as error:  # each reader imports what it rests on when it is first needed
        raise need(error.name or suffix, "build", error) from error


def _read(path: Path, suffix: str, document_id: str, limits: Limits) -> ReadReport:
    content = _content(path, limits)
    if suffix in _BINARY:
        parsed = _BINARY[suffix](content, limits)
    elif suffix in _MARKDOWN:
        parsed = read_markdown(decode(content, limits), limits, folder=path.parent)
    else:
        limits = replace(limits, characters=4 * limits.characters) if suffix in _ROWS else limits
        parsed = _TEXT[suffix](decode(content, limits), limits)
    if not parsed.text.strip():
        raise ReadError("no text in it")
    if not parsed.pairs:
        refuse_lines(parsed.text, limits)
    return ReadReport(finish(document_id, parsed), parsed.left_out, parsed.extracted)


def _content(path: Path, limits: Limits) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(limits.bytes + 1)
    except OSError as error:
        raise ReadError(f"cannot be opened: {error.strerror or error}") from error
    refuse_over(limits.bytes, len(content), "bytes or more")
    return content


# Files at the root of a corpus that are about it: its description, its licence, its settings.
_NOT_DOCUMENTS = frozenset(
    ("readme.md", "license", "licence", "license.md", "license.txt", "faqbot.toml", "variants.yaml")
)

_SAVE_AS = {
    **dict.fromkeys((".xlsx", ".xls", ".ods", ".numbers"), ".csv"),
    **dict.fromkeys((".doc", ".odt", ".rtf", ".pages"), ".docx or .pdf"),
    **dict.fromkeys((".pptx", ".ppt", ".odp"), ".pdf"),
}
_ODD_NAME = "its name is not UTF-8. Rename it"
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
    """The files of a corpus folder; hidden ones, pictures, README, licence and settings are in neither list.

    Settings are faqbot.toml with the files that it names, and variants.yaml.
    """

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
    settings = named_files(corpus)
    for document_id, path in _walk(corpus, skipped):
        if document_id in settings:
            continue
        name = _printable(document_id)
        reason = _reason(path, corpus) if name == document_id else _ODD_NAME
        if reason:
            skipped.append(SkippedFile(name, reason))
        else:
            files.append(CorpusFile(document_id, path))
    by_id = attrgetter("document_id")
    return CorpusFiles(tuple(sorted(files, key=by_id)), tuple(sorted(skipped, key=by_id)))


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


def _printable(name: str) -> str:
    """A name as text: one that is no UTF-8 holds lone surrogates, which cannot be written anywhere."""
    return name.encode(errors="backslashreplace").decode()


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
    return suffix_problem(path.suffix)


def suffix_problem(suffix: str) -> str:
    """Return why a file with this suffix is not read and what to do; empty if it is."""
    if suffix.casefold() in SUFFIXES:
        return ""
    if other := _SAVE_AS.get(suffix.casefold()):
        return f"{suffix} is not read. Save it as {other} in the program that made it"
    return f"its suffix {suffix or '(none)'} is none of {', '.join(sorted(SUFFIXES))}"
