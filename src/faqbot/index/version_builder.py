"""Making a version: a new database and FAISS file are written aside, flushed, hashed, checked, and then pointed to."""

from __future__ import annotations

import json
import logging
import math
import re
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from faqbot.errors import CorpusError, EncoderError, IndexDamagedError, IndexMismatchError
from faqbot.index.bm25 import PostingsBuilder, indexed_text, surface_words
from faqbot.index.encoder_files import discard_damaged_encoders, encoder_records, install_encoder
from faqbot.index.files import FileWriter, Step, builder_lock, no_step, record_file, write_error
from faqbot.index.interface import Contents, Embedding, EncodedPassage, EncoderInfo
from faqbot.index.store import HASH_BYTES, OWN_META, Database, DatabaseWriter, set_meta
from faqbot.index.vectors import FLAT_LIMIT, VectorIndex, write_vectors
from faqbot.index.versions import (
    PARTIAL,
    Version,
    current_database,
    current_name,
    damage,
    milvus_place,
    names_in_use,
    next_stem,
    partials,
    point_to,
    prune,
    read_version,
    refuse_foreign,
    remove_leftovers,
    seal,
    versions,
)

if TYPE_CHECKING:
    from faqbot.index.milvus import MilvusWriter

KEPT = 2  # versions
MOST_QUESTIONS = 1000
LENGTH_TOLERANCE = 1e-3
_ID = re.compile(r"[0-9a-f]{16}")

logger = logging.getLogger(__name__)


def publish(
    index: Path,
    contents: Contents,
    *,
    encoder_folder: Path,
    keep: int = KEPT,
    flat_limit: int = FLAT_LIMIT,
    store: MilvusWriter | None = None,
    step: Step = no_step,
) -> Version:
    """Make the contents the version in use; see VersionBuilder.write."""
    with VersionBuilder(index, step=step) as builder:
        return builder.write(contents, encoder_folder=encoder_folder, keep=keep, flat_limit=flat_limit, store=store)


def add_calibration(index: Path, calibration: Mapping[str, Any], *, keep: int = KEPT, step: Step = no_step) -> Version:
    """Replace the version in use by one with another calibration; see VersionBuilder.calibrate.

    Raises IndexMissingError where there is no index.
    """
    current_name(index)
    with VersionBuilder(index, step=step) as builder:
        return builder.calibrate(calibration, keep=keep)


class KnownTexts:
    """Embeddings that need not be made again: of the version in use, of builds that were killed, and of this one."""

    def __init__(self) -> None:
        self.sources: list[Database | DatabaseWriter] = []

    def find(self, text_hashes: Iterable[bytes]) -> dict[bytes, Embedding]:
        """Return the embeddings of those texts that need not be encoded."""
        missing, found = list(text_hashes), dict[bytes, Embedding]()
        for source in self.sources:
            found |= source.find_texts(missing)
            missing = [each for each in missing if each not in found]
        return found


