"""`faqbot inspect` and `lint`: how a file is read and cut into passages, and what is wrong with a corpus."""

import argparse
from functools import partial

from faqbot.bot import FaqBot
from faqbot.chunking import render_passages, report_word_loss, split
from faqbot.cli.parser import DONE, FAILED
from faqbot.cli.progress import Progress
from faqbot.encoders.models import Model
from faqbot.errors import IndexMissingError, ReadError
from faqbot.index import check_words, encoder_folders, read_all, split_all
from faqbot.lint import Issue
from faqbot.lint import lint as check_corpus
from faqbot.readers import discover, read_report
from faqbot.settings import Settings


def inspect(given: argparse.Namespace, settings: Settings) -> int:
    """Print what the document says about itself, its passages, what was left out and what could not be read."""
    if given.file.is_dir():
        raise ReadError(f"{given.file} is a folder, expected one document. Run: faqbot inspect {given.file / 'FILE'}")
    try:
        report = read_report(given.file, document_id=given.file.name)
    except ReadError as error:
        raise ReadError(f"{given.file} cannot be read: {error}") from error
    model = _model(given, settings)
    passages = split(report.document, model.tokenizer.count, limit=model.info.token_limit, words=settings.passage_words)
    left_out = [(part.reason, part.text) for part in report.left_out]
    texts = [text for _, text in left_out]
    document = report_word_loss(report.document, passages, extracted=report.extracted, left_out=texts)
    print(render_passages(document, passages, left_out))
    return DONE


def lint(given: argparse.Namespace, settings: Settings) -> int:
    """Print every issue, a line each; an error among them is exit code 1, warnings alone are not."""
    corpus = read_all(discover(given.corpus).files)
    passages = split_all(corpus.documents, _model(given, settings), settings)
    documents = check_words(corpus, passages).documents
    check = partial(
        check_corpus,
        given.corpus,
        documents=documents,
        passages=passages,
        reference=given.reference,
        profile=given.profile,
    )
    try:
        with FaqBot.load(given.index, settings=settings) as bot, Progress() as progress:

            def rank(question: str) -> list[str]:
                return [hit.passage.id for hit in bot.rank(question, (), 5).hits]

            questions = sum(1 + len(passage.alternates) for passage in passages if passage.question)
            found = check(rank=progress.counted("trying questions", questions, rank))
    except IndexMissingError as error:
        print(f"questions are not tried: {error}")
        found = check()
    found = (*(Issue(skip.document_id, "file", "unread", skip.reason) for skip in corpus.skipped), *found)
    for issue in found:
        print(f"{issue.severity}: {issue.path}: {issue.place}: {issue.message} ({issue.rule})")
    errors = sum(issue.severity == "error" for issue in found)
    print(f"{given.corpus}: {len(documents)} documents, {errors} errors, {len(found) - errors} warnings")
    return FAILED if errors else DONE


def _model(given: argparse.Namespace, settings: Settings) -> Model:
    return Model(settings.model, encoder_folders(given.index, settings.encoder_cache))
