"""Which informative words of a question a passage does not mention."""

import numpy as np
import pytest

from faqbot import FaqBot
from faqbot.retrieval.token_layout import layout_question
from faqbot.retrieval.unmatched import is_opposed, mentions, subject
from faqbot.types import Passage


def passage(text: str) -> Passage:
    return Passage(id="0" * 16, document_id="a.md", text=text, start=0, end=len(text), headings=("Heading",))


def unmatched(question: str, text: str, *, common: str = "", coverage: float = 0.4, own: int = 0) -> list[str]:
    """The words that are reported, where every word is a token and those of `common` stand in half of all passages."""
    spans, at = [], 0
    for word in question.split():
        at = question.index(word, at)
        spans.append((at, at + len(word.strip("?,"))))
        at += len(word)
    shares = np.array([0.5 if question[start:end] in common.split() else 0.01 for start, end in spans])
    layout = layout_question(question, spans, range(len(spans)))
    flat = np.ones(len(spans), np.float32)
    found = mentions(layout, own, shares, flat, flat * np.float32(coverage), passage(text))
    return [each.word for each in found if not each.mentioned]


@pytest.mark.parametrize(
    ("question", "text", "missing"),
    [
        ("can I drink beer with ibuprofen", "Ibuprofen may help for some days.", ["drink", "beer"]),
        ("can I drink beer with ibuprofen", "Do not take ibuprofen with alcohol.", []),
        ("is advil safe", "Ibuprofen is for short use.", []),
        ("does flying hurt", "Walking is good.", ["flying"]),
        ("flights and backs", "On a flight, get up often.", []),
        ("what does physio cost", "Physiotherapy helps many people.", ["cost"]),
        ("stenosys exercises", "Exercises for stenosis.", []),
        ("my husband has really bad pain", "Rest.", []),
        ("strong pain killers", "Strong painkillers need care.", []),
        ("x-ray needed", "An x ray shows bones.", []),
        ("shouldnt i not worry", "Rest.", []),
    ],
)
def test_what_is_missing_is_named(question: str, text: str, missing: list[str]) -> None:
    assert unmatched(question, text) == missing


def test_words_of_most_passages_and_of_the_context_are_not_reported() -> None:
    assert unmatched("walking with beer", "Rest.", common="walking") == ["beer"]
    assert unmatched("naproxen\nwith beer", "Rest.", own=9) == ["beer"]


def test_what_the_passage_says_in_other_words_is_mentioned() -> None:
    assert unmatched("aeroplane trips", "On a plane, stand up.", coverage=0.9) == []


@pytest.mark.parametrize(
    ("question", "text", "opposed"),
    [
        ("is walking downhill bad", "Uphill walks bend you forward.", True),
        ("is walking downhill bad", "Uphill and downhill walks differ.", False),
        ("should I stop my walks", "Start with short walks.", True),
        ("should I walk", "Start with short walks.", False),
    ],
)
def test_a_passage_on_the_opposite_is_known(question: str, text: str, opposed: bool) -> None:
    assert is_opposed(question, passage(text)) is opposed


def test_the_answer_names_what_its_first_passage_does_not_mention(bot: FaqBot) -> None:
    assert "didgeridoo" in bot.rank("does playing the didgeridoo cause sciatica", (), 3).unmatched
    assert bot.rank("what is sciatica", (), 3).unmatched == ()


def test_what_a_question_is_about_against_the_passage() -> None:
    def about(question: str) -> list[float]:
        spans = [(at, at + len(word)) for word, at in _placed(question)]
        layout = layout_question(question, spans, range(len(spans)))
        weights = np.ones(len(spans), np.float32)
        found = subject(layout, weights, passage("Heat eases a sore back."), {"carpet", "sore"}.__contains__)
        return [found.words, found.met, found.unknown]

    assert about("how do I heat a carpet") == [2, 0.5, 0.0]
    assert about("bitcoin for a sore back") == pytest.approx([3, 2 / 3, 1 / 3])
    assert about("twice a day") == [0, 0.0, 0.0]


def _placed(question: str) -> list[tuple[str, int]]:
    found, at = [], 0
    for word in question.split():
        at = question.index(word, at)
        found.append((word, at))
        at += len(word)
    return found
