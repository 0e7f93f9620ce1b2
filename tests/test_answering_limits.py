"""What a bot takes and refuses, to the character; whose messages count; which questions it suggests."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from faqbot.bot import MOST_SUGGESTIONS, FaqBot, _suggestions
from faqbot.conversation import user_texts
from faqbot.errors import QuestionError
from faqbot.types import Hit, Passage, Ranking


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


def test_examples_are_spread_over_the_corpus(bot: FaqBot) -> None:
    everything = bot.examples(10_000)
    assert len(everything) > 100
    assert bot.examples(len(everything)) == everything
    step = len(everything) // 4
    assert bot.examples(4) == everything[: 4 * step : step]
    assert bot.examples(1) == everything[:1]
    assert bot.examples(0) == ()


def test_a_bot_names_the_generation_that_it_answers_from(bot: FaqBot, index_folder: Path) -> None:
    assert bot.index_version == (index_folder / "CURRENT").read_text(encoding="ascii").splitlines()[0]


def _hit(question: str, *also: str) -> Hit:
    named = [Passage(id=name, document_id="d", text="t", start=0, end=1, question=name) for name in (question, *also)]
    return Hit(named[0], 1.0, duplicates=tuple(named[1:]))


def test_suggestions_are_other_questions_near_this_one_each_once() -> None:
    hits = (_hit("Is it bad?", "Does it pass?"), _hit("is it BAD?"), _hit(""), _hit("Who helps?"), _hit("Who helps?"))
    assert _suggestions("why", Ranking("why", hits)) == ("Does it pass?", "Who helps?")
    assert _suggestions(" who HELPS? ", Ranking("", hits)) == ("Does it pass?",)
    assert _suggestions("why", Ranking("", ())) == ()
    many = tuple(_hit(f"Question {number}?") for number in range(6))
    assert _suggestions("why", Ranking("", many)) == ("Question 1?", "Question 2?", "Question 3?")
    assert MOST_SUGGESTIONS == 3
