"""A passage as rows of an engine, and back: an EncodedPassage goes in, plain values come out."""

from __future__ import annotations

import hashlib
import math
import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from faqbot.errors import CorpusError, IndexDamagedError
from faqbot.index.contents import EncodedPassage, EncoderCard, Stored
from faqbot.index.milvus.terms import Sparse
from faqbot.index.records import decode_passage, encode

LONGEST = 65_535  # bytes of a text field; Milvus has no field for bytes, so that they travel as Base64
CHUNK = 49_149  # bytes whose Base64 still fits
DIGEST_BYTES = 16
SPARE_PIECES = 8  # beyond an encoder's limit of text: what it puts around it


@dataclass(frozen=True, slots=True)
class Row:
    """A passage as it came back, with the digests of what a person sees and of all there is."""

    stored: Stored
    words: Sparse
    vectors: int
    digest: bytes


def token_fields(encoder: EncoderCard) -> tuple[str, ...]:
    """The text fields that the token rows of one passage may take."""
    most = (encoder.token_limit + SPARE_PIECES) * encoder.token_dimension
    return tuple(f"tokens_{number}" for number in range(math.ceil(most / CHUNK)))


def passage_fields(encoder: EncoderCard) -> tuple[str, ...]:
    """The fields of a passage that are fetched."""
    return ("id", "vectors", "words", "body", "pieces", *token_fields(encoder))


def passage_row(encoded: EncodedPassage, words: Sparse, encoder: EncoderCard) -> dict[str, Any]:
    """The row of a passage. Raises CorpusError for one that does not fit."""
    fields, tokens = token_fields(encoder), encoded.tokens.tobytes()
    body = _text(zlib.compress(encode(encoded.passage)))
    if len(body) > LONGEST or len(tokens) > CHUNK * len(fields):
        passage = encoded.passage
        raise CorpusError(
            f"Passage {passage.id} of {passage.document_id} takes {len(body):,} characters and {len(tokens):,} bytes "
            f"of tokens, at most {LONGEST:,} and {CHUNK * len(fields):,} fit into Milvus. Split the document"
        )
    return {
        "id": encoded.passage.id,
        "digest": whole_digest(encoded, words).hex(),
        "vectors": len(encoded.vectors),
        "words": words,
        "body": body,
        "pieces": _text(encoded.pieces.astype("<i4").tobytes()),
        **{field: _text(tokens[CHUNK * at : CHUNK * (at + 1)]) for at, field in enumerate(fields)},
    }


def vector_rows(encoded: EncodedPassage) -> list[dict[str, Any]]:
    """A row for each vector of a passage."""
    passage = encoded.passage.id
    return [
        {"id": vector_id(passage, number), "passage": passage, "vector": vector.tolist()}
        for number, vector in enumerate(encoded.vectors)
    ]


def vector_id(passage: str, number: int) -> str:
    """The id of one vector of a passage."""
    return f"{passage}.{number}"


def passage_of(vector: str) -> str:
    """The passage that the vector with this id belongs to."""
    return vector.partition(".")[0]


def read_row(row: Mapping[str, Any], encoder: EncoderCard) -> Row:
    """The passage that a row holds. Raises IndexDamagedError where it is none."""
    try:
        body = zlib.decompress(b64decode(row["body"], validate=True))
        pieces = b64decode(row["pieces"], validate=True)
        tokens = b"".join(b64decode(row[field], validate=True) for field in token_fields(encoder))
        stored = Stored(
            passage=decode_passage(body),
            tokens=np.frombuffer(tokens, np.int8).reshape(-1, encoder.token_dimension),
            pieces=np.frombuffer(pieces, "<i4").astype(np.int32, copy=False),
        )
    except (ValueError, KeyError, TypeError, zlib.error) as error:
        raise IndexDamagedError(f"Passage {row.get('id')} came back damaged ({error}). Build the index anew") from None
    return Row(stored, dict(row["words"]), int(row["vectors"]), shown_digest(stored))


def shown_digest(stored: Stored | EncodedPassage) -> bytes:
    """What identifies a passage's text, sources and token rows."""
    digest = hashlib.blake2b(digest_size=DIGEST_BYTES)
    for part in (encode(stored.passage), stored.tokens.tobytes(), stored.pieces.astype("<i4").tobytes()):
        digest.update(len(part).to_bytes(8, "little") + part)
    return digest.digest()


def whole_digest(encoded: EncodedPassage, words: Sparse) -> bytes:
    """What identifies all that is stored of a passage."""
    return digest_of(shown_digest(encoded), encoded.vectors, words)


def digest_of(shown: bytes, vectors: NDArray[np.float32], words: Sparse) -> bytes:
    """The same from what came back."""
    numbers = sorted(words)
    weights = np.array([words[number] for number in numbers], "<f4")
    digest = hashlib.blake2b(shown, digest_size=DIGEST_BYTES)
    for part in (vectors.astype("<f4").tobytes(), np.array(numbers, "<i8").tobytes(), weights.tobytes()):
        digest.update(len(part).to_bytes(8, "little") + part)
    return digest.digest()


def quoted(ids: Sequence[str]) -> str:
    """Ids as a list in a filter; they are hexadecimal, and dots."""
    return "[" + ", ".join(f'"{each}"' for each in ids) + "]"


def _text(content: bytes) -> str:
    return b64encode(content).decode("ascii")
