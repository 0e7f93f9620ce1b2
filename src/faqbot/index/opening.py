"""Opening an index: its folder goes in, the generation in use comes out, once its files are what was sealed."""

from pathlib import Path

from faqbot.errors import IndexDamagedError, IndexMismatchError, IndexMissingError
from faqbot.index import layout
from faqbot.index.encoders import checked_encoder
from faqbot.index.generation import Generation
from faqbot.index.locks import ReadLock
from faqbot.index.manifest import (
    BUILD_ADVICE,
    HASH_LIMIT,
    REPAIR_ADVICE,
    Manifest,
    advice,
    find_problems,
    read_manifest,
)


def open_generation(index: Path, *, hash_limit: int = HASH_LIMIT) -> Generation:
    """The generation in use, its files compared with its manifest; keeps it from being deleted until closed.

    Raises IndexMissingError, IndexDamagedError (naming the file and the command) or IndexMismatchError.
    """
    name = current_name(index)
    try:
        lock = ReadLock(layout.generation_folder(index, name))
    except FileNotFoundError:
        if current_name(index) != name:  # it was replaced and deleted just now
            return open_generation(index, hash_limit=hash_limit)
        raise _without_manifest(index, name) from None
    except OSError as error:
        raise IndexDamagedError(f"{error.filename} cannot be read: {error.strerror}. Change its permissions") from None
    try:
        manifest = read_manifest(index, name)
        if manifest.store:
            raise IndexMismatchError(
                f"The index at {index} has its passages at {manifest.store['address']}, and here needs them itself. "
                f"Run: faqbot build CORPUS --index {index} --store embedded"
            )
        checked_encoder(index, manifest.encoder.fingerprint)
        folder = layout.generation_folder(index, name)
        return read_generation(index, folder, manifest, hash_limit=hash_limit, lock=lock)
    except BaseException:
        lock.close()
        raise


def read_generation(
    index: Path, folder: Path, manifest: Manifest, *, hash_limit: int = HASH_LIMIT, lock: ReadLock | None = None
) -> Generation:
    """A generation in any folder, sealed or about to be; IndexDamagedError names a file that is not as recorded."""
    whole = {layout.VECTORS} if manifest.search["kind"] == "flat" else {layout.LISTS}
    checked = frozenset(name for name, file in manifest.files.items() if file.size <= hash_limit or name in whole)
    for name, problem in find_problems(folder, manifest.files, checked).items():
        raise IndexDamagedError(f"{problem}. {advice(index, name)}")
    return Generation(index, folder, manifest, checked, lock)


def current_name(index: Path) -> str:
    """The name of the generation in use; IndexMissingError where there is no index."""
    path = index / layout.CURRENT
    try:
        name = path.read_bytes().strip()
    except (FileNotFoundError, NotADirectoryError):
        if layout.generation_names(index):
            reason = "a first build did not end, or the file was lost. Build again, or use what is there"
            raise IndexDamagedError(f"{path} is missing: {reason}. {REPAIR_ADVICE.format(index=index)}") from None
        raise IndexMissingError(f"No index at {index}. Run: faqbot build corpus --index {index}") from None
    except OSError as error:
        raise IndexDamagedError(f"{path} cannot be read: {error.strerror}. Change its permissions") from None
    if not layout.GENERATION_NAME.fullmatch(name):
        raise IndexDamagedError(f"{path} is damaged: it names no generation. {REPAIR_ADVICE.format(index=index)}")
    return name.decode()


def is_index(folder: Path) -> bool:
    """Whether a folder is an index, sound or not."""
    return (folder / layout.CURRENT).is_file() and (folder / layout.GENERATIONS).is_dir()


def _without_manifest(index: Path, name: str) -> IndexDamagedError:
    folder = layout.generation_folder(index, name)
    if folder.is_dir():
        return IndexDamagedError(f"{folder / layout.MANIFEST} is missing. {BUILD_ADVICE.format(index=index)}")
    pointer = index / layout.CURRENT
    return IndexDamagedError(f"{pointer} names {name}, which is not there. {REPAIR_ADVICE.format(index=index)}")
