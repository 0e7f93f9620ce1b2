"""`faqbot stats`: what is in an index and in a feedback file, in numbers."""

import argparse
import json
from dataclasses import asdict

from faqbot.cli.codes import DONE
from faqbot.feedback import FeedbackStatistics, feedback_statistics, read_counts, read_entries
from faqbot.index.stats import Stats, count
from faqbot.settings import Settings

_DAYS_SHOWN = 14


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Count, and print a table or JSON."""
    found = count(given.index, settings=settings)
    feedback = (
        feedback_statistics(read_counts(given.feedback), read_entries(given.feedback)) if given.feedback else None
    )
    if given.json:
        figures = asdict(found) | ({"feedback": asdict(feedback)} if feedback else {})
        print(json.dumps(figures, ensure_ascii=False, indent=2))
        return DONE
    rows = _of_index(found) + (_of_feedback(feedback) if feedback else [])
    width = max(len(name) for name, _ in rows)
    print("\n".join(f"{name:<{width}}  {value}" for name, value in rows))
    return DONE


def _of_index(found: Stats) -> list[tuple[str, str]]:
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


def _of_feedback(feedback: FeedbackStatistics) -> list[tuple[str, str]]:
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
