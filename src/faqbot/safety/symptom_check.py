"""The guided symptom check: questions in plain words, whose answers are judged by the same rules as messages."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from faqbot.config import SafetyConfig
from faqbot.errors import FaqbotError
from faqbot.safety.cards import advice, write_alert
from faqbot.safety.rules_file import load_configured, load_rules
from faqbot.safety.triage import Conversation, Evidence, evaluate
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
    signs: tuple[str, ...] = ()
    soon: bool = False


@cache
def questions() -> tuple[Question, ...]:
    """The questions of the check, in the order to ask them; those of one group stand together."""
    data = tomllib.loads(files("faqbot.safety").joinpath("symptom_check.toml").read_text(encoding="utf-8"))
    return tuple(Question(**{**fields, "signs": tuple(fields.get("signs", ()))}) for fields in data["question"])


def conclude(
    answers: Mapping[str, str],
    *,
    region: str = "neutral",
    rules: str | Path | None = None,
    config: SafetyConfig | None = None,
) -> Alert:
    """Return the card for answers by question id; what was left out is not held to be a no.

    "not sure" counts as yes. Open answers are read as messages are. Where no rule is met, the level is "none" and the
    card says when to get help: the check rules nothing out. `config` goes before region and rules. Raises AnswerError,
    and SettingsError for a configuration without the shipped rules, whose signs the questions are about.
    """
    if config:
        config.need_back_pain("The symptom check")
    asked = {question.id: question for question in questions()}
    _check(answers, asked)
    region = config.region if config else region
    rule_set = load_configured(config) if config else load_rules(rules)
    conversation = Conversation(rule_set)
    for name in answers:
        if asked[name].open:
            conversation.add(answers[name])
    present = dict(conversation.present)
    marked = [asked[name] for name in asked if not asked[name].open and answers.get(name) in (YES, NOT_SURE)]
    for question in marked:
        for sign in question.signs:
            present[sign] = Evidence(sign, f"{question.text} {answers[question.id].capitalize()}")
    for sign in _ALWAYS:
        present.setdefault(sign, Evidence(sign, ""))
    met = evaluate(rule_set, present, conversation.hypothetical)
    if not met:
        return advice(region, soon=any(question.soon for question in marked))
    return write_alert(met, region, because="Because you answered")


def _check(answers: Mapping[str, str], known: Mapping[str, Question]) -> None:
    for name, answer in answers.items():
        if name not in known:
            raise AnswerError(f"There is no question {name!r}. Questions: {', '.join(known)}")
        if not known[name].open and answer not in ANSWERS:
            raise AnswerError(f"The answer to {name!r} is {answer!r}, expected one of: {', '.join(ANSWERS)}")
