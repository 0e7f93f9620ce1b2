"""One sealed generation, open for questions: a query goes in, candidates and stored passages come out."""

import json
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from faqbot.errors import EncoderError, IndexMismatchError
from faqbot.index import layout
from faqbot.index.contents import Candidates, EncoderCard, Stored
from faqbot.index.dense import Dense
from faqbot.index.encoded import Lookup, document_key, id_number
from faqbot.index.lexical import Lexical
from faqbot.index.locks import ReadLock
from faqbot.index.manifest import Manifest, advice
from faqbot.index.records import Records, decode_document, decode_passage
from faqbot.index.rows import Rows, load_array
from faqbot.index.vocabulary import Vocabulary
from faqbot.types import Document, Passage


class Generation:
    """A generation whose files have been compared with its manifest; safe for many threads.

    Everything is memory-mapped and read by row, so that what has been handed out stays valid after `close`.
    """

    def __init__(
        self, index: Path, folder: Path, manifest: Manifest, checked: frozenset[str], lock: ReadLock | None = None
    ) -> None:
        """`checked` names the files that were hashed; rows of the others are compared with their CRC when read.

        `lock` is let go by `close`.
        """
        self.manifest = manifest
        self.encoder_folder = layout.encoder_folder(index, manifest.encoder.fingerprint)
        self.calibration: dict[str, Any] = json.loads((folder / layout.CALIBRATION).read_bytes())
        self.piece_counts: NDArray[np.int32] = load_array(folder / layout.PIECE_COUNTS)
        self.vocabulary = Vocabulary(folder / layout.WORDS, folder / layout.WORD_COUNTS)

        def rows(name: str) -> Rows:
            return Rows(folder, name, checked=name in checked, advice=advice(index, name))

        self._passages = Records(rows(layout.PASSAGES), decode_passage)
        self._documents = Records(rows(layout.DOCUMENTS), decode_document)
        self._tokens, self._pieces = rows(layout.TOKENS), rows(layout.PIECES)
        self._ids = _lookup(folder, layout.IDS, layout.ID_ORDER)
        self._document_keys = _lookup(folder, layout.DOCUMENT_KEYS, layout.DOCUMENT_ORDER)
        self._dense = Dense(rows(layout.VECTORS), folder, manifest.search)
        postings, weights = rows(layout.POSTINGS), rows(layout.WEIGHTS)
        self._lexical = Lexical(folder / layout.TERMS, postings, weights, len(self._passages))
        self._folder, self._lock = folder, lock

    @property
    def encoder(self) -> EncoderCard:
        """The encoder that made the vectors."""
        return self.manifest.encoder

    @property
    def documents(self) -> Sequence[Document]:
        """Every document, in the order they were read; each is read from the disk when asked for."""
        return self._documents

    def __len__(self) -> int:
        return len(self._passages)

    def __contains__(self, passage_id: str) -> bool:
        return self._ids.row(id_number(passage_id)) >= 0

    def check(self) -> None:
        """Nothing more to be done: the files were compared when the generation was opened."""

    def candidates(self, vector: NDArray[np.float32], text: str, k: int) -> Candidates:
        """The k nearest passages to a query vector (d,) together with the k best by BM25 for its text.

        Raises IndexMismatchError for a vector of another dimension, EncoderError for one that holds no numbers.
        """
        query = self._checked(vector)
        terms = self._lexical.terms(text)
        near, products = self._dense.search(query, k)
        rows = _interleave(near, self._lexical.search(terms, k))
        known = dict(zip(near.tolist(), products, strict=True))
        others = np.array([row for row in rows.tolist() if row not in known], np.int64)
        known |= zip(others.tolist(), self._dense.scores(query, others), strict=True)
        ids = tuple(f"{number:016x}" for number in self._ids.keys[rows].tolist())
        dense = np.array([known[row] for row in rows.tolist()], np.float32)
        return Candidates(ids, dense, self._lexical.scores(terms, rows), self._lexical.ceiling(terms))

    def fetch(self, ids: Sequence[str]) -> tuple[Stored, ...]:
        """The passages with these ids, in this order; IndexMismatchError for an id that is not here."""
        return tuple(self._stored(row) for row in self._rows(ids))

    def passages(self) -> Iterator[Passage]:
        """Every passage, in order, read one by one."""
        return iter(self._passages)

    def document(self, document_id: str) -> Document:
        """One document; IndexMismatchError if there is none with this id."""
        for row in self._document_keys.rows(document_key(document_id)):
            document: Document = self._documents[row]
            if document.id == document_id:
                return document
        raise IndexMismatchError(f"No document {document_id!r} in {self._folder}. Reload the index: it was built anew")

    def questions(self) -> Sequence[str]:
        """Questions that passages of this corpus answer, up to a thousand of them, spread over it."""
        return self._questions

    def close(self) -> None:
        """Let the generation be deleted by a later build; what was handed out stays valid."""
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

    def _stored(self, row: int) -> Stored:
        return Stored(self._passages[row], self._tokens[row], self._pieces[row])

    def _rows(self, ids: Sequence[str]) -> list[int]:
        rows = [self._ids.row(id_number(each)) for each in ids]
        if -1 in rows:
            missing = ids[rows.index(-1)]
            raise IndexMismatchError(f"No passage {missing!r} in {self._folder}. Reload the index: it was built anew")
        return rows

    def _checked(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        if vector.shape != (self.encoder.dimension,):
            raise IndexMismatchError(
                f"The query vector has shape {vector.shape}, the index was made with {self.encoder.name}, "
                f"whose vectors have {self.encoder.dimension} numbers. Load the encoder that lies in the index"
            )
        query = np.ascontiguousarray(vector, np.float32)
        if not np.isfinite(query).all():
            raise EncoderError("The query vector holds values that are no numbers. The encoder is damaged: build anew")
        return query


def _lookup(folder: Path, keys: str, order: str) -> Lookup:
    return Lookup(load_array(folder / keys), load_array(folder / order))


def _interleave(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
    """Both rankings in one, by the better of a row's two ranks, without repeats."""
    ranked = sorted([*enumerate(first.tolist()), *enumerate(second.tolist())], key=lambda pair: pair[0])
    return np.array(list(dict.fromkeys(row for _, row in ranked)), np.int64)
