"""Documents and a folder of reference documents go in; runs of words that stand in both come out."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from faqbot.errors import ReadError
from faqbot.lint.findings import Bounds, Finding
from faqbot.lint.shingles import runs, words_of
from faqbot.readers import discover, read
from faqbot.types import Document


def check_copies(documents: Sequence[Document], reference: Path, bounds: Bounds) -> Iterator[Finding]:
    """Runs of words in titles, texts and questions that stand in a reference document too, each as long as it goes on.

    Names of sources are no part of it: a work is cited by its title.
    """
    known: dict[tuple[str, ...], str] = {}
    for file in discover(reference).files:
        try:
            text = read(file.path, document_id=file.document_id).text
        except ReadError as error:
            yield Finding(file.document_id, str(reference), "reference", f"not compared: {error}", "warning")
            continue
        known |= dict.fromkeys(runs(words_of(text), bounds.run), file.document_id)
    for document in documents:
        for place, text in _texts(document):
            for copied, origin in _copied(words_of(text), known, bounds.run):
                message = f'"{copied}" stands in {origin}. Say it in other words'
                yield Finding(document.id, place, "copied", message)


def _texts(document: Document) -> Iterator[tuple[str, str]]:
    """Places with their texts: the title, each section with its heading, and each other way to ask."""
    yield "front matter", document.title
    for section in ("\n" + document.text).split("\n#"):
        yield section.partition("\n")[0].lstrip("# ") or document.title, section
    for pair in document.pairs:
        for alternate in pair.alternates:
            yield pair.question, alternate


def _copied(words: list[str], known: dict[tuple[str, ...], str], length: int) -> Iterator[tuple[str, str]]:
    """Each longest run of known words, with the document where its first words stand."""
    start: int | None = None
    found = [run in known for run in runs(words, length)]
    for at, same in enumerate((*found, False)):
        if same and start is None:
            start = at
        elif not same and start is not None:
            yield " ".join(words[start : at + length - 1]), known[tuple(words[start : start + length])]
            start = None
