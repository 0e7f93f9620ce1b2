"""What stands together under one path of headings, and which sources a passage names."""

import pytest

from faqbot.chunking.chunker import sources_of
from faqbot.chunking.sections import sections
from faqbot.markdown import blocks
from faqbot.types import Document, Pair, Source, Span


def _sections(document: Document) -> list[tuple[tuple[str, ...], list[str]]]:
    return [
        (section.headings, [document.text[block.start : block.end] for block in section.blocks])
        for section in sections(document)
    ]


def _place(text: str, piece: str) -> Span:
    start = text.index(piece)
    return start, start + len(piece)


def test_a_heading_ends_those_of_its_level_and_below() -> None:
    text = "# A\n\none\n\n## B\n\ntwo\n\n### C\n\nthree\n\n## D\n\nfour\n\n# E\n\nfive\n"
    assert _sections(Document("d", text)) == [
        (("A",), ["one"]),
        (("A", "B"), ["two"]),
        (("A", "B", "C"), ["three"]),
        (("A", "D"), ["four"]),
        (("E",), ["five"]),
    ]


def test_a_rule_ends_all_headings_but_those_of_the_first_level() -> None:
    text = "# A\n\n## B\n\none\n\n---\n\ntwo\n"
    assert _sections(Document("d", text)) == [(("A", "B"), ["one"]), (("A",), ["two"])]


def test_the_title_and_a_removed_heading_are_no_headings_of_a_section() -> None:
    text = "# Calves\n\n## Share this\n\none\n\n## \n\ntwo\n"
    document = Document("d", text, title="Calves", boilerplate=(_place(text, "## Share this"),))
    assert _sections(document) == [((), ["one"]), ((), ["two"])]


@pytest.mark.parametrize(
    ("removed", "found"),
    [
        ((), [["one two three", "four"]]),
        (("two ",), [["one"], ["three", "four"]]),
        (("one ",), [["two three", "four"]]),
        (("three",), [["one two"], ["four"]]),
        (("one", "three"), [["two"], ["four"]]),
        (("three\n\nfour",), [["one two"]]),
        (("four",), [["one two three"]]),
        (("\n\n",), [["one two three", "four"]]),
    ],
)
def test_removed_text_ends_a_run_of_blocks_and_leaves_what_is_beside_it(
    removed: tuple[str, ...], found: list[list[str]]
) -> None:
    text = "one two three\n\nfour\n"
    document = Document("d", text, boilerplate=tuple(_place(text, piece) for piece in removed))
    assert [texts for _, texts in _sections(document)] == found


def test_the_rows_of_a_table_stay_together_and_with_what_leads_to_them() -> None:
    text = "Lead:\n\n| A | B |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n"
    assert _sections(Document("d", text)) == [((), ["Lead:", "| 1 | 2 |", "| 3 | 4 |"])]


def test_a_pair_stands_alone_with_the_headings_in_it_and_the_text_around_it_keeps_its_own() -> None:
    text = "# Top\n\nbefore\n\n## FAQ:\n\n### Is it?\n\n# Yes\n\nIt is.\n\n## After\n\nend\n"
    pair = Pair("Is it?", (), text.index("# Yes"), text.index("\n\n## After"))
    document = Document("d", text, pairs=(pair,))
    assert _sections(document) == [
        (("Top",), ["before"]),
        (("Top",), ["# Yes", "It is."]),
        (("Top", "After"), ["end"]),
    ]
    assert [section.pair for section in sections(document)] == [None, pair, None]


def test_the_places_of_a_table_in_an_answer_are_those_in_the_document() -> None:
    text = "## Q\n\nLead:\n\n| A | B |\n|---|---|\n| 1 | 2 |\n"
    (section,) = sections(Document("d", text, pairs=(Pair("Q", (), text.index("Lead"), len(text)),)))
    assert [(block.start, block.end, block.header) for block in section.blocks] == [
        (block.start, block.end, block.header) for block in blocks(text) if block.kind != "heading"
    ]


A, B, C = (Source(title=name, mark=mark) for name, mark in (("A", "1"), ("B", "2"), ("C", "3")))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ache [2].", (B,)),
        ("Ache [3][1], more [3].", (C, A)),
        ("Ache [2, 1].", (B, A)),
        ("Ache [1-3].", (A, B, C)),
        ("Ache [2–3].", (B, C)),
        ("Ache [1-2, 3].", (A, B, C)),
        ("Ache [2-2].", (B,)),
        ("Ache [3-1].", ()),  # no range
        ("Ache [1-31].", (A, B, C)),
        ("Ache [1-32].", ()),  # a range of pages
        ("Ache [9].", ()),
        ("Ache [2](https://a.b).", ()),
        ("Ache [^2].", (B,)),
    ],
)
def test_marks_name_sources(text: str, found: tuple[Source, ...]) -> None:
    document = Document("d", text, title="T", url="u", author="Ann", date="2024", sources=(A, B, C))
    assert sources_of(document, text, None) == (found or (Source("T", "u", "Ann", "2024"),))


def test_a_pair_names_its_sources_beside_those_of_its_marks() -> None:
    own = Source(title="Own")
    document = Document("d", "Ache [2].", sources=(A, B))
    assert sources_of(document, document.text, Pair("Q", (), 0, 9, (own,))) == (B, own)


def test_sources_without_a_mark_are_named_by_nothing() -> None:
    document = Document("d", "Ache [].", title="T", sources=(Source(title="A"),))
    assert sources_of(document, document.text, None) == (Source("T"),)
