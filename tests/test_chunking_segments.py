"""Units, the smallest parts of a passage: how each hangs on the one before, what it needs when it is cut off."""

from collections.abc import Callable

import pytest

from faqbot.chunking.segments import Unit, halved, sentence_spans, units
from faqbot.markdown import blocks

Hanging = list[tuple[str, str, str]]


def _words(text: str) -> int:
    return len(text.split()) + 2


def _characters(text: str) -> int:
    return len(text) + 2


def _units(text: str, *, words: int = 80, room: int = 254, count: Callable[[str], int] = _words) -> list[Unit]:
    return units(text, blocks(text), count, words=words, room=room)


def _texts(text: str, *, words: int = 80, room: int = 254) -> list[str]:
    return [text[unit.start : unit.end] for unit in _units(text, words=words, room=room)]


def _lettered(text: str, room: int) -> list[str]:
    """The pieces of a text whose every character counts."""
    return [text[unit.start : unit.end] for unit in _units(text, words=1, room=room, count=_characters)]


@pytest.mark.parametrize(
    ("text", "hanging"),
    [
        (
            "Do this:\n\n- one\n  - two\n    - three\n- four\n\nAfter it.\n\n- five\n",
            [
                ("Do this:", "free", ""),
                ("- one", "lead", "Do this:"),
                ("- two", "item", "- one"),
                ("- three", "item", "- two"),
                ("- four", "item", "Do this:"),
                ("After it.", "free", ""),
                ("- five", "lead", "After it."),
            ],
        ),
        ("- one\n  - two\n", [("- one", "free", ""), ("- two", "item", "- one")]),
        (
            "They differ:\n\n| A | B |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n\nText.\n\n| C | D |\n|---|---|\n| 5 | 6 |\n",
            [
                ("They differ:", "free", ""),
                ("| 1 | 2 |", "lead", "They differ:\nA | B"),
                ("| 3 | 4 |", "row", "They differ:\nA | B"),
                ("Text.", "free", ""),
                ("| 5 | 6 |", "lead", "C | D"),  # "Text." leads to nothing
            ],
        ),
        ("| A | B |\n|---|---|\n| 1 | 2 |\n", [("| 1 | 2 |", "free", "A | B")]),
        ("```\ncode:\n```\n\n- one\n", [("```\ncode:\n```", "free", ""), ("- one", "free", "")]),
    ],
)
def test_rows_and_items_hang_on_what_leads_to_them(text: str, hanging: Hanging) -> None:
    assert [(text[unit.start : unit.end], unit.bond, unit.context) for unit in _units(text)] == hanging


@pytest.mark.parametrize(
    ("lengths", "kept"),
    [((5, 10, 20), 30), ((5, 11, 20), 20), ((5, 10, 21), 21), ((5, 5, 20), 30), ((60,), 60), ((61,), 0)],
)
def test_a_lead_is_the_last_sentence_and_those_before_it_up_to_thirty_words(
    lengths: tuple[int, ...], kept: int
) -> None:
    text = " ".join(" ".join(["Word", *["word"] * (length - 2), "end."]) for length in lengths)
    assert len(_units(f"{text}\n\n- one\n")[-1].context.split()) == kept


def test_a_unit_knows_its_words_and_its_tokens_without_those_that_every_text_has() -> None:
    (unit,) = _units("one two three", count=lambda text: 3 * len(text.split()) + 2)
    assert (unit.words, unit.tokens) == (3, 9)


def test_a_block_is_taken_by_sentences_only_where_it_is_too_long() -> None:
    text = "One two. Three four."
    assert _texts(text, words=4) == [text]
    assert _texts(text, words=3) == ["One two.", "Three four."]
    assert [unit.bond for unit in _units(text, words=3)] == ["free", "sentence"]
    assert _texts(text, room=4) == [text]
    assert _texts(text, room=3) == ["One two.", "Three four."]
    long = "A" + "a" * 17 + ". Bb" + "b" * 18  # 40 characters: twenty for each of two words
    assert _texts(long, words=2) == [long]
    assert _texts(f"{long}b", words=2) == [long[:19], f"{long[20:]}b"]


@pytest.mark.parametrize(
    ("text", "room", "parts"),
    [
        ("ab cd ef", 5, ["ab cd", "ef"]),
        ("ab cd ef", 4, ["ab", "cd", "ef"]),
        ("ab  cd   ef", 3, ["ab", "cd", "ef"]),
        ("abcdefgh", 4, ["abcd", "efgh"]),
        ("ab", 1, ["a", "b"]),
        ("abcdefghij kl mn", 4, ["ab", "cde", "fg", "hij", "kl", "mn"]),
        ("ab abcdefghij", 4, ["ab", "ab", "cde", "fg", "hij"]),
        ("abcde fg", 3, ["ab", "cde", "fg"]),
        ("abcd ef", 3, ["ab", "cd", "ef"]),
        ("abcdef g h", 4, ["abc", "def", "g h"]),
    ],
)
def test_a_sentence_is_cut_between_words_and_a_word_in_halves(text: str, room: int, parts: list[str]) -> None:
    assert _lettered(text, room) == parts


def test_a_word_without_end_is_cut_every_two_hundred_characters_at_the_latest() -> None:
    word = "".join(chr(ord("a") + at % 26) for at in range(450))
    assert _lettered(word, 200) == [word[:200], word[200:400], word[400:]]
    assert _lettered(word, 399) == [word[:200], word[200:]]
    assert "".join(_lettered(word, 90)) == word


@pytest.mark.parametrize(
    ("text", "start", "halves"),
    [
        ("aaa bbb ccc", 0, ["aaa bbb", "ccc"]),
        ("abcdefg", 0, ["abc", "defg"]),
        ("a bcdefg", 0, ["a", "bcdefg"]),
        ("ab   cd", 0, ["ab ", "cd"]),
        ("x ab cdef", 2, ["ab", "cdef"]),
        ("a", 0, ["a"]),
    ],
)
def test_a_unit_is_halved_at_the_space_behind_its_middle_else_before_it(
    text: str, start: int, halves: list[str]
) -> None:
    found = halved(Unit(start, len(text), 3, 4, "item", "lead:"), text)
    assert [text[unit.start : unit.end] for unit in found] == halves
    assert {(unit.bond, unit.context) for unit in found} == {("item", "lead:")}


def test_statements_are_sentences_and_items_without_markers() -> None:
    text = "# Calves\n\nThey ache. Do rest.\n\n- Sit **down**.\n  12) Lie down\n> - Quoted.\n\n---\n***\n"
    assert [text[start:end] for start, end in sentence_spans(text)] == [
        "Calves",
        "They ache.",
        "Do rest.",
        "Sit **down**.",
        "Lie down",
        "Quoted.",
    ]
