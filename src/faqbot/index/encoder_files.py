"""Exported encoders as folders: installed in an index, and kept in the user's cache for the next one.

SHA256SUMS in each folder lists its files as sha256sum does, so that a damaged one is not taken for what was exported.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

from faqbot.errors import IndexBusyError, IndexDamagedError, IndexWriteError
from faqbot.index.files import FileRecord, FileWriter, builder_lock, find_damage, no_step, record_file
from faqbot.index.versions import ENCODERS, SUMS, advice

UNFINISHED = ".new"

logger = logging.getLogger(__name__)


def encoder_folder(index: Path, fingerprint: str) -> Path:
    """Return the folder of an encoder."""
    return index / ENCODERS / fingerprint


def encoder_records(index: Path, fingerprint: str) -> dict[str, FileRecord]:
    """Return what the files of an installed encoder are when they are whole, by their paths below the index."""
    folder = encoder_folder(index, fingerprint)
    records = {SUMS: record_file(folder / SUMS)}
    records |= {name: FileRecord((folder / name).stat().st_size, sha256) for name, sha256 in _sums(folder).items()}
    return {(folder / name).relative_to(index).as_posix(): record for name, record in records.items()}


def _sums(folder: Path) -> dict[str, str]:
    lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    return {name: sha256 for sha256, _, name in (line.partition("  ") for line in lines)}


def install_encoder(index: Path, source: Path, fingerprint: str, writer: FileWriter) -> None:
    """Copy an exported encoder to encoders/<fingerprint>, unless it is there: it was whole when the build began."""
    target = encoder_folder(index, fingerprint)
    if (target / SUMS).is_file():
        return
    if source.resolve() == target.resolve():
        raise IndexDamagedError(f"{target / SUMS} is missing. {advice(index)}")
    aside = target.with_name(UNFINISHED)
    if aside.exists():
        writer.remove(aside)
    lines = []
    for path in sorted(path for path in source.rglob("*") if path.is_file() and path.name != SUMS):
        copy = aside / path.relative_to(source)
        writer.make_folder(copy.parent)
        writer.copy(path, copy)
        lines.append(f"{record_file(copy).sha256}  {path.relative_to(source).as_posix()}\n")
    writer.write(aside / SUMS, "".join(lines).encode())
    for folder in (*(path for path in aside.rglob("*") if path.is_dir()), aside):
        writer.flush(folder)
    if target.exists():
        writer.remove(target)
    writer.rename(aside, target)


def encoder_damage(index: Path, fingerprint: str) -> str:
    """Return what is wrong with an installed encoder, "" if it is whole."""
    folder = encoder_folder(index, fingerprint)
    try:
        records = encoder_records(index, fingerprint)
    except FileNotFoundError as error:
        return f"{error.filename} is missing"
    except (OSError, ValueError) as error:
        return f"{folder / SUMS} is damaged ({error})"
    problems = list(find_damage(index, records).values())
    present = {path.relative_to(index).as_posix() for path in folder.rglob("*") if path.is_file()}
    problems += [f"{index / name} is not in {SUMS}" for name in sorted(present - records.keys())]
    return "; ".join(problems[:1])


def encoder_folders(index: Path, kept: str) -> Iterator[Path]:
    """Yield where exported encoders are: in an index, then in the folder where they are kept, whole ones only."""
    yield index / ENCODERS
    folder = Path(kept).expanduser()
    if not kept or not (folder / ENCODERS).is_dir():
        return
    try:
        with builder_lock(folder):
            discard_damaged_encoders(folder, FileWriter(no_step))
    except (IndexBusyError, IndexWriteError) as error:
        logger.info("Encoders kept at %s are not used: %s", folder, error)
    else:
        yield folder / ENCODERS


def keep_encoder(kept: str, source: Path, fingerprint: str) -> None:
    """Keep an exported encoder for other indexes; where that cannot be, the next index exports it again."""
    if not kept:
        return
    folder = Path(kept).expanduser()
    try:
        writer = FileWriter(no_step)
        writer.make_folder(folder)
        with builder_lock(folder):
            writer.make_folder(folder / ENCODERS)
            install_encoder(folder, source, fingerprint, writer)
    except (IndexBusyError, IndexWriteError) as error:
        logger.info("The encoder is not kept at %s: %s", folder, error)


def discard_damaged_encoders(index: Path, writer: FileWriter) -> None:
    """Delete encoders that are not whole, before a build takes one of them for what it was."""
    for folder in sorted((index / ENCODERS).glob("[!.]*/")):
        problem = encoder_damage(index, folder.name)
        if problem:
            logger.warning("%s. The encoder is exported anew", problem)
            writer.remove(folder)
