"""What follows from stored passages and vectors: word lists, BM25 weights, piece counts, questions, written anew."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from faqbot.index import layout
from faqbot.index.contents import EncoderCard
from faqbot.index.dense import FLAT_LIMIT, write_search
from faqbot.index.lexical import write_lexical
from faqbot.index.records import Records, decode_passage
from faqbot.index.rows import Rows
from faqbot.index.vocabulary import write_vocabulary
from faqbot.index.writing import Writer
from faqbot.types import Passage

MOST_QUESTIONS = 1000


def write_derived(
    writer: Writer, folder: Path, encoder: EncoderCard, *, flat_limit: int = FLAT_LIMIT
) -> dict[str, Any]:
    """Write every derived file of a generation whose other files are whole; returns how vectors are searched."""
    write_words(writer, folder, encoder)
    return write_search(writer, folder, Rows(folder, layout.VECTORS, checked=True, advice=""), flat_limit=flat_limit)


def write_words(writer: Writer, folder: Path, encoder: EncoderCard) -> None:
    """Write what follows from passages and their word pieces."""
    passages = Records(Rows(folder, layout.PASSAGES, checked=True, advice=""), decode_passage)
    write_lexical(writer, folder, passages)
    write_vocabulary(writer, folder, passages)
    pieces = Rows(folder, layout.PIECES, checked=True, advice="")
    writer.write_array(folder / layout.PIECE_COUNTS, count_pieces(pieces, encoder.vocabulary_size))
    questions = spread_questions(passages, MOST_QUESTIONS)
    writer.write(folder / layout.QUESTIONS, json.dumps(questions, ensure_ascii=True).encode())


def count_pieces(pieces: Rows, vocabulary_size: int) -> NDArray[np.int32]:
    """In how many rows each word piece occurs; at least `vocabulary_size` long."""
    highest = int(pieces.data.max()) + 1 if len(pieces.data) else 0
    counts = np.zeros(max(highest, vocabulary_size), np.int32)
    for number in range(len(pieces)):
        counts[np.unique(pieces[number])] += 1
    return counts


def spread_questions(passages: Iterable[Passage], most: int) -> Sequence[str]:
    """Up to `most` different questions of passages, evenly spread over the corpus, in its order."""
    kept: list[str] = []
    seen: set[str] = set()
    met, stride = 0, 1
    for passage in passages:
        if not passage.question or passage.question in seen:
            continue
        if met % stride == 0:
            kept.append(passage.question)
            seen.add(passage.question)
        met += 1
        if len(kept) > most:
            kept, stride = kept[::2], 2 * stride
            seen = set(kept)
    return kept
