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
from dataclasses import MISSING, Field, fields
from pathlib import Path
from queue import LifoQueue
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from faqbot.errors import IndexDamagedError
from faqbot.index.bm25 import Posting
from faqbot.index.files import Step, no_step, write_error
from faqbot.index.interface import HASH_BYTES, Asset, Embedding, EncodedPassage, SourceFile, StoredPassage
from faqbot.types import Document, Pair, Passage, ReadWarning, Source

PAGE_BYTES = 32_768  # a passage's token embeddings take about 8 KB, and should not be spread over pages
CONNECTIONS = 8  # opened at load: once a build has deleted the file, no other could be
COMMIT_PASSAGES = 256  # what a killed build encodes again, at most
MOST_PLACEHOLDERS = 500

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
# Small arrays that every question needs, as one row each.
ARRAYS: dict[str, DTypeLike] = {
    "passage_ids": np.uint64,  # (passages,): the number that each id spells
    "vector_offsets": np.int64,  # (passages + 1,): where each passage's vectors begin in the FAISS file
    "token_counts": np.int32,  # (vocabulary,): in how many passages each token occurs
    "term_hashes": np.uint64,  # (terms,), sorted: a term that is here and not in its table was damaged
}


class DatabaseWriter:
    """A new database. Raises IndexWriteError where the disk refuses."""

    def __init__(self, path: Path, *, dimension: int, token_dimension: int, step: Step = no_step) -> None:
        self.path = path
        self._shape = (dimension, token_dimension)
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
        self._passages = self._uncommitted = 0
        self.resumable = False  # whether the next build could take anything from what was added

    def add_document(self, document: Document, file: SourceFile | None = None) -> None:
        """Add a document, and the file it was read from."""
        record, key = encode_record(document), _storable(document.id)
        with self._reporting():
            self._run(
                "INSERT INTO documents (id, record, checksum) VALUES (?, ?, ?)",
                key,
                record,
                row_checksum(document.id, record),
            )
            if file:
                parsed = encode_record(file.parsed) if file.parsed else None
                values = (file.content_hash, file.chunking, parsed)
                self._run(
                    "INSERT INTO source_files VALUES (?, ?, ?, ?, ?)", key, *values, row_checksum(document.id, *values)
                )

    def add_asset(self, asset: Asset) -> None:
        """Add a picture that documents show."""
        checksum = row_checksum(asset.path, asset.media_type, asset.content)
        with self._reporting():
            values = (_storable(asset.path), asset.media_type, asset.content, checksum)
            self._run("INSERT OR REPLACE INTO assets VALUES (?, ?, ?, ?)", *values)

    def add_passage(self, encoded: EncodedPassage) -> None:
        """Add a passage with its embeddings; from time to time those so far are committed."""
        row, passage, record = self._passages, encoded.passage, encode_record(encoded.passage)
        vectors, tokens, ids = encoded.vectors.tobytes(), encoded.tokens.tobytes(), encoded.token_ids.tobytes()
        hashes = b"".join(encoded.text_hashes)
        texts = [(each, row, position) for position, each in enumerate(encoded.text_hashes)]
        with self._reporting():
            document_id = _storable(passage.document_id)
            self._run(
                "INSERT INTO passages VALUES (?, ?, ?, ?)",
                row,
                document_id,
                record,
                row_checksum(row, document_id, record),
            )
            self._run("INSERT INTO tokens VALUES (?, ?, ?, ?)", row, ids, tokens, row_checksum(row, ids, tokens))
            self._run(
                "INSERT INTO embeddings VALUES (?, ?, ?, ?)", row, hashes, vectors, row_checksum(row, hashes, vectors)
            )
            self._connection.executemany("INSERT OR IGNORE INTO texts VALUES (?, ?, ?)", texts)
            self._passages += 1
            self._uncommitted += 1
            self.resumable = self.resumable or bool(texts)
            if self._uncommitted >= COMMIT_PASSAGES:
                self._run("COMMIT")
                self._run("BEGIN")
                self._uncommitted = 0

    def add_postings(self, postings: Iterable[Posting]) -> None:
        """Add the postings of all terms."""
        hashes: list[int] = []

        def rows() -> Iterator[tuple[str, bytes, bytes, int]]:
            for each in postings:
                hashes.append(_term_hash(each.term))
                numbers, weights = each.rows.tobytes(), each.weights.tobytes()
                yield each.term, numbers, weights, row_checksum(each.term, numbers, weights)

        with self._reporting():
            self._connection.executemany("INSERT INTO postings VALUES (?, ?, ?, ?)", rows())
        self.add_array("term_hashes", np.sort(np.array(hashes, np.uint64)))

    def add_words(self, counts: Mapping[str, int]) -> None:
        """Add the words of the corpus as written, with their counts."""
        words = sorted((word, count) for word, count in counts.items() if _storable(word) == word)
        with self._reporting():
            self._connection.executemany("INSERT INTO words VALUES (?, ?)", words)
        self.add_meta("words", str(_words_crc(words)))

    def add_array(self, name: str, values: NDArray[np.generic]) -> None:
        """Add one of ARRAYS."""
        data = np.ascontiguousarray(values, ARRAYS[name]).tobytes()
        with self._reporting():
            self._run("INSERT INTO arrays VALUES (?, ?, ?)", name, data, row_checksum(name, data))

    def add_meta(self, key: str, value: str) -> None:
        """Set one fact about the version."""
        with self._reporting():
            self._run("INSERT OR REPLACE INTO meta VALUES (?, ?, ?)", key, value, row_checksum(key, value))

    def find_texts(self, text_hashes: Sequence[bytes]) -> dict[bytes, Embedding]:
        """Return the embeddings of those texts that were added before."""
        return _find_texts(self._rows, self._shape, text_hashes)

    def passages(self) -> Iterator[Passage]:
        """Yield the passages added so far, in order."""
        for (record,) in self._connection.execute("SELECT record FROM passages ORDER BY row"):
            yield decode_passage(record)

    def vector_batches(self, dimension: int, passages: int = 4096) -> Iterator[NDArray[np.float32]]:
        """Yield the (n, d) vectors of all passages, so many passages at a time."""
        for start in range(0, self._passages, passages):
            sql = "SELECT vectors FROM embeddings WHERE row >= ? AND row < ? ORDER BY row"
            data = b"".join(vectors for (vectors,) in self._rows(sql, (start, start + passages)))
            yield np.frombuffer(data, np.float32).reshape(-1, dimension)

    def commit(self) -> None:
        """Write what was added, and close."""
        with self._reporting():
            self._run("COMMIT")
        self._connection.close()

    def abandon(self) -> None:
        """Keep what was added so far for the next build, where the disk has room, and close."""
        with suppress(sqlite3.Error):
            self._run("COMMIT")
        self._connection.close()

    def _run(self, sql: str, *values: object) -> None:
        self._connection.execute(sql, values)

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
        self, path: Path, *, dimension: int = 0, token_dimension: int = 0, connections: int = CONNECTIONS,
        sealed: bool = True, advice: str = "Run: faqbot build",
    ) -> None:  # fmt: skip
        """A database that is not `sealed` is a killed build's: SQLite first takes back what was not committed."""
        self.path, self._advice = path, advice
        self.shape = (dimension, token_dimension)
        self._idle: LifoQueue[sqlite3.Connection] = LifoQueue()
        uri = f"{path.resolve().as_uri()}?mode={'ro&immutable=1' if sealed else 'rw'}"
        opened: list[sqlite3.Connection] = []
        weakref.finalize(self, _close_all, opened)
        with self._reporting():
            for _ in range(connections):
                opened.append(sqlite3.connect(uri, uri=True, check_same_thread=False, isolation_level=None))
                self._idle.put(opened[-1])

    def meta(self) -> dict[str, str]:
        """Return all facts about the version."""
        found = {}
        for key, value, checksum in self._rows("SELECT key, value, checksum FROM meta"):
            self._compare("meta", key, checksum, row_checksum(key, value))
            found[key] = value
        return found

    def array(self, name: str) -> NDArray[Any]:
        """Return one of ARRAYS."""
        rows = self._rows("SELECT data, checksum FROM arrays WHERE name = ?", (name,))
        if not rows:
            raise self._damaged(f"arrays has no row {name!r}")
        data, checksum = rows[0]
        self._compare("arrays", name, checksum, row_checksum(name, data))
        return np.frombuffer(data, ARRAYS[name])

    def words(self) -> dict[str, int]:
        """Return the words of the corpus with their counts, sorted."""
        rows = self._rows("SELECT word, count FROM words ORDER BY word")
        self._compare("words", "*", self.meta().get("words"), str(_words_crc(rows)))
        return dict(rows)

    def document(self, document_id: str) -> Document | None:
        """Return the document with this id, None if there is none."""
        rows = self._rows("SELECT record, checksum FROM documents WHERE id = ?", (_storable(document_id),))
        for record, checksum in rows:
            self._compare("documents", document_id, checksum, row_checksum(document_id, record))
            return decode_document(record)
        return None

    def documents(self) -> Iterator[Document]:
        """Yield every document, in order."""
        for document_id, record, checksum in self._stream("SELECT id, record, checksum FROM documents"):
            found = _restored(document_id)
            self._compare("documents", found, checksum, row_checksum(found, record))
            yield decode_document(record)

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

    def _passage_records(self) -> Iterator[tuple[str, str]]:
        expected = 0
        for row, document_id, record, checksum in self._stream(
            "SELECT row, document_id, record, checksum FROM passages"
        ):
            self._compare("passages", row, (row, checksum), (expected, row_checksum(row, document_id, record)))
            yield _restored(document_id), record
            expected += 1
        self._compare("passages", "*", expected, len(self.array("passage_ids")))

    def source_files(self) -> dict[str, SourceFile]:
        """Return what is known of the files of the last build, by document id."""
        found = {}
        for key, *values, checksum in self._rows("SELECT * FROM source_files"):
            name, (content_hash, chunking, parsed) = _restored(key), values
            if checksum == row_checksum(name, *values):
                document = decode_document(parsed) if parsed else None
                found[name] = SourceFile(content_hash, chunking, document)
        return found

    def asset(self, path: str) -> Asset | None:
        """Return a picture, None if there is none with this path."""
        sql = "SELECT media_type, content, checksum FROM assets WHERE path = ?"
        for media_type, content, checksum in self._rows(sql, (_storable(path),)):
            self._compare("assets", path, checksum, row_checksum(path, media_type, content))
            return Asset(path, media_type, content)
        return None

    def fetch(self, numbers: Sequence[int]) -> list[StoredPassage]:
        """Return the passages of these rows, in this order."""
        sql = (
            "SELECT passages.row, document_id, record, passages.checksum, ids, embeddings, tokens.checksum "
            "FROM passages JOIN tokens USING (row) WHERE passages.row IN ({})"
        )
        found: dict[int, StoredPassage] = {}
        for row, document_id, record, checksum, ids, tokens, tokens_checksum in self._rows_in(sql, numbers):
            self._compare("passages", row, checksum, row_checksum(row, document_id, record))
            self._compare("tokens", row, tokens_checksum, row_checksum(row, ids, tokens))
            rows = np.frombuffer(tokens, np.int8).reshape(-1, self.shape[1])
            found[row] = StoredPassage(decode_passage(record), rows, np.frombuffer(ids, np.int32))
        return [found[number] if number in found else self._lost("passages", number) for number in numbers]

    def vectors(self, numbers: Sequence[int]) -> list[NDArray[np.float32]]:
        """Return the (n, d) vectors of each of these rows."""
        found: dict[int, NDArray[np.float32]] = {}
        sql = "SELECT row, text_hashes, vectors, checksum FROM embeddings WHERE row IN ({})"
        for row, hashes, data, checksum in self._rows_in(sql, numbers):
            self._compare("embeddings", row, checksum, row_checksum(row, hashes, data))
            found[row] = np.frombuffer(data, np.float32).reshape(-1, self.shape[0])
        return [found[number] if number in found else self._lost("embeddings", number) for number in numbers]

    def postings(self, terms: Iterable[str], term_hashes: NDArray[np.uint64]) -> list[Posting]:
        """Return the postings of those terms that there are."""
        sought = list(terms)
        hashes = np.array([_term_hash(term) for term in sought], np.uint64)
        places = np.minimum(np.searchsorted(term_hashes, hashes), len(term_hashes) - 1)
        known = term_hashes[places] == hashes if len(term_hashes) else np.zeros(len(sought), np.bool_)
        wanted = [term for term, is_known in zip(sought, known.tolist(), strict=True) if is_known]
        found: dict[str, Posting] = {}
        sql = "SELECT term, rows, weights, checksum FROM postings WHERE term IN ({})"
        for term, numbers, weights, checksum in self._rows_in(sql, wanted):
            self._compare("postings", term, checksum, row_checksum(term, numbers, weights))
            found[term] = Posting(term, np.frombuffer(numbers, np.int32), np.frombuffer(weights, np.float32))
        return [found[term] if term in found else self._lost("postings", term) for term in wanted]

    def find_texts(self, text_hashes: Sequence[bytes]) -> dict[bytes, Embedding]:
        """Return the embeddings of those texts that the database has and that are sound."""
        with suppress(IndexDamagedError):
            return _find_texts(self._rows, self.shape, text_hashes)
        return {}

    def has_text(self, text_hash: bytes) -> bool:
        """Return whether the database has an embedding of a text."""
        return bool(self._rows("SELECT 1 FROM texts WHERE hash = ?", (text_hash,)))

    def _rows(self, sql: str, values: Sequence[object] = ()) -> list[Any]:
        connection = self._idle.get()
        try:
            with self._reporting():
                return connection.execute(sql, values).fetchall()
        finally:
            self._idle.put(connection)

    def _rows_in(self, sql: str, values: Sequence[object]) -> Iterator[Any]:
        return _rows_in(self._rows, sql, values)

    def _stream(self, sql: str, size: int = 1024) -> Iterator[Any]:
        """Rows in order of their number, some at a time, so that no connection is held meanwhile."""
        last = -1
        while rows := self._rows(
            sql.replace("SELECT ", "SELECT row, ", 1) + " WHERE row > ? ORDER BY row LIMIT ?", (last, size)
        ):
            last = rows[-1][0]
            yield from (row[1:] for row in rows)

    def _compare(self, table: str, key: object, expected: object, found: object) -> None:
        if expected != found:
            raise self._damaged(f"row {key!r} of {table} is not what was written (CRC-32)")

    def _lost(self, table: str, key: object) -> Any:
        raise self._damaged(f"row {key!r} of {table} is missing")

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


