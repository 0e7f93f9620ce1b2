"""Dialogue: how one message is answered, by a fixed reply, by passages, by further ones, or question by question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import zip_longest
from typing import TYPE_CHECKING, Protocol

from faqbot.conversation import split_questions
from faqbot.retrieval.calibration import BANDS, lowered
from faqbot.retrieval.follow_up import is_same_question
from faqbot.retrieval.replies import MORE, SIMPLER, recognise, reply_texts, without_greeting
from faqbot.retrieval.terms import stem, stems_of, term_lists, words_of
from faqbot.safety import reply_if_not_english
from faqbot.types import Alert, Answer, Hit, Passage, Ranking

if TYPE_CHECKING:
    from faqbot.config import Config
    from faqbot.retrieval.calibration import Calibration
    from faqbot.retrieval.retriever import Retriever

ENGLISH_FROM = 0.5  # share of words that the corpus knows, above which a message is not taken for another language
MAX_SUGGESTIONS = 3
MAX_CHOICES = 3
FEW_WORDS = 3  # up to so many words leave open what is meant: questions to choose from are offered
MANY = 500  # questions among which the shortest is taken for an example
RECENT = 6  # earlier messages that a question may go on from
MORE_DEPTH = 20  # passages among which "more" and "simpler" look
ALARMING_TAG = "alarming"  # of documents and questions that may frighten
PHARMACIST = "About taking medicines together, or with alcohol, always ask a pharmacist or a doctor."


class Index(Protocol):
    """What a dialogue needs of an index version besides its passages."""

    def questions(self) -> Sequence[str]:
        """Questions that the corpus answers."""
        ...


@dataclass(frozen=True, slots=True)
class Dialogue:
    """How one message is answered: by a fixed reply, by further passages, or question by question."""

    index: Index
    retriever: Retriever
    calibration: Calibration
    config: Config
    alert: Alert
    top_k: int

    def answer(self, question: str, earlier: Sequence[str], ranking: Ranking | None = None) -> Answer:
        """Answer a message after earlier ones of the same person; `ranking` is what was found for it, if known."""
        if reply := self._language_reply(question):
            return self._replied(question, reply)
        kind = recognise(question, self.retriever.similarities, follows=bool(earlier))
        if kind in (MORE, SIMPLER):
            if before := self._subject(earlier):
                return self._again(question, before, simpler=kind == SIMPLER)
            kind = "help"
        if kind and (reply := self._reply(kind)):
            return self._replied(question, reply)
        earlier = self._questions(earlier) if words_of(question) else []  # "?" goes on from nothing
        asked = without_greeting(question)
        if asked != question:
            ranking = None
        parts = split_questions(asked)
        if len(parts) > 1:
            return self._in_parts(question, parts, earlier)
        found = self._single(asked, earlier, ranking)
        if asked != question and found.band == "none" and (reply := self._reply("greeting")):
            return self._replied(question, reply)
        return replace(found, question=question)

    def _questions(self, earlier: Sequence[str]) -> list[str]:
        """The latest of the earlier messages that were questions to the corpus: a "thanks" is nothing to go on from."""
        similarities = self.retriever.similarities
        return [text for text in earlier[-RECENT:] if text.strip() and not recognise(text, similarities, follows=True)]

    def _single(self, question: str, earlier: Sequence[str], ranking: Ranking | None = None) -> Answer:
        """The answer to one question; one that would repeat the passage before shows the next that fits."""
        if ranking is None:
            shown = self._shown(question, earlier) if earlier else frozenset()
            ranking = self.retriever.rank(question, earlier, top_k=self.top_k, shown=shown)
        return self._judged(question, ranking, earlier)

    def _shown(self, question: str, earlier: Sequence[str]) -> frozenset[str]:
        """The first passages of the earlier messages that a question refers to, by id."""
        context = self.retriever.referred_to(question, earlier)
        if not context:
            return frozenset()
        shown: set[str] = set()
        for place in range(max(0, len(earlier) - 3), len(earlier)):
            if earlier[place].strip():
                hits = self.retriever.rank(earlier[place], earlier[:place], top_k=1, shown=frozenset(shown)).hits
                shown |= {hit.passage.id for hit in hits}
        return frozenset(shown)

    def _in_parts(self, question: str, parts: Sequence[str], earlier: Sequence[str]) -> Answer:
        """An answer to each question, in order. The whole is as sure as its first part that is answered."""
        answers: list[Answer] = []
        for place, part in enumerate(parts):
            found = replace(self._single(part, [*earlier, *parts[:place]]), alert=Alert(), suggestions=(), choices=())
            answers.append(found)
        best = next((each for each in answers if each.answered), answers[0])
        ordered = [best, *(each for each in answers if each is not best)]
        rows = zip_longest(*(each.hits for each in ordered))
        hits = {hit.passage.id: hit for row in rows for hit in row if hit is not None}
        return replace(
            best,
            question=question,
            query=question,
            alert=self.alert,
            hits=tuple(hits.values())[: max(self.top_k, len(parts))],
            corrections=tuple(dict.fromkeys(pair for each in answers for pair in each.corrections)),
            parts=tuple(answers),
        )

    def _again(self, question: str, before: tuple[str, Sequence[str], int], *, simpler: bool) -> Answer:
        """Further passages for the question before, or the one of them that is easiest to read."""
        subject, earlier, times = before
        ranking = self.retriever.rank(subject, earlier, top_k=max(MORE_DEPTH, self.top_k + times))
        hits = ranking.hits
        if simpler:
            easiest = min(hits[: self.top_k], key=_difficulty, default=None)
            hits = tuple(hit for hit in hits if hit is easiest) + tuple(hit for hit in hits if hit is not easiest)
        else:
            hits = hits[times:] or hits
        found = self._judged(subject, replace(ranking, hits=hits[: self.top_k], unmatched=()), earlier)
        sure = found.certainty if simpler or found.certainty == "none" else "may help"
        return replace(
            found, question=question, certainty=sure, band="related" if sure == "may help" else found.band, choices=()
        )

    def _subject(self, earlier: Sequence[str]) -> tuple[str, Sequence[str], int] | None:
        """The last question to the corpus, what came before it, and how often more was asked since."""
        times = 1
        for place in range(len(earlier) - 1, -1, -1):
            kind = recognise(earlier[place], self.retriever.similarities) if earlier[place].strip() else "none"
            if not kind:
                return earlier[place], earlier[:place], times
            times += kind == MORE
        return None

    def _judged(self, question: str, ranking: Ranking, earlier: Sequence[str] = ()) -> Answer:
        calibration = self.calibration
        features = ranking.features
        certainty = lowered(calibration.certainty(features), features, missing=bool(ranking.unmatched))
        hits = self._unalarming(ranking, question, certainty)
        return Answer(
            question=question,
            band=BANDS[certainty],
            confidence=calibration.confidence(features),
            certainty=certainty,
            hits=hits,
            alert=self.alert,
            query=ranking.query,
            corrections=ranking.corrections,
            suggestions=self._suggestions(question, replace(ranking, hits=hits), earlier)
            if certainty != "none"
            else (),
            unmatched=ranking.unmatched if hits[:1] == ranking.hits[:1] else (),
            note=PHARMACIST if self.config.safety.enabled and _mixes_medicines(ranking.query) else "",
            choices=_choices(question, hits, certainty),
        )

    def _suggestions(self, question: str, ranking: Ranking, earlier: Sequence[str]) -> tuple[str, ...]:
        """Questions near this one that the corpus answers, other than those shown or asked, none that frightens."""
        shown = [passage.question for hit in ranking.hits for passage in (hit.passage, *hit.duplicates)]
        known = [question, *earlier, *filter(None, shown)]
        careful = not self._asks_alarming(question)
        found: list[str] = []
        for each in ranking.further:
            if any(is_same_question(each, other) for other in (*known, *found)) or (careful and _alarms(each)):
                continue
            found.append(each)
            if len(found) == MAX_SUGGESTIONS:
                break
        return tuple(found)

    def _unalarming(self, ranking: Ranking, question: str, certainty: str) -> tuple[Hit, ...]:
        """The hits without those that may frighten who did not ask about such things.

        A first passage that answers stays. One that may only help gives way to the next.
        """
        hits = ranking.hits
        if certainty == "none" or not self.config.safety.enabled or self._asks_alarming(question):
            return hits
        weak = certainty == "may help"
        alarming = [self._is_alarming(hit.passage, weak=weak) for hit in hits]
        kept = [hit for hit, alarms in zip(hits[1:], alarming[1:], strict=True) if not alarms]
        if alarming[:1] == [True] and weak and kept:
            return tuple(kept)
        return tuple((*hits[:1], *kept))

    def _is_alarming(self, passage: Passage, *, weak: bool) -> bool:
        """Whether a passage may frighten: by its headings or, where it may only help, by its tag."""
        if _alarms(" ".join((passage.question, *passage.headings))):
            return True
        return weak and ALARMING_TAG in passage.tags

    def _asks_alarming(self, question: str) -> bool:
        lists = term_lists()
        words = words_of(question)
        asks = not lists.alarming.isdisjoint(words) or not lists.asks_alarming.isdisjoint(words)
        return self.alert.level != "none" or asks

    def _language_reply(self, question: str) -> str:
        config = self.config
        if not config.safety.enabled or not config.language.code.lower().startswith("en"):
            return ""
        # A language model of letters takes misspelt English and terms for other languages; the corpus' words do not.
        if self.retriever.known_share(question) > ENGLISH_FROM:
            return ""
        return reply_if_not_english(question, region=config.safety.region)

    def _reply(self, kind: str) -> str:
        """The fixed text of a kind of reply: the operator's, else the shipped one; empty for one that is off."""
        config, shipped = self.config, reply_texts()[kind]
        own = getattr(config.replies, kind)
        if own == "none":
            return ""
        contact = config.page.contact
        text = own or (shipped.contact if contact and shipped.contact else "")
        text = text or (shipped.text if config.safety.enabled else shipped.plain)
        # The operator's first example, else a short question of the corpus.
        example = next(iter(config.page.examples), min(self.index.questions()[:MANY], key=len, default=""))
        return text.replace("{contact}", contact).replace("{example}", example)

    def _replied(self, question: str, reply: str) -> Answer:
        return Answer(question, "none", 0.0, (), self.alert, query=question, reply=reply)


