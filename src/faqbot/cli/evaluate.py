"""`faqbot eval` and `calibrate`: measure on labelled questions, and fit how sure answers are.

`eval` takes a question file or a benchmark folder; a missed threshold is exit code 1.
"""

import argparse
import json
import random
import sys
import tempfile
import tomllib
from collections.abc import Mapping, Sequence, Set
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from faqbot.bot import FaqBot
from faqbot.cli.parser import DONE, FAILED
from faqbot.cli.progress import Progress
from faqbot.conversation import user_texts
from faqbot.errors import FaqbotError
from faqbot.evaluation import benchmark, metrics, selective
from faqbot.retrieval.calibration import Calibration
from faqbot.settings import Settings
from faqbot.types import Alert, Passage, Ranking

FEWEST = 30  # questions that a calibration is fitted on


def evaluate(given: argparse.Namespace, settings: Settings) -> int:
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


def calibrate(given: argparse.Namespace, settings: Settings) -> int:
    """Fit on all questions, print what cross-validation says of the fit, and store both with the index."""
    from faqbot.index import add_calibration

    questions, others = _load(given)
    with FaqBot.load(given.index, settings=settings) as bot, Progress() as progress:
        rank = progress.counted("asking", len(questions) + len(others), bot.rank)
        cases = [selective.label(question, metrics.ranked(rank, question)) for question in (*questions, *others)]
        encoder = bot.encoder.fingerprint
    if len([case for case in cases if case.features]) < FEWEST or not any(not case.in_scope for case in cases):
        raise FaqbotError(
            f"{len(cases)} questions, {len(others)} of them out of scope, are too few to calibrate on. "
            f"Expected at least {FEWEST}, and some that the corpus does not answer (--out-of-scope FILE)"
        )
    random.Random(0).shuffle(cases)  # noqa: S311  the same folds every time
    found = selective.measure(cases, *selective.cross_validated(cases))
    calibration = selective.calibrate(cases, encoder=encoder)
    calibration = replace(calibration, figures={"questions": len(cases), **found.to_dict()})
    version = add_calibration(given.index, calibration.to_dict(), keep=settings.keep_versions)
    print(found.as_text())
    print(f"{given.index}: calibrated on {len(cases)} questions ({version.id})")
    return DONE


def _load(given: argparse.Namespace) -> tuple[tuple[metrics.Question, ...], tuple[metrics.Question, ...]]:
    """The questions, and those that the corpus does not answer."""
    questions = metrics.load_questions(given.questions)
    return questions, metrics.load_questions(given.out_of_scope) if given.out_of_scope else ()


def _questions(given: argparse.Namespace, settings: Settings) -> dict[str, Any]:
    """Hit rates and, where there are questions that the corpus does not answer, abstention; each is asked once."""
    questions, others = _load(given)
    with FaqBot.load(given.index, settings=settings) as bot, Progress() as progress:
        rank = progress.counted("asking", len(questions) + len(others), bot.rank)
        asked = [(question, metrics.ranked(rank, question)) for question in (*questions, *others)]
        replied = {question.id for question, found in asked if others and found and _has_reply(bot, question, found)}
        calibration = bot.calibration
    passages = {
        question.id: [hit.passage for hit in found.hits] if found else [] for question, found in asked[: len(questions)]
    }
    scores = metrics.score(questions, passages)
    print(metrics.table(scores))
    figures = {
        f"{name}.{key}": value
        for name, row in scores.items()
        for key, value in asdict(row).items()
        if value is not None
    }
    results = {
        name: [{"text": passage.text, "source": passage.document_id} for passage in row]
        for name, row in passages.items()
    }
    if not others:
        return {"results": results, "figures": figures}
    cases = [selective.label(question, found) for question, found in asked]
    return {"results": results, "figures": figures, **_abstention(calibration, cases, figures, replied)}


def _has_reply(bot: FaqBot, question: metrics.Question, ranking: Ranking) -> bool:
    """Whether a question gets a fixed reply instead of the passages that were found for it."""
    dialogue = bot.dialogue(Alert(), metrics.DEPTH)
    return bool(dialogue.answer(question.text, user_texts(question.history), ranking).reply)


