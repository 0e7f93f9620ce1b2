"""The word lists of a generation, written anew from its passages on an engine: nothing is encoded, nothing is sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from faqbot.errors import IndexDamagedError
from faqbot.index import layout
from faqbot.index.contents import EncoderCard, Stored
from faqbot.index.derived import write_words
from faqbot.index.milvus import pairs
from faqbot.index.milvus.digests import Digests
from faqbot.index.milvus.engine import Engine
from faqbot.index.milvus.reading import read_rows
from faqbot.index.records import encode
from faqbot.index.rows import RowsWriter, files_of, load_array, offsets_name
from faqbot.index.writing import Writer

BATCH = 64
FETCHED = (layout.PASSAGES, layout.PIECES)  # which lie in the folder only meanwhile
UNUSED = (layout.POSTINGS, layout.WEIGHTS)  # which the engine has


def rewrite_words(engine: Engine, name: str, encoder: EncoderCard, folder: Path, writer: Writer) -> None:
    """Write into a folder what follows from the passages; their ids, digests and word numbers must lie in it.

    Raises IndexDamagedError where a passage is not what was built.
    """
    with (
        RowsWriter(writer, folder, layout.PASSAGES, np.uint8) as passages,
        RowsWriter(writer, folder, layout.PIECES, np.int32) as pieces,
    ):
        for stored in _passages(engine, name, encoder, Digests(folder)):
            passages.append(encode(stored.passage))
            pieces.append(stored.pieces)
    write_words(writer, folder, encoder)
    words, numbers = (len(load_array(folder / each)) for each in (layout.TERMS, layout.TERM_NUMBERS))
    if words != numbers:
        raise IndexDamagedError(f"{name} at {engine.address} has {words} words, {numbers} were built")
    writer.write_array(folder / layout.TERM_COUNTS, np.diff(load_array(folder / offsets_name(layout.POSTINGS))))
    writer.flush()
    for file in (file for each in FETCHED + UNUSED for file in files_of(each)):
        writer.remove(folder / file)


def _passages(engine: Engine, name: str, encoder: EncoderCard, digests: Digests) -> Iterator[Stored]:
    """Every passage, in the order of its id."""
    for ids in pairs.batches(digests.ids(), BATCH):
        rows = read_rows(engine, name, encoder, ids)
        for each in ids:
            if each not in rows or rows[each].digest != digests.find(each):
                raise IndexDamagedError(f"Passage {each} of {name} at {engine.address} is not what was built")
            yield rows[each].stored
