"""Versions are kept, gone back to, calibrated anew, and deleted only when nobody reads them."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from faqbot.errors import IndexDamagedError, IndexMissingError, IndexWriteError
from faqbot.index import add_calibration, open_index, publish, rollback, verify, versions
from faqbot.index.encoder_files import encoder_damage
from faqbot.index.versions import current_names
from index_samples import ENCODER, TEXTS, memory_folder, sample_contents, sample_encoder, unit_vectors

READER = """
import sys
from pathlib import Path
from faqbot.index import open_index
index = open_index(Path(sys.argv[1]))
print(index.version.id, flush=True)
sys.stdin.readline()
print(index.fetch(["0000000000000001"])[0].passage.text, flush=True)
"""


@pytest.fixture
def work() -> Iterator[Path]:
    with memory_folder() as folder:
        sample_encoder(folder / "encoder")
        yield folder


def build(index: Path, count: int = 1, keep: int = 2) -> list[str]:
    """Build so many times; the ids of the versions made."""
    return [
        publish(index, sample_contents(), encoder_folder=index.parent / "encoder", keep=keep).id for _ in range(count)
    ]


@pytest.mark.parametrize(("keep", "left"), [(0, 1), (1, 1), (2, 2), (3, 3), (9, 4)])
def test_so_many_versions_are_kept(work: Path, keep: int, left: int) -> None:
    made = build(work / "index", 4, keep)
    assert [version.id for version in versions(work / "index")] == list(reversed(made))[:left]
    with open_index(work / "index") as opened:
        assert opened.version.id == made[-1]


def test_a_version_that_another_process_reads_is_kept_until_it_ends(work: Path) -> None:
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
        assert [version.id for version in versions(index)] == [made[-1], first]
        reader.stdin.write("\n")
        reader.stdin.flush()
        assert reader.stdout.readline().strip() == TEXTS[0]
    last = build(index, keep=1)
    assert [version.id for version in versions(index)] == last


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
    assert [version.id for version in versions(index)] != build(index, 2, keep=1)
    assert len(versions(index)) == 1


def test_a_closed_version_is_deleted_and_what_was_fetched_stays(work: Path) -> None:
    index = work / "index"
    build(index)
    opened = open_index(index)
    build(index, keep=1)
    assert len(versions(index)) == 2
    opened.close()
    made = build(index, keep=1)
    assert [version.id for version in versions(index)] == made
    assert opened.fetch(["0000000000000002"])[0].passage.text == TEXTS[1]
    assert len(opened.candidates(unit_vectors(1, 1)[0], "walk", 2).ids) >= 2


def test_rollback_goes_to_what_served_before_and_the_next_build_goes_on_from_there(work: Path) -> None:
    index = work / "index"
    made = build(index, 3, keep=3)
    assert rollback(index).id == made[1]
    assert rollback(index).id == made[0]
    with pytest.raises(IndexDamagedError, match=f"no older sound version at {index} to go back to"):
        rollback(index)
    assert rollback(index, to=made[2]).id == made[2]
    rollback(index)
    last = publish(index, sample_contents(), encoder_folder=work / "encoder", keep=3)
    assert [version.id for version in versions(index)] == [last.id, made[1], made[0]]
    assert current_names(index) == (last.id, made[1], made[0])


def test_rollback_passes_over_a_damaged_version(work: Path) -> None:
    index = work / "index"
    made = build(index, 3, keep=3)
    (index / "000002.faiss").unlink()
    assert rollback(index).id == made[0]
    assert "is not in use" in verify(index)[0]
    with pytest.raises(IndexDamagedError, match=f"no sound version {made[1]}"):
        rollback(index, to=made[1])


@pytest.mark.parametrize("lost", ["CURRENT", "json"])
def test_rollback_helps_where_the_pointer_or_the_seal_is_lost(work: Path, lost: str) -> None:
    index = work / "index"
    made = build(index, 2)
    if lost == "CURRENT":
        (index / "CURRENT").write_text("?")
    else:
        (index / "000002.json").write_text("{}")
    assert rollback(index).id == made[1 if lost == "CURRENT" else 0]
    open_index(index).close()


def test_a_calibration_makes_a_version_that_differs_in_nothing_else(work: Path) -> None:
    index = work / "index"
    made = build(index, 2)
    vectors = (index / "000002.faiss").stat().st_ino
    version = add_calibration(index, {"slope": 2.5})
    assert [each.id for each in versions(index)] == [version.id, made[1]]
    assert (index / "000003.faiss").stat().st_ino == vectors
    with open_index(index) as opened:
        assert opened.calibration == {"slope": 2.5}
        assert opened.fetch(["0000000000000003"])[0].passage.text == TEXTS[2]
    assert verify(index) == ()
    assert rollback(index).id == made[1]


def test_encoders_that_no_version_needs_are_deleted(work: Path) -> None:
    index = work / "index"
    build(index)
    other = replace(sample_contents(), encoder=replace(ENCODER, fingerprint="f2"))
    publish(index, other, encoder_folder=work / "encoder", keep=2)
    assert (encoder_damage(index, "f1"), encoder_damage(index, "f2")) == ("", "")
    again = replace(other, passages=sample_contents().passages)
    publish(index, again, encoder_folder=index / "encoders" / "f2", keep=2)
    assert [path.name for path in (index / "encoders").iterdir()] == ["f2"]


def test_a_whole_encoder_is_not_written_again(work: Path) -> None:
    build(work / "index")
    model = work / "index" / "encoders" / "f1" / "model.onnx"
    before = model.stat().st_mtime_ns
    sample_encoder(work / "encoder", b"the same model, exported a little differently")
    build(work / "index")
    assert (model.stat().st_mtime_ns, model.read_bytes()) == (before, b"graph")


@pytest.mark.parametrize("act", [rollback, verify, open_index, lambda index: add_calibration(index, {})])
def test_where_there_is_no_index_nothing_is_made(work: Path, act: object) -> None:
    with pytest.raises(IndexMissingError, match="Run: faqbot build corpus --index"):
        act(work / "none")  # type: ignore[operator]
    assert not (work / "none").exists()


@pytest.mark.parametrize("name", ["000003.db", "000001.partial", "encoders"])
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
    mine = [index / name for name in (".gitignore", ".old-notes", "README.md", "notes.json", "7.db", "encoders/.keep")]
    build(index)
    for path in mine:
        path.write_text("mine")
    build(index, 3)
    assert [path.read_text() for path in mine] == ["mine"] * 6


def test_a_file_in_place_of_the_index_is_a_clear_error(work: Path) -> None:
    (work / "file").write_text("")
    with pytest.raises(IndexMissingError, match="No index at"):
        open_index(work / "file")
    with pytest.raises(IndexWriteError, match=r"Cannot write .*file: File exists"):
        build(work / "file")


def test_a_pointer_that_cannot_be_read_is_a_clear_error(work: Path) -> None:
    (work / "index" / "CURRENT").mkdir(parents=True)
    with pytest.raises(IndexDamagedError, match="CURRENT cannot be read: Is a directory"):
        open_index(work / "index")


@pytest.mark.parametrize("name", ["000001.json", "000001.db", "000001.faiss"])
def test_a_folder_in_place_of_a_file_is_a_clear_error(work: Path, name: str) -> None:
    index = work / "index"
    build(index)
    (index / name).unlink()
    (index / name).mkdir()
    with pytest.raises(IndexDamagedError, match=name):
        open_index(index)
    assert name in verify(index)[0]


def test_an_index_without_a_sound_version_must_be_built(work: Path) -> None:
    index = work / "index"
    build(index, 2)
    for name in ("000001.json", "000002.json"):
        (index / name).write_text("{}")
    (index / "CURRENT").unlink()
    assert versions(index) == ()
    with pytest.raises(IndexDamagedError, match=r"no older sound version.*Run: faqbot build CORPUS"):
        rollback(index)
    (new,) = build(index)
    assert current_names(index) == (new,)
    assert verify(index) == ()


def test_what_cannot_be_deleted_is_said_and_deleted_by_the_next_build(
    work: Path, caplog: pytest.LogCaptureFixture
) -> None:
    index = work / "index"
    old = build(index)[0]

    def refuse(name: str) -> None:
        if name == "remove 000001.json":
            raise IndexWriteError(f"cannot {name}")

    new = publish(index, sample_contents(), encoder_folder=work / "encoder", keep=1, step=refuse)
    assert {version.id for version in versions(index)} == {old, new.id}
    assert [record.getMessage() for record in caplog.records] == ["Not deleted: cannot remove 000001.json"]
    last = build(index, keep=1)
    assert [version.id for version in versions(index)] == last


def test_verify_finds_nothing_wrong_while_a_build_is_under_way(work: Path) -> None:
    index = work / "index"
    build(index, 2)
    found: dict[str, tuple[str, ...]] = {}

    def step(name: str) -> None:
        if not name.startswith("remove"):  # when readers of the version would wait
            found[name] = verify(index)

    publish(index, sample_contents(), encoder_folder=work / "encoder", keep=1, step=step)
    assert {name: problems for name, problems in found.items() if problems} == {}
    assert len(found) > 20


def test_a_lock_file_from_a_dead_process_stops_nobody(work: Path) -> None:
    index = work / "index"
    build(index)
    (index / "LOCK").write_text("1\n")
    assert len(build(index)) == 1


@pytest.mark.parametrize("name", ["000002.db", "000002.faiss", "encoders/f1/model.onnx"])
def test_a_byte_that_changed_on_its_way_to_the_disk_is_found_before_anything_points_to_it(
    work: Path, name: str
) -> None:
    index = work / "index"
    served = build(index)

    def damage(step: str) -> None:
        if step == "check":
            path = index / name
            content = path.read_bytes()
            path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))

    with pytest.raises(IndexDamagedError, match=f"{name} is damaged"):
        publish(index, sample_contents(), encoder_folder=work / "encoder", step=damage)
    assert [version.id for version in versions(index)] == served
    if "encoders" not in name:
        assert verify(index) == ()
