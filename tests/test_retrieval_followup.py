"""What a question refers back to."""

import pytest

from faqbot.retrieval.follow_up import referred_to, refers_back


@pytest.mark.parametrize(
    "question",
    [
        "how long does it take?",
        "And warmth?",
        "What now?",
        "Why is that?",
        "what about at night",
        "Which treatments are there?",
        "How long should each side be held?",
        "that one's easy now, what follows?",
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
