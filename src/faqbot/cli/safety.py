"""`faqbot safety-rules`, `eval-safety`, `symptom-check` and `visit-summary`: the safety rules, and what they give."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from faqbot.cli.parser import DONE, FAILED
from faqbot.config import load_config
from faqbot.errors import FaqbotError
from faqbot.evaluation.safety import evaluate_safety, read_items, write_report
from faqbot.safety import ANSWERS, Question, assess, check_rules, conclude, list_rules, questions
from faqbot.settings import Settings
from faqbot.types import Alert
from faqbot.visit_summary import Visit, summarise, write_html, write_markdown

SHORT = {"y": "yes", "n": "no", "?": "not sure", "ns": "not sure"}


def safety_rules(given: argparse.Namespace, settings: Settings) -> int:
    """List the rules in force, or check a file of rules by its examples."""
    if not given.check:
        print(list_rules(settings.rules or None))
        return DONE
    found = check_rules(given.check)
    for problem in found.problems:
        print(problem)
    print(f"{given.check}: {found.rules} rules, {found.examples} examples, {len(found.problems)} do not hold")
    return FAILED if found.problems else DONE


def eval_safety(given: argparse.Namespace, settings: Settings) -> int:
    """Measure on labelled messages; an emergency that may never be missed, and was, is exit code 1."""
    safety = load_config(settings).safety

    def judge(messages: Sequence[str]) -> Alert:
        return assess(messages, config=safety)

    report = evaluate_safety(read_items(given.messages), assess=judge)
    print(write_report(report))
    for missed in report.forbidden_misses:
        print(f"MISSED, and may never be: {missed.item.id}")
    return FAILED if report.forbidden_misses else DONE


def symptom_check(given: argparse.Namespace, settings: Settings) -> int:
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


def visit_summary(given: argparse.Namespace, settings: Settings) -> int:
    """The sheet from what the person wrote, a message a line, with the passages that answer each."""
    from faqbot.bot import FaqBot

    safety = load_config(settings, _stored(given.index, settings)).safety
    safety.need_back_pain("The summary for a visit")
    messages = [line.strip() for line in sys.stdin if line.strip()]
    passages = []
    try:
        with FaqBot.load(given.index, settings=settings) as bot:
            for message in messages:
                answer = bot.answer(message, top_k=2)
                passages += [hit.passage for hit in answer.hits if answer.answered]
    except FaqbotError as error:
        print(f"faqbot: without passages: {error}", file=sys.stderr)
    visit = summarise(messages, passages=passages, config=safety)
    if given.output:
        _write(given.output, visit)
    else:
        print(write_markdown(visit))
    return DONE


def _write(path: Path, visit: Visit) -> None:
    path.write_text(write_html(visit) if path.suffix == ".html" else write_markdown(visit), encoding="utf-8")
    print(f"\nThe sheet for your visit is in {path}")


def _stored(index: Path, settings: Settings) -> Mapping[str, str]:
    """The texts that the index in use stores, the operator's configuration among them; nothing without an index."""
    from faqbot.index import open_index

    try:
        with closing(open_index(index, store=settings.store, token=settings.store_token)) as opened:
            return opened.meta
    except FaqbotError:
        return {}
