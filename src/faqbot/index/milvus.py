"""Passages on Milvus: one adapter, which a build fills and questions search.

A version has two collections, one row a passage and one row a vector, under names of their own; an alias with the name
that the operator gave moves to the newer pair at the end of a build. BM25 is Milvus' own function over the terms that
our analyser makes, since Milvus Lite ignores stemmers. Milvus Lite reports its BM25 as a negative distance with another
factor than Milvus, so sign and factor are read from a known passage when a collection is opened.
"""

from __future__ import annotations

import base64
import json
import logging
import math
import os
import re
import secrets
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from faqbot import errors
from faqbot.index.bm25 import K1, B, TextQuery, analyse, indexed_text
from faqbot.index.interface import EncoderInfo, Matches, StoredPassage
from faqbot.index.store import decode_passage, encode_record, row_checksum
from faqbot.index.vectors import FLAT_LIMIT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from faqbot.index.store import Database
    from faqbot.types import Passage

LITE_ALIAS = "faqbot"
VECTORS = "_vectors"  # ending of the collection of vectors
LONGEST = 65_535  # bytes of a text field
TOKEN_FIELD_BYTES = 45_000  # of token embeddings in one text field, a third longer in base64
INSERTED = 64  # passages sent together: about 2 MB
MOST_HITS = 16_384  # that Milvus gives
VECTORS_A_PASSAGE = 4  # vectors searched at first for each passage that is wanted
PATIENCE = 120.0  # seconds for a call that writes, loads or flushes
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0  # seconds in which nothing is asked after a failure; doubled with each
GRAPH = {"M": 32, "efConstruction": 200}
BREADTH = 512  # vectors that a search in an HNSW graph looks at on its way

_SERVER = re.compile(r"milvus(?P<tls>\+https)?://(?P<host>[^/@:]+|\[[0-9a-fA-F:]+\])(?::(?P<port>\d+))?/(?P<alias>.+)")
_ALIAS = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,199}")
_MISSING = re.compile(r"not exist|not found|can't find", re.IGNORECASE)
_lite_users: Counter[str] = Counter()  # of each Milvus Lite folder in this process: the last one lets it go
_loading = threading.Lock()

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Address:
    """`place` is a folder for Milvus Lite, else a URI; `alias` is the name under which the passages are found there."""

    kind: Literal["milvus", "milvus-lite"]
    place: str
    alias: str

    def __str__(self) -> str:
        if self.kind == "milvus-lite":
            return f"milvus-lite:{self.place}"
        scheme, _, server = self.place.partition("://")
        return f"milvus{'+https' if scheme == 'https' else ''}://{server}/{self.alias}"


def read_address(text: str) -> Address:
    """Return the address that a text names.

    Raises SettingsError for one that is not milvus-lite:PATH, milvus://HOST:PORT/NAME or milvus+https://...
    """
    kind, _, path = text.partition(":")
    if kind == "milvus-lite" and path:
        return Address("milvus-lite", str(Path(path).expanduser().absolute()), LITE_ALIAS)
    found = _SERVER.fullmatch(text)
    if not found or not _ALIAS.fullmatch(found["alias"]):
        raise errors.SettingsError(
            f"The store is {text!r}, expected embedded, milvus-lite:PATH, milvus://HOST:PORT/NAME or "
            "milvus+https://HOST:PORT/NAME (NAME of letters, digits and _; a password goes into FAQBOT_STORE_TOKEN). "
            "Change --store or FAQBOT_STORE"
        )
    scheme, port = "https" if found["tls"] else "http", found["port"] or "19530"
    return Address("milvus", f"{scheme}://{found['host']}:{port}", found["alias"])


