"""`faqbot calibrate QUESTIONS`: calibrate confidence on labelled questions and store it with the index."""

import argparse
import random
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from faqbot.bot import FaqBot
from faqbot.cli.build import Bars
from faqbot.errors import FaqbotError
from faqbot.evaluation.metrics import load_questions
from faqbot.evaluation.runner import label
from faqbot.evaluation.selective import Abstention, LevelRow, calibrate, cross_validated, measure
from faqbot.index import add_calibration
from faqbot.settings import Settings

FEWEST = 30


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Fit on all questions, print what cross-validation says of the fit, and store both with the index."""
    questions = load_questions(given.questions)
    others = load_questions(given.out_of_scope) if given.out_of_scope else ()
    with FaqBot.load(given.index, settings=settings) as bot, Bars(quiet=not sys.stderr.isatty()) as bars:
        cases = label(bars.counted("asking", len(questions) + len(others), bot.rank), questions, others)
        encoder = bot.encoder.fingerprint
    if len([case for case in cases if case.features]) < FEWEST or not any(not case.in_scope for case in cases):
        raise FaqbotError(
            f"{len(cases)} questions, {len(others)} of them out of scope, are too few to calibrate on. "
            f"Expected at least {FEWEST}, and some that the corpus does not answer (--out-of-scope FILE)"
        )
    random.Random(0).shuffle(cases)  # noqa: S311  the same folds every time
    found = measure(cases, *cross_validated(cases))
    calibration = replace(calibrate(cases, encoder=encoder), figures=figures(found, len(cases)))
    version = add_calibration(given.index, calibration.to_dict(), keep=settings.keep_versions)
    print(table(found))
    print(f"{given.index}: calibrated on {len(cases)} questions ({version.id})")
    return 0


def figures(found: Abstention, questions: int) -> dict[str, Any]:
    """The measured shares with their intervals, as stored in the index."""
    return {
        "questions": questions,
        "refused_in_scope": found.refused_in_scope,
        "rejected": dict(found.rejected),
        "calibration_error": found.calibration_error,
    }


def table(found: Abstention) -> str:
    """The same for people; shares with their 95 % intervals."""
    rows = [("answerable, refused", found.refused_in_scope)]
    rows += [(f"{kind} out of scope, rejected", share) for kind, share in found.rejected.items()]
    lines = [f"{name:<26} {share:.3f}  ({low:.3f} to {high:.3f})" for name, (share, low, high) in rows]
    lines += [f"{'AUROC against ' + kind:<26} {value:.3f}" for kind, value in found.auroc.items()]
    lines += [
        f"{'calibration error':<26} {found.calibration_error:.3f}",
        f"{'the same, answerable only':<26} {found.calibration_error_in_scope:.3f}",
    ]
    return "\n".join(lines)


def certainty_table(rows: Sequence[LevelRow]) -> str:
    """Return how often the answers of each level were right, with 95 % intervals, as aligned text."""
    lines = [f"{'level':<12} {'n':>4}  right"]
    for row in rows:
        share, low, high = row.right
        lines.append(
            f"{row.name:<12} {row.count:>4}  " + (f"{share:.3f}  ({low:.3f} to {high:.3f})" if row.count else "-")
        )
    return "\n".join(lines)
