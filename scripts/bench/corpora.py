"""Corpora to measure on: the one that ships, and as many documents as wanted of perturbed copies of its passages."""

import json
import random
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from faqbot.index import open_index
from faqbot.types import Passage

DOCUMENTS = 100
SECTIONS = 20  # a document has so many, each of one passage
CHANGED = 0.1  # share of the words of a copied passage that are replaced by others of the corpus


@dataclass(frozen=True, slots=True)
class Bench:
    """One corpus: its documents, the index of faqbot, and what plain.py reads and writes."""

    name: str
    corpus: Path
    index: Path
    plain: Path


def perturbed(passages: Sequence[Passage], folder: Path) -> None:
    """Write DOCUMENTS Markdown files whose sections are copies of passages with some words replaced."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    chance = random.Random(5)  # the same corpus every time
    words = sorted({word for passage in passages for word in passage.text.split() if word.isalpha()})
    for number in range(DOCUMENTS):
        sections = [
            _section(passages[(number * SECTIONS + place) % len(passages)], words, chance) for place in range(SECTIONS)
        ]
        (folder / f"{number:03d}.md").write_text(f"# Copy {number}\n\n{''.join(sections)}", encoding="utf-8")


def _section(passage: Passage, words: Sequence[str], chance: random.Random) -> str:
    heading = passage.question or " ".join(passage.headings[-1:]) or "More"
    text = " ".join(chance.choice(words) if chance.random() < CHANGED else word for word in passage.text.split())
    return f"## {heading}\n\n{text}\n\n"


def export_passages(bench: Bench) -> tuple[int, int]:
    """Write the passages of an index as plain.py reads them, word for word what faqbot embeds; returns how many there
    are, and how many vectors faqbot has for them."""
    bench.plain.mkdir(parents=True, exist_ok=True)
    with (
        open_index(bench.index) as opened,
        (bench.plain / "passages.jsonl").open("w", encoding="utf-8") as out,
    ):
        for passage in opened.passages():
            out.write(json.dumps({"id": passage.id, "text": passage.embedded_text}) + "\n")
        return len(opened), int(opened.facts["vectors"])


def edit_one(corpus: Path, number: int) -> None:
    """Change one sentence of one document."""
    path = corpus / f"{number:03d}.md"
    path.write_text(f"{path.read_text(encoding='utf-8')}Walk as far as you can on day {number}.\n", encoding="utf-8")


def distinct(questions: Sequence[str]) -> Iterator[str]:
    """The questions, then each without its last word, then without its last two, so that none comes twice."""
    seen: set[str] = set()
    for dropped in range(20):
        for question in questions:
            words = question.split()
            text = " ".join(words[: len(words) - dropped])
            if text and text not in seen:
                seen.add(text)
                yield text
