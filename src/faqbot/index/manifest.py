"""What a sealed generation says of itself: a Manifest is written last, read first, and its files held against it."""

import hashlib
import json
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from faqbot.errors import IndexDamagedError, IndexMismatchError
from faqbot.index import layout
from faqbot.index.contents import EncoderCard

FORMAT = 1  # raised when an older faqbot could not read what a newer one writes, or the other way round
HASH_LIMIT = 256 << 20  # larger files are compared by size when opened, and row by row when read
HASH_THREADS = 4
BUILD_ADVICE = "Run: faqbot build CORPUS --index {index} (or: faqbot rollback --index {index})"
REPAIR_ADVICE = "Run: faqbot repair --index {index}"


@dataclass(frozen=True, slots=True)
class FileRecord:
    """What a file was when it was sealed."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """A generation's own account. `id` is its folder's name and is not written, for it holds the manifest's digest.

    `previous` is the generation that served before. `search` tells how vectors are searched ("kind" is "flat" or
    "ivf", on an engine "flat" or "hnsw"; all but flat with the measured recall). `created` is ISO 8601 in UTC. `store`
    is empty, or says where the passages are if they are not in the folder.
    """

    id: str
    created: str
    previous: str
    encoder: EncoderCard
    documents: int
    passages: int
    vectors: int
    tokens: int
    search: Mapping[str, Any]
    files: Mapping[str, FileRecord]
    notes: Mapping[str, Any] = field(default_factory=dict)
    format: int = FORMAT
    store: Mapping[str, Any] = field(default_factory=dict)


def serialise(manifest: Manifest) -> bytes:
    """The bytes of manifest.json."""
    written = asdict(manifest)
    del written["id"]
    if not manifest.store:
        del written["store"]
    return (json.dumps(written, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def name_for(content: bytes, number: int) -> str:
    """The name of the generation whose manifest has this content: a number that grows, and its digest."""
    return f"{number:06d}-{hashlib.sha256(content).hexdigest()[:12]}"


def read_manifest(index: Path, name: str) -> Manifest:
    """The manifest of one generation.

    Raises IndexDamagedError where it is missing or not what its folder's name says, IndexMismatchError where it is
    of another format.
    """
    path = layout.generation_folder(index, name) / layout.MANIFEST
    build = BUILD_ADVICE.format(index=index)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise IndexDamagedError(f"{path} is missing. {build}") from None
    except OSError as error:
        raise IndexDamagedError(f"{path} cannot be read: {error.strerror}. {build}") from None
    if name != name_for(content, _number(name)):
        raise IndexDamagedError(f"{path} is damaged: its SHA-256 does not begin with {name[-12:]}. {build}")
    written = json.loads(content)
    if written.get("format") != FORMAT:
        age = "an older" if written.get("format", 0) < FORMAT else "a newer"
        raise IndexMismatchError(
            f"The index at {index} has format {written.get('format')}, made by {age} faqbot; "
            f"this one reads format {FORMAT}. Run: faqbot build CORPUS --index {index}"
        )
    files = {file: FileRecord(**record) for file, record in written.pop("files").items()}
    return Manifest(id=name, files=files, encoder=EncoderCard(**written.pop("encoder")), **written)


def next_number(index: Path) -> int:
    """A number that no generation has borne."""
    return 1 + max((_number(name) for name in layout.generation_names(index)), default=0)


def record_files(folder: Path) -> dict[str, FileRecord]:
    """Every file of a folder, with what identifies it."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    with ThreadPoolExecutor(HASH_THREADS) as pool:
        return dict(zip((path.relative_to(folder).as_posix() for path in paths), pool.map(_record, paths), strict=True))


def find_problems(folder: Path, files: Mapping[str, FileRecord], hashed: Collection[str]) -> dict[str, str]:
    """What is wrong with each file that is not as recorded; those not in `hashed` are compared by size only."""
    with ThreadPoolExecutor(HASH_THREADS) as pool:
        found = pool.map(lambda name: _problem(folder / name, files[name], name in hashed), files)
        return {name: problem for name, problem in zip(files, found, strict=True) if problem}


def advice(index: Path, name: str) -> str:
    """The command that brings a file of a generation back."""
    return (REPAIR_ADVICE if layout.is_derived(name) else BUILD_ADVICE).format(index=index)


def _number(name: str) -> int:
    digits = name.partition("-")[0]
    return int(digits) if digits.isdecimal() else 0


def _record(path: Path) -> FileRecord:
    with path.open("rb") as file:
        return FileRecord(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def _problem(path: Path, expected: FileRecord, hashed: bool) -> str:
    if not path.is_file():
        return f"{path} is missing"
    size = path.stat().st_size
    if size != expected.size:
        return f"{path} is damaged: it has {size} bytes, expected {expected.size}"
    try:
        same = not hashed or _record(path) == expected
    except OSError as error:
        return f"{path} cannot be read: {error.strerror}"
    return "" if same else f"{path} is damaged: its content is not what was sealed (SHA-256)"
