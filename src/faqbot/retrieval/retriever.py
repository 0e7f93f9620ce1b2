"""Retriever: understand a question, find candidates, re-score them, group duplicates, highlight."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

import numpy as np

from faqbot.index import idf
from faqbot.retrieval.deduplication import group_duplicates
from faqbot.retrieval.features import features, word_features
from faqbot.retrieval.follow_up import is_same_question, referred_to
from faqbot.retrieval.highlighting import highlight, matched_terms
from faqbot.retrieval.late_interaction import QueryTokens, Scores, Weights, score
from faqbot.retrieval.token_layout import Layout, PreparedPassage, layout_question, layout_tokens, prepare
from faqbot.retrieval.unmatched import mentions, subject
from faqbot.types import Hit, Ranking

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from faqbot.encoders.encoder import Encoded, Encoder
    from faqbot.index import Candidates, StoredPassage
    from faqbot.retrieval.spelling import Corrected, SpellingCorrector
    from faqbot.types import Passage

GROUPED_DEPTH = 20  # candidates looked at for duplicates
STORED_DEPTH = 8  # candidates among which a stored question is looked for
MAX_FURTHER = 12  # questions of further passages, for suggestions
MAX_SEEN = 4_000  # passages kept decoded and laid out, about 5 KB each
OWN_WORDS = 0.03  # by how much more another passage must meet a follow-up's own words than the one shown
SENTENCE_ENDS = (".", "?", "!", ";", "\u2581.", "Ġ.")


class Store(Protocol):
    """What retrieval needs of an index."""

    @property
    def token_counts(self) -> NDArray[np.int32]:
        """(vocabulary,): in how many passages each token stands."""
        ...

    def __len__(self) -> int: ...

    def candidates(self, vector: NDArray[np.float32], text: str, k: int) -> Candidates:
        """The passages nearest to a (d,) vector, and those that share the rarest words with a text."""
        ...

    def fetch(self, ids: Sequence[str]) -> tuple[StoredPassage, ...]:
        """Passages with their token embeddings, in the order asked for."""
        ...


@dataclass(frozen=True, slots=True)
class Query:
    """A question as it was understood: `text` is encoded, of which what lies before `own` is only context."""

    text: str
    own: int
    corrected: Corrected

    @property
    def question(self) -> str:
        """The question itself, corrected, without its context."""
        return self.text[self.own :]


@dataclass(frozen=True, slots=True)
class RankedCandidates:
    """What is known of a question when its hits are made.

    `question` is its layout, `weights` what its tokens count; `order` sorts the candidates, best first.
    """

    text: str
    question: Layout
    weights: NDArray[np.float32]
    passages: Sequence[PreparedPassage]
    scores: Scores
    order: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SearchConfig:
    """How to search; measured in docs/evaluation.md. `context_weight` is what words of earlier questions count."""

    weights: Weights = field(default_factory=Weights)
    candidates: int = 30
    context_weight: float = 0.6
    group: bool = True


DEFAULT = SearchConfig()


class Retriever:
    """Finds passages in one store with one encoder. Serves many threads."""

    def __init__(
        self,
        store: Store,
        encoder: Encoder,
        corrector: SpellingCorrector,
        *,
        prompt: str = "",
        search: SearchConfig = DEFAULT,
    ) -> None:
        self._store, self._encoder = store, encoder
        self._prompt, self._search = prompt, search
        self._correct = lru_cache(maxsize=512)(corrector.correct)
        self._in_corpus = corrector.in_corpus
        self._encode = lru_cache(maxsize=512)(self._encode_one)
        self._compared: dict[str, NDArray[np.float32]] = {}
        self._seen: dict[str, PreparedPassage] = {}
        self._layouts: dict[str, Layout] = {}
        self._ends = np.array(encoder.tokenizer.ids_of(SENTENCE_ENDS), np.int32)

    def rank(
        self, question: str, history: Sequence[str] = (), *, top_k: int = 5, shown: Collection[str] = ()
    ) -> Ranking:
        """Return the best `top_k` passages for a question that follows on earlier ones, best first.

        Where the question refers to earlier ones and its best passage is one of `shown` (ids), the passage that
        meets the question's own words best comes first instead, if one meets them better.
        """
        query = self._understand(question, history)
        return self._ranked(query, self._encode(query.text), top_k, shown)

    def rank_many(self, questions: Sequence[str], *, top_k: int = 5) -> list[Ranking]:
        """Return the same for questions that have nothing to do with one another, encoded together."""
        queries = [self._understand(question, ()) for question in questions]
        encoded = self._encode_all([one.text for one in queries])
        return [self._ranked(one, made, top_k) for one, made in zip(queries, encoded, strict=True)]

    def known_share(self, text: str) -> float:
        """Return the share of a text's words, 0 to 1, that stand in the corpus as written or corrected."""
        return self._correct(text.strip()).known_share

    def similarities(self, text: str, others: Sequence[str]) -> NDArray[np.float32]:
        """Return the cosines of a text's embedding with those of other texts, (n,), whose embeddings are kept."""
        known = {each: found for each in others if (found := self._compared.get(each)) is not None}
        new = [each for each in others if each not in known]
        known |= zip(new, (one.vector for one in self._encode_all(new)), strict=True)
        if len(self._compared) > MAX_SEEN:
            self._compared.clear()
        self._compared |= known
        similar: NDArray[np.float32] = np.stack([known[each] for each in others]) @ self._encode(text).vector
        return similar

    def referred_to(self, question: str, history: Sequence[str]) -> str:
        """Return what of the history a question refers to, empty where it stands alone."""
        query = self._understand(question, history)
        return query.text[: query.own].strip()

    def _ranked(self, query: Query, encoded: Encoded, top_k: int, shown: Collection[str] = ()) -> Ranking:
        if not len(encoded.tokens):
            return Ranking(query=query.text, hits=(), corrections=query.corrected.corrections)
        counts = self._store.token_counts[encoded.token_ids]
        tokens = self._weighted(query, encoded, counts)
        candidates = self._store.candidates(encoded.vector, query.text, self._search.candidates)
        passages = self._fetched(candidates.ids)
        scores = score(tokens, candidates, passages, self._search.weights)
        order = np.argsort(-scores.total, kind="stable")
        if shown and query.own:
            order = _fresh_first(order, passages, scores, tokens.weights, query, encoded, shown)
        layout = layout_question(query.text, encoded.spans, encoded.words)
        ranked = RankedCandidates(query.question, layout, tokens.weights, passages, scores, order)
        best = passages[int(order[0])].stored.passage
        met = mentions(
            layout, query.own, counts / len(self._store), tokens.weights, scores.token_coverage[int(order[0])], best
        )
        about = subject(layout, tokens.weights, best, self._in_corpus)
        groups = self._groups(ranked, top_k)
        return Ranking(
            query=query.text,
            hits=self._hits(ranked, groups[:top_k]),
            features=features(tokens, scores, candidates.dense, order, size=len(self._store))
            | word_features(query.question, best, met, about),
            corrections=query.corrected.corrections,
            unmatched=tuple(each.word for each in met if each.is_missing),
            further=_further(ranked, groups[top_k:]),
        )

    def _understand(self, question: str, history: Sequence[str]) -> Query:
        corrected = self._correct(question.strip())
        earlier = ""
        if history:
            earlier = referred_to(corrected.text, [self._correct(message).text for message in history[-6:]])
        if earlier and self._is_stored(corrected.text):
            earlier = ""
        lead = f"{earlier}\n" if earlier else ""
        return Query(text=lead + corrected.text, own=len(lead), corrected=corrected)

    def _is_stored(self, question: str) -> bool:
        """Whether a passage answers this very question: then it needs no earlier one."""
        encoded = self._encode(question)
        if not len(encoded.tokens):
            return False
        ids = self._store.candidates(encoded.vector, question, STORED_DEPTH).ids
        passages = (one.stored.passage for one in self._fetched(ids))
        return any(
            is_same_question(question, stored)
            for passage in passages
            for stored in (passage.question, *passage.alternates)
            if stored
        )

    def _encode_one(self, text: str) -> Encoded:
        return self._encode_all([text])[0]

    def _encode_all(self, texts: Sequence[str]) -> list[Encoded]:
        return self._encoder.encode(texts, prompt=self._prompt)

    def _weighted(self, query: Query, encoded: Encoded, counts: NDArray[np.int32]) -> QueryTokens:
        """What each token of the question counts: the rarer the more, and less where it is only context."""
        weights = idf(counts, len(self._store)) ** self._search.weights.idf
        own = np.array([start >= query.own for start, _ in encoded.spans])
        weights = np.where(own, weights, weights * self._search.context_weight).astype(np.float32)
        return QueryTokens(rows=encoded.tokens, weights=weights / weights.sum())

    def _groups(self, ranked: RankedCandidates, top_k: int) -> list[list[int]]:
        """Places in the order, those that say the same together."""
        first = [ranked.passages[place] for place in ranked.order[: max(GROUPED_DEPTH, top_k)]]
        return group_duplicates(first) if self._search.group else [[place] for place in range(len(first))]

    def _hits(self, ranked: RankedCandidates, groups: Sequence[Sequence[int]]) -> tuple[Hit, ...]:
        """The best passages with their duplicates; only what is shown is explained."""
        first = [ranked.passages[place].stored.passage for place in ranked.order.tolist()]
        return tuple(
            _explained(
                ranked,
                int(ranked.order[group[0]]),
                _others([first[place] for place in group]),
                self._layout(first[group[0]]),
            )
            for group in groups
        )

    def _fetched(self, ids: Sequence[str]) -> list[PreparedPassage]:
        """Passages from the store; those read lately are not read and looked over again."""
        known = {each: prepared for each in ids if (prepared := self._seen.get(each)) is not None}
        missing = [each for each in ids if each not in known]
        new = {each.passage.id: prepare(each, self._ends) for each in self._store.fetch(missing)} if missing else {}
        if len(self._seen) > MAX_SEEN:
            self._seen.clear()
            self._layouts.clear()
        self._seen.update(new)
        known |= new
        return [known[each] for each in ids]

    def _layout(self, passage: Passage) -> Layout:
        found = self._layouts.get(passage.id)
        if found is None:
            found = layout_tokens(passage, self._encoder.tokenizer.tokenize([passage.embedded_text])[0])
            self._layouts[passage.id] = found
        return found


