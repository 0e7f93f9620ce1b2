"""`faqbot symptom-check` and `faqbot visit-summary`: the guided check of warning signs, and a sheet for a visit."""

import argparse
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from faqbot.bot import FaqBot
from faqbot.cli.codes import DONE
from faqbot.config import load_config
from faqbot.errors import FaqbotError
from faqbot.index import open_index
from faqbot.safety import ANSWERS, Question, conclude, questions
from faqbot.settings import Settings
from faqbot.types import Hit, Passage
from faqbot.visit_summary import Visit, summarise, write_html, write_markdown

SHORT = {"y": "yes", "n": "no", "?": "not sure", "ns": "not sure"}


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Run the one that was named."""
    return _summary(given, settings) if given.command == "visit-summary" else _check(given, settings)


def _check(given: argparse.Namespace, settings: Settings) -> int:
    """Ask everything, print the level with its card, and write the sheet; an end of input leaves the rest out."""
    safety = load_config(settings, _stored(given.index, settings)).safety
    safety.need_back_pain("The symptom check")
    print("Answer yes, no or not sure (y, n, ?). The check is no diagnosis. An empty line leaves a question out.\n")
    answers = _answers()
    alert = conclude(answers, config=safety)
    print(f"\n{alert.level.upper() if alert.level != 'none' else 'ADVICE'}: {alert.message}")
    if given.summary:
        _write(given.summary, summarise([], answers=answers, config=safety))
    return DONE


def _summary(given: argparse.Namespace, settings: Settings) -> int:
    """The sheet from what the person wrote, a message a line, with the passages that answer each."""
    safety = load_config(settings, _stored(given.index, settings)).safety
    safety.need_back_pain("The summary for a visit")
    messages = [line.strip() for line in sys.stdin if line.strip()]
    passages: list[Passage] = []
    try:
        with FaqBot.load(given.index, settings=settings) as bot:
            passages = [hit.passage for message in messages for hit in _read(bot, message)]
    except FaqbotError as error:
        print(f"faqbot: without passages: {error}", file=sys.stderr)
    visit = summarise(messages, passages=passages, config=safety)
    if given.output:
        _write(given.output, visit)
    else:
        print(write_markdown(visit))
    return DONE


def _stored(index: Path, settings: Settings) -> Mapping[str, str]:
    """The texts that the index in use stores, the operator's configuration among them; nothing without an index."""
    try:
        with closing(open_index(index, store=settings.store, token=settings.store_token)) as opened:
            return opened.meta
    except FaqbotError:
        return {}


def _read(bot: FaqBot, message: str) -> tuple[Hit, ...]:
    answer = bot.answer(message, top_k=2)
    return answer.hits if answer.answered else ()


def _answers() -> dict[str, str]:
    answers: dict[str, str] = {}
    group = ""
    try:
        for question in questions():
            if question.group != group:
                group = question.group
                print(f"\n{group}")
            answer = _answer(question)
            if answer:
                answers[question.id] = answer
    except EOFError:
        print()
    return answers


def _answer(question: Question) -> str:
    while True:
        typed = input(f"  {question.text} ").strip()
        answer = typed if question.open else SHORT.get(typed.lower(), typed.lower())
        if question.open or not answer or answer in ANSWERS:
            return answer
        print(f"  Please answer one of: {', '.join(ANSWERS)}")


def _write(path: Path, visit: Visit) -> None:
    path.write_text(write_html(visit) if path.suffix == ".html" else write_markdown(visit), encoding="utf-8")
    print(f"\nThe sheet for your visit is in {path}")
