"""Tests of scripts/ask_corpus.py against a small index that is really built and asked."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from faqbot.index import build
from faqbot.settings import Settings

SCRIPT = Path(__file__).parents[1] / "scripts/ask_corpus.py"
SHOES = "# Shoes\n\n## High heels\n\nHigh heels tip your weight forward and strain the lower back.\n"
STENOSIS = "# Stenosis\n\n## Sitting down\n\nSitting down eases the pain of spinal stenosis.\n"


def lines(*rows: object) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


@pytest.fixture(scope="module")
def folder(with_encoder: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("ask")
    (place / "corpus").mkdir()
    (place / "corpus/shoes.md").write_text(SHOES)
    (place / "corpus/stenosis.md").write_text(STENOSIS)
    build(place / "corpus", with_encoder(place / "index"), settings=Settings())
    (place / "facts.jsonl").write_text(
        lines(
            {"id": "f-001", "document": "000", "fact": "Heels tip weight.", "keys": [["heels"], ["forward"]]},
            {"id": "f-002", "document": "000", "fact": "Sitting eases.", "keys": [["stenosis"], ["eases"]]},
        )
    )
    (place / "question_keys.jsonl").write_text(
        lines({"id": "q-1", "facts": ["f-001"]}, {"id": "q-2", "facts": ["f-001", "f-002"]})
    )
    (place / "questions.jsonl").write_text(
        lines(
            {"id": "q-1", "question": "Why do high heels strain my lower back?"},
            {"id": "q-2", "question": "Does sitting ease it?", "history": ["I have spinal stenosis"]},
        )
    )
    return place


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    places = (folder / "index", "--questions", folder / "questions.jsonl", "--data", folder)
    return subprocess.run([sys.executable, SCRIPT, *places, *options], capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_questions_whose_first_passage_states_a_fact_count(folder: Path) -> None:
    done = run(folder, "--top", "1")
    assert (done.returncode, done.stdout) == (0, "2 of 2 questions (100.0%) find their fact in 1 passages\n")


@pytest.mark.slow
def test_question_without_its_fact_is_listed_and_fails(folder: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "questions.jsonl"
    wrong.write_text(lines({"id": "q-1", "question": "Does sitting ease spinal stenosis?"}))
    done = run(folder, "--top", "1", "--questions", str(wrong))
    assert done.returncode == 1
    assert done.stdout.split("\n")[:2] == [
        "miss q-1: stenosis.md: Sitting down",
        "0 of 1 questions (0.0%) find their fact in 1 passages",
    ]
    assert run(folder, "--top", "1", "--questions", str(wrong), "--at-least", "0").returncode == 0


def test_absent_questions_are_skipped_with_a_word(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert (done.returncode, done.stdout) == (0, f"Skipped: no questions at {tmp_path / 'questions.jsonl'}\n")
