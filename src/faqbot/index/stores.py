"""Where an index keeps its passages: a folder and what a person says of it go in, what reads or writes it comes out."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from faqbot.errors import EngineError, IndexDamagedError, IndexMismatchError, IndexMissingError
from faqbot.index import layout
from faqbot.index.dense import FLAT_LIMIT
from faqbot.index.encoders import checked_encoder
from faqbot.index.locks import ReadLock
from faqbot.index.manifest import Manifest, advice, find_problems, read_manifest
from faqbot.index.opening import current_name, open_generation
from faqbot.index.records import Records, decode_document
from faqbot.index.rows import Rows, files_of
from faqbot.types import Document

if TYPE_CHECKING:
    from faqbot.index.milvus.engine import Engine
    from faqbot.index.milvus.keeper import Keeper
    from faqbot.index.seam import Served

EMBEDDED = "embedded"

_log = logging.getLogger(__name__)


def open_index(index: Path, *, store: str = "", token: str = "", timeout: float = 5.0) -> Served:
    """The generation in use, wherever its passages are; `store` says where, if not where the index was built to.

    An engine that does not answer is asked again with every question; one that lacks what it should hold is an error.
    Raises IndexMissingError, IndexDamagedError, IndexMismatchError or SettingsError.
    """
    manifest = read_manifest(index, current_name(index))
    place = _place(index, manifest, store)
    if not place:
        return open_generation(index)
    return _open_on_milvus(index, manifest, place=place, token=token, timeout=timeout)


def store_of(index: Path, store: str) -> str:
    """Where a build puts passages: what was said, else where they are, else nowhere but into the index."""
    if store:
        return "" if store == EMBEDDED else _normal(store)
    try:
        return str(read_manifest(index, current_name(index)).store.get("address", ""))
    except (IndexMissingError, IndexDamagedError, IndexMismatchError):
        return ""


def calibration_of(index: Path, fingerprint: str) -> dict[str, Any]:
    """The calibration of the generation in use, nothing if it was made with another encoder.

    Raises IndexMissingError, IndexDamagedError or IndexMismatchError.
    """
    manifest = read_manifest(index, current_name(index))
    folder, names = layout.generation_folder(index, manifest.id), [layout.CALIBRATION]
    for problem in find_problems(folder, {name: manifest.files[name] for name in names}, names).values():
        raise IndexDamagedError(f"{problem}. {advice(index, layout.CALIBRATION)}")
    if manifest.encoder.fingerprint != fingerprint:
        return {}
    calibration: dict[str, Any] = json.loads((folder / layout.CALIBRATION).read_bytes())
    return calibration


def documents_of(index: Path) -> Sequence[Document]:
    """Every document of the generation in use, wherever its passages are.

    Raises IndexMissingError, IndexDamagedError or IndexMismatchError.
    """
    manifest = read_manifest(index, current_name(index))
    folder, names = layout.generation_folder(index, manifest.id), files_of(layout.DOCUMENTS)
    for name, problem in find_problems(folder, {name: manifest.files[name] for name in names}, names).items():
        raise IndexDamagedError(f"{problem}. {advice(index, name)}")
    return Records(Rows(folder, layout.DOCUMENTS, checked=True, advice=""), decode_document)


def keeper_of(index: Path, store: str, *, token: str = "", flat_limit: int = FLAT_LIMIT) -> Keeper | None:
    """What puts a build's passages where they belong, None where that is the index itself. Raises SettingsError."""
    place = store_of(index, store)
    return _keeper(index, place, token, flat_limit) if place else None


def keeper_for(index: Path, manifest: Manifest, *, store: str = "", token: str = "") -> Keeper | None:
    """What looks after a generation's passages, None where they are in its folder. Raises IndexMismatchError."""
    place = _place(index, manifest, store)
    return _keeper(index, place, token, FLAT_LIMIT) if place else None


def _keeper(index: Path, place: str, token: str, flat_limit: int) -> Keeper:
    from faqbot.index.milvus.address import read_address
    from faqbot.index.milvus.keeper import Keeper

    return Keeper(index, read_address(place), token=token, flat_limit=flat_limit)


def _normal(store: str) -> str:
    from faqbot.index.milvus.address import read_address

    return str(read_address(store))


def _place(index: Path, manifest: Manifest, store: str) -> str:
    """Where a generation's passages are reached: where `store` says, else where they were built to; "" for its folder.

    Raises IndexMismatchError for a place where they cannot be.
    """
    built = str(manifest.store.get("address", ""))
    if not built and store not in ("", EMBEDDED):
        raise IndexMismatchError(
            f"The index at {index} holds its passages itself, not {store}. "
            f"Leave --store out, or run: faqbot build CORPUS --index {index} --store {store}"
        )
    if built and store == EMBEDDED:
        raise IndexMismatchError(
            f"The index at {index} keeps its passages at {built}. "
            f"Leave --store out, or run: faqbot build CORPUS --index {index} --store {EMBEDDED}"
        )
    if built and store and _alias(store) != _alias(built):
        raise IndexMismatchError(
            f"The index at {index} keeps its passages under the name {_alias(built)}, not {_alias(store)}. "
            f"Name the same collections with --store, or run: faqbot build CORPUS --index {index} --store {store}"
        )
    return (store or built) if built else ""


def _alias(place: str) -> str:
    from faqbot.index.milvus.address import read_address

    return read_address(place).alias


def _open_on_milvus(index: Path, manifest: Manifest, *, place: str, token: str, timeout: float) -> Served:
    from faqbot.index.milvus.address import read_address
    from faqbot.index.milvus.engine import Engine
    from faqbot.index.milvus.generation import MilvusGeneration

    engine = Engine(read_address(place), token=token, timeout=timeout)
    lock = None
    try:
        manifest = _pointed_to(index, manifest, engine)
        lock = ReadLock(layout.generation_folder(index, manifest.id))
        checked_encoder(index, manifest.encoder.fingerprint)
        folder = layout.generation_folder(index, manifest.id)
        for name, problem in find_problems(folder, manifest.files, manifest.files).items():
            raise IndexDamagedError(f"{problem}. {advice(index, name)}")
        generation = MilvusGeneration(index, folder, manifest, engine, lock)
        _check(generation)
    except BaseException:
        engine.close()
        if lock is not None:
            lock.close()
        raise
    return generation


def _pointed_to(index: Path, manifest: Manifest, engine: Engine) -> Manifest:
    """The generation whose collection the alias points to: the one in use, unless a build or rollback was cut short."""
    from faqbot.index.milvus import pairs

    try:
        collection = pairs.pointed_to(engine, engine.address.alias)
    except EngineError as error:
        _log.warning("%s", error)
        return manifest
    if collection == manifest.store["collection"]:
        return manifest
    for name in reversed(layout.generation_names(index)):
        other = read_manifest(index, name)
        if other.store.get("collection") == collection:
            return other
    if not collection:
        raise IndexMissingError(
            f"{engine.address} holds no {engine.address.alias}. Run: faqbot build CORPUS --index {index}"
        )
    raise IndexMismatchError(
        f"{engine.address} serves {collection}, the index at {index} was built with {manifest.store['collection']}. "
        f"Copy the index folder that was built last, or run: faqbot rollback --index {index}"
    )


def _check(generation: Served) -> None:
    try:
        generation.check()
    except EngineError as error:
        _log.warning("%s", error)
