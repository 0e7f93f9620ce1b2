"""Folders as benchmarks have them: rows, queries and judgements in, documents and the field's measures out."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from faqbot.errors import FaqbotError
from faqbot.evaluation.benchmark import CORPUS, QRELS, QUERIES, measure, read_folder
from faqbot.types import Passage

ROWS = (
    {"id": "d1", "text": "Walk.", "title": "T", "url": " https://a.b ", "question": "What helps?"},
    {"id": "d2", "text": "Rest.", "title": "U"},
)


def _folder(
    path: Path,
    queries: Sequence[Mapping[str, Any]],
    judgements: str = "",
    rows: Sequence[Mapping[str, Any]] = ROWS,
) -> Path:
    for name, listed in ((CORPUS, rows), (QUERIES, queries)):
        (path / name).write_text("\n\n".join(json.dumps(row) for row in listed) + "\n", encoding="utf-8")
    if judgements:
        (path / QRELS).write_text(judgements, encoding="utf-8")
    return path


def test_rows_are_documents_and_those_with_a_question_are_pairs(tmp_path: Path) -> None:
    read = read_folder(_folder(tmp_path, [{"id": "q1", "text": "what helps"}], "q1\td1\t2\n\nq1\td2\t0\n"))
    assert [(one.id, one.text, one.title, one.url) for one in read.documents] == [
        ("d1", "Walk.", "T", "https://a.b"),
        ("d2", "Rest.", "U", ""),
    ]
    assert [[(pair.question, pair.start, pair.end) for pair in one.pairs] for one in read.documents] == [
        [("What helps?", 0, 5)],
        [],
    ]
    assert (read.queries, read.relevant) == ({"q1": "what helps"}, {"q1": {"d1": 2, "d2": 0}})
    assert read.in_scope == {"q1": True}
    assert [one.pairs for one in read_folder(tmp_path, fields="text").documents] == [(), ()]


def test_without_judgements_rows_are_utterances_and_queries_name_their_intent(tmp_path: Path) -> None:
    rows = [{"id": name, "text": f"say {name}", "title": title} for name, title in (("a", "X"), ("b", "X"), ("c", "Y"))]
    queries = [
        {"id": "q1", "text": "x?", "label": "in", "intent": "X"},
        {"id": "q2", "text": "z?", "label": "out", "intent": "Z"},
        {"id": "q3", "text": "?"},
    ]
    read = read_folder(_folder(tmp_path, queries, rows=rows))
    assert [one.pairs[0].question for one in read.documents] == ["say a", "say b", "say c"]
    assert read.relevant == {"q1": {"a": 1, "b": 1}}
    assert read.in_scope == {"q1": True, "q2": False, "q3": True}


def test_a_document_is_ranked_by_its_best_passage(tmp_path: Path) -> None:
    queries = [{"id": name, "text": name} for name in ("first", "second", "unjudged")]
    read = read_folder(_folder(tmp_path, queries, "first\td1\t1\nsecond\td1\t1\n"))
    orders = {"first": ["d1", "d1", "d2"], "second": ["d2", "d2", "d1"]}
    seen: list[tuple[int, int]] = []

    def ask(question: str, depth: int) -> list[Passage]:
        return [Passage(str(at), name, "t", 0, 1) for at, name in enumerate(orders[question])]

    found = measure(read, ask, lambda done, of: seen.append((done, of)))
    assert found == {
        "hit@1": 0.5,
        "hit@5": 1.0,
        "mrr@10": 0.75,
        "ndcg@10": pytest.approx((1 + 0.63093) / 2, abs=1e-5),
        "queries": 2.0,
    }
    assert seen == [(1, 2), (2, 2)]


def test_a_file_that_is_missing_or_no_json_lines_is_named(tmp_path: Path) -> None:
    with pytest.raises(FaqbotError, match=f"has no {CORPUS}"):
        read_folder(tmp_path)
    _folder(tmp_path, [{"id": "q1", "text": "x"}])
    (tmp_path / QUERIES).write_text('{"id": "q1", "text": "x"}\n{"id"\n', encoding="utf-8")
    with pytest.raises(FaqbotError, match=rf"{QUERIES}, line 2 is not JSON"):
        read_folder(tmp_path)
