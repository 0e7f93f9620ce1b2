"""The project's own evaluation questions: well formed, answered by the corpus where they say so, and nobody's copy."""

import json
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import combinations, product
from pathlib import Path

import pytest
from rapidfuzz import fuzz

from faqbot.readers import read

ROOT = Path(__file__).parents[1]
CORPUS = ROOT / "corpus"
DATA = Path(__file__).parent / "data"
SEEDS = ROOT.parent / "shared" / "eval" / "seeds"
LEAST = {"faq": 30, "paraphrase": 60, "detail": 35, "typo": 25, "keyword": 20, "multi": 10, "followup": 30}
LEAST_OUTSIDE = {"near": 55, "far": 55}
SHORTEST, LONGEST = 6, 20  # words of a quote
TOO_NEAR = 88  # rapidfuzz ratio, 0 to 100: above it two questions are one question reworded


def rows(path: Path) -> list[dict[str, object]]:
    """Each line of a JSON Lines file; split on newlines only, since splitlines() would cut a text at U+2028."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


QUESTIONS = rows(DATA / "questions.jsonl")
OUTSIDE = rows(DATA / "out_of_scope.jsonl")


def plain(text: object) -> str:
    """A text in one spelling, so that case and spacing cannot hide a copy."""
    return " ".join(unicodedata.normalize("NFKC", str(text)).casefold().split())


def folded(text: str) -> str:
    """A text as quotes are compared: white space folded, lower case."""
    return " ".join(text.split()).lower()


def golds(row: dict[str, object]) -> list[dict[str, str]]:
    """The gold places of a question."""
    found = row["gold"]
    assert isinstance(found, list)
    return found


@cache
def blocks(document_id: str) -> tuple[str, ...]:
    """The paragraphs, list items and table rows of a corpus document, as the reader gives them."""
    lines = read(CORPUS / document_id, document_id=document_id).text.split("\n")
    return tuple(folded(line) for line in lines if line.strip())


def questions_of(found: Iterable[dict[str, object]]) -> dict[str, str]:
    """Id to question."""
    return {str(row["id"]): plain(row["question"]) for row in found}


def corpus_questions() -> dict[str, str]:
    """Every question and alternate of the corpus, by where it stands."""
    found = {}
    for path in sorted((CORPUS / "faq").glob("*.yaml")):
        for pair in read(path, document_id=path.name).pairs:
            for number, question in enumerate((pair.question, *pair.alternates)):
                found[f"{path.name}: {pair.question} ({number})"] = plain(question)
    return found


def too_near(pairs: Iterable[tuple[tuple[str, str], tuple[str, str]]]) -> Iterator[tuple[str, str, int]]:
    """The pairs of ids whose questions are all but the same, with their likeness."""
    for (one, left), (other, right) in pairs:
        if (score := fuzz.ratio(left, right)) > TOO_NEAR:
            yield one, other, round(score)


@pytest.mark.parametrize(("found", "prefix"), [(QUESTIONS, "q"), (OUTSIDE, "x")])
def test_ids_count_up_and_questions_are_text(found: list[dict[str, object]], prefix: str) -> None:
    for number, row in enumerate(found, 1):
        assert row["id"] == f"{prefix}-{number:03d}"
        question = row["question"]
        assert isinstance(question, str), row
        assert question.strip() == question != "", row


def test_questions_have_the_form_of_the_development_set() -> None:
    for row in QUESTIONS:
        history = ["history"] if row["type"] == "followup" else []
        assert list(row) == ["id", "question", "type", *history, "gold"], row
        assert golds(row), row
        assert all(list(gold) == ["doc", "quote"] for gold in golds(row)), row
    for row in OUTSIDE:
        assert list(row) == ["id", "question", "kind"], row


def test_a_history_holds_one_to_three_messages() -> None:
    for row in QUESTIONS:
        if row["type"] == "followup":
            history = row["history"]
            assert isinstance(history, list), row
            assert 1 <= len(history) <= 3, row
            assert all(isinstance(turn, str) and turn.strip() == turn != "" for turn in history), row


def test_there_are_enough_of_each_type_and_of_no_other() -> None:
    types, kinds = (Counter(str(row[key]) for row in found) for found, key in ((QUESTIONS, "type"), (OUTSIDE, "kind")))
    assert set(types) == set(LEAST)
    assert set(kinds) == set(LEAST_OUTSIDE)
    assert all(types[name] >= least for name, least in LEAST.items()), types
    assert all(kinds[name] >= least for name, least in LEAST_OUTSIDE.items()), kinds


@pytest.mark.parametrize("row", QUESTIONS, ids=lambda row: str(row["id"]))
def test_every_quote_stands_in_one_block_of_its_document(row: dict[str, object]) -> None:
    for gold in golds(row):
        assert (CORPUS / gold["doc"]).is_file(), gold
        assert SHORTEST <= len(gold["quote"].split()) <= LONGEST, gold
        assert any(folded(gold["quote"]) in block for block in blocks(gold["doc"])), gold


def test_no_quote_is_listed_twice() -> None:
    for row in QUESTIONS:
        places = [(gold["doc"], folded(gold["quote"])) for gold in golds(row)]
        assert len(places) == len(set(places)), row


def test_every_part_of_the_corpus_is_asked_about() -> None:
    asked = {gold["doc"] for row in QUESTIONS for gold in golds(row)}
    every = {path.relative_to(CORPUS).as_posix() for path in CORPUS.rglob("*") if path.suffix in {".md", ".yaml"}}
    assert every - asked == {"README.md"}


def test_a_reworded_question_is_noticed() -> None:
    found = {
        "a": "are high heels bad for my back?",
        "b": "are high heels bad for a back?",
        "c": "which ground is kind?",
    }
    assert list(too_near(combinations(found.items(), 2))) == [("a", "b", 95)]


def test_no_question_is_another_one_reworded() -> None:
    found = questions_of([*QUESTIONS, *OUTSIDE])
    assert list(too_near(combinations(found.items(), 2))) == []


def test_no_question_comes_from_the_corpus() -> None:
    found = questions_of([*QUESTIONS, *OUTSIDE])
    assert list(too_near(product(found.items(), corpus_questions().items()))) == []


@pytest.mark.parametrize("name", ["questions.jsonl", "out_of_scope.jsonl"])
def test_no_question_comes_from_the_development_set(name: str) -> None:
    if not (SEEDS / name).exists():
        pytest.skip(f"no development set at {SEEDS}")
    found, theirs = questions_of([*QUESTIONS, *OUTSIDE]), questions_of(rows(SEEDS / name))
    assert list(too_near(product(found.items(), theirs.items()))) == []
