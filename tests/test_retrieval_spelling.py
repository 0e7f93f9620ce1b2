"""Repair of misspelt words against the words of a corpus."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faqbot.retrieval.spelling import SpellingCorrector, are_opposites, contractions, shorthand

COUNTS = {"back": 50, "stretch": 9, "before": 12, "walk": 40, "painkillers": 3, "sciatica": 7, "squats": 2, "bird": 2, "should": 30, "safe": 9,
          "must": 8, "could": 6, "imbalance": 2, "with": 40, "pain": 60, "careless": 1}  # fmt: skip
ENGLISH = {"again", "age", "snow", "gentle", "over", "word"}


def corrector() -> SpellingCorrector:
    return SpellingCorrector(COUNTS, ENGLISH.__contains__, shorthand())


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
    assert corrector().correct(typed).text == used


@pytest.mark.parametrize(
    "known", ["snow", "ageing", "gentle", "overs", "bake", "worms", "subside", "heave", "warfarin"]
)
def test_a_word_of_the_language_is_never_touched(known: str) -> None:
    assert corrector().correct(known).text == known


def test_what_was_changed_is_told() -> None:
    assert corrector().correct("strech the flumpet").corrections == (("strech", "stretch"),)


def test_a_far_word_stays_as_it_was_typed() -> None:
    assert corrector().correct("zxcvbnm").text == "zxcvbnm"


@given(st.lists(st.sampled_from([*COUNTS, *ENGLISH]), min_size=1))
def test_a_question_of_known_words_comes_back_as_it_was(words: list[str]) -> None:
    assert corrector().correct(" ".join(words)).text == " ".join(words)


@pytest.mark.parametrize(
    ("typed", "used"),
    [
        ("why shouldnt i walk", "why should not i walk"),
        ("mustnt i walk", "must not i walk"),
        ("couldnt walk", "could not walk"),
        ("shouldn't i walk", "shouldn't i walk"),
        ("Shouldn’t i walk", "Shouldn’t i walk"),
        ("neednt walk", "need not walk"),
    ],
)
def test_a_negation_without_its_apostrophe_stays_a_negation(typed: str, used: str) -> None:
    corrected = corrector().correct(typed)
    assert corrected.text == used
    assert corrected.corrections == ()


@pytest.mark.parametrize("negation", [word for word, full in contractions().items() if full.endswith(("not", "nnot"))])
def test_no_contraction_is_corrected_into_its_opposite(negation: str) -> None:
    assert corrector().correct(f"{negation} walk").text.split()[:-1][-1] in ("not", "cannot")


@pytest.mark.parametrize(
    "typed", ["unsafe", "is a T.E.N.S. good", "painless walk", "does TLF help", "ask Mr Berd about my back"]
)
def test_nothing_becomes_its_opposite_and_names_and_abbreviations_stay(typed: str) -> None:
    assert corrector().correct(typed).text == typed


def test_a_misspelt_word_in_capitals_is_corrected_where_all_is_in_capitals() -> None:
    assert corrector().correct("MY BAK HURTS").text == "MY back HURTS"


@pytest.mark.parametrize(
    ("first", "second", "opposite"),
    [
        ("unsafe", "safe", True),
        ("painless", "painful", True),
        ("hypotension", "hypertension", True),
        ("cant", "can", True),
        ("inbalance", "imbalance", False),
        ("free", "feet", False),
        ("stretch", "strech", False),
        ("prigabalin", "pregabalin", False),
    ],
)
def test_opposites_by_prefix_ending_and_negation(first: str, second: str, opposite: bool) -> None:
    assert are_opposites(first, second) is opposite