class VersionBuilder:
    """The right to build an index, held until closed, and what earlier builds left.

    `previous` is the database of the version in use, None where there is none that can be read.
    """

    def __init__(self, index: Path, *, step: Step = no_step) -> None:
        """Raises IndexBusyError while another process builds, IndexWriteError for a folder that cannot be an index."""
        self.index = index
        self._writer = FileWriter(step)
        self._step = step
        refuse_foreign(index)
        self._writer.make_folder(index)
        with ExitStack() as held:
            held.enter_context(builder_lock(index))
            discard_damaged_encoders(index, self._writer)
            self.previous = current_database(index)
            self.known = KnownTexts()
            self.known.sources += [self.previous] if self.previous else []
            self.known.sources += self._unfinished()
            self._held = held.pop_all()

    def calibration_for(self, fingerprint: str) -> dict[str, Any]:
        """Return the calibration of the version in use, nothing if another encoder made that."""
        if not self.previous:
            return {}
        calibration: dict[str, Any] = self.previous.fact("calibration")
        return calibration if self.previous.encoder.fingerprint == fingerprint else {}

    def write(
        self,
        contents: Contents,
        *,
        encoder_folder: Path,
        keep: int = KEPT,
        flat_limit: int = FLAT_LIMIT,
        store: MilvusWriter | None = None,
    ) -> Version:
        """Write the contents as a version and make it the one in use; delete all but the `keep` that served last.

        Passages are read once. Until CURRENT is replaced the old version serves, whatever happens. With more than
        `flat_limit` vectors the search is approximate, its recall measured and recorded. Versions that somebody reads
        are kept. With a `store` the passages are searched there. Raises IndexWriteError where the disk refuses,
        EngineError where the store does not answer; CorpusError, EncoderError or IndexMismatchError for contents that
        cannot be an index.
        """
        if clash := OWN_META & contents.meta.keys():
            raise ValueError(f"{sorted(clash)} are names that the index itself uses in meta")
        remove_leftovers(self.index, self._writer)
        encoder = contents.encoder
        with self._new_version() as paths:
            facts = self._write_database(contents, paths, flat_limit, embedded=store is None)
            if store:
                self._fill(store, paths.partial)
            self._writer.flush(paths.partial)
            self._writer.rename(paths.partial, paths.database)
            install_encoder(self.index, encoder_folder, encoder.fingerprint, self._writer)
            return self._seal(paths, facts, encoder.fingerprint, keep, store)

    def stage(self, encoder: EncoderInfo, passages: Iterable[EncodedPassage]) -> int:
        """Write passages that were encoded elsewhere where the next build takes them; return how many.

        What comes before a kill or an error is kept.
        """
        path, count = self.index / f"{next_stem(self.index)}{PARTIAL}", 0
        writer = DatabaseWriter(path, encoder, step=self._step)
        try:
            for each in passages:
                _check(each, encoder)
                writer.add_passage(each)
                count += 1
        finally:
            writer.abandon()
        return count

    def calibrate(self, calibration: Mapping[str, Any], *, keep: int = KEPT) -> Version:
        """Make a version that differs from the one in use in its calibration only."""
        used = read_version(self.index, current_name(self.index))
        for problem in damage(self.index, used):
            raise IndexDamagedError(problem)
        with self._new_version() as paths:
            self._writer.copy(self.index / f"{used.stem}.db", paths.partial)
            set_meta(paths.partial, "calibration", json.dumps(calibration), step=self._step)
            self._writer.flush(paths.partial)
            self._writer.rename(paths.partial, paths.database)
            if f"{used.stem}.faiss" in used.files:
                self._writer.link(self.index / f"{used.stem}.faiss", paths.vectors)
            facts = {"documents": used.documents, "passages": used.passages}
            return self._seal(paths, facts, used.fingerprint, keep)

    def close(self) -> None:
        """Let others build."""
        self._held.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _fill(self, store: MilvusWriter, database: Path) -> None:
        written = Database(database, connections=1, sealed=False)
        place = store.replace(written)
        del written  # which closes it
        set_meta(database, "milvus", json.dumps(place), step=self._step)

    def _write_database(self, contents: Contents, paths: _Paths, flat_limit: int, *, embedded: bool) -> dict[str, int]:
        encoder = contents.encoder
        writer = DatabaseWriter(paths.partial, encoder, step=self._step)
        self.known.sources.append(writer)
        try:
            for document in contents.documents:
                writer.add_document(document, contents.files.get(document.id))
            for asset in contents.assets:
                writer.add_asset(asset)
            totals = _Totals(encoder.vocabulary_size)
            for encoded in contents.passages:
                _check(encoded, encoder)
                writer.add_passage(encoded)
                totals.add(encoded)
            search: dict[str, Any] = {"kind": "milvus"}
            if embedded:
                self._step(f"write {paths.vectors.name}")
                count, vectors = totals.offsets[-1], writer.vector_batches()
                search = write_vectors(paths.vectors, vectors, count, encoder.dimension, flat_limit=flat_limit)
                self._writer.flush(paths.vectors)
            totals.write(writer)
            facts = {"documents": len(contents.documents), **totals.counts, "search": search}
            for key, value in (("facts", facts), ("source", contents.source), ("calibration", contents.calibration)):
                writer.add_meta(key, json.dumps(value))
            for key, text in contents.meta.items():
                writer.add_meta(key, text)
            writer.commit()
        except BaseException:
            writer.abandon()
            if not writer.resumable:
                _discard(paths.partial, paths.partial.with_name(f"{paths.partial.name}-journal"))
            raise
        return {"documents": len(contents.documents), "passages": len(totals.ids)}

    def _seal(
        self,
        paths: _Paths,
        facts: Mapping[str, int],
        fingerprint: str,
        keep: int,
        store: MilvusWriter | None = None,
    ) -> Version:
        """Write the JSON, compare every byte and open the files as a reader would, and point to the version."""
        own = [path for path in (paths.database, paths.vectors) if path.exists()]
        records = encoder_records(self.index, fingerprint) | {path.name: record_file(path) for path in own}
        version = seal(self.index, paths.database.stem, records, self._writer, **facts, encoder=fingerprint)
        self._writer.flush(self.index)
        self._step("check")
        for problem in damage(self.index, version):
            raise IndexDamagedError(problem)
        try:
            if paths.vectors in own:
                VectorIndex(paths.vectors)
        except IndexDamagedError as error:
            raise write_error(paths.vectors, str(error)) from error
        named = names_in_use(self.index)
        before = [each.id for each in versions(self.index) if each.id in named]
        if store:
            self._step("point the alias")
            store.point(milvus_place(self.index, version)["collection"])
        point_to(self.index, [version.id, *before[: max(keep, 1) - 1]], self._writer)
        self.known.sources.clear()
        for path in partials(self.index):
            with suppress(OSError):
                _discard(path, path.with_name(f"{path.name}-journal"))
        prune(self.index, self._writer)
        if store:
            store.prune(milvus_place(self.index, each).get("collection", "") for each in versions(self.index))
        return version

    def _unfinished(self) -> Iterator[Database]:
        for path in partials(self.index):
            try:
                yield Database(path, connections=1, sealed=False)
            except IndexDamagedError as error:
                logger.warning("%s. Its texts are encoded anew", error)

    @contextmanager
    def _new_version(self) -> Iterator[_Paths]:
        """Where the files of a new version go; after an error they are deleted, unless it came after the switch."""
        stem = next_stem(self.index)
        paths = _Paths(*(self.index / f"{stem}{suffix}" for suffix in (PARTIAL, ".db", ".faiss", ".json")))
        try:
            yield paths
        except BaseException:
            if not any(name.startswith(f"{stem}-") for name in names_in_use(self.index)[:1]):
                _discard(paths.json, paths.database, paths.vectors)
            raise


