"""`faqbot ask`: print the alert and the best passages for a question, as text or JSON."""

import argparse
import json
import sys
from collections.abc import Iterator

from faqbot.bot import FaqBot
from faqbot.cli.parser import DONE, FAILED, NO_ANSWER
from faqbot.errors import FaqbotError
from faqbot.service import Answering, ErrorResponse, safe_answer, unavailable_bot
from faqbot.settings import Settings
from faqbot.types import Alert, Answer, Hit, Source

HEADINGS = {
    "answer": "",
    "related": "This may help, but it is not a direct answer:",
    "none": "I don't have an answer to that. The nearest I have:",
}


def ask(given: argparse.Namespace, settings: Settings) -> int:
    """Answer one question, or one a line from standard input. The alert is given even where the index is broken."""
    try:
        bot = FaqBot.load(given.index, settings=settings)
    except FaqbotError as error:
        if given.question == "-":
            raise
        return _answer_one(unavailable_bot(error, settings), given)
    with bot:
        if given.question == "-":
            return max([_answer_line(bot, line, given) for line in _lines()], default=DONE)
        return _answer_one(bot, given)


def _answer_one(bot: Answering, given: argparse.Namespace) -> int:
    answer = safe_answer(bot, given.question, given.history, top_k=given.top_k)
    if isinstance(answer, ErrorResponse):
        if answer.alert.level != "none":
            print(f"{_alert(answer.alert)}\n")
        raise FaqbotError(answer.message)
    print(json.dumps(answer.to_dict(), ensure_ascii=False, indent=2) if given.json else as_text(answer))
    return DONE if answer.answered else NO_ANSWER


def _answer_line(bot: FaqBot, line: str, given: argparse.Namespace) -> int:
    """One question of many as one JSON line; a refused one is a line too."""
    answer = safe_answer(bot, line, given.history, top_k=given.top_k)
    if isinstance(answer, ErrorResponse):
        print(json.dumps({"question": line, **answer.to_dict()}, ensure_ascii=False))
        return FAILED
    print(json.dumps(answer.to_dict(), ensure_ascii=False))
    return DONE if answer.answered else NO_ANSWER


def _lines() -> Iterator[str]:
    for line in sys.stdin:
        if line.strip():
            yield line.rstrip("\r\n")


def as_text(answer: Answer) -> str:
    """An answer as a terminal shows it: the alert, how sure, then each passage with its source."""
    blocks = [_alert(answer.alert)] if answer.alert.level != "none" else []
    if answer.corrections:
        blocks.append("Read as: " + ", ".join(f"{typed} = {used}" for typed, used in answer.corrections))
    blocks.append(answer.reply or HEADINGS[answer.band])
    blocks += [_hit(number, hit) for number, hit in enumerate(answer.hits, 1)]
    return "\n\n".join(block for block in blocks if block)


def _alert(alert: Alert) -> str:
    return f"*** {alert.level.upper()} ***\n{alert.message}"


def _hit(number: int, hit: Hit) -> str:
    passage = hit.passage
    question = () if passage.question in passage.headings else (passage.question,)
    place = " > ".join(part for part in (passage.title, *passage.headings, *question) if part) or passage.document_id
    lines = [f"{number}. {place}", *(part for part in (passage.context, passage.text) if part)]
    lines.append(f"   from {_joined(passage.document_id, passage.author, passage.date, passage.url)}")
    lines += [f"   {_source(source)}" for source in passage.sources if source.title != passage.title]
    lines += [f"   says the same: {other.title or other.document_id}" for other in hit.duplicates]
    return "\n".join(lines)


def _source(source: Source) -> str:
    mark = f"[{source.mark}] " if source.mark else ""
    return mark + _joined(source.title, source.author, source.date, source.url)


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)
