"""One flipped bit, a cut, missing or foreign file, in each file of an index in turn: refused, by name, and found."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from faqbot.errors import IndexDamagedError, IndexMismatchError
from faqbot.index import Generation, layout, open_generation, publish, repair, verify
from faqbot.index.manifest import name_for
from index_samples import TEXTS, memory_folder, sample_contents, sample_encoder, unit_vectors

MANY = tuple(f"{text} Number {number} of {len(TEXTS)}." for number, text in enumerate(TEXTS))


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index, and beside it another one whose files are the foreign ones."""
    work = tmp_path_factory.mktemp("sound")
    publish(work / "index", sample_contents(), encoder_folder=sample_encoder(work / "encoder"))
    publish(work / "other", sample_contents(MANY), encoder_folder=sample_encoder(work / "encoder2", b"other"))
    return work


@pytest.fixture
def index(sound: Path) -> Iterator[Path]:
    with memory_folder() as folder:
        yield shutil.copytree(sound / "index", folder / "index")


def files_of(index: Path) -> list[str]:
    """The files of a generation and of its encoder, by their paths in either folder."""
    folders = (next((index / "generations").iterdir()), next((index / "encoders").iterdir()))
    return sorted(
        path.relative_to(folder).as_posix() for folder in folders for path in folder.rglob("*") if path.is_file()
    )


def find(index: Path, name: str) -> Path:
    return next(path for kind in ("generations", "encoders") for path in index.glob(f"{kind}/*/{name}"))


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
    assert files_of(sound / "index") == FILES


FILES = sorted(
    [
        *("calibration.json", "manifest.json", "questions.json", "words.npy", "words.counts.npy", "pieces.counts.npy"),
        *("documents.keys.npy", "documents.order.npy", "ids.npy", "ids.order.npy"),
        "lexical.terms.npy",
        *(
            f"{stem}{end}"
            for stem, kind in (
                ("documents", ".jsonl"),
                ("passages", ".jsonl"),
                *((each, ".npy") for each in ("vectors", "tokens", "pieces", "keys")),
                *((each, ".npy") for each in ("lexical.rows", "lexical.weights")),
            )
            for end in (kind, ".offsets.npy", ".crc.npy")
        ),
        *("checksums.txt", "model.onnx", "tokenizer.json", "licence/NOTICE"),
    ]
)


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_refused_by_name_with_the_command(index: Path, name: str, damage: str) -> None:
    path = find(index, name)
    DAMAGES[damage](path)
    with pytest.raises(IndexDamagedError) as caught:
        open_generation(index)
    message = str(caught.value)
    assert str(path) in message
    assert f"Run: faqbot {'repair' if layout.is_derived(name) else 'build CORPUS'} --index {index}" in message
    assert any(problem.startswith(message.partition(". Run")[0].partition(": ")[0]) for problem in verify(index))


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_another_index_is_refused_by_name(sound: Path, index: Path, name: str) -> None:
    path, foreign = find(index, name), find(sound / "other", name)
    if path.read_bytes() == foreign.read_bytes():
        assert name in {"calibration.json", "questions.json", "tokenizer.json", "licence/NOTICE", *SAME}
        return
    shutil.copyfile(foreign, path)
    with pytest.raises(IndexDamagedError) as caught:
        open_generation(index)
    # A foreign list of checksums accuses the files that are not on it.
    assert str(path if name != "checksums.txt" else path.parent) in str(caught.value)
    assert verify(index)


