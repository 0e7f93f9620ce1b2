"""Durable writes (temporary file, fsync, atomic rename), file hashes, and the locks of builders and readers.

Every act that changes the disk is announced to a step function first, so that tests can stop the process there.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from faqbot.errors import IndexBusyError, IndexMissingError, IndexWriteError

LOCK = "LOCK"
HASH_THREADS = 4

Step = Callable[[str], None]


def no_step(name: str) -> None:
    """Do nothing: the default step function."""


@dataclass(frozen=True, slots=True)
class FileRecord:
    """Size in bytes and SHA-256 of a file when it was sealed."""

    size: int
    sha256: str


def record_file(path: Path) -> FileRecord:
    """Return the record of a file as it is now."""
    with path.open("rb") as file:
        return FileRecord(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def find_damage(folder: Path, files: Mapping[str, FileRecord], hashed: Collection[str] | None = None) -> dict[str, str]:
    """Return what is wrong with each file that is not as recorded, by its name.

    `hashed` names the files whose content is compared; the size of every file is. None stands for all.
    """
    with ThreadPoolExecutor(HASH_THREADS) as pool:
        found = pool.map(lambda name: _damage(folder / name, files[name], hashed is None or name in hashed), files)
        return {name: problem for name, problem in zip(files, found, strict=True) if problem}


def _damage(path: Path, expected: FileRecord, hashed: bool) -> str:
    try:
        size = path.stat().st_size if path.is_file() else -1
        if size < 0:
            return f"{path} is missing"
        if size != expected.size:
            return f"{path} is damaged: it has {size} bytes, expected {expected.size}"
        same = not hashed or record_file(path) == expected
    except OSError as error:
        return f"{path} cannot be read: {error.strerror}"
    return "" if same else f"{path} is damaged: its content is not what was sealed (SHA-256)"


class FileWriter:
    """Creates, renames and deletes files. Raises IndexWriteError where the operating system refuses."""

    def __init__(self, step: Step = no_step) -> None:
        self.step = step

    def write(self, path: Path, content: bytes) -> None:
        """Write a file and flush it to the disk."""
        self.step(f"write {path.name}")
        with reporting(path), path.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())

    def copy(self, source: Path, target: Path) -> None:
        """Copy a file and flush it to the disk."""
        self.step(f"copy {target.name}")
        with reporting(target):
            shutil.copyfile(source, target)
        self.flush(target)

    def link(self, source: Path, target: Path) -> None:
        """Give a sealed file a second name, or copy it where the file system has no hard links."""
        self.step(f"link {target.name}")
        try:
            os.link(source, target)
        except OSError:
            self.copy(source, target)

    def flush(self, path: Path) -> None:
        """Wait until a file, or the entries of a folder, are on the disk."""
        self.step(f"flush {path.name}")
        if os.name == "nt" and path.is_dir():  # Windows cannot open a folder, and flushes its entries itself
            return
        with reporting(path):
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def make_folder(self, path: Path) -> None:
        """Make a folder unless it exists."""
        self.step(f"make {path.name}")
        with reporting(path):
            path.mkdir(parents=True, exist_ok=True)

    def rename(self, source: Path, target: Path) -> None:
        """Give a file or folder its final name, atomically and durably."""
        self.step(f"rename {source.name} to {target.name}")
        with reporting(target):
            source.replace(target)
        self.flush(target.parent)

    def replace(self, path: Path, content: bytes) -> None:
        """Replace a file's content: readers see the old or the new, never a part."""
        aside = path.with_name(f"{path.name}.new")
        self.write(aside, content)
        self.rename(aside, path)

    def remove(self, path: Path) -> None:
        """Delete a file or folder; a folder is renamed first, so that half of it is never met under its name."""
        self.step(f"remove {path.name}")
        with reporting(path):
            if path.is_symlink() or not path.is_dir():
                path.unlink(missing_ok=True)
                return
            doomed = path if path.name.startswith(".") else path.with_name(f".old-{path.name}")
            path.replace(doomed)
            self.step(f"delete {doomed.name}")
            shutil.rmtree(doomed)


@contextmanager
def reporting(path: Path) -> Iterator[None]:
    """Turn an OSError while a path is written into an IndexWriteError."""
    try:
        yield
    except OSError as error:
        raise write_error(path, error.strerror or str(error)) from error


def write_error(path: Path, reason: str) -> IndexWriteError:
    """Return the error for a path that cannot be written."""
    return IndexWriteError(
        f"Cannot write {path}: {reason}. The index in use is unchanged. "
        "Free some space or change the permissions, then run the same command again"
    )


@contextmanager
def builder_lock(folder: Path) -> Iterator[None]:
    """Hold the right to write to an index, which one process has at a time; it ends with the process.

    Raises IndexBusyError naming the process that has it, IndexMissingError where there is no such folder and
    IndexWriteError where it cannot be written.
    """
    from filelock import FileLock, Timeout

    if not folder.is_dir():
        raise IndexMissingError(f"No index at {folder}. Run: faqbot build corpus --index {folder}")
    path = folder / LOCK
    lock = FileLock(path, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        holder = path.read_text(encoding="utf-8", errors="replace").strip() or "unknown"
        raise IndexBusyError(
            f"Another process ({holder}) is building the index at {folder}. "
            "Wait until it has ended, or end it, then run the command again"
        ) from None
    except OSError as error:
        raise write_error(path, error.strerror or str(error)) from error
    try:
        with reporting(path):
            path.write_text(f"{os.getpid()}\n", encoding="ascii")
        yield
    finally:
        lock.release()


if sys.platform == "win32":  # which refuses to delete what somebody has open, so that readers need no lock

    def _lock(descriptor: int, *, exclusive: bool) -> None:
        return
else:
    import fcntl

    def _lock(descriptor: int, *, exclusive: bool) -> None:
        fcntl.flock(descriptor, (fcntl.LOCK_EX | fcntl.LOCK_NB) if exclusive else fcntl.LOCK_SH)


class ReadHold:
    """A reader's shared lock on a file, which keeps a builder from deleting it until `close` or the process ends."""

    def __init__(self, path: Path) -> None:
        """Raises FileNotFoundError where the file is gone, or was replaced meanwhile."""
        self._file = path.open("rb")
        try:
            _lock(self._file.fileno(), exclusive=False)
            if not os.path.samestat(os.fstat(self._file.fileno()), path.stat()):
                raise FileNotFoundError(path)
        except OSError:
            self._file.close()
            raise

    def close(self) -> None:
        """Release the lock; may be called again."""
        self._file.close()


@contextmanager
def unread(path: Path) -> Iterator[bool]:
    """Yield whether nobody holds a file and it may be deleted; new readers wait meanwhile, and look again."""
    if not path.is_file():
        yield True
        return
    with path.open("rb") as file:
        try:
            _lock(file.fileno(), exclusive=True)
        except OSError:
            yield False
            return
        yield True
