"""What a question refers back to."""

import random

import pytest

from faqbot import FaqBot
from faqbot.retrieval.follow_up import is_same_question, referred_to, refers_back


@pytest.mark.parametrize(
    "question",
    [
        "how long does it take?",
        "And warmth?",
        "What now?",
        "May I get behind the wheel on it?",
        "Why is that?",
        "what about at night",
        "Which treatments are there?",
        "How long should each side be held?",
        "that one's easy now, what follows?",
        "and the other leg?",
        "what else helps?",
        "does it hurt?",
        "can I do the same for my neck?",
    ],
)
def test_a_question_that_points_back_or_has_no_subject_refers_back(question: str) -> None:
    assert refers_back(question)


@pytest.mark.parametrize(
    "question",
    [
        "Can flat shoes hurt my lower back?",
        "When do doctors inject cortisone?",
        "Could worrying about money be what makes my back muscles so tight?",
        "spinal stenosis",
        "exercises for sciatica",
        "Why do stairs make my back hurt?",
        "What if painkillers make me ill?",
        "Are there shoes for hills?",
        "Can I walk if it hurts?",
        "Does it matter which shoes I wear?",
        "What else can cause numb toes?",
        "One leg is longer than the other.",
        "My pain is the same as last year, should I worry?",
        "Is it safe to lift a suitcase?",
        "my knee clicks, is it arthritis",
        "How do I know that a disc has slipped?",
    ],
)
def test_a_question_with_a_subject_of_its_own_stands_alone(question: str) -> None:
    assert not refers_back(question)
    assert referred_to(question, ["What shoes are best?"]) == ""


def test_a_chain_of_follow_ups_leads_back_to_the_subject() -> None:
    history = ["How is the bridge done?", "and how often?"]
    assert referred_to("how long is it held?", history) == "How is the bridge done? and how often?"


def test_without_history_there_is_nothing_to_refer_to() -> None:
    assert referred_to("how long does it take?", []) == ""


@pytest.mark.parametrize(
    ("question", "stored", "same"),
    [
        ("why do stairs make my back hurt", "Why do stairs make my back hurt?", True),
        ("why do the stairs make back hurt?", "Why do stairs make my back hurt?", True),
        ("why do hills make my back hurt", "Why do stairs make my back hurt?", False),
        ("how often?", "How often should I stretch?", False),
        ("", "", False),
    ],
)
def test_a_stored_question_is_known_by_its_words(question: str, stored: str, same: bool) -> None:
    assert is_same_question(question, stored) is same


def test_a_stored_question_keeps_its_first_place_after_any_other(bot: FaqBot) -> None:
    questions = bot.examples(10_000)
    chosen = random.Random(0).sample(questions, 40)
    lost = [
        question
        for question in chosen
        for before in random.Random(question).sample(questions, 3)
        if bot.rank(question, (before,), 1).hits[0].passage != bot.rank(question, (), 1).hits[0].passage
    ]
    assert len(set(lost)) <= 1
