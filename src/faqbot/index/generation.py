"""One sealed generation, open for questions: a query goes in, candidates and stored passages come out."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from faqbot.errors import IndexMismatchError
from faqbot.index import layout
from faqbot.index.contents import Candidates, Stored
from faqbot.index.dense import Dense
from faqbot.index.encoded import id_number
from faqbot.index.folder import Folder
from faqbot.index.lexical import Lexical
from faqbot.index.locks import ReadLock
from faqbot.index.manifest import Manifest
from faqbot.index.records import Records, decode_passage
from faqbot.types import Passage


class Generation(Folder):
    """A generation whose files have been compared with its manifest; safe for many threads.

    Everything is memory-mapped and read by row, so that what has been handed out stays valid after `close`.
    """

    def __init__(
        self, index: Path, folder: Path, manifest: Manifest, checked: frozenset[str], lock: ReadLock | None = None
    ) -> None:
        """See Folder."""
        super().__init__(index, folder, manifest, checked, lock)
        self._texts = self._rows_of(layout.PASSAGES)
        self._passages = Records(self._texts, decode_passage)
        self._tokens, self._pieces = self._rows_of(layout.TOKENS), self._rows_of(layout.PIECES)
        self._ids = self._lookup(layout.IDS, layout.ID_ORDER)
        self._dense = Dense(self._rows_of(layout.VECTORS), folder, manifest.search)
        postings, weights = self._rows_of(layout.POSTINGS), self._rows_of(layout.WEIGHTS)
        self._lexical = Lexical(folder / layout.TERMS, postings, weights, len(self._passages))

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
        query = self._sound(vector)
        terms = self._lexical.terms(text)
        near, products = self._dense.search(query, k)
        rows = _interleave(near, self._lexical.search(terms, k))
        known = dict(zip(near.tolist(), products.tolist(), strict=True))
        others = [row for row in rows.tolist() if row not in known]
        known |= zip(others, self._dense.scores(query, np.array(others, np.int64)).tolist(), strict=True)
        ids = tuple(f"{number:016x}" for number in self._ids.keys[rows].tolist())
        dense = np.array([known[row] for row in rows.tolist()], np.float32)
        return Candidates(ids, dense, self._lexical.scores(terms, rows), self._lexical.ceiling(terms))

    def fetch(self, ids: Sequence[str]) -> tuple[Stored, ...]:
        """The passages with these ids, in this order; IndexMismatchError for an id that is not here."""
        rows = self._rows(ids)
        for stored in (self._texts, self._tokens, self._pieces):
            stored.expect(np.array(rows, np.int64))
        return tuple(self._stored(row) for row in rows)

    def passages(self) -> Iterator[Passage]:
        """Every passage, in order, read one by one."""
        return iter(self._passages)

    def _stored(self, row: int) -> Stored:
        return Stored(self._passages[row], self._tokens[row], self._pieces[row])

    def _rows(self, ids: Sequence[str]) -> list[int]:
        rows = self._ids.first_rows([id_number(each) for each in ids])
        if -1 in rows:
            missing = ids[rows.index(-1)]
            raise IndexMismatchError(f"No passage {missing!r} in {self._folder}. Reload the index: it was built anew")
        return rows


def _interleave(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
    """Both rankings in one, by the better of a row's two ranks, without repeats."""
    ranked = sorted([*enumerate(first.tolist()), *enumerate(second.tolist())], key=lambda pair: pair[0])
    return np.array(list(dict.fromkeys(row for _, row in ranked)), np.int64)
