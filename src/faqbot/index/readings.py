"""What files were read and split into: a key goes in, the document and passages that came of that file come out.

They lie beside the generations, in the order of the last build's documents, and only builds look here: what is lost or
damaged is read again.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from faqbot.errors import IndexDamagedError
from faqbot.index import layout
from faqbot.index.contents import KEY_BYTES
from faqbot.index.records import decode_document, decode_passage, encode
from faqbot.index.rows import Rows, RowsWriter
from faqbot.index.writing import Writer
from faqbot.types import Document, Passage

KEY_LINE = 2 * KEY_BYTES + 3  # bytes: in hexadecimal, quoted, with its line end


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of one file.

    `key` (KEY_BYTES) stands for the file and whatever reads it, `recipe` for whatever decides where its document is
    cut. `row` is how it lay in the index, empty for one that is new.
    """

    key: bytes
    recipe: str
    document: Document
    passages: tuple[Passage, ...]
    row: bytes = b""


class Readings:
    """The readings that the last build left, opened for the next one."""

    def __init__(self, index: Path) -> None:
        self._numbers: dict[bytes, int] = {}
        try:
            self._rows = Rows(layout.readings_folder(index), layout.READINGS_FILE, checked=False, advice="")
        except (OSError, ValueError, EOFError):
            return
        # A row begins with its key, which its checksum covers: a row is never taken for that of another file.
        starts = self._rows.offsets[:-1]
        if len(starts) == len(self._rows):
            keys = (self._rows.data[start : start + KEY_LINE].tobytes() for start in starts.tolist())
            self._numbers = {key: number for number, key in enumerate(keys)}

    def get(self, key: bytes) -> Reading | None:
        """What came of the file with this key, None where it must be read."""
        number = self._numbers.get(_key_line(key))
        if number is None:
            return None
        try:
            row = self._rows[number].tobytes()
        except IndexDamagedError:
            return None
        recipe, document, *passages = row[KEY_LINE:].rstrip(b"\n").split(b"\n")
        return Reading(
            key, json.loads(recipe), decode_document(document), tuple(decode_passage(each) for each in passages), row
        )


def write_readings(index: Path, readings: Iterable[Reading]) -> None:
    """Put these readings in the place of those of the last build. Raises IndexWriteError."""
    writer = Writer()
    folder = layout.readings_folder(index)
    aside = folder.with_name(folder.name + layout.UNSEALED)
    writer.make_folder(aside)
    with RowsWriter(writer, aside, layout.READINGS_FILE, np.uint8) as rows:
        for reading in readings:
            rows.append(reading.row or _row(reading))
    if folder.exists():
        writer.remove(folder)
    writer.rename(aside, folder)


def _row(reading: Reading) -> bytes:
    recipe = json.dumps(reading.recipe).encode() + b"\n"
    return b"".join((_key_line(reading.key), recipe, encode(reading.document), *map(encode, reading.passages)))


def _key_line(key: bytes) -> bytes:
    return f'"{key.hex()}"\n'.encode()
