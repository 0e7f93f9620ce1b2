"""Encoded passages on their way to an index: many machines put them down on an engine, one build takes them up."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from faqbot.index.contents import EncodedPassage, EncoderCard
from faqbot.index.milvus import pairs
from faqbot.index.milvus.address import Address
from faqbot.index.milvus.engine import PATIENCE, Engine
from faqbot.index.milvus.reading import read_rows, read_vectors
from faqbot.index.milvus.rows import passage_row, vector_rows
from faqbot.index.milvus.terms import NOTHING
from faqbot.types import Passage

BATCH = 64  # passages fetched together


class Staging:
    """A pair of collections beside those of an index, for one encoder; its rows have no words to be found by."""

    def __init__(self, address: Address, encoder: EncoderCard, *, token: str = "") -> None:
        self._engine = Engine(address, token=token, timeout=PATIENCE)
        self._name = f"{address.alias}_staging_{encoder.fingerprint}_pair"
        self._encoder = encoder

    def open(self) -> None:
        """Make the pair, unless an earlier run has left it."""
        if not pairs.is_whole(self._engine, self._name, self._encoder.fingerprint):
            pairs.drop(self._engine, self._name)
            pairs.create(self._engine, self._name, self._encoder, pairs.EXACT)
        pairs.load(self._engine, self._name, time.monotonic() + PATIENCE)

    def lacking(self, passages: Sequence[Passage]) -> list[Passage]:
        """Those that are not there, or are there with another text."""
        there = read_rows(self._engine, self._name, self._encoder, [each.id for each in passages])
        return [each for each in passages if each.id not in there or there[each.id].stored.passage != each]

    def send(self, encoded: Sequence[EncodedPassage]) -> None:
        """Put down encoded passages. The vectors go first: a passage that is there has all of them."""
        if not encoded:
            return
        vectors = [row for each in encoded for row in vector_rows(each)]
        rows = [passage_row(each, NOTHING, self._encoder) for each in encoded]
        self._engine.work("upsert", collection_name=pairs.vectors_of(self._name), data=vectors)
        self._engine.work("upsert", collection_name=self._name, data=rows)

    def read(self, passages: Sequence[Passage]) -> Iterator[EncodedPassage]:
        """Those of the passages that are there whole and as they are now."""
        for start in range(0, len(passages), BATCH):
            wanted = {each.id: each for each in passages[start : start + BATCH]}
            rows = read_rows(self._engine, self._name, self._encoder, list(wanted))
            vectors = read_vectors(self._engine, self._name, {each: row.vectors for each, row in rows.items()})
            for each, its in vectors.items():
                stored = rows[each].stored
                if stored.passage == wanted[each]:
                    yield EncodedPassage(stored.passage, its, stored.tokens, stored.pieces)

    def drop(self) -> None:
        """Delete the pair."""
        pairs.drop(self._engine, self._name)

    def close(self) -> None:
        """Let go of the engine."""
        self._engine.close()
