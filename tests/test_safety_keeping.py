"""The rules kept ready beside their files: never stale, never damaged, never needed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from faqbot.safety import keeping, loading
from faqbot.safety.keeping import kept

TEXTS = {"a.toml": "one", "b.toml": "two"}
MADE = ({"a.toml": {"rule": [{"id": "x", "gap": 3}]}}, ({"back": {"": ("group",)}}, {"leg": {"~leg"}}, {"back"}))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(keeping, "_FOLDER", tmp_path / "__pycache__")
    monkeypatch.setattr("sys.dont_write_bytecode", False)
    return tmp_path / "__pycache__"


def _counted() -> tuple[Callable[[], object], list[int]]:
    made: list[int] = []

    def make() -> object:
        made.append(1)
        return MADE

    return make, made


def test_what_was_made_once_is_read_the_next_time_with_its_types(folder: Path) -> None:
    make, made = _counted()
    assert kept(TEXTS, make) == kept(TEXTS, make) == MADE
    assert len(made) == 1
    assert len(list(folder.iterdir())) == 1


def test_where_python_writes_no_bytecode_nothing_is_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    make, made = _counted()
    assert kept(TEXTS, make) == kept(TEXTS, make) == MADE
    assert len(made) == 2
    assert not folder.exists()


@pytest.mark.parametrize(
    "texts", [{"a.toml": "one", "b.toml": "2"}, {"a.toml": "one"}, {"a.tom": "lone", "b.toml": "two"}, {}]
)
def test_other_rules_are_made_anew(folder: Path, texts: dict[str, str]) -> None:
    make, made = _counted()
    kept(TEXTS, make)
    kept(texts, make)
    assert len(made) == 2


def test_rules_read_by_other_code_are_made_anew(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make, made = _counted()
    kept(TEXTS, make)
    monkeypatch.setattr(keeping, "_CODE", ("loading.py",))
    kept(TEXTS, make)
    assert len(made) == 2


@pytest.mark.parametrize("damage", [b"", b"x" * 10, "cut", "flipped"])
def test_a_file_that_is_not_whole_is_not_used_and_replaced(folder: Path, damage: bytes | str) -> None:
    make, made = _counted()
    kept(TEXTS, make)
    (path,) = folder.iterdir()
    whole = path.read_bytes()
    flipped = whole[:-3] + bytes([whole[-3] ^ 1]) + whole[-2:]
    path.write_bytes(damage if isinstance(damage, bytes) else whole[:-5] if damage == "cut" else flipped)
    assert kept(TEXTS, make) == MADE
    assert len(made) == 2
    assert path.read_bytes() == whole


def test_where_nothing_can_be_written_the_rules_are_made_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    occupied = tmp_path / "file"
    occupied.write_text("", encoding="utf-8")
    monkeypatch.setattr(keeping, "_FOLDER", occupied / "__pycache__")
    make, made = _counted()
    assert kept(TEXTS, make) == kept(TEXTS, make) == MADE
    assert len(made) == 2


def test_the_packaged_rules_are_the_same_from_the_file_as_from_their_toml(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "_kept", loading._kept.__wrapped__)
    first = loading._packaged.__wrapped__()
    monkeypatch.setattr(loading, "_read_all", _never)
    again = loading._packaged.__wrapped__()
    names = ("groups", "numbers", "findings", "rules", "shorthand", "fillers", "trie", "forms", "known", "targets")
    assert all(getattr(first, name) == getattr(again, name) for name in names)
    assert (first.patterns, first.shields) == (again.patterns, again.shields)


def _never() -> object:
    raise AssertionError("read from the TOML although the file is there")
