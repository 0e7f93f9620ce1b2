"""BM25 over passages: analysis of texts, weights made by bm25s at the build, and their sums for a question.

The weights are those of bm25s's "lucene" method (Kamphuis et al., ECIR 2020). A question adds up the postings of its
terms with NumPy, without bm25s, which would import SciPy.
"""

from __future__ import annotations

import re
import threading
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from faqbot.errors import need

if TYPE_CHECKING:
    from faqbot.types import Passage

K1 = 1.5
B = 0.75
LONGEST = 64  # bytes; longer "words" are debris
LANES = 64
LEAST = float(np.finfo(np.float32).tiny)  # above 0: a score of 0 means that no term is shared

# The stop words of the Snowball project's English stemmer, with contractions.
_STOP_WORDS = """
    i me my myself we us our ours ourselves you your yours yourself yourselves he him his himself she her hers herself
    it its itself they them their theirs themselves what which who whom this that these those am is are was were be
    been being have has had having do does did doing will would shall should can could may might must ought i'm you're
    he's she's it's we're they're i've you've we've they've i'd you'd he'd she'd we'd they'd i'll you'll he'll she'll
    we'll they'll isn't aren't wasn't weren't hasn't haven't hadn't doesn't don't didn't won't wouldn't shan't shouldn't
    can't cannot couldn't mustn't let's that's who's what's here's there's when's where's why's how's daren't needn't
    oughtn't mightn't a an the and but if or because as until while of at by for with about against between into
    through during before after above below to from up down in out on off over under again further then once here
    there when where why how all any both each few more most other some such no nor not only own same so than too very
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
_WORD = re.compile(r"[^\W_]+(?:['’\-‐‑][^\W_]+)*")
_HYPHEN = re.compile(r"[\-‐‑]")
_PLAIN = str.maketrans("’‐‑", "'--")
_local = threading.local()  # a stemmer is not safe for two threads


def analyse(text: str) -> list[str]:
    """Return the terms of a text: lower case, without stop words unless there is nothing else, stemmed.

    A hyphenated word gives its parts and the parts in one, so that "x-ray", "x ray" and "xray" match.
    """
    words = [part for match in _WORD.finditer(text.lower()) for part in _parts(match.group().replace("’", "'"))]
    content = [word for word in words if word not in STOP_WORDS]
    stems: list[str] = _stemmer().stemWords(content or words)
    return [stem for stem in stems if _fits(stem)]


def surface_words(text: str) -> list[str]:
    """Return the words of a text as written: lower case, with hyphens and straight apostrophes inside."""
    return [word for word in _WORD.findall(text.lower().translate(_PLAIN)) if _fits(word)]


def indexed_text(passage: Passage) -> str:
    """Return what of a passage can be found by its words."""
    return "\n".join((passage.title, passage.embedded_text, *passage.alternates))


def idf(frequency: NDArray[np.generic] | float, passages: int) -> NDArray[np.float32]:
    """Return the inverse document frequency of what occurs in `frequency` of so many passages, as BM25 has it."""
    counts = np.asarray(frequency, np.float64)
    return np.asarray(np.log1p((passages - counts + 0.5) / (counts + 0.5)), np.float32)


@dataclass(frozen=True, slots=True)
class Posting:
    """One term: the (n,) int32 rows of its passages, ascending, and the (n,) float32 BM25 weight in each."""

    term: str
    rows: NDArray[np.int32]
    weights: NDArray[np.float32]


class PostingsBuilder:
    """Collects the texts of passages, in their order, and weighs their terms with bm25s."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._terms, self._ends = array("i"), array("q", [0])

    def add(self, text: str) -> None:
        """Add the text of one more passage."""
        numbers = self._numbers
        self._terms.extend(numbers.setdefault(term, len(numbers)) for term in analyse(text))
        self._ends.append(len(self._terms))

    def postings(self) -> Iterator[Posting]:
        """Yield the posting of each term, in the order of terms."""
        terms = sorted(self._numbers)
        if not terms:
            return
        try:
            import bm25s
        except ImportError as error:
            raise need("bm25s", "build", error) from error
        order = np.empty(len(terms), np.int32)
        order[[self._numbers[term] for term in terms]] = np.arange(len(terms), dtype=np.int32)
        texts = _Texts(order[np.frombuffer(self._terms, np.int32)], self._ends)
        scorer = bm25s.BM25(method="lucene", k1=K1, b=B, csc_backend="numpy")
        matrix = scorer.build_index_from_ids(range(len(terms)), texts, show_progress=False)
        starts = matrix["indptr"].tolist()
        for term, start, end in zip(terms, starts[:-1], starts[1:], strict=True):
            yield Posting(term, matrix["indices"][start:end].astype(np.int32), matrix["data"][start:end])