class Connection:
    """A connection that is made on first use and again after a failure. Safe for many threads.

    A call raises EngineError within `timeout` seconds where Milvus does not answer, and at once during the pause after
    that (circuit breaker; Nygard, Release It!, 2007); IndexMissingError for a collection that is not there.
    """

    def __init__(self, address: Address, *, token: str = "", timeout: float = 5.0) -> None:
        self.address, self.timeout = address, timeout
        self._token, self._client, self._lock = token, None, threading.Lock()
        self._pause, self._closed_until = 0.0, 0.0
        self.opened = 0  # how many connections were made: what was loaded through an earlier one may be gone

    def call(self, method: str, *, timeout: float = 0.0, **arguments: Any) -> Any:
        """Return what MilvusClient's method of that name returns."""
        wait = self._closed_until - time.monotonic()
        if wait > 0:
            raise errors.EngineError(
                f"The store at {self.address} did not answer and is asked again in {math.ceil(wait)} s"
            )
        ends = time.monotonic() + (timeout or self.timeout)
        with self._reporting():
            client = self._connected(ends)
            return getattr(client, method)(timeout=max(ends - time.monotonic(), 0.05), **arguments)

    def work(self, method: str, **arguments: Any) -> Any:
        """Do the same for work that takes its time."""
        return self.call(method, timeout=PATIENCE, **arguments)

    def close(self) -> None:
        """Let go of the connection; a Milvus Lite folder is free once all who use it here have closed."""
        with self._lock:
            client, self._client = self._client, None
            if client is not None:
                client.close()
                self._release()

    @contextmanager
    def _reporting(self) -> Iterator[None]:
        raised = load_pymilvus().exceptions
        import grpc  # type: ignore[import-untyped]

        try:
            yield
        except raised.MilvusException as error:
            if error.code == 100 and _MISSING.search(error.message):
                self._pause = 0.0
                raise errors.IndexMissingError(
                    f"The store at {self.address} lacks what was asked for: {error.message}"
                ) from None
            raise self._failed(str(error.message).strip().split("\n")[0][:200].rstrip(". ")) from None
        except (grpc.RpcError, grpc.FutureTimeoutError) as error:
            raise self._failed(error.code().name.lower() if isinstance(error, grpc.Call) else "timeout") from None
        except errors.FaqbotError as error:
            raise self._failed(str(error)) from None
        self._pause = 0.0

    def _failed(self, reason: str) -> errors.EngineError:
        if self.address.kind == "milvus":
            self._client = None  # the next call connects anew, and loads what a restarted server has not loaded
        self._pause = min(2 * self._pause, LONGEST_PAUSE) or FIRST_PAUSE
        self._closed_until = time.monotonic() + self._pause
        advice = "See that it runs and can be reached from here, then try again"
        if self.address.kind == "milvus-lite":
            advice = "See that no other process has it open (share it with: milvus-lite server), then try again"
        return errors.EngineError(
            f"The store at {self.address} cannot be asked: {reason or 'no reason given'}. {advice}"
        )

    def _connected(self, ends: float) -> Any:
        with self._lock:
            if self._client is None:
                pymilvus = load_pymilvus()
                logging.getLogger("pymilvus").setLevel(logging.CRITICAL)  # it prints each failure with its traceback
                uri = self._lite_uri() if self.address.kind == "milvus-lite" else self.address.place
                try:
                    left = max(ends - time.monotonic(), 0.05)
                    self._client = pymilvus.MilvusClient(uri, token=self._token, timeout=left, dedicated=True)
                except BaseException:
                    self._release()
                    raise
                self.opened += 1
            return self._client

    def _lite_uri(self) -> str:
        try:
            from milvus_lite.server_manager import server_manager_instance  # type: ignore[import-untyped]
        except ImportError as error:
            raise errors.need("milvus-lite", "milvus", error) from error
        for name in ("milvus_lite", "grpc._server"):  # which print a traceback for each request they do not know
            logging.getLogger(name).setLevel(logging.CRITICAL)
        with _loading:
            uri = server_manager_instance.start_and_get_uri(self.address.place)
            if uri is None:
                raise errors.EngineError("it cannot be opened")
            _lite_users[self.address.place] += 1
        return str(uri)

    def _release(self) -> None:
        if self.address.kind == "milvus-lite":
            from milvus_lite.server_manager import server_manager_instance

            with _loading:
                _lite_users[self.address.place] -= 1
                if _lite_users[self.address.place] <= 0:
                    server_manager_instance.release_server(self.address.place)


