"""`faqbot lint CORPUS`: what is wrong with the documents, before people read them."""

import argparse

from faqbot.answering import FaqBot
from faqbot.building import read_all, split_all
from faqbot.cli.codes import DONE, FAILED
from faqbot.encoding.models import Model
from faqbot.errors import IndexMissingError
from faqbot.linting import Ask, Finding, lint
from faqbot.reading import find
from faqbot.settings import Settings


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Print every finding, a line each; an error among them is exit code 1, warnings alone are not."""
    documents, unread = read_all(find(given.corpus).files)
    passages = split_all(documents, Model(settings.model, given.index / "encoders"), settings)
    try:
        with FaqBot.load(given.index, settings=settings) as bot:
            found = lint(
                given.corpus, documents=documents, passages=passages, ask=_asking(bot), reference=given.reference
            )
    except IndexMissingError as error:
        print(f"questions are not asked: {error}")
        found = lint(given.corpus, documents=documents, passages=passages, reference=given.reference)
    found = (*(Finding(skip.document_id, "file", "unread", skip.reason) for skip in unread), *found)
    for finding in found:
        print(f"{finding.severity}: {finding.path}: {finding.place}: {finding.message} ({finding.rule})")
    errors = sum(finding.severity == "error" for finding in found)
    print(f"{given.corpus}: {len(documents)} documents, {errors} errors, {len(found) - errors} warnings")
    return FAILED if errors else DONE


def _asking(bot: FaqBot) -> Ask:
    return lambda question: [hit.passage.id for hit in bot.rank(question, (), 5).hits]
