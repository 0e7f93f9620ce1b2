"""Rows of any length in one memory-mapped file: arrays are appended one by one, and read back by number.

Row i of NAME is `data[offsets[i]:offsets[i + 1]]`. Beside NAME.npy (or NAME.jsonl, plain bytes) lie NAME.offsets.npy
(int64, one more than there are rows) and NAME.crc.npy (uint32, CRC-32 of each row's bytes).
"""

import mmap
import struct
import zlib
from array import array
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray

from faqbot.errors import IndexDamagedError
from faqbot.index.writing import Writer, refused, reporting

HEADER_BYTES = 128


def offsets_name(name: str) -> str:
    """The file that says where each row of `name` begins."""
    return Path(name).stem + ".offsets.npy"


def crc_name(name: str) -> str:
    """The file with the CRC-32 of each row of `name`."""
    return Path(name).stem + ".crc.npy"


def files_of(name: str) -> tuple[str, str, str]:
    """All three files of rows."""
    return name, offsets_name(name), crc_name(name)


def npy_header(dtype: np.dtype[Any], shape: tuple[int, ...]) -> bytes:
    """The header of an .npy file (format 1.0), always of one length, so that it can be written last."""
    text = repr({"descr": dtype.str, "fortran_order": False, "shape": shape})
    body = text.encode("latin1").ljust(HEADER_BYTES - 11) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(body)) + body


class RowsWriter:
    """Appends rows to a new file; used in `with`, which ends the file and writes the two beside it."""

    def __init__(self, writer: Writer, folder: Path, name: str, dtype: DTypeLike, width: int = 0) -> None:
        """`width` is the length of the second axis; 0 makes an array of one axis, as plain bytes for .jsonl."""
        self._writer, self._folder, self._name = writer, folder, name
        self._dtype, self._width = np.dtype(dtype), width
        self._offsets, self._crcs = array("q", [0]), array("I")
        self._stack = ExitStack()
        self._file = self._stack.enter_context(writer.create(folder / name))
        self._write_header()

    def append(self, row: NDArray[np.generic] | bytes) -> None:
        """Add one row."""
        content = row if isinstance(row, bytes) else np.ascontiguousarray(row, self._dtype).tobytes()
        try:
            self._file.write(content)
        except OSError as error:
            raise refused(self._folder / self._name, error) from error
        self._crcs.append(zlib.crc32(content))
        self._offsets.append(self._offsets[-1] + len(content) // (self._dtype.itemsize * (self._width or 1)))

    def __len__(self) -> int:
        return len(self._crcs)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._stack.__exit__(kind, error, trace)
            return
        with self._stack, reporting(self._folder / self._name):
            self._writer.step(f"write {self._name}")
            self._file.seek(0)
            self._write_header()
        offsets, crcs = np.frombuffer(self._offsets, np.int64), np.frombuffer(self._crcs, np.uint32)
        self._writer.write_array(self._folder / offsets_name(self._name), offsets)
        self._writer.write_array(self._folder / crc_name(self._name), crcs)

    def _write_header(self) -> None:
        if self._name.endswith(".npy"):
            shape = (self._offsets[-1], self._width) if self._width else (self._offsets[-1],)
            self._file.write(npy_header(self._dtype, shape))


class Rows:
    """Rows read by number from a memory-mapped file.

    `checked` says that the whole file has been hashed, and so is in memory; otherwise each row is compared with its
    CRC-32 when it is first read. Raises IndexDamagedError naming the file and the row.
    """

    def __init__(self, folder: Path, name: str, *, checked: bool, advice: str) -> None:
        self.path = folder / name
        self.data: NDArray[Any] = load_bytes(self.path) if name.endswith(".jsonl") else load_array(self.path)
        self.offsets: NDArray[np.int64] = load_array(folder / offsets_name(name))
        self._crcs = load_array(folder / crc_name(name))
        self._seen = None if checked else np.zeros(len(self._crcs), np.bool_)
        self._pages = None if checked else _pages(self.path)
        self._advice = advice

    def __len__(self) -> int:
        return len(self._crcs)

    def __getitem__(self, number: int) -> NDArray[Any]:
        row = self.data[self.offsets[number] : self.offsets[number + 1]]
        if self._seen is not None and not self._seen[number]:
            self._check(number, row)
        return row

    def expect(self, numbers: NDArray[np.int64]) -> None:
        """Let the system fetch several rows at once, as far as they are not in memory, before they are read.

        Each page that is missing is else waited for by itself, and brings with it as much as the disk reads ahead:
        100 rows took 400 ms and 570 MB where this takes 2 ms and 1.2 MB (docs/scale.md).
        """
        if self._pages is None:
            return
        size = self.data[:1].nbytes
        start = self._pages.size() - self.data.nbytes
        for first, end in zip(self.offsets[numbers].tolist(), self.offsets[numbers + 1].tolist(), strict=True):
            page = (start + first * size) // mmap.PAGESIZE * mmap.PAGESIZE
            if end > first:
                self._pages.madvise(mmap.MADV_WILLNEED, page, start + end * size - page)

    def take(self, numbers: NDArray[np.int64]) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """Several rows, one behind the other, and where each begins."""
        self.expect(numbers)
        if self._seen is not None:
            for number in numbers[~self._seen[numbers]].tolist():
                self._check(number, self.data[self.offsets[number] : self.offsets[number + 1]])
        first = self.offsets[numbers]
        counts = self.offsets[numbers + 1] - first
        starts = np.cumsum(counts) - counts
        return self.data[np.repeat(first - starts, counts) + np.arange(counts.sum())], starts

    def _check(self, number: int, row: NDArray[Any]) -> None:
        assert self._seen is not None
        if zlib.crc32(row.tobytes() if row.size == 0 else row.data) != self._crcs[number]:
            raise IndexDamagedError(f"{self.path} is damaged: row {number} is not what was written. {self._advice}")
        self._seen[number] = True


def load_array(path: Path) -> NDArray[Any]:
    """An .npy file, memory-mapped, read only, never unpickled; a plain array, for its slices are cheaper."""
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))


def load_bytes(path: Path) -> NDArray[np.uint8]:
    """Any file as memory-mapped bytes."""
    if path.stat().st_size == 0:  # which cannot be mapped
        return np.empty(0, np.uint8)
    return np.asarray(np.memmap(path, np.uint8, mode="r"))


def _pages(path: Path) -> mmap.mmap | None:
    """A file's pages, to say which are needed soon; nothing where that cannot be said."""
    if not hasattr(mmap, "MADV_WILLNEED") or path.stat().st_size == 0:
        return None
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
