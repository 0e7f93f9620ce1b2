"""BM25 over passages: texts go in at the build, rows and scores come out for the words of a query.

The weights are computed by bm25s when an index is built (its "lucene" method; Kamphuis et al., ECIR 2020) and saved
as postings by term; a query adds them up with numpy alone.
"""

import math
import re
import threading
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from faqbot.errors import need
from faqbot.index import layout
from faqbot.index.rows import Rows, RowsWriter, load_array
from faqbot.index.words import find_word, fits, word_array
from faqbot.index.writing import Writer
from faqbot.types import Passage

K1 = 1.5
B = 0.75
LANES = 64
LEAST = float(np.finfo(np.float32).tiny)  # above 0: a score of 0 is none

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
_local = threading.local()  # a stemmer is not safe for two threads


def analyse(text: str) -> list[str]:
    """The terms of a text: lower case, without stop words unless there is nothing else, stemmed.

    A hyphenated word gives its parts and the parts in one, so that "x-ray", "x ray" and "xray" meet.
    """
    words = [part for match in _WORD.finditer(text.lower()) for part in _parts(match.group().replace("’", "'"))]
    telling = [word for word in words if word not in STOP_WORDS]
    stems: list[str] = _stemmer().stemWords(telling or words)
    return [stem for stem in stems if fits(stem)]


def indexed_text(passage: Passage) -> str:
    """What of a passage can be found by its words."""
    return "\n".join((passage.title, passage.embedded_text, *passage.alternates))


def write_lexical(writer: Writer, folder: Path, passages: Iterable[Passage], *, k1: float = K1, b: float = B) -> None:
    """Write the terms of the passages and their BM25 weights, term by term."""
    known: dict[str, int] = {}
    terms, ends = array("i"), array("q", [0])
    for passage in passages:
        terms.extend(known.setdefault(term, len(known)) for term in analyse(indexed_text(passage)))
        ends.append(len(terms))
    words = word_array(known)
    numbers = np.empty(len(known), np.int32)
    numbers[[known[word.decode()] for word in words.tolist()]] = np.arange(len(known), dtype=np.int32)
    texts = _Texts(numbers[np.frombuffer(terms, np.int32)] if terms else np.empty(0, np.int32), ends)
    writer.write_array(folder / layout.TERMS, words)
    _write_postings(writer, folder, texts, len(known), k1, b)


class Lexical:
    """The saved postings, memory-mapped."""

    def __init__(self, terms: Path, postings: Rows, weights: Rows, passages: int) -> None:
        self._terms, self._postings, self._weights = load_array(terms), postings, weights
        self._passages = passages

    def terms(self, text: str) -> Mapping[int, int]:
        """The terms of a text by number, with how often each occurs in it; all unknown ones have the number -1."""
        return Counter(find_word(self._terms, term) for term in analyse(text))

    def ceiling(self, terms: Mapping[int, int]) -> float:
        """What BM25 can reach for these terms: the sum of their inverse document frequencies."""
        return sum(count * self._rarity(term) for term, count in terms.items())

    def search(self, terms: Mapping[int, int], k: int) -> NDArray[np.int64]:
        """The rows of the k passages of highest score, best first; fewer where fewer share a term."""
        sums = np.zeros(-(-self._passages // LANES) * LANES, np.float32)
        for term, count in _known(terms).items():
            np.add.at(sums, self._postings[term], self._weights[term] * np.float32(count))
        rows = np.flatnonzero(sums >= max(_reached_by(sums, k), LEAST))
        return rows[np.lexsort((rows, -sums[rows]))[:k]]

    def scores(self, terms: Mapping[int, int], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """The BM25 score of each of these rows, 0 where no term is shared."""
        sums = np.zeros(len(rows), np.float32)
        sought = rows.astype(np.int32)  # of the postings' own type: NumPy would copy them to the wider one
        for term, count in _known(terms).items():
            postings = self._postings[term]
            places = np.minimum(np.searchsorted(postings, sought), len(postings) - 1)
            sums += np.where(postings[places] == sought, self._weights[term][places], 0) * np.float32(count)
        return sums

    def _rarity(self, term: int) -> float:
        frequency = len(self._postings[term]) if term >= 0 else 0
        return math.log(1 + (self._passages - frequency + 0.5) / (frequency + 0.5))


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


def _write_postings(writer: Writer, folder: Path, texts: _Texts, terms: int, k1: float, b: float) -> None:
    data, rows, starts = _weigh(texts, terms, k1, b)
    with (
        RowsWriter(writer, folder, layout.POSTINGS, np.int32) as postings,
        RowsWriter(writer, folder, layout.WEIGHTS, np.float32) as weights,
    ):
        for start, end in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
            postings.append(rows[start:end])
            weights.append(data[start:end])


def _weigh(
    texts: _Texts, terms: int, k1: float, b: float
) -> tuple[NDArray[np.float32], NDArray[np.int32], NDArray[np.int64]]:
    """Weights, rows and where each term's begin; bm25s's NumPy back end leaves rows ascending within a term."""
    if not terms:
        return np.empty(0, np.float32), np.empty(0, np.int32), np.zeros(1, np.int64)
    try:
        import bm25s
    except ImportError as error:
        raise need("bm25s", "build", error) from error
    scorer = bm25s.BM25(method="lucene", k1=k1, b=b, csc_backend="numpy")
    matrix = scorer.build_index_from_ids(range(terms), texts, show_progress=False)
    return matrix["data"], matrix["indices"], matrix["indptr"].astype(np.int64)


def _known(terms: Mapping[int, int]) -> dict[int, int]:
    return {term: count for term, count in terms.items() if term >= 0}


def _parts(word: str) -> list[str]:
    pieces = _HYPHEN.split(word)
    return [*pieces, "".join(pieces)] if len(pieces) > 1 else pieces


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
