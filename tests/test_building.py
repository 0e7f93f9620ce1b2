"""Building: every file is indexed or reported, nothing is encoded twice, and a dry run changes nothing."""

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from faqbot.bot import FaqBot
from faqbot.cli import main
from faqbot.encoders.encoder import Encoded, Encoder
from faqbot.encoders.models import Model
from faqbot.errors import CorpusError, IndexMismatchError
from faqbot.index import build, builder, is_current, open_index, plan_build, verify
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
    with open_index(index) as opened:
        return [passage.text for passage in opened.passages()]


def test_every_document_is_indexed_and_found(pages: Path, index: Path) -> None:
    report = build(pages, index, settings=Settings(threads=1))
    assert (report.documents, report.passages, report.skipped) == (3, 3, ())
    assert texts(index)[2] == "Two sticks take weight off the back on a slope."
    with FaqBot.load(index, settings=Settings(threads=1)) as bot:
        hit = bot.answer("Do sticks help on a slope?").hits[0]
    assert hit.passage.document_id == "d.txt"


def test_a_file_that_cannot_be_read_is_named_and_the_rest_is_built(pages: Path, index: Path) -> None:
    (pages / "broken.pdf").write_bytes(b"%PDF-1.4 and then nothing")
    report = build(pages, index, settings=Settings(threads=1))
    assert report.documents == 3
    assert [skip.document_id for skip in report.skipped] == ["broken.pdf"]


