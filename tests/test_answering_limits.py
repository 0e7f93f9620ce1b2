"""What a bot takes and refuses, to the character; whose messages count."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from faqbot.bot import FaqBot
from faqbot.conversation import user_texts
from faqbot.errors import QuestionError


@pytest.mark.parametrize(
    ("messages", "texts"),
    [
        (["a", {"role": "user", "content": "b"}, {"role": "assistant", "content": "c"}], ["a", "b"]),
        ([{"content": "no role"}, {"role": "system", "content": "c"}], ["no role"]),
        ([{"role": "user", "content": [{"type": "text", "text": "b"}, "c"]}], ["b\nc"]),
        ([{"role": "user", "content": {"text": "b"}}], ["b"]),
        ([{"role": "user", "content": [{"type": "image", "url": "x"}]}], [""]),
        ([{"role": "user", "content": 7}, {"role": "user"}], ["", ""]),
    ],
)
def test_only_the_persons_messages_count_in_whatever_form_they_come(
    messages: list[str | Mapping[str, Any]], texts: list[str]
) -> None:
    assert user_texts(messages) == texts


@pytest.mark.parametrize(
    ("question", "history", "top_k", "problem"),
    [
        ("x" * 2001, 0, None, "The question has 2,001 characters, at most 2,000 are answered. Ask in fewer words"),
        ("why", 201, None, "The conversation has 201 messages, at most 200 are looked at. Start a new conversation"),
        ("why", 0, 0, "top_k is 0, expected 1 or more, or None for the setting"),
        (" \n", 0, None, "The question is empty. Write what you want to know"),
        ("\ud83d", 0, None, "The message holds bytes that are no text. Send it as UTF-8"),
    ],
)
def test_what_is_too_much_is_refused_in_words(
    bot: FaqBot, question: str, history: int, top_k: int | None, problem: str
) -> None:
    with pytest.raises(QuestionError) as refused:
        bot.answer(question, ["before"] * history, top_k)
    assert str(refused.value) == problem


def test_what_is_at_the_limits_is_answered(bot: FaqBot) -> None:
    assert len(bot.answer("does a heat pack help a stiff back? ".ljust(2000, "!"), ["hm"] * 200, 1).hits) == 1
    assert len(bot.answer("does a heat pack help a stiff back?").hits) == bot.settings.top_k


def test_an_earlier_message_that_is_no_text_is_refused_too(bot: FaqBot) -> None:
    with pytest.raises(QuestionError, match="no text"):
        bot.answer("why", ["fine", "\udcff"])
    with pytest.raises(QuestionError, match="no text"):
        bot.answer_many(["why", "\udcff"])
    with pytest.raises(QuestionError, match="empty"):
        bot.rank("", (), 5)


def test_a_bot_names_the_generation_that_it_answers_from(bot: FaqBot, index_folder: Path) -> None:
    assert bot.index_version == (index_folder / "CURRENT").read_text(encoding="ascii").splitlines()[0]
