"""The reference documents, read, indexed and asked: skipped where ../shared is absent."""

import importlib.util
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from faqbot.bot import FaqBot
from faqbot.evaluation import metrics as quotes
from faqbot.index import build, open_index
from faqbot.settings import Settings
from faqbot.types import Passage

BOILERPLATE = ("Leave a Comment", "Website | + posts", "Ask AI Doctor", "Docus AI Symptom Checker")


@pytest.fixture(scope="module")
def folder(shared: Path, with_encoder: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    index = with_encoder(tmp_path_factory.mktemp("seeds") / "index")
    build(shared / "reference" / "seeds", index, settings=Settings(threads=1))
    return index


@pytest.fixture(scope="module")
def seeds(folder: Path) -> Iterator[FaqBot]:
    with FaqBot.load(folder, settings=Settings()) as bot:
        yield bot


@pytest.fixture(scope="module")
def passages(folder: Path) -> tuple[Passage, ...]:
    with open_index(folder) as opened:
        return tuple(opened.passages())


def reference_scorer(shared: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("score", shared / "eval" / "seeds" / "score.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["score"] = module
    spec.loader.exec_module(module)
    return module


def test_no_passage_is_boilerplate(passages: tuple[Passage, ...]) -> None:
    texts = [passage.text + passage.context for passage in passages]
    assert len(texts) > 80
    assert [text for text in texts for advert in BOILERPLATE if advert.lower() in text.lower()] == []


def test_each_passage_is_a_slice_of_its_document(seeds: FaqBot, passages: tuple[Passage, ...]) -> None:
    for passage in passages:
        assert seeds.document(passage.document_id).text[passage.start : passage.end] == passage.text


def test_our_scores_are_those_of_the_reference_scorer(seeds: FaqBot, shared: Path) -> None:
    path = shared / "eval" / "seeds" / "questions.jsonl"
    questions = quotes.load_questions(path)
    results = {one.id: [hit.passage for hit in seeds.rank(one.text, one.history, 10).hits] for one in questions}
    ours = quotes.score(questions, results)
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
    shown = {
        name: [{"text": passage.text, "source": passage.document_id} for passage in found]
        for name, found in results.items()
    }
    theirs = reference_scorer(shared).score(shown, rows)
    names = {
        "hit_at_1": "hit@1",
        "hit_at_3": "hit@3",
        "hit_at_5": "hit@5",
        "mrr_at_10": "mrr@10",
        "source_at_1": "src@1",
        "documents_at_5": "docs@5",
        "words_at_5": "words@5",
    }
    for kind, row in ours.items():
        for mine, other in names.items():
            assert getattr(row, mine) == pytest.approx(theirs[kind][other]), (kind, mine)
