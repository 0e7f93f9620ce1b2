"""Informative words of a question that a passage does not mention: beer, naproxen, flying, cost.

A word is informative where it is rare in the corpus and no word of asking, gluing or feeling. It is mentioned where the
passage has its stem, a synonym of the lexicon, a spelling near it, or a token that means nearly the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import fmean
from typing import TYPE_CHECKING

from rapidfuzz.distance import OSA

from faqbot.lexicon import synonyms
from faqbot.retrieval.terms import is_negation, stem, term_lists, word_parts, words_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from faqbot.retrieval.token_layout import Layout
    from faqbot.types import Passage

COMMON = 0.12  # share of passages from which on a word tells nothing of what a question is about
COVERED = 0.78  # mean coverage of a word's tokens from which on the passage says it in other words
UNMET = 0.45  # coverage under which a word is reported as missing; between the two it is left open
TELLING, TELLING_WHOLE = 0.14, 0.25  # of a question's weight, that of a word's rarest token or of all its tokens
MIN_PREFIX = 5  # letters that two forms of a word share ("physio", "physiotherapy")


@dataclass(frozen=True, slots=True)
class Mention:
    """One informative word of a question: how well the passage covers it, and whether it is mentioned.

    `weight` is the share of the question's weight of its rarest token, `share` of all its tokens.
    """

    word: str
    coverage: float
    weight: float
    mentioned: bool
    share: float = 0.0

    @property
    def is_missing(self) -> bool:
        """Whether to report that the passage does not mention the word."""
        telling = self.weight >= TELLING or self.share >= TELLING_WHOLE
        return telling and not self.mentioned and self.coverage < UNMET


def mentions(
    question: Layout,
    own: int,
    shares: NDArray[np.float64],
    idf: NDArray[np.float32],
    coverage: NDArray[np.float32],
    passage: Passage,
) -> tuple[Mention, ...]:
    """Return the informative words of a question and whether a passage mentions them.

    `own` is where the question itself begins in its layout. `shares` (t,) are the shares of passages that each token
    stands in, `idf` (t,) their weights, `coverage` (t,) how well the passage meets each.
    """
    known = _passage_words(passage)
    share, weight, covers = shares.tolist(), idf.tolist(), coverage.tolist()  # lists: a few numbers at a time
    found = []
    before = ""
    for word, tokens in _words(question, own):
        joined, before = before + word, word
        if min(share[tokens]) >= COMMON or not _is_informative(word):
            continue
        covered = fmean(covers[tokens])
        mentioned = covered >= COVERED or joined in known.words or _is_mentioned(word, known)
        found.append(Mention(word, covered, max(weight[tokens]), mentioned, sum(weight[tokens])))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a question is about, context included, against the passage that is offered for it.

    `words` are those it may be about, common ones too; `met` is the share of their weight that the passage mentions,
    `unknown` that of words which the corpus does not have.
    """

    words: int
    met: float
    unknown: float


def subject(
    question: Layout, weights: NDArray[np.float32], passage: Passage, in_corpus: Callable[[str], bool]
) -> Subject:
    """Return what a question is about; `weights` (t,) are those of its tokens."""
    known = _passage_words(passage)
    each = weights.tolist()
    total = met = unknown = 0.0
    count = 0
    for word, tokens in _words(question, 0):
        if not _is_subject(word):
            continue
        count += 1
        weight = max(each[tokens])
        total += weight
        mentioned = word in known.words or _is_mentioned(word, known)
        met += weight * mentioned
        unknown += weight * (not mentioned and not in_corpus(word))
    total = total or 1.0
    return Subject(count, met / total, unknown / total)


def _words(question: Layout, own: int) -> Iterator[tuple[str, slice]]:
    """Each word of the question itself, in lower case, with its tokens; each word once."""
    seen: dict[str, slice] = {}
    past = 0
    while past < len(question.starts):
        first, past = past, question.word_tokens(past)[1] + 1
        start = question.starts[first]
        word = question.text[start : question.ends[past - 1]]
        if start >= own and len(word) > 2 and word[0].isalpha():
            seen.setdefault(word.lower(), slice(first, past))
    yield from seen.items()


@lru_cache(maxsize=20_000)
def _is_informative(word: str) -> bool:
    return _is_subject(word) and stem(word) not in _stems(term_lists().complaints)


@lru_cache(maxsize=20_000)
def _is_subject(word: str) -> bool:
    """Whether a question may be about a word: it is none of asking, counting or gluing."""
    lists = term_lists()
    if word in lists.complaints:
        return True
    if is_negation(word) or word in lists.numbers or word in lists.units:
        return False
    return word not in lists.uninformative and stem(word) not in _stems(lists.uninformative)


@lru_cache(maxsize=2)
def _stems(words: frozenset[str]) -> frozenset[str]:
    return frozenset(map(stem, words))


@dataclass(frozen=True, slots=True)
class _PassageWords:
    words: frozenset[str]
    stems: frozenset[str]
    long: Mapping[str, Sequence[str]]  # those that another may be a form of, by their first letter
    text: str


@lru_cache(maxsize=4_000)
def _passage_words(passage: Passage) -> _PassageWords:
    text = "\n".join((passage.title, passage.embedded_text, *passage.alternates))
    written = words_of(text)
    words = frozenset(part for word in written for part in word_parts(word))
    long: dict[str, list[str]] = {}
    for word in words:
        if len(word) >= MIN_PREFIX:
            long.setdefault(word[0], []).append(word)
    return _PassageWords(words, frozenset(map(stem, words)), long, f" {' '.join(written)} ")


def _is_mentioned(word: str, known: _PassageWords) -> bool:
    if any(stem(part) in known.stems for part in word_parts(word)):
        return True
    if len(word) >= MIN_PREFIX and any(_near(word, other) for other in known.long.get(word[0], ())):
        return True
    return any(
        f" {other} " in known.text if " " in other else stem(other) in known.stems for other in _synonyms(word)
    ) or _same_medicine(word, known.words)


def _near(word: str, other: str) -> bool:
    """Whether one of two long words with the same first letter is a form or a misspelling of the other."""
    if word.startswith(other) or other.startswith(word):
        return True
    allowed = 1 if len(word) < 8 else 2
    return abs(len(word) - len(other)) <= allowed and OSA.distance(word, other, score_cutoff=allowed) <= allowed


def _synonyms(word: str) -> tuple[str, ...]:
    return synonyms().get(word, ())


def _same_medicine(word: str, words: frozenset[str]) -> bool:
    """Whether another name of the same medicine, or of alcohol, stands there."""
    lists = term_lists()
    if word in lists.alcohol:
        return not lists.alcohol.isdisjoint(words)
    number = lists.medicines.get(word)
    return number is not None and any(lists.medicines.get(other) == number for other in words)


def is_opposed(question: str, passage: Passage) -> bool:
    """Return whether a passage speaks only of the opposite of a question (uphill for downhill)."""
    words, others = frozenset(words_of(question)), _passage_words(passage).words
    sides = (side for word in words for side in _sides().get(word, ()))
    return any(
        words.isdisjoint(other) and others.isdisjoint(one) and not others.isdisjoint(other) for one, other in sides
    )


@lru_cache(maxsize=1)
def _sides() -> Mapping[str, Sequence[tuple[frozenset[str], frozenset[str]]]]:
    """The side of each pair of antonyms that a word is on, and the other side, by word."""
    found: dict[str, list[tuple[frozenset[str], frozenset[str]]]] = {}
    for these, those in term_lists().antonyms:
        for one, other in ((these, those), (those, these)):
            for word in one:
                found.setdefault(word, []).append((one, other))
    return found
