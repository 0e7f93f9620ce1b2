"""The versions of an index: CURRENT names the one in use and those before it, a JSON file seals the files of each.

CURRENT                   names, newest use first: <number>-<start of the SHA-256 of its JSON>
LOCK                      held by the process that is building, with its number
000007.json               size and SHA-256 of the files below and of those of its encoder
000007.db, 000007.faiss   SQLite database, FAISS file
000008.partial            database of a build that has not finished
encoders/<fingerprint>/   what encodes questions; kept as long as a version uses it
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from faqbot.errors import IndexDamagedError, IndexMismatchError, IndexMissingError, IndexWriteError
from faqbot.index.files import (
    LOCK,
    FileRecord,
    FileWriter,
    ReadHold,
    Step,
    builder_lock,
    find_damage,
    no_step,
    unread,
)
from faqbot.index.store import Database

FORMAT = 3  # raised when what is written could not be read by an older faqbot, or the other way round
CURRENT = "CURRENT"
ENCODERS = "encoders"
SUMS = "SHA256SUMS"  # in an encoder's folder, as sha256sum writes it
PARTIAL = ".partial"
NAME = re.compile(r"([0-9]{6,})-([0-9a-f]{12})")
_OWN = re.compile(r"[0-9]{6,}\.(json|db|faiss|partial|partial-journal)")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Version:
    """A sealed version. `files` are paths below the index folder; `id` is its name in CURRENT; `created` is in UTC."""

    id: str
    created: str
    documents: int
    passages: int
    fingerprint: str
    files: Mapping[str, FileRecord]

    @property
    def stem(self) -> str:
        """What the names of its own files begin with."""
        return self.id.partition("-")[0]


def current_names(index: Path) -> tuple[str, ...]:
    """Return the names in CURRENT: the version in use, then those that served before, newest first.

    Raises IndexMissingError where there is no index, IndexDamagedError for a lost or damaged CURRENT.
    """
    path = index / CURRENT
    try:
        lines = path.read_bytes().decode("ascii", "replace").splitlines()
    except (FileNotFoundError, NotADirectoryError):
        if version_stems(index):
            reason = "a first build did not end, or the file was lost"
            raise IndexDamagedError(f"{path} is missing: {reason}. {advice(index)}") from None
        raise IndexMissingError(f"No index at {index}. Run: faqbot build corpus --index {index}") from None
    except OSError as error:
        raise IndexDamagedError(f"{path} cannot be read: {error.strerror}. Change its permissions") from None
    if not lines or not all(NAME.fullmatch(line) for line in lines):
        raise IndexDamagedError(f"{path} is damaged: it names no version. {advice(index)}")
    return tuple(lines)


def names_in_use(index: Path) -> tuple[str, ...]:
    """Return the names in CURRENT, none where there is no CURRENT that can be read."""
    with suppress(IndexMissingError, IndexDamagedError):
        return current_names(index)
    return ()


def current_name(index: Path) -> str:
    """Return the name of the version in use. Raises as current_names does."""
    return current_names(index)[0]


def is_index(folder: Path) -> bool:
    """Return whether a folder is an index, sound or not."""
    return (folder / CURRENT).is_file() and bool(version_stems(folder))


def version_stems(index: Path) -> list[str]:
    """Return the numbers of the versions that have a JSON file, as they are written, oldest first."""
    found = [path.stem for path in index.glob("*.json") if _OWN.fullmatch(path.name)]
    return sorted(found, key=int)


def read_version(index: Path, name: str) -> Version:
    """Return one version by its name in CURRENT.

    Raises FileNotFoundError where its JSON is not there, IndexDamagedError where that is not what the name says, and
    IndexMismatchError for an index of another format.
    """
    path = index / f"{name.partition('-')[0]}.json"
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise IndexDamagedError(f"{path} cannot be read: {error.strerror}. {advice(index)}") from None
    if name != _name(path.stem, content):
        raise IndexDamagedError(f"{path} is damaged: its SHA-256 does not begin with {name[-12:]}. {advice(index)}")
    written = json.loads(content)
    if written["format"] != FORMAT:
        age = "an older" if written["format"] < FORMAT else "a newer"
        raise IndexMismatchError(
            f"The index at {index} was made by {age} faqbot in another format; this one reads format {FORMAT}. "
            f"Run: faqbot build CORPUS --index {index}"
        )
    files = {file: FileRecord(**record) for file, record in written["files"].items()}
    return Version(name, written["created"], written["documents"], written["passages"], written["encoder"], files)


def versions(index: Path) -> tuple[Version, ...]:
    """Return every version whose JSON can be read: those in CURRENT first, in its order, then the others."""
    places = {name: place for place, name in enumerate(names_in_use(index))}
    found = []
    for stem in reversed(version_stems(index)):
        with suppress(OSError, ValueError, KeyError, TypeError, IndexDamagedError, IndexMismatchError):
            found.append(read_version(index, _name(stem, (index / f"{stem}.json").read_bytes())))
    return tuple(sorted(found, key=lambda version: places.get(version.id, len(places))))


def damage(index: Path, version: Version, hashed: set[str] | None = None) -> list[str]:
    """Return what is wrong with the files of a version, its encoder's included, with the command that helps."""
    return [f"{problem}. {advice(index)}" for problem in find_damage(index, version.files, hashed).values()]