def test_an_empty_folder_is_an_error_that_says_what_to_do(index: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(CorpusError, match=r"Nothing to index in .*empty.*Put Markdown"):
        build(tmp_path / "empty", index, settings=Settings(threads=1))


def test_an_index_is_current_until_a_file_or_a_setting_changes(pages: Path, index: Path) -> None:
    assert not is_current(pages, index, settings=Settings(threads=1))
    build(pages, index, settings=Settings(threads=1))
    assert is_current(pages, index, settings=Settings(threads=1))
    assert not is_current(pages, index, settings=Settings(passage_words=40))
    (pages / "a.md").write_text("# Rest\n\nWalk on.\n", encoding="utf-8")
    assert not is_current(pages, index, settings=Settings(threads=1))


def watch_encoding(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that are encoded from now on."""
    encoded: list[str] = []
    encode = Encoder.encode

    def watched(encoder: Encoder, texts: Sequence[str], **options: Any) -> list[Encoded]:
        encoded.extend(texts)
        return encode(encoder, texts, **options)

    monkeypatch.setattr(Encoder, "encode", watched)
    return encoded


def test_a_rebuild_encodes_only_what_is_new(pages: Path, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(pages, index, settings=Settings(threads=1))
    (pages / "a.md").write_text(f"{PAGES['a.md']}\n## Heat\n\nWarmth loosens a stiff back.\n", encoding="utf-8")
    encoded = watch_encoding(monkeypatch)
    assert build(pages, index, settings=Settings(threads=1)).passages == 4
    assert encoded == ["Heat\nWarmth loosens a stiff back."]
    (pages / "d.txt").unlink()
    encoded.clear()
    assert build(pages, index, settings=Settings(threads=1)).passages == 3
    assert encoded == []


def test_an_embedding_that_was_damaged_is_made_again(pages: Path, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(pages, index, settings=Settings(threads=1))
    with open_index(index) as opened:
        ids = [each.id for each in opened.passages()]
        mark, expected = opened.fetch(ids[2:])[0].tokens.tobytes(), opened.fetch(ids)
    content = bytearray((index / "000001.db").read_bytes())
    content[content.index(mark)] ^= 1
    (index / "000001.db").write_bytes(content)
    encoded = watch_encoding(monkeypatch)
    build(pages, index, settings=Settings(threads=1))
    assert encoded == ["Two sticks take weight off the back on a slope."]
    assert verify(index)[0].endswith("(version 000001-" + verify(index)[0].rpartition("-")[2])
    with open_index(index) as opened:
        assert [each.tokens.tobytes() for each in opened.fetch(ids)] == [each.tokens.tobytes() for each in expected]


def test_texts_of_the_caller_are_stored_and_compared(pages: Path, index: Path) -> None:
    build(pages, index, settings=Settings(), meta={"config": "title = 1"})
    with open_index(index) as opened:
        assert opened.meta == {"config": "title = 1"}
    assert is_current(pages, index, settings=Settings(), meta={"config": "title = 1"})
    assert not is_current(pages, index, settings=Settings(), meta={"config": "title = 2"})
    assert not is_current(pages, index, settings=Settings(threads=1))


def test_settings_in_the_root_of_the_corpus_are_no_documents(pages: Path, index: Path) -> None:
    (pages / "faqbot.toml").write_text('[page]\ntitle = "x"', encoding="utf-8")
    (pages / "variants.yaml").write_text("Why?:\n- How come?\n", encoding="utf-8")
    report = build(pages, index, settings=Settings(threads=1))
    assert (report.documents, report.skipped) == (3, ())


def test_variants_are_merged_and_come_out_again(pages: Path, index: Path, caplog: pytest.LogCaptureFixture) -> None:
    (pages / "faq.yaml").write_text("- question: Do hats help?\n  answer: They keep the sun off.\n", encoding="utf-8")

    def variants(**given: Any) -> list[tuple[str, ...]]:
        build(pages, index, settings=Settings(), **given)
        with open_index(index) as opened:
            assert [pair.question for pair in opened.document("faq.yaml").pairs] == ["Do hats help?"]
            return [passage.alternates for passage in opened.passages() if passage.question]

    assert variants() == [()]
    (pages / "variants.yaml").write_text("Do hats help?:\n- Is a cap good?\nWhy?:\n- How so?\n", encoding="utf-8")
    assert not is_current(pages, index, settings=Settings(threads=1))
    with caplog.at_level(logging.WARNING):
        assert variants() == [("Is a cap good?",)]
    assert "no entry of the corpus asks 'Why?'" in caplog.text
    assert is_current(pages, index, settings=Settings(threads=1))
    assert variants(variants={"do hats help": ["And a bonnet?"]}) == [("And a bonnet?",)]
    assert not is_current(pages, index, settings=Settings(threads=1))
    (pages / "variants.yaml").unlink()
    assert variants() == [()]


def test_pictures_that_documents_show_are_stored(pages: Path, index: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.svg").write_text("<svg/>", encoding="utf-8")
    (pages / "b" / "a shoe.svg").write_text("<svg>shoe</svg>", encoding="utf-8")
    (pages / "large.png").write_bytes(bytes(1_000_001))
    (pages / "b" / "link.svg").symlink_to(tmp_path / "secret.svg")
    odd = pages / os.fsdecode(b"odd\xff.svg")  # a name that is not UTF-8
    odd.write_text("<svg/>", encoding="utf-8")
    (pages / "b" / "odd.svg").symlink_to(odd)
    targets = (
        "a%20shoe.svg",
        "../../secret.svg",
        "link.svg",
        "odd.svg",
        "../large.png",
        "missing.svg",
        "https://x.org/a.svg",
        "../a.md",
    )
    text = "\n\n".join(f"![A picture of it]({target})" for target in targets)
    (pages / "b" / "c.md").write_text(f"# Shoes\n\nA thick sole softens each step.\n\n{text}\n", encoding="utf-8")
    build(pages, index, settings=Settings(threads=1))
    with open_index(index) as opened:
        assert opened.asset("b/a shoe.svg").content == b"<svg>shoe</svg>"
        assert opened.asset("b/a shoe.svg").media_type == "image/svg+xml"
        for path in ("secret.svg", "b/link.svg", "b/odd.svg", "large.png", "a.md", "../secret.svg"):
            with pytest.raises(IndexMismatchError):
                opened.asset(path)


def test_a_build_takes_no_more_threads_than_it_is_given(
    pages: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[int] = []
    make = Model.encoder

    def watched(model: Model, folder: Path, *, threads: int = 0) -> Encoder:
        taken.append(threads)
        return make(model, folder, threads=threads)

    monkeypatch.setattr(Model, "encoder", watched)
    build(pages, index, settings=Settings(threads=1))
    assert taken == [1]


def test_a_build_that_is_stopped_leaves_the_old_version_and_goes_on_where_it_was(
    pages: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(pages, index, settings=Settings(threads=1))
    before = texts(index)
    monkeypatch.setattr(builder, "BATCH", 1)
    for number in range(4):
        (pages / f"new{number}.md").write_text(f"# New {number}\n\nStretch {number} times a day.\n", encoding="utf-8")
    encoded = watch_encoding(monkeypatch)

    def stop(name: str, done: int, total: int) -> None:
        if (name, done) == ("encoding", 5):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(pages, index, settings=Settings(), progress=stop)
    assert texts(index) == before
    assert list(index.glob("*.partial"))
    assert encoded == ["Stretch 0 times a day.", "Stretch 1 times a day."]
    encoded.clear()
    assert build(pages, index, settings=Settings(threads=1)).passages == 7
    assert encoded == ["Stretch 1 times a day.", "Stretch 2 times a day.", "Stretch 3 times a day."]
    assert len(texts(index)) == 7
    assert not list(index.glob("*.partial"))
    assert verify(index) == ()


KILLED = """
import os, signal, sys
from pathlib import Path
from faqbot.index import build, builder
from faqbot.settings import Settings
builder.BATCH = 1
store = sys.modules["faqbot.index.store"]
store.COMMIT_PASSAGES = 1
def stop(name, done, total):
    if (name, done) == ("encoding", 2):
        os.kill(os.getpid(), signal.SIGKILL)
build(Path(sys.argv[1]), Path(sys.argv[2]), settings=Settings(threads=1), progress=stop)
"""


def test_what_a_killed_build_has_encoded_is_not_encoded_again(
    pages: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(pages), str(index)], capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    encoded = watch_encoding(monkeypatch)
    assert build(pages, index, settings=Settings(threads=1)).passages == 3
    assert "Two sticks take weight off the back on a slope." in encoded
    assert not [text for text in encoded if text.startswith("Lie down")]
    assert verify(index) == ()


@pytest.mark.parametrize("size", [0, 100, 40_000, -5])
def test_a_torn_unfinished_database_costs_nothing_but_its_texts(pages: Path, index: Path, size: int) -> None:
    build(pages, index, settings=Settings(threads=1))
    expected = texts(index)
    torn = (index / "000001.db").read_bytes()[:size]
    (index / "000002.partial").write_bytes(torn)
    assert build(pages, index, settings=Settings(threads=1)).version.startswith("000003-")
    assert texts(index) == expected
    assert not list(index.glob("*.partial"))


def test_progress_names_each_step_and_ends_at_its_total(pages: Path, index: Path) -> None:
    told: list[tuple[str, int, int]] = []
    build(pages, index, settings=Settings(), progress=lambda *step: told.append(step))
    assert told[:3] == [("reading", 1, 3), ("reading", 2, 3), ("reading", 3, 3)]
    assert told[-1] == ("encoding", 3, 3)
    assert all(done <= total for _, done, total in told)


def test_a_plan_says_the_fate_of_each_document(pages: Path, index: Path) -> None:
    build(pages, index, settings=Settings(threads=1))
    (pages / "a.md").write_text("# Rest\n\nLie down, but not for long.\n", encoding="utf-8")
    (pages / "d.txt").unlink()
    (pages / "e.md").write_text("# Hills\n\nTake small steps uphill.\n", encoding="utf-8")
    found = plan_build(pages, index, settings=Settings(threads=1))
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
