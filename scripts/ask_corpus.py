"""Asks an index the development questions: index in, the share that finds its fact among the first passages out.

  python scripts/ask_corpus.py [INDEX] [--top 3] [--at-least 0.95]

A question counts if one of its first passages states a fact that answers it. tests/data/question_keys.jsonl names the
facts by the question's id, so no question is kept here; the questions lie beside the repository and may be absent.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from facts import Fact, Plain, load_facts, states

from faqbot import FaqBot

ROOT = Path(__file__).parents[1]
QUESTIONS = ROOT.parent / "shared/eval/seeds/questions.jsonl"
DATA = ROOT / "tests/data"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its first passages, and the rank (from 1) of the first that states an answering fact."""

    id: str
    passages: tuple[Plain, ...]
    rank: int | None


def main(arguments: Sequence[str] | None = None) -> int:
    """0 if the share is high enough, or if there are no questions to ask; else 1."""
    options = _options(arguments)
    if not options.questions.is_file():
        print(f"Skipped: no questions at {options.questions}")
        return 0
    with FaqBot.load(options.index) as bot:
        asked = ask(bot, options.questions, answering_facts(options.data), top=options.top)
    for one in asked:
        if one.rank is None:
            print(f"miss {one.id}: {'; '.join(_place(passage) for passage in one.passages) or 'nothing found'}")
    hits = sum(1 for one in asked if one.rank)
    print(
        f"{hits} of {len(asked)} questions ({hits / max(1, len(asked)):.1%}) find their fact in {options.top} passages"
    )
    return 0 if hits >= options.at_least * len(asked) else 1


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The share of development questions that the corpus answers.")
    parser.add_argument("index", nargs="?", type=Path, default=ROOT / "index")
    parser.add_argument("--questions", type=Path, default=QUESTIONS)
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of facts.jsonl and question_keys.jsonl")
    parser.add_argument("--top", type=int, default=3, help="how many passages are looked at")
    parser.add_argument("--at-least", type=float, default=0.95, help="the share below which the exit code is 1")
    return parser.parse_args(arguments)


def answering_facts(data: Path) -> dict[str, tuple[Fact, ...]]:
    """The facts that answer each question, by the question's id."""
    facts = {fact.id: fact for fact in load_facts(data / "facts.jsonl")}
    return {row["id"]: tuple(facts[name] for name in row["facts"]) for row in _rows(data / "question_keys.jsonl")}


def ask(bot: FaqBot, questions: Path, facts: Mapping[str, Sequence[Fact]], *, top: int) -> list[Asked]:
    """Every question of a file asked, with what was found."""
    return [_ask(bot, row, facts[row["id"]], top) for row in _rows(questions)]


def _ask(bot: FaqBot, row: Mapping[str, Any], facts: Sequence[Fact], top: int) -> Asked:
    answer = bot.answer(row["question"], history=row.get("history", []), top_k=top)
    passages = tuple(Plain.of(hit.passage) for hit in answer.hits[:top])
    ranks = (rank for rank, passage in enumerate(passages, 1) if any(states(fact, passage) for fact in facts))
    return Asked(row["id"], passages, next(ranks, None))


def _place(passage: Plain) -> str:
    headings = passage.passage.headings or (passage.passage.question,)
    return f"{passage.passage.document_id}: {headings[-1]}"


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]


if __name__ == "__main__":
    sys.exit(main())
