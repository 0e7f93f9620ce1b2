"""A question and the earlier ones go in, a Ranking comes out: understand, find candidates, score, fold, highlight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

import numpy as np

from faqbot.retrieval.deduplication import fold
from faqbot.retrieval.features import features
from faqbot.retrieval.follow_up import referred_to
from faqbot.retrieval.highlighting import highlight, matched
from faqbot.retrieval.late_interaction import QueryTokens, Scores, Weights, rarity, score
from faqbot.retrieval.token_layout import Layout, Prepared, lay_out, lay_out_question, prepare
from faqbot.types import Hit, Ranking

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from faqbot.encoders.encoder import Encoded, Encoder
    from faqbot.index.contents import Candidates, Stored
    from faqbot.retrieval.spelling import Repaired, Speller
    from faqbot.types import Passage

FOLDED_DEPTH = 20  # candidates looked at for folding
MOST_SEEN = 4_000  # passages kept decoded and laid out, about 5 KB each
SENTENCE_ENDS = (".", "?", "!", ";", "\u2581.", "Ġ.")


class Store(Protocol):
    """What retrieval needs of an index."""

    @property
    def piece_counts(self) -> NDArray[np.int32]:
        """(vocabulary,): in how many passages each word piece stands."""
        ...

    def __len__(self) -> int: ...

    def candidates(self, vector: NDArray[np.float32], text: str, k: int) -> Candidates:
        """The passages nearest to a (d,) vector, and those that share the rarest words with a text."""
        ...

    def fetch(self, ids: Sequence[str]) -> tuple[Stored, ...]:
        """Passages with their token rows, in the order asked for."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was understood: `text` is encoded, of which what lies before `own` is only context."""

    text: str
    own: int
    repaired: Repaired


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of a question when its hits are made.

    `asked` is the question, and `weights` what its pieces count; `order` sorts the candidates, best first.
    """

    asked: Layout
    weights: NDArray[np.float32]
    passages: Sequence[Prepared]
    scores: Scores
    order: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Search:
    """How to search; measured in docs/evaluation.md. `context_weight` is what words of earlier questions count."""

    weights: Weights = field(default_factory=Weights)
    candidates: int = 30
    context_weight: float = 0.4
    folding: bool = True


DEFAULT = Search()


class Retriever:
    """Finds passages in one store with one encoder. Serves many threads."""

    def __init__(
        self, store: Store, encoder: Encoder, speller: Speller, *, prompt: str = "", search: Search = DEFAULT
    ) -> None:
        self._store, self._encoder, self._speller = store, encoder, speller
        self._prompt, self._search = prompt, search
        self._encode = lru_cache(maxsize=512)(self._encode_one)
        self._lay_out = lru_cache(maxsize=MOST_SEEN)(self._lay_out_one)
        self._seen: dict[str, Prepared] = {}
        self._ends = np.array(encoder.word_pieces.ids_of(SENTENCE_ENDS), np.int32)

    def rank(self, question: str, history: Sequence[str] = (), *, top_k: int = 5) -> Ranking:
        """The best `top_k` passages for a question that follows on earlier ones, best first."""
        asked = self._understand(question, history)
        return self._ranked(asked, self._encode(asked.text), top_k)

    def rank_many(self, questions: Sequence[str], *, top_k: int = 5) -> list[Ranking]:
        """The same for questions that have nothing to do with one another, encoded together."""
        asked = [self._understand(question, ()) for question in questions]
        encoded = self._encode_all([one.text for one in asked])
        return [self._ranked(one, made, top_k) for one, made in zip(asked, encoded, strict=True)]

    def _ranked(self, asked: Asked, encoded: Encoded, top_k: int) -> Ranking:
        if not len(encoded.tokens):
            return Ranking(query=asked.text, hits=(), corrections=asked.repaired.corrections)
        query = self._weighted(asked, encoded)
        candidates = self._store.candidates(encoded.vector, asked.text, self._search.candidates)
        passages = self._fetched(candidates.ids)
        scores = score(query, candidates, passages, self._search.weights)
        order = np.argsort(-scores.total, kind="stable")
        layout = lay_out_question(asked.text, encoded.spans, encoded.words)
        return Ranking(
            query=asked.text,
            hits=self._hits(Found(layout, query.weights, passages, scores, order), top_k),
            features=features(query, scores, candidates.dense, order),
            corrections=asked.repaired.corrections,
        )

    def _understand(self, question: str, history: Sequence[str]) -> Asked:
        repaired = self._speller.repair(question.strip())
        earlier = referred_to(repaired.text, [self._speller.repair(message).text for message in history[-6:]])
        lead = f"{earlier}\n" if earlier else ""
        return Asked(text=lead + repaired.text, own=len(lead), repaired=repaired)

    def _encode_one(self, text: str) -> Encoded:
        return self._encode_all([text])[0]

    def _encode_all(self, texts: Sequence[str]) -> list[Encoded]:
        return self._encoder.encode(texts, prompt=self._prompt)

    def _weighted(self, asked: Asked, encoded: Encoded) -> QueryTokens:
        """What each piece of the question counts: the rarer the more, and less where it is only context."""
        counts = self._store.piece_counts[encoded.pieces]
        weights = rarity(counts, len(self._store)) ** self._search.weights.rarity
        own = np.array([start >= asked.own for start, _ in encoded.spans])
        weights = np.where(own, weights, weights * self._search.context_weight).astype(np.float32)
        return QueryTokens(rows=encoded.tokens, weights=weights / weights.sum())

    def _hits(self, found: Found, top_k: int) -> tuple[Hit, ...]:
        """The best passages, those that say the same folded into one; only what is shown is explained."""
        first = [found.passages[place] for place in found.order[: max(FOLDED_DEPTH, top_k)]]
        groups = fold(first) if self._search.folding else [[place] for place in range(len(first))]
        return tuple(
            _explained(
                found,
                int(found.order[group[0]]),
                _others([first[place].stored.passage for place in group]),
                self._lay_out(first[group[0]].stored.passage),
            )
            for group in groups[:top_k]
        )

    def _fetched(self, ids: Sequence[str]) -> list[Prepared]:
        """Passages from the store; those read lately are not read and looked over again."""
        known = {each: prepared for each in ids if (prepared := self._seen.get(each)) is not None}
        missing = [each for each in ids if each not in known]
        new = {each.passage.id: prepare(each, self._ends) for each in self._store.fetch(missing)} if missing else {}
        if len(self._seen) > MOST_SEEN:
            self._seen.clear()
        self._seen.update(new)
        known |= new
        return [known[each] for each in ids]

    def _lay_out_one(self, passage: Passage) -> Layout:
        return lay_out(passage, self._encoder.word_pieces.cut([passage.embedded_text])[0])


def _explained(found: Found, place: int, duplicates: tuple[Passage, ...], layout: Layout) -> Hit:
    """A candidate as a hit, with the sentence that answers and the words that met."""
    similar = found.scores.similar_to(place)
    return Hit(
        passage=found.passages[place].stored.passage,
        score=float(found.scores.total[place]),
        highlights=highlight(layout, similar, found.weights),
        matched=matched(found.asked, layout, similar, found.weights),
        duplicates=duplicates,
    )


def _others(passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """The passages after the first, of other documents, one each."""
    seen, others = {passages[0].document_id}, []
    for passage in passages[1:]:
        if passage.document_id not in seen:
            seen.add(passage.document_id)
            others.append(passage)
    return tuple(others)
