"""`faqbot inspect FILE`: how a document is read and cut into passages."""

import argparse

from faqbot.chunking import render_passages, report_word_loss, split
from faqbot.encoders.models import Model
from faqbot.errors import ReadError
from faqbot.index import encoder_folders
from faqbot.readers import read_report
from faqbot.settings import Settings


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Print what the document says about itself, its passages, what was left out and what could not be read."""
    if given.file.is_dir():
        raise ReadError(f"{given.file} is a folder, expected one document. Run: faqbot inspect {given.file / 'FILE'}")
    try:
        report = read_report(given.file, document_id=given.file.name)
    except ReadError as error:
        raise ReadError(f"{given.file} cannot be read: {error}") from error
    model = Model(settings.model, encoder_folders(given.index, settings.encoder_cache))
    passages = split(report.document, model.tokenizer.count, limit=model.info.token_limit, words=settings.passage_words)
    left_out = [(part.reason, part.text) for part in report.left_out]
    texts = [text for _, text in left_out]
    document = report_word_loss(report.document, passages, extracted=report.extracted, left_out=texts)
    print(render_passages(document, passages, left_out))
    return 0