@dataclass(frozen=True, slots=True)
class _Paths:
    partial: Path
    database: Path
    vectors: Path
    json: Path


@dataclass(slots=True)
class _Totals:
    """What is known of all passages together, gathered while they are written."""

    vocabulary_size: int
    ids: array[int] = field(default_factory=lambda: array("Q"))
    offsets: array[int] = field(default_factory=lambda: array("q", [0]))
    tokens: int = 0
    postings: PostingsBuilder = field(default_factory=PostingsBuilder)
    words: Counter[str] = field(default_factory=Counter)
    questions: dict[str, None] = field(default_factory=dict)
    token_counts: Counter[int] = field(default_factory=Counter)

    def add(self, encoded: EncodedPassage) -> None:
        """Take one more passage into account."""
        text = indexed_text(encoded.passage)
        self.ids.append(int(encoded.passage.id, 16))
        self.offsets.append(self.offsets[-1] + len(encoded.vectors))
        self.tokens += len(encoded.tokens)
        self.postings.add(text)
        self.words.update(surface_words(text))
        if encoded.passage.question:
            self.questions[encoded.passage.question] = None
        self.token_counts.update(set(encoded.token_ids.tolist()))

    @property
    def counts(self) -> dict[str, int]:
        """How many passages, vectors and token embeddings there are."""
        return {"passages": len(self.ids), "vectors": self.offsets[-1], "tokens": self.tokens}

    def write(self, writer: DatabaseWriter) -> None:
        """Add it to the database. Raises CorpusError for an id that occurs twice."""
        ids = np.frombuffer(self.ids, np.uint64) if self.ids else np.empty(0, np.uint64)
        _refuse_twins(ids)
        writer.add_postings(self.postings.postings())
        writer.add_words(self.words)
        writer.add_meta("questions", json.dumps(_spread(list(self.questions), MOST_QUESTIONS)))
        writer.add_array("passage_ids", ids)
        writer.add_array("vector_offsets", np.frombuffer(self.offsets, np.int64))
        token_counts = np.zeros(max(self.vocabulary_size, max(self.token_counts, default=-1) + 1), np.int32)
        token_counts[list(self.token_counts)] = list(self.token_counts.values())
        writer.add_array("token_counts", token_counts)


def _spread(values: Sequence[str], most: int) -> Sequence[str]:
    """At most so many of the values, evenly spread over them."""
    return values[:: max(1, math.ceil(len(values) / most))]


def _check(encoded: EncodedPassage, encoder: EncoderInfo) -> None:
    passage = encoded.passage
    if not _ID.fullmatch(passage.id):
        raise CorpusError(f"Passage id {passage.id!r} found, expected 16 hexadecimal digits. Build the index anew")
    expected = (max(1, len(encoded.vectors)), encoder.dimension)
    if encoded.vectors.shape != expected or encoded.vectors.dtype != np.float32:
        raise _misfit(passage.id, "vectors", encoded.vectors, expected, "float32")
    tokens = (len(encoded.token_ids), encoder.token_dimension)
    if encoded.tokens.shape != tokens or encoded.tokens.dtype != np.int8:
        raise _misfit(passage.id, "tokens", encoded.tokens, tokens, "int8")
    if encoded.text_hashes and [len(each) for each in encoded.text_hashes] != [HASH_BYTES] * len(encoded.vectors):
        raise IndexMismatchError(
            f"Passage {passage.id} has hashes that are not {HASH_BYTES} bytes, one for each vector"
        )
    lengths = np.linalg.norm(encoded.vectors, axis=1)
    if not np.abs(lengths - 1).max() <= LENGTH_TOLERANCE:  # as put, NaN is refused too
        raise EncoderError(
            f"The vectors of passage {passage.id} ({passage.document_id}) have the lengths {lengths.tolist()}, "
            "expected 1. The encoder is damaged or does not normalise: name another model"
        )


def _misfit(passage_id: str, what: str, found: NDArray[np.generic], shape: tuple[int, int], kind: str) -> Exception:
    return IndexMismatchError(
        f"Passage {passage_id} has {what} of shape {found.shape} and type {found.dtype}, expected {shape} and {kind}. "
        "Build the index anew with one encoder"
    )


def _refuse_twins(ids: NDArray[np.uint64]) -> None:
    ordered = np.sort(ids)
    twins = ordered[1:][ordered[1:] == ordered[:-1]]
    if len(twins):
        raise CorpusError(f"Passage id {twins[0]:016x} occurs twice, expected every id once. Build the index anew")


def _discard(*paths: Path) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
