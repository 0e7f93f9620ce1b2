"""What was kept, in numbers."""

from faqbot.feedback import DailyCount, FeedbackEntry, FeedbackStatistics, feedback_statistics


def test_shares_are_of_what_was_asked_and_of_what_was_said() -> None:
    asked = [
        DailyCount("2026-11-23", "none", 1),
        DailyCount("2026-11-22", "answer", 5),
        DailyCount("2026-11-22", "related", 2),
    ]
    entries = [
        FeedbackEntry("", "helpful"), FeedbackEntry("", "helpful"), FeedbackEntry("", "not_helpful"), FeedbackEntry("", "did_not_answer"),
        FeedbackEntry("", "unanswered"),
    ]  # fmt: skip
    assert feedback_statistics(asked, entries) == FeedbackStatistics(
        questions=8,
        answered=0.875,
        by_day={"2026-11-22": 7, "2026-11-23": 1},
        verdicts={"did_not_answer": 1, "helpful": 2, "not_helpful": 1, "unanswered": 1},
        helpful=0.5,
    )


def test_nothing_has_no_shares() -> None:
    assert feedback_statistics([], []) == FeedbackStatistics(0, None, {}, {}, None)
