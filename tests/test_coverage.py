"""Tests of scripts/facts.py and scripts/coverage.py, and of the data they read."""

import importlib.util
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from faqbot.types import Passage

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "scripts/coverage.py"
SHARED = ROOT.parent / "shared"
SEEDS = SHARED / "reference/seeds"
QUESTIONS = SHARED / "eval/seeds/questions.jsonl"
needs_shared = pytest.mark.skipif(not SEEDS.is_dir(), reason="the reference documents are not beside the repository")


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


facts = _module(ROOT / "scripts/facts.py")
FACTS = facts.load_facts(ROOT / "tests/data/facts.jsonl")


def rows(name: str) -> list[dict[str, Any]]:
    lines = (ROOT / "tests/data" / name).read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines if line]


def states(keys: list[list[str]], passage: Passage) -> bool:
    fact = facts.Fact("f-1", "000", "A fact.", tuple(map(tuple, keys)))
    return bool(facts.states(fact, facts.Plain.of(passage)))


def passage(text: str, **about: Any) -> Passage:
    return Passage(id="p", document_id="d.md", text=text, start=0, end=len(text), **about)


@pytest.mark.parametrize(
    ("keys", "text", "stated"),
    [
        ([["rest"]], "Rest helps.", True),
        ([["rest"]], "The forest rested.", False),
        ([["rest*"]], "She rested.", True),
        ([["rest", "break"]], "Take a break.", True),
        ([["rest"], ["heal*"]], "Rest lets it heal.", True),
        ([["rest"], ["heal*"]], "Rest more.", False),
        ([["few seconds"]], "Hold a few [1] seconds.", True),
        ([["do not"]], "Don't.", False),
        ([["bird dog"]], "The *bird-dog*.", True),
        ([["10 to 15"]], "Add 10 to 15 % a week.", True),
        ([["são paulo"]], "He lives in São Paulo.", True),
    ],
)
def test_passage_states_a_fact_when_it_holds_a_key_of_every_group(
    keys: list[list[str]], text: str, stated: bool
) -> None:
    assert states(keys, passage(text)) is stated


@pytest.mark.parametrize(
    "about", [{"title": "Stenosis"}, {"headings": ("Spine", "Stenosis")}, {"question": "What is stenosis?"}]
)
def test_only_the_subject_may_stand_above_the_text(about: dict[str, Any]) -> None:
    assert states([["stenosis"], ["narrow*"]], passage("The canal is narrow.", **about))
    assert not states([["narrow*"], ["stenosis"]], passage("The canal is narrow.", **about))


def test_context_counts_as_said() -> None:
    assert states([["running"], ["risk*"]], passage("Running | higher", context="Sport | Risk"))


def test_alternate_questions_state_nothing() -> None:
    assert not states([["stenosis"]], passage("It is narrow.", alternates=("what is stenosis",)))


def test_spread_is_the_length_of_the_shortest_stretch_that_holds_every_group() -> None:
    fact = facts.Fact("f-1", "000", "A fact.", (("rest",), ("heal*",)))
    assert facts.spread(fact, facts.Plain.of(passage("Rest. Then go on. Rest heals."))) == len(" rest heals")


def test_facts_are_numbered_in_order_and_of_all_five_documents() -> None:
    assert [fact.id for fact in FACTS] == [f"f-{number:03}" for number in range(1, len(FACTS) + 1)]
    assert {fact.document for fact in FACTS} == {"000", "001", "002", "003", "004"}
    assert len(FACTS) >= 250


def test_keys_are_short_and_lower_case() -> None:
    keys = [key for fact in FACTS for group in fact.keys for key in group]
    assert [key for key in keys if key != key.lower().strip() or not 1 <= len(key.split()) <= 5] == []
    assert [fact.id for fact in FACTS if not all(fact.keys)] == []


def test_question_keys_name_facts_that_exist() -> None:
    known = {fact.id for fact in FACTS}
    assert [row["id"] for row in rows("question_keys.jsonl") if not row["facts"] or set(row["facts"]) - known] == []


@needs_shared
def test_every_development_question_has_its_facts_and_none_is_copied() -> None:
    questions = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").split("\n") if line]
    assert [row["id"] for row in rows("question_keys.jsonl")] == [question["id"] for question in questions]
    assert {tuple(row) for row in rows("question_keys.jsonl")} == {("id", "facts")}


@needs_shared
def test_facts_share_no_run_of_eight_words_with_a_document() -> None:
    taken = {run for path in SEEDS.glob("*.txt") for run in _runs(path.read_text(encoding="utf-8"))}
    texts = [text for fact in FACTS for text in (fact.text, *(key for group in fact.keys for key in group))]
    assert [text for text in texts if taken.intersection(_runs(text))] == []


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return (tuple(words[start : start + 8]) for start in range(len(words) - 7))


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    places = ("--corpus", folder / "corpus", "--facts", folder / "facts.jsonl", "--out", folder / "coverage.md")
    return subprocess.run(
        [sys.executable, SCRIPT, *places, *options], capture_output=True, text=True, encoding="utf-8", check=False
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "corpus").mkdir()
    text = "# Stenosis\n\n## What it is\n\nThe canal is narrow.\n\n## What helps\n\nSitting | helps; the canal is narrow.\n"
    (tmp_path / "corpus/stenosis.md").write_text(text)
    lines = [
        {"id": "f-001", "document": "000", "fact": "The canal is narrow | tight.", "keys": [["canal"], ["narrow*"]]},
        {"id": "f-002", "document": "001", "fact": "Sitting helps.", "keys": [["stenosis"], ["sit*"]]},
    ]
    (tmp_path / "facts.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return tmp_path


def test_table_names_the_passage_that_states_each_fact(folder: Path) -> None:
    done = run(folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, "2 of 2 facts covered (100.0%)\n", "")
    table = (folder / "coverage.md").read_text(encoding="utf-8")
    assert "| f-001 | The canal is narrow \\| tight. | stenosis.md: What it is | 1 more |\n" in table
    assert "| f-002 | Sitting helps. | stenosis.md: What helps |  |\n" in table


def test_fact_that_no_passage_states_is_listed_and_fails(folder: Path) -> None:
    (folder / "corpus/stenosis.md").write_text("# Stenosis\n\nThe canal is narrow.\n")
    done = run(folder)
    assert done.returncode == 1
    assert done.stdout == "not covered: f-002 (001) Sitting helps.\n1 of 2 facts covered (50.0%)\n"
    assert "| f-002 | Sitting helps. | **nowhere** |  |\n" in (folder / "coverage.md").read_text(encoding="utf-8")
    assert run(folder, "--check").returncode == 1


def test_check_writes_nothing(folder: Path) -> None:
    assert run(folder, "--check").returncode == 0
    assert not (folder / "coverage.md").exists()


def test_shipped_corpus_covers_every_fact() -> None:
    done = subprocess.run([sys.executable, SCRIPT, "--check"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
