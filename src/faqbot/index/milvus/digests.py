"""What each passage of a generation was when it was built: ids and digests are written, and found again by id."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from faqbot.index import layout
from faqbot.index.contents import EncodedPassage
from faqbot.index.encoded import id_number
from faqbot.index.milvus.rows import DIGEST_BYTES, shown_digest
from faqbot.index.rows import load_array
from faqbot.index.writing import Writer

DIGESTS = "digests.npy"


def write_digests(writer: Writer, folder: Path, passages: Iterable[EncodedPassage]) -> None:
    """Write the ids, sorted, and the digest of each."""
    known = {id_number(encoded.passage.id): shown_digest(encoded) for encoded in passages}
    ids = np.array(sorted(known), np.uint64)
    digests = np.frombuffer(b"".join(known[number] for number in ids.tolist()), np.uint8)
    writer.write_array(folder / layout.IDS, ids)
    writer.write_array(folder / DIGESTS, digests.reshape(-1, DIGEST_BYTES))


class Digests:
    """The digests of a generation, memory-mapped."""

    def __init__(self, folder: Path) -> None:
        self._ids, self._digests = load_array(folder / layout.IDS), load_array(folder / DIGESTS)

    def __len__(self) -> int:
        return len(self._ids)

    def find(self, passage_id: str) -> bytes | None:
        """The digest of a passage, None if there is no such passage."""
        number = id_number(passage_id)
        if number < 0 or not len(self._ids):
            return None
        place = min(int(np.searchsorted(self._ids, np.uint64(number))), len(self._ids) - 1)
        return bytes(self._digests[place]) if self._ids[place] == number else None

    def ids(self) -> list[str]:
        """Every passage's id."""
        return [f"{number:016x}" for number in self._ids.tolist()]