def verify(index: Path) -> tuple[str, ...]:
    """Return everything that is wrong with an index, one line each with the file and the command; hashes every byte.

    A build that is under way is not wrong. Raises IndexMissingError where there is no index.
    """
    problems: list[str] = []
    current = ""
    try:
        current = current_name(index)
        read_version(index, current)
    except FileNotFoundError as error:
        problems.append(f"{error.filename} is missing. {advice(index)}")
    except (IndexDamagedError, IndexMismatchError) as error:
        problems.append(str(error))
    known: set[str] = set()
    for version in versions(index):
        known |= version.files.keys() | {f"{version.stem}.json"}
        spare = "" if version.id == current else f" (version {version.id} is not in use)"
        with suppress(FileNotFoundError), closing(ReadHold(index / f"{version.stem}.json")):  # else it was just deleted
            problems.extend(problem + spare for problem in damage(index, version))
    own = [path for path in sorted(index.iterdir()) if _OWN.fullmatch(path.name) and PARTIAL not in path.name]
    with unread(index / LOCK) as idle:  # else they may be those of the build
        pass
    for path in own if idle else ():
        if path.name not in known:
            problems.append(f"{path} belongs to no sound version. The next build deletes it")
    return tuple(dict.fromkeys(problems))


def rollback(index: Path, *, to: str = "", token: str = "", step: Step = no_step) -> Version:
    """Point CURRENT to the version named, else to the newest sound one that served before the one in use.

    Where CURRENT is lost, that is the newest sound version. Where its passages are on Milvus, which `token` opens, the
    alias moves first. Raises IndexDamagedError where there is none, and EngineError.
    """
    with builder_lock(index):
        try:
            named = current_names(index)
        except IndexDamagedError:
            named = ("",)
        found = {version.id: version for version in versions(index)}
        for name in [to] if to else [*named[1:], *_before(named[0] or "~", found)]:
            if name in found and not damage(index, found[name]):
                _point_alias(index, found[name], token)
                following = named[named.index(name) + 1 :] if name in named else _before(name, found)
                point_to(index, [name, *(each for each in following if each in found)], FileWriter(step))
                return found[name]
    kind = f"no sound version {to}" if to else "no older sound version"
    raise IndexDamagedError(f"There is {kind} at {index} to go back to. Run: faqbot build CORPUS --index {index}")


def point_to(index: Path, names: Sequence[str], writer: FileWriter) -> None:
    """Replace CURRENT atomically."""
    writer.replace(index / CURRENT, "".join(f"{name}\n" for name in names).encode("ascii"))


