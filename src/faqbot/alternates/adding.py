"""A file of the corpus and new wordings of one of its questions go in; the file with them comes out.

Its other bytes are kept, comments and order too. A file of question-answer pairs in YAML takes them below its pair, a
Markdown file in its front matter.
"""

from __future__ import annotations

import difflib
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from faqbot.alternates.front_matter import with_front_matter
from faqbot.alternates.pairs import with_pair
from faqbot.alternates.targets import Target
from faqbot.errors import CorpusError, ReadError
from faqbot.readers import read
from faqbot.types import Document, Pair

_EDITORS = {".yaml": with_pair, ".yml": with_pair, ".md": with_front_matter, ".markdown": with_front_matter}


@dataclass(frozen=True, slots=True)
class Edit:
    """A change to one file of the corpus that is not made yet; `document` is what the file then reads as."""

    path: Path
    before: bytes
    after: bytes
    document: Document

    def diff(self) -> str:
        """The change as a unified diff."""
        before, after = (content.decode("utf-8").split("\n") for content in (self.before, self.after))
        return "\n".join(difflib.unified_diff(before, after, str(self.path), str(self.path), lineterm=""))

    def write(self) -> None:
        """Make the change, all of it or nothing. Raises CorpusError, also where somebody changed the file meanwhile."""
        try:
            if self.path.read_bytes() != self.before:
                raise CorpusError(f"{self.path} was changed meanwhile. Run the command again")
            _replace(self.path.resolve(), self.after)
        except OSError as error:
            raise CorpusError(f"{self.path} cannot be written: {error.strerror}. It is as it was") from None


def add_wordings(path: Path, target: Target, wordings: Sequence[str]) -> Edit:
    """The edit that adds other ways to ask a question to the file it is in; the file is not touched.

    Raises CorpusError for a file of another format, or one in which there is no place that is sure to be right.
    """
    editor = _EDITORS.get(path.suffix.casefold())
    if editor is None:
        raise CorpusError(f"{path} is neither YAML nor Markdown. Add there by hand: {'; '.join(wordings)}")
    before = _content(path)
    old = _read(path, before, target.document_id)
    text = before.decode("utf-8")
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    try:
        after = (mark + editor(text.removeprefix(mark), target.pair.question, wordings)).encode("utf-8")
    except CorpusError as error:
        raise CorpusError(f"{path}: {error}. Add there by hand: {'; '.join(wordings)}") from None
    new = _read(path, after, target.document_id)
    if new != _expected(old, target.pair, wordings):
        raise CorpusError(f"{path} would not read as it should with them. Add there by hand: {'; '.join(wordings)}")
    return Edit(path, before, after, new)


def _content(path: Path) -> bytes:
    try:
        content = path.read_bytes()
        content.decode("utf-8")
    except OSError as error:
        raise CorpusError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise CorpusError(f"{path} is not UTF-8. Save it as UTF-8 first") from None
    return content


def _read(path: Path, content: bytes, document_id: str) -> Document:
    """What a file of this name would read as with this content."""
    with tempfile.TemporaryDirectory(prefix="faqbot-") as folder:
        copy = Path(folder) / f"document{path.suffix}"
        copy.write_bytes(content)
        try:
            return read(copy, document_id=document_id)
        except ReadError as error:
            raise CorpusError(f"{path} cannot be read: {error}") from None


def _expected(old: Document, pair: Pair, wordings: Sequence[str]) -> Document:
    """The document as it was, with nothing but the other ways to ask added to one pair."""
    ways = tuple(dict.fromkeys((*pair.alternates, *wordings)))
    pairs = tuple(replace(each, alternates=ways) if each == pair else each for each in old.pairs)
    return replace(old, pairs=pairs)


def _replace(path: Path, content: bytes) -> None:
    """The new content under the old name, in one step; whatever stops it leaves the old."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    aside = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(path, aside)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
