"""Which sentence of a passage is marked as the answer."""

import numpy as np
import pytest

from faqbot.encoders.tokenizer import Tokenized
from faqbot.retrieval.highlighting import highlight, matched_terms
from faqbot.retrieval.token_layout import layout_question, layout_tokens
from faqbot.types import Passage


def passage(text: str) -> Passage:
    return Passage(id="0" * 16, document_id="a.md", text=text, start=0, end=len(text), headings=("Heading",))


def cut(text: str) -> Tokenized:
    """A piece a word of "Heading" and the text."""
    places, at = [], 0
    for word in text.split():
        at = text.index(word, at)
        places.append((at, at + len(word)))
        at += len(word)
    return Tokenized(
        ids=tuple(range(len(places))),
        spans=tuple(places),
        special=(False,) * len(places),
        words=tuple(range(len(places))),
    )


@pytest.mark.parametrize(
    ("text", "meets", "marked"),
    [
        ("Ice calms pain. Heat relaxes tight muscles.", "Heat", "Heat relaxes tight muscles."),
        ("- Ice calms pain\n- Heat relaxes muscles", "relaxes", "Heat relaxes muscles"),
        ("Usually not. Walking is good for most people.", "Walking", "Usually not. Walking is good for most people."),
        ("Pain that is new. Walking is good for most people.", "Walking", "Walking is good for most people."),
    ],
)
def test_the_statement_that_meets_the_question_is_marked(text: str, meets: str, marked: str) -> None:
    one = passage(text)
    pieces = cut(one.embedded_text)
    words = [one.embedded_text[start:end] for start, end in pieces.spans]
    similar = np.array([[1.0 if word == meets else 0.1] for word in words], np.float32)
    ((start, end),) = highlight(layout_tokens(one, pieces), similar, np.array([1.0], np.float32))
    assert text[start:end] == marked


def test_a_passage_without_words_has_nothing_to_mark() -> None:
    one = passage("---")
    pieces = cut(one.embedded_text)
    similar = np.zeros((len(pieces.spans), 1), np.float32)
    assert highlight(layout_tokens(one, pieces), similar, np.array([1.0], np.float32)) == ()


def test_words_in_pieces_are_shown_whole_and_the_likest_pairs_that_count_most_come_first() -> None:
    asked = layout_question("my sciatica", [(0, 2), (3, 6), (6, 11)], [0, 1, 1])
    assert [asked.word(piece) for piece in range(3)] == ["my", "sciatica", "sciatica"]
    one = passage("nerve pain")
    similar = np.array([[0.1, 0.2, 0.2], [0.2, 0.5, 0.9], [0.3, 0.4, 0.5]], np.float32)
    pairs = matched_terms(
        asked, layout_tokens(one, cut(one.embedded_text)), similar, np.array([0.2, 0.3, 0.5], np.float32)
    )
    assert pairs == (("sciatica", "nerve"),)


@pytest.mark.parametrize(
    ("question", "text", "meets", "marked"),
    [
        (
            "Does walking cause back pain?",
            "Usually not. Walking is good for backs. When walking hurts, other causes play a part.",
            "walking",
            "Usually not. Walking is good for backs.",
        ),
        (
            "Is a brace good?",
            "No, not as a rule. A brace is stiff. Muscles that a brace holds get weak.",
            "brace",
            "No, not as a rule. A brace is stiff.",
        ),
        (
            "how many minutes should I stretch",
            "To stretch is good for many minutes. Hold it for 30 seconds.",
            "stretch",
            "Hold it for 30 seconds.",
        ),
        (
            "how do I do a bridge",
            "The bridge is an exercise for the back. Lie on your back and lift your hips.",
            "bridge",
            "Lie on your back and lift your hips.",
        ),
        ("why do stairs hurt", "Do stairs hurt? Your back arches because of the step.", "stairs", "Your back arches because of the step."),
    ],
)  # fmt: skip
def test_the_sentence_that_answers_this_kind_of_question_is_marked(
    question: str, text: str, meets: str, marked: str
) -> None:
    one = passage(text)
    pieces = cut(one.embedded_text)
    words = [one.embedded_text[start:end].strip(".?,").lower() for start, end in pieces.spans]
    similar = np.array([[0.5 if word == meets else 0.35] for word in words], np.float32)
    ((start, end),) = highlight(layout_tokens(one, pieces), similar, np.array([1.0], np.float32), question)
    assert text[start:end] == marked
