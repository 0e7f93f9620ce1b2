"""An open index: candidates for a question, stored passages, and what the corpus as a whole knows."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from faqbot.errors import EncoderError, EngineError, IndexDamagedError, IndexMismatchError
from faqbot.index.bm25 import Posting, TextQuery, count_terms
from faqbot.index.files import ReadHold
from faqbot.index.interface import Asset, Candidates, Matches, PassageStore, StoredPassage
from faqbot.index.store import CONNECTIONS, OWN_META, Database
from faqbot.index.vectors import VectorIndex
from faqbot.index.versions import (
    CURRENT,
    ENCODERS,
    Version,
    advice,
    current_database,
    current_name,
    damage,
    read_version,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from faqbot.types import Document, Passage

logger = logging.getLogger(__name__)

HASH_LIMIT = 256 << 20  # bytes; a larger database is compared by size when opened, and row by row when fetched
EMBEDDED = "embedded"
CACHED_QUERIES = 8
CACHED_TERMS = 1_000  # of up to so many passages each; most questions share words
MOST_CACHED_PASSAGES = 2_000
WANTED_VECTORS = 4  # vectors searched for each passage that is wanted: one with several takes several places


class Index:
    """One version of an index, open for questions. Safe for many threads; asking writes nothing."""

    def __init__(self, index: Path, version: Version, database: Database, store: PassageStore, hold: ReadHold) -> None:
        """`hold` keeps the version from being deleted until `close`."""
        self.version = version
        self.folder = index
        self._database, self._store, self._hold = database, store, hold
        self.encoder = database.encoder
        self.facts: Mapping[str, Any] = database.fact("facts")
        self.source: Mapping[str, Any] = database.fact("source")
        self.calibration: dict[str, Any] = database.fact("calibration")
        self._questions: tuple[str, ...] = tuple(database.fact("questions"))
        self.meta: Mapping[str, str] = {key: text for key, text in database.meta.items() if key not in OWN_META}
        self.encoder_folder = index / ENCODERS / self.encoder.fingerprint
        self.token_counts: NDArray[np.int32] = database.array("token_counts")

    def __len__(self) -> int:
        return int(self.facts["passages"])

    @cached_property
    def vocabulary(self) -> Mapping[str, int]:
        """The words of the corpus as written, in lower case and sorted, with how often each occurs."""
        return self._database.words()

    @property
    def is_remote(self) -> bool:
        """Whether passages lie in a store outside the index folder, which answers wait for."""
        return not isinstance(self._store, EmbeddedStore)

    def check(self) -> None:
        """Raise EngineError while the passages cannot be had."""
        self._store.check()

    def problems(self) -> tuple[str, ...]:
        """Return what is wrong with passages outside the index folder, every row read back and compared."""
        return self._store.problems()

    def candidates(self, vector: NDArray[np.float32], text: str, k: int) -> Candidates:
        """Return the k passages nearest to a query vector (d,) together with the k best by BM25 for its text.

        Raises IndexMismatchError for a vector of another dimension, EncoderError for one that holds no numbers.
        """
        query, terms = self._checked(vector), count_terms(text)
        near, matching = self._store.search_vector(query, k), self._store.search_text(terms, k)
        ids = _interleaved(near.ids, matching.ids)
        dense = _completed(near, ids, lambda missing: self._store.dense_scores(query, missing))
        lexical = _completed(matching, ids, lambda missing: self._store.text_scores(terms, missing))
        return Candidates(ids, dense, lexical, self._store.ceiling(terms))

    def fetch(self, ids: Sequence[str]) -> tuple[StoredPassage, ...]:
        """Return the passages with these ids, in this order. Raises IndexMismatchError for an id that is not here."""
        return self._store.fetch(ids)

    def passages(self) -> Iterator[Passage]:
        """Yield every passage, in order."""
        return self._database.passages()

    def documents(self) -> Iterator[Document]:
        """Yield every document, in the order they were read."""
        return self._database.documents()

    def document(self, document_id: str) -> Document:
        """Return one document. Raises IndexMismatchError if there is none with this id."""
        found = self._database.document(document_id)
        if found is None:
            raise IndexMismatchError(
                f"No document {document_id!r} in {self.folder}. Reload the index: it was built anew"
            )
        return found

    def asset(self, path: str) -> Asset:
        """Return a picture that a document shows. Raises IndexMismatchError if there is none with this path."""
        found = self._database.asset(path)
        if found is None:
            raise IndexMismatchError(f"No picture {path!r} in {self.folder}. Reload the index: it was built anew")
        return found

    def questions(self) -> Sequence[str]:
        """Return questions that passages of this corpus answer, up to a thousand of them, spread over it."""
        return self._questions

    def close(self) -> None:
        """Let a later build delete the version; questions under way end on it."""
        self._hold.close()
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _checked(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        if vector.shape != (self.encoder.dimension,):
            raise IndexMismatchError(
                f"The query vector has shape {vector.shape}, the index was made with {self.encoder.name}, "
                f"whose vectors have {self.encoder.dimension} numbers. Load the encoder that lies in the index"
            )
        if not np.isfinite(vector).all():
            raise EncoderError("The query vector holds values that are no numbers. The encoder is damaged: build anew")
        return np.ascontiguousarray(vector, np.float32)


class EmbeddedStore:
    """The passages in the version's own files: see PassageStore."""

    def __init__(self, index: Path, database: Database, vectors: VectorIndex) -> None:
        self._index, self._database, self._vectors = index, database, vectors
        self._ids: NDArray[np.uint64] = database.array("passage_ids")
        self._offsets: NDArray[np.int64] = database.array("vector_offsets")
        self._term_hashes: NDArray[np.uint64] = database.array("term_hashes")
        # A question needs its postings for the search, for the scores of what was found otherwise, and for the ceiling.
        self._query_of = lru_cache(maxsize=CACHED_QUERIES)(self._read_query)
        self._postings: dict[str, Posting] = {}

    def search_vector(self, vector: NDArray[np.float32], k: int) -> Matches:
        """See PassageStore. An approximate search only proposes; exact products decide."""
        wanted, most = min(k, len(self._ids)), len(self._vectors)
        count = min(wanted * WANTED_VECTORS, most)
        best = self._best_products(vector, count)
        while len(best) < wanted and count < most:
            count = min(2 * count, most)
            best = self._best_products(vector, count)
        rows = np.array(list(best), np.int64)
        products = np.array(list(best.values()), np.float32) if self._vectors.exact else self._products(vector, rows)
        order = np.lexsort((rows, -products))[:wanted]
        return self._matches(rows[order], products[order])

    def search_text(self, terms: Mapping[str, int], k: int) -> Matches:
        """See PassageStore."""
        query = self._query(terms)
        rows = query.best(k)
        return self._matches(rows, query.scores(rows))

    def dense_scores(self, vector: NDArray[np.float32], ids: Sequence[str]) -> NDArray[np.float32]:
        """See PassageStore."""
        return self._products(vector, self._rows(ids))

    def text_scores(self, terms: Mapping[str, int], ids: Sequence[str]) -> NDArray[np.float32]:
        """See PassageStore."""
        return self._query(terms).scores(self._rows(ids))

    def ceiling(self, terms: Mapping[str, int]) -> float:
        """See PassageStore."""
        return self._query(terms).ceiling

    def fetch(self, ids: Sequence[str]) -> tuple[StoredPassage, ...]:
        """See PassageStore."""
        return tuple(self._database.fetch(self._rows(ids).tolist()))

    def check(self) -> None:
        """The files were compared when they were opened."""

    def problems(self) -> tuple[str, ...]:
        """None: `verify` hashes the files."""
        return ()

    def close(self) -> None:
        """Nothing to release: files are closed when the last question has ended."""

    @cached_property
    def _order(self) -> NDArray[np.int64]:
        return np.argsort(self._ids, kind="stable")

    def _rows(self, ids: Sequence[str]) -> NDArray[np.int64]:
        sought = np.array([_number(each) for each in ids], np.uint64)
        if not len(self._ids):
            places = rows = np.zeros(len(ids), np.int64)
            known = np.zeros(len(ids), np.bool_)
        else:
            places = np.searchsorted(self._ids, sought, sorter=self._order)
            rows = self._order[np.minimum(places, len(self._ids) - 1)]
            known = self._ids[rows] == sought
        for each, number, is_known in zip(ids, sought.tolist(), known.tolist(), strict=True):
            if not is_known or f"{number:016x}" != each:
                raise IndexMismatchError(f"No passage {each!r} in {self._index}. Reload the index: it was built anew")
        return rows

    def _matches(self, rows: NDArray[np.int64], scores: NDArray[np.float32]) -> Matches:
        return Matches(tuple(f"{number:016x}" for number in self._ids[rows].tolist()), scores)

    def _best_products(self, vector: NDArray[np.float32], count: int) -> dict[int, float]:
        """The passages that the `count` nearest vectors belong to, each with the product of its nearest."""
        numbers, products = self._vectors.search(vector, count)
        rows = np.searchsorted(self._offsets, numbers, side="right") - 1
        # From the last to the first, so that the nearest of a passage's vectors counts.
        return dict(zip(rows[::-1].tolist(), products[::-1].tolist(), strict=True))

    def _products(self, vector: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """The best inner product of each of these passages."""
        if not len(rows):
            return np.empty(0, np.float32)
        if self._vectors.exact:
            counts = self._offsets[rows + 1] - self._offsets[rows]
            firsts = np.cumsum(counts) - counts
            places = np.arange(counts.sum()) + np.repeat(self._offsets[rows] - firsts, counts)
            found = self._vectors.vectors[places]
        else:
            parts = self._database.vectors(rows.tolist())
            counts = np.array([len(part) for part in parts])
            found, firsts = np.concatenate(parts), np.cumsum(counts) - counts
        # Not `@`: with it, equal vectors may get scores that differ in the last bit, by where they stand.
        best: NDArray[np.float32] = np.maximum.reduceat(np.einsum("ij,j->i", found, vector), firsts)
        return best

    def _query(self, terms: Mapping[str, int]) -> TextQuery:
        return self._query_of(tuple(terms.items()))

    def _read_query(self, terms: tuple[tuple[str, int], ...]) -> TextQuery:
        kept = {term: each for term, _ in terms if (each := self._postings.get(term)) is not None}
        read = self._database.postings([term for term, _ in terms if term not in kept], self._term_hashes)
        if len(self._postings) > CACHED_TERMS:
            self._postings.clear()
        self._postings |= {each.term: each for each in read if len(each.rows) <= MOST_CACHED_PASSAGES}
        found = kept | {each.term: each for each in read}
        return TextQuery(dict(terms), [found[term] for term, _ in terms if term in found], len(self._ids))


def open_index(
    index: Path,
    *,
    store: str = "",
    token: str = "",
    timeout: float = 5.0,
    hash_limit: int = HASH_LIMIT,
    connections: int = CONNECTIONS,
) -> Index:
    """Open the version in use, once its files are what was sealed.

    `store` says where the passages are, if not where the index was built to; `token` opens it. A database of more than
    `hash_limit` bytes is compared by its size, and its rows by their checksums when they are fetched. Raises
    IndexMissingError, IndexDamagedError (naming the file and the command), IndexMismatchError or SettingsError.
    """
    while True:
        name = current_name(index)
        path = index / f"{name.partition('-')[0]}.json"
        try:
            with ExitStack() as held:
                version = read_version(index, name)
                hold = held.enter_context(closing(ReadHold(path)))
                read_version(index, name)  # once more: it was not deleted before it was held
                large = {
                    each for each, file in version.files.items() if each.endswith(".db") and file.size > hash_limit
                }
                for problem in damage(index, version, set(version.files) - large):
                    raise IndexDamagedError(problem)
                database = Database(index / f"{version.stem}.db", connections=connections, advice=advice(index))
                if database.milvus:
                    passages = _on_milvus(index, database, store, token, timeout)
                else:
                    passages = _embedded(index, version, database, store)
                opened = Index(index, version, database, passages, hold)
                held.pop_all()
                return opened
        except FileNotFoundError:
            if current_name(index) == name:  # else it was replaced and deleted just now
                raise IndexDamagedError(f"{path} is missing, which {index / CURRENT} names. {advice(index)}") from None


def store_of(index: Path, store: str) -> str:
    """Return where a build puts passages: what was said, else where they are now; "" for the index itself.

    Raises SettingsError for a store that there is not.
    """
    if store == EMBEDDED:
        return ""
    if store:
        from faqbot.index.milvus import read_address

        return str(read_address(store))
    database = current_database(index)
    return str(database.milvus.get("address", "")) if database else ""


def _embedded(index: Path, version: Version, database: Database, store: str) -> PassageStore:
    if store not in ("", EMBEDDED):
        store_of(index, store)  # which refuses what is none
        raise IndexMismatchError(
            f"The index at {index} holds its passages itself, not {store}. "
            f"Leave --store out, or run: faqbot build CORPUS --index {index} --store {store}"
        )
    probes = database.fact("facts")["search"].get("probes", 0)
    return EmbeddedStore(index, database, VectorIndex(index / f"{version.stem}.faiss", probes=probes))


def _on_milvus(index: Path, database: Database, store: str, token: str, timeout: float) -> PassageStore:
    from faqbot.index.milvus import Connection, MilvusStore, read_address

    built = read_address(database.milvus["address"])
    if store == EMBEDDED or (store and read_address(store).alias != built.alias):
        raise IndexMismatchError(
            f"The index at {index} keeps its passages at {built}, not {store}. "
            f"Leave --store out, or run: faqbot build CORPUS --index {index} --store {store}"
        )
    connection = Connection(read_address(store) if store else built, token=token, timeout=timeout)
    passages = MilvusStore(database, connection)
    try:
        passages.check()
    except EngineError as error:
        logger.warning("%s", error)  # it is asked again with every question
    except BaseException:
        passages.close()
        raise
    return passages


def _interleaved(first: Sequence[str], second: Sequence[str]) -> tuple[str, ...]:
    """Both rankings in one, by the better of an id's two ranks, without repeats."""
    ranked = sorted([*enumerate(first), *enumerate(second)], key=lambda pair: pair[0])
    return tuple(dict.fromkeys(each for _, each in ranked))


def _completed(matches: Matches, ids: Sequence[str], score: Any) -> NDArray[np.float32]:
    """The scores of all ids: those of the matches, and those that `score` gives for the others."""
    known: dict[str, float] = dict(zip(matches.ids, matches.scores.tolist(), strict=True))
    missing = [each for each in ids if each not in known]
    if missing:
        known |= zip(missing, score(missing).tolist(), strict=True)
    return np.array([known[each] for each in ids], np.float32)


def _number(passage_id: str) -> int:
    try:
        return int(passage_id, 16) & 0xFFFF_FFFF_FFFF_FFFF
    except ValueError:
        return 0
