"""`faqbot build`, `verify`, `rollback` and `stats`: make an index, check it, go back a version, count what is in it."""

import argparse
import json
import sys
from collections.abc import Iterable
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from faqbot.cli.parser import DONE, FAILED
from faqbot.cli.progress import Progress
from faqbot.settings import Settings

if TYPE_CHECKING:
    from faqbot.feedback import FeedbackStatistics
    from faqbot.index.stats import Stats
    from faqbot.readers import SkippedFile

_DAYS_SHOWN = 14


def build(given: argparse.Namespace, settings: Settings) -> int:
    """Build, and say what was indexed and what could not be read."""
    from faqbot.index import is_current

    settings = replace(settings, model=given.model)
    if given.if_changed and is_current(given.corpus, given.index, settings=settings):
        print(f"{given.index} is up to date with {given.corpus}")
    elif given.dry_run:
        _dry_run(given, settings)
    else:
        build_index(given.corpus, given.index, settings, quiet=given.quiet)
    return DONE


def build_index(corpus: Path, index: Path, settings: Settings, *, quiet: bool = False) -> None:
    """Build an index, and print what is in it and what could not be read."""
    from faqbot.index import build

    with Progress(quiet=quiet) as progress:
        report = build(corpus, index, settings=settings, progress=progress.show)
    _print_skipped(report.skipped)
    for warning in report.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    print(f"{index}: {report.passages} passages of {report.documents} documents ({report.version})")


def _dry_run(given: argparse.Namespace, settings: Settings) -> None:
    """Print each document that would be added, changed or removed, and how many are kept."""
    from faqbot.index import plan_build

    plan = plan_build(given.corpus, given.index, settings=settings)
    fates = {"added": plan.added, "changed": plan.changed, "removed": plan.removed}
    for fate, document_ids in fates.items():
        for document_id in document_ids:
            print(f"{fate}: {document_id}")
    _print_skipped(plan.skipped)
    counts = ", ".join(f"{len(ids)} {fate}" for fate, ids in {**fates, "kept": plan.kept}.items())
    print(f"{counts}; {plan.encoded} of {plan.passages} passages would be encoded")


def _print_skipped(files: Iterable["SkippedFile"]) -> None:
    for file in files:
        print(f"not read: {file.document_id}: {file.reason}", file=sys.stderr)


def verify(given: argparse.Namespace, settings: Settings) -> int:
    """Check every file of an index and, where its passages are in another store, every row."""
    from faqbot.index import open_index, verify

    problems = verify(given.index)
    if not problems:
        with closing(
            open_index(given.index, store=settings.store, token=settings.store_token, timeout=settings.store_timeout)
        ) as opened:
            problems = opened.problems()
    for problem in problems:
        print(problem)
    print(f"{given.index}: {len(problems)} problems" if problems else f"{given.index}: every file is as it was sealed")
    return FAILED if problems else DONE


def rollback(given: argparse.Namespace, settings: Settings) -> int:
    """Go back to the older version, and print those that there are."""
    from faqbot.index import rollback, versions

    used = rollback(given.index, token=settings.store_token)
    print(f"{given.index}: now serves {used.id}; has:")
    for version in versions(given.index):
        print(f"  {version.id}  {version.created}  {version.passages} passages of {version.documents} documents")
    return DONE


def stats(given: argparse.Namespace, settings: Settings) -> int:
    """Count, and print a table or JSON."""
    from faqbot.feedback import feedback_statistics, read_counts, read_entries
    from faqbot.index.stats import count

    found = count(given.index, settings=settings)
    feedback = (
        feedback_statistics(read_counts(given.feedback), read_entries(given.feedback)) if given.feedback else None
    )
    if given.json:
        figures = asdict(found) | ({"feedback": asdict(feedback)} if feedback else {})
        print(json.dumps(figures, ensure_ascii=False, indent=2))
        return DONE
    rows = _index_rows(found) + (_feedback_rows(feedback) if feedback else [])
    width = max(len(name) for name, _ in rows)
    print("\n".join(f"{name:<{width}}  {value}" for name, value in rows))
    return DONE


def _index_rows(found: "Stats") -> list[tuple[str, str]]:
    return [
        ("documents", f"{found.documents:,}"),
        ("passages", f"{found.passages:,}"),
        ("words a passage", f"{found.words[0]:g} in the mean, {found.words[1]} at most"),
        ("question-answer pairs", f"{found.pairs:,}"),
        ("other ways to ask", f"{found.alternates:,}"),
        ("sources with a date, without", f"{found.dated:,}, {found.sources - found.dated:,}"),
        ("oldest review", found.oldest_review or "none"),
        ("documents without a review", f"{found.unreviewed:,}"),
        ("version", f"{found.version}, made {found.created}"),
        ("encoder", found.encoder),
        ("on disk", f"{found.bytes / 1e6:,.1f} MB"),
    ]


def _feedback_rows(feedback: "FeedbackStatistics") -> list[tuple[str, str]]:
    rows = [("questions", f"{feedback.questions:,}"), ("of them answered", _share(feedback.answered))]
    rows += [(verdict.replace("_", " "), f"{number:,}") for verdict, number in feedback.verdicts.items()]
    rows.append(("helpful, of all feedback", _share(feedback.helpful)))
    days = list(feedback.by_day.items())
    if len(days) > _DAYS_SHOWN:
        earlier = sum(number for _, number in days[:-_DAYS_SHOWN])
        rows.append((f"before {days[-_DAYS_SHOWN][0]}", f"{earlier:,} questions"))
    return rows + [(day, f"{number:,} questions") for day, number in days[-_DAYS_SHOWN:]]


def _share(share: float | None) -> str:
    return "nothing yet" if share is None else f"{share:.0%}"
