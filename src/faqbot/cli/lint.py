"""`faqbot lint CORPUS`: report lint issues of a corpus."""

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from itertools import count

from faqbot.bot import FaqBot
from faqbot.cli.build import Bars
from faqbot.cli.codes import DONE, FAILED
from faqbot.encoders.models import Model
from faqbot.errors import IndexMissingError
from faqbot.index import check_words, encoder_folders, read_all, split_all
from faqbot.lint import Issue, Ranker, lint
from faqbot.readers import discover
from faqbot.settings import Settings
from faqbot.types import Passage


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Print every issue, a line each; an error among them is exit code 1, warnings alone are not."""
    corpus = read_all(discover(given.corpus).files)
    model = Model(settings.model, encoder_folders(given.index, settings.encoder_cache))
    passages = split_all(corpus.documents, model, settings)
    documents = check_words(corpus, passages).documents
    check = partial(
        lint,
        given.corpus,
        documents=documents,
        passages=passages,
        reference=given.reference,
        profile=given.profile,
    )
    try:
        with FaqBot.load(given.index, settings=settings) as bot, Bars(quiet=not sys.stderr.isatty()) as bars:
            found = check(rank=_ranker(bot, passages, bars))
    except IndexMissingError as error:
        print(f"questions are not tried: {error}")
        found = check()
    found = (*(Issue(skip.document_id, "file", "unread", skip.reason) for skip in corpus.skipped), *found)
    for issue in found:
        print(f"{issue.severity}: {issue.path}: {issue.place}: {issue.message} ({issue.rule})")
    errors = sum(issue.severity == "error" for issue in found)
    print(f"{given.corpus}: {len(documents)} documents, {errors} errors, {len(found) - errors} warnings")
    return FAILED if errors else DONE


def _ranker(bot: FaqBot, passages: Sequence[Passage], bars: Bars) -> Ranker:
    """Return a function that ranks passages for one question after the other and shows the progress."""
    total = sum(1 + len(passage.alternates) for passage in passages if passage.question)
    numbers = count(1)

    def rank(question: str) -> list[str]:
        bars.show("trying questions", next(numbers), total)
        return [hit.passage.id for hit in bot.rank(question, (), 5).hits]

    return rank
