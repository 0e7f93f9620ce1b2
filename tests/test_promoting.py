"""What may become another way to ask, and what is called a step back."""

from dataclasses import replace
from pathlib import Path

import pytest

from faqbot.alternates import Edit, Target
from faqbot.errors import CorpusError
from faqbot.promoting import Comparison, Found, Standing, choose, compare
from faqbot.settings import Settings
from faqbot.types import Document, Pair

PAIR = Pair("Is yoga good?", ("yoga then",), 0, 0)
DOCUMENTS = (Document("a.md", "", pairs=(PAIR, Pair("Is tai chi good?", (), 0, 0))),)
STANDING = Standing(
    ranks={"q1": 1, "q2": 4, "q3": 9, "q4": None},
    own=frozenset({("a.md", "Is yoga good?", "yoga then"), ("a.md", "Is yoga good?", "Is yoga good?")}),
    wordings={"yoga??": Found(3, 0.2, "none")},
)


def test_what_is_of_no_use_is_left_out_with_the_reason() -> None:
    wordings = (
        "yoga ok",
        "Yoga,  then?",
        "my name is [name], yoga",
        "is TAI CHI good",
        "YOGA OK!",
        "???",
        "yoga  fine",
    )
    chosen = choose(DOCUMENTS, Target("a.md", PAIR), wordings)
    assert chosen.added == ("yoga ok", "yoga fine")
    assert chosen.left_out == {
        "Yoga, then?": 'it asks "Is yoga good?" already',
        "my name is [name], yoga": "personal data was taken out of it",
        "is TAI CHI good": 'it asks "Is tai chi good?" already',
    }


def test_questions_count_as_answered_down_to_a_depth() -> None:
    assert STANDING.within(1) == {"q1"}
    assert STANDING.within(5) == {"q1", "q2"}


@pytest.mark.parametrize(
    ("after", "losses"),
    [
        (STANDING, ()),
        (replace(STANDING, ranks={"q1": 1, "q2": 1, "q3": 5, "q4": None}), ()),
        (replace(STANDING, ranks={"q1": 2, "q2": 1, "q3": 9, "q4": None}), ()),
        (
            replace(STANDING, ranks={"q1": 2, "q2": 6, "q3": 9, "q4": None}),
            ("questions answered first: 1 -> 0", "questions answered among 5: 2 -> 1"),
        ),
        (replace(STANDING, own=frozenset()), ("ways to ask that find their entry first: 2 -> 0",)),
    ],
)
def test_fewer_right_answers_are_a_step_back(after: Standing, losses: tuple[str, ...]) -> None:
    assert Comparison(STANDING, after).losses() == losses


def test_an_index_on_an_engine_is_no_place_to_try_a_change(tmp_path: Path) -> None:
    edit = Edit(tmp_path / "a.md", b"", b"", DOCUMENTS[0])
    settings = Settings(store=f"milvus-lite:{tmp_path / 'x.db'}")
    with pytest.raises(CorpusError, match="passages of its own; these are at milvus-lite:"):
        compare(tmp_path, tmp_path, edit, Target("a.md", PAIR), (), (), settings=settings)
