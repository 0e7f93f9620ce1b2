"""What was kept, in numbers."""

from faqbot.feedback import Asked, Entry, Tally, tally


def test_shares_are_of_what_was_asked_and_of_what_was_said() -> None:
    asked = [Asked("2026-11-23", "none", 1), Asked("2026-11-22", "answer", 5), Asked("2026-11-22", "related", 2)]
    entries = [
        Entry("", "helpful"), Entry("", "helpful"), Entry("", "not_helpful"), Entry("", "did_not_answer"),
        Entry("", "unanswered"),
    ]  # fmt: skip
    assert tally(asked, entries) == Tally(
        questions=8,
        answered=0.875,
        by_day={"2026-11-22": 7, "2026-11-23": 1},
        verdicts={"did_not_answer": 1, "helpful": 2, "not_helpful": 1, "unanswered": 1},
        helpful=0.5,
    )


def test_nothing_has_no_shares() -> None:
    assert tally([], []) == Tally(0, None, {}, {}, None)
