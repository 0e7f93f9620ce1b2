"""Building: every file is indexed or reported, nothing is encoded twice, and a dry run changes nothing."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from faqbot.bot import FaqBot
from faqbot.building import build, is_current
from faqbot.cli import main
from faqbot.encoders.encoder import Encoded, Encoder
from faqbot.encoders.models import Model
from faqbot.errors import CorpusError
from faqbot.index import open_generation
from faqbot.preview import preview
from faqbot.settings import Settings

PAGES = {
    "a.md": "# Rest\n\nLie down for a short while when the back aches. Then walk again.\n",
    "b/c.md": "# Shoes\n\nA thick sole softens each step. A loose shoe tires the foot.\n",
    "d.txt": "Sticks\n\nTwo sticks take weight off the back on a slope.\n",
}


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """A corpus of three short documents."""
    for name, text in PAGES.items():
        path = tmp_path / "pages" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "pages"


@pytest.fixture
def index(with_encoder: Callable[[Path], Path], tmp_path: Path) -> Path:
    """An index folder that holds only the exported encoder, so that builds need no export of their own."""
    return with_encoder(tmp_path / "index")


def texts(index: Path) -> list[str]:
    with open_generation(index) as generation:
        return [passage.text for passage in generation.passages()]


def test_every_document_is_indexed_and_found(pages: Path, index: Path) -> None:
    report = build(pages, index, settings=Settings())
    assert (report.documents, report.passages, report.skipped) == (3, 3, ())
    assert texts(index)[2] == "Two sticks take weight off the back on a slope."
    with FaqBot.load(index, settings=Settings()) as bot:
        hit = bot.answer("Do sticks help on a slope?").hits[0]
    assert hit.passage.document_id == "d.txt"


def test_a_file_that_cannot_be_read_is_named_and_the_rest_is_built(pages: Path, index: Path) -> None:
    (pages / "broken.pdf").write_bytes(b"%PDF-1.4 and then nothing")
    report = build(pages, index, settings=Settings())
    assert report.documents == 3
    assert [skip.document_id for skip in report.skipped] == ["broken.pdf"]


def test_an_empty_folder_is_an_error_that_says_what_to_do(index: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(CorpusError, match=r"Nothing to index in .*empty.*Put Markdown"):
        build(tmp_path / "empty", index, settings=Settings())


def test_an_index_is_current_until_a_file_or_a_setting_changes(pages: Path, index: Path) -> None:
    assert not is_current(pages, index, settings=Settings())
    build(pages, index, settings=Settings())
    assert is_current(pages, index, settings=Settings())
    assert not is_current(pages, index, settings=Settings(passage_words=40))
    (pages / "a.md").write_text("# Rest\n\nWalk on.\n", encoding="utf-8")
    assert not is_current(pages, index, settings=Settings())


def test_a_rebuild_encodes_only_what_is_new(pages: Path, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(pages, index, settings=Settings())
    (pages / "a.md").write_text(f"{PAGES['a.md']}\n## Heat\n\nWarmth loosens a stiff back.\n", encoding="utf-8")
    encoded: list[str] = []
    encode = Encoder.encode

    def watched(encoder: Encoder, texts: Sequence[str], **options: Any) -> list[Encoded]:
        encoded.extend(texts)
        return encode(encoder, texts, **options)

    monkeypatch.setattr(Encoder, "encode", watched)
    assert build(pages, index, settings=Settings()).passages == 4
    assert encoded == ["Heat\nWarmth loosens a stiff back."]
    (pages / "d.txt").unlink()
    encoded.clear()
    assert build(pages, index, settings=Settings()).passages == 3
    assert encoded == []


def test_a_build_takes_no_more_threads_than_it_is_given(
    pages: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[int] = []
    make = Model.encoder

    def watched(model: Model, folder: Path, texts: int, *, threads: int = 0) -> Encoder:
        taken.append(threads)
        return make(model, folder, texts, threads=threads)

    monkeypatch.setattr(Model, "encoder", watched)
    build(pages, index, settings=Settings(threads=1))
    assert taken == [1]


def test_a_build_that_is_stopped_leaves_the_old_index_and_goes_on_where_it_was(
    pages: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(pages, index, settings=Settings())
    before = texts(index)
    monkeypatch.setattr("faqbot.building.embedding.BATCH", 1)
    for number in range(4):
        (pages / f"new{number}.md").write_text(f"# New {number}\n\nStretch {number} times a day.\n", encoding="utf-8")

    def stop(name: str, done: int, total: int) -> None:
        if (name, done) == ("encoding", 5):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(pages, index, settings=Settings(), progress=stop)
    assert texts(index) == before
    assert list((index / "cache").glob("*.segment"))
    assert build(pages, index, settings=Settings()).passages == 7
    assert len(texts(index)) == 7
    assert not list((index / "cache").glob("*.segment"))


def test_progress_names_each_step_and_ends_at_its_total(pages: Path, index: Path) -> None:
    told: list[tuple[str, int, int]] = []
    build(pages, index, settings=Settings(), progress=lambda *step: told.append(step))
    assert told[:3] == [("reading", 1, 3), ("reading", 2, 3), ("reading", 3, 3)]
    assert told[-1] == ("encoding", 3, 3)
    assert all(done <= total for _, done, total in told)


def test_a_preview_says_the_fate_of_each_document(pages: Path, index: Path) -> None:
    build(pages, index, settings=Settings())
    (pages / "a.md").write_text("# Rest\n\nLie down, but not for long.\n", encoding="utf-8")
    (pages / "d.txt").unlink()
    (pages / "e.md").write_text("# Hills\n\nTake small steps uphill.\n", encoding="utf-8")
    found = preview(pages, index, settings=Settings())
    assert (found.added, found.changed, found.removed, found.kept) == (("e.md",), ("a.md",), ("d.txt",), ("b/c.md",))
    assert (found.passages, found.encoded) == (3, 2)


def test_a_dry_run_prints_it_and_changes_nothing(pages: Path, index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(index.rglob("*"))
    assert main(["build", str(pages), "--index", str(index), "--dry-run"]) == 0
    assert capsys.readouterr().out.split("\n") == [
        "added: a.md",
        "added: b/c.md",
        "added: d.txt",
        "3 added, 0 changed, 0 removed, 0 kept; 3 of 3 passages would be encoded",
        "",
    ]
    assert sorted(index.rglob("*")) == before