class MilvusWriter:
    """Puts the passages of a version into collections of their own, and moves the alias to them."""

    def __init__(self, address: Address, *, token: str = "", owner: str = "", flat_limit: int = FLAT_LIMIT) -> None:
        """`owner` marks the collections of one index; without one, a new mark is made."""
        self.connection = Connection(address, token=token)
        self.owner = owner or secrets.token_hex(4)
        self._flat_limit = flat_limit

    def replace(self, database: Database) -> dict[str, Any]:
        """Fill new collections with the passages of a database; return what is stored with the version to find them.

        Raises EngineError, CorpusError for a passage that is too long, and IndexMismatchError where another index
        serves under the alias.
        """
        count, vectors = len(database.array("passage_ids")), int(database.array("vector_offsets")[-1])
        name = f"{self._prefix}{secrets.token_hex(4)}"
        self._refuse_foreign()
        kind = "FLAT" if vectors <= self._flat_limit else "HNSW"
        fields = self._create(name, database.encoder, kind)
        known: dict[str, Any] = {}
        for numbers in _batches(range(count), INSERTED):
            stored = database.fetch(numbers)
            rows = [_row(each, fields) for each in stored]
            self.connection.work("insert", collection_name=name, data=rows)
            found = zip(stored, database.vectors(numbers), strict=True)
            data = [
                {"id": f"{each.passage.id}-{place}", "passage": each.passage.id, "vector": vector.tolist()}
                for each, its in found
                for place, vector in enumerate(its)
            ]
            self.connection.work("insert", collection_name=name + VECTORS, data=data)
            known = known or _known_score(stored[0].passage, database, count)
        for each in (name, name + VECTORS):
            self.connection.work("flush", collection_name=each)
            self.connection.work("load_collection", collection_name=each)
        breadth = 0 if kind == "FLAT" else BREADTH
        place = {"address": str(self.connection.address), "collection": name, "owner": self.owner, "fields": fields}
        return {**place, "passages": count, "vectors": vectors, "breadth": breadth, "known": known}

    def point(self, collection: str) -> None:
        """Move the alias, at once."""
        alias = self.connection.address.alias
        method = "alter_alias" if self._pointed_to() else "create_alias"
        self.connection.work(method, alias=alias, collection_name=collection)

    def prune(self, kept: Iterable[str]) -> None:
        """Delete the collections of this index that no version refers to; what cannot be deleted stays."""
        wanted = {name for each in kept for name in (each, each + VECTORS)}
        try:
            for name in self.connection.work("list_collections"):
                if name.startswith(self._prefix) and name not in wanted:
                    self.connection.work("drop_collection", collection_name=name)
        except (errors.EngineError, errors.IndexMissingError) as error:
            logger.warning("Not deleted: %s", error)

    def close(self) -> None:
        """Let go of the connection."""
        self.connection.close()

    @property
    def _prefix(self) -> str:
        return f"{self.connection.address.alias}_{self.owner}_"

    def _pointed_to(self) -> str:
        try:
            return str(self.connection.work("describe_alias", alias=self.connection.address.alias)["collection_name"])
        except errors.IndexMissingError:
            return ""

    def _refuse_foreign(self) -> None:
        collection = self._pointed_to()
        if collection and not collection.startswith(self._prefix):
            raise errors.IndexMismatchError(
                f"{self.connection.address} serves another index: its alias points to {collection}. "
                "Name another store, or drop that alias if nobody needs it"
            )

    def _create(self, name: str, encoder: EncoderInfo, kind: str) -> int:
        """Make both collections; return how many fields the token embeddings take."""
        pymilvus = load_pymilvus()
        client, types = pymilvus.MilvusClient, pymilvus.DataType
        fields = -(-encoder.token_limit * encoder.token_dimension // TOKEN_FIELD_BYTES)
        passages = client.create_schema(auto_id=False, enable_dynamic_field=False)
        passages.add_field("id", types.VARCHAR, is_primary=True, max_length=32)
        analyzer = {"tokenizer": "standard"}  # of which `_text` leaves nothing to do but to cut at spaces
        passages.add_field("terms", types.VARCHAR, max_length=LONGEST, enable_analyzer=True, analyzer_params=analyzer)
        passages.add_field("weights", types.SPARSE_FLOAT_VECTOR)
        passages.add_field("checksum", types.INT64)
        for field in ("record", "token_ids", *(f"tokens_{number}" for number in range(fields))):
            passages.add_field(field, types.VARCHAR, max_length=LONGEST)
        fields_of = {"input_field_names": ["terms"], "output_field_names": ["weights"]}
        passages.add_function(pymilvus.Function("bm25", pymilvus.FunctionType.BM25, **fields_of))
        words = client.prepare_index_params()
        parameters = {"bm25_k1": K1, "bm25_b": B}
        words.add_index("weights", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25", params=parameters)
        vectors = client.create_schema(auto_id=False, enable_dynamic_field=False)
        vectors.add_field("id", types.VARCHAR, is_primary=True, max_length=40)
        vectors.add_field("passage", types.VARCHAR, max_length=32)
        vectors.add_field("vector", types.FLOAT_VECTOR, dim=encoder.dimension)
        nearest = client.prepare_index_params()
        nearest.add_index("vector", index_type=kind, metric_type="IP", params=GRAPH if kind == "HNSW" else {})
        self.connection.work("create_collection", collection_name=name + VECTORS, schema=vectors, index_params=nearest)
        self.connection.work("create_collection", collection_name=name, schema=passages, index_params=words)
        return fields


class MilvusStore:
    """The passages of a version on Milvus: see PassageStore. Where, its database knows from MilvusWriter.replace."""

    def __init__(self, database: Database, connection: Connection) -> None:
        self._database, self._connection = database, connection
        self._place = database.milvus
        self._name = str(self._place["collection"])
        self._term_hashes: NDArray[np.uint64] = database.array("term_hashes")
        self._factor, self._loaded, self._lock = 0.0, 0, threading.Lock()

    def search_vector(self, vector: NDArray[np.float32], k: int) -> Matches:
        """See PassageStore."""
        most = min(int(self._place["vectors"]), MOST_HITS)
        asked, breadth = min(VECTORS_A_PASSAGE * k, most), int(self._place["breadth"])
        while True:
            parameters = {"ef": max(breadth, 2 * asked)} if breadth else {}
            self._ready()
            hits = self._search(self._name + VECTORS, "vector", vector.tolist(), asked, metric="IP", params=parameters)
            best: dict[str, float] = {}
            for hit in hits:
                best.setdefault(str(hit["id"]).partition("-")[0], float(hit["distance"]))
            if len(best) >= min(k, int(self._place["passages"])) or asked >= most:
                found = list(best.items())[:k]
                return Matches(tuple(each for each, _ in found), np.array([score for _, score in found], np.float32))
            asked = min(4 * asked, most)  # a passage's vectors took several places

    def search_text(self, terms: Mapping[str, int], k: int) -> Matches:
        """See PassageStore."""
        found = self._text_hits(terms, k)
        return Matches(tuple(found), np.array(list(found.values()), np.float32))

    def dense_scores(self, vector: NDArray[np.float32], ids: Sequence[str]) -> NDArray[np.float32]:
        """See PassageStore."""
        only = f"passage in {json.dumps(list(ids))}"
        rows = self._call("query", self._name + VECTORS, filter=only, output_fields=["passage", "vector"])
        best: dict[str, float] = {}
        for row in rows:
            product = float(np.asarray(row["vector"], np.float32) @ vector)
            best[row["passage"]] = max(best.get(row["passage"], -1.0), product)
        return np.array([best.get(each, -1.0) for each in ids], np.float32)

    def text_scores(self, terms: Mapping[str, int], ids: Sequence[str]) -> NDArray[np.float32]:
        """See PassageStore."""
        found = self._text_hits(terms, len(ids), only=ids)
        return np.array([found.get(each, 0.0) for each in ids], np.float32)

    def ceiling(self, terms: Mapping[str, int]) -> float:
        """See PassageStore. How many passages have a term is known from the version's own database."""
        postings = self._database.postings(list(terms), self._term_hashes)
        return TextQuery(terms, postings, int(self._place["passages"])).ceiling

    def fetch(self, ids: Sequence[str]) -> tuple[StoredPassage, ...]:
        """See PassageStore. Raises IndexDamagedError for a row that is not what was sent."""
        tokens = [f"tokens_{number}" for number in range(int(self._place["fields"]))]
        names = ["id", "record", "token_ids", "checksum", *tokens]
        rows = self._call("query", self._name, filter=f"id in {json.dumps(list(ids))}", output_fields=names)
        found = {str(row["id"]): self._stored(row, tokens) for row in rows}
        for each in ids:
            if each not in found:
                raise errors.IndexMismatchError(f"No passage {each!r} at {self._connection.address}. Reload the index")
        return tuple(found[each] for each in ids)

    def check(self) -> None:
        """Raise EngineError while Milvus does not answer, IndexMismatchError where rows are missing."""
        counts = (self._name, int(self._place["passages"])), (self._name + VECTORS, int(self._place["vectors"]))
        for name, expected in counts:
            (row,) = self._call("query", name, filter="", output_fields=["count(*)"])
            if int(row["count(*)"]) != expected:
                raise errors.IndexMismatchError(
                    f"{self._connection.address} holds {row['count(*)']} rows in {name}, expected {expected}. "
                    "Run: faqbot build"
                )

    def problems(self) -> tuple[str, ...]:
        """Return what is wrong with the rows, each read back and compared; nothing if all is well."""
        ids = [f"{number:016x}" for number in self._database.array("passage_ids").tolist()]
        try:
            self.check()
            for batch in _batches(ids, INSERTED):
                self.fetch(batch)
        except errors.FaqbotError as error:
            return (str(error),)
        return ()

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()

    def _text_hits(self, terms: Mapping[str, int], limit: int, only: Sequence[str] = ()) -> dict[str, float]:
        if not terms:
            return {}
        self._ready()
        text, among = _text(Counter(terms).elements()), f"id in {json.dumps(list(only))}" if only else ""
        hits = self._search(self._name, "weights", text, limit, metric="BM25", filter=among)
        return {str(hit["id"]): float(hit["distance"]) * self._factor for hit in hits if hit["distance"]}

    def _search(self, name: str, field: str, query: Any, limit: int, *, metric: str, **options: Any) -> Sequence[Any]:
        options["search_params"] = {"metric_type": metric, "params": options.pop("params", {})}
        options |= {"data": [query], "anns_field": field, "limit": limit}
        hits: Sequence[Any] = self._connection.call("search", collection_name=name, **options)[0]
        return hits

    def _call(self, method: str, name: str, **arguments: Any) -> Any:
        self._ready()
        return self._connection.call(method, collection_name=name, **arguments)

    def _ready(self) -> None:
        """Load the collections after each new connection, and read sign and factor of BM25 from a known passage."""
        with self._lock:
            if self._loaded == self._connection.opened and self._loaded:
                return
            for name in (self._name, self._name + VECTORS):
                # Milvus Lite reads all rows into this process, which takes longer than a question may.
                lite = self._connection.address.kind == "milvus-lite"
                self._connection.call("load_collection", collection_name=name, timeout=PATIENCE if lite else 0.0)
            known = self._place["known"]
            if known:
                only = f'id == "{known["id"]}"'
                hits = self._search(self._name, "weights", known["terms"], 1, metric="BM25", filter=only)
                if not hits or not hits[0]["distance"]:
                    raise errors.IndexMismatchError(
                        f"{self._connection.address} does not find a passage by its own terms. Run: faqbot build"
                    )
                self._factor = float(known["score"]) / float(hits[0]["distance"])
            self._loaded = self._connection.opened

    def _stored(self, row: Mapping[str, Any], fields: Sequence[str]) -> StoredPassage:
        record, ids = str(row["record"]), base64.b64decode(row["token_ids"])
        tokens = b"".join(base64.b64decode(row[field]) for field in fields)
        if int(row["checksum"]) != row_checksum(row["id"], record, ids, tokens):
            raise errors.IndexDamagedError(
                f"Passage {row['id']} came back from {self._connection.address} changed. Run: faqbot build"
            )
        matrix = np.frombuffer(tokens, np.int8).reshape(-1, self._database.encoder.token_dimension)
        return StoredPassage(decode_passage(record), matrix, np.frombuffer(ids, np.int32))


def load_pymilvus() -> ModuleType:
    """Return pymilvus, loaded without what a .env file that lies about would put into the environment."""
    switch = "PYTHON_DOTENV_DISABLED"
    with _loading:
        if sys.modules.get("pymilvus") is None:
            before = os.environ.get(switch)
            os.environ[switch] = "1"
            try:
                import pymilvus  # type: ignore[import-untyped]  # noqa: F401
            except ImportError as error:
                raise errors.need("pymilvus", "milvus", error) from error
            finally:
                del os.environ[switch]
                if before is not None:
                    os.environ[switch] = before
    return sys.modules["pymilvus"]


def _row(stored: StoredPassage, fields: int) -> dict[str, Any]:
    record, ids, tokens = encode_record(stored.passage), stored.token_ids.tobytes(), stored.tokens.tobytes()
    parts = [tokens[start : start + TOKEN_FIELD_BYTES] for start in range(0, len(tokens), TOKEN_FIELD_BYTES)]
    terms = _text(analyse(indexed_text(stored.passage))) or "0"
    if len(parts) > fields or max(len(record), len(terms.encode())) > LONGEST:
        raise errors.CorpusError(
            f"A passage of {stored.passage.document_id} is too long for Milvus ({LONGEST} bytes a field). "
            "Shorten it, or keep the passages in the index: --store embedded"
        )
    row = {f"tokens_{number}": base64.b64encode(part).decode() for number, part in enumerate(parts)}
    empty = {f"tokens_{number}": "" for number in range(len(parts), fields)}
    own = {"id": stored.passage.id, "terms": terms, "record": record, "token_ids": base64.b64encode(ids).decode()}
    return {**own, **row, **empty, "checksum": row_checksum(stored.passage.id, record, ids, tokens)}


def _known_score(passage: Passage, database: Database, count: int) -> dict[str, Any]:
    """A passage's BM25 score for its own terms, by which Milvus' scores are put right."""
    terms = Counter(analyse(indexed_text(passage)))
    query = TextQuery(terms, database.postings(list(terms), database.array("term_hashes")), count)
    score = float(query.scores(np.array([0]))[0])
    return {"id": passage.id, "terms": _text(terms.elements()), "score": score} if score else {}


def _text(terms: Iterable[str]) -> str:
    """Terms as a text that Milvus' tokenizer cuts into just them: others than ASCII words are spelt in hexadecimal."""
    return " ".join(term if term.isascii() and term.isalnum() else f"u{term.encode().hex()}" for term in terms)


def _batches(values: Sequence[Any], size: int) -> Iterator[Any]:
    for start in range(0, len(values), size):
        yield values[start : start + size]
