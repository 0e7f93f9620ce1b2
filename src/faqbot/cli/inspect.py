"""`faqbot inspect FILE`: how a document is read and split."""

import argparse

from faqbot.chunking import render_passages, split
from faqbot.encoders.models import Model
from faqbot.errors import ReadError
from faqbot.index import encoder_folders
from faqbot.readers import read
from faqbot.settings import Settings


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Print the document's facts and each of its passages."""
    if given.file.is_dir():
        raise ReadError(f"{given.file} is a folder, expected one document. Run: faqbot inspect {given.file / 'FILE'}")
    try:
        document = read(given.file, document_id=given.file.name)
    except ReadError as error:
        raise ReadError(f"{given.file} cannot be read: {error}") from error
    model = Model(settings.model, encoder_folders(given.index, settings.encoder_cache))
    passages = split(document, model.word_pieces.count, limit=model.facts.token_limit, words=settings.passage_words)
    print(render_passages(document, passages))
    return 0
