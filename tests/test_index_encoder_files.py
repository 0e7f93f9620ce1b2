"""Exported encoders that are kept for other indexes: found whole, never in the way."""

import shutil
from pathlib import Path

import pytest

from faqbot.index import build, encoder_folders, keep_encoder
from faqbot.index.files import builder_lock
from faqbot.settings import Settings


@pytest.fixture
def kept(tmp_path: Path, index_folder: Path) -> Path:
    """A folder that keeps the encoder of the shipped corpus."""
    (encoder,) = (index_folder / "encoders").iterdir()
    keep_encoder(str(tmp_path / "kept"), encoder, encoder.name)
    return tmp_path / "kept"


def _folders(tmp_path: Path, kept: Path | str) -> list[Path]:
    return list(encoder_folders(tmp_path / "index", str(kept)))


def test_a_kept_encoder_is_found_after_those_of_the_index(tmp_path: Path, kept: Path) -> None:
    assert _folders(tmp_path, kept) == [tmp_path / "index" / "encoders", kept / "encoders"]


def test_with_an_empty_setting_nothing_is_kept_or_looked_for(tmp_path: Path, index_folder: Path) -> None:
    (encoder,) = (index_folder / "encoders").iterdir()
    keep_encoder("", encoder, encoder.name)
    assert _folders(tmp_path, "") == [tmp_path / "index" / "encoders"]


def test_a_damaged_one_is_deleted(tmp_path: Path, kept: Path) -> None:
    (encoder,) = (kept / "encoders").iterdir()
    weights = encoder / "model.onnx.data"
    content = bytearray(weights.read_bytes())
    content[1000] ^= 1
    weights.write_bytes(content)
    assert _folders(tmp_path, kept)[1:] == [kept / "encoders"]
    assert list((kept / "encoders").iterdir()) == []


def test_while_another_process_writes_there_it_is_left_alone(tmp_path: Path, kept: Path) -> None:
    with builder_lock(kept):
        assert _folders(tmp_path, kept)[1:] == []
        (encoder,) = (kept / "encoders").iterdir()
        keep_encoder(str(kept), encoder, encoder.name)


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path, index_folder: Path) -> None:
    (encoder,) = (index_folder / "encoders").iterdir()
    (tmp_path / "file").write_text("", encoding="utf-8")
    keep_encoder(str(tmp_path / "file"), encoder, encoder.name)
    assert _folders(tmp_path, tmp_path / "file")[1:] == []


def test_a_build_keeps_what_it_exported_and_the_next_index_takes_it_without_torch(tmp_path: Path) -> None:
    corpus, kept = tmp_path / "corpus", tmp_path / "kept"
    corpus.mkdir()
    (corpus / "a.md").write_text("# Walking\n\nWalking is good for most sore backs.\n", encoding="utf-8")
    settings = Settings(encoder_cache=str(kept))
    build(corpus, tmp_path / "one", settings=settings)
    (encoder,) = (kept / "encoders").iterdir()
    written = (encoder / "model.onnx.data").stat().st_mtime_ns
    shutil.rmtree(tmp_path / "one")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("faqbot.encoders.models.TransformerModel", None)
        build(corpus, tmp_path / "two", settings=settings)
    assert (tmp_path / "two" / "encoders" / encoder.name / "model.onnx").is_file()
    assert (encoder / "model.onnx.data").stat().st_mtime_ns == written
