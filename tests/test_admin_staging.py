"""Waiting changes of a corpus: names and links that lead elsewhere are refused, and a death in between loses nothing."""

from pathlib import Path

import pytest

from faqbot.admin.staging import ENTRIES_FILE, Staging, checked_name
from faqbot.errors import CorpusError
from faqbot.variants import read_variants


@pytest.fixture
def staging(tmp_path: Path) -> Staging:
    """A corpus with one document, and nothing waiting."""
    (tmp_path / "corpus" / "sub").mkdir(parents=True)
    (tmp_path / "corpus" / "a.md").write_text("old", encoding="utf-8")
    (tmp_path / "corpus" / "sub" / "b.md").write_text("below", encoding="utf-8")
    return Staging(tmp_path / "corpus", tmp_path / "index.staging")


_unlink = Path.unlink


def added(staging: Staging, name: str, content: bytes) -> None:
    """Make an upload a waiting change."""
    staging.hold(name, content)
    staging.accept(name)


def statuses(staging: Staging) -> dict[str, str]:
    """Documents by id with their status."""
    return {entry.document_id: entry.status for entry in staging.entries()}


def waiting(staging: Staging) -> set[str]:
    """Documents whose change is not published."""
    return {name for name, status in statuses(staging).items() if status in ("new", "changed", "removed")}


def corpus(staging: Staging) -> dict[str, str]:
    """The content of the corpus folder."""
    files = (path for path in staging.corpus.rglob("*") if path.is_file())
    return {path.relative_to(staging.corpus).as_posix(): path.read_text(encoding="utf-8") for path in files}


@pytest.mark.parametrize(
    "name",
    [
        "../a.md", "/etc/a.md", "..\\a.md", "sub/a.md", "a.md/", ".a.md", "~a.md", "a\x00.md", "a\n.md", "C:a.md", "..",
        "", "NUL.md", "con.md", "Com1.txt", "aux .md", "a.exe", "a", "x" * 300 + ".md", "faqbot.toml", "FAQBOT.toml", "variants.yaml", "a.md ", "\u202egpj.md",
    ],
)  # fmt: skip
def test_a_name_that_is_no_plain_document_name_is_refused(name: str) -> None:
    with pytest.raises(CorpusError):
        checked_name(name)


@pytest.mark.parametrize(("name", "words"), [("prices.xlsx", "Save it as .csv"), ("a.DOC", "Save it as .docx or .pdf")])
def test_an_office_file_is_refused_with_what_to_save_it_as(name: str, words: str) -> None:
    with pytest.raises(CorpusError, match=words):
        checked_name(name)


def test_changes_wait_until_they_are_applied(staging: Staging) -> None:
    added(staging, "a.md", b"new")
    added(staging, "c.md", b"added")
    staging.remove("sub/b.md")
    assert statuses(staging) == {"a.md": "changed", "c.md": "new", "sub/b.md": "removed"}
    assert corpus(staging) == {"a.md": "old", "sub/b.md": "below"}
    merged = staging.merge(staging.folder / "merged")
    found = {path.relative_to(merged).as_posix() for path in merged.rglob("*") if path.is_file()}
    assert found == {"a.md", "c.md"}
    staging.apply("7")
    assert corpus(staging) == {"a.md": "new", "c.md": "added"}
    assert not waiting(staging)


def test_an_upload_that_is_refused_leaves_what_waits_under_its_name(staging: Staging) -> None:
    added(staging, "c.md", b"added")
    held = staging.hold("c.md", b"broken")
    assert (held.read_bytes(), staging.path("c.md").read_bytes()) == (b"broken", b"added")
    staging.discard("c.md")
    assert (held.exists(), staging.path("c.md").read_bytes()) == (False, b"added")


def test_it_is_known_what_a_death_interrupted(staging: Staging, monkeypatch: pytest.MonkeyPatch) -> None:
    added(staging, "a.md", b"new")
    assert staging.interrupted() == ""
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", _dying)
        with pytest.raises(KeyboardInterrupt):
            staging.apply("7")
    assert Staging(staging.corpus, staging.folder).interrupted() == "publishing"
    staging.apply("7")
    assert staging.interrupted() == ""
    staging.begin_undo()
    assert Staging(staging.corpus, staging.folder).interrupted() == "rolling back"
    staging.undo()
    assert (staging.interrupted(), statuses(staging)["a.md"]) == ("", "changed")


