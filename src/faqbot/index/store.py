"""SQLite: the database of one version. A build writes it once; readers open the sealed file read-only and immutable.

Rows that a question fetches carry a CRC-32 over what identifies them and what they hold, which is compared at fetch:
SQLite itself does not notice a flipped bit in a value.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import weakref
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import MISSING, Field, asdict, fields
from functools import cached_property
from pathlib import Path
from queue import LifoQueue
from typing import Any, TypeVar

import numpy as np
from numpy.typing import DTypeLike, NDArray

from faqbot.errors import IndexDamagedError
from faqbot.index.bm25 import Posting
from faqbot.index.files import Step, no_step, write_error
from faqbot.index.interface import (
    Asset,
    Embedding,
    EncodedPassage,
    EncoderInfo,
    SourceFile,
    StoredPassage,
)
from faqbot.types import Document, Pair, Passage, ReadWarning, Source

PAGE_BYTES = 32_768  # a passage's token embeddings take about 8 KB, and should not be spread over pages
CONNECTIONS = 8  # opened at load: once a build has deleted the file, no other could be
COMMIT_PASSAGES = 256  # what a killed build encodes again, at most
MOST_PLACEHOLDERS = 500
HASH_BYTES = 16  # of a content hash
OWN_META = frozenset({"calibration", "encoder", "facts", "milvus", "questions", "source", "words"})
STREAMED = 1024  # rows read together where all are

SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL, checksum INTEGER NOT NULL);
CREATE TABLE source_files (
    document_id PRIMARY KEY, content_hash BLOB NOT NULL, chunking TEXT NOT NULL, parsed TEXT, checksum INTEGER NOT NULL
);
CREATE TABLE assets (path PRIMARY KEY, media_type TEXT NOT NULL, content BLOB NOT NULL, checksum INTEGER NOT NULL);
CREATE TABLE documents (row INTEGER PRIMARY KEY, id NOT NULL UNIQUE, record TEXT NOT NULL, checksum INTEGER NOT NULL);
CREATE TABLE passages (
    row INTEGER PRIMARY KEY, document_id NOT NULL, record TEXT NOT NULL, checksum INTEGER NOT NULL
);
CREATE TABLE tokens (row INTEGER PRIMARY KEY, ids BLOB NOT NULL, embeddings BLOB NOT NULL, checksum INTEGER NOT NULL);
CREATE TABLE embeddings (
    row INTEGER PRIMARY KEY, text_hashes BLOB NOT NULL, vectors BLOB NOT NULL, checksum INTEGER NOT NULL
);
CREATE TABLE texts (hash BLOB PRIMARY KEY, row INTEGER NOT NULL, position INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE postings (
    term TEXT PRIMARY KEY, rows BLOB NOT NULL, weights BLOB NOT NULL, checksum INTEGER NOT NULL
);
CREATE TABLE words (word TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE arrays (name TEXT PRIMARY KEY, data BLOB NOT NULL, checksum INTEGER NOT NULL);
"""

Found = TypeVar("Found")

# Small arrays that every question needs, as one row each.
ARRAYS: dict[str, DTypeLike] = {
    "passage_ids": np.uint64,  # (passages,): the number that each id spells
    "vector_offsets": np.int64,  # (passages + 1,): where each passage's vectors begin in the FAISS file
    "token_counts": np.int32,  # (vocabulary,): in how many passages each token occurs
    "term_hashes": np.uint64,  # (terms,), sorted: a term that is here and not in its table was damaged
}


