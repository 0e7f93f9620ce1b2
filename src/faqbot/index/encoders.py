"""Encoders in an index: a folder that was exported goes in, the same files, sealed, come out."""

import json
from pathlib import Path

from faqbot.errors import IndexDamagedError
from faqbot.index import layout
from faqbot.index.manifest import (
    BUILD_ADVICE,
    FileRecord,
    find_problems,
    write_checksums,
)
from faqbot.index.writing import Writer


def install_encoder(index: Path, source: Path, fingerprint: str, writer: Writer) -> Path:
    """Copy an exported encoder to encoders/<fingerprint>, unless it lies there whole; returns that folder."""
    target = layout.encoder_folder(index, fingerprint)
    if not encoder_problems(index, fingerprint) or source.resolve() == target.resolve():
        return checked_encoder(index, fingerprint)
    aside = target.with_name(layout.UNSEALED)
    writer.make_folder(aside)
    for path in sorted(path for path in source.rglob("*") if path.is_file() and path.name != layout.CHECKSUMS):
        copy = aside / path.relative_to(source)
        writer.make_folder(copy.parent)
        writer.copy(path, copy)
    write_checksums(writer, aside, fingerprint=fingerprint)
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


def encoder_problems(index: Path, fingerprint: str) -> tuple[str, ...]:
    """What is wrong with an installed encoder, nothing if it is whole."""
    folder = layout.encoder_folder(index, fingerprint)
    path = folder / layout.CHECKSUMS
    if not path.is_file():
        return (f"{path} is missing",)
    try:
        sealed = json.loads(path.read_bytes())
        files = {name: FileRecord(**record) for name, record in sealed["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return (f"{path} is damaged: it is not a list of checksums",)
    if sealed.get("fingerprint") != fingerprint:
        return (f"{path} is that of another encoder: {sealed.get('fingerprint')}, expected {fingerprint}",)
    return tuple(find_problems(folder, files, files).values())
