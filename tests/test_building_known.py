"""Reading once: a file that has not changed is neither read nor split again, and the index is that of a clean build."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from faqbot.building import build, documents, known
from faqbot.chunking import split
from faqbot.index import documents_of, layout, open_generation
from faqbot.preview import preview
from faqbot.readers import read
from faqbot.settings import Settings
from faqbot.types import Document, Passage

PAGES = {
    "a.md": "# Rest\n\nLie down for a short while when the back aches. Then walk again.\n",
    "b/c.md": "# Shoes\n\nA thick sole softens each step.\n\n## Laces\n\nA loose shoe tires the foot.\n",
    "d.txt": "Sticks\n\nTwo sticks take weight off the back on a slope. \u2028 Half a pair helps too: \u00e9\u4f60\U0001f44d\n",
}


class Watched:
    """Which documents were read, and which were split, since it was last asked."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.cut: list[str] = []

    def forget(self) -> None:
        self.read, self.cut = [], []


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Watched:
    seen = Watched()

    def reading(path: Path, *, document_id: str) -> Document:
        seen.read.append(document_id)
        return read(path, document_id=document_id)

    def cutting(document: Document, count: Callable[[str], int], *, limit: int, words: int) -> tuple[Passage, ...]:
        seen.cut.append(document.id)
        return split(document, count, limit=limit, words=words)

    monkeypatch.setattr(documents, "read", reading)
    monkeypatch.setattr(documents, "split", cutting)
    return seen


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    for name, text in PAGES.items():
        path = tmp_path / "pages" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "pages"


@pytest.fixture
def index(with_encoder: Callable[[Path], Path], tmp_path: Path) -> Path:
    return with_encoder(tmp_path / "index")


def contents(index: Path) -> tuple[list[Document], list[Passage]]:
    with open_generation(index) as generation:
        return list(documents_of(index)), list(generation.passages())


def test_after_an_edit_only_the_edited_file_is_read_and_the_index_is_that_of_a_clean_build(
    pages: Path, index: Path, with_encoder: Callable[[Path], Path], tmp_path: Path, watched: Watched
) -> None:
    build(pages, index, settings=Settings())
    assert watched.read == watched.cut == ["a.md", "b/c.md", "d.txt"]
    (pages / "b/c.md").write_text("# Shoes\n\nA low heel.\n", encoding="utf-8")
    (pages / "e.md").write_text("# Hills\n\nShort steps.\n", encoding="utf-8")
    watched.forget()
    build(pages, index, settings=Settings())
    assert watched.read == watched.cut == ["b/c.md", "e.md"]
    clean = with_encoder(tmp_path / "clean")
    build(pages, clean, settings=Settings())
    assert contents(index) == contents(clean)
    assert len(contents(index)[0]) == 4


def test_the_same_text_under_another_name_is_a_document_of_that_name(
    pages: Path, index: Path, watched: Watched
) -> None:
    build(pages, index, settings=Settings())
    (pages / "a.md").rename(pages / "z.md")
    watched.forget()
    build(pages, index, settings=Settings())
    assert watched.read == ["z.md"]
    assert {passage.document_id for passage in contents(index)[1]} == {"b/c.md", "d.txt", "z.md"}


def test_with_another_length_of_passages_nothing_is_read_but_all_is_split(
    pages: Path, index: Path, watched: Watched
) -> None:
    build(pages, index, settings=Settings())
    watched.forget()
    build(pages, index, settings=Settings(passage_words=5))
    assert watched.read == []
    assert watched.cut == ["a.md", "b/c.md", "d.txt"]
    watched.forget()
    build(pages, index, settings=Settings(passage_words=5))
    assert (watched.read, watched.cut) == ([], [])


def test_with_other_code_or_another_version_of_a_reader_everything_is_read_again(
    pages: Path, index: Path, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(pages, index, settings=Settings())
    before = known._code()
    known._code.cache_clear()
    monkeypatch.setattr(known, "PACKAGES", (*known.PACKAGES, "numpy"))
    watched.forget()
    build(pages, index, settings=Settings())
    assert known._code() != before
    assert watched.read == ["a.md", "b/c.md", "d.txt"]
    known._code.cache_clear()


def test_what_is_removed_from_the_corpus_is_forgotten(pages: Path, index: Path) -> None:
    build(pages, index, settings=Settings())
    kept = layout.readings_folder(index) / layout.READINGS_FILE
    assert b"thick sole" in kept.read_bytes()
    (pages / "b/c.md").unlink()
    build(pages, index, settings=Settings())
    assert b"thick sole" not in kept.read_bytes()
    assert b"Two sticks" in kept.read_bytes()


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-9] ^= 0x20
    path.write_bytes(content)


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


@pytest.mark.parametrize("name", ["readings.jsonl", "readings.offsets.npy", "readings.crc.npy"])
@pytest.mark.parametrize("harm", [flip, cut_short, Path.unlink, lambda path: path.write_bytes(b"")])
def test_what_is_damaged_is_read_again(pages: Path, index: Path, name: str, harm: Callable[[Path], None]) -> None:
    build(pages, index, settings=Settings())
    sound = contents(index)
    harm(layout.readings_folder(index) / name)
    build(pages, index, settings=Settings())
    assert contents(index) == sound


def test_where_nothing_can_be_kept_the_build_says_so_and_ends_well(
    pages: Path, index: Path, watched: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    (index / f"{layout.READINGS}{layout.UNSEALED}").write_text("in the way", encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        report = build(pages, index, settings=Settings())
    assert report.documents == 3
    assert "The next build reads every file again" in caplog.text
    watched.forget()
    build(pages, index, settings=Settings())
    assert watched.read == ["a.md", "b/c.md", "d.txt"]


def test_a_dry_run_reads_only_what_changed(pages: Path, index: Path, watched: Watched) -> None:
    build(pages, index, settings=Settings())
    (pages / "a.md").write_text("# Rest\n\nWalk on.\n", encoding="utf-8")
    watched.forget()
    found = preview(pages, index, settings=Settings())
    assert watched.read == ["a.md"]
    assert (found.changed, found.kept, found.encoded) == (("a.md",), ("b/c.md", "d.txt"), 1)
