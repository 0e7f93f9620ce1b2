"""What is fuzzed: any bytes go into a target, which gives nothing back and raises where a promise is broken.

tests/fuzzing.py runs them under atheris; tests/test_fuzz_targets.py runs them over their seeds and over what was found.
"""

import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from faqbot.bot import FaqBot
from faqbot.chunking import split
from faqbot.errors import QuestionError, ReadError, RulesError
from faqbot.readers import SUFFIXES, read
from faqbot.readers.limits import Limits
from faqbot.readers.yaml_json import split_front_matter
from faqbot.safety import assess
from faqbot.safety.rules_file import load_rules, read_rules_file
from faqbot.settings import Settings
from faqbot.types import Document, Passage
from reader_samples import docx_bytes, paragraph, pdf_bytes

ROOT = Path(__file__).parents[1]
FOUND = Path(__file__).parent / "data" / "fuzz"  # inputs that broke a promise once, TARGET/NAME
LEVELS = {"none", "conditional", "urgent", "emergency"}
KINDS = sorted(SUFFIXES)
LIMIT = 256

Target = Callable[[bytes], None]


def readers(data: bytes) -> None:
    """A file of any format, named by its first byte, is read and split, or refused with a reason."""
    if not data:
        return
    path = _scratch() / f"file{KINDS[data[0] % len(KINDS)]}"
    path.write_bytes(data[1:])
    try:
        document = read(path, document_id=path.name)
    except ReadError as error:
        assert str(error)
        return
    _check(document, split(document, count, limit=LIMIT))


def splitter(data: bytes) -> None:
    """Any text as a document is cut into slices of it that the encoder can read."""
    text = data.decode("utf-8", "replace").replace("\r", "\n")
    document = Document("a.md", text, title=text[:40])
    _check(document, split(document, count, limit=LIMIT))


def front_matter(data: bytes) -> None:
    """The head of a Markdown file is understood or refused; what is left is the end of the file."""
    text = "---\n" + data.decode("utf-8", "replace")
    try:
        found = split_front_matter(text, Limits())
    except ReadError as error:
        assert str(error)
        return
    assert text.endswith(found.body)
    assert "\n" not in found.metadata.title


def messages(data: bytes) -> None:
    """Any conversation is assessed; what the alert quotes was said, word for word up to each gap."""
    said = data.decode("utf-8", "replace").split("\0")
    alert = assess(said)
    assert alert.level in LEVELS
    assert (alert.level == "none") == (alert.message == "")
    folded = _plain(" ".join(said))
    assert all(_plain(part) in folded for match in alert.matches for part in match.split("…"))


def rules(data: bytes) -> None:
    """A rules file of anybody's making is taken up or refused by name."""
    path = _scratch() / "rules.toml"
    path.unlink(missing_ok=True)
    path.write_bytes(data)
    try:
        read_rules_file(path)  # alone in a thousandth of the time; what passes is compiled
        load_rules(path)
    except RulesError as error:
        assert str(path) in str(error)


def questions(data: bytes) -> None:
    """Any question after any history is answered with passages word for word, or refused; nothing else happens."""
    question, *history = data.decode("utf-8", "surrogateescape").split("\0")
    try:
        answer = _bot().answer(question, history)
    except QuestionError as error:
        assert str(error)
        return
    assert 0 <= answer.confidence <= 1
    for hit in answer.hits:
        assert all(0 <= start < end <= len(hit.passage.text) for start, end in hit.highlights)
    answer.to_dict()


TARGETS: dict[str, Target] = {
    "readers": readers,
    "splitter": splitter,
    "front_matter": front_matter,
    "messages": messages,
    "rules": rules,
    "questions": questions,
}


def seeds(target: str) -> Iterator[bytes]:
    """Honest inputs to begin with, and those that broke something once."""
    yield from _SEEDS[target]()
    yield from (path.read_bytes() for path in sorted((FOUND / target).glob("*")))


def _files() -> Iterator[bytes]:
    pages: dict[str, bytes] = {
        ".pdf": pdf_bytes([["Sore calves", "They ache after a walk."]]),
        ".docx": docx_bytes(paragraph("Sore calves", style="Heading1") + paragraph("They ache.")),
        ".html": b"<html><body><h1>Sore calves</h1><p>They ache.</p><table><tr><td>x</td></tr></table></body></html>",
        ".json": b'[{"question": "Is it?", "answer": "Yes."}]',
        ".jsonl": b'{"question": "Is it?", "answer": "Yes."}\n',
        ".yaml": b"pairs:\n- question: Is it?\n  answer: |\n    Yes.\n",
        ".csv": b"question,answer\nIs it?,Yes.\n",
        ".tsv": b"question\tanswer\nIs it?\tYes.\n",
        ".txt": b"Sore calves\n\nBy Ann Lee\n\n1. Is it?\nYes.\n\nReferences\n[1] https://a.example\n",
    }
    yield from (bytes([KINDS.index(suffix)]) + content for suffix, content in pages.items())
    yield from (bytes([KINDS.index(".md")]) + content for content in _articles())


def _articles() -> list[bytes]:
    return [path.read_bytes()[:4000] for path in sorted((ROOT / "corpus").rglob("*.md"))[:12]]


def _heads() -> list[bytes]:
    return [article[4:].partition(b"\n---\n")[0] + b"\n---\nText.\n" for article in _articles()]


def _said() -> list[bytes]:
    return [
        b"I can't feel my legs and I've wet myself",
        b"my back hurts\0and now I can't pee",
        b"I do not have a fever, but my mother had cancer",
        "¿por qué me duele la espalda? 😀".encode(),
        b"what if I lose control of my bladder",
        b"how do I do a bridge?\0and how often?",
        b"wlaking hrts my lowr bakc",
        b"\xff\xfe",
    ]


def _sheets() -> list[bytes]:
    folder = ROOT / "src" / "faqbot" / "safety" / "rules"
    return [path.read_bytes()[:3000] for path in sorted(folder.glob("*.toml"))]


_SEEDS: dict[str, Callable[[], Iterator[bytes] | list[bytes]]] = {
    "readers": _files,
    "splitter": _articles,
    "front_matter": _heads,
    "messages": _said,
    "rules": _sheets,
    "questions": _said,
}


def count(text: str) -> int:
    """Word pieces, near enough: a long word has several."""
    return sum(1 + len(word) // 8 for word in text.split()) + 2


def _check(document: Document, passages: list[Passage] | tuple[Passage, ...]) -> None:
    for passage in passages:
        assert document.text[passage.start : passage.end] == passage.text
        assert passage.text.strip()
        assert count(passage.embedded_text) <= LIMIT


def _plain(text: str) -> str:
    """The words, without marks: a quote over two messages has a comma where one ends."""
    return " ".join(re.findall(r"\w+", text.casefold()))


@cache
def _scratch() -> Path:
    memory = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="faqbot-fuzz-", dir=memory if memory.is_dir() else None))


@cache
def _bot() -> FaqBot:
    """A bot on the index in the checkout, or on that which FAQBOT_INDEX names."""
    settings = Settings()
    folder = INDEX or ROOT / "index"
    if not folder.is_dir():
        sys.exit(f"No index at {folder}. Run: make index")
    return FaqBot.load(folder, settings=settings)


INDEX: Path | None = None  # set by the test that has an index of its own
