"""Which reader reads which suffix."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from faqbot.errors import ReadError
from faqbot.readers.decoding import decode
from faqbot.readers.docx import read_docx
from faqbot.readers.html import read_html
from faqbot.readers.limits import Limits, refuse_lines, refuse_over
from faqbot.readers.markdown import read_markdown
from faqbot.readers.parsed import LeftOut, ParsedFile
from faqbot.readers.pdf import read_pdf
from faqbot.readers.plaintext import read_plain
from faqbot.readers.postprocess import finish
from faqbot.readers.question_answers import read_csv, read_json, read_jsonl, read_tsv, read_yaml
from faqbot.readers.timeout import ended_after
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
    with ended_after(limits.seconds):
        return _read(path, suffix, document_id, limits)


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
