"""Files go in, their documents and passages come out; what the last build knows is neither read nor split again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from faqbot.building.known import recipe_of
from faqbot.chunking import split
from faqbot.errors import ReadError
from faqbot.readers import SkippedFile, read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from faqbot.building.embedding import Progress
    from faqbot.building.known import Known
    from faqbot.encoders.models import Model
    from faqbot.readers import CorpusFile
    from faqbot.settings import Settings
    from faqbot.types import Document, Passage


def read_all(
    files: Sequence[CorpusFile], progress: Progress | None = None, known: Known | None = None
) -> tuple[list[Document], list[SkippedFile]]:
    """The documents of those files that can be read, and the others with the reason; what is known is not read."""
    documents: list[Document] = []
    skipped: list[SkippedFile] = []
    for number, file in enumerate(files, 1):
        try:
            same = known.document(file) if known else None
            documents.append(same or read(file.path, document_id=file.document_id))
        except ReadError as error:
            skipped.append(SkippedFile(file.document_id, str(error)))
        if progress:
            progress("reading", number, len(files))
    return documents, skipped


def split_all(
    documents: Sequence[Document], model: Model, settings: Settings, known: Known | None = None
) -> list[Passage]:
    """The passages of all documents, in order, none longer than the model reads; what is known is not split."""
    recipe = recipe_of(model.facts, settings)

    def cut(document: Document) -> tuple[Passage, ...]:
        found = known.passages(document, recipe) if known else None
        limit, words = model.facts.token_limit, settings.passage_words
        return split(document, model.word_pieces.count, limit=limit, words=words) if found is None else found

    return [passage for document in documents for passage in cut(document)]
