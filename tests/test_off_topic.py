"""Messages that no corpus on backs answers: small talk, other subjects, replies to questions that nobody asked."""

import json
from pathlib import Path
from typing import Any

import pytest

from faqbot import FaqBot

FOLDER = Path(__file__).parent / "data" / "off_topic"


def _rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / name).read_text(encoding="utf-8").split("\n") if line.strip()]


def test_most_messages_on_other_subjects_get_no_passage(bot: FaqBot) -> None:
    rows = _rows("test.jsonl")
    answers = bot.answer_many([row["question"] for row in rows])
    refused = [bool(answer.reply) or answer.band == "none" for answer in answers]
    assert sum(refused) / len(rows) >= 0.8  # .86 when it was set, .85 at first sight
    assert not any(answer.certainty == "very likely" for answer in answers)


@pytest.mark.parametrize("name", ["train.jsonl", "test.jsonl"])
def test_replies_to_questions_that_nobody_asked_get_a_fixed_reply(bot: FaqBot, name: str) -> None:
    messages = [row["question"] for row in _rows(name) if row["group"] == "answer"]
    replied = [bool(bot.answer(message).reply) for message in messages]
    assert len(messages) == 16
    assert sum(replied) >= 15


def test_train_and_test_share_no_message() -> None:
    assert {row["question"] for row in _rows("train.jsonl")}.isdisjoint(row["question"] for row in _rows("test.jsonl"))
