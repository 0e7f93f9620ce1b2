"""Writing that lasts: bytes and paths go in, files that are on the disk before they are used come out.

Every act that changes the disk is announced to `on_step` first, so that a test can stop the process there.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from faqbot.errors import IndexWriteError
from faqbot.index.layout import DISCARDED, UNSEALED

COPY_BYTES = 1 << 20
FLUSH_THREADS = 16


def no_step(name: str) -> None:
    """The default `on_step`: nothing happens between two acts."""


class Writer:
    """Creates, renames and deletes files; nothing gets its final name before all that was written is on the disk.

    Every method raises IndexWriteError where the operating system refuses.
    """

    def __init__(self, on_step: Callable[[str], None] = no_step) -> None:
        self.step = on_step
        self._unflushed: list[tuple[Path, int]] = []

    @contextmanager
    def create(self, path: Path) -> Iterator[BinaryIO]:
        """A new file to write to; `flush`, `seal_folder` and `rename` see to it that it is on the disk."""
        self.step(f"create {path.name}")
        with reporting(path):
            file = path.open("wb")
        try:
            yield file
            with reporting(path):
                file.flush()
                self._unflushed.append((path, os.dup(file.fileno())))
        finally:
            with reporting(path):
                file.close()

    def flush(self) -> None:
        """Wait until all that was written is on the disk; many at a time, for a disk takes no longer for many."""
        if not self._unflushed:
            return
        self.step(f"flush {len(self._unflushed)} files")
        try:
            with ThreadPoolExecutor(FLUSH_THREADS) as pool:
                list(pool.map(_flush, self._unflushed))
        finally:
            self.forget()

    def forget(self) -> None:
        """Give up what was written and not flushed."""
        for _, descriptor in self._unflushed:
            os.close(descriptor)
        self._unflushed = []

    def write(self, path: Path, content: bytes | memoryview) -> None:
        """One file in one piece."""
        with self.create(path) as file, reporting(path):
            self.step(f"write {path.name}")
            file.write(content)

    def write_array(self, path: Path, array: NDArray[np.generic]) -> None:
        """One array as .npy."""
        with self.create(path) as file, reporting(path):
            self.step(f"write {path.name}")
            np.lib.format.write_array(file, np.ascontiguousarray(array), allow_pickle=False)

    def copy(self, source: Path, target: Path) -> None:
        """A copy of a file, with its bytes on the disk."""
        with self.create(target) as file, reporting(target), source.open("rb") as original:
            self.step(f"copy {target.name}")
            shutil.copyfileobj(original, file, COPY_BYTES)

    def link(self, source: Path, target: Path) -> None:
        """A second name for a sealed file, or a copy where the file system has no hard links."""
        self.step(f"link {target.name}")
        try:
            os.link(source, target)
        except OSError:
            self.copy(source, target)

    def make_folder(self, path: Path) -> None:
        """A folder, unless it is there."""
        self.step(f"make {path.name}")
        with reporting(path):
            path.mkdir(parents=True, exist_ok=True)

    def seal_folder(self, path: Path) -> None:
        """Flush what was written, and then the entries of a folder."""
        self.flush()
        self.step(f"flush folder {path.name}")
        if os.name == "nt":  # Windows cannot open a folder, and flushes its entries itself
            return
        with reporting(path):
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def rename(self, source: Path, target: Path) -> None:
        """Flush what was written, and then give a file or folder its final name, at once and for good."""
        self.flush()
        self.step(f"rename {source.name} to {target.name}")
        with reporting(target):
            source.replace(target)
        self.seal_folder(target.parent)

    def replace(self, path: Path, content: bytes) -> None:
        """Put new content under an old name: readers see the old or the new, never a part."""
        aside = path.with_name(path.name + UNSEALED)
        self.write(aside, content)
        self.rename(aside, path)

    def remove(self, path: Path) -> None:
        """Delete a file or folder; a folder is renamed first, so that half of it is never met under its name."""
        self.step(f"remove {path.name}")
        with reporting(path):
            if not path.is_dir():
                path.unlink(missing_ok=True)
                return
            doomed = path if path.name.startswith(".") else path.with_name(f"{DISCARDED}-{path.name}")
            path.replace(doomed)
            self.step(f"delete {doomed.name}")
            shutil.rmtree(doomed)


def _flush(written: tuple[Path, int]) -> None:
    path, descriptor = written
    with reporting(path):
        os.fsync(descriptor)


@contextmanager
def reporting(path: Path) -> Iterator[None]:
    """Turn what the operating system says while a path is written into one clear error."""
    try:
        yield
    except OSError as error:
        raise refused(path, error) from error


def refused(path: Path, error: OSError) -> IndexWriteError:
    """The error for a path that cannot be written."""
    return IndexWriteError(
        f"Cannot write {path}: {error.strerror or error}. The index in use is unchanged. "
        "Free some space or change the permissions, then run the same command again"
    )
