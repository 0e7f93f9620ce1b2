"""The guided check: questions in plain words; answers come in, an Alert goes out, by the same rules as for messages."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path

from faqbot.config import SafetyConfig
from faqbot.errors import FaqbotError
from faqbot.safety.cards import advice, write_alert
from faqbot.safety.conversation import fire_all, gather
from faqbot.safety.findings import Said
from faqbot.safety.loading import load_book, load_configured
from faqbot.types import Alert

YES, NO, NOT_SURE = "yes", "no", "not sure"
ANSWERS = (YES, NO, NOT_SURE)
_ALWAYS = ("back_any", "back_part", "pain_spot")  # whoever takes the check has back pain


class AnswerError(FaqbotError):
    """An answer to a question that is not asked, or another answer than yes, no or not sure."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question. An open one takes the person's own words, any other yes, no or not sure."""

    id: str
    group: str
    text: str
    open: bool = False
    says: tuple[str, ...] = ()
    soon: bool = False


@cache
def questions() -> tuple[Question, ...]:
    """The questions of the check, in the order to ask them; those of one group stand together."""
    data = tomllib.loads(files("faqbot.safety").joinpath("symptom_check.toml").read_text(encoding="utf-8"))
    return tuple(Question(**{**fields, "says": tuple(fields.get("says", ()))}) for fields in data["question"])


def conclude(
    answers: Mapping[str, str],
    *,
    region: str = "neutral",
    rules: str | Path | None = None,
    config: SafetyConfig | None = None,
) -> Alert:
    """The level and the card for answers by question id; what was left out is not held to be a no.

    "not sure" counts as yes. Open answers are read as messages are. Where no rule fires, the level is "none" and the
    card says when to get help: the check rules nothing out. `config` goes before region and rules. Raises AnswerError.
    """
    asked = {question.id: question for question in questions()}
    _check(answers, asked)
    region = config.region if config else region
    book = load_configured(config) if config else load_book(rules)
    told, supposed = gather(book, [answers[name] for name in answers if asked[name].open])
    marked = [asked[name] for name in asked if not asked[name].open and answers.get(name) in (YES, NOT_SURE)]
    for question in marked:
        for finding in question.says:
            told[finding] = Said(finding, True, f"{question.text} {answers[question.id].capitalize()}")
    for finding in _ALWAYS:
        told.setdefault(finding, Said(finding, True, ""))
    fired = fire_all(book, told, supposed)
    if not fired:
        return advice(region, soon=any(question.soon for question in marked))
    quoted = tuple(replace(rule, texts=tuple(filter(None, rule.texts))) for rule in fired)
    return write_alert(quoted, region, because="Because you answered")


def _check(answers: Mapping[str, str], asked: Mapping[str, Question]) -> None:
    for name, answer in answers.items():
        if name not in asked:
            raise AnswerError(f"There is no question {name!r}. Questions: {', '.join(asked)}")
        if not asked[name].open and answer not in ANSWERS:
            raise AnswerError(f"The answer to {name!r} is {answer!r}, expected one of: {', '.join(ANSWERS)}")
