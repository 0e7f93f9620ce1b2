"""The vocabulary holds the words of a corpus as they are written, with counts, without loading them."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faqbot.index import layout
from faqbot.index.vocabulary import Vocabulary, surface_words, write_vocabulary
from faqbot.index.words import find_word, word_array
from faqbot.index.writing import Writer
from index_samples import memory_folder, passage


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Follow-up, follow-up!", ["follow-up", "follow-up"]),
        ("Don’t STOP", ["don't", "stop"]),
        ("L4-L5 400mg", ["l4-l5", "400mg"]),
        ("-dash- 'quote'", ["dash", "quote"]),
        ("rock\u2011hard", ["rock-hard"]),
        ("", []),
    ],
)
def test_surface_words(text: str, words: list[str]) -> None:
    assert surface_words(text) == words


@given(st.lists(st.text(alphabet="abü-' z1"), max_size=20))
def test_words_and_counts_are_those_of_the_texts(texts: list[str]) -> None:
    expected = Counter(word for text in texts for word in surface_words(text) if len(word.encode()) <= 64)
    with memory_folder() as folder:
        write_vocabulary(Writer(), folder, [passage(number, text) for number, text in enumerate(texts)])
        vocabulary = Vocabulary(folder / layout.WORDS, folder / layout.WORD_COUNTS)
        assert {word: vocabulary.count(word) for word in vocabulary.words} == expected
        assert all(word in vocabulary for word in expected)
        assert len(vocabulary) == len(expected)


@given(st.lists(st.text(alphabet="abcü", min_size=1, max_size=6)), st.text(max_size=9))
def test_a_word_is_found_at_its_place_or_not_at_all(words: list[str], other: str) -> None:
    array = word_array(words)
    for word in {*words, other}:
        number = find_word(array, word)
        assert (number >= 0) == (word in words)
        assert number < 0 or array[number] == word.encode()


def test_what_is_no_word_is_not_in_it(tmp_path: Path) -> None:
    write_vocabulary(Writer(), tmp_path, [passage(1, "walk on")])
    vocabulary = Vocabulary(tmp_path / layout.WORDS, tmp_path / layout.WORD_COUNTS)
    assert [word in vocabulary for word in ("walk", "wal", "walks", "", "\0", "\ud800", 7)] == [True] + [False] * 6
