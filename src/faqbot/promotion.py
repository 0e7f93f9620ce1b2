"""Try question variants before they are kept: evaluate the index as it is and a temporary one that has them."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from faqbot.bot import FaqBot, open_encoder
from faqbot.errors import CorpusError, FeedbackError
from faqbot.evaluation.metrics import DEPTH, Question, first_hit, load_questions, ranked
from faqbot.feedback import MARKS, FeedbackEntry, QuestionGroup, cluster_questions, unique_questions
from faqbot.index import build_documents, is_current, open_index, read_all, store_of
from faqbot.readers import discover
from faqbot.variants import FaqEntry, add_variants, find_entry, merge_variants, normalize_question, read_variants

if TYPE_CHECKING:
    from faqbot.settings import Settings
    from faqbot.types import Band, Document, Pair

Progress = Callable[[str, int, int], None]
OWN_QUESTIONS = Path("tests", "data", "questions.jsonl")  # beside the corpus
FOUND_WITHIN = 5  # passages in which an answer counts as found


@dataclass(frozen=True, slots=True)
class Candidates:
    """Variants that can be added to an entry, and the others of the group, each with the reason."""

    added: tuple[str, ...]
    left_out: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class VariantResult:
    """How the bot answers one variant: the rank of its entry (None: not within ten), confidence and band."""

    rank: int | None
    confidence: float
    band: Band


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How one index does: ranks by question id, questions and variants of the corpus, and the candidates.

    `found_first` holds the questions and variants of the corpus that find their own entry first, as (document id,
    question, variant).
    """

    ranks: Mapping[str, int | None]
    found_first: frozenset[tuple[str, str, str]]
    candidates: Mapping[str, VariantResult]

    def within(self, depth: int) -> frozenset[str]:
        """Return the ids of the questions with a right passage within that rank."""
        return frozenset(name for name, rank in self.ranks.items() if rank is not None and rank <= depth)

    def counts(self) -> dict[str, int]:
        """Return how many answers are right, by what is counted."""
        return {
            "questions answered first": len(self.within(1)),
            f"questions answered within {FOUND_WITHIN}": len(self.within(FOUND_WITHIN)),
            "questions and variants that find their entry first": len(self.found_first),
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """The evaluation before and after."""

    before: Evaluation
    after: Evaluation

    def losses(self) -> tuple[str, ...]:
        """Return in words which counts would fall; empty where nothing gets worse."""
        after = self.after.counts()
        both = ((what, before, after[what]) for what, before in self.before.counts().items())
        return tuple(f"{what}: {before} -> {now}" for what, before, now in both if now < before)


def group_questions(entries: Sequence[FeedbackEntry], index: Path, settings: Settings) -> tuple[QuestionGroup, ...]:
    """Return the entries' questions grouped by the embeddings of the index' own encoder, the largest group first."""
    questions = unique_questions(entries)
    if not questions:
        return ()
    with closing(open_index(index, store=settings.store, token=settings.store_token)) as opened:
        encoder = open_encoder(opened, threads=settings.threads)
        encoded = encoder.encode(questions, prompt=opened.encoder.query_prompt)
    return cluster_questions(entries, questions, np.stack([each.vector for each in encoded]))


def read_corpus(corpus: Path) -> tuple[Document, ...]:
    """Return the documents of a corpus as a build has them, with the variants that it has already."""
    return merge_variants(read_all(discover(corpus).files).documents, read_variants(corpus))


def select_candidates(documents: Sequence[Document], questions: Sequence[str]) -> Candidates:
    """Leave out questions that data was taken out of, and those that the corpus asks already."""
    known = {
        normalize_question(text): pair.question
        for document in documents
        for pair in document.pairs
        for text in _texts(pair)
    }
    added: dict[str, str] = {}
    left_out: dict[str, str] = {}
    for question in (" ".join(each.split()) for each in questions):
        key = normalize_question(question)
        if any(mark in question for mark in MARKS):
            left_out[question] = "personal data was taken out of it"
        elif key in known:
            left_out[question] = f'it asks "{known[key]}" already'
        elif key not in added and key:
            added[key] = question
    return Candidates(tuple(added.values()), left_out)


def compare(
    corpus: Path,
    index: Path,
    entry: FaqEntry,
    candidates: Sequence[str],
    questions: Sequence[Question],
    *,
    settings: Settings,
    waiting: Mapping[str, Sequence[str]] | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Evaluate the index, and a temporary one in which the candidates are variants of the entry.

    `waiting` are variants of any entries that are to be added with them.
    Neither the corpus nor the index is changed. Raises CorpusError where the index was not made from the corpus as it
    is, or keeps its passages in another store, in which a trial would take the place of the version in use.
    """
    if store := store_of(index, settings.store):
        raise CorpusError(
            f"Variants are tried on an index with passages of its own; these are at {store}. "
            "Run: faqbot build CORPUS --index OTHER --store embedded"
        )
    if not is_current(corpus, index, settings=settings):
        raise CorpusError(
            f"{index} was not made from {corpus} as it is now with these settings. "
            f"Run: faqbot build {corpus} --index {index}"
        )
    documents = read_corpus(corpus)
    changed = merge_variants(documents, add_variants(waiting or {}, entry.pair.question, candidates))
    parent = index.resolve().parent
    place = parent if os.access(parent, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix=".faqbot-trial-", dir=place) as folder:
        trial = Path(folder) / "index"  # the build starts from what the index has
        shutil.copytree(index, trial, ignore=shutil.ignore_patterns("LOCK", "*.partial*"))
        build_documents(changed, trial, settings=settings, progress=progress)
        evaluations = []
        for each, name in ((index, "evaluating, before"), (trial, "evaluating, after")):
            with FaqBot.load(each, settings=settings) as bot:
                evaluations.append(_evaluate(bot, documents, entry, candidates, questions, name, progress))
    return Comparison(*evaluations)


def find_target(
    corpus: Path, question: str, waiting: Mapping[str, Sequence[str]]
) -> tuple[tuple[Document, ...], FaqEntry]:
    """Return the documents of a corpus with waiting variants, and the entry that asks the question.

    Raises CorpusError for none or several.
    """
    documents = merge_variants(read_corpus(corpus), waiting)
    return documents, find_entry(documents, question)


def own_questions(corpus: Path) -> tuple[Question, ...]:
    """Return the questions with gold quotes that lie beside a corpus, if any."""
    path = corpus.resolve().parent / OWN_QUESTIONS
    return load_questions(path) if path.is_file() else ()


def load_group(groups: Sequence[QuestionGroup], group_id: str) -> QuestionGroup:
    """Return the group with the id. Raises FeedbackError: one that has changed since it was shown has another id."""
    for group in groups:
        if group.id == group_id:
            return group
    known = ", ".join(group.id for group in groups[:5]) or "none"
    raise FeedbackError(
        f"There is no group {group_id} now. Groups: {known}. One that has grown has another id: list them again"
    )


def _evaluate(
    bot: FaqBot,
    documents: Sequence[Document],
    entry: FaqEntry,
    candidates: Sequence[str],
    questions: Sequence[Question],
    name: str,
    progress: Progress | None,
) -> Evaluation:
    texts = [(each.id, pair.question, text) for each in documents for pair in each.pairs for text in _texts(pair)]
    total = len(questions) + len(texts)
    ranks: dict[str, int | None] = {}
    found_first: set[tuple[str, str, str]] = set()
    for number, question in enumerate(questions, 1):
        ranking = ranked(bot.rank, question)
        ranks[question.id] = first_hit(question, [hit.passage for hit in ranking.hits]) if ranking else None
        if progress:
            progress(name, number, total)
    for number, text in enumerate(texts, len(questions) + 1):
        if _rank(bot, text[2], text[0], text[1], 1) == 1:
            found_first.add(text)
        if progress:
            progress(name, number, total)
    results = {candidate: _result(bot, candidate, entry) for candidate in candidates}
    return Evaluation(ranks, frozenset(found_first), results)


def _result(bot: FaqBot, candidate: str, entry: FaqEntry) -> VariantResult:
    answer = bot.answer(candidate, top_k=1)
    rank = _rank(bot, candidate, entry.document_id, entry.pair.question, DEPTH)
    return VariantResult(rank, answer.confidence, answer.band)


def _rank(bot: FaqBot, question: str, document_id: str, entry_question: str, depth: int) -> int | None:
    """The rank of an entry's passage, also where it is a duplicate of another."""
    for number, hit in enumerate(bot.rank(question, (), depth).hits, 1):
        if any(
            (each.document_id, each.question) == (document_id, entry_question)
            for each in (hit.passage, *hit.duplicates)
        ):
            return number
    return None


def _texts(pair: Pair) -> tuple[str, ...]:
    return (pair.question, *pair.alternates)
