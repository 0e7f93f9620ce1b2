"""A written folder's passages go in, a pair of collections holds just them: only what differs is sent."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from faqbot.errors import IndexDamagedError
from faqbot.index import layout
from faqbot.index.contents import EncodedPassage, EncoderCard
from faqbot.index.milvus import graph, pairs
from faqbot.index.milvus.digests import Digests
from faqbot.index.milvus.engine import PATIENCE, Engine
from faqbot.index.milvus.reading import read_digests, read_rows, read_said
from faqbot.index.milvus.rows import passage_row, quoted, vector_rows, whole_digest
from faqbot.index.milvus.terms import Terms
from faqbot.index.records import Records, decode_passage
from faqbot.index.rows import Rows
from faqbot.types import Passage

BATCH = 64  # passages sent together: about 2 MB
SAMPLE = 50

_log = logging.getLogger(__name__)


class Written:
    """The passages in a folder that was written and not yet sealed, by number."""

    def __init__(self, folder: Path) -> None:
        def rows(name: str) -> Rows:
            return Rows(folder, name, checked=True, advice="")

        self.passages: Sequence[Passage] = Records(rows(layout.PASSAGES), decode_passage)
        self._vectors, self._tokens, self._pieces = (
            rows(name) for name in (layout.VECTORS, layout.TOKENS, layout.PIECES)
        )

    def __len__(self) -> int:
        return len(self.passages)

    def __getitem__(self, number: int) -> EncodedPassage:
        return EncodedPassage(self.passages[number], self._vectors[number], self._tokens[number], self._pieces[number])


class Filler:
    """Brings one pair of collections to hold what was written; `sent` counts the passages that went over."""

    def __init__(self, engine: Engine, name: str, encoder: EncoderCard, terms: Terms) -> None:
        self._engine, self._name, self._encoder, self._terms = engine, name, encoder, terms
        self._vectors = pairs.vectors_of(name)
        self.sent = self.deleted = 0

    def fill(self, written: Written) -> None:
        """Send passages that are new or changed, and delete those that are gone."""
        pairs.load(self._engine, self._name, time.monotonic() + PATIENCE)
        there = {row["id"]: row["digest"] for row in self._engine.iterate(self._name, ("id", "digest"))}
        fresh = not there and not pairs.count(self._engine, self._vectors)
        if fresh:
            graph.release(self._engine, self._name)
        for batch in _batches(written):
            changed = []
            for encoded in batch:
                words = self._terms.passage(encoded.passage)
                if there.pop(encoded.passage.id, "") != whole_digest(encoded, words).hex():
                    changed.append((encoded, words))
            if not fresh:
                self._delete_vectors([encoded.passage.id for encoded, _ in changed])
            self._send([encoded for encoded, _ in changed], [words for _, words in changed])
        self._delete(list(there))
        for name in (self._vectors, self._name):
            self._engine.work("flush", collection_name=name)
        graph.settle(self._engine, self._name)
        _log.info("%s: %d passages sent, %d deleted", self._name, self.sent, self.deleted)

    def _send(self, encoded: Sequence[EncodedPassage], words: Sequence[dict[int, float]]) -> None:
        """The vectors go first: a passage that is there has all of them."""
        if not encoded:
            return
        rows = [passage_row(each, its, self._encoder) for each, its in zip(encoded, words, strict=True)]
        vectors = [row for each in encoded for row in vector_rows(each)]
        self._engine.work("upsert", collection_name=self._vectors, data=vectors)
        self._engine.work("upsert", collection_name=self._name, data=rows)
        self.sent += len(rows)

    def _delete(self, ids: Sequence[str]) -> None:
        for some in pairs.batches(ids, BATCH):
            self._delete_vectors(some)
            self._engine.work("delete", collection_name=self._name, ids=list(some))
            self.deleted += len(some)

    def _delete_vectors(self, ids: Sequence[str]) -> None:
        if ids:
            self._engine.work("delete", collection_name=self._vectors, filter=f"passage in {quoted(ids)}")


def check_filled(engine: Engine, name: str, encoder: EncoderCard, written: Written, vectors: int, terms: Terms) -> None:
    """Hold a filled pair against what was written: the counts, and a sample read back to the last bit.

    Raises IndexMismatchError or IndexDamagedError; nothing points to the pair yet.
    """
    pairs.check(engine, name, encoder, (len(written), vectors), time.monotonic() + PATIENCE)
    numbers = np.unique(np.linspace(0, len(written) - 1, SAMPLE).astype(int)).tolist()
    sample = [written[number] for number in numbers]
    found = read_digests(engine, name, read_rows(engine, name, encoder, [each.passage.id for each in sample]))
    for each in sample:
        if found.get(each.passage.id) != whole_digest(each, terms.passage(each.passage)):
            raise IndexDamagedError(
                f"Passage {each.passage.id} came back from {engine.address} changed, or not at all. Run the build again"
            )


def changed_passages(engine: Engine, name: str, encoder: EncoderCard, digests: Digests) -> list[str]:
    """The passages of a pair that are missing or not what was built, read back one and all."""
    changed = []
    for ids in pairs.batches(digests.ids(), BATCH):
        said = {row["id"]: row["digest"] for row in read_said(engine, name, ids)}
        rows = read_rows(engine, name, encoder, ids)
        whole = read_digests(engine, name, rows)
        for each in ids:
            sound = each in whole and rows[each].digest == digests.find(each) and whole[each].hex() == said[each]
            changed += [] if sound else [each]
    return changed


def _batches(written: Written) -> Iterator[list[EncodedPassage]]:
    for start in range(0, len(written), BATCH):
        yield [written[number] for number in range(start, min(start + BATCH, len(written)))]
