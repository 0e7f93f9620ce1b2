"""Reading once: a file that has not changed is neither read nor split again, and the index is that of a clean build."""

from collections.abc import Callable
from pathlib import Path

import pytest

from faqbot.chunking import split
from faqbot.index import build, corpus, open_index, plan_build
from faqbot.readers import ReadReport, read_report
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

    def reading(path: Path, *, document_id: str) -> ReadReport:
        seen.read.append(document_id)
        return read_report(path, document_id=document_id)

    def cutting(document: Document, count: Callable[[str], int], *, limit: int, words: int) -> tuple[Passage, ...]:
        seen.cut.append(document.id)
        return split(document, count, limit=limit, words=words)

    monkeypatch.setattr(corpus, "read_report", reading)
    monkeypatch.setattr(corpus, "split", cutting)
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
    with open_index(index) as opened:
        return list(opened.documents()), list(opened.passages())


def test_after_an_edit_only_the_edited_file_is_read_and_the_index_is_that_of_a_clean_build(
    pages: Path, index: Path, with_encoder: Callable[[Path], Path], tmp_path: Path, watched: Watched
) -> None:
    build(pages, index, settings=Settings(threads=1))
    assert watched.read == watched.cut == ["a.md", "b/c.md", "d.txt"]
    (pages / "b/c.md").write_text("# Shoes\n\nA low heel.\n", encoding="utf-8")
    (pages / "e.md").write_text("# Hills\n\nShort steps.\n", encoding="utf-8")
    watched.forget()
    build(pages, index, settings=Settings(threads=1))
    assert watched.read == watched.cut == ["b/c.md", "e.md"]
    clean = with_encoder(tmp_path / "clean")
    build(pages, clean, settings=Settings(threads=1))
    assert contents(index) == contents(clean)
    assert len(contents(index)[0]) == 4


def test_the_same_text_under_another_name_is_a_document_of_that_name(
    pages: Path, index: Path, watched: Watched
) -> None:
    build(pages, index, settings=Settings(threads=1))
    (pages / "a.md").rename(pages / "z.md")
    watched.forget()
    build(pages, index, settings=Settings(threads=1))
    assert watched.read == ["z.md"]
    assert {passage.document_id for passage in contents(index)[1]} == {"b/c.md", "d.txt", "z.md"}


def test_with_another_length_of_passages_nothing_is_read_but_all_is_split(
    pages: Path, index: Path, watched: Watched
) -> None:
    build(pages, index, settings=Settings(threads=1))
    watched.forget()
    build(pages, index, settings=Settings(threads=1, passage_words=5))
    assert watched.read == []
    assert watched.cut == ["a.md", "b/c.md", "d.txt"]
    watched.forget()
    build(pages, index, settings=Settings(threads=1, passage_words=5))
    assert (watched.read, watched.cut) == ([], [])


def test_with_other_code_or_another_version_of_a_reader_everything_is_read_again(
    pages: Path, index: Path, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(pages, index, settings=Settings(threads=1))
    before = corpus.code_hash()
    corpus.code_hash.cache_clear()
    monkeypatch.setattr(corpus, "PACKAGES", (*corpus.PACKAGES, "numpy"))
    watched.forget()
    build(pages, index, settings=Settings(threads=1))
    assert corpus.code_hash() != before
    assert watched.read == ["a.md", "b/c.md", "d.txt"]
    corpus.code_hash.cache_clear()


def test_what_is_removed_from_the_corpus_is_forgotten(pages: Path, index: Path) -> None:
    build(pages, index, settings=Settings(threads=1))
    (pages / "b/c.md").unlink()
    build(pages, index, settings=Settings(threads=1))
    assert b"thick sole" in (index / "000001.db").read_bytes()
    assert b"thick sole" not in (index / "000002.db").read_bytes()
    assert b"Two sticks" in (index / "000002.db").read_bytes()


@pytest.mark.parametrize("mark", [b"thick sole", b"Two sticks", b'"title": "Rest"', b"b/c.md", b"source_files"])
def test_what_is_damaged_is_read_again(pages: Path, index: Path, mark: bytes) -> None:
    build(pages, index, settings=Settings(threads=1))
    sound = contents(index)
    content = (index / "000001.db").read_bytes()
    places = [place for place in range(len(content)) if content.startswith(mark, place)]
    assert places
    for place in places[:: max(1, len(places) // 3)]:
        damaged = bytearray(content)
        damaged[place + 1] ^= 0x02
        (index / "000001.db").write_bytes(damaged)
        build(pages, index, settings=Settings(threads=1, keep_versions=9))
        assert contents(index) == sound
        for path in index.glob("00000[2-9].*"):
            path.unlink()
        (index / "CURRENT").write_text(
            next(line for line in (index / "CURRENT").read_text().splitlines() if line.startswith("000001")) + "\n"
        )


def test_a_dry_run_reads_only_what_changed(pages: Path, index: Path, watched: Watched) -> None:
    build(pages, index, settings=Settings(threads=1))
    (pages / "a.md").write_text("# Rest\n\nWalk on.\n", encoding="utf-8")
    watched.forget()
    found = plan_build(pages, index, settings=Settings(threads=1))
    assert watched.read == ["a.md"]
    assert (found.changed, found.kept, found.encoded) == (("a.md",), ("b/c.md", "d.txt"), 1)


def test_a_loss_of_words_is_reported_by_the_build_and_by_the_next_ones(
    pages: Path, index: Path, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    (pages / "faq.md").write_text(
        "# Heels\n\n## Is it high?\n\nNo.\n\n## Or wide?\n\nTwo good fingers wide.\n", "utf-8"
    )
    (pages / "variants.yaml").write_text("Is it high?: [how high is the heel]\n", "utf-8")

    def losing(document: Document, count: Callable[[str], int], *, limit: int, words: int) -> tuple[Passage, ...]:
        found = split(document, count, limit=limit, words=words)
        return found[:-1] if document.id == "faq.md" else found

    monkeypatch.setattr(corpus, "split", losing)
    reports = [build(pages, index, settings=Settings(threads=1)).warnings for _ in range(3)]
    assert watched.read == ["a.md", "b/c.md", "d.txt", "faq.md"]
    assert reports[0] == reports[1] == reports[2]
    assert [text.partition(" words are in no passage")[0] for text in reports[0]] == ["faq.md, 6 of 11"]