class TextQuery:
    """The postings of a question's terms, added up for one index of `passages` passages."""

    def __init__(self, terms: Mapping[str, int], postings: Sequence[Posting], passages: int) -> None:
        """`terms` are the question's, with how often each occurs in it; `postings` those that the index has."""
        self._postings = [(each, np.float32(terms[each.term])) for each in postings]
        self._passages = passages
        self._added: NDArray[np.float32] | None = None
        frequencies = {each.term: len(each.rows) for each in postings}
        counts = np.array([frequencies.get(term, 0) for term in terms])
        self.ceiling = float(idf(counts, passages) @ np.array(list(terms.values()), np.float32)) if terms else 0.0

    def best(self, k: int) -> NDArray[np.int64]:
        """Return the rows of the k passages of highest score, best first; fewer where fewer share a term."""
        sums = self._sums()
        rows = np.flatnonzero(sums >= max(_reached_by(sums, k), LEAST))
        return rows[np.lexsort((rows, -sums[rows]))[:k]]

    def scores(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the BM25 score of each of these rows, 0 where no term is shared."""
        return self._sums()[rows]

    def _sums(self) -> NDArray[np.float32]:
        """The scores of all passages, in a number of rows that can be laid out in lanes."""
        if self._added is None:
            sums = np.zeros(-(-self._passages // LANES) * LANES, np.float32)
            for posting, count in self._postings:
                sums[posting.rows] += posting.weights * count
            self._added = sums
        return self._added


def count_terms(text: str) -> Counter[str]:
    """Return the terms of a question with how often each occurs in it."""
    return Counter(analyse(text))


class _Texts(Sequence[Sequence[int]]):
    """Term numbers text by text, cut from one array as bm25s walks over them: as lists they would fill the memory."""

    def __init__(self, terms: NDArray[np.int32], ends: Sequence[int]) -> None:
        self._terms, self._ends = terms, ends

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, number: int) -> list[int]:  # type: ignore[override]
        terms: list[int] = self._terms[self._ends[number] : self._ends[number + 1]].tolist()
        return terms

    def __iter__(self) -> Iterator[list[int]]:
        return (self[number] for number in range(len(self)))


def _fits(word: str) -> bool:
    return len(word) <= LONGEST and len(word.encode()) <= LONGEST


def _parts(word: str) -> list[str]:
    parts = _HYPHEN.split(word)
    return [*parts, "".join(parts)] if len(parts) > 1 else parts


def _stemmer() -> Any:
    if not hasattr(_local, "stemmer"):
        import Stemmer

        _local.stemmer = Stemmer.Stemmer("english")
    return _local.stemmer


def _reached_by(scores: NDArray[np.float32], k: int) -> float:
    """A score that at least k of the scores reach, and few more than k do; 0 where that cannot be said.

    Of the best score in each of many lanes, the k-th: a twentieth of the time of partitioning a million scores.
    """
    best = scores.reshape(LANES, -1).max(axis=0, initial=0)
    return float(np.partition(best, -k)[-k]) if len(best) >= k else 0.0
