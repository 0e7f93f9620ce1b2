"""Whatever stops a build, the old version serves, and the next build succeeds."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from faqbot.errors import IndexBusyError, IndexWriteError
from faqbot.index import EncodedPassage, open_index, publish
from faqbot.index.versions import current_names
from index_samples import memory_folder, sample_contents, sample_encoder

SCRIPT = Path(__file__).with_name("index_killing.py")


@pytest.fixture
def work() -> Iterator[Path]:
    with memory_folder() as folder:
        yield folder


def kill_everywhere(work: Path, act: str, stride: int) -> list[dict[str, Any]]:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, str(SCRIPT), str(work), act, str(stride)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def switched(points: list[dict[str, Any]]) -> int:
    """The number of the first point after CURRENT has been renamed, from when the new version serves."""
    return next(n for n, point in enumerate(points) if point["switched"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("act", "stride", "least", "before", "since"),
    [
        ("build", 5, 70, {"old"}, "new"),
        ("first build", 7, 70, {"IndexMissingError", "IndexDamagedError"}, "new"),
        ("calibrate", 2, 15, {"old"}, "old, calibrated"),
        ("roll back", 1, 3, {"old"}, "first"),
    ],
)
def test_a_kill_at_any_write_point_leaves_what_served(
    work: Path, act: str, stride: int, least: int, before: set[str], since: str
) -> None:
    points = kill_everywhere(work, act, stride)
    assert sum(point["of"] for point in points[:1]) >= least
    switch = switched(points)
    assert {point["after"].partition(":")[0] for point in points[:switch]} <= before
    assert {point["after"] for point in points[switch:]} == {since}
    assert {point["next"] for point in points} == {"next"}
    assert [each for point in points for each in point["problems"]] == []
    assert {point["versions"] for point in points} <= {1, 2}
    assert {tuple(point["left"]) for point in points} == {(".db", ".faiss", ".json", "CURRENT", "LOCK", "encoders")}
    assert {tuple(point["encoders"]) for point in points} == {("f1",)}


@pytest.fixture
def small_disk() -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        mounting = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder]
        if os.name != "posix" or subprocess.run(mounting, capture_output=True).returncode:
            pytest.skip("mounting a small disk is not permitted here")
        yield Path(folder)
        subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_is_a_clear_error_and_the_old_version_serves(small_disk: Path, tmp_path: Path) -> None:
    index = small_disk / "index"
    encoder = sample_encoder(tmp_path / "encoder")
    old = publish(index, sample_contents(), encoder_folder=encoder)
    used = sum(path.stat().st_size for path in index.rglob("*"))
    for size in (3_000, 5_000, 20_000):
        texts = [f"Passage {number} of many, and it is not very long." for number in range(size)]
        with pytest.raises(
            IndexWriteError, match=r"Cannot write .*: No space left on device\. The index in use is unc"
        ):
            publish(index, sample_contents(texts), encoder_folder=encoder)
    with open_index(index) as opened:
        assert opened.version == old
    assert sum(path.stat().st_size for path in index.rglob("*")) == used
    publish(index, sample_contents(), encoder_folder=encoder)
    assert current_names(index)[1] == old.id


def test_a_read_only_index_answers_and_refuses_to_be_built(small_disk: Path, tmp_path: Path) -> None:
    index = small_disk / "index"
    encoder = sample_encoder(tmp_path / "encoder")
    old = publish(index, sample_contents(), encoder_folder=encoder)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(IndexWriteError, match=r"Cannot write .*Read-only file system"):
        publish(index, sample_contents(), encoder_folder=encoder)
    with open_index(index) as opened:
        assert opened.version == old


def test_a_second_build_is_refused_with_the_number_of_the_first(tmp_path: Path) -> None:
    encoder = sample_encoder(tmp_path / "encoder")
    contents = sample_contents()

    def passages() -> Iterator[EncodedPassage]:
        with pytest.raises(IndexBusyError, match=rf"Another process \({os.getpid()}\) is building the index at"):
            publish(tmp_path / "index", sample_contents(), encoder_folder=encoder)
        yield from sample_contents().passages

    contents = type(contents)(contents.documents, passages(), contents.encoder)
    assert publish(tmp_path / "index", contents, encoder_folder=encoder).passages == 5


def test_an_error_while_passages_are_read_leaves_nothing_behind(tmp_path: Path) -> None:
    encoder = sample_encoder(tmp_path / "encoder")
    old = publish(tmp_path / "index", sample_contents(), encoder_folder=encoder)
    contents = sample_contents()

    def passages() -> Iterator[EncodedPassage]:
        yield from sample_contents().passages
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        publish(
            tmp_path / "index",
            type(contents)(contents.documents, passages(), contents.encoder),
            encoder_folder=encoder,
        )
    assert {path.stem for path in (tmp_path / "index").glob("0*")} == {old.stem}


READER = """
import sys
import numpy as np
from pathlib import Path
from faqbot.index import open_index
query = np.eye(1, 16, dtype=np.float32)[0]
seen, answers = set(), 0
print("ready", flush=True)
while not (Path(sys.argv[1]).parent / "stop").exists():
    with open_index(Path(sys.argv[1])) as index:
        ids = index.candidates(query, "piriformis", 5).ids
        texts = [stored.passage.text for stored in index.fetch(ids)]
        assert index.source["made"] in "".join(texts), (index.source, texts)
        seen.add(index.version.id)
        answers += 1
print(len(seen), answers, flush=True)
"""


def test_four_processes_answer_while_an_index_is_built_again_and_again(work: Path) -> None:
    index, encoder = work / "index", sample_encoder(work / "encoder")

    def build(number: int) -> None:
        contents = sample_contents([f"The piriformis of build-{number}."] * 3, source={"made": f"build-{number}."})
        publish(index, contents, encoder_folder=encoder, keep=1)

    build(0)
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", READER, str(index)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    for reader in readers:
        assert reader.stdout
        assert reader.stdout.readline() == "ready\n"
    for number in range(1, 30):
        build(number)
    (work / "stop").touch()
    for reader in readers:
        out, errors = reader.communicate(timeout=60)
        assert reader.returncode == 0, errors
        seen, answers = map(int, out.split())
        assert seen > 1
        assert answers >= seen
    build(30)
    assert len(list(index.glob("*.json"))) == 1
