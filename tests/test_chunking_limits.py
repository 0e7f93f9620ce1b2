"""What gives way to what when the encoder reads too little, to the word piece."""

import pytest

from faqbot.chunking import render_passages, split
from faqbot.chunking.sections import sections
from faqbot.types import Document, Pair, Passage


def _words(text: str) -> int:
    """A stand-in for an encoder whose tokens are words, with two special ones."""
    return len(text.split()) + 2


def _named(count: int, name: str) -> str:
    return " ".join(f"{name}{at}" for at in range(1, count + 1))


def _cut(text: str, *, limit: int = 40, words: int = 80) -> list[Passage]:
    return list(split(Document("d", text), _words, limit=limit, words=words))


@pytest.mark.parametrize(("length", "kept"), [(18, _named(18, "h")), (19, f"{_named(8, 'h')}…")])
def test_a_heading_has_half_of_what_the_encoder_reads_else_a_quarter(length: int, kept: str) -> None:
    (passage,) = _cut(f"## {_named(length, 'h')}\n\nShort text.\n")
    assert (passage.headings, passage.text) == ((kept,), "Short text.")


@pytest.mark.parametrize(
    ("outer", "inner", "kept"),
    [
        (9, 9, (_named(9, "h"), _named(9, "i"))),
        (11, 8, (_named(8, "i"),)),
        (9, 10, (f"{_named(8, 'i')}…",)),
    ],
)
def test_outer_headings_give_way_before_inner_ones(outer: int, inner: int, kept: tuple[str, ...]) -> None:
    (passage,) = _cut(f"## {_named(outer, 'h')}\n\n### {_named(inner, 'i')}\n\nShort text.\n")
    assert passage.headings == kept


def test_a_question_is_shortened_as_a_heading_is() -> None:
    for length, kept in ((18, _named(18, "q")), (19, f"{_named(8, 'q')}…")):
        document = Document("d", "Yes.", pairs=(Pair(_named(length, "q"), (), 0, 4),))
        (passage,) = split(document, _words, limit=40)
        assert (passage.question, passage.text) == (kept, "Yes.")


def test_a_context_has_half_of_the_room_that_headings_leave() -> None:
    lead = f"{_named(20, 'l')}:"
    found = _cut(f"{lead}\n\n- {_named(12, 'a')}\n- {_named(12, 'b')}\n", words=12)
    assert [one.context for one in found] == ["", lead[: lead.index(" l20")] + "…", lead[: lead.index(" l20")] + "…"]
    assert [_words(one.embedded_text) for one in found] == [22, 34, 34]


@pytest.mark.parametrize(("length", "parts"), [(38, 1), (39, 2)])
def test_a_paragraph_may_fill_what_the_encoder_reads(length: int, parts: int) -> None:
    text = _named(length, "w")
    found = _cut(f"{text}\n")
    assert len(found) == parts
    assert " ".join(one.text for one in found) == text


@pytest.mark.parametrize(("length", "parts"), [(38, 1), (39, 2)])
def test_a_pair_is_one_passage_while_it_fits(length: int, parts: int) -> None:
    first, second = f"W{_named(length // 2, 'w')}.", f"V{_named(length - length // 2, 'v')}."
    text = f"{first}\n\n{second}\n"
    document = Document("d", text, pairs=(Pair("", ("other",), 0, len(text) - 1),))
    found = list(split(document, _words, limit=40, words=5))
    assert (len(found) == 1) is (parts == 1)
    assert found[0].alternates == ("other",)
    assert {one.alternates for one in found[1:]} <= {()}


def test_two_characters_that_do_not_fit_below_a_heading_are_two_passages() -> None:
    def costly(text: str) -> int:
        _, line, last = text.rpartition("\n")
        return 42 if line and len(last) > 1 else 2

    found = split(Document("d", "## H\n\nab\n"), costly, limit=32)
    assert [one.text for one in found] == ["a", "b"]


def test_what_an_answer_holds_keeps_its_kind_but_headings_are_text() -> None:
    text = "# Yes\n\n- one\n\n| A |\n|---|\n| 1 |\n"
    (section,) = sections(Document("d", text, pairs=(Pair("Q", (), 0, len(text)),)))
    assert [block.kind for block in section.blocks] == ["paragraph", "item", "row"]


@pytest.mark.parametrize(("length", "shown"), [(100, "x" * 100), (101, "x" * 99 + "…")])
def test_what_was_left_out_is_shown_up_to_a_hundred_characters(length: int, shown: str) -> None:
    text = f"Kept.\n\n{'x' * length}\n"
    document = Document("d", text, boilerplate=((7, 7 + length),))
    rendered = render_passages(document, split(document, _words, limit=40))
    assert f"  {shown}\n" in rendered


def test_no_more_headings_give_way_than_must() -> None:
    (passage,) = _cut(f"## {_named(11, 'h')}\n\n### {_named(6, 'i')}\n\n#### {_named(7, 'j')}\n\nShort text.\n")
    assert passage.headings == (_named(6, "i"), _named(7, "j"))
