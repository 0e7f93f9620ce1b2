"""A generation whose passages lie on Milvus, open for questions: a query goes in, candidates and passages come out.

It asks the very collections that its manifest names, so that a build that ends meanwhile changes nothing for it; what
comes back is held against the digests in the index folder before anybody sees it.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from faqbot.errors import FaqbotError, IndexDamagedError, IndexMismatchError
from faqbot.index.contents import Candidates, Stored
from faqbot.index.folder import Folder
from faqbot.index.locks import ReadLock
from faqbot.index.manifest import Manifest
from faqbot.index.milvus import pairs
from faqbot.index.milvus.digests import Digests
from faqbot.index.milvus.engine import PATIENCE, Engine
from faqbot.index.milvus.reading import read_rows, read_vectors
from faqbot.index.milvus.rows import Row
from faqbot.index.milvus.search import Search
from faqbot.index.milvus.terms import Sparse, Terms

EXPLORED = 512  # of a graph, where a manifest does not say how far it needs to be
KEPT = 2048  # passages kept in memory, 25 KB each: the frequent questions ask for the same ones


class MilvusGeneration(Folder):
    """The same as Generation, to those who ask; safe for many threads."""

    def __init__(
        self, index: Path, folder: Path, manifest: Manifest, engine: Engine, lock: ReadLock | None = None
    ) -> None:
        """The folder's files must have been compared with the manifest. `lock` and the engine are let go by `close`."""
        super().__init__(index, folder, manifest, frozenset(manifest.files), lock)
        self._terms = Terms(folder, passages=manifest.passages, mean_length=manifest.store["mean_length"])
        self._digests = Digests(folder)
        self._name: str = manifest.store["collection"]
        self._engine = engine
        self._kept, self._keeping = OrderedDict[str, Row](), threading.Lock()
        breadth = manifest.search.get("ef", EXPLORED) if manifest.store["index"] == pairs.APPROXIMATE else 0
        self._search = Search(engine, self._name, vectors=manifest.vectors, breadth=breadth)
        self._held: int | None = None  # the engine's era in which the collections were last checked

    def __len__(self) -> int:
        return self.manifest.passages

    def __contains__(self, passage_id: str) -> bool:
        return self._digests.find(passage_id) is not None

    def check(self) -> None:
        """Ask the engine for one passage, and hold the collections against the manifest where that was not done yet.

        Raises EngineError, IndexMissingError or IndexMismatchError.
        """
        with self._watching():
            pairs.touch(self._engine, self._name, self._hold())

    def candidates(self, vector: NDArray[np.float32], text: str, k: int) -> Candidates:
        """The k nearest passages to a query vector (d,) together with the k best by BM25 for its text.

        Raises what `check` raises, EncoderError for a vector that holds no numbers.
        """
        query = self._sound(vector)
        with self._watching():
            return self._candidates(query, text, k, self._hold())

    def fetch(self, ids: Sequence[str]) -> tuple[Stored, ...]:
        """The passages with these ids, in this order; IndexMismatchError for an id that is not here."""
        with self._watching():
            rows = self._rows(ids, self._engine.deadline())
        return tuple(rows[each].stored for each in ids)

    def close(self) -> None:
        """Let go of the engine, and let the generation be deleted by a later build."""
        self._engine.close()
        super().close()

    def _hold(self) -> float:
        """Hold the collections against the manifest, once a connection; returns until when what follows has time.

        Milvus Lite reads all rows into this process first, which takes as long as there are rows.
        """
        deadline, era = self._engine.deadline(), self._engine.era
        if self._held != era:
            here = self._engine.address.kind == "milvus-lite"
            counts = (self.manifest.passages, self.manifest.vectors)
            pairs.check(
                self._engine, self._name, self.encoder, counts, time.monotonic() + PATIENCE if here else deadline
            )
            self._held = era
            deadline = self._engine.deadline() if here else deadline
        return deadline

    @contextmanager
    def _watching(self) -> Iterator[None]:
        """Hold the collections against the manifest again after a failure: an engine that is back may be another."""
        try:
            with self._engine.in_use():
                yield
        except FaqbotError:
            self._held = None
            raise

    def _candidates(self, query: NDArray[np.float32], text: str, k: int, deadline: float) -> Candidates:
        words, ceiling = self._terms.question(text)
        dense = self._search.nearest(query, min(k, len(self)), deadline)
        lexical = self._search.sharing(words, k, deadline)
        ids = _interleave(dense, lexical)
        rows = self._rows(ids, deadline)
        far = {each: rows[each].vectors for each in ids if each not in dense}
        vectors = read_vectors(self._engine, self._name, far, deadline)
        if len(vectors) < len(far):
            raise self._lost(next(each for each in far if each not in vectors))
        dense |= {each: float((vectors[each] @ query).max()) for each in far}
        lexical |= {each: _product(rows[each].words, words) for each in ids if each not in lexical}
        return Candidates(
            tuple(ids),
            np.array([dense[each] for each in ids], np.float32),
            np.array([lexical[each] for each in ids], np.float32),
            ceiling,
        )

    def _rows(self, ids: Iterable[str], deadline: float) -> dict[str, Row]:
        """Passages by id, from memory or from the engine."""
        with self._keeping:
            rows = {each: self._kept[each] for each in ids if each in self._kept}
            for each in rows:
                self._kept.move_to_end(each)
        unknown = [each for each in ids if each not in rows]
        rows |= read_rows(self._engine, self._name, self.encoder, unknown, deadline)
        for each in unknown:
            if each not in rows:
                raise self._lost(each)
            if self._digests.find(each) != rows[each].digest:
                raise IndexDamagedError(
                    f"Passage {each} in {self._engine.address} is not what was built. Build the index anew"
                )
        with self._keeping:
            self._kept.update({each: rows[each] for each in unknown})
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return rows

    def _lost(self, passage_id: str) -> IndexMismatchError:
        return IndexMismatchError(
            f"No passage {passage_id!r} in {self._name} at {self._engine.address}. Reload the index: it was built anew"
        )


def _product(passage: Sparse, question: Sparse) -> float:
    return sum(weight * passage.get(number, 0.0) for number, weight in question.items())


def _interleave(first: Iterable[str], second: Iterable[str]) -> list[str]:
    """Both rankings in one, by the better of a passage's two ranks, without repeats."""
    ranked = sorted([*enumerate(first), *enumerate(second)], key=lambda pair: pair[0])
    return list(dict.fromkeys(each for _, each in ranked))
