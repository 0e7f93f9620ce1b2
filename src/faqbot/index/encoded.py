"""What was read and encoded, as files: EncodedPassages stream in, and are read back by row or by id."""

import hashlib
import re
from array import array
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from faqbot.errors import CorpusError, EncoderError, IndexMismatchError
from faqbot.index import layout
from faqbot.index.contents import KEY_BYTES, EncodedPassage, EncoderCard
from faqbot.index.records import encode
from faqbot.index.rows import RowsWriter
from faqbot.index.writing import Writer
from faqbot.types import Document

LENGTH_TOLERANCE = 1e-3
_ID = re.compile(r"[0-9a-f]{16}")


def write_documents(writer: Writer, folder: Path, documents: Iterable[Document]) -> int:
    """Write the documents in their order; returns how many."""
    keys = array("Q")
    with RowsWriter(writer, folder, layout.DOCUMENTS, np.uint8) as rows:
        for document in documents:
            rows.append(encode(document))
            keys.append(document_key(document.id))
    _write_lookup(writer, folder, layout.DOCUMENT_KEYS, layout.DOCUMENT_ORDER, keys)
    return len(keys)


def write_passages(
    writer: Writer, folder: Path, passages: Iterable[EncodedPassage], encoder: EncoderCard
) -> tuple[int, int, int]:
    """Write the passages with all that was encoded of them, reading them once; returns counts of passages, vectors and
    token rows.

    Raises CorpusError for an id that is none or occurs twice, IndexMismatchError for vectors of another shape than
    the encoder's card says, EncoderError for vectors that are not of length 1.
    """
    ids, vector_count, token_count = array("Q"), 0, 0
    with ExitStack() as stack:
        texts = stack.enter_context(RowsWriter(writer, folder, layout.PASSAGES, np.uint8))
        vectors = stack.enter_context(RowsWriter(writer, folder, layout.VECTORS, np.float32, encoder.dimension))
        keys = stack.enter_context(RowsWriter(writer, folder, layout.KEYS, np.uint8, KEY_BYTES))
        tokens = stack.enter_context(RowsWriter(writer, folder, layout.TOKENS, np.int8, encoder.token_dimension))
        pieces = stack.enter_context(RowsWriter(writer, folder, layout.PIECES, np.int32))
        for encoded in passages:
            _check(encoded, encoder)
            ids.append(_checked_id(encoded.passage.id))
            texts.append(encode(encoded.passage))
            vectors.append(encoded.vectors)
            keys.append(b"".join(encoded.keys) or bytes(KEY_BYTES * len(encoded.vectors)))
            tokens.append(encoded.tokens)
            pieces.append(encoded.pieces)
            vector_count += len(encoded.vectors)
            token_count += len(encoded.tokens)
    _refuse_twins(np.frombuffer(ids, np.uint64))
    _write_lookup(writer, folder, layout.IDS, layout.ID_ORDER, ids)
    return len(ids), vector_count, token_count


def id_number(passage_id: str) -> int:
    """The number that a passage's id spells, -1 for anything but 16 hexadecimal digits in lower case."""
    return int(passage_id, 16) if _ID.fullmatch(passage_id) else -1


def document_key(document_id: str) -> int:
    """A number by which a document is found; two documents may share one."""
    return int.from_bytes(hashlib.blake2b(document_id.encode("utf-8", "surrogatepass"), digest_size=8).digest())


class Lookup:
    """Rows by number, through a sorted order: nothing is loaded but what a binary search touches."""

    def __init__(self, keys: NDArray[np.uint64], order: NDArray[np.int64]) -> None:
        self.keys, self._order = keys, order

    def row(self, key: int) -> int:
        """The first row that has this key, -1 if none has."""
        return self.first_rows([key])[0]

    def first_rows(self, keys: Sequence[int]) -> list[int]:
        """The same for several keys."""
        if not len(self.keys):
            return [-1] * len(keys)
        sought = np.array([max(key, 0) for key in keys], np.uint64)
        places = np.searchsorted(self.keys, sought, sorter=self._order)
        rows = self._order[np.minimum(places, len(self.keys) - 1)]
        known = (self.keys[rows] == sought) & np.array([key >= 0 for key in keys], np.bool_)
        found: list[int] = np.where(known, rows, -1).tolist()
        return found

    def rows(self, key: int) -> list[int]:
        """Every row that has this key."""
        start, end = (np.searchsorted(self.keys, np.uint64(key), side, self._order) for side in ("left", "right"))
        found: list[int] = self._order[start:end].tolist()
        return found


def _write_lookup(writer: Writer, folder: Path, keys_name: str, order_name: str, keys: "array[int]") -> None:
    numbers = np.frombuffer(keys, np.uint64)
    writer.write_array(folder / keys_name, numbers)
    writer.write_array(folder / order_name, np.argsort(numbers, kind="stable").astype(np.int64))


def _checked_id(passage_id: str) -> int:
    number = id_number(passage_id)
    if number < 0:
        raise CorpusError(f"Passage id {passage_id!r} found, expected 16 hexadecimal digits. Build the index anew")
    return number


def _refuse_twins(ids: NDArray[np.uint64]) -> None:
    ordered = np.sort(ids)
    twins = ordered[1:][ordered[1:] == ordered[:-1]]
    if len(twins):
        raise CorpusError(f"Passage id {twins[0]:016x} occurs twice, expected every id once. Build the index anew")


def _check(encoded: EncodedPassage, encoder: EncoderCard) -> None:
    passage = encoded.passage
    expected = (max(1, len(encoded.vectors)), encoder.dimension)
    if encoded.vectors.shape != expected or encoded.vectors.dtype != np.float32:
        raise _misfit(passage.id, "vectors", encoded.vectors, expected, "float32")
    pieces = (len(encoded.pieces), encoder.token_dimension)
    if encoded.tokens.shape != pieces or encoded.tokens.dtype != np.int8:
        raise _misfit(passage.id, "tokens", encoded.tokens, pieces, "int8")
    if encoded.keys and [len(key) for key in encoded.keys] != [KEY_BYTES] * len(encoded.vectors):
        raise IndexMismatchError(f"Passage {passage.id} has keys that are not {KEY_BYTES} bytes, one for each vector")
    lengths = np.linalg.norm(encoded.vectors, axis=1)
    if not np.abs(lengths - 1).max() <= LENGTH_TOLERANCE:  # as put, NaN is refused too
        raise EncoderError(
            f"The vectors of passage {passage.id} ({passage.document_id}) have the lengths {lengths.tolist()}, "
            "expected 1. The encoder is damaged or does not normalise: name another model"
        )


def _misfit(passage_id: str, what: str, found: NDArray[np.generic], shape: tuple[int, int], kind: str) -> Exception:
    return IndexMismatchError(
        f"Passage {passage_id} has {what} of shape {found.shape} and type {found.dtype}, expected {shape} and {kind}. "
        "Build the index anew with one encoder"
    )
