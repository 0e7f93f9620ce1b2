"""Sealing: contents are written aside, flushed, hashed, checked by opening, and then pointed to."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from faqbot.errors import EngineError, IndexDamagedError, IndexMismatchError, IndexMissingError, IndexWriteError
from faqbot.index import layout
from faqbot.index.cache import Cache
from faqbot.index.contents import Contents
from faqbot.index.dense import FLAT_LIMIT
from faqbot.index.derived import write_derived
from faqbot.index.encoded import write_documents, write_passages
from faqbot.index.encoders import install_encoder
from faqbot.index.locks import building, claimed
from faqbot.index.manifest import Manifest, find_problems, name_for, next_number, read_manifest, record_files, serialise
from faqbot.index.opening import current_name, read_generation
from faqbot.index.writing import Writer, no_step

if TYPE_CHECKING:
    from faqbot.index.milvus.keeper import Keeper

_log = logging.getLogger(__name__)


def publish(
    index: Path,
    contents: Contents,
    *,
    encoder_folder: Path,
    keep: int = 2,
    cache: Cache | None = None,
    store: Keeper | None = None,
    flat_limit: int = FLAT_LIMIT,
    on_step: Callable[[str], None] = no_step,
) -> Manifest:
    """Make the contents the generation in use, and delete all but the `keep` newest that have served.

    The passages stream through and are read once. Until the last rename the old generation serves, whatever happens;
    what a build that ended early left behind is deleted by the next. Generations that somebody reads are kept.
    `cache` is the open cache of this build, by whose right it writes; it is emptied once the new generation serves.
    With a `store` the passages go there, and the folder keeps what questions need besides.
    With more than `flat_limit` vectors the search is approximate, its recall measured and recorded.
    Raises IndexBusyError while another process builds, IndexWriteError where the disk refuses, and CorpusError,
    EncoderError or IndexMismatchError for contents that cannot be an index.
    """
    writer = Writer(on_step)
    writer.make_folder(index)
    with nullcontext() if cache else building(index), unsealed(index, writer) as folder:
        install_encoder(index, encoder_folder, contents.encoder.fingerprint, writer)
        documents = write_documents(writer, folder, contents.documents)
        passages, vectors, tokens = write_passages(writer, folder, contents.passages, contents.encoder)
        search = write_derived(writer, folder, contents.encoder, flat_limit=store.flat_limit if store else flat_limit)
        previous = served_name(index)
        kept = store.keep(folder, contents.encoder, vectors, writer, previous) if store else {}
        search = kept.pop("search", search)
        write_calibration(writer, folder, contents.calibration)
        manifest = Manifest(
            id="",
            created="",
            previous=previous,
            encoder=contents.encoder,
            documents=documents,
            passages=passages,
            vectors=vectors,
            tokens=tokens,
            search=search,
            files={},
            notes=contents.notes,
            store=kept,
        )
        manifest = seal(index, folder, manifest, writer, keep, store=store)
        if cache:
            cache.clear()
        with tolerating():
            writer.remove(index / layout.CACHE)
            if store:
                store.keep_embeddings(writer)
        return manifest


@contextmanager
def unsealed(index: Path, writer: Writer) -> Iterator[Path]:
    """An empty folder to write a generation in, once what an earlier build left behind is deleted; it goes again if
    it cannot be sealed."""
    for parent in (index / layout.GENERATIONS, index / layout.ENCODERS):
        writer.make_folder(parent)
    for path in layout.leftovers(index):
        writer.remove(path)
    folder = index / layout.GENERATIONS / layout.UNSEALED
    writer.make_folder(folder)
    try:
        yield folder
    finally:
        writer.forget()
        shutil.rmtree(folder, ignore_errors=True)


def write_calibration(writer: Writer, folder: Path, calibration: dict[str, Any]) -> None:
    """Write what the confidence was calibrated to."""
    writer.write(folder / layout.CALIBRATION, (json.dumps(calibration, indent=1) + "\n").encode())


def seal(
    index: Path, folder: Path, manifest: Manifest, writer: Writer, keep: int, *, store: Keeper | None = None
) -> Manifest:
    """Give a written folder its manifest, check it as a whole, and make it the generation in use."""
    created = datetime.now(UTC).isoformat(timespec="seconds")
    manifest = replace(manifest, created=created, files=record_files(folder))
    content = serialise(manifest)
    manifest = replace(manifest, id=name_for(content, next_number(index)))
    writer.write(folder / layout.MANIFEST, content)
    writer.seal_folder(folder)
    writer.step("check")
    check_written(index, folder, manifest)
    writer.rename(folder, layout.generation_folder(index, manifest.id))
    if store:
        writer.step("point")
        store.point(manifest)
    writer.replace(index / layout.CURRENT, f"{manifest.id}\n".encode("ascii"))
    with tolerating():
        prune(index, writer, keep)
        if store:
            store.prune()
    return manifest


def check_written(index: Path, folder: Path, manifest: Manifest) -> None:
    """Compare every byte of a written folder with its manifest; one that holds its passages is opened, too."""
    if not manifest.store:
        read_generation(index, folder, manifest, hash_limit=max(file.size for file in manifest.files.values()))
        return
    for problem in find_problems(folder, manifest.files, manifest.files).values():
        raise IndexDamagedError(f"{problem}. Run the build again")


@contextmanager
def tolerating() -> Iterator[None]:
    """Go on where what nobody needs cannot be deleted: the new generation serves, the next build tries again."""
    try:
        yield
    except (IndexWriteError, EngineError) as error:
        _log.warning("Not deleted: %s", error)


def served_name(index: Path) -> str:
    """The generation in use, if its manifest can be read; else nothing."""
    try:
        return read_manifest(index, current_name(index)).id
    except (IndexMissingError, IndexDamagedError, IndexMismatchError):
        return ""


def prune(index: Path, writer: Writer, keep: int) -> None:
    """Delete every generation but the one in use and those that served before it, `keep` in all, and those somebody
    reads; then the encoders that none of the rest needs."""
    kept = set(served_names(index)[: max(keep, 1)])
    for folder in (layout.generation_folder(index, name) for name in layout.generation_names(index)):
        if folder.name not in kept:
            with claimed(folder) as free:
                if free:
                    writer.remove(folder)
    try:
        needed = {read_manifest(index, name).encoder.fingerprint for name in layout.generation_names(index)}
    except (IndexDamagedError, IndexMismatchError):  # of one that is still read: its encoder is not known
        return
    for sealed in sorted((index / layout.ENCODERS).glob(f"*/{layout.CHECKSUMS}")):
        if sealed.parent.name not in needed:
            writer.remove(sealed.parent)


def served_names(index: Path) -> list[str]:
    """The generation in use and, newest first, those that served before it and are still there."""
    names: list[str] = []
    name = current_name(index)
    while name and name not in names:
        try:
            previous = read_manifest(index, name).previous
        except (IndexDamagedError, IndexMismatchError):
            break
        names.append(name)
        name = previous
    return names
