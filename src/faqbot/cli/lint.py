"""`faqbot lint CORPUS`: what is wrong with the documents, before people read them."""

import argparse
import sys
from collections.abc import Sequence
from itertools import count

from faqbot.bot import FaqBot
from faqbot.building import read_all, split_all
from faqbot.cli.build import Bars
from faqbot.cli.codes import DONE, FAILED
from faqbot.encoders.models import Model
from faqbot.errors import IndexMissingError
from faqbot.index import encoder_folders
from faqbot.lint import Ask, Finding, lint
from faqbot.readers import discover
from faqbot.settings import Settings
from faqbot.types import Passage


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Print every finding, a line each; an error among them is exit code 1, warnings alone are not."""
    documents, unread = read_all(discover(given.corpus).files)
    passages = split_all(
        documents, Model(settings.model, encoder_folders(given.index, settings.encoder_cache)), settings
    )
    try:
        with FaqBot.load(given.index, settings=settings) as bot, Bars(quiet=not sys.stderr.isatty()) as bars:
            ask = _asking(bot, passages, bars)
            found = lint(given.corpus, documents=documents, passages=passages, ask=ask, reference=given.reference)
    except IndexMissingError as error:
        print(f"questions are not asked: {error}")
        found = lint(given.corpus, documents=documents, passages=passages, reference=given.reference)
    found = (*(Finding(skip.document_id, "file", "unread", skip.reason) for skip in unread), *found)
    for finding in found:
        print(f"{finding.severity}: {finding.path}: {finding.place}: {finding.message} ({finding.rule})")
    errors = sum(finding.severity == "error" for finding in found)
    print(f"{given.corpus}: {len(documents)} documents, {errors} errors, {len(found) - errors} warnings")
    return FAILED if errors else DONE


def _asking(bot: FaqBot, passages: Sequence[Passage], bars: Bars) -> Ask:
    """Ask one question after the other, and show how many of all there are."""
    total = sum(1 + len(passage.alternates) for passage in passages if passage.question)
    numbers = count(1)

    def ask(question: str) -> list[str]:
        bars.show("asking", next(numbers), total)
        return [hit.passage.id for hit in bot.rank(question, (), 5).hits]

    return ask
