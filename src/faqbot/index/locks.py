"""Who is building and who is reading: locks that the operating system drops when their process ends."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from faqbot.errors import IndexBusyError, IndexMissingError, IndexWriteError
from faqbot.index import layout
from faqbot.index.writing import reporting

if sys.platform == "win32":  # which refuses to delete what somebody has open, so that readers need no lock
    import msvcrt

    def _hold(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

    def _share(descriptor: int) -> None:
        return
else:
    import fcntl

    def _hold(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _share(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_SH)


class ReadLock:
    """A mark on a generation that somebody has it open, so that it is not deleted; held until `close`."""

    def __init__(self, folder: Path) -> None:
        """Raises FileNotFoundError where the generation is not there, or no longer."""
        path = folder / layout.MANIFEST
        self._file = path.open("rb")
        try:
            _share(self._file.fileno())
            if not os.path.samestat(os.fstat(self._file.fileno()), path.stat()):
                raise FileNotFoundError(path)
        except OSError:
            self._file.close()
            raise

    def close(self) -> None:
        """Let go; may be called again."""
        self._file.close()


@contextmanager
def claimed(folder: Path) -> Iterator[bool]:
    """Whether a generation is nobody's and may be deleted; those who come to read it wait meanwhile, and look again."""
    path = folder / layout.MANIFEST
    if not path.is_file():
        yield True
        return
    with path.open("rb") as file:
        try:
            _hold(file.fileno())
        except OSError:
            yield False
            return
        yield True


@contextmanager
def building(index: Path) -> Iterator[None]:
    """The right to write to an index, for one process at a time.

    Raises IndexBusyError, naming the process that has it, IndexMissingError where there is no such folder and
    IndexWriteError where it cannot be written to.
    """
    if not index.is_dir():
        raise IndexMissingError(f"No index at {index}. Run: faqbot build corpus --index {index}")
    path = index / layout.LOCK
    _refuse_foreign(index)
    with reporting(path):
        file = path.open("a+")
    with file:
        try:
            _hold(file.fileno())
        except OSError:
            file.seek(0)
            raise IndexBusyError(
                f"Another process ({file.read().strip() or 'unknown'}) is building the index at {index}. "
                "Wait until it has ended, or end it, then run the command again"
            ) from None
        with reporting(path):
            file.truncate(0)
            file.write(f"{os.getpid()}\n")
            file.flush()
        yield


def _refuse_foreign(index: Path) -> None:
    """Keep out of folders that hold something else under the names that an index uses, and deletes from."""
    if (index / layout.LOCK).exists() or (index / layout.CURRENT).exists():
        return
    for name in (layout.GENERATIONS, layout.ENCODERS, layout.CACHE, layout.READINGS):
        if (index / name).exists():
            raise IndexWriteError(f"{index} holds {name}, and is no index. Name an empty folder for the index")
