"""Calls of an engine: a call's name and arguments go in, what the engine says comes out, in time."""

from __future__ import annotations

import logging
import math
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from faqbot.errors import EngineError, FaqbotError, IndexMismatchError, IndexMissingError, need
from faqbot.index.milvus.address import Address
from faqbot.index.milvus.circuit import Circuit
from faqbot.index.milvus.client import load_pymilvus

OLDEST = {"milvus": (2, 5), "milvus-lite": (3, 2)}  # versions; older ones lack what is asked of them
PATIENCE = 120.0  # seconds; for writing, loading and flushing
_VERSION = re.compile(r"(?P<lite>milvus_lite-)?v?(?P<major>\d+)\.(?P<minor>\d+)")
_MISSING = re.compile(r"not exist|not found|can't find", re.IGNORECASE)
_MISSING_CODE = 100
_users: Counter[str] = Counter()  # of each Milvus Lite folder in this process: the last one lets it go
_users_lock = threading.Lock()


class Engine:
    """A connection that is made on first use and again after a failure; serves many threads.

    Every call raises EngineError within `timeout` seconds where the engine does not answer, and at once for a while
    after that; IndexMissingError for a collection or alias that is not there.
    """

    def __init__(self, address: Address, *, token: str = "", timeout: float = 5.0) -> None:
        self.address, self.timeout = address, timeout
        self._token, self._client, self._lock = token, None, threading.Lock()
        self._circuit = Circuit()
        self._under_way, self._closed = 0, False
        self.era = 0  # raised with every connection that is let go: what was checked on it is to be checked again

    def deadline(self) -> float:
        """The moment at which calls that begin now must have ended, to be shared by several."""
        return time.monotonic() + self.timeout

    def call(self, name: str, *, deadline: float | None = None, **arguments: Any) -> Any:
        """What MilvusClient's method of that name returns."""
        wait = self._circuit.wait()
        if wait:
            raise EngineError(f"{self._named} did not answer and is asked again in {math.ceil(wait)} s. {self._advice}")
        ends = self.deadline() if deadline is None else deadline
        with self.in_use(), self._reporting():
            client = self._connected(ends)
            return getattr(client, name)(timeout=_left(ends), **arguments)

    def work(self, name: str, **arguments: Any) -> Any:
        """The same for work that takes its time."""
        return self.call(name, deadline=time.monotonic() + PATIENCE, **arguments)

    def iterate(self, collection: str, fields: Sequence[str], *, batch: int = 1000) -> Iterator[Mapping[str, Any]]:
        """Every row of a collection."""
        found = self.work("query_iterator", collection_name=collection, batch_size=batch, output_fields=list(fields))
        while True:
            with self._reporting():
                rows = found.next()
            if not rows:
                break
            yield from rows
        found.close()

    def close(self) -> None:
        """Let go of the connection, once the calls under way have ended.

        A Milvus Lite folder is free once all who use it here have closed.
        """
        with self._lock:
            self._closed = True
            if not self._under_way:
                self._disconnect()

    @property
    def _named(self) -> str:
        return f"The store at {self.address}"

    @property
    def _advice(self) -> str:
        if self.address.kind == "milvus-lite":
            return "See that no other process has it open (share it with: milvus-lite server), then try again"
        return "See that it runs and can be reached from here, then try again"

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Keep the connection for several calls; what is asked after `close` has one of its own."""
        with self._lock:
            self._under_way += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way -= 1
                if self._closed and not self._under_way:
                    self._disconnect()

    def _disconnect(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            self.era += 1
            client.close()
            self._release()

    @contextmanager
    def _reporting(self) -> Iterator[None]:
        """Turn what the client raises into one clear error, and remember whether the engine answered."""
        raised = load_pymilvus().exceptions
        import grpc  # type: ignore[import-untyped]

        try:
            yield
        except FaqbotError as error:
            self._outcome(answered=not isinstance(error, EngineError))
            raise
        except raised.MilvusException as error:
            missing = error.code == _MISSING_CODE and _MISSING.search(error.message) is not None
            self._outcome(answered=missing)
            if missing:
                raise IndexMissingError(f"{self._named} lacks what was looked for: {error.message}") from None
            raise EngineError(f"{self._named} cannot be asked: {_short(error.message)}. {self._advice}") from None
        except (grpc.RpcError, grpc.FutureTimeoutError) as error:
            self._outcome(answered=False)
            reason = error.code().name.replace("_", " ").lower() if isinstance(error, grpc.Call) else "timeout"
            raise EngineError(f"{self._named} cannot be asked: {reason}. {self._advice}") from None
        self._circuit.succeeded()

    def _outcome(self, *, answered: bool) -> None:
        if answered:
            self._circuit.succeeded()
        else:
            self._circuit.failed()

    def _connected(self, deadline: float) -> Any:
        with self._lock:
            if self._client is None:
                self._client = self._connect(deadline)
            return self._client

    def _connect(self, deadline: float) -> Any:
        pymilvus = load_pymilvus()
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)  # it prints every failed call with its traceback
        uri = self._opened() if self.address.kind == "milvus-lite" else self.address.place
        try:
            client = pymilvus.MilvusClient(uri, token=self._token, timeout=_left(deadline), dedicated=True)
            check_version(client.get_server_version(timeout=_left(deadline)), self.address)
        except BaseException:
            self._release()
            raise
        return client

    def _opened(self) -> str:
        """The address of a Milvus Lite folder, opened in this process."""
        try:
            from milvus_lite.server_manager import server_manager_instance  # type: ignore[import-untyped]
        except ImportError as error:
            raise need("milvus-lite", "milvus", error) from error
        for name in ("milvus_lite", "grpc._server"):  # which print a traceback for each request they do not know
            logging.getLogger(name).setLevel(logging.CRITICAL)
        with _users_lock:
            uri = server_manager_instance.start_and_get_uri(self.address.place)
            if uri is None:
                raise EngineError(f"{self._named} cannot be opened. {self._advice}")
            _users[self.address.place] += 1
        return str(uri)

    def _release(self) -> None:
        if self.address.kind != "milvus-lite":
            return
        from milvus_lite.server_manager import server_manager_instance

        with _users_lock:
            _users[self.address.place] -= 1
            if _users[self.address.place] <= 0:
                server_manager_instance.release_server(self.address.place)


def check_version(text: str, address: Address) -> None:
    """Raises IndexMismatchError for an engine that is too old, or says nothing that can be read."""
    found = _VERSION.match(text)
    kind = "milvus-lite" if found and found["lite"] else "milvus"
    if found is None or (int(found["major"]), int(found["minor"])) < OLDEST[kind]:
        oldest = ".".join(map(str, OLDEST[kind]))
        raise IndexMismatchError(f"{address} is {text or 'of no known version'}, expected {kind} {oldest} or newer")


def _left(deadline: float) -> float:
    return max(deadline - time.monotonic(), 0.05)


def _short(message: str) -> str:
    """The first line of what a client says, which may hold pages of debugging."""
    return message.strip().split("\n")[0][:200].rstrip(". ") or "no reason given"