class DatabaseWriter:
    """A new database. Raises IndexWriteError where the disk refuses."""

    def __init__(self, path: Path, encoder: EncoderInfo, *, step: Step = no_step) -> None:
        self.path, self._encoder = path, encoder
        step(f"create {path.name}")
        with self._reporting():
            self._connection = sqlite3.connect(path, isolation_level=None)
        self._run(f"PRAGMA page_size = {PAGE_BYTES}")
        self._run("PRAGMA journal_mode = DELETE")
        self._run("PRAGMA synchronous = OFF")  # the file is flushed once, before it is sealed
        self._run("PRAGMA cache_size = -65536")
        self._run("BEGIN")
        for statement in SCHEMA.split(";\n"):
            if statement.strip():
                self._run(statement)
        if step is not no_step:
            self._connection.set_trace_callback(step)  # each statement is a step
        self.add_meta("encoder", json.dumps(asdict(encoder)))
        self._passages = 0
        self.resumable = False  # whether the next build could take anything from what was added

    def add_document(self, document: Document, file: SourceFile | None = None) -> None:
        """Add a document, and the file it was read from."""
        self._insert("documents (id, record, checksum)", document.id, encode_record(document))
        if file:
            parsed = encode_record(file.parsed) if file.parsed else None
            self._insert("source_files", document.id, file.content_hash, file.chunking, parsed)

    def add_asset(self, asset: Asset) -> None:
        """Add a picture that documents show."""
        self._insert("assets", asset.path, asset.media_type, asset.content)

    def add_passage(self, encoded: EncodedPassage) -> None:
        """Add a passage with its embeddings; from time to time those so far are committed."""
        row, passage, hashes = self._passages, encoded.passage, encoded.text_hashes
        self._insert("passages", row, passage.document_id, encode_record(passage))
        self._insert("tokens", row, encoded.token_ids.tobytes(), encoded.tokens.tobytes())
        self._insert("embeddings", row, b"".join(hashes), encoded.vectors.tobytes())
        texts = ((each, row, position) for position, each in enumerate(hashes))
        self._run_many("INSERT OR IGNORE INTO texts VALUES (?, ?, ?)", texts)
        self._passages += 1
        self.resumable = self.resumable or bool(hashes)
        if self._passages % COMMIT_PASSAGES == 0:
            self._run("COMMIT")
            self._run("BEGIN")

    def add_postings(self, postings: Iterable[Posting]) -> None:
        """Add the postings of all terms."""
        hashes = []
        for each in postings:
            hashes.append(_term_hash(each.term))
            self._insert("postings", each.term, each.rows.tobytes(), each.weights.tobytes())
        self.add_array("term_hashes", np.sort(np.array(hashes, np.uint64)))

    def add_words(self, counts: Mapping[str, int]) -> None:
        """Add the words of the corpus as written, with their counts."""
        words = sorted(counts.items())
        self._run_many("INSERT INTO words VALUES (?, ?)", words)
        self.add_meta("words", str(_words_crc(words)))

    def add_array(self, name: str, values: NDArray[np.generic]) -> None:
        """Add one of ARRAYS."""
        self._insert("arrays", name, np.ascontiguousarray(values, ARRAYS[name]).tobytes())

    def add_meta(self, key: str, value: str) -> None:
        """Add one fact about the version."""
        self._insert("meta", key, value)

    def find_texts(self, text_hashes: Sequence[bytes]) -> dict[bytes, Embedding]:
        """Return the embeddings of those texts that were added before."""
        return _find_texts(self._rows, self._encoder, text_hashes)

    def vector_batches(self, passages: int = 4096) -> Iterator[NDArray[np.float32]]:
        """Yield the (n, d) vectors of all passages, so many passages at a time."""
        for start in range(0, self._passages, passages):
            sql = "SELECT vectors FROM embeddings WHERE row >= ? AND row < ? ORDER BY row"
            data = b"".join(vectors for (vectors,) in self._rows(sql, (start, start + passages)))
            yield np.frombuffer(data, np.float32).reshape(-1, self._encoder.dimension)

    def commit(self) -> None:
        """Write what was added, and close."""
        self._run("COMMIT")
        self._connection.close()

    def abandon(self) -> None:
        """Keep what was added so far for the next build, where the disk has room, and close."""
        with suppress(sqlite3.Error):
            self._connection.execute("COMMIT")
        self._connection.close()

    def _insert(self, table: str, *values: object) -> None:
        """Add a row of these values and their checksum, which is the last column of every table that has one."""
        places = ", ".join("?" * (len(values) + 1))
        sql = f"INSERT INTO {table} VALUES ({places})"  # noqa: S608  (names are of this module)
        self._run(sql, *values, row_checksum(*values))

    def _run(self, sql: str, *values: object) -> None:
        with self._reporting():
            self._connection.execute(sql, values)

    def _run_many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        with self._reporting():
            self._connection.executemany(sql, rows)

    def _rows(self, sql: str, values: Sequence[object]) -> list[Any]:
        return self._connection.execute(sql, values).fetchall()

    @contextmanager
    def _reporting(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            reason = "No space left on device" if error.sqlite_errorname == "SQLITE_FULL" else str(error)
            raise write_error(self.path, reason) from error


class Database:
    """A database open for reading, by many threads. Raises IndexDamagedError where it is not what was written."""

    def __init__(
        self, path: Path, *, connections: int = CONNECTIONS, sealed: bool = True, advice: str = "Run: faqbot build"
    ) -> None:
        """A database that is not `sealed` is a killed build's: SQLite first takes back what was not committed."""
        self.path, self._advice = path, advice
        self._idle: LifoQueue[sqlite3.Connection] = LifoQueue()
        uri = f"{path.resolve().as_uri()}?mode={'ro&immutable=1' if sealed else 'rw'}"
        opened: list[sqlite3.Connection] = []
        weakref.finalize(self, _close_all, opened)
        with self._reporting():
            for _ in range(connections):
                opened.append(sqlite3.connect(uri, uri=True, check_same_thread=False, isolation_level=None))
                self._idle.put(opened[-1])

    @cached_property
    def meta(self) -> dict[str, str]:
        """All facts about the version."""
        return dict(self._checked("meta", self._rows("SELECT key, value, checksum FROM meta")))

    @cached_property
    def encoder(self) -> EncoderInfo:
        """The encoder whose embeddings these are."""
        return EncoderInfo(**self.fact("encoder"))

    @property
    def milvus(self) -> dict[str, Any]:
        """Where the passages are on Milvus, empty where they are here."""
        return self.fact("milvus") if "milvus" in self.meta else {}

    def fact(self, key: str) -> Any:
        """Return a fact that the index itself wrote, from JSON."""
        if key not in self.meta:
            raise self._damaged(f"meta lacks {key!r}")
        return json.loads(self.meta[key])

    def array(self, name: str) -> NDArray[Any]:
        """Return one of ARRAYS."""
        for _, data in self._read("arrays", "name, data", [name]):
            return np.frombuffer(data, ARRAYS[name])
        raise self._lost("arrays", name)

    def words(self) -> dict[str, int]:
        """Return the words of the corpus with their counts, sorted."""
        rows = self._rows("SELECT word, count FROM words ORDER BY word")
        self._compare("words", "*", self.meta.get("words"), str(_words_crc(rows)))
        return dict(rows)

    def document(self, document_id: str) -> Document | None:
        """Return the document with this id, None if there is none."""
        for _, record in self._read("documents", "id, record", [_key(document_id)]):
            return decode_document(record)
        return None

    def documents(self) -> Iterator[Document]:
        """Yield every document, in order."""
        return (decode_document(record) for _, record in self._stream("documents", "id, record"))

    def passages(self) -> Iterator[Passage]:
        """Yield every passage, in order."""
        return (decode_passage(record) for _, record in self._passage_records())

    def passages_of(self, document_ids: Iterable[str]) -> dict[str, list[Passage]]:
        """Return the passages of these documents, in order."""
        found: dict[str, list[Passage]] = {each: [] for each in document_ids}
        for document_id, record in self._passage_records():
            if document_id in found:
                found[document_id].append(decode_passage(record))
        return found

    def source_files(self) -> dict[str, SourceFile]:
        """Return what is known of the files of the last build, by document id."""
        found = {}
        for name, content_hash, chunking, parsed in _sound(self._rows("SELECT * FROM source_files")):
            found[name] = SourceFile(content_hash, chunking, decode_document(parsed) if parsed else None)
        return found

    def asset(self, path: str) -> Asset | None:
        """Return a picture, None if there is none with this path."""
        for row in self._read("assets", "path, media_type, content", [_key(path)]):
            return Asset(*row)
        return None

    def fetch(self, numbers: Sequence[int]) -> list[StoredPassage]:
        """Return the passages of these rows, in this order."""
        tokens = {
            row: (np.frombuffer(data, np.int8).reshape(-1, self.encoder.token_dimension), np.frombuffer(ids, np.int32))
            for row, ids, data in self._read("tokens", "row, ids, embeddings", numbers)
        }
        records = self._read("passages", "row, document_id, record", numbers)
        found = {
            row: StoredPassage(decode_passage(record), *tokens[row]) for row, _, record in records if row in tokens
        }
        return self._in_order("passages", found, numbers)

    def vectors(self, numbers: Sequence[int]) -> list[NDArray[np.float32]]:
        """Return the (n, d) vectors of each of these rows."""
        found = {
            row: np.frombuffer(data, np.float32).reshape(-1, self.encoder.dimension)
            for row, _, data in self._read("embeddings", "row, text_hashes, vectors", numbers)
        }
        return self._in_order("embeddings", found, numbers)

    def postings(self, terms: Iterable[str], term_hashes: NDArray[np.uint64]) -> list[Posting]:
        """Return the postings of those terms that there are."""
        sought = list(terms)
        if not sought:
            return []
        hashes = np.array([_term_hash(term) for term in sought], np.uint64)
        places = np.minimum(np.searchsorted(term_hashes, hashes), len(term_hashes) - 1)
        known = term_hashes[places] == hashes if len(term_hashes) else np.zeros(len(sought), np.bool_)
        wanted = [term for term, is_known in zip(sought, known.tolist(), strict=True) if is_known]
        found = {
            term: Posting(term, np.frombuffer(rows, np.int32), np.frombuffer(weights, np.float32))
            for term, rows, weights in self._read("postings", "term, rows, weights", wanted)
        }
        return self._in_order("postings", found, wanted)

    def find_texts(self, text_hashes: Sequence[bytes]) -> dict[bytes, Embedding]:
        """Return the embeddings of those texts that the database has and that are sound."""
        with suppress(IndexDamagedError):
            return _find_texts(self._rows, self.encoder, text_hashes)
        return {}

    def has_text(self, text_hash: bytes) -> bool:
        """Return whether the database has an embedding of a text."""
        return bool(self._rows("SELECT 1 FROM texts WHERE hash = ?", (text_hash,)))

    def _passage_records(self) -> Iterator[tuple[str, str]]:
        expected = 0
        for row, document_id, record in self._stream("passages", "row, document_id, record"):
            self._compare("passages", row, row, expected)
            yield document_id, record
            expected += 1
        self._compare("passages", "*", expected, len(self.array("passage_ids")))

    def _rows(self, sql: str, values: Sequence[object] = ()) -> list[Any]:
        connection = self._idle.get()
        try:
            with self._reporting():
                return connection.execute(sql, values).fetchall()
        finally:
            self._idle.put(connection)

    def _read(self, table: str, columns: str, keys: Sequence[object]) -> Iterator[Any]:
        """The rows of these keys, which are in the first of the columns; checksums are over those columns."""
        key = columns.partition(",")[0]
        sql = f"SELECT {columns}, checksum FROM {table} WHERE {key} IN ({{}})"  # noqa: S608
        return self._checked(table, _rows_in(self._rows, sql, keys))

    def _stream(self, table: str, columns: str) -> Iterator[Any]:
        """All rows in order of their number, some at a time, so that no connection is held meanwhile."""
        sql = f"SELECT {columns}, checksum, row FROM {table} WHERE row > ? ORDER BY row LIMIT {STREAMED}"  # noqa: S608
        last = -1
        while rows := self._rows(sql, (last,)):
            last = rows[-1][-1]
            yield from self._checked(table, (row[:-1] for row in rows))

    def _checked(self, table: str, rows: Iterable[Any]) -> Iterator[Any]:
        """The rows without their checksums, once these were compared."""
        for *values, checksum in rows:
            self._compare(table, values[0], checksum, row_checksum(*values))
            yield values

    def _compare(self, table: str, key: object, expected: object, found: object) -> None:
        if expected != found:
            raise self._damaged(f"row {key!r} of {table} is not what was written (CRC-32)")

    def _lost(self, table: str, key: object) -> IndexDamagedError:
        return self._damaged(f"row {key!r} of {table} is missing")

    def _in_order(self, table: str, found: Mapping[Any, Found], keys: Sequence[object]) -> list[Found]:
        """What was found for each of these keys."""
        for key in keys:
            if key not in found:
                raise self._lost(table, key)
        return [found[key] for key in keys]

    def _damaged(self, reason: str) -> IndexDamagedError:
        return IndexDamagedError(f"{self.path} is damaged: {reason}. {self._advice}")

    @contextmanager
    def _reporting(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise self._damaged(str(error)) from error


def set_meta(path: Path, key: str, value: str, *, step: Step = no_step) -> None:
    """Set one fact in a database that is not sealed yet. Raises IndexWriteError."""
    step(f"set {key} in {path.name}")
    try:
        connection = sqlite3.connect(path)
        with connection:
            connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?, ?)", (key, value, row_checksum(key, value)))
        connection.close()
    except sqlite3.Error as error:
        raise write_error(path, str(error)) from error


def _close_all(connections: list[sqlite3.Connection]) -> None:
    for connection in connections:
        connection.close()


def _rows_in(rows: Any, sql: str, values: Sequence[object]) -> Iterator[Any]:
    """The rows of a query over values for its {}, of which SQLite takes so many at a time."""
    for start in range(0, len(values), MOST_PLACEHOLDERS):
        part = values[start : start + MOST_PLACEHOLDERS]
        yield from rows(sql.format(",".join("?" * len(part))), part)


def _find_texts(rows: Any, encoder: EncoderInfo, text_hashes: Sequence[bytes]) -> dict[bytes, Embedding]:
    """The embeddings of texts: a passage's first vector goes with its tokens, the others have none."""
    places: dict[int, list[tuple[bytes, int]]] = {}
    for each, row, position in _rows_in(rows, "SELECT * FROM texts WHERE hash IN ({})", text_hashes):
        places.setdefault(row, []).append((each, position))
    firsts = [row for row, listed in places.items() if any(not position for _, position in listed)]
    tokens = {
        row: (np.frombuffer(data, np.int8).reshape(-1, encoder.token_dimension), np.frombuffer(ids, np.int32))
        for row, ids, data in _sound(_rows_in(rows, "SELECT * FROM tokens WHERE row IN ({})", firsts))
    }
    none = np.empty((0, encoder.token_dimension), np.int8), np.empty(0, np.int32)
    found: dict[bytes, Embedding] = {}
    for row, hashes, data in _sound(_rows_in(rows, "SELECT * FROM embeddings WHERE row IN ({})", list(places))):
        vectors = np.frombuffer(data, np.float32).reshape(-1, encoder.dimension)
        for each, position in places[row]:
            own = none if position else tokens.get(row)
            if own and hashes[position * HASH_BYTES : (position + 1) * HASH_BYTES] == each:
                found[each] = Embedding(vectors[position], *own)
    return found


def _sound(rows: Iterable[Any]) -> Iterator[Any]:
    """The rows whose last column is the checksum of the others, without it."""
    return (values for *values, checksum in rows if checksum == row_checksum(*values))


def content_hash(*parts: bytes) -> bytes:
    """Return the BLAKE2b hash of parts, each after its length, so that no two ways to split bytes agree."""
    found = hashlib.blake2b(digest_size=HASH_BYTES)
    for part in parts:
        found.update(len(part).to_bytes(8, "little") + part)
    return found.digest()


def row_checksum(key: object, *parts: object) -> int:
    """Return a CRC-32 over what identifies a row and holds it, types included: a flipped bit can change those."""
    found = zlib.crc32(f"{key}\0".encode())
    for part in parts:
        data = part if isinstance(part, bytes) else str(part).encode()
        found = zlib.crc32(data, zlib.crc32(type(part).__name__.encode(), found))
    return found


def _words_crc(words: Iterable[tuple[str, int]]) -> int:
    return zlib.crc32("\n".join(f"{word} {count}" for word, count in words).encode())


def _term_hash(term: str) -> int:
    return int.from_bytes(hashlib.blake2b(term.encode(), digest_size=8).digest(), "little")


def _key(text: str) -> str:
    """A text that may be sought: half a surrogate pair, which SQLite does not take, is in no key."""
    return text.encode(errors="replace").decode()


def encode_record(record: Document | Passage) -> str:
    """Return a document or passage as JSON in ASCII; fields that hold their default are left out."""
    written = {field.name: getattr(record, field.name) for field in fields(record) if not _is_default(record, field)}
    return json.dumps(written, default=_mapping)


def decode_document(record: str) -> Document:
    """Return the document that `encode_record` wrote."""
    document: Document = _revived(json.loads(record), Document)
    return document


def decode_passage(record: str) -> Passage:
    """Return the passage that `encode_record` wrote."""
    passage: Passage = _revived(json.loads(record), Passage)
    return passage


def _is_default(record: Document | Passage, field: Field[Any]) -> bool:
    return field.default is not MISSING and bool(getattr(record, field.name) == field.default)


def _mapping(value: Source | Pair | ReadWarning) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _revived(value: Any, kind: type[Any] | None = None) -> Any:
    """JSON's lists as tuples and its objects as dataclasses, at any depth."""
    if isinstance(value, list):
        return tuple([_revived(each, kind) if isinstance(each, list | dict) else each for each in value])
    if isinstance(value, dict) and kind:
        nested = {name: _revived(each, _NESTED.get(name)) for name, each in value.items() if isinstance(each, list)}
        return kind(**value | nested)
    return value


_NESTED: dict[str, type[Any]] = {"sources": Source, "pairs": Pair, "warnings": ReadWarning}
