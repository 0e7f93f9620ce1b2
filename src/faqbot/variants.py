"""Question variants of a corpus: `variants.yaml` in its root, read, extended, written, and merged into documents."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from faqbot.errors import CorpusError, need
from faqbot.types import Document, Pair

if TYPE_CHECKING:
    import yaml

VARIANTS_FILE = "variants.yaml"  # settings of a corpus, never read as a document
MAX_BYTES = 5_000_000

_HEADER = (
    "# Question variants: other ways to ask a question of this corpus. `faqbot build` merges them into its entries.\n"
    "# Written by `faqbot unanswered --promote`, which keeps entries that people add here but no comments.\n"
)
_WORD = re.compile(r"[\w']+")


@dataclass(frozen=True, slots=True)
class FaqEntry:
    """A question of the corpus with its variants, and the document that answers it."""

    document_id: str
    pair: Pair


def normalize_question(text: str) -> str:
    """Return a question as it is compared: its words in lower case, without punctuation."""
    return " ".join(_WORD.findall(text.casefold().replace("’", "'")))


def read_variants(corpus: Path) -> dict[str, tuple[str, ...]]:
    """Return the variants of each question in the corpus' `variants.yaml`; empty without one.

    Raises CorpusError, with the line, for a file that is not a mapping of questions to texts.
    """
    path = corpus / VARIANTS_FILE
    if not corpus.is_dir() or not path.is_file():
        return {}
    found: dict[str, list[str]] = {}
    for key, value in _entries(path):
        question = _text(path, key)
        texts = found.setdefault(question, [])
        texts.extend(each for each in _texts(path, value) if each not in texts)
    return {question: tuple(texts) for question, texts in found.items()}


def write_variants(corpus: Path, variants: Mapping[str, Sequence[str]]) -> Path:
    """Replace the corpus' `variants.yaml` atomically and return its path. Raises CorpusError."""
    yaml = _yaml()
    path = corpus / VARIANTS_FILE
    cleaned = {
        " ".join(question.split()): [" ".join(each.split()) for each in texts] for question, texts in variants.items()
    }
    body = yaml.safe_dump(cleaned, allow_unicode=True, sort_keys=False, width=1 << 20) if cleaned else ""
    partial = corpus / f".{VARIANTS_FILE}.{os.getpid()}"
    try:
        with partial.open("w", encoding="utf-8", newline="\n") as file:
            file.write(_HEADER + body)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        raise CorpusError(f"{path} cannot be written: {error.strerror}. It is as it was") from None
    finally:
        partial.unlink(missing_ok=True)
    return path


def add_variants(
    variants: Mapping[str, Sequence[str]], question: str, added: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """Return the variants with more of them for one question, under the key that it has already."""
    key = next((each for each in variants if normalize_question(each) == normalize_question(question)), question)
    texts = tuple(dict.fromkeys((*variants.get(key, ()), *added)))
    return {each: tuple(known) for each, known in variants.items()} | {key: texts}


def merge_variants(documents: Sequence[Document], variants: Mapping[str, Sequence[str]]) -> tuple[Document, ...]:
    """Return the documents with the variants added to the entries that ask their question.

    Questions are compared by `normalize_question`. A variant that an entry has already is not added again.
    """
    wanted: dict[str, list[str]] = {}
    for question, texts in variants.items():
        wanted.setdefault(normalize_question(question), []).extend(texts)
    if not wanted:
        return tuple(documents)
    return tuple(_merged(document, wanted) for document in documents)


def unmatched_questions(documents: Sequence[Document], variants: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return the questions of `variants` that no entry of the documents asks."""
    asked = {normalize_question(pair.question) for document in documents for pair in document.pairs}
    return tuple(question for question in variants if normalize_question(question) not in asked)


def find_entry(documents: Sequence[Document], question: str) -> FaqEntry:
    """Return the one entry that asks this question. Raises CorpusError for none or several."""
    entries = [FaqEntry(document.id, pair) for document in documents for pair in document.pairs]
    found = [entry for entry in entries if normalize_question(entry.pair.question) == normalize_question(question)]
    if len(found) == 1:
        return found[0]
    if found:
        places = ", ".join(entry.document_id for entry in found)
        raise CorpusError(
            f"{len(found)} entries ask {question!r}: {places}. Reword all but one; faqbot lint lists such"
        )
    near = difflib.get_close_matches(question, [entry.pair.question for entry in entries], 3, cutoff=0.3)
    similar = f". Similar: {'; '.join(near)}" if near else ""
    raise CorpusError(f"No entry of the corpus asks {question!r}{similar}. Name one as the corpus words it")


def _merged(document: Document, wanted: Mapping[str, Sequence[str]]) -> Document:
    pairs = tuple(_extended(pair, wanted.get(normalize_question(pair.question), ())) for pair in document.pairs)
    return document if pairs == document.pairs else replace(document, pairs=pairs)


def _extended(pair: Pair, texts: Sequence[str]) -> Pair:
    known = {normalize_question(each) for each in (pair.question, *pair.alternates)}
    added: list[str] = []
    for text in texts:
        if (key := normalize_question(text)) and key not in known:
            known.add(key)
            added.append(text)
    return replace(pair, alternates=(*pair.alternates, *added)) if added else pair


def _yaml() -> ModuleType:
    try:
        import yaml
    except ImportError as error:
        raise need("PyYAML", "build", error) from error
    return yaml


def _entries(path: Path) -> Sequence[tuple[yaml.Node, yaml.Node]]:
    """The keys and values of the file as nodes: nothing is constructed, every scalar stays the text it is."""
    module = _yaml()
    try:
        if path.stat().st_size > MAX_BYTES:
            raise CorpusError(f"{path} is larger than {MAX_BYTES:,} bytes. Split the corpus, or remove variants")
        root = module.compose(path.read_text(encoding="utf-8-sig"), Loader=module.SafeLoader)
    except OSError as error:
        raise CorpusError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise CorpusError(f"{path} is not UTF-8. Save it as UTF-8") from None
    except RecursionError:
        raise CorpusError(f"{path} is nested too deeply, expected questions with a list of texts each") from None
    except module.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}: " if mark else ""
        raise CorpusError(f"{path}: {place}{getattr(error, 'problem', None) or 'not readable as YAML'}") from None
    if root is None:
        return ()
    if _kind(root) != "mapping":
        raise _unexpected(path, root, "a mapping of questions to lists of texts")
    entries: Sequence[tuple[yaml.Node, yaml.Node]] = root.value
    return entries


def _texts(path: Path, node: yaml.Node) -> list[str]:
    """The texts of a list; one text stands for a list of one, nothing for none."""
    if _kind(node) == "scalar":
        return [] if node.tag.endswith(":null") else [_text(path, node)]
    if _kind(node) != "sequence":
        raise _unexpected(path, node, "a list of texts")
    return [_text(path, each) for each in node.value]


def _text(path: Path, node: yaml.Node) -> str:
    text = " ".join(node.value.split()) if _kind(node) == "scalar" else ""
    if not text:
        raise _unexpected(path, node, "a text; put it in quotes if it has a colon")
    return text


def _unexpected(path: Path, node: yaml.Node, expected: str) -> CorpusError:
    return CorpusError(f"{path}: line {node.start_mark.line + 1}: found a {_kind(node)}, expected {expected}")


def _kind(node: yaml.Node) -> str:
    """Whether it is a "scalar", a "sequence" or a "mapping"."""
    return str(getattr(node, "id", ""))
