"""Generations are kept, gone back to, calibrated anew, and deleted only when nobody reads them."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from faqbot.errors import IndexDamagedError, IndexMissingError, IndexWriteError
from faqbot.index import (
    add_calibration,
    generations,
    installed_encoder,
    layout,
    open_generation,
    publish,
    repair,
    rollback,
    verify,
)
from index_samples import TEXTS, memory_folder, sample_contents, sample_encoder, unit_vectors

READER = """
import sys
from pathlib import Path
from faqbot.index import open_generation
generation = open_generation(Path(sys.argv[1]))
print(generation.manifest.id, flush=True)
sys.stdin.readline()
print(generation.fetch(["0000000000000001"])[0].passage.text, flush=True)
"""


@pytest.fixture
def work() -> Iterator[Path]:
    with memory_folder() as folder:
        sample_encoder(folder / "encoder")
        yield folder


def build(index: Path, count: int = 1, keep: int = 2) -> list[str]:
    """Build so many times; the ids of the generations made."""
    return [
        publish(index, sample_contents(), encoder_folder=index.parent / "encoder", keep=keep).id for _ in range(count)
    ]


@pytest.mark.parametrize(("keep", "left"), [(0, 1), (1, 1), (2, 2), (3, 3), (9, 4)])
def test_so_many_generations_are_kept(work: Path, keep: int, left: int) -> None:
    made = build(work / "index", 4, keep)
    assert [manifest.id for manifest in generations(work / "index")] == list(reversed(made))[:left]
    with open_generation(work / "index") as generation:
        assert generation.manifest.id == made[-1]


def test_a_generation_that_another_process_reads_is_kept_until_it_ends(work: Path) -> None:
    index = work / "index"
    first = build(index)[0]
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, str(index)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with reader:
        assert reader.stdin
        assert reader.stdout
        assert reader.stdout.readline().strip() == first
        made = build(index, 3, keep=1)
        assert [manifest.id for manifest in generations(index)] == [made[-1], first]
        reader.stdin.write("\n")
        reader.stdin.flush()
        assert reader.stdout.readline().strip() == TEXTS[0]
    last = build(index, keep=1)
    assert [manifest.id for manifest in generations(index)] == last


def test_a_killed_reader_keeps_nothing(work: Path) -> None:
    index = work / "index"
    build(index)
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, str(index)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with reader:
        assert reader.stdout
        reader.stdout.readline()
        reader.kill()
    assert [manifest.id for manifest in generations(index)] != build(index, 2, keep=1)
    assert len(generations(index)) == 1


def test_a_closed_generation_is_deleted_and_what_was_fetched_stays(work: Path) -> None:
    index = work / "index"
    build(index)
    generation = open_generation(index)
    build(index, keep=1)
    assert len(generations(index)) == 2
    generation.close()
    made = build(index, keep=1)
    assert [manifest.id for manifest in generations(index)] == made
    assert generation.fetch(["0000000000000002"])[0].passage.text == TEXTS[1]
    assert len(generation.candidates(unit_vectors(1, 1)[0], "walk", 2).ids) >= 2


def test_rollback_goes_to_what_served_before_and_the_next_build_goes_on_from_there(work: Path) -> None:
    index = work / "index"
    made = build(index, 3, keep=3)
    assert rollback(index).id == made[1]
    assert rollback(index).id == made[0]
    with pytest.raises(IndexDamagedError, match=f"no older sound generation at {index} to go back to"):
        rollback(index)
    assert rollback(index, to=made[2]).id == made[2]
    rollback(index)
    last = publish(index, sample_contents(), encoder_folder=work / "encoder", keep=3)
    assert last.previous == made[1]
    assert [manifest.id for manifest in generations(index)] == [last.id, made[1], made[0]]


def test_rollback_passes_over_a_damaged_generation(work: Path) -> None:
    index = work / "index"
    made = build(index, 3, keep=3)
    (index / "generations" / made[1] / "tokens.npy").unlink()
    assert rollback(index).id == made[0]
    assert "is not in use" in verify(index)[0]
    with pytest.raises(IndexDamagedError, match=f"no sound generation {made[1]}"):
        rollback(index, to=made[1])


@pytest.mark.parametrize("lost", ["CURRENT", "manifest"])
def test_rollback_helps_where_the_pointer_or_the_manifest_is_lost(work: Path, lost: str) -> None:
    index = work / "index"
    made = build(index, 2)
    if lost == "CURRENT":
        (index / "CURRENT").write_text("?")
    else:
        (index / "generations" / made[1] / "manifest.json").write_text("{}")
    assert rollback(index).id == made[1 if lost == "CURRENT" else 0]
    open_generation(index).close()


def test_a_calibration_replaces_the_generation_and_shares_its_files(work: Path) -> None:
    index = work / "index"
    made = build(index, 2)
    tokens = index / "generations" / made[1] / "tokens.npy"
    inode = tokens.stat().st_ino
    manifest = add_calibration(index, {"slope": 2.5})
    assert [each.id for each in generations(index)] == [manifest.id, made[0]]
    assert (index / "generations" / manifest.id / "tokens.npy").stat().st_ino == inode
    with open_generation(index) as generation:
        assert generation.calibration == {"slope": 2.5}
        assert generation.fetch(["0000000000000003"])[0].passage.text == TEXTS[2]
    assert rollback(index).id == made[0]


def test_encoders_that_no_generation_needs_are_deleted(work: Path) -> None:
    index = work / "index"
    build(index)
    other = sample_contents()
    card = type(other.encoder)("other", "f2", 16, 8, 127.0, 256)
    contents = type(other)(other.documents, other.passages, card)
    publish(index, contents, encoder_folder=work / "encoder", keep=2)
    assert installed_encoder(index, "f1") == layout.encoder_folder(index, "f1")
    assert installed_encoder(index, "f2") == layout.encoder_folder(index, "f2")
    again = type(other)(other.documents, sample_contents().passages, card)
    publish(index, again, encoder_folder=layout.encoder_folder(index, "f2"), keep=2)
    assert installed_encoder(index, "f1") is None


def test_a_whole_encoder_is_not_written_again(work: Path) -> None:
    build(work / "index")
    model = work / "index" / "encoders" / "f1" / "model.onnx"
    before = model.stat().st_mtime_ns
    sample_encoder(work / "encoder", b"the same model, exported a little differently")
    build(work / "index")
    assert (model.stat().st_mtime_ns, model.read_bytes()) == (before, b"graph")


@pytest.mark.parametrize("act", [rollback, repair, verify, open_generation, lambda index: add_calibration(index, {})])
def test_where_there_is_no_index_nothing_is_made(work: Path, act: object) -> None:
    with pytest.raises(IndexMissingError, match="Run: faqbot build corpus --index"):
        act(work / "none")  # type: ignore[operator]
    assert not (work / "none").exists()


@pytest.mark.parametrize("name", ["cache", "generations", "encoders"])
def test_a_folder_of_somebody_else_is_left_alone(work: Path, name: str) -> None:
    mine = work / "home" / name / ".old-letters"
    mine.parent.mkdir(parents=True)
    mine.write_text("dear")
    with pytest.raises(IndexWriteError, match=f"{work}/home holds {name}, and is no index"):
        build(work / "home")
    assert [path.name for path in (work / "home").iterdir()] == [name]
    assert mine.read_text() == "dear"


def test_a_build_deletes_nothing_that_it_does_not_know(work: Path) -> None:
    index = work / "index"
    mine = [index / name for name in (".gitignore", ".old-notes", "README.md", "generations/.keep", "encoders/.keep")]
    build(index)
    for path in mine:
        path.write_text("mine")
    build(index, 3)
    assert [path.read_text() for path in mine] == ["mine"] * 5


def test_a_file_in_place_of_the_index_is_a_clear_error(work: Path) -> None:
    (work / "file").write_text("")
    with pytest.raises(IndexMissingError, match="No index at"):
        open_generation(work / "file")
    with pytest.raises(IndexWriteError, match=r"Cannot write .*file: File exists"):
        build(work / "file")


def test_a_pointer_that_cannot_be_read_is_a_clear_error(work: Path) -> None:
    (work / "index" / "CURRENT").mkdir(parents=True)
    with pytest.raises(IndexDamagedError, match="CURRENT cannot be read: Is a directory"):
        open_generation(work / "index")


@pytest.mark.parametrize("name", ["manifest.json", "words.npy"])
def test_a_folder_in_place_of_a_file_is_a_clear_error(work: Path, name: str) -> None:
    index = work / "index"
    path = index / "generations" / build(index)[0] / name
    path.unlink()
    path.mkdir()
    with pytest.raises(IndexDamagedError, match=name):
        open_generation(index)
    assert name in verify(index)[0]


def test_an_index_without_a_sound_generation_must_be_built(work: Path) -> None:
    index = work / "index"
    for name in build(index, 2):
        (index / "generations" / name / "manifest.json").write_text("{}")
    (index / "CURRENT").unlink()
    assert generations(index) == ()
    for act in (repair, rollback):
        with pytest.raises(IndexDamagedError, match=r"no .*sound generation.*Run: faqbot build CORPUS"):
            act(index)
    build(index)
    with open_generation(index) as generation:
        assert generation.manifest.previous == ""


def test_what_cannot_be_deleted_is_said_and_deleted_by_the_next_build(
    work: Path, caplog: pytest.LogCaptureFixture
) -> None:
    index = work / "index"
    old = build(index)[0]

    def refuse(name: str) -> None:
        if name in {f"remove {old}", "remove cache"}:
            raise IndexWriteError(f"cannot {name}")

    (index / "cache").mkdir()
    new = publish(index, sample_contents(), encoder_folder=work / "encoder", keep=1, on_step=refuse)
    assert {manifest.id for manifest in generations(index)} == {old, new.id}
    assert [record.getMessage() for record in caplog.records] == [
        f"Not deleted: cannot remove {old}",
        "Not deleted: cannot remove cache",
    ]
    last = build(index, keep=1)
    assert [manifest.id for manifest in generations(index)] == last
    assert not (index / "cache").exists()


def test_a_lock_file_from_a_dead_process_stops_nobody(work: Path) -> None:
    index = work / "index"
    build(index)
    (index / "LOCK").write_text("1\n")
    assert len(build(index)) == 1


@pytest.mark.parametrize("name", [layout.VECTORS, layout.PASSAGES, layout.TERMS])
def test_a_byte_that_changed_on_its_way_to_the_disk_is_found_before_anything_points_to_it(
    work: Path, name: str
) -> None:
    index = work / "index"
    served = build(index)

    def damage(step: str) -> None:
        if step == "check":
            path = index / layout.GENERATIONS / layout.UNSEALED / name
            content = path.read_bytes()
            path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))

    with pytest.raises(IndexDamagedError, match=f"{name} is damaged"):
        publish(index, sample_contents(), encoder_folder=work / "encoder", on_step=damage)
    assert [manifest.id for manifest in generations(index)] == served
    assert verify(index) == ()