def _dying(path: Path, missing_ok: bool = False) -> None:
    if path.name == "a.md":
        raise KeyboardInterrupt  # the corpus has the new text, the waiting file is still there
    _unlink(path, missing_ok)


def test_what_waits_can_be_dropped(staging: Staging) -> None:
    added(staging, "a.md", b"new")
    added(staging, "c.md", b"added")
    staging.remove("sub/b.md")
    for name in ("a.md", "sub/b.md"):
        staging.restore(name)
    staging.remove("c.md")
    assert statuses(staging) == {"a.md": "published", "sub/b.md": "published"}
    assert not waiting(staging)


def test_an_undone_publication_waits_again(staging: Staging) -> None:
    added(staging, "a.md", b"new")
    added(staging, "c.md", b"added")
    staging.remove("sub/b.md")
    staging.apply("7")
    assert staging.undoable() == "7"
    staging.undo()
    assert corpus(staging) == {"a.md": "old", "sub/b.md": "below"}
    assert statuses(staging) == {"a.md": "changed", "c.md": "new", "sub/b.md": "removed"}
    assert staging.undoable() == ""
    staging.apply("8")
    assert corpus(staging) == {"a.md": "new", "c.md": "added"}


def test_a_death_while_changes_are_applied_loses_neither_the_new_nor_the_old(
    staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    added(staging, "a.md", b"new")
    added(staging, "c.md", b"added")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", _dying)
        with pytest.raises(KeyboardInterrupt):
            staging.apply("7")
    again = Staging(staging.corpus, staging.folder)
    assert waiting(again)
    again.apply("7")
    assert corpus(again) == {"a.md": "new", "c.md": "added", "sub/b.md": "below"}
    again.undo()
    assert corpus(again) == {"a.md": "old", "sub/b.md": "below"}


def test_links_out_of_the_corpus_are_neither_read_nor_written_nor_removed(staging: Staging, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x.md").write_text("secret", encoding="utf-8")
    (staging.corpus / "link.md").symlink_to(outside / "x.md")
    (staging.corpus / "folder").symlink_to(outside)
    assert statuses(staging)["link.md"] == "skipped"
    for act in (staging.path, staging.remove):
        for name in ("link.md", "folder/x.md", "../outside/x.md"):
            with pytest.raises(CorpusError):
                act(name)
    with pytest.raises(CorpusError, match="outside the corpus folder"):
        staging.hold("link.md", b"overwritten")
    merged = staging.merge(staging.folder / "merged")
    assert "secret" not in {path.read_text(encoding="utf-8") for path in merged.rglob("*") if path.is_file()}
    assert (outside / "x.md").read_text(encoding="utf-8") == "secret"


def test_a_build_of_the_merged_folder_cannot_change_the_corpus_through_it(staging: Staging) -> None:
    added(staging, "a.md", b"new")
    merged = staging.merge(staging.folder / "merged")
    (merged / "a.md").unlink()
    assert staging.path("a.md").read_bytes() == b"new"
    assert corpus(staging)["a.md"] == "old"


def test_variants_and_entries_are_added_to_what_is_there(staging: Staging) -> None:
    (staging.corpus / "variants.yaml").write_text("When?:\n- what time\n", encoding="utf-8")
    staging.add_variants("When?", ["at what hour"])
    staging.add_entry("Is there a toilet?", "Yes, on the left.", ["loo"])
    staging.add_entry("Is there a lift?", "No.", [])
    assert statuses(staging)["variants.yaml"] == "changed"
    staging.apply("7")
    assert read_variants(staging.corpus) == {"When?": ("what time", "at what hour")}
    assert '"question": "Is there a lift?"' in corpus(staging)[ENTRIES_FILE]
    staging.add_entry("Is there a bench?", "Yes.", [])
    staging.apply("8")
    assert corpus(staging)[ENTRIES_FILE].count('"question"') == 3


@pytest.mark.parametrize(("question", "answer"), [("", "a"), ("q", " "), ("q" * 501, "a"), ("q", "a" * 10_001)])
def test_an_entry_without_question_or_answer_or_too_long_is_refused(
    question: str, answer: str, staging: Staging
) -> None:
    with pytest.raises(CorpusError, match="needs a question"):
        staging.add_entry(question, answer, [])
    assert not waiting(staging)
