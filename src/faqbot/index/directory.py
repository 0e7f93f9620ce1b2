"""Where keys lie among many files: keys are added file by file, and a key gives its file and its number there.

Nothing is held but sorted arrays, 24 bytes a key. They are kept in layers, each more than twice as long as the next,
so that adding many small files costs little more than adding one large one (a log-structured merge tree's way).
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

START_BYTES = 8  # of a key are sorted; the whole key is compared in its file

Keys = NDArray[np.uint8]  # (keys, key length)


@dataclass(frozen=True, slots=True)
class _Layer:
    starts: NDArray[np.uint64]
    files: NDArray[np.int64]
    numbers: NDArray[np.int64]


class Directory:
    """Sorted starts of keys, with the file and the number that each belongs to."""

    def __init__(self, files: Iterable[Keys]) -> None:
        self._files: list[Keys] = []
        self._layers: list[_Layer] = []
        for keys in files:
            self.add(keys)

    def add(self, keys: Keys) -> None:
        """Take up the keys of one more file."""
        starts = np.ascontiguousarray(keys[:, :START_BYTES]).view(np.uint64)[:, 0]
        self._layers.append(_sorted(starts, np.full(len(keys), len(self._files)), np.arange(len(keys))))
        self._files.append(keys)
        while len(self._layers) > 1 and len(self._layers[-2].starts) <= 2 * len(self._layers[-1].starts):
            self._layers[-2:] = [_merged(*self._layers[-2:])]

    def find(self, key: bytes) -> tuple[int, int] | None:
        """The file and the number in it that a key has, None if no file has it."""
        start = np.frombuffer(key[:START_BYTES], np.uint64)[0]
        for layer in self._layers:
            first, end = (int(np.searchsorted(layer.starts, start, side)) for side in ("left", "right"))
            for place in range(first, end):
                file, number = int(layer.files[place]), int(layer.numbers[place])
                if self._files[file][number].tobytes() == key:
                    return file, number
        return None


def _sorted(starts: NDArray[np.uint64], files: NDArray[np.int64], numbers: NDArray[np.int64]) -> _Layer:
    order = np.argsort(starts, kind="stable")
    return _Layer(starts[order], files[order], numbers[order])


def _merged(one: _Layer, other: _Layer) -> _Layer:
    return _sorted(
        np.concatenate([one.starts, other.starts]),
        np.concatenate([one.files, other.files]),
        np.concatenate([one.numbers, other.numbers]),
    )
