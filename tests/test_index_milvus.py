"""An index that keeps its passages on Milvus: the same candidates, generations by alias, only what changed is sent.

Milvus Lite runs for real, on the samples that the embedded index is tested with.
"""

import logging
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from faqbot.errors import (
    CorpusError,
    EngineError,
    IndexDamagedError,
    IndexMismatchError,
    IndexMissingError,
    SettingsError,
)
from faqbot.index import (
    Contents,
    Manifest,
    Served,
    current_name,
    keeper_of,
    open_cache,
    open_generation,
    open_index,
    publish,
    repair,
    rollback,
    store_of,
    verify,
)
from faqbot.index.milvus import pairs
from faqbot.index.milvus.address import read_address
from faqbot.index.milvus.circuit import FIRST_PAUSE, LONGEST_PAUSE, Circuit
from faqbot.index.milvus.engine import Engine, check_version
from faqbot.index.milvus.rows import passage_row, read_row, shown_digest
from faqbot.index.milvus.staging import Staging
from index_samples import CARD, TEXTS, encoded, passage, sample_contents, sample_encoder, unit_vectors

pytest.importorskip("pymilvus", reason="needs pip install 'faqbot[milvus]'")
pytest.importorskip("milvus_lite", reason="needs pip install 'faqbot[milvus]'")

QUESTIONS = ("a shopping cart for walks", "physiotherapist in six weeks", "nothing shared: xyzzy", "")
LITE = "milvus-lite:/data/lite"


