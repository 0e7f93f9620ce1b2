"""The walk through the phrases: the same as following the trie step by step, and no fuller than it may get."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faqbot.safety import walking
from faqbot.safety.book import Book
from faqbot.safety.loading import load_book
from faqbot.safety.walking import Walk, walk_of

WORDS = (
    "cant",
    "feel",
    "my",
    "the",
    "groin",
    "legs",
    "both",
    "really",
    "just",
    "numb",
    "wet",
    "myself",
    "no",
    "elephant",
)


def _followed(book: Book, words: tuple[str, ...]) -> set[tuple[str, int]]:
    """Groups with the number of words they take, by following every way through the trie."""
    found: set[tuple[str, int]] = set()
    ways: list[tuple[Mapping[str, Any], int, int]] = [(book.trie, 0, 0)]
    while ways:
        node, place, skipped = ways.pop()
        if place and not skipped:
            found.update((group, place) for group in node.get("", ()))
        if place == len(words):
            continue
        ways += [(node[key], place + 1, 0) for key in book.forms.get(words[place], ()) if key in node]
        if place and skipped < 3 and words[place] in book.fillers:
            ways.append((node, place + 1, skipped + 1))
    return found


def _walked(walk: Walk, words: tuple[str, ...]) -> set[tuple[str, int]]:
    found: set[tuple[str, int]] = set()
    state = walk.start
    for place, word in enumerate(words, start=1):
        following = walk.step(state, word)
        if following is None:
            break
        state = following
        found.update((group, place) for group in state.groups)
    return found


@given(words=st.lists(st.sampled_from(WORDS), max_size=8).map(tuple))
@settings(max_examples=200, deadline=None)
def test_a_walk_finds_what_following_the_trie_finds(words: tuple[str, ...]) -> None:
    book = load_book()
    assert _walked(walk_of(book), words) == _followed(book, words)


def test_three_fillers_are_skipped_and_a_fourth_is_not() -> None:
    walk = Walk(load_book())
    assert ("saddle_numb_term", 5) in _walked(walk, ("numb", "the", "the", "the", "groin"))
    assert ("saddle_numb_term", 6) not in _walked(walk, ("numb", "the", "the", "the", "the", "groin"))


def test_an_unknown_word_ends_the_walk_and_is_not_kept() -> None:
    walk = Walk(load_book())
    assert walk.step(walk.start, "xylophone") is None
    assert "xylophone" not in walk.start.next
    assert walk.step(walk.start, "groin") is walk.start.next["groin"]


def test_when_nothing_more_is_kept_the_walk_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    book = load_book()
    monkeypatch.setattr(walking, "_MOST_KEPT", 0)
    walk = Walk(book)
    words = ("cant", "really", "feel", "my", "legs")
    assert _walked(walk, words) == _followed(book, words)
    assert walk.start.next == {}
