"""Changes to a corpus folder that wait to be published, and the undo copy of those published last.

Everything lies in one folder beside the index: `incoming/` holds uploads until they have been read, `files/` new and
changed documents, `removed.json` the ids of removed ones, `undo/` what the last publication replaced. Each step is an
atomic replacement and can be repeated: a process that dies in between loses nothing, and what was not applied still
waits.
"""

import json
import os
import shutil
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from faqbot.config import FILE_NAME
from faqbot.errors import CorpusError
from faqbot.readers import SUFFIXES, discover, suffix_problem
from faqbot.variants import VARIANTS_FILE, add_variants, read_variants, write_variants

MAX_UPLOAD = 20_000_000  # bytes of one request
ENTRIES_FILE = "added-entries.json"
_WINDOWS_NAMES = frozenset(
    ("con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)))
)

Status = Literal["published", "new", "changed", "removed", "skipped"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A document by its id, whether it is published or waiting, and why it is not read, if so."""

    document_id: str
    status: Status
    reason: str = ""


class Staging:
    """The waiting changes of one corpus folder. Methods raise CorpusError, and OSError where the disk refuses."""

    def __init__(self, corpus: Path, folder: Path) -> None:
        self.corpus = corpus.resolve()
        self.folder = folder
        self._files = folder / "files"
        self._incoming = folder / "incoming"
        self._removed = folder / "removed.json"
        self._undo = folder / "undo"
        self._lock = threading.RLock()

    def entries(self) -> tuple[Entry, ...]:
        """Return every document of the corpus folder and of the waiting changes, sorted by id."""
        staged, removed = set(self._staged()), set(self.removed())
        if not self.corpus.is_dir():
            return tuple(Entry(name, "new") for name in sorted(staged))
        found = discover(self.corpus)
        entries = {file.document_id: Entry(file.document_id, "published") for file in found.files}
        entries |= {skip.document_id: Entry(skip.document_id, "skipped", skip.reason) for skip in found.skipped}
        for name in staged:
            there = name in entries or self._within_corpus(name).is_file()
            entries[name] = Entry(name, "changed" if there else "new")
        entries |= {name: Entry(name, "removed") for name in removed if name in entries}
        return tuple(sorted(entries.values(), key=lambda entry: entry.document_id))

    def removed(self) -> tuple[str, ...]:
        """Return the ids of the documents that the next publication removes."""
        return tuple(_read_json(self._removed, []))

    def path(self, document_id: str) -> Path:
        """Return the file of a listed document, the waiting one first. Raises CorpusError for an unknown id."""
        if document_id in self._staged():
            return self._files / document_id
        if any(document_id == entry.document_id and entry.status != "skipped" for entry in self.entries()):
            return self._within_corpus(document_id)
        raise CorpusError(f"There is no document {document_id!r}. Choose one from the list")

    def hold(self, name: str, content: bytes) -> Path:
        """Keep an upload apart, its name checked, until `accept` or `discard`, and return where it lies."""
        document_id = checked_name(name)
        self._within_corpus(document_id)
        path = self._incoming / document_id
        _write(path, content)
        return path

    def accept(self, document_id: str) -> None:
        """Make an upload that is held a waiting change, in place of one of the same name."""
        with self._lock:
            self._files.mkdir(parents=True, exist_ok=True)
            (self._incoming / document_id).replace(self._files / document_id)
            self._set_removed(set(self.removed()) - {document_id})

    def discard(self, document_id: str) -> None:
        """Delete an upload that is held; what waits under its name stays."""
        (self._incoming / document_id).unlink(missing_ok=True)

    def variants(self) -> dict[str, tuple[str, ...]]:
        """Return the question variants that are published or wait, by their question."""
        return read_variants(self._files if (self._files / VARIANTS_FILE).exists() else self.corpus)

    def add_variants(self, question: str, added: Sequence[str]) -> None:
        """Add variants of a question to the waiting variants.yaml."""
        with self._lock:
            self._files.mkdir(parents=True, exist_ok=True)
            write_variants(self._files, add_variants(self.variants(), question, added))

    def add_entry(self, question: str, answer: str, variants: Sequence[str]) -> str:
        """Add a question with its answer to the waiting file of such entries and return that file's id."""
        question, answer = " ".join(question.split()), answer.strip()
        if not question or not answer or len(question) > 500 or len(answer) > 10_000:
            raise CorpusError("A new entry needs a question of up to 500 and an answer of up to 10,000 characters")
        with self._lock:
            staged = self._files / ENTRIES_FILE
            path = staged if staged.exists() else self._within_corpus(ENTRIES_FILE)
            kept = _read_json(path, {"title": "Questions and answers", "pairs": []})
            kept["pairs"].append({"question": question, "answer": answer, "variants": list(variants)})
            _write(staged, json.dumps(kept, ensure_ascii=False, indent=1).encode())
            self._set_removed(set(self.removed()) - {ENTRIES_FILE})
        return ENTRIES_FILE

    def remove(self, document_id: str) -> None:
        """Take a waiting document back, and mark a published one to be removed by the next publication."""
        with self._lock:
            path = self.path(document_id)
            published = self._within_corpus(document_id).is_file()
            if path.is_relative_to(self._files):
                path.unlink()
            if published:
                self._set_removed({*self.removed(), document_id})

    def restore(self, document_id: str) -> None:
        """Drop what waits for a document: its change or its removal."""
        with self._lock:
            if document_id in self._staged():
                (self._files / document_id).unlink()
            self._set_removed(set(self.removed()) - {document_id})

    def merge(self, target: Path) -> Path:
        """Make a folder that holds the corpus as it would be after publication, and return it."""
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        with self._lock:
            removed = set(self.removed())
            for name in self._corpus_files():
                if name not in removed:
                    _link(self.corpus / name, target / name)
            for name in self._staged():
                (target / name).unlink(missing_ok=True)
                _link(self._files / name, target / name)
        return target

    def apply(self, version: str) -> None:
        """Bring the waiting changes into the corpus folder, and keep what they replace as the undo copy."""
        with self._lock:
            staged, removed = self._staged(), self.removed()
            undo = _read_json(self._undo / "undo.json", {})
            if undo.get("complete", True):  # else this goes on where a process died
                shutil.rmtree(self._undo, ignore_errors=True)
                undo = {"documents": {}}
            for name in (*staged, *removed):
                if name not in undo["documents"]:
                    before = self._within_corpus(name)
                    if before.is_file():
                        _write(self._undo / "files" / name, before.read_bytes())
                    undo["documents"][name] = before.is_file()
            undo |= {"version": version, "complete": False}
            self._write_undo(undo)
            for name in staged:
                _write(self._within_corpus(name), (self._files / name).read_bytes())
                (self._files / name).unlink()
            for name in removed:
                self._within_corpus(name).unlink(missing_ok=True)
            self._set_removed(set())
            self._write_undo(undo | {"complete": True})

    def undoable(self) -> str:
        """Return the index version whose publication can be undone, empty if there is none."""
        return str(_read_json(self._undo / "undo.json", {}).get("version", ""))

    def interrupted(self) -> Literal["", "publishing", "rolling back"]:
        """Return what a process was doing to the corpus folder when it died, empty if it was nothing."""
        undo = _read_json(self._undo / "undo.json", {})
        if undo.get("undoing"):
            return "rolling back"
        return "" if undo.get("complete", True) else "publishing"

    def begin_undo(self) -> None:
        """Note that the last publication is being undone, before the index goes back to its version."""
        with self._lock:
            self._write_undo(_read_json(self._undo / "undo.json", {}) | {"undoing": True})

    def undo(self) -> None:
        """Bring the corpus folder back to what it was; what was published waits again."""
        with self._lock:
            undo = _read_json(self._undo / "undo.json", {})
            if not undo:
                raise CorpusError("There is no publication to roll back. Publish something first")
            for name, existed in list(undo["documents"].items()):
                now = self._within_corpus(name)
                if now.is_file() and name not in self._staged():
                    _write(self._files / name, now.read_bytes())
                if not now.is_file() and existed:
                    self._set_removed({*self.removed(), name})
                if existed:
                    _write(now, (self._undo / "files" / name).read_bytes())
                else:
                    now.unlink(missing_ok=True)
                del undo["documents"][name]
                self._write_undo(undo)
            shutil.rmtree(self._undo)

    def _staged(self) -> list[str]:
        found = (path for path in self._files.rglob("*") if path.is_file() and not path.name.startswith("."))
        return sorted(path.relative_to(self._files).as_posix() for path in found)

    def _corpus_files(self) -> Iterator[str]:
        """The files of the corpus folder that a build may read: none that is hidden or leads out of the folder."""
        for folder, inner, names in os.walk(self.corpus):
            inner[:] = [name for name in inner if not name.startswith(".")]
            for name in names:
                path = Path(folder) / name
                if not name.startswith(".") and path.is_file() and path.resolve().is_relative_to(self.corpus):
                    yield path.relative_to(self.corpus).as_posix()

    def _within_corpus(self, document_id: str) -> Path:
        """The place of a document below the corpus folder. Raises CorpusError for one that lies elsewhere."""
        path = self.corpus / document_id
        inside = PurePosixPath(document_id)
        if inside.is_absolute() or ".." in inside.parts or not path.parent.resolve().is_relative_to(self.corpus):
            raise CorpusError(f"{document_id!r} lies outside the corpus folder. Choose another name")
        if path.is_symlink() and not path.resolve().is_relative_to(self.corpus):
            raise CorpusError(f"{document_id!r} is a link to a file outside the corpus folder. Choose another name")
        return path

    def _set_removed(self, names: set[str]) -> None:
        if set(self.removed()) != names:
            _write(self._removed, json.dumps(sorted(names)).encode())

    def _write_undo(self, undo: dict[str, Any]) -> None:
        _write(self._undo / "undo.json", json.dumps(undo).encode())


def checked_name(name: str) -> str:
    """Return the name of an upload. Raises CorpusError for one that is no plain file name of a kind that is read."""
    suffix = PurePosixPath(name).suffix.casefold()
    if name != PurePosixPath(name).name or "\\" in name or not name.isprintable() or len(name.encode()) > 200:
        raise CorpusError(f"{name[:80]!r} is no plain file name. Rename the file")
    if name.startswith((".", "~")) or name.endswith((".", " ")) or ":" in name:
        raise CorpusError(f"{name!r} is a hidden or special name. Rename the file")
    if name.casefold().partition(".")[0].strip() in _WINDOWS_NAMES:
        raise CorpusError(f"{name!r} is the name of a device on Windows. Rename the file")
    if name.casefold() in (FILE_NAME, VARIANTS_FILE):
        raise CorpusError(f"{name} holds settings, which are changed on the server. Upload documents only")
    if suffix not in SUFFIXES:
        raise CorpusError(f"{name!r} cannot be read: {suffix_problem(suffix)}")
    return name


def _write(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all, and is on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    partial.unlink(missing_ok=True)
    with partial.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def _link(source: Path, target: Path) -> None:
    """Make a second name for a file, or a copy where there can be none."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source.resolve(), target)
    except OSError:
        shutil.copyfile(source, target)


def _read_json(path: Path, default: Any) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return default
    except ValueError as error:
        raise CorpusError(f"{path} is damaged ({error}). Repair it or move it away") from None