def _find_texts(rows: Any, shape: tuple[int, int], text_hashes: Sequence[bytes]) -> dict[bytes, Embedding]:
    """The embeddings of texts: a passage's first vector goes with its tokens, the others have none."""
    places: dict[int, list[tuple[bytes, int]]] = {}
    for each, row, position in _rows_in(rows, "SELECT * FROM texts WHERE hash IN ({})", text_hashes):
        places.setdefault(row, []).append((each, position))
    firsts = [row for row, listed in places.items() if any(not position for _, position in listed)]
    tokens = {
        row: (np.frombuffer(data, np.int8).reshape(-1, shape[1]), np.frombuffer(ids, np.int32))
        for row, ids, data, checksum in _rows_in(rows, "SELECT * FROM tokens WHERE row IN ({})", firsts)
        if checksum == row_checksum(row, ids, data)
    }
    none = np.empty((0, shape[1]), np.int8), np.empty(0, np.int32)
    found: dict[bytes, Embedding] = {}
    for row, hashes, data, checksum in _rows_in(rows, "SELECT * FROM embeddings WHERE row IN ({})", list(places)):
        if checksum != row_checksum(row, hashes, data):
            continue
        vectors = np.frombuffer(data, np.float32).reshape(-1, shape[0])
        for each, position in places[row]:
            own = none if position else tokens.get(row)
            if own and hashes[position * HASH_BYTES : (position + 1) * HASH_BYTES] == each:
                found[each] = Embedding(vectors[position], *own)
    return found


