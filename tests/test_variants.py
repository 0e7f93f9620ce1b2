"""`variants.yaml`: read with its mistakes named, written whole, merged into entries, and never a document."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faqbot.errors import CorpusError
from faqbot.readers import discover
from faqbot.types import Document, Pair
from faqbot.variants import (
    MAX_BYTES,
    add_variants,
    find_entry,
    merge_variants,
    normalize_question,
    read_variants,
    unmatched_questions,
    write_variants,
)

YOGA = Pair("Is yoga good?", ("yoga then",), 0, 0)
TAI_CHI = Pair("Is tai chi good?", (), 0, 0)
DOCUMENTS = (Document("a.md", "", pairs=(YOGA, TAI_CHI)), Document("b.md", "text"))


def written(folder: Path, text: str | bytes) -> Path:
    (folder / "variants.yaml").write_bytes(text.encode() if isinstance(text, str) else text)
    return folder


def test_variants_are_added_to_the_entry_that_asks_their_question() -> None:
    merged = merge_variants(DOCUMENTS, {"is yoga GOOD": ["yoga ok", "Yoga, then?", "yoga ok!", "???"]})
    assert merged[0].pairs == (Pair("Is yoga good?", ("yoga then", "yoga ok"), 0, 0), TAI_CHI)
    assert merged[1] is DOCUMENTS[1]


def test_merging_twice_adds_nothing() -> None:
    variants = {"Is yoga good?": ("yoga ok",), "Is tai chi good?": ("tai chi?", "tai chi ok")}
    once = merge_variants(DOCUMENTS, variants)
    assert merge_variants(once, variants) == once


def test_no_variants_change_nothing() -> None:
    assert merge_variants(DOCUMENTS, {}) == DOCUMENTS


def test_questions_that_no_entry_asks_are_named() -> None:
    assert unmatched_questions(DOCUMENTS, {"is yoga good": (), "Is zumba good?": ("x",)}) == ("Is zumba good?",)


def test_more_variants_go_below_the_key_that_is_there() -> None:
    before = {"is yoga good": ("a",), "Is tai chi good?": ("b",)}
    assert add_variants(before, "Is yoga good?", ["a", "c"]) == {"is yoga good": ("a", "c"), "Is tai chi good?": ("b",)}
    assert add_variants({}, "Is yoga good?", ["a", "a"]) == {"Is yoga good?": ("a",)}


def test_an_entry_is_found_whatever_the_case_and_punctuation() -> None:
    assert find_entry(DOCUMENTS, "is YOGA good").pair == YOGA
    with pytest.raises(CorpusError, match=r"No entry of the corpus asks 'is yoga bad'\. Similar: Is yoga good\?"):
        find_entry(DOCUMENTS, "is yoga bad")
    with pytest.raises(CorpusError, match=r"2 entries ask 'is yoga good': a\.md, c\.md"):
        find_entry((*DOCUMENTS, Document("c.md", "", pairs=(YOGA,))), "is yoga good")


@pytest.mark.parametrize(
    ("text", "variants"),
    [
        ("", {}),
        ("# only a comment\n", {}),
        ("Does it hurt?:\n  - ouch\n  - it hurts\n", {"Does it hurt?": ("ouch", "it hurts")}),
        ("Does it hurt?: ouch\n", {"Does it hurt?": ("ouch",)}),
        ("Does it hurt?:\nyes: [no, 7, 2026-01-02]\n", {"Does it hurt?": (), "yes": ("no", "7", "2026-01-02")}),
        ("a: [x, y]\nb: [z]\na: [y, w]\n", {"a": ("x", "y", "w"), "b": ("z",)}),
        ("\ufeff'it''s: so':\n- |\n  two\n  lines\n", {"it's: so": ("two lines",)}),
    ],
)
def test_what_people_write_is_read(tmp_path: Path, text: str, variants: dict[str, tuple[str, ...]]) -> None:
    assert read_variants(written(tmp_path, text)) == variants


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- a\n- b\n", "line 1: found a sequence, expected a mapping of questions to lists of texts"),
        ("a: [x]\nb: {c: d}\n", "line 2: found a mapping, expected a list of texts"),
        ("a:\n  - x: y\n", "line 2: found a mapping, expected a text; put it in quotes if it has a colon"),
        ("a:\n  - ''\n", "line 2: found a scalar, expected a text"),
        ("a: [x\n", "line 2: "),
        ("a: [*b]\n", "line 1: "),
        (b"a: \xff\n", "is not UTF-8"),
        ("a: " + "[" * 5000, "nested too deeply"),
        ("#" * (MAX_BYTES + 1), "is larger than 5,000,000 bytes"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, text: str | bytes, message: str) -> None:
    with pytest.raises(CorpusError) as refused:
        read_variants(written(tmp_path, text))
    assert str(tmp_path / "variants.yaml") in str(refused.value)
    assert message in str(refused.value)


def test_a_tag_runs_nothing(tmp_path: Path) -> None:
    folder = written(tmp_path, f"a: [!!python/object/apply:os.mkdir ['{tmp_path}/made']]\n")
    with pytest.raises(CorpusError, match="expected a text"):
        read_variants(folder)
    assert not (tmp_path / "made").exists()


TEXT = st.text(min_size=1).map(lambda text: " ".join(text.encode("utf-8", "ignore").decode().split())).filter(bool)


@given(st.dictionaries(TEXT, st.lists(TEXT, max_size=4, unique=True), max_size=4))
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, variants: dict[str, list[str]]
) -> None:
    folder = tmp_path_factory.mktemp("corpus")
    write_variants(folder, variants)
    assert read_variants(folder) == {question: tuple(texts) for question, texts in variants.items()}


def test_writing_leaves_one_file_or_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_variants(tmp_path, {"a": ["b"]})

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(CorpusError, match=r"No space left on device\. It is as it was"):
        write_variants(tmp_path, {"a": ["c"]})
    assert read_variants(tmp_path) == {"a": ("b",)}
    assert [path.name for path in tmp_path.iterdir()] == ["variants.yaml"]


def test_a_corpus_without_the_file_and_a_single_file_have_no_variants(tmp_path: Path) -> None:
    assert read_variants(tmp_path) == {}
    (tmp_path / "one.md").write_text("# One\n")
    assert read_variants(tmp_path / "one.md") == {}


def test_the_files_of_settings_at_the_root_are_no_documents(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    for name in ("variants.yaml", "faqbot.toml", "inner/variants.yaml", "faq.yaml"):
        (tmp_path / name).write_text("a: [b]\n")
    found = discover(tmp_path)
    assert [file.document_id for file in found.files] == ["faq.yaml", "inner/variants.yaml"]
    assert found.skipped == ()


@given(st.text())
def test_normalizing_is_idempotent(text: str) -> None:
    assert normalize_question(normalize_question(text)) == normalize_question(text)
