"""Wordings that could be other ways to ask an entry go in; what they would do to the answers comes out."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from faqbot.alternates import Edit, Target, normal
from faqbot.bot import FaqBot
from faqbot.building import build_documents, is_current, read_all
from faqbot.errors import CorpusError
from faqbot.evaluation.metrics import Question, first_hit
from faqbot.evaluation.runner import DEPTH, ranked
from faqbot.feedback import MARKS
from faqbot.index import current_name, store_of
from faqbot.index.layout import CURRENT, ENCODERS, GENERATIONS
from faqbot.readers import discover

if TYPE_CHECKING:
    from faqbot.settings import Settings
    from faqbot.types import Band, Document, Pair

Progress = Callable[[str, int, int], None]
AMONG = 5  # passages in which an answer counts as found


@dataclass(frozen=True, slots=True)
class Chosen:
    """The wordings that can be added, and the others, each with the reason."""

    added: tuple[str, ...]
    left_out: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Found:
    """How one wording fares: the rank of the entry it is meant for (None: not among ten), and how sure the bot is."""

    rank: int | None
    confidence: float
    band: Band


@dataclass(frozen=True, slots=True)
class Standing:
    """How an index does: ranks by question id, what the corpus itself asks, and the new wordings.

    `own` holds the ways to ask an entry of the corpus that find it first, as (document id, question, wording).
    """

    ranks: Mapping[str, int | None]
    own: frozenset[tuple[str, str, str]]
    wordings: Mapping[str, Found]

    def within(self, depth: int) -> frozenset[str]:
        """The ids of the questions with a right passage among the first so many."""
        return frozenset(name for name, rank in self.ranks.items() if rank is not None and rank <= depth)


@dataclass(frozen=True, slots=True)
class Comparison:
    """An index as it is, and as it would be."""

    before: Standing
    after: Standing

    def losses(self) -> tuple[str, ...]:
        """In words, what there would be less of; empty where the change is no step back."""
        counts = (
            ("questions answered first", len(self.before.within(1)), len(self.after.within(1))),
            (f"questions answered among {AMONG}", len(self.before.within(AMONG)), len(self.after.within(AMONG))),
            ("ways to ask that find their entry first", len(self.before.own), len(self.after.own)),
        )
        return tuple(f"{what}: {then} -> {now}" for what, then, now in counts if now < then)


def choose(documents: Sequence[Document], target: Target, wordings: Sequence[str]) -> Chosen:
    """Leave out what would be of no use: wordings that data was taken out of, and those that an entry asks already."""
    asked = {normal(way): pair.question for each in documents for pair in each.pairs for way in _ways(pair)}
    added: dict[str, str] = {}
    left_out: dict[str, str] = {}
    for wording in (" ".join(each.split()) for each in wordings):
        key = normal(wording)
        if any(mark in wording for mark in MARKS):
            left_out[wording] = "personal data was taken out of it"
        elif key in asked:
            left_out[wording] = f'it asks "{asked[key]}" already'
        elif key not in added and key:
            added[key] = wording
    return Chosen(tuple(added.values()), left_out)


def compare(
    corpus: Path,
    index: Path,
    edit: Edit,
    target: Target,
    wordings: Sequence[str],
    questions: Sequence[Question],
    *,
    settings: Settings,
    progress: Progress | None = None,
) -> Comparison:
    """Build the corpus with the edit beside the index, and ask both; neither the corpus nor the index is touched.

    Raises CorpusError where the index is not that of the corpus as it is, or has its passages on an engine.
    """
    store = store_of(index, settings.store)
    if store:
        raise CorpusError(
            f"A change is tried beside an index with passages of its own; these are at {store}. "
            "Build one: faqbot build CORPUS --index OTHER --store embedded"
        )
    if not is_current(corpus, index, settings=settings):
        raise CorpusError(
            f"{index} was not made from {corpus} as it is now with these settings. "
            f"Run: faqbot build {corpus} --index {index}"
        )
    documents, _ = read_all(discover(corpus).files)
    changed = [edit.document if each.id == edit.document.id else each for each in documents]
    with _beside(index) as trial:
        build_documents(changed, trial, settings=settings, progress=progress)
        standings = []
        for folder, name in ((index, "asking, before"), (trial, "asking, after")):
            with FaqBot.load(folder, settings=settings) as bot:
                told = (lambda done, total, name=name: progress(name, done, total)) if progress else _untold
                standings.append(_standing(bot, documents, target, wordings, questions, told))
    return Comparison(*standings)


def _standing(
    bot: FaqBot,
    documents: Sequence[Document],
    target: Target,
    wordings: Sequence[str],
    questions: Sequence[Question],
    told: Callable[[int, int], None],
) -> Standing:
    ways = [(each.id, pair.question, way) for each in documents for pair in each.pairs for way in _ways(pair)]
    ranks: dict[str, int | None] = {}
    own: set[tuple[str, str, str]] = set()
    for number, question in enumerate(questions, 1):
        ranking = ranked(bot.rank, question)
        ranks[question.id] = first_hit(question, [hit.passage for hit in ranking.hits]) if ranking else None
        told(number, len(questions) + len(ways))
    for number, way in enumerate(ways, 1):
        if _rank(bot, way[2], way[0], way[1], 1) == 1:
            own.add(way)
        told(len(questions) + number, len(questions) + len(ways))
    found = {wording: _found(bot, wording, target) for wording in wordings}
    return Standing(ranks, frozenset(own), found)


def _found(bot: FaqBot, wording: str, target: Target) -> Found:
    answer = bot.answer(wording, top_k=1)
    rank = _rank(bot, wording, target.document_id, target.pair.question, DEPTH)
    return Found(rank, answer.confidence, answer.band)


def _rank(bot: FaqBot, wording: str, document_id: str, question: str, depth: int) -> int | None:
    """The rank of an entry's passage, also where it is folded into another that says the same."""
    for number, hit in enumerate(bot.rank(wording, (), depth).hits, 1):
        if any((each.document_id, each.question) == (document_id, question) for each in (hit.passage, *hit.duplicates)):
            return number
    return None


def _ways(pair: Pair) -> tuple[str, ...]:
    return (pair.question, *pair.alternates)


def _untold(done: int, total: int) -> None:
    """Nobody wants to know how far it is."""


@contextmanager
def _beside(index: Path) -> Iterator[Path]:
    """A folder with the generation in use and its encoder, which a build then starts from; gone after the block."""
    parent = index.resolve().parent
    with tempfile.TemporaryDirectory(prefix=".faqbot-trial-", dir=parent if os.access(parent, os.W_OK) else None) as at:
        trial = Path(at) / "index"
        name = current_name(index)
        shutil.copytree(index / GENERATIONS / name, trial / GENERATIONS / name, copy_function=_link)
        shutil.copytree(index / ENCODERS, trial / ENCODERS, copy_function=_link)
        shutil.copy(index / CURRENT, trial / CURRENT)
        yield trial


def _link(source: str, target: str) -> None:
    """A second name for a file, since sealed files are never written again; a copy where there can be none."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
