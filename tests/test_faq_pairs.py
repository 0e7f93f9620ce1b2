"""Tests of the question-answer pairs in corpus/faq: what the writing rules ask beyond what the linter checks."""

import json
import re
from pathlib import Path

import pytest
from rapidfuzz import fuzz

from faqbot.readers import read
from faqbot.types import Document, Pair

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "corpus/faq"
SEEDS = ROOT.parent / "shared/eval/seeds"
DOCUMENTS = tuple(read(path, document_id=path.name) for path in sorted(FOLDER.glob("*.yaml")))
PAIRS = [(document, pair) for document in DOCUMENTS for pair in document.pairs]
MARK = re.compile(r"\[\d+\]")


def _words(text: str) -> list[str]:
    return re.findall(r"[\w']+", MARK.sub(" ", text).lower().replace("\u2019", "'"))


def _answer(document: Document, pair: Pair) -> str:
    return document.text[pair.start : pair.end]


def test_there_are_enough_pairs_in_enough_files() -> None:
    assert len(PAIRS) >= 90
    assert len(DOCUMENTS) >= 8


def test_every_pair_has_four_to_ten_other_ways_to_ask() -> None:
    assert [pair.question for _, pair in PAIRS if not 4 <= len(pair.alternates) <= 10] == []


def test_answers_have_30_to_80_words() -> None:
    counts = {pair.question: len(_words(_answer(document, pair))) for document, pair in PAIRS}
    assert {question: count for question, count in counts.items() if not 30 <= count <= 80} == {}


def test_answers_name_a_source_or_say_that_they_are_general_advice() -> None:
    unfounded = [
        pair.question
        for document, pair in PAIRS
        if not MARK.search(_answer(document, pair)) and "general advice" not in _answer(document, pair)
    ]
    assert unfounded == []


def test_no_way_to_ask_belongs_to_two_pairs() -> None:
    ways = [" ".join(_words(way)) for _, pair in PAIRS for way in (pair.question, *pair.alternates)]
    assert sorted({way for way in ways if ways.count(way) > 1}) == []


@pytest.mark.parametrize("name", ["questions.jsonl", "out_of_scope.jsonl"])
def test_no_way_to_ask_is_a_development_question(name: str) -> None:
    """Those questions measure the corpus; taken over, they would measure nothing."""
    path = SEEDS / name
    if not path.is_file():
        pytest.skip("the development questions are not beside the repository")
    lines = path.read_text(encoding="utf-8").split("\n")
    questions = [" ".join(_words(json.loads(line)["question"])) for line in lines if line]
    ways = [" ".join(_words(way)) for _, pair in PAIRS for way in (pair.question, *pair.alternates)]
    # Three words or fewer are a topic ("spondylolisthesis"), which any page about it must name.
    long = [question for question in questions if len(question.split()) > 3]
    assert [(way, question) for way in ways for question in long if fuzz.token_sort_ratio(way, question) >= 85] == []
