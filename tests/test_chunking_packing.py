"""Which units share a passage: lengths come out even, a lead keeps its list, nothing outgrows the encoder."""

import pytest

from faqbot.chunking.chunker import pack
from faqbot.chunking.segments import Bond, Unit

Row = list[tuple[int, Bond]]


def _packed(row: Row, contexts: list[int] | None = None, *, words: int = 10, room: int = 99) -> list[tuple[int, int]]:
    """Units of so many words, each a word piece."""
    units = [Unit(0, 0, length, length, bond) for length, bond in row]
    return pack(units, contexts or [0] * len(units), words=words, room=room)


@pytest.mark.parametrize(
    ("row", "ranges"),
    [
        ([], []),
        ([(50, "free")], [(0, 1)]),
        ([(4, "free")] * 4, [(0, 2), (2, 4)]),  # and not three and one
        ([(9, "free"), (3, "free")], [(0, 2)]),  # a little too long is better than one more
        ([(12, "free"), (9, "free")], [(0, 1), (1, 2)]),
        ([(2, "free")] * 3, [(0, 3)]),
        ([(10, "free"), (1, "free"), (10, "free"), (1, "free")], [(0, 2), (2, 4)]),
    ],
)
def test_passages_are_about_as_long_as_wished_and_even(row: Row, ranges: list[tuple[int, int]]) -> None:
    assert _packed(row) == ranges


@pytest.mark.parametrize(
    ("row", "ranges"),
    [
        ([(8, "free"), (2, "free"), (4, "lead"), (4, "item")], [(0, 1), (1, 4)]),
        ([(8, "free"), (2, "free"), (9, "lead"), (9, "item")], [(0, 1), (1, 3), (3, 4)]),
        ([(6, "free"), (4, "sentence"), (6, "free"), (4, "sentence")], [(0, 2), (2, 4)]),
        ([(6, "free"), (6, "free"), (6, "item")], [(0, 1), (1, 3)]),
    ],
)
def test_a_cut_falls_where_it_hurts_least(row: Row, ranges: list[tuple[int, int]]) -> None:
    assert _packed(row) == ranges


def test_no_passage_has_more_tokens_than_there_is_room_for() -> None:
    assert _packed([(4, "free")] * 4, words=100, room=8) == [(0, 2), (2, 4)]
    assert _packed([(4, "free")] * 4, words=100, room=7) == [(0, 1), (1, 2), (2, 3), (3, 4)]


def test_the_context_of_the_first_unit_takes_room_too() -> None:
    assert _packed([(4, "item")] * 4, [0, 1, 1, 1], words=100, room=8) == [(0, 2), (2, 3), (3, 4)]
    assert _packed([(4, "item")] * 4, [0, 1, 1, 1], words=100, room=9) == [(0, 2), (2, 4)]


def test_a_unit_that_has_no_room_stands_alone() -> None:
    assert _packed([(50, "free"), (50, "free"), (2, "free")], room=9) == [(0, 1), (1, 2), (2, 3)]


def test_a_passage_has_at_most_64_units() -> None:
    assert _packed([(1, "free")] * 64, words=999, room=999) == [(0, 64)]
    assert len(_packed([(1, "free")] * 65, words=999, room=999)) == 2
