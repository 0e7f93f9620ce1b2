"""Which questions may become variants, and what counts as getting worse."""

from dataclasses import replace
from pathlib import Path

import pytest

from faqbot.errors import CorpusError
from faqbot.promotion import Comparison, Evaluation, VariantResult, compare, select_candidates
from faqbot.settings import Settings
from faqbot.types import Document, Pair
from faqbot.variants import FaqEntry

PAIR = Pair("Is yoga good?", ("yoga then",), 0, 0)
DOCUMENTS = (Document("a.md", "", pairs=(PAIR, Pair("Is tai chi good?", (), 0, 0))),)
EVALUATION = Evaluation(
    ranks={"q1": 1, "q2": 4, "q3": 9, "q4": None},
    found_first=frozenset({("a.md", "Is yoga good?", "yoga then"), ("a.md", "Is yoga good?", "Is yoga good?")}),
    candidates={"yoga??": VariantResult(3, 0.2, "none")},
)


def test_what_is_of_no_use_is_left_out_with_the_reason() -> None:
    questions = (
        "yoga ok",
        "Yoga,  then?",
        "my name is [name], yoga",
        "is TAI CHI good",
        "YOGA OK!",
        "???",
        "yoga  fine",
    )
    candidates = select_candidates(DOCUMENTS, questions)
    assert candidates.added == ("yoga ok", "yoga fine")
    assert candidates.left_out == {
        "Yoga, then?": 'it asks "Is yoga good?" already',
        "my name is [name], yoga": "personal data was taken out of it",
        "is TAI CHI good": 'it asks "Is tai chi good?" already',
    }


def test_questions_count_as_answered_down_to_a_rank() -> None:
    assert EVALUATION.within(1) == {"q1"}
    assert EVALUATION.within(5) == {"q1", "q2"}


@pytest.mark.parametrize(
    ("after", "losses"),
    [
        (EVALUATION, ()),
        (replace(EVALUATION, ranks={"q1": 1, "q2": 1, "q3": 5, "q4": None}), ()),
        (replace(EVALUATION, ranks={"q1": 2, "q2": 1, "q3": 9, "q4": None}), ()),
        (
            replace(EVALUATION, ranks={"q1": 2, "q2": 6, "q3": 9, "q4": None}),
            ("questions answered first: 1 -> 0", "questions answered within 5: 2 -> 1"),
        ),
        (
            replace(EVALUATION, found_first=frozenset()),
            ("questions and variants that find their entry first: 2 -> 0",),
        ),
    ],
)
def test_fewer_right_answers_are_a_loss(after: Evaluation, losses: tuple[str, ...]) -> None:
    assert Comparison(EVALUATION, after).losses() == losses


def test_variants_cannot_be_tried_on_an_engine(tmp_path: Path) -> None:
    settings = Settings(store=f"milvus-lite:{tmp_path / 'x.db'}")
    with pytest.raises(CorpusError, match="passages of its own; these are at milvus-lite:"):
        compare(tmp_path, tmp_path, FaqEntry("a.md", PAIR), (), (), settings=settings)
