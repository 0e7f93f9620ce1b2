"""Repair of misspelt words against the words of a corpus."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faqbot.retrieval.spelling import Speller, shorthand

COUNTS = {"back": 50, "stretch": 9, "before": 12, "walk": 40, "painkillers": 3, "sciatica": 7, "squats": 2, "bird": 2}
ENGLISH = {"again", "age", "snow", "gentle", "over", "word"}


class Words:
    """A vocabulary of a few words with counts."""

    @property
    def words(self) -> Sequence[str]:
        return sorted(COUNTS)

    def __contains__(self, word: str) -> bool:
        return word in COUNTS

    def count(self, word: str) -> int:
        return COUNTS.get(word, 0)


def speller() -> Speller:
    return Speller(Words(), ENGLISH.__contains__, shorthand())


@pytest.mark.parametrize(
    ("typed", "used"),
    [
        ("shud i strech befor a wlk", "should i stretch before a walk"),
        ("painkilers", "painkillers"),
        ("my bak", "my back"),
        ("burd", "bird"),
        ("sciatcia", "sciatica"),
    ],
)
def test_a_misspelt_word_becomes_the_nearest_word_of_the_corpus(typed: str, used: str) -> None:
    assert speller().repair(typed).text == used


@pytest.mark.parametrize("known", ["snow", "ageing", "gentle", "overs"])
def test_a_word_of_the_language_is_never_touched(known: str) -> None:
    assert speller().repair(known).text == known


def test_what_was_changed_is_told() -> None:
    assert speller().repair("strech the flumpet").corrections == (("strech", "stretch"),)


def test_a_far_word_stays_as_it_was_typed() -> None:
    assert speller().repair("zxcvbnm").text == "zxcvbnm"


@given(st.lists(st.sampled_from([*COUNTS, *ENGLISH]), min_size=1))
def test_a_question_of_known_words_comes_back_as_it_was(words: list[str]) -> None:
    assert speller().repair(" ".join(words)).text == " ".join(words)