def _mixes_medicines(text: str) -> bool:
    """Whether a question names two medicines, or a medicine and alcohol."""
    lists = term_lists()
    words = words_of(text)
    named = {lists.medicines[word] for word in words if word in lists.medicines}
    general = {word.rstrip("s") for word in words if word in lists.medicine_words}
    alcohol = any(word in lists.alcohol for word in words)
    return len(named) + len(general) + alcohol > 1 and bool(named or general)


@lru_cache(maxsize=4_000)
def _alarms(text: str) -> bool:
    """Whether a question or heading speaks of what frightens: cancer, suicide, an emergency."""
    lists = term_lists()
    words = words_of(text)
    joined = f" {' '.join(words)} "
    return not lists.alarming.isdisjoint(words) or any(f" {phrase} " in joined for phrase in lists.alarming_phrases)


def _choices(question: str, hits: Sequence[Hit], certainty: str) -> tuple[str, ...]:
    """Questions to pick from, where a few words leave open what is meant; each mentions one of them."""
    words = words_of(question)
    if certainty == "none" or not 1 <= len(words) <= FEW_WORDS:
        return ()
    lists = term_lists()
    own = {stem(word) for word in words if word not in lists.uninformative | lists.complaints}
    found = dict.fromkeys(
        hit.passage.question
        for hit in hits
        if hit.passage.question and own & stems_of(f"{hit.passage.question} {hit.passage.text}")
    )
    return tuple(found)[:MAX_CHOICES] if len(found) > 1 else ()


def _difficulty(hit: Hit) -> tuple[bool, int]:
    """How hard a passage is to read: a glossary is easiest, then the shortest."""
    place = f"{hit.passage.document_id} {hit.passage.title}".lower()
    return "glossary" not in place, len(hit.passage.text.split())
