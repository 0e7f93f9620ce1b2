"""`faqbot safety-rules` and `faqbot eval-safety`: list the safety rules, check them, measure them."""

import argparse
from collections.abc import Sequence

from faqbot.cli.codes import DONE, FAILED
from faqbot.config import load_config
from faqbot.evaluation.safety import evaluate_safety, read_items, write_report
from faqbot.safety import assess, check_rules, list_rules
from faqbot.settings import Settings
from faqbot.types import Alert


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Run the one that was named."""
    if given.command == "eval-safety":
        return _measure(given, settings)
    if given.check:
        return _check(given)
    print(list_rules(settings.rules or None))
    return DONE


def _check(given: argparse.Namespace) -> int:
    found = check_rules(given.check)
    for problem in found.problems:
        print(problem)
    print(f"{given.check}: {found.rules} rules, {found.examples} examples, {len(found.problems)} do not hold")
    return FAILED if found.problems else DONE


def _measure(given: argparse.Namespace, settings: Settings) -> int:
    safety = load_config(settings).safety

    def judge(messages: Sequence[str]) -> Alert:
        return assess(messages, config=safety)

    report = evaluate_safety(read_items(given.messages), assess=judge)
    print(write_report(report))
    for missed in report.forbidden_misses:
        print(f"MISSED, and may never be: {missed.item.id}")
    return FAILED if report.forbidden_misses else DONE