def seal(index: Path, stem: str, records: Mapping[str, FileRecord], writer: FileWriter, **facts: object) -> Version:
    """Write the JSON of a version over its files, which must be on the disk; `facts` are Version's other fields."""
    written = {
        "format": FORMAT,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        **facts,
        "files": {name: asdict(record) for name, record in sorted(records.items())},
    }
    content = (json.dumps(written, indent=1) + "\n").encode()
    writer.write(index / f"{stem}.json", content)
    return read_version(index, _name(stem, content))


def prune(index: Path, writer: FileWriter) -> None:
    """Delete versions that CURRENT does not name and nobody reads, files of none, and encoders that none uses.

    What cannot be deleted is logged and tried again by the next build.
    """
    try:
        kept = {name.partition("-")[0] for name in current_names(index)}
        for stem in version_stems(index):
            if stem not in kept:
                with unread(index / f"{stem}.json") as free:
                    for suffix in (".json", ".db", ".faiss") if free else ():
                        writer.remove(index / f"{stem}{suffix}")
        remove_leftovers(index, writer)
        used = {version.fingerprint for version in versions(index)}
        for path in sorted((index / ENCODERS).glob("*/")):
            if path.name.startswith(".") or ((path / SUMS).is_file() and path.name not in used):
                writer.remove(path)
    except IndexWriteError as error:
        logger.warning("Not deleted: %s", error)


def remove_leftovers(index: Path, writer: FileWriter) -> None:
    """Delete files that belong to no version: those of a build that was killed."""
    stems = set(version_stems(index))
    for path in sorted(index.iterdir()):
        if _OWN.fullmatch(path.name) and PARTIAL not in path.suffix and path.stem not in stems:
            writer.remove(path)
    writer.remove(index / f"{CURRENT}.new")


def partials(index: Path) -> list[Path]:
    """Return the databases of builds that did not finish."""
    return sorted(index.glob(f"*{PARTIAL}"))


def next_stem(index: Path) -> str:
    """Return a number that no version or unfinished build has, as it is written."""
    taken = [int(path.name.partition(".")[0]) for path in index.iterdir() if _OWN.fullmatch(path.name)]
    taken += [int(name.partition("-")[0]) for name in names_in_use(index)]
    return f"{1 + max(taken, default=0):06d}"


def refuse_foreign(index: Path) -> None:
    """Raise IndexWriteError for a folder that holds something else under names that an index uses, and deletes."""
    if (index / LOCK).exists() or (index / CURRENT).exists() or not index.is_dir():
        return
    for path in sorted(index.iterdir()):
        if path.name == ENCODERS or _OWN.fullmatch(path.name):
            raise IndexWriteError(f"{index} holds {path.name}, and is no index. Name an empty folder for the index")


def advice(index: Path) -> str:
    """Return the commands that help where a file of an index is damaged."""
    return f"Run: faqbot build CORPUS --index {index} (or: faqbot rollback --index {index})"


def current_database(index: Path) -> Database | None:
    """Return the database of the version in use, None where there is none that can be read."""
    try:
        version = read_version(index, current_name(index))
        database = Database(index / f"{version.stem}.db", connections=1)
        return database if database.encoder else None
    except (OSError, IndexMissingError, IndexMismatchError):
        return None
    except IndexDamagedError as error:
        logger.warning("%s Nothing of this version is used", error)
        return None


def milvus_place(index: Path, version: Version) -> dict[str, Any]:
    """Return where the passages of a version are on Milvus, empty where they are in the index itself."""
    return Database(index / f"{version.stem}.db", connections=1).milvus


def _point_alias(index: Path, version: Version, token: str) -> None:
    place = milvus_place(index, version)
    if place:
        from faqbot.index.milvus import MilvusWriter, read_address

        writer = MilvusWriter(read_address(place["address"]), token=token, owner=place["owner"])
        try:
            writer.point(place["collection"])
        finally:
            writer.close()


def _before(name: str, found: Iterable[str]) -> list[str]:
    """The versions with a lower number, newest first."""
    return sorted((each for each in found if each < name), reverse=True)


def _name(stem: str, content: bytes) -> str:
    return f"{stem}-{hashlib.sha256(content).hexdigest()[:12]}"
