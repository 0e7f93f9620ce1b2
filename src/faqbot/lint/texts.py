"""Checks of document text of every kind: reader warnings, missing pairs, links, mojibake, copied sentences."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from faqbot.errors import ReadError
from faqbot.lint.issues import Issue, Limits, place_of, shingles, words_of
from faqbot.readers import discover, read
from faqbot.types import Document

_LINK = re.compile(r"!?\[([^\[\]\n]*)\]\(([^()\n]*)\)?")
_SCHEMES = ("http", "https")
_TABLES = frozenset((".csv", ".tsv"))
# UTF-8 that was read as Latin-1 or cp1252 ("Ã©", "â€™", "Â£"), replacement characters, and C1 control characters.
_MOJIBAKE = re.compile(
    r"Ã[\x80-\xbf\u0152\u0160\u017d\u0192\u02c6\u2013-\u2122]|â[€\x80].|Â[\xa0-\xbf]|ï»¿|[\ufffd\x80-\x9f]"
)


def check_texts(corpus: Path, documents: Sequence[Document]) -> Iterator[Issue]:
    """Yield what the reader could not read as meant, tables without pairs, broken links and broken characters."""
    for document in documents:
        for warning in document.warnings:
            yield Issue(document.id, document.title or document.id, "reading", str(warning), "warning")
        if PurePosixPath(document.id).suffix.casefold() in _TABLES and not document.pairs:
            message = "no questions in it, so rows are quoted as a table. Name two columns question and answer"
            yield Issue(document.id, document.title or document.id, "pairs", message, "warning")
        yield from _check_mojibake(document)
        yield from _check_links(corpus, document)


def _check_mojibake(document: Document) -> Iterator[Issue]:
    """Report text in a wrong encoding once for each document, with its first place."""
    found = list(_MOJIBAKE.finditer(document.text))
    if found:
        at = found[0].start()
        near = " ".join(document.text[max(0, at - 15) : at + 15].split())
        message = f"{len(found)} wrongly decoded characters, the first in {near!r}. Save the file as UTF-8"
        yield Issue(document.id, place_of(document, at), "mojibake", message)


def _check_links(corpus: Path, document: Document) -> Iterator[Issue]:
    """Check, without the network, that links are well formed and that pages of the corpus are there."""
    for found in _LINK.finditer(document.text):
        wrong = _wrong_link(found[0], found[1], found[2].strip(), (corpus / document.id).parent)
        if wrong:
            yield Issue(document.id, place_of(document, found.start()), "link", wrong)
    for source in document.sources:
        if source.url and not _is_web_address(source.url):
            message = f"{source.url} is no web address. Write it as https://..."
            yield Issue(document.id, "front matter", "link", message)


def _wrong_link(link: str, label: str, target: str, folder: Path) -> str:
    """Return what is wrong with a link; empty if nothing is."""
    if not link.endswith(")"):
        return f"{link} is not closed. Add the round bracket"
    if not label.strip() or not target:
        return f"{link} has no {'label' if target else 'target'}"
    if urlsplit(target).scheme or target.startswith("//"):
        return "" if _is_web_address(target) else f"{target} is no web address. Write it as https://..."
    path = unquote(target.partition("#")[0])
    return "" if not path or (folder / path).exists() else f"{target} is not there. Links go from the page's own folder"


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in _SCHEMES and "." in parts.netloc.strip(".") and not re.search(r"\s", url)


def check_copies(documents: Sequence[Document], reference: Path, limits: Limits) -> Iterator[Issue]:
    """Yield runs of words in titles, texts and question variants that stand in a reference document too.

    Names of sources are no part of it: a work is cited by its title.
    """
    known: dict[tuple[str, ...], str] = {}
    for file in discover(reference).files:
        try:
            text = read(file.path, document_id=file.document_id).text
        except ReadError as error:
            yield Issue(file.document_id, str(reference), "reference", f"not compared: {error}", "warning")
            continue
        known |= dict.fromkeys(shingles(words_of(text), limits.copied_words), file.document_id)
    for document in documents:
        for place, text in _parts(document):
            for copied, origin in _copied(words_of(text), known, limits.copied_words):
                message = f'"{copied}" stands in {origin}. Say it in other words'
                yield Issue(document.id, place, "copied", message)


def _parts(document: Document) -> Iterator[tuple[str, str]]:
    """Yield places with their texts: the title, each section with its heading, and each question variant."""
    yield "front matter", document.title
    for section in ("\n" + document.text).split("\n#"):
        yield section.partition("\n")[0].lstrip("# ") or document.title, section
    for pair in document.pairs:
        for variant in pair.alternates:
            yield pair.question, variant


def _copied(words: list[str], known: dict[tuple[str, ...], str], length: int) -> Iterator[tuple[str, str]]:
    """Yield each longest run of known words, with the document where its first words stand."""
    start: int | None = None
    found = [run in known for run in shingles(words, length)]
    for at, same in enumerate((*found, False)):
        if same and start is None:
            start = at
        elif not same and start is not None:
            yield " ".join(words[start : at + length - 1]), known[tuple(words[start : start + length])]
            start = None
