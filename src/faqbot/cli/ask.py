"""`faqbot ask`: a question goes in, the alert and the best passages come out, as text or JSON."""

import argparse
import json
import sys
from collections.abc import Iterator

from faqbot.cli.main import DONE, FAILED, NO_ANSWER
from faqbot.errors import FaqbotError, QuestionError
from faqbot.settings import Settings
from faqbot.types import Alert, Answer, Hit

HEADINGS = {
    "answer": "",
    "related": "This may help, but it is not a direct answer:",
    "none": "I don't have an answer to that. The nearest I have:",
}


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Answer one question, or one a line from standard input. The alert is given even where the index is broken."""
    from faqbot.answering import FaqBot
    from faqbot.safety import assess

    try:
        bot = FaqBot.load(given.index, settings=settings)
    except FaqbotError:
        if given.question != "-":
            messages = [*given.history, given.question]
            _print_alert(assess(messages, region=settings.region, rules=settings.rules or None))
        raise
    with bot:
        if given.question == "-":
            return max([_answer_line(bot, line, given) for line in _lines()], default=DONE)
        return _answer(bot, given)


def _answer(bot: "FaqBot", given: argparse.Namespace) -> int:  # type: ignore[name-defined]  # noqa: F821
    try:
        answer = bot.answer(given.question, history=given.history, top_k=given.top_k)
    except QuestionError as error:
        _print_alert(error.alert)
        raise
    print(json.dumps(answer.to_dict(), ensure_ascii=False, indent=2) if given.json else as_text(answer))
    return DONE if answer.answered else NO_ANSWER
