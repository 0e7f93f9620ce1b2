"""An exchange as HTML: golden files for the whole of it, and what each certainty and level must show."""

import os
import re
from pathlib import Path

import pytest

from faqbot.config import PageConfig
from faqbot.types import Alert, Answer, Certainty
from faqbot.ui.options import PageOptions, View
from faqbot.ui.render_answer import answer_turn, certainty_words, error_turn, no_answer, screen_reader_text
from web_samples import EMERGENCY, PACING, answer

GOLDEN = Path(__file__).parent / "golden"
PAGE = PageConfig(title="Walking <again>", contact="Ask at the desk")
VIEW = View(PageOptions(PAGE), "k1", {"living/walking.md": "2026-11-22"})
FEEDBACK = View(PageOptions(PAGE, feedback=True), "k2")
NONE = answer(band="none", certainty="none", confidence=0.1, corrections=())
TURNS = {
    "answer": answer_turn(answer(), VIEW),
    "emergency": answer_turn(answer(alert=EMERGENCY), VIEW),
    "nothing_near": answer_turn(NONE, VIEW),
    "error": error_turn("too <long>", "Write less & try again", EMERGENCY, VIEW),
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


def test_suggestions_repeat_neither_a_passage_nor_what_was_asked() -> None:
    given = answer(suggestions=("How do I start walking again?", "Which shoes help?", "Is it safe?"))
    html = answer_turn(given, VIEW, earlier=["which shoes help?"])
    assert re.findall(r"data-ask>([^<]*)<", html) == ["Is it safe?"]


def test_no_answer_is_one_sentence_on_what_the_bot_is_about() -> None:
    html = TURNS["nothing_near"]
    assert "I don&#x27;t have an answer to that. My articles are about: Walking &lt;again&gt;." in html
    assert 'class="card"' not in html
    assert "data-ask" not in html


def test_a_reply_is_shown_without_passages_and_below_the_alert() -> None:
    html = answer_turn(answer(reply="Hello! <b>", band="none", hits=(), alert=EMERGENCY), VIEW)
    assert html.index("care-emergency") < html.index('<p class="reply">Hello! &lt;b&gt;</p>')
    assert "I don&#x27;t have an answer" not in html


def test_what_the_passage_does_not_mention_and_the_note_are_said_in_a_line_each() -> None:
    html = answer_turn(answer(unmatched=("beer", "wine"), note="Ask a pharmacist."), VIEW)
    assert '<p class="unmatched">It does not mention beer or wine.</p>' in html
    assert '<p class="unmatched">Ask a pharmacist.</p>' in html


def test_choices_are_offered_before_the_passages() -> None:
    html = answer_turn(answer(choices=("What is sciatica?",)), VIEW)
    assert 0 < html.index("Did you mean one of these?") < html.index('class="card"')


def test_several_questions_get_an_answer_each_in_order() -> None:
    parts = (answer(question="first?"), answer(question="second?", band="none", certainty="none"))
    html = answer_turn(answer(parts=parts), VIEW)
    assert html.index("first?") < html.index("Best passage, word for word") < html.index("second?")
    assert html.index("second?") < html.index("I don&#x27;t have an answer")
    ids = re.findall(r'id="([^"]*)"', html)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("certainty", "words"),
    [
        ("very likely", "This very likely answers your question."),
        ("probably", "This probably answers your question."),
        ("may help", "This may help, but it is not a direct answer."),
        ("none", "I don't have an answer to that."),
    ],
)
def test_certainty_is_said_in_words(certainty: Certainty, words: str) -> None:
    assert certainty_words(answer(certainty=certainty), VIEW) == words


def test_no_number_of_confidence_or_score_is_shown() -> None:
    html = re.sub(r'data-opinion="[^"]*"', "", answer_turn(answer(confidence=0.8317), VIEW))
    assert "0.8" not in html
    assert "83" not in html
    assert "0.9" not in html


def test_every_source_mark_with_an_entry_leads_to_it_and_no_other() -> None:
    html = TURNS["answer"]
    assert '<a class="ref" href="#source-k1-walkingmd1-4" role="doc-noteref">[4]</a>' in html
    assert html.count('id="source-k1-walkingmd1-4"') == 1
    assert "every second day [9]." in html
    assert "B. Author, 2024" in html
    assert "(health.example)" in html


def test_a_card_says_when_its_article_was_last_reviewed() -> None:
    assert 'Last reviewed <time datetime="2026-11-22">22 November 2026</time>' in TURNS["answer"]
    assert "Last reviewed" not in answer_turn(answer(), View())


def test_what_comes_after_did_not_answer_waits_beside_the_buttons() -> None:
    html = answer_turn(answer(), FEEDBACK)
    assert '<div class="instead" hidden>' in html
    assert "You can also ask a person: Ask at the desk" in html
    assert 'class="opinion"' not in TURNS["answer"]


@pytest.mark.parametrize("given", [answer(), answer(alert=EMERGENCY), NONE])
def test_nothing_of_question_or_suggestion_is_markup(given: Answer) -> None:
    html = answer_turn(given, VIEW)
    assert "<again>" not in html
    assert "<b>safe" not in html
    assert "<myself>" not in html


def test_a_screen_reader_hears_the_answering_sentence() -> None:
    assert screen_reader_text(answer(), VIEW) == (
        "This very likely answers your question. Best passage: How do I start walking again? – "
        "Start with five minutes on flat ground."
    )
    assert screen_reader_text(answer(hits=(), band="none"), VIEW) == no_answer(VIEW)
    assert screen_reader_text(answer(alert=EMERGENCY), VIEW) == ""
    assert screen_reader_text(answer(reply="Hello!"), VIEW) == "Hello!"


def test_an_error_is_shown_with_its_text_and_advice() -> None:
    assert "Write less &amp; try again" in error_turn("q", "Write less & try again", Alert(), VIEW)
    assert "care-emergency" in TURNS["error"]


def test_without_a_visit_tab_no_card_offers_to_add_to_it() -> None:
    assert 'data-do="keep"' in TURNS["answer"]
    assert 'data-do="keep"' not in answer_turn(answer(), View(PageOptions(PageConfig(tabs=("ask",)), health=False)))
    assert PACING.title in TURNS["answer"]
