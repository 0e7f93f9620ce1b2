"""One flipped bit, a cut, missing or foreign file, in each file of an index in turn: refused by name, and found."""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from faqbot.errors import FaqbotError, IndexDamagedError, IndexMismatchError
from faqbot.index import Asset, Index, open_index, publish, verify
from index_samples import TEXTS, memory_folder, sample_contents, sample_encoder, sample_passages, unit_vectors

MANY = tuple(f"{text} Number {number} of {len(TEXTS)}." for number, text in enumerate(TEXTS))
OWN = ("000001.json", "000001.db", "000001.faiss")
FILES = sorted(
    [*OWN, *(f"encoders/f1/{name}" for name in ("SHA256SUMS", "model.onnx", "tokenizer.json", "licence/NOTICE"))]
)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index, and beside it another one whose files are the foreign ones."""
    work = tmp_path_factory.mktemp("sound")
    picture = Asset("a.svg", "image/svg+xml", b"<svg/>")
    contents = sample_contents(hashed=True, meta={"config": "text"}, assets=[picture])
    publish(work / "index", contents, encoder_folder=sample_encoder(work / "encoder"))
    publish(work / "other", sample_contents(MANY), encoder_folder=sample_encoder(work / "encoder2", b"other"))
    return work


@pytest.fixture
def index(sound: Path) -> Iterator[Path]:
    with memory_folder() as folder:
        yield shutil.copytree(sound / "index", folder / "index")


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def grow(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\0")


DAMAGES: dict[str, Callable[[Path], None]] = {"flip": flip, "cut": cut, "grow": grow, "missing": Path.unlink}


def test_an_index_has_these_files(sound: Path) -> None:
    index = sound / "index"
    found = sorted(path.relative_to(index).as_posix() for path in index.rglob("*") if path.is_file())
    assert found == sorted([*FILES, "CURRENT", "LOCK"])


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_refused_by_name_with_the_command(index: Path, name: str, damage: str) -> None:
    path = index / name
    DAMAGES[damage](path)
    with pytest.raises(IndexDamagedError) as caught:
        open_index(index)
    message = str(caught.value)
    assert str(path) in message
    assert f"Run: faqbot build CORPUS --index {index}" in message
    assert any(str(path) in problem for problem in verify(index))


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_another_index_is_refused_by_name(sound: Path, index: Path, name: str) -> None:
    path, foreign = index / name, sound / "other" / name
    if path.read_bytes() == foreign.read_bytes():
        assert name in {"000001.faiss", "encoders/f1/tokenizer.json", "encoders/f1/licence/NOTICE"}
        return
    shutil.copyfile(foreign, path)
    with pytest.raises(IndexDamagedError) as caught:
        open_index(index)
    assert str(path) in str(caught.value)
    assert verify(index)


@pytest.mark.parametrize("bit", range(8))
def test_any_flipped_bit_in_the_pointer_is_refused(index: Path, bit: int) -> None:
    content = (index / "CURRENT").read_bytes()
    for place in range(len(content) - 1):
        (index / "CURRENT").write_bytes(content[:place] + bytes([content[place] ^ (1 << bit)]) + content[place + 1 :])
        with pytest.raises(IndexDamagedError, match="Run: faqbot"):
            open_index(index)


def read_everything(opened: Index) -> str:
    """All that questions can read of an index, as one text."""
    ids = [f"{number:016x}" for number in range(1, 6)]
    found = opened.candidates(unit_vectors(1, 1)[0], " ".join(TEXTS), 3)
    stored = opened.fetch(ids)
    return repr(
        (
            found.ids, found.dense.tolist(), found.lexical.tolist(), found.ceiling,
            [(each.passage, each.tokens.tolist(), each.token_ids.tolist()) for each in stored],
            list(opened.documents()), opened.document("guide.md"), list(opened.passages()), opened.asset("a.svg"),
            opened.token_counts.tolist(), opened.vocabulary,
            opened.meta, opened.encoder, opened.calibration, opened.facts, opened.source, opened.questions(),
        )
    )  # fmt: skip


def used_places(path: Path) -> list[int]:
    """Where a database holds anything: its bytes that are not 0."""
    return np.flatnonzero(np.frombuffer(path.read_bytes(), np.uint8)).tolist()


def test_no_flipped_bit_in_a_large_database_changes_an_answer(index: Path) -> None:
    """A database of more bytes than are hashed at load: what is read is what was written, or an error names the file."""
    path = index / "000001.db"
    content = path.read_bytes()
    with open_index(index, hash_limit=0, connections=1) as opened:
        expected = read_everything(opened)
    chance, refused = np.random.default_rng(3), 0
    places = chance.choice(used_places(path), 400, replace=False).tolist()
    for place in places:
        path.write_bytes(content[:place] + bytes([content[place] ^ (1 << (place % 8))]) + content[place + 1 :])
        try:
            with open_index(index, hash_limit=0, connections=1) as opened:
                assert read_everything(opened) == expected
        except FaqbotError as error:
            assert str(path) in str(error) or "No document 'guide.md'" in str(error) or "No picture" in str(error)
            refused += 1
        path.write_bytes(content)
    assert refused > 100
    with open_index(index, hash_limit=0) as opened:
        assert read_everything(opened) == expected


MARKS = {
    "passages": b"Piriformis syndrome pinches",
    "tokens": list(sample_passages())[2].tokens.tobytes(),
    "token ids": list(sample_passages())[2].token_ids.tobytes(),
    "documents": b'"title": "Walking"',
    "terms": b"piriformi",
    "words": b"cushioning",
    "arrays": np.arange(1, 6, dtype=np.uint64).tobytes(),
    "meta": b"configtext",
    "assets": b"<svg/>",
}


@pytest.mark.parametrize("kind", MARKS)
def test_a_flipped_bit_in_a_row_is_refused_when_it_is_fetched(index: Path, kind: str) -> None:
    path = index / "000001.db"
    content = path.read_bytes()
    place = content.rindex(MARKS[kind]) + 1
    path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
    with pytest.raises(IndexDamagedError) as caught, open_index(index, hash_limit=0, connections=1) as opened:
        read_everything(opened)
    assert str(caught.value).startswith(f"{path} is damaged: row ")
    assert len(verify(index)) == 1


def test_vectors_are_hashed_whatever_their_size(index: Path) -> None:
    flip(index / "000001.faiss")
    with pytest.raises(IndexDamagedError, match=r"000001\.faiss is damaged"):
        open_index(index, hash_limit=0)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "names no version"),
        (b"\xff\xfe\0", "names no version"),
        (b"../../etc", "names no version"),
        (b"000009-0123456789ab\n", r"000009\.json is missing"),
        (None, "is missing"),
    ],
)
def test_a_lost_pointer_is_named_with_the_command(index: Path, content: bytes | None, words: str) -> None:
    (index / "CURRENT").unlink() if content is None else (index / "CURRENT").write_bytes(content)
    with pytest.raises(IndexDamagedError, match=words) as caught:
        open_index(index)
    assert "faqbot rollback --index" in str(caught.value)
    assert len(verify(index)) == 1


@pytest.mark.parametrize(("version", "age"), [(2, "an older"), (4, "a newer")])
def test_another_format_says_to_build(index: Path, version: int, age: str) -> None:
    content = (index / "000001.json").read_bytes().replace(b'"format": 3', b'"format": %d' % version)
    (index / "000001.json").write_bytes(content)
    (index / "CURRENT").write_text(f"000001-{hashlib.sha256(content).hexdigest()[:12]}\n")
    with pytest.raises(IndexMismatchError) as caught:
        open_index(index)
    assert str(caught.value) == (
        f"The index at {index} was made by {age} faqbot in another format; this one reads format 3. "
        f"Run: faqbot build CORPUS --index {index}"
    )


def test_a_strange_file_does_no_harm_and_is_found(index: Path) -> None:
    strange = index / "000007.db"
    strange.write_bytes(b"?")
    open_index(index).close()
    assert verify(index) == (f"{strange} belongs to no sound version. The next build deletes it",)


def test_a_damaged_encoder_is_replaced_by_the_next_build(index: Path, sound: Path) -> None:
    flip(index / "encoders" / "f1" / "model.onnx")
    publish(index, sample_contents(), encoder_folder=sound / "encoder")
    assert verify(index) == ()
    assert (index / "encoders" / "f1" / "model.onnx").read_bytes() == b"graph"


def test_an_index_in_a_folder_with_signs_of_an_address_is_opened(sound: Path, tmp_path: Path) -> None:
    """In a raw URI, # and ? would name another file."""
    index = shutil.copytree(sound / "index", tmp_path / "a#b?c=d %41 \u00e9" / "index")
    with open_index(index) as opened:
        assert opened.fetch(["0000000000000002"])[0].passage.text == TEXTS[1]


def test_the_seal_records_every_file_with_size_and_hash(sound: Path) -> None:
    written = json.loads((sound / "index" / "000001.json").read_bytes())
    assert sorted(written["files"]) == [name for name in FILES if name != "000001.json"]
    assert {name: record["size"] for name, record in written["files"].items()} == {
        name: (sound / "index" / name).stat().st_size for name in written["files"]
    }
