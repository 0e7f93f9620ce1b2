"""An exchange as HTML: golden files for the whole of it, and what each band and level must show."""

import os
from pathlib import Path

import pytest

from faqbot.types import Alert, Answer, Band
from faqbot.ui.render_answer import NO_ANSWER, answer_turn, error_turn, how_sure, spoken
from web_samples import EMERGENCY, answer

GOLDEN = Path(__file__).parent / "golden"
TURNS = {
    "answer": answer_turn(answer()),
    "emergency": answer_turn(answer(alert=EMERGENCY)),
    "nothing_near": answer_turn(answer(band="none", confidence=0.1, suggestions=(), corrections=())),
    "error": error_turn("too <long>", "Write less & try again", EMERGENCY),
}


@pytest.mark.parametrize("name", TURNS)
def test_turn_is_as_in_the_golden_file(name: str) -> None:
    """GOLDEN=write renews the files; read the difference before committing it."""
    path = GOLDEN / f"turn_{name}.html"
    if os.environ.get("GOLDEN") == "write":
        path.write_text(TURNS[name] + "\n", encoding="utf-8")
    assert path.read_text(encoding="utf-8") == TURNS[name] + "\n"


def test_the_alert_comes_before_the_passages() -> None:
    assert 0 < TURNS["emergency"].index("care-emergency") < TURNS["emergency"].index("How do I start walking again?")


def test_under_an_emergency_the_passages_are_folded_not_hidden() -> None:
    assert '<details class="folded found"><summary>What the articles say, for later</summary>' in TURNS["emergency"]
    assert '<details class="folded' not in TURNS["answer"]


def test_under_an_emergency_nothing_further_is_suggested() -> None:
    assert "Ask next" in TURNS["answer"]
    assert "Ask next" not in TURNS["emergency"]


def test_no_answer_says_so_and_marks_the_nearest() -> None:
    html = TURNS["nothing_near"]
    assert html.index(NO_ANSWER.replace("'", "&#x27;")) < html.index("The nearest passages I have")
    assert html.count("Not an answer: the nearest I have") == 2
    assert "Best passage" not in html


def test_nothing_at_all_still_says_what_to_do() -> None:
    html = answer_turn(answer(band="none", hits=()))
    assert "Try other words" in html
    assert "nearest" not in html


@pytest.mark.parametrize(
    ("band", "confidence", "words"),
    [
        ("answer", 0.8, "This very likely answers your question."),
        ("answer", 0.79, "This probably answers your question."),
        ("answer", 0.5, "This probably answers your question."),
        ("answer", 0.49, "This may answer your question. Read it with care."),
        ("related", 0.9, "This may help, but it is not a direct answer."),
        ("none", 0.9, NO_ANSWER),
    ],
)
def test_how_sure_is_said_in_words(band: Band, confidence: float, words: str) -> None:
    assert how_sure(answer(band=band, confidence=confidence))[0] == words


def test_no_number_of_confidence_or_score_is_shown() -> None:
    html = answer_turn(answer(confidence=0.8317))
    assert "0.8" not in html
    assert "83" not in html
    assert "0.9" not in html


@pytest.mark.parametrize("given", [answer(), answer(alert=EMERGENCY), answer(band="none")])
def test_nothing_of_question_or_suggestion_is_markup(given: Answer) -> None:
    html = answer_turn(given)
    assert "<again>" not in html
    assert "<b>safe" not in html
    assert "<myself>" not in html


def test_what_is_announced() -> None:
    assert spoken(answer()) == "This very likely answers your question. Best passage: How do I start walking again?"
    assert spoken(answer(hits=(), band="none")) == NO_ANSWER
    assert spoken(answer(alert=EMERGENCY)) == ""


def test_an_error_is_shown_with_its_text_and_advice() -> None:
    assert "Write less &amp; try again" in error_turn("q", "Write less & try again", Alert())
    assert "care-emergency" in TURNS["error"]
