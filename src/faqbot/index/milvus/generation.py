"""A generation whose passages lie on Milvus, open for questions: a query goes in, candidates and passages come out.

It asks the very collections that its manifest names, so that a build that ends meanwhile changes nothing for it; what
comes back is held against the digests in the index folder before anybody sees it.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from faqbot.errors import EncoderError, FaqbotError, IndexDamagedError, IndexMismatchError
from faqbot.index import layout
from faqbot.index.contents import Candidates, EncoderCard, Stored
from faqbot.index.encoded import Lookup, document_key
from faqbot.index.locks import ReadLock
from faqbot.index.manifest import Manifest, advice
from faqbot.index.milvus import pairs
from faqbot.index.milvus.digests import Digests
from faqbot.index.milvus.engine import Engine
from faqbot.index.milvus.reading import read_rows, read_vectors
from faqbot.index.milvus.rows import Row
from faqbot.index.milvus.search import Search
from faqbot.index.milvus.terms import Sparse, Terms
from faqbot.index.records import Records, decode_document
from faqbot.index.rows import Rows, load_array
from faqbot.index.vocabulary import Vocabulary
from faqbot.types import Document

KEPT = 2048  # passages kept in memory, 25 KB each: the frequent questions ask for the same ones


class MilvusGeneration:
    """The same as Generation, to those who ask; safe for many threads."""

    def __init__(
        self, index: Path, folder: Path, manifest: Manifest, engine: Engine, lock: ReadLock | None = None
    ) -> None:
        """The folder's files must have been compared with the manifest. `lock` and the engine are let go by `close`."""
        self.manifest = manifest
        self.encoder_folder = layout.encoder_folder(index, manifest.encoder.fingerprint)
        self.calibration: dict[str, Any] = json.loads((folder / layout.CALIBRATION).read_bytes())
        self.piece_counts: NDArray[np.int32] = load_array(folder / layout.PIECE_COUNTS)
        self.vocabulary = Vocabulary(folder / layout.WORDS, folder / layout.WORD_COUNTS)
        documents = Rows(folder, layout.DOCUMENTS, checked=True, advice=advice(index, layout.DOCUMENTS))
        self.documents: Sequence[Document] = Records(documents, decode_document)
        keys, order = (load_array(folder / name) for name in (layout.DOCUMENT_KEYS, layout.DOCUMENT_ORDER))
        self._document_keys = Lookup(keys, order)
        self._terms = Terms(folder, passages=manifest.passages, mean_length=manifest.store["mean_length"])
        self._digests = Digests(folder)
        self._name: str = manifest.store["collection"]
        self._folder, self._lock, self._engine = folder, lock, engine
        self._kept, self._keeping = OrderedDict[str, Row](), threading.Lock()
        approximate = manifest.store["index"] == pairs.APPROXIMATE
        self._search = Search(engine, self._name, vectors=manifest.vectors, approximate=approximate)
        self._checked: int | None = None  # the engine's era in which the collections were last checked

    @property
    def encoder(self) -> EncoderCard:
        """The encoder that made the vectors."""
        return self.manifest.encoder

    def __len__(self) -> int:
        return self.manifest.passages

    def __contains__(self, passage_id: str) -> bool:
        return self._digests.find(passage_id) is not None

    def check(self) -> None:
        """Ask the engine for one passage, and hold the collections against the manifest where that was not done yet.

        Raises EngineError, IndexMissingError or IndexMismatchError.
        """
        with self._watching():
            deadline = self._engine.deadline()
            self._hold(deadline)
            pairs.touch(self._engine, self._name, deadline)

    def candidates(self, vector: NDArray[np.float32], text: str, k: int) -> Candidates:
        """The k nearest passages to a query vector (d,) together with the k best by BM25 for its text.

        Raises what `check` raises, EncoderError for a vector that holds no numbers.
        """
        query = self._sound(vector)
        with self._watching():
            return self._candidates(query, text, k, self._engine.deadline())

    def fetch(self, ids: Sequence[str]) -> tuple[Stored, ...]:
        """The passages with these ids, in this order; IndexMismatchError for an id that is not here."""
        with self._watching():
            rows = self._rows(ids, self._engine.deadline())
        return tuple(rows[each].stored for each in ids)

    def document(self, document_id: str) -> Document:
        """One document; IndexMismatchError if there is none with this id."""
        for row in self._document_keys.rows(document_key(document_id)):
            if self.documents[row].id == document_id:
                return self.documents[row]
        raise IndexMismatchError(f"No document {document_id!r} in {self._folder}. Reload the index: it was built anew")

    def questions(self) -> Sequence[str]:
        """Questions that passages of this corpus answer, up to a thousand of them, spread over it."""
        return self._questions

    def close(self) -> None:
        """Let go of the engine, and let the generation be deleted by a later build."""
        self._engine.close()
        if self._lock is not None:
            self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @cached_property
    def _questions(self) -> tuple[str, ...]:
        return tuple(json.loads((self._folder / layout.QUESTIONS).read_bytes()))

    def _hold(self, deadline: float) -> None:
        """Hold the collections against the manifest, once a connection."""
        era = self._engine.era
        if self._checked != era:
            counts = (self.manifest.passages, self.manifest.vectors)
            pairs.check(self._engine, self._name, self.encoder, counts, deadline)
            self._checked = era

    @contextmanager
    def _watching(self) -> Iterator[None]:
        """Hold the collections against the manifest again after a failure: an engine that is back may be another."""
        try:
            with self._engine.in_use():
                yield
        except FaqbotError:
            self._checked = None
            raise

    def _candidates(self, query: NDArray[np.float32], text: str, k: int, deadline: float) -> Candidates:
        self._hold(deadline)
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

    def _sound(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        if vector.shape != (self.encoder.dimension,):
            raise IndexMismatchError(
                f"The query vector has shape {vector.shape}, the index was made with {self.encoder.name}, "
                f"whose vectors have {self.encoder.dimension} numbers. Load the encoder that lies in the index"
            )
        if not np.isfinite(vector).all():
            raise EncoderError("The query vector holds values that are no numbers. The encoder is damaged: build anew")
        return np.ascontiguousarray(vector, np.float32)


def _product(passage: Sparse, question: Sparse) -> float:
    return sum(weight * passage.get(number, 0.0) for number, weight in question.items())


def _interleave(first: Iterable[str], second: Iterable[str]) -> list[str]:
    """Both rankings in one, by the better of a passage's two ranks, without repeats."""
    ranked = sorted([*enumerate(first), *enumerate(second)], key=lambda pair: pair[0])
    return list(dict.fromkeys(each for _, each in ranked))