class Shelf:
    """An index folder beside a Milvus Lite store."""

    def __init__(self, folder: Path) -> None:
        self.index, self.store = folder / "index", f"milvus-lite:{folder / 'lite'}"
        self.encoder = sample_encoder(folder / "encoder")
        self.address = read_address(self.store)

    def build(self, texts: Sequence[str] = TEXTS, *, stop: str = "", flat_limit: int = 1000) -> Manifest:
        """Build, or be killed before the step that begins with `stop`."""

        def on_step(name: str) -> None:
            if stop and name.startswith(stop):
                raise KeyboardInterrupt(name)

        keeper = keeper_of(self.index, self.store, flat_limit=flat_limit)
        assert keeper is not None
        with closing(keeper):
            return publish(
                self.index,
                keyed_contents(texts),
                encoder_folder=self.encoder,
                store=keeper,
                on_step=on_step,
            )

    def pointed_to(self) -> str:
        with closing(Engine(self.address)) as engine:
            return pairs.pointed_to(engine, self.address.alias)

    def collections(self) -> list[str]:
        with closing(Engine(self.address)) as engine:
            return sorted(engine.call("list_collections"))


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pymilvus, which sleeps half a second before it asks whether a new collection is ready, ask sooner."""
    soon = SimpleNamespace(time=time.time, sleep=lambda seconds: time.sleep(min(seconds, 0.01)))
    monkeypatch.setattr("pymilvus.client.grpc_handler.time", soon)


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    yield Shelf(tmp_path)


def sample_key(number: int) -> bytes:
    return number.to_bytes(16, "big")


def keyed_contents(texts: Sequence[str]) -> Contents:
    numbered = enumerate(texts, start=1)
    passages = [encoded(passage(number, text), number, (sample_key(number),)) for number, text in numbered]
    return replace(sample_contents(texts), passages=passages)


def texts_of(index: Path, count: int = 5) -> set[str]:
    with closing(open_index(index)) as served:
        found = served.candidates(unit_vectors(1, 7)[0], "walk", count)
        return {stored.passage.text for stored in served.fetch(found.ids)}


def test_both_stores_give_the_same_candidates_and_passages(shelf: Shelf, tmp_path: Path) -> None:
    shelf.build()
    publish(tmp_path / "embedded", sample_contents(), encoder_folder=shelf.encoder)
    with closing(open_index(shelf.index)) as there, closing(open_index(tmp_path / "embedded")) as here:
        for seed, text in enumerate(QUESTIONS * 3):
            assert_same(there, here, unit_vectors(1, seed)[0], text)
        assert len(there) == len(here) == len(TEXTS)
        assert there.piece_counts.tolist() == here.piece_counts.tolist()
        assert there.vocabulary.words == here.vocabulary.words
        assert there.document("guide.md") == here.document("guide.md")


def test_many_vectors_are_searched_by_a_graph_with_the_same_candidates(shelf: Shelf, tmp_path: Path) -> None:
    texts = [f"Step {number} of the walk, taken gently." for number in range(150)]
    manifest = shelf.build(texts, flat_limit=100)
    assert (manifest.store["index"], "search" in manifest.store) == ("HNSW", False)
    assert manifest.search == {"kind": "hnsw", "ef": 128, "recall_at_50": 1.0, "sample": 150}
    publish(tmp_path / "embedded", sample_contents(texts), encoder_folder=shelf.encoder)
    with closing(open_index(shelf.index)) as there, closing(open_index(tmp_path / "embedded")) as here:
        for seed in range(5):
            assert_same(there, here, unit_vectors(1, seed)[0], f"step {seed} of the climb")


def test_few_vectors_are_all_compared_and_the_manifest_says_so(shelf: Shelf) -> None:
    manifest = shelf.build()
    assert (manifest.store["index"], manifest.search) == ("FLAT", {"kind": "flat"})


def test_a_graph_is_explored_as_far_as_its_manifest_says(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"Step {number} of the walk, taken gently." for number in range(150)]
    monkeypatch.setattr("faqbot.index.milvus.graph.BREADTHS", (300, 400))
    monkeypatch.setattr("faqbot.index.milvus.graph.ENOUGH_RECALL", 1.1)
    manifest = shelf.build(texts, flat_limit=100)
    assert manifest.search["ef"] == 400
    asked = []

    def call(engine: Engine, name: str, **arguments: Any) -> Any:
        if name == "search":
            asked.append(arguments["search_params"]["params"])
        return unwatched(engine, name, **arguments)

    unwatched = Engine.call
    monkeypatch.setattr(Engine, "call", call)
    with closing(open_index(shelf.index)) as there:
        there.candidates(unit_vectors(1, 1)[0], "walk", 3)
    assert asked == [{"ef": 400}, {}]


def test_a_store_that_takes_long_to_read_its_rows_is_waited_for(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(collection: Any) -> None:
        time.sleep(1.2)
        load(collection)

    shelf.build()
    load = pytest.importorskip("milvus_lite.engine.collection").Collection.load
    monkeypatch.setattr("milvus_lite.engine.collection.Collection.load", slow)
    with closing(open_index(shelf.index, timeout=1.0)) as there:
        assert len(there.candidates(unit_vectors(1, 1)[0], "walk", 3).ids) > 0


def assert_same(there: Served, here: Served, vector: np.ndarray, text: str) -> None:
    found, expected = there.candidates(vector, text, 3), here.candidates(vector, text, 3)
    assert found.ids == expected.ids
    assert found.ceiling == expected.ceiling
    np.testing.assert_allclose(found.dense, expected.dense, atol=1e-6)
    np.testing.assert_allclose(found.lexical, expected.lexical, atol=1e-6)
    for one, other in zip(there.fetch(found.ids), here.fetch(found.ids), strict=True):
        assert one.passage == other.passage
        assert one.tokens.tolist() == other.tokens.tolist()
        assert one.pieces.tolist() == other.pieces.tolist()


def test_a_passage_comes_back_to_the_last_bit_with_any_text_it_can_hold() -> None:
    odd = encoded(passage(7, 'Half a surrogate \ud83d, a "quote", Äpfel and a \x00.', alternates=("one?", "two?")), 3)
    row = passage_row(odd, {3: 0.5}, CARD)
    found = read_row(row, CARD)
    assert found.stored.passage == odd.passage
    assert found.stored.tokens.tolist() == odd.tokens.tolist()
    assert found.stored.pieces.tolist() == odd.pieces.tolist()
    assert (found.vectors, found.words, found.digest) == (3, {3: 0.5}, shown_digest(odd))


def test_a_passage_too_long_for_milvus_is_refused_by_name() -> None:
    noise = np.random.default_rng(0).integers(33, 0xD000, 60_000)
    with pytest.raises(CorpusError, match=r"Passage 0000000000000007 of guide.md takes .* fit into Milvus"):
        passage_row(encoded(passage(7, "".join(map(chr, noise))), 3), {}, CARD)


def test_builds_move_the_alias_and_a_rollback_moves_it_back(shelf: Shelf) -> None:
    first = shelf.build(TEXTS[:3])
    assert shelf.pointed_to() == first.store["collection"]
    second = shelf.build(TEXTS)
    assert shelf.pointed_to() == second.store["collection"] != first.store["collection"]
    assert texts_of(shelf.index) == set(TEXTS)
    assert rollback(shelf.index).id == first.id
    assert shelf.pointed_to() == first.store["collection"]
    assert texts_of(shelf.index) == set(TEXTS[:3])
    assert verify(shelf.index) == ()


def test_only_what_changed_is_sent_and_what_is_gone_is_deleted(shelf: Shelf, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "faqbot.index.milvus.filling")
    texts = [f"Step {number} of the walk, taken gently." for number in range(70)]
    for _ in range(3):
        shelf.build(texts)
    changed = [*texts[:20], "Step 20 of the climb, taken gently.", *texts[21:69]]
    shelf.build(changed)  # takes up the pair of the first build
    assert [line.partition(": ")[2] for line in caplog.messages] == [
        *["70 passages sent, 0 deleted"] * 3,
        "1 passages sent, 1 deleted",
    ]
    assert texts_of(shelf.index, 70) == set(changed)
    assert verify(shelf.index) == ()


def test_old_pairs_are_deleted_but_one_for_the_next_build(shelf: Shelf) -> None:
    for number in range(6):
        shelf.build((*TEXTS, f"The {number}. addition."))
    assert len(shelf.collections()) == 2 * (2 + 1)


@pytest.mark.parametrize("stop", ["fill ", "filled ", "write manifest.json", "check", "rename .new", "point"])
def test_a_build_that_is_killed_changes_no_alias_and_the_next_one_goes_on(shelf: Shelf, stop: str) -> None:
    first = shelf.build(TEXTS[:3])
    with pytest.raises(KeyboardInterrupt):
        shelf.build(TEXTS, stop=stop)
    assert shelf.pointed_to() == first.store["collection"]
    assert texts_of(shelf.index) == set(TEXTS[:3])
    shelf.build(TEXTS)
    assert texts_of(shelf.index) == set(TEXTS)
    assert len(shelf.collections()) <= 2 * (2 + 1)


def test_a_first_build_that_is_killed_is_gone_on_with(shelf: Shelf, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "faqbot.index.milvus.filling")
    with pytest.raises(KeyboardInterrupt):
        shelf.build(stop="filled ")
    shelf.build()
    assert [line.partition(": ")[2] for line in caplog.messages] == [
        "5 passages sent, 0 deleted",
        "0 passages sent, 0 deleted",
    ]
    assert len(shelf.collections()) == 2


def test_no_pair_is_touched_while_a_generation_cannot_be_read(shelf: Shelf) -> None:
    damaged = shelf.build(TEXTS[:3])
    shelf.build(TEXTS[:4])
    (shelf.index / "generations" / damaged.id / "manifest.json").write_bytes(b"{}")
    shelf.build()
    assert damaged.store["collection"] in shelf.collections()


def test_after_a_kill_between_the_alias_and_the_pointer_the_alias_decides(shelf: Shelf) -> None:
    shelf.build(TEXTS[:3])
    with pytest.raises(KeyboardInterrupt):
        shelf.build(TEXTS, stop="rename CURRENT")
    assert texts_of(shelf.index) == set(TEXTS)


def test_a_bot_goes_on_with_its_collection_while_builds_end_beside_it(shelf: Shelf) -> None:
    shelf.build(TEXTS[:3])
    with closing(open_index(shelf.index)) as served:
        for number in range(4):
            shelf.build((*TEXTS, f"The {number}. addition."))
        found = served.candidates(unit_vectors(1, 7)[0], "walk", 5)
        assert {stored.passage.text for stored in served.fetch(found.ids)} == set(TEXTS[:3])


def test_what_was_encoded_is_at_hand_for_the_next_build_also_after_a_rollback(shelf: Shelf) -> None:
    shelf.build(TEXTS[:3])
    shelf.build(TEXTS)
    for back in (False, True):
        if back:
            rollback(shelf.index)
        with open_cache(shelf.index) as cache:
            found = cache.get(sample_key(5))
            assert found is not None
            assert found.vector.tolist() == unit_vectors(1, 5)[0].tolist()
    (shelf.index / "cache" / "built" / "vectors.npy").write_bytes(b"damaged")
    with open_cache(shelf.index) as cache:
        assert sample_key(5) not in cache


def test_a_question_under_way_ends_well_when_its_generation_is_closed(shelf: Shelf) -> None:
    shelf.build()
    served = open_index(shelf.index)
    vector, begun = unit_vectors(1, 7)[0], threading.Event()

    def asking() -> list[tuple[str, ...]]:
        begun.set()
        return [served.candidates(vector, f"walk {number}", 3).ids for number in range(20)]

    with ThreadPoolExecutor(4) as pool:
        found = [pool.submit(asking) for _ in range(4)]
        begun.wait()
        served.close()
        assert {len(ids) for each in found for ids in each.result()} == {3}
    code = "import sys; from milvus_lite.db import MilvusLite; MilvusLite(sys.argv[1]).close()"
    subprocess.run([sys.executable, "-c", code, shelf.address.place], check=True)  # another process can have it now


def test_an_index_remembers_its_store_and_can_take_its_passages_back(shelf: Shelf) -> None:
    shelf.build()
    assert store_of(shelf.index, "") == str(shelf.address)
    assert store_of(shelf.index, "embedded") == ""
    with pytest.raises(IndexMismatchError, match="Leave --store out"):
        open_index(shelf.index, store="embedded")
    with pytest.raises(IndexMismatchError, match="--store embedded"):
        open_generation(shelf.index)
    publish(shelf.index, sample_contents(), encoder_folder=shelf.encoder)
    with open_generation(shelf.index) as generation:
        assert generation.manifest.store == {}
    with pytest.raises(IndexMismatchError, match="holds its passages itself"):
        open_index(shelf.index, store=shelf.store)


def test_a_store_that_serves_another_index_is_left_alone(shelf: Shelf, tmp_path: Path) -> None:
    first = shelf.build()
    shelf.index = tmp_path / "other"
    with pytest.raises(IndexMismatchError, match="serves another index"):
        shelf.build(TEXTS[:2])
    assert shelf.pointed_to() == first.store["collection"]


DERIVED = (
    "lexical.terms.npy",
    "lexical.counts.npy",
    "words.npy",
    "words.counts.npy",
    "pieces.counts.npy",
    "questions.json",
)


@pytest.mark.parametrize("lost", [*((name,) for name in DERIVED), DERIVED])
def test_what_follows_from_passages_is_written_anew_from_the_engine(shelf: Shelf, lost: tuple[str, ...]) -> None:
    sealed = shelf.index / "generations" / shelf.build().id
    files = sorted(path.name for path in sealed.iterdir())
    before = {name: (sealed / name).read_bytes() for name in DERIVED}
    (sealed / lost[0]).write_bytes(b"damaged")
    for name in lost[1:]:
        (sealed / name).unlink()
    assert "faqbot repair" in "".join(verify(shelf.index))
    assert repair(shelf.index) == (f"Written anew: {', '.join(sorted(lost))}",)
    mended = shelf.index / "generations" / current_name(shelf.index)
    assert {name: (mended / name).read_bytes() for name in DERIVED} == before
    assert sorted(path.name for path in mended.iterdir()) == files
    assert texts_of(shelf.index) == set(TEXTS)
    assert repair(shelf.index) == ()


@pytest.mark.parametrize("lost", ["lexical.numbers.npy", "digests.npy", "ids.npy", "documents.jsonl"])
def test_what_the_engine_does_not_tell_takes_a_build(shelf: Shelf, lost: str) -> None:
    sealed = shelf.index / "generations" / shelf.build().id
    (sealed / lost).write_bytes(b"damaged")
    with pytest.raises(IndexDamagedError, match=rf"{lost} is damaged.* cannot be repaired\. Run: faqbot build"):
        repair(shelf.index)


def test_a_repair_trusts_no_passage_that_was_changed(shelf: Shelf) -> None:
    manifest = shelf.build()
    (shelf.index / "generations" / manifest.id / "words.npy").unlink()
    with closing(Engine(shelf.address)) as engine:
        pairs.load(engine, manifest.store["collection"], engine.deadline())
        row = passage_row(encoded(passage(2, "Run until it hurts."), 2), {0: 1.0}, CARD)
        engine.call("upsert", collection_name=manifest.store["collection"], data=[row])
    with pytest.raises(IndexDamagedError, match=r"Passage 0000000000000002 of .* is not what was built"):
        repair(shelf.index)
    assert current_name(shelf.index) == manifest.id


@pytest.mark.parametrize("act", [verify, repair, rollback], ids=lambda act: act.__name__)
def test_a_store_where_the_passages_cannot_be_is_refused(
    shelf: Shelf, act: Callable[..., object], tmp_path: Path
) -> None:
    shelf.build(TEXTS[:3])
    sealed = shelf.index / "generations" / shelf.build().id
    if act is repair:
        (sealed / "words.npy").unlink()
    with pytest.raises(IndexMismatchError, match="under the name faqbot, not help"):
        act(shelf.index, store="milvus://127.0.0.1:1/help")
    with pytest.raises(IndexMismatchError, match="Leave --store out"):
        act(shelf.index, store="embedded")
    embedded = tmp_path / "embedded"
    for texts in (TEXTS[:3], TEXTS):
        sealed = embedded / "generations" / publish(embedded, sample_contents(texts), encoder_folder=shelf.encoder).id
    if act is repair:
        (sealed / "words.npy").unlink()
    with pytest.raises(IndexMismatchError, match="holds its passages itself"):
        act(embedded, store=shelf.store)


def test_a_store_that_moved_is_looked_after_where_it_is_now(shelf: Shelf, tmp_path: Path) -> None:
    first = shelf.build(TEXTS[:3])
    second = shelf.build()
    (tmp_path / "lite").rename(tmp_path / "elsewhere")
    now = f"milvus-lite:{tmp_path / 'elsewhere'}"
    assert verify(shelf.index, store=now) == ()
    (shelf.index / "generations" / second.id / "questions.json").unlink()
    assert repair(shelf.index, store=now) == ("Written anew: questions.json",)
    assert rollback(shelf.index, to=first.id, store=now).id == first.id
    with closing(open_index(shelf.index, store=now)) as served:
        assert len(served) == 3
    assert not (tmp_path / "lite").exists()


def test_an_index_of_which_another_copy_was_built_on_says_so(shelf: Shelf, tmp_path: Path) -> None:
    shelf.build(TEXTS[:3])
    shutil.copytree(shelf.index, tmp_path / "copy")
    for number in range(2):
        shelf.build((*TEXTS, str(number)))
    with pytest.raises(IndexMismatchError, match="Copy the index folder that was built last"):
        open_index(tmp_path / "copy")


def test_a_changed_passage_is_never_handed_out(shelf: Shelf) -> None:
    manifest = shelf.build()
    forged = encoded(passage(2, "Run until it hurts."), 2)
    with closing(Engine(shelf.address)) as engine:
        pairs.load(engine, manifest.store["collection"], engine.deadline())
        row = passage_row(forged, {0: 1.0}, CARD)
        engine.call("upsert", collection_name=manifest.store["collection"], data=[row])
    with closing(open_index(shelf.index)) as served, pytest.raises(IndexDamagedError, match="is not what was built"):
        served.fetch(["0000000000000002"])
    assert re.search("1 damaged passages, 0000000000000002 the first", "".join(verify(shelf.index)))


def test_a_missing_collection_a_lost_passage_and_another_dimension_are_named(shelf: Shelf) -> None:
    manifest = shelf.build()
    name = manifest.store["collection"]
    with closing(Engine(shelf.address)) as engine:
        pairs.load(engine, name, engine.deadline())
        engine.call("delete", collection_name=name, ids=["0000000000000002"])
        with pytest.raises(IndexMismatchError, match=r"holds 4 passages and 5 vectors .* expected 5 and 5"):
            open_index(shelf.index)
        engine.call("drop_collection", collection_name=pairs.vectors_of(name))
        with pytest.raises(IndexMissingError, match="lacks what was looked for"):
            open_index(shelf.index)
        other = type(CARD)("sample", "f1", 4, 8, 127.0, 256)
        pairs.drop(engine, name)
        pairs.create(engine, name, other, pairs.EXACT)
        pairs.point(engine, shelf.address.alias, name)
        with pytest.raises(IndexMismatchError, match=r"holds vectors of 4 numbers .* vectors have 16"):
            open_index(shelf.index)


def test_a_folder_that_another_process_has_open_is_an_error_with_advice(shelf: Shelf) -> None:
    shelf.build()
    holding = (
        "import sys, time; from milvus_lite.db import MilvusLite; MilvusLite(sys.argv[1]); print('held', flush=True); "
        "time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", holding, shelf.address.place], stdout=subprocess.PIPE)
    with holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(EngineError, match="no other process has it open"), closing(Engine(shelf.address)) as engine:
            engine.call("list_collections")
        holder.kill()


def test_the_embedded_index_loads_nothing_of_milvus(tmp_path: Path) -> None:
    encoder = sample_encoder(tmp_path / "encoder")
    code = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from pathlib import Path
from typing import Any
from index_samples import sample_contents, unit_vectors
from faqbot.index import open_index, publish
publish(Path({str(tmp_path / "index")!r}), sample_contents(), encoder_folder=Path({str(encoder)!r}))
served = open_index(Path({str(tmp_path / "index")!r}))
served.fetch(served.candidates(unit_vectors(1, 1)[0], "walk", 3).ids)
print([name for name in sys.modules if name.startswith(("pymilvus", "milvus_lite", "grpc", "faqbot.index.milvus"))])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_encoded_passages_wait_on_the_engine_and_only_what_is_new_or_changed_is_lacking(tmp_path: Path) -> None:
    made = [encoded(passage(number, text), number) for number, text in enumerate(TEXTS, 1)]
    with closing(Staging(read_address(f"milvus-lite:{tmp_path / 'lite'}"), CARD)) as staging:
        staging.open()
        staging.send([])
        staging.send(made[:3])
        staging.open()  # as a second run does
        changed = passage(2, "Lean on a rail.")
        wanted = [made[0].passage, changed, *(each.passage for each in made[2:])]
        assert staging.lacking(wanted) == [changed, made[3].passage, made[4].passage]
        found = {each.passage.id: each for each in staging.read(wanted)}
        assert set(found) == {made[0].passage.id, made[2].passage.id}
        assert found[made[2].passage.id].vectors.tolist() == made[2].vectors.tolist()
        assert found[made[2].passage.id].tokens.tolist() == made[2].tokens.tolist()
        staging.drop()
        staging.open()
        assert list(staging.read(wanted)) == []


def test_a_file_that_lies_about_puts_nothing_into_the_environment(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PLANTED=1\nMILVUS_URI=http://db.example:1\n", encoding="utf-8")
    code = (
        "import os; from faqbot.index.milvus.client import load_pymilvus; load_pymilvus(); "
        "print([name in os.environ for name in ('PLANTED', 'MILVUS_URI', 'PYTHON_DOTENV_DISABLED')]); "
        "import dotenv; print(dotenv.load_dotenv(), os.environ['PLANTED'])"  # which others may go on using
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.splitlines() == ["[False, False, False]", "True 1"]


@pytest.mark.parametrize(
    ("text", "place", "alias"),
    [
        ("milvus-lite:/data/lite", "/data/lite", "faqbot"),
        ("milvus://db.example:19530/help", "http://db.example:19530", "help"),
        ("milvus://db.example/help", "http://db.example:19530", "help"),
        ("milvus+https://db.example:443/help_2", "https://db.example:443", "help_2"),
        ("milvus://[::1]:19530/help", "http://[::1]:19530", "help"),
    ],
)
def test_an_address_is_read_and_written(text: str, place: str, alias: str) -> None:
    found = read_address(text)
    assert (found.place, found.alias) == (place, alias)
    assert read_address(str(found)) == found


@pytest.mark.parametrize(
    "text", ["milvus", "milvus-lite:", "milvus://db", "milvus://db/a-b", "milvus://root:secret@db/help", "http://db/x"]
)
def test_another_address_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="expected milvus-lite:PATH, milvus://HOST:PORT/NAME"):
        read_address(text)


@pytest.mark.parametrize("text", ["milvus_lite-3.2.2", "v2.5.0", "2.6.4-dev", "v3.0"])
def test_versions_that_can_do_it_are_taken(text: str) -> None:
    check_version(text, read_address(LITE))


@pytest.mark.parametrize("text", ["milvus_lite-2.4.1", "v2.4.17", "", "unknown"])
def test_older_versions_are_refused(text: str) -> None:
    with pytest.raises(IndexMismatchError, match="or newer"):
        check_version(text, read_address(LITE))


def test_a_circuit_pauses_longer_and_longer_lets_one_try_and_closes_on_success() -> None:
    now = [0.0]
    circuit = Circuit(clock=lambda: now[0])
    assert circuit.wait() == 0
    circuit.failed()
    circuit.failed()  # of a call under way at the same time
    assert circuit.wait() == FIRST_PAUSE
    now[0] = FIRST_PAUSE
    assert (circuit.wait(), circuit.wait()) == (0, FIRST_PAUSE)  # one tries, the others wait
    circuit.failed()
    assert circuit.wait() == 2 * FIRST_PAUSE
    for _ in range(10):
        now[0] += LONGEST_PAUSE
        assert circuit.wait() == 0
        circuit.failed()
    assert circuit.wait() == LONGEST_PAUSE
    now[0] += LONGEST_PAUSE
    assert circuit.wait() == 0
    circuit.succeeded()
    assert (circuit.wait(), circuit.wait()) == (0, 0)
