"""Encoders in an index: a folder that was exported goes in, the same files, sealed, come out."""

import hashlib
import json
import logging
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from faqbot.errors import IndexBusyError, IndexDamagedError, IndexWriteError
from faqbot.index import layout
from faqbot.index.locks import building
from faqbot.index.manifest import (
    BUILD_ADVICE,
    FileRecord,
    find_problems,
    record_files,
)
from faqbot.index.writing import Writer, no_step

_log = logging.getLogger(__name__)


def install_encoder(index: Path, source: Path, fingerprint: str, writer: Writer) -> Path:
    """Copy an exported encoder to encoders/<fingerprint>, unless it lies there whole; returns that folder."""
    target = layout.encoder_folder(index, fingerprint)
    if not encoder_problems(index, fingerprint):
        return target
    if source.resolve() == target.resolve():
        return checked_encoder(index, fingerprint)  # which says what is wrong with it
    aside = target.with_name(layout.UNSEALED)
    writer.make_folder(aside)
    for path in sorted(path for path in source.rglob("*") if path.is_file() and path.name != layout.CHECKSUMS):
        copy = aside / path.relative_to(source)
        writer.make_folder(copy.parent)
        writer.copy(path, copy)
    writer.write(aside / layout.CHECKSUMS, _checksums(aside, fingerprint))
    for folder in (*(path for path in aside.rglob("*") if path.is_dir()), aside):
        writer.seal_folder(folder)
    if target.exists():
        writer.remove(target)
    writer.rename(aside, target)
    return checked_encoder(index, fingerprint)


def checked_encoder(index: Path, fingerprint: str) -> Path:
    """The folder of an encoder whose files are as they were installed; else IndexDamagedError names the file."""
    problems = encoder_problems(index, fingerprint)
    if problems:
        raise IndexDamagedError(f"{problems[0]}. {BUILD_ADVICE.format(index=index)}")
    return layout.encoder_folder(index, fingerprint)


def installed_encoder(index: Path, fingerprint: str) -> Path | None:
    """The folder of an encoder that lies in the index whole, None if it must be exported."""
    return None if encoder_problems(index, fingerprint) else layout.encoder_folder(index, fingerprint)


def encoder_folders(index: Path, kept: str) -> Iterator[Path]:
    """Where exported encoders lie: in an index, then in the folder where they are kept for others, whole ones only."""
    yield index / layout.ENCODERS
    folder = Path(kept).expanduser()
    if not kept or not (folder / layout.ENCODERS).is_dir():
        return
    try:
        with building(folder):
            discard_damaged(folder, Writer(no_step))
    except (IndexBusyError, IndexWriteError) as error:
        _log.info("Encoders kept at %s are not used: %s", folder, error)
    else:
        yield folder / layout.ENCODERS


def keep_encoder(kept: str, source: Path, fingerprint: str) -> None:
    """Keep an exported encoder for other indexes; where that cannot be, the next index exports it again."""
    if not kept:
        return
    folder = Path(kept).expanduser()
    try:
        Writer(no_step).make_folder(folder)
        with building(folder):
            install_encoder(folder, source, fingerprint, Writer(no_step))
    except (IndexBusyError, IndexWriteError) as error:
        _log.info("The encoder is not kept at %s: %s", folder, error)


def discard_damaged(index: Path, writer: Writer) -> None:
    """Delete encoders that are not whole, before a build takes one of them for what it was."""
    for folder in sorted((index / layout.ENCODERS).glob("[!.]*/")):
        problems = encoder_problems(index, folder.name)
        if problems:
            _log.warning("%s. The encoder is exported anew", problems[0])
            writer.remove(folder)


def encoder_problems(index: Path, fingerprint: str) -> tuple[str, ...]:
    """What is wrong with an installed encoder, nothing if it is whole."""
    folder = layout.encoder_folder(index, fingerprint)
    path = folder / layout.CHECKSUMS
    if not path.is_file():
        return (f"{path} is missing",)
    content, _, digest = path.read_bytes().rpartition(b"\n")
    if digest != _digest(content):
        return (f"{path} is damaged: its second line is not the SHA-256 of its first",)
    sealed = json.loads(content)
    if sealed["fingerprint"] != fingerprint:
        return (f"{path} is that of another encoder: {sealed['fingerprint']}, expected {fingerprint}",)
    files = {name: FileRecord(**record) for name, record in sealed["files"].items()}
    return tuple(find_problems(folder, files, files).values())


def _checksums(folder: Path, fingerprint: str) -> bytes:
    """Two lines: JSON with the record of every file, and the SHA-256 of that line."""
    files = {name: asdict(record) for name, record in record_files(folder).items()}
    content = json.dumps({"fingerprint": fingerprint, "files": files}).encode()
    return content + b"\n" + _digest(content)


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()