# The other index differs in its texts only.
SAME = {"documents.keys.npy", "documents.order.npy", "ids.npy", "ids.order.npy", "pieces.counts.npy"} | {
    f"{stem}{end}.npy" for stem in ("vectors", "tokens", "pieces", "keys") for end in ("", ".offsets", ".crc")
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", [name for name in FILES if layout.is_derived(name)])
def test_what_follows_from_the_rest_is_repaired(index: Path, name: str, damage: str) -> None:
    before = find(index, name).read_bytes()
    DAMAGES[damage](find(index, name))
    assert repair(index) == (f"Written anew: {name}",)
    assert find(index, name).read_bytes() == before
    assert verify(index) == ()
    assert repair(index) == ()
    with open_generation(index) as generation:
        assert generation.candidates(unit_vectors(1, 2)[0], "piriformis", 1).ids[1] == "0000000000000003"


@pytest.mark.parametrize("name", [name for name in FILES if not layout.is_derived(name)])
def test_what_was_encoded_cannot_be_repaired_and_says_so(index: Path, name: str) -> None:
    flip(find(index, name))
    with pytest.raises(IndexDamagedError, match="Run: faqbot build CORPUS"):
        repair(index)


LARGE: dict[str, Callable[[Generation], object]] = {
    "passages.jsonl": lambda generation: generation.fetch([f"{number:016x}" for number in range(1, 6)]),
    "tokens.npy": lambda generation: generation.fetch([f"{number:016x}" for number in range(1, 6)]),
    "pieces.npy": lambda generation: generation.fetch([f"{number:016x}" for number in range(1, 6)]),
    "documents.jsonl": lambda generation: generation.document("guide.md"),
    "lexical.rows.npy": lambda generation: generation.candidates(unit_vectors(1, 1)[0], " ".join(TEXTS), 3),
    "lexical.weights.npy": lambda generation: generation.candidates(unit_vectors(1, 1)[0], " ".join(TEXTS), 3),
}


@pytest.mark.parametrize("name", LARGE)
def test_a_flipped_bit_in_a_large_file_is_refused_when_it_is_read(index: Path, name: str) -> None:
    path = find(index, name)
    content = bytearray(path.read_bytes())
    content[-2] ^= 1
    path.write_bytes(content)
    with open_generation(index, hash_limit=0) as generation, pytest.raises(IndexDamagedError) as caught:
        LARGE[name](generation)
    assert str(caught.value).startswith(f"{path} is damaged: row ")
    assert len(verify(index)) == 1


def test_vectors_that_are_searched_as_a_whole_are_hashed_whatever_their_size(index: Path) -> None:
    flip(find(index, "vectors.npy"))
    with pytest.raises(IndexDamagedError, match=r"vectors\.npy is damaged"):
        open_generation(index, hash_limit=0)


def test_a_sound_large_file_is_read_as_a_small_one(index: Path) -> None:
    with open_generation(index, hash_limit=0) as large, open_generation(index) as small:
        query = unit_vectors(1, 9)[0]
        found = [each.candidates(query, "walk", 5) for each in (large, small)]
        assert found[0].ids == found[1].ids
        assert np.array_equal(found[0].lexical, found[1].lexical)
        assert [each.passage for each in large.fetch(found[0].ids)] == [
            each.passage for each in small.fetch(found[0].ids)
        ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "names no generation"),
        (b"\xff\xfe\0", "names no generation"),
        (b"../../etc", "names no generation"),
        (b"000009-0123456789ab\n", "names 000009-0123456789ab, which is not there"),
        (None, "is missing"),
    ],
)
def test_a_lost_pointer_is_named_and_repaired(index: Path, content: bytes | None, words: str) -> None:
    name = (index / "CURRENT").read_bytes()
    (index / "CURRENT").unlink() if content is None else (index / "CURRENT").write_bytes(content)
    with pytest.raises(IndexDamagedError, match=words) as caught:
        open_generation(index)
    assert str(caught.value).endswith(f"Run: faqbot repair --index {index}")
    assert len(verify(index)) == 1 + (name.decode().strip() in "".join(verify(index)[1:]))
    assert repair(index) == (f"{index}/CURRENT points to {name.decode().strip()} again",)
    assert (index / "CURRENT").read_bytes() == name


@pytest.mark.parametrize(("version", "age"), [(0, "an older"), (2, "a newer")])
def test_another_format_says_to_build(index: Path, version: int, age: str) -> None:
    folder = next((index / "generations").iterdir())
    content = (folder / "manifest.json").read_bytes().replace(b'"format": 1', b'"format": %d' % version)
    (folder / "manifest.json").write_bytes(content)
    folder = folder.rename(folder.with_name(name_for(content, 1)))
    (index / "CURRENT").write_text(folder.name)
    with pytest.raises(IndexMismatchError) as caught:
        open_generation(index)
    assert str(caught.value) == (
        f"The index at {index} has format {version}, made by {age} faqbot; this one reads format 1. "
        f"Run: faqbot build CORPUS --index {index}"
    )


def test_a_strange_file_does_no_harm_and_is_found(index: Path) -> None:
    strange = next((index / "generations").iterdir()) / "strange.npy"
    strange.write_bytes(b"?")
    open_generation(index).close()
    assert verify(index) == (f"{strange} is no file of this generation. Delete it",)


def test_an_encoder_of_another_fingerprint_is_refused(index: Path, sound: Path, tmp_path: Path) -> None:
    contents = sample_contents()
    other = replace(contents, encoder=replace(contents.encoder, fingerprint="f2"))
    publish(tmp_path / "other", other, encoder_folder=sound / "encoder")
    path = find(index, "checksums.txt")
    shutil.copyfile(find(tmp_path / "other", "checksums.txt"), path)
    with pytest.raises(IndexDamagedError) as caught:
        open_generation(index)
    assert str(caught.value).startswith(f"{path} is that of another encoder: f2, expected f1. Run: faqbot build")


def test_a_damaged_encoder_is_replaced_by_the_next_build(index: Path, sound: Path) -> None:
    flip(find(index, "model.onnx"))
    publish(index, sample_contents(), encoder_folder=sound / "encoder")
    assert verify(index) == ()
    assert find(index, "model.onnx").read_bytes() == b"graph"
