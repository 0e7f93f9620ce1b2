"""What every generation has in its folder, wherever its passages are: encoder, calibration, words, documents."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from faqbot.errors import EncoderError, IndexMismatchError
from faqbot.index import layout
from faqbot.index.contents import EncoderCard
from faqbot.index.encoded import Lookup, document_key
from faqbot.index.locks import ReadLock
from faqbot.index.manifest import Manifest, advice
from faqbot.index.records import Records, decode_document
from faqbot.index.rows import Rows, load_array
from faqbot.index.vocabulary import Vocabulary
from faqbot.types import Document


class Folder:
    """The folder of a generation, memory-mapped: what Generation and MilvusGeneration have in common."""

    def __init__(
        self, index: Path, folder: Path, manifest: Manifest, checked: frozenset[str], lock: ReadLock | None
    ) -> None:
        """`checked` names the files that were hashed; rows of the others are compared with their CRC when read.

        `lock` is let go by `close`.
        """
        self.manifest = manifest
        self.encoder_folder = layout.encoder_folder(index, manifest.encoder.fingerprint)
        self.calibration: dict[str, Any] = json.loads((folder / layout.CALIBRATION).read_bytes())
        self.piece_counts: NDArray[np.int32] = load_array(folder / layout.PIECE_COUNTS)
        self.vocabulary = Vocabulary(folder / layout.WORDS, folder / layout.WORD_COUNTS)
        self._index, self._folder, self._checked, self._lock = index, folder, checked, lock
        self._documents = Records(self._rows_of(layout.DOCUMENTS), decode_document)
        self._document_keys = self._lookup(layout.DOCUMENT_KEYS, layout.DOCUMENT_ORDER)

    @property
    def encoder(self) -> EncoderCard:
        """The encoder that made the vectors."""
        return self.manifest.encoder

    @property
    def documents(self) -> Sequence[Document]:
        """Every document, in the order they were read; each is read from the disk when asked for."""
        return self._documents

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

    def _rows_of(self, name: str) -> Rows:
        return Rows(self._folder, name, checked=name in self._checked, advice=advice(self._index, name))

    def _lookup(self, keys: str, order: str) -> Lookup:
        return Lookup(load_array(self._folder / keys), load_array(self._folder / order))

    def _sound(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """A query vector that can be searched with; IndexMismatchError or EncoderError for another."""
        if vector.shape != (self.encoder.dimension,):
            raise IndexMismatchError(
                f"The query vector has shape {vector.shape}, the index was made with {self.encoder.name}, "
                f"whose vectors have {self.encoder.dimension} numbers. Load the encoder that lies in the index"
            )
        if not np.isfinite(vector).all():
            raise EncoderError("The query vector holds values that are no numbers. The encoder is damaged: build anew")
        return np.ascontiguousarray(vector, np.float32)