def _fresh_first(
    order: NDArray[np.int64],
    passages: Sequence[PreparedPassage],
    scores: Scores,
    weights: NDArray[np.float32],
    query: Query,
    encoded: Encoded,
    shown: Collection[str],
) -> NDArray[np.int64]:
    """The order with the passage that meets the question's own words best in first place, if the first was shown."""
    first = int(order[0])
    if passages[first].stored.passage.id not in shown:
        return order
    own = np.array([start >= query.own for start, _ in encoded.spans])
    share = weights * own
    met = scores.token_coverage @ (share / max(float(share.sum()), 1e-9))
    fresh = [int(place) for place in order if passages[int(place)].stored.passage.id not in shown]
    if not fresh:
        return order
    best = max(fresh, key=lambda place: met[place] + 0.25 * scores.total[place])
    if met[best] < met[first] + OWN_WORDS:
        return order
    return np.array([best, *(place for place in order if place != best)], np.int64)


def _explained(ranked: RankedCandidates, place: int, duplicates: tuple[Passage, ...], layout: Layout) -> Hit:
    """A candidate as a hit, with the sentence that answers and the words that met."""
    similar = ranked.scores.similar_to(place)
    return Hit(
        passage=ranked.passages[place].stored.passage,
        score=float(ranked.scores.total[place]),
        highlights=highlight(layout, similar, ranked.weights, ranked.text),
        matched=matched_terms(ranked.question, layout, similar, ranked.weights),
        duplicates=duplicates,
    )


def _further(ranked: RankedCandidates, groups: Sequence[Sequence[int]]) -> tuple[str, ...]:
    """Questions of the passages that come after those shown."""
    found = (ranked.passages[int(ranked.order[group[0]])].stored.passage.question for group in groups)
    return tuple(dict.fromkeys(question for question in found if question))[:MAX_FURTHER]


def _others(passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """The passages after the first, of other documents, one each."""
    seen, others = {passages[0].document_id}, []
    for passage in passages[1:]:
        if passage.document_id not in seen:
            seen.add(passage.document_id)
            others.append(passage)
    return tuple(others)
