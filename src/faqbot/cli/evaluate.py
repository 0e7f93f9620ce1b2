"""`faqbot eval`: measure on a question file or a benchmark folder; a missed threshold is exit code 1."""

import argparse
import json
import sys
import tempfile
import tomllib
from collections.abc import Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from faqbot.bot import FaqBot
from faqbot.cli.build import Bars
from faqbot.cli.calibrate import table as abstention_table
from faqbot.cli.codes import DONE, FAILED
from faqbot.errors import FaqbotError, QuestionError
from faqbot.evaluation import metrics as quotes
from faqbot.evaluation.benchmark import Folder, read_folder
from faqbot.evaluation.benchmark import measure as measure_folder
from faqbot.evaluation.runner import label, ranked
from faqbot.evaluation.selective import Case, auroc, cross_validated, measure
from faqbot.index import build_documents
from faqbot.settings import Settings
from faqbot.types import Passage


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Evaluate, print, and hold the figures against thresholds and a baseline where they are given."""
    found = _folder(given, settings) if given.questions.is_dir() else _questions(given, settings)
    if given.output:
        given.output.write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
    figures = found["figures"]
    if given.baseline:
        compare_figures(figures, read_baseline(given.baseline))
    missed = missed_thresholds(figures, given.thresholds, given.set) if given.thresholds else []
    for line in missed:
        print(line)
    return FAILED if missed else DONE


def _questions(given: argparse.Namespace, settings: Settings) -> dict[str, Any]:
    questions = quotes.load_questions(given.questions)
    others = quotes.load_questions(given.out_of_scope) if given.out_of_scope else ()
    with FaqBot.load(given.index, settings=settings) as bot, Bars(quiet=not sys.stderr.isatty()) as bars:
        rank = bars.counted("asking", len(questions), bot.rank)
        rankings = {question.id: ranked(rank, question) for question in questions}
        passages = {name: [hit.passage for hit in found.hits] if found else [] for name, found in rankings.items()}
        scores = quotes.score(questions, passages)
        print(quotes.table(scores))
        figures = {
            f"{name}.{key}": value
            for name, row in scores.items()
            for key, value in asdict(row).items()
            if value is not None
        }
        found: dict[str, Any] = {"results": {name: _shown(row) for name, row in passages.items()}, "figures": figures}
        if others:
            rank = bars.counted("asking again", len(questions) + len(others), bot.rank)
            cases = label(rank, questions, others)
            found |= _abstention(bot, cases, figures, _replied(bot, (*questions, *others)))
    return found


def _replied(bot: FaqBot, questions: Sequence[quotes.Question]) -> set[str]:
    """The ids of questions that get a fixed reply instead of passages."""
    found = set()
    for question in questions:
        with suppress(QuestionError):
            if bot.answer(question.text, question.history).reply:
                found.add(question.id)
    return found


def _abstention(bot: FaqBot, cases: list[Case], figures: dict[str, float], replied: Set[str]) -> dict[str, Any]:
    """Abstention as the bot does it, and as a calibration does that never saw the question it scores.

    A question that gets a fixed reply (`replied`, ids) gets no passage, so the bot has refused it.
    """
    confidences = {
        case.id: 0.0 if case.id in replied else bot.calibration.confidence(case.features or {}) for case in cases
    }
    refused = {case.id: case.id in replied or bot.calibration.band(case.features or {}) == "none" for case in cases}
    for name, pair in {"shipped": (confidences, refused), "cross-validated": cross_validated(cases)}.items():
        found = measure(cases, *pair)
        print(f"\n{name}:\n{abstention_table(found)}")
        figures[f"{name}.refused_in_scope"] = found.refused_in_scope[0]
        figures[f"{name}.calibration_error"] = found.calibration_error
        figures |= {f"{name}.rejected.{kind}": share[0] for kind, share in found.rejected.items()}
    return {"confidence": confidences, "abstained": refused}


def _folder(given: argparse.Namespace, settings: Settings) -> dict[str, Any]:
    if settings.store not in ("", "embedded"):
        raise FaqbotError(
            f"{given.questions} is measured on an index of its own, which is thrown away, not on {settings.store}. "
            "Leave --store out, or say --store embedded"
        )
    folder = read_folder(given.questions, fields=given.fields)
    bars = Bars(quiet=not sys.stderr.isatty())
    with tempfile.TemporaryDirectory(prefix="faqbot-eval-") as index, bars:
        build_documents(folder.documents, Path(index), settings=settings, progress=bars.show)
        with FaqBot.load(index, settings=settings) as bot:
            figures = measure_folder(
                folder,
                lambda question, depth: _passages(bot, question, depth),
                lambda done, total: bars.show("asking", done, total),
            )
            if not all(folder.in_scope.values()):
                figures["auroc"] = _scope(bot, folder)
    print("\n".join(f"{name:<9} {value:.4f}" for name, value in figures.items()))
    return {"figures": figures}


def _scope(bot: FaqBot, folder: Folder) -> float:
    """AUROC of answerability between queries that the corpus covers and those that it does not."""
    chance = {
        query: bot.calibration.answerability(bot.rank(text, (), 1).features) for query, text in folder.queries.items()
    }
    inside = [chance[query] for query, known in folder.in_scope.items() if known]
    return auroc(inside, [chance[query] for query, known in folder.in_scope.items() if not known])


def _passages(bot: FaqBot, question: str, depth: int) -> list[Passage]:
    return [hit.passage for hit in bot.rank(question, (), depth).hits]


def _shown(passages: list[Passage]) -> list[dict[str, str]]:
    return [{"text": passage.text, "source": passage.document_id} for passage in passages]


def read_baseline(path: Path) -> dict[str, float]:
    """Return earlier figures from a file that `faqbot eval --json` wrote. Raises FaqbotError for any other file."""
    try:
        return dict(json.loads(path.read_text(encoding="utf-8"))["figures"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FaqbotError(
            f"{path} is no file of earlier figures ({error!r}). Write one with: faqbot eval --json"
        ) from error


def compare_figures(figures: Mapping[str, float], earlier: Mapping[str, float]) -> None:
    """Print the figures that changed."""
    for name in sorted(figures.keys() & earlier.keys()):
        if abs(figures[name] - earlier[name]) >= 0.0005:
            print(f"{name}: {earlier[name]:.3f} -> {figures[name]:.3f}")


def missed_thresholds(figures: Mapping[str, float], path: Path, name: str) -> list[str]:
    """Return the thresholds that are not reached; a name that ends in "_most" is a ceiling."""
    try:
        every = tomllib.loads(path.read_text(encoding="utf-8"))
        thresholds = every[name] if name else every
    except (OSError, tomllib.TOMLDecodeError, KeyError) as error:
        raise FaqbotError(f"{path} is no TOML file of thresholds, or has no table for {name!r} ({error!r})") from error
    missed = []
    for name, bound in _flat(thresholds):
        figure = name.removesuffix("_most")
        if figure not in figures:
            missed.append(f"threshold {name}: no such figure. Figures: {', '.join(sorted(figures))}")
        elif figures[figure] > bound if name.endswith("_most") else figures[figure] < bound:
            missed.append(f"MISSED {name}: {figures[figure]:.3f}, threshold {bound}")
    print(f"{len(missed)} of {len(list(_flat(thresholds)))} thresholds missed", file=sys.stderr)
    return missed


def _flat(table: Mapping[str, Any], prefix: str = "") -> list[tuple[str, float]]:
    rows: list[tuple[str, float]] = []
    for name, value in table.items():
        rows += _flat(value, f"{prefix}{name}.") if isinstance(value, dict) else [(f"{prefix}{name}", float(value))]
    return rows
