"""Embeddings that need not be made again: a text's key goes in, what the encoder made of it comes out.

It knows the texts of the generation in use and those of a build that ended early, whose embeddings lie in
index/cache/ in segments. Nothing but keys is held in memory.
"""

import logging
from collections.abc import Callable, Container, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from faqbot.digests import digest
from faqbot.errors import IndexDamagedError, IndexMismatchError, IndexMissingError
from faqbot.index import layout
from faqbot.index.directory import Directory
from faqbot.index.encoders import discard_damaged
from faqbot.index.locks import building
from faqbot.index.manifest import FileRecord, find_problems, read_manifest
from faqbot.index.opening import current_name
from faqbot.index.rows import Rows, files_of
from faqbot.index.segments import Embedding, Segment, write_segment
from faqbot.index.writing import Writer, no_step

_EMBEDDING_FILES = tuple(
    file for name in (layout.KEYS, layout.VECTORS, layout.TOKENS, layout.PIECES) for file in files_of(name)
)
SEGMENT_TEXTS = 512  # so many a file: what a killed build loses, at most

_log = logging.getLogger(__name__)


class _Source(Protocol):
    """Where embeddings lie: a segment, or a generation."""

    keys: NDArray[np.uint8]

    def read(self, number: int) -> Embedding: ...


def text_key(text: str, *, fingerprint: str, settings: str = "") -> bytes:
    """The key of a text: the same text, encoder and settings have the same key, in every build.

    `settings` is whatever else the embedding depends on: the prompt, and whether there are token rows.
    """
    return digest(*(part.encode("utf-8", "surrogatepass") for part in (text, fingerprint, settings)))


class Cache:
    """The embeddings at hand while an index is built; it holds the right to build until closed."""

    def __init__(self, index: Path, writer: Writer) -> None:
        """Raises IndexBusyError while another process builds."""
        self.index = index
        self._writer, self._folder = writer, index / layout.CACHE
        self._pending: dict[bytes, Embedding] = {}
        writer.make_folder(index)
        with ExitStack() as held:
            held.enter_context(building(index))
            discard_damaged(index, writer)
            self._sources: list[_Source] = [*_generation_source(index), *_segments(self._folder)]
            self._directory = Directory(source.keys for source in self._sources)
            self._lock = held.pop_all()

    def __contains__(self, key: bytes) -> bool:
        return key in self._pending or self._directory.find(key) is not None

    def get(self, key: bytes) -> Embedding | None:
        """What an encoder made of the text with this key, None if it must be encoded."""
        if key in self._pending:
            return self._pending[key]
        place = self._directory.find(key)
        return self._sources[place[0]].read(place[1]) if place else None

    def put(self, embeddings: Mapping[bytes, Embedding]) -> None:
        """Remember embeddings by their keys; they are on the disk once SEGMENT_TEXTS have come together."""
        self._pending.update(embeddings)
        if len(self._pending) >= SEGMENT_TEXTS:
            self.flush()

    def flush(self) -> None:
        """Write what is not yet on the disk."""
        if not self._pending:
            return
        self._writer.make_folder(self._folder)
        path = self._folder / f"{1 + max(map(_number, self._folder.iterdir()), default=0):06d}.segment"
        write_segment(self._writer, path, self._pending)
        self._writer.seal_folder(self._folder)
        segment = Segment(path)
        self._sources.append(segment)
        self._directory.add(segment.keys)
        self._pending = {}

    def clear(self) -> None:
        """Forget everything: what was built has it now, and the files can be deleted."""
        self._pending, self._sources, self._directory = {}, [], Directory([])

    def close(self) -> None:
        """Write what is not yet on the disk and let others build."""
        with self._lock:
            self.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_cache(index: Path, *, on_step: Callable[[str], None] = no_step) -> Cache:
    """The embeddings that a build of this index can start from; use it in `with`, and hand it to `publish`.

    Open it before looking for an installed encoder: those that are damaged are deleted first.
    """
    return Cache(index, Writer(on_step))


def known_texts(index: Path) -> Container[bytes]:
    """The keys of the texts that a build would not encode again; nothing is written and nobody kept from building."""
    sources: list[_Source] = [*_generation_source(index), *_segments(index / layout.CACHE)]
    return _Known(Directory(source.keys for source in sources))


class _Known(Container[bytes]):
    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def __contains__(self, key: object) -> bool:
        return isinstance(key, bytes) and self._directory.find(key) is not None


class _Sealed:
    """The embeddings of a generation: a passage's first vector goes with its token rows, the others have none."""

    def __init__(self, folder: Path) -> None:
        keys, self._vectors, self._tokens, self._pieces = (
            Rows(folder, name, checked=True, advice="")
            for name in (layout.KEYS, layout.VECTORS, layout.TOKENS, layout.PIECES)
        )
        self.keys: NDArray[np.uint8] = keys.data
        self._offsets = keys.offsets

    def read(self, number: int) -> Embedding:
        """The embedding behind one vector."""
        row = int(np.searchsorted(self._offsets, number, side="right")) - 1
        end = None if number == self._offsets[row] else 0
        return Embedding(self._vectors.data[number], self._tokens[row][:end], self._pieces[row][:end])


def _generation_source(index: Path) -> list[_Source]:
    try:
        manifest = read_manifest(index, current_name(index))
    except (IndexMissingError, IndexDamagedError, IndexMismatchError):
        return []
    if manifest.store:
        return _built_source(index)
    folder = layout.generation_folder(index, manifest.id)
    problems = find_problems(folder, {name: manifest.files[name] for name in _EMBEDDING_FILES}, _EMBEDDING_FILES)
    for problem in problems.values():
        _log.warning("%s. Everything is encoded anew", problem)
    return [] if problems else [_Sealed(folder)]


def _built_source(index: Path) -> list[_Source]:
    """What the last build to an engine left: after a rollback it is that of another generation, and as good."""
    folder = layout.built_folder(index)
    for name in reversed(layout.generation_names(index)):
        try:
            records = read_manifest(index, name).store.get("embeddings", {})
        except (IndexDamagedError, IndexMismatchError):
            continue
        files = {file: FileRecord(**record) for file, record in records.items()}
        if files and not find_problems(folder, files, files):
            return [_Sealed(folder)]
    _log.warning("%s is not what a build left there. Everything is encoded anew", folder)
    return []


def _segments(folder: Path) -> list[_Source]:
    found: list[_Source] = []
    for path in sorted(folder.glob("*.segment")):
        try:
            found.append(Segment(path))
        except ValueError:
            _log.warning("%s is not whole and not used. Its texts are encoded anew", path)
    return found


def _number(path: Path) -> int:
    return int(path.stem) if path.stem.isdecimal() else 0
