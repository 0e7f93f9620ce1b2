"""A small corpus with its index, and a feedback file, for the tests of gaps, promoting and stats."""

from pathlib import Path

from faqbot.feedback import DailyCount, FeedbackEntry
from faqbot.feedback.store import append
from faqbot.index import build
from faqbot.settings import Settings

FAQ = """# kept
title: Moving
sources: [{mark: "1", title: A leaflet, date: 2020-01-02}, {mark: "2", title: A book}]
reviewed: 2026-05-01
pairs:
  - question: Can I swim with back pain?
    alternates:
      - is the pool fine  # kept
    answer: |
      Swimming is gentle. Warm water carries you and rests the back [1].
  - question: Can I cycle with back pain?
    answer: |
      Cycling is fine for most people. Raise the handlebar so that you sit upright [2].
  - question: Which shoes help?
    alternates: [good trainers]
    answer: Shoes with a soft sole and firm support help.
"""
PAGE = """---
title: Sleep
reviewed: 2025-03-04
---
# Sleep

## How should I lie at night?

Lie on your side with a pillow between the knees.
"""
SWIM = (
    "is swimming really any good for me",
    "swimming, is it really good for me",
    "is swimming really good for me then",
)
QUESTION = '{"id": "q1", "question": "is swimming really any good for me", "gold": [{"doc": "faq.yaml", "quote": "Swimming is gentle"}]}\n'


def make(folder: Path) -> None:
    """Corpus, index and feedback file below a folder, in which there may be an encoder for the index."""
    (folder / "corpus").mkdir(parents=True)
    (folder / "corpus" / "faq.yaml").write_text(FAQ)
    (folder / "corpus" / "sleep.md").write_text(PAGE)
    (folder / "questions.jsonl").write_text(QUESTION)
    build(folder / "corpus", folder / "index", settings=Settings(threads=1))
    append(
        folder / "feedback.db",
        [
            *(FeedbackEntry(wording, "unanswered", day="2026-11-20") for wording in SWIM),
            FeedbackEntry(SWIM[0].upper(), "not_helpful", day="2026-11-22"),
            FeedbackEntry("my name is [name], is swimming really good for me", "did_not_answer", day="2026-11-22"),
            FeedbackEntry("what does parking cost at the clinic", "unanswered", day="2026-11-21"),
            FeedbackEntry("which shoes help", "helpful", day="2026-11-21"),
        ],
        [
            DailyCount("2026-11-20", "none", 3),
            DailyCount("2026-11-20", "answer", 6),
            DailyCount("2026-11-21", "related", 1),
        ],
    )
