"""Hit rates, MRR and sources for questions with gold quotes, per question type.

A passage is a hit when it contains a gold quote (white space folded, lower case) or a contiguous window of at least
80 % of the quote's words, punctuation ignored, so that a splitter that cuts inside a quote is not punished.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from faqbot.errors import FaqbotError, QuestionError
from faqbot.types import Passage, Ranking

DEPTH = 10  # passages looked at for each question
QUOTE_SHARE = 0.8

Rank = Callable[[str, Sequence[str], int], Ranking]


@dataclass(frozen=True, slots=True)
class Gold:
    """A quote that answers, and its document: the id, or the number that the name of its file starts with."""

    document: str
    quote: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question to evaluate with; `kind` is its type, or "near" and "far" for those that nothing answers."""

    id: str
    text: str
    kind: str
    history: tuple[str, ...] = ()
    gold: tuple[Gold, ...] = ()


@dataclass(frozen=True, slots=True)
class Scores:
    """Means over questions; `source_at_1` over those with a hit at rank 1 (None where there are none)."""

    count: int
    hit_at_1: float
    hit_at_3: float
    hit_at_5: float
    mrr_at_10: float
    source_at_1: float | None
    documents_at_5: float
    words_at_5: float


def load_questions(path: Path) -> tuple[Question, ...]:
    """Read a file of one JSON object a line. Raises FaqbotError naming the line that is not a question."""
    found = []
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FaqbotError(f"The questions in {path} cannot be read ({error}). Expected JSON, one a line") from error
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            found.append(_question(line, f"{path}, line {number}"))
    if not found:
        raise FaqbotError(f"The file {path} holds no questions. Expected JSON, one a line")
    return tuple(found)


def _question(line: str, place: str) -> Question:
    try:
        row = json.loads(line)
        return Question(
            id=str(row["id"]),
            text=str(row["question"]),
            kind=str(row.get("type") or row.get("kind") or "all"),
            history=tuple(row.get("history", ())),
            gold=tuple(Gold(str(gold["doc"]), str(gold["quote"])) for gold in row.get("gold", ())),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise FaqbotError(
            f'{place} is no question ({error!r}). Expected {{"id", "question", "type", "gold": [{{"doc", "quote"}}]}}'
        ) from error


def ranked(rank: Rank, question: Question) -> Ranking | None:
    """Return what is found for a question; None where it was refused as input."""
    try:
        return rank(question.text, question.history, DEPTH)
    except QuestionError:
        return None


def score(questions: Sequence[Question], results: Mapping[str, Sequence[Passage]]) -> dict[str, Scores]:
    """Scores over all questions under "all", then per type in the order they first appear."""
    rows = [(question.kind, _row(question, results.get(question.id, ()))) for question in questions]
    kinds = dict.fromkeys(kind for kind, _ in rows)
    tables = {"all": [row for _, row in rows]}
    tables |= {name: [row for kind, row in rows if kind == name] for name in kinds}
    return {name: _mean(table) for name, table in tables.items()}


@dataclass(frozen=True, slots=True)
class _Row:
    rank: int | None
    source_right: bool | None
    documents: float
    words: float


def first_hit(question: Question, passages: Sequence[Passage]) -> int | None:
    """The rank, from 1, of the first of ten passages that contains a gold quote."""
    return _row(question, passages).rank


def _row(question: Question, passages: Sequence[Passage]) -> _Row:
    shown = [_Text.of(passage) for passage in passages[:DEPTH]]
    hits = [[gold for gold in question.gold if text.contains(gold.quote)] for text in shown]
    rank = next((number for number, gold in enumerate(hits, 1) if gold), None)
    in_five = {gold.document for gold in question.gold if any(text.contains(gold.quote) for text in shown[:5])}
    documents = {gold.document for gold in question.gold}
    right = any(_names(shown[0].source, gold.document) for gold in hits[0]) if rank == 1 else None
    words = sum(text.count for text in shown[:5]) / max(1, len(shown[:5]))
    return _Row(rank, right, len(in_five) / max(1, len(documents)), words)


def _mean(rows: Sequence[_Row]) -> Scores:
    count = len(rows)
    sources = [row.source_right for row in rows if row.source_right is not None]

    def at(depth: int) -> float:
        return sum(1 for row in rows if row.rank and row.rank <= depth) / count

    return Scores(
        count=count,
        hit_at_1=at(1),
        hit_at_3=at(3),
        hit_at_5=at(5),
        mrr_at_10=sum(1 / row.rank for row in rows if row.rank) / count,
        source_at_1=sum(sources) / len(sources) if sources else None,
        documents_at_5=sum(row.documents for row in rows) / count,
        words_at_5=sum(row.words for row in rows) / count,
    )


@dataclass(frozen=True, slots=True)
class _Text:
    text: str
    joined: str
    count: int
    source: str

    @classmethod
    def of(cls, passage: Passage) -> _Text:
        words = quote_words(passage.text)
        return cls(_folded(passage.text), f" {' '.join(words)} ", len(words), passage.document_id)

    def contains(self, quote: str) -> bool:
        if _folded(quote) in self.text:
            return True
        words = quote_words(quote)
        size = math.ceil(QUOTE_SHARE * len(words) - 1e-9)
        return any(
            f" {' '.join(words[start : start + size])} " in self.joined for start in range(len(words) - size + 1)
        )


def quote_words(text: str) -> list[str]:
    """The words of a text as quotes are compared by: lower case, straight apostrophes, no punctuation."""
    text = unicodedata.normalize("NFKC", text).lower().replace("\u2019", "'").replace("\u2018", "'")
    return [word.strip("'") for word in re.findall(r"[\w']+", text) if word.strip("'_")]


def _folded(text: str) -> str:
    return " ".join(text.split()).lower()


def _names(source: str, document: str) -> bool:
    """Whether a source is the document: the same name, or one that starts with the document's number."""
    return source == document or re.search(rf"(?<![0-9]){re.escape(document)}_[0-9a-f]+", source) is not None


def table(scores: Mapping[str, Scores]) -> str:
    """The scores as aligned text, a type a line."""
    lines = [
        f"{'type':<11} {'n':>4} {'hit@1':>6} {'hit@3':>6} {'hit@5':>6} {'mrr@10':>6} {'src@1':>6} {'docs@5':>6} words@5"
    ]
    for name, row in scores.items():
        source = f"{row.source_at_1:6.3f}" if row.source_at_1 is not None else "     -"
        lines.append(
            f"{name:<11} {row.count:>4} {row.hit_at_1:6.3f} {row.hit_at_3:6.3f} {row.hit_at_5:6.3f} "
            f"{row.mrr_at_10:6.3f} {source} {row.documents_at_5:6.3f} {row.words_at_5:7.1f}"
        )
    return "\n".join(lines)