def row_checksum(key: str | int, *parts: object) -> int:
    """Return a CRC-32 over what identifies a row and holds it, types included: a flipped bit can change those."""
    found = zlib.crc32(f"{key}\0".encode("utf-8", "surrogatepass"))
    for part in parts:
        data = part if isinstance(part, bytes) else str(part).encode("utf-8", "surrogatepass")
        found = zlib.crc32(data, zlib.crc32(type(part).__name__.encode(), found))
    return found


def _words_crc(words: Iterable[tuple[str, int]]) -> int:
    return zlib.crc32("\n".join(f"{word} {count}" for word, count in words).encode())


def _term_hash(term: str) -> int:
    return int.from_bytes(hashlib.blake2b(term.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def _storable(text: str) -> str | bytes:
    """A text as SQLite takes it: names of files that are no UTF-8 hold lone surrogates, which it does not."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
    return text


def _restored(value: str | bytes) -> str:
    return value.decode("utf-8", "surrogatepass") if isinstance(value, bytes) else value


def text_hash(text: str, *, fingerprint: str, settings: str = "") -> bytes:
    """Return what identifies a text to encode: its content, the encoder, and `settings` such as the prompt."""
    found = hashlib.blake2b(digest_size=HASH_BYTES)
    for part in (text, fingerprint, settings):
        data = part.encode("utf-8", "surrogatepass")
        found.update(len(data).to_bytes(8, "little") + data)
    return found.digest()


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