def _abstention(
    calibration: Calibration, cases: Sequence[selective.Case], figures: dict[str, float], replied: Set[str]
) -> dict[str, Any]:
    """Abstention as the bot does it, and as a calibration does that never saw the question it scores.

    A question that gets a fixed reply (`replied`, ids) gets no passage, so the bot has refused it.
    """
    confidences = {case.id: 0.0 if case.id in replied else calibration.confidence(case.features) for case in cases}
    refused = {case.id: case.id in replied or calibration.band(case.features) == "none" for case in cases}
    judged = {"shipped": (confidences, refused), "cross-validated": selective.cross_validated(cases)}
    for name, (sure, none) in judged.items():
        found = selective.measure(cases, sure, none)
        print(f"\n{name}:\n{found.as_text()}")
        figures[f"{name}.refused_in_scope"] = found.refused_in_scope[0]
        figures[f"{name}.calibration_error"] = found.calibration_error
        figures |= {f"{name}.rejected.{kind}": share[0] for kind, share in found.rejected.items()}
    return {"confidence": confidences, "abstained": refused}


def _folder(given: argparse.Namespace, settings: Settings) -> dict[str, Any]:
    from faqbot.index import build_documents

    if settings.store not in ("", "embedded"):
        raise FaqbotError(
            f"{given.questions} is measured on an index of its own, which is thrown away, not on {settings.store}. "
            "Leave --store out, or say --store embedded"
        )
    folder = benchmark.read_folder(given.questions, fields=given.fields)
    with tempfile.TemporaryDirectory(prefix="faqbot-eval-") as index, Progress() as progress:
        build_documents(folder.documents, Path(index), settings=settings, progress=progress.show)
        with FaqBot.load(index, settings=settings) as bot:

            def ask(question: str, depth: int) -> list[Passage]:
                return [hit.passage for hit in bot.rank(question, (), depth).hits]

            figures = benchmark.measure(folder, ask, lambda done, total: progress.show("asking", done, total))
            if not all(folder.in_scope.values()):
                figures["auroc"] = _scope(bot, folder)
    print("\n".join(f"{name:<9} {value:.4f}" for name, value in figures.items()))
    return {"figures": figures}


def _scope(bot: FaqBot, folder: benchmark.Folder) -> float:
    """AUROC of answerability between queries that the corpus covers and those that it does not."""
    chances: dict[bool, list[float]] = {True: [], False: []}
    for query, text in folder.queries.items():
        chance = bot.calibration.answerability(bot.rank(text, (), 1).features)
        chances[folder.in_scope[query]].append(chance)
    return selective.auroc(chances[True], chances[False])


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


def missed_thresholds(figures: Mapping[str, float], path: Path, table: str) -> list[str]:
    """Return the thresholds that are not reached; a name that ends in "_most" is a ceiling."""
    try:
        every = tomllib.loads(path.read_text(encoding="utf-8"))
        thresholds = _flat(every[table] if table else every)
    except (OSError, tomllib.TOMLDecodeError, KeyError) as error:
        raise FaqbotError(f"{path} is no TOML file of thresholds, or has no table for {table!r} ({error!r})") from error
    missed = []
    for name, bound in thresholds:
        figure = name.removesuffix("_most")
        if figure not in figures:
            missed.append(f"threshold {name}: no such figure. Figures: {', '.join(sorted(figures))}")
        elif figures[figure] > bound if name.endswith("_most") else figures[figure] < bound:
            missed.append(f"MISSED {name}: {figures[figure]:.3f}, threshold {bound}")
    print(f"{len(missed)} of {len(thresholds)} thresholds missed", file=sys.stderr)
    return missed


def _flat(table: Mapping[str, Any], prefix: str = "") -> list[tuple[str, float]]:
    rows: list[tuple[str, float]] = []
    for name, value in table.items():
        rows += _flat(value, f"{prefix}{name}.") if isinstance(value, dict) else [(f"{prefix}{name}", float(value))]
    return rows
