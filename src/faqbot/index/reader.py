"""An open index: candidates for a question, stored passages, and what the corpus as a whole knows."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from faqbot.errors import EncoderError, EngineError, IndexDamagedError, IndexMismatchError, IndexMissingError
from faqbot.index.bm25 import Posting, TextQuery, count_terms
from faqbot.index.files import ReadHold
from faqbot.index.interface import Asset, Candidates, EncoderInfo, Matches, PassageStore, StoredPassage
from faqbot.index.store import CONNECTIONS, Database
from faqbot.index.vectors import VectorIndex
from faqbot.index.versions import Version, advice, current_name, damage, read_version

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
        own = database.meta()
        self.encoder = EncoderInfo(**json.loads(own.pop("encoder")))
        self.facts: Mapping[str, Any] = json.loads(own.pop("facts"))
        self.source: Mapping[str, Any] = json.loads(own.pop("source"))
        self.calibration: dict[str, Any] = json.loads(own.pop("calibration"))
        self._questions: tuple[str, ...] = tuple(json.loads(own.pop("questions")))
        own.pop("words")
        own.pop("milvus", "")
        self.meta: Mapping[str, str] = own
        self.encoder_folder = index / "encoders" / self.encoder.fingerprint
        self.token_counts: NDArray[np.int32] = database.array("token_counts")

    def __len__(self) -> int:
        return int(self.facts["passages"])

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words of the corpus as written."""
        return Vocabulary(self._database.words())

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

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
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


class Vocabulary:
    """The words of a corpus as written, in lower case, with how often each occurs."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = counts

    def __len__(self) -> int:
        return len(self._counts)

    def __contains__(self, word: object) -> bool:
        return word in self._counts

    def count(self, word: str) -> int:
        """Return how often a word occurs, 0 where it does not."""
        return self._counts.get(word, 0)

    @property
    def words(self) -> Sequence[str]:
        """Every word, sorted."""
        return list(self._counts)


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
    name = current_name(index)
    path = index / f"{name.partition('-')[0]}.json"
    hold = None
    try:
        version = read_version(index, name)
        hold = ReadHold(path)
        read_version(index, name)  # once more: it was not deleted before it was held
        large = {file for file, record in version.files.items() if file.endswith(".db") and record.size > hash_limit}
        for problem in damage(index, version, set(version.files) - large):
            raise IndexDamagedError(problem)
        return _open(index, version, hold, connections, _Access(store, token, timeout))
    except FileNotFoundError:
        if hold:
            hold.close()
        if current_name(index) != name:  # it was replaced and deleted just now
            return open_index(
                index, store=store, token=token, timeout=timeout, hash_limit=hash_limit, connections=connections
            )
        raise IndexDamagedError(f"{path} is missing, which {index / 'CURRENT'} names. {advice(index)}") from None
    except BaseException:
        if hold:
            hold.close()
        raise


@dataclass(frozen=True, slots=True)
class _Access:
    """What the caller says of a store outside the index: where it is, what opens it, and seconds for a question."""

    store: str
    token: str
    timeout: float


def store_of(index: Path, store: str) -> str:
    """Return where a build puts passages: what was said, else where they are now; "" for the index itself.

    Raises SettingsError for a store that there is not.
    """
    if store == EMBEDDED:
        return ""
    if store:
        from faqbot.index.milvus import read_address

        return str(read_address(store))
    try:
        version = read_version(index, current_name(index))
        return str(_milvus_place(Database(index / f"{version.stem}.db", connections=1)).get("address", ""))
    except (OSError, IndexMissingError, IndexDamagedError, IndexMismatchError):
        return ""


def _milvus_place(database: Database) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(database.meta().get("milvus", "{}"))
    return found


def _open(index: Path, version: Version, hold: ReadHold, connections: int, access: _Access) -> Index:
    database = Database(index / f"{version.stem}.db", connections=connections, advice=advice(index))
    facts = database.meta()
    try:
        encoder, search = json.loads(facts["encoder"]), json.loads(facts["facts"])["search"]
    except KeyError as error:
        raise IndexDamagedError(f"{database.path} is damaged: meta lacks {error}. {advice(index)}") from error
    database.shape = (encoder["dimension"], encoder["token_dimension"])
    place = _milvus_place(database)
    if place:
        return Index(index, version, database, _milvus_store(index, place, database, access), hold)
    if access.store not in ("", EMBEDDED):
        store_of(index, access.store)  # which refuses what is none
        raise IndexMismatchError(
            f"The index at {index} holds its passages itself, not {access.store}. "
            f"Leave --store out, or run: faqbot build CORPUS --index {index} --store {access.store}"
        )
    vectors = VectorIndex(index / f"{version.stem}.faiss", probes=search.get("probes", 0))
    return Index(index, version, database, EmbeddedStore(index, database, vectors), hold)


def _milvus_store(index: Path, place: Mapping[str, Any], database: Database, access: _Access) -> PassageStore:
    from faqbot.index.milvus import Connection, MilvusStore, read_address

    built = read_address(place["address"])
    if access.store == EMBEDDED or (access.store and read_address(access.store).alias != built.alias):
        raise IndexMismatchError(
            f"The index at {index} keeps its passages at {built}, not {access.store}. "
            f"Leave --store out, or run: faqbot build CORPUS --index {index} --store {access.store}"
        )
    address = read_address(access.store) if access.store else built
    connection = Connection(address, token=access.token, timeout=access.timeout)
    store = MilvusStore(place, database, EncoderInfo(**json.loads(database.meta()["encoder"])), connection)
    try:
        store.check()
    except EngineError as error:
        logger.warning("%s", error)  # it is asked again with every question
    except BaseException:
        store.close()
        raise
    return store


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
