"""Blocks of Markdown and their exact places."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faqbot.markdown import Block, blocks, heading_text, plain

MIXED = """# Sore heels

A paragraph
of two lines.

- first
  - inner one
  - inner two

    with more
- last

  > quoted
  > - not an item

| Cause | Sign |
| --- | --- |
| Strain | Dull ache |
| Disc | Leg pain |

Under
-----

***
<!-- a remark -->
```
# code
```
1. one

2. two
"""


def _seen(text: str) -> list[tuple[str, int, str]]:
    return [(block.kind, block.level, text[block.start : block.end]) for block in blocks(text)]


def test_every_kind_of_block_is_found_in_its_place() -> None:
    assert _seen(MIXED) == [
        ("heading", 1, "# Sore heels"),
        ("paragraph", 0, "A paragraph\nof two lines."),
        ("item", 1, "- first"),
        ("item", 2, "- inner one"),
        ("item", 2, "- inner two\n\n    with more"),
        ("item", 1, "- last\n\n  > quoted\n  > - not an item"),
        ("row", 0, "| Strain | Dull ache |"),
        ("row", 0, "| Disc | Leg pain |"),
        ("heading", 2, "Under\n-----"),
        ("break", 0, "***"),
        ("break", 0, "<!-- a remark -->"),
        ("code", 0, "```\n# code\n```"),
        ("item", 1, "1. one"),
        ("item", 1, "2. two"),
    ]


def test_rows_know_their_header() -> None:
    headers = {block.header for block in blocks(MIXED) if block.kind == "row"}
    assert [MIXED[slice(*header)] for header in headers if header] == ["| Cause | Sign |"]


def test_a_table_of_a_header_alone_is_a_row() -> None:
    assert _seen("| Cause | Sign |\n| --- | --- |\n") == [("row", 0, "| Cause | Sign |")]


def test_what_a_nested_list_is_followed_by_inside_its_item_is_not_lost() -> None:
    assert _seen("- a\n  - b\n\n  c\n") == [("item", 1, "- a"), ("item", 2, "- b"), ("paragraph", 0, "c")]


def test_an_item_nested_deeper_than_the_parser_goes_is_kept() -> None:
    text = "- " * 60 + "deep"
    assert [block.kind for block in blocks(text)] == ["item"]
    assert text[blocks(text)[0].end - 4 :] == "deep"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("# Plain", "Plain"),
        ("### Closed ###", "Closed"),
        ("## C#", "C#"),
        ("## **Bold** and `code` and [a link](http://x.y)", "Bold and code and a link"),
        ("Under\n=====", "Under"),
        ("## snake_case stays", "snake_case stays"),
    ],
)
def test_heading_text_is_what_a_person_reads(line: str, words: str) -> None:
    assert heading_text(Block("heading", 0, len(line)), line) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("![a picture](x.png) and *more*", "a picture and more"),
        (r"1 \< 2 \* 3", "1 < 2 * 3"),
        ("two\nlines", "two lines"),
        ("5 * 3 is __not__ bold_here_either", "5 * 3 is not bold_here_either"),
    ],
)
def test_plain_leaves_out_marks(text: str, words: str) -> None:
    assert plain(text) == words


MARKS = st.sampled_from(
    [
        "# ",
        "- ",
        "  - ",
        "> ",
        "1. ",
        "| a | b |\n",
        "|---|---|\n",
        "```\n",
        "\n",
        "\n\n",
        "---\n",
        "<b>",
        "[a]: b\n",
        "word ",
        "Is it? ",
        "\t",
    ]
)


@given(st.lists(MARKS, max_size=40).map("".join))
def test_blocks_are_in_order_apart_and_without_space_around(text: str) -> None:
    found = blocks(text)
    for block in found:
        piece = text[block.start : block.end]
        assert piece and piece == piece.strip()
    assert all(before.end <= after.start for before, after in pairwise(found))


@given(
    st.lists(
        st.sampled_from(["# head", "- item", "  - inner", "> quote", "1. one", "para", "", "| a | b |", "|---|---|"]),
        max_size=25,
    )
)
def test_every_word_stands_in_a_block_or_a_header(lines: list[str]) -> None:
    text = "\n".join(lines)
    covered = [False] * len(text)
    for block in blocks(text):
        for start, end in ((block.start, block.end), block.header or (0, 0)):
            covered[start:end] = [True] * (end - start)
    lost = "".join(character for character, kept in zip(text, covered, strict=True) if not kept)
    assert not any(character.isalnum() for character in lost)
