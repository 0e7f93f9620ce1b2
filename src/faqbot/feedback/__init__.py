"""Opt-in feedback: verdicts and unanswered questions in a SQLite file, redacted, and what the corpus lacks by them."""

from faqbot.feedback.clustering import QuestionGroup, cluster_questions, unique_questions
from faqbot.feedback.models import (
    VERDICTS,
    DailyCount,
    FeedbackEntry,
    FeedbackStatistics,
    Verdict,
    feedback_entry,
    feedback_statistics,
    passage_title,
)
from faqbot.feedback.recorder import FeedbackRecorder
from faqbot.feedback.redaction import MARKS, redact
from faqbot.feedback.store import append, read_counts, read_entries

__all__ = [
    "MARKS",
    "VERDICTS",
    "DailyCount",
    "FeedbackEntry",
    "FeedbackRecorder",
    "FeedbackStatistics",
    "QuestionGroup",
    "Verdict",
    "append",
    "cluster_questions",
    "feedback_entry",
    "feedback_statistics",
    "passage_title",
    "read_counts",
    "read_entries",
    "redact",
    "unique_questions",
]
